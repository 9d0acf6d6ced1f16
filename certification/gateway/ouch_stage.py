"""Add the words that only OUCH has to a case's stage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fairlead.certification.gateway.arguments import decimal_of, table_of
from fairlead.certification.gateway.ouch_terms import find_strange_requests, find_strange_terms
from fairlead.certification.gateway.ouch_venue import OuchVenue, as_units
from fairlead.certification.gateway.stage import GatewayStage
from fairlead.certification.model.verdicts import Blocked, Deviation, Unsupported

SILENCE_S = 15
ACK_TIMEOUT_S = 10
"""How long the gateway under test waits for an answer: ``installation`` configures it."""


class OuchStage(GatewayStage):
    """One case whose venue speaks OUCH."""

    def _make_venue(self) -> OuchVenue:
        place, control = self.place, self.installation.control
        return OuchVenue(
            place.bound,
            self.playing.protocol,
            place.venue,
            self.clock,
            self.note_wire,
            lambda name: self.cards[name],
            lambda: control.call("clock.show"),
            lambda: self.installation.connect_venue(place.venue),
        )

    @property
    def ouch(self) -> OuchVenue:
        """Return the venue as what it is."""
        assert isinstance(self.venue, OuchVenue)
        return self.venue

    def _strange_terms(self, name: str, message: Any, asked: Iterable[str]) -> Iterable[str]:
        for card in self.cards.values():
            if card.message is message and (card.fields or (card.ord_type, card.tif) != ("limit", "day")):
                # the strategy has asked for something else than what is sent by default
                return ()
        return find_strange_terms(name, message, self.capabilities, asked)

    async def settle(self) -> None:
        """Check what must hold after every case, the names in every request among it. Raises Deviation."""
        await super().settle()
        symbol = self.capabilities.venue_symbol.format(symbol=self.place.symbol, number=self.place.number)
        strange = list(find_strange_requests(self.ouch.requests, self.capabilities, symbol))
        if strange:
            raise Deviation("; ".join(strange))

    async def do(self, verb: str, arguments: Any) -> Any:
        """Play one step, with its prices in the venue's ticks; steps of ``any`` come here one by one."""
        tick = _CASES_TICK if verb == "any" else decimal_of(self.capabilities.tick)
        return await super().do(verb, in_ticks(arguments, tick))

    def utc_in(self, seconds: int) -> str:
        """Return the gateway's time so many seconds from now, as strategies write it."""
        later = datetime.fromtimestamp(self.clock.utc_ns() / 10**9 + seconds, UTC)
        return later.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def venue_priority(self, arguments: Any) -> None:
        """Say that an order has another place in the book: shown at ``px``, under a new reference number."""
        table = table_of(arguments, "of px")
        card = self.booked(table["of"]).card
        shown: dict[str, int | str] = {"price": as_units(decimal_of(table["px"])), "display": "Y"}
        self.ouch.say_of("T", card, {**shown, "order_reference_number": int(self.ouch.new_id("O"))})

    async def venue_modified(self, arguments: Any) -> None:
        """Say that an order's ``side`` is another, or its ``left`` quantity; nobody asked for a replace."""
        table = table_of(arguments, "of left side")
        booked = self.booked(table["of"])
        left = decimal_of(table.get("left", booked.leaves))
        booked.qty = booked.cum + left
        quantity: dict[str, int | str] = {self.ouch.dialect.quantity: int(left)}
        self.ouch.say_of("M", booked.card, {"side": str(table.get("side", "B")), **quantity})

    async def venue_break(self, arguments: Any) -> None:
        """Break an execution: what was executed by it does not trade again."""
        booked, trade = self._trade(str(arguments))
        trade.is_busted = True
        booked.qty -= trade.qty
        booked.refresh()
        self._say("busted", booked, booked.card, {}, trade=trade)

    async def venue_ends_all(self, arguments: Any) -> None:
        """Carry out a mass cancel, whichever way the gateway asks for it."""
        card = self.card(str(arguments))
        open_orders = [booked for booked in self.book.values() if booked.is_open]
        if await self.ouch.take_mass_cancel(card, open_orders):
            self.ouch.accept_mass_cancel(card, len(open_orders))
        for booked in open_orders:
            booked.status = "canceled"
            self._say("canceled", booked, booked.card, {"reason": "U"})

    async def venue_ends_entry(self, arguments: Any) -> None:
        """Answer the request to take no more orders of a firm, which was expected before."""
        self._answer_entry("DisableEntry", "G")

    async def venue_begins_entry(self, arguments: Any) -> None:
        """Answer the request to take orders of a firm again, which was expected before."""
        self._answer_entry("EnableEntry", "K")

    def _answer_entry(self, name: str, code: str) -> None:
        asked = [message for known, message in self.ouch.requests if known == name]
        if not asked:
            raise Blocked(f"no {name} was sent: expected a step that waits for it")
        self.ouch.line.say(code, {key: asked[-1][key] for key in ("user_ref_num", "firm")})

    # the other host

    async def gateway_own(self, arguments: Any) -> None:
        """Have a gateway of this case's own. Copies of executions come over no OUCH session."""
        if dict(arguments or {}).get("drop_copy"):
            raise Unsupported(
                self.capabilities.without.get("drop_copy", "copies of executions come over no OUCH session")
            )
        await super().gateway_own(arguments)

    async def venue_moves(self, arguments: Any) -> None:
        """Be at the second host from now on; who connects to the first one is refused."""
        self.ouch.line.move(self.the_own().second)

    async def venue_loses_tail(self, arguments: Any) -> None:
        """Forget the last messages of the stream: ``sent`` so many; what a client sends has no numbers."""
        self.ouch.line.lose_tail(int(table_of(arguments, "sent")["sent"]))

    async def venue_is_left(self, arguments: Any) -> None:
        """Be there again once, and expect that the gateway ends the connection after its login."""
        line = self.ouch.line
        before = line.logins
        await self.venue.again()
        await self.installation.connect_venue(self.place.venue)
        await self.until(lambda: line.logins > before and not line.is_connected, "the end of the connection")
        await self.venue.cut("rst")

    async def venue_ends_if_open(self, arguments: Any) -> None:
        """End an order that a cancel has reached before it was filled."""
        if self.booked(arguments["of"]).is_open:
            await self.venue_canceled(arguments)

    async def venue_falls_silent(self, arguments: Any) -> None:
        """Where the cut is none but silence, let the gateway notice it."""
        if arguments == "blackhole":
            await self.clock_advance(SILENCE_S + 1)
            await self.venue.gone()

    async def venue_loses(self, arguments: Any) -> None:
        """Take an order's message off the wire: it has never reached the venue."""
        await self.ouch.lose(self.card(str(arguments)))

    async def expect_same_order_or_its_cancel(self, arguments: Any) -> None:
        """Expect an order under its token again, which then lives, or its token's cancel, after which it must end."""
        name = str(arguments)
        if await self.ouch.take_either(self.card(name)) == "O":
            await self.venue_ack(name)
            await self.gw_expect({"of": name, "type": "accepted"})
        else:
            await self.clock_advance(ACK_TIMEOUT_S + 1)
            await self.gw_expect({"of": name, "type": "rejected"})

    async def venue_expects(self, arguments: Any) -> None:
        """Expect no UserRefNum below this one from now on, and say so when asked."""
        self.ouch.next_ref = int(arguments)

    async def expect_refs_from(self, arguments: Any) -> None:
        """Expect the last UserRefNum to be this one or a higher one."""
        last = self.ouch.refs[-1] if self.ouch.refs else 0
        if last < int(arguments):
            raise Deviation(f"UserRefNum {last} sent, expected {arguments} at least: the venue ignores it in silence")


_PRICES = frozenset(("px", "price", "stop_px", "last_px", "avg_px"))
_CASES_TICK = Decimal("0.01")


def in_ticks(arguments: Any, tick: Decimal) -> Any:
    """Return a step's arguments with prices of so many ticks as the case's have cents."""
    if tick == _CASES_TICK:
        return arguments
    if isinstance(arguments, list):
        return [in_ticks(each, tick) for each in arguments]
    if not isinstance(arguments, dict):
        return arguments
    return {
        key: f"{decimal_of(value) / _CASES_TICK * tick:f}" if key in _PRICES and value != "*" else in_ticks(value, tick)
        for key, value in arguments.items()
    }
