"""Keep sessions in the journal: numbers and sent messages are derived from its records, never kept beside it.

stores = SessionStores(settings.folder)
for record in recovery.records():
    stores.replay(record)
stores.attach(writer)
store = stores.open("venue:XBRK", "FIX.4.4", utc_ns)
"""

import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.views import SegmentViews
from fairlead.gateway.journal.writer_cy import JournalWriter

_U64: Final = struct.Struct("<Q")
_CHECKPOINT: Final = struct.Struct("<QQq")
_OFFSET_BITS: Final = 32
_OFFSET_MASK: Final = (1 << _OFFSET_BITS) - 1


RESERVED_NUMBERS: Final = 1024
"""So many numbers are set aside at a time for messages that are not kept: one record for all of them."""

STATE_KINDS: Final = frozenset(
    (
        kinds.FRAME_OUT,
        kinds.NEXT_IN,
        kinds.NEXT_OUT,
        kinds.RESERVED_OUT,
        kinds.RESET,
        kinds.CHECKPOINT,
        kinds.PEER_SESSION,
    )
)
"""Kinds of record that a session's state is made of."""


class SessionState:
    """What the records of one stream add up to. Places of sent messages are (segment, offset) in one u64."""

    __slots__ = ("next_in", "next_out", "numbers", "peer_session", "places", "reserved_out", "reset_utc_ns")

    def __init__(self) -> None:
        self.next_in = 1
        self.next_out = 1
        self.reserved_out = 0
        """Numbers below are set aside, 0 for none: some may have been used without a record."""
        self.reset_utc_ns = 0
        self.peer_session = ""
        self.numbers = array("Q")
        self.places = array("Q")

    def add_sent(self, msg_seq_num: int, segment: int, offset: int) -> None:
        """Note where a new message lies; one of the same number before it is forgotten."""
        place = segment << _OFFSET_BITS | offset
        self.next_out = msg_seq_num + 1
        if not self.numbers or msg_seq_num > self.numbers[-1]:
            self.numbers.append(msg_seq_num)
            self.places.append(place)
            return
        at = bisect_left(self.numbers, msg_seq_num)
        if self.numbers[at] == msg_seq_num:
            self.places[at] = place
        else:
            self.numbers.insert(at, msg_seq_num)
            self.places.insert(at, place)

    @property
    def next_out_at_start(self) -> int:
        """Return where a start goes on that finds this state: behind what may have been used without a record."""
        return max(self.next_out, self.reserved_out)

    def set_next_out(self, next_out: int) -> None:
        """Set our next number; nothing is set aside then."""
        self.next_out = next_out
        self.reserved_out = 0

    def reset(self, utc_ns: int) -> None:
        """Set both numbers to 1 and forget the messages."""
        self.next_in = self.next_out = 1
        self.reserved_out = 0
        self.reset_utc_ns = utc_ns
        self.peer_session = ""
        del self.numbers[:]
        del self.places[:]

    def replay(self, record: Record) -> None:
        """Apply one record of this stream."""
        kind, payload = record.kind, record.payload
        if kind == kinds.FRAME_OUT:
            self.add_sent(_U64.unpack_from(payload)[0], record.segment, record.offset)
        elif kind == kinds.NEXT_IN:
            self.next_in = _U64.unpack(payload)[0]
        elif kind == kinds.NEXT_OUT:
            self.set_next_out(_U64.unpack(payload)[0])
        elif kind == kinds.RESERVED_OUT:
            self.reserved_out = _U64.unpack(payload)[0]
        elif kind == kinds.RESET:
            self.reset(record.utc_ns)
        elif kind == kinds.CHECKPOINT:
            self.next_in, self.next_out, self.reset_utc_ns = _CHECKPOINT.unpack(payload)
        elif kind == kinds.PEER_SESSION:
            self.peer_session = payload.decode()

    def forget_sent_before(self, segment: int) -> int:
        """Forget the messages that lie in segments before this one; return how many."""
        limit = segment << _OFFSET_BITS
        kept = [(number, place) for number, place in zip(self.numbers, self.places, strict=True) if place >= limit]
        forgotten = len(self.numbers) - len(kept)
        if forgotten:
            self.numbers = array("Q", [number for number, _ in kept])
            self.places = array("Q", [place for _, place in kept])
        return forgotten

    def checkpoint(self) -> bytes:
        """Return the payload of a CHECKPOINT record."""
        return _CHECKPOINT.pack(self.next_in, self.next_out, self.reset_utc_ns)


