"""Follow a feed over SoupBinTCP: each login asks for what is missing, the first one for everything.

Late join is replay: the server sends the session from message 1 and goes on with what is new. SoupBinTCP has no mark
for where that ends. The feed has caught up at the first heartbeat (the server has nothing more to send), or at a
message that the venue stamped within the last second.
"""

from collections.abc import Callable

from fairlead.adapters.itch.mapping import FeedPlan
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.soup.client import SoupClientSession
from fairlead.adapters.soup.settings import SoupClientSettings
from fairlead.gateway.market_data.feed import CAUGHT_UP_NS, Feed, FeedOptions


class FeedStore(MemoryStore):
    """Keep the numbers of a feed's session, and none of its messages: there are too many, and they can be had again."""

    def record_in(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Keep nothing."""

    def record_resent(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Keep nothing."""

    def record_event(self, event: str, text: str, utc_ns: int) -> None:
        """Keep nothing: the feed tells its events itself."""


class SoupFeed(Feed):
    """A feed whose session is a SoupBinTCP client; an ``Endpoint`` that a connector keeps connected."""

    def __init__(self, options: FeedOptions, settings: SoupClientSettings) -> None:
        super().__init__(options)
        self.store = FeedStore()
        self.session = SoupClientSession(settings, self.store, self)
        self.session.on_heartbeat = self._on_heartbeat
        self.observer: Callable[[SessionEvent], None] | None = None
        self._is_catching_up = False
        # the driver's view of the session
        self.receive_data = self.session.receive_data
        self.receive_connected = self.session.receive_connected
        self.receive_eof = self.session.receive_eof
        self.take_output = self.session.take_output
        self.next_deadline_ns = self.session.next_deadline_ns
        self.on_timer = self.session.on_timer

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed."""
        return self.session.wants_close

    # SoupClientApplication

    def on_sequenced(self, seq: int, payload: bytes, now_ns: int, utc_ns: int) -> None:
        """Apply a message."""
        self._utc_ns = utc_ns
        self.books.apply(payload, seq, utc_ns)
        if self._is_catching_up and utc_ns - self.books.last_venue_utc_ns < CAUGHT_UP_NS:
            self._caught_up(utc_ns)

    def on_session_event(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        """Take note of what happens to the session."""
        self._utc_ns = utc_ns
        self.tell(f"feed_{event.kind.name.lower()}", utc_ns, is_in_log=True, text=event.text)
        if event.kind == EventKind.LOGGED_ON:
            self.is_up, self._is_catching_up = True, True
            self.set_stale("catching up", utc_ns)
        elif event.kind == EventKind.SEQUENCE_RESET:
            self.begin_session(event.text, utc_ns)
        elif event.kind == EventKind.MESSAGES_LOST:
            self.note_lost(event.ref_seq_num, event.end_seq_num, utc_ns)
        elif event.kind == EventKind.SESSION_ENDED:
            self._stop("the session has ended", utc_ns)
        elif event.kind in (EventKind.LOGGED_OUT, EventKind.DISCONNECTED):
            self._stop("connection lost", utc_ns)
        if self.observer is not None:
            self.observer(event)

    def _stop(self, reason: str, utc_ns: int) -> None:
        self.is_up, self._is_catching_up = False, False
        if self.condition.stale_reason != "the session has ended":
            self.set_stale(reason, utc_ns)

    def _on_heartbeat(self, now_ns: int, utc_ns: int) -> None:
        if self._is_catching_up:
            self._caught_up(utc_ns)

    def _caught_up(self, utc_ns: int) -> None:
        self._is_catching_up = False
        self.set_current(utc_ns)

    # Feed

    def look_at_progress(self, utc_ns: int) -> None:
        """Do nothing: the session tells."""

    def rebuild(self, now_ns: int, utc_ns: int) -> None:
        """Log out and in again, and ask for message 1."""
        self.session.reset_sequence_numbers("the books are built anew", now_ns, utc_ns)


def probe_settings(plan: FeedPlan, username: str, password: str, silence_s: int) -> SoupClientSettings:
    """Return the settings of a session that follows the venue's present session from its beginning."""
    return SoupClientSettings(username=username, password=password, silence_s=max(2, silence_s))
