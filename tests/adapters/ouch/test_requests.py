"""What requests look like, byte for byte, and what is refused before the wire: every field of NewOrder is either."""

from dataclasses import replace
from typing import Any

import pytest
from ouch_bench import FRAMES, UTC_NS, Frames, OuchBench
from ouch_frames import MARKET, Jnx, Ouch42, Ouch50

from fairlead.adapters.ouch.profiles import load_profile
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, MassCancelScope, OrdType, Refusal, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import MassCancel, NewOrder, StatusRequest

NO_PRICE: dict[str, Any] = {"price": ABSENT}
LATER = UTC_NS + 10**9 + 90 * 10**9 + 999_999_999


@pytest.fixture
def ouch42() -> OuchBench:
    return up(Ouch42())


@pytest.fixture
def ouch50() -> OuchBench:
    return up(Ouch50())


@pytest.fixture
def jnx() -> OuchBench:
    return up(Jnx())


def up(frames: Frames) -> OuchBench:
    bench = OuchBench(frames)
    bench.login()
    return bench


def sent(bench: OuchBench, **terms: Any) -> tuple[str, bytes]:
    """Return an order's token and what went out for it."""
    order = bench.new("1", **terms)
    assert order is not None, bench.reports()[-1].text
    messages = bench.sent()
    assert messages, bench.reports()[-1].text
    (message,) = messages
    return order.venue_cl_ord_id, message


def refusal(bench: OuchBench, **terms: Any) -> str:
    """Return why an order was refused; nothing went out and nothing lives."""
    bench.new("1", **terms)
    assert bench.sent() == []
    report = bench.reports()[-1]
    assert report.refusal != Refusal.NONE
    assert bench.ledger.open_orders() == []
    return report.text


SAID_42: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"side": Side.SELL}, {"side": "S"}),
    ({"side": Side.SELL_SHORT}, {"side": "T"}),
    ({"side": Side.SELL_SHORT_EXEMPT}, {"side": "E"}),
    ({"qty": 999_999}, {"shares": 999_999}),
    ({"price": 19_999_999_000_000}, {"price": 1_999_999_900}),
    ({"price": 12_340_000}, {"price": 1234}),
    ({"time_in_force": TimeInForce.IMMEDIATE_OR_CANCEL}, {"tif": 0}),
    ({"time_in_force": TimeInForce.GOOD_TILL_CROSSING}, {"tif": 99999}),
    ({"time_in_force": TimeInForce.GOOD_TILL_DATE, "expire_time_ns": LATER}, {"tif": 90}),
    ({"time_in_force": TimeInForce.AT_THE_OPENING}, {"cross": "O"}),
    ({"time_in_force": TimeInForce.AT_THE_CLOSE}, {"cross": "C"}),
    (
        {"time_in_force": TimeInForce.AT_THE_OPENING, "ord_type": OrdType.MARKET, **NO_PRICE},
        {"cross": "O", "price": MARKET},
    ),
    ({"ord_type": OrdType.LIMIT_ON_CLOSE}, {"cross": "C"}),
    ({"ord_type": OrdType.MARKET_ON_CLOSE, **NO_PRICE}, {"cross": "C", "price": MARKET}),
    ({"ord_type": OrdType.PEGGED, "exec_inst": "M"}, {"display": "M"}),
    ({"ord_type": OrdType.PEGGED, "exec_inst": "M 6"}, {"display": "W"}),
    ({"ord_type": OrdType.PEGGED, "exec_inst": "6 M f"}, {"display": "W", "iso": "Y"}),
    ({"exec_inst": "6"}, {"display": "P"}),
    ({"exec_inst": "f"}, {"iso": "Y"}),
    ({"max_floor": 0}, {"display": "N"}),
    ({"min_qty": 50 * SCALE}, {"min_qty": 50}),
    ({"order_capacity": ord("A")}, {"capacity": "A"}),
    ({"order_capacity": ord("R")}, {"capacity": "R"}),
    ({"extras": (("9303", "R"),)}, {"customer": "R"}),
    ({"account": "ACC", "currency": "USD", "security_type": "CS", "handl_inst": ord("1")}, {}),
]


@pytest.mark.parametrize(("terms", "fields"), SAID_42, ids=lambda part: "-".join(part) or "plain")
def test_orders_in_42(ouch42: OuchBench, terms: dict[str, Any], fields: dict[str, Any]) -> None:
    token, message = sent(ouch42, **terms)
    assert message == Ouch42().enter(token, **fields)


