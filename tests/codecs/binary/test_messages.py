"""Messages of every table: round trips, lengths, and bytes of any kind."""

from contextlib import suppress
from typing import Any

import pytest
from binary_messages import messages, values_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.codecs.binary import BinaryMessage, Direction, Layout, load_protocol, table_names
from fairlead.codecs.binary.layout_cy import BYTES, DIGITS, GROUP, INT, OPTIONS, TEXT, UINT
from fairlead.codecs.errors import DecodeError, ProtocolError


def is_of_another_type(layout: Layout, frame: bytes) -> bool:
    """Tell whether a count of MoldUDP64 makes a packet a heartbeat or the end of the session."""
    counts = (b"\x00\x00", b"\xff\xff")
    return layout.type_code < 0 and Direction.TO_CLIENT in layout.directions and frame[18:20] in counts


def decoded(name: str, direction: Direction, frame: bytes) -> BinaryMessage:
    return load_protocol(name).decoder(direction).decode(frame)


@pytest.mark.parametrize(("name", "direction", "message"), messages())
@settings(max_examples=8)
@given(data=st.data())
def test_what_is_encoded_is_decoded(name: str, direction: Direction, message: str, data: st.DataObject) -> None:
    protocol = load_protocol(name)
    layout = protocol.layout(message, direction)
    values = data.draw(values_of(layout))
    frame = protocol.encode(message, values, direction)
    if is_of_another_type(layout, frame):
        return
    found = decoded(name, direction, frame)
    assert found.layout is layout
    assert found.raw() == frame
    as_dict = found.to_dict()
    assert {key: value for key, value in as_dict.items() if key in values} == values
    assert protocol.encode(message, as_dict, direction) == frame


@pytest.mark.parametrize(("name", "direction", "message"), messages())
@settings(max_examples=3)
@given(data=st.data())
def test_a_message_cut_short_or_too_long_is_refused(
    name: str, direction: Direction, message: str, data: st.DataObject
) -> None:
    protocol = load_protocol(name)
    layout = protocol.layout(message, direction)
    frame = protocol.encode(message, data.draw(values_of(layout)), direction)
    decoder = protocol.decoder(direction)
    if layout.type_code < 0:
        return
    for size in range(layout.min_length):
        with pytest.raises(DecodeError) as caught:
            decoder.decode(frame[:size])
        assert str(size) in caught.value.reason and 0 <= caught.value.offset <= size
    if layout.length >= 0:
        with pytest.raises(DecodeError, match=f"{len(frame) + 1} bytes of {message} received, expected {len(frame)}"):
            decoder.decode(frame + b"\x00")


def copied(message: BinaryMessage) -> bytes:
    """Write a message once more, each field as the fast accessors read it."""
    layout = message.layout
    assert layout is not None
    writer = layout.writer()
    writer.start()
    for field in layout.fields:
        if field.is_computed or field.kind == OPTIONS or not message.has(field):
            continue
        if field.kind == GROUP or field.kind == BYTES:
            writer.put_bytes(field, message.get_bytes(field))
        elif field.kind == TEXT and field.length == 1:
            writer.put_code(field, message.get_code(field))
        elif field.kind == TEXT:
            writer.put_str(field, message.get_str(field))
        elif field.kind in (UINT, INT) and field.factor and abs(message.get_int(field)) <= field.max_raw_in_fixed:
            writer.put_fixed(field, message.get_fixed(field))
        else:
            writer.put_int(field, message.get_int(field))
    for tag, value in message.options():
        writer.put_raw_option(tag, value)
    if layout.is_optional and len(message.raw()) > layout.fixed_length:
        writer.put_no_options()
    return writer.finish()


@pytest.mark.parametrize(("name", "direction", "message"), messages())
@settings(max_examples=4)
@given(data=st.data())
def test_a_message_is_copied_field_by_field(name: str, direction: Direction, message: str, data: st.DataObject) -> None:
    protocol = load_protocol(name)
    layout = protocol.layout(message, direction)
    frame = protocol.encode(message, data.draw(values_of(layout)), direction)
    if not is_of_another_type(layout, frame):
        assert copied(protocol.decoder(direction).decode(frame)) == frame


def read_everything(message: BinaryMessage) -> None:
    assert message.layout is not None
    for field in message.layout.fields:
        if not message.has(field):
            continue
        message.get_bytes(field)
        readers: list[Any] = [message.get_str, message.get_int, message.get_fixed, message.special, message.get_code]
        for read in (
            readers[:1] + readers[1:4] * (field.kind in (UINT, INT, DIGITS)) + readers[4:] * (field.length == 1)
        ):
            with suppress(ProtocolError):
                read(field)
    for option in message.layout.options:
        with suppress(ProtocolError):
            message.option(option)
    message.options()


@pytest.mark.parametrize("name", table_names())
@settings(max_examples=150)
@given(data=st.data())
def test_any_bytes_raise_nothing_but_our_errors(name: str, data: st.DataObject) -> None:
    protocol = load_protocol(name)
    direction = data.draw(st.sampled_from(Direction))
    layout = data.draw(st.sampled_from(protocol.layouts))
    frame = bytearray(data.draw(st.binary(max_size=layout.min_length + 40)))
    if data.draw(st.booleans()):  # of the right length and type, so that more of them get through
        frame = (frame + bytes(layout.min_length))[: layout.min_length] + frame[layout.min_length :]
        frame[layout.type_at : layout.type_at + 1] = bytes((max(layout.type_code, 0) & 255,))
    try:
        message = protocol.decoder(direction).decode(bytes(frame))
    except DecodeError as error:
        assert 0 <= error.offset <= len(frame)
        return
    if message.layout is None:
        assert message.to_dict() == {"type_code": message.type_code, "raw": bytes(frame)}
        return
    read_everything(message)
    as_dict = message.to_dict()
    try:
        again = protocol.encode(message.layout.name, as_dict, direction)
    except ProtocolError:
        assert any(field.highest_uint and field.specials for field in message.layout.fields)  # a price above the limit
    else:
        assert again == bytes(frame)
