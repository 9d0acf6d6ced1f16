"""Cut a byte stream into lines, with a hard limit."""

from typing import Final

MAX_REPLY_BYTES: Final = 1024 * 1024
"""The longest line that the gateway sends."""


class LineReader:
    """Collect bytes and hand out whole lines, without their line end (``\\n`` or ``\\r\\n``).

    A line longer than ``max_line_bytes`` can't be skipped safely: ``oversized`` turns true once the lines before it
    are handed out, and nothing more comes. Memory stays within the limit plus one ``feed``.
    """

    def __init__(self, max_line_bytes: int) -> None:
        self._max_line_bytes = max_line_bytes
        self._buffer = bytearray()
        self._start = 0
        self._searched = 0
        self.oversized = False

    @property
    def unfinished_bytes(self) -> int:
        """Return how many bytes of a line without its end are held."""
        return len(self._buffer) - self._start

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes as they came; they are copied."""
        if self.oversized:
            return
        if self._start:
            del self._buffer[: self._start]
            self._searched -= self._start
            self._start = 0
        self._buffer += data

    def next_line(self) -> bytes | None:
        """Return the next whole line, None where more bytes are needed or the line is oversized."""
        if self.oversized:
            return None
        end = self._buffer.find(b"\n", self._searched)
        self._searched = len(self._buffer) if end < 0 else end + 1
        length = self._searched - self._start - (end >= 0)
        if length > self._max_line_bytes:
            self.oversized = True
            return None
        if end < 0:
            return None
        line = bytes(self._buffer[self._start : end])
        self._start = end + 1
        return line.removesuffix(b"\r")
