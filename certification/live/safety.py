"""Cap what a live run sends."""

from __future__ import annotations

from decimal import Decimal

from fairlead.certification.live.configuration import LiveConfig
from fairlead.certification.model.verdicts import Blocked


class Safety:
    """Count what a run may send: orders and replaces, and how much in one of them."""

    def __init__(self, config: LiveConfig) -> None:
        self._most_qty = config.max_quantity
        self._most = config.max_orders
        self.sent = 0

    def allow(self, qty: Decimal) -> None:
        """Count one more. Raises Blocked where it may not be sent."""
        if qty > self._most_qty:
            raise Blocked(f"quantity {qty} is above safety.max_quantity {self._most_qty}: not sent")
        if self.sent >= self._most:
            raise Blocked(f"safety.max_orders is {self._most}, and so many were sent in this run")
        self.sent += 1
