# cython: boundscheck=False, wraparound=False
"""Validate inbound messages against a dictionary: one walk over the fields, no object per field.

The walk keeps a stack of open scopes, the message below and the groups above it. A field belongs to the innermost scope
that takes it; groups that do not are closed, and must be complete then. Checks for one field come in this order: tag
defined, value there, place, data type, codes. What is missing is found at the end of its scope. The first violation
ends the walk.
"""

from array import array

import cython

from fairlead.codecs.fix.definitions import USER_DEFINED_FROM
from fairlead.codecs.fix.dictionary import Dictionary
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.scope_cy import Scope
from fairlead.codecs.fix.validation_tables import ValidationTables
from fairlead.codecs.fix.value_checks_cy import check_value
from fairlead.codecs.fix.violations import (
    DEFAULT_OPTIONS,
    ValidatorOptions,
    Violation,
    missing_conditional,
    session_violation,
)

# The walk's own codes beside the SessionRejectReasons, of which 0 is never a place's or value's.
GOOD = 0
NO_MEMBER = -2

# As in validation_tables and value_checks_cy, unpacked for C.
DIRECT_TAGS = 10_000
ANY_VALUE = 0
LONG_CODES = 2
REQUIRED = 1
COUNT = 2
NARROWED = 4
DATA = 16


