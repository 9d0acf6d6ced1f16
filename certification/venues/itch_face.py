"""Let a venue's market be seen over ITCH 5.0: on SoupBinTCP with replay, and on MoldUDP64."""

from __future__ import annotations

from dataclasses import dataclass, field

from fairlead.certification.venues.day_clock import DayClock
from fairlead.certification.venues.itch_feed import LARGEST_PRICE, LONGEST_SYMBOL, PRICE_PLACES, ItchFeed
from fairlead.certification.venues.mold import MoldPublisher, MoldSettings
from fairlead.certification.venues.soup import SoupServer, SoupSettings, SoupStream
from fairlead.certification.venues.venue import Venue

_NOTE = "itch session"
_SESSIONS = 10**10


@dataclass(slots=True)
class ItchSettings:
    """Say how the feed runs; `session` names its first session, "" one by the clock."""

    session: str = ""
    time_zone: str = "America/New_York"
    soup: SoupSettings = field(default_factory=SoupSettings)
    mold: MoldSettings = field(default_factory=MoldSettings)


class ItchFace:
    """Publish what the books show; raises ValueError for a venue whose amounts the feed can't show."""

    def __init__(self, venue: Venue, settings: ItchSettings) -> None:
        self._venue = venue
        self._check(venue)
        self.session = venue.store.load_note(_NOTE) or settings.session or self._session_by_clock()
        venue.store.save_note(_NOTE, self.session)
        self._clock = DayClock(venue.clock, settings.time_zone)
        self.feed = ItchFeed(venue.desk, SoupStream("itch", self.session, venue.store), self._clock)
        self.server = SoupServer(venue, settings.soup, self, is_exclusive=False)
        self.mold = MoldPublisher(venue, settings.mold, self.feed.stream)
        venue.desk.market.watchers.append(self.feed)
        venue.faces.append(self)

    @staticmethod
    def _check(venue: Venue) -> None:
        profile = venue.settings.profile
        if not profile.whole_quantities or profile.price_places > PRICE_PLACES or not profile.largest_price:
            raise ValueError("a venue with ITCH needs whole quantities, and a largest price of at most 4 places")
        if profile.largest_price > LARGEST_PRICE:
            raise ValueError(f"largest price {profile.largest_price} received, expected at most {LARGEST_PRICE}")
        for quote in venue.settings.quotes:
            if quote.spread // 4 % 10 ** (8 - PRICE_PLACES):
                raise ValueError(f"a spread of {quote.symbol}'s quotes has more places than ITCH has")

    def _session_by_clock(self) -> str:
        return f"{self._venue.clock.utc_ns() // 1_000_000_000 % _SESSIONS:010d}"

    # -- running -------------------------------------------------------------------------------------------------

    async def listen(self, host: str, port: int) -> int:
        """Listen for SoupBinTCP, and return the port."""
        return await self.server.listen(host, port)

    async def listen_for_requests(self) -> tuple[str, int] | None:
        """Open MoldUDP64's request server where there is one, and return its address."""
        return await self.mold.listen()

    def begin(self) -> None:
        """Start the feed's day, or go on with it."""
        settings = self._venue.settings
        symbols = settings.profile.symbols | {quote.symbol for quote in settings.quotes}
        self.feed.begin([symbol for symbol in sorted(symbols) if len(symbol) <= LONGEST_SYMBOL])

    def tick(self) -> None:
        """Do what connections and lines are due to do."""
        self.server.tick()
        self.mold.tick()

    def flush(self) -> None:
        """Send what is new."""
        self.server.flush()
        self.mold.flush()

    def end(self) -> None:
        """Take no more connections; the session goes on with the next run where there is a state file."""
        self.server.end()

    async def close(self) -> None:
        """Close connections and lines."""
        await self.server.close()
        self.mold.close()

    # -- as SoupBinTCP's application -----------------------------------------------------------------------------

    def stream(self, user: str) -> SoupStream:
        """Return the one stream that all users are given."""
        return self.feed.stream

    def on_unsequenced(self, user: str, payload: bytes) -> None:
        """Note a message, which nobody has a reason to send."""
        self.server.faults.append(f"{user}: a message of {len(payload)} bytes received, expected none")

    def on_disconnected(self, user: str) -> None:
        """Take part in the server's protocol; the feed does not care who listens."""

    # -- what a test may do --------------------------------------------------------------------------------------

    def publish(self, code: str, symbol: str = "", **fields: int | str) -> int:
        """Publish a message of any type (see `ItchFeed.publish`), and return its number."""
        number = self.feed.publish(code, symbol, **fields)
        self._venue.end_turn()
        return number

    def end_session(self) -> None:
        """End the feed's day: its closing events, then the end of the session on each transport."""
        for code in "MEC":
            self.feed.publish("S", event_code=code)
        self.feed.stream.is_ended = True
        self._venue.end_turn()

    def new_session(self) -> None:
        """Start another session with what is on the books."""
        self.session = f"{(int(self.session) + 1) % _SESSIONS:010d}" if self.session.isdigit() else f"{self.session}+"
        self._venue.store.save_note(_NOTE, self.session)
        self._venue.desk.market.watchers.remove(self.feed)
        self.feed = ItchFeed(self._venue.desk, SoupStream("itch", self.session, self._venue.store), self._clock)
        self._venue.desk.market.watchers.append(self.feed)
        self.mold.renew(self.feed.stream)
        self.begin()
        self.feed.show_books()
        self._venue.end_turn()
