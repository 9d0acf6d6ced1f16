"""Make codecs/binary/tables/sequences/*.json from the protocol files of a folder.

    python tools/make_sequence_tables.py SOURCE_FOLDER [OUT_FOLDER]

What make_binary_tables.py does for protocols of fixed layouts, for those whose messages are sequences of parts: SBE
(B3, CME, Coinbase), ETI (Eurex), presence bits (TXSE) and bitfields (Cboe BOE 2). Facts only, one field a line.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parent.parent / "codecs" / "binary" / "tables" / "sequences"
# Session messages of a schema of their own, whose types are told apart by the schema: a table NAME_session.
WITH_SESSION = ("coinbase_derivatives_orders",)
PROTOCOLS = (
    *("b3_binary_entrypoint", "cme_ilink3", "coinbase_derivatives_orders"),
    *("eurex_t7_eti_derivatives", "txse_seed_rake_1_0", "cboe_boe_v2_us_options"),
    "cboe_boe_v2_us_equities",
)
DIRECTIONS = {"client_to_venue": "to_venue", "venue_to_client": "to_client", "both": "both"}
KEYS = ("offset", "length", "encoding", "scale", "pad", "const")

Row = dict[str, Any]


def names() -> Any:
    """Return the tool beside this one, for its rule of names."""
    path = Path(__file__).with_name("make_binary_tables.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


snake = names().snake


def field_row(field: Row) -> Row:
    """Return one field; a composite has its members as fields."""
    row: Row = {"name": field["name"]} | {key: field[key] for key in KEYS if field.get(key) is not None}
    if "null_first_byte" in field:
        row["null"] = field["null_first_byte"]
    elif "null" in field:
        row["null"] = field["null"]
    if "present_if" in field:
        row["present_if"] = presence(field["present_if"])
    if field["encoding"] == "composite":
        row["fields"] = [field_row(member) for member in field["members"] if member.get("on_wire", True)]
        row.pop("null", None)
    return row


def presence(stated: Any) -> list[Any]:
    """Return a condition as the field that has the bit, the mask, and which bitfield."""
    if isinstance(stated, dict):
        return ["bitfields", int(stated["mask"], 0), stated["bitfield"]]
    name, _, mask = stated.partition(" & ")
    return [name, int(mask, 0)]


def typed(fields: list[Row], message: Row, type_field: str) -> list[Row]:
    """Return fields, the one that holds the type being constant."""
    return [field | ({"const": message["type"]} if field["name"] == type_field else {}) for field in fields]


def without_offset(field: Row) -> Row:
    row = field_row(field)
    row.pop("offset", None)
    return row


def sbe(message: Row) -> list[Row]:
    """Return the parts of an SBE message: root block, groups, data."""
    fields = [field_row(field) for field in message["fields"]]
    parts: list[Row] = [
        {"part": "block", "length": message["block_length"], "length_field": "blockLength", "fields": fields}
    ]
    for group in message.get("groups", []):
        parts.append(
            {
                "part": "group",
                "name": group["name"],
                "length": group["block_length"],
                "dimension": [field_row(field) for field in group["dimension"]],
                "fields": [field_row(field) for field in group["fields"]],
            }
        )
    for data in message.get("var_data", []):
        row = {"part": "data", "name": data["name"], "prefix": data["length_prefix"], "encoding": data["encoding"]}
        parts.append(row)
    return parts


def unique(parts: list[Row]) -> list[Row]:
    """Return parts with names of their own: a second Pad2 is Pad2_2."""
    seen: dict[str, int] = {}
    for part in parts:
        seen[part["name"]] = count = seen.get(part["name"], 0) + 1
        if count > 1:
            part["name"] += f"_{count}"
    return parts


def in_order(fields: list[Row]) -> list[Row]:
    """Return fields as parts that follow each other: ETI and messages with presence bits."""
    parts: list[Row] = []
    for field in fields:
        if field["encoding"] == "group":
            count = field.get("count_field") or field["repeat"].rpartition(", ")[2]
            entry = {"part": "entries", "name": field["name"], "count_field": count}
            parts.append(entry | {"parts": unique([without_offset(member) for member in field["fields"]])})
        elif field.get("variable"):
            row = {"part": "data", "name": field["name"], "encoding": field["encoding"]}
            count = field.get("count_field") or field.get("length_from")
            # one file has the bitfields and their number as one field, named by what they announce
            parts.append(row | ({"count_field": count} if count else {"name": "bitfields", "prefix": 1}))
        else:
            parts.append(without_offset(field))
    return unique(parts)


def fixed(message: Row) -> list[Row]:
    """Return the parts of a message that has nothing but its fields."""
    return in_order(typed(message["fields"], message, "TemplateID"))


def repeat(stated: Row | None) -> list[Row]:
    """Return a repeated part, if there is one, as entries."""
    if stated is None:
        return []
    parts = [without_offset(field) for field in stated["fields"]]
    return [{"part": "entries", "name": f"{stated['count']}_entries", "count_field": stated["count"], "parts": parts}]


def boe(message: Row) -> list[Row]:
    """Return the parts of a BOE message behind its header."""
    parts = in_order(message["fields"]) + repeat(message.get("repeat"))
    parts += [without_offset(field) for field in message.get("then", [])]
    if "param_groups" in message:
        parts.append(param_groups(message["param_groups"]))
    parts += in_order(message.get("after_bitfields", []))
    taken = {part["name"] for part in parts}
    if message.get("optional_fields"):
        rows = []
        for field in message["optional_fields"]:
            row = {"bitfield": field["bitfield"], "mask": int(field["mask"], 0)} | without_offset(field)
            if row["name"] in taken:  # some messages can return what they have in a fixed place once more
                row["name"] = f"optional_{row['name']}"
            rows.append(row | ({"in_group": True} if field.get("in_group") else {}))
        parts.append({"part": "optional_fields", "bits": "bitfields", "fields": rows})
    return parts


def param_groups(groups: list[Row]) -> Row:
    """Return the elements of a login, each of which has a length, a type and fields by its type."""
    choices = {}
    for group in groups:
        fields = [without_offset(field) for field in group["fields"][2:]]
        choices[str(group["param_group_type"])] = fields + repeat(group.get("repeat"))
    row: Row = {"part": "choices", "name": "param_groups", "count_field": "number_of_param_groups"}
    row["length"] = {"name": "param_group_length", "length": 2, "encoding": "uint"}
    row["type"] = {"name": "param_group_type", "length": 1, "encoding": "uint"}
    return row | {"choices": choices}


def frame(name: str, source: Row) -> Row:
    """Return what all messages of a protocol have: header, type and length."""
    framing = source["framing"]
    if name == "eurex_t7_eti_derivatives":
        fields = {field["name"]: field_row(field) for field in framing["header_in"]}
        return {"type_field": fields["TemplateID"], "length_field": fields["BodyLen"] | {"from": 0}}
    if name == "txse_seed_rake_1_0":
        return {"type_field": {"name": "message_type", "offset": 0, "length": 1, "encoding": "uint"}}
    header = [field_row(field) for field in framing["header"]]
    defaults = {"schemaId": framing.get("schema_id"), "version": framing.get("schema_version")}
    defaults |= {"protocolId": framing.get("protocol_id")}
    for row in header:
        if defaults.get(row["name"]) is not None:
            row["const"] = defaults[row["name"]]
    fields = {row["name"]: row for row in header}
    length = fields[framing["length_field"]]
    type_field = fields.get("templateId") or fields["message_type"]
    counted_from = length["offset"] if name.startswith("cboe_boe") else 0
    return {"type_field": type_field, "length_field": length | {"from": counted_from}, "header": header}


def table(name: str, source: Row) -> Row:
    """Return the table of one protocol."""
    made: Row = {"protocol": name, "form": "sequence"}
    made |= {key: source[key] for key in ("title", "version", "kind", "byte_order")} | frame(name, source)
    maker = sbe if source["offset_base"] == "sbe_block" else boe if name.startswith("cboe_boe") else fixed
    made["messages"] = [
        {
            "name": snake(message["name"]),
            "type": message["type"],
            "direction": DIRECTIONS[message["direction"]],
            "parts": maker(message),
        }
        for message in source["messages"]
    ]
    return made


LISTS = ("fields", "parts", "header", "dimension", "choices", "messages")


def lines(value: Any, indent: str = "") -> str:
    """Return JSON with one field a line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"{indent} {lines(entry, indent + ' ')}" for entry in value) + f"\n{indent}]"
    if isinstance(value, dict) and any(key in value for key in LISTS):
        return "{" + ", ".join(f"{json.dumps(key)}: {lines(entry, indent + ' ')}" for key, entry in value.items()) + "}"
    if isinstance(value, dict) and value and all(isinstance(entry, list) for entry in value.values()):
        return "{" + ", ".join(f"{json.dumps(key)}: {lines(entry, indent + ' ')}" for key, entry in value.items()) + "}"
    return json.dumps(value)


def make(folder: Path, out: Path) -> None:
    """Write the table of each protocol of ``folder`` into ``out``."""
    for name in PROTOCOLS:
        source = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        write(out, name, source)
        if name in WITH_SESSION:
            session = {
                "title": f"{source['title']}: session",
                "messages": source["session_messages"],
                "kind": "session",
            }
            write(out, f"{name}_session", source | session)


def write(out: Path, name: str, source: Row) -> None:
    made = table(name, source)
    body = ",\n".join(f"{json.dumps(key)}: {lines(value)}" for key, value in made.items())
    (out / f"{name}.json").write_text("{\n" + body + "\n}\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    make(Path(arguments[0]), Path(arguments[1]) if len(arguments) == 2 else TABLES)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
