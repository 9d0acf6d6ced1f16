"""Make Arrow arrays of what the columnar decoder holds, without copying a value.

Numbers are integers, prices exact decimals, times of day durations since midnight, codes text by dictionary.
"""

from typing import Any, Final

from fairlead.codecs.binary import Protocol
from fairlead.codecs.binary.columns_cy import (
    CODE,
    DECIMAL,
    DECIMAL_UNSIGNED,
    LONG_TEXT,
    MESSAGE_NUMBER,
    NUMBER,
    OCTETS,
    SIGNED,
    TIME,
    UNSIGNED,
    Column,
    ColumnTable,
)
from fairlead.codecs.binary.layout_cy import OF_THE_INSTRUMENT

_OWN_NUMBER: Final = {MESSAGE_NUMBER: "number of the message in its file or session, from 1"}
_SINCE_EPOCH: Final = "ns_since_epoch"


def arrow_type(pa: Any, column: Column) -> Any:
    """Return a column's Arrow type."""
    kind, field = column.kind, column.field
    if kind == NUMBER or field is None:
        return pa.uint64()
    if kind in (DECIMAL, DECIMAL_UNSIGNED):
        return pa.decimal128(len(str(field.highest)), field.scale)
    if kind == TIME:
        return pa.timestamp("ns", tz="UTC") if field.unit == _SINCE_EPOCH else pa.duration("ns")
    if kind in (UNSIGNED, SIGNED):
        return getattr(pa, f"{'int' if kind == SIGNED else 'uint'}{8 * column.width}")()
    if kind == CODE:
        return pa.dictionary(pa.int32(), pa.string())
    return pa.string() if kind == LONG_TEXT else pa.binary()


def arrow_schema(pa: Any, table: ColumnTable, protocol: Protocol, source: str) -> Any:
    """Return the columns of a message type, with what the protocol's table says of each as its metadata."""
    fields = [
        pa.field(column.name, arrow_type(pa, column), nullable=column.is_nullable, metadata=_facts(column, protocol))
        for column in table.columns
    ]
    said = {"protocol": protocol.name, "version": protocol.version, "message": table.layout.name, "source": source}
    return pa.schema(fields, metadata=said)


def _facts(column: Column, protocol: Protocol) -> dict[str, str]:
    field = column.field
    if field is None:
        return _OWN_NUMBER
    facts = {"unit": field.unit}
    if field.scale == OF_THE_INSTRUMENT:
        facts["scale"] = "the instrument's"
    if field.specials:
        key = "null" if column.null is not None else "special"
        facts[key] = ", ".join(f"{raw}: {name}" for raw, name in field.specials.items())
    meanings = protocol.enums.get(field.enum, {}) if field.enum else {}
    if meanings:
        facts["codes"] = ", ".join(f"{code!r}: {meaning}" for code, meaning in meanings.items())
    return {name: text for name, text in facts.items() if text}


def arrow_batch(pa: Any, table: ColumnTable, schema: Any) -> Any:
    """Return the table's rows as a RecordBatch over its buffers; valid until the table is cleared or gets more rows."""
    arrays = [_array(pa, table, at, schema.field(at).type) for at in range(len(table.columns))]
    return pa.record_batch(arrays, schema=schema)


def _array(pa: Any, table: ColumnTable, at: int, kind: Any) -> Any:
    column = table.columns[at]
    bits = table.valid(at)
    validity = None if bits is None else pa.py_buffer(bits)
    values = pa.py_buffer(table.values(at))
    if column.kind == CODE:
        indexes = pa.Array.from_buffers(pa.int32(), table.rows, [validity, values])
        return pa.DictionaryArray.from_arrays(indexes, pa.array(table.texts(at), pa.string()))
    if column.kind == LONG_TEXT:
        # latin-1 on the wire; Arrow's text is UTF-8, the same for the ASCII that the protocols ask for
        return _text(pa, table, at, values)
    if column.kind == OCTETS:
        return pa.Array.from_buffers(kind, table.rows, [validity, values, pa.py_buffer(table.octets(at))])
    return pa.Array.from_buffers(kind, table.rows, [validity, values])


def _text(pa: Any, table: ColumnTable, at: int, offsets: Any) -> Any:
    octets = table.octets(at)
    if bytes(octets).isascii():
        return pa.Array.from_buffers(pa.string(), table.rows, [None, offsets, pa.py_buffer(octets)])
    binary = pa.Array.from_buffers(pa.binary(), table.rows, [None, offsets, pa.py_buffer(octets)])
    return pa.array([value.decode("latin-1") for value in binary.to_pylist()], pa.string())
