"""What reading and writing a message promises: exact or refused, and misuse by our own code told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.errors import DecodeError, EncodeError, LocalProtocolError

OUCH4 = load_protocol("ouch_4_2")
OUCH5 = load_protocol("ouch_5_0")
ITCH = load_protocol("itch_5_0")
SOUP = load_protocol("soupbintcp_3_00")
ENTER = OUCH5.layout("enter_order")
EXECUTED = OUCH5.layout("order_executed")
VALUES: dict[str, Any] = {
    "user_ref_num": 1,
    "side": "B",
    "quantity": 100,
    "symbol": "AAPL",
    "price": "150.25",
    "time_in_force": "0",
    "display": "Y",
    "capacity": "A",
    "intermarket_sweep_eligibility": "N",
    "cross_type": "N",
    "clordid": "A1",
}


def executed(price: int, match_number: int = 1) -> bytes:
    head = b"E" + bytes(8) + (7).to_bytes(4, "big") + (100).to_bytes(4, "big")
    return head + price.to_bytes(8, "big") + b"R" + match_number.to_bytes(8, "big") + b"\x00\x00"


def test_an_unknown_type_is_no_error() -> None:
    decoder = OUCH5.decoder(Direction.TO_CLIENT)
    message = decoder.decode(b"?whatever")
    assert message.layout is None
    assert (message.type_code, message.raw()) == (63, b"?whatever")
    with pytest.raises(LocalProtocolError, match="price asked of a message of unknown type 63"):
        message.get_int(EXECUTED.field("price"))


@pytest.mark.parametrize("data", [b"", bytearray(), memoryview(b"")])
def test_nothing_is_refused(data: Any) -> None:
    for protocol in (OUCH4, OUCH5, ITCH, SOUP):
        with pytest.raises(DecodeError, match="0 bytes received, expected a type at"):
            protocol.decoder(Direction.TO_CLIENT).decode(data)


@pytest.mark.parametrize("bounds", [(-1, 3), (3, 2), (0, 11), (11, 11)])
def test_bounds_beyond_the_buffer_are_our_own_fault(bounds: tuple[int, int]) -> None:
    with pytest.raises(LocalProtocolError, match="of a buffer of 10 bytes"):
        OUCH4.decoder(Direction.TO_CLIENT).decode(bytes(10), *bounds)


def test_one_message_is_reused_and_forgets() -> None:
    decoder = OUCH5.decoder(Direction.TO_CLIENT)
    first = decoder.decode(executed(1))
    with pytest.raises(DecodeError):
        decoder.decode(b"E")
    assert first.layout is None
    second = decoder.decode(executed(2))
    assert second is first and second.get_int(EXECUTED.field("price")) == 2


def test_a_bytearray_is_read_in_place_and_may_not_shrink() -> None:
    data = bytearray(executed(15_0000))
    message = OUCH5.decoder(Direction.TO_CLIENT).decode(data)
    price = EXECUTED.field("price")
    assert message.get_int(price) == 15_0000
    data[24] = 1
    assert message.get_int(price) == 15_0000 - (15_0000 & 255) + 1
    del data[20:]
    for read in (message.get_int, message.get_fixed, message.get_str, message.get_bytes, message.get_uint64):
        with pytest.raises(LocalProtocolError, match="the buffer of order_executed was shortened"):
            read(price)


@pytest.mark.parametrize("number", [0, 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1])
def test_numbers_of_64_bits_are_exact(number: int) -> None:
    message = OUCH5.decoder(Direction.TO_CLIENT).decode(executed(number, number))
    match_number = EXECUTED.field("match_number")
    assert message.get_int(match_number) == message.get_uint64(match_number) == number
    if number < 2**63:
        assert message.get_int64(match_number) == number
    else:
        with pytest.raises(DecodeError, match=f"match_number {number} received, expected up to 2\\^63-1"):
            message.get_int64(match_number)


def test_fixed_point_has_the_scale_of_the_table() -> None:
    decoder = OUCH5.decoder(Direction.TO_CLIENT)
    price, quantity = EXECUTED.field("price"), EXECUTED.field("quantity")
    message = decoder.decode(executed(150_2500))
    assert message.get_fixed(price) == 15_025_000_000
    assert message.get_fixed(quantity) == 100 * 10**8
    assert decoder.decode(executed((2**63 - 1) // 10_000)).get_fixed(price) == (2**63 - 1) // 10_000 * 10_000
    with pytest.raises(DecodeError, match="received, expected up to 922337203685477"):
        decoder.decode(executed((2**63 - 1) // 10_000 + 1)).get_fixed(price)


def test_special_prices_have_names() -> None:
    price = EXECUTED.field("price")
    decoder = OUCH5.decoder(Direction.TO_CLIENT)
    for raw, expected in ((0x7FFFFFFF, "market"), (2_000_000_000, "market"), (1_999_999_900, None), (0, None)):
        assert decoder.decode(executed(raw)).special(price) == expected
    assert decoder.decode(executed(0x7FFFFFFF)).to_dict()["price"] == "market"
    assert str(decoder.decode(executed(2_000_000_000)).to_dict()["price"]) == "200000.0000"
    assert decoder.decode(executed(7)).special(EXECUTED.field("quantity")) is None


def test_a_price_without_a_value_is_none() -> None:
    protocol = load_protocol("jpx_ose_itch_5_0")
    layout = protocol.layout("order_replace")
    frame = bytearray(layout.template)
    frame[30:34] = b"\x80\x00\x00\x00"
    message = protocol.decoder(Direction.TO_CLIENT).decode(frame)
    price = layout.field("price")
    assert message.special(price) == "none" and message.to_dict()["price"] == "none"
    with pytest.raises(LocalProtocolError, match="price has decimals that the instrument says"):
        message.get_fixed(price)


def test_fields_of_other_layouts_are_refused() -> None:
    message = OUCH5.decoder(Direction.TO_CLIENT).decode(executed(1))
    with pytest.raises(LocalProtocolError, match="price of enter_order asked of order_executed"):
        message.get_int(ENTER.field("price"))
    writer = EXECUTED.writer()
    writer.start()
    with pytest.raises(LocalProtocolError, match="price of enter_order put into order_executed"):
        writer.put_int(ENTER.field("price"), 1)
    with pytest.raises(LocalProtocolError, match="user_ref_idx is an option of order_executed"):
        message.get_int(EXECUTED.option("user_ref_idx"))
    with pytest.raises(LookupError, match="order_executed has no field 'shares', expected one of message_type"):
        EXECUTED.field("shares")
    with pytest.raises(LookupError, match="order_executed takes no option 'firm', expected one of user_ref_idx"):
        EXECUTED.option("firm")


def test_one_name_in_both_directions_needs_one() -> None:
    with pytest.raises(LookupError, match="'trade_now' in both directions"):
        OUCH4.layout("trade_now")
    assert OUCH4.layout("trade_now", Direction.TO_VENUE).length == 15
    assert OUCH4.layout("trade_now", Direction.TO_CLIENT).length == 23
    with pytest.raises(LookupError, match="has no message 'enter_order', expected one of system_event"):
        OUCH4.layout("enter_order", Direction.TO_CLIENT)


DIGITS = {
    b"                   1": 1,
    b"00000000000000000001": 1,
    b"18446744073709551616": 2**64,
    b"99999999999999999999": 10**20 - 1,
    b"7                   ": 7,
}


@pytest.mark.parametrize("text", DIGITS)
def test_digits_are_read_and_kept_as_they_came(text: bytes) -> None:
    frame = b"\x00\x1fA" + b"  SESSION1" + text
    message = SOUP.decoder(Direction.TO_CLIENT).decode(frame)
    field = SOUP.layout("login_accepted").field("sequence_number")
    assert message.get_int(field) == DIGITS[text]
    assert SOUP.encode("login_accepted", message.to_dict()) == frame
    if DIGITS[text] >= 2**63:
        with pytest.raises(DecodeError, match="expected up to"):
            message.get_int64(field)


@pytest.mark.parametrize("text", [b" " * 20, b"                  -1", b"                 1 1", b"+" * 20, b"\xb2" * 20])
def test_what_is_no_number_is_refused_when_it_is_asked_for(text: bytes) -> None:
    frame = b"\x00\x1fA" + b"  SESSION1" + text
    message = SOUP.decoder(Direction.TO_CLIENT).decode(frame)
    with pytest.raises(DecodeError, match="expected digits"):
        message.get_int(SOUP.layout("login_accepted").field("sequence_number"))
    assert SOUP.encode("login_accepted", message.to_dict()) == frame


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "too long": ({"symbol": "ABCDEFGHI"}, "symbol 'ABCDEFGHI' of 9 characters received, expected 8"),
    "not latin-1": ({"symbol": "€"}, "symbol '€' received, expected latin-1"),
    "a code too long": ({"side": "BS"}, "side 'BS' of 2 characters received, expected 1"),
    "a code too short": ({"side": ""}, "side '' of 0 characters received, expected 1"),
    "too great": ({"quantity": 2**32}, "quantity 4294967296 received, expected 0 to 4294967295"),
    "far too great": ({"quantity": 2**70}, "quantity 1180591620717411303424 received, expected 0 to 4294967295"),
    "negative": ({"quantity": -1}, "quantity -1 received, expected 0 to 4294967295"),
    "above the limit": ({"price": "199999.9901"}, "price 1999999901 received, expected 0 to 1999999900"),
    "inexact": ({"price": "1.00001"}, "price '1.00001' received, expected 4 decimals at most"),
    "float": ({"price": 1.5}, "price 1.5 received, expected a Decimal or an int"),
    "no price": ({"price": "cheap"}, "price 'cheap' received, expected a number, market"),
    "not finite": ({"price": "NaN"}, "price 'NaN' received, expected a number that the field holds"),
    "text for a number": ({"quantity": "100"}, "quantity '100' received, expected a whole number"),
    "number for text": ({"symbol": 5}, "symbol 5 received, expected text"),
    "true": ({"quantity": True}, "quantity True received, expected a whole number"),
    "unknown field": ({"shares": 1}, "enter_order has no field 'shares', expected message_type, user_ref_num"),
    "other type": ({"message_type": "U"}, "message_type 'U' of enter_order received, expected 'O'"),
    "wrong count": ({"appendage_length": 3}, "appendage_length 3 of enter_order received, expected 0"),
    "unknown option": ({"appendage": {"colour": 1}}, "enter_order takes no option 'colour', expected firm"),
    "option of others": ({"appendage": {"display_price": 1}}, "enter_order takes no option 'display_price'"),
    "known tag": ({"appendage": {"tag_2": b"FIRM"}}, "enter_order takes no option 'tag_2'"),
    "tag too great": ({"appendage": {"tag_256": b""}}, "option 256 of 0 bytes received"),
    "option too long": ({"appendage": {"firm": "ABCDE"}}, "firm 'ABCDE' of 5 characters received, expected 4"),
    "option too great": ({"appendage": {"min_qty": 2**32}}, "min_qty 4294967296 received, expected 0 to 4294967295"),
    "no options": ({"appendage": 5}, "appendage 5 received, expected a mapping of options"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused(case: str) -> None:
    change, expected = REFUSED[case]
    with pytest.raises(EncodeError) as caught:
        OUCH5.encode("enter_order", VALUES | change)
    assert str(caught.value).startswith(expected)


def test_missing_fields_are_named() -> None:
    with pytest.raises(EncodeError, match="enter_order without quantity, clordid"):
        OUCH5.encode("enter_order", {key: VALUES[key] for key in VALUES if key not in ("quantity", "clordid")})


def started() -> Any:
    writer = ENTER.writer()
    writer.start()
    return writer


def test_a_writer_refuses_what_does_not_fit() -> None:
    writer = started()
    field = ENTER.field
    for put, expected in (
        (lambda: writer.put_fixed(field("price"), 1), "price 1 units of 10\\^-8 received, expected 4 decimals at most"),
        (lambda: writer.put_fixed(field("price"), -(10**8)), "price -10000 received, expected 0 to 1999999900"),
        (lambda: writer.put_fixed(field("price"), 200_001 * 10**8), "price 2000010000 received, expected 0 to"),
        (lambda: writer.put_fixed(field("price"), 2**63), "price 9223372036854775808 received, expected a number"),
        (lambda: writer.put_fixed(field("price"), -(2**63)), "price -9223372036854775808 received, expected a number"),
        (lambda: writer.put_fixed(field("quantity"), 150_000_000), "units of 10\\^-8 received, expected 0 decimals"),
        (lambda: writer.put_int(field("user_ref_num"), 2**64), "user_ref_num 18446744073709551616 received"),
        (lambda: writer.put_code(field("side"), 256), "side 256 received, expected a code from 0 to 255"),
        (lambda: writer.put_str(field("symbol"), "ABCDEFGHI"), "symbol 'ABCDEFGHI' of 9 characters received"),
        (lambda: writer.put_bytes(field("clordid"), b"A"), "clordid of 1 bytes received, expected 14"),
        (lambda: writer.put_special(field("price"), "free"), "price 'free' received, expected a number or market"),
        (lambda: writer.put_option(ENTER.option("peg_offset"), 1), "peg_offset 1 units of 10\\^-8 received"),
        (lambda: writer.put_option(ENTER.option("min_qty"), -1), "min_qty -1 received, expected 0 to 4294967295"),
        (lambda: writer.put_option(ENTER.option("firm"), "ABCDE"), "firm 'ABCDE' of 5 characters received"),
    ):
        with pytest.raises(EncodeError, match=expected):
            put()
    assert writer.finish() == ENTER.template, "what was refused left nothing behind"


def test_special_prices_may_be_above_the_limit() -> None:
    writer = started()
    writer.put_special(ENTER.field("price"), "market")
    assert writer.finish()[18:26] == b"\x00\x00\x00\x00\x7f\xff\xff\xff"
    writer.start()
    writer.put_fixed(ENTER.field("price"), 200_000 * 10**8)
    assert writer.finish()[18:26] == (2_000_000_000).to_bytes(8, "big")


def test_options_are_written_once_and_in_order() -> None:
    writer = started()
    writer.put_option(ENTER.option("max_floor"), 100)
    writer.put_option(ENTER.option("firm"), "AB")
    with pytest.raises(EncodeError, match="option 5 put twice into enter_order"):
        writer.put_option(ENTER.option("max_floor"), 200)
    writer.put_raw_option(99, b"x")
    frame = writer.finish()
    assert frame[45:] == b"\x00\x0f" + b"\x05\x05\x00\x00\x00\x64" + b"\x05\x02AB  " + b"\x02\x63x"
    message = OUCH5.decoder(Direction.TO_VENUE).decode(frame)
    assert message.option(ENTER.option("firm")) == "AB" and message.option(ENTER.option("max_floor")) == 100
    assert message.option(ENTER.option("min_qty")) is None and not message.has(ENTER.option("min_qty"))
    assert message.options() == [(5, b"\x00\x00\x00\x64"), (2, b"AB  "), (99, b"x")]


def test_a_list_of_options_that_may_be_missing() -> None:
    cancel = OUCH5.layout("cancel_order")
    writer = cancel.writer()
    writer.start()
    assert writer.finish() == b"X" + bytes(8)
    writer.start()
    writer.put_no_options()
    assert writer.finish() == b"X" + bytes(10)
    writer.start()
    writer.put_option(cancel.option("user_ref_idx"), 5)
    assert writer.finish() == b"X" + bytes(8) + b"\x00\x03\x02\x1c\x05"
    decoder = OUCH5.decoder(Direction.TO_VENUE)
    assert not decoder.decode(b"X" + bytes(8)).has(cancel.field("appendage_length"))
    assert decoder.decode(b"X" + bytes(10)).has(cancel.field("appendage_length"))


def test_a_writer_used_out_of_turn_says_so() -> None:
    writer = ENTER.writer()
    with pytest.raises(LocalProtocolError, match="enter_order finished before start"):
        writer.finish()
    with pytest.raises(LocalProtocolError, match="quantity of enter_order put before start"):
        writer.put_int(ENTER.field("quantity"), 1)
    writer.start()
    with pytest.raises(LocalProtocolError, match="appendage_length of enter_order is written by finish"):
        writer.put_int(ENTER.field("appendage_length"), 1)
    with pytest.raises(LocalProtocolError, match="firm is an option of enter_order"):
        writer.put_str(ENTER.option("firm"), "A")
    for put in (lambda: writer.put_int(ENTER.field("symbol"), 1), lambda: writer.put_str(ENTER.field("price"), "1")):
        with pytest.raises(LocalProtocolError, match="is no"):
            put()


def test_preset_values_stay() -> None:
    writer = ENTER.writer({"capacity": "P", "clordid": "DESK"})
    for _ in range(2):
        writer.start()
        frame = writer.finish()
        assert frame[28:29] == b"P" and frame[31:45] == b"DESK          "
    writer.start()
    writer.put_code(ENTER.field("capacity"), ord("A"))
    assert writer.finish()[28:29] == b"A"
    with pytest.raises(LookupError, match="has no field 'colour'"):
        ENTER.writer({"colour": 1})


@given(st.integers(-(2**70), 2**70))
def test_every_number_is_written_exactly_or_refused(number: int) -> None:
    for name, layout in (("asx_derivatives_itch_1_05", "add_order"), ("itch_5_0", "mwcb_decline_level")):
        protocol = load_protocol(name)
        field = protocol.layout(layout).field("price" if layout == "add_order" else "level_1")
        writer = protocol.layout(layout).writer()
        writer.start()
        try:
            writer.put_int(field, number)
        except EncodeError:
            assert not field.lowest <= number <= field.highest
        else:
            assert protocol.decoder(Direction.TO_CLIENT).decode(writer.finish()).get_int(field) == number
