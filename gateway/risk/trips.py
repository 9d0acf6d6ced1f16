"""Engage the kill switch without a person, where a rule of ``[[risk.trips]]`` says so.

A trip watches one strategy at a time: how often venues reject it or risk refuses it within a window, whether its link
is there, and whether a position or credit is beyond its limit once a trade is booked (RTS 6 Art. 17(4)). It engages
the kill switch with ``by="auto:NAME"`` and journals what it saw. Times are monotonic nanoseconds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from fairlead.codecs.vocabulary.constants import ReportKind
from fairlead.gateway.kill.blocks import Block, Scope
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import DELIVER, Outcome
from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet
from fairlead.gateway.risk.limits_parameters import NOTIONAL_DECIMALS, QTY_DECIMALS, from_units
from fairlead.gateway.risk.rates_cy import LimitsFor, MessageWindow

VENUE_REJECTS: Final = "venue_rejects"
RISK_REFUSALS: Final = "risk_refusals"
LINK_LOST: Final = "link_lost"
POSITION: Final = "position"
CREDIT: Final = "credit"

AUTO: Final = "auto:"
RETURN: Final = "return"
NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Trip:
    """One rule: what it watches, of which strategies (none named: each), and what it does.

    ``count`` events within ``window_ns`` trip it. ``at_venue`` blocks the strategy at the venue that rejected it alone;
    ``cancel`` ends its orders too. ``release`` is ``person``, or ``return``: the block goes when the link is back.
    """

    name: str
    on: str
    strategies: frozenset[str] = frozenset()
    count: int = 1
    window_ns: int = 0
    at_venue: bool = False
    cancel: bool = True
    release: str = "person"

    def watches(self, strategy: str) -> bool:
        """Tell whether the rule is about a strategy."""
        return not self.strategies or strategy in self.strategies


class Switch(Protocol):
    """What a trip acts on: the kill switch."""

    def engage(self, scope: Scope, by: str, reason: str, now_ns: int, utc_ns: int, *, cancel: bool = True) -> str:
        """Block what is in scope, end its orders with ``cancel``, and return the block's id."""

    def blocks_on(self, scope: Scope) -> list[Block]:
        """Return the blocks in force on just this scope."""

    def lift(self, block_id: str, by: str, reason: str, utc_ns: int) -> None:
        """End a block that a trigger has set and may end by itself."""


Alert = Callable[..., object]
"""``alert(event, utc_ns, **fields)``: tell the log and the journal."""


