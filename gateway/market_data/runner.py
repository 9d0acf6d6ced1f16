"""Run a process's feeds: connect them, let time pass for them, show how they stand.

A feed that is not there never holds up a start, an order or a stop.
"""

from collections.abc import Callable, Sequence
from typing import Final

from fairlead.gateway.clock import Clock
from fairlead.gateway.config import models as cm
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.market_data.feed import Feed
from fairlead.gateway.market_data.mold_connector import MoldConnector
from fairlead.gateway.market_data.mold_feed import MoldFeed
from fairlead.gateway.market_data.soup_feed import SoupFeed
from fairlead.gateway.schedules import ScheduledSession, build_schedule
from fairlead.gateway.session_log import SessionLog
from fairlead.gateway.telemetry.counters_cy import CounterPage
from fairlead.gateway.venues.connector import VenueConnector

RECEIVE_BUFFER_BYTES: Final = 32768
"""What the system is asked to keep for a SoupBinTCP feed, and so about what one turn of the loop takes."""


class FeedRunner:
    """Own the connectors of all feeds. ``on_crash`` is told of an exception of our own."""

    def __init__(
        self,
        tables: Sequence[cm.Feed],
        feeds: Sequence[Feed],
        turn: Turn,
        clock: Clock,
        alert: Callable[..., None],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.feeds = tuple(feeds)
        self._soup: list[VenueConnector] = []
        self._mold: list[MoldConnector] = []
        self._hours: list[ScheduledSession] = []
        for table, feed in zip(tables, feeds, strict=True):
            if isinstance(feed, SoupFeed):
                name = f"feed:{table.name}"
                hours = ScheduledSession(name, feed.session, feed.store, build_schedule(table.schedule))
                session_log = SessionLog(name, feed.session, clock, alert)
                connector = VenueConnector(
                    table, feed, turn, hours, session_log, on_crash, receive_buffer_bytes=RECEIVE_BUFFER_BYTES
                )
                self._hours.append(hours)
                self._soup.append(connector)
            elif isinstance(feed, MoldFeed):
                self._mold.append(MoldConnector(table, feed, turn, on_crash))

    @property
    def _connectors(self) -> list[VenueConnector | MoldConnector]:
        return [*self._soup, *self._mold]

    def start(self, now_ns: int, utc_ns: int) -> None:
        """Begin to connect."""
        for hours in self._hours:
            hours.tick(now_ns, utc_ns)
        for connector in self._connectors:
            connector.start()

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Let time pass."""
        for hours in self._hours:
            hours.tick(now_ns, utc_ns)
        for feed in self.feeds:
            feed.tick(now_ns, utc_ns)

    def read_gauges(self, page: CounterPage) -> None:
        """Show how each feed stands."""
        for feed in self.feeds:
            for what, value in gauges_of(feed).items():
                page.set(page.slot(f"feed.{feed.name}.{what}"), value)

    def stop(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log out."""
        for connector in self._soup:
            connector.stop(text, now_ns, utc_ns)

    async def close(self) -> None:
        """Drop what is left."""
        for connector in self._connectors:
            await connector.close()


def gauges_of(feed: Feed) -> dict[str, int]:
    """Return what the counter page shows of a feed; the names are ``path_counters_cy.FEED_GAUGES``."""
    symbols = len(feed.books.all_books())
    suspect, halted = feed.books.count_states()
    is_stale = bool(feed.condition.stale_reason)
    return {
        "up": int(feed.is_up),
        "messages": feed.books.messages,
        "gaps": feed.counts.gaps,
        "recovered": feed.counts.recovered,
        "lost": feed.counts.lost,
        "faults": sum(feed.books.faults.values()),
        "rebuilds": feed.counts.rebuilds,
        "symbols": symbols,
        "stale_symbols": symbols if is_stale else 0,
        "suspect_symbols": symbols if feed.condition.contradiction else suspect,
        "halted_symbols": halted,
        "delay_ns": feed.delay_ns,
    }
