"""Read what a release is held against.

::

    version = "0.1.0"                       # the last release
    configuration = "last/gateway.toml"     # what it ran with
    performance = "last/bench.json"         # `python -m benchmarks --json` of it
    tolerance = 0.15                        # a ratio may be worse by this part of it
    journal = "day/journal"                 # a recorded day; `run` is its epoch, the last one if left out
    [tolerances]
    "journal: append 200 bytes and commit / async" = 0.5
    [[accepted]]                            # differences of the replay that are meant
    difference = "changed venue:XBRK F"
    reason = "Text(58) names the operator; change 812"

Paths start at the file's folder. What is left out is not held, which the page says.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairlead.certification.release.parts import ReleaseError

DEFAULT_TOLERANCE = 0.15
_KINDS: dict[str, type | tuple[type, ...]] = {
    "version": str,
    "configuration": str,
    "performance": str,
    "tolerance": (int, float),
    "journal": str,
    "run": int,
    "tolerances": dict,
    "accepted": list,
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a release is held against; None where a part is left out."""

    path: Path
    version: str = ""
    configuration: Path | None = None
    performance: Path | None = None
    journal: Path | None = None
    run: int = 0
    tolerance: float = DEFAULT_TOLERANCE
    tolerances: dict[str, float] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    """Reasons by difference of the replay: kind, stream and message."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file. Raises ReleaseError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReleaseError(f"{path} can't be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{path} is not TOML: {error}") from error


def read_baseline(path: Path) -> Baseline:
    """Return the baseline of a file. Raises ReleaseError with every mistake."""
    raw = read_toml(path)
    mistakes = [f"no such key as {key!r}, expected some of {', '.join(_KINDS)}" for key in raw if key not in _KINDS]
    mistakes += [f"{key}: {raw[key]!r}, expected another type" for key in raw if not _fits(key, raw[key])]
    for number, entry in enumerate(raw.get("accepted", []), 1):
        if not isinstance(entry, dict) or not all(
            isinstance(entry.get(key), str) and entry[key] for key in ("difference", "reason")
        ):
            mistakes.append(f"accepted {number}: expected a difference and its reason")
    if mistakes:
        raise ReleaseError(f"{path}: " + "; ".join(mistakes))
    paths = {key: path.parent / raw[key] for key in ("configuration", "performance", "journal") if key in raw}
    return Baseline(
        path=path,
        version=raw.get("version", ""),
        run=raw.get("run", 0),
        tolerance=float(raw.get("tolerance", DEFAULT_TOLERANCE)),
        tolerances={key: float(value) for key, value in raw.get("tolerances", {}).items()},
        accepted={entry["difference"]: entry["reason"] for entry in raw.get("accepted", [])},
        **paths,
    )


def _fits(key: str, value: Any) -> bool:
    kind = _KINDS.get(key)
    if kind is None:
        return True
    if key == "tolerances":
        return isinstance(value, dict) and all(isinstance(each, int | float) for each in value.values())
    return isinstance(value, kind) and not isinstance(value, bool)
