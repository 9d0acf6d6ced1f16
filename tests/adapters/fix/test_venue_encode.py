"""Requests to the two venues that come with Fairlead, as exact messages."""

from typing import Any

import pytest
from order_bench import NOW_NS, SHARE, STAMP, UTC_NS, RecordingSession, VenueBench, frame

from fairlead.adapters.fix import venue as venue_module
from fairlead.codecs.vocabulary.constants import (
    MassCancelScope,
    OrdType,
    Refusal,
    ReportKind,
    RequestKind,
    Side,
    TimeInForce,
)
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, NewOrder, ReplaceOrder, StatusRequest

MICROS = STAMP + "000"


@pytest.fixture(autouse=True)
def recording_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venue_module, "FixSession", RecordingSession)


@pytest.fixture
def broker() -> VenueBench:
    return VenueBench("broker42")


@pytest.fixture
def exchange() -> VenueBench:
    return VenueBench("exchange44")


def limit_order(**fields: Any) -> NewOrder:
    terms: dict[str, Any] = {
        "cl_ord_id": "F0001",
        "symbol": "MSFT",
        "side": Side.BUY,
        "order_qty": 100 * SHARE,
        "ord_type": OrdType.LIMIT,
        "price": 10_125 * SHARE // 100,
        "account": "ACC1",
    }
    return NewOrder(**(terms | fields))


def submitted(bench: VenueBench, order: NewOrder) -> str:
    bench.venue.submit(order, NOW_NS, UTC_NS)
    return bench.last


def test_whole_frame_of_an_order(broker: VenueBench) -> None:
    broker.venue.submit(limit_order(), NOW_NS, UTC_NS)
    assert broker.session.frames == [
        frame(
            f"8=FIX.4.2|35=D|34=1|49=FLD|52={STAMP}|56=PEER|11=F0001|1=ACC1|21=1|55=MSFT|54=1|60={STAMP}|38=100|40=2"
            "|44=101.25|59=0"
        )
    ]


def test_equity_at_the_exchange(exchange: VenueBench) -> None:
    assert submitted(exchange, limit_order(security_type="CS")) == (
        "35=D|11=F0001|453=1|448=ACC1|447=D|452=24|55=MSFT.X|48=MSFT.X|22=8|167=CS|54=1"
        f"|60={MICROS}|38=100|40=2|44=101.25|59=0|528=A"
    )


def test_automated_handling_needs_no_field_at_the_exchange(exchange: VenueBench) -> None:
    # FIX 4.2 strategies must say 21=1
    assert submitted(exchange, limit_order(handl_inst=ord("1"))) == submitted(exchange, limit_order())
    assert "|21=" not in exchange.last


def test_each_carried_field_at_the_broker(broker: VenueBench) -> None:
    order = limit_order(
        side=Side.SELL_SHORT,
        ord_type=OrdType.STOP,
        price=-(2**63),
        stop_px=99 * SHARE,
        time_in_force=TimeInForce.GOOD_TILL_CANCEL,
        min_qty=10 * SHARE,
        max_floor=20 * SHARE,
        exec_inst="1 G",
        handl_inst=ord("2"),
        order_capacity=ord("P"),
        currency="USD",
        security_type="CS",
        security_id="US5949181045",
        security_id_source="4",
        security_exchange="O",
        position_effect=ord("O"),
        locate_reqd=ord("N"),
        text="careful",
        transact_time_ns=UTC_NS - 1_500_000_000,
    )
    assert submitted(broker, order) == (
        "35=D|11=F0001|1=ACC1|21=2|18=1 G|110=10|111=20|55=MSFT|48=US5949181045|22=4|167=CS|207=O|54=5|114=N"
        "|60=20260302-14:29:58.500|38=100|40=3|99=99|15=USD|59=1|47=P|58=careful|77=O"
    )


def test_good_till_date_at_the_exchange(exchange: VenueBench) -> None:
    order = limit_order(
        ord_type=OrdType.STOP_LIMIT,
        stop_px=101 * SHARE,
        time_in_force=TimeInForce.GOOD_TILL_DATE,
        expire_time_ns=UTC_NS + 3600 * 10**9,
        order_capacity=ord("R"),
    )
    assert submitted(exchange, order) == (
        "35=D|11=F0001|453=1|448=ACC1|447=D|452=24|55=MSFT.X|48=MSFT.X|22=8|54=1"
        f"|60={MICROS}|38=100|40=4|44=101.25|99=101|59=6|126=20260302-15:30:00.000000|528=R"
    )


FUTURE = {"symbol": "ESZ6", "security_type": "FUT", "maturity_month_year": "202612"}
OSI = "AAPL  261218C00200500"
FIELDS = {
    "symbol": "AAPL",
    "security_type": "OPT",
    "maturity_month_year": "202612",
    "maturity_day": 18,
    "put_or_call": 1,
    "strike_price": 20_050_000_000,
}


