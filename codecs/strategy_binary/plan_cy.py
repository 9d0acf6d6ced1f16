# cython: annotation_typing=False
"""Say how one message is walked: its fields in the order in which the code names them, each with its place.

``plans`` makes them from the table; a writer or reader steps through ``slots`` with each field that it is given or
asked for.
"""

from collections.abc import Sequence

MAX_TAG = 127
MAX_PAYLOAD_BYTES = 65534
"""What a SoupBinTCP packet holds besides its type."""


class Slot:
    """Place one field.

    ``offset`` and ``length`` are those of the fixed part or, for a field of a group's entry, of the entry; -1 for a
    field that is an option only. ``tag`` is the option that holds it, or holds a text too long for its field; 0 where
    there is none. ``size`` is the length of the option's value, -1 where it varies. ``codes`` has a byte for each code,
    1 where it is allowed (``expected`` says it in words); it is empty where all are.
    """

    def __init__(
        self, name: str, offset: int, length: int, tag: int, size: int = -1, codes: bytes = b"", expected: str = ""
    ) -> None:
        self.name = name
        self.offset = offset
        self.length = length
        self.tag = tag
        self.size = size
        self.codes = codes
        self.expected = expected


class Plan:
    """Hold one message's slots.

    Those of the fixed part come first, then the options, then from ``first_entry_slot`` on the fields of a group's
    entry. ``length_at`` is where the options' length stands, -1 where there are none. ``is_strict``: what a strategy
    sends is judged closely; what the gateway sends may grow.
    """

    def __init__(
        self,
        name: str,
        type_code: int,
        is_strict: bool,
        fixed_length: int,
        length_at: int,
        slots: "Sequence[Slot]",
        entry_slots: "Sequence[Slot]" = (),
        entry_length: int = 0,
        repeated: "Sequence[int]" = (),
    ) -> None:
        self.name = name
        self.type_code = type_code
        self.is_strict = is_strict
        self.fixed_length = fixed_length
        self.length_at = length_at
        self.slots = [*slots, *entry_slots]
        self.first_entry_slot = len(slots)
        self.entry_length = entry_length
        self.by_tag: list[Slot | None] = [None] * (MAX_TAG + 1)
        for slot in slots:
            if slot.tag:
                self.by_tag[slot.tag] = slot
        self.repeated = frozenset(repeated)
