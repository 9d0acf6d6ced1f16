"""The tables: made from the spec files as they lie here, and refused where they are wrong."""

import copy
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from captures import shared

from fairlead.codecs.binary import Direction, TableError, load_protocol
from fairlead.codecs.errors import EncodeError, LocalProtocolError

ROOT = Path(__file__).resolve().parents[3]
TABLES = ROOT / "codecs" / "binary" / "tables"


def maker() -> Any:
    spec = importlib.util.spec_from_file_location("make_binary_tables", ROOT / "tools" / "make_binary_tables.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_those_that_the_tool_makes(tmp_path: Path) -> None:
    made = maker()
    made.make(shared("specs"), tmp_path)
    assert {path.stem for path in tmp_path.glob("*.json")} == {
        *made.PROTOCOLS,
        *made.DERIVED,
        *(f"{name}_session" for name in made.WITH_SESSION),
    }
    for path in tmp_path.glob("*.json"):
        assert path.read_text() == (TABLES / path.name).read_text(), path.name


@pytest.mark.parametrize("name", sorted(maker().PROTOCOLS))
def test_every_message_and_field_of_a_spec_file_is_in_its_table(name: str) -> None:
    source = json.loads((shared("specs") / f"{name}.json").read_text())
    protocol = load_protocol(name)
    assert len(protocol.layouts) == len(source["messages"])
    for layout, message in zip(protocol.layouts, source["messages"], strict=True):
        assert [(field.name, field.offset) for field in layout.fields] == [
            (field["name"], field["offset"]) for field in message["fields"]
        ]
        if message["length"] is not None:
            assert layout.length == message["length"]
        if "min_length" in message:
            assert layout.min_length == message.get("base_length", message["min_length"])


def test_names_are_in_snake_case() -> None:
    names = {layout.name for layout in load_protocol("itch_5_0").layouts}
    assert {"reg_sho_restriction", "mwcb_decline_level", "add_order_mpid", "luld_auction_collar", "noii"} <= names


GOOD: dict[str, Any] = {
    "protocol": "test",
    "title": "Test",
    "version": "1",
    "kind": "order_entry",
    "byte_order": "big",
    "type_field": {"offset": 0, "length": 1, "encoding": "ascii"},
    "enums": {"side": {"B": "buy"}},
    "messages": [
        {
            "name": "order",
            "type": "O",
            "direction": "to_venue",
            "length": 9,
            "fields": [
                {"name": "type", "offset": 0, "length": 1, "encoding": "ascii", "const": "O"},
                {"name": "quantity", "offset": 1, "length": 4, "encoding": "uint"},
                {"name": "price", "offset": 5, "length": 4, "encoding": "int", "scale": 2},
            ],
        }
    ],
}

WRONG = {
    "overlap": (("messages", 0, "fields", 2, "offset"), 4, "'price' at 4 overlaps the one before, which ends at 5"),
    "gap": (("messages", 0, "fields", 2, "offset"), 7, "bytes 5 to 6 before 'price' belong to no field"),
    "beyond": (("messages", 0, "length"), 8, "length 8, but the fields end at 9"),
    "encoding": (("messages", 0, "fields", 1, "encoding"), "float", "encoding 'float', expected one of uint, int"),
    "width": (("messages", 0, "fields", 2, "length"), 9, "length 9 of encoding int, expected 1 to 8"),
    "negative": (("messages", 0, "fields", 1, "offset"), -1, "offset -1, expected a number from 0"),
    "text": (("messages", 0, "fields", 1, "length"), "4", "length '4'"),
    "type": (("messages", 0, "type"), "X", "type 88, but 'type' is 'O'"),
    "long type": (("messages", 0, "type"), "XY", "type 'XY', expected a character for each byte, a number or null"),
    "const": (("messages", 0, "fields", 1, "const"), 1 << 32, "value 4294967296, expected 0 to 4294967295"),
    "special": (("messages", 0, "fields", 1, "special"), {"-1": "none"}, "value -1, expected 0 to 4294967295"),
    "special name": (("messages", 0, "fields", 1, "special"), {"market": 1}, "expected names by whole numbers"),
    "special of text": (
        ("messages", 0, "fields", 0, "special"),
        {"1": "one"},
        "special values, which only uint and int",
    ),
    "max": (("messages", 0, "fields", 1, "max"), "ten", "max 'ten', expected a whole number"),
    "fields": (("messages", 0, "fields"), 5, "TypeError"),
    "messages": (("messages",), [5], "int found, expected an object"),
    "enum": (("messages", 0, "fields", 1, "enum"), "capacity", "enum 'capacity', expected one of side"),
    "pad": (("messages", 0, "fields", 0, "pad"), "middle", "pad 'middle', expected one of right_space"),
    "scale": (("messages", 0, "fields", 2, "scale"), 19, "scale 19, expected 0 to 18 or 'instrument'"),
    "direction": (("messages", 0, "direction"), "up", "direction 'up', expected one of to_venue"),
    "order": (("byte_order",), "middle", "byte_order 'middle', expected big or little"),
    "key": (("messages", 0, "fields", 1, "lenght"), 4, "unknown key lenght"),
    "counts": (("messages", 0, "fields", 1, "counts"), "sheep", "counts 'sheep', expected one of message, options"),
    "options": (("messages", 0, "options"), [7], "option 7, expected one of the table's"),
    "last": (("messages", 0, "fields", 1, "length"), None, "length None of encoding uint"),
    "tail": (("messages", 0, "fields", 0, "length"), None, "'type' has no length of its own"),
    "names": (("messages", 0, "fields", 1, "name"), "price", "two fields of one name"),
}


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    table = copy.deepcopy(GOOD)
    at: Any = table
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return table


def load(folder: Path, table: Any) -> Any:
    path = folder / "test.json"
    path.write_text(json.dumps(table))
    return load_protocol(path)


def test_a_table_may_lie_outside_the_package(tmp_path: Path) -> None:
    protocol = load(tmp_path, GOOD)
    frame = protocol.encode("order", {"quantity": 258, "price": "-1.01"})
    assert frame == b"O\x00\x00\x01\x02\xff\xff\xff\x9b"


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_table_is_refused_by_name(tmp_path: Path, case: str) -> None:
    path, value, expected = WRONG[case]
    with pytest.raises(TableError) as caught:
        load(tmp_path, changed(path, value))
    assert any(expected in mistake for mistake in caught.value.mistakes), caught.value.mistakes
    assert "test.json" in str(caught.value)


def test_all_mistakes_of_a_table_are_told_at_once(tmp_path: Path) -> None:
    table = changed(("messages", 0, "fields", 1, "encoding"), "float")
    table["messages"].append({"name": "cancel", "type": "X", "direction": "up", "fields": []})
    with pytest.raises(TableError) as caught:
        load(tmp_path, table)
    assert len(caught.value.mistakes) == 2


def test_two_messages_of_one_type_are_refused(tmp_path: Path) -> None:
    table = copy.deepcopy(GOOD)
    table["messages"].append({**table["messages"][0], "name": "other"})
    with pytest.raises(TableError, match="has the type of 'order' in the same direction"):
        load(tmp_path, table)


def test_what_is_no_json_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "test.json"
    path.write_text("{")
    with pytest.raises(TableError, match="no JSON"):
        load_protocol(path)
    with pytest.raises(LookupError, match="no table 'ouch_9_9', expected a path or one of .*ouch_5_0"):
        load_protocol("ouch_9_9")
    with pytest.raises(LookupError, match="cme_ilink3 has messages without fixed places: load_sequence reads it"):
        load_protocol("cme_ilink3")


def test_the_greatest_value_of_a_signed_number_is_kept_to(tmp_path: Path) -> None:
    table = changed(("messages", 0, "fields", 2, "max"), 500)
    table["messages"][0]["fields"][2]["special"] = {"2147483647": "market"}
    protocol = load(tmp_path, table)
    assert protocol.encode("order", {"quantity": 1, "price": "5.00"})[5:] == b"\x00\x00\x01\xf4"
    assert protocol.encode("order", {"quantity": 1, "price": "market"})[5:] == b"\x7f\xff\xff\xff"
    with pytest.raises(EncodeError, match="price 501 received, expected -2147483648 to 500"):
        protocol.encode("order", {"quantity": 1, "price": "5.01"})


def test_a_list_of_options_behind_one_byte_may_be_missing(tmp_path: Path) -> None:
    table = copy.deepcopy(GOOD)
    table["options"] = {"1": {"name": "firm", "length": 2, "encoding": "ascii"}}
    table["messages"][0]["options"] = [1]
    del table["messages"][0]["length"]
    table["messages"][0]["fields"] += [
        {"name": "size", "offset": 9, "length": 1, "encoding": "uint", "counts": "options", "optional": True},
        {"name": "list", "offset": 10, "length": None, "encoding": "options", "optional": True},
    ]
    protocol = load(tmp_path, table)
    layout = protocol.layout("order")
    message = protocol.decoder(Direction.TO_VENUE).decode(b"O" + bytes(8))
    with pytest.raises(LocalProtocolError, match="order came without its optional list"):
        message.get_bytes(layout.field("list"))
    frame = protocol.encode("order", {"quantity": 1, "price": "1", "list": {"firm": "AB"}})
    assert frame[9:] == b"\x04\x03\x01AB"
    assert protocol.decoder(Direction.TO_VENUE).decode(frame).get_bytes(layout.field("list")) == b"\x03\x01AB"
