"""Say what a model found wrong in the words of a TOML file: path, value, and what was expected."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

SECRET_KEYS: Final = frozenset(("password", "secret_hash"))
_EXPECTED: Final = {
    "missing": "it is missing",
    "extra_forbidden": "no such key is known here",
}
"""Mistakes whose value says nothing."""
_PLAIN: Final = {
    "an object": "a table",
    "a valid array": "a list",
    "a valid string": "a text in quotes",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a finite number": "a number",
    "a valid boolean": "true or false",
    "an instance of Decimal": 'a number in quotes, such as "0.01"',
}
"""What the validator calls a type, and what a TOML file calls it."""


def describe_mistakes(error: ValidationError) -> list[str]:
    """Return one line for each mistake."""
    found = error.errors()
    locations = [line["loc"] for line in found]
    # a list whose entries are wrong is also called too short: only the entries' mistakes are of use
    return [_describe(dict(line)) for line in found if not _has_inner(line["loc"], locations)]


def _has_inner(location: tuple[object, ...], others: list[Any]) -> bool:
    depth = len(location)
    return any(len(other) > depth and other[:depth] == location for other in others)


def _describe(error: Mapping[str, Any]) -> str:
    location = list(error["loc"])
    where = _path(location)
    kind = str(error["type"])
    if kind in _EXPECTED:
        return f"{where}: {_EXPECTED[kind]}"
    expected = _expectation(kind, error)
    received = error["input"]
    if any(part in SECRET_KEYS for part in location) or isinstance(received, Mapping):
        return f"{where}: {expected}"
    return f"{where}: {received!r}, {expected}"


def _expectation(kind: str, error: Mapping[str, Any]) -> str:
    if kind in ("too_short", "string_too_short"):
        return f"expected at least {error['ctx']['min_length']}{' character' if kind == 'string_too_short' else ''}"
    if kind == "string_too_long":
        return f"expected at most {error['ctx']['max_length']} characters"
    text = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    text = _PLAIN.get(text, text)
    return text if text.startswith("expected") else f"expected {text}"


def _path(location: Iterable[object]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the file"
