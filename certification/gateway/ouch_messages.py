"""Make a venue's OUCH messages of what is to be said, and read the cases' words for fields. OUCH 4.2 and 5.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fairlead.certification.gateway.arguments import same
from fairlead.certification.gateway.venue_side import CANCEL, Booked, Card, Saying
from fairlead.certification.model.verdicts import Unsupported

MESSAGES = {"Enter": "O", "Replace": "U", "Cancel": "X", "MassCancel": "C", "DisableEntry": "D", "EnableEntry": "E"}
SIDES = {"buy": "B", "sell": "S", "sell_short": "T", "sell_short_exempt": "E"}
UNITS = 10**8
_AMOUNTS = frozenset(("px",))


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs: names of fields, and codes. ``rejects`` are reasons by OrdRejReason(103)."""

    table: str
    token: str
    replacement: str
    existing: str
    quantity: str
    symbol: str
    executed: str
    executed_px: str
    liquidity: str
    decrement: str
    previous: str
    replaced: str
    rejects: Mapping[str, int | str]
    other_reject: int | str
    tifs: Mapping[str, int | str]

    def own_token(self, code: str) -> str:
        """Return the field of a request's own token; cancels have none."""
        return {"O": self.token, "U": self.replacement, "C": self.token}.get(code, "")

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
            "symbol": self.symbol,
            "tif": "time_in_force",
        }
        return words.get(key, key)


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
        liquidity="liquidity_flag",
        decrement="decrement_shares",
        previous="previous_order_token",
        replaced="replacement_order_token",
        rejects={"1": "S", "2": "H", "3": "Z"},
        other_reject="O",
        tifs={"day": 99998, "immediate_or_cancel": 0},
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
        liquidity="liquidity_flag",
        decrement="quantity",
        previous="orig_user_ref_num",
        replaced="user_ref_num",
        rejects={"1": 23, "2": 7, "3": 6},
        other_reject=1,
        tifs={"day": "0", "immediate_or_cancel": "3"},
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


Values = dict[str, int | str]


class OuchMessages:
    """Make one venue's messages. ``tokens`` has each request's token by its name."""

    def __init__(self, dialect: Dialect, tokens: Mapping[str, str]) -> None:
        self._dialect = dialect
        self._tokens = tokens
        self._makers = {
            "accepted": self._accepted,
            "rejected": self._rejected,
            "replaced": self._replaced,
            "filled": self._executed,
            "canceled": self._canceled,
            "expired": self._canceled,
            "cancel_rejected": self._cancel_rejected,
            "pending_cancel": lambda saying: ("P", self.token(saying.booked.card)),
            "busted": self._busted,
            "corrected": self._corrected,
            "restated": self._restated,
        }

    def make(self, saying: Saying) -> tuple[str, Values]:
        """Return type and fields of a message. Raises Unsupported for what OUCH has no words for."""
        maker = self._makers.get(saying.what)
        if maker is None:
            raise Unsupported(f"OUCH has no message for {saying.what!r}")
        code, values = maker(saying)
        return code, {**values, **{name: value for name, value in saying.extra.items() if name != "unknown"}}

    def token(self, card: Card) -> Values:
        """Return the field with the token of a request's order."""
        return {self._dialect.token: self._wire_token(card)}

    def _wire_token(self, card: Card) -> int | str:
        # a stray order's request never came: its id is the venue's own
        token = self._tokens.get(card.name) or card.venue_id
        return int(token) if self._dialect.table == "ouch_5_0" else token

    def _terms(self, booked: Booked, card: Card) -> Values:
        """Return an order's terms as the venue repeats them: those of the request's message, and the venue's own."""
        return {
            "firm": "",
            "minimum_quantity": 0,
            "cross_type": "N",
            "capacity": "P",
            "intermarket_sweep_eligibility": "N",
            "display": "Y",
            "time_in_force": self._dialect.tifs["day"],
            **dict(card.message or {}),
            "side": SIDES[card.side],
            self._dialect.symbol: card.symbol,
            "price": int((booked.px or Decimal(0)) * UNITS),
            "order_reference_number": int(booked.order_id),
            "order_state": "L",
            "bbo_weight_indicator": "",
            "clordid": "",
        }

    def _accepted(self, saying: Saying) -> tuple[str, Values]:
        booked = saying.booked
        values = self._terms(booked, saying.card)
        return "A", {**values, **self.token(saying.card), self._dialect.quantity: int(booked.qty)}

    def _rejected(self, saying: Saying) -> tuple[str, Values]:
        reason = self._dialect.rejects.get(saying.reason, self._dialect.other_reject)
        return "J", {**self.token(saying.card), "reason": reason, "clordid": ""}

    def _replaced(self, saying: Saying) -> tuple[str, Values]:
        booked, card, before = saying.booked, saying.card, saying.before
        assert before is not None
        if not card.venue_id:
            # the cancel of a part: the order keeps its token and its place
            cut = int(before.qty - card.qty)
            return "C", {**self.token(booked.card), self._dialect.decrement: cut, "reason": "U"}
        values = {**self._terms(booked, card), self._dialect.quantity: int(booked.qty - booked.cum)}
        tokens = {self._dialect.previous: self._wire_token(before), self._dialect.replaced: self._wire_token(card)}
        return "U", {**values, **tokens}

    def _executed(self, saying: Saying) -> tuple[str, Values]:
        trade = saying.trade
        assert trade is not None
        return "E", {
            **self.token(saying.booked.card),
            self._dialect.executed: int(trade.qty),
            self._dialect.executed_px: int(trade.px * UNITS),
            self._dialect.liquidity: "R",
            "match_number": int(trade.exec_id),
        }

    def _canceled(self, saying: Saying) -> tuple[str, Values]:
        booked = saying.booked
        asked = saying.before is not None
        reason = saying.reason or ("T" if saying.what == "expired" else "U" if asked else "S")
        left = int(booked.qty - booked.cum)
        return "C", {**self.token(booked.card), self._dialect.decrement: left, "reason": reason}

    def _cancel_rejected(self, saying: Saying) -> tuple[str, Values]:
        if saying.card.kind == CANCEL:
            return "I", self.token(saying.booked.card)
        return self._rejected(saying)

    def _busted(self, saying: Saying) -> tuple[str, Values]:
        assert saying.trade is not None
        match = int(saying.trade.exec_id)
        return "B", {**self.token(saying.booked.card), "match_number": match, "reason": "E", "clordid": ""}

    def _restated(self, saying: Saying) -> tuple[str, Values]:
        """Say that another part of the order is shown: OUCH 5.0's refreshed reserve."""
        if self._dialect.table != "ouch_5_0":
            raise Unsupported("OUCH 4.2 has no message for a restated order")
        booked = saying.booked
        shown: Values = {"display_quantity": int(booked.leaves), "display_price": int((booked.px or 0) * UNITS)}
        reference = {"secondary_ord_ref_num": int(booked.order_id) + 500_000}
        return "R", {**self.token(booked.card), "reason": "R", **shown, **reference}

    def _corrected(self, saying: Saying) -> tuple[str, Values]:
        if self._dialect.table != "ouch_4_2":
            raise Unsupported("OUCH 5.0 has no message for a corrected trade")
        _, values = self._executed(saying)
        return "F", {**values, "reason": "N"}
