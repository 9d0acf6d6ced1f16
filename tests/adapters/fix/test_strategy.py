"""A strategy over FIX 4.2 and 4.4: its messages as requests, reports as exact messages of its version."""

from typing import Any

import pytest
from order_bench import NOW_NS, SHARE, STAMP, UTC_NS, StrategyBench, body

from fairlead.adapters.capabilities_check import check_restated
from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.strategy import FixStrategyOrders
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.codecs.errors import LocalProtocolError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.vocabulary.constants import (
    ABSENT,
    ExecType,
    MassCancelScope,
    OrdStatus,
    OrdType,
    Refusal,
    ReportKind,
    RequestKind,
    Side,
    TimeInForce,
)
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)


@pytest.fixture
def old() -> StrategyBench:
    return StrategyBench("FIX.4.2")


@pytest.fixture
def new() -> StrategyBench:
    return StrategyBench("FIX.4.4")


ORDER = f"35=D|11=S1|55=MSFT|54=1|60={STAMP}|38=100|40=2|44=10.5"


def terms(request: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(request, name) for name in names}


# Requests


def test_order_of_4_2_with_every_field(old: StrategyBench) -> None:
    order = old.receive(
        f"35=D|97=Y|11=S1|1=ACC1|21=2|18=1 G|110=10|111=20|100=XBRK|55=IBM|48=459200101|22=1|167=CS|207=N|54=5|114=Y"
        f"|60={STAMP}|38=100|40=4|44=10.5|99=11|15=USD|59=6|126=20260302-15:30:00|47=P|58=hello|77=O|9001=x|76=BRKR"
    )
    assert isinstance(order, NewOrder)
    expected = {
        "cl_ord_id": "S1",
        "symbol": "IBM",
        "side": Side.SELL_SHORT,
        "order_qty": 100 * SHARE,
        "ord_type": OrdType.STOP_LIMIT,
        "price": 1_050_000_000,
        "stop_px": 11 * SHARE,
        "time_in_force": TimeInForce.GOOD_TILL_DATE,
        "account": "ACC1",
        "venue": "XBRK",
        "min_qty": 10 * SHARE,
        "max_floor": 20 * SHARE,
        "expire_time_ns": UTC_NS + 3600 * 10**9,
        "exec_inst": "1 G",
        "handl_inst": ord("2"),
        "order_capacity": ord("P"),
        "currency": "USD",
        "security_type": "CS",
        "security_id": "459200101",
        "security_id_source": "1",
        "security_exchange": "N",
        "position_effect": ord("O"),
        "locate_reqd": ord("Y"),
        "text": "hello",
        "transact_time_ns": UTC_NS,
        "extras": (("9001", "x"), ("76", "BRKR")),
        "poss_resend": True,
    }
    assert terms(order, *expected) == expected


def test_plain_order_leaves_the_rest_absent(new: StrategyBench) -> None:
    order = new.receive(ORDER)
    assert (order.time_in_force, order.stop_px, order.put_or_call, order.extras) == (ord("0"), ABSENT, -1, ())
    assert (order.account, order.venue, order.handl_inst, order.poss_resend) == ("", "", 0, False)


@pytest.mark.parametrize(
    ("version", "fields", "expected"),
    [
        ("FIX.4.2", "167=FUT|200=202612", ("FUT", "202612", 0, -1, ABSENT, ())),
        ("FIX.4.2", "167=OPT|200=202612|205=18|201=1|202=200.5", ("OPT", "202612", 18, 1, 20_050_000_000, ())),
        ("FIX.4.4", "461=OPXXXX|200=202612|541=20261218|202=1", ("OPT", "202612", 18, 0, SHARE, ())),
        ("FIX.4.4", "461=OCASPS|541=20261218|202=1", ("OPT", "202612", 18, 1, SHARE, (("461", "OCASPS"),))),
        ("FIX.4.4", "461=FXXXXX|167=FUT|200=202612", ("FUT", "202612", 0, -1, ABSENT, ())),
        ("FIX.4.4", "461=ESXXXX", ("CS", "", 0, -1, ABSENT, ())),
        ("FIX.4.4", "461=ESVUFR", ("CS", "", 0, -1, ABSENT, (("461", "ESVUFR"),))),
        ("FIX.4.4", "461=DBXXXX", ("", "", 0, -1, ABSENT, (("461", "DBXXXX"),))),
        ("FIX.4.4", "167=OPT|200=20261218|201=0|202=1", ("OPT", "20261218", 0, 0, SHARE, ())),
    ],
)
def test_derivatives(version: str, fields: str, expected: tuple[Any, ...]) -> None:
    order = StrategyBench(version).receive(f"{ORDER}|{fields}")
    assert (
        order.security_type,
        order.maturity_month_year,
        order.maturity_day,
        order.put_or_call,
        order.strike_price,
        order.extras,
    ) == expected


