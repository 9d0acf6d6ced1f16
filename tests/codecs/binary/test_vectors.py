"""Bytes made by hand and by ``struct`` from the venues' documents, against what the tables make of them."""

import json
import struct
from decimal import Decimal
from typing import Any

import pytest
from captures import shared

from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.errors import DecodeError

OUT, IN = Direction.TO_VENUE, Direction.TO_CLIENT

# (protocol, direction, message, bytes in hexadecimal, values without the type)
VECTORS: list[tuple[str, Direction, str, str, dict[str, Any]]] = [
    (
        "ouch_4_2",
        OUT,
        "enter_order",
        # O, token, B, 500, stock, 12.3400, 99999 s, firm, Y, P, N, 0, N, R
        "4f 54303030303030303030303031 20 42 000001f4 4d53465420202020 0001e208 0001869f"
        " 57504552 59 50 4e 00000000 4e 52",
        {
            "order_token": "T000000000001",
            "side": "B",
            "shares": 500,
            "stock": "MSFT",
            "price": Decimal("12.3400"),
            "time_in_force": 99999,
            "firm": "WPER",
            "display": "Y",
            "capacity": "P",
            "intermarket_sweep_eligibility": "N",
            "minimum_quantity": 0,
            "cross_type": "N",
            "customer_type": "R",
        },
    ),
    (
        "ouch_4_2",
        OUT,
        "cancel_order",
        "58 4142432020202020202020202020 00000064",
        {"order_token": "ABC", "shares": 100},
    ),
    (
        "ouch_4_2",
        IN,
        "executed",
        # E, 09:30:00.000000001, token, 100, 199999.9900, R, match number 2^63 + 1
        "45 00001f1aced9f001 4142434445464748494a4b4c4d4e 00000064 7735939c 52 8000000000000001",
        {
            "timestamp": 34_200_000_000_001,
            "order_token": "ABCDEFGHIJKLMN",
            "executed_shares": 100,
            "execution_price": Decimal("199999.9900"),
            "liquidity_flag": "R",
            "match_number": 9223372036854775809,
        },
    ),
    (
        "ouch_5_0",
        OUT,
        "replace_order",
        # options as the document writes them: UserRefIdx 5, MinQty 200, PegOffset -0.0100
        "55 00000001 00000002 00000064 000000007fffffff 33 59 4e 4f52442d3220202020202020 2020"
        " 000f 021c05 0503000000c8 0507ffffff9c",
        {
            "orig_user_ref_num": 1,
            "user_ref_num": 2,
            "quantity": 100,
            "price": "market",
            "time_in_force": "3",
            "display": "Y",
            "intermarket_sweep_eligibility": "N",
            "clordid": "ORD-2",
            "appendage_length": 15,
            "appendage": {"user_ref_idx": 5, "min_qty": 200, "peg_offset": Decimal("-0.0100")},
        },
    ),
    (
        "ouch_5_0",
        OUT,
        "cancel_order",
        # tag 99 is nobody's: kept
        "58 00000009 00000000 0008 0463616263 021c01",
        {
            "user_ref_num": 9,
            "quantity": 0,
            "appendage_length": 8,
            "appendage": {"tag_99": b"abc", "user_ref_idx": 1},
        },
    ),
    (
        "itch_5_0",
        IN,
        "add_order_mpid",
        "46 0001 0002 1f1a00000003 fffffffffffffffe 53 00000064 4141504c20202020 0016e360 4e53 4454",
        {
            "stock_locate": 1,
            "tracking_number": 2,
            "timestamp": 0x1F1A00000003,
            "order_reference_number": 2**64 - 2,
            "side": "S",
            "shares": 100,
            "stock": "AAPL",
            "price": Decimal("150.0000"),
            "attribution": "NSDT",
        },
    ),
    (
        "itch_5_0",
        IN,
        "mwcb_decline_level",
        "56 0000 0000 000000000001 0000000005f5e100 0000000005f5e101 ffffffffffffffff",
        {
            "stock_locate": 0,
            "tracking_number": 0,
            "timestamp": 1,
            "level_1": Decimal("1.00000000"),
            "level_2": Decimal("1.00000001"),
            "level_3": Decimal("184467440737.09551615"),
        },
    ),
    (
        "soupbintcp_3_00",
        OUT,
        "login_request",
        "002f 4c 757365722020 70617373776f72642020 20202020202041424344 20202020202020202020202020202020202020 31",
        {
            "packet_length": 47,
            "username": "user",
            "password": "password",
            "requested_session": "ABCD",
            "requested_sequence_number": 1,
        },
    ),
    ("soupbintcp_3_00", IN, "end_of_session", "0001 5a", {"packet_length": 1}),
    ("soupbintcp_3_00", OUT, "unsequenced_data", "0004 55 010203", {"packet_length": 4, "message": b"\x01\x02\x03"}),
    ("soupbintcp_3_00", IN, "debug", "0006 2b 68656c6c6f", {"packet_length": 6, "text": "hello"}),
    (
        "moldudp64_1_00",
        IN,
        "downstream_packet",
        "30303030303030303041 0000000000000007 0001 0002 6162",
        {"session": "000000000A", "sequence_number": 7, "message_count": 1, "blocks": b"\x00\x02ab"},
    ),
    (
        "moldudp64_1_00",
        IN,
        "end_of_session",
        "30303030303030303041 ffffffffffffffff ffff",
        {"session": "000000000A", "sequence_number": 2**64 - 1, "message_count": 65535},
    ),
    (
        "jnx_ouch_1_11",
        IN,
        "order_executed",
        "45 0000000000000001 0000004a 00000064 00002b02 41 0000000000000005",
        {
            "timestamp": 1,
            "order_token": 74,
            "executed_quantity": 100,
            "execution_price": Decimal("1101.0"),
            "liquidity_indicator": "A",
            "match_number": 5,
        },
    ),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector[0]}-{vector[2]}")
