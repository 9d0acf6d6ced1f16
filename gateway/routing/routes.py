"""Describe a route: a destination that an order may name in place of a venue."""

from dataclasses import dataclass
from typing import Final

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, OrdType, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.routing.question import BEST, POST_AND_ROTATE, SWEEP

_TIMES: Final = frozenset(
    (
        TimeInForce.DAY,
        TimeInForce.GOOD_TILL_CANCEL,
        TimeInForce.GOOD_TILL_DATE,
        TimeInForce.IMMEDIATE_OR_CANCEL,
        TimeInForce.FILL_OR_KILL,
    )
)
_IMMEDIATE: Final = frozenset((TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL))


@dataclass(frozen=True, slots=True)
class Route:
    """One route as configured; ``margin`` is in 10^-8 of money per unit, times are in nanoseconds."""

    name: str
    kind: str
    venues: tuple[str, ...] = ()
    posts_residual: bool = False
    max_levels: int = 5
    max_decisions: int = 100
    max_quote_age_ns: int = 0
    collar_bps: int = 0
    margin: int = 0
    min_rest_ns: int = 0
    iso: bool = False

    def why_not(self, order: NewOrder) -> str:
        """Return why an order can't take this route whatever the market is, ``""`` where it can."""
        head = f"route {self.name} ({self.kind})"
        if order.ord_type not in (OrdType.LIMIT, OrdType.MARKET) or order.stop_px != ABSENT:
            return f"{head}: OrdType {chr(order.ord_type)!r} received, expected 1 (market) or 2 (limit)"
        if order.time_in_force not in _TIMES:
            return f"{head}: TimeInForce {chr(order.time_in_force)!r} received, expected 0, 1, 3, 4 or 6"
        if order.ord_type == OrdType.MARKET and (not self.collar_bps or self.kind == POST_AND_ROTATE):
            return f"{head}: a market order received, expected a limit: the route has no collar_bps to bound it by"
        if self.kind == POST_AND_ROTATE and order.time_in_force in _IMMEDIATE:
            return f"{head}: TimeInForce {chr(order.time_in_force)!r} received, expected an order that may rest"
        if self.kind != BEST and order.time_in_force == TimeInForce.FILL_OR_KILL:
            return f"{head}: fill or kill received, which several orders can't promise"
        if self.kind == SWEEP:
            for name, value in (("MinQty", order.min_qty), ("MaxFloor", order.max_floor)):
                if value != ABSENT:
                    return f"{head}: {name} {fixed_to_str(value)} received, which several orders can't keep"
        return ""

    def is_immediate(self, order: NewOrder) -> bool:
        """Tell whether nothing of an order may rest anywhere."""
        return order.time_in_force in _IMMEDIATE or order.ord_type == OrdType.MARKET

    def may_post(self, order: NewOrder) -> bool:
        """Tell whether what can't be taken at once may rest at a venue."""
        return not self.is_immediate(order) and (self.kind != SWEEP or self.posts_residual)
