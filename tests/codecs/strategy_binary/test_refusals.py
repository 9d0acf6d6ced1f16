"""Messages that are none: every mistake is named, with what was received and what was expected."""

import struct

import pytest
import strategy_stranger as by_hand
from strategy_stranger import option

from fairlead.codecs.errors import EncodeError
from fairlead.codecs.strategy_binary.errors import MessageError
from fairlead.codecs.strategy_binary.market_data_decoder import decode_market_data_request
from fairlead.codecs.strategy_binary.reports_cy import ReportDecoder
from fairlead.codecs.strategy_binary.request_decoder_cy import RequestDecoder
from fairlead.codecs.strategy_binary.request_encoder_cy import RequestEncoder
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report

ORDER = by_hand.new_order()
SIDES = "one of '1' buy, '2' sell, '5' sell_short, '6' sell_short_exempt"
TYPES = (
    "one of 'O' new_order, 'X' cancel_order, 'U' replace_order, 'M' mass_cancel, 'Q' status_request, "
    "'D' dont_know_trade, 'V' market_data_request"
)


def with_options(options: bytes) -> bytes:
    return by_hand.new_order(options=options)


@pytest.mark.parametrize(
    ("message", "mistakes"),
    [
        (b"", [("message_type", f"an empty message received, expected {TYPES}")]),
        (b"Z", [("message_type", f"'Z' received, expected {TYPES}")]),
        (b"\0" * 99, [("message_type", f"byte 0x00 received, expected {TYPES}")]),
        (ORDER[:98], [("", "98 bytes of new_order received, expected at least 99")]),
        (ORDER + b"x", [("appendage_length", "0 received with 1 bytes of options behind it, expected their number")]),
        (
            ORDER[:-2] + b"\0\5",
            [("appendage_length", "5 received with 0 bytes of options behind it, expected their number")],
        ),
        (
            by_hand.new_order(cl_ord_id="", symbol=""),
            [("cl_ord_id", "missing, and new_order needs it"), ("symbol", "missing, and new_order needs it")],
        ),
        (by_hand.new_order(side=b"x"), [("side", f"'x' received, expected {SIDES}")]),
        (by_hand.new_order(side=b"\0"), [("side", f"byte 0x00 received, expected {SIDES}")]),
        (by_hand.new_order(order_qty=by_hand.NONE), [("order_qty", "missing, and new_order needs it")]),
        (
            ORDER.replace(b"S  ", b"S\0\0", 1),
            [
                (
                    "symbol",
                    "byte 0x00 received at position 1, expected printable Latin-1, padded with spaces",
                )
            ],
        ),
        (
            by_hand.new_order(codes=b"\x07PC?x"),
            [
                ("handl_inst", "byte 0x07 received, expected one character, FIX's code, or zero where it is not given"),
                ("locate_reqd", "'?' received, expected one of 'Y' yes, 'N' no, or zero where it is not given"),
                ("poss_resend", "'x' received, expected 'Y', 'N' or zero"),
            ],
        ),
        (with_options(option(99, b"x")), [("appendage", "option 99 received, which new_order does not have")]),
        (with_options(option(200, b"x")), [("appendage", "option 200 received, which new_order does not have")]),
        (with_options(option(12, b"a") * 2), [("text", "given twice, expected once")]),
        (
            with_options(option(1, b"B")),
            [("cl_ord_id", "given in its field and in the appendage, expected one of them")],
        ),
        (
            with_options(option(12, b"")),
            [("text", "an option without text received, expected text (or leave the option out)")],
        ),
        (with_options(option(32, b"1234567")), [("stop_px", "an option of 7 bytes received, expected 8")]),
        (with_options(option(48, b"\x20")), [("maturity_day", "32 received, expected 1 to 31")]),
        (with_options(option(49, b"\x02")), [("put_or_call", "2 received, expected one of '0' put, '1' call")]),
        (with_options(option(64, b"x=1")), [("extra", "'x=1' received, expected tag=value as in FIX")]),
        (with_options(option(64, b"1=")), [("extra", "'1=' received, expected tag=value as in FIX")]),
        (
            with_options(struct.pack(">HB", 0, 12)),
            [("appendage", "an option of length 0 with 1 bytes left received, expected length, tag and value")],
        ),
        (
            with_options(struct.pack(">HB", 9, 12)),
            [("appendage", "an option of length 9 with 1 bytes left received, expected length, tag and value")],
        ),
        (
            with_options(b"\0"),
            [("appendage", "an option of 1 bytes received, expected length, tag and value")],
        ),
        (
            with_options(option(64, b"1=x") * 256),
            [("", "256 repeated options received, expected 255 at most")],
        ),
    ],
    ids=lambda part: "" if isinstance(part, bytes) else part[0][0] or "message",
)
def test_every_mistake_is_named(message: bytes, mistakes: list[tuple[str, str]]) -> None:
    with pytest.raises(MessageError) as raised:
        RequestDecoder().decode(message)
    assert list(raised.value.mistakes) == mistakes


