"""Chain what operators do: each record holds the SHA-256 of the one before, so that none can be changed or taken out.

The records are OPERATOR records of the journal, JSON objects with ``number`` and ``previous``. The first of a chain has
number 1, no ``previous``, and who stands for the beginning. A checkpoint record repeats the head and what must outlive
older segments; it also names the records that others wrote since (``journal repair``, ``set-numbers``: not chained).
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from fairlead.gateway.journal.scan_cy import Record

BEGINS: Final = "audit_begins"
CHECKPOINT: Final = "audit_checkpoint"
MAX_VALUE_BYTES: Final = 64 * 1024
"""A larger value is recorded as its length and SHA-256: a record must fit into a segment of the journal."""
MAX_OUTSIDE: Final = 100
"""So many unchained records are named at most, the last ones."""

Replay = Callable[[Mapping[str, Any], int], None]
"""Take a chained record's members and its UTC time."""


def digest(payload: bytes) -> str:
    """Return the SHA-256 of a record's payload, in hexadecimal."""
    return hashlib.sha256(payload).hexdigest()


def read_link(payload: bytes) -> dict[str, Any] | None:
    """Return the members of a chained record, None for what is none."""
    try:
        facts = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    if (
        not isinstance(facts, dict)
        or type(facts.get("number")) is not int
        or not isinstance(facts.get("previous"), str)
    ):
        return None
    return facts


class ChainReader:
    """Follow a chain, and name the first record that does not fit. ``whole`` tells that no older record is gone."""

    def __init__(self, whole: bool) -> None:
        self.number = 0
        self.head = ""
        self.first_number = 0
        self.problem = ""
        """What is wrong with the first record that does not fit, "" while all fit."""
        self.problem_sequence = 0
        self._whole = whole

    def take(self, record: Record) -> dict[str, Any] | None:
        """Check the next OPERATOR record and return its members; None for one that is not of the chain."""
        facts = read_link(record.payload)
        if facts is None:
            return None
        mistake = self._mistake(facts, record)
        if mistake and not self.problem:
            self.problem, self.problem_sequence = mistake, record.sequence
        self.first_number = self.first_number or facts["number"]
        self.number, self.head = facts["number"], digest(record.payload)
        return facts

    def _mistake(self, facts: Mapping[str, Any], record: Record) -> str:
        number, previous = facts["number"], facts["previous"]
        if facts.get("utc_ns") != record.utc_ns:
            return f"its utc_ns is {facts.get('utc_ns')}, expected {record.utc_ns} as the journal's record has it"
        if number == 1 and facts.get("event") == BEGINS and not previous:
            return self._wrong_beginning(facts)
        if not self.number:
            return f"its number is {number}, expected 1: earlier records are missing" if self._whole else ""
        if number != self.number + 1:
            return f"its number is {number}, expected {self.number + 1}"
        if previous != self.head:
            return f"it follows {previous[:12]}.., expected {self.head[:12]}.., the record before it"
        return ""

    def _wrong_beginning(self, facts: Mapping[str, Any]) -> str:
        # after a break the gateway begins anew and says so; verify has named the break by then
        if self.number and not (self.problem and facts.get("because")):
            return f"the chain begins anew here, though record {self.number} before it is whole"
        return ""


class AuditChain:
    """Write the chain's records; before ``attach``, ``replay`` those of earlier processes."""

    def __init__(self) -> None:
        self.on_replay: list[Replay] = []
        """Told of each chained record of earlier processes."""
        self.states: dict[str, Callable[[], Any]] = {}
        """By name, what a checkpoint holds besides the head."""
        # segments whose absence is all right are told from others by `audit verify`, not here
        self._reader = ChainReader(whole=False)
        self._append: Callable[[bytes, int], None] | None = None
        self._number = 0
        self._head = ""
        self._outside: list[list[Any]] = []

    @property
    def head(self) -> str:
        """Return the SHA-256 of the last record."""
        return self._head

    @property
    def number(self) -> int:
        """Return the number of the last record."""
        return self._number

    @property
    def problem(self) -> str:
        """Return what is wrong with the records of earlier processes, "" where nothing is."""
        found = self._reader
        return f"journal record {found.problem_sequence}: {found.problem}" if found.problem else ""

    def replay(self, record: Record) -> None:
        """Take an OPERATOR record of an earlier process."""
        facts = self._reader.take(record)
        if facts is None:
            self._outside = [*self._outside, [record.sequence, digest(record.payload)]][-MAX_OUTSIDE:]
            return
        if facts.get("event") == CHECKPOINT:
            self._outside.clear()
        for take in self.on_replay:
            take(facts, record.utc_ns)

    def attach(self, append: Callable[[bytes, int], None], signed_off_by: str, utc_ns: int) -> None:
        """Write from now on: behind the last record, or from 1 where there is none or the chain is broken."""
        self._append = append
        if self._reader.number and not self._reader.problem:
            self._number, self._head = self._reader.number, self._reader.head
            return
        because = self.problem or "no record is before it"
        self.write({"event": BEGINS, "signed_off_by": signed_off_by, "pid": os.getpid(), "because": because}, utc_ns)

    def write(self, facts: Mapping[str, Any], utc_ns: int) -> int:
        """Record facts and return the record's number."""
        return self._write({name: _bounded(value) for name, value in facts.items()}, utc_ns)

    def _write(self, facts: Mapping[str, Any], utc_ns: int) -> int:
        if self._append is None:
            raise RuntimeError("an operator's action was to be recorded before recovery was over")
        number = self._number + 1
        payload = orjson.dumps({**facts, "utc_ns": utc_ns, "number": number, "previous": self._head})
        self._append(payload, utc_ns)
        self._number, self._head = number, digest(payload)
        return number

    def write_checkpoint(self, utc_ns: int) -> None:
        """Repeat the head and what must outlive older segments."""
        facts = {"event": CHECKPOINT, "head": self._head, "head_number": self._number, "outside": self._outside}
        # whole, whatever its size: a start depends on it
        self._write({**facts, **{name: state() for name, state in self.states.items()}}, utc_ns)
        self._outside = []


def _bounded(value: Any) -> Any:
    if not isinstance(value, Mapping | list | tuple | str):
        return value
    data = orjson.dumps(value)
    if len(data) <= MAX_VALUE_BYTES:
        return value
    return {"left_out_bytes": len(data), "sha256": digest(data)}
