"""Lay out where fields may stand: in a message, or in an entry of a repeating group."""

from typing import Any

import cython


class Scope:
    """Hold a layout by slot (see ``validation_tables``); read-only once made.

    ``place``: 0 for no member; in a message 1 header, 2 body, 3 trailer; in a group the position from 1. ``flags``:
    REQUIRED, COUNT and NARROWED. ``groups``: the scope of each count's entries. ``required``: slots in order.
    ``conditions``: (slot of the other field or 0, its codes or none, slots of which one must be there).
    """

    def __init__(
        self,
        count_tag: cython.longlong,
        place: Any,
        flags: Any,
        groups: Any,
        required: Any,
        conditions: Any,
        narrowed: Any,
    ) -> None:
        self.count_tag = count_tag
        self.place = place
        self.flags = flags
        self.groups = groups
        self.required = required
        self.required_count = len(required)
        self.conditions = conditions
        self.narrowed = narrowed