def test_refused_message_is_named_by_type_and_id() -> None:
    with pytest.raises(MessageError) as raised:
        RequestDecoder().decode(by_hand.new_order("A-7", side=b"x"))
    assert (raised.value.type_code, raised.value.cl_ord_id) == (ord("O"), "A-7")


@pytest.mark.parametrize(
    ("message", "id"),
    [
        (by_hand.new_order("A-7")[:60], "A-7"),
        (by_hand.new_order("A-7") + b"x", "A-7"),
        (by_hand.cancel_order("A-8", "A-7")[:25], "A-8"),
        (by_hand.new_order("A-7")[:24], ""),
        (b"O" + b"\xff" * 30, ""),
        (by_hand.dont_know_trade("O1-1", "E1", b"D")[:60], ""),
    ],
)
def test_id_is_named_where_it_can_be_read_though_the_message_can_not(message: bytes, id: str) -> None:
    with pytest.raises(MessageError) as raised:
        RequestDecoder().decode(message)
    assert raised.value.cl_ord_id == id


@pytest.mark.parametrize(
    ("message", "mistakes"),
    [
        (by_hand.market_data_request("R", b"1", ("A", "")), [("symbol", "missing, and market_data_request needs it")]),
        (
            by_hand.market_data_request("R", b"1", ("A",))[:-1],
            [("", "1 entries received in 23 bytes, expected 24 bytes for each")],
        ),
        (
            by_hand.market_data_request("", b"9", ()),
            [
                ("md_req_id", "missing, and market_data_request needs it"),
                (
                    "subscription_request_type",
                    "'9' received, expected one of '0' snapshot, '1' subscribe, '2' unsubscribe",
                ),
            ],
        ),
        (b"V" * 20, [("", "20 bytes of market_data_request received, expected at least 73")]),
    ],
)
def test_mistakes_of_a_market_data_request(message: bytes, mistakes: list[tuple[str, str]]) -> None:
    with pytest.raises(MessageError) as raised:
        decode_market_data_request(message)
    assert list(raised.value.mistakes) == mistakes


def test_decoder_is_as_new_after_a_mistake() -> None:
    decoder = RequestDecoder()
    for bad in (by_hand.new_order(side=b"x"), with_options(option(12, b"a") * 2), ORDER[:50]):
        with pytest.raises(MessageError):
            decoder.decode(bad)
        assert decoder.decode(ORDER).text == ""


def test_options_that_a_client_does_not_know_are_passed_over_in_a_report() -> None:
    message = by_hand.report(kind=1, exec_type=b"0", ord_status=b"0", options=option(127, b"new") + option(12, b"t"))
    report = ReportDecoder().decode(message)
    assert isinstance(report, Report)
    assert report.text == "t"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"symbol": "\u20ac"}, "new_order symbol: character U+20AC received, expected latin-1"),
        ({"text": "\u20ac"}, "new_order text: character U+20AC received, expected latin-1"),
        ({"side": 300}, "new_order side: 300 received, expected 0 to 255"),
        ({"put_or_call": 256}, "new_order put_or_call: 256 received, expected 0 to 255"),
        ({"extras": (("x", "1"),)}, "new_order extra: tag 'x' received, expected a FIX tag number"),
        ({"extras": (("", "1"),)}, "new_order extra: tag '' received, expected a FIX tag number"),
        ({"text": "x" * 65_500}, "new_order of more than 65534 bytes, expected one that fits a packet"),
    ],
)
def test_what_the_protocol_has_no_place_for_is_refused_by_name(changed: dict[str, object], text: str) -> None:
    values: dict[str, object] = {"cl_ord_id": "A", "symbol": "S", "side": 49, "order_qty": 1, "ord_type": 49}
    with pytest.raises(EncodeError) as raised:
        RequestEncoder().encode(NewOrder(**(values | changed)))  # type: ignore[arg-type]
    assert str(raised.value) == text


def test_another_message_is_no_request() -> None:
    with pytest.raises(EncodeError, match="^Report received, expected a request of the vocabulary$"):
        RequestEncoder().encode(Report(kind=1, exec_type=48, ord_status=48))  # type: ignore[arg-type]
