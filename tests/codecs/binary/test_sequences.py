"""SBE, ETI, presence bits and bitfields: captures, and bytes of any kind."""

import copy
import importlib.util
import json
import struct
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from captures import SHARED, payloads, shared
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.codecs.binary import Direction, TableError, load_protocol
from fairlead.codecs.binary.parts import Block
from fairlead.codecs.binary.sequences import SequenceMessage, load_sequence, sequence_names
from fairlead.codecs.errors import DecodeError, EncodeError

ROOT = Path(__file__).resolve().parents[3]
OUT, IN = Direction.TO_VENUE, Direction.TO_CLIENT
MANIFEST = "data/native_pcaps/manifest.json"
SESSIONS = {
    "miax_meo_pearl_equities": 2,
    "txse_seed_rake_1_0": 2,
}  # in packets of a session, whose length counts behind


def captures() -> list[Any]:
    path = SHARED / MANIFEST
    if not path.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason="the native captures are not on this machine"))]
    files = json.loads(path.read_text())["files"]
    known = {*sequence_names(), *SESSIONS}
    return [pytest.param(entry, id=entry["file"]) for entry in files if entry["spec"].removesuffix(".json") in known]


def frames(name: str, data: bytes) -> list[bytes]:
    """Return the messages of a payload by the length that each has at its start."""
    found = []
    while data:
        if name in SESSIONS:
            size = SESSIONS[name] + int.from_bytes(data[:2], "little")
        else:
            size = load_sequence(name).frame_length(data)
        found.append(data[:size])
        data = data[size:]
    return found


def direction_of(entry: dict[str, Any]) -> Direction:
    # the venues' ports are those below the clients', but for B3's and MIAX's, which are fixed
    source, target = entry["ports"]
    return IN if source in (62000, 41010) or (target not in (62000, 41010) and source < target) else OUT


def checked(name: str, direction: Direction, frame: bytes) -> dict[str, Any]:
    """Return a message as a mapping, having seen that it is known and is encoded to the bytes it came from."""
    protocol: Any = load_sequence(name) if name in sequence_names() else load_protocol(name)
    message = protocol.decoder(direction).decode(frame)
    assert message.layout is not None, frame
    values: dict[str, Any] = message.to_dict()
    assert protocol.encode(message.layout.name, values, direction) == frame
    return {"message": message.layout.name, **values}


@pytest.mark.parametrize("entry", captures())
def test_captures_are_decoded_whole_and_encoded_to_their_bytes(entry: dict[str, Any]) -> None:
    name = entry["spec"].removesuffix(".json")
    count = 0
    for data in payloads(entry["file"]):
        for frame in frames(name, data):
            if name not in SESSIONS:
                values = checked(name, direction_of(entry), frame)
            else:
                values = checked(f"{name}_session", direction_of(entry), frame)
                inner = values.get("application_data") or values.get("message_data") or values.get("payload")
                if inner:
                    values = checked(name, direction_of(entry), inner)
            count += 1
            unknown = {key for key in values if key in ("beyond", "trailing", "unknown_bits")}
            # two messages of 2014 set a bit that the Cboe table has not any more
            older = "Cboe" in entry["file"] and values["message"] in ("new_order", "order_acknowledgment")
            assert unknown == ({"trailing", "unknown_bits"} if older else set())
    assert count >= 1


def only(file: str, name: str, direction: Direction) -> dict[str, Any]:
    [data] = payloads(file)
    [frame] = frames(name, data)
    return checked(name, direction, frame)


def test_an_order_of_b3() -> None:
    order = only("B3/BinaryEntryPoint.v8.1/SimpleNewOrderMessage.pcap", "b3_binary_entrypoint", OUT)
    assert order["header"] == {
        "sofh_message_length": 116,
        "sofh_encoding_type": 60240,
        "blockLength": 84,
        "templateId": 100,
        "schemaId": 1,
        "version": 3,
    }
    assert order["businessHeader"]["msgSeqNum"] == 375
    assert (order["price"], order["orderQty"], order["routingInstruction"]) == (Decimal("20.0000"), 100, None)
    assert order["memo"] == "VALE3 1714479416336"


