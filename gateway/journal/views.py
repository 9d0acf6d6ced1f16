"""Map segments for reading, whichever way they lie on the disk."""

import mmap
from collections import OrderedDict
from pathlib import Path

from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.inspection import read_segment
from fairlead.gateway.journal.layout import COMPRESSED_SUFFIX, RECORD_BYTES, segment_path


def open_view(path: Path) -> mmap.mmap | bytes:
    """Return a segment's bytes: mapped, so that what is written later shows, or unpacked from a compressed one.

    Only what is committed may be read: the file may be cut behind it. Raises OSError or ValueError.
    """
    if path.name.endswith(COMPRESSED_SUFFIX):
        return read_segment(path)
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class SegmentViews:
    """Keep the views used last, to read records back by their place."""

    def __init__(self, folder: Path, keep: int = 8) -> None:
        self._folder = folder
        self._keep = keep
        self._views: OrderedDict[int, mmap.mmap | bytes] = OrderedDict()

    def payload(self, segment: int, offset: int) -> bytes:
        """Return the payload of the record at a place that is known to hold one. Raises JournalError."""
        view = self._view(segment)
        length = int.from_bytes(view[offset : offset + 4], "little")
        start = offset + RECORD_BYTES
        return bytes(view[start : start + length])

    def _view(self, segment: int) -> mmap.mmap | bytes:
        view = self._views.get(segment)
        if view is not None:
            self._views.move_to_end(segment)
            return view
        path = segment_path(self._folder, segment)
        if not path.exists():
            path = path.with_name(path.name.removesuffix(".seg") + COMPRESSED_SUFFIX)
        try:
            view = self._views[segment] = open_view(path)
        except (OSError, ValueError) as error:
            raise JournalError(f"can't read journal segment {path}: {error}") from error
        while len(self._views) > self._keep:
            self._views.popitem(last=False)
        return view

    def close(self) -> None:
        """Unmap everything."""
        self._views.clear()
