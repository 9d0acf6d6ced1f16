"""Send one MoldUDP64 stream: messages packed into datagrams, heartbeats, the end of the session."""

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.mold.settings import MoldSenderSettings
from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.errors import LocalProtocolError
from fairlead.codecs.moldudp64.packets_cy import END_OF_SESSION, PacketPacker, encode_header, encode_session

_NS_PER_MS = 1_000_000


class MoldSender:
    """Number and record messages, and pack them; a ``MoldRequestServer`` over the same store repeats them.

    ``MoldSender(settings, session, store)``; numbers go on where the store's ``next_out`` stands. A packet is closed
    when it is full or taken, so that messages of one turn share datagrams and none waits for the next turn.
    """

    def __init__(self, settings: MoldSenderSettings, session: str, store: SessionStore) -> None:
        self.settings = settings
        self.session = encode_session(session)
        self.store = store
        self.next_number = store.next_out
        self._packer = PacketPacker(self.session, settings.max_packet_bytes)
        self._packer.start(self.next_number)
        self._datagrams: list[bytes] = []
        self._last_out_ns = 0
        self._is_started = False
        self._ends_left = 0
        self._is_ended = False

    def start(self, now_ns: int) -> None:
        """Begin to send heartbeats."""
        self._is_started = True
        self._last_out_ns = now_ns

    def send(self, message: bytes, now_ns: int, utc_ns: int) -> int:
        """Record a message and put it into a packet; return its number.

        Raises LocalProtocolError where it fits no datagram, or the session has ended.
        """
        longest = self.settings.max_packet_bytes - 22
        if self._is_ended or len(message) > longest:
            why = "the session has ended" if self._is_ended else f"expected at most {longest} bytes"
            raise LocalProtocolError(f"message of {len(message)} bytes to be sent, {why}")
        number = self.next_number
        self.store.record_out(number, message, utc_ns)
        if not self._packer.add(message):
            self._close_packet()
            self._packer.add(message)
        self.next_number = number + 1
        self._last_out_ns = now_ns
        return number

    def end(self, now_ns: int) -> None:
        """End the session: EndOfSession goes out now, and again in place of the next heartbeats."""
        self._close_packet()
        self._is_ended = True
        self._ends_left = self.settings.end_repeats
        self._put_end(now_ns)

    def take_datagrams(self) -> list[bytes]:
        """Return the datagrams to send, the packet under way among them, and forget them."""
        self._close_packet()
        datagrams, self._datagrams = self._datagrams, []
        return datagrams

    def next_deadline_ns(self) -> int:
        """Return when the next heartbeat is due, ``NEVER_NS`` before the start and after the last EndOfSession."""
        if not self._is_started or (self._is_ended and self._ends_left == 0):
            return NEVER_NS
        return self._last_out_ns + self.settings.heartbeat_ms * _NS_PER_MS

    def on_timer(self, now_ns: int) -> None:
        """Send a heartbeat, or the end once more, where it is due."""
        if now_ns < self.next_deadline_ns():
            return
        if self._is_ended:
            self._put_end(now_ns)
        else:
            self._close_packet()
            self._datagrams.append(encode_header(self.session, self.next_number, 0))
            self._last_out_ns = now_ns

    def _put_end(self, now_ns: int) -> None:
        self._ends_left -= 1
        self._datagrams.append(encode_header(self.session, self.next_number, END_OF_SESSION))
        self._last_out_ns = now_ns

    def _close_packet(self) -> None:
        if self._packer.message_count:
            self._datagrams.append(self._packer.finish())
        self._packer.start(self.next_number)
