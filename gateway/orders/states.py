"""Hold the order state machine: one table, from state and event to the next state.

An order's state is an OrdStatus without the pending ones: whether a cancel or a replace is in flight is a matter of
the requests, and any number of them may be, in any state. So "fill while a cancel is pending" is no case of its
own here: the fill moves the state, the request stays in flight until the venue answers it, and a refused request
leaves nothing to restore because nothing was changed for it. Towards strategies ``Order.ord_status`` lays the pending
statuses over the state, as FIX ranks them.

Quantities come first: executions are booked (or taken back) before the table is asked, and wherever the order trades,
the state follows from OrderQty and CumQty. That settles fills before the acknowledgement, replaces that raise a filled
order or cut a live one to what is done, and corrections, all with one rule, ``BY_QTY``:

    CumQty = 0: NEW        0 < CumQty < OrderQty: PARTIALLY_FILLED        CumQty >= OrderQty: FILLED

An ended order still takes executions, busts and corrections; they are facts. A late fill or a correction ends a
canceled or expired order as FILLED where it completes it, and otherwise changes no state (``FILL_OR_STAY``). A filled
order that loses an execution may live again or not, venues differ: the venue's own OrdStatus in that report decides
(``BY_VENUE``). The same holds wherever a venue speaks of an order that the books have as ended: a replace, a
restatement (a GTC order renewed in the morning), an acceptance or a fill of an order thought refused, a status
report. A late acknowledgement, a cancel of what is filled, a reject of what is done change nothing.

``BY_VENUE`` never believes FILLED without the executions: it is by quantity where the venue's status is a living one
or FILLED, the venue's status where that is an end, and no change where it says nothing.

DONE_FOR_DAY ends a day order; one good till cancel or till a date is only asleep.
"""

from typing import Final

# Events: what a report means for an order.
NOTE: Final = 0
"""Something said that changes no state: pending, calculated, a refused cancel."""
ACCEPT: Final = 1
FILL: Final = 2
BUST: Final = 3
CORRECT: Final = 4
REJECT: Final = 5
CANCEL: Final = 6
REPLACE: Final = 7
RESTATE: Final = 8
DONE: Final = 9
EXPIRE: Final = 10
SUSPEND: Final = 11
STOP: Final = 12
TRIGGER: Final = 13
STATUS: Final = 14

EVENTS: Final = tuple(range(15))

# States: OrdStatus codes.
NEW: Final = ord("0")
PARTIALLY_FILLED: Final = ord("1")
FILLED: Final = ord("2")
DONE_FOR_DAY: Final = ord("3")
CANCELED: Final = ord("4")
STOPPED: Final = ord("7")
REJECTED: Final = ord("8")
SUSPENDED: Final = ord("9")
PENDING_NEW: Final = ord("A")
EXPIRED: Final = ord("C")

# Rules, where a state's name is not enough.
STAY: Final = 0
BY_QTY: Final = 1
BY_VENUE: Final = 2
FILL_OR_STAY: Final = 3

_LIVE: Final = {
    NOTE: STAY,
    ACCEPT: BY_QTY,
    FILL: BY_QTY,
    BUST: BY_QTY,
    CORRECT: BY_QTY,
    REJECT: REJECTED,
    CANCEL: CANCELED,
    REPLACE: BY_QTY,
    RESTATE: BY_VENUE,
    DONE: DONE_FOR_DAY,
    EXPIRE: EXPIRED,
    SUSPEND: SUSPENDED,
    STOP: STOPPED,
    TRIGGER: BY_QTY,
    STATUS: BY_VENUE,
}

_HELD: Final = _LIVE | {ACCEPT: BY_VENUE, FILL: BY_VENUE, BUST: STAY, CORRECT: FILL_OR_STAY, REPLACE: BY_VENUE}

_DEAD: Final = dict.fromkeys(EVENTS, STAY) | {
    FILL: FILL_OR_STAY,
    CORRECT: FILL_OR_STAY,
    REPLACE: BY_VENUE,
    RESTATE: BY_VENUE,
    STATUS: BY_VENUE,
}

TRANSITIONS: Final = {
    PENDING_NEW: _LIVE,
    NEW: _LIVE,
    PARTIALLY_FILLED: _LIVE,
    SUSPENDED: _HELD,
    STOPPED: _HELD,
    FILLED: _DEAD | {FILL: STAY, BUST: BY_VENUE, CORRECT: BY_VENUE, REPLACE: BY_QTY},
    CANCELED: _DEAD,
    EXPIRED: _DEAD,
    DONE_FOR_DAY: _DEAD | {ACCEPT: BY_VENUE, CANCEL: CANCELED, EXPIRE: EXPIRED, TRIGGER: BY_VENUE},
    REJECTED: _DEAD | {ACCEPT: BY_VENUE, FILL: BY_VENUE, CORRECT: BY_VENUE},
}
"""The table. Each state answers each event."""

# What BY_VENUE makes of the venue's OrdStatus; a status that is not here says nothing.
BY_VENUE_STATUS: Final = {
    NEW: BY_QTY,
    PARTIALLY_FILLED: BY_QTY,
    ord("5"): BY_QTY,  # Replaced
    ord("6"): BY_QTY,  # PendingCancel
    ord("E"): BY_QTY,  # PendingReplace
    ord("D"): BY_QTY,  # AcceptedForBidding
    FILLED: FILL_OR_STAY,
    STOPPED: STOPPED,
    SUSPENDED: SUSPENDED,
    DONE_FOR_DAY: DONE_FOR_DAY,
    CANCELED: CANCELED,
    REJECTED: REJECTED,
    EXPIRED: EXPIRED,
}

ENDED: Final = frozenset((FILLED, CANCELED, REJECTED, EXPIRED))
"""Ends whatever the time in force; DONE_FOR_DAY joins them unless the order is in CARRIED."""

CARRIED: Final = frozenset((ord("1"), ord("6")))
"""TimeInForce codes of orders that sleep over night: good till cancel, good till date."""


def by_quantity(order_qty: int, cum_qty: int) -> int:
    """Return the state of an order that trades."""
    if cum_qty >= order_qty:
        return FILLED
    return PARTIALLY_FILLED if cum_qty > 0 else NEW


def next_state(state: int, event: int, venue_status: int, order_qty: int, cum_qty: int) -> int:
    """Return the state after ``event``; quantities are those after it. ``venue_status`` is the report's OrdStatus."""
    rule = TRANSITIONS[state][event]
    if rule == BY_VENUE:
        rule = BY_QTY if cum_qty >= order_qty else BY_VENUE_STATUS.get(venue_status, STAY)
    if rule == STAY:
        return state
    if rule == BY_QTY:
        return by_quantity(order_qty, cum_qty)
    if rule == FILL_OR_STAY:
        return FILLED if cum_qty >= order_qty else state
    return rule


def is_end(state: int, time_in_force: int) -> bool:
    """Tell whether nothing remains to trade in this state."""
    return state in ENDED or (state == DONE_FOR_DAY and time_in_force not in CARRIED)
