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
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.mold.events import MoldEvent, MoldEventKind, MoldSink
from fairlead.adapters.mold.gaps import NS_PER_MS, MoldGaps
from fairlead.adapters.mold.settings import HOLD, MoldReceiverSettings
from fairlead.codecs.errors import LocalProtocolError
from fairlead.codecs.moldudp64.packets_cy import MoldPacket, encode_session, session_text

_HELD_PACKETS: Final = 256
"""The most packets of another session that are held until it takes over; the rest is asked for then."""
_PAST_SESSIONS: Final = 16

_Kind = MoldEventKind


class MoldReceiver(MoldGaps):
    """Deliver one stream to a ``MoldSink``; ``receive_datagram`` is the core's, the counters too.

    ``MoldReceiver(settings, sink)``, then ``start``. After each call the driver takes ``take_requests`` and looks at
    ``next_deadline_ns``.
    """

    def __init__(self, settings: MoldReceiverSettings, sink: MoldSink) -> None:
        super().__init__(settings, sink)
        self._fixed = encode_session(settings.session) if settings.session else b""
        self._silence_ns = settings.silence_ms * NS_PER_MS
        self._change_ns = settings.session_change_ms * NS_PER_MS
        self._silence_due_ns = NEVER_NS
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
            self.expect(number, now_ns)
            self.reached = max(self.reached, number)
            self.drain(now_ns, utc_ns)
            self.judge(now_ns, utc_ns)

    def receive_drops(self, line: int, count: int, now_ns: int, utc_ns: int) -> None:
        """Note that the operating system dropped ``count`` datagrams of a line, which then show as gaps."""
        self.counters_of(line).dropped += count
        text = f"the system dropped {count} datagrams of line {line}, since they were not read fast enough"
        self.tell(MoldEvent(_Kind.PACKETS_DROPPED, text, line), now_ns, utc_ns)

    # Timers

    def next_deadline_ns(self) -> int:
        """Return the monotonic time of the next deadline, ``NEVER_NS`` if there is none."""
        deadline_ns = self._silence_due_ns
        if self.held:
            deadline_ns = min(deadline_ns, self._last_heard_ns() + self._change_ns)
        deadline_ns = min(deadline_ns, self.gap_deadline_ns())
        return int(deadline_ns)

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        """Act on every deadline at or before ``now_ns``."""
        if self._silence_due_ns <= now_ns:
            self._judge_silence(now_ns, utc_ns)
        if self.held and now_ns - self._last_heard_ns() >= self._change_ns:
            self._change_session(now_ns, utc_ns)
        self.look_at_gaps(now_ns, utc_ns)

    # Packets that are not plain

    def receive_fault(self, line: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Tell of a datagram that can't be read; what it held is missing and asked for like any other."""
        self.tell(MoldEvent(_Kind.PACKET_FAULT, f"{_name(line)}: {reason}", line), now_ns, utc_ns)

    def receive_foreign(self, line: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Take the first packet of all, or hold one of another session."""
        session = packet.session()
        counters = self.counters_of(line)
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
            self.tell(MoldEvent(_Kind.FOREIGN_PACKET, text, line), now_ns, utc_ns)
            self._held_session = session
            self.held.clear()
        if not is_wanted or session in self._past:
            return
        self.is_quiet = False
        if len(self.held) < _HELD_PACKETS:
            self.held.append((line, packet.raw()))
        if self.is_ended or now_ns - self._last_heard_ns() >= self._change_ns:
            self._change_session(now_ns, utc_ns)

    # Sessions

    def _join(self, session: bytes, number: int, reached: int, now_ns: int, utc_ns: int) -> None:
        self.session = session
        self.expect(number, now_ns)
        self.reached = max(number, reached)
        self.reached_ns = now_ns
        self._silence_due_ns = min(self._silence_due_ns, now_ns + self._silence_ns)
        where = f"from {number} on" if number >= 0 else "and held"
        text = f"session {session_text(session)!r} is taken {where}"
        self.tell(MoldEvent(_Kind.SESSION_JOINED, text, first=max(number, 0)), now_ns, utc_ns)

    def complete(self, now_ns: int, utc_ns: int) -> None:
        """Tell the end, and take up the session that waits for it."""
        self.is_ended = True
        text = f"session {session_text(self.session)!r} is over; its last message was {self.expected - 1}"
        self.tell(MoldEvent(_Kind.SESSION_ENDED, text, last=self.expected - 1), now_ns, utc_ns)
        if self.held:
            self._change_session(now_ns, utc_ns)

    def _change_session(self, now_ns: int, utc_ns: int) -> None:
        """Leave the session for the one whose packets are held; what is missing of the old one is lost."""
        while self.is_missing():
            self.give_up(now_ns, utc_ns)
        old, new = self.session, self._held_session
        text = f"session {session_text(old)!r} up to {self.expected - 1} is followed by {session_text(new)!r}"
        self._past.append(old)
        held, self.held, self._held_session = self.held, [], b""
        self.forget_gaps()
        self.is_quiet = not self.is_stale
        self.tell(MoldEvent(_Kind.SESSION_CHANGED, text), now_ns, utc_ns)
        self.packet.load(held[0][1])
        self._join(new, 1, self.packet.sequence_number, now_ns, utc_ns)
        for line, data in held:
            self.packet.load(data)
            self.receive_packet(line, self.counters_of(line), self.packet, now_ns, utc_ns)

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
                self.tell(MoldEvent(_Kind.LINE_SILENT, text, line), now_ns, utc_ns)
        self._silence_due_ns = due_ns
        if not self.is_stale and all(counters.is_silent for counters in self.lines):
            self.is_stale, self.is_quiet = True, False
            text = f"all {len(self.lines)} lines are silent"
            self.tell(MoldEvent(_Kind.STALE, text), now_ns, utc_ns)

    def note_alive(self, line: int, now_ns: int, utc_ns: int) -> None:
        """Note a packet while a line is silent or the receiver is not in its steady state."""
        counters = self.lines[line]
        if counters.is_silent:
            counters.is_silent = False
            self._silence_due_ns = min(self._silence_due_ns, now_ns + self._silence_ns)
            self.tell(MoldEvent(_Kind.LINE_BACK, f"line {line} speaks again", line), now_ns, utc_ns)
        if self.is_stale:
            self.is_stale = False
            self.is_quiet = not self.held and not self.is_missing()
            self.tell(MoldEvent(_Kind.FRESH, f"line {line} speaks again after silence on all", line), now_ns, utc_ns)


def _name(line: int) -> str:
    return "a request server" if line < 0 else f"line {line}"
