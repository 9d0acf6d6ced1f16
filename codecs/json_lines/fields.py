"""Turn one JSON value into one field of a message and back, exactly or not at all.

``decode`` raises ``WrongValueError`` with what was received and what was expected; the caller names the field.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, Final

from fairlead.codecs.errors import DecodeError, ProtocolError
from fairlead.codecs.fixed_point_cy import fixed_from_str, fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE
from fairlead.codecs.vocabulary.session_messages import NOT_GIVEN, Mistake

_SHOWN_CHARACTERS: Final = 40
_MAX_WHOLE: Final = (2**63 - 1) // SCALE
_NS: Final = 1_000_000_000
_TIMESTAMP: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)


class WrongValueError(ProtocolError):
    """Report a JSON value that is not what its field holds."""


def show(value: object) -> str:
    """Return a JSON value as a message may quote it: short, and with its type where that is the point."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."


class FieldKind(ABC):
    """Know one kind of value. ``absent`` is what the message holds where the field was left out."""

    absent: Any = ""

    @abstractmethod
    def decode(self, value: Any) -> Any:
        """Return what the message holds; raise ``WrongValueError``."""

    def encode(self, value: Any) -> Any:
        """Return what JSON holds."""
        return value


class Text(FieldKind):
    """Hold text that fits a FIX wire: printable Latin-1, not empty."""

    def decode(self, value: Any) -> str:
        if not isinstance(value, str):
            raise WrongValueError(f"{show(value)} received, expected text")
        if not value:
            raise WrongValueError("empty text received, expected at least one character (or leave the field out)")
        if not (value.isascii() and value.isprintable()):
            self._check_characters(value)
        return value

    @staticmethod
    def _check_characters(value: str) -> None:
        for position, character in enumerate(value):
            code = ord(character)
            if not (0x20 <= code <= 0x7E or 0xA0 <= code <= 0xFF):
                raise WrongValueError(
                    f"character U+{code:04X} received at position {position}, expected printable Latin-1"
                )


class AnyText(FieldKind):
    """Hold text as a venue or a person wrote it."""

    def decode(self, value: Any) -> str:
        if not isinstance(value, str):
            raise WrongValueError(f"{show(value)} received, expected text")
        return value


class Fixed(FieldKind):
    """Hold a price or quantity: a decimal string, or a whole JSON number."""

    absent = ABSENT

    def decode(self, value: Any) -> int:
        if type(value) is int:
            if not -_MAX_WHOLE <= value <= _MAX_WHOLE:
                raise WrongValueError(f"{value} received, expected {-_MAX_WHOLE} to {_MAX_WHOLE}")
            return value * SCALE
        if isinstance(value, float):
            raise WrongValueError(
                f'the JSON number {value!r} received, expected a decimal string such as "10.05": '
                "a JSON number with a fraction or an exponent is not exact"
            )
        if not isinstance(value, str):
            raise WrongValueError(f'{show(value)} received, expected a decimal string such as "10.05"')
        try:
            return fixed_from_str(value)
        except DecodeError as error:
            raise WrongValueError(error.reason) from None

    def encode(self, value: int) -> str:
        return fixed_to_str(value)


class Named(FieldKind):
    """Hold a coded field by its name in snake case."""

    def __init__(self, names: type[IntEnum], absent: int = 0) -> None:
        self.absent = absent
        self._names: Mapping[int, str] = {member.value: member.name.lower() for member in names}
        self._codes: Mapping[str, int] = {name: code for code, name in self._names.items()}

    def decode(self, value: Any) -> int:
        code = self._codes.get(value) if isinstance(value, str) else None
        if code is None:
            raise WrongValueError(f"{show(value)} received, expected one of {', '.join(self._codes)}")
        return code

    def encode(self, value: int) -> str:
        return self._names[value]


class Reported(Named):
    """Hold a coded field of a report: its name, or the FIX character itself where a venue's code has no name."""

    def decode(self, value: Any) -> int:
        if isinstance(value, str) and len(value) == 1:
            return ord(value)
        return super().decode(value)

    def encode(self, value: int) -> str:
        return self._names.get(value) or chr(value)