def test_account_in_parties(new: StrategyBench) -> None:
    assert new.receive(f"{ORDER}|453=1|448=ACC1|447=D|452=24|528=R").account == "ACC1"
    assert new.receive(f"{ORDER}|1=ACC1|453=1|448=ACC1|447=D|452=24").account == "ACC1"


@pytest.mark.parametrize(
    ("version", "fields", "names"),
    [
        ("FIX.4.4", "453=1|448=ACC1|447=D|452=1", "PartyRole(452) '1'"),
        ("FIX.4.4", "1=A|453=1|448=B|447=D|452=24", "accounts 'A' and 'B'"),
        ("FIX.4.4", "453=2|448=B|447=D|452=24", "453"),
        ("FIX.4.4", "461=OCXXXX|167=FUT", "SecurityType 'FUT'"),
        ("FIX.4.4", "461=OCXXXX|201=0", "PutOrCall 0"),
        ("FIX.4.4", "541=2026", "MaturityDate(541)"),
        ("FIX.4.4", "541=20261218|200=202611", "202611"),
        ("FIX.4.2", "47=J", "47 'J'"),
        ("FIX.4.2", "59=9", "59 '9'"),
        ("FIX.4.2", "99=1.123456789", "1.123456789"),
    ],
)
def test_unreadable_order_is_rejected_with_the_reason(version: str, fields: str, names: str) -> None:
    bench = StrategyBench(version)
    assert bench.receive(f"{ORDER}|{fields}") is None
    sent = FixMessage.from_bytes(bench.session.frames[-1])
    assert (sent.msg_type, sent.get_str(11), sent.get_str(150), sent.get_str(39)) == ("8", "S1", "8", "8")
    assert sent.get_str(20) == ("0" if version == "FIX.4.2" else "")
    assert sent.get_str(103) == ("0" if version == "FIX.4.2" else "99")
    assert sent.get_str(58).startswith("MALFORMED: ")
    assert names in sent.get_str(58)


def test_cancel_replace_status(old: StrategyBench, new: StrategyBench) -> None:
    cancel = old.receive(f"35=F|11=S2|41=S1|37=O1|55=IBM|54=1|60={STAMP}|38=100|58=enough")
    assert isinstance(cancel, CancelOrder)
    assert terms(cancel, "cl_ord_id", "orig_cl_ord_id", "order_id", "symbol", "side", "text", "transact_time_ns") == {
        "cl_ord_id": "S2",
        "orig_cl_ord_id": "S1",
        "order_id": "O1",
        "symbol": "IBM",
        "side": Side.BUY,
        "text": "enough",
        "transact_time_ns": UTC_NS,
    }
    replace = new.receive(f"35=G|11=S3|41=S1|55=IBM|54=1|60={STAMP}|38=50|40=2|44=9|59=1|1=ACC1|528=A")
    assert isinstance(replace, ReplaceOrder)
    assert terms(replace, "order_qty", "price", "ord_type", "time_in_force", "stop_px", "orig_cl_ord_id") == {
        "order_qty": 50 * SHARE,
        "price": 9 * SHARE,
        "ord_type": OrdType.LIMIT,
        "time_in_force": TimeInForce.GOOD_TILL_CANCEL,
        "stop_px": ABSENT,
        "orig_cl_ord_id": "S1",
    }
    status = new.receive("35=H|11=S1|790=Q1|55=IBM|54=1")
    assert isinstance(status, StatusRequest)
    assert (status.cl_ord_id, status.request_id) == ("S1", "Q1")


