"""Run the client's side of one SoupBinTCP session, over one stream after the other.

Exactly once. The store keeps the venue's name of the session and the number expected next; each login asks for both.
What the answer may be, and what is made of it:

- the same session, the number asked for: what follows is new;
- the same session, a lower number: the server repeats. Numbers taken before are passed over; where a message is known
  to differ from the one taken before under its number, the server counts anew under an old name, and the stream is
  closed before anything is lost in it (``PEER_FAULT``); later logins ask from that number on, so that it isn't passed
  over when the server has caught up;
- the same session, a higher number: the server no longer has what is missing. ``MESSAGES_LOST`` names it, and the
  session goes on;
- another session: the one that the store knew is over. The store is reset (both numbers 1), and where the new one does
  not begin at 1 although it was not asked to, the stream is closed and the next login asks for it from 1 on;
- refused with S: the session asked for is not to be had. The next login asks for the current session from its
  beginning; only if that turns out to be another one is the store reset.
"""

from collections.abc import Callable
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.adapters.session_store import SessionStore
from fairlead.adapters.soup.application import SoupClientApplication
from fairlead.adapters.soup.client_cy import SoupClientCore
from fairlead.adapters.soup.settings import SoupClientSettings
from fairlead.adapters.soup.states import CLIENT_TRANSITIONS, Input, next_state
from fairlead.adapters.soup.texts import describe_reject, describe_text
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.soupbintcp import packet_types as pt
from fairlead.codecs.soupbintcp.login import (
    LoginAccepted,
    LoginRequest,
    decode_login_accepted,
    encode_login_request,
    mask_login_request,
)
from fairlead.codecs.soupbintcp.packets_cy import Fault, Packet, PacketReader, encode_packet

_NS_PER_S = 1_000_000_000
_HEARTBEAT = encode_packet(pt.CLIENT_HEARTBEAT)
_LOGOUT = encode_packet(pt.LOGOUT_REQUEST)