def test_vectors(vector: tuple[str, Direction, str, str, dict[str, Any]]) -> None:
    name, direction, message, text, values = vector
    frame = bytes.fromhex(text)
    protocol = load_protocol(name)
    decoder = protocol.decoder(direction)
    found = decoder.decode(frame)
    assert found.layout is protocol.layout(message, direction)
    decoded = found.to_dict()
    for constant in ("message_type", "packet_type"):
        decoded.pop(constant, None)
    assert decoded == values
    assert protocol.encode(message, values, direction) == frame
    for other in (bytearray(b"junk" + frame + b"junk"), memoryview(b"junk" + frame + b"junk")):
        again = decoder.decode(other, 4, 4 + len(frame))
        assert again.raw() == frame
        assert {key: again.to_dict()[key] for key in values} == values


def interpreted(field: dict[str, Any], part: bytes) -> Any:
    """Read a field as its spec file says, without the codec."""
    if field["encoding"] in ("uint", "int"):
        code = {1: "b", 2: "h", 4: "i", 8: "q"}.get(field["length"])
        if code is None:
            return int.from_bytes(part, "big")
        return struct.unpack(f">{code.upper() if field['encoding'] == 'uint' else code}", part)[0]
    return part if field["encoding"] == "bytes" else part.decode("latin-1")


SPECS = [
    *("ouch_4_2", "ouch_5_0", "itch_5_0", "jnx_ouch_1_11", "jnx_ouch_2_01", "jnx_itch_2_0", "odx_ouch_2_0"),
    *("asx_trade_ouch_3_6", "asx_trade_itch_3_1", "jpx_ose_ouch_5_0", "jpx_ose_itch_5_0", "bist_ouch_2025"),
]


