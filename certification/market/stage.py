"""Be the stage of market data cases: verbs for the feed, and for what a strategy sees.

Books are compared with the golden book of everything published, lost on the way or not: what a strategy sees must
come to be that, within a bound of time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from fairlead.certification.engine.names import field_name, meaning
from fairlead.certification.market.golden import SHAPES, GoldenBook, golden_books
from fairlead.certification.market.installation import MarketInstallation, MarketPlace
from fairlead.certification.market.seen import MarketWatcher, SeenBook
from fairlead.certification.market.seen_fix import FixWatcher
from fairlead.certification.model.results import FieldRecord, WireRecord
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Blocked, Deviation
from fairlead.certification.passive.frames import read_frame
from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.binary_wire import Table
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.mold import MoldLine, MoldSettings
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.soup import SoupSettings
from fairlead.certification.venues.venue import Venue, VenueSettings

WITHIN_S = 10.0
MAX_NOTED = 400
_LARGEST_PRICE = 199_999 * UNITS
_HEARTBEAT_S = 0.2


class MarketStage(NotingStage):
    """One feed, one watching strategy."""

    def __init__(self, installation: MarketInstallation, place: MarketPlace) -> None:
        began_ns = time.monotonic_ns()
        super().__init__(lambda: time.monotonic_ns() - began_ns)
        self.place = place
        self.symbol = place.symbols[0]
        self._installation = installation
        self._noted = 0
        self._published = 0
        self._next = 1
        self._is_begun = False
        self.depth = 0
        self.watcher: MarketWatcher | FixWatcher
        if place.begin_string:
            self.watcher = FixWatcher(place.comp_id, installation.secret, place.begin_string, self._note_frame)
        else:
            self.watcher = MarketWatcher(place.strategy, installation.secret, self._note_line)
        soup, line_a, line_b, requests, _ = place.ports
        lines = (MoldLine("A", "127.0.0.1", line_a), MoldLine("B", "127.0.0.1", line_b))
        mold = MoldSettings(lines, ("127.0.0.1", requests), heartbeat_s=_HEARTBEAT_S)
        if place.transport == "soup":
            mold = MoldSettings()
        profile = VenueProfile(symbols=frozenset(place.symbols), whole_quantities=True, price_places=4,
                               largest_price=_LARGEST_PRICE)  # fmt: skip
        self.venue = Venue(VenueSettings(profile=profile))
        session = f"C{place.number:03d}"
        self.face = ItchFace(self.venue, ItchSettings(session, soup=SoupSettings(heartbeat_s=_HEARTBEAT_S), mold=mold))
        self._soup_port = soup if place.transport == "soup" else 0

    async def set_up(self) -> None:
        """Open the day on the feed, without anybody hearing it yet, and log the strategy in."""
        try:
            installation = self._installation
            await self.watcher.log_in(installation.fix_port if self.place.begin_string else installation.json_port)
        except (OSError, ValueError, TimeoutError) as error:
            raise Blocked(f"the gateway's strategy port: {error or 'no answer to the login'}") from error

    async def strike(self) -> None:
        """End the feed and the strategy."""
        await self.watcher.close()
        await self.venue.stop()

    # what the feed does

    async def feed_open(self, arguments: Any = None) -> None:
        """Let the feed be heard, from its first message on."""
        if self._soup_port:
            await self.face.listen("127.0.0.1", self._soup_port)
        else:
            await self.face.listen_for_requests()
        await self.feed_begin()

    async def feed_begin(self, arguments: Any = None) -> None:
        """Begin the day: the directory and its states; over SoupBinTCP nobody can connect yet."""
        if not self._is_begun:
            self._is_begun = True
            self.venue.begin()
            self._note_published()

    async def feed_say(self, messages: list[dict[str, Any]]) -> None:
        """Publish messages, each a turn of its own; ``type`` is its letter, ``symbol`` ours by default."""
        for message in messages:
            fields = dict(message)
            code = fields.pop("type")
            symbol = fields.pop("symbol", self.symbol)
            self.face.publish(code, symbol, **fields)
        self._note_published()

    async def feed_raw(self, payload: bytes) -> None:
        """Publish bytes that are no message."""
        self.face.feed.stream.append(payload)
        self.venue.end_turn()
        self._note_published()

    async def feed_lines(self, arguments: dict[str, dict[str, float]]) -> None:
        """Set a line's faults: ``{"A": {"loss": 1}, "B": {"skew_ms": 5}}``."""
        for line in self.face.mold.lines:
            for name, value in arguments.get(line.settings.name, {}).items():
                setattr(line.settings, name, value)

    async def feed_requests(self, arguments: dict[str, float]) -> None:
        """Set how many of the request server's answers are lost."""
        self.face.mold.settings.request_loss = arguments["loss"]

    async def feed_quiet(self, arguments: Any = None) -> None:
        """Say nothing more, no heartbeat either."""
        self.face.mold.settings.heartbeat_s = self.face.server.settings.heartbeat_s = 3600.0

    async def feed_awake(self, arguments: Any = None) -> None:
        """Send heartbeats again."""
        self.face.mold.settings.heartbeat_s = self.face.server.settings.heartbeat_s = _HEARTBEAT_S

    async def feed_end(self, arguments: Any = None) -> None:
        """End the session."""
        self.face.end_session()
        self._note_published()

    async def feed_renew(self, arguments: Any = None) -> None:
        """Begin another session."""
        self.face.new_session()
        self._published = 0
        self._note_published()

    # what the strategy sees

    async def strategy_subscribe(self, symbols: list[str] | None = None) -> None:
        """Subscribe to books."""
        self._next += 1
        self.watcher.subscribe(f"M{self._next}", symbols or [self.symbol], self.depth)

    async def strategy_depth(self, depth: int) -> None:
        """Ask for so many levels a side from now on; 0 for all."""
        self.depth = depth

    async def expect_book(self, symbol: str | None = None) -> None:
        """Expect the golden book, current."""
        name = symbol or self.symbol
        await self.until(lambda: not self.difference(name), lambda: self.difference(name))

    async def expect_levels(self, symbol: str | None = None) -> None:
        """Expect the golden book, whether or not it is told as current."""
        name = symbol or self.symbol
        await self.until(lambda: not self.difference(name, False), lambda: self.difference(name, False))

    async def expect_status(self, arguments: dict[str, Any]) -> None:
        """Expect what the strategy is told of the symbol's state; False stands for what is not told."""

        def difference() -> str:
            status = self.seen(self.symbol).status
            wrong = [f"{key} {status.get(key, False)!r}, expected {value!r}" for key, value in arguments.items()
                     if status.get(key, False) != value]  # fmt: skip
            return "; ".join(wrong)

        await self.until(lambda: not difference(), difference)

    def seen(self, symbol: str) -> SeenBook:
        """Return a symbol's book as the strategy has it."""
        return self.watcher.books.get(symbol) or SeenBook()

    def golden(self, symbol: str) -> GoldenBook:
        """Return the golden book."""
        return golden_books(self.face.feed.stream.messages).get(symbol, GoldenBook())

    async def until(self, holds: Callable[[], bool], difference: Callable[[], str]) -> None:
        """Wait for what the strategy is told. Raises Deviation with the difference that remains."""
        deadline = time.monotonic() + WITHIN_S
        while not holds():
            left_s = deadline - time.monotonic()
            if left_s <= 0 or self.watcher.is_over:
                raise Deviation(f"after {WITHIN_S:g} s: {difference()}")
            self.watcher.came.clear()
            try:
                await asyncio.wait_for(self.watcher.came.wait(), min(left_s, 0.1))
            except TimeoutError:
                continue

    def difference(self, symbol: str, is_current: bool = True) -> str:
        """Return what is different from the golden book, "" for nothing."""
        seen, golden = self.seen(symbol), self.golden(symbol)
        for side, name in (("B", "bids"), ("S", "asks")):
            expected = golden.levels(side)[: self.depth or None]
            if seen.levels(side) != expected:
                return f"{symbol} {name} {_text(seen.levels(side))}, expected {_text(expected)}"
        if not seen.has_snapshot:
            return f"no snapshot of {symbol}"
        if is_current and (seen.status.get("is_stale") or seen.status.get("is_suspect")):
            return f"{symbol} is told as stale or suspect: {seen.status.get('text')}"
        return ""

    # notes

    def _note_line(self, direction: str, kind: str, line: str) -> None:
        self._noted += 1
        if self._noted <= MAX_NOTED:
            told = json.loads(line)
            fields = [FieldRecord(name, name, str(value)) for name, value in told.items()]
            self.note_wire(WireRecord(0, direction, "strategy", kind, line, fields))

    def _note_frame(self, direction: str, kind: str, frame: str) -> None:
        self._noted += 1
        if self._noted <= MAX_NOTED:
            read = read_frame(frame.encode("latin-1"))
            fields = [
                FieldRecord(str(tag), field_name(str(tag)), value, meaning(str(tag), value))
                for tag, value in read.fields
            ]
            self.note_wire(WireRecord(0, direction, "strategy", kind, frame, fields))

    def _note_published(self) -> None:
        messages = self.face.feed.stream.messages
        for number in range(self._published, len(messages)):
            self._noted += 1
            if self._noted > MAX_NOTED:
                break
            payload = messages[number]
            fields, kind = [], payload[:1].decode("latin-1")
            if kind in SHAPES:
                _, message = Table.decode(SHAPES, payload)
                fields = [FieldRecord(name, name, str(value)) for name, value in message.items()]
            self.note_wire(WireRecord(0, "out", "feed", f"{kind} #{number + 1}", payload.decode("latin-1"), fields))
        self._published = len(messages)


def _text(levels: tuple[Any, ...]) -> str:
    return "[" + ", ".join(f"{quantity}@{price}x{count}" for price, quantity, count in levels[:5]) + "]"
