"""Messages byte for byte against ones made by hand on struct."""

import struct

import pytest
import strategy_stranger as by_hand
from strategy_everything import VALUES, full
from strategy_stranger import option

from fairlead.codecs.strategy_binary.errors import MessageError
from fairlead.codecs.strategy_binary.reports_cy import ReportDecoder, ReportEncoder
from fairlead.codecs.strategy_binary.request_decoder_cy import RequestDecoder
from fairlead.codecs.strategy_binary.request_encoder_cy import RequestEncoder
from fairlead.codecs.vocabulary.constants import ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)


def number(value: int) -> bytes:
    return struct.pack(">q", value)


INSTRUMENT = (
    option(16, b"EUR")
    + option(17, b"OPT")
    + option(18, b"202612")
    + option(48, b"\x12")
    + option(49, b"\0")
    + option(35, number(45_050_000_000))
    + option(19, b"US459")
    + option(20, b"4")
    + option(21, b"XNYS")
)
TERMS = (
    option(32, number(850_000_000))
    + option(33, number(2))
    + option(34, number(3))
    + option(36, number(VALUES["expire_time_ns"]))
    + option(15, b"1 G")
    + INSTRUMENT
    + option(12, "hëllo".encode("latin-1"))
    + option(37, number(VALUES["transact_time_ns"]))
    + option(64, b"9001=x")
    + option(64, b"9002=y=z")
)
TRANSACT_TIME = option(37, number(VALUES["transact_time_ns"]))
TEXT = option(12, "hëllo".encode("latin-1"))

FULL_REQUESTS = {
    NewOrder: by_hand.new_order("S9", "IBM", b"5", b"4", 7, 950_000_000, "ACC1", "XBRK", b"6", b"2PCNY", TERMS),
    CancelOrder: by_hand.cancel_order("S9", "S8", b"5", option(3, b"O1-1") + option(5, b"IBM") + TEXT + TRANSACT_TIME),
    ReplaceOrder: by_hand.replace_order(
        "S9",
        "S8",
        b"5462PCN",
        7,
        950_000_000,
        option(3, b"O1-1") + option(5, b"IBM") + option(6, b"ACC1") + option(7, b"XBRK") + TERMS,
    ),
    MassCancel: by_hand.mass_cancel(
        "S9", b"1", b"5", option(5, b"IBM") + option(7, b"XBRK") + option(6, b"ACC1") + TRANSACT_TIME
    ),
    StatusRequest: by_hand.status_request(
        "S9", "Q1", b"5", option(3, b"O1-1") + option(5, b"IBM") + option(7, b"XBRK")
    ),
    DontKnowTrade: by_hand.dont_know_trade("O1-1", "E1", b"C", b"5", (7, 4, 925_000_000), option(5, b"IBM") + TEXT),
}

FULL_REPORT = by_hand.report(
    kind=8,
    exec_type=b"G",
    ord_status=b"1",
    side=b"5",
    ord_type=b"4",
    time_in_force=b"6",
    request_kind=3,
    refusal=11,
    last_liquidity=b"1",
    poss_dup=b"Y",
    poss_resend=b"Y",
    cl_ord_id="S9",
    orig_cl_ord_id="S8",
    order_id="O1-1",
    exec_id="E1",
    symbol="IBM",
    account="ACC1",
    venue="XBRK",
    order_qty=7,
    price=950_000_000,
    last_qty=4,
    last_px=925_000_000,
    leaves_qty=5,
    cum_qty=6,
    avg_px=8,
    transact_time=VALUES["transact_time_ns"],
    options=option(8, b"Q1")
    + option(9, b"B1")
    + option(10, b"E0")
    + option(11, b"XLON")
    + TEXT
    + option(13, b"1000")
    + option(14, b"1001")
    + option(32, number(850_000_000))
    + option(50, number(99))
    + option(51, number(0))
    + INSTRUMENT,
)


@pytest.mark.parametrize("kind", FULL_REQUESTS, ids=lambda kind: kind.__name__)
def test_request_with_every_field(kind: type) -> None:
    assert RequestEncoder().encode(full(kind)) == FULL_REQUESTS[kind]