class Validator:
    """Check messages of one counterparty; not for two threads at once.

    ``check`` returns None for a good message and the first Violation of another. It raises nothing, whatever the bytes.
    """

    def __init__(self, dictionary: Dictionary, options: ValidatorOptions = DEFAULT_OPTIONS) -> None:
        tables = ValidationTables(dictionary)
        self.dictionary = dictionary
        self.options = options
        self.allow_user_defined = options.allow_user_defined
        self.allow_unknown_tags = options.allow_unknown_tags
        self.check_values = options.check_values
        self.check_group_order = options.check_group_order
        self.check_conditions = options.check_conditions
        self.scopes = tables.scopes
        self.slots = tables.slots
        self.tags = tables.tags
        self.codes = tables.codes
        self.slot_count = tables.slot_count
        self.direct = tables.direct
        self.checks = tables.checks
        self.other_checks = tables.other_checks
        self.value_kinds = tables.value_kinds
        self.several = tables.several
        self.low_codes = tables.low_codes
        self.high_codes = tables.high_codes
        self.length_tags = tables.length_tags
        depth = tables.depth
        self.opened: list[Scope] = [next(iter(tables.scopes.values()))] * depth
        self.depth = 0
        self.stamp = 0
        self.seen = array("Q", bytes(8 * depth * tables.slot_count))
        self.where = array("i", bytes(4 * tables.slot_count))
        self.stamps = array("Q", bytes(8 * depth))
        self.expected = array("q", bytes(8 * depth))
        self.entries = array("q", bytes(8 * depth))
        self.first_slots = array("i", bytes(4 * depth))
        self.last_places = array("i", bytes(4 * depth))
        self.required_seen = array("i", bytes(4 * depth))
        self.fault_tag = 0
        self.frame = b""

    def is_known_msg_type(self, msg_type: str) -> bool:
        """Tell whether the dictionary defines the type; whether to support it is for the caller to say."""
        return msg_type in self.scopes

    def check(self, message: FixMessage) -> Violation | None:
        """Return the first violation of a message, None for a good one."""
        msg_type: str = message.msg_type
        if msg_type not in self.scopes:
            return session_violation(11, None, msg_type)
        self.frame = message.raw()
        found = self.walk(message, msg_type)
        if found is None and self.check_conditions:
            found = self.unmet_condition(message, msg_type)
        self.frame = b""
        return found

    def walk(self, message: FixMessage, msg_type: str) -> Violation | None:
        scope: Scope = self.scopes[msg_type]
        field: cython.int
        slot: cython.int
        reason: cython.int
        start: cython.Py_ssize_t
        end: cython.Py_ssize_t
        tag: cython.longlong
        count: cython.int = message.field_count
        self.depth = -1
        self.open_scope(scope, 1)
        self.start_entry(0)
        self.last_places[0] = 1
        for field in range(count):
            tag = message.tag_at(field)
            start = message.start_at(field)
            end = message.end_at(field)
            slot = self.slot_of(tag)
            if slot == 0:
                if self.tolerates(tag):
                    if start == end:
                        return session_violation(4, tag, msg_type)
                    continue
                return self.undefined_tag(tag, start, msg_type)
            if start == end:
                return session_violation(4, tag, msg_type)
            reason = self.place_field(slot, field)
            if reason != GOOD:
                return session_violation(reason, self.fault_tag or tag, msg_type)
            reason = check_value(self.checks[slot], self.frame, start, end)
            if reason == GOOD and self.check_values:
                reason = self.check_codes(slot, start, end)
            if reason != GOOD:
                return session_violation(reason, tag, msg_type)
            if self.checks[slot] == DATA:
                found = self.unannounced_data(message, msg_type, field, slot)
                if found is not None:
                    return found
            scope = self.opened[self.depth]
            if scope.flags[slot] & COUNT:
                self.open_scope(scope.groups[slot], int(self.frame[start:end]))
        while self.depth > 0:
            reason = self.close_group()
            if reason != GOOD:
                return session_violation(reason, self.fault_tag, msg_type)
        reason = self.end_entry(0)
        return None if reason == GOOD else session_violation(reason, self.fault_tag, msg_type)

    def slot_of(self, tag: cython.longlong) -> cython.int:
        if 0 <= tag < DIRECT_TAGS:
            return self.direct[tag]
        return self.slots.get(tag, 0)

    def tolerates(self, tag: int) -> bool:
        if tag <= 0 or tag in self.dictionary.undefined:
            return False
        return self.allow_user_defined if tag >= USER_DEFINED_FROM else self.allow_unknown_tags

    def undefined_tag(self, tag: int, start: int, msg_type: str) -> Violation:
        """Return the violation for a tag of no slot: one that the dialect knows not to be, or no tag at all."""
        if tag in self.dictionary.undefined:
            return session_violation(3, tag, msg_type)
        if tag <= 0:
            # An index has no number for it, the wire may: -1, 0, 007.
            text = self.frame[: start - 1].rpartition(b"\x01")[2]
            digits = text[1:] if text[:1] == b"-" else text
            known = digits.isdigit() and len(digits) <= 18
            return session_violation(0, int(text) if known else None, msg_type)
        return session_violation(0, tag, msg_type)

    def place_field(self, slot: cython.int, field: cython.int) -> cython.int:
        """Find the scope of a field, closing groups on the way; return GOOD or the reason (see ``fault_tag``)."""
        reason: cython.int
        place: cython.int
        depth: cython.int
        self.fault_tag = 0
        while self.depth > 0:
            reason = self.fit(self.depth, slot)
            if reason == GOOD:
                break
            if reason != NO_MEMBER and not self.outer_takes(slot):
                if reason == 16:
                    self.fault_tag = cython.cast(Scope, self.opened[self.depth]).count_tag
                return reason
            reason = self.close_group()
            if reason != GOOD:
                return reason
        depth = self.depth
        scope: Scope = self.opened[depth]
        place = scope.place[slot]
        if depth == 0:
            if place == 0:
                return 2
            if self.seen[slot] == self.stamps[0]:
                return 13
            if place < self.last_places[0]:
                return 14
            self.where[slot] = field
        elif self.entries[depth] == 0 or slot == self.first_slots[depth]:
            reason = self.end_entry(depth) if self.entries[depth] else GOOD
            if reason != GOOD:
                return reason
            self.first_slots[depth] = slot
            self.start_entry(depth)
        self.last_places[depth] = place
        self.seen[depth * self.slot_count + slot] = self.stamps[depth]
        if scope.flags[slot] & REQUIRED:
            self.required_seen[depth] += 1
        return GOOD

    def fit(self, depth: cython.int, slot: cython.int) -> cython.int:
        """Tell whether a group takes a field next: GOOD, NO_MEMBER or the reason why it cannot."""
        scope: Scope = self.opened[depth]
        place: cython.int = scope.place[slot]
        if place == 0:
            return NO_MEMBER
        if self.entries[depth] == 0:
            if self.expected[depth] == 0:
                return 16
            return GOOD if place == 1 or not self.check_group_order else 15
        if slot == self.first_slots[depth]:
            return GOOD if self.entries[depth] < self.expected[depth] else 16
        if self.seen[depth * self.slot_count + slot] == self.stamps[depth]:
            return 13
        return GOOD if place > self.last_places[depth] or not self.check_group_order else 15

    def outer_takes(self, slot: cython.int) -> cython.bint:
        """Tell whether a scope around the innermost one takes the field: some tags are in a group and around it."""
        depth: cython.int
        for depth in range(self.depth - 1, 0, -1):
            if self.fit(depth, slot) == GOOD:
                return True
        scope: Scope = self.opened[0]
        return scope.place[slot] != 0 and self.seen[slot] != self.stamps[0]

    def open_scope(self, scope: Scope, expected: cython.longlong) -> cython.int:
        self.depth += 1
        self.opened[self.depth] = scope
        self.expected[self.depth] = expected
        self.entries[self.depth] = 0
        return GOOD

    def start_entry(self, depth: cython.int) -> cython.int:
        self.stamp += 1
        self.stamps[depth] = self.stamp
        self.entries[depth] += 1
        self.last_places[depth] = 0
        self.required_seen[depth] = 0
        return GOOD

    def end_entry(self, depth: cython.int) -> cython.int:
        """Check that an entry, or the message, has all that is required."""
        slot: cython.int
        scope: Scope = self.opened[depth]
        if self.required_seen[depth] == scope.required_count:
            return GOOD
        for slot in scope.required:
            if self.seen[depth * self.slot_count + slot] != self.stamps[depth]:
                self.fault_tag = self.tags[slot]
                return 1
        return GOOD

    def close_group(self) -> cython.int:
        depth: cython.int = self.depth
        scope: Scope = self.opened[depth]
        if self.entries[depth] != self.expected[depth]:
            self.fault_tag = scope.count_tag
            return 16
        self.depth -= 1
        return self.end_entry(depth) if self.entries[depth] else GOOD

    def check_codes(self, slot: cython.int, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
        """Check the code, or each of a MultipleValueString's; return GOOD or 5."""
        position: cython.Py_ssize_t
        scope: Scope = self.opened[self.depth]
        if self.value_kinds[slot] == ANY_VALUE and not scope.flags[slot] & NARROWED:
            return GOOD
        if not self.several[slot]:
            return self.check_code(slot, start, end)
        for position in range(start, end):
            if self.frame[position] == 32:
                if self.check_code(slot, start, position) != GOOD:
                    return 5
                start = position + 1
        return self.check_code(slot, start, end)

    def check_code(self, slot: cython.int, start: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.int:
        code: cython.int
        scope: Scope = self.opened[self.depth]
        if scope.flags[slot] & NARROWED:  # set for dialects only
            return GOOD if self.frame[start:end] in scope.narrowed[slot] else 5
        code = self.frame[start]
        if end - start == 1 and code < 128:
            if ((self.low_codes[slot] >> code) if code < 64 else (self.high_codes[slot] >> (code - 64))) & 1:
                return GOOD
        elif self.value_kinds[slot] == LONG_CODES and self.frame[start:end] in self.codes[slot]:
            return GOOD
        if self.other_checks[slot] >= 0 and check_value(self.other_checks[slot], self.frame, start, end) == GOOD:
            return GOOD
        return 5

    def unannounced_data(
        self, message: FixMessage, msg_type: str, field: cython.int, slot: cython.int
    ) -> Violation | None:
        """Check that a data field follows its Length field and is as long as that says."""
        length_tag = self.length_tags[slot]
        length = message.end_at(field) - message.start_at(field)
        if field == 0 or message.tag_at(field - 1) != length_tag:
            if not message.has(length_tag):
                return session_violation(1, length_tag, msg_type)
            return session_violation(14, message.tag_at(field), msg_type)
        if int(self.frame[message.start_at(field - 1) : message.end_at(field - 1)]) != length:
            return session_violation(5, length_tag, msg_type)
        return None

    def unmet_condition(self, message: FixMessage, msg_type: str) -> Violation | None:
        """Return what the message lacks because of what it has."""
        when: cython.int
        slot: cython.int
        field: cython.int
        scope: Scope = self.scopes[msg_type]
        for when, values, any_of in scope.conditions:
            if when:
                if self.seen[when] != self.stamps[0]:
                    continue
                field = self.where[when]
                if values and self.frame[message.start_at(field) : message.end_at(field)] not in values:
                    continue
            for slot in any_of:
                if self.seen[slot] == self.stamps[0]:
                    break
            else:
                return missing_conditional(self.tags[any_of[0]], msg_type)
        return None
