"""Columns hold what the messages say: vectors by hand from the ITCH 5.0 table, and what stops a decoder."""

import struct
from array import array

import pytest

from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.binary.columns_cy import (
    FULL,
    NEEDS_MORE,
    TAKEN,
    UNKNOWN_TYPE,
    WRONG_LENGTH,
    ZERO_LENGTH,
    ColumnDecoder,
    ColumnTable,
)

# ITCH 5.0, add order (no MPID): type, locate, tracking, time (6 bytes), reference, side, shares, stock, price
ADD = (
    bytes.fromhex("41 1234 0001 1F1AED2C0001 0000000000000F2A 42 00000064") + b"MSFT    " + (4300500).to_bytes(4, "big")
)
ADD_SELL = ADD[:19] + b"S" + ADD[20:24] + b"AAPL    " + bytes(4)
DELETE = bytes.fromhex("44 1234 0002 1F1AED2C0002 0000000000000F2A")


def framed(*messages: bytes) -> bytes:
    return b"".join(struct.pack(">H", len(message)) + message for message in messages)


def decoder(rows: int = 100) -> ColumnDecoder:
    protocol = load_protocol("itch_5_0")
    return ColumnDecoder(protocol.layouts_of(Direction.TO_CLIENT), protocol.type_field.offset, rows)


def column(table: ColumnTable, name: str) -> list[object]:
    at = [column.name for column in table.columns].index(name)
    form = {1: "B", 2: "H", 4: "I", 8: "Q", 16: "Q"}[table.columns[at].width]
    return array(form, bytes(table.values(at))).tolist()


def texts(table: ColumnTable, name: str) -> list[str]:
    at = [column.name for column in table.columns].index(name)
    known = table.texts(at)
    return [known[index] for index in column(table, name)]  # type: ignore[index]


def test_values() -> None:
    subject = decoder()
    data = framed(ADD, DELETE, ADD_SELL)
    assert subject.feed(data, 0, len(data)) == len(data)
    assert subject.stopped == NEEDS_MORE
    added, deleted = subject.tables["add_order"], subject.tables["order_delete"]
    assert (added.rows, deleted.rows) == (2, 1)
    assert column(added, "message_number") == [1, 3]
    assert column(deleted, "message_number") == [2]
    assert column(added, "stock_locate") == [0x1234] * 2
    assert column(added, "timestamp") == [0x1F1AED2C0001] * 2
    assert column(added, "order_reference_number") == [0xF2A] * 2
    assert column(added, "shares") == [100, 100]
    assert texts(added, "side") == ["B", "S"]
    assert texts(added, "stock") == ["MSFT", "AAPL"]
    # a decimal of 16 bytes, the upper half empty
    assert column(added, "price") == [4300500, 0, 0, 0]


@pytest.mark.parametrize("size", range(1, 40))
def test_any_chunks(size: int) -> None:
    data, subject, buffer = framed(ADD, DELETE, ADD_SELL, DELETE), decoder(), bytearray()
    for at in range(0, len(data), size):
        buffer += data[at : at + size]
        del buffer[: subject.feed(buffer, 0, len(buffer))]
    assert not buffer
    assert column(subject.tables["add_order"], "message_number") == [1, 3]
    assert column(subject.tables["order_delete"], "message_number") == [2, 4]


@pytest.mark.parametrize(
    ("behind", "stopped"),
    [
        (b"\0\0", ZERO_LENGTH),
        (framed(b"z" + ADD[1:]), UNKNOWN_TYPE),
        (framed(ADD + b" "), WRONG_LENGTH),
        (framed(ADD[:-1]), WRONG_LENGTH),
        (framed(b"A"), WRONG_LENGTH),
        (b"\0", NEEDS_MORE),
        (framed(ADD)[:-1], NEEDS_MORE),
        (b"\xff\xff" + ADD, NEEDS_MORE),
    ],
)
def test_it_stops_in_front_of_what_it_can_not_take(behind: bytes, stopped: int) -> None:
    subject = decoder()
    data = framed(ADD)
    assert subject.feed(data + behind, 0, len(data + behind)) == len(data)
    assert subject.stopped == stopped
    assert subject.tables["add_order"].rows == subject.message_number == 1


def test_a_full_table_stops_it_until_it_is_cleared() -> None:
    subject = decoder(rows=2)
    data = framed(ADD, ADD_SELL, ADD, DELETE)
    at = subject.feed(data, 0, len(data))
    assert (subject.stopped, at) == (FULL, len(framed(ADD, ADD_SELL)))
    subject.tables["add_order"].clear()
    assert subject.feed(data, at, len(data)) == len(data)
    table = subject.tables["add_order"]
    assert (column(table, "message_number"), texts(table, "stock")) == ([3], ["MSFT"])


def test_tables_grow_to_their_capacity_and_no_further() -> None:
    subject = decoder(rows=1000)
    for _ in range(1000):
        assert subject.add(ADD, 0, len(ADD)) == TAKEN
    assert subject.add(ADD, 0, len(ADD)) == FULL
    assert column(subject.tables["add_order"], "message_number") == list(range(1, 1001))


def test_many_different_texts() -> None:
    subject = decoder(rows=5000)
    for number in range(5000):
        assert subject.add(ADD[:24] + f"{number % 3001:08d}".encode() + ADD[32:], 0, len(ADD)) == TAKEN
    assert texts(subject.tables["add_order"], "stock") == [f"{number % 3001:08d}" for number in range(5000)]
    at = [c.name for c in subject.tables["add_order"].columns].index("stock")
    assert len(subject.tables["add_order"].texts(at)) == 3001


def test_a_message_in_the_middle_of_a_buffer() -> None:
    subject = decoder()
    assert subject.add(b"xx" + ADD + b"yy", 2, 2 + len(ADD)) == TAKEN
    assert subject.add(b"xx" + ADD + b"yy", 2, 1 + len(ADD)) == WRONG_LENGTH
    assert subject.add(b"", 0, 0) == WRONG_LENGTH
    assert subject.add(b"z", 0, 1) == UNKNOWN_TYPE
