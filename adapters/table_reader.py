"""Read venue profiles, TOML tables, key by key and note every mistake, so that all of them are reported at once."""

import tomllib
from collections.abc import Callable, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, TypeVar

_T = TypeVar("_T")

REQUIRED: Final[Any] = object()
"""A default that makes the key mandatory."""


class ProfileError(ValueError):
    """Report everything that is wrong with a profile; ``mistakes`` has a line each: path, value, expectation."""

    def __init__(self, source: str, mistakes: list[str]) -> None:
        super().__init__(f"venue profile {source}: " + "; ".join(mistakes))
        self.source = source
        self.mistakes = mistakes


def profile_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the profiles in a folder."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def profile_file(folder: Path, name_or_path: str) -> Path:
    """Return a profile's file, by the name of one in ``folder`` or by the path of any, whether or not it is there."""
    return folder / f"{name_or_path}.toml" if name_or_path in profile_names(folder) else Path(name_or_path)


def read_profile_file(folder: Path, name_or_path: str) -> dict[str, Any]:
    """Return what a profile holds, by the name of one in ``folder`` or by the path of any; raises ProfileError."""
    path = profile_file(folder, name_or_path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        expected = f"expected {', '.join(profile_names(folder))} or the path of a TOML file"
        raise ProfileError(name_or_path, [f"{error.strerror or error}, {expected}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(name_or_path, [f"no TOML: {error}"]) from None


class TableReader:
    """Read the keys of ``table``; mistakes are ``path: received, expected`` lines in the shared list ``mistakes``.

    A reading method returns the default after a mistake, so that reading goes on; nothing built from it is to be
    used once ``mistakes`` is not empty. ``finish`` reports the keys that nobody asked for.
    """

    def __init__(self, table: Mapping[str, Any], path: str, mistakes: list[str]) -> None:
        self._table = table
        self._path = path
        self._mistakes = mistakes
        self._asked: set[str] = set()

    def section(self, key: str) -> "TableReader":
        """Return a reader for a table within this one; empty where it is absent."""
        return TableReader(self.table(key), self._name(key), self._mistakes)

    def table(self, key: str) -> Mapping[str, Any]:
        """Return a table within this one as it is."""
        nothing: Mapping[str, Any] = {}
        return self._read(key, nothing, lambda value: isinstance(value, Mapping), "a table")

    def text(self, key: str, default: str = REQUIRED, max_length: int = 64) -> str:
        """Return printable ASCII text of 0 to ``max_length`` characters."""
        return self._read(
            key,
            default,
            lambda value: (
                isinstance(value, str) and len(value) <= max_length and value.isascii() and (value.isprintable())
            ),
            f"text of at most {max_length} printable ASCII characters",
        )

    def choice(self, key: str, choices: Mapping[str, _T], default: str = REQUIRED) -> _T:
        """Return what ``choices`` has for the text given."""
        expected = "one of " + ", ".join(choices)
        name = self._read(key, default, lambda value: isinstance(value, str) and value in choices, expected)
        return choices[name] if name in choices else next(iter(choices.values()))

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``."""
        return self._read(
            key, default, lambda value: type(value) is int and low <= value <= high, f"a number from {low} to {high}"
        )

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        return self._read(key, default, lambda value: isinstance(value, bool), "true or false")

    def code(self, key: str, default: str = "") -> int:
        """Return the code of one character, 0 for none."""
        text = self._read(key, default, _is_code_or_empty, "one printable ASCII character, or none")
        return ord(text) if text else 0

    def names(self, key: str, known: Mapping[str, _T], default: tuple[str, ...] = REQUIRED) -> frozenset[_T]:
        """Return what ``known`` has for each text of a list."""
        expected = "a list of " + ", ".join(name or '""' for name in known)
        listed = self._read(
            key,
            default,
            lambda value: (
                isinstance(value, (list, tuple)) and all(isinstance(name, str) and name in known for name in value)
            ),
            expected,
        )
        return frozenset() if listed is REQUIRED else frozenset(known[name] for name in listed)

    def pairs(self, key: str, first: Mapping[str, int], second: Mapping[str, int]) -> frozenset[tuple[int, int]]:
        """Return the codes of a list of [name, name] pairs."""
        nothing: tuple[Any, ...] = ()
        listed = self._read(
            key,
            nothing,
            lambda value: isinstance(value, (list, tuple)) and all(_is_pair(pair, first, second) for pair in value),
            "a list of [OrdType, TimeInForce] pairs",
        )
        return frozenset((first[a], second[b]) for a, b in listed)

    def tags(self, key: str) -> frozenset[str]:
        """Return a list of tag numbers, as text."""
        nothing: tuple[Any, ...] = ()
        listed = self._read(
            key,
            nothing,
            lambda value: isinstance(value, (list, tuple)) and all(type(tag) is int and tag > 0 for tag in value),
            "a list of tag numbers",
        )
        return frozenset(str(tag) for tag in listed)

    def texts_by_key(self, key: str, max_length: int = 64) -> dict[str, str]:
        """Return a table whose values are all text, none empty."""
        return dict(
            self._read(
                key,
                {},
                lambda value: (
                    isinstance(value, Mapping)
                    and all(isinstance(text, str) and 0 < len(text) <= max_length for text in value.values())
                ),
                f"a table of texts of 1 to {max_length} characters",
            )
        )

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; none where it is absent."""
        nothing: tuple[str, ...] = ()
        return tuple(
            self._read(
                key,
                nothing,
                lambda value: isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in value),
                "a list of texts",
            )
        )

    def codes(self, key: str) -> tuple[int, ...]:
        """Return codes: the characters of a text, or a list of numbers; none where it is absent."""
        nothing: tuple[int, ...] = ()
        given = self._read(key, nothing, _is_codes, "a text of code characters, or a list of numbers")
        return tuple(ord(code) if isinstance(code, str) else code for code in given)

    def values_by_key(self, key: str) -> dict[str, int | str]:
        """Return a table of texts and whole numbers."""
        return dict(
            self._read(
                key,
                {},
                lambda value: isinstance(value, Mapping) and all(type(each) in (int, str) for each in value.values()),
                "a table of texts and whole numbers",
            )
        )

    def mistake(self, key: str, received: object, expected: str) -> None:
        """Note a mistake that only shows between several keys."""
        self._mistakes.append(f"{self._name(key)}: {received!r} received, expected {expected}")

    def finish(self) -> None:
        """Report the keys that nobody asked for."""
        for key in self._table:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                self._mistakes.append(
                    f"{self._name(key)}: {self._table[key]!r} received, expected no such key ({known})"
                )

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _read(self, key: str, default: _T, is_right: Callable[[Any], bool], expected: str) -> _T:
        self._asked.add(key)
        if key not in self._table:
            if default is REQUIRED:
                self._mistakes.append(f"{self._name(key)}: nothing received, expected {expected}")
            return default
        value: _T = self._table[key]
        if is_right(value):
            return value
        self.mistake(key, value, expected)
        return default


def codes_by_name(enum: type[IntEnum]) -> dict[str, int]:
    """Return an enumeration's codes by name."""
    return {member.name: int(member) for member in enum}


def _is_codes(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isprintable()
    return isinstance(value, (list, tuple)) and all(type(code) is int and code >= 0 for code in value)


def _is_code_or_empty(value: Any) -> bool:
    return isinstance(value, str) and (value == "" or (len(value) == 1 and value.isascii() and value.isprintable()))


def _is_pair(pair: Any, first: Mapping[str, int], second: Mapping[str, int]) -> bool:
    return (
        isinstance(pair, (list, tuple))
        and len(pair) == 2
        and all(isinstance(name, str) for name in pair)
        and pair[0] in first
        and pair[1] in second
    )