@pytest.mark.parametrize(
    ("instrument", "at_broker", "at_exchange"),
    [
        (FUTURE, "55=ESZ6|167=FUT|200=202612", "55=ESZ6.X|48=ESZ6.X|22=8|461=FXXXXX|167=FUT|200=202612"),
        (
            {"symbol": OSI},
            f"55={OSI}|167=OPT|200=202612|205=18|201=1|202=200.5",
            "55=AAPL.X|48=AAPL.X|22=8|461=OCXXXX|167=OPT|200=202612|541=20261218|202=200.5",
        ),
        (
            FIELDS,
            f"55={OSI}|167=OPT|200=202612|205=18|201=1|202=200.5",
            "55=AAPL.X|48=AAPL.X|22=8|461=OCXXXX|167=OPT|200=202612|541=20261218|202=200.5",
        ),
        (
            FIELDS | {"put_or_call": 0, "maturity_month_year": "20261218", "maturity_day": 0},
            "55=AAPL  261218P00200500|167=OPT|200=202612|205=18|201=0|202=200.5",
            "55=AAPL.X|48=AAPL.X|22=8|461=OPXXXX|167=OPT|200=202612|541=20261218|202=200.5",
        ),
    ],
    ids=["future", "osi", "fields", "put with a full date"],
)
def test_derivatives(
    broker: VenueBench, exchange: VenueBench, instrument: dict[str, Any], at_broker: str, at_exchange: str
) -> None:
    order = limit_order(**instrument)
    for bench, expected in ((broker, at_broker), (exchange, at_exchange)):
        sent = submitted(bench, order)
        assert sent[sent.index("55=") : sent.index("|54=")] == expected
        bench.venue.cancel(
            CancelOrder(cl_ord_id="C", orig_cl_ord_id="F0001", symbol=order.symbol, side=Side.BUY),
            order,
            NOW_NS,
            UTC_NS,
        )
        assert f"|{expected}|" in bench.last


def test_cfi_code_of_the_strategy_is_kept(exchange: VenueBench) -> None:
    sent = submitted(exchange, limit_order(**FIELDS, extras=(("461", "OCASPS"),)))
    assert sent.count("461=") == 1
    assert "|461=OCASPS|" in sent


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"symbol": OSI, "put_or_call": 0}, "PutOrCall"),
        ({"symbol": OSI, "strike_price": SHARE}, "strike"),
        ({"symbol": OSI, "security_type": "FUT"}, "FUT"),
        ({"symbol": OSI[:6] + "261318" + OSI[12:]}, "261318"),
        (FIELDS | {"maturity_day": 0}, "MaturityDay"),
        (FIELDS | {"put_or_call": -1}, "PutOrCall"),
        (FIELDS | {"strike_price": 1}, "strike"),
        ({"security_type": "CS", "put_or_call": 1}, "PutOrCall"),
        ({"order_capacity": ord("G")}, "OrderCapacity"),
        ({"text": "a\x01b"}, "SOH"),
        ({"symbol": "\u20ac"}, "latin-1"),
    ],
)
def test_what_cannot_be_said_is_refused_by_a_report(broker: VenueBench, changes: dict[str, Any], names: str) -> None:
    broker.venue.submit(limit_order(**changes), NOW_NS, UTC_NS)
    assert broker.session.frames == []
    (report,) = broker.sink.reports
    assert (report.kind, report.request_kind, report.refusal) == (
        ReportKind.REJECTED,
        RequestKind.NEW_ORDER,
        Refusal.UNSUPPORTED,
    )
    assert report.cl_ord_id == "F0001"
    assert names in report.text


def test_cancel_and_replace_at_the_broker(broker: VenueBench) -> None:
    cancel = CancelOrder(cl_ord_id="F0002", orig_cl_ord_id="F0001", order_id="B77", text="enough")
    broker.venue.cancel(cancel, limit_order(), NOW_NS, UTC_NS)
    assert broker.last == f"35=F|41=F0001|37=B77|11=F0002|1=ACC1|55=MSFT|54=1|60={STAMP}|38=100|58=enough"
    replace = ReplaceOrder(cl_ord_id="F0003", orig_cl_ord_id="F0001", order_qty=50 * SHARE, price=100 * SHARE)
    broker.venue.replace(replace, limit_order(currency="USD"), NOW_NS, UTC_NS)
    assert broker.last == (f"35=G|41=F0001|11=F0003|1=ACC1|21=1|55=MSFT|54=1|60={STAMP}|38=50|40=2|44=100|15=USD|59=0")
    assert broker.session.priorities == [1, 0]


