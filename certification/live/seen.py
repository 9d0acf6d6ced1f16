"""Say in one form, whatever the protocol, what a venue was seen to say of an order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

PASSED_OVER = frozenset(("pending new", "pending cancel", "pending replace", "status", "mass canceled", ""))
"""What some venues say and others do not, and no case is about."""


@dataclass(slots=True)
class Seen:
    """One message of the venue's. Amounts are None where it names none; ``cl_ord_id`` is the id on the venue's wire."""

    what: str
    kind: str
    cl_ord_id: str = ""
    orig_cl_ord_id: str = ""
    order_id: str = ""
    exec_id: str = ""
    exec_ref_id: str = ""
    last_qty: Decimal | None = None
    last_px: Decimal | None = None
    order_qty: Decimal | None = None
    left_qty: Decimal | None = None
    price: Decimal | None = None
    taken_off: Decimal | None = None
    text: str = ""
    reason: str = ""
    restatement_reason: str = ""
    is_taken: bool = False

    def says(self) -> str:
        """Return it in words."""
        told = [f"{self.kind} ({self.what or 'nothing that cases are about'})"]
        told += [f"{self.last_qty} at {self.last_px}"] if self.last_qty is not None else []
        told += [f"text {self.text!r}"] if self.text else []
        return " ".join(told)
