"""Describe how one counterparty's FIX differs from the standard, as data.

A dialect is a mapping, usually read from TOML:

    name = "exchange-x"
    begin_string = "FIX.4.4"            # optional: the one version that it fits
    undefined = [201, 202]              # tags of the standard that the counterparty does not know at all

    [fields.1300]                       # a custom field ...
    name = "MarketSegmentID"
    type = "String"
    [fields.40]                         # ... or more codes, fewer codes, another type for a standard one
    values = {M = "Midpoint"}
    drop_values = ["G"]
    other_values = "char"               # codes outside the list are good if they have this type
    [fields.5801]
    name = "Blob"
    type = "data"
    length_tag = 5800                   # the Length field that announces it

    [groups.453]                        # the entries of a group, wherever it occurs; first tag first
    members = [448, 447, 452]
    required = [448]

    [header]                            # likewise [trailer]
    optional = [5050]
    required = [50]
    dropped = [90, 91]

    [messages.D]
    required = [1, 1300]                # added if they are not there
    optional = [60]                     # added, or no longer required
    dropped = [40]                      # no longer part of the message
    values = {59 = ["0", "3"]}          # only these codes, in this message
    drop_conditions = [44]              # conditional requirements of these tags do not hold
    conditions = [{any_of = [44], when = 40, values = ["2"]}]

    [messages.U1]                       # a custom message has a name
    name = "Risk"
    category = "Custom"
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.fix.definitions import TYPES

MAX_TAG: Final = 99_999_999
Check = Callable[[Any], bool]


class DialectError(ProtocolError):
    """Report every mistake of a dialect; ``problems`` holds one line each: path, received, expected."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(f"dialect {name!r}: " + "; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """Hold a dialect whose shape is right; whether it fits a version shows in ``dialect_merge``."""

    name: str
    data: Mapping[str, Any]

    @staticmethod
    def from_mapping(data: Mapping[str, Any]) -> "Dialect":
        """Return the dialect that a mapping describes (form: see the module); DialectError names every mistake."""
        problems: list[str] = []
        check_table(data, ROOT, "", problems)
        name = data.get("name", "") if isinstance(data, Mapping) else ""
        if problems:
            raise DialectError(str(name), problems)
        return Dialect(name, data)


def _is_tag(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_TAG


def _is_tag_key(value: Any) -> bool:
    return _is_tag(value) or (isinstance(value, str) and re.fullmatch("[1-9][0-9]{0,7}", value) is not None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != "" and all(char != "\x01" and char <= "\xff" for char in value)


def _is_list(of: Check) -> Check:
    return lambda value: isinstance(value, list | tuple) and all(of(item) for item in value)


def _is_map(key: Check, of: Check) -> Check:
    return lambda value: isinstance(value, Mapping) and all(key(k) and of(v) for k, v in value.items())


@dataclass(frozen=True, slots=True)
class Shape:
    """Say what a value must be: a leaf with a check, or a table with keys (``each``: keys are tags or MsgTypes)."""

    expected: str
    check: Check | None = None
    keys: "Mapping[str, Shape] | None" = None
    each: "Shape | None" = None
    key_check: Check | None = None
    required: tuple[str, ...] = ()


TEXT: Final = Shape("text", _is_text)
TAG: Final = Shape(f"a tag from 1 to {MAX_TAG}", _is_tag)
TAGS: Final = Shape("a list of tags", _is_list(_is_tag))
CODES: Final = Shape("a list of codes", _is_list(_is_text))
NAMED_CODES: Final = Shape("a table of code = name", _is_map(_is_text, _is_text))
TYPE: Final = Shape("one of " + ", ".join(sorted(TYPES)), lambda value: isinstance(value, str) and value in TYPES)
SECTION: Final = Shape("a table", keys={"required": TAGS, "optional": TAGS, "dropped": TAGS})
CONDITION_KEYS: Final = frozenset({"any_of", "when", "values"})
CONDITIONS: Final = Shape(
    "a list of {any_of = [tags], when = tag, values = [codes]}",
    _is_list(
        lambda value: (
            isinstance(value, Mapping)
            and value.keys() <= CONDITION_KEYS
            and bool(value.get("any_of"))
            and _is_list(_is_tag)(value["any_of"])
            and _is_tag(value.get("when", 1))
            and _is_list(_is_text)(value.get("values", ()))
        )
    ),
)
FIELD: Final = Shape(
    "a table",
    keys={
        "name": TEXT,
        "type": TYPE,
        "values": NAMED_CODES,
        "drop_values": CODES,
        "other_values": TYPE,
        "length_tag": TAG,
    },
)
GROUP: Final = Shape(
    "a table",
    keys={
        "name": TEXT,
        "members": Shape("a list of tags, not empty", lambda value: bool(value) and _is_list(_is_tag)(value)),
        "required": TAGS,
    },
    required=("members",),
)
MESSAGE: Final = Shape(
    "a table",
    keys={
        "name": TEXT,
        "category": TEXT,
        "required": TAGS,
        "optional": TAGS,
        "dropped": TAGS,
        "values": Shape("a table of tag = [codes]", _is_map(_is_tag_key, _is_list(_is_text))),
        "conditions": CONDITIONS,
        "drop_conditions": TAGS,
    },
)
ROOT: Final = Shape(
    "a table",
    keys={
        "name": TEXT,
        "begin_string": Shape("FIX.4.2 or FIX.4.4", lambda value: value in ("FIX.4.2", "FIX.4.4")),
        "undefined": TAGS,
        "fields": Shape("a table by tag", each=FIELD, key_check=_is_tag_key),
        "groups": Shape("a table by count tag", each=GROUP, key_check=_is_tag_key),
        "header": SECTION,
        "trailer": SECTION,
        "messages": Shape("a table by MsgType", each=MESSAGE, key_check=_is_text),
    },
    required=("name",),
)


def check_table(value: Any, shape: Shape, path: str, problems: list[str]) -> None:
    """Add a line to ``problems`` for everything below ``path`` that has not the shape."""
    if shape.check is not None:
        if not shape.check(value):
            problems.append(f"{path}: received {value!r}, expected {shape.expected}")
        return
    if not isinstance(value, Mapping):
        problems.append(f"{path or 'dialect'}: received {value!r}, expected {shape.expected}")
        return
    for key, entry in value.items():
        below = f"{path}.{key}" if path else str(key)
        inner = shape.each if shape.keys is None else shape.keys.get(key)
        if inner is None:
            problems.append(f"{below}: unknown key, expected one of {', '.join(shape.keys or ())}")
        elif shape.key_check is not None and not shape.key_check(key):
            problems.append(f"{below}: received key {key!r}, expected a key as in {shape.expected}")
        else:
            check_table(entry, inner, below, problems)
    problems += [
        f"{path}.{key}".lstrip(".") + f": missing, expected {shape.keys[key].expected}"
        for key in shape.required
        if shape.keys is not None and key not in value
    ]
