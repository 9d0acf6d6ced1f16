"""Be the stage of a case between a venue and strategies: the words that cases are written in, whatever the protocol.

Arguments are a name (``venue.ack: A``) or a table with ``of``. Names are the case's: requests (``as``) and executions.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterable
from typing import Any

from fairlead.certification.gateway.arguments import table_of
from fairlead.certification.gateway.attachment import Attachment
from fairlead.certification.gateway.book_words import BookWords
from fairlead.certification.gateway.control import ControlFailed
from fairlead.certification.gateway.fix_line import AheadClock
from fairlead.certification.gateway.fix_terms import find_strange_terms
from fairlead.certification.gateway.fix_venue import BEGIN_STRINGS, FixVenue
from fairlead.certification.gateway.installation import Installation, Place
from fairlead.certification.gateway.settling import Settling
from fairlead.certification.gateway.strategy import Strategy
from fairlead.certification.gateway.strategy_words import StrategyWords
from fairlead.certification.gateway.surroundings import Surroundings
from fairlead.certification.gateway.venue_side import Booked, Card, VenueSide
from fairlead.certification.gateway.venue_words import VenueWords
from fairlead.certification.model.results import FieldRecord, WireRecord
from fairlead.certification.model.verdicts import Blocked, Deviation
from fairlead.certification.runner import HarnessError, Playing
from fairlead.certification.venues.wire import WireMessage

PATIENCE_S = 5.0
STEP_MS = 1000
"""How far the clock is moved on at most before the venue's session is asked what it owes."""


