"""The simulators' reader, which shares neither code nor tables with ours, reads what we write, field by field.

Wireshark has no dissector of OUCH 5.0, ITCH 5.0 and Japannext's OUCH; here a second reader is at hand: struct formats
that another tool makes of the specifications, in ``certification``. Whatever a message holds, both see the same in it.
"""

from decimal import Decimal
from typing import Any

import pytest
from binary_messages import values_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.certification.venues.binary_wire import Message, Shape, Table, load_table
from fairlead.codecs.binary import Direction, Field, Layout, load_protocol
from fairlead.codecs.binary.layout_cy import TEXT
from fairlead.codecs.vocabulary.constants import SCALE

TABLES = ("ouch_4_2", "ouch_5_0", "jnx_ouch_1_11", "itch_5_0")
CASES = [
    (name, direction, layout.name)
    for name in TABLES
    for direction in Direction
    for layout in load_protocol(name).layouts_of(direction)
]


def shapes_of(table: Table, direction: Direction) -> dict[str, Shape]:
    return table.venue if direction is Direction.TO_VENUE else table.client


def expected(field: Field, value: Any) -> int | str:
    """Return our value as the second reader says it: texts alike, scaled numbers in units of 10^-8."""
    if field.kind == TEXT:
        return str(value)
    if field.scale == 0:
        return int(value)
    raw = field.raw_of_special[value] if isinstance(value, str) else int(Decimal(value).scaleb(field.scale))
    return raw * (SCALE // 10**field.scale)


def ours_as_theirs(layout: Layout, values: dict[str, Any]) -> Message:
    """Return the values of a message, options among its fields, as the second reader returns them."""
    said: Message = {}
    for name, value in values.items():
        if isinstance(value, dict):
            said |= {option: expected(layout.option(option), each) for option, each in value.items()}
        else:
            said[name] = expected(layout.field(name), value)
    return said


def has_trailing_blank_elsewhere(values: dict[str, Any]) -> bool:
    """Tell of a text that ends in a blank although its field has no padding: the second reader strips any."""
    return any(
        has_trailing_blank_elsewhere(value) if isinstance(value, dict) else value != value.rstrip(" ")
        for value in values.values()
        if isinstance(value, str | dict)
    )


def strange_options(layout: Layout, values: dict[str, Any]) -> bool:
    """Tell of options that the table does not name for the message: the second reader knows none of them."""
    options = [option for value in values.values() if isinstance(value, dict) for option in value]
    return any(option.startswith("tag_") for option in options)


def test_both_know_the_same_messages() -> None:
    for name in TABLES:
        table, protocol = load_table(name), load_protocol(name)
        for direction in Direction:
            theirs = {(shape.code, shape.name) for shape in shapes_of(table, direction).values()}
            assert theirs == {(chr(each.type_code), each.name) for each in protocol.layouts_of(direction)}


@pytest.mark.parametrize(("name", "direction", "message"), CASES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_field_is_read_alike(name: str, direction: Direction, message: str, data: st.DataObject) -> None:
    protocol = load_protocol(name)
    layout = protocol.layout(message, direction)
    plain = values_of(layout).filter(lambda v: not strange_options(layout, v) and not has_trailing_blank_elsewhere(v))
    values = data.draw(plain)
    frame = protocol.encode(message, values, direction)
    shape, found = Table.decode(shapes_of(load_table(name), direction), frame)
    assert shape.name == message
    found.pop("message_type")
    said = ours_as_theirs(layout, {key: value for key, value in values.items() if key != "message_type"})
    assert {key: value for key, value in found.items() if key in said} == said
    # what we did not give is a constant of the table
    assert set(found) - set(said) <= {field.name for field in layout.fields if field.const is not None}
