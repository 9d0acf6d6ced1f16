"""Time ITCH messages into Arrow columns and into Parquet, beside simple struct code with pyarrow."""

import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.itch_stream import make_stream
from benchmarks.tables import Table
from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.binary.columns_cy import FULL, ColumnDecoder
from fairlead.gateway.history.parquet_tables import BATCH_ROWS, ParquetTables
from fairlead.gateway.parquet import load_pyarrow

ROUNDS = 5
MESSAGES = 400_000
_STRUCTS = {
    "A": (">HH6sQcI8sI", ("locate", "tracking", "time", "reference", "side", "shares", "stock", "price")),
    "E": (">HH6sQIQ", ("locate", "tracking", "time", "reference", "shares", "match")),
    "X": (">HH6sQI", ("locate", "tracking", "time", "reference", "shares")),
    "D": (">HH6sQ", ("locate", "tracking", "time", "reference")),
    "U": (">HH6sQQII", ("locate", "tracking", "time", "reference", "new_reference", "shares", "price")),
}


def _columns(data: bytes) -> None:
    protocol = load_protocol("itch_5_0")
    decoder = ColumnDecoder(protocol.layouts_of(Direction.TO_CLIENT), protocol.type_field.offset, BATCH_ROWS)
    at = 0
    while True:
        at = decoder.feed(data, at, len(data))
        if decoder.stopped != FULL:
            return
        for table in decoder.tables.values():
            table.clear()


def _parquet(data: bytes, folder: Path) -> None:
    tables = ParquetTables(folder, load_protocol("itch_5_0"), "benchmark")
    tables.feed(data, 0, len(data))
    tables.close()


def _simple(data: bytes, folder: Path | None) -> None:
    """Do what a script would: unpack each message by its type's format, collect the rows, write them."""
    known = {ord(kind): (struct.Struct(form), kind) for kind, (form, _) in _STRUCTS.items()}
    rows: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in _STRUCTS}
    at = 0
    while at < len(data):
        size = data[at] << 8 | data[at + 1]
        found = known.get(data[at + 2])
        if found is not None:
            rows[found[1]].append(found[0].unpack_from(data, at + 3))
        at += 2 + size
    if folder is None:
        return
    pa = load_pyarrow()
    for kind, (_, names) in _STRUCTS.items():
        columns = [list(column) for column in zip(*rows[kind], strict=True)]
        if not columns:
            continue
        at_time = names.index("time")
        columns[at_time] = [int.from_bytes(value, "big") for value in columns[at_time]]
        table = pa.table(dict(zip(names, columns, strict=True)))
        pa.parquet.write_table(table, folder / f"{kind}.parquet", compression="zstd", compression_level=1)


def main(share: float = 1.0, rounds: int = ROUNDS) -> list[Table]:
    """Return messages a second on one core, medians of interleaved rounds, and the ratio to simple struct code."""
    data, count = make_stream(max(2000, int(MESSAGES * share)))
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        subjects: dict[str, Callable[[], None]] = {
            "struct": lambda: _simple(data, None),
            "struct + pyarrow": lambda: _simple(data, folder),
            "columns": lambda: _columns(data),
            "columns + Parquet": lambda: _parquet(data, folder),
        }
        times: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(rounds):
            for name, run in subjects.items():
                start = time.perf_counter()
                run()
                times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in times.items()}
    against = {"columns": "struct", "columns + Parquet": "struct + pyarrow"}
    rows = [
        [name, f"{count / median:,.0f}", f"{medians[against.get(name, name)] / median:.1f} x", against.get(name, name)]
        for name, median in medians.items()
    ]
    return [Table("ITCH into columns", ["way", "messages a second", "times as fast", "as"], rows)]
