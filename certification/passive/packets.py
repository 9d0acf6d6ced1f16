"""Split pcap and pcapng files into packets, and packets into TCP segments and UDP datagrams.

Formats: "PCAP Capture File Format" and "PCAP Next Generation Dump File Format" (IETF drafts); Ethernet with VLAN tags,
Linux cooked capture 1 and 2, BSD loopback, raw IP; IPv4 (RFC 791), IPv6 with its extension headers (RFC 8200), TCP
(RFC 9293), UDP (RFC 768).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from fairlead.certification.passive.records import LogError

MAX_PACKET_BYTES = 16 << 20
_PCAP = {b"\xa1\xb2\xc3\xd4": (">", 1000), b"\xd4\xc3\xb2\xa1": ("<", 1000),
         b"\xa1\xb2\x3c\x4d": (">", 1), b"\x4d\x3c\xb2\xa1": ("<", 1)}  # fmt: skip
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 0x0A0D0D0A, 1, 2, 3, 6
_ETHER_IP = frozenset((0x0800, 0x86DD))
_ETHER_VLAN = frozenset((0x8100, 0x88A8, 0x9100))
_V6_EXTENSIONS = frozenset((0, 43, 60, 135))
_V6_FRAGMENT, _TCP, _UDP = 44, 6, 17

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its number from 1, when it was captured (0: not said), its link type and its bytes."""

    number: int
    utc_ns: int
    link_type: int
    data: bytes
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """One TCP segment. ``missing`` counts bytes of it that the capture cut off."""

    source: Address
    target: Address
    sequence: int
    acknowledged: int
    flags: int
    data: bytes
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP datagram, ``data`` as much of it as the capture has."""

    source: Address
    target: Address
    data: bytes


class PacketError(Exception):
    """Say why a packet has nothing for us."""


def is_capture(data: bytes) -> bool:
    """Tell whether a file that begins so is a capture."""
    return data[:4] in _PCAP or data[:4] == _PCAPNG


def read_packets(data: bytes, name: str, notes: list[str]) -> Iterator[Packet]:
    """Yield a capture's packets; a file cut off in a packet ends there, with a note. Raises LogError for damage."""
    return _read_pcapng(data, name, notes) if data[:4] == _PCAPNG else _read_pcap(data, name, notes)


def _read_pcap(data: bytes, name: str, notes: list[str]) -> Iterator[Packet]:
    if len(data) < 24:
        raise LogError(f"{name}: a pcap file of {len(data)} bytes, expected a header of 24 at least")
    order, fraction_ns = _PCAP[data[:4]]
    link_type = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at, number = 24, 0
    while at < len(data):
        if at + 16 > len(data):
            notes.append(f"{name}: cut off in the header of packet {number + 1}")
            return
        seconds, fraction, captured, length = struct.unpack_from(order + "4I", data, at)
        if captured > MAX_PACKET_BYTES:
            raise LogError(f"{name}: packet {number + 1} of {captured} bytes, expected {MAX_PACKET_BYTES} at most")
        number += 1
        content = data[at + 16 : at + 16 + captured]
        if len(content) < captured:
            notes.append(f"{name}: cut off in packet {number}")
            return
        utc_ns = seconds * 1_000_000_000 + fraction * fraction_ns
        yield Packet(number, utc_ns, link_type, content, captured < length)
        at += 16 + captured


def _read_pcapng(data: bytes, name: str, notes: list[str]) -> Iterator[Packet]:
    at, number, order = 0, 0, "<"
    interfaces: list[tuple[int, int]] = []
    while at < len(data):
        if at + 12 > len(data):
            notes.append(f"{name}: cut off in a block at byte {at}")
            return
        if data[at : at + 4] == _PCAPNG:
            magic = data[at + 8 : at + 12]
            if magic not in _ORDERS:
                raise LogError(f"{name}: byte-order magic {magic.hex()} received at byte {at + 8}, expected 1a2b3c4d")
            order, interfaces = _ORDERS[magic], []
        kind, length = struct.unpack_from(order + "II", data, at)
        if length < 12 or length % 4 or length > MAX_PACKET_BYTES:
            raise LogError(f"{name}: a block of {length} bytes at byte {at}, expected 12 or more, a multiple of 4")
        body = data[at + 8 : at + length - 4]
        if at + length > len(data):
            notes.append(f"{name}: cut off in a block at byte {at}")
            return
        try:
            if kind == _INTERFACE:
                interfaces.append((struct.unpack_from(order + "H", body)[0], _units_per_s(body, order)))
            elif kind in (_PACKET, _OLD_PACKET, _SIMPLE_PACKET):
                number += 1
                yield _block_packet(kind, body, order, interfaces, number)
        except (struct.error, IndexError) as error:
            raise LogError(
                f"{name}: a block of kind {kind} at byte {at} that is too short, or of no interface"
            ) from error
        at += length