def test_a_group_of_cme() -> None:
    cancel = only("Cme/iLink3.Sbe.8.5/QuoteCancel.pcap", "cme_ilink3", OUT)
    assert cancel["NoQuoteEntries"] == [{"SecurityGroup": "[N/A]", "SecurityID": None}]
    assert cancel["NoQuoteSets"] == [] and cancel["LiquidityFlag"] is None


def test_a_login_of_cboe_with_its_seventeen_groups() -> None:
    login = only("Cboe/Options.OrderEntry.Boe.v2.10.5/LoginRequestMessage.pcap", "cboe_boe_v2_us_options", OUT)
    assert (login["username"], login["password"], login["number_of_param_groups"]) == ("BATS", "test", 17)
    assert login["param_groups"][0]["number_of_units_entries"] == [{"unit_number": 1, "unit_sequence": 40}]
    assert [group["message_type"] for group in login["param_groups"][1:4]] == [47, 43, 37]


def test_the_fields_of_an_order_of_cboe_follow_its_bits() -> None:
    order = only("Cboe/Options.OrderEntry.Boe.v2.10.5/NewOrderMessage.pcap", "cboe_boe_v2_us_options", OUT)
    assert (order["clearing_firm"], order["price"], order["symbol"]) == ("CFAA", Decimal("20.0000"), "A")
    assert (order["unknown_bits"], order["trailing"]) == ("5:0x08", b"N")


def test_an_order_of_txse_has_what_its_presence_bits_say() -> None:
    [data] = payloads("Txse/OrderEntry.Seed.v0.7/LimitOrderMessage.pcap")
    order = checked("txse_seed_rake_1_0", OUT, data[3 : 2 + data[0]])
    assert (order["order_qty"], order["price"], order["symbol_id"]) == (100, Decimal("105.00000000"), 2820)
    assert "limit_order_user_data" in order and "limit_order_mpid" not in order


# frames that the documents print with a mistake: a length of 14 for 15 bytes, and two that end within their last entry
MISPRINTED = {
    ("cboe_boe_v2_us_options", "LoginRequest"): "3 bytes received for unit_sequence, expected 4",
    ("cboe_boe_v2_us_options", "QuoteUpdate"): "8 bytes received for reserved_12, expected 12",
    ("cboe_boe_v2_us_equities", "Logout"): "0 bytes received for unit_sequence, expected 4",
}


@pytest.mark.parametrize("name", ["cboe_boe_v2_us_options", "cboe_boe_v2_us_equities"])
def test_the_frames_that_the_documents_of_cboe_print(name: str) -> None:
    vectors = json.loads(shared(f"specs/vectors/{name}.json").read_text())["vectors"]
    protocol = load_sequence(name)
    for vector in vectors:
        frame = bytes.fromhex(vector["bytes"])
        assert protocol.frame_length(frame) == len(frame)
        names = {layout.name.replace("_", ""): layout for layout in protocol.layouts}
        direction = Direction(names[vector["message"].lower()].directions[0])
        if (name, vector["message"]) in MISPRINTED:
            with pytest.raises(DecodeError, match=MISPRINTED[name, vector["message"]]):
                checked(name, direction, frame)
            continue
        values = checked(name, direction, frame)
        assert values["message"].replace("_", "") == vector["message"].lower()
        assert not {"trailing", "unknown_bits", "beyond"} & set(values)


def layouts() -> list[tuple[str, Direction, str]]:
    return [
        (name, direction, layout.name)
        for name in sequence_names()
        for direction in Direction
        for layout in load_sequence(name).layouts_of(direction)
    ]


def framed(name: str, code: int, body: bytes, block_length: int | None) -> bytes:
    """Return bytes as a message of a type: header, type and length right, the rest as it comes."""
    frame = load_sequence(name).frame
    header = bytearray(0 if frame.header is None else frame.header.length)
    data = header + body
    need = frame.type.offset + frame.type.length
    data += bytes(max(need - len(data), 0))
    data[frame.type.offset : need] = code.to_bytes(frame.type.length, "little")
    if block_length is not None:
        at = next(at for at, member in frame.header.members if member.field.name == "blockLength")  # type: ignore[union-attr]
        data[at : at + 2] = block_length.to_bytes(2, "little")
    if (length := frame.length) is not None:
        counted = len(data) - frame.length_from
        data[length.offset : length.offset + length.length] = counted.to_bytes(length.length, "little")
    return bytes(data)


