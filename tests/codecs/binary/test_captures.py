"""Captures of real venues decode without an unknown byte, and are encoded to the same bytes."""

import json
import struct
from decimal import Decimal
from typing import Any

import pytest
from captures import SHARED, mold_messages, payloads, shared, soup_packets

from fairlead.codecs.binary import Direction, load_protocol
from fairlead.codecs.errors import DecodeError

NATIVE = "data/native_pcaps/manifest.json"
FAMILY = ("ouch_5_0", "jnx_ouch_1_11", "jnx_itch_2_0", "asx_derivatives_itch_1_05")


def captures(transport: str) -> list[Any]:
    path = SHARED / NATIVE
    if not path.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason="the native captures are not on this machine"))]
    files = json.loads(path.read_text())["files"]
    found = [entry for entry in files if entry["spec"].removesuffix(".json") in FAMILY]
    return [pytest.param(entry, id=entry["file"]) for entry in found if entry["transport"] == transport]


def checked(name: str, direction: Direction, frame: bytes) -> dict[str, Any]:
    """Return a message as a mapping, having seen that it is known and is encoded to the bytes it came from."""
    protocol = load_protocol(name)
    message = protocol.decoder(direction).decode(frame)
    assert message.layout is not None
    values = message.to_dict()
    assert protocol.encode(message.layout.name, values, direction) == frame
    return {"message": message.layout.name, **values}


@pytest.mark.parametrize("entry", captures("tcp"))
def test_order_entry(entry: dict[str, Any]) -> None:
    count = 0
    venue_port = min(entry["ports"])  # the venues' ports are below the clients'
    direction = Direction.TO_CLIENT if entry["ports"][0] == venue_port else Direction.TO_VENUE
    for data in payloads(entry["file"]):
        for packet in soup_packets(data):
            values = checked("soupbintcp_3_00", direction, packet)
            if values["message"] in ("sequenced_data", "unsequenced_data"):
                checked(entry["spec"].removesuffix(".json"), direction, packet[3:])
            count += 1
    assert count == 1


@pytest.mark.parametrize("entry", captures("udp"))
def test_market_data(entry: dict[str, Any]) -> None:
    for data in payloads(entry["file"]):
        values = checked("moldudp64_1_00", Direction.TO_CLIENT, data)
        if values["message"] == "downstream_packet":
            for message in mold_messages(data):
                checked(entry["spec"].removesuffix(".json"), Direction.TO_CLIENT, message)


def only_message(file: str, name: str, direction: Direction) -> dict[str, Any]:
    [data] = payloads(file)
    return checked(name, direction, data[3:])


def test_an_order_of_ouch_5_0() -> None:
    # as Open Markets Initiative's dissector for tshark reads it
    order = only_message("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/EnterOrderMessage.pcap", "ouch_5_0", Direction.TO_VENUE)
    assert order == {
        "message": "enter_order",
        "message_type": "O",
        "user_ref_num": 113,
        "side": "T",
        "quantity": 225,
        "symbol": "CVLT",
        "price": Decimal("63.0200"),
        "time_in_force": "0",
        "display": "Y",
        "capacity": "A",
        "intermarket_sweep_eligibility": "N",
        "cross_type": "N",
        "clordid": "H8FUB8IV",
        "appendage_length": 6,
        "appendage": {"firm": "LIME"},
    }


def test_a_cancel_of_ouch_5_0_without_a_list_of_options() -> None:
    cancel = only_message("Nasdaq/Nasdaq.Nsm.Ouch.v5.0/CancelOrderMessage.pcap", "ouch_5_0", Direction.TO_VENUE)
    assert cancel == {"message": "cancel_order", "message_type": "X", "user_ref_num": 7679601, "quantity": 0}


def test_an_order_and_a_login_of_japannext() -> None:
    folder = "Jnx/JnxEquities.Pts.Ouch.v1.11"
    order = only_message(f"{folder}/EnterOrderMessage.pcap", "jnx_ouch_1_11", Direction.TO_VENUE)
    assert (order["order_token"], order["client_reference"], order["orderbook_id"]) == (74, "ref1", 4422)
    assert (order["price"], order["time_in_force"], order["group"]) == (Decimal("1101.0"), 99999, "DAYX")
    [data] = payloads(f"{folder}/LoginRequestPacket.pcap")
    login = checked("soupbintcp_3_00", Direction.TO_VENUE, data)
    assert (login["username"], login["password"]) == ("user", "password")
    assert (login["requested_session"], login["requested_sequence_number"]) == ("", 0)
    [data] = payloads(f"{folder}/LoginAcceptedPacket.pcap")
    accepted = checked("soupbintcp_3_00", Direction.TO_CLIENT, data)
    assert (accepted["session"], accepted["sequence_number"]) == ("1689192121", 135)


def test_orders_of_asx_with_numbers_of_64_bits_and_negative_prices() -> None:
    [data] = payloads("Asx/Ntp.Itch.v1.05/Seconds.pcap")
    second, order = [checked("asx_derivatives_itch_1_05", Direction.TO_CLIENT, part) for part in mold_messages(data)]
    assert second["second"] == 1567494517
    assert (order["order_id"], order["side"], order["quantity"]) == (6574548522719264769, "S", 42)
    assert order["price"] == -100000  # a calendar spread; the directory says how many decimals


def test_borsa_istanbul_from_its_capture_alone() -> None:
    data = shared("data/bist_itch_moldudp64/mold.sample.dat").read_bytes()
    at = 0
    messages = []
    for _ in range(3):
        count = struct.unpack_from(">H", data, at + 18)[0]
        at += 20
        for _ in range(count):
            size = struct.unpack_from(">H", data, at)[0]
            messages.append(data[at + 2 : at + 2 + size])
            at += 2 + size
    assert len(messages) == 41 and at > len(data)
    decoded = [checked("bist_itch_2014", Direction.TO_CLIENT, message) for message in messages[:-1]]
    with pytest.raises(DecodeError, match="20 bytes of tick_size_table_entry received, expected 25"):
        checked("bist_itch_2014", Direction.TO_CLIENT, messages[-1])
    directories = [entry for entry in decoded if entry["message"] == "order_book_directory"]
    assert [entry["symbol"] for entry in directories[:3]] == ["ACSEL", "ADANA", "ADBGR"]
    assert {(entry["trading_currency"], entry["number_of_decimals_in_price"]) for entry in directories} == {("TRY", 3)}
    tick = next(entry for entry in decoded if entry["message"] == "tick_size_table_entry")
    assert (tick["order_book_id"], tick["tick_size"], tick["price_from"], tick["price_to"]) == (
        2207822,
        50,
        26450,
        32350,
    )
