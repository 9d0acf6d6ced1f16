"""Lay out where fields may stand: in a message, or in an entry of a repeating group."""

from array import array
from collections.abc import Collection, Sequence
from typing import Any

import cython

from fairlead.codecs.fix.shape_cy import Shape

ANY_VALUE = 0
SHORT_CODES = 1
LONG_CODES = 2

Condition = tuple[int, frozenset[bytes], Sequence[int]]
"""The slot of another field or 0, its codes or none, and the slots of which one must then be there."""


def code_bits(codes: Collection[bytes]) -> tuple[int, int, int]:
    """Return ANY_VALUE, SHORT_CODES or LONG_CODES, and the codes of one byte below 64 and from 64 on as bits.

    So the common check of a code makes no object.
    """
    kind, low, high = (SHORT_CODES if codes else ANY_VALUE), 0, 0
    for code in codes:
        if len(code) != 1 or code[0] > 127:
            kind = LONG_CODES
        elif code[0] < 64:
            low |= 1 << code[0]
        else:
            high |= 1 << (code[0] - 64)
    return kind, low, high


class Scope:
    """Hold a layout by slot (see ``validation_tables``); read-only once made.

    ``place``: 0 for no member; in a message 1 header, 2 body, 3 trailer; in a group the position from 1. ``flags``:
    REQUIRED, COUNT and NARROWED. ``groups``: the scope of each count's entries. ``required``: slots in order.
    Conditions by number: ``whens``, the slot of the other field or 0; its codes (``when_kinds``, ``when_lows``,
    ``when_highs``, ``when_codes``: see ``code_bits``); ``any_ends``, where its part of ``any_slots`` ends.
    ``shape`` alone changes: what the last good message was like.
    """

    def __init__(
        self,
        count_tag: cython.longlong,
        place: Any,
        flags: Any,
        groups: Any,
        required: Any,
        conditions: Sequence[Condition],
        narrowed: Any,
    ) -> None:
        self.count_tag = count_tag
        self.place = place
        self.flags = flags
        self.groups = groups
        self.required = required
        self.required_count = len(required)
        self.narrowed = narrowed
        self.shape = Shape()
        self.condition_count = len(conditions)
        bits = [code_bits(codes) for _, codes, _ in conditions]
        # one more of each: an array of none can't be viewed
        self.whens = array("i", [when for when, _, _ in conditions] + [0])
        self.when_kinds = array("B", [kind for kind, _, _ in bits] + [0])
        self.when_lows = array("Q", [low for _, low, _ in bits] + [0])
        self.when_highs = array("Q", [high for _, _, high in bits] + [0])
        self.when_codes = [codes for _, codes, _ in conditions]
        self.any_slots = array("i", [slot for _, _, slots in conditions for slot in slots] + [0])
        self.any_ends = array("i", [0] * (len(conditions) + 1))
        end = 0
        for number, (_, _, slots) in enumerate(conditions):
            end += len(slots)
            self.any_ends[number] = end
