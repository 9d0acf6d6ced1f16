"""Write frames of the journal as a capture that Wireshark reads: one made-up TCP connection a stream.

The format is that of the IETF draft "PCAP Next Generation Dump File Format": a section header, one interface
(LINKTYPE_RAW, times in nanoseconds), one enhanced packet block a packet. Addresses and ports are invented, 10.0.0.1 is
Fairlead; times, bytes and their order are the journal's.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO, Final

_SECTION_HEADER: Final = 0x0A0D0D0A
_INTERFACE: Final = 1
_ENHANCED_PACKET: Final = 6
_BYTE_ORDER: Final = 0x1A2B3C4D
_LINKTYPE_RAW: Final = 101
_OPT_COMMENT: Final = 1
_IF_TSRESOL: Final = 9
_MAX_TCP_BYTES: Final = 65_000
_GATEWAY: Final = bytes((10, 0, 0, 1))
_FIRST_PORT: Final = 40_000
PEER_PORT: Final = 5001
SOUP_PORT: Final = 5002
"""The peer's port of connections that speak SoupBinTCP, so that Wireshark can be told by it what they speak."""
_IPV4: Final = struct.Struct(">BBHHHBBH4s4s")
_TCP: Final = struct.Struct(">HHIIBBHHH")
_ACK_PUSH: Final = 0x18


@dataclass(slots=True)
class _Connection:
    peer: bytes
    port: int
    peer_port: int
    sent: int = 1
    received: int = 1


class CaptureWriter:
    """Write packets to a binary file; the caller closes it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._connections: dict[int, _Connection] = {}
        self._write_block(_SECTION_HEADER, struct.pack("<IHHq", _BYTE_ORDER, 1, 0, -1))
        resolution = _option(_IF_TSRESOL, b"\x09") + struct.pack("<HH", 0, 0)
        self._write_block(_INTERFACE, struct.pack("<HHI", _LINKTYPE_RAW, 0, 0) + resolution)

    def write_frame(
        self, stream: int, outbound: bool, frame: bytes, utc_ns: int, comment: str, peer_port: int = PEER_PORT
    ) -> None:
        """Write a frame as one TCP segment (more where it is longer than one can be)."""
        connection = self._connections.get(stream)
        if connection is None:
            peer = bytes((10, 1 + (stream >> 16 & 0x7F), stream >> 8 & 0xFF, stream & 0xFF))
            connection = self._connections[stream] = _Connection(peer, _FIRST_PORT + stream % 20_000, peer_port)
        for start in range(0, len(frame), _MAX_TCP_BYTES):
            data = frame[start : start + _MAX_TCP_BYTES]
            self._write_packet(_packet(connection, outbound, data), utc_ns, comment)
            if outbound:
                connection.sent += len(data)
            else:
                connection.received += len(data)

    def _write_packet(self, packet: bytes, utc_ns: int, comment: str) -> None:
        head = struct.pack("<IIIII", 0, utc_ns >> 32, utc_ns & 0xFFFFFFFF, len(packet), len(packet))
        options = _option(_OPT_COMMENT, comment.encode()) + struct.pack("<HH", 0, 0)
        self._write_block(_ENHANCED_PACKET, head + _padded(packet) + options)

    def _write_block(self, kind: int, body: bytes) -> None:
        length = struct.pack("<I", len(body) + 12)
        self._file.write(struct.pack("<I", kind) + length + body + length)


def _packet(connection: _Connection, outbound: bool, data: bytes) -> bytes:
    ends = [(_GATEWAY, connection.port), (connection.peer, connection.peer_port)]
    sequence, acknowledged = connection.sent, connection.received
    if not outbound:
        ends.reverse()
        sequence, acknowledged = acknowledged, sequence
    (source, source_port), (target, target_port) = ends
    numbers = (sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF)
    length = _TCP.size + len(data)
    pseudo = source + target + struct.pack(">BBH", 0, 6, length)
    tcp = _TCP.pack(source_port, target_port, *numbers, 5 << 4, _ACK_PUSH, 65535, 0, 0)
    tcp = tcp[:16] + _checksum(pseudo + tcp + data) + tcp[18:]
    ip = _IPV4.pack(0x45, 0, _IPV4.size + length, 0, 0x4000, 64, 6, 0, source, target)
    return ip[:10] + _checksum(ip) + ip[12:] + tcp + data


def _checksum(data: bytes) -> bytes:
    # RFC 1071: the one's complement of the one's complement sum of 16-bit words; the remainder by 65535 is that sum
    # (65535 in place of 0, as some bit of a header is always set)
    total = int.from_bytes(data + b"\0" * (len(data) & 1), "big") % 0xFFFF or 0xFFFF
    return (0xFFFF - total).to_bytes(2, "big")


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) & 3)
