"""Run the server's side of SoupBinTCP: one ``SoupServerSession`` a connection, over streams that outlive them.

A login is judged in this order: can it be read, do username and password hold (the application says so; code A where
not), is the session asked for the one that runs, and has its number been reached (code S where not). A number beyond
the end is refused, never lowered: a client that is ahead of us has messages that we have not, and would take our next
ones for repeated. 0 asks for what is new only. Messages that the store no longer has can't be sent: the answer then
names the first one there is, which is how the client learns of it.
"""

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.link_state import State
from fairlead.adapters.output_watch_cy import OutputWatch
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.soup.application import LoginRefused, SoupServerApplication
from fairlead.adapters.soup.settings import SoupServerSettings
from fairlead.adapters.soup.states import SERVER_TRANSITIONS, Input, next_state
from fairlead.adapters.soup.stream_cy import SequencedStream, SoupServerCore
from fairlead.adapters.soup.texts import describe_text
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.soupbintcp import packet_types as pt
from fairlead.codecs.soupbintcp.login import (
    LoginAccepted,
    LoginRequest,
    decode_login_request,
    encode_login_accepted,
    mask_login_request,
)
from fairlead.codecs.soupbintcp.packets_cy import Fault, Packet, encode_packet

_NS_PER_S = 1_000_000_000
_HEARTBEAT = encode_packet(pt.SERVER_HEARTBEAT)
_END_OF_SESSION = encode_packet(pt.END_OF_SESSION)


