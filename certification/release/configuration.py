"""Say in words what differs between the last release's configuration and this one's.

Files are compared as they are written, without knowing what a key means: entries of a list of tables go by their name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fairlead.certification.release.parts import Part, PartVerdict, Row

_SECRET = "secret_hash"
_NAMES = ("name", "symbol", "venue")


def compare_configurations(before: Mapping[str, Any], now: Mapping[str, Any]) -> Part:
    """Return the part about the configuration: a difference is told, not judged."""
    rows = list(_differences((), before, now))
    count = len(rows)
    conclusion = f"{count} difference{'s' if count != 1 else ''}: to be read and signed" if count else "no difference"
    return Part("configuration", "Configuration", PartVerdict.PASS, conclusion, ("Key", "Before", "Now", ""), rows)


def _differences(place: tuple[str, ...], before: Any, now: Any) -> Iterator[Row]:
    left, right = _as_tables(before), _as_tables(now)
    if left is None or right is None:
        if before != now:
            yield Row(" › ".join(place), _shown(place, before), _shown(place, now))
        return
    for key in dict.fromkeys([*left, *right]):
        inner = (*place, key)
        if key not in left:
            yield Row(" › ".join(inner), "not there", _shown(inner, right[key]), note="added")
        elif key not in right:
            yield Row(" › ".join(inner), _shown(inner, left[key]), "not there", note="taken out")
        else:
            yield from _differences(inner, left[key], right[key])


def _as_tables(value: Any) -> Mapping[str, Any] | None:
    """Return a table, or a list of tables by their names; None for what is neither."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        named = {_name(each, number): each for number, each in enumerate(value, 1)}
        return named if len(named) == len(value) else {str(n): each for n, each in enumerate(value, 1)}
    return None


def _name(table: Mapping[str, Any], number: int) -> str:
    return next((str(table[key]) for key in _NAMES if key in table), str(number))


def _shown(place: tuple[str, ...], value: Any) -> str:
    if place and place[-1] == _SECRET:
        return "(a secret's hash)"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown((*place, key), each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_shown(place, each) for each in value) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
