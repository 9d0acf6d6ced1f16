"""What is refused before the wire, and with which words."""

from dataclasses import replace
from typing import Any

import pytest

from fairlead.adapters.capabilities_check import (
    check_mass_cancel,
    check_new_order,
    check_replace,
    check_restated,
)
from fairlead.adapters.fix.profiles import load_profile
from fairlead.adapters.venue_session import OPTIONAL_ORDER_FIELDS
from fairlead.codecs.vocabulary.constants import ABSENT, MassCancelScope, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import MassCancel, NewOrder, ReplaceOrder

SHARE = 10**8
BROKER = load_profile("broker42").capabilities
EXCHANGE = load_profile("exchange44").capabilities
CAPABILITIES = {"broker": BROKER, "exchange": EXCHANGE}


def order(**fields: Any) -> NewOrder:
    terms: dict[str, Any] = {
        "cl_ord_id": "F1",
        "symbol": "MSFT",
        "side": Side.BUY,
        "order_qty": 100 * SHARE,
        "ord_type": OrdType.LIMIT,
        "price": 10 * SHARE,
        "account": "ACC1",
    }
    return NewOrder(**(terms | fields))


MARKET: dict[str, Any] = {"ord_type": OrdType.MARKET, "price": ABSENT}


@pytest.mark.parametrize("name", CAPABILITIES)
@pytest.mark.parametrize(
    "fields",
    [
        {},
        MARKET,
        {"time_in_force": TimeInForce.IMMEDIATE_OR_CANCEL},
        {"side": Side.SELL_SHORT},
        {"price": -SHARE},
        {"min_qty": SHARE, "max_floor": SHARE},
        {"security_type": "FUT", "maturity_month_year": "202612"},
    ],
)
def test_what_both_venues_take(name: str, fields: dict[str, Any]) -> None:
    assert check_new_order(CAPABILITIES[name], order(**fields)) is None


