"""Keep the one table of checks that every new order and replace passes, in their order.

``check_order.CHECKS`` says in which order checks are asked, whoever fills them: a part of the gateway fills its places
with ``fill`` when it is built. A place that nobody filled is not asked. The first refusal ends it.
"""

from collections.abc import Callable
from typing import Protocol

import cython

from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk import entry_checks_cy as entry
from fairlead.gateway.risk.capabilities_cy import Taken
from fairlead.gateway.risk.check_cy import Asked, Check
from fairlead.gateway.risk.check_order import CHECK_NAMES, CHECKS, MAY_BE_OVERRIDDEN, NEW, REPLACE
from fairlead.gateway.risk.instrument_facts_cy import FactsBook
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.list_checks_cy import Entitled
from fairlead.gateway.risk.subject_cy import Refused, Subject

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1

Judge = Callable[[Subject], Refused | None]


class Decisions(Protocol):
    """Take down what the checks found."""

    def refused(self, check: str, subject: Subject, refused: Refused) -> None:
        """Record a refusal."""

    def overridden(self, check: str, subject: Subject, refused: Refused, people: "tuple[str, str]") -> None:
        """Record that an override lets an order pass, and who gave it."""

    def warned(self, subject: Subject) -> None:
        """Record the warnings of an order that goes."""


class Overrides(Protocol):
    """Know which orders may pass which check."""

    def covers(self, subject: Subject, check_name: str) -> bool:
        """Tell whether two people have allowed this order past this check."""

    def identities(self, subject: Subject) -> "tuple[str, str]":
        """Return who verified the order's override and who authorised it."""


class Place:
    """Hold a check under its name in the table."""

    def __init__(self, name: str, check: Check) -> None:
        self.name = name
        self.check = check


class CheckTable:
    """Ask the checks, but for those that the limits switch off (``LimitSet.off``).

    ``find_limits(strategy, account, venue, symbol)`` returns a LimitSet; None: nothing is limited. ``value(subject)``
    finds ``risk_px`` for an order that has no price. ``decisions`` takes down refusals and warnings, ``overrides``
    knows orders that may pass a check. Each may be None.
    """

    def __init__(self) -> None:
        self.find_limits: "Callable[[str, str, str, str], LimitSet] | None" = None
        self.value: "Callable[[Subject], object] | None" = None
        self.decisions: "Decisions | None" = None
        self.overrides: "Overrides | None" = None
        # takes down the entry of a parent: its children go out under ids and checks of their own
        self.note_parent: "Callable[[Subject], object] | None" = None
        self._filled: "dict[str, Check]" = {"entitlement": Entitled(), "capabilities": Taken()}
        self._filled |= {name: check() for name, check in entry.CHECKS.items()}
        self._sent_noters: "list[Callable[[Subject], object]]" = []
        self._cancel_noters: "list[Callable[[Order, LimitSet, int], object]]" = []
        self._no_limits = LimitSet(0)
        self._facts = FactsBook()
        self._new_orders: "tuple[Place, ...]" = ()
        self._replaces: "tuple[Place, ...]" = ()
        self._arrange()

    def fill(
        self,
        name: str,
        check: "Judge | Check | None",
        note_sent: "Callable[[Subject], object] | None" = None,
        note_cancel: "Callable[[Order, LimitSet, int], object] | None" = None,
    ) -> None:
        """Put a check in its place; None empties the place. Raises KeyError where the table has no such place.

        ``note_sent(subject)`` is called for each new order and replace that was booked, just before it is sent;
        ``note_cancel(order, limits, now_ns)`` for each cancel that is sent, whoever asked for it.
        """
        if name not in CHECK_NAMES:
            raise KeyError(f"check {name!r} received, expected one of: {', '.join(CHECK_NAMES)}")
        self._filled.pop(name, None)
        if check is not None:
            self._filled[name] = check if isinstance(check, Check) else Asked(check)
        if note_sent is not None:
            self._sent_noters.append(note_sent)
        if note_cancel is not None:
            self._cancel_noters.append(note_cancel)
        self._arrange()

    def filled(self) -> "list[tuple[str, Check]]":
        """Return the checks that are asked about new orders, in their order."""
        return [(place.name, place.check) for place in self._new_orders]

    def _arrange(self) -> None:
        asked = [(about, Place(name, self._filled[name])) for name, about in CHECKS if name in self._filled]
        self._new_orders = tuple(place for about, place in asked if about & NEW)
        self._replaces = tuple(place for about, place in asked if about & REPLACE)

    def limits_for(self, strategy: str, account: str, venue: str, symbol: str) -> LimitSet:
        """Return the limits that an order meets."""
        if self.find_limits is None:
            return self._no_limits
        return self.find_limits(strategy, account, venue, symbol)

    def check(self, subject: Subject) -> "Refused | None":
        """Return the first refusal that no override covers, None where the request may go."""
        if subject.request.price == ABSENT and subject.request.stop_px == ABSENT and self.value is not None:
            self.value(subject)
        for place in self._asked_about(subject):
            refused = place.check.judge(subject)
            if refused is None or self._is_overridden(subject, place.name, refused):
                continue
            if self.decisions is not None:
                self.decisions.refused(refused.check or place.name, subject, refused)
            return refused
        return None

    def judge(self, subject: Subject) -> "Refused | None":
        """Return what ``check`` would, and take nothing down: for an order that may never be sent."""
        for place in self._asked_about(subject):
            refused = place.check.judge(subject)
            if refused is None:
                continue
            name: str = refused.check or place.name
            if self.overrides is None or name not in MAY_BE_OVERRIDDEN or not self.overrides.covers(subject, name):
                return refused
        return None

    def _asked_about(self, subject: Subject) -> "tuple[Place, ...]":
        """Return the places whose checks are asked, and begin to judge."""
        facts = None
        if subject.instrument is not None:
            facts = self._facts.find(subject.request.symbol, subject.instrument)
        subject.begin(facts)
        places = self._new_orders if subject.order is None else self._replaces
        off = subject.limits.off
        if not off:
            return places
        return tuple([place for place in places if place.name not in off])

    def _is_overridden(self, subject: Subject, name: str, refused: Refused) -> cython.bint:
        """Tell whether an override lets the order pass what a check refused."""
        check_name: str = refused.check or name
        if self.overrides is None or check_name not in MAY_BE_OVERRIDDEN:
            return False
        if not self.overrides.covers(subject, check_name):
            return False
        if self.decisions is not None:
            self.decisions.overridden(check_name, subject, refused, self.overrides.identities(subject))
        return True

    def note_sent(self, subject: Subject) -> None:
        """Let the checks note an order or replace that is booked (``subject.booked``) and about to be sent."""
        for note in self._sent_noters:
            note(subject)
        if subject.warnings is not None and self.decisions is not None:
            self.decisions.warned(subject)

    def note_cancel(self, order: Order, now_ns: cython.longlong) -> None:
        """Let the checks count a cancel that is about to be sent; no cancel is refused by risk."""
        if not self._cancel_noters:
            return
        limits = self.limits_for(order.strategy, order.account, order.venue, order.symbol)
        for note in self._cancel_noters:
            note(order, limits, now_ns)
