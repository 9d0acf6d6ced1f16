"""Follow the journal of a gateway that runs, has stopped, or has not begun yet.

Each record goes to the listeners that want its kind, once: what they write to the database and the position of the
last record are one transaction, so a follower that was killed passes nothing twice and leaves nothing out.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.database import Database

NO_STREAM: Final = StreamInfo(0, "", "")
"""Whose a record is whose stream no record has named: one of the process itself."""
BATCH: Final = 2000
"""Records taken at most between two looks at everything else."""


class Listener(Protocol):
    """What wants to see records. ``kinds`` are those of ``gateway/journal/kinds``; ``name`` keys its state."""

    name: str
    kinds: frozenset[int]

    def on_record(self, record: Record, stream: StreamInfo) -> None:
        """Take a record; the stream's name is ``venue:NAME``, ``strategy:NAME``, ``orders`` or another."""

    def keep(self) -> Any:
        """Return what must outlive a restart of this process and is not in tables, as JSON; None for nothing."""

    def restore(self, state: Any) -> None:
        """Take back what ``keep`` returned, before the first record."""


class JournalFollower:
    """Pass records on from where the database stands. ``problem`` is why following has stopped, "" while it goes on."""

    def __init__(self, folder: Path, database: Database, listeners: Sequence[Listener]) -> None:
        self.problem = ""
        self.is_caught_up = False
        """Whether the last look left nothing unread."""
        self.last_utc_ns = 0
        """When the last record was written."""
        self._folder = folder
        self._database = database
        self._listeners = listeners
        self._wanted: dict[int, list[Listener]] = {}
        for listener in listeners:
            for kind in listener.kinds:
                self._wanted.setdefault(kind, []).append(listener)
            state = database.kept(listener.name)
            if state is not None:
                listener.restore(state)
        self.segment, self.sequence = database.position()
        self._reader: JournalReader | None = None

    def poll(self, limit: int = BATCH) -> int:
        """Pass on up to ``limit`` records that were committed meanwhile, and return how many.

        A damaged journal sets ``problem``; the next poll tries again, since ``journal repair`` may have mended it.
        """
        if self._reader is None:
            if not self._folder.is_dir():
                self.is_caught_up = True
                return 0
            self._reader = JournalReader(self._folder, self.segment, frozenset(self._wanted))
        with self._database.transaction():
            count = self._pass_on(self._reader, limit)
            if count:
                self._keep()
        self.is_caught_up = count < limit and not self.problem
        return count

    def _pass_on(self, reader: JournalReader, limit: int) -> int:
        count = 0
        self.problem = ""
        while count < limit:
            try:
                record = reader.next_record()
            except JournalError as error:
                # what came before it is good, and has been passed on
                self.problem = str(error)
                self._reader = None
                break
            if record is None:
                break
            if record.sequence <= self.sequence:
                continue
            stream = reader.streams.get(record.stream, NO_STREAM)
            for listener in self._wanted.get(record.kind, ()):
                listener.on_record(record, stream)
            self.segment, self.sequence, self.last_utc_ns = record.segment, record.sequence, record.utc_ns
            count += 1
        return count

    def _keep(self) -> None:
        for listener in self._listeners:
            state = listener.keep()
            if state is not None:
                self._database.keep(listener.name, state)
        self._database.set_position(self.segment, self.sequence)
