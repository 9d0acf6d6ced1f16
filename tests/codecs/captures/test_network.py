"""Link layers and IP headers made by hand: each finds the payload, or says why there is none."""

import struct

import pytest

from fairlead.codecs.captures.network import NoPayload, Payload, dissect

UDP = struct.pack(">HHHH", 1000, 2000, 11, 0) + b"abc"
TCP = struct.pack(">HHIIBBHHH", 1000, 2000, 77, 0, 0x60, 0x18, 0, 0, 0) + b"opts" + b"abc"


def ipv4(protocol: int, payload: bytes, fragment: int = 0, total: int = -1) -> bytes:
    size = 20 + len(payload) if total < 0 else total
    return (
        struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, fragment, 64, protocol, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
        + payload
    )


def ipv6(following: int, payload: bytes) -> bytes:
    return (
        struct.pack(">IHBB16s16s", 6 << 28, len(payload), following, 64, bytes(15) + b"\1", bytes(15) + b"\2") + payload
    )


V4, V6 = ipv4(17, UDP), ipv6(17, UDP)
MACS = bytes(12)


@pytest.mark.parametrize(
    ("link_type", "packet", "source"),
    [
        (1, MACS + b"\x08\0" + V4, "10.0.0.1"),
        (1, MACS + b"\x08\0" + V4 + bytes(9), "10.0.0.1"),  # padding of the frame is no payload
        (1, MACS + b"\x81\0\0\5\x08\0" + V4, "10.0.0.1"),
        (1, MACS + b"\x88\xa8\0\5\x81\0\0\6\x86\xdd" + V6, "::1"),
        (113, bytes(14) + b"\x08\0" + V4, "10.0.0.1"),
        (276, b"\x86\xdd" + bytes(18) + V6, "::1"),
        (101, V4, "10.0.0.1"),
        (101, V6, "::1"),
        (228, V4, "10.0.0.1"),
        (229, V6, "::1"),
        (0, b"\2\0\0\0" + V4, "10.0.0.1"),
        (101, ipv6(0, b"\x11\0" + bytes(6) + UDP), "::1"),
        (101, ipv6(60, b"\x2b\0" + bytes(6) + b"\x11\1" + bytes(14) + UDP), "::1"),
        (101, ipv6(51, b"\x11\1" + bytes(10) + UDP), "::1"),
        (101, ipv4(17, UDP, total=0), "10.0.0.1"),
    ],
)
def test_every_way_to_a_datagram(link_type: int, packet: bytes, source: str) -> None:
    found = dissect(link_type, packet)
    assert isinstance(found, Payload)
    assert (found.source, found.source_port, found.target_port) == (source, 1000, 2000)
    assert (found.data, found.missing) == (b"abc", 0)


def test_a_segment_behind_its_options() -> None:
    found = dissect(101, ipv4(6, TCP))
    assert isinstance(found, Payload)
    assert (found.data, found.sequence, found.flags) == (b"abc", 77, 0x18)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_what_the_capture_cut_off_is_counted(cut: int) -> None:
    for packet in (V4, V6, ipv4(6, TCP)):
        found = dissect(101, packet[:-cut])
        assert isinstance(found, Payload)
        assert (found.data, found.missing) == (b"abc"[:-cut], cut)


@pytest.mark.parametrize(
    ("link_type", "packet", "reason"),
    [
        (147, V4, "link type 147, expected Ethernet, Linux cooked, loopback or raw IP"),
        (1, bytes(5), "5 bytes of link type 1, expected at least 14"),
        (1, MACS + b"\x08\6" + V4, "EtherType 0x0806"),
        (101, b"", "0 bytes of link type 101"),
        (101, ipv4(17, UDP, 0x2000), "an IPv4 fragment"),
        (101, ipv4(17, UDP, 10), "an IPv4 fragment"),
        (101, ipv4(1, UDP), "IP protocol 1"),
        (101, V4[:15], "a broken IPv4 header"),
        (101, ipv4(17, UDP, total=10), "a broken IPv4 header"),
        (101, V6[:30], "a broken IPv6 header"),
        (101, ipv6(44, UDP), "an IPv6 fragment"),
        (101, ipv6(0, b"\x11"), "a broken IPv6 extension header"),
        (101, ipv4(17, b"1234567"), "a broken UDP header"),
        (101, ipv4(6, b"1234567"), "a broken TCP header"),
        (101, ipv4(6, TCP[:12] + b"\x10" + TCP[13:]), "a TCP header of length 4"),
        (101, ipv4(17, UDP[:4] + b"\0\3" + UDP[6:]), "a UDP header of length 3, expected at least 8"),
    ],
)
def test_what_has_no_payload_says_why(link_type: int, packet: bytes, reason: str) -> None:
    assert dissect(link_type, packet) == NoPayload(reason)
