"""Every field of the vocabulary has a place on both strategy ports, so that one which was forgotten is red."""

from typing import Any

import pytest
from order_bench import STAMP, UTC_NS, StrategyBench

from fairlead.codecs.json_lines.decoding import decode_request
from fairlead.codecs.json_lines.encoding import encode_message
from fairlead.codecs.json_lines.layouts import REPORT_LAYOUTS, REQUEST_LAYOUTS
from fairlead.codecs.vocabulary.constants import (
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
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

SHARE = 10**8
VERSIONS = ("FIX.4.2", "FIX.4.4")

LEAST: dict[type, dict[str, Any]] = {
    NewOrder: {
        "cl_ord_id": "S1",
        "symbol": "IBM",
        "side": Side.BUY,
        "order_qty": SHARE,
        "ord_type": OrdType.LIMIT,
        "price": SHARE,
    },
    CancelOrder: {"cl_ord_id": "S2", "orig_cl_ord_id": "S1"},
    ReplaceOrder: {"cl_ord_id": "S2", "orig_cl_ord_id": "S1"},
    MassCancel: {"cl_ord_id": "S2", "scope": MassCancelScope.ALL},
    StatusRequest: {},
    DontKnowTrade: {"order_id": "O1", "exec_id": "E1", "dk_reason": ord("D")},
    Report: {"kind": ReportKind.ACCEPTED, "exec_type": ExecType.NEW, "ord_status": OrdStatus.NEW},
}

# How FIX says each field, in 4.2 and 4.4, and what it is then; None: not sayable in this version.
FIX: dict[str, tuple[str | None, str | None, Any]] = {
    "cl_ord_id": ("11=S9", "11=S9", "S9"),
    "orig_cl_ord_id": ("41=S8", "41=S8", "S8"),
    "order_id": ("37=O1", "37=O1", "O1"),
    "symbol": ("55=IBM", "55=IBM", "IBM"),
    "side": ("54=5", "54=5", Side.SELL_SHORT),
    "order_qty": ("38=7", "38=7", 7 * SHARE),
    "ord_type": ("40=4", "40=4", OrdType.STOP_LIMIT),
    "price": ("44=9.5", "44=9.5", 950_000_000),
    "stop_px": ("99=8.5", "99=8.5", 850_000_000),
    "time_in_force": ("59=6", "59=6", TimeInForce.GOOD_TILL_DATE),
    "account": ("1=ACC1", "453=1|448=ACC1|447=D|452=24", "ACC1"),
    "venue": ("100=XBRK", "100=XBRK", "XBRK"),
    "min_qty": ("110=2", "110=2", 2 * SHARE),
    "max_floor": ("111=3", "111=3", 3 * SHARE),
    "expire_time_ns": (f"126={STAMP}", f"126={STAMP}", UTC_NS),
    "exec_inst": ("18=1 G", "18=1 G", "1 G"),
    "handl_inst": ("21=2", "21=2", ord("2")),
    "order_capacity": ("47=P", "528=P", ord("P")),
    "currency": ("15=EUR", "15=EUR", "EUR"),
    "security_type": ("167=OPT", "461=OCXXXX", "OPT"),
    "maturity_month_year": ("200=202612", "541=20261218", "202612"),
    "maturity_day": ("205=18", "541=20261218", 18),
    "put_or_call": ("201=1", "461=OCXXXX", 1),
    "strike_price": ("202=450.5", "202=450.5", 45_050_000_000),
    "security_id": ("48=US459", "48=US459", "US459"),
    "security_id_source": ("22=4", "22=4", "4"),
    "security_exchange": ("207=XNYS", "207=XNYS", "XNYS"),
    "position_effect": ("77=C", "77=C", ord("C")),
    "locate_reqd": ("114=N", "114=N", ord("N")),
    "text": ("58=hello", "58=hello", "hello"),
    "transact_time_ns": (f"60={STAMP}", f"60={STAMP}", UTC_NS),
    "extras": ("9001=x|9002=y", "9001=x|9002=y", (("9001", "x"), ("9002", "y"))),
    "poss_resend": ("97=Y", "97=Y", True),
    "scope": (None, "530=7", MassCancelScope.ALL),
    "request_id": (None, "790=Q1", "Q1"),
    "exec_id": ("17=E1", "17=E1", "E1"),
    "dk_reason": ("127=C", "127=C", ord("C")),
    "last_qty": ("32=4", "32=4", 4 * SHARE),
    "last_px": ("31=9.25", "31=9.25", 925_000_000),
}
MSG_TYPES = {
    NewOrder: "D",
    CancelOrder: "F",
    ReplaceOrder: "G",
    StatusRequest: "H",
    MassCancel: "q",
    DontKnowTrade: "Q",
}
NOT_IN_FIX = {(MassCancel, "venue"), (MassCancel, "account"), (StatusRequest, "venue")}
"""What FIX's messages have no field for."""


def names(kind: type) -> list[str]:
    message = kind(**LEAST[kind])
    return [name for name in dir(message) if not name.startswith("_")]


VOCABULARY_LAYOUTS = [each for each in (*REQUEST_LAYOUTS, *REPORT_LAYOUTS) if each.message_class in LEAST]


def test_json_has_every_message() -> None:
    assert {layout.message_class for layout in VOCABULARY_LAYOUTS} == set(LEAST)


@pytest.mark.parametrize("layout", VOCABULARY_LAYOUTS, ids=lambda layout: layout.type)
def test_json_has_every_field(layout: Any) -> None:
    carried = {field.attribute for field in layout.fields} | {name for name, _ in layout.preset}
    assert carried == set(names(layout.message_class))


@pytest.mark.parametrize("kind", MSG_TYPES, ids=lambda kind: kind.__name__)
def test_json_carries_what_fix_says(kind: type) -> None:
    said = {name: FIX[name][2] for name in names(kind)}
    decoded = decode_request(encode_message(kind(**said)))
    assert {name: getattr(decoded, name) for name in names(kind)} == said


# FIX 4.2 has no OrderMassCancelRequest
SAID = [(version, kind) for version in VERSIONS for kind in MSG_TYPES if (version, kind) != ("FIX.4.2", MassCancel)]


@pytest.mark.parametrize(("version", "kind"), SAID, ids=lambda part: getattr(part, "__name__", part))
def test_fix_says_every_field(version: str, kind: type) -> None:
    wanted = [name for name in names(kind) if (kind, name) not in NOT_IN_FIX]
    said = {name: FIX[name][version == "FIX.4.4"] for name in wanted}
    # PossResend belongs to the header, so it goes first
    fragments = sorted({text for text in said.values() if text is not None}, key=lambda text: text != "97=Y")
    request = StrategyBench(version).receive(f"35={MSG_TYPES[kind]}|{'|'.join(fragments)}")
    assert isinstance(request, kind)
    for name, text in said.items():
        if text is not None:
            assert getattr(request, name) == FIX[name][2], name


REPORTED: dict[str, Any] = {
    "cl_ord_id": "S9",
    "orig_cl_ord_id": "S8",
    "order_id": "O1",
    "venue_order_id": "B1",
    "exec_id": "E1",
    "exec_ref_id": "E0",
    "request_id": "Q1",
    "account": "ACC1",
    "symbol": "IBM",
    "side": Side.SELL_SHORT,
    "ord_type": OrdType.STOP_LIMIT,
    "time_in_force": TimeInForce.GOOD_TILL_DATE,
    "ord_rej_reason": 0,
    "restatement_reason": 0,
    "refusal": Refusal.TOO_LATE,
    "last_mkt": "XNYS",
    "last_liquidity": ord("1"),
    "text": "hello",
    "transact_time_ns": UTC_NS,
    "poss_resend": True,
    "currency": "EUR",
    "security_type": "OPT",
    "maturity_month_year": "202612",
    "security_id": "US459",
    "security_exchange": "XNYS",
    "put_or_call": 1,
    **dict.fromkeys(
        (*("order_qty", "price", "stop_px", "last_qty", "last_px", "leaves_qty", "cum_qty", "avg_px"), "strike_price"),
        7 * SHARE,
    ),
}
TOGETHER: dict[str, dict[str, Any]] = {
    "maturity_day": {"maturity_month_year": "202612", "maturity_day": 18},
    "security_id_source": {"security_id": "US459", "security_id_source": "4"},
    "limit": {"refusal": Refusal.TOO_LATE, "limit": "1"},
    "value": {"refusal": Refusal.TOO_LATE, "value": "2"},
    "kind": {"kind": ReportKind.TRADE_BUSTED, "exec_type": ExecType.TRADE_CANCEL, "exec_ref_id": "E0"},
    "exec_type": {"exec_type": ExecType.RESTATED},
    "ord_status": {"ord_status": OrdStatus.FILLED},
    "request_kind": {"request_kind": RequestKind.STATUS_REQUEST},
}
NOT_REPORTED = {
    "FIX.4.2": {"request_id", "last_liquidity", "venue", "poss_dup"},
    "FIX.4.4": {"kind", "venue", "poss_dup"},
}
"""No field of the version's ExecutionReport: FIX 4.4 has ExecType for our kind; PossDup is a session's."""


REPORTABLE = [(version, name) for version in VERSIONS for name in names(Report) if name not in NOT_REPORTED[version]]


@pytest.mark.parametrize(("version", "name"), REPORTABLE)
def test_fix_reports_every_field(version: str, name: str) -> None:
    bench = StrategyBench(version)
    given = TOGETHER.get(name) or {name: REPORTED[name]}
    said = LEAST[Report] | given
    unsaid = said | {name: getattr(Report(**LEAST[Report]), name)}
    assert bench.report(**said) != bench.report(**unsaid)
