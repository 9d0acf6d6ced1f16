"""Make codecs/binary/tables/*.json from the protocol files of a folder.

    python tools/make_binary_tables.py SOURCE_FOLDER [OUT_FOLDER]

SOURCE_FOLDER holds one file for each protocol: facts about it, with their sources and notes. The tables hold the facts
that a codec works by and nothing else: names, offsets, lengths, encodings, scales, paddings, codes, constants, special
values, options. docs/adding_a_protocol.md describes their form. One field a line, so that a change of one shows as one.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parent.parent / "codecs" / "binary" / "tables"

PROTOCOLS = (
    *("soupbintcp_3_00", "moldudp64_1_00"),
    *("ouch_4_2", "ouch_5_0", "itch_5_0"),
    *("jnx_ouch_1_11", "jnx_ouch_2_01", "jnx_itch_2_0", "odx_ouch_2_0"),
    *("asx_trade_ouch_3_6", "asx_trade_itch_3_1", "asx_derivatives_itch_1_05"),
    *("jpx_ose_ouch_5_0", "jpx_ose_itch_5_0", "bist_ouch_2025", "miax_meo_pearl_equities"),
)
# Files that hold the packets of the session too, which become a table of their own: NAME_session.
WITH_SESSION = ("miax_meo_pearl_equities", "txse_seed_rake_1_0")

# A protocol without a file of its own: the family's layout, of which a capture of Borsa Istanbul's feed (2014, 40 whole
# messages of four types) has every length. Its directory has the decimals of its prices; no code is known.
DERIVED = {"bist_itch_2014": ("asx_trade_itch_3_1", "Borsa Istanbul ITCH as captured in 2014", ("T", "S", "R", "L"))}

DIRECTIONS = {"client_to_venue": "to_venue", "venue_to_client": "to_client", "both": "both"}

# What the files say in words. ODX: "0x7FFFFFFF market", 4-byte prices of one decimal.
STATED_TYPES = {"odx_ouch_2_0": {"price": {"scale": 1, "special": {"2147483647": "market"}}}}
FIELD_KEYS = ("const", "enum", "pad", "scale", "unit")


def snake(name: str) -> str:
    """Return a CamelCase name in snake_case, its abbreviations kept together."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def special_name(text: str) -> str:
    """Return the name of a special value: the statement up to its first punctuation, ``market`` for a market order."""
    if "market order" in text:
        return "market"
    return "_".join(re.split(r"[(,:]", text)[0].split())


