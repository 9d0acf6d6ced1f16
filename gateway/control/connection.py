"""Run one connection of the control socket: a login, then commands, one JSON object a line. docs/control.md."""

from typing import TYPE_CHECKING, Any, Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.output_watch_cy import OutputWatch
from fairlead.codecs.json_lines.framing import LineReader
from fairlead.gateway.control.operators import LoggedIn
from fairlead.gateway.control.protocol import (
    FAULT,
    LOGIN_REFUSED,
    MALFORMED,
    MAX_LINE_BYTES,
    WRONG_ARGUMENTS,
    CommandLine,
    CommandRefused,
    decode_line,
    encode_answer,
    encode_pending,
    encode_refusal,
)
from fairlead.gateway.links.unix_listener import PeerCredentials

if TYPE_CHECKING:
    from fairlead.gateway.control.server import ControlServer

LOGIN: Final = "login"
NS_PER_S: Final = 1_000_000_000
MAX_SECRET: Final = 1024


class ControlConnection:
    """Take commands from one client (a ``PacedEndpoint``).

    One command runs at a time and in turn with the other connections (``Pace``); the next waits until the client has
    read the answer. A client that sends more than two lines' worth ahead, stays without a login, reads nothing or asks
    nothing for too long is dropped.
    """

    def __init__(self, server: "ControlServer", peer: PeerCredentials) -> None:
        self.peer: Final = peer
        self._server = server
        self._reader = LineReader(MAX_LINE_BYTES)
        self._watch = OutputWatch(server.slow_consumer)
        self._line: bytes | None = None
        self._who: LoggedIn | None = None
        self._output = bytearray()
        self._ended = False
        self._deadline_ns = NEVER_NS

    @property
    def wants_close(self) -> bool:
        """Tell whether the stream is to be closed once the output taken so far is sent."""
        return self._ended

    @property
    def operator(self) -> str:
        """Return who is logged in, "" before."""
        return self._who.operator.name if self._who is not None else ""

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        """Turn away whom the socket is not for; expect a login of the others, where there are operators."""
        try:
            self._who = self._server.enter(self.peer)
        except CommandRefused as refused:
            self._server.desk.trail.login_refused("", refused, self.peer, now_ns, utc_ns)
            self._end(refused)
            return
        limit_s = self._server.login_timeout_s if self._who is None else self._server.idle_s
        self._deadline_ns = now_ns + limit_s * NS_PER_S

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take bytes, and run a command if it is our turn."""
        if self._ended:
            return
        self._reader.feed(data)
        self._queue_up()
        self._run_if_next(now_ns, utc_ns)
        if self._reader.oversized:
            self._end(CommandRefused(MALFORMED, f"a line of more than {MAX_LINE_BYTES} bytes received"))
        elif self._reader.unfinished_bytes > 2 * MAX_LINE_BYTES:
            text = (
                f"{self._reader.unfinished_bytes} bytes wait, expected at most {2 * MAX_LINE_BYTES}: read answers first"
            )
            self._end(CommandRefused(MALFORMED, text))

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        """Note that the stream is gone; commands that did not run yet are not run."""
        self._ended = True
        self._output.clear()
        self._server.forget(self)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Run the next command if it is our turn; drop a client that does nothing."""
        if self._ended:
            return
        self._run_if_next(now_ns, utc_ns)
        if complaint := self._watch.complaint(now_ns):
            self._end(CommandRefused(MALFORMED, complaint))
        elif now_ns >= self._deadline_ns:
            what = "no login" if self._who is None else "no command"
            self._end(CommandRefused(LOGIN_REFUSED if self._who is None else MALFORMED, f"{what} in time"))

    def next_deadline_ns(self) -> int:
        """Return when a command may run, or patience ends."""
        if self._ended:
            return NEVER_NS
        patience_ns = min(self._deadline_ns, self._watch.deadline_ns)
        return min(self._server.pace.next_ns, patience_ns) if self._server.pace.is_next(self) else patience_ns

    def take_output(self) -> bytes:
        """Return the bytes to send; the next line gets in line behind them."""
        if not self._output:
            return b""
        output = bytes(self._output)
        self._output.clear()
        self._watch.took(len(output))
        self._queue_up()
        return output

    def output_pending(self, n_bytes: int, now_ns: int, utc_ns: int) -> None:
        """Note how much the client has not read."""
        self._watch.note(n_bytes, now_ns)
        if complaint := self._watch.complaint(now_ns):
            self._end(CommandRefused(MALFORMED, complaint))
        elif n_bytes:
            self._server.pace.leave(self)
        else:
            self._queue_up()

    def close(self, text: str) -> None:
        """Say why, and end."""
        self._end(CommandRefused(LOGIN_REFUSED, text))

    def _queue_up(self) -> None:
        """Take the next line, and a place in the line of connections, if the client has read what it was told."""
        if self._ended:
            return
        if self._line is None:
            self._line = self._reader.next_line()
        if self._line is not None and not self._output and not self._watch.pending_bytes:
            self._server.pace.wait(self)

    def _run_if_next(self, now_ns: int, utc_ns: int) -> None:
        line = self._line
        if line is None or not self._server.pace.may_run(self, now_ns):
            return
        self._line = None
        began_ns = self._server.clock.now_ns()
        try:
            self._receive_line(line, now_ns, utc_ns)
        finally:
            self._server.pace.ran(self, began_ns, self._server.clock.now_ns())

    def _receive_line(self, line: bytes, now_ns: int, utc_ns: int) -> None:
        try:
            command = decode_line(line)
        except CommandRefused as refused:
            self._output += encode_refusal(refused)
            return
        try:
            if command.command == LOGIN:
                self._output += encode_answer(command.id, self._log_in(command, now_ns, utc_ns))
            elif self._who is None:
                raise self._server.desk.operators.login_needed()
            else:
                self._run_command(self._who, command, now_ns, utc_ns)
        except CommandRefused as refused:
            self._output += encode_refusal(refused, command.id)
            if command.command == LOGIN:
                self._end(None)

    def _run_command(self, who: LoggedIn, command: CommandLine, now_ns: int, utc_ns: int) -> None:
        self._deadline_ns = now_ns + self._server.idle_s * NS_PER_S
        answer, pending = self._server.desk.run(who, command, now_ns, utc_ns)
        try:
            self._output += (
                encode_answer(command.id, answer) if pending is None else encode_pending(command.id, pending)
            )
        except ValueError as error:
            raise CommandRefused(FAULT, f"{command.command} was done, but its answer can't be sent: {error}") from None

    def _log_in(self, command: CommandLine, now_ns: int, utc_ns: int) -> dict[str, Any]:
        name, secret = command.arguments.get("operator"), command.arguments.get("secret")
        try:
            if self._who is not None and self._server.desk.operators.by_name:
                raise CommandRefused(LOGIN_REFUSED, f"{self.operator} is logged in on this connection already")
            if not isinstance(name, str) or not isinstance(secret, str) or len(name) > 64 or len(secret) > MAX_SECRET:
                raise CommandRefused(WRONG_ARGUMENTS, "login: expected operator and secret, two texts")
            self._who = self._server.desk.operators.log_in(name, secret, self.peer, now_ns, utc_ns)
        except CommandRefused as refused:
            shown = name[:64] if isinstance(name, str) else ""
            self._server.desk.trail.login_refused(shown, refused, self.peer, now_ns, utc_ns)
            raise
        self._deadline_ns = now_ns + self._server.idle_s * NS_PER_S
        return {"operator": self.operator, "roles": sorted(self._who.operator.roles)}

    def _end(self, refused: CommandRefused | None) -> None:
        if not self._ended:
            if refused is not None:
                self._output += encode_refusal(refused)
            self._ended = True
            self._server.pace.leave(self)