class SessionStores:
    """Hold the state of every session of a journal, rebuilt by ``replay``."""

    def __init__(self, folder: Path) -> None:
        self._views = SegmentViews(folder)
        self._states: dict[int, SessionState] = {}
        self._writer: JournalWriter | None = None
        self._checkpoint_segment = 0

    def replay(self, record: Record) -> None:
        """Apply one record; those of other kinds are passed over."""
        if record.kind in STATE_KINDS:
            self.state(record.stream).replay(record)

    def state(self, stream: int) -> SessionState:
        """Return what the journal tells of the session of a stream."""
        return self._states.setdefault(stream, SessionState())

    def attach(self, writer: JournalWriter) -> None:
        """Take the writer that new records go to."""
        self._writer = writer

    def open(self, name: str, protocol: str, utc_ns: int) -> "JournalSessionStore":
        """Return the store of the session ``name`` with what the journal knows of it."""
        if self._writer is None:
            raise JournalError("session stores are opened before a writer is attached")
        stream = self._writer.register_stream(name, protocol, utc_ns, self._writer.now_ns)
        store = JournalSessionStore(self._writer, stream, self.state(stream), self._views)
        if store.next_out < self.state(stream).next_out_at_start:
            store.set_next_out(self.state(stream).next_out_at_start, utc_ns)
        store.settle_out(utc_ns)
        return store

    def write_checkpoints(self, utc_ns: int) -> None:
        """Record each session's numbers, so that older segments are only needed for messages to resend."""
        assert self._writer is not None
        self._checkpoint_segment = self._writer.segment
        for stream, state in self._states.items():
            self._writer.append(stream, kinds.CHECKPOINT, state.checkpoint(), utc_ns, self._writer.now_ns)
            if state.peer_session:
                payload = state.peer_session.encode()
                self._writer.append(stream, kinds.PEER_SESSION, payload, utc_ns, self._writer.now_ns)
            if state.reserved_out:
                reserved = _U64.pack(state.reserved_out)
                self._writer.append(stream, kinds.RESERVED_OUT, reserved, utc_ns, self._writer.now_ns)

    def oldest_segment_needed(self) -> int:
        """Return the first segment that must stay: one with a message that a peer may ask for again, or a number.

        0 (all of them) until ``write_checkpoints`` was called.
        """
        oldest = [min(state.places) >> _OFFSET_BITS for state in self._states.values() if state.places]
        return min([*oldest, self._checkpoint_segment])

    def forget_sent_before(self, segment: int) -> int:
        """Forget, of every session, the messages in segments before this one: they can't be sent again.

        Return how many. A FIX session fills their numbers, a JSON strategy gets what comes after them.
        """
        return sum(state.forget_sent_before(segment) for state in self._states.values())

    def close(self) -> None:
        """Unmap the segments."""
        self._views.close()


class JournalSessionStore:
    """Be the ``SessionStore`` of one session. Every change is a record before it is a fact."""

    def __init__(self, writer: JournalWriter, stream: int, state: SessionState, views: SegmentViews) -> None:
        self.stream = stream
        self._writer = writer
        self._state = state
        self._views = views

    @property
    def next_in(self) -> int:
        """Return the MsgSeqNum(34) expected next from the peer."""
        return self._state.next_in

    @property
    def next_out(self) -> int:
        """Return the MsgSeqNum(34) of our next message."""
        return self._state.next_out

    @property
    def reset_utc_ns(self) -> int:
        """Return when both numbers were last set back to 1, 0 for never."""
        return self._state.reset_utc_ns

    @property
    def peer_session(self) -> str:
        """Return the peer's name of the session that the numbers belong to."""
        return self._state.peer_session

    def set_peer_session(self, peer_session: str, utc_ns: int) -> None:
        """Note the peer's name of the session."""
        self._append(kinds.PEER_SESSION, peer_session.encode(), utc_ns)
        self._state.peer_session = peer_session

    def record_in(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record a frame as received."""
        self._append_frame(kinds.FRAME_IN, msg_seq_num, frame, utc_ns)

    def advance_in(self, next_in: int, utc_ns: int) -> None:
        """Set the number expected next."""
        self._append(kinds.NEXT_IN, _U64.pack(next_in), utc_ns)
        self._state.next_in = next_in

    def record_out(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record a new message; ``next_out`` becomes ``msg_seq_num`` + 1."""
        self._append_frame(kinds.FRAME_OUT, msg_seq_num, frame, utc_ns)
        self._state.add_sent(msg_seq_num, self._writer.last_segment, self._writer.last_offset)

    def record_resent(self, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        """Record a gap fill or repeated message; the original stays."""
        self._append_frame(kinds.FRAME_RESENT, msg_seq_num, frame, utc_ns)

    def set_next_out(self, next_out: int, utc_ns: int) -> None:
        """Set our next number, without a message."""
        self._append(kinds.NEXT_OUT, _U64.pack(next_out), utc_ns)
        self._state.set_next_out(next_out)

    def count_out(self, msg_seq_num: int, utc_ns: int) -> None:
        """Count a new message that is not kept; most leave no record."""
        if msg_seq_num >= self._state.reserved_out:
            reserved = msg_seq_num + RESERVED_NUMBERS
            self._append(kinds.RESERVED_OUT, _U64.pack(reserved), utc_ns)
            self._state.reserved_out = reserved
        self._state.next_out = msg_seq_num + 1

    def settle_out(self, utc_ns: int) -> None:
        """Give back the numbers that were set aside and not used."""
        if self._state.reserved_out:
            self.set_next_out(self._state.next_out, utc_ns)

    def reset(self, reason: str, utc_ns: int) -> None:
        """Set both numbers to 1 and forget the messages."""
        self._append(kinds.RESET, reason.encode(), utc_ns)
        self._state.reset(utc_ns)

    def sent_messages(self, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Yield (MsgSeqNum, original frame) by rising number, read back from the segments."""
        numbers, places = self._state.numbers, self._state.places
        # where our number was set back, what was sent under higher ones is no longer ours to repeat
        end = min(end, self._state.next_out - 1)
        for at in range(bisect_left(numbers, begin), bisect_right(numbers, end)):
            payload = self._views.payload(places[at] >> _OFFSET_BITS, places[at] & _OFFSET_MASK)
            yield numbers[at], payload[_U64.size :]

    def record_event(self, event: str, text: str, utc_ns: int) -> None:
        """Record what happened to the session."""
        name = event.encode()
        if len(name) > 255:
            raise ValueError(f"event name of {len(name)} bytes, expected at most 255")
        self._append(kinds.SESSION_EVENT, bytes([len(name)]) + name + text.encode(), utc_ns)

    def _append(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self._writer.append(self.stream, kind, payload, utc_ns, self._writer.now_ns)

    def _append_frame(self, kind: int, msg_seq_num: int, frame: bytes, utc_ns: int) -> None:
        self._writer.append_prefixed(self.stream, kind, msg_seq_num, frame, utc_ns, self._writer.now_ns)
