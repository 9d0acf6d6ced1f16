"""Keep what a case means beside what came of it: a case fills 100 of 300, a venue 450001 of 900003.

Amounts of a report are judged by what the venue was seen to say where the case's own numbers stand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any

from fairlead.certification.gateway.arguments import same
from fairlead.certification.gateway.venue_side import Booked
from fairlead.certification.live.configuration import LiveConfig

CASE_PX = Decimal("10.00")
"""The price that the cases' prices are around."""
_CASE_TICK = Decimal("0.01")
CASE_MOST = Decimal(10_000)
"""The most that an order may have in the cases: beyond it the gateway must refuse."""
_CLOSE = Decimal("0.000001")
"""How near a mean price must be: it has no last digit."""


def live_px(config: LiveConfig, px: Any) -> Decimal:
    """Return a case's price as it is at this venue: as many ticks from its price as the case's is cents from 10.00."""
    return config.price + (Decimal(str(px)) - CASE_PX) / _CASE_TICK * Decimal(config.tick)


def live_qty(config: LiveConfig, qty: Any, most: Decimal | None) -> Decimal:
    """Return a case's quantity in this venue's lots; one at or beyond the cases' limit is as far beyond ``most``."""
    value = Decimal(str(qty))
    if most is not None and value >= CASE_MOST:
        return most + value - CASE_MOST
    if value <= 0 or value % 1:
        return value
    return (value / config.lot).to_integral_value(ROUND_CEILING) * config.lot


@dataclass(slots=True)
class Story:
    """One order: as the case means it, as the venue has it, and each pair of values that stood for one another."""

    meant: Booked
    live: Booked
    pairs: dict[str, list[tuple[Any, Any]]] = field(default_factory=dict)

    def pair(self, name: str, meant: Any, live: Any) -> None:
        """Note that a value of the case stands for one of the venue's."""
        self.pairs.setdefault(name, []).append((meant, live))

    def pair_all(self) -> None:
        """Note how the order stands on both sides."""
        for name, attribute in (
            ("order_qty", "qty"),
            ("leaves_qty", "leaves"),
            ("cum_qty", "cum"),
            ("avg_px", "avg_px"),
            ("price", "px"),
        ):
            self.pair(name, getattr(self.meant, attribute), getattr(self.live, attribute))

    def stands_for(self, name: str, wanted: Any) -> list[Any]:
        """Return what may stand where the case wants this; nothing where it is the case's own affair."""
        if wanted in (None, "*"):
            return []
        if name in ("text", "ord_rej_reason", "cxl_rej_reason", "restatement_reason"):
            return [live for _, live in self.pairs.get(name, [])]
        return [live for meant, live in self.pairs.get(name, []) if same(meant, wanted)]

    def next_qty(self, qty: Decimal, lot: int) -> Decimal:
        """Return what a new quantity of the case's is here: above what was executed where the case's is above it.

        More is as much more; less is the same share of what is left, or of what was executed.
        """
        if qty >= self.meant.qty:
            return self.live.qty + qty - self.meant.qty
        if qty < self.meant.cum:
            return _share(self.live.cum, qty, self.meant.cum, lot)
        left = self.meant.qty - self.meant.cum
        return self.live.cum + _share(self.live.qty - self.live.cum, qty - self.meant.cum, left, lot)


def _share(whole: Decimal, part: Decimal, of: Decimal, lot: int) -> Decimal:
    return (whole * part / of / lot).to_integral_value() * lot if of else Decimal(0)


def fits(name: str, received: Any, expected: Any) -> bool:
    """Tell whether a report's value is what the venue made of it."""
    if name == "text":
        return str(expected).lower() in str(received or "").lower()
    if name == "avg_px" and received is not None:
        return abs(Decimal(str(received)) - Decimal(str(expected))) <= _CLOSE
    return same(received, expected)
