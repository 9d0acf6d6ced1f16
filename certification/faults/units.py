"""Cut a stream into the units that faults befall; what is no whole unit yet waits."""

from __future__ import annotations

from typing import Protocol

SOH = b"\x01"


class Units(Protocol):
    """A way to cut a stream."""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the units that the data completes; together they are the stream, no byte more or less."""


class Writes:
    """Each write is a unit."""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the data."""
        return [data] if data else []


class FixFrames:
    """Each FIX message is a unit, to the SOH after its CheckSum(10)."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return whole messages, with whatever stood between them."""
        self._buffer += data
        units = []
        while (trailer := self._buffer.find(b"\x0110=")) >= 0:
            end = self._buffer.find(SOH, trailer + 1)
            if end < 0:
                break
            units.append(self._buffer[: end + 1])
            self._buffer = self._buffer[end + 1 :]
        return units


class SoupPackets:
    """Each SoupBinTCP packet is a unit: two bytes of length, big-endian, then as many bytes."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return whole packets."""
        self._buffer += data
        units = []
        while len(self._buffer) >= 2:
            end = 2 + int.from_bytes(self._buffer[:2], "big")
            if len(self._buffer) < end:
                break
            units.append(self._buffer[:end])
            self._buffer = self._buffer[end:]
        return units
