"""Receive one MoldUDP64 stream over several lines: every message once and in order, or told to be lost.

The theory. The first copy of a message wins, whichever line brought it. A packet ahead of the expected number waits in
the window; what is missing before it may still come by itself, out of order or over the other line, for
``gap_delay_ms``. After that it is a gap: it is told, and asked for at a request server, a bounded number of requests at
a time, each for a bounded number of messages; the next server's turn comes with each silence, after twice the wait. A
gap that has not shrunk for ``give_up_ms`` is given up, and its numbers are told to be lost; without request servers
that is when the gap delay is over, as nothing else could bring it. Heartbeats and the end of the session tell how far
the stream has come, so a loss at its end is noticed too. The end is told when all before it is delivered or lost.

Sessions. A stream has one session at a time. Another session's packets are held, a few of them, and take over when the
present one has ended, or has been silent for ``session_change_ms``; what was missing of the old one is then lost. So
neither a stray publisher on the same group nor a late packet of yesterday's session disturbs the stream. A new session
is taken from 1 on. Once left, a session is never gone back to.
"""

from collections import deque
from itertools import islice
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.mold.events import RECOVERY, MoldEvent, MoldEventKind, MoldSink
from fairlead.adapters.mold.receiver_cy import LineCounters, MoldReceiverCore
from fairlead.adapters.mold.requests import RequestPlan
from fairlead.adapters.mold.settings import HOLD, MoldReceiverSettings
from fairlead.codecs.errors import LocalProtocolError
from fairlead.codecs.moldudp64.packets_cy import MoldPacket, encode_header, encode_session, session_text

_NS_PER_MS: Final = 1_000_000
_HELD_PACKETS: Final = 256
"""The most packets of another session that are held until it takes over; the rest is asked for then."""
_PAST_SESSIONS: Final = 16
_PLAUSIBLE_JUMP: Final = 1_000_000
"""A packet so many messages beyond all that was heard is not believed alone: a wrong number would end the stream."""
_SECOND_OPINION_NS: Final = 500_000_000
"""The same number again is another packet's word only after so long; before, it may be a copy."""
_RANGES: Final = 64
"""The most gaps looked at for new requests."""

_Kind = MoldEventKind


