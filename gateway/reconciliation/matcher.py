"""Match executions of ours with the copies that another sends of them, whichever of the two comes first.

Each execution is an entry with two sides, and each side is what it has come to: a fill, corrected or busted or neither.
An entry whose sides agree is settled. One whose sides do not has ``within_ns`` from the moment on when they ceased to
agree, or when the side that is waited for could speak again, whatever came later; then it is broken. A broken one that
comes to agree is settled like any other. Nothing here reads a clock.

An execution is known by its order and by its ExecID, or by those of its corrections: a bust or a correction names the
one before it in ExecRefID. A copy whose order could not be found goes by its ExecID alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

NEVER_NS: Final = 2**63 - 1

FILL: Final = "fill"
CORRECTION: Final = "correction"
BUST: Final = "bust"


@dataclass(frozen=True, slots=True)
class Trade:
    """What one side has of an execution. ``symbol`` is the venue's name; prices and quantities in units of 10^-8."""

    symbol: str
    side: int
    last_qty: int
    last_px: int
    is_busted: bool = False

    def agrees(self, other: "Trade") -> bool:
        """Tell whether two sides mean the same. A symbol or side that one does not state contradicts nothing."""
        if self.is_busted or other.is_busted:
            return self.is_busted and other.is_busted
        return (
            (self.last_qty, self.last_px) == (other.last_qty, other.last_px)
            and (not self.symbol or not other.symbol or self.symbol == other.symbol)
            and (not self.side or not other.side or self.side == other.side)
        )


@dataclass(frozen=True, slots=True)
class Copy:
    """One copied report of an execution: what it says it is, and of which (``exec_ref_id``, unless it is a fill)."""

    what: str
    exec_id: str
    exec_ref_id: str
    trade: Trade

    @property
    def root_id(self) -> str:
        """Return the ExecID of the execution that it is about."""
        return self.exec_id if self.what == FILL else self.exec_ref_id


@dataclass(slots=True, eq=False)
class Entry:
    """One execution. ``order`` is our OrderID, ``""`` where a copy's could not be found; ``root_id`` named it first."""

    order: str
    root_id: str
    exec_ids: set[str] = field(default_factory=set)
    account: str = ""
    instrument: str = ""
    own: Trade | None = None
    copies: list[tuple[int, Copy]] = field(default_factory=list)
    """In order of arrival, each with its time."""
    since_ns: int = 0
    """When its sides ceased to agree; while they do, when they came to."""
    is_broken: bool = False
    has_conflict: bool = False
    """Whether one ExecID was copied with different contents."""
    counted: tuple[str, str, int] = ("", "", 0)
    """What ``copied_positions`` has counted of it."""
    key: str = ""
    """What its break goes by; it stays, whatever is learnt later."""

    def __post_init__(self) -> None:
        self.key = f"{self.order or '?'} {self.root_id}"

    @property
    def copy(self) -> Trade | None:
        """Return what the copies come to."""
        trade: Trade | None = None
        is_busted = False
        for _, copy in self.copies:
            # a correction that came before its fill stands
            trade = copy.trade if trade is None or copy.what == CORRECTION else trade
            is_busted = is_busted or copy.what == BUST
        return None if trade is None else replace(trade, is_busted=is_busted)

    @property
    def agrees(self) -> bool:
        """Tell whether both sides are there and mean the same."""
        copy = self.copy
        return self.own is not None and copy is not None and not self.has_conflict and self.own.agrees(copy)

    @property
    def kind(self) -> str:
        """Return which kind of break it is, were it one."""
        if self.own is None:
            return "missing_at_ours"
        return "missing_at_theirs" if not self.copies else "execution_differs"


class MatchListener(Protocol):
    """Take what the matcher finds."""

    def broke(self, entry: Entry) -> None:
        """Note that an entry's time is up, or that one which is broken differs otherwise now."""

    def settled(self, entry: Entry, was_broken: bool, lag_ns: int) -> None:
        """Note that both sides agree; ``lag_ns`` is for how long they had not."""

    def copied(self, entry: Entry) -> None:
        """Note that an entry's copies come to something else now."""

    def joined(self, entry: Entry) -> None:
        """Note that an entry has turned out to be a part of another, which has its copies."""


@dataclass(slots=True)
class Counts:
    """Count since the start."""

    settled: int = 0
    duplicates: int = 0


