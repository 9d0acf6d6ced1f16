"""Describe what a FIX version defines: fields, groups, messages and conditional requirements.

These are cold, immutable descriptions; ``validator_cy`` compiles them into flat tables.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

TYPES: Final = frozenset(
    {
        "int",
        "Length",
        "SeqNum",
        "NumInGroup",
        "DayOfMonth",
        "float",
        "Qty",
        "Price",
        "PriceOffset",
        "Amt",
        "Percentage",
        "char",
        "Boolean",
        "String",
        "MultipleValueString",
        "Country",
        "Currency",
        "Exchange",
        "UTCTimestamp",
        "UTCTimeOnly",
        "UTCDate",
        "UTCDateOnly",
        "LocalMktDate",
        "MonthYear",
        "data",
    }
)
"""The data types of FIX 4.2 and 4.4. UTCDate is 4.2's name of UTCDateOnly."""

USER_DEFINED_FROM: Final = 5000
"""Tags from here on are agreed between two counterparties; the standard defines none of them."""


def _no_values() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """Define one tag.

    ``values`` maps the codes to their names, in the standard's order. ``other_values`` is the type that values outside
    the codes must have, ``""`` where there are none outside. ``length_tag`` is the Length field that announces a data
    field, 0 for other types.
    """

    tag: int
    name: str
    type: str
    values: Mapping[str, str] = field(default_factory=_no_values)
    other_values: str = ""
    length_tag: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """Place a field in a header, message, group or trailer; ``group`` describes the entries if it is a count."""

    tag: int
    required: bool = False
    group: "GroupDefinition | None" = None


@dataclass(frozen=True, slots=True)
class GroupDefinition:
    """Define a repeating group; each entry starts with the first member."""

    name: str
    count_tag: int
    members: tuple[Member, ...]

    @property
    def first_tag(self) -> int:
        """Return the tag with which every entry starts."""
        return self.members[0].tag


@dataclass(frozen=True, slots=True)
class Condition:
    """Require one of ``any_of`` where ``when_tag`` has one of ``when_values`` (none: any value; tag 0: always)."""

    any_of: tuple[int, ...]
    when_tag: int = 0
    when_values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MessageDefinition:
    """Define the body of a message type, components flattened, in the standard's order.

    ``values`` narrows the codes of a field in this message alone.
    """

    msg_type: str
    name: str
    category: str
    members: tuple[Member, ...]
    conditions: tuple[Condition, ...] = ()
    values: Mapping[int, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def groups(self) -> dict[int, GroupDefinition]:
        """Return the groups of the body by count tag, without nested ones."""
        return {member.tag: member.group for member in self.members if member.group is not None}

    @property
    def required(self) -> tuple[int, ...]:
        """Return the tags that must be there, in order."""
        return tuple(member.tag for member in self.members if member.required)


def walk(members: tuple[Member, ...]) -> Iterator[Member]:
    """Yield the members and those of their groups, however deep."""
    for member in members:
        yield member
        if member.group is not None:
            yield from walk(member.group.members)
