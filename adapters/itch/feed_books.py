"""Put a feed's parts together: its books, what is told beside the orders, and the clock of its day."""

from collections.abc import Callable
from datetime import date

from fairlead.adapters.itch.book_cy import Book, FeedCondition
from fairlead.adapters.itch.books_cy import ItchBooks
from fairlead.adapters.itch.day_clock import DayClock
from fairlead.adapters.itch.events import BookEvent, EventSink
from fairlead.adapters.itch.mapping import FeedPlan
from fairlead.adapters.itch.status_messages import StatusMessages
from fairlead.adapters.market_data import DirectoryEntry


def _ignore(event: BookEvent) -> None:
    """Leave the event to the counters."""


class FeedBooks:
    """All that one feed knows.

    ``name_of(feed_symbol)`` returns Fairlead's symbol, None where nobody wants the book; where the protocol's messages
    do not all name their book, the books of such symbols are kept nevertheless, under the feed's name. ``day`` is the
    venue's day where the time of receipt does not tell: for old files.
    """

    def __init__(
        self,
        plan: FeedPlan,
        feed: str,
        venue: str,
        on_event: EventSink = _ignore,
        name_of: Callable[[str], str | None] | None = None,
        on_directory: Callable[[DirectoryEntry], None] | None = None,
        condition: FeedCondition | None = None,
        time_zone: str = "",
        day: date | None = None,
        expected_orders: int = 65536,
    ) -> None:
        self.plan = plan
        self.clock = DayClock(time_zone or plan.time_zone, plan.time_base, day)
        self.status = StatusMessages(plan, on_directory)
        self._name_of = name_of
        self.books = ItchBooks(
            feed,
            venue,
            plan.plans,
            self.clock,
            self.status.take,
            on_event,
            self._name if name_of is not None else None,
            condition,
            expected_orders,
        )

    def _name(self, feed_symbol: str) -> str | None:
        assert self._name_of is not None
        name = self._name_of(feed_symbol)
        return feed_symbol if name is None and not self.plan.names_book_always else name

    def book(self, feed_symbol: str) -> Book | None:
        """Return a book by the feed's name for its symbol."""
        return self.books.book(feed_symbol)

    def reset(self) -> None:
        """Begin a new session of the feed."""
        self.status.reset()
        self.books.reset()
