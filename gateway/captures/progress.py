"""Show on a terminal how much of a file was read, and how fast."""

import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fairlead.gateway.captures.input_file import InputFile


class ReadingBar:
    """A progress bar on standard error; none where that is no terminal, or where results go to the same one."""

    def __init__(self, file: InputFile, count: Callable[[], int], beside_results: bool = False) -> None:
        self._file = file
        self._count = count
        self._begin = time.monotonic()
        console = Console(stderr=True)
        shown = console.is_terminal and not (beside_results and sys.stdout.isatty())
        self._progress = Progress(
            TextColumn("{task.percentage:>3.0f} %"),
            BarColumn(),
            TextColumn("{task.fields[count]:,} messages, {task.fields[rate]:,.0f}/s"),
            TimeRemainingColumn(),
            console=console,
            disable=not shown,
        )
        self._task = self._progress.add_task("", total=file.size_bytes, count=0, rate=0.0)

    def __enter__(self) -> "ReadingBar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.advance()
        self._progress.stop()

    def advance(self) -> None:
        """Show where the file stands now."""
        count = self._count()
        rate = count / max(time.monotonic() - self._begin, 1e-9)
        self._progress.update(self._task, completed=self._file.position, count=count, rate=rate)
