"""MoldUDP64 packets: bytes made by hand from the specification's table, and real ones from captures."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.moldudp64 import packets_cy as mp

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

SESSION = b"20260105A "
TWO = SESSION + bytes.fromhex("0000000000000007 0002 0003 616263 0000")
HEARTBEAT = SESSION + bytes.fromhex("0000000000000009 0000")
END = SESSION + bytes.fromhex("0000000000000009 ffff")
REQUEST = SESSION + bytes.fromhex("0000000000000007 0064")


def read(data: bytes) -> list[bytes]:
    """Return the messages of a packet."""
    packet = mp.MoldPacket()
    packet.load(data)
    messages = []
    while packet.next_message():
        assert packet.data[packet.start : packet.end] == packet.message()
        messages.append(packet.message())
    assert packet.next_message() is False
    assert packet.raw() == data
    return messages


def test_packet_with_messages() -> None:
    packet = mp.MoldPacket()
    packet.load(TWO)
    assert (packet.session(), packet.sequence_number, packet.message_count, packet.next_number) == (SESSION, 7, 2, 9)
    assert (packet.is_heartbeat, packet.is_end_of_session) == (False, False)
    assert read(TWO) == [b"abc", b""]
    assert packet.is_of(SESSION) and not packet.is_of(b"20260105B ")


def test_heartbeat_and_end_of_session_tell_the_next_number() -> None:
    packet = mp.MoldPacket()
    packet.load(HEARTBEAT)
    assert (packet.is_heartbeat, packet.is_end_of_session, packet.next_number, packet.message_count) == (
        True,
        False,
        9,
        0,
    )
    packet.load(END)
    assert (packet.is_heartbeat, packet.is_end_of_session, packet.next_number, packet.message_count) == (
        False,
        True,
        9,
        0,
    )
    assert read(HEARTBEAT) == read(END) == []


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_like_object_is_taken(kind: type) -> None:
    packet = mp.MoldPacket()
    packet.load(kind(TWO))
    assert packet.message_count == 2


def test_messages_from_a_number_on() -> None:
    packet = mp.MoldPacket()
    packet.load(TWO)
    packet.skip_to(8)
    assert packet.next_message() and packet.message() == b""
    packet.skip_to(9)
    assert not packet.next_message()
    packet.skip_to(7)
    assert packet.next_message() and packet.message() == b"abc"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "datagram of 0 bytes received, expected a header of 20"),
        (TWO[:19], "datagram of 19 bytes received, expected a header of 20"),
        (TWO[:-1], "message 2 of 2 ends at byte 27, expected at most 26, the datagram's end (offset 25)"),
        (TWO[:-2], "message 2 of 2 ends at byte 27, expected at most 25, the datagram's end (offset 25)"),
        (TWO[:23], "message 1 of 2 ends at byte 25, expected at most 23, the datagram's end (offset 20)"),
        (TWO + b"x", "2 messages end at byte 27, expected 28, the datagram's end (offset 27)"),
        (HEARTBEAT + b"\0\0", "0 messages end at byte 20, expected 22, the datagram's end (offset 20)"),
        (END + b"\0\0", "0 messages end at byte 20, expected 22, the datagram's end (offset 20)"),
        (
            TWO[:18] + b"\xff\xfe" + TWO[20:],
            "message 3 of 65534 ends at byte 29, expected at most 27, the datagram's end (offset 27)",
        ),
        (TWO[:18] + b"\0\1" + TWO[20:], "1 messages end at byte 25, expected 27, the datagram's end (offset 25)"),
        (
            SESSION + b"\xff" * 8 + b"\0\0",
            "sequence number 18446744073709551615 received, expected at most 9223372036854710272 (offset 10)",
        ),
        (
            SESSION + bytes.fromhex("7fffffffffff0001 0000"),
            "sequence number 9223372036854710273 received, expected at most 9223372036854710272 (offset 10)",
        ),
        (bytes(65537), "datagram of 65537 bytes received, expected at most 65507"),
    ],
)
def test_packet_that_lies_is_refused_whole(data: bytes, reason: str) -> None:
    packet = mp.MoldPacket()
    packet.load(TWO)
    with pytest.raises(DecodeError) as refused:
        packet.load(data)
    assert str(refused.value) == reason
    assert not packet.next_message()
    assert packet.message_count == 0


def test_largest_numbers_and_longest_message() -> None:
    packet = mp.MoldPacket()
    packet.load(SESSION + bytes.fromhex("7fffffffffff0000 0001 0001 78"))
    assert packet.next_number == mp.MAX_SEQUENCE_NUMBER + 1 == 2**63 - 65535
    assert read(SESSION + bytes.fromhex("0000000000000001 0001 ffcd") + bytes(65485)) == [bytes(65485)]


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, with_header: bool) -> None:
    data = TWO[:18] + data if with_header else data
    try:
        messages = read(data)
    except DecodeError:
        return
    assert data[20:] == b"".join(struct.pack(">H", len(message)) + message for message in messages)


# Writing


def test_packer_fills_packets_up_to_their_limit() -> None:
    packer = mp.PacketPacker(SESSION, max_bytes=27)
    packer.start(7)
    assert packer.add(b"abc") and packer.add(b"")
    assert not packer.add(b"")
    assert packer.finish() == TWO
    packer.start(9)
    assert not packer.add(bytes(6))
    assert packer.finish() == HEARTBEAT


def test_headers_of_all_kinds() -> None:
    assert mp.encode_header(SESSION, 9, 0) == HEARTBEAT
    assert mp.encode_header(SESSION, 9, mp.END_OF_SESSION) == END
    assert mp.encode_header(SESSION, 7, 100) == REQUEST
    assert mp.decode_request(REQUEST) == (SESSION, 7, 100)
    assert mp.decode_request(memoryview(REQUEST)) == (SESSION, 7, 100)


@given(
    st.integers(0, mp.MAX_SEQUENCE_NUMBER),
    st.lists(st.binary(max_size=40), min_size=1, max_size=20),
    st.binary(min_size=10, max_size=10),
)
def test_what_is_packed_is_read(number: int, messages: list[bytes], session: bytes) -> None:
    packer = mp.PacketPacker(session)
    packer.start(number)
    assert all(packer.add(message) for message in messages)
    data = packer.finish()
    assert read(data) == messages
    packet = mp.MoldPacket()
    packet.load(data)
    assert (packet.session(), packet.sequence_number) == (session, number)


def test_what_does_not_fit_is_refused() -> None:
    for data in (REQUEST[:-1], REQUEST + b"x"):
        with pytest.raises(DecodeError, match=f"request of {len(data)} bytes received, expected 20"):
            mp.decode_request(data)
    with pytest.raises(DecodeError, match="sequence number 18446744073709551615 requested"):
        mp.decode_request(SESSION + b"\xff" * 10)
    with pytest.raises(EncodeError, match="sequence number -1, expected 0"):
        mp.encode_header(SESSION, -1, 0)
    with pytest.raises(EncodeError, match="message count 65536, expected 0 to 65535"):
        mp.encode_header(SESSION, 1, 65536)
    with pytest.raises(EncodeError, match="session of 9 bytes, expected 10"):
        mp.PacketPacker(SESSION[:9])
    with pytest.raises(ValueError, match="max_bytes is 22, expected 23 to 65507"):
        mp.PacketPacker(SESSION, 22)
    with pytest.raises(EncodeError, match="session 'ELEVENCHARS', expected at most 10"):
        mp.encode_session("ELEVENCHARS")


def test_session_names() -> None:
    assert mp.encode_session("S1") == b"S1        "
    assert mp.session_text(b"S1        ") == "S1"
    assert mp.session_text(b"0000000001") == "0000000001"
    assert mp.session_text(bytes(10)) == ""
    assert mp.session_text(b"a\x01b\xff      ") == "a\\x01b\u00ff"


# Real packets


def udp_payload(name: str) -> bytes:
    """Return the UDP payload of the first packet of a capture (Ethernet with or without VLAN, IPv4)."""
    path = DATA / "native_pcaps" / name
    if not path.exists():
        pytest.skip(f"capture {name} is not on this machine")
    frame = path.read_bytes()[24 + 16 :]
    at = frame.index(b"\x45", 12)
    udp = at + 20
    length = struct.unpack_from(">H", frame, udp + 4)[0]
    return frame[udp + 8 : udp + length]


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("Jnx/JnxEquities.Pts.Itch.v1.6/OrderDeletedMessage.pcap", "D"),
        ("Jnx/JnxEquities.Pts.Itch.v1.6/TimestampSecondsMessage.pcap", "TS"),
        ("Asx/Ntp.Itch.v1.05/AddOrderMessage.pcap", "A"),
        ("Asx/Ntp.Itch.v1.05/EquilibriumPriceMessage.pcap", "Z"),
        ("Asx/Ntp.Itch.v1.05/FutureSymbolDirectoryMessage.pcap", "f"),
        ("Asx/Ntp.Itch.v1.05/Heartbeat.pcap", ""),
        ("Asx/Ntp.Itch.v1.05/Seconds.pcap", "TA"),
    ],
)
def test_captured_packets_are_read_and_made_again(name: str, types: str) -> None:
    data = udp_payload(name)
    messages = read(data)
    assert "".join(chr(message[0]) for message in messages) == types
    packet = mp.MoldPacket()
    packet.load(data)
    packer = mp.PacketPacker(packet.session(), 65507)
    packer.start(packet.sequence_number)
    assert all(packer.add(message) for message in messages)
    assert packer.finish() == data


def test_packets_of_borsa_istanbul_are_read_and_the_cut_one_is_refused_whole() -> None:
    path = DATA / "bist_itch_moldudp64" / "mold.sample.dat"
    if not path.exists():
        pytest.skip("capture mold.sample.dat is not on this machine")
    data = path.read_bytes()
    # three packets back to back without any outer header: their borders follow from their blocks
    at, borders = 0, []
    while at < len(data):
        begin, count = at, struct.unpack_from(">H", data, at + 18)[0]
        at += 20
        for _ in range(count):
            at += 2 + struct.unpack_from(">H", data, at)[0]
        borders.append((begin, at))
    assert len(borders) == 3 and borders[-1][1] == len(data) + 5
    packet = mp.MoldPacket()
    numbers = []
    for begin, end in borders[:2]:
        packet.load(data[begin:end])
        numbers.append((packet.session(), packet.sequence_number, packet.next_number))
        assert all(message[:1] in (b"T", b"S", b"R", b"L") for message in read(data[begin:end]))
    assert numbers == [(bytes(10), 1, 16), (bytes(10), 16, 29)]
    with pytest.raises(DecodeError, match="message 13 of 13 ends at byte"):
        packet.load(data[borders[2][0] :])
