# cython: annotation_typing=False
"""Carry the steady state of a SoupBinTCP client: the next sequenced message in, the next unsequenced message out.

``SoupClientCore`` takes sequenced data while the link is up; every other packet goes to ``receive_other``. The count
lives here as plain ints and is written through to the store. ``client.SoupClientSession`` has the rest.
"""

from array import array

from fairlead.adapters.session_store import SessionStore
from fairlead.adapters.soup.application import SoupClientApplication
from fairlead.adapters.soup.settings import SoupClientSettings
from fairlead.codecs.errors import LocalProtocolError
from fairlead.codecs.soupbintcp.packets_cy import Fault, Packet, PacketReader, encode_packet

# link_state.State and codecs.soupbintcp.packet_types as C ints
_DISCONNECTED = 0
_LOGGED_ON = 3
_LOGOUT_SENT = 4
_CLOSING = 6
_SEQUENCED_DATA = 0x53
_UNSEQUENCED_DATA = 0x55


class SoupClientCore:
    """Hold what the steady state touches. Use ``client.SoupClientSession``."""

    def __init__(self, settings: SoupClientSettings, store: SessionStore, application: SoupClientApplication) -> None:
        self.settings = settings
        self.store = store
        self.application = application
        self.state = _DISCONNECTED
        self.next_in = store.next_in
        self.next_out = store.next_out
        self.stream_next = 0
        self.output: list[bytes] = []
        self.last_in_ns = 0
        self.last_out_ns = 0
        self.reader = PacketReader(settings.max_packet_bytes)
        self._prints = array("q", bytes(8 * settings.remembered_messages))
        self._n_prints = settings.remembered_messages
        self._first_print = self.next_in

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
            if isinstance(item, Packet) and item.type_code == _SEQUENCED_DATA:
                if self.state == _LOGGED_ON or self.state == _LOGOUT_SENT:
                    self._take(item, now_ns, utc_ns)
                    continue
            self.receive_other(item, now_ns, utc_ns)

    def receive_other(self, item: "Packet | Fault", now_ns: int, utc_ns: int) -> None:
        """Handle what is not sequenced data of a session that is logged on."""
        raise NotImplementedError

    def receive_again(self, seq: int, differs: bool, now_ns: int, utc_ns: int) -> None:
        """Pass over a message whose number was taken before; ``differs`` where it is known to be another one."""
        raise NotImplementedError

    def send(self, payload: bytes, now_ns: int, utc_ns: int) -> int:
        """Record and queue a message to the venue; return the number that it has in our own records.

        Numbers count from 1 in each session of the venue and are not on the wire. Raises LocalProtocolError where the
        session is not logged on, EncodeError where the payload is longer than 65534 bytes; nothing was recorded then.
        """
        if self.state != _LOGGED_ON:
            raise LocalProtocolError(f"send of {len(payload)} bytes while the session is not logged on")
        packet = encode_packet(_UNSEQUENCED_DATA, payload)
        number = self.next_out
        self.store.record_out(number, packet, utc_ns)
        self.next_out = number + 1
        self.output.append(packet)
        self.last_out_ns = now_ns
        return number

    def take_output(self) -> bytes:
        """Return the bytes to send and forget them; ``b""`` if there are none."""
        if not self.output:
            return b""
        data = self.output[0] if len(self.output) == 1 else b"".join(self.output)
        self.output.clear()
        return data

    def forget_messages(self) -> None:
        """Forget the fingerprints: numbers begin anew."""
        self._first_print = self.next_in

    def _take(self, packet: Packet, now_ns: int, utc_ns: int) -> int:
        # Record the next message of the stream and hand it over, unless it was handed over before.
        seq = self.stream_next
        self.stream_next = seq + 1
        payload = packet.payload()
        self.store.record_in(seq, packet.raw(), utc_ns)
        place = seq % self._n_prints
        if seq < self.next_in:
            is_known = seq >= self._first_print and seq + self._n_prints >= self.next_in
            self.receive_again(seq, is_known and self._prints[place] != hash(payload), now_ns, utc_ns)
            return 0
        self._prints[place] = hash(payload)
        self.next_in = seq + 1
        self.store.advance_in(self.next_in, utc_ns)
        self.application.on_sequenced(seq, payload, now_ns, utc_ns)
        return 0
