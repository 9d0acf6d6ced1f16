"""Make certification/venues/binary_tables/*.json from the specification tables of exchanges' binary protocols.

    python tools/make_simulator_tables.py SOURCE_FOLDER

The venue simulators keep these facts a second time, in their own form and by a tool of their own, so that a mistake
in the gateway's tables can't hide in the simulators. A message is one line, by direction and type code:

    "O": "enter_order message_type:1a order_token:14a side:1a shares:4u ... price:4u.4"

    14a    14 bytes of text, padded with spaces on the right     4u.4   an unsigned integer with four implied decimals
    4u     an unsigned integer                                   +2,3   a list of options behind 2 bytes of length, and
    4i     a signed integer                                             the tags that the message may have
                                                                 ?28    the same, which may be left out with its length
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parent.parent / "certification" / "venues" / "binary_tables"
PROTOCOLS = ("ouch_4_2", "ouch_5_0", "jnx_ouch_1_11", "itch_5_0")
KINDS = {"uint": "u", "int": "i", "ascii": "a"}
RECEIVERS = {"client_to_venue": ("venue",), "venue_to_client": ("client",), "both": ("venue", "client")}


def snake_case(name: str) -> str:
    """Return EnterOrder as enter_order, AddOrderMPID as add_order_mpid."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def word(name: str, length: int, fact: dict[str, Any]) -> str:
    """Return a field as a word."""
    scale = f".{fact['scale']}" if fact.get("scale") else ""
    return f"{name}:{length}{KINDS[fact['encoding']]}{scale}"


def line(message: dict[str, Any]) -> str:
    """Return a message as a line; raises ValueError where its fields leave a hole or overlap."""
    words, end = [snake_case(message["name"])], 0
    for fact in message["fields"]:
        if fact["offset"] != end:
            raise ValueError(f"{message['name']}.{fact['name']} is at {fact['offset']}, expected {end}")
        if fact["name"] == "appendage_length":
            tags = sorted({*message["appendage_options_2023"], *message["appendage_options_rev105"]})
            words.append(("?" if fact.get("optional") else "+") + ",".join(map(str, tags)))
            break
        words.append(word(fact["name"], fact["length"], fact))
        end += fact["length"]
    if message["length"] is not None and message["length"] != end:
        raise ValueError(f"{message['name']} has {end} bytes, expected {message['length']}")
    return " ".join(words)


def table(source: dict[str, Any]) -> dict[str, Any]:
    """Return the table of one protocol."""
    made: dict[str, Any] = {"title": source["title"], "venue": {}, "client": {}}
    for message in source["messages"]:
        for receiver in RECEIVERS[message["direction"]]:
            made[receiver][message["type"]] = line(message)
    tags = source.get("appendage", {}).get("tags", {})
    made["options"] = {tag: word(snake_case(fact["name"]), fact["value_length"], fact) for tag, fact in tags.items()}
    return made


def main() -> None:
    """Write all tables."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    TABLES.mkdir(exist_ok=True)
    for protocol in PROTOCOLS:
        source = json.loads((Path(sys.argv[1]) / f"{protocol}.json").read_text(encoding="utf-8"))
        text = json.dumps(table(source), indent=1) + "\n"
        (TABLES / f"{protocol}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
