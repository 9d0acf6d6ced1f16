"""Do in Python what ``descriptors.pxd`` does in C, for the uncompiled build: receive, send, never wait."""

import os


def receive(descriptor: int, buffer: bytearray, limit: int) -> int:
    """Receive at most ``limit`` bytes into ``buffer``; return how many came (0: end of stream), or minus the error's
    number."""
    try:
        return os.readv(descriptor, (memoryview(buffer)[:limit],))
    except OSError as error:
        return -(error.errno or 1)


def send(descriptor: int, data: bytes) -> int:
    """Send what the system takes at once; return how many bytes it took, or minus the error's number."""
    try:
        return os.write(descriptor, data)
    except OSError as error:
        return -(error.errno or 1)