class Character(FieldKind):
    """Hold a field as FIX's own one-character code."""

    absent = 0

    def decode(self, value: Any) -> int:
        if not isinstance(value, str) or len(value) != 1 or not "!" <= value <= "~":
            raise WrongValueError(f"{show(value)} received, expected one character, FIX's code")
        return ord(value)

    def encode(self, value: int) -> str:
        return chr(value)


class Whole(FieldKind):
    """Hold a whole JSON number within limits."""

    def __init__(self, low: int, high: int, absent: int = NOT_GIVEN) -> None:
        self._low = low
        self._high = high
        self.absent = absent

    def decode(self, value: Any) -> int:
        if type(value) is not int or not self._low <= value <= self._high:
            raise WrongValueError(f"{show(value)} received, expected a whole number {self._low} to {self._high}")
        return value


class Flag(FieldKind):
    """Hold true or false. ``true`` and ``false`` are what the message holds for them."""

    def __init__(self, true: int = True, false: int = False, absent: int = False) -> None:
        self._true = true
        self._false = false
        self.absent = absent

    def decode(self, value: Any) -> int:
        if not isinstance(value, bool):
            raise WrongValueError(f"{show(value)} received, expected true or false")
        return self._true if value else self._false

    def encode(self, value: int) -> bool:
        return value == self._true


class Time(FieldKind):
    """Hold a UTC time with up to nine decimals, such as ``2026-01-02T14:30:00.000000001Z``."""

    absent = ABSENT

    def decode(self, value: Any) -> int:
        match = _TIMESTAMP.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise WrongValueError(f"{show(value)} received, expected a UTC time such as 2026-01-02T14:30:00.123456789Z")
        try:
            seconds = int(datetime.fromisoformat(match[1]).replace(tzinfo=UTC).timestamp())
        except ValueError as error:
            raise WrongValueError(f"{show(value)} received, expected a time that exists: {error}") from None
        time_ns = seconds * _NS + int((match[2] or "0").ljust(9, "0"))
        if not -(2**63) < time_ns < 2**63:
            raise WrongValueError(f"{show(value)} received, expected a year from 1678 to 2261")
        return time_ns

    def encode(self, value: int) -> str:
        seconds, rest_ns = divmod(value, _NS)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns:09d}Z"


class TagPairs(FieldKind):
    """Hold extra FIX fields for the venue: a list of [tag, text] pairs, tag as text."""

    absent: Any = ()
    _text = Text()

    def decode(self, value: Any) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, list):
            raise WrongValueError(f"{show(value)} received, expected a list of [tag, text] pairs")
        return tuple(self._pair(item) for item in value)

    def _pair(self, item: Any) -> tuple[str, str]:
        if not isinstance(item, list) or len(item) != 2:
            raise WrongValueError(f"{show(item)} received in the list, expected a pair of tag and text")
        tag, text = (self._text.decode(part) for part in item)
        if not (tag.isascii() and tag.isdigit() and tag[0] != "0"):
            raise WrongValueError(f"tag {show(tag)} received, expected a FIX tag number as text")
        return tag, text


class Mistakes(FieldKind):
    """Hold what is wrong with a line: a list of objects with ``field`` and ``text``."""

    absent: Any = ()

    def decode(self, value: Any) -> tuple[Mistake, ...]:
        if not isinstance(value, list):
            raise WrongValueError(f"{show(value)} received, expected a list of mistakes")
        return tuple(self._mistake(item) for item in value)

    @staticmethod
    def _mistake(item: Any) -> Mistake:
        if not isinstance(item, dict) or item.keys() != {"field", "text"}:
            raise WrongValueError(f"{show(item)} received in the list, expected an object with field and text")
        field, text = item["field"], item["text"]
        if not (isinstance(field, str) and isinstance(text, str)):
            raise WrongValueError("a mistake whose field or text is not text received")
        return Mistake(field, text)

    def encode(self, value: tuple[Mistake, ...]) -> list[dict[str, str]]:
        return [{"field": mistake.field, "text": mistake.text} for mistake in value]
