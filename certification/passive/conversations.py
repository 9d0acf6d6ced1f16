"""Find the FIX sessions in a log, and say for each message what its number was when it came.

A conversation is one session in one file, over all its connections. A connection (``epoch``) begins with a Logon that
answers none. Two counts are kept for each side: ``following``, the number that the sender itself has next, and
``expected``, the first number that its peer has not had: a log lacks what was lost on the way, and a Logon may come
with a higher number, but within a connection nothing can be lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from fairlead.certification.engine.names import field_name, meaning, message_name
from fairlead.certification.model.results import FieldRecord
from fairlead.certification.passive.records import Logged
from fairlead.certification.venues.wire import read_utc_timestamp

ADMIN = frozenset(("0", "1", "2", "3", "4", "5", "A"))
LOGON, LOGOUT, RESET, RESEND_REQUEST, REJECT = "A", "5", "4", "2", "3"
HEARTBEAT, TEST_REQUEST = "0", "1"
EXPECTED, HIGH, LOW, RESTART, GARBLED = "expected", "high", "low", "restart", "garbled"

Key = tuple[str, frozenset[str]]


@dataclass(slots=True, eq=False)
class Message:
    """One frame in its conversation. ``side`` is who sent it: 0 the initiator, 1 the acceptor."""

    at: int
    record: Logged
    side: int
    epoch: int
    utc_ns: int
    number: int
    standing: str = EXPECTED
    expected: int | None = None
    following: int | None = None
    is_stray: bool = False
    """Its BeginString or CompIDs are not the session's."""
    msg_type: str = field(init=False)

    def __post_init__(self) -> None:
        self.msg_type = self.record.frame.msg_type

    @property
    def place(self) -> str:
        """Return where it stands."""
        return self.record.place

    @property
    def title(self) -> str:
        """Return what it is, for people."""
        return message_name(self.msg_type)

    @property
    def raw(self) -> str:
        """Return its bytes as latin-1."""
        return self.record.frame.raw.decode("latin-1")

    @property
    def faults(self) -> str:
        """Return what is wrong with its frame."""
        return "; ".join(self.record.frame.faults.values())

    def fields(self) -> list[FieldRecord]:
        """Return its fields, named."""
        return [
            FieldRecord(str(tag), field_name(str(tag)), value, meaning(str(tag), value))
            for tag, value in self.record.frame.fields
        ]

    def get(self, tag: int, default: str = "") -> str:
        """Return a field's value."""
        return self.record.frame.get(tag, default)

    def int_of(self, tag: int) -> int:
        """Return a field's whole number, -1 for none."""
        return self.record.frame.number(tag)

    @property
    def is_admin(self) -> bool:
        """Tell whether it is the session's own."""
        return self.msg_type in ADMIN

    @property
    def is_dup(self) -> bool:
        """Tell whether PossDupFlag(43) is set."""
        return self.get(43) == "Y"

    @property
    def is_gap_fill(self) -> bool:
        """Tell whether it is a SequenceReset that fills a gap."""
        return self.msg_type == RESET and self.get(123) == "Y"

    @property
    def is_whole(self) -> bool:
        """Tell whether its frame is without fault."""
        return self.standing != GARBLED


@dataclass(slots=True)
class Conversation:
    """One session in one file."""

    name: str
    begin_string: str
    comp_ids: tuple[str, str]
    messages: list[Message] = field(default_factory=list)
    has_logon: bool = False
    epochs: dict[int, list[Message]] = field(default_factory=dict)

    def add(self, message: Message) -> None:
        """Add what comes next."""
        self.messages.append(message)
        self.epochs.setdefault(message.epoch, []).append(message)

    @property
    def protocol(self) -> str:
        """Return the catalogue's word for its version."""
        return "fix42" if self.begin_string == "FIX.4.2" else "fix44"

    def of_epoch(self, epoch: int, side: int | None = None) -> Iterator[Message]:
        """Yield the messages of one connection, of one side."""
        return (m for m in self.epochs.get(epoch, ()) if side is None or m.side == side)


@dataclass(slots=True)
class _Count:
    """What one side has sent, as its peer and as itself counts it."""

    expected: int | None = None
    following: int | None = None
    ahead: dict[int, int] = field(default_factory=dict)

    def restart(self, number: int | None) -> None:
        self.expected = self.following = number
        self.ahead.clear()

    def take(self, number: int, following: int) -> str:
        """Count a message; return its standing."""
        if self.expected is None:
            self.restart(number)
        assert self.expected is not None
        assert self.following is not None
        self.following = max(self.following, following)
        if number > self.expected:
            self.ahead[number] = following
            return HIGH
        if number < self.expected:
            return LOW
        self.expected = max(following, number + 1)
        for key in sorted(self.ahead):
            if key <= self.expected:
                self.expected = max(self.expected, self.ahead.pop(key))
        return EXPECTED


