"""Make codecs/fix/tables/fix_4_*.json from the repository files of the FIX Trading Community.

    python tools/make_fix_tables.py SOURCE_FOLDER

SOURCE_FOLDER holds fix_4_2.json and fix_4_4.json: the facts of the FIX Orchestra repository (FIX Trading Community,
Apache-2.0), that is names, tags, types, codes and layouts. The tables hold the same facts with one field, component,
group or message a line, so that a change of one shows as one line. A layout is a list of words in wire order:

    44        a field        @Instrument   a component        #Parties   a repeating group        ! after one: required
"""

import json
import sys
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parent.parent / "codecs" / "fix" / "tables"
SECTIONS = {"StandardHeader": "header", "StandardTrailer": "trailer"}


def words(layout: list[dict[str, Any]], source: dict[str, Any]) -> str:
    """Return a layout as words; the header and trailer, which every message has, are left out."""
    found = []
    for entry in layout:
        mark = "!" if entry.get("required") else ""
        if "field" in entry:
            found.append(f"{entry['field']}{mark}")
        elif "group" in entry:
            found.append(f"#{source['groups'][str(entry['group'])]['name']}{mark}")
        else:
            name = source["components"][str(entry["component"])]["name"]
            if name not in SECTIONS:
                found.append(f"@{name}{mark}")
    return " ".join(found)


def table(source: dict[str, Any]) -> dict[str, Any]:
    """Return the table of one version, its sections in reading order."""
    made: dict[str, Any] = {
        "version": source["version"],
        "source": "FIX Trading Community, FIX Orchestra repository; names, tags, types, codes and layouts only",
        "licence": "Apache-2.0",
    }
    for component in source["components"].values():
        if component["name"] in SECTIONS:
            made[SECTIONS[component["name"]]] = words(component["layout"], source)
    made["fields"] = {tag: source["fields"][tag] for tag in sorted(source["fields"], key=int)}
    made["components"] = {
        component["name"]: words(component["layout"], source)
        for component in source["components"].values()
        if component["name"] not in SECTIONS
    }
    made["groups"] = {
        group["name"]: {"count_tag": group["count_tag"], "layout": words(group["layout"], source)}
        for group in source["groups"].values()
    }
    made["messages"] = {
        msg_type: {
            "name": message["name"],
            "category": message["category"],
            "layout": words(message["layout"], source),
        }
        for msg_type, message in source["messages"].items()
    }
    return made


def text(made: dict[str, Any]) -> str:
    """Return a table as JSON with one entry of a section a line."""
    parts = []
    for key, value in made.items():
        if isinstance(value, dict):
            lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in value.items())
            parts.append(f"{json.dumps(key)}: {{\n{lines}\n}}")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    for name in ("fix_4_2.json", "fix_4_4.json"):
        source = json.loads((Path(arguments[0]) / name).read_text(encoding="utf-8"))
        (TABLES / name).write_text(text(table(source)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