SAID_50: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"side": Side.SELL_SHORT, "locate_reqd": ord("N")}, {"side": "T", "options": bytes.fromhex("021959")}),
    (
        {"side": Side.SELL_SHORT, "locate_reqd": ord("N"), "extras": (("5700", "BRKR"),)},
        {"side": "T", "options": bytes.fromhex("021959") + b"\x05\x1aBRKR"},
    ),
    ({"min_qty": 200 * SCALE}, {"options": bytes.fromhex("0503000000C8")}),
    ({"max_floor": 100 * SCALE, "qty": 500}, {"shares": 500, "options": bytes.fromhex("050500000064")}),
    ({"max_floor": 0}, {"display": "N"}),
    ({"exec_inst": "6"}, {"options": b"\x02\x0cP"}),
    ({"exec_inst": "f"}, {"iso": "Y"}),
    ({"ord_type": OrdType.PEGGED, "exec_inst": "R"}, {"options": b"\x02\x06R"}),
    (
        {"ord_type": OrdType.PEGGED, "exec_inst": "P", "extras": (("211", "-0.01"),)},
        {"options": b"\x02\x06P" + bytes.fromhex("0507FFFFFF9C")},
    ),
    ({"ord_type": OrdType.PEGGED, "exec_inst": "M 6"}, {"options": b"\x02\x06M\x02\x0cP"}),
    ({"time_in_force": TimeInForce.IMMEDIATE_OR_CANCEL}, {"tif": "3"}),
    ({"time_in_force": TimeInForce.GOOD_TILL_CROSSING}, {"tif": "5"}),
    (
        {"time_in_force": TimeInForce.GOOD_TILL_DATE, "expire_time_ns": LATER},
        {"tif": "6", "options": bytes.fromhex("050F0000005A")},
    ),
    ({"time_in_force": TimeInForce.AT_THE_CLOSE}, {"cross": "C"}),
    ({"ord_type": OrdType.LIMIT_ON_CLOSE}, {"cross": "C"}),
    ({"order_capacity": ord("A"), "extras": (("9303", "N"),)}, {"capacity": "A", "options": b"\x02\x04N"}),
    ({"price": 19_999_999_000_000}, {"price": 1_999_999_900}),
]


@pytest.mark.parametrize(("terms", "fields"), SAID_50, ids=lambda part: "-".join(part) or "plain")
def test_orders_in_50(ouch50: OuchBench, terms: dict[str, Any], fields: dict[str, Any]) -> None:
    token, message = sent(ouch50, **terms)
    assert message == Ouch50().enter(token, **fields)


SAID_JNX: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"price": 12_340_000_000}, {"price": 1234}),
    ({"ord_type": OrdType.MARKET, **NO_PRICE}, {"price": MARKET}),
    ({"time_in_force": TimeInForce.IMMEDIATE_OR_CANCEL, "exec_inst": "6"}, {"tif": 0, "display": "P"}),
    (
        {"side": Side.SELL_SHORT, "min_qty": 10 * SCALE, "order_capacity": ord("A")},
        {"side": "T", "min_qty": 10, "capacity": "A"},
    ),
    ({"account": "ACC", "currency": "JPY"}, {}),
]


@pytest.mark.parametrize(("terms", "fields"), SAID_JNX, ids=lambda part: "-".join(part) or "plain")
def test_orders_of_the_relative(jnx: OuchBench, terms: dict[str, Any], fields: dict[str, Any]) -> None:
    token, message = sent(jnx, **terms)
    assert message == Jnx().enter(token, **fields)


