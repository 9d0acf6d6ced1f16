"""Keep what the doctor found, run by run, and say what changed since the last good one."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from fairlead.gateway.doctor.row import FAIL, Row, count_states

SUFFIX: Final = ".json"


class RunUnreadable(Exception):
    """Say which file is no run of the doctor's."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one check said before, and says now."""

    check: str
    before: str
    now: str


def as_document(rows: Sequence[Row], utc_ns: int, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run for JSON: good is one in which nothing failed."""
    counts = count_states(rows)
    return {
        "utc_ns": utc_ns,
        "good": not counts[FAIL],
        "counts": counts,
        **facts,
        "rows": [row.as_dict() for row in rows],
    }


def save(document: Mapping[str, Any], folder: Path) -> Path:
    """Write a run into a folder, under its time. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    seconds, rest_ns = divmod(document["utc_ns"], 1_000_000_000)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(seconds))
    path = folder / f"{stamp}.{rest_ns:09d}Z{SUFFIX}"
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return path


def load(path: Path) -> dict[str, Any]:
    """Return a run. Raises RunUnreadable."""
    try:
        found = orjson.loads(path.read_bytes())
        states = {row["check"]: row["state"] for row in found["rows"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunUnreadable(f"{path}: expected a run that `fairlead doctor` saved: {error}") from None
    return {**found, "states": states}


def last_good(folder: Path) -> tuple[Path, dict[str, Any]] | None:
    """Return the newest run of a folder in which nothing failed."""
    for path in sorted(folder.glob(f"*{SUFFIX}"), reverse=True):
        try:
            found = load(path)
        except RunUnreadable:
            continue
        if found.get("good"):
            return path, found
    return None


def changes(before: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Change]:
    """Yield the checks whose state is another, or that only one of the runs has."""
    states: dict[str, str] = before["states"]
    for row in rows:
        old = states.get(row.check, "not checked")
        if old != row.state:
            yield Change(row.check, old, row.state)
    now = {row.check for row in rows}
    for check, state in states.items():
        if check not in now:
            yield Change(check, state, "not checked")
