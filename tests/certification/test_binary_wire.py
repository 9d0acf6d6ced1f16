"""The simulators' interpreter of binary tables, against bytes made by hand from the documents, and captures."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.certification.venues.binary_wire import Message, Shape, Table, WireFault, load_table

UNITS = 100_000_000
CAPTURES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "native_pcaps"
TABLES = ("ouch_4_2", "ouch_5_0", "jnx_ouch_1_11", "itch_5_0")


def hexed(*parts: str | bytes) -> bytes:
    """Join hexadecimal digits (texts with spaces) and plain bytes."""
    return b"".join(bytes.fromhex(part) if isinstance(part, str) else part for part in parts)


# (table, who receives it, the bytes, the fields): laid out by hand, field by field, from the documents' tables.
VECTORS: dict[str, tuple[str, str, bytes, Message]] = {
    "enter order 4.2": (
        "ouch_4_2",
        "venue",
        hexed(
            b"O" + b"TOKEN000000001" + b"B",
            "00 00 00 64",
            b"MSFT    ",
            "00 3E 97 70",
            "00 01 86 9F",
            b"    " + b"Y" + b"A" + b"N",
            "00 00 00 00",
            b"N" + b" ",
        ),
        {
            "message_type": "O",
            "order_token": "TOKEN000000001",
            "side": "B",
            "shares": 100,
            "stock": "MSFT",
            "price": 41_020_000_000,
            "time_in_force": 99999,
            "firm": "",
            "display": "Y",
            "capacity": "A",
            "intermarket_sweep_eligibility": "N",
            "minimum_quantity": 0,
            "cross_type": "N",
            "customer_type": "",
        },
    ),
    "executed 4.2": (
        "ouch_4_2",
        "client",
        hexed(
            b"E",
            "00 00 1F 1A 9B 7E C0 07",
            b"T1            ",
            "00 00 00 0A",
            "00 3E 97 71",
            b"R",
            "00 00 00 00 00 00 00 2A",
        ),
        {
            "message_type": "E",
            "timestamp": 0x1F1A9B7EC007,
            "order_token": "T1",
            "executed_shares": 10,
            "execution_price": 41_020_010_000,
            "liquidity_flag": "R",
            "match_number": 42,
        },
    ),
    "enter order 5.0 with options": (
        "ouch_5_0",
        "venue",
        hexed(
            b"O",
            "00 00 00 07",
            b"S",
            "00 00 01 2C",
            b"AAPL    ",
            "00 00 00 00 00 1C FD E0",
            b"0" + b"N" + b"P" + b"N" + b"N" + b"CLORD1        ",
            "00 12",
            "05 02",  # Firm
            b"FIRM",
            "05 03 00 00 00 C8",  # MinQty 200, as the document's example shows it
            "05 07 FF FF FF 9C",  # PegOffset -0.0100, likewise
        ),
        {
            "message_type": "O",
            "user_ref_num": 7,
            "side": "S",
            "quantity": 300,
            "symbol": "AAPL",
            "price": 190 * UNITS,
            "time_in_force": "0",
            "display": "N",
            "capacity": "P",
            "intermarket_sweep_eligibility": "N",
            "cross_type": "N",
            "clordid": "CLORD1",
            "firm": "FIRM",
            "min_qty": 200,
            "peg_offset": -1_000_000,
        },
    ),
    "cancel 5.0 of 2023, without a list": (
        "ouch_5_0",
        "venue",
        hexed(b"X", "00 00 00 07", "00 00 00 00"),
        {"message_type": "X", "user_ref_num": 7, "quantity": 0},
    ),
    "cancel 5.0 of a later revision": (
        "ouch_5_0",
        "venue",
        hexed(b"X", "00 00 00 07", "00 00 00 00", "00 03", "02 1C 05"),
        {"message_type": "X", "user_ref_num": 7, "quantity": 0, "user_ref_idx": 5},
    ),
    "rejected 5.0": (
        "ouch_5_0",
        "client",
        hexed(b"J", "00 00 00 00 00 00 00 01", "00 00 00 08", "00 17", b"              "),
        {"message_type": "J", "timestamp": 1, "user_ref_num": 8, "reason": 23, "clordid": ""},
    ),
    "replaced, JNX": (
        "jnx_ouch_1_11",
        "client",
        hexed(
            b"U",
            "00 00 00 00 00 00 00 02",
            "00 00 00 09",
            b"B",
            "00 00 00 64",
            "00 00 11 46",
            b"DAYX",
            "00 00 2B 02",
            "00 01 86 9F",
            b"P",
            "00 00 00 00 00 00 00 03",
            "00 00 00 00",
            b"L",
            "00 00 00 04",
        ),
        {
            "message_type": "U",
            "timestamp": 2,
            "replacement_order_token": 9,
            "buy_sell_indicator": "B",
            "quantity": 100,
            "orderbook_id": 4422,
            "group": "DAYX",
            "price": 110_100_000_000,
            "time_in_force": 99999,
            "display": "P",
            "order_number": 3,
            "minimum_quantity": 0,
            "order_state": "L",
            "previous_order_token": 4,
        },
    ),
    "add order with MPID": (
        "itch_5_0",
        "client",
        hexed(
            b"F",
            "00 03",
            "00 00",
            "1F 1A 9B 7E C0 07",
            "00 00 00 00 00 00 00 2A",
            b"S",
            "00 00 00 64",
            b"MSFT    ",
            "00 3E 97 70",
            b"NITE",
        ),
        {
            "message_type": "F",
            "stock_locate": 3,
            "tracking_number": 0,
            "timestamp": 0x1F1A9B7EC007,
            "order_reference_number": 42,
            "side": "S",
            "shares": 100,
            "stock": "MSFT",
            "price": 41_020_000_000,
            "attribution": "NITE",
        },
    ),
    "MWCB levels with eight decimals": (
        "itch_5_0",
        "client",
        hexed(
            b"V",
            "00 00 00 00",
            "00 00 00 00 00 00",
            "00 00 00 00 05 F5 E1 01",
            "00 00 00 00 00 00 00 02",
            "00 00 00 00 00 00 00 03",
        ),
        {
            "message_type": "V",
            "stock_locate": 0,
            "tracking_number": 0,
            "timestamp": 0,
            "level_1": UNITS + 1,
            "level_2": 2,
            "level_3": 3,
        },
    ),
}


def shapes_of(table: Table, receiver: str) -> dict[str, Shape]:
    return table.venue if receiver == "venue" else table.client


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_is_read_and_written(name: str) -> None:
    table_name, receiver, data, fields = VECTORS[name]
    shapes = shapes_of(load_table(table_name), receiver)
    assert Table.decode(shapes, data)[1] == fields
    assert Table.encode(shapes, str(fields["message_type"]), fields) == data


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_cut_short_or_with_more_behind_it_is_refused(name: str) -> None:
    table_name, receiver, data, _ = VECTORS[name]
    shapes = shapes_of(load_table(table_name), receiver)
    for end in range(1, len(data)):
        shape = shapes[chr(data[0])]
        if not (shape.options_may_miss and end == shape.length):
            with pytest.raises(WireFault):
                Table.decode(shapes, data[:end])
    with pytest.raises(WireFault):
        Table.decode(shapes, data + b"\x00")


# Lengths as the exchanges' documents give them; OUCH 5.0's with an empty list.
LENGTHS = {
    ("ouch_4_2", "venue"): {"O": 49, "U": 47, "X": 19, "M": 20, "N": 15},
    ("ouch_4_2", "client"): {"S": 10, "A": 66, "U": 80, "C": 28, "D": 37, "E": 40, "B": 32, "G": 45, "F": 41, "J": 24},
    ("ouch_5_0", "venue"): {"O": 45, "U": 38, "X": 9, "M": 10, "Q": 1, "C": 17, "D": 9, "E": 9},
    ("jnx_ouch_1_11", "client"): {"S": 10, "A": 65, "U": 52, "C": 18, "D": 27, "E": 30, "J": 14},
    ("itch_5_0", "client"): {"S": 12, "R": 39, "H": 25, "A": 36, "F": 40, "E": 31, "C": 36, "X": 23, "D": 19, "U": 35},
}


@pytest.mark.parametrize("which", LENGTHS)
def test_lengths_are_the_documents(which: tuple[str, str]) -> None:
    shapes = shapes_of(load_table(which[0]), which[1])
    assert {code: shapes[code].length for code in LENGTHS[which]} == LENGTHS[which]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "message type '' received"),
        (b"?", "message type '?' received"),
        (hexed(b"X", "00 00 00 07 00 00 00 00", "00 01", "00"), "an option of 0 bytes"),
        (hexed(b"X", "00 00 00 07 00 00 00 00", "00 02", "02 1C"), "an option of 2 bytes"),
        (hexed(b"X", "00 00 00 07 00 00 00 00", "00 03", "02 FF 05"), "option 255"),
        (hexed(b"X", "00 00 00 07 00 00 00 00", "00 04", "03 1C 05 05"), "user_ref_idx of 2 bytes"),
    ],
)
def test_what_is_no_message_says_why(data: bytes, said: str) -> None:
    with pytest.raises(WireFault, match=said.replace("?", r"\?")):
        Table.decode(load_table("ouch_5_0").venue, data)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"price": 1}, "does not fit"),
        ({"price": UNITS << 40}, "does not fit"),
        ({"shares": -1}, "does not fit"),
        ({"order_token": "FIFTEEN LETTERS"}, "expected at most 14"),
        ({"side": None}, "no value for side"),
    ],
)
def test_what_does_not_fit_is_not_sent(change: dict[str, Any], said: str) -> None:
    fields = {key: value for key, value in (VECTORS["enter order 4.2"][3] | change).items() if value is not None}
    with pytest.raises(WireFault, match=said):
        Table.encode(load_table("ouch_4_2").venue, "O", fields)


@given(table=st.sampled_from(TABLES), receiver=st.sampled_from(["venue", "client"]), data=st.data())
def test_any_bytes_are_read_or_refused_and_written_alike(table: str, receiver: str, data: st.DataObject) -> None:
    shapes = shapes_of(load_table(table), receiver)
    if not shapes:
        return
    code = data.draw(st.sampled_from(sorted(shapes)))
    shape = shapes[code]
    size = shape.length - 1
    raw = code.encode() + data.draw(st.binary(min_size=size, max_size=size))
    message = shape.decode(raw + (b"\x00\x00" if shape.options else b""))
    assert shape.decode(shape.encode(message)) == message


def captured(path: Path) -> list[bytes]:
    """Return the TCP payloads of a capture: pcap, Ethernet, IPv4."""
    data, payloads = path.read_bytes(), []
    position = 24
    while position < len(data):
        (length,) = struct.unpack_from("<I", data, position + 8)
        frame = data[position + 16 : position + 16 + length]
        packet = frame[18 if frame[12:14] == b"\x81\x00" else 14 :]  # behind a VLAN tag, or not
        (total,) = struct.unpack_from(">H", packet, 2)
        tcp = packet[(packet[0] & 15) * 4 : total]
        payloads.append(tcp[(tcp[12] >> 4) * 4 :])
        position += 16 + length
    return payloads


@pytest.mark.skipif(not CAPTURES.exists(), reason="the captures are not in this checkout")
@pytest.mark.parametrize(
    ("path", "table", "expected"),
    [
        (
            "Nasdaq/Nasdaq.Nsm.Ouch.v5.0/EnterOrderMessage.pcap",
            "ouch_5_0",
            {"user_ref_num": 0x71, "side": "T", "quantity": 225, "symbol": "CVLT", "price": 0x99DB8 * 10_000},
        ),
        ("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/CancelOrderMessage.pcap", "ouch_5_0", {"user_ref_num": 0x752E71, "quantity": 0}),
        (
            "Jnx/JnxEquities.Pts.Ouch.v1.11/EnterOrderMessage.pcap",
            "jnx_ouch_1_11",
            {"order_token": 74, "client_reference": "ref1", "orderbook_id": 4422, "price": 0x2B02 * 10_000_000},
        ),
    ],
)
def test_real_captures(path: str, table: str, expected: Message) -> None:
    (payload,) = captured(CAPTURES / path)
    length, packet_type = struct.unpack_from(">Hc", payload)
    assert (length, packet_type) == (len(payload) - 2, b"U")
    shape, message = Table.decode(load_table(table).venue, payload[3:])
    assert {key: message[key] for key in expected} == expected
    assert shape.encode(message) == payload[3:]
