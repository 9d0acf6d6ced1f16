"""Write records as a Parquet file, one row each, for pandas, DuckDB and the like. Needs pyarrow (extra ``parquet``)."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.decoding import DecodedRecord
from fairlead.gateway.journal.order_links import frame_ids
from fairlead.gateway.journal.rendering import raw_line
from fairlead.gateway.parquet import load_pyarrow

if TYPE_CHECKING:
    import pyarrow

BATCH_ROWS: Final = 16_384
"""Rows of a row group: what is in memory at once."""


def parquet_schema() -> "pyarrow.Schema":
    """Return the columns. Raises ParquetMissing."""
    pa = load_pyarrow()
    utc = pa.timestamp("ns", tz="UTC")
    return pa.schema(
        [
            ("sequence", pa.int64()),
            ("time", utc),
            ("monotonic_ns", pa.int64()),
            ("stream", pa.dictionary(pa.int32(), pa.string())),
            ("kind", pa.dictionary(pa.int32(), pa.string())),
            ("direction", pa.dictionary(pa.int32(), pa.string())),
            ("msg_seq_num", pa.int64()),
            ("msg_type", pa.dictionary(pa.int32(), pa.string())),
            ("cl_ord_id", pa.string()),
            ("payload", pa.string()),
        ]
    )


def write_parquet(path: Path, records: Iterable[tuple[DecodedRecord, int]]) -> int:
    """Write (record, its monotonic ns) and return how many there were; secrets are masked as everywhere.

    What a record does not have is null. ``payload`` is its text: FIX as ``tag=value|``. Raises ParquetMissing, OSError.
    """
    pa = load_pyarrow()
    schema = parquet_schema()
    count = 0
    rows: list[dict[str, Any]] = []
    with pa.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for record, now_ns in records:
            rows.append(_row(record, now_ns))
            count += 1
            if len(rows) == BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                rows = []
        if rows or not count:
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
    return count


def _row(record: DecodedRecord, now_ns: int) -> dict[str, Any]:
    return {
        "sequence": record.sequence,
        "time": record.utc_ns,
        "monotonic_ns": now_ns,
        "stream": record.stream,
        "kind": kinds.kind_name(record.kind),
        "direction": record.direction or None,
        "msg_seq_num": record.msg_seq_num or None,
        "msg_type": record.msg_type or None,
        "cl_ord_id": _cl_ord_id(record),
        "payload": raw_line(record),
    }


def _cl_ord_id(record: DecodedRecord) -> str | None:
    if record.fields:
        return next((value.decode("latin-1") for tag, value in record.fields if tag == 11), None)
    if record.kind in kinds.FRAME_KINDS:
        return next(frame_ids(record), None)
    said = record.values.get("cl_ord_id")
    return str(said) if said is not None else None
