"""Say what every venue does by itself, and what happens to the link between it and the gateway."""

from __future__ import annotations

from typing import Any

from fairlead.certification.gateway.arguments import table_of
from fairlead.certification.live.hearing import Hearing
from fairlead.certification.live.seen import Seen
from fairlead.certification.live.venue import LiveOuch
from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.runner import HarnessError


class LinkWords(Hearing):
    """The link's troubles are the tap's; what the gateway asks, the venue answers."""

    # what every venue does

    async def venue_brain(self, arguments: Any) -> None:
        """Do nothing: who answers is the venue."""

    async def venue_status(self, arguments: Any) -> None:
        """Wait for a status request: the venue answers."""
        table = table_of(arguments, "of to text")
        if "to" in table:
            await self.live.take(self.card(table["to"]))
        await self.live.sync()

    async def venue_answers(self, arguments: Any) -> None:
        """Let the venue answer what the gateway asks of itself."""
        self.live.reader.on_question = lambda: None
        self.live.tap.release()
        await self.live.sync()
        self.live.questions()

    async def venue_own_cancel(self, arguments: Any) -> None:
        """Expect that the gateway itself cancels an order, and hear its end."""
        name = table_of(arguments, "of")["of"]
        await self.live.own_cancel(self.booked(name).card)
        await self._hear_own_end(name)

    async def _hear_own_end(self, name: str) -> None:
        """Hear the end of an order whose cancel is no request of the case's."""
        booked = self.booked(name)
        own_id = booked.card.venue_id

        def is_about(seen: Seen) -> bool:
            return own_id in (seen.cl_ord_id, seen.orig_cl_ord_id) or seen.cl_ord_id in self._wire_ids(name)

        await self.live.hears(is_about, ("canceled",), self.live.config.answer_s)
        story = self._story(name)
        story.live.status = story.meant.status = "canceled"
        story.pair_all()

    async def venue_mass_canceled(self, arguments: Any) -> None:
        """Wait for a mass cancel, and hear the end of every order."""
        await self.live.take(self.card(table_of(arguments, "of")["of"]))
        for name, booked in list(self.book.items()):
            if booked.is_open:
                await self._hear_own_end(name)

    async def venue_ends_all(self, arguments: Any) -> None:
        """Hear the end of every order, whichever way the gateway asks for it."""
        card = self.card(str(arguments))
        open_orders = {name: booked for name, booked in self.book.items() if booked.is_open}
        if isinstance(self.live, LiveOuch):
            await self.live.take_mass_cancel(card, list(open_orders.values()))
        for name in open_orders:
            await self._hear_own_end(name)

    # the link

    async def venue_cut(self, arguments: Any) -> None:
        """Have the tap end the link, or let nothing pass; an order that must have landed has been answered before."""
        for name in self.plan.withheld & set(self.cards):
            await self._landed(name)
        await self.live.cut(str(arguments or "rst"))
        self.is_away = True
        self.note_how("by the tap between gateway and venue")

    async def _landed(self, name: str) -> None:
        if self.cards[name].message is None:
            return
        await self.live.until(
            lambda: any(seen.cl_ord_id in self._wire_ids(name) for seen in self.live.heard),
            f"the venue did not answer order {name}",
        )

    async def venue_again(self, arguments: Any) -> None:
        """Let the gateway through again, and hear what the venue did meanwhile."""
        if self.plan.holds_answers:
            self.live.reader.on_question = self._hold
        try:
            await self.live.again()
            await self._bring_up()
        except HarnessError as error:
            raise Blocked(str(error)) from None
        await self.live.sync()
        await self.is_open_soon()
        self.is_away = False
        deferred, self.deferred[:] = list(self.deferred), []
        for hear in deferred:
            await hear()

    def _hold(self) -> None:
        self.live.tap.is_holding = True

    async def venue_falls_silent(self, arguments: Any) -> None:
        """Where the link is cut by silence, let the gateway notice it."""
        if arguments == "blackhole":
            heartbeats_s = 2.5 * self.installation.capabilities.heartbeat_s
            await self.clock_advance(16 if isinstance(self.live, LiveOuch) else heartbeats_s)
            await self.live.gone()

    async def clock_advance(self, arguments: Any) -> None:
        """Let time pass."""
        raise NotImplementedError
