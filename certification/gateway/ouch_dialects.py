"""Say how OUCH 4.2, OUCH 5.0 and Japannext's relative differ, as the documents have it: names of fields, and codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fairlead.certification.gateway.arguments import same

MESSAGES = {"Enter": "O", "Replace": "U", "Cancel": "X", "MassCancel": "C", "DisableEntry": "D", "EnableEntry": "E"}
NAMES = {code: name for name, code in MESSAGES.items()}
SIDES = {"buy": "B", "sell": "S", "sell_short": "T", "sell_short_exempt": "E"}
UNITS = 10**8
SECONDS = "seconds"
_AMOUNTS = frozenset(("px",))


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs. ``rejects`` are reasons by OrdRejReason(103); ``tifs`` and ``crosses`` codes by strategies' words.

    ``is_number``: tokens are numbers that rise. ``market_px`` is the price of an order without one, ``lifetime`` the
    field with the seconds that an order lives, ``defaults`` what a report repeats of an order whose message never came.
    """

    table: str
    token: str
    replacement: str
    existing: str
    quantity: str
    symbol: str
    executed: str
    executed_px: str
    decrement: str
    previous: str
    replaced: str
    rejects: Mapping[str, int | str]
    other_reject: int | str
    tifs: Mapping[str, int | str]
    cancel_reasons: frozenset[str]
    market_px: str
    lifetime: str
    min_qty: str
    defaults: Mapping[str, int | str]
    crosses: Mapping[str, str] = field(default_factory=dict)
    is_number: bool = True
    side: str = "side"
    reference: str = "order_reference_number"
    liquidity: str = "liquidity_flag"
    reject_reason: str = "reason"
    cancel_reason: str = "reason"

    @property
    def market_price(self) -> int:
        """Return the price of an order without one, in units of 10^-8."""
        return int(Decimal(self.market_px) * UNITS)

    def own_token(self, code: str) -> str:
        """Return the field of a request's own token; cancels have none."""
        return {"O": self.token, "U": self.replacement, "C": self.token, "D": self.token, "E": self.token}.get(code, "")

    def order_token(self, code: str) -> str:
        """Return the field that names the order that a request is about."""
        return self.existing if code == "U" else self.token

    def field(self, key: str, code: str) -> str:
        """Return the field that a case's word stands for in a message; other words are the fields' own names."""
        words = {
            "ref": self.own_token(code) or self.token,
            "orig": self.order_token(code),
            "qty": self.quantity,
            "px": "price",
            "price_units": "price",
            "symbol": self.symbol,
            "side": self.side,
            "tif": "time_in_force",
            "min_qty": self.min_qty,
        }
        return words.get(key, key)

    def code(self, key: str, wanted: Any) -> Any:
        """Return what a case's word for a value is on the wire; other values stand for themselves."""
        return self.tifs.get(wanted, wanted) if key == "tif" else wanted


_TERMS = {
    "firm": "",
    "cross_type": "N",
    "capacity": "P",
    "intermarket_sweep_eligibility": "N",
    "display": "Y",
    "bbo_weight_indicator": "",
}
_CROSSES = {"at_the_opening": "O", "at_the_close": "C", "market_on_close": "C", "limit_on_close": "C"}

DIALECTS = {
    "ouch42": Dialect(
        table="ouch_4_2",
        token="order_token",
        replacement="replacement_order_token",
        existing="existing_order_token",
        quantity="shares",
        symbol="stock",
        executed="executed_shares",
        executed_px="execution_price",
        decrement="decrement_shares",
        previous="previous_order_token",
        replaced="replacement_order_token",
        rejects={"1": "S", "2": "H", "3": "Z"},
        other_reject="O",
        tifs={
            "day": 99998,
            "immediate_or_cancel": 0,
            "good_till_crossing": 99999,
            "good_till_date": SECONDS,
            "at_the_opening": 99998,
            "at_the_close": 99998,
        },
        cancel_reasons=frozenset("UITSDQZCKHXEFG"),
        market_px="214748.3647",
        lifetime="time_in_force",
        min_qty="minimum_quantity",
        defaults={**_TERMS, "minimum_quantity": 0},
        crosses=_CROSSES,
        is_number=False,
    ),
    "ouch50": Dialect(
        table="ouch_5_0",
        token="user_ref_num",
        replacement="user_ref_num",
        existing="orig_user_ref_num",
        quantity="quantity",
        symbol="symbol",
        executed="quantity",
        executed_px="price",
        decrement="quantity",
        previous="orig_user_ref_num",
        replaced="user_ref_num",
        rejects={"1": 23, "2": 7, "3": 6},
        other_reject=1,
        tifs={
            "day": "0",
            "immediate_or_cancel": "3",
            "good_till_crossing": "5",
            "good_till_date": "6",
            "at_the_opening": "0",
            "at_the_close": "0",
        },
        cancel_reasons=frozenset("DEFGHIKQSTUXZe"),
        market_px="214748.3647",
        lifetime="expire_time",
        min_qty="min_qty",
        defaults={**_TERMS, "clordid": ""},
        crosses=_CROSSES,
    ),
    "jnx_ouch": Dialect(
        table="jnx_ouch_1_11",
        token="order_token",
        replacement="replacement_order_token",
        existing="existing_order_token",
        quantity="quantity",
        symbol="orderbook_id",
        executed="executed_quantity",
        executed_px="execution_price",
        decrement="decrement_quantity",
        previous="previous_order_token",
        replaced="replacement_order_token",
        rejects={"1": "S", "2": "H", "3": "V"},
        other_reject="O",
        tifs={"day": 99999, "immediate_or_cancel": 0},
        cancel_reasons=frozenset("ULSIMXZNYDViRFGO"),
        market_px="214748364.7",
        lifetime="",
        min_qty="minimum_quantity",
        defaults={"group": "DAY", "firm_id": 0, "display": "", "minimum_quantity": 0},
        side="buy_sell_indicator",
        reference="order_number",
        liquidity="liquidity_indicator",
        reject_reason="order_rejected_reason",
        cancel_reason="order_canceled_reason",
    ),
}


def same_value(key: str, received: Any, wanted: Any) -> bool:
    """Tell whether a field is as a case wants it: prices in its units, sides by name."""
    if wanted is not None and wanted != "*":
        if key in _AMOUNTS:
            return isinstance(received, int) and Decimal(received) / UNITS == Decimal(str(wanted))
        if key == "side":
            return bool(received == SIDES.get(str(wanted), wanted))
    return same(received, wanted)