def _units_per_s(body: bytes, order: str) -> int:
    at = 8
    while at + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, at)
        if code == 0:
            break
        if code == 9 and size == 1 and at + 4 < len(body):
            value = body[at + 4]
            return int(1 << (value & 0x7F) if value & 0x80 else 10 ** min(value, 18))
        at += 4 + size + (-size & 3)
    return 1_000_000


def _block_packet(kind: int, body: bytes, order: str, interfaces: list[tuple[int, int]], number: int) -> Packet:
    if kind == _SIMPLE_PACKET:
        (length,) = struct.unpack_from(order + "I", body)
        return Packet(number, 0, interfaces[0][0], body[4 : 4 + length], length > len(body) - 4)
    form = "IIIII" if kind == _PACKET else "HHIIII"
    values = struct.unpack_from(order + form, body)
    high, low, captured, length = values[-4:]
    link_type, units_per_s = interfaces[values[0]]
    if captured > len(body) - 20:
        raise IndexError
    utc_ns = ((high << 32) | low) * 1_000_000_000 // units_per_s
    return Packet(number, utc_ns, link_type, body[20 : 20 + captured], captured < length)


def read_transport(packet: Packet) -> Segment | Datagram | None:
    """Return what a packet carries over TCP or UDP, None where it carries something else. Raises PacketError."""
    try:
        network = _network(packet)
        if not network:
            return None
        return _read_v4(network) if network[0] >> 4 == 4 else _read_v6(network) if network[0] >> 4 == 6 else None
    except (struct.error, IndexError) as error:
        raise PacketError("the packet is shorter than its headers") from error


def _network(packet: Packet) -> bytes:
    data, kind = packet.data, packet.link_type
    if kind in (12, 14, 101, 228, 229):
        return data
    if kind in (0, 108):
        return data[4:]
    if kind == 113:
        return data[16:] if struct.unpack_from(">H", data, 14)[0] in _ETHER_IP else b""
    if kind == 276:
        return data[20:] if struct.unpack_from(">H", data, 0)[0] in _ETHER_IP else b""
    if kind != 1:
        raise PacketError(f"link type {kind}, expected Ethernet, Linux cooked, loopback or raw IP")
    at = 12
    while (ether_type := struct.unpack_from(">H", data, at)[0]) in _ETHER_VLAN:
        at += 4
    return data[at + 2 :] if ether_type in _ETHER_IP else b""


def _read_v4(data: bytes) -> Segment | Datagram | None:
    total, fragment, protocol = struct.unpack_from(">HxxHxB", data, 2)
    header = (data[0] & 15) * 4
    if protocol not in (_TCP, _UDP):
        return None
    if fragment & 0x3FFF:
        raise PacketError("a fragment of an IPv4 packet")
    # a length of 0 is what a capture at the sender sees where the card cuts segments
    end = total or len(data)
    source, target = str(ip_address(data[12:16])), str(ip_address(data[16:20]))
    return _read_ports(protocol, data[header:end], source, target, max(0, end - len(data)))


def _read_v6(data: bytes) -> Segment | Datagram | None:
    length, protocol = struct.unpack_from(">HB", data, 4)
    end = 40 + length if length else len(data)
    source, target = str(ip_address(data[8:24])), str(ip_address(data[24:40]))
    at = 40
    while protocol in _V6_EXTENSIONS:
        protocol, at = data[at], at + 8 + data[at + 1] * 8
    if protocol == _V6_FRAGMENT:
        raise PacketError("a fragment of an IPv6 packet")
    return _read_ports(protocol, data[at:end], source, target, max(0, end - len(data)))


def _read_ports(protocol: int, data: bytes, source: str, target: str, missing: int) -> Segment | Datagram | None:
    if protocol == _UDP:
        source_port, target_port, length = struct.unpack_from(">HHH", data)
        return Datagram((source, source_port), (target, target_port), data[8:length] if length else data[8:])
    if protocol != _TCP:
        return None
    source_port, target_port, sequence, acknowledged, offset, flags = struct.unpack_from(">HHIIBB", data)
    start = (offset >> 4) * 4
    return Segment((source, source_port), (target, target_port), sequence, acknowledged, flags, data[start:], missing)