@pytest.mark.parametrize(
    ("name", "fields", "text"),
    [
        ("broker", {"side": ord("9")}, "Side 9 given, the venue takes 1, 2, 5, 6"),
        ("exchange", {"side": Side.SELL_SHORT_EXEMPT}, "Side 6 given, the venue takes 1, 2, 5"),
        ("broker", {"ord_type": OrdType.STOP_LIMIT, "stop_px": SHARE}, "OrdType 4 given, the venue takes 1, 2, 3"),
        ("exchange", {"ord_type": OrdType.STOP, "price": ABSENT, "stop_px": SHARE}, "OrdType 3 given"),
        ("broker", {"time_in_force": TimeInForce.FILL_OR_KILL}, "TimeInForce 4 given, the venue takes 0, 1, 2, 3"),
        ("exchange", {"time_in_force": TimeInForce.GOOD_TILL_CANCEL}, "TimeInForce 1 given"),
        (
            "broker",
            MARKET | {"time_in_force": TimeInForce.GOOD_TILL_CANCEL},
            "OrdType 1 with TimeInForce 1 given, not taken together",
        ),
        ("broker", {"security_type": "MLEG"}, "SecurityType 'MLEG' given, the venue takes CS, FUT, OPT"),
        ("broker", {"security_type": "FUT"}, "no MaturityMonthYear given, a future needs one"),
        ("broker", {"security_id_source": "4"}, "SecurityIDSource '4' given without SecurityID"),
        ("broker", {"account": ""}, "no Account given, the venue needs one"),
        ("broker", {"price": ABSENT}, "no Price given, OrdType 2 needs one"),
        ("broker", {"ord_type": OrdType.MARKET}, "Price given, OrdType 1 has none"),
        ("broker", {"ord_type": OrdType.STOP, "price": ABSENT}, "no StopPx given, OrdType 3 needs one"),
        ("broker", {"stop_px": SHARE}, "StopPx given, OrdType 2 has none"),
        ("exchange", {"time_in_force": TimeInForce.GOOD_TILL_DATE}, "no ExpireTime given"),
        ("exchange", {"expire_time_ns": 5}, "ExpireTime given, TimeInForce 0 has none"),
        ("broker", {"order_qty": SHARE // 2}, "quantity 50000000 x 10^-8 given, the venue takes whole ones"),
        ("broker", {"max_floor": SHARE + 1}, "the venue takes whole ones"),
        ("exchange", {"exec_inst": "1"}, "exec_inst '1' given, the venue takes none"),
        ("exchange", {"handl_inst": ord("3")}, "handl_inst 51 given, the venue takes none"),
        ("exchange", {"locate_reqd": ord("N")}, "locate_reqd 78 given, the venue takes none"),
        ("exchange", {"text": "hello"}, "text 'hello' given, the venue takes none"),
        ("broker", {"text": "x" * 51}, "Text of 51 characters given, the venue takes 50"),
        ("broker", {"extras": (("9001", "x"),)}, "tag 9001 with 'x' given, the venue takes no such tag"),
    ],
)
def test_what_a_venue_does_not_take(name: str, fields: dict[str, Any], text: str) -> None:
    refusal = check_new_order(CAPABILITIES[name], order(**fields))
    assert refusal is not None
    assert text in refusal


@pytest.mark.parametrize("field", sorted(OPTIONAL_ORDER_FIELDS))
def test_each_optional_field_is_refused_where_it_is_not_carried(field: str) -> None:
    bare = replace(BROKER, carried=frozenset(), account_required=False, max_text_length=99, whole_quantities=False)
    assert check_new_order(bare, order(account="")) is None
    plain = getattr(order(account=""), field)
    value = "CS" if isinstance(plain, str) else 1
    if field == "security_id_source":
        bare = replace(bare, carried=frozenset(("security_id",)))
    fields: dict[str, Any] = {"account": "", "security_id": "X"} if field == "security_id_source" else {"account": ""}
    refusal = check_new_order(bare, order(**(fields | {field: value})))
    assert refusal == f"{field} {value!r} given, the venue takes none"


def replacement(**fields: Any) -> ReplaceOrder:
    return ReplaceOrder(cl_ord_id="F2", orig_cl_ord_id="F1", **fields)


@pytest.mark.parametrize(
    ("name", "fields", "pending", "text"),
    [
        ("broker", {"price": SHARE}, 0, None),
        ("exchange", {"price": SHARE}, 1, None),
        ("broker", {"price": SHARE}, 1, "1 request(s) in flight for the order, the venue takes one at a time"),
        ("broker", {"ord_type": OrdType.LIMIT}, 0, None),
        ("broker", {"ord_type": OrdType.MARKET}, 0, "a new ord_type given, the venue replaces order_qty, price"),
        ("broker", {"max_floor": SHARE}, 0, "a new max_floor given"),
        ("broker", {"time_in_force": TimeInForce.FILL_OR_KILL}, 0, "TimeInForce 4 given"),
        ("exchange", {"time_in_force": TimeInForce.GOOD_TILL_DATE}, 0, "no ExpireTime given"),
        ("exchange", {"time_in_force": TimeInForce.GOOD_TILL_DATE, "expire_time_ns": 9}, 0, None),
        ("broker", {"stop_px": SHARE}, 0, "StopPx given, OrdType 2 has none"),
        ("broker", {"order_qty": 1}, 0, "whole ones"),
        ("exchange", {"text": "why"}, 0, "Text of 3 characters given"),
    ],
)
def test_replace(name: str, fields: dict[str, Any], pending: int, text: str | None) -> None:
    refusal = check_replace(CAPABILITIES[name], replacement(**fields), order(), pending)
    if text is None:
        assert refusal is None
    else:
        assert refusal is not None
        assert text in refusal


def test_replace_where_the_venue_has_none() -> None:
    refusal = check_replace(replace(BROKER, replace=False), replacement(price=SHARE), order(), 0)
    assert refusal == "the venue replaces no orders"


def test_mass_cancels() -> None:
    every_order = MassCancel(cl_ord_id="M", scope=MassCancelScope.ALL)
    assert check_mass_cancel(BROKER, every_order) == "the venue takes no OrderMassCancelRequest"
    assert check_mass_cancel(EXCHANGE, every_order) is None
    for request, text in (
        (MassCancel(cl_ord_id="M", scope=MassCancelScope.ALL, account="A"), "Account 'A'"),
        (MassCancel(cl_ord_id="M", scope=MassCancelScope.SYMBOL), "no Symbol"),
        (MassCancel(cl_ord_id="M", scope=ord("5")), "MassCancelRequestType 5"),
    ):
        assert text in (check_mass_cancel(EXCHANGE, request) or "")


RESTATED: list[tuple[dict[str, Any], str]] = [
    ({"side": 50}, "Side '2' received, the order has '1'"),
    ({"symbol": "IBM"}, "Symbol 'IBM' received, the order has 'MSFT'"),
    ({"account": "B"}, "Account 'B' received, the order has 'A'"),
    ({"handl_inst": ord("2")}, "HandlInst '2' received, the order has none"),
    ({"exec_inst": "G"}, "ExecInst 'G' received, the order has '1'"),
    ({"put_or_call": 1}, "PutOrCall 1 received, the order has 0"),
    ({"strike_price": 450_000_000}, "StrikePrice 4.5 received, the order has 2"),
    ({"maturity_day": 3}, "MaturityDay 3 received, the order has none"),
    ({"extras": (("9001", "y"),)}, "tag 9001 'y' received, the order has 'x'"),
    ({"extras": (("9002", "y"),)}, "tag 9002 'y' received, the order has none"),
    ({"extras": (("79", "B"), ("79", "A"))}, "tag 79 'B', 'A' received, the order has 'A', 'B'"),
]


@pytest.mark.parametrize(("changed", "text"), RESTATED)
def test_a_replace_states_nothing_else_than_the_order(changed: dict[str, Any], text: str) -> None:
    has: dict[str, Any] = {
        "symbol": "MSFT",
        "side": 49,
        "account": "A",
        "exec_inst": "1",
        "put_or_call": 0,
        "strike_price": 200_000_000,
        "extras": (("79", "A"), ("9001", "x"), ("79", "B")),
    }
    order = NewOrder(cl_ord_id="1", order_qty=SHARE, ord_type=OrdType.LIMIT, price=SHARE, **has)
    assert check_restated(ReplaceOrder(cl_ord_id="2", orig_cl_ord_id="1"), order) is None
    assert check_restated(ReplaceOrder(cl_ord_id="2", orig_cl_ord_id="1", **has), order) is None
    refused = check_restated(ReplaceOrder(cl_ord_id="2", orig_cl_ord_id="1", **{**has, **changed}), order)
    assert refused == f"{text}, and a replace does not change it"
