"""docs/control.md is right: its dialogues are played line by line, its tables name what there is."""

import re
from pathlib import Path

import orjson
from control_bench import Bench

from fairlead.gateway.control import protocol
from fairlead.gateway.control.commands import ROLES
from fairlead.gateway.risk.check_order import MAY_BE_OVERRIDDEN

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "control.md").read_text(encoding="utf-8")
ANY = "..."


def _fits(expected: object, found: object) -> bool:
    """Tell whether an answer is as documented; "..." stands for any value, at a list's end for any that follow."""
    if expected == ANY:
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(_fits(expected[name], found[name]) for name in expected)
    if isinstance(expected, list) and isinstance(found, list):
        if expected[-1:] == [ANY]:
            expected, found = expected[:-1], found[: len(expected) - 1]
        return len(expected) == len(found) and all(map(_fits, expected, found))
    return expected == found


def test_every_dialogue_is_played() -> None:
    # one gateway for all, from its first audit record on; a connection for each
    dialogues = re.findall(r"^```text\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert len(dialogues) == 4
    two_people, others = dialogues[2:], dialogues[:2]
    for group in (two_people, others):
        bench = Bench()
        for dialogue in group:
            client = bench.client()
            for line in dialogue.splitlines():
                if line.startswith("-> "):
                    client.send(line[3:].encode() + b"\n")
                    [answer] = client.read()
                else:
                    assert _fits(orjson.loads(line[3:]), answer), f"{answer}\nis not as documented:\n{line}"


def test_the_tables_name_what_there_is() -> None:
    codes = {value for name, value in vars(protocol).items() if name.isupper() and isinstance(value, str)}
    part = TEXT[TEXT.index("| code |") : TEXT.index("Commands run one at a time")]
    assert {
        code
        for line in part.splitlines()
        if line.startswith("| `")
        for code in re.findall(r"`(\w+)`", line.split("|")[1])
    } == codes
    part = TEXT[TEXT.index("| role |") : TEXT.index("`risk` does not include")]
    assert re.findall(r"^\| `(\w+)` ", part, re.MULTILINE) == list(ROLES)
    part = TEXT[TEXT.index("\nOnly `restricted`") : TEXT.index("can be overridden: never")]
    assert set(re.findall(r"`(\w+)`", part)) == MAY_BE_OVERRIDDEN