class Trips:
    """Watch by the rules, and act.

    What the ledger tells comes in the middle of booking, so a breach that it shows is kept until ``venue_said`` or
    ``tick`` acts on it.
    """

    def __init__(self, rules: Iterable[Trip], switch: Switch, limits_for: LimitsFor, alert: Alert) -> None:
        self._by_kind: dict[str, list[Trip]] = {}
        for rule in rules:
            self._by_kind.setdefault(rule.on, []).append(rule)
        self._switch = switch
        self._limits_for = limits_for
        self._alert = alert
        self._windows: dict[tuple[str, str, str], MessageWindow] = {}
        self._executed: dict[tuple[str, str, str, str], Order] = {}

    # Repeated refusals

    def venue_said(self, venue: str, outcome: Outcome, now_ns: int, utc_ns: int) -> None:
        """Look at a report once it is booked and passed on."""
        report = outcome.report
        if report is not None and report.kind == ReportKind.REJECTED and outcome.verdict == DELIVER:
            seen = {"venue": venue, "cl_ord_id": report.cl_ord_id, "text": report.text}
            self._count(VENUE_REJECTS, outcome.strategy, venue, seen, now_ns, utc_ns)
        self.act(now_ns, utc_ns)

    def refused(self, check: str, strategy: str, cl_ord_id: str, text: str, now_ns: int, utc_ns: int) -> None:
        """Count a refusal by a risk check."""
        seen = {"check": check, "cl_ord_id": cl_ord_id, "text": text}
        self._count(RISK_REFUSALS, strategy, "", seen, now_ns, utc_ns)

    def _count(self, kind: str, strategy: str, venue: str, seen: dict[str, str], now_ns: int, utc_ns: int) -> None:
        for rule in self._by_kind.get(kind, ()):
            if not rule.watches(strategy):
                continue
            window = self._window(rule, strategy, venue)
            window.note(now_ns)
            if window.used(now_ns) < rule.count:
                continue
            within = f"{rule.window_ns / NS_PER_S:g} s"
            what = f"{rule.count} {kind.replace('_', ' ')} within {within}, the last: {seen['text']}"
            scope = Scope(strategy=strategy, venue=venue if rule.at_venue else "")
            self._trip(rule, scope, what, {"count": rule.count, **seen}, now_ns, utc_ns)

    def _window(self, rule: Trip, strategy: str, venue: str) -> MessageWindow:
        key = (rule.name, strategy, venue)
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = MessageWindow(rule.count, rule.window_ns, 0)
        return window

    # The link

    def strategy_lost(self, strategy: str, reason: str, now_ns: int, utc_ns: int) -> None:
        """Block a strategy whose link is gone."""
        for rule in self._by_kind.get(LINK_LOST, ()):
            if rule.watches(strategy):
                what = f"link lost: {reason}"
                self._trip(rule, Scope(strategy=strategy), what, {"reason": reason}, now_ns, utc_ns)

    def strategy_back(self, strategy: str, utc_ns: int) -> None:
        """Let a strategy go on whose link is back, where the rule says that this is enough."""
        for rule in self._by_kind.get(LINK_LOST, ()):
            if rule.release != RETURN or not rule.watches(strategy):
                continue
            by = AUTO + rule.name
            for block in self._switch.blocks_on(Scope(strategy=strategy)):
                if block.by == by:
                    self._switch.lift(block.block_id, by, "the strategy's link is back", utc_ns)

    # After the trade

    def note_change(self, order: Order) -> None:
        """Keep an order that was executed to be looked at: a listener of the ledger, after exposure's."""
        if order.executions and (POSITION in self._by_kind or CREDIT in self._by_kind):
            self._executed[order.strategy, order.account, order.venue, order.symbol] = order

    def act(self, now_ns: int, utc_ns: int) -> None:
        """Compare what executions have come to with the limits."""
        if not self._executed:
            return
        executed, self._executed = self._executed, {}
        for key, order in executed.items():
            limits = self._limits_for(*key)
            for kind, breaches in _BREACHES.items():
                for rule in self._by_kind.get(kind, ()):
                    if rule.watches(order.strategy):
                        self._trip_breached(rule, order, limits, breaches, now_ns, utc_ns)

    def _trip_breached(
        self,
        rule: Trip,
        order: Order,
        limits: LimitSet,
        breaches: "Callable[[Bucket], list[Breach]]",
        now_ns: int,
        utc_ns: int,
    ) -> None:
        for bucket in limits.buckets:
            for name, limit, value in breaches(bucket):
                what = f"{bucket.row}: {name} of {bucket.scope} is {value} after a trade, expected at most {limit}"
                seen = {
                    "row": bucket.row,
                    "limits_version": limits.version,
                    "parameter": name,
                    "limit": limit,
                    "value": value,
                    "order_id": order.order_id,
                }
                self._trip(rule, Scope(strategy=order.strategy), what, seen, now_ns, utc_ns)

    def _trip(self, rule: Trip, scope: Scope, what: str, seen: dict[str, Any], now_ns: int, utc_ns: int) -> None:
        if self._switch.blocks_on(scope):
            return
        self._alert(
            "risk_trip", utc_ns, trip=rule.name, on=rule.on, scope=str(scope), saw=seen, text=what, cancel=rule.cancel
        )
        self._switch.engage(scope, AUTO + rule.name, what, now_ns, utc_ns, cancel=rule.cancel)


Breach = tuple[str, str, str]
"""Which limit, its value, and what was found."""


def _beyond_position(bucket: Bucket) -> list[Breach]:
    found = (
        ("max_long_qty", bucket.max_long_qty, bucket.net_qty),
        ("max_short_qty", bucket.max_short_qty, -bucket.net_qty),
        ("max_gross_qty", bucket.max_gross_qty, bucket.gross_qty),
    )
    return [_breach(name, limit, value, QTY_DECIMALS) for name, limit, value in found if value > limit]


def _beyond_credit(bucket: Bucket) -> list[Breach]:
    found = (
        ("max_credit", bucket.max_credit, bucket.traded_notional),
        ("max_capital", bucket.max_capital, abs(bucket.net_notional)),
    )
    return [
        _breach(name, limit, value, NOTIONAL_DECIMALS)
        for name, limit, value in found
        if limit is not None and value > limit
    ]


def _breach(name: str, limit: int, value: int, decimals: int) -> Breach:
    return name, from_units(limit, decimals), from_units(value, decimals)


_BREACHES: Final[dict[str, Callable[[Bucket], list[Breach]]]] = {
    POSITION: _beyond_position,
    CREDIT: _beyond_credit,
}
