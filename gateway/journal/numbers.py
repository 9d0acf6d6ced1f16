"""Set a session's numbers by hand while no gateway runs: for a journal that lost messages which the venue has had.

with NumbersDesk(folder) as desk:
    before = desk.numbers()["venue:XBRK"]
    desk.set("venue:XBRK", Numbers(before.next_in, 4711), Operator("ann", "as agreed"), utc_ns, now_ns)
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import orjson

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.journal.session_store import STATE_KINDS, SessionStores

SEGMENT_BYTES: Final = 1 << 20
"""Room for the names of all streams and a few records; the next gateway begins a segment of its own."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The MsgSeqNum(34) expected next from the peer, and that of our next message."""

    next_in: int
    next_out: int

    def __str__(self) -> str:
        return f"next in {self.next_in}, next out {self.next_out}"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who did something, and why."""

    name: str
    reason: str


class NumbersDesk:
    """Hold the journal of a stopped gateway, locked, with every session's numbers as the next start would find them.

    Raises JournalError where a gateway uses the journal, JournalDamage where it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._recovery = recover(JournalSettings(folder, SEGMENT_BYTES, sync="group"))
        self._stores = SessionStores(folder)
        try:
            for record in self._recovery.records(STATE_KINDS):
                self._stores.replay(record)
        except BaseException:
            self._recovery.close()
            raise

    @property
    def found(self) -> str:
        """Return what recovery had to drop or cut off, "" for nothing: that happens when numbers are set."""
        report = self._recovery.report
        return str(report) if report.uncommitted_bytes or report.torn else ""

    def numbers(self) -> dict[str, Numbers]:
        """Return every session's numbers by its name."""
        found = {}
        for info in sorted(self._recovery.streams.values(), key=lambda info: info.name):
            # a stream without a protocol is none of a session
            if info.protocol:
                state = self._stores.state(info.stream)
                found[info.name] = Numbers(state.next_in, state.next_out_at_start)
        return found

    def set(self, session: str, numbers: Numbers, operator: Operator, utc_ns: int, now_ns: int) -> None:
        """Record the numbers of a known session that differ, and who wanted that; the journal is closed then.

        A gateway's start goes before this: what was never committed is dropped, a torn tail is cut off.
        """
        before = self.numbers()[session]
        protocol = next(info.protocol for info in self._recovery.streams.values() if info.name == session)
        writer = self._recovery.open_writer(utc_ns, now_ns)
        try:
            self._stores.attach(writer)
            store = self._stores.open(session, protocol, utc_ns)
            fact = {"event": "set_numbers", **asdict(operator), "before": asdict(before), "after": asdict(numbers)}
            writer.append(store.stream, kinds.OPERATOR, orjson.dumps(fact), utc_ns, now_ns)
            if numbers.next_in != before.next_in:
                store.advance_in(numbers.next_in, utc_ns)
            if numbers.next_out != before.next_out:
                store.set_next_out(numbers.next_out, utc_ns)
            writer.commit()
        finally:
            writer.close()

    def close(self) -> None:
        """Give the journal free; what was set stays."""
        self._stores.close()
        self._recovery.close()

    def __enter__(self) -> "NumbersDesk":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
