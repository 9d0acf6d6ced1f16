"""Hear what a venue says of a case's orders, and keep it beside what the case means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from fairlead.certification.gateway.venue_side import Trade
from fairlead.certification.gateway.venue_words import VenueWords
from fairlead.certification.live.numbers import Story
from fairlead.certification.live.seen import Seen
from fairlead.certification.live.venue import LiveFix, LiveOuch

if TYPE_CHECKING:
    from fairlead.certification.gateway.venue_side import Card
    from fairlead.certification.live.plan import CasePlan

_PX = Decimal("10.00")


class Hearing(VenueWords):
    """What the words of the venue's side stand on. ``stories`` are the orders by the request that began them."""

    live: LiveFix | LiveOuch
    plan: CasePlan
    stories: dict[str, Story]
    executions: dict[str, tuple[Story, Trade]]
    """By a case's name for it: the order, and the execution as the case means it."""
    deferred: list[Callable[[], Awaitable[None]]]
    """What is to be heard when the link is there again."""
    is_away: bool

    if TYPE_CHECKING:

        def root(self, name: str) -> str:
            """Return the name of the request that began an order."""
            ...

        def meant_terms(self, card: Card) -> tuple[Decimal, Decimal | None]:
            """Return quantity and price that the case gave a request."""
            ...

        async def is_open_soon(self) -> bool:
            """Tell whether the gateway takes orders for the venue."""
            ...

    # hearing

    def _wire_ids(self, name: str) -> set[str]:
        root = self.root(name)
        cards = [card for card in self.cards.values() if self.root(card.name) == root]
        return {self.live.wire_id(card) for card in cards} - {""}

    async def _says(self, name: str, *what: str) -> Seen:
        """Return what the venue says of an order next."""

        def is_about(seen: Seen) -> bool:
            ids = self._wire_ids(name)
            return seen.cl_ord_id in ids or seen.orig_cl_ord_id in ids

        return await self.live.hears(is_about, what, self.live.config.answer_s)

    async def _when_there(self, hear: Callable[[], Awaitable[None]]) -> None:
        """Hear it now, or when the link is there again."""
        if self.is_away:
            self.deferred.append(hear)
            self.note_how("heard when the link is there again")
        else:
            await hear()

    def note_how(self, text: str) -> None:
        """Add to the present step how the venue was brought to it."""
        step = self.steps[-1]
        step.note = f"{step.note}; {text}" if step.note else text

    def _story(self, name: str, seen: Seen | None = None, status: str = "new") -> Story:
        """Return an order's story; the first thing that is heard of an order books it."""
        root = self.root(name)
        story = self.stories[root]
        if root not in self.book:
            story.live.status = story.meant.status = status
            self.book[root] = story.live
        if seen is not None and seen.order_id:
            story.live.order_id = seen.order_id
        return story

    def _pair_words(self, story: Story, seen: Seen, reason: str) -> None:
        story.pair("text", "", seen.text)
        if isinstance(self.live, LiveOuch):
            # OUCH's codes: where the certification knows none of FIX's numbers for one, any will do
            known = [number for number, code in self.live.dialect.rejects.items() if str(code) == seen.reason]
            story.pair(reason, "", known[0] if known else "*")
        elif seen.reason:
            story.pair(reason, "", seen.reason)
        if seen.restatement_reason:
            story.pair("restatement_reason", "", seen.restatement_reason)
        story.pair_all()
