"""Check that records are kept as they must be: the journal whole, from when to when, every segment's checksum right."""

from dataclasses import dataclass, field
from pathlib import Path

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
    return check
