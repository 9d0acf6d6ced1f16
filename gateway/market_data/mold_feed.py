"""Follow a feed over MoldUDP64 lines: gaps are asked for at request servers.

Late join: a feed that is joined at a message beyond 1 asks the request servers for everything from 1 on; without a
request server the gap is given up, and the books stay suspect until a new session begins. The books are stale while
anything known to be sent is missing.
"""

from fairlead.adapters.mold.events import MoldEvent, MoldEventKind
from fairlead.adapters.mold.receiver import MoldReceiver
from fairlead.adapters.mold.settings import MoldReceiverSettings
from fairlead.codecs.moldudp64.packets_cy import MoldPacket
from fairlead.gateway.market_data.feed import Feed, FeedOptions

_Kind = MoldEventKind
_STALE_WHEN = {
    _Kind.SESSION_ENDED: "the session has ended",
    _Kind.STALE: "nothing received on any line",
}
_TOLD = frozenset(
    (
        _Kind.GAP_DETECTED,
        _Kind.GAP_FILLED,
        _Kind.PACKET_FAULT,
        _Kind.FOREIGN_PACKET,
        _Kind.WINDOW_FULL,
        _Kind.LINE_SILENT,
        _Kind.LINE_BACK,
        _Kind.PACKETS_DROPPED,
        _Kind.REQUESTS_UNANSWERED,
        _Kind.SESSION_JOINED,
        _Kind.SESSION_ENDED,
    )
)


class MoldFeed(Feed):
    """A feed whose session is a MoldUDP64 receiver; a ``DatagramEndpoint``."""

    def __init__(self, options: FeedOptions, settings: MoldReceiverSettings) -> None:
        super().__init__(options)
        self._settings = settings
        self.receiver = MoldReceiver(settings, self)
        self._gap_text = ""
        self._is_joined = False

    def note_closed(self, reason: str, utc_ns: int) -> None:
        """Say that no line is open."""
        self.is_up = False
        self.set_stale(reason, utc_ns)

    # DatagramEndpoint

    def start(self, now_ns: int, utc_ns: int) -> None:
        """Begin to listen."""
        self.set_stale("nothing received yet", utc_ns)
        self.receiver.start(now_ns, utc_ns)

    def receive_datagram(self, line: int, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take a datagram."""
        self.is_up = True
        self.receiver.receive_datagram(line, data, now_ns, utc_ns)

    def receive_drops(self, line: int, count: int, now_ns: int, utc_ns: int) -> None:
        """Note what the operating system dropped."""
        self.receiver.receive_drops(line, count, now_ns, utc_ns)

    def take_requests(self) -> list[tuple[int, bytes]]:
        """Return what is to be asked for."""
        return self.receiver.take_requests()

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on deadlines."""
        self.receiver.on_timer(now_ns, utc_ns)
        self.look_at_progress(utc_ns)

    def next_deadline_ns(self) -> int:
        """Return the next deadline."""
        return self.receiver.next_deadline_ns()

    # MoldSink

    def on_messages(self, first: int, count: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Apply a packet's messages; the two bytes before each hold its length."""
        self._utc_ns = utc_ns
        packet.next_message()
        self.books.apply_framed(packet.data, packet.start - 2, packet.size, first, utc_ns)

    def on_lost(self, first: int, last: int, now_ns: int, utc_ns: int) -> None:
        """Note that messages will never come."""
        self.note_lost(first, last, utc_ns)

    def on_mold_event(self, event: MoldEvent, now_ns: int, utc_ns: int) -> None:
        """Take note of what happens to the stream."""
        self._utc_ns = utc_ns
        kind = event.kind
        if kind == _Kind.SESSION_JOINED:
            self.is_up, self._is_joined, self._gap_text = True, True, ""
        elif kind == _Kind.SESSION_CHANGED:
            self.begin_session(event.text, utc_ns)
        elif kind == _Kind.GAP_DETECTED:
            self.counts.gaps += 1
            self._gap_text = f"messages {event.first} to {event.last} are missing"
            self.set_stale(self._gap_text, utc_ns)
        elif kind == _Kind.GAP_FILLED:
            self.counts.recovered += 1
            self._gap_text = ""
        elif kind == _Kind.MESSAGES_LOST:
            self._gap_text = ""
        elif kind == _Kind.FRESH:
            self.is_up = True
        if reason := _STALE_WHEN.get(kind):
            self.is_up = False
            self.set_stale(reason, utc_ns)
        if kind in _TOLD:
            self.tell(f"feed_{kind.name.lower()}", utc_ns, text=event.text)

    # Feed

    def look_at_progress(self, utc_ns: int) -> None:
        """Be current where a line speaks and nothing that is known to be sent is missing."""
        receiver = self.receiver
        if not self.condition.stale_reason or not self.is_up or receiver.is_stale or receiver.is_ended:
            return
        if self._is_joined and 0 <= receiver.reached <= receiver.expected and not self._gap_text:
            self.set_current(utc_ns)

    def rebuild(self, now_ns: int, utc_ns: int) -> None:
        """Begin with another receiver, which asks for message 1 of the session."""
        self.begin_session("the books are built anew", utc_ns)
        self.is_up, self._is_joined, self._gap_text = False, False, ""
        self.set_stale("being built anew", utc_ns)
        self.receiver = MoldReceiver(self._settings, self)
        self.receiver.start(now_ns, utc_ns)
