"""Join the checks on conduct and the trips to the order path and the kill switch."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from fairlead.gateway.config.trip_keys import Trip as TripKeys
from fairlead.gateway.kill.blocks import Block, Scope
from fairlead.gateway.kill.switch import KillSwitch
from fairlead.gateway.risk.check_order import CHECK_NAMES
from fairlead.gateway.risk.conduct import fill_places
from fairlead.gateway.risk.decisions import RiskDecisions
from fairlead.gateway.risk.subject_cy import Refused, Subject
from fairlead.gateway.risk.trips import AUTO, NS_PER_S, Trip, Trips

if TYPE_CHECKING:
    from fairlead.gateway.assembly import Gateway

REPEATED: Final = AUTO + "repeated_execution"
COUNTED: Final = frozenset(CHECK_NAMES[CHECK_NAMES.index("lot") : CHECK_NAMES.index("self_match") + 1])
"""Checks whose refusals count for a trip: those on the order, not those on the state of the world."""


class Trigger:
    """Engage the kill switch, and end what a trigger itself has set."""

    def __init__(self, switch: KillSwitch) -> None:
        self._switch = switch

    def engage(self, scope: Scope, by: str, reason: str, now_ns: int, utc_ns: int, *, cancel: bool = True) -> str:
        """Block what is in scope, end its orders with ``cancel``, and return the kill's id."""
        return self._switch.engage(scope, by, reason, now_ns, utc_ns, cancel=cancel)

    def blocks_on(self, scope: Scope) -> list[Block]:
        """Return the blocks in force on just this scope."""
        return [kill.block for kill in self._switch.kills.values() if kill.blocks and kill.block.scope == scope]

    def lift(self, block_id: str, by: str, reason: str, utc_ns: int) -> None:
        """End a kill; orders that still live are cancelled no further."""
        self._switch.release(block_id, by, "", reason, utc_ns, with_live=True)

    def disable(self, strategy: str, reason: str, now_ns: int, utc_ns: int) -> str:
        """Disable a strategy that repeats itself; return the kill's id."""
        return self.engage(Scope(strategy=strategy), REPEATED, reason, now_ns, utc_ns)

    def disabled_utc_ns(self) -> Mapping[str, int]:
        """Return when each strategy was disabled last for repeating itself, whether it may go on by now or not."""
        found: dict[str, int] = {}
        for kill in (*self._switch.past, *self._switch.kills.values()):
            if kill.block.by == REPEATED:
                strategy = kill.block.scope.strategy
                found[strategy] = max(kill.block.since_utc_ns, found.get(strategy, 0))
        return found


def build_conduct(gateway: "Gateway") -> None:
    """Fill the places of duplicates, repeated executions and message rates, and watch by ``[[risk.trips]]``.

    Limits are in force and exposure counts already: what it counts after an execution, the trips look at.
    """
    path, book, trigger = gateway.path, gateway.limits.book, Trigger(gateway.kill)
    times = gateway.clock.now_ns(), gateway.clock.utc_ns()
    fill_places(path.checks, gateway.ledger, book, trigger.disable, trigger.disabled_utc_ns, times)
    rules = [build_trip(keys) for keys in gateway.config.risk.trips]
    if not rules:
        return
    path.trips = trips = Trips(rules, trigger, book.limits_for, gateway.watch.alert)
    gateway.ledger.watch(trips.note_change)
    decisions = path.checks.decisions
    if isinstance(decisions, RiskDecisions):
        watch_refusals(decisions, trips)


def watch_refusals(decisions: RiskDecisions, trips: Trips) -> None:
    """Tell the trips of refusals by checks on orders."""

    def listen(check: str, subject: Subject, refused: Refused) -> None:
        if check in COUNTED:
            cl_ord_id = subject.request.cl_ord_id
            trips.refused(check, subject.strategy, cl_ord_id, refused.text, subject.now_ns, subject.utc_ns)

    decisions.watch(listen)


def build_trip(keys: TripKeys) -> Trip:
    """Return a rule as the trips know it."""
    return Trip(
        name=keys.name,
        on=keys.on,
        strategies=frozenset(keys.strategies),
        count=keys.count or 1,
        window_ns=int((keys.window_s or 0) * NS_PER_S),
        at_venue=keys.at_venue,
        cancel=keys.cancel,
        release=keys.release,
    )
