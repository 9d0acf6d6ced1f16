"""Make ids that never repeat, across restarts too, without looking anything up.

Every id is the journal's epoch (one more at each start) in a field of fixed width, then a counter in a field of fixed
width: two ids that differ in either differ, and no epoch's ids meet another's.
"""

from fairlead.adapters.venue_session import ClOrdIdRule


class IdsExhausted(Exception):
    """Report that an id field is full; nothing may be sent under a repeated id."""


class ClOrdIdFactory:
    """Make Fairlead's ClOrdIDs for one venue, in the form that the venue allows.

    Of the characters that the prefix leaves, two in five (at least one) hold the epoch, the rest the counter.
    Raises ValueError for a rule without room, IdsExhausted for an epoch that does not fit.
    """

    def __init__(self, rule: ClOrdIdRule, epoch: int) -> None:
        raise NotImplementedError

    def next(self) -> str:
        """Return an id that was never returned before. Raises IdsExhausted at the end of the counter."""
        raise NotImplementedError
