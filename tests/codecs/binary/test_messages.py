"""Messages of every table: round trips, lengths, and bytes of any kind."""

from contextlib import suppress
from typing import Any

import pytest
from binary_messages import messages, values_of
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.codecs.binary import BinaryMessage, Direction, load_protocol, table_names
from fairlead.codecs.binary.layout_cy import DIGITS, INT, UINT
from fairlead.codecs.errors import DecodeError, ProtocolError


def decoded(name: str, direction: Direction, frame: bytes) -> BinaryMessage:
    return load_protocol(name).decoder(direction).decode(frame)


@pytest.mark.parametrize(("name", "direction", "message"), messages())
@settings(max_examples=15)
@given(data=st.data())
def test_what_is_encoded_is_decoded(name: str, direction: Direction, message: str, data: st.DataObject) -> None:
    protocol = load_protocol(name)
    layout = protocol.layout(message, direction)
    values = data.draw(values_of(layout))
    frame = protocol.encode(message, values, direction)
    if (
        layout.type_code < 0
        and direction is Direction.TO_CLIENT
        and any(frame[18:20] == const for const in (b"\x00\x00", b"\xff\xff"))
    ):
        return  # MoldUDP64: a count of 0 or 65535 makes it a heartbeat or the end
    found = decoded(name, direction, frame)
    assert found.layout is layout
    assert found.raw() == frame
    as_dict = found.to_dict()
    assert {key: value for key, value in as_dict.items() if key in values} == values
    assert protocol.encode(message, as_dict, direction) == frame


@pytest.mark.parametrize(("name", "direction", "message"), messages())
@settings(max_examples=5)
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
