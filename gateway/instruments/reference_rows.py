"""Read the rows of an instrument reference file, CSV or Parquet, as texts by column."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fairlead.gateway.instruments.reference_columns import COLUMNS
from fairlead.gateway.parquet import ParquetMissing, load_pyarrow

Row = tuple[int, dict[str, str]]
"""Line of a CSV file, or number of a Parquet row, from 1; cells by column, empty ones left out."""

MAX_CELL_CHARACTERS: Final = 4096


@dataclass(slots=True)
class FileRows:
    """Hold one file's rows and what is wrong with its form. ``unit`` is what its numbers count."""

    name: str
    unit: str
    rows: list[Row] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def at(self, number: int) -> str:
        """Name a row for people."""
        return f"{self.name} {self.unit} {number}"


def read_rows(path: Path, name: str) -> FileRows:
    """Return the file's rows; what can't be read is among the mistakes, each with its place. Nothing is raised."""
    if path.suffix == ".parquet":
        found = FileRows(name, "row")
        return _guarded(found, path, _read_parquet)
    return _guarded(FileRows(name, "line"), path, _read_csv)


def _guarded(found: FileRows, path: Path, read: Any) -> FileRows:
    try:
        read(found, path)
    except ParquetMissing as error:
        found.mistakes.append(f"{found.name}: {error}")
    except OSError as error:
        found.mistakes.append(f"{found.name}: can't be read: {error.strerror or error}")
    except UnicodeDecodeError as error:
        found.mistakes.append(f"{found.name}: not UTF-8: byte {error.object[error.start]:#04x} received")
    except csv.Error as error:
        found.mistakes.append(f"{found.name}: not CSV: {error}")
    return found


def _check_header(found: FileRows, columns: Sequence[str]) -> bool:
    place = found.at(1) if found.unit == "line" else found.name
    unknown = [name for name in columns if name not in COLUMNS]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    found.mistakes += [
        *(f"{place}: column {name!r} received, expected one of {', '.join(COLUMNS)}" for name in unknown),
        *(f"{place}: column {name!r} received twice, expected it once" for name in twice if name in COLUMNS),
        *(f"{place}: no column {name!r} received, expected it" for name in ("record",) if name not in columns),
    ]
    return not unknown and not twice and "record" in columns


def _read_csv(found: FileRows, path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        if not _check_header(found, header):
            return
        width = len(header)
        number = reader.line_num
        for cells in reader:
            # a quoted cell may span lines: a row is where it begins
            number, line = reader.line_num, number + 1
            if not cells:
                continue
            if len(cells) != width:
                found.mistakes.append(f"{found.at(line)}: {len(cells)} cells received, expected {width}")
                continue
            found.rows.append((line, {name: cell for name, cell in zip(header, cells, strict=True) if cell}))


def _read_parquet(found: FileRows, path: Path) -> None:
    pa = load_pyarrow()
    try:
        file = pa.parquet.ParquetFile(path)
    except pa.ArrowInvalid as error:
        found.mistakes.append(f"{found.name}: not Parquet: {error}")
        return
    with file:
        schema = file.schema_arrow
        whole = _check_header(found, schema.names)
        for column in schema:
            if pa.types.is_floating(column.type):
                found.mistakes.append(
                    f"{found.name}, {column.name}: {column.type} received, expected decimals, integers or text: "
                    "a binary float is not exact"
                )
                whole = False
        if not whole:
            return
        number = 0
        for batch in file.iter_batches(batch_size=8192):
            for row in batch.to_pylist():
                number += 1
                found.rows.append((number, dict(_texts(row))))


def _texts(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        text = _text(value)
        if text:
            yield name, text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)
