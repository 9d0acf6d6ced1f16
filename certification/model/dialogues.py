"""Read cases from YAML: plain dialogues, one step after another, no conditions.

::

    id: SX02
    title: A gap recovered while fills keep coming
    asks: ...
    why: ...
    reference: [FTC-1B, FTC-2b]
    level: must
    for: [fix42, fix44]
    subjects: [engine, gateway]
    roles: [acceptor]
    needs: [replace]
    vary: {cut: [rst, fin]}
    steps:
      - venue.logon: accept
      - gw.place: {as: A, side: buy, qty: 300, px: "10.00"}
      - any:                       # the first branch that fits; a grade below pass is tolerated
          - [{expect.Reject: {373: 10}}]
          - {grade: non-strict, steps: [{expect.Logout: {}}]}

A value ``$cut`` stands for the variant's; other names that begin with ``$`` are the stage's to resolve (``$A``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from fairlead.certification.model.case import Case, CaseError, Catalogue, Stage
from fairlead.certification.model.verdicts import Level

_REQUIRED = ("id", "title", "asks", "why", "reference", "for", "steps")
_OPTIONAL = ("level", "subjects", "roles", "needs", "vary", "timeout_s")


def load_folder(folder: Path, catalogue: Catalogue) -> None:
    """Add every case of the YAML files below a folder, by name of file. Raises CaseError with all mistakes."""
    mistakes: list[str] = []
    for path in sorted(folder.rglob("*.yaml")):
        try:
            for found in read_cases(path, path.relative_to(folder).as_posix()):
                catalogue.add(found)
        except CaseError as error:
            mistakes += error.mistakes
    if mistakes:
        raise CaseError(mistakes)


def load_cases(path: Path, catalogue: Catalogue) -> None:
    """Add the cases of a file, or of all YAML files below a folder. Raises CaseError."""
    if path.is_dir():
        load_folder(path, catalogue)
        return
    for found in read_cases(path):
        catalogue.add(found)


def read_cases(path: Path, source: str = "") -> list[Case]:
    """Return the cases of one file: one case a document. Raises CaseError."""
    source = source or path.name
    try:
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError([f"{source} can't be read: {error}"]) from error
    except yaml.YAMLError as error:
        raise CaseError([f"{source} is not YAML: {' '.join(str(error).split())}"]) from error
    mistakes = [line for number, raw in enumerate(documents, 1) for line in _mistakes(raw, f"{source}, case {number}")]
    if mistakes:
        raise CaseError(mistakes)
    return [_case(raw, source) for raw in documents]


def _mistakes(raw: Any, where: str) -> list[str]:
    if not isinstance(raw, dict):
        return [f"{where}: {type(raw).__name__} received, expected a table with {', '.join(_REQUIRED)}"]
    where = f"{where} ({raw.get('id', 'no id')})"
    found = [f"{where}: {key} is missing" for key in _REQUIRED if key not in raw]
    found += [f"{where}: no such key as {key!r}" for key in raw if key not in (*_REQUIRED, *_OPTIONAL)]
    if "level" in raw and raw["level"] not in list(Level):
        found.append(f"{where}: level {raw['level']!r}, expected one of {', '.join(Level)}")
    return found + _step_mistakes(raw.get("steps", []), where)


def _step_mistakes(steps: Any, where: str) -> list[str]:
    if not isinstance(steps, list) or not steps:
        return [f"{where}: steps, expected a list of them"]
    found = []
    for number, step in enumerate(steps, 1):
        if not isinstance(step, dict) or len(step) != 1:
            found.append(f"{where}: step {number} is {step!r}, expected one verb with its arguments")
        elif "any" in step:
            for branch in step["any"]:
                found += _step_mistakes(branch.get("steps") if isinstance(branch, dict) else branch, where)
    return found


def _case(raw: Mapping[str, Any], source: str) -> Case:
    steps = raw["steps"]

    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        for step in steps:
            ((verb, arguments),) = step.items()
            await stage.do(verb, fill_in(arguments, variant))

    options: dict[str, Any] = {name: frozenset(raw[name]) for name in ("subjects", "roles", "needs") if name in raw}
    if "timeout_s" in raw:
        options["timeout_s"] = float(raw["timeout_s"])
    identifier = str(raw["id"])
    return Case(
        id=identifier,
        title=raw["title"],
        group=identifier[:2],
        asks=raw["asks"],
        why=raw["why"],
        reference=tuple(raw["reference"]),
        protocols=frozenset(raw["for"]),
        play=play,
        level=Level(raw.get("level", "must")),
        vary={name: tuple(values) for name, values in raw.get("vary", {}).items()},
        source=source,
        **options,
    )


def fill_in(value: Any, variant: Mapping[str, Any]) -> Any:
    """Return a step's arguments with the variant's values in their places."""
    if isinstance(value, str) and value.startswith("$") and value[1:] in variant:
        return variant[value[1:]]
    if isinstance(value, dict):
        return {key: fill_in(inner, variant) for key, inner in value.items()}
    return [fill_in(inner, variant) for inner in value] if isinstance(value, list) else value
