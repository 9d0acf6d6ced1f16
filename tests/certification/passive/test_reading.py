"""Read logs in every form, whole and damaged; bytes from anywhere never do worse than a LogError."""

import json

import native_script
import pytest
from capture_files import ACK, FIN, SYN, cooked, ethernet, ipv4, ipv6, pcap, pcapng, tcp
from hypothesis import given
from hypothesis import strategies as st
from wire_script import UP, write_log

from fairlead.certification.passive.judging import judge_log
from fairlead.certification.passive.reading import read_log_bytes
from fairlead.certification.passive.records import LogError
from fairlead.gateway.journal.decoding import DecodedRecord
from fairlead.gateway.journal.fix_text import fix_fields
from fairlead.gateway.journal.kinds import FRAME_IN, FRAME_OUT
from fairlead.gateway.journal.pcapng import SOUP_PORT, CaptureWriter

LINES = (*UP, "A> D 2 11=x 58=a=b", "B> 8 2 17=e", "A> 5 3", "B> 5 3")
FRAMES = [line + b"\x01" for line in write_log(LINES, timed=False).replace(b"\x01\n", b"\n").splitlines()]


def raws(data: bytes) -> list[bytes]:
    return [record.frame.raw for record in read_log_bytes(data, "log").records]


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("mark", ["\x01", "^A", "|"])
def test_quickfix_logs_in_each_form(mark, timed) -> None:
    log = read_log_bytes(write_log(LINES, mark=mark, timed=timed), "log")
    assert [record.frame.raw for record in log.records] == FRAMES
    assert [record.place for record in log.records] == [f"log:{line}" for line in range(1, 7)]
    assert all(bool(record.utc_ns) is timed for record in log.records)
    assert not [record for record in log.records if record.frame.faults]


def test_frames_without_lines_between_them() -> None:
    assert raws(b"".join(FRAMES)) == FRAMES


def test_a_line_end_within_a_message_is_its_own() -> None:
    data = write_log((*UP, "A> B 2 148=x 58=one\ntwo", "B> 0 2"))
    log = read_log_bytes(data, "log")
    assert log.records[2].frame.get(58) == "one\ntwo"
    assert len(log.records) == 4
    assert log.records[3].place == "log:5"


def test_something_like_a_message_within_a_message_is_none() -> None:
    data = write_log((*UP, "A> B 2 148=x 58=8=FIX.4.4", "B> 0 2"))
    assert len(raws(data)) == 4


def test_journal_json_as_the_journal_writes_it() -> None:
    lines = b""
    for number, frame in enumerate(FRAMES):
        kind, way = ((FRAME_OUT, "out"), (FRAME_IN, "in"))[number % 2]
        record = DecodedRecord(number, 1_767_607_200_000_000_000 + number, "venue:XEXC", kind, way, "FIX.4.4", 1)
        record.fields = fix_fields(frame)
        lines += record.as_json()
    lines += DecodedRecord(99, 0, "journal", 1, values={"text": "start"}).as_json()
    log = read_log_bytes(lines, "j")
    assert [record.frame.raw for record in log.records] == FRAMES
    assert log.records[1].utc_ns == 1_767_607_200_000_000_001
    assert log.notes == ["j: 1 records are no FIX messages and are not judged"]


def test_masked_secret_is_no_wrong_sum(tmp_path) -> None:
    frame = write_log(("A> A 1 108=30 554=secret",), timed=False).rstrip(b"\n")
    for masked in (frame.replace(b"secret", b"******"), frame.replace(b"secret", b"***")):
        assert read_log_bytes(masked, "log").records[0].frame.faults == {}


def test_export_of_the_journal(tmp_path) -> None:
    path = tmp_path / "x.pcapng"
    with path.open("wb") as file:
        writer = CaptureWriter(file)
        for number, frame in enumerate(FRAMES):
            writer.write_frame(3, number % 2 == 0, frame, 1_767_607_200_000_000_000 + number, "venue")
    log = read_log_bytes(path.read_bytes(), "x")
    assert [record.frame.raw for record in log.records] == FRAMES
    assert log.records[5].utc_ns == 1_767_607_200_000_000_005


