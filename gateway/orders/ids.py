"""Make ids that never repeat, across restarts too, without looking anything up.

Every id is the journal's epoch (one more at each start) and a counter, either in fields of fixed width or with a
separator between: two ids that differ in either differ, and no epoch's ids meet another's.
"""

from collections.abc import Iterable
from typing import Protocol

from fairlead.adapters.venue_session import ClOrdIdRule


class IdsExhausted(Exception):
    """Report that an id field is full; nothing may be sent under a repeated id."""


class IdFactory(Protocol):
    """Make Fairlead's ids for one venue."""

    def next(self) -> str:
        """Return an id that was never returned before. Raises IdsExhausted at the end."""

    def next_unseen(self) -> str:
        """Return an id for a request that names only its order; its venue never sees it where the rule says so."""

    def note_used(self, cl_ord_id: str) -> None:
        """Make no id that the venue would take for one at or before this one."""


def build_id_factory(rule: ClOrdIdRule, epoch: int, used: Iterable[str] = ()) -> IdFactory:
    """Return the factory of a rule; ``used`` are the ids at the venue that the books know."""
    if not rule.is_rising:
        return ClOrdIdFactory(rule, epoch)
    factory = RisingIdFactory(rule, epoch)
    for cl_ord_id in used:
        factory.note_used(cl_ord_id)
    return factory


class RisingIdFactory:
    """Make whole numbers, each above all before it: those of this process, of the books, and of the venue's word."""

    def __init__(self, rule: ClOrdIdRule, epoch: int) -> None:
        self._highest = rule.highest
        self._last = 0
        self._unseen = OwnIds("C", epoch)

    def next(self) -> str:
        """Return the next number. Raises IdsExhausted beyond the rule's highest."""
        if self._last >= self._highest:
            raise IdsExhausted(f"all numbers up to {self._highest} were used")
        self._last += 1
        return str(self._last)

    def next_unseen(self) -> str:
        """Return an id that is no number and uses none up."""
        return self._unseen.next()

    def note_used(self, cl_ord_id: str) -> None:
        """Go on above this number; what is no number, or beyond the rule's highest, is passed over."""
        if cl_ord_id.isascii() and cl_ord_id.isdigit() and int(cl_ord_id) <= self._highest:
            self._last = max(self._last, int(cl_ord_id))


class ClOrdIdFactory:
    """Make Fairlead's ClOrdIDs for one venue, in the form that the venue allows.

    An id is the rule's prefix, the epoch and the counter, both written in the rule's alphabet at fixed width: of the
    characters that the prefix leaves, two in five (at least one) hold the epoch, the rest the counter. Fourteen
    letters and digits give 36^5 starts of 36^9 orders; eight digits a thousand starts of a hundred thousand orders.
    Raises ValueError for a rule without room or with a repeated character, IdsExhausted for an epoch too high.
    """

    def __init__(self, rule: ClOrdIdRule, epoch: int) -> None:
        room = rule.length - len(rule.prefix)
        if room < 2:
            raise ValueError(f"prefix {rule.prefix!r} leaves {room} of {rule.length} characters, expected 2 at least")
        if len(rule.alphabet) < 2 or len(set(rule.alphabet)) != len(rule.alphabet):
            raise ValueError(f"alphabet {rule.alphabet!r} received, expected two or more different characters")
        if epoch < 0:
            raise ValueError(f"epoch {epoch} received, expected 0 or more")
        self._alphabet = rule.alphabet
        epoch_width = max(1, room * 2 // 5)
        self._counter_width = room - epoch_width
        self._end = len(rule.alphabet) ** self._counter_width
        if epoch >= len(rule.alphabet) ** epoch_width:
            raise IdsExhausted(f"epoch {epoch} does not fit {epoch_width} characters of {len(rule.alphabet)}")
        self._stem = rule.prefix + self._digits(epoch, epoch_width)
        self._next = 0
        self._stem_of = -1
        self._round_stem = ""
        self._unseen = OwnIds("C", epoch) if rule.has_unseen else None

    def next(self) -> str:
        """Return an id that was never returned before. Raises IdsExhausted at the end of the counter."""
        if self._next >= self._end:
            raise IdsExhausted(f"{self._end} ids were made in this epoch, which is all that {self._stem!r} has")
        turn, digit = divmod(self._next, len(self._alphabet))
        if turn != self._stem_of:
            # all digits but the last are written once for all the ids that share them
            self._stem_of = turn
            self._round_stem = self._stem + self._digits(turn, self._counter_width - 1)
        self._next += 1
        return self._round_stem + self._alphabet[digit]

    def next_unseen(self) -> str:
        """Return an id with a hyphen where the rule has such, else one like any other."""
        return self.next() if self._unseen is None else self._unseen.next()

    def note_used(self, cl_ord_id: str) -> None:
        """Go on after this id where it is of this epoch: a venue remembers it, though our journal was lost."""
        counter = cl_ord_id.removeprefix(self._stem)
        if len(cl_ord_id) - len(counter) != len(self._stem) or len(counter) != self._counter_width:
            return
        number = 0
        for digit in counter:
            value = self._alphabet.find(digit)
            if value < 0:
                return
            number = number * len(self._alphabet) + value
        self._next = max(self._next, number + 1)

    def _digits(self, number: int, width: int) -> str:
        base = len(self._alphabet)
        digits = []
        for _ in range(width):
            number, digit = divmod(number, base)
            digits.append(self._alphabet[digit])
        return "".join(reversed(digits))


class OwnIds:
    """Make Fairlead's OrderIDs and ExecIDs towards strategies: a letter, the epoch, a hyphen, a counter."""

    def __init__(self, letter: str, epoch: int) -> None:
        self._stem = f"{letter}{epoch}-"
        self._last = 0

    def next(self) -> str:
        """Return an id that was never returned before."""
        self._last += 1
        return f"{self._stem}{self._last}"
