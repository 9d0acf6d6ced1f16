"""Keep two processes from writing one journal."""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import Final

from fairlead.gateway.journal.errors import JournalError, disk_problem

LOCK_NAME: Final = "lock"


class FolderLock:
    """Hold the folder's lock until ``release``; the system frees it where the process dies.

    Raises JournalError, naming the holder, where another process writes this journal.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_NAME
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise JournalError(disk_problem("open", path, 0, error)) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise JournalError(f"journal {folder} is in use by process {holder}") from error
        # only a hint for whom it refuses: a full disk must not keep a gateway from saying so later
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Give the folder free; a second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
