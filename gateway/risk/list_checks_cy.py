# cython: annotation_typing=False
"""Judge by lists: what a strategy is entitled to, what nobody may trade, and whether any limit is about the order.

RTS 6 Art. 15(5), SEC 15c3-5(c)(2)(ii) and (iii): who may enter what, and what is restricted.
"""

from collections.abc import Mapping

from fairlead.codecs.vocabulary.constants import Refusal, Side
from fairlead.gateway.ports.identity import check_entitlement, check_terms
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.limits_rules import Restriction
from fairlead.gateway.risk.subject_cy import Refused, Subject, breach
from fairlead.gateway.risk.venue_dates import VenueDates

BUY = 49
MAX_REMEMBERED = 200_000
"""Combinations found allowed that are remembered; beyond, they are looked up anew."""


class Covered(Check):
    """Refuse what no row of the limits file is about, where the file must have one (``require``)."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Look whether the limits cover the order."""
        if subject.limits.is_covered:
            return None
        text = "no row of the limits file is about this order, expected one"
        return breach("limits", Refusal.NO_LIMITS, subject, "", text)


class Restricted(Check):
    """Refuse what is on the restricted list, by symbol, side, strategy or account, and date."""

    def __init__(self, dates: VenueDates) -> None:
        self._dates = dates
        self._by_symbol: "dict[str, tuple[Restriction, ...]]" = {}

    def use(self, by_symbol: "Mapping[str, tuple[Restriction, ...]]") -> None:
        """Take this list from now on."""
        self._by_symbol = dict(by_symbol)

    def judge(self, subject: Subject) -> "Refused | None":
        """Look for an entry that covers the order."""
        entries = self._by_symbol.get(subject.request.symbol)
        if entries is None:
            return None
        day = self._dates.date_of(subject.venue, subject.utc_ns)
        for entry in entries:
            if entry.covers(subject.request.side, subject.strategy, subject.account, day):
                side = Side(subject.request.side).name.lower()
                text = f"{entry.symbol} is restricted for {side}: {entry.reason}"
                return breach("restricted", Refusal.RESTRICTED, subject, "", text, entry.reason, side)
        return None


class Allowed:
    """Hold what a strategy was found entitled to; found at the limits of the orders that it was about last."""

    def __init__(self, subject: Subject) -> None:
        request = subject.request
        self.strategy = subject.strategy
        self.account = subject.account
        self.venue = subject.venue
        self.symbol = request.symbol
        self.side = request.side
        self.ord_type = request.ord_type
        self.time_in_force = request.time_in_force

    def fits(self, subject: Subject) -> bool:
        """Tell whether an order asks for the same."""
        request = subject.request
        return (
            self.symbol == request.symbol
            and self.strategy == subject.strategy
            and self.account == subject.account
            and self.venue == subject.venue
            and self.side == request.side
            and self.ord_type == request.ord_type
            and self.time_in_force == request.time_in_force
        )


class Entitled(Check):
    """Refuse what the strategy is not entitled to: account, venue, symbol, side, order type, time in force, kind.

    What was found allowed is remembered, and the last of each side at the limits too, where no tuple has to be made.
    """

    def __init__(self) -> None:
        self._allowed: "set[tuple[str, str, str, str, int, int, int]]" = set()

    def judge(self, subject: Subject) -> "Refused | None":
        """Look the order up among what was found allowed, else judge it."""
        limits = subject.limits
        allowed = limits.allowed_to_buy if subject.request.side == BUY else limits.allowed_to_sell
        if allowed is not None and allowed.fits(subject):
            return None
        return self._judge_anew(subject)

    def _judge_anew(self, subject: Subject) -> "Refused | None":
        request = subject.request
        key = (
            subject.strategy, subject.account, subject.venue, request.symbol,
            request.side, request.ord_type, request.time_in_force,
        )  # fmt: skip
        if key not in self._allowed:
            kind = subject.instrument.security_type if subject.instrument is not None else ""
            identity = subject.identity
            text = check_entitlement(identity, subject.account, subject.venue, request.symbol)
            text = text or check_terms(identity, request.side, request.ord_type, request.time_in_force, kind)
            if text:
                return Refused(Refusal.NOT_ENTITLED, text)
            if len(self._allowed) >= MAX_REMEMBERED:
                self._allowed.clear()
            self._allowed.add(key)
        if request.side == BUY:
            subject.limits.allowed_to_buy = Allowed(subject)
        else:
            subject.limits.allowed_to_sell = Allowed(subject)
        return None
