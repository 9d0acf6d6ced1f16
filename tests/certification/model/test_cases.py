"""Cases are read from YAML and Python alike, and every mistake in one is told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fairlead.certification.model.case import Case, CaseError, Catalogue, case
from fairlead.certification.model.dialogues import fill_in, load_folder, read_cases
from fairlead.certification.model.verdicts import Level

PLAIN = """
id: FS-2c
title: A low number without PossDup
asks: Log out and disconnect.
why: A reset peer would go unnoticed.
reference: [FTC 2c]
level: should
for: [fix42, fix44]
subjects: [engine]
roles: [acceptor]
vary: {cut: [rst, fin], low: [1, 2]}
steps:
  - peer.send: {seq: $low, how: $cut, of: $A}
  - expect.Logout: {}
"""


class Notes:
    def __init__(self) -> None:
        self.done: list[tuple[str, Any]] = []

    async def do(self, verb: str, arguments: Any) -> None:
        self.done.append((verb, arguments))


async def test_dialogue_becomes_a_case_that_plays_its_steps(tmp_path: Path) -> None:
    path = tmp_path / "fs.yaml"
    path.write_text(PLAIN)
    (found,) = read_cases(path)
    assert (found.id, found.group, found.level, found.source) == ("FS-2c", "FS", Level.SHOULD, "fs.yaml")
    assert found.protocols == {"fix42", "fix44"}
    variants = list(found.variants())
    assert variants == [
        {"cut": "rst", "low": 1},
        {"cut": "rst", "low": 2},
        {"cut": "fin", "low": 1},
        {"cut": "fin", "low": 2},
    ]
    notes = Notes()
    await found.play(notes, variants[3])
    # a name that does not vary is the stage's
    assert notes.done == [("peer.send", {"seq": 2, "how": "fin", "of": "$A"}), ("expect.Logout", {})]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("title: A low", "titel: A low"), "title is missing"),
        (("title: A low", "titel: A low"), "no such key as 'titel'"),
        (("level: should", "level: shall"), "level 'shall', expected one of must, should, optional"),
        (("  - expect.Logout: {}", "  - expect.Logout"), "step 2 is 'expect.Logout', expected one verb"),
        (("  - expect.Logout: {}", "  - any: [[wait]]"), "step 1 is 'wait', expected one verb"),
        (("steps:", "steps: ["), "is not YAML"),
    ],
)
def test_mistakes_are_told_with_file_and_case(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(PLAIN.replace(*change))
    with pytest.raises(CaseError) as error:
        load_folder(tmp_path, Catalogue())
    assert any(complaint in line and line.startswith("broken.yaml") for line in error.value.mistakes)


def make_case(**changes: Any) -> Case:
    async def play(stage: Any, variant: Mapping[str, Any]) -> None: ...

    given: dict[str, Any] = {
        "id": "OE01",
        "title": "t",
        "group": "OE",
        "asks": "a",
        "why": "w",
        "reference": ("r",),
        "protocols": frozenset(("fix44",)),
        "play": play,
    }
    return Case(**(given | changes))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": "EX01"}, "expected to begin with its group"),
        ({"protocols": frozenset(("fix43",))}, "protocols ['fix43'], expected some of fix42, fix44"),
        ({"subjects": frozenset()}, "subjects none"),
        ({"why": " "}, "why is missing"),
        ({"reference": ()}, "reference is missing"),
    ],
)
def test_case_that_is_described_wrongly_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CaseError, match="OE01|EX01") as error:
        Catalogue().add(make_case(**changes))
    assert complaint in str(error.value)


def test_id_is_taken_once() -> None:
    catalogue = Catalogue()
    catalogue.add(make_case(source="first.yaml"))
    with pytest.raises(CaseError, match="id is taken by first.yaml"):
        catalogue.add(make_case())


async def test_python_case_is_its_function() -> None:
    catalogue = Catalogue()

    @case(
        catalogue, "FR01", group="FR", title="t", asks="a", why="w", reference=["r"], protocols=["fix44", "ouch50"],
        vary={"cut": ("rst", "fin")},
    )  # fmt: skip
    async def cut_mid_order(stage: Any, variant: Mapping[str, Any]) -> None:
        await stage.do("cut", variant["cut"])

    notes = Notes()
    for variant in catalogue.cases["FR01"].variants():
        await catalogue.cases["FR01"].play(notes, variant)
    assert notes.done == [("cut", "rst"), ("cut", "fin")]


def test_level_of_a_python_case_may_be_a_word() -> None:
    catalogue = Catalogue()
    told = {"group": "OE", "title": "t", "asks": "a", "why": "w", "reference": ["r"], "protocols": ["fix44"]}

    async def play(stage: Any, variant: Mapping[str, Any]) -> None: ...

    case(catalogue, "OE01", **told, level="optional")(play)
    assert catalogue.cases["OE01"].level is Level.OPTIONAL
    with pytest.raises(CaseError, match="level 'maybe', expected one of must, should, optional"):
        case(catalogue, "OE02", **told, level="maybe")(play)


def test_cases_are_chosen_by_what_applies() -> None:
    catalogue = Catalogue()
    catalogue.add(make_case())
    catalogue.add(make_case(id="OE10", roles=frozenset(("acceptor",))))
    catalogue.add(make_case(id="OE02", protocols=frozenset(("ouch50",))))
    chosen = [found.id for found in catalogue.choose("gateway", "fix44")]
    assert chosen == ["OE01", "OE10"]
    assert [found.id for found in catalogue.choose("gateway", "fix44", ids=["OE1"])] == ["OE10"]
    assert catalogue.choose("engine", "fix44") == []
    assert [found.id for found in catalogue.choose("gateway", "fix44", "initiator")] == ["OE01"]


def test_values_are_filled_in_at_any_depth() -> None:
    assert fill_in({"a": ["$x", {"b": "$x"}], "c": "$y"}, {"x": 1}) == {"a": [1, {"b": 1}], "c": "$y"}