def test_replace_restates_what_stays(exchange: VenueBench) -> None:
    order = limit_order(time_in_force=TimeInForce.GOOD_TILL_DATE, expire_time_ns=UTC_NS, max_floor=10 * SHARE)
    replace = ReplaceOrder(cl_ord_id="F0003", orig_cl_ord_id="F0001", order_id="X1", price=100 * SHARE)
    exchange.venue.replace(replace, order, NOW_NS, UTC_NS)
    assert exchange.last == (
        "35=G|37=X1|41=F0001|11=F0003|453=1|448=ACC1|447=D|452=24|111=10|55=MSFT.X|48=MSFT.X|22=8|54=1"
        f"|60={MICROS}|38=100|40=2|44=100|59=6|126={MICROS}|528=A"
    )


def test_replace_drops_the_terms_that_the_new_type_has_not(exchange: VenueBench) -> None:
    order = limit_order(time_in_force=TimeInForce.GOOD_TILL_DATE, expire_time_ns=UTC_NS)
    replace = ReplaceOrder(
        cl_ord_id="F0003", orig_cl_ord_id="F0001", ord_type=OrdType.MARKET, time_in_force=TimeInForce.DAY
    )
    exchange.venue.replace(replace, order, NOW_NS, UTC_NS)
    assert exchange.last.endswith(f"|60={MICROS}|38=100|40=1|59=0|528=A")


def test_status_requests(broker: VenueBench, exchange: VenueBench) -> None:
    request = StatusRequest(cl_ord_id="F0001", order_id="B77", request_id="S1")
    broker.venue.request_status(request, limit_order(), NOW_NS, UTC_NS)
    assert broker.last == "35=H|37=B77|11=F0001|1=ACC1|55=MSFT|54=1"
    exchange.venue.request_status(request, limit_order(), NOW_NS, UTC_NS)
    assert exchange.last == ("35=H|37=B77|11=F0001|790=S1|453=1|448=ACC1|447=D|452=24|55=MSFT.X|48=MSFT.X|22=8|54=1")
    exchange.venue.request_status(StatusRequest(request_id="S2"), None, NOW_NS, UTC_NS)
    assert exchange.last == "35=AF|584=S2|585=7"
    exchange.venue.request_status(StatusRequest(request_id="S3", symbol="MSFT", side=Side.SELL), None, NOW_NS, UTC_NS)
    assert exchange.last == "35=AF|584=S3|585=1|55=MSFT.X|48=MSFT.X|22=8|54=2"
    broker.venue.request_status(StatusRequest(request_id="S2"), None, NOW_NS, UTC_NS)
    assert broker.sink.events == [("status_refused", "the venue takes no AF", "")]


def test_mass_cancel(broker: VenueBench, exchange: VenueBench) -> None:
    exchange.venue.mass_cancel(MassCancel(cl_ord_id="M1", scope=MassCancelScope.ALL), NOW_NS, UTC_NS)
    assert exchange.last == f"35=q|11=M1|530=7|60={MICROS}"
    one = MassCancel(cl_ord_id="M2", scope=MassCancelScope.SYMBOL, symbol="MSFT", side=Side.BUY)
    exchange.venue.mass_cancel(one, NOW_NS, UTC_NS)
    assert exchange.last == f"35=q|11=M2|530=1|55=MSFT.X|48=MSFT.X|22=8|54=1|60={MICROS}"
    broker.venue.mass_cancel(one, NOW_NS, UTC_NS)
    (report,) = broker.sink.reports
    assert (report.kind, report.request_kind) == (ReportKind.CANCEL_REJECTED, RequestKind.MASS_CANCEL)
    assert report.refusal == Refusal.UNSUPPORTED


@pytest.mark.parametrize("answer", [0, -1, -2])
def test_what_does_not_leave_is_refused_at_once(broker: VenueBench, answer: int) -> None:
    broker.session.answer = answer
    order = limit_order()
    broker.venue.submit(order, NOW_NS, UTC_NS)
    broker.venue.cancel(CancelOrder(cl_ord_id="C", orig_cl_ord_id="F0001"), order, NOW_NS, UTC_NS)
    expected = {0: [], -1: [Refusal.THROTTLED] * 2, -2: [Refusal.VENUE_DOWN] * 2}[answer]
    assert [report.refusal for report in broker.sink.reports] == expected
    assert [report.kind for report in broker.sink.reports] == [ReportKind.REJECTED, ReportKind.CANCEL_REJECTED][
        : len(expected)
    ]


def test_nothing_is_sent_before_the_session_is_synchronised() -> None:
    bench = VenueBench("broker42", is_up=False)
    assert not bench.venue.is_up
    bench.venue.submit(limit_order(), NOW_NS, UTC_NS)
    assert bench.session.frames == []
    assert [report.refusal for report in bench.sink.reports] == [Refusal.VENUE_DOWN]