def test_replace_restates_all_that_an_order_says(old: StrategyBench, new: StrategyBench) -> None:
    said = (
        "11=S2|21=2|18=1 G|100=XBRK|55=IBM|48=459200101|22=1|167=OPT|200=202612|202=200.5|207=N|54=5|114=Y"
        f"|60={STAMP}|38=100|40=4|44=10.5|99=11|15=USD|77=O|9001=x|1=ACC1"
    )
    for bench, rest in ((old, "47=P|205=18|201=1"), (new, "528=P|541=20261218|461=OCXXXX")):
        order = bench.receive(f"35=D|{said}|{rest}")
        replace = bench.receive(f"35=G|41=S1|{said}|{rest}")
        names = {name for name in dir(replace) if not name.startswith("_") and hasattr(order, name)}
        shared = sorted(names - {"time_in_force"})
        assert terms(replace, *shared) == terms(order, *shared)
        assert replace.extras == (("9001", "x"),)
        assert check_restated(replace, order) is None


def test_mass_cancel(new: StrategyBench) -> None:
    request = new.receive(f"35=q|11=M1|530=1|55=IBM|54=2|60={STAMP}")
    assert isinstance(request, MassCancel)
    assert (request.scope, request.symbol, request.side) == (MassCancelScope.SYMBOL, "IBM", Side.SELL)
    assert new.receive(f"35=q|11=M2|530=7|60={STAMP}").scope == MassCancelScope.ALL
    assert new.receive(f"35=q|11=M3|530=5|167=FUT|60={STAMP}") is None
    assert "35=r|11=M3|37=NONE|530=7|531=0|532=99" in new_body(new)


def new_body(bench: StrategyBench) -> str:
    return body(bench.session.frames[-1])


def test_mass_status_counts_its_answers(new: StrategyBench) -> None:
    status: dict[str, Any] = {
        "kind": ReportKind.STATUS_REPORT,
        "exec_type": ExecType.ORDER_STATUS,
        "ord_status": OrdStatus.NEW,
        "order_id": "O1",
        "symbol": "IBM",
        "side": Side.BUY,
        "request_id": "Q1",
    }
    new.entry.answers = [Report(**status, cl_ord_id="S1"), Report(**status, cl_ord_id="S2")]
    request = new.receive("35=AF|584=Q1|585=7")
    assert (request.cl_ord_id, request.order_id, request.request_id) == ("", "", "Q1")
    sent = [FixMessage.from_bytes(data) for data in new.session.frames]
    assert [(each.get_str(11), each.get_int(911), each.get_str(912)) for each in sent] == [
        ("S1", 2, "N"),
        ("S2", 2, "Y"),
    ]
    assert {each.get_str(584) for each in sent} == {"Q1"}
    assert not any(each.has(790) for each in sent)


def test_mass_status_without_orders(new: StrategyBench) -> None:
    new.receive("35=AF|584=Q1|585=7")
    assert new_body(new) == (
        f"35=8|37=NONE|584=Q1|911=0|912=Y|17=0|150=I|39=8|55=[N/A]|54=7|151=0|14=0|6=0|60={STAMP}|58=no orders"
    )


@pytest.mark.parametrize(
    ("version", "text", "reason"),
    [
        ("FIX.4.2", "35=B|148=x|33=1|58=y", 3),
        ("FIX.4.2", f"35=q|11=M1|530=7|60={STAMP}", 3),
        ("FIX.4.4", "35=AF|584=Q|585=8", 0),
        ("FIX.4.4", "35=AF|584=Q|585=7|1=ACC", 0),
        ("FIX.4.4", "35=H|11=S1|55=IBM|54=9", 0),
        ("FIX.4.4", "35=D|55=IBM|54=9", 0),
    ],
)
def test_what_no_answer_exists_for_gets_a_business_reject(version: str, text: str, reason: int) -> None:
    bench = StrategyBench(version)
    assert bench.receive(text) is None
    ((msg_type, given, _, ref_id),) = bench.session.rejects
    assert (msg_type, given) == (text[3:].partition("|")[0], reason)
    assert ref_id == ("M1" if "M1" in text else "S1" if "S1" in text else "")


