"""Find one run in a journal and read it moment by moment: what was recorded in one turn of the gateway's loop."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.layout import HEADER_BYTES, segment_paths, unpack_header
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.journal.views import open_view


class ReplayError(Exception):
    """Report a recording that can't be played: what is missing, and what to do."""


@dataclass(slots=True)
class Moment:
    """The records of one turn; their monotonic time is one, their UTC time the first one's."""

    now_ns: int
    utc_ns: int
    records: list[Record]


class Recording:
    """One run of a gateway, as its journal has it; ``streams`` names the streams that were read so far."""

    def __init__(self, folder: Path, epoch: int, before: dict[int, Path], first_segment: int) -> None:
        self.folder = folder
        self.epoch = epoch
        self.streams: dict[int, StreamInfo] = {}
        self._before = before
        self._first_segment = first_segment

    def copy_what_came_before(self, folder: Path) -> None:
        """Copy the segments of earlier runs: what a start finds."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in self._before.values():
            shutil.copy2(path, folder / path.name)

    def moments(self) -> Iterator[Moment]:
        """Yield the run's turns in order; the first one is its start. Raises JournalDamage, JournalError."""
        moment: Moment | None = None
        for record in records_of_run(self.folder, self._first_segment, self.epoch, self.streams):
            if record.kind == kinds.STREAM:
                continue
            if moment is None or record.now_ns != moment.now_ns:
                if moment is not None:
                    yield moment
                moment = Moment(record.now_ns, record.utc_ns, [])
            moment.records.append(record)
        if moment is not None:
            yield moment


def records_of_run(folder: Path, first_segment: int, epoch: int, streams: dict[int, StreamInfo]) -> Iterator[Record]:
    """Yield the records of one epoch, those that name streams among them; keep ``streams`` up to date."""
    reader = JournalReader(folder, first_segment)
    while (record := reader.next_record()) is not None and record.epoch <= epoch:
        streams |= reader.streams
        if record.epoch == epoch:
            yield record


def open_recording(folder: Path, epoch: int = 0) -> Recording:
    """Return a run by its epoch, 0 for the last one. Raises ReplayError, JournalError."""
    epochs = _epochs(folder)
    known = sorted(set(epochs.values()))
    chosen = epoch or known[-1]
    if chosen not in known:
        raise ReplayError(f"run {epoch} received, journal {folder} has {known[0]} to {known[-1]}")
    first = min(number for number, found in epochs.items() if found == chosen)
    paths = segment_paths(folder)
    before = {number: path for number, path in paths.items() if number < first}
    if first > 1 and not before:
        raise ReplayError(
            f"run {chosen} begins with segment {first}, and what came before it is no longer kept: expected the "
            "segments that its start read; keep a copy of the journal's folder as it was before the run"
        )
    return Recording(folder, chosen, before, first)


def _epochs(folder: Path) -> dict[int, int]:
    """Return by segment the epoch that it was written under."""
    found: dict[int, int] = {}
    for number, path in segment_paths(folder).items():
        try:
            header = unpack_header(open_view(path)[:HEADER_BYTES])
        except (OSError, ValueError) as error:
            raise JournalError(f"segment {number} ({path}) can't be read: {error}") from error
        if header.committed > HEADER_BYTES:
            found[number] = header.epoch
    if not found:
        raise ReplayError(f"journal {folder} has no records")
    return found