@pytest.mark.parametrize("kind", FULL_REQUESTS, ids=lambda kind: kind.__name__)
def test_request_with_every_field_is_read(kind: type) -> None:
    request = RequestDecoder().decode(FULL_REQUESTS[kind])
    assert type(request) is kind
    expected = full(kind)
    for name in dir(expected):
        if not name.startswith("_"):
            assert getattr(request, name) == getattr(expected, name), name


def test_report_with_every_field() -> None:
    assert ReportEncoder().encode(full(Report)) == FULL_REPORT


def test_the_common_order_has_99_bytes() -> None:
    order = NewOrder(
        cl_ord_id="A-1",
        symbol="MSFT",
        side=Side.BUY,
        order_qty=100 * 10**8,
        ord_type=OrdType.LIMIT,
        price=43_025_000_000,
    )
    expected = by_hand.new_order("A-1", "MSFT", b"1", b"2", 10_000_000_000, 43_025_000_000)
    assert len(expected) == 99
    assert RequestEncoder().encode(order) == expected


def test_report_of_an_acceptance() -> None:
    report = Report(
        kind=ReportKind.ACCEPTED, exec_type=ExecType.NEW, ord_status=OrdStatus.NEW, cl_ord_id="A-1", symbol="S"
    )
    expected = by_hand.report(kind=1, exec_type=b"0", ord_status=b"0", cl_ord_id="A-1", symbol="S")
    assert len(expected) == 214
    assert ReportEncoder().encode(report) == expected


def test_text_that_its_field_can_not_hold_goes_into_the_appendage() -> None:
    long, blank = "C" * 25, "S "
    order = NewOrder(cl_ord_id=long, symbol=blank, side=Side.BUY, order_qty=1, ord_type=OrdType.MARKET)
    options = option(1, long.encode()) + option(5, b"S ")
    expected = by_hand.new_order("", "", b"1", b"1", 1, options=options)
    assert RequestEncoder().encode(order) == expected
    read = RequestDecoder().decode(expected)
    assert (read.cl_ord_id, read.symbol) == (long, blank)


def test_character_beyond_latin_1_in_a_report_is_written_as_its_code() -> None:
    report = Report(kind=2, exec_type=56, ord_status=56, cl_ord_id="A", text="5 \u20ac more", venue="Zürich")
    expected = by_hand.report(
        kind=2, exec_type=b"8", ord_status=b"8", cl_ord_id="A", venue="Zürich", options=option(12, b"5 \\u20ac more")
    )
    assert ReportEncoder().encode(report) == expected


def test_refusal_lists_each_mistake() -> None:
    error = MessageError([("side", "'x' received, expected '1'"), ("", "too short")], ord("O"), "A-7")
    expected = by_hand.refused(b"O", 3, ("side: 'x' received, expected '1'", "message: too short"), "A-7")
    assert ReportEncoder().encode_refused(error, 3) == expected
    read = ReportDecoder().decode(expected)
    assert [(mistake.field, mistake.text) for mistake in read.mistakes] == [
        ("side", "'x' received, expected '1'"),
        ("", "too short"),
    ]
    assert (read.line, read.cl_ord_id) == (3, "A-7")


def test_report_too_long_for_a_packet_names_its_longest_text_by_length() -> None:
    report = Report(kind=2, exec_type=56, ord_status=56, cl_ord_id="A", exec_id="E" * 100, text="x" * 70_000)
    message = ReportEncoder().encode(report)
    assert dict(by_hand.options_of(message[214:])) == {
        4: b"E" * 100,
        12: b"(70000 characters: see the journal)",
    }


def test_encoder_goes_on_after_what_did_not_fit() -> None:
    encoder = ReportEncoder()
    encoder.encode(Report(kind=2, exec_type=56, ord_status=56, text="x" * 70_000, limit="\u20ac" * 20_000))
    assert encoder.encode(full(Report)) == FULL_REPORT