class MoldReceiver(MoldReceiverCore):
    """Deliver one stream to a ``MoldSink``; ``receive_datagram`` is the core's, the counters too.

    ``MoldReceiver(settings, sink)``, then ``start``. After each call the driver takes ``take_requests`` and looks at
    ``next_deadline_ns``.
    """

    def __init__(self, settings: MoldReceiverSettings, sink: MoldSink) -> None:
        super().__init__(settings, sink)
        self.gaps = 0
        """Gaps that were told."""
        self.lost = 0
        """Messages given up."""
        self.is_ended = False
        """The session is over, and all of it was delivered or lost."""
        self.is_stale = False
        """No line speaks."""
        self.plan = RequestPlan(settings)
        self._requests: list[tuple[int, bytes]] = []
        self._fixed = encode_session(settings.session) if settings.session else b""
        self._gap_delay_ns = settings.gap_delay_ms * _NS_PER_MS
        self._give_up_ns = (settings.give_up_ms if settings.request_servers else settings.gap_delay_ms) * _NS_PER_MS
        self._silence_ns = settings.silence_ms * _NS_PER_MS
        self._change_ns = settings.session_change_ms * _NS_PER_MS
        self._told_gap = range(0)
        self._progress_ns = 0
        self._request_due_ns = NEVER_NS
        self._silence_due_ns = NEVER_NS
        self._ended_at = 0
        self._is_full = False
        self._jump = (0, 0, 0)
        self._held: list[tuple[int, bytes]] = []
        self._held_session = b""
        self._past: deque[bytes] = deque(maxlen=_PAST_SESSIONS)
        self._begin_at = settings.first_number

    def start(self, now_ns: int, utc_ns: int) -> None:
        """Begin to listen: a line that says nothing from now on is silent in time."""
        for counters in self.lines:
            counters.last_ns = now_ns
        self._silence_due_ns = now_ns + self._silence_ns

    def begin_at(self, number: int, now_ns: int, utc_ns: int) -> None:
        """Say where to begin, after ``first_number = HOLD``. Raises LocalProtocolError where that is said already."""
        if self._begin_at != HOLD:
            raise LocalProtocolError(f"begin_at {number}, but message {self.expected} is expected already")
        self._begin_at = number
        if self.session:
            self.expected = self._progress_at(number, now_ns)
            self.reached = max(self.reached, number)
            self.drain(now_ns, utc_ns)
            self._judge(now_ns, utc_ns)

    def take_requests(self) -> list[tuple[int, bytes]]:
        """Return (request server, packet) of the requests to send, and forget them."""
        if not self._requests:
            return []
        requests, self._requests = self._requests, []
        return requests

    def receive_drops(self, line: int, count: int, now_ns: int, utc_ns: int) -> None:
        """Note that the operating system dropped ``count`` datagrams of a line, which then show as gaps."""
        self._counters(line).dropped += count
        text = f"the system dropped {count} datagrams of line {line}, since they were not read fast enough"
        self._tell(MoldEvent(_Kind.PACKETS_DROPPED, text, line), now_ns, utc_ns)

    # Timers

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline, ``NEVER_NS`` if there is none."""
        deadline_ns = self._silence_due_ns
        if self._held:
            deadline_ns = min(deadline_ns, self._last_heard_ns() + self._change_ns)
        if self._is_missing():
            deadline_ns = min(deadline_ns, self._request_due_ns, self.plan.deadline_ns, self._give_up_due_ns())
        return int(deadline_ns)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        if self._silence_due_ns <= now_ns:
            self._judge_silence(now_ns, utc_ns)
        if self._held and now_ns - self._last_heard_ns() >= self._change_ns:
            self._change_session(now_ns, utc_ns)
        if not self._is_missing():
            return
        self.plan.forget_below(self.expected)
        if self.plan.deadline_ns <= now_ns:
            if self.plan.expire(now_ns):
                text = f"messages from {self.expected} on were asked for at every request server without an answer"
                self._tell(MoldEvent(_Kind.REQUESTS_UNANSWERED, text, first=self.expected), now_ns, utc_ns)
            self._request_due_ns = now_ns
        if self._request_due_ns <= now_ns:
            self._request(now_ns, utc_ns)
        if self._is_missing() and self._give_up_due_ns() <= now_ns:
            self._give_up(now_ns, utc_ns)
            self._judge(now_ns, utc_ns)

    # Packets that are not plain

    def receive_fault(self, line: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Tell of a datagram that can't be read; what it held is missing and asked for like any other."""
        self._tell(MoldEvent(_Kind.PACKET_FAULT, f"{_name(line)}: {reason}", line), now_ns, utc_ns)

    def receive_foreign(self, line: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Take the first packet of all, or hold one of another session."""
        session = packet.session()
        counters = self._counters(line)
        is_wanted = line >= 0 and (not self._fixed or session == self._fixed)
        if is_wanted and not self.session:
            number = packet.sequence_number if self._begin_at == 0 else self._begin_at
            self._join(session, number, packet.sequence_number, now_ns, utc_ns)
            self.receive_packet(line, counters, packet, now_ns, utc_ns)
            return
        counters.foreign += 1
        if session != self._held_session and session not in self._past:
            expected = session_text(self.session or self._fixed)
            text = f"{_name(line)}: packet of session {session_text(session)!r} received, expected {expected!r}"
            self._tell(MoldEvent(_Kind.FOREIGN_PACKET, text, line), now_ns, utc_ns)
            self._held_session = session
            self._held.clear()
        if not is_wanted or session in self._past:
            return
        self.is_quiet = False
        if len(self._held) < _HELD_PACKETS:
            self._held.append((line, packet.raw()))
        if self.is_ended or now_ns - self._last_heard_ns() >= self._change_ns:
            self._change_session(now_ns, utc_ns)

    def receive_other(self, line: int, counters: LineCounters, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Take a heartbeat, the end of the session, or a packet ahead of the expected number."""
        begin, end = packet.sequence_number, packet.next_number
        if line < 0 and packet.message_count == 0:
            return  # the request server has nothing: another one may have
        if line >= 0 and end > self.reached + _PLAUSIBLE_JUMP and not self._is_confirmed(end, now_ns):
            counters.faults += 1
            reason = f"number {end} received, expected one near {self.reached}; another packet has to confirm it"
            self.receive_fault(line, reason, now_ns, utc_ns)
            return
        if packet.message_count == 0:
            counters.heartbeats += 1
            if packet.is_end_of_session and end < self.expected:
                counters.faults += 1
                reason = f"end of session at {end} received, expected at least {self.expected}"
                self.receive_fault(line, reason, now_ns, utc_ns)
                return
            if packet.is_end_of_session:
                self._ended_at = max(self._ended_at, end)
            if end > self.reached or self._ended_at:
                self._hear_hole(end, now_ns)
                self._judge(now_ns, utc_ns)
            return
        counters.ahead += 1
        if line < 0:
            if end > self.reached:
                counters.faults += 1
                reason = f"messages {begin} to {end - 1} received, expected none from {self.reached} on"
                self.receive_fault(line, reason, now_ns, utc_ns)
                return
            self.plan.note_answer(begin, end)
            self._progress_ns = now_ns
        if self.window.holds(begin, end):
            counters.duplicates += 1
        elif self.window.add(begin, end, now_ns, line, packet.raw()):
            self._hear_hole(begin, now_ns)
            self._hear(end, now_ns)
        else:
            self._hear_hole(end, now_ns)
            self._tell_full(now_ns, utc_ns)
        self._judge(now_ns, utc_ns)
        if line < 0 and self._is_missing():
            self._request(now_ns, utc_ns)

    def receive_progress(self, line: int, begin: int, end: int, now_ns: int, utc_ns: int) -> None:
        """Go on after the delivery of a packet, while the receiver is not in its steady state."""
        if line < 0:
            self.plan.note_answer(begin, end)
        self._progress_ns = now_ns
        self.drain(now_ns, utc_ns)
        self._judge(now_ns, utc_ns)
        if line < 0 and self._is_missing():
            self._request(now_ns, utc_ns)

    def receive_old_answer(self, begin: int, end: int, now_ns: int, utc_ns: int) -> None:
        """Take note of an answer to a request that other packets had answered by then."""
        self.plan.note_answer(begin, end)
        if self._is_missing():
            self._request(now_ns, utc_ns)

    # Gaps

    def _is_missing(self) -> bool:
        return bool(0 <= self.expected < self.reached)

    def _hear(self, reached: int, now_ns: int) -> None:
        """Note how far the stream has come."""
        if reached > self.reached:
            self.reached, self.reached_ns = reached, now_ns

    def _hear_hole(self, reached: int, now_ns: int) -> None:
        """Note that the stream has come so far without what is between; a hole not known yet may close by itself."""
        if reached > self.reached:
            if self._is_missing():
                self._request_due_ns = min(self._request_due_ns, now_ns + self._gap_delay_ns)
            self._hear(reached, now_ns)

    def _progress_at(self, number: int, now_ns: int) -> int:
        self._progress_ns = now_ns
        return number

    def _missing_since_ns(self) -> int:
        """Return since when the expected message is known to be missing."""
        return int(self.window.first_arrival_ns() if len(self.window) else self.reached_ns)

    def _missing_behind(self) -> int:
        """Return the number behind the first missing range."""
        return int(self.window.first_number() if len(self.window) else self.reached)

    def _give_up_due_ns(self) -> int:
        since_ns = self._missing_since_ns()
        return (max(since_ns, self._progress_ns) if self.settings.request_servers else since_ns) + self._give_up_ns

    def _judge(self, now_ns: int, utc_ns: int) -> None:
        """Find out whether something is missing, and until when it may come by itself."""
        if self.expected < 0:
            return
        told = self._told_gap
        if told and self.expected >= told.stop:
            self._told_gap = range(0)
            text = f"messages {told.start} to {told.stop - 1} are there"
            self._tell(MoldEvent(_Kind.GAP_FILLED, text, RECOVERY, told.start, told.stop - 1), now_ns, utc_ns)
        if self._is_missing():
            if self.is_quiet or self._request_due_ns == NEVER_NS and not self._told_gap:
                self._request_due_ns = max(now_ns, self._missing_since_ns() + self._gap_delay_ns)
            if self.is_quiet:
                self._progress_ns = now_ns
            self.is_quiet = False
            return
        self._request_due_ns = NEVER_NS
        self._is_full = False
        self.plan.clear()
        self.is_quiet = not self._held and not self.is_stale
        if self._ended_at and not self.is_ended and self.expected >= self._ended_at:
            self._end_session(now_ns, utc_ns)

    def _request(self, now_ns: int, utc_ns: int) -> None:
        """Tell the first gap if it is due and new, and ask for what is missing."""
        if self._missing_since_ns() + self._gap_delay_ns <= now_ns and not self._told_gap:
            self._told_gap = range(self.expected, self._missing_behind())
            self.gaps += 1
            asked = "asked for" if self.settings.request_servers else "there is no request server to ask"
            text = f"messages {self._told_gap.start} to {self._told_gap.stop - 1} are missing; {asked}"
            first, last = self._told_gap.start, self._told_gap.stop - 1
            self._tell(MoldEvent(_Kind.GAP_DETECTED, text, RECOVERY, first, last), now_ns, utc_ns)
        missing = list(islice(self.window.missing(self.expected, self.reached, self.reached_ns), _RANGES))
        for server, number, count in self.plan.fill(missing, now_ns):
            self._requests.append((server, encode_header(self.session, number, count)))
        later = (since_ns + self._gap_delay_ns for _, _, since_ns in missing)
        self._request_due_ns = min((due_ns for due_ns in later if due_ns > now_ns), default=NEVER_NS)

    def _give_up(self, now_ns: int, utc_ns: int) -> None:
        """Tell the first missing messages to be lost, and go on behind them."""
        first, behind = self.expected, self._missing_behind()
        self._told_gap = range(0)
        self.lost += behind - first
        self.expected = self._progress_at(behind, now_ns)
        text = f"messages {first} to {behind - 1} are given up"
        self._tell(MoldEvent(_Kind.MESSAGES_LOST, text, RECOVERY, first, behind - 1), now_ns, utc_ns)
        self.sink.on_lost(first, behind - 1, now_ns, utc_ns)
        self.drain(now_ns, utc_ns)

    def _is_confirmed(self, end: int, now_ns: int) -> bool:
        """Tell whether a jump was spoken of before, by another packet, and nothing but silence has come since."""
        said, said_ns, delivered = self._jump
        if said and delivered == self.delivered and (end != said or now_ns - said_ns >= _SECOND_OPINION_NS):
            return True
        if not said or delivered != self.delivered:
            self._jump = (end, now_ns, self.delivered)
        return False

    def _tell_full(self, now_ns: int, utc_ns: int) -> None:
        if not self._is_full:
            self._is_full = True
            text = f"{len(self.window)} packets of {self.window.n_bytes} bytes wait for message {self.expected}"
            self._tell(MoldEvent(_Kind.WINDOW_FULL, f"{text}; what comes now is dropped"), now_ns, utc_ns)

    # Sessions

    def _join(self, session: bytes, number: int, reached: int, now_ns: int, utc_ns: int) -> None:
        self.session = session
        self.expected = self._progress_at(number, now_ns)
        self.reached = max(number, reached)
        self.reached_ns = now_ns
        self._silence_due_ns = min(self._silence_due_ns, now_ns + self._silence_ns)
        where = f"from {number} on" if number >= 0 else "and held"
        text = f"session {session_text(session)!r} is taken {where}"
        self._tell(MoldEvent(_Kind.SESSION_JOINED, text, first=max(number, 0)), now_ns, utc_ns)

    def _end_session(self, now_ns: int, utc_ns: int) -> None:
        self.is_ended = True
        text = f"session {session_text(self.session)!r} is over; its last message was {self.expected - 1}"
        self._tell(MoldEvent(_Kind.SESSION_ENDED, text, last=self.expected - 1), now_ns, utc_ns)
        if self._held:
            self._change_session(now_ns, utc_ns)

    def _change_session(self, now_ns: int, utc_ns: int) -> None:
        """Leave the session for the one whose packets are held; what is missing of the old one is lost."""
        while self._is_missing():
            self._give_up(now_ns, utc_ns)
        old, new = self.session, self._held_session
        text = f"session {session_text(old)!r} up to {self.expected - 1} is followed by {session_text(new)!r}"
        self._past.append(old)
        held, self._held, self._held_session = self._held, [], b""
        self.window.clear()
        self.plan.clear()
        self._told_gap, self._request_due_ns = range(0), NEVER_NS
        self._ended_at, self.is_ended, self._is_full = 0, False, False
        self.is_quiet = not self.is_stale
        self._tell(MoldEvent(_Kind.SESSION_CHANGED, text), now_ns, utc_ns)
        self.packet.load(held[0][1])
        self._join(new, 1, self.packet.sequence_number, now_ns, utc_ns)
        for line, data in held:
            self.packet.load(data)
            self.receive_packet(line, self._counters(line), self.packet, now_ns, utc_ns)

    # Silence

    def _last_heard_ns(self) -> int:
        return max(counters.last_ns for counters in self.lines)

    def _judge_silence(self, now_ns: int, utc_ns: int) -> None:
        """Tell which lines have become silent, and whether all have."""
        due_ns = NEVER_NS
        for line, counters in enumerate(self.lines):
            if counters.is_silent:
                continue
            if now_ns - counters.last_ns < self._silence_ns:
                due_ns = min(due_ns, counters.last_ns + self._silence_ns)
            elif not self.is_ended:
                counters.is_silent = True
                text = f"line {line} is silent for {(now_ns - counters.last_ns) / 1e9:.3f} s"
                self._tell(MoldEvent(_Kind.LINE_SILENT, text, line), now_ns, utc_ns)
        self._silence_due_ns = due_ns
        if not self.is_stale and all(counters.is_silent for counters in self.lines):
            self.is_stale, self.is_quiet = True, False
            text = f"all {len(self.lines)} lines are silent"
            self._tell(MoldEvent(_Kind.STALE, text), now_ns, utc_ns)

    def note_alive(self, line: int, now_ns: int, utc_ns: int) -> None:
        """Note a packet while a line is silent or the receiver is not in its steady state."""
        counters = self.lines[line]
        if counters.is_silent:
            counters.is_silent = False
            self._silence_due_ns = min(self._silence_due_ns, now_ns + self._silence_ns)
            self._tell(MoldEvent(_Kind.LINE_BACK, f"line {line} speaks again", line), now_ns, utc_ns)
        if self.is_stale:
            self.is_stale = False
            self.is_quiet = not self._held and not self._is_missing()
            self._tell(MoldEvent(_Kind.FRESH, f"line {line} speaks again after silence on all", line), now_ns, utc_ns)

    def _counters(self, line: int) -> LineCounters:
        return self.recovery if line < 0 else self.lines[line]

    def _tell(self, event: MoldEvent, now_ns: int, utc_ns: int) -> None:
        self.sink.on_mold_event(event, now_ns, utc_ns)


def _name(line: int) -> str:
    return "a request server" if line < 0 else f"line {line}"
