"""Say what a case's venue-side words come to where the venue is somebody else's: wait until it was seen to do so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fairlead.certification.gateway.arguments import decimal_of, table_of
from fairlead.certification.gateway.venue_side import PLACE, Booked, Card, Trade
from fairlead.certification.live.hearing import Hearing
from fairlead.certification.live.numbers import Story
from fairlead.certification.live.seen import Seen
from fairlead.certification.live.venue import LiveOuch
from fairlead.certification.model.verdicts import Blocked

_PX = Decimal("10.00")


class OrderWords(Hearing):
    """What becomes of orders."""

    # what becomes of an order

    async def venue_book(self, arguments: Any) -> None:
        """Wait for an order's message: it lives at the venue, which need not have said so."""
        name = table_of(arguments, "of")["of"]
        await self.live.take(self.card(name))
        self._story(name)

    async def venue_ack(self, arguments: Any) -> None:
        """Hear that an order is accepted."""
        name = table_of(arguments, "of text fields lose")["of"]
        await self.live.take(self.card(name))

        async def hear() -> None:
            self._story(name, await self._says(name, "ack")).pair_all()

        await self._when_there(hear)

    async def venue_reject(self, arguments: Any) -> None:
        """Hear that an order is refused."""
        name = table_of(arguments, "of reason text fields")["of"]
        await self.live.take(self.card(name))
        seen = await self._says(name, "reject")
        self._pair_words(self._story(name, seen, "rejected"), seen, "ord_rej_reason")

    async def venue_refuse_message(self, arguments: Any) -> None:
        """Hear that an order's message is refused as such."""
        table = table_of(arguments, "of level reason text")
        await self.live.take(self.card(table["of"]))
        seen = await self._says(table["of"], f"refuse {table.get('level', 'session')}")
        self.stories[self.root(table["of"])].pair("text", "", seen.text)

    async def venue_fill(self, arguments: Any) -> None:
        """Hear an execution; where it is the case's last of an order, as many as make it whole."""
        table = table_of(arguments, "of qty px as lose text fields quiet")
        card = self.card(table["of"])
        if card.kind == PLACE:
            await self.live.take(card)
        meant = self.stories[self.root(card.name)].meant
        qty = decimal_of(table.get("qty", meant.leaves))
        if not qty:
            return
        px = decimal_of(table["px"]) if "px" in table else meant.px or _PX
        name = str(table.get("as") or f"fill{len(self.executions)}")
        trade = Trade(name, "", qty, px)

        async def hear() -> None:
            await self._hear_fill(card.name, trade)

        await self._when_there(hear)

    async def _hear_fill(self, name: str, trade: Trade) -> None:
        seen = await self._says(name, "filled")
        story = self._story(name, seen)
        story.meant.trades.append(trade)
        self.executions[trade.name] = story, trade
        story.meant.refresh()
        self._book_fill(story, trade, seen)
        while story.meant.status == "filled" and story.live.is_open:
            self._book_fill(story, trade, await self._says(name, "filled"))

    def _book_fill(self, story: Story, trade: Trade, seen: Seen) -> None:
        if seen.last_qty is None or seen.last_px is None:
            raise Blocked(f"the venue's {seen.says()} names no quantity or price")
        story.live.trades.append(Trade(trade.name, seen.exec_id, seen.last_qty, seen.last_px))
        story.live.refresh()
        story.pair("last_qty", trade.qty, seen.last_qty)
        story.pair("last_px", trade.px, seen.last_px)
        story.pair_all()

    async def venue_canceled(self, arguments: Any) -> None:
        """Hear that an order has ended."""
        await self._hear_end("canceled", arguments)

    async def venue_expire(self, arguments: Any) -> None:
        """Hear that an order's time is over."""
        await self._hear_end("expired", arguments)

    async def venue_done_for_day(self, arguments: Any) -> None:
        """Hear that an order is done for the day."""
        await self._hear_end("done_for_day", arguments)

    async def _hear_end(self, status: str, arguments: Any) -> None:
        table = table_of(arguments, "of by text reason fields quiet lose")
        name = table["of"]
        if "by" in table:
            await self.live.take(self.card(table["by"]))

        async def hear() -> None:
            await self._hear_ended(name, status)

        await self._when_there(hear)

    async def _hear_ended(self, name: str, status: str) -> None:
        seen = await self._says(name, status.replace("_", " "))
        story = self._story(name, seen)
        story.live.status = story.meant.status = status
        self._pair_words(story, seen, "ord_rej_reason")

    async def venue_ends_if_open(self, arguments: Any) -> None:
        """Hear that an order has ended which a cancel has reached before it was filled."""
        if self.booked(arguments["of"]).is_open:
            await self.venue_canceled(arguments)

    async def venue_pending(self, arguments: Any) -> None:
        """Wait for the request alone: not every venue says that it waits."""
        await self.live.take(self.card(table_of(arguments, "of text")["of"]))
        self.note_how("whether the venue says that it is pending is its own affair")

    async def venue_replaced(self, arguments: Any) -> None:
        """Hear that an order has other terms."""
        table = table_of(arguments, "of by text fields qty quiet")
        card = self.card(table["by"])
        await self.live.take(card)
        is_part_cancel = isinstance(self.live, LiveOuch) and card.message["message_type"] == "X"
        seen = await self._says(card.name, "canceled" if is_part_cancel else "replaced")
        story = self._story(table["of"], seen)
        story.live.card = story.meant.card = card
        case_qty, case_px = self.meant_terms(card)
        story.meant.qty, story.meant.px = decimal_of(table.get("qty", case_qty)), case_px
        story.live.qty = self._qty_after(seen, story.live, card)
        story.live.px = card.px if seen.price is None else seen.price
        for booked in (story.meant, story.live):
            booked.refresh()
        story.pair_all()

    def _qty_after(self, seen: Seen, live: Booked, card: Card) -> Decimal:
        if seen.left_qty is not None:
            return live.cum + seen.left_qty
        if seen.taken_off is not None:
            return live.qty - seen.taken_off
        return card.qty if seen.order_qty is None else seen.order_qty

    async def venue_cancel_reject(self, arguments: Any) -> None:
        """Hear that a cancel or a replace is refused."""
        name = table_of(arguments, "of reason text unknown")["of"]
        card = self.card(name)
        await self.live.take(card)
        # OUCH refuses a replace by rejecting its token
        seen = await self._says(name, *("cancel rejected", "reject")[: 1 + isinstance(self.live, LiveOuch)])
        self._pair_words(self._story(name), seen, "cxl_rej_reason")

    # executions

    def _execution(self, name: str) -> tuple[Story, Trade]:
        if name not in self.executions:
            raise Blocked(f"no execution {name!r} in this case")
        return self.executions[name]

    async def venue_bust(self, arguments: Any) -> None:
        """Hear that an execution is taken back."""
        story, trade = self._execution(table_of(arguments, "exec text keep_status")["exec"])
        live = await self._changed(story, "busted")
        live.is_busted = trade.is_busted = True
        self._refresh(story)

    async def venue_break(self, arguments: Any) -> None:
        """Hear that an execution is broken: what was executed by it does not trade again."""
        story, trade = self._execution(str(arguments))
        live = await self._changed(story, "busted")
        live.is_busted = trade.is_busted = True
        story.live.qty -= live.qty
        story.meant.qty -= trade.qty
        self._refresh(story)

    async def venue_correct(self, arguments: Any) -> None:
        """Hear that an execution has another quantity or price."""
        table = table_of(arguments, "exec qty px text")
        story, trade = self._execution(table["exec"])
        live = await self._changed(story, "corrected")
        trade.qty, trade.px = decimal_of(table.get("qty", trade.qty)), decimal_of(table.get("px", trade.px))
        story.pair("last_qty", trade.qty, live.qty)
        story.pair("last_px", trade.px, live.px)
        self._refresh(story)

    async def _changed(self, story: Story, what: str) -> Trade:
        """Return the execution of the venue's that it takes back or corrects, with what it says of it."""
        seen = await self._says(story.live.card.name, what)
        for live in story.live.trades:
            if live.exec_id == seen.exec_ref_id:
                if what == "corrected":
                    live.qty = live.qty if seen.last_qty is None else seen.last_qty
                    live.px = live.px if seen.last_px is None else seen.last_px
                return live
        raise Blocked(f"the venue said {seen.says()} of execution {seen.exec_ref_id!r}, which it never reported")

    def _refresh(self, story: Story) -> None:
        for booked in (story.meant, story.live):
            booked.refresh()
        story.pair_all()

    async def venue_repeat(self, arguments: Any) -> None:
        """Hear an execution once more."""
        story, _ = self._execution(table_of(arguments, "exec")["exec"])
        seen = await self._says(story.live.card.name, "filled")
        if seen.exec_id not in {trade.exec_id for trade in story.live.trades}:
            raise Blocked(f"the venue said {seen.says()}, expected an execution that it has reported before")

    async def venue_stray_fill(self, arguments: Any) -> None:
        """Hear an execution of an order that the gateway never sent."""
        sent = self.live.reader.sent_ids
        await self.live.hears(lambda seen: seen.cl_ord_id not in sent, ("filled",), self.live.config.answer_s)

    # unasked

    async def venue_restate(self, arguments: Any) -> None:
        """Hear that an order's terms are others."""
        table = table_of(arguments, "of qty px reason text")
        seen = await self._says(table["of"], "restated")
        story = self._story(table["of"], seen)
        story.meant.qty = decimal_of(table.get("qty", story.meant.qty))
        story.meant.px = decimal_of(table["px"]) if "px" in table else story.meant.px
        story.live.qty = story.live.qty if seen.order_qty is None else seen.order_qty
        story.live.px = story.live.px if seen.price is None else seen.price
        for booked in (story.meant, story.live):
            booked.status = "new" if booked.status == "done_for_day" else booked.status
        self._refresh(story)
        self._pair_words(story, seen, "ord_rej_reason")

    async def venue_triggered(self, arguments: Any) -> None:
        """Hear that a stop order is triggered: as such, or as a second acceptance, which FIX 4.2 has for it."""
        await self._says(table_of(arguments, "of text")["of"], "triggered", "ack", "restated")

    async def venue_priority(self, arguments: Any) -> None:
        """Hear that an order has another place in the book."""
        await self._says(table_of(arguments, "of px")["of"], "priority")

    async def venue_modified(self, arguments: Any) -> None:
        """Hear that an order's quantity is another."""
        table = table_of(arguments, "of left side")
        seen = await self._says(table["of"], "modified")
        story = self._story(table["of"])
        story.meant.qty = story.meant.cum + decimal_of(table.get("left", story.meant.leaves))
        story.live.qty = self._qty_after(seen, story.live, story.live.card)
        story.pair_all()
