# cython: annotation_typing=False
"""Judge short sales: whether they may be at all, what was located for them, and their price under Reg SHO's Rule 201.

SEC 15c3-5(c)(2)(i); Reg SHO Rules 200, 201 and 203. Whether a sale is long is the strategy's word: the gateway does not
know what was held before its books began.
"""

from fairlead.adapters.market_data import MarketBook, Restriction
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.locates import Locates
from fairlead.gateway.risk.references_cy import References
from fairlead.gateway.risk.subject_cy import Refused, Subject, breach

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
# Side codes.
SELL_SHORT = 53
SELL_SHORT_EXEMPT = 54

IN_FORCE = frozenset((Restriction.IN_EFFECT, Restriction.REMAINS))
NEVER_SHORT = frozenset(("FUT", "OPT", "MLEG"))
"""Kinds of instruments of which a sale is never a short one."""


class ShortSale(Check):
    """Refuse a short sale that the row forbids, that is not located, or at the bid while its price is restricted."""

    def __init__(self, references: References, locates: Locates) -> None:
        self._references = references
        self._locates = locates

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge sides 5 and 6; the exempt one is free of the price test alone."""
        side = subject.request.side
        if side != SELL_SHORT and side != SELL_SHORT_EXEMPT:
            return None
        refused = self._permission(subject)
        if refused is None and side == SELL_SHORT:
            refused = self._price(subject)
        return refused

    def _permission(self, subject: Subject) -> "Refused | None":
        kind = subject.instrument.security_type if subject.instrument is not None else ""
        if kind in NEVER_SHORT:
            text = f"Side is {chr(subject.request.side)}, expected 2 for a sale of a {kind}"
            return _refuse(subject, text, value=kind)
        rule = subject.limits.short_sale
        if rule == "refuse":
            return _refuse(subject, "short sales are refused", "refuse", fixed_to_str(subject.request.order_qty))
        if rule != "locate":
            return None
        qty = subject.request.order_qty
        left, located = self._locates.left(
            subject.account, subject.request.symbol, subject.venue, subject.utc_ns, subject.order
        )
        if qty <= left:
            return None
        value, limit = fixed_to_str(qty), fixed_to_str(max(left, 0))
        text = f"OrderQty is {value}, expected at most the {limit} left of {fixed_to_str(located)} located today"
        return _refuse(subject, text, limit, value)

    def _price(self, subject: Subject) -> "Refused | None":
        """Hold a restricted sale above the best bid: Rule 201."""
        book = self._references.book(subject.request.symbol, subject.venue)
        known = book.status.short_restriction if book is not None else Restriction.UNKNOWN
        if book is None or known not in IN_FORCE:
            if known == Restriction.UNKNOWN and subject.limits.needs_market_state:
                text = "whether Reg SHO restricts the price is not known, expected a feed that tells"
                return breach("short_sale", Refusal.NO_REFERENCE, subject, "needs_market_state", text)
            return None
        return self._above_bid(subject, book)

    def _above_bid(self, subject: Subject, book: MarketBook) -> "Refused | None":
        price = subject.request.price
        if not book.is_reliable:
            text = f"the best bid is not known ({book.stale_reason or book.suspect_reason}), and Reg SHO asks for it"
            return breach("short_sale", Refusal.NO_REFERENCE, subject, "short_sale", text)
        if price == ABSENT:
            return _refuse(subject, "Reg SHO restricts the price, expected a limit above the best bid")
        bid_px = self._references.best_bid(subject.request.symbol)
        if bid_px == ABSENT or price > bid_px:
            return None
        value, limit = fixed_to_str(price), fixed_to_str(bid_px)
        text = f"Price is {value}, expected more than the best bid {limit}: Reg SHO restricts short sales"
        return _refuse(subject, text, limit, value)


def _refuse(subject: Subject, text: str, limit: str = "", value: str = "") -> Refused:
    return breach("short_sale", Refusal.SHORT_SALE, subject, "short_sale", text, limit, value)