class SoupClientSession(SoupClientCore):
    """Speak SoupBinTCP with one server; an ``Endpoint`` and a ``SessionControl``.

    ``SoupClientSession(settings, store, application)``. ``receive_data``, ``send`` and ``take_output`` are the core's.
    """

    peer_names_sessions: Final = True
    """Numbers begin anew with a session of another name, so a schedule must not reset them: all would be repeated."""

    def __init__(self, settings: SoupClientSettings, store: SessionStore, application: SoupClientApplication) -> None:
        super().__init__(settings, store, application)
        self.refused_logons = 0
        """Logins that the server refused in words, in a row; 0 after each success."""
        self.on_heartbeat: Callable[[int, int], None] | None = None
        """Called with both times at each heartbeat of the server: it has had nothing to send for a while."""
        self._deadline_ns = NEVER_NS
        self._asked = ("", 0)
        self._asks_anew = False
        self._doubted = 0
        """A number that the server has used again for another message: logins ask from it on, until a new session."""
        self._reset_on_close = ""

    # Endpoint

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is up; our login is then in the output."""
        self.reader = PacketReader(self.settings.max_packet_bytes)
        self.output.clear()
        self.last_in_ns = self.last_out_ns = now_ns
        self._move(Input.CONNECTED, now_ns, utc_ns)
        session, number = self._asked = self._choose_request()
        packet = encode_login_request(LoginRequest(self.settings.username, self.settings.password, session, number))
        # never a secret in the records
        self.store.record_resent(0, mask_login_request(packet), utc_ns)
        self.output.append(packet)
        self._deadline_ns = now_ns + self.settings.login_timeout_s * _NS_PER_S

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone; what it still owed is asked for by the next login."""
        if self.state == State.DISCONNECTED:
            return
        before = State(self.state)
        self.output.clear()
        if self.reader.pending_bytes and before != State.CLOSING:
            text = f"stream ended {self.reader.pending_bytes} bytes into a packet"
            self._tell(EventKind.GARBLED, text, now_ns, utc_ns)
        self._move(Input.LOST, now_ns, utc_ns, "connection lost")
        text = "login unanswered" if before == State.LOGON_SENT else f"stream closed in state {before.name}"
        self._tell(EventKind.DISCONNECTED, text, now_ns, utc_ns)
        if self._reset_on_close:
            self._reset(self._reset_on_close, now_ns, utc_ns)
            self._reset_on_close = ""

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return bool(self.state == State.CLOSING)

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline, ``NEVER_NS`` if there is none."""
        if self.state != State.LOGGED_ON:
            return self._deadline_ns
        return min(self._heartbeat_ns, self._silence_ns)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        if self.state == State.LOGGED_ON:
            if now_ns >= self._silence_ns:
                text = f"nothing received for {(now_ns - self.last_in_ns) / _NS_PER_S:.3f} s"
                self._abort(EventKind.PEER_SILENT, text, now_ns, utc_ns)
            elif now_ns >= self._heartbeat_ns:
                self._put(_HEARTBEAT, now_ns, utc_ns)
        elif self._deadline_ns <= now_ns:
            self._end_wait(now_ns, utc_ns)

    # SessionControl

    @property
    def link_state(self) -> State:
        """Return where the link stands."""
        return State(self.state)

    @property
    def is_logged_on(self) -> bool:
        """Tell whether the login was accepted and no logout has begun."""
        return bool(self.state == State.LOGGED_ON)

    def logout(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Send a LogoutRequest and wait for the server to close; before the login is answered, just close."""
        if self.state == State.LOGGED_ON:
            self._put(_LOGOUT, now_ns, utc_ns)
            self._move(Input.LOGOUT, now_ns, utc_ns, text)
            self._deadline_ns = now_ns + self.settings.logout_timeout_s * _NS_PER_S
        elif self.state == State.LOGON_SENT:
            self._move(Input.ABORTED, now_ns, utc_ns)

    def disconnect(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Close the stream without a word."""
        if self.state not in (State.DISCONNECTED, State.CLOSING):
            self.store.record_event("disconnect", text, utc_ns)
            self._move(Input.ABORTED, now_ns, utc_ns, text)

    def reset_sequence_numbers(self, reason: str, now_ns: int, utc_ns: int, announce: bool = False) -> None:
        """Set both numbers to 1 and forget the venue's session, after an orderly logout if someone is logged on.

        The next login asks for the current session from ``first_number`` on. There is nothing to announce to.
        """
        if self.state == State.DISCONNECTED:
            self._reset(reason, now_ns, utc_ns)
            return
        self._reset_on_close = reason
        self.logout(reason, now_ns, utc_ns)

    # Login

    def _choose_request(self) -> tuple[str, int]:
        """Return the session and number to ask for."""
        known, fixed = self.store.peer_session, self.settings.session
        if fixed and fixed != known:
            return fixed, self.settings.first_number
        if self._asks_anew and not fixed:
            return "", self.settings.first_number
        if not known and self.next_in == 1:
            return "", self.settings.first_number
        return known, self._doubted or self.next_in

    def _receive_login_answer(self, packet: Packet, now_ns: int, utc_ns: int) -> None:
        if packet.type_code == pt.LOGIN_REJECTED:
            self._receive_rejected(packet.payload(), now_ns, utc_ns)
            return
        if packet.type_code != pt.LOGIN_ACCEPTED:
            text = f"packet type {pt.describe_type(packet.type_code)} received, expected the answer to our login"
            self._abort(EventKind.PEER_FAULT, text, now_ns, utc_ns)
            return
        try:
            accepted = decode_login_accepted(packet.payload())
        except DecodeError as error:
            self._abort(EventKind.PEER_FAULT, str(error), now_ns, utc_ns)
            return
        if accepted.sequence_number == 0 or (self.store.peer_session and not accepted.session):
            text = f"session {accepted.session!r} from {accepted.sequence_number} received"
            expected = "expected a number from 1 on, of a session with a name"
            self._abort(EventKind.PEER_FAULT, f"{text}, {expected}", now_ns, utc_ns)
            return
        self._receive_accepted(accepted, now_ns, utc_ns)

    def _receive_rejected(self, payload: bytes, now_ns: int, utc_ns: int) -> None:
        text = describe_reject(payload)
        is_unavailable = payload == bytes((ord(pt.SESSION_NOT_AVAILABLE),))
        # asked for by name or not: the other way next time
        self._asks_anew = is_unavailable and bool(self._asked[0])
        self._move(Input.LOGIN_REJECTED, now_ns, utc_ns)
        self.refused_logons += 1
        session, number = self._asked
        asked = f"asked for session {session!r} from {number}"
        self._tell(EventKind.LOGON_REFUSED, f"{text}; {asked}", now_ns, utc_ns)
        if self.refused_logons == self.settings.max_refused:
            text = f"{self.refused_logons} logins refused, the last one: {text}"
            self._tell(EventKind.LOGON_ABANDONED, text, now_ns, utc_ns)

    def _receive_accepted(self, accepted: LoginAccepted, now_ns: int, utc_ns: int) -> None:
        """Judge where the server begins; see the module's text for the cases."""
        first, asked = accepted.sequence_number, self._asked[1]
        joins = self._enter_session(accepted.session, now_ns, utc_ns) and self.settings.first_number == 0
        missing = range(self.next_in, first)
        if missing and not joins and (asked > self.next_in or asked == 0):
            text = f"session {accepted.session!r} is sent from {first} on; {self.next_in} is asked for by another login"
            self._raise(SessionEvent(EventKind.GAP_DETECTED, text, self.next_in, first - 1), now_ns, utc_ns)
            self._move(Input.ABORTED, now_ns, utc_ns)
            return
        self._move(Input.LOGIN_ACCEPTED, now_ns, utc_ns)
        self.refused_logons = 0
        self.stream_next = first
        if first < asked and first < self.next_in:
            text = (
                f"session {accepted.session!r} is sent from {first} on, asked for {asked}: taken ones are passed over"
            )
            self._tell(EventKind.PEER_FAULT, text, now_ns, utc_ns)
        self._tell(EventKind.LOGGED_ON, f"session {accepted.session!r} from {first}", now_ns, utc_ns)
        if missing:
            self._skip_to(first, joins, now_ns, utc_ns)
        if self.state == State.LOGGED_ON:  # whoever was told may have logged out
            self._tell(EventKind.SYNCHRONISED, "", now_ns, utc_ns)

    def _enter_session(self, session: str, now_ns: int, utc_ns: int) -> bool:
        """Begin at 1 where the session is another one than the store knows; tell whether nothing is known of it."""
        known = self.store.peer_session
        is_new = not known and self.next_in == 1
        self._asks_anew = False
        if known and session != known:
            self._reset(f"session {known!r} is over, {session!r} began", now_ns, utc_ns)
            is_new = True
        if session != self.store.peer_session:
            self.store.set_peer_session(session, utc_ns)
        return is_new

    def _skip_to(self, first: int, joins: bool, now_ns: int, utc_ns: int) -> None:
        """Go on behind messages that will not come: because they are not wanted, or can't be had any more."""
        begin, self.next_in = self.next_in, first
        self.store.advance_in(first, utc_ns)
        self.forget_messages()
        session = self.store.peer_session
        if joins:
            self._tell(EventKind.SEQUENCE_RESET, f"joined session {session!r} at {first}", now_ns, utc_ns)
            return
        text = (
            f"session {session!r} is sent from {first} on, asked for {self._asked[1]}: {begin} to {first - 1} are lost"
        )
        self._raise(SessionEvent(EventKind.MESSAGES_LOST, text, begin, first - 1), now_ns, utc_ns)

    # The server's other packets

    def receive_other(self, item: Packet | Fault, now_ns: int, utc_ns: int) -> None:
        """Handle what is not sequenced data of a session that is logged on."""
        if isinstance(item, Fault):
            self.store.record_in(0, item.raw, utc_ns)
            text = f"{item.reason}; the stream can't be read on from offset {item.offset}"
            self._abort(EventKind.GARBLED, text, now_ns, utc_ns)
            return
        self.store.record_in(0, item.raw(), utc_ns)
        if item.type_code == pt.DEBUG:
            self._tell(EventKind.PEER_TEXT, describe_text(item.payload()), now_ns, utc_ns)
        elif self.state == State.LOGON_SENT:
            self._receive_login_answer(item, now_ns, utc_ns)
        else:
            self._receive_logged_on(item, now_ns, utc_ns)

    def _receive_logged_on(self, packet: Packet, now_ns: int, utc_ns: int) -> None:
        type_code, size = packet.type_code, packet.end - packet.start
        if type_code in (pt.SERVER_HEARTBEAT, pt.END_OF_SESSION) and size:
            text = f"packet type {pt.describe_type(type_code)} with {size} bytes of payload received, expected none"
            self._tell(EventKind.PEER_FAULT, text, now_ns, utc_ns)
        if type_code == pt.SERVER_HEARTBEAT:
            if self.on_heartbeat is not None:
                self.on_heartbeat(now_ns, utc_ns)
            return
        if type_code == pt.END_OF_SESSION:
            self._asks_anew = True
            text = f"session {self.store.peer_session!r} is over; its last number was {self.stream_next - 1}"
            self._move(Input.SESSION_ENDED, now_ns, utc_ns, text)
            self._tell(EventKind.SESSION_ENDED, text, now_ns, utc_ns)
            return
        text = (
            f"packet type {pt.describe_type(type_code)} of {size} bytes received, expected one of a server that is up"
        )
        if type_code in (pt.LOGIN_ACCEPTED, pt.LOGIN_REJECTED):
            # where the count stands would be unclear
            self._abort(EventKind.PEER_FAULT, text, now_ns, utc_ns)
        else:
            self._tell(EventKind.PEER_FAULT, text, now_ns, utc_ns)

    def receive_again(self, seq: int, differs: bool, now_ns: int, utc_ns: int) -> None:
        """Pass over a message whose number was taken before; close where it is known to be another one."""
        if differs:
            text = (
                f"message {seq} is another one than was taken under this number: session "
                f"{self.store.peer_session!r} counts anew, expected it to go on at {self.next_in}"
            )
            # from next_in on, the next login would pass over it for good
            self._doubted = seq
            self._abort(EventKind.PEER_FAULT, text, now_ns, utc_ns)

    # Ends

    @property
    def _heartbeat_ns(self) -> int:
        return int(self.last_out_ns + self.settings.heartbeat_s * _NS_PER_S)

    @property
    def _silence_ns(self) -> int:
        return int(self.last_in_ns + self.settings.silence_s * _NS_PER_S)

    def _end_wait(self, now_ns: int, utc_ns: int) -> None:
        if self.state == State.LOGON_SENT:
            text = f"login unanswered for {self.settings.login_timeout_s} s"
            self._abort(EventKind.LOGON_REFUSED, text, now_ns, utc_ns)
        elif self.state == State.LOGOUT_SENT:
            text = f"the server did not close within {self.settings.logout_timeout_s} s after our logout"
            self._abort(EventKind.LOGOUT_UNANSWERED, text, now_ns, utc_ns)

    def _abort(self, kind: EventKind, text: str, now_ns: int, utc_ns: int) -> None:
        self._tell(kind, text, now_ns, utc_ns)
        if self.state != State.CLOSING:  # whoever was told may have closed
            self._move(Input.ABORTED, now_ns, utc_ns, text)

    def _reset(self, reason: str, now_ns: int, utc_ns: int) -> None:
        self.store.reset(reason, utc_ns)
        self.next_in = self.next_out = 1
        self._doubted = 0
        self.forget_messages()
        self._tell(EventKind.SEQUENCE_RESET, reason, now_ns, utc_ns)

    def _put(self, packet: bytes, now_ns: int, utc_ns: int) -> None:
        """Record and queue a packet that has no number."""
        self.store.record_resent(0, packet, utc_ns)
        self.output.append(packet)
        self.last_out_ns = now_ns

    def _move(self, link_input: Input, now_ns: int, utc_ns: int, text: str = "") -> None:
        before = self.state
        self.state = next_state(CLIENT_TRANSITIONS, before, link_input)
        self._deadline_ns = NEVER_NS
        if before == State.LOGGED_ON:
            self._tell(EventKind.LOGGED_OUT, text, now_ns, utc_ns)

    def _tell(self, kind: EventKind, text: str, now_ns: int, utc_ns: int) -> None:
        self._raise(SessionEvent(kind, text), now_ns, utc_ns)

    def _raise(self, event: SessionEvent, now_ns: int, utc_ns: int) -> None:
        self.store.record_event(event.kind.name.lower(), event.text, utc_ns)
        self.application.on_session_event(event, now_ns, utc_ns)
