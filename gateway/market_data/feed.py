"""Follow one feed: its books, whether they are current, what is told about it, and when it is built anew.

``SoupFeed`` and ``MoldFeed`` add the sessions. A feed is stale until it has caught up, while a gap is open, after a
loss of its connection, and when it says nothing for too long. It is suspect where messages were lost for good; such
a feed is built anew from message 1 after ``rebuild_after_s``, and each time it happens again after twice as long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from fairlead.adapters.itch.book_cy import FeedCondition
from fairlead.adapters.itch.events import BookEvent
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import FeedPlan
from fairlead.adapters.market_data import DirectoryEntry

log = structlog.get_logger()

NS_PER_S: Final = 1_000_000_000
CAUGHT_UP_NS: Final = NS_PER_S
"""A message that the venue stamped less than this ago is not of the past."""
REBUILD_MAX_S: Final = 3600
BURST: Final = 20
WINDOW_NS: Final = 10 * NS_PER_S

_GOOD_NEWS: Final = frozenset(
    ("feed_current", "feed_session", "feed_session_joined", "feed_gap_filled", "feed_line_back", "book_uncrossed")
)

Record = Callable[[dict[str, Any], int], None]
Alert = Callable[..., None]


@dataclass(slots=True)
class FeedCounts:
    """Count what happened to a feed since the start; books count their faults themselves."""

    gaps: int = 0
    recovered: int = 0
    lost: int = 0
    sessions: int = 0
    rebuilds: int = 0
    left_out: int = 0
    """Events that were not told, since too many came at once."""


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """What a feed is made with; ``name_of`` and ``on_directory`` as ``FeedBooks`` has them."""

    name: str
    venue: str
    plan: FeedPlan
    record: Record
    alert: Alert
    name_of: Callable[[str], str | None] | None = None
    on_directory: Callable[[DirectoryEntry], None] | None = None
    time_zone: str = ""
    expected_orders: int = 65536
    rebuild_after_s: int = 30


class Feed:
    """One feed, without its session. ``record(facts, utc_ns)`` journals, ``alert(event, utc_ns, **facts)`` alarms."""

    def __init__(self, options: FeedOptions) -> None:
        self.name: Final = options.name
        self.venue: Final = options.venue
        self.condition = FeedCondition("not connected yet")
        self.counts = FeedCounts()
        self.is_up = False
        self.feed_books = FeedBooks(
            options.plan,
            options.name,
            options.venue,
            self._on_book_event,
            options.name_of,
            options.on_directory,
            self.condition,
            options.time_zone,
            expected_orders=options.expected_orders,
        )
        self.books = self.feed_books.books
        self._options = options
        self._utc_ns = 0
        self._looked_ns = 0
        self._suspect_since_ns = 0
        self._rebuild_after_s = options.rebuild_after_s
        self._told: dict[str, tuple[int, int]] = {}

    # What the gateway asks

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Look at what only time can tell: caught up, or suspect for so long that the feed is built anew."""
        self._utc_ns = utc_ns
        self.look_at_progress(utc_ns)
        if now_ns - self._looked_ns >= NS_PER_S:
            self._looked_ns = now_ns
            self._look_at_suspects(now_ns, utc_ns)

    def _look_at_suspects(self, now_ns: int, utc_ns: int) -> None:
        is_suspect = bool(self.condition.contradiction) or self.suspect_count > 0
        if not is_suspect or not self._options.rebuild_after_s:
            self._suspect_since_ns = 0
        elif self._suspect_since_ns == 0:
            self._suspect_since_ns = now_ns
        elif now_ns - self._suspect_since_ns >= self._rebuild_after_s * NS_PER_S:
            self._suspect_since_ns = 0
            self._rebuild_after_s = min(2 * self._rebuild_after_s, REBUILD_MAX_S)
            self.counts.rebuilds += 1
            self.tell("feed_rebuild", utc_ns, reason=self.condition.contradiction or "books are suspect")
            self.rebuild(now_ns, utc_ns)

    @property
    def suspect_count(self) -> int:
        """Return how many books are suspect by themselves."""
        suspect: int = self.books.count_states()[0]
        return suspect

    @property
    def delay_ns(self) -> int:
        """Return the time from the venue's stamp to the receipt of the last message; 0 while not current."""
        is_known = not self.condition.stale_reason and self.books.last_venue_utc_ns > 0
        return max(0, self.books.last_utc_ns - self.books.last_venue_utc_ns) if is_known else 0

    def rebuild(self, now_ns: int, utc_ns: int) -> None:
        """Forget the books and ask for the session from its beginning."""
        raise NotImplementedError

    def look_at_progress(self, utc_ns: int) -> None:
        """Find out whether the books are current."""
        raise NotImplementedError

    # For the sessions

    def set_stale(self, reason: str, utc_ns: int) -> None:
        """Say that the books are not current, and why; another reason replaces the last one."""
        if self.condition.stale_reason == reason:
            return
        was_current = not self.condition.stale_reason
        self.condition.stale_reason = reason
        self.books.mark_all()
        if was_current:
            self.tell("feed_stale", utc_ns, reason=reason)

    def set_current(self, utc_ns: int) -> None:
        """Say that the books are current."""
        if not self.condition.stale_reason:
            return
        was = self.condition.stale_reason
        self.condition.stale_reason = ""
        self.books.mark_all()
        self.tell("feed_current", utc_ns, was=was, messages=self.books.messages, books=len(self.books.all_books()))

    def note_lost(self, first: int, last: int, utc_ns: int) -> None:
        """Say that messages will never come: no book of the feed can be trusted."""
        self.counts.lost += last - first + 1
        if not self.condition.contradiction:
            self.condition.contradiction = f"messages {first} to {last} are lost"
            self.books.mark_all()
        self._options.alert("feed_messages_lost", utc_ns, feed=self.name, first=first, last=last)

    def begin_session(self, reason: str, utc_ns: int) -> None:
        """Begin with empty books."""
        self.counts.sessions += 1
        self.feed_books.reset()
        self.tell("feed_session", utc_ns, reason=reason)

    def tell(self, event: str, utc_ns: int, is_in_log: bool = False, **facts: Any) -> None:
        """Tell log and journal; of one kind a bounded number in ten seconds, the counters have the rest.

        ``is_in_log``: somebody else has told the log.
        """
        since_ns, count = self._told.get(event, (utc_ns, 0))
        if not 0 <= utc_ns - since_ns < WINDOW_NS:
            since_ns, count = utc_ns, 0
        self._told[event] = (since_ns, count + 1)
        if count >= BURST:
            self.counts.left_out += 1
            return
        if not is_in_log:
            tell = log.info if event in _GOOD_NEWS else log.warning
            tell(event, feed=self.name, **facts)
        self._options.record({"event": event, "feed": self.name, **facts}, utc_ns)

    def note_time(self, utc_ns: int) -> None:
        """Note the time of what is being read, for events of the books."""
        self._utc_ns = utc_ns

    def _on_book_event(self, event: BookEvent) -> None:
        facts: dict[str, Any] = {"symbol": event.symbol, "sequence": event.sequence, "text": event.text}
        self.tell(f"book_{event.kind}", self._utc_ns, **facts)
