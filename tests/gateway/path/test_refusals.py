"""What a strategy may not ask for ends in a refusal that names it, and costs the venue nothing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from path_bench import Bench, identity

from fairlead.adapters.venue_session import ClOrdIdRule
from fairlead.codecs.vocabulary.constants import (
    SCALE,
    ExecType,
    MassCancelScope,
    OrdStatus,
    OrdType,
    Refusal,
    ReportKind,
    RequestKind,
    TimeInForce,
)
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.instruments.instrument import TickTable
from fairlead.gateway.orders.ids import ClOrdIdFactory


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, narrow=identity("narrow", venues=("Y",), symbols=("MS*",)))


REFUSED_ORDERS: dict[str, tuple[dict[str, Any], Refusal, str]] = {
    "unknown symbol": (
        {"symbol": "NOPE"},
        Refusal.UNKNOWN_SYMBOL,
        "symbol 'NOPE' received, expected an instrument of this gateway",
    ),
    "unknown venue": (
        {"venue": "Z"},
        Refusal.UNKNOWN_VENUE,
        "venue 'Z' received, expected a venue of this gateway",
    ),
    "no venue at all": (
        {"symbol": "FREE"},
        Refusal.UNKNOWN_VENUE,
        "no venue received, expected one: neither the instrument nor the strategy has a default",
    ),
    "symbol not traded there": (
        {"symbol": "IBM", "venue": "X"},
        Refusal.UNKNOWN_SYMBOL,
        "IBM does not trade at X, expected one of: Y",
    ),
    "foreign account": (
        {"account": "ACC-b"},
        Refusal.NOT_ENTITLED,
        "account 'ACC-b' received, but strategy a is entitled to: ACC-a",
    ),
    "quantity zero": ({"order_qty": 0}, Refusal.INVALID_QUANTITY, "OrderQty is 0, expected more than 0"),
    "quantity negative": (
        {"order_qty": -10 * SCALE},
        Refusal.INVALID_QUANTITY,
        "OrderQty is -10, expected more than 0",
    ),
    "quantity missing": ({"order_qty": -(2**63)}, Refusal.INVALID_QUANTITY, "OrderQty is none, expected more than 0"),
    "quantity beyond the books": (
        {"order_qty": 2**62 + 1},
        Refusal.INVALID_QUANTITY,
        "OrderQty is 46116860184.27387905, expected at most 46116860184.27387904",
    ),
    "not a lot": (
        {"order_qty": 15 * SCALE},
        Refusal.INVALID_QUANTITY,
        "OrderQty is 15, expected a multiple of the lot 10",
    ),
    "off tick": (
        {"price": 10 * SCALE + 1},
        Refusal.INVALID_PRICE,
        "Price is 10.00000001, expected a multiple of the tick 0.01",
    ),
    "no price": ({"price": -(2**63)}, Refusal.INVALID_PRICE, "no Price given, OrdType 2 needs one"),
    "price of a market order": (
        {"ord_type": OrdType.MARKET},
        Refusal.INVALID_PRICE,
        "Price given, OrdType 1 has none",
    ),
    "order type": (
        {"ord_type": OrdType.STOP_LIMIT, "stop_px": SCALE},
        Refusal.UNSUPPORTED,
        "X: OrdType 4 given, the venue takes 1, 2",
    ),
    "time in force": (
        {"time_in_force": TimeInForce.GOOD_TILL_CANCEL},
        Refusal.UNSUPPORTED,
        "X: TimeInForce 1 given, the venue takes 0, 3",
    ),
    "no id": ({"cl_ord_id": ""}, Refusal.MALFORMED, "ClOrdID of 0 characters, expected 1 to 64 printable ASCII ones"),
    "long id": (
        {"cl_ord_id": "i" * 65},
        Refusal.MALFORMED,
        "ClOrdID of 65 characters, expected 1 to 64 printable ASCII ones",
    ),
    "id with a control character": (
        {"cl_ord_id": "a\x01b"},
        Refusal.MALFORMED,
        "ClOrdID of 3 characters, expected 1 to 64 printable ASCII ones",
    ),
}


@pytest.mark.parametrize("name", REFUSED_ORDERS)
def test_an_order_that_may_not_go_is_rejected_with_what_was_expected(bench: Bench, name: str) -> None:
    fields, refusal, text = REFUSED_ORDERS[name]
    (report,) = bench.order(**fields)
    assert (report.kind, report.exec_type) == (ReportKind.REJECTED, ExecType.REJECTED)
    assert (report.ord_status, report.request_kind) == (OrdStatus.REJECTED, RequestKind.NEW_ORDER)
    assert (Refusal(report.refusal), report.text) == (refusal, text)
    assert report.cl_ord_id == fields.get("cl_ord_id", "1")
    assert bench.x.calls == bench.y.calls == []
    assert bench.records == []
    assert bench.counters().counters["strategy.a.refused"] == 1


def test_steps_by_price_band_and_a_smallest_quantity(bench: Bench) -> None:
    table = TickTable("SUB", (0, SCALE), (SCALE // 10_000, SCALE // 100), 1000 * SCALE)
    known = bench.path.instruments
    known["MSFT"] = replace(known["MSFT"], tick=0, tick_table=table, min_qty=20 * SCALE)

    def text(**fields: Any) -> str:
        (report,) = bench.order(**fields)
        return str(report.text)

    assert text(order_qty=10 * SCALE) == "OrderQty is 10, expected at least the instrument's minimum 20"
    assert text(price=SCALE // 2 + 1) == "Price is 0.50000001, expected a multiple of the tick 0.0001"
    assert text(price=SCALE + SCALE // 1000) == "Price is 1.001, expected a multiple of the tick 0.01"
    assert text(price=-SCALE) == "Price is -1, expected a price within the tick table SUB"
    assert text(price=1000 * SCALE) == "Price is 1000, expected a price within the tick table SUB"
    assert bench.x.calls == []
    assert bench.order(cl_ord_id="2", price=SCALE // 2 + SCALE // 10_000, order_qty=20 * SCALE) == []
    bench.accept(bench.x, bench.x.calls[-1][1].cl_ord_id)
    (refused,) = bench.replace("3", "2", price=2 * SCALE + 1)
    assert refused.text == "Price is 2.00000001, expected a multiple of the tick 0.01"
    (refused,) = bench.replace("4", "2", order_qty=10 * SCALE)
    assert refused.text == "OrderQty is 10, expected at least the instrument's minimum 20"


def test_venues_and_symbols_beyond_the_entitlement_are_refused(bench: Bench) -> None:
    (venue,) = bench.order("narrow", venue="X")
    (symbol,) = bench.order("narrow", symbol="IBM")
    assert venue.text == "venue 'X' received, but strategy narrow is entitled to: Y"
    assert symbol.text == "symbol 'IBM' received, but strategy narrow is entitled to: MS*"
    assert {venue.refusal, symbol.refusal} == {Refusal.NOT_ENTITLED}
    assert bench.order("narrow", venue="Y") == []


def test_a_refused_id_may_be_used_again_and_a_booked_one_may_not(bench: Bench) -> None:
    assert len(bench.order(symbol="NOPE")) == 1
    assert bench.order() == []
    (report,) = bench.order()
    assert (report.refusal, report.value) == (Refusal.DUPLICATE_CL_ORD_ID, "1")
    assert report.text == "ClOrdID 1 was used before, expected a new one"
    assert len(bench.x.calls) == 1
    assert bench.order("b") == []  # ids are a strategy's own


def test_orders_for_a_venue_that_is_down_are_refused(bench: Bench) -> None:
    bench.go_down(bench.x)
    (report,) = bench.order()
    assert (report.refusal, report.text) == (Refusal.VENUE_DOWN, "venue X is not connected")
    assert bench.order(venue="Y") == []


def test_a_stopping_gateway_takes_cancels_only(bench: Bench) -> None:
    bench.open("1")
    bench.path.is_stopping = True
    (order,) = bench.order(cl_ord_id="2")
    (replace,) = bench.replace("3", "1", price=11 * SCALE)
    assert {order.refusal, replace.refusal} == {Refusal.STOPPING}
    assert bench.cancel("4", "1") == []
    assert [call for call, _ in bench.x.calls] == ["submit", "cancel"]


def _cancel(bench: Bench, cl_ord_id: str, orig: str) -> list[Report]:
    return bench.cancel(cl_ord_id, orig)


def _replace(bench: Bench, cl_ord_id: str, orig: str) -> list[Report]:
    return bench.replace(cl_ord_id, orig, price=11 * SCALE)


@pytest.mark.parametrize(("ask", "kind"), [(_cancel, RequestKind.CANCEL_ORDER), (_replace, RequestKind.REPLACE_ORDER)])
class TestCancelAndReplace:
    """What both have in common."""

    def test_of_an_unknown_order(self, bench: Bench, ask: Callable[..., list[Report]], kind: RequestKind) -> None:
        bench.open("1", strategy="b")
        (report,) = ask(bench, "2", "1")  # another strategy's order is unknown, too
        assert (report.kind, report.request_kind) == (ReportKind.CANCEL_REJECTED, kind)
        assert report.refusal == Refusal.UNKNOWN_ORDER
        assert report.text == "OrigClOrdID '1' received, expected the ClOrdID of an order"
        assert (report.cl_ord_id, report.orig_cl_ord_id) == ("2", "1")
        assert len(bench.x.calls) == 1

    def test_of_an_order_that_has_ended(
        self, bench: Bench, ask: Callable[..., list[Report]], kind: RequestKind
    ) -> None:
        bench.fill(bench.x, bench.open("1"), 100, "E1", OrdStatus.FILLED)
        (report,) = ask(bench, "2", "1")
        assert (report.refusal, report.text) == (Refusal.TOO_LATE, "the order has ended (filled)")
        assert (report.ord_status, report.cum_qty) == (OrdStatus.FILLED, 100 * SCALE)

    def test_under_an_id_used_before(self, bench: Bench, ask: Callable[..., list[Report]], kind: RequestKind) -> None:
        bench.open("1")
        (report,) = ask(bench, "1", "1")
        assert report.refusal == Refusal.DUPLICATE_CL_ORD_ID

    def test_while_the_venue_is_down(self, bench: Bench, ask: Callable[..., list[Report]], kind: RequestKind) -> None:
        bench.open("1")
        bench.go_down(bench.x)
        (report,) = ask(bench, "2", "1")
        assert (report.refusal, report.ord_status) == (Refusal.VENUE_DOWN, OrdStatus.NEW)
        assert len(bench.x.calls) == 1


def test_a_cancel_text_that_the_venue_has_no_room_for(bench: Bench) -> None:
    bench.open("1")
    (report,) = bench.cancel("2", "1", text="t" * 21)
    assert report.refusal == Refusal.UNSUPPORTED
    assert report.text == "X: Text of 21 characters received, expected at most 20"


REFUSED_REPLACES: dict[str, tuple[dict[str, Any], Refusal, str]] = {
    "below what is done": (
        {"order_qty": 20 * SCALE},
        Refusal.INVALID_QUANTITY,
        "OrderQty is 20, expected at least the 30 executed already",
    ),
    "zero": ({"order_qty": 0}, Refusal.INVALID_QUANTITY, "OrderQty is 0, expected more than 0"),
    "not a lot": (
        {"order_qty": 45 * SCALE},
        Refusal.INVALID_QUANTITY,
        "OrderQty is 45, expected a multiple of the lot 10",
    ),
    "off tick": ({"price": 1}, Refusal.INVALID_PRICE, "Price is 0.00000001, expected a multiple of the tick 0.01"),
    "order type": (
        {"ord_type": OrdType.MARKET},
        Refusal.UNSUPPORTED,
        "X: a new ord_type given, the venue replaces order_qty, price, stop_px, time_in_force",
    ),
}


@pytest.mark.parametrize("name", REFUSED_REPLACES)
def test_new_terms_that_may_not_be(bench: Bench, name: str) -> None:
    fields, refusal, text = REFUSED_REPLACES[name]
    bench.fill(bench.x, bench.open("1"), 30, "E1", OrdStatus.PARTIALLY_FILLED)
    (report,) = bench.replace("2", "1", **fields)
    assert (Refusal(report.refusal), report.text) == (refusal, text)
    assert report.ord_status == OrdStatus.PARTIALLY_FILLED
    assert len(bench.x.calls) == 1


def test_a_second_replace_waits_where_the_venue_takes_one_at_a_time(bench: Bench) -> None:
    bench.open("1")
    assert bench.replace("2", "1", price=11 * SCALE) == []
    (report,) = bench.replace("3", "1", price=12 * SCALE)
    assert report.refusal == Refusal.PENDING
    assert report.text == "X takes one replace at a time, and one is in flight"


def test_a_venue_that_replaces_nothing(bench: Bench) -> None:
    bench.open("1")
    with bench.without("replace", bench.x):
        (report,) = bench.replace("2", "1", price=11 * SCALE)
    assert (report.refusal, report.text) == (Refusal.UNSUPPORTED, "X: the venue replaces no orders")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"scope": MassCancelScope.SYMBOL}, "scope symbol received without a symbol, expected one"),
        (
            {"scope": MassCancelScope.ALL, "symbol": "MSFT"},
            "scope all received with symbol 'MSFT', expected none, or scope symbol",
        ),
        ({"scope": 50}, "scope 50 received, expected symbol or all"),
        ({"scope": MassCancelScope.ALL, "venue": "Z"}, "venue 'Z' received, expected a venue of this gateway"),
    ],
)
def test_a_mass_cancel_of_unclear_scope_cancels_nothing(bench: Bench, fields: dict[str, Any], text: str) -> None:
    bench.open("1")
    (report,) = bench.mass_cancel(cl_ord_id="m", **fields)
    assert (report.kind, report.request_kind) == (ReportKind.CANCEL_REJECTED, RequestKind.MASS_CANCEL)
    assert report.text == text
    assert [call for call, _ in bench.x.calls] == ["submit"]


def test_status_of_an_order_that_is_not_the_strategys(bench: Bench) -> None:
    bench.open("1", strategy="b")
    order = bench.ledger.find("b", "1")
    assert order is not None
    (by_id,) = bench.status(cl_ord_id="1", request_id="r")
    (by_order_id,) = bench.status(order_id=order.order_id)
    assert (by_id.kind, by_id.refusal, by_id.request_id) == (ReportKind.STATUS_REPORT, Refusal.UNKNOWN_ORDER, "r")
    assert by_id.text == "ClOrdID '1' received, expected that of an order"
    assert by_order_id.text == f"OrderID '{order.order_id}' received, expected that of an order"


def test_a_venue_whose_ids_are_used_up(bench: Bench) -> None:
    bench.path.add_venue(bench.x, ClOrdIdFactory(ClOrdIdRule(length=2, alphabet="01"), epoch=1))
    bench.open("1")
    bench.open("2")
    (order,) = bench.order(cl_ord_id="3")
    (cancel,) = bench.cancel("4", "1")
    assert {order.refusal, cancel.refusal} == {Refusal.UNSUPPORTED}
    assert order.text == cancel.text == "no ClOrdID is left for venue X until the gateway starts anew"
    assert bench.events == ["ids_exhausted", "ids_exhausted"]
