# cython: annotation_typing=False
"""Carry the steady state of a SoupBinTCP server: the next message out to all who follow, a client's next message in.

A ``SequencedStream`` is what outlives connections: a session's id and its numbered messages. The store is its queue: a
message is recorded under its number first, and a connection that was away, is catching up or was cut off takes it from
there. So a message is never lost and never has two numbers.
"""

from fairlead.adapters.session_store import SessionStore
from fairlead.adapters.soup.application import SoupServerApplication
from fairlead.adapters.soup.settings import SoupServerSettings
from fairlead.codecs.errors import LocalProtocolError
from fairlead.codecs.soupbintcp.packets_cy import Fault, Packet, PacketReader, encode_packet

# link_state.State and codecs.soupbintcp.packet_types as C ints
_DISCONNECTED = 0
_LOGGED_ON = 3
_CLOSING = 6
_SEQUENCED_DATA = 0x53
_UNSEQUENCED_DATA = 0x55


class SequencedStream:
    """Number, record and hand on the messages of one session. ``session_id`` has 10 ASCII characters at most.

    The numbers go on where the store's ``next_out`` stands. A session that begins anew is another stream, with another
    id, over a store that was reset.
    """

    def __init__(self, session_id: str, store: SessionStore) -> None:
        if not 0 < len(session_id) <= 10 or not session_id.isascii() or session_id != session_id.strip(" "):
            raise ValueError(f"session id {session_id!r}, expected 1 to 10 ASCII characters without spaces around them")
        self.session_id = session_id
        self.store = store
        self.next_seq = store.next_out
        self.is_ended = False
        self.connections: list[SoupServerCore] = []

    def publish(self, payload: bytes, now_ns: int, utc_ns: int) -> int:
        """Number and record a message and queue it for everyone who follows; return its number.

        Raises EncodeError where it is longer than 65534 bytes, LocalProtocolError where the session has ended.
        """
        if self.is_ended:
            raise LocalProtocolError(f"publish of {len(payload)} bytes in session {self.session_id!r}, which has ended")
        packet = encode_packet(_SEQUENCED_DATA, payload)
        seq = self.next_seq
        self.store.record_out(seq, packet, utc_ns)
        self.next_seq = seq + 1
        for connection in self.connections:
            connection.queue(seq, packet, now_ns)
        return seq

    def first_kept(self, seq: int) -> int:
        """Return the first number from ``seq`` on that can still be repeated; ``next_seq`` where there is none."""
        for kept, _ in self.store.sent_messages(seq, self.next_seq - 1):
            return kept
        return self.next_seq

    def end(self, now_ns: int, utc_ns: int) -> None:
        """End the session for good: everyone gets what is missing, then EndOfSession; nobody can join any more."""
        self.is_ended = True
        for connection in tuple(self.connections):
            connection.end_if_due(now_ns, utc_ns)


class SoupServerCore:
    """Hold what the steady state of one connection touches. Use ``server.SoupServerSession``."""

    def __init__(self, settings: SoupServerSettings, application: SoupServerApplication) -> None:
        self.settings = settings
        self.application = application
        self.stream: SequencedStream | None = None
        self.state = _DISCONNECTED
        self.next_seq = 0
        self.output: list[bytes] = []
        self.last_in_ns = 0
        self.last_out_ns = 0
        self.reader = PacketReader(settings.max_packet_bytes)

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take bytes as they came; ``data`` is only valid during the call."""
        if self.state == _DISCONNECTED or self.state == _CLOSING:
            return
        self.last_in_ns = now_ns
        reader = self.reader
        reader.feed(data)
        while self.state != _CLOSING and self.state != _DISCONNECTED:
            item = reader.next_packet()
            if item is None:
                return
            if isinstance(item, Packet) and item.type_code == _UNSEQUENCED_DATA and self.state == _LOGGED_ON:
                self._take(item, now_ns, utc_ns)
            else:
                self.receive_other(item, now_ns, utc_ns)

    def receive_other(self, item: "Packet | Fault", now_ns: int, utc_ns: int) -> None:
        """Handle what is not a message of a client that is logged in."""
        raise NotImplementedError

    def end_if_due(self, now_ns: int, utc_ns: int) -> None:
        """Send EndOfSession where the stream has ended and the client has everything."""
        raise NotImplementedError

    def queue(self, seq: int, packet: bytes, now_ns: int) -> int:
        """Queue a recorded message, unless the client is still being sent earlier ones."""
        if seq == self.next_seq and self.state == _LOGGED_ON:
            self.output.append(packet)
            self.next_seq = seq + 1
            self.last_out_ns = now_ns
        return 0

    def _take(self, packet: Packet, now_ns: int, utc_ns: int) -> int:
        stream = self.stream
        assert stream is not None
        stream.store.record_in(0, packet.raw(), utc_ns)
        self.application.on_unsequenced(self, packet.payload(), now_ns, utc_ns)  # type: ignore[arg-type]
        return 0
