"""Write copied executions to the journal, and read them back: COPY records.

``{"drop_copy": NAME, "copies": [...]}`` holds executions as they were told; ``{"drop_copy": NAME, "state": {...}}``
stands for all records of that drop copy before it: since when it is compared, and what forgotten executions add up to.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.reconciliation.copied_positions import Sums
from fairlead.gateway.reconciliation.matcher import Copy, Entry, Trade

PER_RECORD: Final = 100


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """One copied report with its time; ``arguments`` are those of ``Matcher.note_copy``, but for the time."""

    utc_ns: int
    order: str
    copy: Copy
    account: str
    symbol: str

    @property
    def arguments(self) -> tuple[str, Copy, str, str]:
        """Return what the matcher takes."""
        return self.order, self.copy, self.account, self.symbol

    def pack(self) -> list[Any]:
        """Return it as JSON values."""
        copy, trade = self.copy, self.copy.trade
        said = (copy.what, copy.exec_id, copy.exec_ref_id, trade.symbol, trade.side, trade.last_qty, trade.last_px)
        return [self.utc_ns, self.order, self.account, self.symbol, *said]


def unpack_copy(values: list[Any]) -> KeptCopy:
    """Return what ``pack`` wrote. Raises ValueError or TypeError."""
    utc_ns, order, account, symbol, what, exec_id, exec_ref_id, venue_symbol, side, last_qty, last_px = values
    copy = Copy(what, exec_id, exec_ref_id, Trade(venue_symbol, side, last_qty, last_px))
    return KeptCopy(utc_ns, order, copy, account, symbol)


@dataclass(slots=True)
class CopyMemory:
    """What the journal has of one drop copy; ``began_utc_ns`` is 0 for one that is new."""

    began_utc_ns: int = 0
    sums: Sums = field(default_factory=dict)
    copies: list[KeptCopy] = field(default_factory=list)


class CopyMemories:
    """Take COPY records at a start."""

    def __init__(self) -> None:
        self._by_name: dict[str, CopyMemory] = {}

    def take(self, record: Record) -> None:
        """Take one record. Raises ValueError, KeyError or TypeError for what is none."""
        facts = orjson.loads(record.payload)
        name = facts["drop_copy"]
        state = facts.get("state")
        if state is not None:
            sums = {(account, symbol): int(quantity) for account, symbol, quantity in state["sums"]}
            self._by_name[name] = CopyMemory(state["began_utc_ns"], sums)
            return
        memory = self._by_name.setdefault(name, CopyMemory())
        memory.copies += [unpack_copy(values) for values in facts["copies"]]

    def of(self, name: str) -> CopyMemory:
        """Return what there is of one drop copy."""
        return self._by_name.get(name) or CopyMemory()


class CopyRecords:
    """Write the records of one drop copy; ``record(kind, payload, utc_ns)`` appends to the journal."""

    def __init__(self, name: str, record: Callable[[int, bytes, int], object]) -> None:
        self._name = name
        self._record = record

    def copied(self, order: str, copy: Copy, account: str, symbol: str, utc_ns: int) -> None:
        """Record a copy, before it is compared."""
        self._write({"copies": [KeptCopy(utc_ns, order, copy, account, symbol).pack()]}, utc_ns)

    def state(self, began_utc_ns: int, sums: Sums, utc_ns: int) -> None:
        """Record what stands for all that was recorded before."""
        packed = [[account, symbol, str(quantity)] for (account, symbol), quantity in sorted(sums.items())]
        self._write({"state": {"began_utc_ns": began_utc_ns, "sums": packed}}, utc_ns)

    def kept(self, entries: Iterable[Entry], now_ns: int, utc_ns: int) -> None:
        """Record again the copies that are still needed, each with its time."""
        packed = [
            KeptCopy(utc_ns - (now_ns - at_ns), entry.order, copy, entry.account, entry.instrument).pack()
            for entry in entries
            for at_ns, copy in entry.copies
        ]
        for start in range(0, len(packed), PER_RECORD):
            self._write({"copies": packed[start : start + PER_RECORD]}, utc_ns)

    def _write(self, facts: dict[str, Any], utc_ns: int) -> None:
        self._record(kinds.COPY, orjson.dumps({"drop_copy": self._name, **facts}), utc_ns)
