"""Say in FIX what becomes of orders: the bodies of ExecutionReport(8) and OrderCancelReject(9), by version."""

from __future__ import annotations

from decimal import Decimal

from fairlead.certification.gateway.fix_names import ORD_TYPES, SIDES, STATUSES, TIMES_IN_FORCE
from fairlead.certification.gateway.venue_side import Booked, Card, Saying
from fairlead.certification.venues.wire import Field, WireMessage

# word: ExecType(150) of FIX 4.2, of FIX 4.4. "=": as OrdStatus(39).
_EXEC_TYPES = {
    "accepted": ("0", "0"), "pending_new": ("A", "A"), "filled": ("=", "F"), "canceled": ("4", "4"),
    "replaced": ("5", "5"), "pending_cancel": ("6", "6"), "pending_replace": ("E", "E"), "rejected": ("8", "8"),
    "expired": ("C", "C"), "done_for_day": ("3", "3"), "restated": ("D", "D"), "status": ("=", "I"),
    "busted": ("=", "H"), "corrected": ("=", "G"), "triggered": ("0", "0"),
}  # fmt: skip
# word: OrdStatus(39) where it is not the order's own.
_STATUSES = {"pending_new": "A", "pending_cancel": "6", "pending_replace": "E"}
_TRANSACTIONS = {"busted": "1", "corrected": "2", "status": "3"}
_WITH_ORIGINAL = frozenset(("canceled", "replaced", "pending_cancel", "pending_replace"))


def text_of(value: Decimal) -> str:
    """Return a number as FIX has it: no exponent, no zeros that say nothing."""
    return f"{value.normalize():f}"


class FixReports:
    """Make bodies for one version."""

    def __init__(self, is_fix42: bool) -> None:
        self.is_fix42 = is_fix42

    def report(self, saying: Saying, exec_id: str, stamp: str) -> list[Field]:
        """Return an ExecutionReport's fields from OrderID on."""
        booked, what = saying.booked, saying.what
        status = _STATUSES.get(what) or STATUSES[booked.status]
        if what == "replaced" and self.is_fix42 and status == "0":
            status = "5"
        exec_type = _EXEC_TYPES[what][0 if self.is_fix42 else 1]
        if what == "filled" and self.is_fix42:
            # an order that has ended stays so, though an execution of it is reported
            exec_type = "2" if status == "2" else "1"
        body: list[Field] = [(37, booked.order_id), (11, saying.card.venue_id)]
        if saying.before is not None and what in _WITH_ORIGINAL:
            body.append((41, saying.before.venue_id))
        body.append((17, exec_id))
        if self.is_fix42:
            body.append((20, _TRANSACTIONS.get(what, "0")))
        if saying.trade is not None and what in ("busted", "corrected"):
            body.append((19, saying.trade.exec_id))
        body += [(150, status if exec_type == "=" else exec_type), (39, status)]
        body += self._terms(booked, saying.card)
        body += self._amounts(booked, saying)
        if saying.text:
            body.append((58, saying.text))
        return [*body, (60, stamp), *((int(tag), str(value)) for tag, value in saying.extra.items())]

    def _terms(self, booked: Booked, card: Card) -> list[Field]:
        message = card.message
        body: list[Field] = [(55, _of(message, 55, card.symbol))]
        body += [(tag, message.get(tag)) for tag in (48, 22) if message is not None and tag in message]
        body += [(54, SIDES[booked.card.side]), (38, text_of(booked.qty)), (40, ORD_TYPES[booked.card.ord_type])]
        if booked.px is not None:
            body.append((44, text_of(booked.px)))
        if booked.card.stop_px is not None:
            body.append((99, text_of(booked.card.stop_px)))
        return [*body, (59, TIMES_IN_FORCE[booked.card.tif])]

    def _amounts(self, booked: Booked, saying: Saying) -> list[Field]:
        trade, body = saying.trade, list[Field]()
        if trade is not None and saying.what in ("filled", "busted", "corrected"):
            body += [(32, text_of(trade.qty)), (31, text_of(trade.px))]
        if saying.what == "rejected" or saying.reason:
            tag = 378 if saying.what == "restated" else 103
            body.append((tag, saying.reason or "0"))
        return [*body, (151, text_of(booked.leaves)), (14, text_of(booked.cum)), (6, text_of(booked.avg_px))]

    def cancel_reject(self, booked: Booked | None, card: Card, before: Card, saying: Saying, stamp: str) -> list[Field]:
        """Return an OrderCancelReject's fields."""
        body: list[Field] = [(37, booked.order_id if booked else "NONE"), (11, card.venue_id), (41, before.venue_id)]
        body += [(39, STATUSES[booked.status] if booked else "8")]
        body += [(434, "2" if card.kind == "replace" else "1"), (102, saying.reason or "0")]
        if saying.text:
            body.append((58, saying.text))
        return [*body, (60, stamp)]

    def unknown_order(self, card: Card, exec_id: str, text: str, stamp: str) -> list[Field]:
        """Return what a venue says to a question about an order that it does not know."""
        body: list[Field] = [(37, "NONE"), (11, card.venue_id), (17, exec_id)]
        if self.is_fix42:
            body.append((20, "3"))
        body += [(150, "8" if self.is_fix42 else "I"), (39, "8"), (103, "5"), (55, _of(card.message, 55, card.symbol))]
        body += [(54, _of(card.message, 54, "1")), (38, "0"), (151, "0"), (14, "0"), (6, "0")]
        return [*body, (58, text or "unknown order"), (60, stamp)]


def _of(message: WireMessage | None, tag: int, otherwise: str) -> str:
    return message.get(tag, otherwise) if message is not None else otherwise