# Reports

BOOKED: dict[str, Any] = {
    "cl_ord_id": "S1",
    "order_id": "O1",
    "exec_id": "E1",
    "symbol": "IBM",
    "side": Side.BUY,
    "order_qty": 100 * SHARE,
    "leaves_qty": 100 * SHARE,
    "cum_qty": 0,
    "avg_px": 0,
}
HALF: dict[str, Any] = {
    **BOOKED,
    "leaves_qty": 60 * SHARE,
    "cum_qty": 40 * SHARE,
    "last_qty": 40 * SHARE,
    "last_px": 1_050_000_000,
    "avg_px": 1_050_000_000,
}

REPORTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "accepted": (
        {**BOOKED, "kind": ReportKind.ACCEPTED, "exec_type": ExecType.NEW, "ord_status": OrdStatus.NEW},
        "20=0|150=0|39=0|55=IBM|54=1|38=100|151=100|14=0|6=0",
        "150=0|39=0|55=IBM|54=1|38=100|151=100|14=0|6=0",
    ),
    "partial fill": (
        {**HALF, "kind": ReportKind.FILLED, "exec_type": ExecType.TRADE, "ord_status": OrdStatus.PARTIALLY_FILLED},
        "20=0|150=1|39=1|55=IBM|54=1|38=100|32=40|31=10.5|151=60|14=40|6=10.5",
        "150=F|39=1|55=IBM|54=1|38=100|32=40|31=10.5|151=60|14=40|6=10.5",
    ),
    "fill while a cancel is pending": (
        {**HALF, "kind": ReportKind.FILLED, "exec_type": ExecType.TRADE, "ord_status": OrdStatus.PENDING_CANCEL},
        "20=0|150=1|39=6|55=IBM|54=1|38=100|32=40|31=10.5|151=60|14=40|6=10.5",
        "150=F|39=6|55=IBM|54=1|38=100|32=40|31=10.5|151=60|14=40|6=10.5",
    ),
    "last fill": (
        {
            **HALF,
            "leaves_qty": 0,
            "cum_qty": 100 * SHARE,
            "kind": ReportKind.FILLED,
            "exec_type": ExecType.TRADE,
            "ord_status": OrdStatus.FILLED,
            "last_mkt": "XNYS",
        },
        "20=0|150=2|39=2|55=IBM|54=1|38=100|32=40|31=10.5|30=XNYS|151=0|14=100|6=10.5",
        "150=F|39=2|55=IBM|54=1|38=100|32=40|31=10.5|30=XNYS|151=0|14=100|6=10.5",
    ),
    "busted": (
        {
            **BOOKED,
            "kind": ReportKind.TRADE_BUSTED,
            "exec_type": ExecType.TRADE_CANCEL,
            "ord_status": OrdStatus.NEW,
            "exec_ref_id": "E0",
        },
        "20=1|19=E0|150=0|39=0|55=IBM|54=1|38=100|151=100|14=0|6=0",
        "19=E0|150=H|39=0|55=IBM|54=1|38=100|151=100|14=0|6=0",
    ),
    "corrected": (
        {
            **HALF,
            "kind": ReportKind.TRADE_CORRECTED,
            "exec_type": ExecType.TRADE_CORRECT,
            "ord_status": OrdStatus.PARTIALLY_FILLED,
            "exec_ref_id": "E0",
        },
        "20=2|19=E0|150=1|39=1|55=IBM|54=1|38=100|32=40|31=10.5|151=60|14=40|6=10.5",
        "19=E0|150=G|39=1|55=IBM|54=1|38=100|32=40|31=10.5|151=60|14=40|6=10.5",
    ),
    "pending cancel": (
        {
            **BOOKED,
            "kind": ReportKind.STATUS_REPORT,
            "exec_type": ExecType.PENDING_CANCEL,
            "ord_status": OrdStatus.PENDING_CANCEL,
        },
        "20=0|150=6|39=6|55=IBM|54=1|38=100|151=100|14=0|6=0",
        "150=6|39=6|55=IBM|54=1|38=100|151=100|14=0|6=0",
    ),
    "status": (
        {
            **BOOKED,
            "kind": ReportKind.STATUS_REPORT,
            "exec_type": ExecType.ORDER_STATUS,
            "ord_status": OrdStatus.PARTIALLY_FILLED,
        },
        "20=3|150=1|39=1|55=IBM|54=1|38=100|151=100|14=0|6=0",
        "150=I|39=1|55=IBM|54=1|38=100|151=100|14=0|6=0",
    ),
    "triggered": (
        {**BOOKED, "kind": ReportKind.STATUS_REPORT, "exec_type": ExecType.TRIGGERED, "ord_status": OrdStatus.NEW},
        "20=3|150=0|39=0|55=IBM|54=1|38=100|151=100|14=0|6=0",
        "150=I|39=0|55=IBM|54=1|38=100|151=100|14=0|6=0",
    ),
    "restated": (
        {
            **BOOKED,
            "kind": ReportKind.RESTATED,
            "exec_type": ExecType.RESTATED,
            "ord_status": OrdStatus.NEW,
            "restatement_reason": 8,
        },
        "20=0|150=D|39=0|378=4|55=IBM|54=1|38=100|151=100|14=0|6=0|58=ExecRestatementReason 8",
        "150=D|39=0|378=8|55=IBM|54=1|38=100|151=100|14=0|6=0",
    ),
    "rejected by the venue": (
        {
            **BOOKED,
            "leaves_qty": 0,
            "kind": ReportKind.REJECTED,
            "exec_type": ExecType.REJECTED,
            "ord_status": OrdStatus.REJECTED,
            "ord_rej_reason": 13,
            "text": "odd lot",
        },
        "20=0|150=8|39=8|103=0|55=IBM|54=1|38=100|151=0|14=0|6=0|58=odd lot (OrdRejReason 13)",
        "150=8|39=8|103=13|55=IBM|54=1|38=100|151=0|14=0|6=0|58=odd lot",
    ),
    "refused by Fairlead": (
        {
            **BOOKED,
            "leaves_qty": 0,
            "kind": ReportKind.REJECTED,
            "exec_type": ExecType.REJECTED,
            "ord_status": OrdStatus.REJECTED,
            "request_kind": RequestKind.NEW_ORDER,
            "refusal": Refusal.INVALID_QUANTITY,
            "text": "too many",
            "limit": "50",
            "value": "100",
        },
        "20=0|150=8|39=8|103=0|55=IBM|54=1|38=100|151=0|14=0|6=0|58=INVALID_QUANTITY: too many (value 100) (limit 50)",
        "150=8|39=8|103=13|55=IBM|54=1|38=100|151=0|14=0|6=0|58=INVALID_QUANTITY: too many (value 100) (limit 50)",
    ),
    "unknown order's status": (
        {
            "cl_ord_id": "S1",
            "order_id": "O1",
            "exec_id": "E1",
            "kind": ReportKind.STATUS_REPORT,
            "exec_type": ExecType.ORDER_STATUS,
            "ord_status": OrdStatus.REJECTED,
            "request_kind": RequestKind.STATUS_REQUEST,
            "refusal": Refusal.UNKNOWN_ORDER,
        },
        "20=3|150=8|39=8|103=5|55=[N/A]|54=7|151=0|14=0|6=0|58=UNKNOWN_ORDER",
        "150=I|39=8|103=5|55=[N/A]|54=7|151=0|14=0|6=0|58=UNKNOWN_ORDER",
    ),
}


