"""Run one connection of the JSON port; docs/json_port.md is its protocol."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.market_data_outlet import MarketDataOutlet
from fairlead.adapters.output_watch_cy import OutputWatch
from fairlead.adapters.strategy_session import MarketDataMessage
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.json_lines.decoding import LineError, decode_request
from fairlead.codecs.json_lines.encoding import encode_message
from fairlead.codecs.json_lines.framing import MAX_REPLY_BYTES, LineReader
from fairlead.codecs.vocabulary.market_data_cy import MarketDataRequest
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)
from fairlead.codecs.vocabulary.session_messages import (
    NOT_GIVEN,
    Heartbeat,
    LineRefused,
    Login,
    LoginAccepted,
    LoginRefusal,
    LoginRejected,
    Logout,
    LogoutReason,
    Mistake,
    Ping,
    Pong,
    Reply,
)
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.ports.no_orders import no_orders

if TYPE_CHECKING:
    from fairlead.gateway.ports.json_port import JsonPort

_NS: Final = 1_000_000_000
_SILENT_INTERVALS: Final = 2
"""A client that sends nothing for so many heartbeat intervals is gone."""

_Handler = Callable[[str, Any, int, int], None]


class JsonConnection:
    """Log a strategy in, replay what it missed, then pass requests in and reports out (a ``PacedEndpoint``)."""

    def __init__(self, port: "JsonPort", peer_address: str) -> None:
        self.peer_address: Final = peer_address
        self._port = port
        self._settings = port.settings
        self._reader = LineReader(self._settings.max_line_bytes)
        self._watch = OutputWatch(self._settings.slow_consumer)
        self._session: JsonStrategySession | None = None
        self._output = bytearray()
        self._market_output = bytearray()
        self._market = MarketDataOutlet(port.market_data)
        self._ended = False
        self._line_number = 0
        self._refused_in_a_row = 0
        self._next_seq = 0
        self._heartbeat_ns = 0
        self._login_deadline_ns = NEVER_NS
        self._silence_deadline_ns = NEVER_NS
        self._heartbeat_deadline_ns = NEVER_NS
        entry = port.entry
        self._requests: dict[type[Any], _Handler] = {
            NewOrder: entry.new_order,
            CancelOrder: entry.cancel_order,
            ReplaceOrder: entry.replace_order,
            MassCancel: entry.mass_cancel,
            StatusRequest: entry.request_status,
            DontKnowTrade: entry.dont_know_trade,
        }

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return self._ended

    @property
    def session(self) -> JsonStrategySession | None:
        """Return the session of the strategy that is logged in."""
        return self._session

    @property
    def strategy(self) -> str:
        """Return the name of the strategy that is logged in, "" before."""
        return self._session.name if self._session is not None else ""

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Wait for the login."""
        self._login_deadline_ns = now_ns + self._settings.login_timeout_s * _NS

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Act on every whole line."""
        if self._ended:
            return
        self._reader.feed(data)
        if self._heartbeat_ns:
            self._silence_deadline_ns = now_ns + _SILENT_INTERVALS * self._heartbeat_ns
        while not self._ended and (line := self._reader.next_line()) is not None:
            self._line_number += 1
            self._receive_line(line, now_ns, utc_ns)
        if self._reader.oversized and not self._ended:
            self._receive_oversized(now_ns, utc_ns)

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone."""
        unfinished = self._reader.unfinished_bytes
        if self._session is not None and unfinished:
            text = f"{unfinished} bytes of a line without its end were received and not acted on"
            self._session.record_event("unfinished_line", text, utc_ns)
        self._end("connection lost", now_ns, utc_ns)
        self._output.clear()
        self._market_output.clear()
        self._port.forget(self)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on login, silence, heartbeat and slow-consumer deadlines; tell market data that is due."""
        if self._ended:
            return
        if now_ns >= self._login_deadline_ns:
            text = f"no login within {self._settings.login_timeout_s} s"
            self._reject_login(LoginRejected(LoginRefusal.TIMED_OUT, text), now_ns, utc_ns)
        elif now_ns >= self._silence_deadline_ns:
            seconds = _SILENT_INTERVALS * self._heartbeat_ns // _NS
            self.log_out(LogoutReason.SILENT, f"nothing received for {seconds} s", now_ns, utc_ns)
        elif complaint := self._watch.complaint(now_ns):
            self.log_out(LogoutReason.SLOW_CONSUMER, complaint, now_ns, utc_ns)
        elif now_ns >= self._heartbeat_deadline_ns:
            self._heartbeat_deadline_ns = now_ns + self._heartbeat_ns
            if self._session is not None and not self._watch.pending_bytes:
                self._queue(Heartbeat(self._session.next_seq))
        if self._can_tell_market():
            self._market.put_portion(self._put_market_message, now_ns, utc_ns)

    def next_deadline_ns(self) -> int:
        """Return the next deadline; one long past while replayed reports or market data can be taken."""
        if self._ended:
            return NEVER_NS
        if self._can_replay() or (self._market.queue.is_due and self._can_tell_market()):
            return 0
        return min(
            self._login_deadline_ns, self._silence_deadline_ns, self._heartbeat_deadline_ns, self._watch.deadline_ns
        )

    def take_output(self) -> bytes:
        """Return the bytes to send; the next portion of a replay is among them once the last one was read."""
        if self._can_replay():
            self._queue_replay()
        if not self._output and not self._market_output:
            return b""
        output = bytes(self._output + self._market_output)
        self._watch.took(len(output), len(self._market_output))
        self._output.clear()
        self._market_output.clear()
        return output

    def output_pending(self, n_bytes: int, now_ns: int, utc_ns: int) -> None:
        """Note how much the strategy has not read; end the connection where that is too much."""
        self._watch.note(n_bytes, now_ns)
        complaint = self._watch.complaint(now_ns)
        if complaint is not None and not self._ended:
            self.log_out(LogoutReason.SLOW_CONSUMER, complaint, now_ns, utc_ns)

    def queue_report(self, seq: int, line: bytes) -> None:
        """Queue a recorded report, unless the client is still being sent earlier ones."""
        if seq == self._next_seq and not self._ended:
            self._output += line
            self._next_seq = seq + 1

    def log_out(self, reason: LogoutReason, text: str, now_ns: int, utc_ns: int) -> None:
        """Tell the client why, and end the connection."""
        if not self._ended:
            self._queue(Logout(text, reason))
            self._end(text, now_ns, utc_ns)

    def give_way(self, to_address: str, utc_ns: int) -> None:
        """End the connection because its strategy logged in elsewhere; the strategy stays connected."""
        session, self._session = self._session, None
        self._close_market()
        self._queue(Logout(f"taken over by a connection from {to_address}", LogoutReason.TAKEN_OVER))
        self._ended = True
        if session is not None:
            session.detach(self)
            session.record_event("taken_over", f"{self.peer_address} gave way to {to_address}", utc_ns)

    def _receive_line(self, line: bytes, now_ns: int, utc_ns: int) -> None:
        try:
            message = decode_request(line)
        except LineError as error:
            self._refuse_line(line, error, now_ns, utc_ns)
            return
        self._refused_in_a_row = 0
        session = self._session
        if session is None:
            self._receive_first(message, now_ns, utc_ns)
        elif isinstance(message, Login):
            mistakes = (Mistake("type", f"login received, but {session.name} is logged in on this connection"),)
            self._queue(LineRefused(self._line_number, mistakes))
        elif isinstance(message, Ping):
            self._queue(Pong(message.id))
        elif isinstance(message, Logout):
            self.log_out(LogoutReason.REQUESTED, "logged out", now_ns, utc_ns)
        elif isinstance(message, MarketDataRequest):
            session.record_line(line, utc_ns)
            reject = self._market.request(message, now_ns, utc_ns)
            if reject is not None:
                self._queue(reject)
        else:
            session.record_line(line, utc_ns)
            seq_before = session.next_seq
            self._requests[type(message)](session.name, message, now_ns, utc_ns)
            if isinstance(message, StatusRequest) and session.next_seq == seq_before:
                session.send_report(no_orders(message, utc_ns), now_ns, utc_ns)

    def _receive_first(self, message: object, now_ns: int, utc_ns: int) -> None:
        if not isinstance(message, Login):
            text = f"{type(message).__name__} received, expected a login first"
            self._reject_login(LoginRejected(LoginRefusal.MALFORMED, text), now_ns, utc_ns)
            return
        admitted = self._port.admit(message, self.peer_address, now_ns)
        if isinstance(admitted, LoginRejected):
            if (session := self._port.sessions.get(message.strategy)) is not None:
                session.record_event("login_rejected", f"{self.peer_address}: {admitted.text}", utc_ns)
            self._reject_login(admitted, now_ns, utc_ns)
        else:
            self._log_in(message, admitted, now_ns, utc_ns)

    def _log_in(self, login: Login, session: JsonStrategySession, now_ns: int, utc_ns: int) -> None:
        live_seq = session.next_seq
        self._next_seq = live_seq if login.next_seq == NOT_GIVEN else login.next_seq
        interval_s = login.heartbeat_interval_s
        if interval_s == NOT_GIVEN:
            interval_s = self._settings.heartbeat_interval_s
        self._login_deadline_ns = NEVER_NS
        if interval_s:
            self._heartbeat_ns = interval_s * _NS
            self._heartbeat_deadline_ns = now_ns + self._heartbeat_ns
            self._silence_deadline_ns = now_ns + _SILENT_INTERVALS * self._heartbeat_ns
        self._queue(LoginAccepted(session.name, session.session_id, self._next_seq, live_seq, interval_s))
        previous = session.endpoint
        if previous is not None:
            previous.give_way(self.peer_address, utc_ns)
        session.attach(self)
        self._session = session
        self._market.open(session.name)
        session.record_event("login", f"from {self.peer_address}, next_seq {self._next_seq} of {live_seq}", utc_ns)
        if previous is None:
            self._port.entry.strategy_connected(session.name, now_ns, utc_ns)

    def _reject_login(self, rejected: LoginRejected, now_ns: int, utc_ns: int) -> None:
        self._port.on_refused(f"{self.peer_address}: {rejected.text}", utc_ns)
        self._queue(rejected)
        self._end(rejected.text, now_ns, utc_ns)

    def _refuse_line(self, line: bytes, error: LineError, now_ns: int, utc_ns: int) -> None:
        session = self._session
        if session is None:
            self._reject_login(LoginRejected(LoginRefusal.MALFORMED, error.reason), now_ns, utc_ns)
            return
        # Whatever looks like a login may hold a secret, and secrets are not recorded.
        may_hold_secret = error.type in ("", "login") and (b"secret" in line or b"\\u" in line)
        recorded = b"(%d bytes that may hold a secret)" % len(line) if may_hold_secret else line
        session.record_line(recorded, utc_ns)
        self._queue(LineRefused(self._line_number, error.mistakes, error.cl_ord_id, error.md_req_id))
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= self._settings.max_refused_lines:
            text = f"{self._refused_in_a_row} refused lines in a row"
            self.log_out(LogoutReason.REFUSED_LINES, text, now_ns, utc_ns)

    def _receive_oversized(self, now_ns: int, utc_ns: int) -> None:
        text = f"more than {self._settings.max_line_bytes} bytes without a line end received"
        if self._session is None:
            self._reject_login(LoginRejected(LoginRefusal.MALFORMED, text), now_ns, utc_ns)
            return
        self._queue(LineRefused(self._line_number + 1, (Mistake("", text),)))
        self.log_out(LogoutReason.REFUSED_LINES, text, now_ns, utc_ns)

    def _can_replay(self) -> bool:
        session = self._session
        return session is not None and self._next_seq < session.next_seq and not self._watch.pending_bytes

    def _queue_replay(self) -> None:
        session = self._session
        assert session is not None
        end = min(self._next_seq + self._settings.replay_lines, session.next_seq)
        for _, line in session.reports(self._next_seq, end - 1):
            self._output += line
        self._next_seq = end

    def _can_tell_market(self) -> bool:
        """Tell whether market data may go out: it is due, and neither a report nor market data waits to be sent."""
        return self._market.is_due and not (
            self._watch.pending_bytes or self._output or self._market_output or self._can_replay()
        )

    def _close_market(self) -> None:
        # nothing follows a logout
        self._market.close()
        self._market_output.clear()

    def _put_market_message(self, message: MarketDataMessage) -> int:
        line = encode_message(message)
        if len(line) > MAX_REPLY_BYTES:
            raise EncodeError(f"a line of {len(line)} bytes, expected at most {MAX_REPLY_BYTES}: ask for less depth")
        self._market_output += line
        return len(line)

    def _queue(self, message: Reply) -> None:
        self._output += encode_message(message)

    def _end(self, reason: str, now_ns: int, utc_ns: int) -> None:
        self._ended = True
        self._close_market()
        session, self._session = self._session, None
        if session is not None:
            session.detach(self)
            session.record_event("disconnected", reason, utc_ns)
            self._port.entry.strategy_disconnected(session.name, reason, now_ns, utc_ns)
