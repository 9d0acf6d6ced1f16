"""Merge a dialect into the definitions of a FIX version, and name everything in it that does not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from fairlead.codecs.fix.definitions import (
    Condition,
    FieldDefinition,
    GroupDefinition,
    Member,
    MessageDefinition,
    walk,
)
from fairlead.codecs.fix.dialect import Dialect, DialectError

FRAMING_TAGS: Final = frozenset({8, 9, 10, 34, 35, 49, 52, 56})
"""Fields without which no frame or session works: no dialect can take them away."""

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
