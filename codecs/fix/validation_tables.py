"""Flatten a dictionary into the arrays that ``validator_cy`` walks.

Every defined tag has a slot, a small number from 1; slot 0 is an undefined tag. What is said of fields or of their
place in a message is an array indexed by slot.
"""

from array import array
from collections.abc import Iterable
from typing import Final

from fairlead.codecs.fix.definitions import GroupDefinition, Member, MessageDefinition
from fairlead.codecs.fix.dictionary import Dictionary
from fairlead.codecs.fix.scope_cy import Condition, Scope, code_bits
from fairlead.codecs.fix.value_checks_cy import check_for

DIRECT_TAGS: Final = 10_000
"""Tags below are looked up in an array, the few above in a dict."""

REQUIRED: Final = 1
COUNT: Final = 2
NARROWED: Final = 4

FORM: Final = 1
CODES: Final = 2
ANNOUNCED: Final = 4

NO_CHECK: Final = -1
FRAMED: Final = (9, 10)
"""BodyLength and CheckSum: no frame comes here in which they are wrong."""

MSG_TYPE: Final = 35
"""Its value is checked before the fields are."""


class ValidationTables:
    """Hold a dictionary by slot."""

    def __init__(self, dictionary: Dictionary) -> None:
        fields = [dictionary.fields[tag] for tag in sorted(dictionary.fields)]
        count = len(fields) + 1
        self.slot_count = count
        self.tags = [0, *(field.tag for field in fields)]
        self.slots = {field.tag: slot for slot, field in enumerate(fields, 1)}
        self.direct = array("h", bytes(2 * DIRECT_TAGS))
        self.checks = array("B", bytes(count))
        # FORM: the value has one to check; CODES: a list of codes; ANNOUNCED: a length in front. None for most texts.
        self.needs = array("B", bytes(count))
        self.other_checks = array("h", [NO_CHECK] * count)
        self.value_kinds = array("B", bytes(count))
        self.low_codes = array("Q", bytes(8 * count))
        self.high_codes = array("Q", bytes(8 * count))
        self.codes: list[frozenset[bytes]] = [frozenset()] * count
        self.several = array("B", bytes(count))
        self.length_tags = array("q", bytes(8 * count))
        for slot, field in enumerate(fields, 1):
            if field.tag < DIRECT_TAGS:
                self.direct[field.tag] = slot
            self.checks[slot] = check_for(field.type, dictionary.begin_string)
            self.several[slot] = field.type == "MultipleValueString"
            self.length_tags[slot] = field.length_tag
            if field.other_values:
                self.other_checks[slot] = check_for(field.other_values, dictionary.begin_string)
            if field.tag != MSG_TYPE:
                self._take_codes(slot, field.values)
            is_data, has_codes = field.type == "data", len(self.codes[slot]) > 0
            has_form = not is_data and field.type != "String" and field.tag not in FRAMED
            self.needs[slot] = FORM * has_form | CODES * has_codes | ANNOUNCED * is_data
        self._groups: dict[int, tuple[GroupDefinition, Scope]] = {}
        self.header = dictionary.header
        self.trailer = dictionary.trailer
        self.scopes = {msg_type: self._message(message) for msg_type, message in dictionary.messages.items()}
        self.depth = depth_of(self.scopes.values())

    def _take_codes(self, slot: int, values: Iterable[str]) -> None:
        codes = [code.encode("latin-1") for code in values]
        if not codes:
            return
        self.value_kinds[slot], self.low_codes[slot], self.high_codes[slot] = code_bits(codes)
        self.codes[slot] = frozenset(codes)

    def _message(self, message: MessageDefinition) -> Scope:
        conditions: list[Condition] = [
            (
                self.slots.get(condition.when_tag, 0),
                frozenset(value.encode("latin-1") for value in condition.when_values),
                tuple(self.slots[tag] for tag in condition.any_of),
            )
            for condition in message.conditions
        ]
        narrowed = {
            self.slots[tag]: frozenset(value.encode("latin-1") for value in values)
            for tag, values in message.values.items()
        }
        placed = [(member, 1) for member in self.header]
        placed += [(member, 2) for member in message.members]
        placed += [(member, 3) for member in self.trailer]
        return self._scope(0, placed, conditions, narrowed)

    def _group(self, group: GroupDefinition) -> Scope:
        # Groups are shared between messages; the definition is kept so that its id stays its own.
        known = self._groups.get(id(group))
        if known is None:
            placed = [(member, position) for position, member in enumerate(group.members, 1)]
            known = self._groups[id(group)] = (group, self._scope(group.count_tag, placed, [], {}))
        return known[1]

    def _scope(
        self,
        count_tag: int,
        placed: list[tuple[Member, int]],
        conditions: list[Condition],
        narrowed: dict[int, frozenset[bytes]],
    ) -> Scope:
        place = array("h", bytes(2 * self.slot_count))
        flags = array("B", bytes(self.slot_count))
        groups = {}
        for member, position in placed:
            slot = self.slots[member.tag]
            place[slot] = position
            flags[slot] = REQUIRED * member.required | NARROWED * (slot in narrowed)
            if member.group is not None:
                flags[slot] |= COUNT
                groups[slot] = self._group(member.group)
        required = [self.slots[member.tag] for member, _ in placed if member.required]
        return Scope(count_tag, place, flags, groups, required, conditions, narrowed)


def depth_of(scopes: Iterable[Scope]) -> int:
    """Return how many scopes can be open at once."""
    return 1 + max((depth_of(scope.groups.values()) for scope in scopes), default=0)
