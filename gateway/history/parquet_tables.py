"""Write messages to one Parquet file a message type, in row groups, so that memory stays flat."""

from pathlib import Path
from typing import Any, Final

from fairlead.codecs.binary import Direction, Protocol
from fairlead.codecs.binary.columns_cy import (
    CODE,
    FULL,
    NUMBER,
    TAKEN,
    TIME,
    UNSIGNED,
    Column,
    ColumnDecoder,
    ColumnTable,
)
from fairlead.gateway.history.columns import arrow_batch, arrow_schema
from fairlead.gateway.parquet import load_pyarrow

BATCH_ROWS: Final = 131_072
"""Rows of a row group: what is in memory at once, for each message type."""
_PART: Final = ".part"


class ParquetTables:
    """Take messages in the manner of a ``ColumnDecoder`` and write them to ``folder``.

    Files are NAME.parquet.part until ``close``, so that what is called NAME.parquet is whole.
    """

    def __init__(self, folder: Path, protocol: Protocol, source: str, batch_rows: int = BATCH_ROWS) -> None:
        """Raises ParquetMissing."""
        self._pa = load_pyarrow()
        self._folder = folder
        self._protocol = protocol
        self._source = source
        self._writers: dict[str, Any] = {}
        self._schemas: dict[str, Any] = {}
        self.rows: dict[str, int] = {}
        layouts = [layout for layout in protocol.layouts_of(Direction.TO_CLIENT) if layout.type_code >= 0]
        self.decoder = ColumnDecoder(layouts, protocol.type_field.offset, batch_rows)

    def feed(self, data: bytes | bytearray, at: int, end: int) -> tuple[int, int]:
        """Take messages that stand behind their lengths; return where and why it stopped, as ``ColumnDecoder.feed``."""
        at = self.decoder.feed(data, at, end)
        while self.decoder.stopped == FULL:
            self._flush_full()
            at = self.decoder.feed(data, at, end)
        return at, self.decoder.stopped

    def add(self, data: bytes | bytearray, start: int, end: int) -> int:
        """Take one message; return TAKEN or what is wrong with it (``columns_cy``)."""
        stopped = self.decoder.add(data, start, end)
        if stopped == FULL:
            self._flush_full()
            stopped = self.decoder.add(data, start, end)
            assert stopped == TAKEN
        return stopped

    def skip(self, number: int | None = None) -> None:
        """Count a message that could not be taken, or set the number of the next one."""
        self.decoder.message_number = self.decoder.message_number + 1 if number is None else number - 1

    def close(self) -> dict[str, int]:
        """Write what is left, finish the files, and return the number of rows by message type."""
        for name, table in self.decoder.tables.items():
            if table.rows:
                self._flush(name, table)
        for name, writer in self._writers.items():
            writer.close()
            part = self._path(name)
            part.rename(part.with_suffix(""))
        return dict(self.rows)

    def abandon(self) -> None:
        """Close the files as they are, under the name of what is not whole."""
        for writer in self._writers.values():
            writer.close()

    def _flush_full(self) -> None:
        for name, table in self.decoder.tables.items():
            if table.rows == table.capacity:
                self._flush(name, table)

    def _flush(self, name: str, table: ColumnTable) -> None:
        writer = self._writers.get(name)
        if writer is None:
            self._schemas[name] = arrow_schema(self._pa, table, self._protocol, self._source)
            self._writers[name] = writer = self._open(name, table)
        writer.write_batch(arrow_batch(self._pa, table, self._schemas[name]))
        self.rows[name] = self.rows.get(name, 0) + table.rows
        table.clear()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.parquet{_PART}"

    def _open(self, name: str, table: ColumnTable) -> Any:
        return self._pa.parquet.ParquetWriter(
            self._path(name),
            self._schemas[name],
            compression="zstd",
            compression_level=1,
            # numbers hardly repeat: a dictionary of them costs time and saves nothing
            use_dictionary=[column.name for column in table.columns if column.kind == CODE],
            # numbers that mostly rise are kept as differences, which is smaller and no slower
            column_encoding={column.name: "DELTA_BINARY_PACKED" for column in table.columns if _rises(column)},
            store_decimal_as_integer=True,
        )


def _rises(column: Column) -> bool:
    return column.kind in (NUMBER, TIME) or (column.kind == UNSIGNED and column.width == 8)
