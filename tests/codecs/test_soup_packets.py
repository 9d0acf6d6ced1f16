"""SoupBinTCP packets: bytes made by hand from the specification's table, and real ones from captures."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.soupbintcp import login as lg
from fairlead.codecs.soupbintcp import packet_types as pt
from fairlead.codecs.soupbintcp.packets_cy import Fault, PacketReader, encode_packet

CAPTURES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "native_pcaps"

LOGIN = b"\x00\x2fLTRADERsecret    " + b"      S001" + b"                  42"
ACCEPTED = b"\x00\x1fA" + b"      S001" + b"                  42"
VECTORS = [
    (b"\x00\x06+hello", "+", b"hello"),
    (LOGIN, "L", LOGIN[3:]),
    (ACCEPTED, "A", ACCEPTED[3:]),
    (b"\x00\x02JA", "J", b"A"),
    (b"\x00\x04Sabc", "S", b"abc"),
    (b"\x00\x01S", "S", b""),
    (b"\x00\x01H", "H", b""),
    (b"\x00\x01Z", "Z", b""),
    (b"\x00\x04U\x00\n\xff", "U", b"\x00\n\xff"),
    (b"\x00\x01R", "R", b""),
    (b"\x00\x01O", "O", b""),
    (b"\x00\x03\x00ab", "\x00", b"ab"),
    (b"\xff\xff" + b"S" + bytes(65534), "S", bytes(65534)),
]


def read_all(reader: PacketReader) -> list[tuple[int, bytes] | str]:
    """Return what the reader has, packets as (type, payload) and faults as their text."""
    answers: list[tuple[int, bytes] | str] = []
    while (item := reader.next_packet()) is not None:
        answers.append(f"{item.reason} @{item.offset}" if isinstance(item, Fault) else (item.type_code, item.payload()))
    return answers


def read_cut(data: bytes, sizes: list[int], max_packet_bytes: int = 65537) -> list[tuple[int, bytes] | str]:
    """Return the answers to ``data`` in chunks of these sizes, the rest at once."""
    reader = PacketReader(max_packet_bytes)
    answers: list[tuple[int, bytes] | str] = []
    at = 0
    for size in [*sizes, len(data)]:
        reader.feed(memoryview(data)[at : at + size])
        at += size
        answers += read_all(reader)
    return answers


@pytest.mark.parametrize(("packet", "type_code", "payload"), VECTORS, ids=[v[1] + str(len(v[0])) for v in VECTORS])
def test_each_packet_whole_in_bytes_and_in_company(packet: bytes, type_code: str, payload: bytes) -> None:
    expected = [(ord(type_code), payload)]
    assert read_cut(packet, []) == expected
    if len(packet) < 100:
        assert read_cut(packet, [1] * len(packet)) == expected
        for split in range(1, len(packet)):
            assert read_cut(packet, [split]) == expected
    assert read_cut(packet + packet, []) == expected * 2
    assert read_cut(packet + b"\x00\x01H\x00", [len(packet) + 1]) == [*expected, (0x48, b"")]
    assert encode_packet(ord(type_code), payload) == packet


def test_raw_is_the_packet_as_it_came() -> None:
    reader = PacketReader()
    reader.feed(b"\x00\x01H" + LOGIN)
    assert [reader.next_packet(), reader.next_packet().raw()] == [reader.packet, LOGIN]  # type: ignore[union-attr]
    assert reader.pending_bytes == 0


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "packet length 0 received, expected 1 to 98"),
        (99, "packet length 99 received, expected 1 to 98"),
        (65535, "packet length 65535 received, expected 1 to 98"),
    ],
)
def test_length_that_can_not_be_ends_the_stream_with_one_fault(length: int, text: str) -> None:
    data = b"\x00\x01H" + struct.pack(">H", length) + b"\x00\x01H" * 3
    expected = [(0x48, b""), f"{text} @3"]
    assert read_cut(data, [], 100) == expected
    assert read_cut(data, [1] * len(data), 100) == expected
    reader = PacketReader(100)
    reader.feed(data)
    read_all(reader)
    assert reader.fault is not None and reader.fault.raw == data[3:]
    reader.feed(b"\x00\x01H")
    assert reader.next_packet() is None
    assert reader.pending_bytes == 0


def test_longest_packets_within_the_limit_are_read() -> None:
    packet = b"\x00\x62S" + bytes(97)
    assert read_cut(packet, [50], 100) == [(0x53, bytes(97))]
    assert read_cut(b"\x00\x01H", [], 3) == [(0x48, b"")]


def test_limits_of_the_reader() -> None:
    for limit in (2, 65538):
        with pytest.raises(ValueError, match=f"max_packet_bytes is {limit}, expected 3 to 65537"):
            PacketReader(limit)


def test_payload_that_no_length_can_tell_of_is_refused() -> None:
    with pytest.raises(EncodeError, match="payload of 65535 bytes, expected at most 65534"):
        encode_packet(0x53, bytes(65535))
    with pytest.raises(EncodeError, match="packet type 256, expected one byte"):
        encode_packet(256)


@given(st.binary(max_size=400), st.lists(st.integers(0, 40), max_size=40), st.integers(3, 200))
def test_any_bytes_in_any_chunks_give_the_same_answers(data: bytes, sizes: list[int], limit: int) -> None:
    assert read_cut(data, sizes, limit) == read_cut(data, [], limit)


@given(
    st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=30)), max_size=20),
    st.lists(st.integers(0, 50), max_size=40),
)
def test_packets_survive_any_chunking(packets: list[tuple[int, bytes]], sizes: list[int]) -> None:
    data = b"".join(struct.pack(">HB", len(payload) + 1, code) + payload for code, payload in packets)
    assert read_cut(data, sizes) == packets


def test_memory_stays_bounded_over_a_long_stream() -> None:
    reader = PacketReader(1000)
    chunk = (b"\x00\x32S" + bytes(49)) * 3 + b"\x00\x32S"
    rest = bytes(49)
    for _ in range(2000):
        reader.feed(chunk)
        assert len(read_all(reader)) == 3
        reader.feed(rest)
        assert len(read_all(reader)) == 1
    assert len(reader.packet.data) <= 4096


# Logins


def test_login_request_both_ways() -> None:
    login = lg.LoginRequest("TRADER", "secret", "S001", 42)
    assert lg.encode_login_request(login) == LOGIN
    assert lg.decode_login_request(LOGIN[3:]) == login
    assert "secret" not in repr(login)
    blank = b"\x00\x2fL" + b"ab    " + b"          " + b"          " + b"                   0"
    assert lg.encode_login_request(lg.LoginRequest("ab", "", "", 0)) == blank


def test_login_accepted_both_ways() -> None:
    accepted = lg.LoginAccepted("S001", 42)
    assert lg.encode_login_accepted(accepted) == ACCEPTED
    assert lg.decode_login_accepted(ACCEPTED[3:]) == accepted


def test_padding_is_taken_off_either_side() -> None:
    payload = b"  ab  " + b"  pw      " + b"S001      " + b"7                   "
    assert lg.decode_login_request(payload) == lg.LoginRequest("ab", "pw", "S001", 7)


def test_largest_number() -> None:
    payload = b"      S001" + b" 9223372036854775807"
    assert lg.decode_login_accepted(payload).sequence_number == 2**63 - 1
    with pytest.raises(DecodeError, match="expected digits of at most 9223372036854775807"):
        lg.decode_login_accepted(b"      S001" + b" 9223372036854775808")


@pytest.mark.parametrize("number", [b" " * 20, b"-1".rjust(20), b"1 2".rjust(20), b"x".rjust(20), b"+1".rjust(20)])
def test_number_that_is_none_is_refused(number: bytes) -> None:
    with pytest.raises(DecodeError, match="sequence number .* received, expected digits"):
        lg.decode_login_accepted(b"      S001" + number)


def test_login_of_another_length_is_refused() -> None:
    with pytest.raises(DecodeError, match="LoginRequest of 45 bytes received, expected 46"):
        lg.decode_login_request(LOGIN[3:-1])
    with pytest.raises(DecodeError, match="LoginAccepted of 31 bytes received, expected 30"):
        lg.decode_login_accepted(ACCEPTED[3:] + b" ")


@pytest.mark.parametrize(
    ("login", "text"),
    [
        (lg.LoginRequest("TRADER7", "x"), "username 'TRADER7', expected at most 6 ASCII"),
        (lg.LoginRequest("T", "x" * 11), "password 11 characters, expected at most 10"),
        (lg.LoginRequest("T", "pässword"), "password 8 characters, expected at most 10 ASCII"),
        (lg.LoginRequest("T", "x", " S1"), "requested session ' S1', expected"),
        (lg.LoginRequest("T", "x", "", -1), "requested sequence number -1, expected 0"),
        (lg.LoginRequest("T", "x", "", 2**63), "requested sequence number 9223372036854775808, expected 0"),
    ],
)
def test_login_that_does_not_fit_is_refused_without_quoting_the_password(login: lg.LoginRequest, text: str) -> None:
    with pytest.raises(EncodeError, match=text) as refused:
        lg.encode_login_request(login)
    assert "ssword'" not in str(refused.value)


def test_password_is_masked_in_what_is_recorded() -> None:
    masked = lg.mask_login_request(LOGIN)
    assert masked == LOGIN.replace(b"secret    ", b"**********")
    assert lg.mask_login_request(LOGIN[:12]) == LOGIN[:9] + b"***"


@pytest.mark.parametrize("code", [pt.DEBUG, 0x00, 0x20, 0xFF])
def test_types_are_described_for_people(code: int) -> None:
    assert pt.describe_type(code) == {0x2B: "'+' (0x2b)", 0: "0x00", 0x20: "0x20", 0xFF: "0xff"}[code]


# Real packets


def soup_payload(name: str) -> bytes:
    """Return the TCP payload of the one packet of a capture (Ethernet or raw, IPv4)."""
    path = CAPTURES / name
    if not path.exists():
        pytest.skip(f"capture {name} is not on this machine")
    frame = path.read_bytes()[24 + 16 :]
    at = frame.index(b"\x45", 12 if frame[12:14] == b"\x08\x00" else 0)
    total = struct.unpack_from(">H", frame, at + 2)[0]
    tcp = at + 20
    return frame[tcp + (frame[tcp + 12] >> 4) * 4 : at + total]


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/EnterOrderMessage.pcap", "U"),
        ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/CancelOrderMessage.pcap", "U"),
        ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/ClientHeartbeatPacket.pcap", "R"),
        ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/ServerHeartbeatPacket.pcap", "H"),
        ("Jnx/JnxEquities.Pts.Ouch.v1.11/LoginRequestPacket.pcap", "L"),
        ("Jnx/JnxEquities.Pts.Ouch.v1.11/LoginAcceptedPacket.pcap", "A"),
        ("Jnx/JnxEquities.Pts.Ouch.v1.11/EnterOrderMessage.pcap", "U"),
    ],
)
def test_captured_packets_are_read_and_made_again(name: str, types: str) -> None:
    data = soup_payload(name)
    answers = read_cut(data, [1] * len(data))
    assert [chr(a[0]) for a in answers if not isinstance(a, str)] == list(types) and len(answers) == len(types)
    assert b"".join(encode_packet(*a) for a in answers if not isinstance(a, str)) == data


def test_captured_logins_say_what_they_say() -> None:
    request = soup_payload("Jnx/JnxEquities.Pts.Ouch.v1.11/LoginRequestPacket.pcap")
    decoded = lg.decode_login_request(request[3:])
    assert (decoded.username, decoded.requested_session, decoded.requested_sequence_number) == ("user", "", 0)
    assert lg.encode_login_request(decoded) == request
    accepted = soup_payload("Jnx/JnxEquities.Pts.Ouch.v1.11/LoginAcceptedPacket.pcap")
    assert lg.decode_login_accepted(accepted[3:]) == lg.LoginAccepted("1689192121", 135)
    assert lg.encode_login_accepted(lg.LoginAccepted("1689192121", 135)) == accepted