@pytest.mark.parametrize("name", SPECS)
def test_each_field_is_read_where_the_spec_file_has_it(name: str) -> None:
    source = json.loads((shared("specs") / f"{name}.json").read_text())
    protocol = load_protocol(name)
    for message in source["messages"]:
        direction = OUT if message["direction"] == "client_to_venue" else IN
        fixed = [field for field in message["fields"] if field.get("length") and not field.get("optional")]
        size = max(field["offset"] + field["length"] for field in fixed)
        frame = bytearray((37 * i + 11) % 251 for i in range(size))
        frame[0] = ord(message["type"])
        for field in fixed:
            if field["name"] in ("appendage_length", "no_quote_entries"):
                frame[field["offset"] : field["offset"] + field["length"]] = bytes(field["length"])
        found = protocol.decoder(direction).decode(bytes(frame))
        assert found.layout is not None
        for field in fixed:
            part = bytes(frame[field["offset"] : field["offset"] + field["length"]])
            ours = found.layout.field(field["name"])
            assert found.get_bytes(ours) == part
            if field["encoding"] in ("uint", "int"):
                assert found.get_int(ours) == interpreted(field, part)
                if "scale" in field:
                    fixed_point = interpreted(field, part) * 10 ** (8 - field["scale"])
                    if fixed_point >= 2**63:
                        with pytest.raises(DecodeError, match="received, expected up to"):
                            found.get_fixed(ours)
                    else:
                        assert found.get_fixed(ours) == fixed_point
            elif field["encoding"] == "ascii":
                assert found.get_str(ours) == interpreted(field, part)


BAD_OPTIONS = {
    "length 0": ("0002 0005", "an option of length 0 received in cancel_order"),
    "beyond the list": ("0003 031c05", "an option of length 3 received in cancel_order with 2 bytes left"),
    "twice": ("0006 021c05 021c06", "option 28 received twice in cancel_order"),
    "wrong length": ("0004 031c0505", "2 bytes of option user_ref_idx received in cancel_order, expected 1"),
    "a length that is too great": (
        "0004 021c05",
        "appendage_length 4 received with 3 bytes of options in cancel_order",
    ),
    "a length that is too small": (
        "0002 021c05",
        "appendage_length 2 received with 3 bytes of options in cancel_order",
    ),
    "half a length": ("00", "10 bytes of cancel_order received, expected appendage_length whole"),
    "a tag without a length": ("0001 02", "an option of length 2 received in cancel_order with 0 bytes left"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_a_bad_list_of_options_is_refused(case: str) -> None:
    text, expected = BAD_OPTIONS[case]
    frame = bytes.fromhex("58 00000009 00000000" + text)
    with pytest.raises(DecodeError) as caught:
        load_protocol("ouch_5_0").decoder(OUT).decode(frame)
    assert caught.value.reason.startswith(expected)
    assert 0 <= caught.value.offset <= len(frame)


@pytest.mark.parametrize("length", [0, 1, 46, 48, 65535])
def test_a_soup_packet_whose_length_lies_is_refused(length: int) -> None:
    frame = struct.pack(">HcH", length, b"L", 0) + bytes(44)
    with pytest.raises(DecodeError, match=f"packet_length {length} received in 49 bytes of login_request, expected 47"):
        load_protocol("soupbintcp_3_00").decoder(OUT).decode(frame)


def test_entries_are_counted() -> None:
    protocol = load_protocol("bist_ouch_2025")
    quote = {"order_book_id": 7, "bid_price": -1, "offer_price": 2, "bid_size": 3, "offer_size": 2**64 - 1}
    layout = protocol.layout("mass_quote")
    values = {field.name: 0 if field.kind < 3 else "" for field in layout.fields if not field.is_computed}
    values |= {"message_type": "Q", "quotes": [quote, quote]}
    frame = protocol.encode("mass_quote", values)
    assert len(frame) == 50 + 2 * 28 and frame[48:50] == b"\x00\x02"
    assert frame[50:78] == struct.pack(">IiiQQ", 7, -1, 2, 3, 2**64 - 1)
    assert protocol.decoder(OUT).decode(frame).to_dict()["quotes"] == [quote, quote]
    with pytest.raises(DecodeError, match="no_quote_entries 2 received with 55 bytes of entries in mass_quote"):
        protocol.decoder(OUT).decode(frame[:-1])
