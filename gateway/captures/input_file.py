"""Read a file in pieces, plain or gzip (told by its first bytes, not by its name), as whole as it is."""

import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

CHUNK_BYTES: Final = 4 * 1024 * 1024
_COMPRESSED_CHUNK_BYTES: Final = 1024 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP: Final = 16 + zlib.MAX_WBITS


class InputFile:
    """Give a file's bytes: ``read`` until it is empty, then ``damage`` says whether that was the end (``""``) or not.

    ``position`` of ``size_bytes`` is how much of the file on disk has been read.
    """

    def __init__(self, path: Path) -> None:
        """Open it; raises OSError."""
        self.size_bytes = path.stat().st_size
        self.position = 0
        self.damage = ""
        self._file: BinaryIO = path.open("rb")
        self.is_compressed = self._file.read(2) == _GZIP_MAGIC
        self._file.seek(0)
        self._inflater = zlib.decompressobj(_GZIP)
        self._waiting = b""

    def __enter__(self) -> "InputFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def read(self) -> bytes:
        """Return the next bytes, ``b""`` at the end. Where compressed data is damaged, what came before it is given."""
        if not self.is_compressed:
            data = self._file.read(CHUNK_BYTES)
            self.position += len(data)
            return data
        while not self.damage:
            if not self._waiting:
                self._waiting = self._file.read(_COMPRESSED_CHUNK_BYTES)
                self.position += len(self._waiting)
            if not self._waiting:
                self._end()
                return b""
            data = self._inflate()
            if data:
                return data
        return b""

    def _inflate(self) -> bytes:
        if self._inflater.eof:
            # a file may hold several compressed members, one behind the other
            self._inflater = zlib.decompressobj(_GZIP)
        try:
            data = self._inflater.decompress(self._waiting, CHUNK_BYTES)
        except zlib.error as error:
            self.damage = f"compressed data is damaged before byte {self.position} of the file: {error}"
            return b""
        self._waiting = self._inflater.unconsumed_tail or self._inflater.unused_data
        return data

    def _end(self) -> None:
        if not self._inflater.eof:
            self.damage = f"compressed data ends in the middle, at byte {self.position} of the file"