@pytest.mark.parametrize(("fields", "in_4_2", "in_4_4"), REPORTS.values(), ids=REPORTS)
def test_reports(old: StrategyBench, new: StrategyBench, fields: dict[str, Any], in_4_2: str, in_4_4: str) -> None:
    # a state is no execution: its ExecID is 0
    ids_4_2 = f"37=O1|11=S1|17={0 if in_4_2.startswith('20=3') else 'E1'}"
    ids_4_4 = f"37=O1|11=S1|17={0 if in_4_4.startswith('150=I') else 'E1'}"
    assert old.report(**fields) == f"35=8|{ids_4_2}|{in_4_2}"
    assert new.report(**fields) == f"35=8|{ids_4_4}|{in_4_4}"


INSTRUMENTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "call with a day": (
        {
            "security_type": "OPT",
            "maturity_month_year": "202612",
            "maturity_day": 8,
            "put_or_call": 1,
            "strike_price": 20_050_000_000,
            "currency": "USD",
        },
        "167=OPT|200=202612|205=8|201=1|202=200.5|54=1|38=100|15=USD",
        "461=OCXXXX|167=OPT|200=202612|541=20261208|202=200.5|54=1|38=100|15=USD",
    ),
    "put without a type": ({"put_or_call": 0}, "201=0|54=1|38=100", "461=OPXXXX|54=1|38=100"),
    "future": (
        {"security_type": "FUT", "maturity_month_year": "202612"},
        "167=FUT|200=202612|54=1|38=100",
        "461=FXXXXX|167=FUT|200=202612|54=1|38=100",
    ),
    "equity of an exchange": (
        {"security_type": "CS", "security_exchange": "XNYS", "security_id": "US459", "security_id_source": "4"},
        "48=US459|22=4|167=CS|207=XNYS|54=1|38=100",
        "48=US459|22=4|167=CS|207=XNYS|54=1|38=100",
    ),
}


