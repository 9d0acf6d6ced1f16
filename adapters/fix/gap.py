"""Keep the inbound side of a session in order: what is missing, what was asked for, what waits behind the gap.

Theory. Messages are processed by rising MsgSeqNum(34) without a hole. The first number beyond the expected one opens a
gap; one ResendRequest goes out, and whatever arrives beyond the expected number waits. As the peer repeats the missing
messages they come in sequence; then what waits is taken, then the gap is over, or another one begins behind it.

A request is repeated only where the peer's repetition itself has a hole: the repeated messages (PossDupFlag(43)=Y) jump
over the expected number, or begin once more and jump over it again. All those behind the same hole ask no further.
"""

from typing import Final

HANDLED: Final = b""
"""Waits in a frame's place where the message was acted on at once (a ResendRequest, a Logon)."""


class GapTracker:
    """Track one gap. ``end`` is the last number known to be missing, ``highest`` the highest one seen."""

    def __init__(self, chunk: int, max_messages: int, max_bytes: int) -> None:
        self.is_open = False
        self.begin = 0
        self.end = 0
        self.highest = 0
        self.requested_begin = 0
        self.requested_end = 0
        self.attempts = 0
        self.overflowed = False
        self._chunk = chunk
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._last_repeated = 0
        self._held: dict[int, bytes] = {}
        self._held_bytes = 0

    def clear(self) -> None:
        """Forget everything: the stream is gone or the numbers were reset."""
        self.is_open = self.overflowed = False
        self.begin = self.end = self.highest = self.requested_begin = self.requested_end = self.attempts = 0
        self._last_repeated = self._held_bytes = 0
        self._held.clear()

    def note(self, msg_seq_num: int, expected: int, poss_dup: bool) -> bool:
        """Take note of a number beyond ``expected``; return whether a ResendRequest is due."""
        self.highest = max(self.highest, msg_seq_num)
        if not self.is_open:
            self.is_open = True
            self.begin, self.end = expected, msg_seq_num - 1
            self._last_repeated = 0
            return True
        if not poss_dup:
            return False
        has_hole = self._last_repeated < expected or msg_seq_num <= self._last_repeated
        self._last_repeated = msg_seq_num
        return has_hole and self.requested_begin > 0

    def hold(self, msg_seq_num: int, frame: bytes) -> bool:
        """Let a frame (or ``HANDLED``) wait; return False where there is no room: it will be asked for again."""
        if msg_seq_num in self._held:
            return True
        if len(self._held) >= self._max_messages or self._held_bytes + len(frame) > self._max_bytes:
            return False
        self._held[msg_seq_num] = frame
        self._held_bytes += len(frame)
        return True

    def take(self, expected: int) -> bytes | None:
        """Return what waits under the expected number and forget it."""
        frame = self._held.pop(expected, None)
        if frame is not None:
            self._held_bytes -= len(frame)
        return frame

    def discard_below(self, expected: int) -> None:
        """Forget what waits under numbers that a gap fill has passed."""
        for number in [n for n in self._held if n < expected]:
            self._held_bytes -= len(self._held.pop(number))

    def is_filled(self, expected: int) -> bool:
        """Tell whether nothing that was seen is missing any more."""
        return expected > self.highest

    def request_due(self, expected: int) -> bool:
        """Tell whether the next part is to be asked for, after progress to ``expected``."""
        if expected > self.end:
            self.begin = expected
            self.end = min(self._held, default=self.highest + 1) - 1
            return True
        return 0 < self.requested_end < expected

    def next_request(self, expected: int) -> tuple[int, int]:
        """Return (BeginSeqNo, EndSeqNo) to ask for now, EndSeqNo 0 for infinity, and count the attempt."""
        self.attempts = self.attempts + 1 if expected == self.requested_begin else 1
        self.requested_begin = expected
        self.requested_end = min(self.end, expected + self._chunk - 1) if self._chunk else 0
        return expected, self.requested_end
