"""Find out what is missing of a MoldUDP64 stream, ask for it, and give it up in the end.

A layer of ``receiver.MoldReceiver``, whose text has the theory.
"""

from itertools import islice
from typing import Final

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.mold.events import RECOVERY, MoldEvent, MoldEventKind, MoldSink
from fairlead.adapters.mold.receiver_cy import LineCounters, MoldReceiverCore
from fairlead.adapters.mold.requests import RequestPlan
from fairlead.adapters.mold.settings import MoldReceiverSettings
from fairlead.codecs.moldudp64.packets_cy import MoldPacket, encode_header

NS_PER_MS: Final = 1_000_000
_PLAUSIBLE_JUMP: Final = 1_000_000
"""A packet so many messages beyond all that was heard is not believed alone: a wrong number would end the stream."""
_SECOND_OPINION_NS: Final = 500_000_000
"""The same number again is another packet's word only after so long; before, it may be a copy."""
_RANGES: Final = 64
"""The most gaps looked at for new requests."""

_Kind = MoldEventKind


class MoldGaps(MoldReceiverCore):
    """Add what happens around missing messages to the core."""

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
        self.held: list[tuple[int, bytes]] = []
        """Packets of another session, with their lines."""
        self._requests: list[tuple[int, bytes]] = []
        self._gap_delay_ns = settings.gap_delay_ms * NS_PER_MS
        self._give_up_ns = (settings.give_up_ms if settings.request_servers else settings.gap_delay_ms) * NS_PER_MS
        self._progress_ns = 0
        self._jump = (0, 0, 0)
        self.forget_gaps()

    def forget_gaps(self) -> None:
        """Begin a session: nothing is missing, nothing waits."""
        self.window.clear()
        self.plan.clear()
        self.told_gap = range(0)
        self.ask_due_ns = NEVER_NS
        self.ended_at = 0
        self.is_full = False
        self.is_ended = False

    def take_requests(self) -> list[tuple[int, bytes]]:
        """Return (request server, packet) of the requests to send, and forget them."""
        if not self._requests:
            return []
        requests, self._requests = self._requests, []
        return requests

    # Packets of the session that are not plain

    def receive_other(self, line: int, counters: LineCounters, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Take a heartbeat, the end of the session, or a packet ahead of the expected number."""
        end = packet.next_number
        if line < 0 and packet.message_count == 0:
            return  # the request server has nothing: another one may have
        reason = self._doubt(line, packet, now_ns)
        if reason:
            counters.faults += 1
            self.receive_fault(line, reason, now_ns, utc_ns)
        elif packet.message_count:
            self._receive_ahead(line, counters, packet, now_ns, utc_ns)
        else:
            counters.heartbeats += 1
            if packet.is_end_of_session:
                self.ended_at = max(self.ended_at, end)
            # a heartbeat may be what we join at: all before it is missing then
            if end > self.reached or self.ended_at or self.is_missing():
                self.hear_hole(end, now_ns)
                self.judge(now_ns, utc_ns)

    def _doubt(self, line: int, packet: MoldPacket, now_ns: int) -> str:
        """Return why the number of a packet is not believed, "" where it is."""
        begin, end = packet.sequence_number, packet.next_number
        if line < 0:
            is_new = end > self.reached
            return f"messages {begin} to {end - 1} received, expected none from {self.reached} on" if is_new else ""
        if packet.is_end_of_session and end < self.expected:
            return f"end of session at {end} received, expected at least {self.expected}"
        if end > self.reached + _PLAUSIBLE_JUMP and not self.is_confirmed(end, now_ns):
            return f"number {end} received, expected one near {self.reached}; another packet has to confirm it"
        return ""

    def _receive_ahead(self, line: int, counters: LineCounters, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        begin, end = packet.sequence_number, packet.next_number
        counters.ahead += 1
        if line < 0:
            self.plan.note_answer(begin, end)
            self._progress_ns = now_ns
        if self.window.holds(begin, end):
            counters.duplicates += 1
        elif self.window.add(begin, end, now_ns, line, packet.raw()):
            self.hear_hole(begin, now_ns)
            self.hear(end, now_ns)
        else:
            self.hear_hole(end, now_ns)
            self._tell_full(now_ns, utc_ns)
        self.judge(now_ns, utc_ns)
        if line < 0 and self.is_missing():
            self.ask(now_ns, utc_ns)

    def receive_progress(self, line: int, begin: int, end: int, now_ns: int, utc_ns: int) -> None:
        """Go on after the delivery of a packet, while the receiver is not in its steady state."""
        if line < 0:
            self.plan.note_answer(begin, end)
        self._progress_ns = now_ns
        self.drain(now_ns, utc_ns)
        self.judge(now_ns, utc_ns)
        if line < 0 and self.is_missing():
            self.ask(now_ns, utc_ns)

    def receive_old_answer(self, begin: int, end: int, now_ns: int, utc_ns: int) -> None:
        """Take note of an answer to a request that other packets had answered by then."""
        self.plan.note_answer(begin, end)
        if self.is_missing():
            self.ask(now_ns, utc_ns)

    # Gaps

    def gap_deadline_ns(self) -> int:
        """Return when something is to be done about what is missing, ``NEVER_NS`` if nothing is."""
        if not self.is_missing():
            return NEVER_NS
        return int(min(self.ask_due_ns, self.plan.deadline_ns, self.give_up_due_ns()))

    def look_at_gaps(self, now_ns: int, utc_ns: int) -> None:
        """Ask, ask again and give up where it is time."""
        if not self.is_missing():
            return
        self.plan.forget_below(self.expected)
        if self.plan.deadline_ns <= now_ns:
            if self.plan.expire(now_ns):
                text = f"messages from {self.expected} on were asked for at every request server without an answer"
                self.tell(MoldEvent(_Kind.REQUESTS_UNANSWERED, text, first=self.expected), now_ns, utc_ns)
            self.ask_due_ns = now_ns
        if self.ask_due_ns <= now_ns:
            self.ask(now_ns, utc_ns)
        if self.give_up_due_ns() <= now_ns:
            self.give_up(now_ns, utc_ns)
            self.judge(now_ns, utc_ns)

    def is_missing(self) -> bool:
        """Tell whether the stream is known to have come farther than what was delivered."""
        return bool(0 <= self.expected < self.reached)

    def hear(self, reached: int, now_ns: int) -> None:
        """Note how far the stream has come."""
        if reached > self.reached:
            self.reached, self.reached_ns = reached, now_ns

    def hear_hole(self, reached: int, now_ns: int) -> None:
        """Note that the stream has come so far without what is between; a hole not known yet may close by itself."""
        if reached > self.reached:
            if self.is_missing():
                self.ask_due_ns = min(self.ask_due_ns, now_ns + self._gap_delay_ns)
            self.hear(reached, now_ns)

    def expect(self, number: int, now_ns: int) -> None:
        """Go on at a number."""
        self.expected = number
        self._progress_ns = now_ns

    def missing_since_ns(self) -> int:
        """Return since when the expected message is known to be missing."""
        return int(self.window.first_arrival_ns() if len(self.window) else self.reached_ns)

    def missing_behind(self) -> int:
        """Return the number behind the first missing range."""
        return int(self.window.first_number() if len(self.window) else self.reached)

    def give_up_due_ns(self) -> int:
        """Return when what is missing is given up, unless some of it comes before."""
        since_ns = self.missing_since_ns()
        return (max(since_ns, self._progress_ns) if self.settings.request_servers else since_ns) + self._give_up_ns

    def judge(self, now_ns: int, utc_ns: int) -> None:
        """Find out whether something is missing, and until when it may come by itself."""
        if self.expected < 0:
            return
        told = self.told_gap
        if told and self.expected >= told.stop:
            self.told_gap = range(0)
            text = f"messages {told.start} to {told.stop - 1} are there"
            self.tell(MoldEvent(_Kind.GAP_FILLED, text, RECOVERY, told.start, told.stop - 1), now_ns, utc_ns)
        if self.is_missing():
            if self.is_quiet or self.ask_due_ns == NEVER_NS and not self.told_gap:
                self.ask_due_ns = max(now_ns, self.missing_since_ns() + self._gap_delay_ns)
            if self.is_quiet:
                self._progress_ns = now_ns
            self.is_quiet = False
            return
        self.ask_due_ns = NEVER_NS
        self.is_full = False
        self.plan.clear()
        self.is_quiet = not self.held and not self.is_stale
        if self.ended_at and not self.is_ended and self.expected >= self.ended_at:
            self.complete(now_ns, utc_ns)

    def ask(self, now_ns: int, utc_ns: int) -> None:
        """Tell the first gap if it is due and new, and ask for what is missing."""
        if self.missing_since_ns() + self._gap_delay_ns <= now_ns and not self.told_gap:
            self.told_gap = range(self.expected, self.missing_behind())
            self.gaps += 1
            asked = "asked for" if self.settings.request_servers else "there is no request server to ask"
            text = f"messages {self.told_gap.start} to {self.told_gap.stop - 1} are missing; {asked}"
            first, last = self.told_gap.start, self.told_gap.stop - 1
            self.tell(MoldEvent(_Kind.GAP_DETECTED, text, RECOVERY, first, last), now_ns, utc_ns)
        missing = list(islice(self.window.missing(self.expected, self.reached, self.reached_ns), _RANGES))
        for server, number, count in self.plan.fill(missing, now_ns):
            self._requests.append((server, encode_header(self.session, number, count)))
        later = (since_ns + self._gap_delay_ns for _, _, since_ns in missing)
        self.ask_due_ns = min((due_ns for due_ns in later if due_ns > now_ns), default=NEVER_NS)

    def give_up(self, now_ns: int, utc_ns: int) -> None:
        """Tell the first missing messages to be lost, and go on behind them."""
        first, behind = self.expected, self.missing_behind()
        self.told_gap = range(0)
        self.lost += behind - first
        self.expect(behind, now_ns)
        text = f"messages {first} to {behind - 1} are given up"
        self.tell(MoldEvent(_Kind.MESSAGES_LOST, text, RECOVERY, first, behind - 1), now_ns, utc_ns)
        self.sink.on_lost(first, behind - 1, now_ns, utc_ns)
        self.drain(now_ns, utc_ns)

    def is_confirmed(self, end: int, now_ns: int) -> bool:
        """Tell whether a jump was spoken of before, by another packet, and nothing but silence has come since."""
        said, said_ns, delivered = self._jump
        if said and delivered == self.delivered and (end != said or now_ns - said_ns >= _SECOND_OPINION_NS):
            return True
        if not said or delivered != self.delivered:
            self._jump = (end, now_ns, self.delivered)
        return False

    def _tell_full(self, now_ns: int, utc_ns: int) -> None:
        if not self.is_full:
            self.is_full = True
            text = f"{len(self.window)} packets of {self.window.n_bytes} bytes wait for message {self.expected}"
            self.tell(MoldEvent(_Kind.WINDOW_FULL, f"{text}; what comes now is dropped"), now_ns, utc_ns)

    def counters_of(self, line: int) -> LineCounters:
        """Return the counters of a line."""
        return self.recovery if line < 0 else self.lines[line]

    def complete(self, now_ns: int, utc_ns: int) -> None:
        """Go on after the last message of a session."""
        raise NotImplementedError

    def tell(self, event: MoldEvent, now_ns: int, utc_ns: int) -> None:
        """Tell the sink."""
        self.sink.on_mold_event(event, now_ns, utc_ns)
