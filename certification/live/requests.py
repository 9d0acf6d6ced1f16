"""Form a strategy's requests so that they bring at a live venue what the case wants of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fairlead.certification.gateway.arguments import table_of
from fairlead.certification.gateway.strategy_words import StrategyWords
from fairlead.certification.gateway.venue_side import Booked, Card
from fairlead.certification.live.configuration import LiveConfig
from fairlead.certification.live.numbers import Story, live_px, live_qty
from fairlead.certification.live.plan import CasePlan
from fairlead.certification.live.safety import Safety
from fairlead.certification.live.triggers import RESTING

Terms = tuple[Decimal, Decimal | None, Decimal | None]
"""Quantity, price and stop price."""


class LiveRequests(StrategyWords):
    """Place, replace, cancel. ``terms`` are what the case gave each request, by its name."""

    config: LiveConfig
    plan: CasePlan
    stories: dict[str, Story]
    terms: dict[str, Terms]
    safety: Safety
    most_qty: Decimal | None
    """What the gateway lets through, None where that is not known."""

    async def ask(self, text: str, about: str = "") -> None:
        """Put a question to the operator. Raises Blocked or Deviation where the answer ends the case."""
        raise NotImplementedError

    def note_how(self, text: str) -> None:
        """Add to the present step how the venue was brought to it."""
        raise NotImplementedError

    async def gw_place(self, arguments: Any) -> Card:
        """Enter an order with terms that bring what the case wants of the venue."""
        table = dict(table_of(arguments))
        name = str(table.get("as"))
        await self._arrange(name)
        trigger = self.plan.terms.get(name, RESTING)
        qty = trigger.quantity or live_qty(self.config, table.get("qty", 0), self.most_qty)
        self.safety.allow(qty)
        given = {**table, "qty": str(qty)}
        for key in ("px", "stop_px"):
            if key in table:
                given[key] = str(live_px(self.config, table[key]))
        if "px" in table and trigger.price is not None:
            given["px"] = str(trigger.price)
        if trigger.symbol:
            given["symbol"] = trigger.symbol
        if trigger is not RESTING:
            self.note_how(f"formed with {trigger.says()} ({trigger.name})")
        card = await super().gw_place(given)
        self._tell(card, table)
        return card

    def _tell(self, card: Card, table: dict[str, Any]) -> None:
        """Begin an order's story."""
        qty, px, stop_px = (Decimal(str(table[key])) if key in table else None for key in ("qty", "px", "stop_px"))
        self.terms[card.name] = qty or Decimal(0), px, stop_px
        meant = Booked(card, "", qty or Decimal(0), px)
        story = self.stories[card.name] = Story(meant, Booked(card, "", card.qty, card.px))
        story.pair_all()
        story.pair("stop_px", stop_px, card.stop_px)

    async def gw_replace(self, arguments: Any) -> Card:
        """Ask for other terms, which stand to the order's own as the case's do."""
        table = dict(table_of(arguments))
        of = str(table["of"])
        await self._arrange(str(table.get("as") or f"replace-{of}"))
        given, story = dict(table), self.stories[self.root(of)]
        if "qty" in table:
            given["qty"] = str(story.next_qty(Decimal(str(table["qty"])), self.config.lot))
        for key in ("px", "stop_px"):
            if key in table:
                given[key] = str(live_px(self.config, table[key]))
        self.safety.allow(Decimal(given.get("qty", self.cards[of].qty)))
        card = await super().gw_replace(given)
        before = self.terms[of]
        terms = [Decimal(str(table[k])) if k in table else before[n] for n, k in enumerate(("qty", "px", "stop_px"))]
        self.terms[card.name] = terms[0] or Decimal(0), terms[1], terms[2]
        story.pair("order_qty", terms[0], card.qty)
        story.pair("price", terms[1], card.px)
        return card

    async def gw_cancel(self, arguments: Any) -> Card:
        """Ask for an order's cancel."""
        table = table_of(arguments)
        await self._arrange(str(table.get("as") or f"cancel-{table['of']}"))
        card = await super().gw_cancel(arguments)
        self.terms[card.name] = self.terms.get(card.of, (card.qty, card.px, card.stop_px))
        return card

    async def _arrange(self, name: str) -> None:
        if name in self.plan.arranged:
            await self.ask(self.plan.arranged[name])

    def meant_terms(self, card: Card) -> tuple[Decimal, Decimal | None]:
        """Return quantity and price that the case gave a request."""
        qty, px, _ = self.terms[card.name]
        return qty, px
