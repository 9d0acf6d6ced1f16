"""Say how OUCH's versions and relatives differ, as data.

All messages keep their type letters in every version, so a message is known by its letter; fields have other names in
each, and are called here by one (`NAMES`). Codes are what a table says for each reason that the venue has.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.book_records import TimeInForce
from fairlead.certification.venues.happenings import Why

_PRICE4 = UNITS // 10**4
_PRICE1 = UNITS // 10

NAMES = {
    "order_token": "token",
    "user_ref_num": "token",
    "replacement_order_token": "token",
    "existing_order_token": "existing",
    "previous_order_token": "existing",
    "orig_user_ref_num": "existing",
    "next_user_ref_num": "token",
    "shares": "quantity",
    "executed_shares": "quantity",
    "executed_quantity": "quantity",
    "decrement_shares": "quantity",
    "decrement_quantity": "quantity",
    "stock": "symbol",
    "orderbook_id": "symbol",
    "buy_sell_indicator": "side",
    "execution_price": "price",
    "minimum_quantity": "min_qty",
    "firm_id": "firm",
    "order_reference_number": "reference",
    "order_number": "reference",
    "liquidity_flag": "liquidity",
    "liquidity_indicator": "liquidity",
    "order_canceled_reason": "reason",
    "order_rejected_reason": "reason",
    "system_event": "event_code",
}

SIDES = {"B": "1", "S": "2", "T": "5", "E": "6"}
"""Side(54) of each side."""

# From which side an order may be modified to which.
SIDE_CHANGES = frozenset({("S", "T"), ("S", "E"), ("E", "T"), ("E", "S"), ("T", "E"), ("T", "S")})


@dataclass(frozen=True, slots=True)
class OuchDialect:
    """Hold what a version says.

    `has_text_tokens`: tokens are text, used once; else they are integers that must rise. `times_in_force` has the
    codes that are no number of seconds; `seconds_may` says that a number is, and `expire_option` the code whose seconds
    are in the option ExpireTime. A price above `largest_price` that is not one of `market_prices` is invalid.
    `displays` are accepted, `hidden` and `post_only` those among them that are it. Prices in units of 10^-8.
    """

    table: str
    has_text_tokens: bool
    largest_price: int
    market_prices: frozenset[int]
    times_in_force: dict[int | str, TimeInForce]
    seconds_may: bool
    displays: frozenset[str]
    rejects: dict[Why, int | str]
    cancels: dict[Why, str]
    expire_option: str = "?"
    hidden: frozenset[str] = frozenset()
    post_only: frozenset[str] = frozenset()
    capacities: frozenset[str] = frozenset("APRO")
    largest_quantity: int = 999_999
    continuous: frozenset[str] = frozenset("N")
    crosses: frozenset[str] = frozenset("OCH")
    hidden_liquidity: str = "J"
    defaults: dict[str, int | str] = field(default_factory=dict)


_CANCELS_42 = {
    Why.USER: "U",
    Why.IMMEDIATE: "I",
    Why.EXPIRED: "T",
    Why.END_OF_DAY: "E",
    Why.POST_ONLY: "G",
    Why.CROSSED: "I",
    Why.SELF_MATCH: "Q",
    Why.SUPERVISORY: "S",
    Why.DISCONNECTED: "Z",
    Why.HALTED: "H",
    Why.DECLINED: "S",
    Why.OTHER: "Z",
}

DIALECTS = {
    "4.2": OuchDialect(
        table="ouch_4_2",
        has_text_tokens=True,
        largest_price=1_999_999_900 * _PRICE4,
        market_prices=frozenset({0x7FFFFFFF * _PRICE4}),
        times_in_force={0: TimeInForce.IOC, 99_998: TimeInForce.DAY, 99_999: TimeInForce.DAY},
        seconds_may=True,
        displays=frozenset("AYNPIMWLOTQmn"),
        hidden=frozenset("NMWmnI"),
        post_only=frozenset("PWL"),
        rejects={
            Why.UNKNOWN_SYMBOL: "S",
            Why.QUANTITY: "Z",
            Why.MIN_QUANTITY: "N",
            Why.PRICE: "X",
            Why.DISPLAY: "D",
            Why.CROSS: "R",
            Why.FIRM: "L",
            Why.HALTED: "H",
            Why.OTHER: "O",
        },
        cancels=_CANCELS_42 | {Why.CROSSED: "C"},
        defaults={"bbo_weight_indicator": ""},
    ),
    "5.0": OuchDialect(
        table="ouch_5_0",
        has_text_tokens=False,
        largest_price=1_999_999_900 * _PRICE4,
        market_prices=frozenset({0x7FFFFFFF * _PRICE4, 2_000_000_000 * _PRICE4}),
        times_in_force={"0": TimeInForce.DAY, "3": TimeInForce.IOC, "5": TimeInForce.DAY, "E": TimeInForce.DAY},
        seconds_may=False,
        expire_option="6",
        displays=frozenset("YNA"),
        hidden=frozenset("N"),
        rejects={
            Why.UNKNOWN_SYMBOL: 23,
            Why.QUANTITY: 19,
            Why.MIN_QUANTITY: 13,
            Why.MAX_FLOOR: 4,
            Why.PRICE: 29,
            Why.DISPLAY: 3,
            Why.CROSS: 20,
            Why.SIDE: 9,
            Why.FIRM: 12,
            Why.HALTED: 7,
            Why.NO_REPLACE: 21,
            Why.OTHER: 15,
        },
        cancels=_CANCELS_42,
    ),
    "JNX": OuchDialect(
        table="jnx_ouch_1_11",
        has_text_tokens=False,
        largest_price=0x7FFFFFFE * _PRICE1,
        market_prices=frozenset({0x7FFFFFFF * _PRICE1}),
        times_in_force={0: TimeInForce.IOC, 99_999: TimeInForce.DAY},
        seconds_may=False,
        displays=frozenset({"", "P"}),
        post_only=frozenset("P"),
        capacities=frozenset("AP"),
        largest_quantity=0x7FFFFFFF,
        continuous=frozenset({""}),
        crosses=frozenset(),
        hidden_liquidity="A",
        rejects={
            Why.UNKNOWN_SYMBOL: "S",
            Why.QUANTITY: "Z",
            Why.MIN_QUANTITY: "N",
            Why.PRICE: "X",
            Why.DISPLAY: "D",
            Why.FIRM: "L",
            Why.HALTED: "H",
            Why.OTHER: "O",
        },
        cancels={
            Why.USER: "U",
            Why.IMMEDIATE: "I",
            Why.EXPIRED: "M",
            Why.END_OF_DAY: "M",
            Why.SUPERVISORY: "S",
            Why.DISCONNECTED: "L",
            Why.DECLINED: "S",
            Why.OTHER: "O",
        },
    ),
}
"""The versions by name; a reason that one has no code for has the code of Why.OTHER."""
