"""Write the log where it goes, and lose lines rather than the gateway where it can't be written."""

from __future__ import annotations

import json
from typing import TextIO


class LogOutput:
    """Be the file that structlog prints to.

    A log that can't be written (its disk is full, its reader is gone) must stop neither the order path nor the end that
    a failed journal asks for. What was lost is counted, and said as soon as something can be said again.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost_writes = 0

    def write(self, text: str) -> int:
        """Write, or count what was lost."""
        try:
            if self.lost_writes and text.strip():
                told = {"event": "log_lost", "level": "error", "lost_writes": self.lost_writes}
                self._stream.write(f"{json.dumps(told)}\n")
                self._stream.flush()
                self.lost_writes = 0
            self._stream.write(text)
        except (OSError, ValueError):  # ValueError: it is closed
            self.lost_writes += 1
        return len(text)

    def flush(self) -> None:
        """Write through."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self.lost_writes += 1