@pytest.mark.parametrize(("fields", "in_4_2", "in_4_4"), INSTRUMENTS.values(), ids=INSTRUMENTS)
def test_reports_name_the_instrument(
    old: StrategyBench, new: StrategyBench, fields: dict[str, Any], in_4_2: str, in_4_4: str
) -> None:
    accepted = {**REPORTS["accepted"][0], **fields}
    assert old.report(**accepted) == f"35=8|37=O1|11=S1|17=E1|20=0|150=0|39=0|55=IBM|{in_4_2}|151=100|14=0|6=0"
    assert new.report(**accepted) == f"35=8|37=O1|11=S1|17=E1|150=0|39=0|55=IBM|{in_4_4}|151=100|14=0|6=0"


def test_report_with_every_other_field(old: StrategyBench, new: StrategyBench) -> None:
    fields: dict[str, Any] = {
        **BOOKED,
        "kind": ReportKind.REPLACED,
        "exec_type": ExecType.REPLACED,
        "ord_status": OrdStatus.REPLACED,
        "cum_qty": SHARE,
        "orig_cl_ord_id": "S0",
        "venue_order_id": "V1",
        "request_id": "Q1",
        "account": "ACC1",
        "ord_type": OrdType.STOP_LIMIT,
        "price": 10 * SHARE,
        "stop_px": 9 * SHARE,
        "time_in_force": TimeInForce.DAY,
        "last_liquidity": ord("1"),
        "transact_time_ns": UTC_NS,
        "text": "na\u00efve \u20ac\x01",
        "poss_resend": True,
    }
    rest = "1=ACC1|55=IBM|54=1|38=100|40=4|44=10|99=9|59=0|151=100|14=1|6=0"
    text = "58=na\u00efve \\u20ac\\x01"
    assert old.report(**fields) == (
        f"35=8|97=Y|37=O1|198=V1|11=S1|41=S0|17=E1|20=0|150=5|39=5|{rest}|60={STAMP}|{text}"
    )
    assert new.report(**fields) == (
        f"35=8|97=Y|37=O1|198=V1|11=S1|41=S0|790=Q1|17=E1|150=5|39=1|{rest}|851=1|60={STAMP}|{text}"
    )