def test_export_of_a_binary_session(tmp_path) -> None:
    path = tmp_path / "x.pcapng"
    frames = [(True, native_script.enter()), (False, native_script.ack()), (False, native_script.filled())]
    with path.open("wb") as file:
        writer = CaptureWriter(file)
        for number, (is_out, frame) in enumerate(frames):
            writer.write_frame(3, is_out, frame, 1_767_607_200_000_000_000 + number, "venue", SOUP_PORT)
    log = read_log_bytes(path.read_bytes(), "x")
    assert log.described() == "capture, 1 SoupBinTCP connections"
    run = judge_log([("x", log)])
    assert not run.failures()
    assert {"OE01", "EX01", "EX16"} <= {result.case_id for result in run.results}
    assert {result.protocol for result in run.results} == {"ouch42"}


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_packets_are_found_however_tcp_cuts_them(size) -> None:
    data = b"".join((native_script.accepted(), native_script.ack(), native_script.filled(), native_script.BEAT_S))
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    log = read_log_bytes(native_script.session([*native_script.UP[:3], *(("S", piece) for piece in pieces)]), "c")
    assert [packet.kind for packet in log.soup[0].packets] == ["L", "A", "S", "S", "H"]


def test_fix_and_binary_sessions_of_one_capture_are_both_found() -> None:
    soup = ipv4(tcp(7000, 7001, 1, native_script.enter()), "10.0.0.3", "10.0.0.4")
    log = read_log_bytes(pcap([*conversation(), soup], 101), "c")
    assert [record.frame.raw for record in log.records] == FRAMES
    assert [connection.server for connection in log.soup] == ["10.0.0.4:7001"]


def conversation(scramble: bool = False, lose: int = -1) -> list[bytes]:
    """Return segments of both directions: frames cut in two, the halves swapped and sent twice where scrambled."""
    at = {0: 0xFFFFFFF0, 1: 5000}  # over the end of 32 bits
    ports = {0: (4000, 5001), 1: (5001, 4000)}
    packets = [(0, tcp(*ports[0], at[0] - 1, flags=SYN)), (1, tcp(*ports[1], at[1] - 1, flags=SYN | ACK))]
    for number, frame in enumerate(FRAMES):
        side = number % 2
        half = len(frame) // 2
        pieces = [tcp(*ports[side], at[side], frame[:half], acknowledged=at[1 - side] & 0xFFFFFFFF)]
        if number != lose:
            pieces.append(tcp(*ports[side], at[side] + half, frame[half:], acknowledged=at[1 - side] & 0xFFFFFFFF))
        if scramble:
            pieces = [pieces[1], pieces[0], pieces[1]]
        packets += [(side, piece) for piece in pieces]
        at[side] += len(frame)
    packets.append((0, tcp(*ports[0], at[0], flags=FIN | ACK)))
    packets.append((1, tcp(*ports[1], at[1], flags=FIN | ACK, acknowledged=at[0] & 0xFFFFFFFF)))
    ends = ("10.0.0.1", "10.0.0.2")
    return [(ipv4(piece, *(ends if side == 0 else ends[::-1]))) for side, piece in packets]


@pytest.mark.parametrize("scramble", [False, True])
@pytest.mark.parametrize("write", [pcap, pcapng])
@pytest.mark.parametrize(
    ("link_type", "wrap"),
    [(101, bytes), (1, ethernet), (1, lambda packet: ethernet(packet, vlan=True)), (113, cooked)],
)
def test_captures_are_put_together(write, link_type, wrap, scramble) -> None:
    log = read_log_bytes(write([wrap(packet) for packet in conversation(scramble)], link_type), "c")
    assert [record.frame.raw for record in log.records] == FRAMES
    assert [record.opens for record in log.records] == [True, True, False, False, False, False]
    assert log.notes == []


def test_ipv6_with_an_extension_header() -> None:
    packets = [ethernet(ipv6(tcp(4000, 5001, 1, b"".join(FRAMES[::2])), "fe80::1", "fe80::2"))]
    assert [r.frame.raw for r in read_log_bytes(pcap(packets, 1), "c").records] == FRAMES[::2]


