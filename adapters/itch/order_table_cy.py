# cython: annotation_typing=False, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Find a resting order by its reference: flat records, and an index with open addressing; no object an order.

A record is four unsigned 64-bit words::

    word 0  reference  the venue's number of the order (in a free record: the next free one)
            1  scope      0, or what makes the reference unique where the venue counts by book or side
            2  quantity   what is left of it, units of 10^-8
            3  level      the slot of its price level; 0 marks a free record

Records are used anew last freed first, so that the few live orders stay together in the processor's cache. Record 0 is
never used. An entry of the index is one word: the upper half of the order's hash, then the record's number; 0 is
empty. So a search looks at a record only where it is almost surely the right one, and a removal at none.

A position is the place of a record's word 0 in ``records``; it holds until the order is removed. The index is at most
half full and doubles, which costs a moment: give the number of orders to expect.
"""

from array import array

import cython

MIN_ORDERS = 512
# 2^64 divided by the golden ratio: consecutive references land far apart. By name, C numbers in the .pxd.
_GOLDEN = 0x9E3779B97F4A7C15
_SCOPE_MIX = 0xC2B2AE3D27D4EB4F
_MASK64 = 0xFFFFFFFFFFFFFFFF
_LOW32 = 0xFFFFFFFF


class OrderTable:
    """Hold the orders of one feed. ``records`` is replaced when it grows: never keep it."""

    def __init__(self, expected_orders: int = MIN_ORDERS) -> None:
        room = MIN_ORDERS
        while room < expected_orders:
            room *= 2
        self._room = room
        self.clear()

    def clear(self) -> None:
        """Forget all orders; the room stays."""
        self.count = 0
        self._free = 0  # first of the freed records
        self._used = 1  # records from here on were never used
        self.records = array("Q", bytes(8 * 4 * (self._room + 1)))
        self._make_index(2 * self._room)

    def _make_index(self, capacity: int) -> int:
        self._mask = capacity - 1
        self._shift = 32 - (capacity.bit_length() - 1)
        self._index = array("Q", bytes(8 * capacity))
        return 0

    @cython.overflowcheck(False)
    def _tag(self, reference: int, scope: int) -> int:
        """Return the upper half of an order's hash."""
        mixed: int = (reference * _GOLDEN) & _MASK64
        if scope != 0:
            mixed = ((mixed ^ ((scope * _SCOPE_MIX) & _MASK64)) * _GOLDEN) & _MASK64
        return mixed >> 32

    # Positions are within arrays in memory: nothing here can overflow.
    @cython.overflowcheck(False)
    def find(self, reference: int, scope: int) -> int:
        """Return an order's position, 0 where there is none."""
        tag = self._tag(reference, scope)
        slot = tag >> self._shift
        entry = self._index[slot]
        while entry != 0:
            if entry >> 32 == tag:
                at: int = (entry & _LOW32) * 4
                if self.records[at] == reference and self.records[at + 1] == scope:
                    return at
            slot = (slot + 1) & self._mask
            entry = self._index[slot]
        return 0

    @cython.overflowcheck(False)
    def insert(self, reference: int, scope: int, quantity: int, level: int) -> int:
        """Add an order that is not there yet; return its position."""
        if self.count == self._room:
            self._grow()
        record = self._free
        if record != 0:
            self._free = self.records[record * 4]
        else:
            record = self._used
            self._used += 1
        at = record * 4
        self.records[at] = reference
        self.records[at + 1] = scope
        self.records[at + 2] = quantity
        self.records[at + 3] = level
        self._enter(self._tag(reference, scope), record)
        self.count += 1
        return at

    @cython.overflowcheck(False)
    def _enter(self, tag: int, record: int) -> int:
        slot = tag >> self._shift
        while self._index[slot] != 0:
            slot = (slot + 1) & self._mask
        self._index[slot] = (tag << 32) | record
        return 0

    def _grow(self) -> int:
        old = self.records
        words = 4 * (self._room + 1)
        self._room *= 2
        new = array("Q", bytes(8 * 4 * (self._room + 1)))
        records = new
        self._make_index(2 * self._room)
        at = 0
        while at < words:
            records[at] = old[at]
            at += 1
        self.records = records
        at = 4
        while at < words:
            if records[at + 3] != 0:
                self._enter(self._tag(records[at], records[at + 1]), at >> 2)
            at += 4
        return 0

    @cython.overflowcheck(False)
    def remove(self, at: int) -> int:
        """Free the record at a position, and close the gap that it leaves in the search paths of others."""
        record = at >> 2
        hole = self._tag(self.records[at], self.records[at + 1]) >> self._shift
        while (self._index[hole] & _LOW32) != record:
            hole = (hole + 1) & self._mask
        probe = hole
        while True:
            probe = (probe + 1) & self._mask
            entry = self._index[probe]
            if entry == 0:
                break
            home = (entry >> 32) >> self._shift
            if ((probe - home) & self._mask) >= ((probe - hole) & self._mask):
                self._index[hole] = entry
                hole = probe
        self._index[hole] = 0
        self.records[at] = self._free
        self.records[at + 3] = 0
        self._free = record
        self.count -= 1
        return 0

    # For people and tests

    def get(self, reference: int, scope: int = 0) -> "tuple[int, int] | None":
        """Return an order's quantity and level slot, None where there is no such order."""
        at = self.find(reference, scope)
        return None if at == 0 else (self.records[at + 2], self.records[at + 3])
