"""What is made of what a venue says, from the bytes that pass the tap."""

import socket
from decimal import Decimal
from pathlib import Path

import pytest
import simplefix
from stranger import live_file

from fairlead.certification.gateway.venue_side import Booked, Card, Trade
from fairlead.certification.live.configuration import LiveConfig, read_live
from fairlead.certification.live.fix_reader import FixReader
from fairlead.certification.live.numbers import Story, fits, live_px, live_qty
from fairlead.certification.live.safety import Safety
from fairlead.certification.live.seen import Seen
from fairlead.certification.live.tap import Tap
from fairlead.certification.live.venue import LiveFix
from fairlead.certification.model.verdicts import Blocked


def _frame(number: int, *fields: tuple[int, str]) -> bytes:
    message = simplefix.FixMessage()
    message.append_pair(8, "FIX.4.4", header=True)
    for tag, value in ((35, fields[0][1]), (34, str(number)), *fields[1:]):
        message.append_pair(tag, value)
    frame: bytes = message.encode()
    return frame


def _reader() -> tuple[FixReader, list[Seen]]:
    reader, seen = FixReader("FIX.4.4"), list[Seen]()
    reader.listen_to(lambda record: None, seen.append)
    reader.link_up()
    return reader, seen


def _report(number: int, exec_type: str, *more: tuple[int, str]) -> bytes:
    return _frame(number, (35, "8"), (37, "O1"), (11, "A1"), (17, f"E{number}"), (150, exec_type), *more)


async def test_reports_are_named_whatever_their_version() -> None:
    reader, seen = _reader()
    reader.from_venue(_report(2, "0") + _report(3, "F", (32, "40"), (31, "9.99")) + _report(4, "C", (58, "over")))
    reader.from_venue(_report(5, "0", (20, "1"), (19, "E3")) + _report(6, "1", (20, "2"), (32, "30"), (31, "9.98")))
    assert [each.what for each in seen] == ["ack", "filled", "expired", "busted", "corrected"]
    assert (seen[1].last_qty, seen[1].last_px, seen[1].exec_id) == (Decimal(40), Decimal("9.99"), "E3")
    assert (seen[2].text, seen[3].exec_ref_id) == ("over", "E3")


async def test_a_repeated_report_is_heard_once_and_a_new_one_twice() -> None:
    reader, seen = _reader()
    report = _report(2, "F", (32, "40"), (31, "9.99"))
    reader.from_venue(report[:10])
    reader.from_venue(report[10:])
    reader.link_down()
    reader.link_up()
    reader.from_venue(_report(2, "F", (43, "Y"), (32, "40"), (31, "9.99")))
    assert len(seen) == 1
    # lost on the way to the tap: the first that is heard of it is the repetition
    reader.from_venue(_report(3, "4", (43, "Y")))
    assert seen[1].what == "canceled"


async def test_a_refused_message_is_traced_to_its_order() -> None:
    reader, seen = _reader()
    reader.from_gateway(_frame(7, (35, "D"), (11, "A1"), (55, "X")))
    reader.from_venue(
        _frame(2, (35, "3"), (45, "7"), (58, "tag missing")) + _frame(3, (35, "j"), (45, "7"), (380, "2"))
    )
    assert [(each.what, each.cl_ord_id) for each in seen] == [("refuse session", "A1"), ("refuse business", "A1")]
    assert reader.numbers == [7]


async def test_what_is_no_fix_is_told() -> None:
    reader, _ = _reader()
    reader.from_venue(b"220 mail.example.com ESMTP\r\n")
    assert "220 mail" in reader.strange


def _live(tmp_path: Path) -> tuple[LiveFix, LiveConfig]:
    config = read_live(live_file(tmp_path, "broker42", "h:1"))
    with socket.socket() as bound:
        tap = Tap(bound, ("h", 1))
    return LiveFix(tap, FixReader("FIX.4.2"), config, lambda: None, lambda name: Card(name, "", "", "", "")), config  # type: ignore[arg-type, return-value]


async def test_a_venue_that_does_otherwise_blocks_the_case(tmp_path: Path) -> None:
    live, _ = _live(tmp_path)
    live.hear(Seen("pending new", "ExecutionReport", "A1"))
    live.hear(Seen("ack", "ExecutionReport", "B1"))
    live.hear(Seen("canceled", "ExecutionReport", "A1", text="no"))
    with pytest.raises(Blocked, match=r"the venue said ExecutionReport \(canceled\) text 'no', expected expired"):
        await live.hears(lambda seen: seen.cl_ord_id == "A1", ("expired",), 60)
    assert (await live.hears(lambda seen: seen.cl_ord_id == "A1", ("canceled",), 60)).text == "no"
    with pytest.raises(Blocked, match="the venue did not say canceled within 0 s"):
        await live.hears(lambda seen: seen.cl_ord_id == "A1", ("canceled",), 0)


def test_caps_hold(tmp_path: Path) -> None:
    _, config = _live(tmp_path)
    safety = Safety(config)
    safety.allow(config.max_quantity)
    with pytest.raises(Blocked, match="above safety.max_quantity 1000000: not sent"):
        safety.allow(config.max_quantity + 1)
    for _ in range(config.max_orders - 1):
        safety.allow(Decimal(1))
    with pytest.raises(Blocked, match="safety.max_orders is 500"):
        safety.allow(Decimal(1))


def test_numbers_of_a_case_stand_for_the_venues(tmp_path: Path) -> None:
    _, config = _live(tmp_path)
    assert (live_px(config, "10.05"), live_qty(config, 300, None)) == (Decimal("10.05"), 300)
    assert [live_qty(config, each, Decimal(500)) for each in ("0.5", 0, 10000, 10001)] == [Decimal("0.5"), 0, 500, 501]
    card = Card("A", "place", "", "", "X", "buy")
    story = Story(Booked(card, "", Decimal(300), Decimal(10)), Booked(card, "", Decimal(900003), Decimal(10)))
    story.pair_all()
    story.meant.trades.append(Trade("f", "", Decimal(100), Decimal(10)))
    story.live.trades.append(Trade("f", "", Decimal(450001), Decimal(10)))
    story.pair_all()
    assert story.stands_for("cum_qty", 100) == [450001]
    assert story.stands_for("leaves_qty", "200") == [450002]
    assert story.stands_for("cum_qty", "*") == story.stands_for("side", "buy") == []
    # more is as much more; less is the same share of what is left, or of what was executed
    assert [story.next_qty(Decimal(qty), 1) for qty in (500, 200, 100, 50)] == [900203, 675002, 450001, 225000]
    assert fits("avg_px", "9.98333333", Decimal("9.983333"))
    assert not fits("avg_px", "9.98", Decimal("9.983333"))
    assert fits("text", "Order: No such symbol", "no such symbol")