@pytest.mark.parametrize(
    ("refusal", "in_4_2", "in_4_4"),
    [
        (Refusal.UNKNOWN_ORDER, 1, 1),
        (Refusal.TOO_LATE, 0, 0),
        (Refusal.PENDING, 3, 3),
        (Refusal.DUPLICATE_CL_ORD_ID, 2, 6),
        (Refusal.VENUE_DOWN, 2, 99),
    ],
)
def test_cancel_reject_reasons(
    old: StrategyBench, new: StrategyBench, refusal: Refusal, in_4_2: int, in_4_4: int
) -> None:
    fields: dict[str, Any] = {
        "kind": ReportKind.CANCEL_REJECTED,
        "exec_type": ExecType.REJECTED,
        "ord_status": OrdStatus.NEW,
        "cl_ord_id": "S2",
        "orig_cl_ord_id": "S1",
        "order_id": "O1",
        "request_kind": RequestKind.CANCEL_ORDER,
        "refusal": refusal,
    }
    assert old.report(**fields) == f"35=9|37=O1|11=S2|41=S1|39=0|434=1|102={in_4_2}|58={refusal.name}"
    assert new.report(**fields) == f"35=9|37=O1|11=S2|41=S1|39=0|434=1|102={in_4_4}|58={refusal.name}"


def test_cancel_reject_of_the_venue(old: StrategyBench) -> None:
    sent = old.report(
        kind=ReportKind.CANCEL_REJECTED,
        exec_type=ExecType.REJECTED,
        ord_status=0,
        cl_ord_id="S2",
        orig_cl_ord_id="S1",
        request_kind=RequestKind.REPLACE_ORDER,
        ord_rej_reason=77,
        transact_time_ns=UTC_NS,
        text="no",
    )
    assert sent == f"35=9|37=NONE|11=S2|41=S1|39=8|60={STAMP}|434=2|102=2|58=no (CxlRejReason 77)"


def test_mass_cancel_reports(old: StrategyBench, new: StrategyBench) -> None:
    fields: dict[str, Any] = {
        "kind": ReportKind.STATUS_REPORT,
        "exec_type": ExecType.ORDER_STATUS,
        "ord_status": OrdStatus.PENDING_CANCEL,
        "cl_ord_id": "M1",
        "symbol": "IBM",
        "request_kind": RequestKind.MASS_CANCEL,
        "value": "3",
        "text": "3 orders to cancel",
    }
    assert new.report(**fields) == "35=r|11=M1|37=NONE|530=1|531=1|533=3|55=IBM|58=3 orders to cancel"
    assert old.report(**fields) == "35=j|372=q|379=M1|380=0|58=3 orders to cancel"


# The session


def test_coming_and_going(old: StrategyBench) -> None:
    old.orders.on_session_event(SessionEvent(EventKind.LOGGED_ON), NOW_NS, UTC_NS)
    assert old.orders.endpoint is old.session
    old.orders.on_session_event(SessionEvent(EventKind.LOGGED_OUT, text="bye"), NOW_NS, UTC_NS)
    assert old.entry.connections == ["alpha connected", "alpha disconnected: bye"]
    old.session.is_logged_on = False
    assert old.orders.endpoint is None
    assert old.orders.name == "alpha"


def test_credentials_are_judged_and_refused_by_default(old: StrategyBench) -> None:
    request = LogonRequest("u", "secret", "", b"", 30, False)
    assert old.orders.on_logon_request(request, NOW_NS, UTC_NS) == "no credentials are accepted here"
    judged = FixStrategyOrders(
        None, old.entry, "alpha", "FIX.4.2", judge_logon=lambda given: None if given.password == "secret" else "no"
    )
    assert judged.on_logon_request(request, NOW_NS, UTC_NS) is None


def test_a_report_is_never_lost_silently(old: StrategyBench) -> None:
    old.session.answer = -1
    with pytest.raises(LocalProtocolError, match="alpha"):
        old.report(**REPORTS["accepted"][0])


def test_every_report_may_be_repeated(old: StrategyBench) -> None:
    old.report(**REPORTS["accepted"][0])
    assert old.orders.may_resend(FixMessage.from_bytes(old.session.frames[0]), UTC_NS * 2)
