"""Say what a session keeps across connections and restarts, and keep it in memory for tests and small tools.

The gateway's implementation writes to the journal; what was recorded is on its way to disk before the session's
output is sent.
"""

from collections.abc import Iterator
from typing import Protocol


class SessionStore(Protocol):
    """Keep sequence numbers and sent messages of one session."""

    @property
    def next_in(self) -> int:
        """Return the MsgSeqNum(34) expected next from the peer."""

    @property
    def next_out(self) -> int:
        """Return the MsgSeqNum(34) of our next message."""

    @property
    def reset_utc_ns(self) -> int:
        """Return when both numbers were last set back to 1 (0: never, as for a new session)."""

    @property
    def peer_session(self) -> str:
        """Return the peer's name of the session that the numbers belong to, "" where none was given."""

    def set_peer_session(self, peer_session: str, utc_ns: int) -> None:
        """Note the peer's name of the session; it holds until ``reset``."""

    def record_in(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record a frame as received, before anything acts on it; ``msg_seq_num`` 0 if it has none that can be read."""

    def advance_in(self, next_in: int, utc_ns: int) -> None:
        """Set the number expected next."""

    def record_out(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record a new message; ``next_out`` becomes ``msg_seq_num`` + 1."""

    def count_out(self, msg_seq_num: int, utc_ns: int) -> None:
        """Count a new message that is not kept (market data): ``next_out`` becomes ``msg_seq_num`` + 1.

        It is never sent again: ``sent_messages`` leaves its number out. Numbers may be set aside for many such
        messages at once; after a crash those that were not used are left out as well, so that none is used twice.
        """

    def settle_out(self, utc_ns: int) -> None:
        """Give back the numbers that were set aside and not used: the connection is gone, the next one goes on here."""

    def record_resent(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record what went out under an old number (a gap fill, a repeated message; the original stays) or under none.

        ``msg_seq_num`` is 0 where the frame has none: heartbeats and logins of protocols that count messages only.
        """

    def set_next_out(self, next_out: int, utc_ns: int) -> None:
        """Set our next number, without a message."""

    def reset(self, reason: str, utc_ns: int) -> None:
        """Set both numbers to 1 and forget the messages and the peer's session."""

    def sent_messages(self, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Yield (MsgSeqNum, original frame) of sent messages from ``begin`` to ``end``, both included, rising.

        Numbers without a message are left out, and so are those from ``next_out`` on, where it was set back.
        """

    def record_event(self, event: str, text: str, utc_ns: int) -> None:
        """Record what happened to the session (never a secret)."""


class MemoryStore:
    """Keep everything in memory: for tests, examples and tools without a journal."""

    def __init__(self) -> None:
        self.next_in = 1
        self.next_out = 1
        self.reset_utc_ns = 0
        self.peer_session = ""
        self.frames_in: list[tuple[int, bytes]] = []
        self.resent: list[tuple[int, bytes]] = []
        self.events: list[tuple[str, str]] = []
        self._sent: dict[int, bytes] = {}

    def set_peer_session(self, peer_session: str, utc_ns: int) -> None:
        """Note the peer's name of the session."""
        self.peer_session = peer_session

    def record_in(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record a frame as received."""
        self.frames_in.append((msg_seq_num, frame))

    def advance_in(self, next_in: int, utc_ns: int) -> None:
        """Set the number expected next."""
        self.next_in = next_in

    def record_out(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record a new message."""
        self._sent[msg_seq_num] = frame
        self.next_out = msg_seq_num + 1

    def count_out(self, msg_seq_num: int, utc_ns: int) -> None:
        """Count a new message that is not kept."""
        self.next_out = msg_seq_num + 1

    def settle_out(self, utc_ns: int) -> None:
        """Do nothing: no numbers are set aside here."""

    def record_resent(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record a frame that went out under an old number."""
        self.resent.append((msg_seq_num, frame))

    def set_next_out(self, next_out: int, utc_ns: int) -> None:
        """Set our next number, without a message."""
        self.next_out = next_out

    def reset(self, reason: str, utc_ns: int) -> None:
        """Set both numbers to 1 and forget the messages."""
        self.next_in = self.next_out = 1
        self.reset_utc_ns = utc_ns
        self.peer_session = ""
        self._sent.clear()
        self.events.append(("reset", reason))

    def sent_messages(self, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Yield sent messages by rising number."""
        for msg_seq_num in range(begin, min(end + 1, self.next_out)):
            if msg_seq_num in self._sent:
                yield msg_seq_num, self._sent[msg_seq_num]

    def record_event(self, event: str, text: str, utc_ns: int) -> None:
        """Record what happened to the session."""
        self.events.append((event, text))
