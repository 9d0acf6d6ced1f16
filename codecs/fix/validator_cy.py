# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
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
from fairlead.codecs.fix.shape_cy import Shape
from fairlead.codecs.fix.validation_tables import ValidationTables
from fairlead.codecs.fix.violations import (
    DEFAULT_OPTIONS,
    ValidatorOptions,
    Violation,
    missing_conditional,
    session_violation,
)

if not cython.compiled:  # the .pxd imports what is C
    from fairlead.codecs.fix.octets import ints_of
    from fairlead.codecs.fix.shape_cy import ANY_CHECK, FORM_ONLY, ONE_CODE
    from fairlead.codecs.fix.value_checks_cy import CHARACTER, check_value

if not cython.compiled:  # C constants in the .pxd: the same as in validation_tables
    # the walk's own codes beside the SessionRejectReasons, of which 0 is never a place's or value's
    GOOD = 0
    NO_MEMBER = -2
    UNDEFINED = -3
    DIRECT_TAGS = 10_000
    ANY_VALUE = 0
    LONG_CODES = 2
    REQUIRED = 1
    COUNT = 2
    NARROWED = 4
    FORM = 1
    CODES = 2
    ANNOUNCED = 4


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
        self.needs = tables.needs
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
        self.fault_field = 0
        self.has_groups = False
        self.frame = b""
        self.last_type = ""
        self.last_scope: Scope = self.opened[0]

    def is_known_msg_type(self, msg_type: str) -> bool:
        """Tell whether the dictionary defines the type; whether to support it is for the caller to say."""
        return msg_type in self.scopes

    def check(self, message: FixMessage) -> Violation | None:
        """Return the first violation of a message, None for a good one."""
        if message.msg_type is not self.last_type:  # the same text as before is the same object, as a rule
            scope = self.scopes.get(message.msg_type)
            if scope is None:
                return session_violation(11, None, message.msg_type)
            self.last_type, self.last_scope = message.msg_type, scope
        scope = self.last_scope
        self.frame = message.raw()
        if scope.shape.fits(message) and self.has_good_values(message, scope, scope.shape):
            return None
        reason = self.walk(message, scope)
        if reason != GOOD:
            return self.violation(message, reason)
        if self.check_conditions:
            slot = self.unmet_condition(message, scope)
            if slot != 0:
                return missing_conditional(self.tags[slot], message.msg_type)
        if not self.has_groups:
            self.remember(message, scope, scope.shape)
        return None

    @cython.overflowcheck(False)
    def has_good_values(self, message: FixMessage, scope: Scope, shape: Shape) -> bool:
        """Tell whether the values of a message whose shape is good are good too; the walk finds what is not."""
        p = self.frame
        fields = ints_of(message._fields)
        for at in range(shape.checked_count):
            slot = shape.checked_slots[at]
            field = shape.checked_fields[at]
            kind = shape.checked_kinds[at]
            start = fields[3 * field + 1]
            if kind == ONE_CODE:
                code = p[start]
                if fields[3 * field + 2] - start != 1 or code > 127:
                    return False
                if ((self.low_codes[slot] >> code) if code < 64 else (self.high_codes[slot] >> (code - 64))) & 1 == 0:
                    return False
            elif kind == FORM_ONLY:
                if check_value(self.checks[slot], p, start, fields[3 * field + 2]):
                    return False
            elif self.check_field(message, scope, slot, field):
                return False
        for at in range(shape.open_count):
            if self.holds_one(message, scope, shape.open_conditions[at], shape.open_fields[at]):
                return False
        return True

    def remember(self, message: FixMessage, scope: Scope, shape: Shape) -> int:
        """Keep the shape of the good message that was walked just now."""
        if not shape.take(message):
            return 0
        for field in range(message.field_count):
            slot = self.slot_of(message._fields[3 * field])
            if self.needs[slot] or scope.flags[slot] > 1:
                shape.add_checked(field, slot, self.kind_of_check(scope, slot))
        if not self.check_conditions:
            return 0
        for at in range(scope.condition_count):
            when = scope.whens[at]
            if when and scope.when_kinds[at] != ANY_VALUE and self.seen[when] == self.stamps[0]:
                if self.lacks_all(scope, at) and not shape.add_open(at, self.where[when]):
                    return 0
        return 0

    def kind_of_check(self, scope: Scope, slot: int) -> int:
        if scope.flags[slot] > 1 or self.needs[slot] & ANNOUNCED:
            return ANY_CHECK
        if self.needs[slot] == FORM:
            return FORM_ONLY
        is_one = self.checks[slot] == CHARACTER and self.value_kinds[slot] != LONG_CODES
        return ONE_CODE if is_one and self.check_values and self.other_checks[slot] < 0 else ANY_CHECK

    def slot_of(self, tag: int) -> int:
        if 0 <= tag < DIRECT_TAGS:
            return self.direct[tag]
        return self.slots.get(tag, 0)

    def violation(self, message: FixMessage, reason: int) -> Violation:
        if reason != UNDEFINED:
            return session_violation(reason, self.fault_tag, message.msg_type)
        return self.undefined_tag(self.fault_tag, message.start_at(self.fault_field), message.msg_type)

    # Positions within a frame: nothing here can overflow.
    @cython.overflowcheck(False)
    def walk(self, message: FixMessage, message_scope: Scope) -> int:
        """Return GOOD or what is wrong with the field ``fault_field``, which ``fault_tag`` is to blame for."""
        scope = message_scope
        self.depth = -1
        self.open_scope(scope, 1)
        self.has_groups = False
        self.start_entry(0)
        self.last_places[0] = 1
        for field in range(message.field_count):
            tag = message._fields[3 * field]
            start = message._fields[3 * field + 1]
            end = message._fields[3 * field + 2]
            self.fault_tag = tag
            self.fault_field = field
            slot = self.slot_of(tag)
            if slot == 0 and not self.tolerates(tag):
                return UNDEFINED
            if start == end:
                return 4
            if slot == 0:
                continue
            if self.depth == 0:
                reason = self.place_in_message(scope, slot, field)
            else:
                reason = self.place_field(slot, field)
                scope = self.opened[self.depth]
            if reason == 0 and (self.needs[slot] or scope.flags[slot] > 1):
                reason = self.check_field(message, scope, slot, field)
            if reason:
                return reason
        return self.end_message()

    def check_field(self, message: FixMessage, scope: Scope, slot: int, field: int) -> int:
        """Check a field in its place: the value's form, its codes, a data field's length; open a count's group."""
        p = self.frame
        start = message._fields[3 * field + 1]
        end = message._fields[3 * field + 2]
        needs = self.needs[slot]
        flags = scope.flags[slot]
        if needs & FORM:
            reason = check_value(self.checks[slot], p, start, end)
            if reason:
                return reason
        if (needs & CODES or flags & NARROWED) and self.check_values and self.check_codes(scope, p, slot, start, end):
            return 5
        if needs & ANNOUNCED:
            return self.check_announced(message, field, slot)
        if flags & COUNT:
            self.open_scope(scope.groups[slot], int(self.frame[start:end]))
        return GOOD

    def end_message(self) -> int:
        while self.depth > 0:
            reason = self.close_group()
            if reason != GOOD:
                return reason
        return self.end_entry(0)

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

    def place_in_message(self, scope: Scope, slot: int, field: int) -> int:
        """Note a field outside of groups; return GOOD or why it can't be there."""
        place = scope.place[slot]
        if place == 0:
            return 2
        if self.seen[slot] == self.stamps[0]:
            return 13
        if place < self.last_places[0]:
            return 14
        self.where[slot] = field
        self.last_places[0] = place
        self.seen[slot] = self.stamps[0]
        if scope.flags[slot] & REQUIRED:
            self.required_seen[0] += 1
        return GOOD

    def place_field(self, slot: int, field: int) -> int:
        """Find the scope of a field, closing groups on the way; return GOOD or the reason (see ``fault_tag``)."""
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
        scope = self.opened[depth]
        if depth == 0:
            return self.place_in_message(scope, slot, field)
        if self.entries[depth] == 0 or slot == self.first_slots[depth]:
            reason = self.end_entry(depth) if self.entries[depth] else GOOD
            if reason != GOOD:
                return reason
            self.first_slots[depth] = slot
            self.start_entry(depth)
        self.last_places[depth] = scope.place[slot]
        self.seen[depth * self.slot_count + slot] = self.stamps[depth]
        if scope.flags[slot] & REQUIRED:
            self.required_seen[depth] += 1
        return GOOD

    def fit(self, depth: int, slot: int) -> int:
        """Tell whether a group takes a field next: GOOD, NO_MEMBER or the reason why it cannot."""
        scope = self.opened[depth]
        place = scope.place[slot]
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

    def outer_takes(self, slot: int) -> bool:
        """Tell whether a scope around the innermost one takes the field: some tags are in a group and around it."""
        for depth in range(self.depth - 1, 0, -1):
            if self.fit(depth, slot) == GOOD:
                return True
        scope = self.opened[0]
        return scope.place[slot] != 0 and self.seen[slot] != self.stamps[0]

    def open_scope(self, scope: Scope, expected: int) -> int:
        self.depth += 1
        self.has_groups = True
        self.opened[self.depth] = scope
        self.expected[self.depth] = expected
        self.entries[self.depth] = 0
        return GOOD

    def start_entry(self, depth: int) -> int:
        self.stamp += 1
        self.stamps[depth] = self.stamp
        self.entries[depth] += 1
        self.last_places[depth] = 0
        self.required_seen[depth] = 0
        return GOOD

    def end_entry(self, depth: int) -> int:
        """Check that an entry, or the message, has all that is required."""
        scope = self.opened[depth]
        if self.required_seen[depth] == scope.required_count:
            return GOOD
        for slot in scope.required:
            if self.seen[depth * self.slot_count + slot] != self.stamps[depth]:
                self.fault_tag = self.tags[slot]
                return 1
        return GOOD

    def close_group(self) -> int:
        depth = self.depth
        scope = self.opened[depth]
        if self.entries[depth] != self.expected[depth]:
            self.fault_tag = scope.count_tag
            return 16
        self.depth -= 1
        return self.end_entry(depth) if self.entries[depth] else GOOD

    def check_codes(self, scope: Scope, p: bytes, slot: int, start: int, end: int) -> int:
        """Check the code, or each of a MultipleValueString's; return GOOD or 5."""
        if self.several[slot]:
            for position in range(start, end):
                if p[position] == 32:
                    if self.check_code(scope, p, slot, start, position) != GOOD:
                        return 5
                    start = position + 1
        return self.check_code(scope, p, slot, start, end)

    def check_code(self, scope: Scope, p: bytes, slot: int, start: int, end: int) -> int:
        if scope.flags[slot] & NARROWED:  # set for dialects only
            return GOOD if self.frame[start:end] in scope.narrowed[slot] else 5
        code = p[start]
        if end - start == 1 and code < 128:
            if ((self.low_codes[slot] >> code) if code < 64 else (self.high_codes[slot] >> (code - 64))) & 1:
                return GOOD
        elif self.value_kinds[slot] == LONG_CODES and self.frame[start:end] in self.codes[slot]:
            return GOOD
        if self.other_checks[slot] >= 0 and check_value(self.other_checks[slot], p, start, end) == GOOD:
            return GOOD
        return 5

    def check_announced(self, message: FixMessage, field: int, slot: int) -> int:
        """Check that a data field follows its Length field and is as long as that says."""
        length_tag = self.length_tags[slot]
        length = message.end_at(field) - message.start_at(field)
        if field == 0 or message.tag_at(field - 1) != length_tag:
            if message.has(length_tag):
                return 14
            self.fault_tag = length_tag
            return 1
        if int(self.frame[message.start_at(field - 1) : message.end_at(field - 1)]) != length:
            self.fault_tag = length_tag
            return 5
        return GOOD

    def unmet_condition(self, message: FixMessage, scope: Scope) -> int:
        """Return the slot of what the message lacks because of what it has, 0 where it lacks nothing."""
        for at in range(scope.condition_count):
            when = scope.whens[at]
            if when and (self.seen[when] != self.stamps[0] or not self.holds_one(message, scope, at, self.where[when])):
                continue
            if self.lacks_all(scope, at):
                return scope.any_slots[scope.any_ends[at - 1] if at > 0 else 0]
        return 0

    def lacks_all(self, scope: Scope, at: int) -> bool:
        """Tell whether none of the fields is there of which a condition wants one."""
        for slot in range(scope.any_ends[at - 1] if at > 0 else 0, scope.any_ends[at]):
            if self.seen[scope.any_slots[slot]] == self.stamps[0]:
                return False
        return True

    @cython.overflowcheck(False)
    def holds_one(self, message: FixMessage, scope: Scope, at: int, field: int) -> bool:
        """Tell whether a field has one of a condition's values, or any where the condition names none."""
        if scope.when_kinds[at] == ANY_VALUE:
            return True
        p = self.frame
        start = message._fields[3 * field + 1]
        end = message._fields[3 * field + 2]
        code = p[start]
        if end - start == 1 and code < 128:
            return ((scope.when_lows[at] >> code) if code < 64 else (scope.when_highs[at] >> (code - 64))) & 1 != 0
        return scope.when_kinds[at] == LONG_CODES and self.frame[start:end] in scope.when_codes[at]
