"""Write order records as CSV or Parquet."""

import csv
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fairlead.gateway.compliance.order_forms import AMOUNT, FLAG, TEXT, WHOLE, Form, Value
from fairlead.gateway.parquet import load_pyarrow

BATCH_ROWS: Final = 16_384
"""Rows of a Parquet row group: what is in memory at once."""

Rows = Iterable[dict[str, Value]]


def write_csv(path: Path, form: Form, rows: Rows) -> int:
    """Write one line a record below a header and return how many there were; an absent value is empty.

    Raises OSError.
    """
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in form.columns])
        for row in rows:
            writer.writerow([_text(row[column.name]) for column in form.columns])
            count += 1
    return count


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)


def write_parquet(path: Path, form: Form, rows: Rows) -> int:
    """Write one row a record and return how many there were; amounts are decimals, exact.

    Raises ParquetMissing, OSError.
    """
    pa = load_pyarrow()
    types: dict[str, Any] = {TEXT: pa.string(), AMOUNT: pa.decimal128(38, 8), WHOLE: pa.int64(), FLAG: pa.bool_()}
    schema = pa.schema([(column.name, types[column.type]) for column in form.columns])
    count = 0
    batch: list[dict[str, Value]] = []
    with pa.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for row in rows:
            batch.append(row)
            count += 1
            if len(batch) == BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                batch = []
        if batch or not count:
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    return count


WRITERS: Final[dict[str, Callable[[Path, Form, Rows], int]]] = {".csv": write_csv, ".parquet": write_parquet}