class GatewayStage(StrategyWords, BookWords, VenueWords, Surroundings, Settling):
    """One case. ``cards`` are its requests by name, ``book`` its orders by the request that began them."""

    def __init__(
        self, installation: Installation | Attachment, place: Place, clock: AheadClock, playing: Playing
    ) -> None:
        super().__init__(self._now_ns)
        self.installation = installation
        self.place = place
        self.clock = clock
        self.playing = playing
        self.capabilities = installation.capabilities
        self.cards: dict[str, Card] = {}
        self.book: dict[str, Booked] = {}
        self._began_ns = time.monotonic_ns() + clock.ahead_ns
        self.meet()

    def meet(self) -> None:
        """Make strategies and venue for the present place."""
        self.strategy = self._strategy(self.place.strategy, self.place.secrets[0])
        self.other = self._strategy(self.place.other, self.place.secrets[1])
        self.venue = self._make_venue()

    def _now_ns(self) -> int:
        return time.monotonic_ns() + self.clock.ahead_ns - self._began_ns

    def _make_venue(self) -> VenueSide:
        protocol = self.playing.protocol
        if protocol not in BEGIN_STRINGS:
            raise Blocked(f"no venue for {protocol}: expected one of {', '.join(BEGIN_STRINGS)}")
        return FixVenue(self.place, protocol, self.clock, self.note_wire, lambda name: self.cards[name])

    def _strategy(self, name: str, secret: str) -> Strategy:
        def note(direction: str, kind: str, line: bytes) -> None:
            fields = [FieldRecord(key, "", str(value)) for key, value in json.loads(line).items() if key != "type"]
            self.note_wire(WireRecord(0, direction, "strategy", kind, line.decode("latin-1"), fields))

        made = Strategy(name, secret, note)
        if not self.installation.is_ours:
            made.next_seq = 0  # what it was told before the case is not the case's
        return made

    async def set_up(self) -> None:
        """Bring venue and strategy up. Raises Blocked."""
        await self.venue.open()
        await self._bring_up()
        await self.strategy.log_in(self.installation.json_port)
        await self._until_open()

    async def _until_open(self) -> None:
        """Wait until the gateway lets orders through to the venue: its gate may open a moment after the logon."""
        await self.venue.sync()

    async def strike(self) -> None:
        """Let go of everything; what the gateway still has open stays with a venue that nobody meets again."""
        try:
            await self.leave()
        finally:
            await self.close_own()

    async def leave(self) -> None:
        """Let go of strategies and venue."""
        await self.strategy.close()
        await self.other.close()
        if not self.installation.is_ours:
            await self._end_orders()
        if self.installation.is_running and self.own is None:
            try:
                await self.installation.control.call("venues.logout", {"venue": self.place.venue})
            except ControlFailed as error:
                raise HarnessError(str(error)) from error
        if self.brain is not None:
            self.brain.close()
        await self.venue.close()

    async def _end_orders(self) -> None:
        """End what is open: the next case meets the same venue."""
        if self.brain is not None:
            await self.venue_brain("script")
        for name, booked in list(self.book.items()):
            if booked.is_open:
                await self.venue_canceled({"of": name, "text": "end of the case"})
        with contextlib.suppress(Deviation):
            await self.venue.sync()

    # words

    async def venue_logon(self, arguments: Any) -> None:
        """Be logged on: the stage sees to it before the first step."""
        await self.venue.up()

    async def expect_message(self, name: str, arguments: Any) -> Any:
        """Expect a message on the venue's wire."""
        fields = dict(arguments or {})
        card = self.card(fields.pop("of")) if "of" in fields else None
        message = await self.venue.expect(name, fields, card)
        strange = list(self._strange_terms(name, message, fields))
        if strange:
            raise Deviation("; ".join(strange))
        return message

    def _strange_terms(self, name: str, message: Any, asked: Iterable[str]) -> Iterable[str]:
        """Tell what a message has otherwise than the table of what the venue takes says."""
        if isinstance(message, WireMessage):
            return find_strange_terms(message, self.capabilities, self.place.symbol)
        return ()

    async def expect_nothing(self, arguments: Any) -> None:
        """Expect that the gateway has said nothing more to the venue than was asked for."""
        await self.strategy.ping()
        await self.venue.sync()
        found = self.venue.unexpected()
        if found:
            raise Deviation(f"{', '.join(found)} received, expected nothing")

    async def any(self, branches: Any) -> None:
        """Play the first branch whose steps all fit; a grade below pass makes it tolerated."""
        complaints = []
        for branch in branches:
            steps = branch["steps"] if isinstance(branch, dict) else branch
            try:
                for step in steps:
                    ((verb, arguments),) = step.items()
                    await self.do(verb, arguments)
            except Deviation as deviation:
                complaints.append(deviation.text)
                continue
            if isinstance(branch, dict) and branch.get("grade", "pass") != "pass":
                self.tolerate("; ".join(complaints))
            return
        raise Deviation("; or ".join(complaints))

    async def clock_advance(self, arguments: Any) -> None:
        """Move the gateway's time on by seconds (or ``{ms: ...}``), and the venue's with it."""
        ms = int(arguments["ms"]) if isinstance(arguments, dict) else round(float(arguments) * 1000)
        while ms > 0:
            step_ms = min(ms, STEP_MS)
            try:
                self.clock.ahead_ns = await self.installation.control.advance(step_ms)
            except ControlFailed as error:
                raise Blocked(f"the gateway's clock can't be moved on: {error}") from None
            self.venue.tick()
            ms -= step_ms

    async def clock_heartbeats(self, arguments: Any) -> None:
        """Move the gateway's time on by so many heartbeat intervals of the venue's session."""
        await self.clock_advance(float(arguments) * self.capabilities.heartbeat_s)

    async def gateway_kill(self, arguments: Any) -> None:
        """End the gateway's process at once, as kill -9 does; until it is started, the venue refuses it."""
        if not self.installation.is_ours:
            raise Blocked("a gateway that was attached to is not ours to kill")
        await self.strategy.close()
        await self.other.close()
        await self.installation.kill()
        await self.venue.gone()
        await self.venue.cut("fin")

    async def gateway_start(self, arguments: Any) -> None:
        """Start it again, over the same journal, and bring venue and strategy up."""
        await self.installation.start()
        if self.clock.ahead_ns:
            # time must not run backwards for it
            self.clock.ahead_ns = await self.installation.control.advance(self.clock.ahead_ns // 1_000_000 + 1)
        await self.venue_again({})
        await self.strategy.log_in(self.installation.json_port)

    async def control(self, arguments: Any) -> dict[str, Any]:
        """Ask at the control socket. ``$`` names of places are filled in: $strategy, $venue, $symbol."""
        table = table_of(arguments, "command arguments")
        own = {"$strategy": self.place.strategy, "$venue": self.place.venue, "$symbol": self.place.symbol}
        given = {name: own.get(value, value) for name, value in table.get("arguments", {}).items()}
        try:
            return await self.installation.control.call(str(table["command"]), given)
        except ControlFailed as error:
            raise Deviation(str(error)) from None

    async def desk_break(self, arguments: Any) -> None:
        """Expect a break of this kind (or one of several) at the case's venue, on the desk's list."""
        kinds = arguments if isinstance(arguments, list) else [arguments]
        deadline, found = time.monotonic() + PATIENCE_S, list[str]()
        while not set(found) & set(kinds):
            if time.monotonic() > deadline:
                raise Deviation(f"breaks {', '.join(found) or 'none'} on the list, expected {' or '.join(kinds)}")
            await self.venue.sync()
            told = await self.control({"command": "breaks.list", "arguments": {"venue": "$venue"}})
            found = [str(each.get("kind")) for each in told["breaks"]]

    async def gateway_alert(self, arguments: Any) -> None:
        """Expect that the desk was told, in the gateway's log, under this event (or one of several)."""
        names = arguments if isinstance(arguments, list) else [arguments]
        await self.until(lambda: any(self._alerts(names)), f"an alert {' or '.join(names)}")

    def _alerts(self, names: Iterable[str]) -> Iterable[dict[str, object]]:
        words = (self.place.venue, self.place.strategy, self.place.symbol)
        for name in names:
            for event in self.installation.events(name):
                if any(word in str(event) for word in words):
                    yield event

    # for the words of others

    def card(self, name: str) -> Card:
        """Return a request by its name. Raises Blocked for a mistake of the case's."""
        if name.removeprefix("$") not in self.cards:
            raise Blocked(f"no request {name!r} in this case: expected one of {', '.join(self.cards) or 'none yet'}")
        return self.cards[name.removeprefix("$")]

    def booked(self, name: str) -> Booked:
        """Return the order that a request is about, as the venue has it."""
        card = self.card(name)
        if self.brain is not None:
            self._refresh_book()
        while card.name not in self.book and card.of:
            card = self.card(card.of)
        if card.name not in self.book:
            raise Blocked(f"the venue has no order {name!r}: expected a step that accepts it")
        return self.book[card.name]

    def root(self, name: str) -> str:
        """Return the name of the request that began an order."""
        card = self.card(name)
        while card.of in self.cards:
            card = self.cards[card.of]
        return card.name

    async def until(self, holds: Any, what: str) -> None:
        """Wait in real time. Raises Deviation."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                raise Deviation(f"{what} did not come within {PATIENCE_S:g} s")
            await asyncio.sleep(0.01)
