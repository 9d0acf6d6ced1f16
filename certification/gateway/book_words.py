"""Say what a case's venue does while its price-time book answers: ``market.enters``, ``venue.fill``, ``venue.end_day``.

The book acts at once and by itself. A word of a script that says what the book has done is checked against it; one that
asks for what no book would do (silence, a refusal without a ground) is unsupported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fairlead.certification.gateway.arguments import decimal_of, table_of
from fairlead.certification.gateway.book_brain import MARKET, BookBrain, brain_profile, number, units
from fairlead.certification.gateway.fix_venue import FixVenue
from fairlead.certification.gateway.venue_side import PLACE, Booked, Card
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Blocked, Deviation, Unsupported
from fairlead.certification.venues.book_records import IMMEDIATE, BookOrder, OrdType, TimeInForce
from fairlead.certification.venues.happenings import RESTATED, Happening, Why
from fairlead.certification.venues.orders import CANCELED, DONE_FOR_DAY, EXPIRED, VenueOrder

if TYPE_CHECKING:
    from fairlead.certification.gateway.capabilities import Capabilities
    from fairlead.certification.gateway.fix_line import AheadClock
    from fairlead.certification.gateway.installation import Place
    from fairlead.certification.gateway.strategy import Strategy
    from fairlead.certification.gateway.venue_side import VenueSide
    from fairlead.certification.runner import Playing

BRAINS = ("script", "book")
_ANYHOW = frozenset(
    f"venue.{name}"
    for name in [
        "logon",
        "brain",
        "cut",
        "gone",
        "again",
        "slice",
        "resend",
        "resend_request",
        "falls_silent",
        "moves",
        "loses_tail",
        "stops_reading",
        "reads_again",
        "is_refused",
        "agrees",
        "mangle",
        "raw",
    ]
)
"""Words of the session, which mean the same whoever answers orders."""
_TIFS = {"day": TimeInForce.DAY, "immediate_or_cancel": TimeInForce.IOC, "fill_or_kill": TimeInForce.FOK}
_AMOUNTS = "of qty px as lose text fields quiet"


class BookWords(NotingStage):
    """The words of a venue with a book. ``brain`` is None while a script answers."""

    cards: dict[str, Card]
    book: dict[str, Booked]
    place: Place
    capabilities: Capabilities
    clock: AheadClock
    playing: Playing
    venue: VenueSide
    strategy: Strategy
    brain: BookBrain | None = None

    def card(self, name: str) -> Card:
        """Return a request by its name."""
        raise NotImplementedError

    def root(self, name: str) -> str:
        """Return the name of the request that began an order."""
        raise NotImplementedError

    async def until(self, holds: Any, what: str) -> None:
        """Wait in real time."""
        raise NotImplementedError

    def _find(self, verb: str) -> Callable[[Any], Any]:
        if self.brain is None or not verb.startswith("venue.") or verb in _ANYHOW:
            return super()._find(verb)
        found: Callable[[Any], Any] | None = getattr(self, f"book_{verb.removeprefix('venue.')}", None)
        if found is None:
            raise Unsupported(f"step {verb!r}: the price-time book acts by itself, and not so")
        return found

    # who answers

    async def venue_brain(self, arguments: Any) -> None:
        """Have the ``book`` answer from now on, with what has been scripted in it, or the ``script`` again."""
        table = table_of(arguments if isinstance(arguments, dict) else {"is": arguments}, "is self_match")
        wanted = table.get("is", "book")
        if wanted not in BRAINS:
            raise Blocked(f"brain {wanted!r} in the case, expected one of {', '.join(BRAINS)}")
        if wanted == "script" and self.brain is None:
            return
        if self.strategy.is_connected:
            await self.strategy.ping()
        await self.venue.sync()
        if self.brain is not None:
            self._refresh_book()
            self.brain.close()
            self.brain = None
        self._fix_venue().answer = None
        if wanted == "book":
            self._use_book(str(table.get("self_match", "allow")))

    def _fix_venue(self) -> FixVenue:
        if not isinstance(self.venue, FixVenue):
            raise Unsupported(f"the price-time book answers over FIX, not over {self.playing.protocol}")
        return self.venue

    def _use_book(self, self_match: str) -> None:
        venue = self._fix_venue()
        profile = brain_profile(self.capabilities.name, self.playing.protocol)
        self.brain = brain = BookBrain(venue.line, profile, self.clock, self_match)  # type: ignore[arg-type]
        for name, booked in self.book.items():
            brain.adopt(booked, self.card(name).message, self._ids(name, booked))
        venue.hand_over(brain.receive)
        for card in list(self.cards.values()):
            # it came, and no word was said
            if card.kind == PLACE and card.message is not None and brain.order(card) is None:
                brain.receive(card.message)
        brain.flush()

    def _ids(self, name: str, booked: Booked) -> list[str]:
        """Return the ids at the venue that an order has had, oldest first."""
        ids, card = [booked.card.venue_id], booked.card
        while card.name != name and card.of:
            card = self.card(card.of)
            ids.insert(0, card.venue_id)
        return ids

    def _the_brain(self) -> BookBrain:
        if self.brain is None:
            raise Blocked("the case's venue has no book: expected the step venue.brain: book before")
        return self.brain

    def _refresh_book(self) -> None:
        """Have the stage's own book say what the price-time book says."""
        for card in [card for card in self.cards.values() if card.kind == PLACE]:
            booked = self._booked_now(card)
            if booked is not None:
                self.book[card.name] = booked

    def _booked_now(self, card: Card) -> Booked | None:
        order = self._the_brain().order(card)
        if order is None:
            return None
        by_id = {each.venue_id: each for each in self.cards.values() if each.venue_id}
        return self._the_brain().booked(card, by_id.get(order.cl_ord_id, card))

    async def _order(self, name: str) -> VenueOrder:
        """Return an order in the book, once its message has come."""
        card = self.card(self.root(name))
        await self.venue.take(card)
        order = self._the_brain().order(card)
        if order is None:
            raise Unsupported(f"the book has refused {name} as a message")
        return order

    # others in the market

    @property
    def _key(self) -> str:
        return self.capabilities.venue_symbol.format(symbol=self.place.symbol)

    async def market_enters(self, arguments: Any) -> None:
        """Have somebody else enter an order (of 0: none): it trades with what it meets, and rests."""
        table = table_of(arguments, "side qty px tif")
        brain, px = self._the_brain(), table.get("px")
        if not decimal_of(table["qty"]):
            return
        brain.enter(
            self._key,
            BookOrder(
                brain.desk.next_id("M"),
                MARKET,
                table["side"] == "buy",
                units(decimal_of(table["qty"])),
                OrdType.MARKET if px is None else OrdType.LIMIT,
                units(decimal_of(px)) if px is not None else 0,
                time_in_force=_TIFS[table.get("tif", "day")],
            ),
        )

    async def market_leaves(self, arguments: Any) -> None:
        """Have all others take their orders out."""
        book = self._the_brain().book(self._key)
        for order in [*book.resting(True), *book.resting(False)]:
            if order.owner == MARKET:
                book.cancel(order)

    async def market_shows(self, arguments: Any) -> None:
        """Expect that the market sees these levels, best first: ``{buys: [["10.00", 300]], sells: []}``."""
        table = table_of(arguments, "buys sells")
        await self.venue.sync()
        book = self._the_brain().book(self._key)
        for side, wanted in table.items():
            levels = [(number(px), number(qty)) for px, qty, _ in book.shown_levels(side == "buys")]
            if levels != [(decimal_of(px), decimal_of(qty)) for px, qty in wanted]:
                told = ", ".join(f"{qty:f} at {px:f}" for px, qty in levels) or "nothing"
                raise Deviation(f"{side} of {told} are in the market, expected {wanted or 'nothing'}")

    # what a venue with a book does of itself

    async def book_hold(self, arguments: Any) -> None:
        """Keep back what the venue says, or with ``no`` let it go."""
        self._fix_venue().line.is_held = bool(arguments)
        self._the_brain().flush()

    async def book_end_day(self, arguments: Any) -> None:
        """End what was good for the day."""
        self._the_brain().desk.end_day()
        self._the_brain().flush()

    async def book_halt(self, arguments: Any) -> None:
        """Stop the instrument's trading: orders are refused, cancels are not."""
        self._the_brain().desk.halt(self._key, "H", "T1")

    async def book_resume(self, arguments: Any) -> None:
        """Let it trade again."""
        self._the_brain().desk.halt(self._key, "T", "T3")

    # words of scripts, as the book has them

    async def book_ack(self, arguments: Any) -> None:
        """See that the book has taken an order."""
        table = table_of(arguments, "of text fields lose")
        order = await self._order(table["of"])
        if order.ended and order.terms.time_in_force not in IMMEDIATE:
            raise Unsupported(f"the book has ended {table['of']} at once: OrdStatus {order.status}")

    async def book_fill(self, arguments: Any) -> None:
        """Have somebody trade with a resting order, at its price or ``px``; ``lose``: the report is lost on the way."""
        table = table_of(arguments, _AMOUNTS)
        if table.get("quiet") or table.get("text") or table.get("fields"):
            raise Unsupported("the book reports what it executes, in its own words")
        order, brain = await self._order(table["of"]), self._the_brain()
        qty = decimal_of(table.get("qty", number(order.leaves)))
        if not qty:
            return
        if units(qty) > order.terms.shown or not order.is_open or order.terms.is_waiting:
            raise Unsupported(f"the book has {number(order.leaves):f} of {table['of']} left, not {qty} to execute")
        px = decimal_of(table["px"]) if "px" in table else number(order.terms.price)
        if table.get("lose"):
            self._fix_venue().line.session.lose_next += 1
        before = set(brain.desk.executions)
        brain.take(order, qty, px)
        for exec_id in set(brain.desk.executions) - before:
            brain.names[exec_id] = str(table.get("as") or table.get("lose") or exec_id)

    async def book_canceled(self, arguments: Any) -> None:
        """See that the book has cancelled; without ``by``, cancel an order that it still has."""
        await self._end_in_book(CANCELED, Why.SUPERVISORY, arguments)

    async def book_expire(self, arguments: Any) -> None:
        """End an order because its time is over."""
        await self._end_in_book(EXPIRED, Why.END_OF_DAY, arguments)

    async def book_done_for_day(self, arguments: Any) -> None:
        """End an order for the day."""
        await self._end_in_book(DONE_FOR_DAY, Why.OTHER, arguments)

    async def _end_in_book(self, status: str, why: Why, arguments: Any) -> None:
        table = table_of(arguments, "of by text reason fields quiet lose")
        order = await self._order(table["of"])
        if "by" in table:
            await self.venue.take(self.card(table["by"]))
            await self.until(lambda: not order.pending, f"the book's answer to {table['by']}")
        elif order.is_open:
            self._the_brain().desk.end(order, status, why, str(table.get("text", "")))
            self._the_brain().flush()
        if order.ended != status:
            raise Unsupported(f"the book has ended {table['of']} otherwise: OrdStatus {order.status}")

    async def book_replaced(self, arguments: Any) -> None:
        """See that the book has given an order its new terms."""
        table = table_of(arguments, "of by text fields qty quiet")
        card, order = self.card(table["by"]), await self._order(table["of"])
        await self.venue.take(card)
        await self.until(lambda: not order.pending, f"the book's answer to {card.name}")
        if card.venue_id not in order.cl_ord_ids:
            raise Unsupported(f"the book has not carried out {card.name}")

    async def book_restate(self, arguments: Any) -> None:
        """Decline a part of an order's quantity."""
        table = table_of(arguments, "of qty px reason text")
        order, qty = await self._order(table["of"]), decimal_of(table.get("qty", 0))
        if "px" in table or not order.terms.cum < units(qty) < order.terms.quantity or not order.is_open:
            raise Unsupported("the book declines a part of what is open, and changes nothing else unasked")
        self._the_brain().desk.reduce(order, units(qty))
        self._the_brain().desk.report(Happening(order, RESTATED, Why.DECLINED, str(table.get("text", ""))))
        self._the_brain().flush()

    async def book_bust(self, arguments: Any) -> None:
        """Take an execution back; what was executed of an order that lives trades again."""
        table = table_of(arguments, "exec text keep_status")
        self._the_brain().desk.bust(self._exec_id(table["exec"]))
        self._the_brain().flush()

    async def book_correct(self, arguments: Any) -> None:
        """Give an execution another price; another quantity only where its order has ended."""
        table = table_of(arguments, "exec qty px text")
        exec_id = self._exec_id(table["exec"])
        found = self._the_brain().desk.executions[exec_id]
        qty = units(decimal_of(table["qty"])) if "qty" in table else found.quantity
        px = units(decimal_of(table["px"])) if "px" in table else found.price
        try:
            self._the_brain().desk.correct(exec_id, qty, px)
        except ValueError as error:
            raise Unsupported(f"the book can't: {error}") from None
        self._the_brain().flush()

    def _exec_id(self, name: str) -> str:
        found = [exec_id for exec_id, told in self._the_brain().names.items() if told == name]
        if not found:
            raise Blocked(f"no execution {name!r} in this case")
        return found[0]

    async def book_status(self, arguments: Any) -> None:
        """See a strategy's question come, which the book has answered."""
        table = table_of(arguments, "of to text")
        if "to" in table:
            await self.venue.take(self.card(table["to"]))

    async def book_answers(self, arguments: Any) -> None:
        """Let the book answer until the gateway asks no more."""
        asked = -1
        while asked != self._the_brain().questions:
            asked = self._the_brain().questions
            await self.venue.sync()

    async def book_mass_canceled(self, arguments: Any) -> None:
        """See a mass cancel come, which the book has carried out."""
        await self.venue.take(self.card(table_of(arguments, "of")["of"]))

    async def book_ends_all(self, arguments: Any) -> None:
        """See a mass cancel carried out, whichever way it is asked for."""
        card = self.card(table_of(arguments, "of")["of"])
        await self.strategy.ping()
        await self.venue.sync()
        if card.message is None:
            self.venue.pending.remove(card)
            self._fix_venue().forgive_cancels()
        else:
            await self.venue.take(card)

    async def book_own_cancel(self, arguments: Any) -> None:
        """Expect that the gateway itself cancels an order."""
        name = table_of(arguments, "of")["of"]
        order = await self._order(name)
        booked = self._booked_now(self.card(self.root(name)))
        assert booked is not None
        await self.venue.own_cancel(booked.card)
        await self.until(lambda: order.ended == CANCELED, f"the end of {name} in the book")

    def _book_faults(self) -> list[str]:
        """Return what must not be in the book at the end, and bring the stage's own book up to it."""
        if self.brain is None:
            return []
        self._refresh_book()
        placed = {card.venue_id for card in self.cards.values() if card.kind == PLACE}
        return self.brain.faults(placed)
