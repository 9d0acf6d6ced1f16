"""Say what a case's venue does: ``venue.ack``, ``venue.fill``, ``venue.cut`` ... It keeps the book it tells from."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fairlead.certification.gateway.arguments import decimal_of, table_of
from fairlead.certification.gateway.venue_side import PLACE, Booked, Card, Saying, Trade
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Blocked

if TYPE_CHECKING:
    from fairlead.certification.gateway.attachment import Attachment
    from fairlead.certification.gateway.installation import Installation, Place
    from fairlead.certification.gateway.venue_side import VenueSide

CALL_AGAIN_S = 0.5
_PX = Decimal("10.00")
"""What an execution of an order without a price is done at."""


class VenueWords(NotingStage):
    """The words of the venue's side."""

    cards: dict[str, Card]
    book: dict[str, Booked]
    place: Place
    installation: Installation | Attachment
    venue: VenueSide

    def card(self, name: str) -> Card:
        """Return a request by its name."""
        raise NotImplementedError

    def booked(self, name: str) -> Booked:
        """Return the order that a request is about."""
        raise NotImplementedError

    async def clock_heartbeats(self, arguments: Any) -> None:
        """Move the gateway's time on by so many heartbeat intervals."""
        raise NotImplementedError

    async def _book(self, name: str, status: str = "new") -> Booked:
        """Take an order into the book: wait for its message first."""
        card = self.card(name)
        if card.kind != PLACE:
            raise Blocked(f"{name} is a {card.kind}, expected an order")
        await self.venue.take(card)
        if name not in self.book:
            self.book[name] = Booked(card, self.venue.new_id("O"), card.qty, card.px, status)
        return self.book[name]

    def _say(self, what: str, booked: Booked, card: Card, table: dict[str, Any], **more: Any) -> None:
        self.venue.say(
            Saying(
                what,
                booked,
                card,
                text=str(table.get("text", "")),
                reason=str(table.get("reason", "")),
                lose=bool(table.get("lose")),
                extra=table.get("fields", {}),
                **more,
            )
        )

    def _now(self, booked: Booked) -> Card:
        """Return the request whose id and terms an order has now."""
        return booked.card

    async def venue_got(self, arguments: Any) -> None:
        """Wait for a request's message and say nothing."""
        await self.venue.take(self.card(table_of(arguments, "of")["of"]))

    async def venue_book(self, arguments: Any) -> None:
        """Take an order into the book and say nothing: it lives, and nobody has been told."""
        await self._book(table_of(arguments, "of")["of"])

    async def venue_ack(self, arguments: Any) -> None:
        """Accept an order."""
        table = table_of(arguments, "of text fields lose")
        booked = await self._book(table["of"])
        self._say("accepted", booked, booked.card, table)

    async def venue_reject(self, arguments: Any) -> None:
        """Refuse an order."""
        table = table_of(arguments, "of reason text fields")
        booked = await self._book(table["of"], "rejected")
        self._say("rejected", booked, booked.card, {"reason": "0", **table})

    async def venue_refuse_message(self, arguments: Any) -> None:
        """Refuse a request's message as such, at ``level`` session or business."""
        table = table_of(arguments, "of level reason text")
        card = self.card(table["of"])
        await self.venue.take(card)
        self.venue.refuse_message(
            card, str(table.get("reason", "0")), str(table.get("text", "refused")), str(table.get("level", "session"))
        )

    async def venue_fill(self, arguments: Any) -> None:
        """Execute an order: ``qty`` (0: nothing), at its price or ``px``; ``lose`` names one that never arrives."""
        table = table_of(arguments, "of qty px as lose text fields quiet")
        booked = await self._book(table["of"]) if self.card(table["of"]).kind == PLACE else self.booked(table["of"])
        qty = decimal_of(table.get("qty", booked.leaves))
        if not qty:
            return
        px = decimal_of(table["px"]) if "px" in table else booked.px or _PX
        name = str(
            table.get("as") or table.get("lose") or f"fill{sum(len(each.trades) for each in self.book.values())}"
        )
        trade = Trade(name, self.venue.new_id("T"), qty, px)
        booked.trades.append(trade)
        booked.refresh()
        if not table.get("quiet"):
            self._say("filled", booked, self._now(booked), table, trade=trade)

    async def venue_canceled(self, arguments: Any) -> None:
        """End an order: ``by`` is the request that asked for it; without it, it is the venue's own doing."""
        await self._end("canceled", arguments)

    async def venue_expire(self, arguments: Any) -> None:
        """End an order because its time is over."""
        await self._end("expired", arguments)

    async def venue_done_for_day(self, arguments: Any) -> None:
        """Say that an order is done for the day."""
        await self._end("done_for_day", arguments)

    async def _end(self, what: str, arguments: Any) -> None:
        table = table_of(arguments, "of by text reason fields quiet lose")
        booked = self.booked(table["of"])
        before, card = booked.card, booked.card
        if "by" in table:
            card = self.card(table["by"])
            await self.venue.take(card)
        booked.status = what
        if not table.get("quiet"):
            self._say(what, booked, card, table, before=before if card is not before else None)

    async def venue_pending(self, arguments: Any) -> None:
        """Say that a cancel or a replace waits."""
        table = table_of(arguments, "of text")
        card = self.card(table["of"])
        await self.venue.take(card)
        booked = self.booked(card.of)
        self._say(f"pending_{card.kind}", booked, card, table, before=booked.card)

    async def venue_replaced(self, arguments: Any) -> None:
        """Give an order the terms that ``by`` asked for."""
        table = table_of(arguments, "of by text fields qty quiet")
        booked, card = self.booked(table["of"]), self.card(table["by"])
        await self.venue.take(card)
        before = booked.card
        booked.card, booked.qty, booked.px = card, decimal_of(table.get("qty", card.qty)), card.px
        booked.refresh()
        if not table.get("quiet"):
            self._say("replaced", booked, card, table, before=before)

    async def venue_cancel_reject(self, arguments: Any) -> None:
        """Refuse a cancel or a replace: ``unknown`` for an order that the venue does not have."""
        table = table_of(arguments, "of reason text unknown")
        card = self.card(table["of"])
        await self.venue.take(card)
        booked = self.booked(card.of)
        table["fields"] = {"unknown": "Y"} if table.get("unknown") else {}
        self._say("cancel_rejected", booked, card, table, before=self.card(card.of))

    def _trade(self, name: str) -> tuple[Booked, Trade]:
        for booked in self.book.values():
            for trade in booked.trades:
                if trade.name == name:
                    return booked, trade
        raise Blocked(f"no execution {name!r} in this case")

    async def venue_bust(self, arguments: Any) -> None:
        """Take an execution back."""
        table = table_of(arguments, "exec text keep_status")
        booked, trade = self._trade(table["exec"])
        trade.is_busted = True
        booked.refresh()
        self._say("busted", booked, self._now(booked), table, trade=trade)

    async def venue_correct(self, arguments: Any) -> None:
        """Give an execution another quantity or price."""
        table = table_of(arguments, "exec qty px text")
        booked, trade = self._trade(table["exec"])
        before = Trade(trade.name, trade.exec_id, trade.qty, trade.px)
        trade.qty = decimal_of(table.get("qty", trade.qty))
        trade.px = decimal_of(table.get("px", trade.px))
        booked.refresh()
        self._say("corrected", booked, self._now(booked), table, trade=Trade("", before.exec_id, trade.qty, trade.px))

    async def venue_restate(self, arguments: Any) -> None:
        """Change an order's terms unasked."""
        table = table_of(arguments, "of qty px reason text")
        booked = self.booked(table["of"])
        booked.qty = decimal_of(table.get("qty", booked.qty))
        booked.px = decimal_of(table["px"]) if "px" in table else booked.px
        if booked.status == "done_for_day":
            booked.status = "new"
        booked.refresh()
        self._say("restated", booked, self._now(booked), {"reason": "5", **table})

    async def venue_triggered(self, arguments: Any) -> None:
        """Say that a stop order has been triggered."""
        table = table_of(arguments, "of text")
        booked = self.booked(table["of"])
        self._say("triggered", booked, self._now(booked), {"text": "stop price reached", **table})

    async def venue_status(self, arguments: Any) -> None:
        """Answer a status request ``to``: with how the order ``of`` stands, or that it is not known."""
        table = table_of(arguments, "of to text")
        card = await self._status_request(table)
        booked = self.booked(table["of"]) if table.get("of") else None
        self.venue.answer_status(booked, card, str(table.get("text", "")))

    async def _status_request(self, table: dict[str, Any]) -> Card:
        if "to" in table:
            card = self.card(table["to"])
            await self.venue.take(card)
            return card
        # the gateway's own question
        message = await self.venue.expect("OrderStatusRequest", {}, None)
        return Card("", "status", "", "", self.place.symbol, message=message, venue_id=message.get(11))

    async def venue_answers(self, arguments: Any) -> None:
        """Answer every question that the gateway asks of itself, from the book, until it asks no more."""
        await self.venue.sync()
        while questions := self.venue.questions():
            for question in questions:
                self._answer(question)
            await self.venue.sync()

    def _answer(self, question: Any) -> None:
        open_orders = [booked for booked in self.book.values() if booked.is_open]
        if self.venue.asks_for_all(question):
            self.venue.answer_all(open_orders, question)
            return
        asked = self.venue.asked_id(question)
        ids = {card.venue_id: name for name, card in self.cards.items() if card.venue_id}
        card = Card("", "status", "", "", self.place.symbol, message=question, venue_id=asked)
        known = asked in ids and self._known(ids[asked])
        self.venue.answer_status(known or None, card, "")

    def _known(self, name: str) -> Booked | None:
        """Return the order that a request is about, None where the venue never took it."""
        try:
            return self.booked(name)
        except Blocked:
            return None

    async def venue_own_cancel(self, arguments: Any) -> None:
        """Expect that the gateway itself cancels an order, and obey."""
        booked = self.booked(table_of(arguments, "of")["of"])
        card = await self.venue.own_cancel(booked.card)
        booked.status = "canceled"
        self._say("canceled", booked, card, {}, before=booked.card)

    async def venue_resend_request(self, arguments: Any) -> None:
        """Ask for what the gateway has sent, once more: ``from`` 1 ``to`` the end unless said otherwise."""
        table = table_of(arguments, "from to")
        self.venue.ask_resend(int(table.get("from", 1)), int(table.get("to", 0)))

    async def venue_raw(self, arguments: Any) -> None:
        """Send a message as it is described; with ``of``, that order's report with ``fields`` in place of its own."""
        table = table_of(arguments, "name of fields")
        booked = self.booked(table["of"]) if "of" in table else None
        self.venue.send_raw(str(table.get("name", "ExecutionReport")), table.get("fields", {}), booked)

    async def venue_mangle(self, arguments: Any) -> None:
        """Report on an order with one field whose value is none."""
        table = table_of(arguments, "of field value")
        self.venue.send_raw("ExecutionReport", {str(table["field"]): table["value"]}, self.booked(table["of"]))

    async def venue_slice(self, arguments: Any) -> None:
        """Send in pieces of so many bytes from now on."""
        self.venue.slice(int(arguments))

    async def venue_gone(self, arguments: Any) -> None:
        """Expect that the gateway has ended the connection."""
        await self.venue.gone()

    async def venue_repeat(self, arguments: Any) -> None:
        """Send an execution once more, as if it were new."""
        self.venue.send_again(self._trade(table_of(arguments, "exec")["exec"])[1])

    async def venue_stray_fill(self, arguments: Any) -> None:
        """Execute an order that the gateway never sent."""
        table = table_of(arguments, "side qty px")
        qty, px = decimal_of(table.get("qty", 100)), decimal_of(table.get("px", _PX))
        card = Card("stray", PLACE, "", "", self.place.symbol, str(table.get("side", "buy")), qty, px)
        card.venue_id = self.venue.new_id("N")
        booked = Booked(card, self.venue.new_id("O"), qty, px)
        booked.trades.append(Trade("stray", self.venue.new_id("T"), qty, px))
        booked.refresh()
        self._say("filled", booked, card, {}, trade=booked.trades[0])

    async def venue_resend(self, arguments: Any) -> None:
        """Send everything once more that was sent, ``times`` over."""
        self.venue.resend(int(table_of(arguments, "times").get("times", 1)))

    async def venue_cut(self, arguments: Any) -> None:
        """End the connection (rst, fin, mid_frame), or fall silent (blackhole); who connects then is refused."""
        await self.venue.cut(str(arguments or "rst"))

    async def venue_falls_silent(self, arguments: Any) -> None:
        """Where the cut is none but silence, let the gateway notice it."""
        if arguments == "blackhole":
            await self.clock_heartbeats(2.5)
            await self.venue.gone()

    async def _bring_up(self) -> None:
        """Have the gateway connect: asked once more while it does not come, for it may not have seen the end yet."""
        up = asyncio.create_task(self.venue.up())
        try:
            while not up.done():
                await self.installation.connect_venue(self.place.venue)
                await asyncio.wait({up}, timeout=CALL_AGAIN_S)
        finally:
            up.cancel()
        await up

    async def venue_again(self, arguments: Any) -> None:
        """Be there again, and wait for the gateway; ``reset``: with numbers that begin anew."""
        if table_of(arguments, "reset").get("reset"):
            self.venue.forget_numbers()
        await self.venue.again()
        await self._bring_up()
        await self.venue.sync()

    async def venue_mass_canceled(self, arguments: Any) -> None:
        """Carry out a mass cancel: accept it, and end every order."""
        table = table_of(arguments, "of")
        card = self.card(table["of"])
        await self.venue.take(card)
        open_orders = [booked for booked in self.book.values() if booked.is_open]
        self.venue.accept_mass_cancel(card, len(open_orders))
        for booked in open_orders:
            booked.status = "canceled"
            self._say("canceled", booked, booked.card, {})