def type_of(field: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    """Return what the file says about a field's type: by its type's name, its own name, or the price of its form."""
    for name in (field.get("spec_type"), field["name"]):
        if isinstance(types.get(name), dict):
            return dict(types[name])
    for name, stated in types.items():
        if name == "price" and isinstance(stated, dict) and field.get("scale") == stated.get("scale"):
            return stated
    return {}


def field_row(field: dict[str, Any], source: dict[str, Any], direction: str) -> dict[str, Any]:
    """Return one field; ``length`` null where it reaches to the end of the message."""
    row: dict[str, Any] = {key: field.get(key) for key in ("name", "offset", "length", "encoding")}
    row |= {key: field[key] for key in FIELD_KEYS if key in field}
    if "const" in row and field["encoding"] == "ascii":
        row["const"] = str(row["const"])
    types = STATED_TYPES.get(source["name"], source["types"])
    stated = type_of(field, types)
    if stated.get("special"):
        row["special"] = {value: special_name(text) for value, text in stated["special"].items()}
    if "no_value" in field:
        row["special"] = {str(field["no_value"]): "none"}
    if "max" in stated and direction == "to_venue" and "scale" in field:
        row["max"] = stated["max"]
    if "scale_from" in field or "divisor_from" in field:
        row["scale"] = "instrument"
    if field["name"] == source["length_field"]:
        # a length that says it has a sign is never negative
        row |= {"encoding": "uint", "counts": "message", "counts_from": field["offset"] + field["length"]}
    if field["name"] == source["options_length_field"]:
        row["counts"] = "options"
    if field["encoding"] == "tag_value_list":
        row["encoding"] = "options"
    if field["encoding"] == "group":
        row |= group_keys(field, source, direction)
    if field.get("optional"):
        row["optional"] = True
    return row


def group_keys(field: dict[str, Any], source: dict[str, Any], direction: str) -> dict[str, Any]:
    """Return the keys of a repeating group: its entries' length, how many there are, and their fields."""
    keys: dict[str, Any] = {"entry_length": field["entry_length"]}
    if "count_field" in field:
        keys["count_field"] = field["count_field"]
    else:
        keys["count"] = int(field["repeat"].rpartition(",")[2])
        keys["length"] = keys["count"] * field["entry_length"]
    return keys | {"fields": [field_row(member, source, direction) for member in field["fields"]]}


def option_row(option: dict[str, Any]) -> dict[str, Any]:
    row = {"name": snake(option["name"]), "length": option["value_length"], "encoding": option["encoding"]}
    if option["encoding"] == "ascii" and option["value_length"] > 1:
        row["pad"] = "right_space"
    return row | {key: option[key] for key in ("enum", "scale") if key in option}


def message_row(message: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """Return one message, its fields last."""
    direction = DIRECTIONS[message["direction"]]
    row: dict[str, Any] = {"name": snake(message["name"]), "type": type_code(message), "direction": direction}
    fields = [field_row(field, source, direction) for field in message["fields"]]
    last = fields[-1]
    if last["length"] is not None:
        row["length"] = last["offset"] + last["length"]
        assert message["length"] in (None, row["length"]), f"{message['name']} of {source['name']}"
    options = set(message.get("appendage_options_2023", ())) | set(message.get("appendage_options_rev105", ()))
    if options:
        row["options"] = sorted(options)
    return row | {"fields": fields}


def type_code(message: dict[str, Any]) -> str | int | None:
    """Return a message's type: characters or a number that a field always holds, or None for all others."""
    stated = message["type"]
    if isinstance(stated, int) or any(str(field.get("const")) == stated for field in message["fields"]):
        return stated
    return int(stated.rpartition("=")[2]) if "=" in stated else None


def type_field(source: dict[str, Any]) -> dict[str, Any]:
    """Return where a message's type is: its one constant character, or the field that other messages are told by."""
    fields = [field for message in source["messages"] for field in message["fields"] if "const" in field]
    return {key: fields[0][key] for key in ("offset", "length", "encoding")}


def table(name: str, source: dict[str, Any]) -> dict[str, Any]:
    """Return the table of one protocol."""
    framing = source["framing"]
    options = source.get("appendage", {})
    facts = {
        "name": name,
        "types": source.get("types") or {},
        "length_field": framing.get("length_field") if source["offset_base"] == "frame" else None,
        "options_length_field": options.get("length_field"),
    }
    made: dict[str, Any] = {key: source[key] for key in ("title", "version", "kind", "byte_order")}
    made = {"protocol": name, **made, "type_field": type_field(source)}
    if source.get("enums"):
        made["enums"] = {key: enum["values"] for key, enum in source["enums"].items() if "values" in enum}
    if options:
        made["options"] = {tag: option_row(option) for tag, option in options["tags"].items()}
    made["messages"] = [message_row(message, facts) for message in source["messages"]]
    return made


def session_source(source: dict[str, Any]) -> dict[str, Any]:
    """Return the session's packets of a file as a source of their own; a repeated part becomes a group at the end."""
    messages = []
    for message in source["session_messages"]:
        fields = list(message["fields"])
        if (repeat := message.get("repeat")) is not None:
            entry = repeat["fields"]
            size = entry[-1]["offset"] + entry[-1]["length"]
            end = fields[-1]["offset"] + fields[-1]["length"]
            group = {"name": "entries", "offset": end, "encoding": "group", "count_field": repeat["count"]}
            fields.append(group | {"entry_length": size, "fields": entry})
        messages.append(message | {"fields": fields})
    title = f"{source['title']}: session"
    return source | {"title": title, "messages": messages, "offset_base": "frame", "kind": "session", "enums": {}}


def derived(name: str, made: dict[str, Any]) -> dict[str, Any]:
    """Return the table of a protocol that is known from another's: some messages, prices by the instrument."""
    _, title, types = DERIVED[name]
    messages = [message for message in made["messages"] if message["type"] in types]
    for field in (field for message in messages for field in message["fields"]):
        field.pop("enum", None)
        if "scale" in field:
            field["scale"] = "instrument"
    kept: dict[str, Any] = {key: value for key, value in made.items() if key != "enums"}
    return kept | {"protocol": name, "title": title, "version": "2014", "messages": messages}


def lines(value: dict[str, Any], indent: str) -> str:
    """Return a message or a group with one field a line."""
    if "fields" not in value:
        return json.dumps(value)
    head = json.dumps({key: entry for key, entry in value.items() if key != "fields"})[:-1]
    fields = ",\n".join(f"{indent}  {lines(field, indent + '  ')}" for field in value["fields"])
    return f'{head}, "fields": [\n{fields}\n{indent}]}}'


def text(made: dict[str, Any]) -> str:
    """Return a table as JSON with one entry of a section a line."""
    parts = []
    for key, value in made.items():
        if key == "messages":
            rows = ",\n".join(f"  {lines(message, '  ')}" for message in value)
            parts.append(f'"messages": [\n{rows}\n]')
        elif key in ("enums", "options"):
            rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in value.items())
            parts.append(f"{json.dumps(key)}: {{\n{rows}\n}}")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def make(folder: Path, out: Path) -> None:
    """Write the table of each protocol of ``folder`` into ``out``."""
    for name in PROTOCOLS:
        source = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        (out / f"{name}.json").write_text(text(table(name, source)), encoding="utf-8")
    for name in WITH_SESSION:
        source = session_source(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
        name = f"{name}_session"
        (out / f"{name}.json").write_text(text(table(name, source)), encoding="utf-8")
    for name, (family, _, _) in DERIVED.items():
        source = json.loads((folder / f"{family}.json").read_text(encoding="utf-8"))
        (out / f"{name}.json").write_text(text(derived(name, table(family, source))), encoding="utf-8")


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    make(Path(arguments[0]), Path(arguments[1]) if len(arguments) == 2 else TABLES)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
