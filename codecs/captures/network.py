"""Find the TCP or UDP payload of a captured packet: link layers, IPv4 and IPv6 as tables, nothing guessed.

What holds neither is told with a reason. Fragments of IP datagrams are not put together: each is told as such.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

TCP: Final = 6
UDP: Final = 17

FIN, SYN, RST, ACK = 1, 2, 4, 16

_IPV4, _IPV6 = 0x0800, 0x86DD
_VLAN: Final = frozenset((0x8100, 0x88A8, 0x9100))
_VERSIONS: Final = {4: _IPV4, 6: _IPV6}
_RAW_IP: Final = frozenset((12, 14, 101))
_BY_LINK_TYPE: Final = {1: (12, 14), 113: (14, 16), 276: (0, 20)}
"""Link type (Ethernet, Linux cooked 1 and 2) to where the EtherType stands and where what follows begins."""
_FIXED_LINK_TYPES: Final = {228: _IPV4, 229: _IPV6}
_LOOPBACK: Final = frozenset((0, 108))
_EXTENSIONS: Final = frozenset((0, 43, 60, 135))
"""IPv6 headers of the common form: next header, length in units of 8 bytes beyond the first 8."""
_AUTHENTICATION, _IPV6_FRAGMENT = 51, 44


@dataclass(frozen=True, slots=True)
class Payload:
    """What one TCP segment or UDP datagram carries; ``missing`` is how many bytes the capture cut off its end."""

    protocol: int
    source: str
    source_port: int
    target: str
    target_port: int
    data: bytes
    missing: int = 0
    sequence: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class NoPayload:
    """Say what a packet is that carries neither TCP nor UDP, or can't be read."""

    reason: str


def dissect(link_type: int, packet: bytes) -> Payload | NoPayload:
    """Return a packet's TCP or UDP payload, or why there is none."""
    if link_type in _BY_LINK_TYPE:
        type_at, at = _BY_LINK_TYPE[link_type]
        if len(packet) < at:
            return NoPayload(f"{len(packet)} bytes of link type {link_type}, expected at least {at}")
        ether_type = int.from_bytes(packet[type_at : type_at + 2], "big")
        while ether_type in _VLAN and len(packet) >= at + 4:
            ether_type = int.from_bytes(packet[at + 2 : at + 4], "big")
            at += 4
    elif link_type in _RAW_IP or link_type in _FIXED_LINK_TYPES or link_type in _LOOPBACK:
        at = 4 if link_type in _LOOPBACK else 0
        if len(packet) <= at:
            return NoPayload(f"{len(packet)} bytes of link type {link_type}")
        ether_type = _VERSIONS.get(packet[at] >> 4, 0)
    else:
        return NoPayload(f"link type {link_type}, expected Ethernet, Linux cooked, loopback or raw IP")
    if ether_type == _IPV4:
        return _ipv4(packet, at)
    if ether_type == _IPV6:
        return _ipv6(packet, at)
    return NoPayload(f"EtherType {ether_type:#06x}")


def _ipv4(packet: bytes, at: int) -> Payload | NoPayload:
    if len(packet) < at + 20 or packet[at] >> 4 != 4:
        return NoPayload("a broken IPv4 header")
    header = (packet[at] & 15) * 4
    total = int.from_bytes(packet[at + 2 : at + 4], "big")
    fragment = int.from_bytes(packet[at + 6 : at + 8], "big") & 0x3FFF
    if fragment:
        return NoPayload("an IPv4 fragment")
    # a sender that leaves segmenting to its network card writes 0
    end = at + total if total else len(packet)
    if header < 20 or end < at + header:
        return NoPayload("a broken IPv4 header")
    return _transport(packet, at + header, end, packet[at + 9], packet[at + 12 : at + 16], packet[at + 16 : at + 20])


def _ipv6(packet: bytes, at: int) -> Payload | NoPayload:
    if len(packet) < at + 40 or packet[at] >> 4 != 6:
        return NoPayload("a broken IPv6 header")
    size = int.from_bytes(packet[at + 4 : at + 6], "big")
    following, start = packet[at + 6], at + 40
    end = start + size if size else len(packet)
    while following in _EXTENSIONS or following == _AUTHENTICATION:
        if len(packet) < start + 2:
            return NoPayload("a broken IPv6 extension header")
        length = packet[start + 1]
        step = (length + 2) * 4 if following == _AUTHENTICATION else (length + 1) * 8
        following, start = packet[start], start + step
    if following == _IPV6_FRAGMENT:
        return NoPayload("an IPv6 fragment")
    return _transport(packet, start, end, following, packet[at + 8 : at + 24], packet[at + 24 : at + 40])


def _transport(packet: bytes, at: int, end: int, protocol: int, source: bytes, target: bytes) -> Payload | NoPayload:
    ends = _text(source), _text(target)
    if protocol == UDP:
        if len(packet) < at + 8:
            return NoPayload("a broken UDP header")
        source_port, target_port, size = struct.unpack_from(">3H", packet, at)
        if size and size < 8:
            return NoPayload(f"a UDP header of length {size}, expected at least 8")
        end = min(end, at + size) if size else end
        return Payload(UDP, ends[0], source_port, ends[1], target_port, packet[at + 8 : end], max(0, end - len(packet)))
    if protocol == TCP:
        if len(packet) < at + 20:
            return NoPayload("a broken TCP header")
        source_port, target_port, sequence = struct.unpack_from(">HHI", packet, at)
        header = (packet[at + 12] >> 4) * 4
        if header < 20 or at + header > end:
            return NoPayload(f"a TCP header of length {header}")
        data = packet[at + header : end]
        missing = max(0, end - max(len(packet), at + header))
        return Payload(TCP, ends[0], source_port, ends[1], target_port, data, missing, sequence, packet[at + 13])
    return NoPayload(f"IP protocol {protocol}")


@lru_cache(maxsize=65_536)
def _text(address: bytes) -> str:
    return str(ip_address(address))
