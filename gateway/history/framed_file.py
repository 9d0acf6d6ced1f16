"""Read a file of messages each behind its length (2 bytes, big-endian), as Nasdaq publishes its daily files.

A length of 0 at the end of the file is the end of the session ("BinaryFILE"); anywhere else it is a fault, as are a
message of unknown type, one of another length than its type has, and one that the file's end cuts short. Each is named
with its offset in the (uncompressed) file, and reading goes on behind it.
"""

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from fairlead.codecs.binary.columns_cy import NEEDS_MORE, TIME_TOO_LARGE, UNKNOWN_TYPE, WRONG_LENGTH, ZERO_LENGTH
from fairlead.gateway.history.faults import Faults

LENGTH_BYTES: Final = 2
_KINDS: Final = {
    UNKNOWN_TYPE: ("messages of unknown type", "a type of the protocol"),
    WRONG_LENGTH: ("messages of the wrong length", "the length of its type"),
    TIME_TOO_LARGE: ("messages with a time too large", "a time below 2^63 ns"),
}


class MessageSink(Protocol):
    """Take messages: what tables and books have in common."""

    def feed(self, data: bytes | bytearray, at: int, end: int) -> tuple[int, int]:
        """Take all whole messages behind their lengths; return where and why it stopped (``columns_cy``)."""

    def add(self, data: bytes | bytearray, start: int, end: int) -> int:
        """Take one message; return TAKEN or what is wrong with it (``columns_cy``)."""

    def skip(self, number: int | None = None) -> None:
        """Count a message that could not be taken, or set the number of the next one."""


def fault_text(stopped: int, message: bytes, offset: int, where: str = "offset") -> tuple[str, str]:
    """Return kind and text of a fault of one message."""
    shown = chr(message[0]) if message and 32 < message[0] < 127 else message[:1].hex()
    what = f"a message of type {shown!r} and {len(message)} bytes received"
    kind, expected = _KINDS[stopped]
    return kind, f"{where} {offset}: {what}, expected {expected}"


def read_framed(chunks: Iterator[bytes], sink: MessageSink, faults: Faults, on_chunk: Callable[[], None]) -> int:
    """Read all chunks into the sink and return how many bytes there were; ``on_chunk`` is called after each."""
    buffer = bytearray()
    base = 0
    zero_at = -1
    for chunk in chunks:
        buffer += chunk
        at = 0
        while True:
            before = at
            at, stopped = sink.feed(buffer, at, len(buffer))
            if zero_at >= 0 and (at > before or stopped != NEEDS_MORE or len(buffer) > at):
                faults.add("lengths of 0", f"offset {zero_at}: a length of 0 received, expected that of a message")
                zero_at = -1
            if stopped == NEEDS_MORE:
                break
            if stopped == ZERO_LENGTH:
                zero_at = base + at
                at += LENGTH_BYTES
                continue
            size = int.from_bytes(buffer[at : at + LENGTH_BYTES], "big")
            start = at + LENGTH_BYTES
            faults.add(*fault_text(stopped, bytes(buffer[start : start + size]), base + at))
            sink.skip()
            at = start + size
        del buffer[:at]
        base += at
        on_chunk()
    if buffer:
        faults.add("messages cut short", f"offset {base}: {_cut_short(buffer)}")
    return base + len(buffer)


def _cut_short(rest: bytearray) -> str:
    if len(rest) < LENGTH_BYTES:
        return "1 byte received at the end of the file, expected a length of 2"
    size = int.from_bytes(rest[:LENGTH_BYTES], "big")
    return f"{len(rest) - LENGTH_BYTES} bytes received at the end of the file, expected a message of {size}"
