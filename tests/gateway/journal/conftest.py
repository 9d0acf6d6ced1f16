"""Give journals to tests: small segments, fixed clocks, and a crash that is a copy of the files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.gateway.journal.recovery import Recovery, recover
from fairlead.gateway.journal.segments import JournalSettings, Sync
from fairlead.gateway.journal.writer_cy import JournalWriter
from fairlead.gateway.orders.ledger_cy import Ledger

THIS_BOOT = b"boot-0000000001!"
NEXT_BOOT = b"boot-0000000002!"
KIND = 1000


class Journals:
    """Open, crash and read the journals of one test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "journal"
        self._copies = 0

    def settings(self, folder: Path | None = None, segment_bytes: int = 8192, sync: Sync = "async") -> JournalSettings:
        return JournalSettings(folder or self.folder, segment_bytes, sync, fault_ahead_bytes=4096)

    def recover(self, folder: Path | None = None, boot: bytes = THIS_BOOT, segment_bytes: int = 8192) -> Recovery:
        return recover(self.settings(folder, segment_bytes), boot)

    def open(self, folder: Path | None = None, segment_bytes: int = 8192, sync: Sync = "async") -> JournalWriter:
        settings = self.settings(folder, segment_bytes, sync)
        return recover(settings, THIS_BOOT).open_writer(utc_ns=1_000, now_ns=1)

    def crash(self) -> Path:
        """Return a copy of the folder: what a process killed at this instant would leave."""
        self._copies += 1
        return shutil.copytree(self.folder, self.root / f"crash-{self._copies}")

    def payloads(self, folder: Path | None = None, boot: bytes = THIS_BOOT) -> list[bytes]:
        recovery = self.recover(folder, boot)
        try:
            return [record.payload for record in recovery.records() if record.kind == KIND]
        finally:
            recovery.close()


def write_snapshot(writer: JournalWriter) -> None:
    """Record the books of a gateway that has had no order, which stand for all records before."""
    Ledger(lambda kind, payload, utc_ns: writer.append(0, kind, payload, utc_ns, 7), 1).write_snapshot(5_000)


@pytest.fixture
def journals(tmp_path: Path) -> Journals:
    return Journals(tmp_path)


@pytest.fixture
def put() -> Callable[[JournalWriter, bytes], int]:
    def append(writer: JournalWriter, payload: bytes) -> int:
        return writer.append(0, KIND, payload, 5_000, 7)

    return append
