"""Every message of every table as Arrow columns equals what the decoder reads, one message at a time."""

from decimal import Decimal
from typing import Any

import pytest
from binary_messages import values_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fairlead.codecs.binary import Direction, Layout, load_protocol, table_names
from fairlead.codecs.binary.columns_cy import OCTETS, TAKEN, ColumnDecoder
from fairlead.codecs.binary.layout_cy import DIGITS
from fairlead.gateway.history.columns import arrow_batch, arrow_schema

pa = pytest.importorskip("pyarrow")

CASES = [
    (name, layout.name)
    for name in table_names()
    if load_protocol(name).kind == "market_data" or name == "ouch_5_0"  # for its lists of options
    for layout in load_protocol(name).layouts_of(Direction.TO_CLIENT)
    if layout.type_code >= 0
]


@pytest.mark.parametrize(("name", "message"), CASES)
@settings(max_examples=5)
@given(data=st.data())
def test_columns_equal_messages(name: str, message: str, data: st.DataObject) -> None:
    protocol = load_protocol(name)
    layout = protocol.layout(message, Direction.TO_CLIENT)
    encoded = [
        protocol.encode(message, values, Direction.TO_CLIENT)
        for values in data.draw(st.lists(values_of(layout), min_size=1, max_size=5))
    ]
    subject = ColumnDecoder([layout], protocol.type_field.offset, 100)
    assume(all(subject.add(wire, 0, len(wire)) == TAKEN for wire in encoded))
    table = subject.tables[message]
    batch = arrow_batch(pa, table, arrow_schema(pa, table, protocol, "test"))
    batch.validate(full=True)
    decoder = protocol.decoder(Direction.TO_CLIENT)
    for number, (row, wire) in enumerate(zip(_rows(batch), encoded, strict=True), 1):
        assert row.pop("message_number") == number
        decoded = decoder.decode(wire)
        expected = {
            column.name: _expected(layout, wire, column, decoded.to_dict()) for column in table.columns if column.field
        }
        assert row == expected


def _expected(layout: Layout, wire: bytes, column: Any, values: dict[str, Any]) -> Any:
    field = column.field
    if field.name not in values:
        return None
    end = len(wire) if field.length < 0 else field.offset + field.length
    raw = wire[field.offset : end]
    if column.kind == OCTETS:
        return raw
    if field.kind == DIGITS:
        return raw.decode("latin-1").strip(chr(field.pad)) if field.pad >= 0 else raw.decode("latin-1")
    value = values[field.name]
    if isinstance(value, str) and field.scale:
        number = field.raw_of_special[value]
        return None if len(field.specials) == 1 else Decimal(number).scaleb(-max(field.scale, 0))
    return value


def _rows(batch: Any) -> list[dict[str, Any]]:
    """Return the rows, times as numbers: Python's own types have no nanoseconds."""
    columns = [
        column.view(pa.int64()) if pa.types.is_temporal(column.type) or pa.types.is_duration(column.type) else column
        for column in batch.columns
    ]
    return list(pa.record_batch(columns, names=batch.schema.names).to_pylist())


def test_names_types_and_meanings() -> None:
    protocol = load_protocol("itch_5_0")
    table = ColumnDecoder([protocol.layout("add_order")], 0, 10).tables["add_order"]
    schema = arrow_schema(pa, table, protocol, "day.gz")
    assert {field.name: str(field.type) for field in schema} == {
        "message_number": "uint64",
        "stock_locate": "uint16",
        "tracking_number": "uint16",
        "timestamp": "duration[ns]",
        "order_reference_number": "uint64",
        "side": "dictionary<values=string, indices=int32, ordered=0>",
        "shares": "uint32",
        "stock": "dictionary<values=string, indices=int32, ordered=0>",
        "price": "decimal128(10, 4)",
    }
    assert schema.field("side").metadata == {b"codes": b"'B': buy, 'S': sell"}
    assert schema.metadata[b"protocol"] == b"itch_5_0"
    assert schema.metadata[b"source"] == b"day.gz"