# What a venue could not take: field values and what the text says. Beyond what all three refuse, each its own.
EACH = [
    ({"stop_px": SCALE, "ord_type": OrdType.STOP_LIMIT}, "OrdType 4 given"),
    ({"time_in_force": TimeInForce.GOOD_TILL_CANCEL}, "TimeInForce 1 given"),
    ({"time_in_force": TimeInForce.FILL_OR_KILL}, "TimeInForce 4 given"),
    ({"exec_inst": "G"}, "ExecInst 'G' given, the venue takes"),
    ({"handl_inst": ord("2")}, "handl_inst 50 given"),
    ({"order_capacity": ord("I")}, "OrderCapacity 'I' given"),
    ({"currency": "EUR"}, "currency 'EUR' given, the venue takes"),
    ({"security_type": "FUT", "maturity_month_year": "202612"}, "'202612' given"),
    ({"maturity_month_year": "202612"}, "maturity_month_year '202612' given"),
    ({"maturity_day": 18}, "maturity_day 18 given"),
    ({"put_or_call": 1}, "put_or_call 1 given"),
    ({"strike_price": SCALE}, "strike_price 100000000 given"),
    ({"security_id": "US459"}, "security_id 'US459' given"),
    ({"security_id": "US459", "security_id_source": "4"}, "'US459' given"),
    ({"security_exchange": "XNYS"}, "security_exchange 'XNYS' given"),
    ({"position_effect": ord("O")}, "position_effect 79 given"),
    ({"text": "hello"}, "text 'hello' given"),
    ({"extras": (("9001", "x"),)}, "tag 9001 with 'x' given"),
    ({"expire_time_ns": LATER}, "ExpireTime given"),
]
OWN: dict[str, list[tuple[dict[str, Any], str]]] = {
    "nasdaq_ouch42": [
        ({"max_floor": 10 * SCALE}, "MaxFloor 1000000000 x 10^-8 given, the venue takes 0 (hidden)"),
        ({"locate_reqd": ord("N")}, "locate_reqd 78 given"),
        ({"ord_type": OrdType.MARKET, **NO_PRICE}, "OrdType 1 with TimeInForce 0 given"),
        ({"price": 19_999_999_010_000}, "price 1999999901 received, expected 0 to 1999999900"),
        ({"price": -SCALE}, "price -10000 received"),
        ({"qty": 1_000_000}, "OrderQty 1000000 given, the venue takes 999999 at most"),
        ({"min_qty": SCALE // 2}, "quantity 50000000 x 10^-8 given"),
        ({"exec_inst": "M"}, "a peg in ExecInst given"),
        ({"ord_type": OrdType.PEGGED}, "OrdType P given, expected a peg"),
        ({"ord_type": OrdType.PEGGED, "exec_inst": "R"}, "ExecInst 'R' given"),
        ({"exec_inst": "6", "max_floor": 0}, "ExecInst '6 hidden' given for display"),
        ({"time_in_force": TimeInForce.GOOD_TILL_DATE, "expire_time_ns": UTC_NS}, "ExpireTime is -1 whole seconds"),
        (
            {"time_in_force": TimeInForce.GOOD_TILL_DATE, "expire_time_ns": UTC_NS + 2 * 86_400 * 10**9},
            "the venue takes less than a day",
        ),
        ({"extras": (("9303", "RR"),)}, "customer_type 'RR'"),
    ],
    "nasdaq_ouch50": [
        ({"locate_reqd": ord("Y")}, "LocateReqd 'Y' given, the venue takes N"),
        ({"extras": (("211", "x"),), "ord_type": OrdType.PEGGED, "exec_inst": "R"}, "tag 211 with 'x' given"),
        ({"extras": (("211", "0.00001"),), "ord_type": OrdType.PEGGED, "exec_inst": "R"}, "peg_offset"),
        ({"ord_type": OrdType.PEGGED, "exec_inst": "M R"}, "ExecInst 'M R' given for price_type"),
        ({"ord_type": OrdType.PEGGED, "exec_inst": "M", **NO_PRICE}, "no Price given, the venue needs one"),
    ],
    "japannext_ouch111": [
        ({"max_floor": 0}, "max_floor 0 given"),
        ({"locate_reqd": ord("N")}, "locate_reqd 78 given"),
        ({"price": 1_001_000_000}, "expected 1 decimals at most"),
        ({"order_capacity": ord("R")}, "OrderCapacity 'R' given, the venue takes A, P"),
    ],
}
REFUSED = [(frames, terms, text) for frames in FRAMES for terms, text in [*EACH, *OWN[frames.profile]]]


@pytest.mark.parametrize(
    ("frames", "terms", "text"),
    REFUSED,
    ids=[f"{frames.profile}-{'-'.join(terms)}-{number}" for number, (frames, terms, _) in enumerate(REFUSED)],
)
def test_what_does_not_fit_is_refused_and_nothing_sent(frames: Frames, terms: dict[str, Any], text: str) -> None:
    assert text in refusal(up(frames), **terms)


def test_every_field_of_an_order_is_carried_or_refused() -> None:
    """One that is added to the vocabulary and forgotten here is red."""
    named = {name for terms, _ in [*SAID_42, *SAID_50, *SAID_JNX, *EACH, *sum(OWN.values(), [])] for name in terms}
    named |= {"cl_ord_id", "symbol", "venue", "order_qty"} - {"qty"}
    least = NewOrder(cl_ord_id="1", symbol="MSFT", side=1, order_qty=1, ord_type=50)
    fields = {name for name in dir(least) if not name.startswith("_")}
    # the strategy's own stamp and its repetition mark are for the books: venues stamp what they take themselves
    assert fields - named == {"transact_time_ns", "poss_resend"}


def test_a_symbol_that_is_no_number_where_the_venue_has_numbers(jnx: OuchBench) -> None:
    jnx.venue.rename_symbols({"MSFT": "MSFT"})
    assert "symbol 'MSFT' is 'MSFT' at the venue, which has numbers" in refusal(jnx)


def test_a_symbol_that_is_too_long(ouch42: OuchBench) -> None:
    ouch42.venue.rename_symbols({"MSFT": "MSFT.LONG"})
    assert "stock 'MSFT.LONG' of 9 characters received, expected 8" in refusal(ouch42)


# Replaces


def test_a_replace_restates_what_it_does_not_change(ouch42: OuchBench) -> None:
    order = ouch42.opened("1", exec_inst="6", min_qty=10 * SCALE, time_in_force=TimeInForce.GOOD_TILL_CROSSING)
    old = order.venue_cl_ord_id
    ouch42.replace("2", "1", price="11", min_qty=20 * SCALE)
    new = order.requests[0].venue_cl_ord_id
    assert ouch42.sent() == [
        Ouch42().replace(old, new, 100, 110_000, tif=99999, display="P", min_qty=20),
    ]


def test_a_replace_in_50_has_the_orders_options(ouch50: OuchBench) -> None:
    order = ouch50.opened("1", 500, max_floor=100 * SCALE, min_qty=10 * SCALE)
    ouch50.replace("2", "1", 500, price="11", max_floor=200 * SCALE)
    new = order.requests[0].venue_cl_ord_id
    options = bytes.fromhex("05030000000A 0505000000C8")
    assert ouch50.sent() == [Ouch50().replace(order.venue_cl_ord_id, new, 500, 110_000, options=options)]


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({"ord_type": OrdType.MARKET}, "a new ord_type given"),
        ({"max_floor": 10 * SCALE}, "a new max_floor given"),
        ({"account": "OTHER"}, "Account 'OTHER' received"),
        ({"side": Side.SELL}, "Side '2' received"),
        ({"text": "why"}, "Text of 3 characters"),
        ({"qty": 2_000_000}, "the venue takes 999999 at most"),
    ],
)
def test_a_replace_that_can_not_be_said_is_refused(ouch42: OuchBench, terms: dict[str, Any], text: str) -> None:
    order = ouch42.opened("1")
    ouch42.replace("2", "1", **terms)
    assert ouch42.sent() == []
    assert text in ouch42.reports()[-1].text
    assert not order.is_ended and not order.requests


