"""Write pcap files of TCP connections, byte by byte from the formats' descriptions."""

from __future__ import annotations

import struct
from ipaddress import ip_address

SYN, ACK, FIN = 2, 16, 1
TCP, UDP = 6, 17


def tcp(source: int, target: int, sequence: int, data: bytes = b"", flags: int = ACK, acknowledged: int = 0) -> bytes:
    return (
        struct.pack(">HHIIBBHHH", source, target, sequence & 0xFFFFFFFF, acknowledged, 5 << 4, flags, 8192, 0, 0) + data
    )


def udp(source: int, target: int, data: bytes) -> bytes:
    return struct.pack(">HHHH", source, target, 8 + len(data), 0) + data


def ipv4(segment: bytes, source: str, target: str, protocol: int = TCP) -> bytes:
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, protocol, 0)
    return head + ip_address(source).packed + ip_address(target).packed + segment


def ipv6(segment: bytes, source: str, target: str) -> bytes:
    # with a hop-by-hop header in front, to be stepped over
    hop = bytes((6, 0, 1, 4, 0, 0, 0, 0))
    head = struct.pack(">IHBB", 6 << 28, len(hop) + len(segment), 0, 64)
    return head + ip_address(source).packed + ip_address(target).packed + hop + segment


def ethernet(packet: bytes, vlan: bool = False) -> bytes:
    kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
    return bytes(12) + (b"\x81\x00\x00\x05" if vlan else b"") + kind + packet


def cooked(packet: bytes) -> bytes:
    return bytes(14) + b"\x08\x00" + packet


def pcap(
    packets: list[bytes], link_type: int, begin_s: int = 1_767_607_200, times_ms: list[int] | None = None
) -> bytes:
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, link_type)
    for number, packet in enumerate(packets):
        seconds, rest_ms = divmod(times_ms[number] if times_ms else number, 1000)
        out += struct.pack("<IIII", begin_s + seconds, rest_ms * 1_000_000, len(packet), len(packet)) + packet
    return out


def pcapng(packets: list[bytes], link_type: int, begin_s: int = 1_767_607_200) -> bytes:
    def block(kind: int, body: bytes) -> bytes:
        length = struct.pack(">I", 12 + len(body))
        return struct.pack(">I", kind) + length + body + length

    out = block(0x0A0D0D0A, struct.pack(">IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack(">HHI", link_type, 0, 0))
    for number, packet in enumerate(packets):
        ticks = begin_s * 1_000_000 + number * 1000
        head = struct.pack(">IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet))
        out += block(6, head + packet + bytes(-len(packet) % 4))
    return out
