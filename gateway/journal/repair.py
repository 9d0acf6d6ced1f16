"""Cut a damaged journal off where the damage begins, with a copy of everything that is given up."""

import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

from fairlead.gateway.journal.errors import JournalDamage, JournalError, disk_problem
from fairlead.gateway.journal.inspection import Inspection, SegmentCheck, inspect, read_header, read_segment
from fairlead.gateway.journal.kinds import OPERATOR
from fairlead.gateway.journal.layout import COMMITTED_AT, HEADER_BYTES, SEALED_AT, SUFFIX, SYNCED_AT, segment_path
from fairlead.gateway.journal.lock import FolderLock
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings

SEGMENT_BYTES: Final = 1 << 20
"""Room for the names of all streams and one record; the next gateway begins a segment of its own."""


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
        report = _cut(inspection, utc_ns) if inspection.damage else None
    except OSError as error:
        raise JournalError(disk_problem("repair journal", folder, 0, error)) from error
    finally:
        lock.release()
    if report is not None:
        _record(folder, report, utc_ns)
    return report


def _record(folder: Path, report: RepairReport, utc_ns: int) -> None:
    """Write down what was given up, under an epoch beyond those of what was set aside: ids are made of epochs.

    Nothing is written where what was kept can't be started from either, which verify and the next start tell.
    """
    fact = {"event": "repair", **asdict(report), "set_aside": report.set_aside.name}
    try:
        recovery = recover(JournalSettings(folder, SEGMENT_BYTES, sync="group"))
    except JournalDamage:
        return
    try:
        writer = recovery.open_writer(utc_ns, 0, _epoch_set_aside(folder))
    finally:
        recovery.close()
    try:
        writer.append(0, OPERATOR, orjson.dumps(fact), utc_ns, 0)
        writer.commit()
    finally:
        writer.close()


def _epoch_set_aside(folder: Path) -> int:
    """Return an epoch that no segment set aside is beyond, by this repair or an earlier one."""
    epoch = unreadable = 0
    for path in folder.glob(f"set-aside-*/*{SUFFIX}*"):
        try:
            epoch = max(epoch, read_header(path).epoch)
        except ValueError:
            # each segment is of the epoch before it or of the next one
            unreadable += 1
    return epoch + unreadable


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
