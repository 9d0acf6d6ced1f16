"""Cut a damaged journal off where the damage begins, with a copy of everything that is given up."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fairlead.gateway.journal.errors import JournalError, disk_problem
from fairlead.gateway.journal.inspection import Inspection, SegmentCheck, inspect, read_segment
from fairlead.gateway.journal.layout import COMMITTED_AT, HEADER_BYTES, SEALED_AT, SYNCED_AT, segment_path
from fairlead.gateway.journal.lock import FolderLock


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was given up: ``lost_records`` counts the good records behind the damage."""

    damage: str
    set_aside: Path
    kept_records: int
    lost_records: int


def repair(folder: Path, utc_ns: int) -> RepairReport | None:
    """Truncate the journal at its first damage, setting the damaged and later segments aside; None if it is whole.

    Raises JournalError where a gateway is using the journal or the disk does not let it.
    """
    lock = FolderLock(folder)
    try:
        inspection = inspect(folder)
        return _cut(inspection, utc_ns) if inspection.damage else None
    except OSError as error:
        raise JournalError(disk_problem("repair journal", folder, 0, error)) from error
    finally:
        lock.release()


def _cut(inspection: Inspection, utc_ns: int) -> RepairReport:
    problem = inspection.damage[0]
    stamp = datetime.fromtimestamp(utc_ns / 1e9, UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = inspection.folder / f"set-aside-{stamp}"
    aside.mkdir()
    kept = lost = 0
    for check in [*inspection.segments, *inspection.unused]:
        if check.number < problem.segment:
            kept += check.records
            continue
        shutil.copy2(check.path, aside)
        if check.number == problem.segment and problem.offset > HEADER_BYTES:
            kept += check.records
            lost += problem.records_after
            _truncate(inspection.folder, check)
        else:
            lost += check.records
            check.path.unlink()
    return RepairReport(str(problem), aside, kept, lost)


def _truncate(folder: Path, check: SegmentCheck) -> None:
    data = bytearray(read_segment(check.path)[: check.end])
    for at in (COMMITTED_AT, SEALED_AT, SYNCED_AT):
        data[at : at + 8] = check.end.to_bytes(8, "little")
    plain = segment_path(folder, check.number)
    part = plain.with_name(plain.name + ".part")
    part.write_bytes(data)
    part.rename(plain)
    if check.path != plain:
        check.path.unlink()
