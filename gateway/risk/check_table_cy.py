"""Keep the one table of checks that every new order and replace passes, in their order.

``CHECKS`` says in which order checks are asked, whoever fills them: a part of the gateway fills its places with
``fill`` when it is built. A place that nobody filled is not asked. The first refusal ends it.
"""

from collections.abc import Callable
from typing import Final, Protocol

import cython

from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk import entry_checks_cy as entry
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.subject_cy import Refused, Subject

Check = Callable[[Subject], Refused | None]

NEW: Final = 1
REPLACE: Final = 2
BOTH: Final = 3

CHECKS: Final[tuple[tuple[str, int], ...]] = (
    # the state of the world
    ("stopping", NEW),
    ("kill", BOTH),
    ("gate", BOTH),
    ("cl_ord_id", NEW),
    # the instrument
    ("symbol", NEW),
    ("venue", NEW),
    ("entitlement", BOTH),
    ("limits", BOTH),
    ("lot", BOTH),
    ("tick", BOTH),
    ("restricted", BOTH),
    ("market_state", BOTH),
    ("phase", BOTH),
    ("short_sale", BOTH),
    # the order
    ("max_quantity", BOTH),
    ("max_notional", BOTH),
    ("collar", BOTH),
    ("drift", BOTH),
    ("duplicate", BOTH),
    ("repeated", BOTH),
    # what it adds to
    ("message_rate", BOTH),
    ("open_orders", BOTH),
    ("position", BOTH),
    ("credit", BOTH),
    ("capital", BOTH),
    ("self_match", BOTH),
    # the venue
    ("capabilities", BOTH),
    ("session", NEW),
)
"""Every check by name, in the order in which they are asked, and what each is asked about."""

CHECK_NAMES: Final = tuple(name for name, _ in CHECKS)

MAY_BE_OVERRIDDEN: Final = frozenset(
    ("restricted", "max_quantity", "max_notional", "collar", "drift", "duplicate", "position", "credit", "capital")
)
"""Checks that two people may override for one order; the others state facts, or the law."""

COUNTERS: Final = tuple(f"risk.{name}.{result}" for name in CHECK_NAMES for result in ("refused", "warned"))
"""Names of the counters' slots."""


class Decisions(Protocol):
    """Take down what the checks found."""

    def refused(self, check: str, subject: Subject, refused: Refused) -> None:
        """Record a refusal."""

    def warned(self, subject: Subject) -> None:
        """Record the warnings of an order that goes."""


class Overrides(Protocol):
    """Know which orders may pass which check."""

    def covers(self, subject: Subject, check_name: str) -> bool:
        """Tell whether two people have allowed this order past this check."""


class CheckTable:
    """Ask the checks, but for those that the limits switch off (``LimitSet.off``).

    ``find_limits(strategy, account, venue, symbol)`` returns a LimitSet, None: nothing is limited.

    ``decisions`` takes down refusals and warnings, ``overrides`` knows orders that may pass a check; both may be None.
    """

    def __init__(self) -> None:
        self.find_limits: "Callable[[str, str, str, str], LimitSet] | None" = None
        self.decisions: "Decisions | None" = None
        self.overrides: "Overrides | None" = None
        self._filled: "dict[str, Check]" = dict(entry.CHECKS)
        self._sent_noters: "list[Callable[[Subject], object]]" = []
        self._cancel_noters: "list[Callable[[Order, LimitSet, int], object]]" = []
        self._no_limits = LimitSet(0)
        self._new_orders: "tuple[tuple[str, Check], ...]" = ()
        self._replaces: "tuple[tuple[str, Check], ...]" = ()
        self._arrange()

    def fill(
        self,
        name: str,
        check: "Check | None",
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
            self._filled[name] = check
        if note_sent is not None:
            self._sent_noters.append(note_sent)
        if note_cancel is not None:
            self._cancel_noters.append(note_cancel)
        self._arrange()

    def _arrange(self) -> None:
        asked = [(name, about, self._filled[name]) for name, about in CHECKS if name in self._filled]
        self._new_orders = tuple((name, check) for name, about, check in asked if about & NEW)
        self._replaces = tuple((name, check) for name, about, check in asked if about & REPLACE)

    def limits_for(self, strategy: str, account: str, venue: str, symbol: str) -> LimitSet:
        """Return the limits that an order meets."""
        if self.find_limits is None:
            return self._no_limits
        return self.find_limits(strategy, account, venue, symbol)

    def check(self, subject: Subject) -> "Refused | None":
        """Return the first refusal that no override covers, None where the request may go."""
        asked = self._new_orders if subject.order is None else self._replaces
        off = subject.limits.off
        for name, check in asked:
            if off and name in off:
                continue
            refused = check(subject)
            if refused is None or self._is_overridden(subject, name, refused):
                continue
            if self.decisions is not None:
                self.decisions.refused(refused.check or name, subject, refused)
            return refused
        return None

    def _is_overridden(self, subject: Subject, name: str, refused: Refused) -> cython.bint:
        """Tell whether an override lets the order pass what a check refused."""
        check_name: str = refused.check or name
        if self.overrides is None or check_name not in MAY_BE_OVERRIDDEN:
            return False
        return self.overrides.covers(subject, check_name)

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
