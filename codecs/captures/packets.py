"""Split a pcap or pcapng file into its packets, as a stream: memory holds one packet, whatever the file's size.

pcap: a header of 24 bytes, then packets behind 16 bytes each ("pcap capture file format", IETF draft); seconds with
microseconds or nanoseconds, either byte order. pcapng ("PCAP Next Generation Dump File Format"): sections of blocks, of
which section header, interface, enhanced, simple and obsolete packet blocks are read; others hold no packets.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from fairlead.codecs.errors import DecodeError

MAX_BLOCK_BYTES: Final = 16 * 1024 * 1024
"""Longest packet or block taken; a longer one is damage, for no network has such packets."""

_PCAP_MAGIC: Final = {
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
"""Magic number to byte order and nanoseconds in a unit of the fraction."""
_PCAPNG_MAGIC: Final = b"\x0a\x0d\x0d\x0a"
_BYTE_ORDERS: Final = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_PCAP_HEADER_BYTES: Final = 24
_PCAP_PACKET_BYTES: Final = 16
_BLOCK_LENGTH: Final = f"expected 12 to {MAX_BLOCK_BYTES}, a multiple of 4"
_LINK_TYPE_MASK: Final = 0xFFFF
"""What is above is about the frame check sequence."""

_INTERFACE, _OBSOLETE_PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET = 1, 2, 3, 6
_SECTION: Final = 0x0A0D0D0A
_OPTION_RESOLUTION: Final = 9
_OPTION_OFFSET: Final = 14
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class CapturedPacket:
    """One packet: its number from 1, when it was captured (0: not said), its link type, and its bytes.

    ``length`` is how long it was; ``data`` is shorter where the capture was told to cut packets.
    """

    number: int
    utc_ns: int
    link_type: int
    data: bytes
    length: int


@dataclass(slots=True)
class _Interface:
    link_type: int
    snap_bytes: int = 0
    units_per_s: int = 1_000_000
    offset_s: int = 0


def is_capture(head: bytes) -> bool:
    """Tell whether a file that begins so (4 bytes at least) is a pcap or pcapng file."""
    return head[:4] in _PCAP_MAGIC or head[:4] == _PCAPNG_MAGIC


@dataclass(slots=True)
class CaptureReader:
    """Take a file's bytes in any pieces and give packets: ``feed``, then ``next_packet`` until it gives None.

    DecodeError, with the offset in the file, says where it is no capture or damaged; nothing can be read from there on.
    """

    _buffer: bytearray = field(default_factory=bytearray)
    _at: int = 0
    _before: int = 0
    _count: int = 0
    _order: str = ""
    _fraction_ns: int = 0
    _link_type: int = 0
    _interfaces: list[_Interface] = field(default_factory=list)
    _next: Callable[[], CapturedPacket | None] | None = None

    @property
    def offset(self) -> int:
        """Return how far the file has been read."""
        return self._before + self._at

    @property
    def rest_bytes(self) -> int:
        """Return how many bytes wait for the rest of their packet."""
        return len(self._buffer) - self._at

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take the file's next bytes."""
        if self._at:
            self._before += self._at
            del self._buffer[: self._at]
            self._at = 0
        self._buffer += data

    def next_packet(self) -> CapturedPacket | None:
        """Return the next whole packet, None where more bytes are needed."""
        if self._next is None and not self._begin():
            return None
        assert self._next is not None
        return self._next()

    def _begin(self) -> bool:
        if self.rest_bytes < 4:
            return False
        magic = bytes(self._buffer[self._at : self._at + 4])
        if magic == _PCAPNG_MAGIC:
            self._next = self._next_block
            return True
        if magic not in _PCAP_MAGIC:
            raise DecodeError(f"{magic.hex()} received, expected the magic number of pcap or pcapng", self.offset)
        if self.rest_bytes < _PCAP_HEADER_BYTES:
            return False
        self._order, self._fraction_ns = _PCAP_MAGIC[magic]
        self._link_type = self._number(20) & _LINK_TYPE_MASK
        self._at += _PCAP_HEADER_BYTES
        self._next = self._next_record
        return True

    def _number(self, at: int, form: str = "I") -> int:
        return int(struct.unpack_from(self._order + form, self._buffer, self._at + at)[0])

    def _packet(self, utc_ns: int, link_type: int, start: int, captured: int, length: int) -> CapturedPacket:
        self._count += 1
        data = bytes(self._buffer[self._at + start : self._at + start + captured])
        return CapturedPacket(self._count, utc_ns, link_type, data, length)

    # pcap

    def _next_record(self) -> CapturedPacket | None:
        if self.rest_bytes < _PCAP_PACKET_BYTES:
            return None
        seconds, fraction, captured, length = struct.unpack_from(self._order + "4I", self._buffer, self._at)
        if captured > MAX_BLOCK_BYTES:
            raise DecodeError(f"a packet of {captured} bytes received, expected {MAX_BLOCK_BYTES} at most", self.offset)
        if self.rest_bytes < _PCAP_PACKET_BYTES + captured:
            return None
        utc_ns = seconds * _NS_PER_S + fraction * self._fraction_ns
        packet = self._packet(utc_ns, self._link_type, _PCAP_PACKET_BYTES, captured, length)
        self._at += _PCAP_PACKET_BYTES + captured
        return packet

    # pcapng

    def _next_block(self) -> CapturedPacket | None:
        while self.rest_bytes >= 12:
            if self._buffer[self._at : self._at + 4] == _PCAPNG_MAGIC:
                self._order = self._section_order()
            kind, length = self._number(0), self._number(4)
            if length < 12 or length % 4 or length > MAX_BLOCK_BYTES:
                raise DecodeError(f"a block of {length} bytes received, {_BLOCK_LENGTH}", self.offset)
            if self.rest_bytes < length:
                return None
            again = self._number(length - 4)
            if again != length:
                raise DecodeError(
                    f"block length {length} received, and at its end {again}, expected both alike", self.offset
                )
            packet = self._take_block(kind, length)
            self._at += length
            if packet is not None:
                return packet
        return None

    def _section_order(self) -> str:
        magic = bytes(self._buffer[self._at + 8 : self._at + 12])
        if magic not in _BYTE_ORDERS:
            raise DecodeError(f"byte-order magic {magic.hex()} received, expected 1a2b3c4d either way", self.offset + 8)
        return _BYTE_ORDERS[magic]

    def _take_block(self, kind: int, length: int) -> CapturedPacket | None:
        if kind == _SECTION:
            self._interfaces = []
        elif kind == _INTERFACE:
            self._need(kind, length, 20)
            self._interfaces.append(self._interface(length))
        elif kind == _ENHANCED_PACKET:
            self._need(kind, length, 32)
            return self._timed_packet(self._number(8), length)
        elif kind == _OBSOLETE_PACKET:
            self._need(kind, length, 32)
            return self._timed_packet(self._number(8, "H"), length)
        elif kind == _SIMPLE_PACKET:
            self._need(kind, length, 16)
            return self._simple_packet(length)
        return None

    def _need(self, kind: int, length: int, least: int) -> None:
        if length < least:
            raise DecodeError(f"block {kind} of {length} bytes received, expected at least {least}", self.offset)

    def _interface(self, length: int) -> _Interface:
        interface = _Interface(self._number(8, "H"), self._number(12))
        at, end = 16, length - 4
        while at + 4 <= end:
            code, size = self._number(at, "H"), self._number(at + 2, "H")
            if code == 0 or at + 4 + size > end:
                break
            if code == _OPTION_RESOLUTION and size == 1:
                value = self._number(at + 4, "B")
                interface.units_per_s = 1 << (value & 0x7F) if value & 0x80 else 10 ** min(value, 18)
            elif code == _OPTION_OFFSET and size == 8:
                interface.offset_s = self._number(at + 4, "q")
            at += 4 + size + (-size & 3)
        return interface

    def _interface_of(self, number: int) -> _Interface:
        if number >= len(self._interfaces):
            raise DecodeError(
                f"a packet of interface {number} received, expected one of the section's {len(self._interfaces)}",
                self.offset,
            )
        return self._interfaces[number]

    def _timed_packet(self, number: int, length: int) -> CapturedPacket:
        interface = self._interface_of(number)
        ticks = (self._number(12) << 32) | self._number(16)
        utc_ns = interface.offset_s * _NS_PER_S + ticks * _NS_PER_S // interface.units_per_s
        captured, original = self._number(20), self._number(24)
        if captured > length - 32:
            raise DecodeError(f"{captured} bytes received in a block that holds {length - 32}", self.offset)
        return self._packet(utc_ns, interface.link_type, 28, captured, original)

    def _simple_packet(self, length: int) -> CapturedPacket:
        interface = self._interface_of(0)
        original = self._number(8)
        captured = min(original, interface.snap_bytes or original)
        if captured > length - 16:
            raise DecodeError(f"{captured} bytes received in a block that holds {length - 16}", self.offset)
        return self._packet(0, interface.link_type, 12, captured, original)