def test_a_gap_is_named_and_reading_goes_on_behind_it() -> None:
    log = read_log_bytes(pcap(conversation(lose=2), 101), "c")
    missing = len(FRAMES[2]) - len(FRAMES[2]) // 2
    assert [record.frame.raw for record in log.records if not record.frame.faults] == FRAMES[:2] + FRAMES[3:]
    assert any(f"{missing} bytes of 10.0.0.1:4000 -> 10.0.0.2:5001 are missing" in note for note in log.notes)
    assert [record.after_gap for record in log.records if record.frame.raw == FRAMES[4]] == [True]
    # what the capture lacks is not held against who sent it
    run = judge_log([("c", log)], subject="SUBJ")
    assert not run.failures()


def test_what_is_no_fix_on_a_connection_is_no_message_cut_off() -> None:
    other = [ipv4(tcp(7000, 7001, 1, b'{"type":"login"}' * 9), "10.0.0.3", "10.0.0.4")]
    assert read_log_bytes(pcap(conversation() + other, 101), "c").notes == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "no FIX message"),
        (b"hello\n", "no FIX message in 6 bytes"),
        (b"{}\n", "no FIX message in 1 records"),
        (b"{\n{}\n", "x:1: no JSON"),
        (b'{"kind":"FRAME_IN","fields":[[1]]}\n', "x:1: field [1] received"),
        (pcap([], 1), "packet in 0 TCP segments and 0 UDP datagrams"),
        (pcap([], 1)[:10], "expected a header of 24"),
        (pcap([b"abc"], 1), "no FIX message, SoupBinTCP or MoldUDP64 packet in 0 TCP segments"),
        (pcapng([], 1)[:8] + bytes(20), "byte-order magic"),
        (pcapng([], 1) + b"\0\0\0\6\0\0\0\x0d" + bytes(20), "a block of 13 bytes"),
    ],
)  # fmt: skip
def test_broken_files_say_what_is_wrong(data, text) -> None:
    with pytest.raises(LogError, match=r".") as raised:
        read_log_bytes(data, "x")
    assert text in str(raised.value)


def test_a_capture_cut_off_is_read_as_far_as_it_goes() -> None:
    data = pcap(conversation(), 101)
    log = read_log_bytes(data[:-30], "c")
    assert [record.frame.raw for record in log.records] == FRAMES
    assert log.notes[0].startswith("c: cut off in packet")


def judge_or_refuse(data: bytes) -> None:
    try:
        log = read_log_bytes(data, "x")
        json.loads(judge_log([("x", log)], with_absent=True).to_json())
    except LogError as error:
        assert "\n" not in str(error)


SOUP = [*native_script.UP, ("C", native_script.enter()), ("S", native_script.ack()), ("S", native_script.filled())]
MOLD = [
    ("A", native_script.mold(1, native_script.directory(), native_script.add(1))),
    ("Q", native_script.mold(3, count=2)),
]
GOOD = [
    write_log(LINES),
    write_log(LINES, mark="|"),
    pcap(conversation(True), 101),
    pcapng(conversation(), 101),
    native_script.session(SOUP),
    native_script.feed(MOLD),
]


@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=6)), max_size=6),
    st.integers(0, 50),
)
def test_damage_anywhere_is_taken(data, damage, cut) -> None:
    broken = bytearray(data[: len(data) - cut])
    for place, bytes_ in damage:
        broken[place : place + len(bytes_)] = bytes_
    judge_or_refuse(bytes(broken))


@given(
    st.sampled_from([b"", b"8=FIX.4.4\x019=", b"{", b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a"]), st.binary(max_size=400)
)
def test_bytes_from_anywhere_are_taken(head, data) -> None:
    judge_or_refuse(head + data)


TAGS = [6, 7, 14, 16, 17, 19, 20, 31, 32, 36, 37, 38, 39, 41, 43, 44, 45, 54, 108, 112, 122, 123, 141, 150, 151]
VALUES = ["Y", "N", "0", "1", "2", "3", "9", "-1", "x", "", "1.5", "9" * 20, "4", "5", "C", "H", "G"]
FIELDS = st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(VALUES)), max_size=8)


@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.sampled_from("012345A8DFG9HQj"), st.integers(0, 6), FIELDS), max_size=25
    )
)
def test_any_conversation_is_judged(told) -> None:
    lines = [
        " ".join([f"{side}> {kind} {number}", *(f"{tag}={value}" for tag, value in fields if tag != 34)])
        for side, kind, number, fields in told
    ]
    judge_or_refuse(write_log([*UP, *lines]))
