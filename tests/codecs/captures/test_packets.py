"""pcap and pcapng, byte by byte: files made by hand from their specifications, both byte orders, all block types."""

import struct

import pytest

from fairlead.codecs.captures.packets import CapturedPacket, CaptureReader, is_capture
from fairlead.codecs.errors import DecodeError


def pcap(order: str, magic: int, link_type: int = 1) -> bytes:
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65_535, link_type)
    return head + struct.pack(f"{order}IIII", 1_700_000_000, 5, 3, 9) + b"abc"


def block(order: str, kind: int, body: bytes) -> bytes:
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(f"{order}I", 12 + len(body))
    return struct.pack(f"{order}I", kind) + size + body + size


def section(order: str) -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str, link_type: int = 1, options: bytes = b"") -> bytes:
    return block(order, 1, struct.pack(f"{order}HHI", link_type, 0, 0) + options)


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def enhanced(order: str, ticks: int, data: bytes, number: int = 0, length: int = -1) -> bytes:
    head = struct.pack(
        f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data) if length < 0 else length
    )
    return block(order, 6, head + data)


def read(data: bytes, size: int = 1 << 20) -> list[CapturedPacket]:
    reader = CaptureReader()
    found = []
    for at in range(0, len(data), size):
        reader.feed(data[at : at + size])
        while (packet := reader.next_packet()) is not None:
            found.append(packet)
    return found


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("magic", "ns"), [(0xA1B2C3D4, 5000), (0xA1B23C4D, 5)])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_pcap(order: str, magic: int, ns: int, size: int) -> None:
    assert read(pcap(order, magic), size) == [CapturedPacket(1, 1_700_000_000 * 10**9 + ns, 1, b"abc", 9)]


def test_the_bits_about_the_check_sequence_are_no_link_type() -> None:
    assert read(pcap("<", 0xA1B2C3D4, 0x54000001))[0].link_type == 1


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_pcapng(order: str, size: int) -> None:
    nanoseconds = interface(order, 113, option(order, 9, b"\x09") + option(order, 14, struct.pack(f"{order}q", 100)))
    binary = interface(order, 101, option(order, 9, b"\x8a") + option(order, 0, b""))
    data = (
        section(order)
        + interface(order)
        + nanoseconds
        + binary
        + enhanced(order, 1_500_000, b"one")
        + block(order, 5, bytes(8))
        + enhanced(order, 7, b"twos", 1)
        + enhanced(order, 512, b"", 2, 60)
        + block(order, 3, struct.pack(f"{order}I", 3) + b"abc")
        + block(order, 2, struct.pack(f"{order}HHIIII", 1, 0, 0, 9, 2, 2) + b"ob")
    )
    assert read(data, size) == [
        CapturedPacket(1, 1_500_000_000, 1, b"one", 3),
        CapturedPacket(2, 100 * 10**9 + 7, 113, b"twos", 4),
        CapturedPacket(3, 500_000_000, 101, b"", 60),
        CapturedPacket(4, 0, 1, b"abc", 3),
        CapturedPacket(5, 100 * 10**9 + 9, 113, b"ob", 2),
    ]


def test_a_second_section_may_be_of_the_other_order() -> None:
    data = b"".join(section(o) + interface(o, n) + enhanced(o, 0, b"x") for o, n in (("<", 1), (">", 101)))
    assert [packet.link_type for packet in read(data)] == [1, 101]


LITTLE = section("<")


@pytest.mark.parametrize(
    ("data", "offset", "text"),
    [
        (b"RIFF", 0, "52494646 received, expected the magic number of pcap or pcapng"),
        (
            pcap("<", 0xA1B2C3D4)[:24] + struct.pack("<IIII", 0, 0, 1 << 30, 5),
            24,
            "a packet of 1073741824 bytes received",
        ),
        (LITTLE[:8] + b"\0\0\0\0" + LITTLE[12:], 8, "byte-order magic 00000000 received"),
        (LITTLE + struct.pack("<III", 6, 13, 0), 28, "a block of 13 bytes received, expected 12 to 16777216"),
        (LITTLE + struct.pack("<III", 5, 12, 16), 28, "block length 12 received, and at its end 16"),
        (
            LITTLE + enhanced("<", 0, b"x"),
            28,
            "a packet of interface 0 received, expected one of the section's 0",
        ),
        (
            LITTLE + interface("<") + block("<", 6, bytes(16)),
            48,
            "block 6 of 28 bytes received, expected at least 32",
        ),
        (
            LITTLE + interface("<") + block("<", 6, struct.pack("<IIIII", 0, 0, 0, 50, 50)),
            48,
            "50 bytes received in a block that holds 0",
        ),
    ],
)
def test_damage_is_named_with_its_offset(data: bytes, offset: int, text: str) -> None:
    with pytest.raises(DecodeError) as raised:
        read(data)
    assert (raised.value.offset, raised.value.reason[: len(text)]) == (offset, text)


def test_what_begins_as_a_capture() -> None:
    assert [
        is_capture(data) for data in (pcap("<", 0xA1B2C3D4), pcap(">", 0xA1B23C4D), section(">"), b"8=FI", b"")
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]
