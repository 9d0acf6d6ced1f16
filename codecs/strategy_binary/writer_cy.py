# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Write one message after the other, each field where its plan has it.

``start(plan)``, then a ``put_*`` for each fixed field and an ``add_*`` for each option, in the plan's order, then
``finish()``. A text that its fixed field can't hold exactly goes into the appendage, under the same name.
"""

import cython

from fairlead.codecs.errors import EncodeError
from fairlead.codecs.strategy_binary.plan_cy import MAX_PAYLOAD_BYTES, Plan, Slot

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.binary.octets import octets_of, store_int, store_uint
    from fairlead.codecs.strategy_binary.octets import bytes_of, put_latin1, put_padded

_MAX_BYTES = MAX_PAYLOAD_BYTES
_INT64_MIN = -9223372036854775807 - 1
_INT64_MAX = 9223372036854775807
_NO_PLAN = Plan("", 0, False, 0, -1, ())
_YES = 89
_NO = 78


class FieldWriter:
    """Hold the buffer that messages are written in.

    With ``is_lenient`` a character beyond latin-1 is written as ``\\uXXXX``, for texts that may not get lost; otherwise
    it raises EncodeError, as does what is too long, or no value of its field.
    """

    def __init__(self, is_lenient: bool) -> None:
        self._buffer = bytearray(_MAX_BYTES)
        self._is_lenient = is_lenient
        self._plan = _NO_PLAN
        self._at = 0
        self._base = 0
        self._cursor = 0

    def start(self, plan: Plan) -> int:
        """Begin a message; whatever was begun before is forgotten."""
        self._plan = plan
        self._base = 0
        self._cursor = 0
        self._at = plan.fixed_length
        octets_of(self._buffer)[0] = plan.type_code
        return 0

    def finish(self) -> bytes:
        """Return the message."""
        plan = self._plan
        out = octets_of(self._buffer)
        if plan.length_at >= 0:
            store_uint(out, plan.length_at, 2, False, self._at - plan.fixed_length)
        return bytes_of(out, 0, self._at)

    def next_entry(self) -> int:
        """Begin an entry of the message's group; the ``put_*`` that follow write its fields."""
        plan = self._plan
        self._base = self._at
        self._cursor = plan.first_entry_slot
        return self._reserve(plan.entry_length)

    def _reserve(self, size: int) -> int:
        if size > _MAX_BYTES - self._at:
            raise EncodeError(f"{self._plan.name} of more than {_MAX_BYTES} bytes, expected one that fits a packet")
        self._at += size
        return 0

    def _next(self) -> Slot:
        slot = self._plan.slots[self._cursor]
        self._cursor += 1
        return slot

    def put_text(self, value: str) -> int:
        """Write a text."""
        slot = self._next()
        done = put_padded(octets_of(self._buffer), self._base + slot.offset, slot.length, value)
        if done != 1:
            self._put_unfit(slot, value, done)
        return 0

    def _put_unfit(self, slot: Slot, value: str, done: int) -> int:
        if done < 0:
            value = self._as_latin1(slot, value)
            if put_padded(octets_of(self._buffer), self._base + slot.offset, slot.length, value) == 1:
                return 0
        if slot.tag == 0:
            what = f"{len(value)} characters" if len(value) > slot.length else "a text that ends in a space"
            room = f"expected {slot.length} characters at most"
            raise EncodeError(f"{self._plan.name} {slot.name}: {what} received, {room}")
        return self._add_text(slot, value)

    def _as_latin1(self, slot: Slot, value: str) -> str:
        if not self._is_lenient:
            code = next(ord(character) for character in value if ord(character) > 255)
            raise EncodeError(f"{self._plan.name} {slot.name}: character U+{code:04X} received, expected latin-1")
        return value.encode("latin-1", "backslashreplace").decode("latin-1")

    def put_code(self, value: int) -> int:
        """Write a code, or a number of one byte."""
        slot = self._next()
        if value < 0 or value > 255:
            raise EncodeError(f"{self._plan.name} {slot.name}: {value} received, expected 0 to 255")
        octets_of(self._buffer)[self._base + slot.offset] = value
        return 0

    def put_flag(self, value: bool) -> int:
        """Write ``Y`` or ``N``."""
        slot = self._next()
        octets_of(self._buffer)[self._base + slot.offset] = _YES if value else _NO
        return 0

    def put_number(self, value: int) -> int:
        """Write an int64: a price, a quantity, a time."""
        slot = self._next()
        # uncompiled ints have no bounds of their own
        if value < _INT64_MIN or value > _INT64_MAX:
            raise EncodeError(f"{self._plan.name} {slot.name}: {value} received, expected an int64")
        store_int(octets_of(self._buffer), self._base + slot.offset, 8, False, value)
        return 0

    def put_count(self, value: int) -> int:
        """Write a number without a sign in as many bytes as its field has, 4 at most."""
        slot = self._next()
        one: cython.longlong = 1
        highest: cython.longlong = (one << (8 * slot.length)) - 1
        if value < 0 or value > highest:
            raise EncodeError(f"{self._plan.name} {slot.name}: {value} received, expected 0 to {highest}")
        store_uint(octets_of(self._buffer), self._base + slot.offset, slot.length, False, value)
        return 0

    def add_text(self, value: str) -> int:
        """Add a text unless it is empty."""
        slot = self._next()
        if value:
            self._add_text(slot, value)
        return 0

    def add_number(self, value: int, absent: int) -> int:
        """Add an int64 unless it is ``absent``."""
        slot = self._next()
        if value != absent:
            if value < _INT64_MIN or value > _INT64_MAX:
                raise EncodeError(f"{self._plan.name} {slot.name}: {value} received, expected an int64")
            at = self._open(slot, 8)
            store_int(octets_of(self._buffer), at, 8, False, value)
        return 0

    def add_byte(self, value: int, absent: int) -> int:
        """Add a number of one byte unless it is ``absent``."""
        slot = self._next()
        if value != absent:
            if value < 0 or value > 255:
                raise EncodeError(f"{self._plan.name} {slot.name}: {value} received, expected 0 to 255")
            at = self._open(slot, 1)
            octets_of(self._buffer)[at] = value
        return 0

    def add_texts(self, values: "tuple[str, ...]") -> int:
        """Add a text for each of ``values``."""
        slot = self._next()
        for value in values:
            self._add_text(slot, value)
        return 0

    def add_pairs(self, pairs: "tuple[tuple[str, str], ...]") -> int:
        """Add FIX fields as ``tag=value``."""
        slot = self._next()
        for tag, value in pairs:
            if not (tag.isascii() and tag.isdigit() and tag[0] != "0"):
                raise EncodeError(f"{self._plan.name} {slot.name}: tag {tag!r} received, expected a FIX tag number")
            self._add_text(slot, f"{tag}={value}")
        return 0

    def add_value(self, value: bytes) -> int:
        """Add an option whose value is made already."""
        slot = self._next()
        at = self._open(slot, len(value))
        self._buffer[at : at + len(value)] = value
        return 0

    def _add_text(self, slot: Slot, value: str) -> int:
        size = len(value)
        at = self._open(slot, size)
        if put_latin1(octets_of(self._buffer), at, value) < 0:
            self._at = at - 3
            self._add_text(slot, self._as_latin1(slot, value))
        return 0

    def _open(self, slot: Slot, size: int) -> int:
        # length (2 bytes: of what follows), tag, value
        at = self._at
        self._reserve(size + 3)
        out = octets_of(self._buffer)
        store_uint(out, at, 2, False, size + 1)
        out[at + 2] = slot.tag
        return at + 3
