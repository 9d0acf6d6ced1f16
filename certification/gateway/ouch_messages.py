"""Make a venue's OUCH messages of what is to be said: OUCH 4.2, 5.0 and relatives."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from fairlead.certification.gateway.ouch_dialects import SIDES, UNITS, Dialect
from fairlead.certification.gateway.venue_side import CANCEL, Booked, Card, Saying
from fairlead.certification.model.verdicts import Unsupported
from fairlead.certification.venues.binary_wire import Table

Values = dict[str, int | str]


class OuchMessages:
    """Make one venue's messages. ``tokens`` has each request's token by its name.

    ``symbols`` is what the venue calls an instrument, by Fairlead's name, as orders had it.
    """

    def __init__(
        self, dialect: Dialect, table: Table, tokens: Mapping[str, str], symbols: Mapping[str, int | str]
    ) -> None:
        self._dialect = dialect
        self._table = table
        self._tokens = tokens
        self._symbols = symbols
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
        if code not in self._table.client:
            raise Unsupported(f"{self._table.title} has no message for {saying.what!r}")
        return code, {**values, **{name: value for name, value in saying.extra.items() if name != "unknown"}}

    def token(self, card: Card) -> Values:
        """Return the field with the token of a request's order."""
        return {self._dialect.token: self._wire_token(card)}

    def _wire_token(self, card: Card) -> int | str:
        # a stray order's request never came: its id is the venue's own
        token = self._tokens.get(card.name) or card.venue_id
        return int(token) if self._dialect.is_number else token

    def _terms(self, booked: Booked, card: Card) -> Values:
        """Return an order's terms as the venue repeats them: those of the request's message, and the venue's own."""
        asked = dict(card.message or {})
        return {
            **self._dialect.defaults,
            "time_in_force": self._dialect.tifs["day"],
            **asked,
            self._dialect.side: SIDES[card.side],
            # a replace does not say the symbol again: the order's entry has it
            self._dialect.symbol: self._symbols.get(booked.card.symbol, booked.card.symbol),
            "price": asked.get("price", int((booked.px or Decimal(0)) * UNITS)),
            self._dialect.reference: int(booked.order_id),
            "order_state": "L",
        }

    def _accepted(self, saying: Saying) -> tuple[str, Values]:
        booked = saying.booked
        values = self._terms(booked, saying.card)
        return "A", {**values, **self.token(saying.card), self._dialect.quantity: int(booked.qty)}

    def _rejected(self, saying: Saying) -> tuple[str, Values]:
        reason = self._dialect.rejects.get(saying.reason, self._dialect.other_reject)
        return "J", {**self.token(saying.card), self._dialect.reject_reason: reason, "clordid": ""}

    def _replaced(self, saying: Saying) -> tuple[str, Values]:
        booked, card, before = saying.booked, saying.card, saying.before
        assert before is not None
        if not card.venue_id:
            # the cancel of a part: the order keeps its token and its place
            cut = int(before.qty - card.qty)
            return "C", {**self.token(booked.card), self._dialect.decrement: cut, self._dialect.cancel_reason: "U"}
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
        if reason not in self._dialect.cancel_reasons:
            raise Unsupported(f"{self._table.title} cancels no order for reason {reason}")
        left = int(booked.qty - booked.cum)
        return "C", {**self.token(booked.card), self._dialect.decrement: left, self._dialect.cancel_reason: reason}

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
        booked = saying.booked
        shown: Values = {"display_quantity": int(booked.leaves), "display_price": int((booked.px or 0) * UNITS)}
        reference = {"secondary_ord_ref_num": int(booked.order_id) + 500_000}
        return "R", {**self.token(booked.card), "reason": "R", **shown, **reference}

    def _corrected(self, saying: Saying) -> tuple[str, Values]:
        _, values = self._executed(saying)
        return "F", {**values, "reason": "N"}