class SoupServerSession(SoupServerCore):
    """Log one client in, repeat what it missed, then pass messages both ways (a ``PacedEndpoint``).

    ``SoupServerSession(settings, application, peer_address)``; for one stream, once. ``SoupAcceptor`` makes them. A
    server that has more to say in debug packets overrides ``greeting`` and ``farewell``.
    """

    def __init__(self, settings: SoupServerSettings, application: SoupServerApplication, peer_address: str) -> None:
        super().__init__(settings, application)
        self.peer_address = peer_address
        self.username = ""
        """Who is logged in, "" before."""
        self._watch = OutputWatch(settings.slow_consumer)
        self._login_deadline_ns = NEVER_NS
        self._replay_from = 0
        self._replay_end = 0
        self._lost = range(0)
        self._aside: list[bytes] = []

    # PacedEndpoint

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Wait for the login."""
        self._move(Input.ACCEPTED, now_ns, utc_ns)
        self.last_in_ns = self.last_out_ns = now_ns
        self._login_deadline_ns = now_ns + self.settings.login_timeout_s * _NS_PER_S

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone."""
        if self.state == State.DISCONNECTED:
            return
        before = State(self.state)
        self.output.clear()
        self._aside.clear()
        if self.reader.pending_bytes and before != State.CLOSING:
            text = f"stream ended {self.reader.pending_bytes} bytes into a packet"
            self._tell(EventKind.GARBLED, text, now_ns, utc_ns)
        self._move(Input.LOST, now_ns, utc_ns, "connection lost")
        self._tell(EventKind.DISCONNECTED, f"stream closed in state {before.name}", now_ns, utc_ns)

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return bool(self.state == State.CLOSING)

    def next_deadline_ns(self) -> int:
        """Return the next deadline; one long past while there is something to repeat or to end."""
        if self.state == State.AWAITING_LOGON:
            return self._login_deadline_ns
        if self.state != State.LOGGED_ON:
            return NEVER_NS
        if self._can_replay() or self._owes_end() or self._lost:
            return 0
        return min(self._silence_ns, self._heartbeat_ns, self._watch.deadline_ns)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        if self.state == State.AWAITING_LOGON and now_ns >= self._login_deadline_ns:
            text = f"no login within {self.settings.login_timeout_s} s"
            self._abort(EventKind.LOGON_REFUSED, text, now_ns, utc_ns)
        if self.state != State.LOGGED_ON:
            return
        if self._lost:
            self._stop_replay(now_ns, utc_ns)
        elif now_ns >= self._silence_ns:
            text = f"nothing received for {(now_ns - self.last_in_ns) / _NS_PER_S:.3f} s"
            self._abort(EventKind.PEER_SILENT, text, now_ns, utc_ns)
        elif complaint := self._watch.complaint(now_ns):
            self._abort(EventKind.SLOW_PEER, complaint, now_ns, utc_ns)
        else:
            self._tell_replayed(now_ns, utc_ns)
            self.end_if_due(now_ns, utc_ns)
            self._beat(now_ns, utc_ns)

    def take_output(self) -> bytes:
        """Return the bytes to send; the next portion of a replay is among them once the last one was read."""
        if self._can_replay():
            self._queue_replay()
        if not self.output and not self._aside:
            return b""
        data = self.output[0] if len(self.output) == 1 else b"".join(self.output)
        self.output.clear()
        aside = b"".join(self._aside)
        self._aside.clear()
        self._watch.took(len(data) + len(aside), len(aside))
        return data + aside if aside else data

    def output_pending(self, n_bytes: int, now_ns: int, utc_ns: int) -> None:
        """Note how much the client has not read; end the connection where that is too much."""
        self._watch.note(n_bytes, now_ns)
        complaint = self._watch.complaint(now_ns)
        if complaint is not None and self.state == State.LOGGED_ON:
            self._abort(EventKind.SLOW_PEER, complaint, now_ns, utc_ns)

    # Beside the stream of messages

    @property
    def may_send_aside(self) -> bool:
        """Tell whether nothing else waits: no message to repeat, nothing to send, nothing unread."""
        if self.state != State.LOGGED_ON or self.output or self._aside:
            return False
        return not (self._watch.pending_bytes or self._can_replay() or self._lost)

    def send_aside(self, payload: bytes, now_ns: int) -> None:
        """Queue a message that is neither numbered nor recorded, behind all that is queued.

        A client that reads it slowly is not cut off for it. SoupBinTCP 3.00 knows unsequenced data from clients only:
        this is for protocols that say so. Raises EncodeError where it is longer than 65534 bytes.
        """
        self._aside.append(encode_packet(pt.UNSEQUENCED_DATA, payload))
        self.last_out_ns = now_ns

    def greeting(self, stream: SequencedStream) -> str:
        """Return what a debug packet says before LoginAccepted, "" for none."""
        return ""

    def farewell(self, kind: EventKind, text: str) -> str:
        """Return what a debug packet says before an event of this kind closes the stream, "" for none.

        LOGGED_OUT stands for ``log_out``.
        """
        return text if kind is EventKind.LOGGED_OUT else ""

    # Observation, the operator

    @property
    def link_state(self) -> State:
        """Return where the link stands."""
        return State(self.state)

    @property
    def is_logged_on(self) -> bool:
        """Tell whether a client is logged in."""
        return bool(self.state == State.LOGGED_ON)

    def log_out(self, text: str, now_ns: int, utc_ns: int) -> None:
        """End the connection, not the session; the protocol has no word for it, so a debug packet says why."""
        if self.state == State.LOGGED_ON:
            self._say(self.farewell(EventKind.LOGGED_OUT, text), now_ns, utc_ns)
        if self.state not in (State.DISCONNECTED, State.CLOSING):
            self._record_event("disconnect", text, utc_ns)
            self._move(Input.ABORTED, now_ns, utc_ns, text)

    # Login

    def receive_other(self, item: Packet | Fault, now_ns: int, utc_ns: int) -> None:
        """Handle what is not a message of a client that is logged in."""
        if isinstance(item, Fault):
            if self.stream is not None:  # before the login there may be a password in it
                self.stream.store.record_in(0, item.raw, utc_ns)
            text = f"{item.reason}; the stream can't be read on from offset {item.offset}"
            self._abort(EventKind.GARBLED, text, now_ns, utc_ns)
        elif self.state == State.AWAITING_LOGON:
            self._receive_first(item, now_ns, utc_ns)
        else:
            self._receive_logged_on(item, now_ns, utc_ns)

    def _receive_first(self, packet: Packet, now_ns: int, utc_ns: int) -> None:
        if packet.type_code == pt.DEBUG:
            self._tell(EventKind.PEER_TEXT, describe_text(packet.payload()), now_ns, utc_ns)
            return
        if packet.type_code != pt.LOGIN_REQUEST:
            text = f"packet type {pt.describe_type(packet.type_code)} received, expected a login first"
            self._abort(EventKind.PEER_FAULT, text, now_ns, utc_ns)
            return
        try:
            login = decode_login_request(packet.payload())
        except DecodeError as error:
            self._refuse(LoginRefused(pt.NOT_AUTHORIZED, str(error), str(error)), "", now_ns, utc_ns)
            return
        found = self.application.on_login_request(self, login, now_ns, utc_ns)
        refused = found if isinstance(found, LoginRefused) else _judge_place(found, login)
        if isinstance(found, LoginRefused) or refused is not None:
            assert refused is not None
            self._refuse(refused, login.username, now_ns, utc_ns)
        else:
            self._accept(found, login, mask_login_request(packet.raw()), now_ns, utc_ns)

    def _refuse(self, refused: LoginRefused, username: str, now_ns: int, utc_ns: int) -> None:
        self._say(refused.debug, now_ns, utc_ns)
        self.output.append(encode_packet(pt.LOGIN_REJECTED, refused.code.encode("ascii")))
        self._move(Input.LOGIN_REJECTED, now_ns, utc_ns)
        text = f"login of {username!r} from {self.peer_address} refused with {refused.code}: {refused.text}"
        self._tell(EventKind.LOGON_REFUSED, text, now_ns, utc_ns)

    def _accept(self, stream: SequencedStream, login: LoginRequest, packet: bytes, now_ns: int, utc_ns: int) -> None:
        asked = login.requested_sequence_number
        first = stream.next_seq if asked == 0 else stream.first_kept(asked)
        self.stream = stream
        self.username = login.username
        self.next_seq = self._replay_from = first
        self._replay_end = stream.next_seq
        stream.store.record_in(0, packet, utc_ns)
        self._say(self.greeting(stream), now_ns, utc_ns)
        self._put(encode_login_accepted(LoginAccepted(stream.session_id, first)), now_ns, utc_ns)
        stream.connections.append(self)
        self._move(Input.LOGIN_ACCEPTED, now_ns, utc_ns)
        where = f"session {stream.session_id!r} from {first} of {stream.next_seq}"
        self._tell(EventKind.LOGGED_ON, f"{login.username!r} from {self.peer_address}, {where}", now_ns, utc_ns)
        if 0 < asked < first:
            text = f"messages {asked} to {first - 1} are asked for and no longer kept"
            self._raise(SessionEvent(EventKind.MESSAGES_LOST, text, asked, first - 1), now_ns, utc_ns)

    def _receive_logged_on(self, packet: Packet, now_ns: int, utc_ns: int) -> None:
        assert self.stream is not None
        type_code, size = packet.type_code, packet.end - packet.start
        raw = packet.raw()
        # whatever calls itself a login may hold a password
        self.stream.store.record_in(0, mask_login_request(raw) if type_code == pt.LOGIN_REQUEST else raw, utc_ns)
        if type_code in (pt.CLIENT_HEARTBEAT, pt.LOGOUT_REQUEST) and size:
            text = f"packet type {pt.describe_type(type_code)} with {size} bytes of payload received, expected none"
            self._tell(EventKind.PEER_FAULT, text, now_ns, utc_ns)
        if type_code == pt.LOGOUT_REQUEST:
            self._move(Input.LOGOUT, now_ns, utc_ns, "logout requested")
        elif type_code == pt.DEBUG:
            self._tell(EventKind.PEER_TEXT, describe_text(packet.payload()), now_ns, utc_ns)
        elif type_code != pt.CLIENT_HEARTBEAT:
            shown = pt.describe_type(type_code)
            text = f"packet type {shown} of {size} bytes received, expected one of a client that is logged in"
            self._tell(EventKind.PEER_FAULT, text, now_ns, utc_ns)

    # Replay and the stream's end

    def _can_replay(self) -> bool:
        stream = self.stream
        if stream is None or self.state != State.LOGGED_ON or self._lost:
            return False
        return bool(self.next_seq < stream.next_seq and not self._watch.pending_bytes)

    def _queue_replay(self) -> None:
        """Queue the next portion out of the store; a number that it no longer has ends the replay."""
        stream = self.stream
        assert stream is not None
        end = min(self.next_seq + self.settings.replay_messages, stream.next_seq)
        budget = self.settings.replay_bytes
        for seq, packet in stream.store.sent_messages(self.next_seq, end - 1):
            if seq != self.next_seq:
                break
            self.output.append(packet)
            self.next_seq = seq + 1
            budget -= len(packet)
            if budget <= 0:
                return
        if self.next_seq < end:
            self._lost = range(self.next_seq, stream.first_kept(self.next_seq))

    def _stop_replay(self, now_ns: int, utc_ns: int) -> None:
        lost, self._lost = self._lost, range(0)
        text = f"messages {lost[0]} to {lost[-1]} are no longer kept; log in again for what comes after them"
        self._raise(SessionEvent(EventKind.MESSAGES_LOST, text, lost[0], lost[-1]), now_ns, utc_ns)
        self.log_out(text, now_ns, utc_ns)

    def _tell_replayed(self, now_ns: int, utc_ns: int) -> None:
        begin, end = self._replay_from, self._replay_end
        if begin < end <= self.next_seq:
            self._replay_from = end
            event = SessionEvent(EventKind.RESEND_SERVED, f"repeated {begin} to {end - 1}", begin, end - 1)
            self._raise(event, now_ns, utc_ns)

    def _owes_end(self) -> bool:
        stream = self.stream
        return stream is not None and stream.is_ended and self.next_seq == stream.next_seq

    def end_if_due(self, now_ns: int, utc_ns: int) -> None:
        """Send EndOfSession where the stream has ended and the client has everything."""
        if self.state == State.LOGGED_ON and self._owes_end():
            assert self.stream is not None
            self._put(_END_OF_SESSION, now_ns, utc_ns)
            text = f"session {self.stream.session_id!r} is over; its last number was {self.next_seq - 1}"
            self._move(Input.SESSION_ENDED, now_ns, utc_ns, text)
            self._tell(EventKind.SESSION_ENDED, text, now_ns, utc_ns)

    # Life signs, ends

    @property
    def _heartbeat_ns(self) -> int:
        return int(self.last_out_ns + self.settings.heartbeat_s * _NS_PER_S)

    @property
    def _silence_ns(self) -> int:
        return int(self.last_in_ns + self.settings.silence_s * _NS_PER_S)

    def _beat(self, now_ns: int, utc_ns: int) -> None:
        if self.state != State.LOGGED_ON or now_ns < self._heartbeat_ns:
            return
        if self._watch.pending_bytes:
            self.last_out_ns = now_ns  # what waits is a sign of life already
        else:
            self._put(_HEARTBEAT, now_ns, utc_ns)

    def _abort(self, kind: EventKind, text: str, now_ns: int, utc_ns: int) -> None:
        self._tell(kind, text, now_ns, utc_ns)
        if self.state != State.CLOSING:  # whoever was told may have closed
            self._say(self.farewell(kind, text), now_ns, utc_ns)
            self._move(Input.ABORTED, now_ns, utc_ns, text)

    def _say(self, text: str, now_ns: int, utc_ns: int) -> None:
        if text:
            self._put(encode_packet(pt.DEBUG, text.encode("ascii", "backslashreplace")), now_ns, utc_ns)

    def _put(self, packet: bytes, now_ns: int, utc_ns: int) -> None:
        """Record and queue a packet that has no number; before the login there is nowhere to record it."""
        if self.stream is not None:
            self.stream.store.record_resent(0, packet, utc_ns)
        self.output.append(packet)
        self.last_out_ns = now_ns

    def _move(self, link_input: Input, now_ns: int, utc_ns: int, text: str = "") -> None:
        before = self.state
        self.state = next_state(SERVER_TRANSITIONS, before, link_input)
        if before == State.LOGGED_ON:
            assert self.stream is not None
            self._aside.clear()
            self.stream.connections.remove(self)
            self._tell(EventKind.LOGGED_OUT, text, now_ns, utc_ns)

    def _tell(self, kind: EventKind, text: str, now_ns: int, utc_ns: int) -> None:
        self._raise(SessionEvent(kind, text), now_ns, utc_ns)

    def _raise(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        self._record_event(event.kind.name.lower(), event.text, utc_ns)
        self.application.on_session_event(self, event, now_ns, utc_ns)

    def _record_event(self, event: str, text: str, utc_ns: int) -> None:
        if self.stream is not None:
            self.stream.store.record_event(event, text, utc_ns)


def _judge_place(stream: SequencedStream, login: LoginRequest) -> LoginRefused | None:
    """Return why a client can't begin where it asks to, None where it can."""
    session_id, asked = stream.session_id, login.requested_sequence_number
    if login.requested_session not in ("", session_id):
        text = f"session {login.requested_session!r} requested, expected {session_id!r} or none"
        return LoginRefused(pt.SESSION_NOT_AVAILABLE, text)
    if stream.is_ended:
        return LoginRefused(pt.SESSION_NOT_AVAILABLE, f"session {session_id!r} is over")
    if asked > stream.next_seq:
        text = f"sequence number {asked} requested, expected 0 to {stream.next_seq} in session {session_id!r}"
        return LoginRefused(pt.SESSION_NOT_AVAILABLE, text)
    return None
