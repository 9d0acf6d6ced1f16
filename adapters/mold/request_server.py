"""Answer MoldUDP64 requests out of a store."""

from collections.abc import Callable

from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.moldudp64.packets_cy import PacketPacker, decode_request, encode_session, session_text


class MoldRequestServer:
    """Repeat messages of one session, as many of those asked for as fit one datagram; the client asks for the rest.

    A request that can't be served (not 20 bytes, another session, numbers that do not exist or are no longer kept) is
    not answered, as the protocol has no word for it: ``on_fault(text)`` is told. What was asked for beyond the end of
    the stream is left out.
    """

    def __init__(
        self, session: str, store: SessionStore, on_fault: Callable[[str], None], max_packet_bytes: int = 1472
    ) -> None:
        self.requests = 0
        self.faults = 0
        self.messages = 0
        """Messages repeated."""
        self._session = encode_session(session)
        self._store = store
        self._on_fault = on_fault
        self._packer = PacketPacker(self._session, max_packet_bytes)

    def answer(self, request: bytes | bytearray | memoryview) -> bytes:
        """Return the datagram for whoever sent this request, ``b""`` where there is none."""
        self.requests += 1
        try:
            session, number, count = decode_request(request)
        except DecodeError as error:
            return self._refuse(str(error))
        if session != self._session:
            expected = session_text(self._session)
            return self._refuse(f"session {session_text(session)!r} requested, expected {expected!r}")
        last = self._store.next_out - 1
        if not 1 <= number <= last or count == 0:
            return self._refuse(f"{count} messages from {number} on requested, expected at least 1 of 1 to {last}")
        packer = self._packer
        packer.start(number)
        for kept, message in self._store.sent_messages(number, min(last, number + count - 1)):
            if kept != number + packer.message_count or not packer.add(message):
                break
        if not packer.message_count:
            return self._refuse(f"message {number} requested, which is not kept, or fits no datagram")
        self.messages += packer.message_count
        return packer.finish()

    def _refuse(self, reason: str) -> bytes:
        self.faults += 1
        self._on_fault(reason)
        return b""
