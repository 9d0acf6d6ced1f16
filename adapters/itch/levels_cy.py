# cython: annotation_typing=False, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Keep price levels sorted: a pool of level records for a whole feed, and a ladder of slots for each side of a book.

A record of the pool is four signed 64-bit words::

    word 0  price     units of 10^-8
            1  quantity  sum of the orders in it, units of 10^-8
            2  orders    how many; 0 marks a free slot
            3  owner     number of the book, times 4, plus 2 for a level outside the ladder, plus 1 for the sell side

Slot 0 is never used. An order knows its level's slot, so that an execution or a delete searches nothing; only a level
that begins or ends is looked up in its ladder, from the best price downwards, for that is where markets move.
"""

from array import array

WORDS = 4
LINEAR_STEPS = 8
"""Levels looked at one by one from the best before the search halves what is left."""


class LevelPool:
    """Hold the level records of one feed. ``records`` is replaced when it grows: never keep it."""

    def __init__(self, capacity: int = 1024) -> None:
        self.records = array("q", bytes(8 * WORDS * capacity))
        self._capacity = capacity
        self._free = 0  # first of the freed slots; each holds the next in word 0
        self._used = 1  # slots from here on were never used

    def clear(self) -> None:
        """Forget all levels; the room stays."""
        self._free = 0
        self._used = 1

    def take(self, price: int, owner: int) -> int:
        """Return the slot of a new level without orders."""
        slot = self._free
        if slot != 0:
            self._free = self.records[slot * 4]
        else:
            if self._used == self._capacity:
                self._grow()
            slot = self._used
            self._used += 1
        self.records[slot * 4] = price
        self.records[slot * 4 + 1] = 0
        self.records[slot * 4 + 2] = 0
        self.records[slot * 4 + 3] = owner
        return slot

    def release(self, slot: int) -> int:
        """Free a slot."""
        self.records[slot * 4] = self._free
        self.records[slot * 4 + 2] = 0
        self._free = slot
        return 0

    def _grow(self) -> int:
        grown = array("q", bytes(8 * WORDS * 2 * self._capacity))
        new = grown
        at = 0
        while at < self._capacity * 4:
            new[at] = self.records[at]
            at += 1
        self.records = new
        self._capacity *= 2
        return 0


class Ladder:
    """Hold the level slots of one side in order of rank, the best last.

    The rank of a bid is its price, that of an offer is its price negated: the higher, the better.
    """

    def __init__(self) -> None:
        self.count = 0
        self._capacity = 8
        self.ranks = array("q", bytes(8 * 8))
        self.slots = array("q", bytes(8 * 8))

    def search(self, rank: int) -> int:
        """Return the first index whose rank is ``rank`` or better, ``count`` where none is."""
        high = self.count
        steps = LINEAR_STEPS
        while steps > 0:
            if high == 0 or self.ranks[high - 1] < rank:
                return high
            high -= 1
            steps -= 1
        low = 0
        while low < high:
            middle = (low + high) >> 1
            if self.ranks[middle] < rank:
                low = middle + 1
            else:
                high = middle
        return low

    def insert(self, at: int, rank: int, slot: int) -> int:
        """Put a level at an index that ``search`` returned."""
        if self.count == self._capacity:
            self._grow()
        i = self.count
        while i > at:
            self.ranks[i] = self.ranks[i - 1]
            self.slots[i] = self.slots[i - 1]
            i -= 1
        self.ranks[at] = rank
        self.slots[at] = slot
        self.count += 1
        return 0

    def remove(self, at: int) -> int:
        """Take a level out."""
        self.count -= 1
        i = at
        while i < self.count:
            self.ranks[i] = self.ranks[i + 1]
            self.slots[i] = self.slots[i + 1]
            i += 1
        return 0

    def _grow(self) -> int:
        ranks = array("q", bytes(16 * self._capacity))
        slots = array("q", bytes(16 * self._capacity))
        new_ranks = ranks
        new_slots = slots
        i = 0
        while i < self.count:
            new_ranks[i] = self.ranks[i]
            new_slots[i] = self.slots[i]
            i += 1
        self.ranks = new_ranks
        self.slots = new_slots
        self._capacity *= 2
        return 0
