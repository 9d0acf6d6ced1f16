"""`fairlead decode`: captures with faults, raw files, filters; bytes made by hand."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from itch_day import NS, add, delete, event, framed, mold, pcap, soup, tcp, udp

from fairlead.gateway.commands.decode import decode
from fairlead.gateway.decoding import traffic
from fairlead.gateway.decoding.traffic import CaptureDecoder, Choices, Stack, decode_stream
from fairlead.gateway.journal.pcapng import CaptureWriter

DAY = (event(b"O"), add(1, b"B", 100, 4_300_500), delete(1, ns=NS + 2))
ENTER = b"O" + b"TOKEN1        B" + struct.pack(">I8sII4s", 100, b"MSFT    ", 4_300_500, 99_999, b"FIRM")
ENTER += b"YPN" + bytes(4) + b"N "
BODY = b"35=0\x0149=A\x0156=B\x0134=2\x0152=20260102-14:30:00\x01"
FIX = b"8=FIX.4.4\x019=%d\x01" % len(BODY) + BODY
FIX += b"10=%03d\x01" % (sum(FIX) % 256)
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run_on(data: bytes, *options: str) -> Result:
        path = tmp_path / "recording"
        path.write_bytes(data)
        result = CliRunner().invoke(decode, [str(path), *options])
        assert not isinstance(result.exception, Exception), result.exception
        return result

    return run_on


@pytest.fixture
def lines(run: Run) -> Callable[..., list[dict[str, Any]]]:
    return lambda data, *options: [orjson.loads(line) for line in run(data, "--json", *options).stdout.splitlines()]


Lines = Callable[..., list[dict[str, Any]]]


def names(found: list[dict[str, Any]]) -> list[str]:
    return [line.get("message") or line["kind"] for line in found]


def test_a_daily_file(lines: Lines) -> None:
    found = lines(framed(*DAY))
    assert names(found) == ["system_event", "add_order", "order_delete"]
    assert [line["offset"] for line in found] == [0, 14, 52]
    assert found[1]["fields"] == {
        "stock_locate": 1,
        "tracking_number": 0,
        "timestamp": NS,
        "order_reference_number": 1,
        "side": "B",
        "shares": 100,
        "stock": "MSFT",
        "price": "430.0500",
    }


def test_a_line_for_people(run: Run) -> None:
    (line,) = run(framed(DAY[1])).stdout.splitlines()
    assert "itch_5_0 add_order #1 stock_locate=1" in line
    assert "side=B (buy) shares=100 stock=MSFT price=430.0500" in line


def test_datagrams_and_a_request(lines: Lines) -> None:
    request = b"DAY0000001" + struct.pack(">QH", 1, 5)
    found = lines(pcap(udp(mold(1, *DAY)), udp(mold(4)), udp(mold(4, count=0xFFFF)), udp(request, 50_000, 26_401)))
    assert names(found) == [
        "system_event",
        "add_order",
        "order_delete",
        "heartbeat",
        "end_of_session",
        "request_packet",
    ]
    assert [line.get("sequence") for line in found[:3]] == [1, 2, 3]
    assert found[-1]["direction"] == "to_venue"


def test_both_directions_of_an_order_session(lines: Lines) -> None:
    login = soup(b"L", b"user  " + b"secret    " + b" " * 10 + b"1".rjust(20))
    accepted = soup(b"A", b"SESSION   " + b"7".rjust(20))
    system = b"S" + (NS).to_bytes(8, "big") + b"S"
    up = {"source_port": 40_000, "target_port": 9000}
    found = lines(
        pcap(
            tcp(login, 1, **up),
            tcp(accepted + soup(b"S", system), 1, 9000, 40_000),
            tcp(soup(b"U", ENTER), 1 + len(login), **up),
            tcp(soup(b"H"), 1 + len(accepted) + 13, 9000, 40_000),
        )
    )
    assert names(found) == ["login_request", "login_accepted", "system_event", "enter_order", "server_heartbeat"]
    assert found[0]["fields"]["password"] == "***"
    assert found[2]["sequence"] == 7
    assert found[3]["protocol"] == "ouch_4_2"
    assert found[3]["fields"]["price"] == "430.0500"


def test_segments_out_of_order_twice_and_missing(lines: Lines) -> None:
    packets = [soup(b"S", message) for message in DAY]
    starts = [1, 1 + len(packets[0]), 1 + len(packets[0] + packets[1])]
    one, two, three = (tcp(packet, start) for packet, start in zip(packets, starts, strict=True))
    options = ("--port", "9000=soup/itch_5_0")
    assert names(lines(pcap(one, three, two, two), *options)) == [
        "system_event",
        "note",
        "add_order",
        "order_delete",
        "note",
    ]
    found = lines(pcap(one, three), *options)
    assert names(found) == ["system_event", "note", "note", "order_delete"]
    assert found[2]["text"] == f"{len(packets[1])} bytes are not in the capture"


def test_a_gap_in_the_middle_of_a_message_shows_what_there_is_of_it(lines: Lines) -> None:
    packet = soup(b"S", DAY[1])
    found = lines(pcap(tcp(packet[:10], 1), tcp(soup(b"S", DAY[2]), 1 + len(packet))), "--port", "9000=soup/itch_5_0")
    (part,) = [line for line in found if line["kind"] == "unknown"]
    assert part["bytes"] == packet[:10].hex()
    assert part["text"] == "the rest of the message is not in the recording"
    assert names(found)[-1] == "order_delete"


@pytest.mark.parametrize("packet", [b"\0\0", b"\xff\xffS" + b"x" * 20, b"\0\1z"])
def test_a_soup_packet_that_is_none_is_shown(lines: Lines, packet: bytes) -> None:
    found = lines(pcap(tcp(packet, 1)), "--port", "9000=soup/itch_5_0")
    assert [(line["kind"], line["bytes"]) for line in found] == [("unknown", packet.hex())]


def test_a_mold_packet_whose_count_lies(lines: Lines) -> None:
    found = lines(pcap(udp(mold(1, *DAY[:2], count=3))), "--protocol", "mold/itch_5_0")
    assert names(found) == ["system_event", "add_order", "unknown"]
    found = lines(pcap(udp(mold(1, *DAY[:2], count=1))), "--protocol", "mold/itch_5_0")
    assert names(found) == ["system_event", "unknown"]
    assert found[1]["bytes"] == framed(DAY[1]).hex()


def test_messages_of_unknown_type_and_of_the_wrong_length(lines: Lines) -> None:
    found = lines(framed(DAY[0], b"z123", DAY[1][:-1]), "--protocol", "framed/itch_5_0")
    assert [line.get("text") for line in found] == [
        None,
        "type z, expected one of itch_5_0",
        "35 bytes of add_order received, expected 36",
    ]


def test_filters(run: Run, lines: Lines) -> None:
    data = framed(*DAY * 3)
    assert names(lines(data, "--type", "add_order")) == ["add_order"] * 3
    assert names(lines(data, "--type", "D", "--limit", "2")) == ["order_delete"] * 2
    both = pcap(udp(mold(1, *DAY)), udp(mold(1, *DAY), target_port=5))
    assert len(lines(both, "--port", "5")) == 3
    ours = pcap(struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 1, 0, bytes(4), bytes(4)) + bytes(8))
    assert lines(ours)[0]["text"] == "IP protocol 1: not decoded"
    assert lines(ours, "--no-notes") == []


def test_nothing_recognised(run: Run) -> None:
    result = run(b"\xff" * 100)
    assert result.exit_code == 2
    assert "no protocol recognised in ff ff" in result.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--protocol", "soap"), "'soap', expected fix, or soup, mold or framed"),
        (("--protocol", "soup/nonsense"), "no table 'nonsense'"),
        (("--port", "x"), "'x', expected a port"),
        (("--port", "70000"), "'70000', expected a port"),
        (("--port", "1=what"), "'what', expected fix"),
    ],
)
def test_options_that_mean_nothing(run: Run, options: tuple[str, str], text: str) -> None:
    result = run(framed(*DAY), *options)
    assert result.exit_code == 2
    assert text in result.stderr


def test_the_journals_own_capture(tmp_path: Path, lines: Lines) -> None:
    with (tmp_path / "export").open("wb") as file:
        writer = CaptureWriter(file)
        for _ in range(2):
            writer.write_frame(1, True, FIX, 1_700_000_000_000_000_001, "venue:X")
            writer.write_frame(1, False, FIX, 1_700_000_000_000_000_002, "venue:X")
    found = lines((tmp_path / "export").read_bytes())
    assert names(found) == ["Heartbeat"] * 4
    assert found[1]["time"] == "2023-11-14T22:13:20.000000002Z"


def test_connections_without_number_are_given_up_with_what_is_left_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "MAX_CONNECTIONS", 10)
    half = soup(b"S", DAY[1])[:20]
    data = pcap(*(tcp(half, 1, 9000, port) for port in range(20_000, 20_050)))
    choices = Choices(by_port={9000: Stack.parse("soup/itch_5_0")})
    found = list(CaptureDecoder(choices).decode([data]))
    assert [(item.kind, item.raw) for item in found] == [("unknown", half)] * 50


def test_a_damaged_capture(run: Run) -> None:
    whole = pcap(udp(mold(1, *DAY)))
    for data in (whole[:-1], whole + b"\xff" * 16):
        result = run(data)
        assert result.exit_code == 1
        assert "UNKNOWN" in result.stdout


@given(
    st.binary(max_size=400),
    st.sampled_from(["soup/ouch_5_0", "mold/itch_5_0", "framed/itch_5_0", "fix"]),
    st.integers(1, 50),
)
def test_every_byte_is_shown_whatever_the_bytes(data: bytes, stack: str, size: int) -> None:
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    found = list(decode_stream(chunks, Stack.parse(stack)))
    assert all(item.text or item.name for item in found)
    if stack.startswith("soup"):
        # application messages are shown without the three bytes around them
        assert sum(len(item.raw) + 3 * (item.protocol != "soupbintcp_3_00") for item in found) == len(data)


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_packets(packets: list[bytes]) -> None:
    for link_type in (1, 101, 113, 276):
        list(CaptureDecoder(Choices()).decode([pcap(*packets, link_type=link_type)]))


@given(st.binary(max_size=300))
def test_any_file_that_begins_as_a_capture(data: bytes) -> None:
    for head in (b"\x0a\x0d\x0d\x0a", bytes.fromhex("d4c3b2a1"), pcap()):
        list(CaptureDecoder(Choices()).decode([head + data]))


def test_a_wrong_checksum_is_told_and_the_fields_are_read(lines: Lines) -> None:
    (found,) = lines(FIX.replace(b"49=A", b"49=C"), "--protocol", "fix")
    assert (found["message"], found["fields"]["SenderCompID"]) == ("Heartbeat", "C")
    assert "CheckSum" in found["text"]
