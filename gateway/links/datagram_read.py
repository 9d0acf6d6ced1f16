"""Do in Python what ``datagram_read.pxd`` does in C, for the uncompiled build: receive one datagram."""

import os


def read_datagram(descriptor: int, buffer: bytearray) -> int:
    """Receive into ``buffer`` without waiting; return the datagram's size, or minus the error's number."""
    try:
        return os.readv(descriptor, (buffer,))
    except OSError as error:
        return -(error.errno or 1)
