"""Keep own orders from trading with each other: refuse the later one, or stamp it for the venue's own prevention.

The words of a limits row are ``limits_parameters.SELF_MATCH``. Only orders at the same venue are looked at: elsewhere
they can't meet.
"""

from collections.abc import Callable
from typing import Final

import cython

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.own_orders_cy import OwnOrders, OwnSide, crossing_rank, is_stop
from fairlead.gateway.risk.subject_cy import Refused, Subject

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
BUY = 49

Scope = Callable[[Subject, Order], bool]
"""Tell whether an own order is one that the subject must not trade with."""


def _same_strategy(subject: Subject, order: Order) -> bool:
    return order.strategy == subject.strategy


def _same_account(subject: Subject, order: Order) -> bool:
    return order.account == subject.account


def _same_firm(subject: Subject, order: Order) -> bool:
    return True


BLOCKING: Final[dict[str, Scope]] = {
    "block_strategy": _same_strategy,
    "block_account": _same_account,
    "block": _same_firm,
}
"""Words that refuse, and against whose orders."""
STAMP: Final = "stamp"


class SelfMatchCheck(Check):
    """Judge by the row's word. Own orders are looked up only while some row ``is_needed``."""

    def __init__(self, ledger: Ledger, is_needed: "Callable[[], bool]") -> None:
        self._ledger = ledger
        self._is_needed = is_needed
        self._own = OwnOrders()
        self._follows = False
        ledger.watch(self.follow)
        self.rebuild()

    def rebuild(self) -> None:
        """Look for all own orders anew: the books were restored, or other limits are in force."""
        self._own.clear()
        self._follows = self._is_needed()
        if self._follows:
            for order in self._ledger.orders():
                if not order.is_ended or order.requests:
                    self._own.follow(order)

    def follow(self, order: Order) -> None:
        """Keep up with an order."""
        if self._follows:
            self._own.follow(order)

    def judge(self, subject: Subject) -> "Refused | None":
        """Refuse an order that could trade with an own one, or stamp it."""
        policy: str = subject.limits.self_match
        if not policy or policy == "off":
            return None
        if policy == STAMP:
            return _stamp(subject)
        request: NewOrder = subject.request
        # a stop order is not in the market yet
        if is_stop(request.ord_type) and (subject.order is None or not _has_triggered(subject.order)):
            return None
        is_buy: cython.bint = request.side == BUY
        others: OwnSide = self._own.side(subject.venue, request.symbol, not is_buy)
        rank: cython.longlong = crossing_rank(request.price, is_buy)
        if not others.may_cross(rank):
            return None
        return _crossed(subject, others, rank)


def _crossed(subject: Subject, others: OwnSide, rank: cython.longlong) -> "Refused | None":
    """Refuse for the first own order that would trade and that the row's word is about."""
    scope = BLOCKING[subject.limits.self_match]
    for order in others.crossing(rank):
        if scope(subject, order):
            return _refused(subject, order)
    return None


def _has_triggered(order: Order) -> bool:
    return order.is_triggered or order.cum_qty > 0


def _stamp(subject: Subject) -> "Refused | None":
    """Put the venue's own fields on the order; a replace carries those of its order."""
    fields: "tuple[tuple[str, str], ...]" = subject.session.capabilities.self_match_fields if subject.session else ()
    if not fields:
        text = f"self_match is stamp, and the profile of venue {subject.venue} has no self_match_fields"
        return Refused(Refusal.SELF_MATCH, text, STAMP, subject.venue, subject.limits.row_of("self_match"))
    request: NewOrder = subject.request
    tags = {tag for tag, _ in fields}
    if subject.order is None:
        request.extras = tuple(pair for pair in request.extras if pair[0] not in tags) + fields
    return None


def _refused(subject: Subject, order: Order) -> Refused:
    request: NewOrder = subject.request
    own, other = _price_text(request.price), _price_text(order.terms.price)
    verb = "buys" if order.side == BUY else "sells"
    text = (
        f"{request.cl_ord_id} at {own} could trade with own order {order.order_id} ({order.cl_ord_id} of "
        f"{order.strategy}), which {verb} at {other} at {subject.venue}"
    )
    return Refused(Refusal.SELF_MATCH, text, other, own, subject.limits.row_of("self_match"))


def _price_text(px: int) -> str:
    return "any price" if px == ABSENT else fixed_to_str(px)
