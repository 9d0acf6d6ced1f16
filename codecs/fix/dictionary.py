"""Know the fields, messages and groups of FIX 4.2 and 4.4, and of a counterparty's dialect of them."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
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
from fairlead.codecs.fix.dialect import Dialect
from fairlead.codecs.fix.dialect_merge import merge
from fairlead.codecs.fix.fields_cy import GroupLayout
from fairlead.codecs.fix.message_cy import FixMessage

TABLES: Final = {"FIX.4.2": "fix_4_2.json", "FIX.4.4": "fix_4_4.json"}
ADMIN_MSG_TYPES: Final = frozenset("012345A")


class Dictionary:
    """Answer what one FIX version, with one dialect, defines. Immutable."""

    def __init__(
        self,
        begin_string: str,
        fields: Mapping[int, FieldDefinition],
        messages: Mapping[str, MessageDefinition],
        header: tuple[Member, ...],
        trailer: tuple[Member, ...],
        undefined: frozenset[int] = frozenset(),
        name: str = "",
    ) -> None:
        self.begin_string = begin_string
        self.name = name or begin_string
        self.fields = MappingProxyType(dict(fields))
        self.messages = MappingProxyType(dict(messages))
        self.header = header
        self.trailer = trailer
        self.undefined = undefined
        """Tags of the standard that the dialect does not know at all."""
        self._tags = {definition.name: tag for tag, definition in fields.items()}
        self._msg_types = {definition.name: msg_type for msg_type, definition in messages.items()}
        self._layouts: dict[tuple[str, int], GroupLayout] = {}

    def field(self, tag_or_name: int | str) -> FieldDefinition:
        """Return a field by tag or name; KeyError if there is none."""
        return self.fields[self._tags[tag_or_name] if isinstance(tag_or_name, str) else tag_or_name]

    def tag(self, name: str) -> int:
        """Return the tag of a field by name; KeyError if there is none."""
        return self._tags[name]

    def message(self, msg_type_or_name: str) -> MessageDefinition:
        """Return a message by MsgType or name; KeyError if there is none."""
        return self.messages[self._msg_types.get(msg_type_or_name, msg_type_or_name)]

    def is_known_msg_type(self, msg_type: str) -> bool:
        """Tell whether the version or the dialect defines the type; whether it is supported is not known here."""
        return msg_type in self.messages

    def is_admin(self, msg_type: str) -> bool:
        """Tell whether the session layer owns the type (it is never resent)."""
        return msg_type in ADMIN_MSG_TYPES

    def group(self, msg_type: str, count_tag: int) -> GroupDefinition:
        """Return a group of a message, its header's included, nested ones too; KeyError if there is none."""
        for member in walk((*self.header, *self.messages[msg_type].members)):
            if member.tag == count_tag and member.group is not None:
                return member.group
        raise KeyError(f"message {msg_type} has no group {count_tag}")

    def group_layout(self, msg_type: str, count_tag: int) -> GroupLayout:
        """Return a group's layout as ``FixMessage.group`` takes it; KeyError if there is none."""
        layout = self._layouts.get((msg_type, count_tag))
        if layout is None:
            layout = self._layouts[msg_type, count_tag] = group_layout(self.group(msg_type, count_tag))
        return layout

    def data_tags(self) -> dict[int, int]:
        """Return the data fields by the tag of the Length field that announces them."""
        return {entry.length_tag: tag for tag, entry in self.fields.items() if entry.length_tag}

    def meaning(self, tag: int, value: str) -> str:
        """Return the name of a coded value, of several for a MultipleValueString; ``""`` where it has none."""
        definition = self.fields.get(tag)
        if definition is None or not definition.values:
            return ""
        if definition.type == "MultipleValueString":
            return " ".join(definition.values.get(code, code) for code in value.split(" "))
        return definition.values.get(value, "")

    def describe(self, message: FixMessage) -> Iterator[tuple[int, str, str, str]]:
        """Yield (tag, name, value, meaning) in wire order, for people.

        Name and meaning are ``""`` where unknown; the value is latin-1 text. Secrets are not hidden here.
        """
        for tag, raw in message.fields():
            definition = self.fields.get(tag)
            value = raw.decode("latin-1")
            yield tag, definition.name if definition is not None else "", value, self.meaning(tag, value)


