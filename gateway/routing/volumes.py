"""Count what was executed at each venue this month, by fee schedule: volume tiers go by it.

The count follows the books: it moves with each order's CumQty, so that a bust or a correction takes back what a fill
added. Months are those of UTC.
"""

from datetime import UTC, datetime
from typing import Final

from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.routing.fees import FeeBook, FeeSchedule

_DAY_NS: Final = 86_400 * 1_000_000_000


class MonthlyVolumes:
    """Hold the executed quantity (10^-8) by schedule and month; only the current month is kept."""

    def __init__(self, fees: FeeBook) -> None:
        self._fees = fees
        self._month = ""
        self._month_ends_day = -1
        self._volumes: dict[str, int] = {}
        self._counted: dict[str, int] = {}

    def note(self, order: Order, utc_ns: int) -> None:
        """Take over what an order has executed by now."""
        if not self._fees.schedules:
            return
        schedule = self._fees.schedule_of(order.venue, order.symbol, order.terms.security_type)
        if schedule is None:
            return
        delta = order.cum_qty - self._counted.get(order.order_id, 0)
        if delta:
            self._turn(utc_ns)
            self._counted[order.order_id] = order.cum_qty
            self._volumes[schedule.name] = self._volumes.get(schedule.name, 0) + delta

    def volume(self, schedule: FeeSchedule, utc_ns: int) -> int:
        """Return this month's volume of a schedule."""
        self._turn(utc_ns)
        return self._volumes.get(schedule.name, 0)

    def _turn(self, utc_ns: int) -> None:
        day = utc_ns // _DAY_NS
        if day == self._month_ends_day:
            return
        self._month_ends_day = day
        month = f"{datetime.fromtimestamp(utc_ns // 1_000_000_000, UTC):%Y-%m}"
        if month != self._month:
            self._month = month
            self._volumes.clear()

    # Memory

    def to_json(self) -> dict[str, object]:
        """Return what a checkpoint keeps: month, volumes, and what each order was counted with."""
        # sums may leave 64 bits
        volumes = {name: str(volume) for name, volume in self._volumes.items()}
        return {"month": self._month, "volumes": volumes, "counted": dict(self._counted)}

    def restore(self, kept: dict[str, object]) -> None:
        """Go on from what a checkpoint kept."""
        self._month = str(kept["month"])
        self._month_ends_day = -1
        self._volumes = _numbers(kept["volumes"])
        self._counted = _numbers(kept["counted"])

    def forget(self, known: set[str]) -> None:
        """Forget orders that the books have forgotten: nothing changes them any more."""
        self._counted = {order_id: qty for order_id, qty in self._counted.items() if order_id in known}


def _numbers(value: object) -> dict[str, int]:
    assert isinstance(value, dict)
    return {str(name): int(number) for name, number in value.items()}
