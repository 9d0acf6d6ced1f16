"""Say in words what differs between two profiles. A key that is left out counts as its default."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fairlead.adapters.fix import profiles as fix_profiles
from fairlead.adapters.ouch import profiles as ouch_profiles
from fairlead.adapters.table_reader import ProfileError
from fairlead.gateway.onboarding.annotating import Words, load_words

_NOTHING: Final = "nothing"
_SPEAKS: Final = {"fix": "begin_string", "ouch": "protocol"}


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """A profile as its file has it: ``values`` by dotted key."""

    name: str
    adapter: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that the two do not have alike, told in ``words``; ``says`` is what the key means, "" where unknown."""

    key: str
    first: str
    second: str
    words: str
    says: str


def read_profile(name_or_path: str) -> ProfileFile:
    """Return a profile of either sort, checked. Raises ProfileError."""
    if name_or_path in ouch_profiles.shipped_profiles():
        path = ouch_profiles.find_profile(name_or_path)
    else:
        path = fix_profiles.find_profile(name_or_path)
    adapter = "ouch" if _is_ouch(path) else "fix"
    # its own reader says what is wrong with it, and what is expected in place of a file that is not there
    if adapter == "ouch":
        ouch_profiles.load_profile(name_or_path)
    else:
        fix_profiles.load_profile(name_or_path)
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return ProfileFile(path.stem, adapter, dict(_flat(raw)))


def _is_ouch(path: Path) -> bool:
    try:
        return "protocol" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def _flat(raw: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in raw.items():
        where = f"{path}.{name}" if path else name
        if isinstance(value, Mapping) and value:
            yield from _flat(value, where)
        elif not isinstance(value, Mapping):
            yield where, value


def compare(first: ProfileFile, second: ProfileFile) -> list[Difference]:
    """Return what differs, in the order of the first one's file."""
    if first.adapter != second.adapter:
        a, b = (str(each.values[_SPEAKS[each.adapter]]) for each in (first, second))
        sentence = f"{first.name} speaks {a}, {second.name} {b}: they have no key in common"
        return [Difference("protocol", a, b, sentence, "")]
    words = load_words(first.adapter)
    found = []
    for key in dict.fromkeys((*first.values, *second.values)):
        if key == "name":
            continue
        a, b = (each.values.get(key, _default(words, key)) for each in (first, second))
        if _ordered(a) != _ordered(b):
            found.append(Difference(key, _text(a), _text(b), _worded(first.name, a, second.name, b), _says(words, key)))
    return found


def _default(words: Words, key: str) -> Any:
    table, _, name = key.rpartition(".")
    known = words.keys.get(table, {}).get(name)
    return tomllib.loads(f"v = {known.default}")["v"] if known is not None and known.default is not None else None


def _says(words: Words, key: str) -> str:
    """Return what a key means, or the table that holds it."""
    while key:
        if words.says(key):
            return words.says(key)
        key = key.rpartition(".")[0]
    return ""


def _ordered(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value


def _worded(first: str, a: Any, second: str, b: Any) -> str:
    """Return both values in words; of two lists, what only the one has."""
    if not isinstance(a, list) or not isinstance(b, list):
        return f"{_text(a)} in {first}, {_text(b)} in {second}"
    alone = ((first, [v for v in a if v not in b]), (second, [v for v in b if v not in a]))
    return "; ".join(f"only {name} has {', '.join(map(_entry, values))}" for name, values in alone if values)


def _entry(value: Any) -> str:
    return " with ".join(map(str, value)) if isinstance(value, list) else str(value) or '""'


def _text(value: Any) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(_entry, value)) or "none"
    return str(value) if value != "" else '""'


__all__ = ["Difference", "ProfileError", "ProfileFile", "compare", "read_profile"]