def group_layout(group: GroupDefinition) -> GroupLayout:
    """Return a definition as ``FixMessage.group`` takes it."""
    return GroupLayout(
        group.count_tag,
        group.first_tag,
        [member.tag for member in group.members],
        {member.tag: group_layout(member.group) for member in group.members if member.group is not None},
    )


@lru_cache(maxsize=64)
def load_dictionary(begin_string: str, dialect: Dialect | None = None) -> Dictionary:
    """Return the dictionary of ``"FIX.4.2"`` or ``"FIX.4.4"``, with a dialect merged in.

    The result is kept and shared. Raises KeyError for another version, DialectError for a dialect that does not fit.
    """
    if begin_string not in TABLES:
        raise KeyError(f"BeginString {begin_string!r}, expected one of {', '.join(TABLES)}")
    if dialect is not None:
        base = load_dictionary(begin_string)
        merged = merge(dialect, begin_string, base.fields, base.messages, base.header, base.trailer)
        return Dictionary(begin_string, *merged, name=dialect.name)
    folder = resources.files("fairlead.codecs.fix.tables")
    table = json.loads((folder / TABLES[begin_string]).read_text(encoding="utf-8"))
    rules = json.loads((folder / "rules.json").read_text(encoding="utf-8"))
    return TableReader(table, rules).dictionary()


class TableReader:
    """Build a Dictionary from a table of ``tables/`` (layout words: see ``tools/make_fix_tables.py``)."""

    def __init__(self, table: dict[str, Any], rules: dict[str, Any]) -> None:
        self.table = table
        self.rules = rules
        self.version: str = table["version"]

    def dictionary(self) -> Dictionary:
        return Dictionary(
            self.version,
            self.fields(),
            {msg_type: self.message(msg_type, entry) for msg_type, entry in self.table["messages"].items()},
            tuple(self.members(self.table["header"])),
            tuple(self.members(self.table["trailer"])),
        )

    def fields(self) -> dict[int, FieldDefinition]:
        # FIX 4.2 types a count as int; what it counts makes it NumInGroup.
        counts = {group["count_tag"] for group in self.table["groups"].values()}
        others = self.rules["open_values"][self.version]
        return {
            int(tag): FieldDefinition(
                int(tag),
                entry["name"],
                "NumInGroup" if int(tag) in counts else entry["type"],
                MappingProxyType(entry.get("values", {})),
                others.get(tag, ""),
                entry.get("length_tag", 0),
            )
            for tag, entry in self.table["fields"].items()
        }

    def message(self, msg_type: str, entry: dict[str, str]) -> MessageDefinition:
        members = tuple(self.members(entry["layout"]))
        return MessageDefinition(
            msg_type, entry["name"], entry["category"], members, tuple(self.conditions(msg_type, members))
        )

    def conditions(self, msg_type: str, members: tuple[Member, ...]) -> Iterator[Condition]:
        """Yield the rules of a message, as far as this version has their fields."""
        tags = {member.tag for member in members}
        for rule in self.rules["conditions"]:
            when = rule.get("when", {})
            any_of = tuple(tag for tag in rule["any_of"] if tag in tags)
            holds = msg_type in rule["messages"].split() and rule.get("version", self.version) == self.version
            if holds and any_of and when.get("tag", 0) in (0, *tags):
                yield Condition(any_of, when.get("tag", 0), frozenset(when.get("values", ())))

    def members(self, layout: str, required: bool = True) -> Iterator[Member]:
        """Yield the members that the words of a layout name; an optional component's are all optional."""
        for word in layout.split():
            marked = word.endswith("!")
            name = word.rstrip("!").lstrip("@#")
            if word[0] == "@":
                yield from self.component(name, marked and required)
            elif word[0] == "#":
                entry = self.table["groups"][name]
                group = GroupDefinition(name, entry["count_tag"], tuple(self.members(entry["layout"])))
                yield Member(group.count_tag, marked and required, group)
            else:
                yield Member(int(name), marked and required)

    def component(self, name: str, required: bool) -> Iterator[Member]:
        always = self.rules["required_in_component"].get(name, ()) if required else ()
        for member in self.members(self.table["components"][name], required):
            yield Member(member.tag, member.required or member.tag in always, member.group)