def find_conversations(records: list[Logged], file: str) -> list[Conversation]:
    """Return the sessions of one file, in the order in which they begin."""
    keys, homes = _homes(records)
    found: dict[Key, list[Logged]] = {key: [] for key in keys}
    for record in records:
        key = _key(record)
        if key not in found:
            key = _home(key, homes.get(record.stream, []))
        if key in found:
            found[key].append(record)
    return [_conversation(key, own, file) for key, own in found.items() if own]


def _key(record: Logged) -> Key:
    frame = record.frame
    return frame.get(8), frozenset((frame.get(49), frame.get(56)))


def _homes(records: list[Logged]) -> tuple[list[Key], dict[str, list[Key]]]:
    """Return all sessions, and those of each stream: what logged on, or everything where nothing did."""
    logged_on: dict[str, dict[Key, None]] = {}
    others: dict[str, dict[Key, None]] = {}
    for record in records:
        key = _key(record)
        if "" in key[1] or record.frame.faults:
            continue
        kind = logged_on if record.frame.msg_type == LOGON else others
        kind.setdefault(record.stream, {})[key] = None
    homes = {stream: list(logged_on.get(stream) or others[stream]) for stream in {*logged_on, *others}}
    order = dict.fromkeys(_key(record) for record in records)
    known = {key for keys in homes.values() for key in keys}
    return [key for key in order if key in known], homes


def _home(key: Key, homes: list[Key]) -> Key:
    """Return the session that a frame with other BeginString or CompIDs belongs to."""
    same = [home for home in homes if home[1] == key[1]] or [home for home in homes if home[1] & key[1]]
    if len(same) == 1:
        return same[0]
    return homes[0] if len(homes) == 1 else key


def _conversation(key: Key, records: list[Logged], file: str) -> Conversation:
    first = next((r for r in records if r.frame.msg_type == LOGON and _key(r) == key), None)
    begun = first or next(r for r in records if _key(r) == key)
    comp_ids = (begun.frame.get(49), begun.frame.get(56))
    name = f"{key[0]} {comp_ids[0]} -> {comp_ids[1]} in {file}"
    conversation = Conversation(name, key[0], comp_ids, has_logon=first is not None)
    walk = _Walk(conversation)
    for record, following in zip_longest(records, records[1:]):
        walk.add(record, following)
    return conversation


class _Walk:
    """Go through a session's records once."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._following: Logged | None = None
        self._counts = (_Count(), _Count())
        self._epoch = 0
        self._logons: set[int] = set()
        self._is_over = False

    def add(self, record: Logged, following: Logged | None) -> None:
        """Place one record; ``following`` is the one behind it."""
        self._following = following
        conversation, frame = self._conversation, record.frame
        side = self._side(record)
        if record.opens and self._logons:
            self._begin()
        if frame.msg_type == LOGON and not frame.faults:
            if side in self._logons or (self._is_over and self._logons):
                self._begin()
            self._logons.add(side)
        sent_ns = read_utc_timestamp(frame.get(52)) or 0
        at = len(conversation.messages)
        number = frame.number(34)
        message = Message(at, record, side, self._epoch, record.utc_ns or sent_ns, number)
        message.is_stray = _key(record) != (conversation.begin_string, frozenset(conversation.comp_ids))
        conversation.add(message)
        if record.after_gap:
            self._counts[0].restart(None)
            self._counts[1].restart(None)
        self._count(message)
        self._is_over = frame.msg_type == LOGOUT or (self._is_over and frame.msg_type != LOGON)

    def _begin(self) -> None:
        self._epoch += 1
        self._logons.clear()
        self._is_over = False

    def _side(self, record: Logged) -> int:
        first, second = self._conversation.comp_ids
        frame = record.frame
        if frame.get(49) == first or frame.get(56) == second:
            return 0
        if frame.get(49) == second or frame.get(56) == first:
            return 1
        return 0

    def _count(self, message: Message) -> None:
        count = self._counts[message.side]
        message.expected, message.following = count.expected, count.following
        if message.record.frame.faults:
            message.standing = GARBLED
            return
        if message.number < 0 or message.is_stray:
            return
        if message.msg_type == LOGON and self._is_restart(message):
            message.standing = RESTART
            count.restart(message.number + 1)
            if len(self._logons) < 2:
                self._counts[1 - message.side].restart(None)
            return
        if message.msg_type == RESET and not message.is_gap_fill:
            message.standing = RESTART
            if message.expected is None or message.int_of(36) >= message.expected:
                count.restart(message.int_of(36))
            return
        following = message.number + 1
        if message.is_gap_fill:
            following = max(following, message.int_of(36))
        message.standing = count.take(message.number, following)

    def _is_restart(self, logon: Message) -> bool:
        """Tell whether numbers begin anew: asked for, or agreed upon (a schedule): the peer answers a Logon 1."""
        if logon.get(141) == "Y":
            return True
        expected = self._counts[logon.side].expected
        if logon.number != 1 or expected is None or expected <= 1:
            return False
        following = self._following
        return len(self._logons) == 2 or (
            following is not None and following.frame.msg_type == LOGON and self._side(following) != logon.side
        )