class Matcher:
    """Match one drop copy's copies. Times are of one clock and never fall."""

    def __init__(self, within_ns: int, listener: MatchListener) -> None:
        self.counts = Counts()
        self.pending: dict[int, Entry] = {}
        """Entries whose sides do not agree, in the order in which they ceased to; broken ones are in ``broken``."""
        self.broken: dict[int, Entry] = {}
        self._within_ns = within_ns
        self._listener = listener
        self._index: dict[tuple[str, str], Entry] = {}

    @property
    def entries(self) -> list[Entry]:
        """Return all entries, oldest first."""
        return list({id(entry): entry for entry in self._index.values()}.values())

    # What both sides say

    def note_own(
        self, order: str, exec_ids: Iterable[str], account: str, instrument: str, trade: Trade, at_ns: int
    ) -> Entry:
        """Take an execution of ours as it stands now; ``exec_ids`` are the venue's of it and of its corrections."""
        ids = list(exec_ids)
        found = [self._index.get(key) for exec_id in ids for key in ((order, exec_id), ("", exec_id))]
        entry = self._joined([each for each in found if each is not None]) or Entry(order, ids[0] if ids else "")
        entry.order, entry.account, entry.instrument, entry.own = order, account, instrument, trade
        self._name(entry, ids)
        if entry.copies:
            self._listener.copied(entry)
        self._judge(entry, at_ns)
        return entry

    def note_copy(self, order: str, copy: Copy, account: str, instrument: str, at_ns: int) -> bool:
        """Take a copy; return False where it was taken before. ``order`` is our OrderID, ``""`` if unknown."""
        entry = self._index.get((order, copy.root_id)) or self._index.get((order, copy.exec_id))
        if entry is None:
            entry = Entry(order, copy.root_id, account=account, instrument=instrument)
        for _, before in entry.copies:
            if before.exec_id == copy.exec_id and before.what == copy.what:
                if before == copy:
                    self.counts.duplicates += 1
                    return False
                entry.has_conflict = True
        entry.copies.append((at_ns, copy))
        self._name(entry, [copy.root_id, copy.exec_id])
        self._listener.copied(entry)
        self._judge(entry, at_ns)
        return True

    def _name(self, entry: Entry, exec_ids: Iterable[str]) -> None:
        for exec_id in filter(None, exec_ids):
            entry.exec_ids.add(exec_id)
            self._index[entry.order, exec_id] = entry

    def _joined(self, found: list[Entry]) -> Entry | None:
        """Make one entry of those that turn out to be one: their copies named corrections before we knew them."""
        if not found:
            return None
        first = found[0]
        for other in {id(each): each for each in found}.values():
            if other is not first:
                first.copies = sorted(first.copies + other.copies, key=lambda copied: copied[0])
                first.has_conflict = first.has_conflict or other.has_conflict
                first.since_ns = min(first.since_ns, other.since_ns)
                self._drop(other)
                first.exec_ids |= other.exec_ids
                self._listener.joined(other)
        for exec_id in first.exec_ids:
            self._index.pop((first.order, exec_id), None)
        return first

    def _drop(self, entry: Entry) -> None:
        self.pending.pop(id(entry), None)
        self.broken.pop(id(entry), None)
        for exec_id in entry.exec_ids:
            self._index.pop((entry.order, exec_id), None)

    def _judge(self, entry: Entry, at_ns: int) -> None:
        for exec_id in entry.exec_ids:
            self._index[entry.order, exec_id] = entry
        key = id(entry)
        is_waiting = key in self.pending or key in self.broken
        if not entry.agrees:
            if entry.is_broken:
                self._listener.broke(entry)
            elif not is_waiting:
                entry.since_ns = at_ns
                self.pending[key] = entry
            return
        if is_waiting:
            self.pending.pop(key, None)
            self.broken.pop(key, None)
            was_broken, entry.is_broken = entry.is_broken, False
            lag_ns, entry.since_ns = at_ns - entry.since_ns, at_ns
            self.counts.settled += 1
            self._listener.settled(entry, was_broken, lag_ns)

    # Time

    def tick(self, now_ns: int, own_since_ns: int = 0, copies_since_ns: int = 0) -> None:
        """Find the entries whose time is up.

        ``own_since_ns`` and ``copies_since_ns`` say since when our session with the venue and the drop copy's are up
        and synchronised, ``NEVER_NS`` while they are not: what can't come is waited for.
        """
        due: list[Entry] = []
        for entry in self.pending.values():
            if now_ns - entry.since_ns < self._within_ns:
                break
            since_ns = entry.since_ns
            if entry.copies:
                since_ns = max(since_ns, own_since_ns)
            if entry.own is not None:
                since_ns = max(since_ns, copies_since_ns)
            if now_ns - since_ns >= self._within_ns:
                due.append(entry)
        for entry in due:
            self.mark_broken(entry)
            self._listener.broke(entry)

    def mark_broken(self, entry: Entry) -> None:
        """Wait no longer for an entry that is pending: a break about it is there."""
        entry.is_broken = True
        self.broken[id(entry)] = self.pending.pop(id(entry))

    def forget(self, before_ns: int) -> list[Entry]:
        """Forget and return the entries that came to agree before ``before_ns``."""
        gone = [
            entry
            for entry in self.entries
            if id(entry) not in self.pending and id(entry) not in self.broken and entry.since_ns < before_ns
        ]
        for entry in gone:
            self._drop(entry)
        return gone
