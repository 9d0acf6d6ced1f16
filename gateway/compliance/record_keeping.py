"""Check that records are kept as they must be: the journal whole, its checksums right, the audit's chain unbroken."""

from dataclasses import dataclass, field
from pathlib import Path

from fairlead.gateway.control.audit import ChainReader
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.inspection import inspect
from fairlead.gateway.journal.reader import JournalReader


@dataclass(slots=True)
class RecordCheck:
    """What was found in a journal."""

    folder: str
    segments: int = 0
    sealed: int = 0
    records: int = 0
    first_utc_ns: int = 0
    last_segment: int = 0
    audit_records: int = 0
    """Number of the last record in the chain of what operators did."""
    audit_head: str = ""
    """Its SHA-256: noted elsewhere, it shows later that nothing before it was changed."""
    complaints: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Tell whether every record is there and unaltered."""
        return not self.complaints


def check_records(folder: Path) -> RecordCheck:
    """Check every record's length, checksum and number, and that no segment is missing."""
    check = RecordCheck(str(folder))
    try:
        inspection = inspect(folder)
        first = JournalReader(folder).next_record()
    except (OSError, JournalError) as error:
        check.complaints.append(f"the journal can't be read: {error}")
        return check
    check.segments = len(inspection.segments)
    check.sealed = sum(1 for segment in inspection.segments if segment.header is not None and segment.header.sealed)
    check.records = inspection.records
    check.first_utc_ns = first.utc_ns if first is not None else 0
    check.last_segment = inspection.segments[-1].number if inspection.segments else 0
    check.complaints += [str(problem) for problem in inspection.damage]
    if inspection.torn is not None:
        check.complaints.append(f"torn as by a power cut: {inspection.torn}")
    if check.is_whole:
        _check_audit(folder, check, inspection.segments[0].number == 1 if inspection.segments else True)
    return check


def _check_audit(folder: Path, check: RecordCheck, has_first: bool) -> None:
    chain = ChainReader(whole=has_first)
    reader = JournalReader(folder, kinds=frozenset((kinds.OPERATOR,)))
    while (record := reader.next_record()) is not None:
        if record.kind == kinds.OPERATOR:
            chain.take(record)
    check.audit_records, check.audit_head = chain.number, chain.head
    if chain.problem:
        check.complaints.append(f"the audit is broken at journal record {chain.problem_sequence}: {chain.problem}")