def reencoded(name: str, direction: Direction, message: SequenceMessage) -> bytes:
    assert message.layout is not None
    return load_sequence(name).encode(message.layout.name, message.to_dict(), direction)


@pytest.mark.parametrize(("name", "direction", "message"), layouts())
@settings(max_examples=4)
@given(data=st.data())
def test_what_is_decoded_is_encoded_to_the_same_bytes(
    name: str, direction: Direction, message: str, data: st.DataObject
) -> None:
    layout = load_sequence(name).layout(message, direction)
    first = layout.parts[0] if layout.parts else None
    block = first.length if isinstance(first, Block) else None
    if block is not None and data.draw(st.booleans()):
        block = max(block + data.draw(st.integers(-20, 20)), 0)  # of an older or a newer version
    head = data.draw(st.binary(max_size=300))
    small = bytes(byte & 3 for byte in head)  # counts that are small enough to be met
    mixed = (small if data.draw(st.booleans()) else head).ljust(700, b"\0")
    frame = framed(name, layout.type_code, mixed, block)
    decoder = load_sequence(name).decoder(direction)
    try:
        found = decoder.decode(frame)
    except DecodeError as error:
        assert 0 <= error.offset <= len(frame)
        return
    assert found.layout is layout
    assert reencoded(name, direction, found) == frame
    assert decoder.decode(reencoded(name, direction, found)).to_dict() == found.to_dict()


@pytest.mark.parametrize("name", sequence_names())
@given(data=st.data())
def test_any_bytes_raise_nothing_but_our_errors(name: str, data: st.DataObject) -> None:
    protocol = load_sequence(name)
    direction = data.draw(st.sampled_from(Direction))
    layout = data.draw(st.sampled_from(protocol.layouts_of(direction)))
    body = data.draw(st.binary(max_size=120))
    if data.draw(st.booleans()):
        body = framed(name, layout.type_code, body, None)
    try:
        message = protocol.decoder(direction).decode(body)
    except DecodeError as error:
        assert -1 <= error.offset <= len(body)
        return
    if message.layout is None:
        assert message.to_dict() == {"type_code": message.type_code, "raw": body}
    else:
        assert reencoded(name, direction, message) == body


def test_a_length_that_lies_is_refused() -> None:
    [data] = payloads("B3/BinaryEntryPoint.v8.1/NegotiateMessage.pcap")
    decoder = load_sequence("b3_binary_entrypoint").decoder(OUT)
    for length in (0, 151, 153, 65535):
        with pytest.raises(DecodeError, match=f"sofh_message_length {length} received, expected 152"):
            decoder.decode(struct.pack("<H", length) + data[2:])
    for size in range(len(data)):
        with pytest.raises(DecodeError):
            decoder.decode(data[:size])


def coinbase_order(**change: Any) -> bytes:
    values: dict[str, Any] = {"clientOrderId": 1, "correlationId": 2, "limitPrice": "2230.5", "quantity": 20}
    header = {"flags": 0, "sequenceNumber": 7, "lastProcessedSeqNo": 6, "reserved": 0, "sendTimeEpochNanos": 5}
    header |= {"schemaId": 1101, "version": 3}
    values |= {"instrumentId": 44, "side": -1, "header": header} | change
    return load_sequence("coinbase_derivatives_orders").encode("new_order", values)


