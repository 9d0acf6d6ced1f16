"""Run a venue: one clock, one state file, one desk with its books, and the faces by which the world meets them.

Every turn (bytes received, a timer) runs to its end, then the state is stored, then the output is written.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fairlead.certification.venues.book import OrderBook
from fairlead.certification.venues.book_records import SelfMatch
from fairlead.certification.venues.crosses import Cross
from fairlead.certification.venues.happenings import Why
from fairlead.certification.venues.market_maker import MarketMaker, Quote
from fairlead.certification.venues.order_desk import DeskSettings, OrderDesk
from fairlead.certification.venues.orders import CANCELED, Execution, VenueOrder
from fairlead.certification.venues.profile import VenueProfile
from fairlead.certification.venues.session_records import Clock
from fairlead.certification.venues.state import StateFile

_TICK_S = 0.1


class SystemClock:
    """Read the machine's clocks."""

    def monotonic_s(self) -> float:
        return time.monotonic()

    def utc_ns(self) -> int:
        return time.time_ns()


@dataclass(slots=True)
class VenueSettings:
    """Say how a venue runs, whatever its faces; see docs/simulator.md."""

    profile: VenueProfile = field(default_factory=VenueProfile)
    state_path: Path | None = None
    quotes: tuple[Quote, ...] = ()
    seed: int = 1
    self_match: SelfMatch = "allow"
    cancel_on_disconnect: bool = False
    trigger_delay_s: float = 1.0
    drop_copies: tuple[str, ...] = ()
    """CompIDs of those who get copies of all executions."""


class Face(Protocol):
    """Stand for one way to meet the venue: a protocol on an address."""

    def begin(self) -> None:
        """Go on where an earlier run has ended."""

    def tick(self) -> None:
        """Do what is due."""

    def flush(self) -> None:
        """Write what the turn has left to say; it is stored."""

    def end(self) -> None:
        """Take no more connections, and say goodbye."""

    async def close(self) -> None:
        """Close what is open."""


class Venue:
    """Hold the parts together; faces add themselves."""

    def __init__(self, settings: VenueSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.store = StateFile(settings.state_path)
        self.faces: list[Face] = []
        self.is_stopping = False
        self._is_output_held = False
        self._ticker: asyncio.TimerHandle | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        desk_settings = DeskSettings(settings.profile, settings.self_match, settings.trigger_delay_s)
        self.desk = OrderDesk(desk_settings, self.store, self.clock, self.call_later)
        self._maker = MarketMaker(settings.quotes, settings.seed, self.desk)

    # -- running -------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Open the books; faces listen before or after."""
        for face in self.faces:
            face.begin()
        self._tick()

    async def stop(self) -> None:
        """Say goodbye on all faces, close connections and the state file; orders stay as they are."""
        self.is_stopping = True
        if self._ticker is not None:
            self._ticker.cancel()
        for timer in self._timers:
            timer.cancel()
        for face in self.faces:
            face.end()
        self.end_turn()
        for face in self.faces:
            await face.close()
        self.store.close()

    def _tick(self) -> None:
        for face in self.faces:
            face.tick()
        self.desk.expire()
        self.end_turn()
        self._ticker = asyncio.get_running_loop().call_later(_TICK_S, self._tick)

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> None:
        """Have something done later, in a turn of its own; what has not come by the end never does."""

        def run() -> None:
            self._timers.discard(timer)
            callback()
            self.end_turn()

        timer = asyncio.get_running_loop().call_later(delay_s, run)
        self._timers.add(timer)

    def end_turn(self) -> None:
        """Requote, store what has changed, then write what the faces have to say."""
        if not self.is_stopping:
            self._maker.quote()
        self.store.commit()
        if not self._is_output_held:
            for face in self.faces:
                face.flush()

    # -- what a test may do to the venue -------------------------------------------------------------------------

    @property
    def book(self) -> dict[str, OrderBook]:
        """Return the books by instrument."""
        return self.desk.books

    @property
    def orders(self) -> list[VenueOrder]:
        """Return all orders, oldest first."""
        return list(self.desk.orders.values())

    @property
    def executions(self) -> list[Execution]:
        """Return all executions, oldest first."""
        return list(self.desk.executions.values())

    def order(self, session: str, cl_ord_id: str) -> VenueOrder | None:
        """Return the order that a session names by one of its ids."""
        return self.desk.find(session, cl_ord_id)

    def bust(self, exec_id: str) -> None:
        """Bust an execution (see `OrderDesk.bust`)."""
        self.desk.bust(exec_id)
        self.end_turn()

    def correct(self, exec_id: str, quantity: int, price: int) -> None:
        """Correct an execution; quantity and price in units of 10^-8."""
        self.desk.correct(exec_id, quantity, price)
        self.end_turn()

    def unsolicited_cancel(self, order: VenueOrder, text: str = "cancelled by the venue") -> None:
        """Cancel an order without being asked."""
        self.desk.end(order, CANCELED, Why.SUPERVISORY, text)
        self.end_turn()

    def execute(self, order: VenueOrder, quantity: int, price: int) -> None:
        """Execute part of what a resting order shows at any price, against the house; units of 10^-8."""
        self.desk.book(order.instrument_key).take(order.terms, quantity, price)
        self.end_turn()

    def cross(self, symbol: str, kind: str, reference: int) -> Cross:
        """Hold the opening (O), closing (C) or halt (H) cross of an instrument (see `OrderDesk.cross`)."""
        cross = self.desk.cross(symbol, kind, reference)
        self.end_turn()
        return cross

    def halt(self, symbol: str, state: str = "H", reason: str = "T1") -> None:
        """Stop an instrument's trading: H halted, P paused, Q quotation only; orders are refused, cancels are not."""
        self.desk.halt(symbol, state, reason)
        self.end_turn()

    def resume(self, symbol: str, reason: str = "T3") -> None:
        """Let an instrument trade again."""
        self.desk.halt(symbol, "T", reason)
        self.end_turn()

    def end_day(self) -> None:
        """Expire what is good for the day."""
        self.desk.end_day()
        self.end_turn()

    def hold_output(self, held: bool) -> None:
        """Keep what the venue says in memory (True), or write it (False)."""
        self._is_output_held = held
        self.end_turn()
