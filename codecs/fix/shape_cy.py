# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Remember which tags the last good message of a type had, in order, so that the next one need not be placed anew.

Sessions send messages of few shapes. Where the tags are the same in the same order and no group is among them, every
field is known, in its place and there once, and nothing required is missing: what is left to check are values.
"""

from array import array

import cython

from fairlead.codecs.fix.message_cy import FixMessage

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.fix.octets import ints_of

    MAX_FIELDS = 96  # a longer message is placed each time
    ANY_CHECK = 0
    ONE_CODE = 1
    FORM_ONLY = 2


class Shape:
    """Hold the tags of a message without groups and what of it depends on values; empty at first.

    ``checked_fields`` and ``checked_slots`` name the fields whose values are checked, ``checked_kinds`` how: ONE_CODE
    is one character of a list, FORM_ONLY the data type alone. ``open_conditions`` and ``open_fields`` are the
    conditions that a value of that field would make unmet.
    """

    def __init__(self) -> None:
        self._count = 0
        self._tags_number = 0
        self._tags = array("i", bytes(4 * MAX_FIELDS))
        self.checked_count = 0
        self.checked_fields = array("i", bytes(4 * MAX_FIELDS))
        self.checked_slots = array("i", bytes(4 * MAX_FIELDS))
        self.checked_kinds = array("i", bytes(4 * MAX_FIELDS))
        self.open_count = 0
        self.open_conditions = array("i", bytes(4 * MAX_FIELDS))
        self.open_fields = array("i", bytes(4 * MAX_FIELDS))

    def take(self, message: FixMessage) -> bool:
        """Take a good message's tags; tell whether there was room for them."""
        self.checked_count = self.open_count = self._count = 0
        if message.field_count > MAX_FIELDS:
            return False
        for field in range(message.field_count):
            self._tags[field] = message._fields[3 * field]
        self._count = message.field_count
        self._tags_number = message.tags_number
        return True

    def fits(self, message: FixMessage) -> bool:
        """Tell whether a message has these tags in this order, and a value in each field."""
        if message.has_empty or message.field_count != self._count:
            return False
        if message.tags_number == self._tags_number:
            return True
        fields = ints_of(message._fields)
        tags = ints_of(self._tags)
        for field in range(self._count):
            if fields[3 * field] != tags[field]:
                return False
        self._tags_number = message.tags_number
        return True

    def add_checked(self, field: int, slot: int, kind: int) -> int:
        """Note a field whose value is checked."""
        self.checked_kinds[self.checked_count] = kind
        self.checked_fields[self.checked_count] = field
        self.checked_slots[self.checked_count] = slot
        self.checked_count += 1
        return 0

    def add_open(self, condition: int, field: int) -> bool:
        """Note a condition that is met for the value of a field alone; tell whether there was room for it."""
        if self.open_count == MAX_FIELDS:
            self._count = 0
            return False
        self.open_conditions[self.open_count] = condition
        self.open_fields[self.open_count] = field
        self.open_count += 1
        return True