def test_an_order_is_made_from_its_values() -> None:
    header = struct.pack("<BBHIIIqHHHH", 241, 0, 65, 7, 6, 0, 5, 33, 110, 1101, 3)
    assert coinbase_order() == header + struct.pack("<qqqiib", 1, 2, 2_230_500_000_000, 20, 44, -1)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "too great": ({"quantity": 2**31}, "quantity 2147483648 received, expected -2147483648 to 2147483647 on the wire"),
    "inexact": ({"limitPrice": "0.0000000001"}, "limitPrice '0.0000000001' received, expected 9 decimals at most"),
    "text": ({"quantity": "20"}, "quantity '20' received, expected a whole number"),
    "none": ({"quantity": None}, "quantity None received, but it has no such value"),
    "trailing": ({"header": {"templateId": 120}}, "templateId 120 received, expected 110"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_refused(case: str) -> None:
    change, expected = WRONG[case]
    with pytest.raises(EncodeError) as caught:
        coinbase_order(**change)
    assert str(caught.value).startswith(expected)


def test_a_field_without_its_bit_is_refused() -> None:
    [data] = payloads("Txse/OrderEntry.Seed.v0.7/LimitOrderMessage.pcap")
    order = checked("txse_seed_rake_1_0", OUT, data[3 : 2 + data[0]])
    name = order.pop("message")
    protocol = load_sequence("txse_seed_rake_1_0")
    with pytest.raises(
        EncodeError, match="limit_order_mpid received, but its bit in limit_order_presence_bits is not set"
    ):
        protocol.encode(name, order | {"limit_order_mpid": "ABCD"})
    del order["limit_order_user_data"]
    with pytest.raises(EncodeError, match="limit_order_user_data is missing"):
        protocol.encode(name, order)


def test_the_tables_are_those_that_the_tool_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_sequence_tables", ROOT / "tools" / "make_sequence_tables.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.make(shared("specs"), tmp_path)
    assert [path.stem for path in sorted(tmp_path.glob("*.json"))] == sequence_names()
    for path in tmp_path.glob("*.json"):
        assert path.read_text() == (tool.TABLES / path.name).read_text(), path.name


GOOD: dict[str, Any] = {
    "protocol": "test",
    "form": "sequence",
    "title": "Test",
    "version": "1",
    "kind": "order_entry",
    "byte_order": "little",
    "type_field": {"offset": 0, "length": 1, "encoding": "uint"},
    "messages": [
        {
            "name": "order",
            "type": 1,
            "direction": "to_venue",
            "parts": [
                {"name": "type", "length": 1, "encoding": "uint", "const": 1},
                {"name": "count", "length": 1, "encoding": "uint"},
                {
                    "part": "entries",
                    "name": "legs",
                    "count_field": "count",
                    "parts": [{"name": "ratio", "length": 2, "encoding": "int"}],
                },
            ],
        }
    ],
}


def load(folder: Path, table: Any) -> Any:
    path = folder / "test.json"
    path.write_text(json.dumps(table))
    return load_sequence(path)


def test_a_table_may_lie_outside_the_package(tmp_path: Path) -> None:
    protocol = load(tmp_path, GOOD)
    frame = protocol.encode("order", {"legs": [{"ratio": 1}, {"ratio": -2}]})
    assert frame == b"\x01\x02\x01\x00\xfe\xff"
    with pytest.raises(EncodeError, match="count 3 received, expected 2"):
        protocol.encode("order", {"count": 3, "legs": [{"ratio": 1}, {"ratio": -2}]})
    with pytest.raises(DecodeError, match="1 bytes received for ratio, expected 2"):
        protocol.decoder(OUT).decode(frame[:-1])


MISTAKES: list[tuple[str, Any, str]] = [
    ("count_field", "number", "message 'order': legs: no field 'number' before it"),
    ("part", "entry", "message 'order': without or unknown 'entry'"),
    ("parts", [{"name": "ratio", "length": 9, "encoding": "int"}], "message 'order': field 'ratio' of length 9"),
    ("parts", [{"name": "ratio", "length": 2, "encoding": "float"}], "message 'order': without or unknown 'float'"),
]


@pytest.mark.parametrize(("key", "value", "expected"), MISTAKES)
def test_a_wrong_table_is_refused(tmp_path: Path, key: str, value: Any, expected: str) -> None:
    table = copy.deepcopy(GOOD)
    table["messages"][0]["parts"][2][key] = value
    with pytest.raises(TableError) as caught:
        load(tmp_path, table)
    assert caught.value.mistakes == [expected]
