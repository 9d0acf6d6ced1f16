# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Read one message after the other, each field from where its plan has it, and note everything that is wrong with it.

``open(plan, data)``, then a ``take_*`` for each field and option in the plan's order. Where the message's frame is
wrong (cut short, too long, an appendage whose lengths do not add up) ``open`` returns False and nothing can be taken.
"""

import cython

from fairlead.codecs.strategy_binary.plan_cy import MAX_TAG, Plan, Slot

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.codecs.binary.octets import load_int, load_uint, octets_of
    from fairlead.codecs.strategy_binary.octets import str_of, text_end, unprintable_at

_TAGS = MAX_TAG + 1
_ABSENT = -9223372036854775807 - 1
_YES = 89
_NO = 78
_MAX_REPEATED = 255
_NO_PLAN = Plan("", 0, False, 0, -1, ())


class FieldReader:
    """Take the fields of a message; ``mistakes`` are (field, what was received and what was expected)."""

    def __init__(self) -> None:
        self.mistakes: list[tuple[str, str]] = []
        self._data = b""
        self._plan = _NO_PLAN
        self._cursor = 0
        self._base = 0
        self._end = 0
        self._repeated: list[tuple[int, int, int]] = []
        self._found = 0
        if not cython.compiled:
            self._starts = [0] * _TAGS
            self._ends = [0] * _TAGS
        for tag in range(_TAGS):
            self._starts[tag] = -1

    def open(self, plan: Plan, data: bytes) -> bool:
        """Begin with a message; False where its frame is wrong, and ``mistakes`` says how."""
        tag: cython.int
        if self._found:
            for tag in range(_TAGS):
                self._starts[tag] = -1
            self._found = 0
        if self.mistakes:
            self.mistakes = []
        if self._repeated:
            self._repeated = []
        self._data = data
        self._plan = plan
        self._cursor = 0
        self._base = 0
        self._end = len(data)
        if self._end < plan.fixed_length:
            return self._wrong(f"{self._end} bytes of {plan.name} received, expected at least {plan.fixed_length}")
        if plan.length_at < 0:
            if self._end > plan.fixed_length and not plan.entry_length:
                return self._wrong(f"{self._end} bytes of {plan.name} received, expected {plan.fixed_length}")
            return True
        counted = load_uint(octets_of(data), plan.length_at, 2, False)
        if counted != self._end - plan.fixed_length:
            return self._wrong_length(counted)
        return counted == 0 or self._index(plan)

    def _wrong(self, text: str) -> bool:
        self.mistakes.append(("", text))
        return False

    def _wrong_length(self, counted: int) -> bool:
        received = f"{counted} received with {self._end - self._plan.fixed_length} bytes of options behind it"
        self.mistakes.append(("appendage_length", f"{received}, expected their number"))
        return False

    def _index(self, plan: Plan) -> bool:
        # note where each option's value is
        data = octets_of(self._data)
        at = plan.fixed_length
        while at < self._end:
            left = self._end - at
            size = load_uint(data, at, 2, False) if left >= 3 else 0
            if size == 0 or size + 2 > left:
                return self._wrong_option(left, size)
            tag = data[at + 2]
            slot = plan.by_tag[tag] if tag < _TAGS else None
            start = at + 3
            at += 2 + size
            if slot is None:
                if plan.is_strict:
                    self.mistakes.append(("appendage", f"option {tag} received, which {plan.name} does not have"))
            elif slot.size >= 0 and size - 1 != slot.size:
                self.mistakes.append((slot.name, f"an option of {size - 1} bytes received, expected {slot.size}"))
            elif tag in plan.repeated:
                self._repeated.append((tag, start, at))
            elif self._starts[tag] >= 0:
                self.mistakes.append((slot.name, "given twice, expected once"))
            else:
                self._starts[tag] = start
                self._ends[tag] = at
                self._found += 1
        if len(self._repeated) > _MAX_REPEATED:
            return self._wrong(f"{len(self._repeated)} repeated options received, expected {_MAX_REPEATED} at most")
        return True

    def _wrong_option(self, left: int, size: int) -> bool:
        received = f"length {size} with {left - 2} bytes left" if left >= 3 else f"{left} bytes"
        self.mistakes.append(("appendage", f"an option of {received} received, expected length, tag and value"))
        return False

    def _note(self, slot: Slot, text: str) -> int:
        self.mistakes.append((slot.name, text))
        return 0

    def _next(self) -> Slot:
        slot = self._plan.slots[self._cursor]
        self._cursor += 1
        return slot

    def take_text(self) -> str:
        """Return a text, wherever it is; "" where it is not given."""
        slot = self._next()
        data = octets_of(self._data)
        start = 0
        end = 0
        if slot.length >= 0:
            start = self._base + slot.offset
            end = text_end(data, start, start + slot.length)
        if self._found and slot.tag and self._starts[slot.tag] >= 0:
            if end > start:
                self._note(slot, "given in its field and in the appendage, expected one of them")
            start = self._starts[slot.tag]
            end = self._ends[slot.tag]
            if start == end and self._plan.is_strict:
                self._note(slot, "an option without text received, expected text (or leave the option out)")
        return self._text(slot, start, end)

    def _text(self, slot: Slot, start: int, end: int) -> str:
        if start == end:
            return ""
        data = octets_of(self._data)
        if self._plan.is_strict:
            bad = unprintable_at(data, start, end)
            if bad < end:
                self._note(
                    slot,
                    f"byte 0x{data[bad]:02X} received at position {bad - start}, "
                    "expected printable Latin-1, padded with spaces",
                )
                return ""
        return str_of(data, start, end)

    def take_required_text(self) -> str:
        """Return a text that the message must have."""
        before = len(self.mistakes)
        value = self.take_text()
        if not value and len(self.mistakes) == before:
            slot = self._plan.slots[self._cursor - 1]
            self._note(slot, f"missing, and {self._plan.name} needs it")
        return value

    def take_code(self) -> int:
        """Return a code, 0 where it is not given."""
        slot = self._next()
        value = octets_of(self._data)[self._base + slot.offset]
        if slot.codes:
            allowed = octets_of(slot.codes)
            if allowed[value] == 0:
                self._note(slot, f"{_shown(value)} received, expected {slot.expected}")
        return value

    def take_flag(self) -> bool:
        """Return whether ``Y`` stands there; ``N`` and zero say no."""
        slot = self._next()
        value = octets_of(self._data)[self._base + slot.offset]
        if value == _YES:
            return True
        if value != _NO and value != 0:
            self._note(slot, f"{_shown(value)} received, expected 'Y', 'N' or zero")
        return False

    def take_number(self) -> int:
        """Return an int64, ``ABSENT`` where it is not given."""
        slot = self._next()
        return load_int(octets_of(self._data), self._base + slot.offset, 8, False)

    def take_required_number(self) -> int:
        """Return an int64 that the message must have."""
        value = self.take_number()
        if value == _ABSENT:
            slot = self._plan.slots[self._cursor - 1]
            self._note(slot, f"missing, and {self._plan.name} needs it")
        return value

    def take_count(self) -> int:
        """Return a number without a sign."""
        slot = self._next()
        return load_uint(octets_of(self._data), self._base + slot.offset, slot.length, False)

    def option_number(self, absent: int) -> int:
        """Return an option's int64, ``absent`` where it is not given."""
        slot = self._next()
        if not self._found or self._starts[slot.tag] < 0:
            return absent
        return load_int(octets_of(self._data), self._starts[slot.tag], 8, False)

    def option_byte(self, absent: int) -> int:
        """Return an option's number of one byte, ``absent`` where it is not given."""
        slot = self._next()
        if not self._found or self._starts[slot.tag] < 0:
            return absent
        value = octets_of(self._data)[self._starts[slot.tag]]
        if slot.codes:
            allowed = octets_of(slot.codes)
            if allowed[value] == 0:
                self._note(slot, f"{value} received, expected {slot.expected}")
        return value

    def option_texts(self) -> "tuple[str, ...]":
        """Return the texts of a repeated option."""
        slot = self._next()
        if not self._repeated:
            return ()
        return tuple([self._text(slot, start, end) for tag, start, end in self._repeated if tag == slot.tag])

    def option_value(self) -> bytes:
        """Return an option's value as it is, nothing where it is not given."""
        slot = self._next()
        start = self._starts[slot.tag]
        return self._data[start : self._ends[slot.tag]] if start >= 0 else b""

    def option_pairs(self) -> "tuple[tuple[str, str], ...]":
        """Return FIX fields that came as ``tag=value``."""
        texts = self.option_texts()
        return tuple([self._pair(text) for text in texts]) if texts else ()

    def _pair(self, text: str) -> "tuple[str, str]":
        tag, _, value = text.partition("=")
        if not (tag.isascii() and tag.isdigit() and tag[0] != "0" and value):
            shown = repr(text) if len(text) <= 40 else f"{text[:40]!r}..."
            self._note(self._plan.slots[self._cursor - 1], f"{shown} received, expected tag=value as in FIX")
        return tag, value

    def begin_entries(self, count: int) -> bool:
        """Begin with a group of so many entries; False where the message has room for more or fewer."""
        plan = self._plan
        left = self._end - plan.fixed_length
        if left != count * plan.entry_length:
            received = f"{count} entries received in {left} bytes"
            return self._wrong(f"{received}, expected {plan.entry_length} bytes for each")
        self._base = plan.fixed_length - plan.entry_length
        return True

    def next_entry(self) -> int:
        """Go on to the next entry; the ``take_*`` that follow read its fields."""
        self._base += self._plan.entry_length
        self._cursor = self._plan.first_entry_slot
        return 0


def _shown(code: int) -> str:
    return repr(chr(code)) if 32 < code < 127 else f"byte 0x{code:02X}"
