"""Cut a byte stream into verified FIX frames."""

from fairlead.codecs.fix.message_cy import FixMessage


class Garbled:
    """Report a dropped stretch: ``reason`` (received, expected), ``raw`` (a bounded copy), ``offset`` in the stream, ``length``."""

    def __init__(self, reason: str, raw: bytes, offset: int, length: int) -> None:
        self.reason = reason
        self.raw = raw
        self.offset = offset
        self.length = length


class FrameReader:
    """Verify and index frames from any chunking; memory is bounded by ``max_frame_bytes`` and the chunk."""

    def __init__(self, max_frame_bytes: int = 65536) -> None:
        self.max_frame_bytes = max_frame_bytes

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes as they came."""
        raise NotImplementedError

    def next_frame(self) -> FixMessage | Garbled | None:
        """Return the next message or dropped stretch, None if more bytes are needed; the message is reused."""
        raise NotImplementedError

    def feed_eof(self) -> Garbled | None:
        """Return what was left unfinished at the end of the stream, if anything."""
        raise NotImplementedError