def test_a_profile_may_replace_where_others_cancel_a_part() -> None:
    capabilities = replace(load_profile("nasdaq_ouch42").capabilities, reduces_in_place=False)
    bench = OuchBench(Ouch42(), capabilities=capabilities)
    bench.login()
    order = bench.opened()
    bench.replace("2", "1", 60)
    assert bench.sent() == [Ouch42().replace(order.venue_cl_ord_id, order.requests[0].venue_cl_ord_id, 60)]


def test_one_replace_at_a_time(ouch42: OuchBench) -> None:
    ouch42.opened("1")
    ouch42.replace("2", "1", price="11")
    ouch42.replace("3", "2", price="12")
    assert ouch42.reports()[-1].refusal == Refusal.PENDING


# What 5.0 alone has


def test_mass_cancel(ouch50: OuchBench) -> None:
    scope = MassCancelScope.ALL
    ouch50.venue.mass_cancel(MassCancel(cl_ord_id="7", scope=scope), *ouch50.times)
    ouch50.venue.mass_cancel(MassCancel(cl_ord_id="8", scope=scope, symbol="MSFT"), *ouch50.times)
    assert ouch50.sent() == [Ouch50().mass_cancel("7"), Ouch50().mass_cancel("8", "MSFT")]
    ouch50.venue.mass_cancel(MassCancel(cl_ord_id="9", scope=scope, side=Side.BUY), *ouch50.times)
    ouch50.venue.mass_cancel(MassCancel(cl_ord_id="C1-1", scope=scope), *ouch50.times)
    assert ouch50.sent() == []


def test_order_entry_can_be_disabled_and_enabled(ouch50: OuchBench) -> None:
    ouch50.venue.disable_order_entry("7", "FIRM", *ouch50.times)
    ouch50.venue.enable_order_entry("8", "FIRM", *ouch50.times)
    assert ouch50.sent() == [Ouch50().entry("D", "7", "FIRM"), Ouch50().entry("E", "8", "FIRM")]


def test_what_a_venue_has_no_message_for_is_refused(ouch42: OuchBench) -> None:
    ouch42.venue.mass_cancel(MassCancel(cl_ord_id="7", scope=MassCancelScope.ALL), *ouch42.times)
    ouch42.venue.disable_order_entry("8", "FIRM", *ouch42.times)
    ouch42.venue.request_status(StatusRequest(cl_ord_id="9"), None, *ouch42.times)
    assert ouch42.sent() == []
    assert ouch42.events == ["discrepancy", "report_quarantined"] * 2 + ["status_refused"]
