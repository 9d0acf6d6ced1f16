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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.fix.definitions import (
    TYPES,
    Condition,
    FieldDefinition,
    GroupDefinition,
    Member,
    MessageDefinition,
    walk,
)

MAX_TAG: Final = 99_999_999
FRAMING_TAGS: Final = frozenset({8, 9, 10, 34, 35, 49, 52, 56})
"""Fields without which no frame or session works: no dialect can take them away."""

Check = Callable[[Any], bool]


class DialectError(ProtocolError):
    """Report every mistake of a dialect; ``problems`` holds one line each: path, received, expected."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(f"dialect {name!r}: " + "; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """Hold a dialect whose shape is right; whether it fits a version shows in ``merge``."""

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


Merged = tuple[
    Mapping[int, FieldDefinition],
    Mapping[str, MessageDefinition],
    tuple[Member, ...],
    tuple[Member, ...],
    frozenset[int],
]


def merge(
    dialect: Dialect,
    begin_string: str,
    fields: Mapping[int, FieldDefinition],
    messages: Mapping[str, MessageDefinition],
    header: tuple[Member, ...],
    trailer: tuple[Member, ...],
) -> Merged:
    """Return fields, messages, header, trailer and undefined tags of a version in a dialect.

    DialectError names everything in the dialect that does not fit the version.
    """
    return _Merger(dialect, begin_string, fields).merged(messages, header, trailer)


class _Merger:
    def __init__(self, dialect: Dialect, begin_string: str, fields: Mapping[int, FieldDefinition]) -> None:
        self.name = dialect.name
        self.data = dialect.data
        self.fields = dict(fields)
        self.problems: list[str] = []
        expected = self.data.get("begin_string", begin_string)
        if expected != begin_string:
            self.problems.append(f"begin_string: received {expected!r}, expected {begin_string!r}, the session's")
        self.undefined = frozenset(self.data.get("undefined", ()))
        self.groups: dict[int, GroupDefinition] = {}

    def merged(
        self, messages: Mapping[str, MessageDefinition], header: tuple[Member, ...], trailer: tuple[Member, ...]
    ) -> Merged:
        for tag, entry in self.data.get("fields", {}).items():
            self.merge_field(int(tag), entry, f"fields.{tag}")
        for tag in sorted(self.undefined):
            if tag in FRAMING_TAGS or self.fields.pop(tag, None) is None:
                self.problems.append(f"undefined: received {tag}, expected a tag of the version that framing can spare")
        self.known_groups = {
            member.tag: member.group
            for part in (header, *(message.members for message in messages.values()))
            for member in walk(part)
            if member.group is not None
        }
        for tag in self.data.get("groups", {}):
            self.group(int(tag), f"groups.{tag}", ())
        header = self.section(header, self.data.get("header", {}), "header")
        trailer = self.section(trailer, self.data.get("trailer", {}), "trailer")
        found = {msg_type: self.message(message, {}, "") for msg_type, message in messages.items()}
        for msg_type, entry in self.data.get("messages", {}).items():
            path = f"messages.{msg_type}"
            known = messages.get(msg_type)
            if known is None:
                if "name" not in entry:
                    self.problems.append(f"{path}.name: missing, expected the name of the custom message")
                known = MessageDefinition(msg_type, entry.get("name", msg_type), entry.get("category", "Custom"), ())
            found[msg_type] = self.message(known, entry, path, {member.tag for member in (*header, *trailer)})
        self.check_numbers((header, trailer, *(message.members for message in found.values())))
        if self.problems:
            raise DialectError(self.name, self.problems)
        self.name_msg_types(found)
        return self.fields, found, header, trailer, self.undefined

    def merge_field(self, tag: int, entry: Mapping[str, Any], path: str) -> None:
        known = self.fields.get(tag)
        if known is None:
            missing = [key for key in ("name", "type") if key not in entry]
            self.problems += [f"{path}.{key}: missing, expected for the custom field {tag}" for key in missing]
            if missing:
                return
            known = FieldDefinition(tag, entry["name"], entry["type"])
        name = entry.get("name", known.name)
        if any(other.name == name and other.tag != tag for other in self.fields.values()):
            self.problems.append(f"{path}.name: received {name!r}, expected a name that no other field has")
        values = dict(known.values)
        for code in entry.get("drop_values", ()):
            if values.pop(code, None) is None:
                self.problems.append(f"{path}.drop_values: received {code!r}, expected a code of {known.name}")
        values.update(entry.get("values", {}))
        field_type = entry.get("type", known.type)
        length_tag = entry.get("length_tag", known.length_tag)
        if (field_type == "data") != bool(length_tag):
            self.problems.append(
                f"{path}: received type {field_type} and length_tag {length_tag}, expected both of a data field or none"
            )
        self.fields[tag] = replace(
            known,
            name=name,
            type=field_type,
            values=MappingProxyType(values),
            other_values=entry.get("other_values", known.other_values),
            length_tag=length_tag,
        )

    def known(self, tags: Iterable[int], path: str) -> list[int]:
        """Return the tags that are defined; add a problem for each of the others."""
        found = []
        for tag in tags:
            if tag in self.fields:
                found.append(tag)
            else:
                self.problems.append(f"{path}: received {tag}, expected a tag of the version or of fields")
        return found

    def group(self, count_tag: int, path: str, within: tuple[int, ...]) -> GroupDefinition | None:
        """Return a group as the dialect defines it, else as the version does; None if neither does."""
        entry = self.data.get("groups", {}).get(str(count_tag), self.data.get("groups", {}).get(count_tag))
        if entry is None:
            standard = self.known_groups.get(count_tag)
            return None if standard is None else self.rebuilt(standard)
        if count_tag in within:
            self.problems.append(f"{path}: received {count_tag} within itself, expected groups that end")
            return None
        if count_tag in self.groups:
            return self.groups[count_tag]
        self.known((count_tag,), path)
        members = self.known(entry["members"], f"{path}.members")
        required = entry.get("required", ())
        self.problems += [
            f"{path}.required: received {tag}, expected one of members" for tag in required if tag not in members
        ]
        if len(set(members)) != len(members):
            self.problems.append(f"{path}.members: received a tag twice, expected each once")
        inner = (*within, count_tag)
        made = tuple(Member(tag, tag in required, self.group(tag, f"groups.{tag}", inner)) for tag in members)
        if not made:
            return None
        if count_tag in self.fields:
            self.fields[count_tag] = replace(self.fields[count_tag], type="NumInGroup")
        standard = self.known_groups.get(count_tag)
        name = entry.get("name") or (standard.name if standard is not None else f"Group{count_tag}")
        self.groups[count_tag] = GroupDefinition(name, count_tag, made)
        return self.groups[count_tag]

    def rebuilt(self, group: GroupDefinition) -> GroupDefinition | None:
        """Return a group of the version with the dialect's changes inside; None if nothing is left of it."""
        members = self.members(group.members)
        return replace(group, members=members) if members else None

    def members(self, members: Iterable[Member]) -> tuple[Member, ...]:
        """Return members without undefined tags and with the dialect's groups."""
        changed = self.data.get("groups", {})
        found = []
        for member in members:
            if member.tag in self.undefined:
                continue
            group = member.group
            if group is not None:
                own = str(member.tag) in changed or member.tag in changed
                group = self.groups.get(member.tag) if own else self.rebuilt(group)
                if group is None:
                    continue
            found.append(replace(member, group=group))
        return tuple(found)

    def section(
        self, standard: Iterable[Member], entry: Mapping[str, Any], path: str, taken: Iterable[int] = ()
    ) -> tuple[Member, ...]:
        """Return a header, trailer or body with required, optional and dropped applied."""
        found = {member.tag: member for member in self.members(standard)}
        lists = {key: self.known(entry.get(key, ()), f"{path}.{key}") for key in ("required", "optional", "dropped")}
        for key, others in (("required", ("optional", "dropped")), ("optional", ("dropped",))):
            for tag in lists[key]:
                if any(tag in lists[other] for other in others):
                    self.problems.append(f"{path}.{key}: received {tag}, expected a tag in one list only")
        for tag in lists["dropped"]:
            if tag in FRAMING_TAGS or found.pop(tag, None) is None:
                self.problems.append(f"{path}.dropped: received {tag}, expected a tag that is there and can be spared")
        for key in ("required", "optional"):
            for tag in lists[key]:
                if tag in taken:
                    self.problems.append(f"{path}.{key}: received {tag}, expected no tag of the header or trailer")
                known = found.get(tag) or Member(tag, False, self.group(tag, f"groups.{tag}", ()))
                if tag in FRAMING_TAGS and key == "optional":
                    self.problems.append(f"{path}.optional: received {tag}, expected a tag that can be spared")
                found[tag] = replace(known, required=key == "required")
        return tuple(found.values())

    def message(
        self, known: MessageDefinition, entry: Mapping[str, Any], path: str, taken: Iterable[int] = ()
    ) -> MessageDefinition:
        members = self.section(known.members, entry, path, taken)
        tags = {member.tag for member in members}
        unconditional = self.known(entry.get("drop_conditions", ()), f"{path}.drop_conditions")
        kept = [
            replace(condition, any_of=tuple(tag for tag in condition.any_of if tag in tags))
            for condition in known.conditions
            if not tags.isdisjoint(condition.any_of)
            and condition.when_tag in (0, *tags)
            and not any(tag in unconditional for tag in condition.any_of)
        ]
        for index, condition in enumerate(entry.get("conditions", ())):
            where = f"{path}.conditions[{index}]"
            when = condition.get("when", 0)
            any_of = tuple(condition["any_of"])
            self.problems += [
                f"{where}: received {tag}, expected a tag of the message"
                for tag in (*any_of, *([when] if when else ()))
                if tag not in tags
            ]
            kept.append(Condition(any_of, when, frozenset(condition.get("values", ()))))
        return replace(
            known,
            name=entry.get("name", known.name),
            category=entry.get("category", known.category),
            members=members,
            conditions=tuple(kept),
            values=self.narrowed(known, entry, tags, path),
        )

    def narrowed(
        self, known: MessageDefinition, entry: Mapping[str, Any], tags: set[int], path: str
    ) -> Mapping[int, frozenset[str]]:
        values = dict(known.values)
        for key, codes in entry.get("values", {}).items():
            tag = int(key)
            if tag not in tags:
                self.problems.append(f"{path}.values.{key}: received {tag}, expected a tag of the message")
                continue
            definition = self.fields[tag]
            unknown = [code for code in codes if definition.values and code not in definition.values]
            if not definition.other_values:
                self.problems += [
                    f"{path}.values.{key}: received {code!r}, expected a code of {definition.name}" for code in unknown
                ]
            values[tag] = frozenset(codes)
        return MappingProxyType(values)

    def check_numbers(self, parts: Iterable[tuple[Member, ...]]) -> None:
        """Check that what counts entries or bytes is a number."""
        for data in [entry for entry in self.fields.values() if entry.length_tag]:
            length = self.fields.get(data.length_tag)
            if length is None or length.type not in ("Length", "int"):
                received = "an undefined tag" if length is None else length.type
                self.problems.append(
                    f"fields.{data.tag}.length_tag: received {data.length_tag}, {received}, expected a Length field"
                )
        counts = {member.tag for part in parts for member in walk(part) if member.group is not None}
        for tag in sorted(counts):
            if self.fields[tag].type != "NumInGroup":
                self.problems.append(
                    f"fields.{tag}.type: received {self.fields[tag].type}, expected NumInGroup of a count"
                )

    def name_msg_types(self, messages: Mapping[str, MessageDefinition]) -> None:
        """Give MsgType(35) and RefMsgType(372) the codes of the dialect's own messages."""
        for tag in (35, 372):
            known = self.fields.get(tag)
            if known is not None:
                names = {msg_type: message.name for msg_type, message in messages.items()}
                self.fields[tag] = replace(known, values=MappingProxyType({**known.values, **names}))
