# cython: annotation_typing=False
"""Judge by what the market is doing: halts, pauses, price bands, and the phase of its day.

SEC 15c3-5(c)(2)(i). The venue's own feed says it. A halt counts even from a feed that has fallen silent; any other
state does only while the book is neither stale nor suspect, and is unknown else.
"""

from collections.abc import Callable

from fairlead.adapters.market_data import SymbolStatus, TradingState
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.references_cy import References, state_of, status_of
from fairlead.gateway.risk.subject_cy import Refused, Subject, breach

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
BUY = 49
PHASES = tuple([TradingState(code).name.lower() for code in range(len(TradingState))])
"""Words for the codes of TradingState, which count from 0."""
# TradingState codes.
UNKNOWN = 0
TRADING = 1
HALTED = 2
PAUSED = 3


class MarketState(Check):
    """Refuse while trading is halted or paused, and prices beyond the bands that the feed has told.

    In a pause (LULD) orders go where the row's ``phases`` name ``paused``. A band that was told before trading resumed
    counts no more. Where nothing is known, the order goes, unless the row asks for the state (``needs_market_state``).
    """

    def __init__(self, references: References) -> None:
        self._references = references

    def judge(self, subject: Subject) -> "Refused | None":
        """Look at the state, then at the bands."""
        limits = subject.limits
        book = self._references.look(subject)
        if book is None:
            return self._unknown(subject, "no feed shows it") if limits.needs_market_state else None
        status = status_of(book)
        state = state_of(book)
        if state == HALTED or (state == PAUSED and "paused" not in limits.phases):
            name = TradingState(state).name.lower()
            text = f"{book.symbol} is {name} at {book.venue} ({status.state_code} {status.state_reason}".rstrip() + ")"
            return breach("market_state", Refusal.TRADING_STATE, subject, "needs_market_state", text, value=name)
        if status.operational_halts:
            codes = " ".join(sorted(status.operational_halts))
            text = f"{book.symbol} is under an operational halt (market {codes})"
            return breach("market_state", Refusal.TRADING_STATE, subject, "needs_market_state", text, value=codes)
        if limits.needs_market_state and (state == UNKNOWN or not subject.is_market_reliable):
            return self._unknown(subject, book.stale_reason or book.suspect_reason or "the feed has not told it")
        return self._bands(subject, status, state) if status.reference_prices else None

    def _bands(self, subject: Subject, status: SymbolStatus, state: int) -> "Refused | None":
        price = subject.request.price
        if price == ABSENT:
            return None
        is_buy = subject.request.side == BUY
        band = status.reference_prices.get("luld_upper" if is_buy else "luld_lower")
        if band is None or (state == TRADING and band.received_utc_ns < status.state_received_utc_ns):
            return None
        bound = band.price
        if price <= bound if is_buy else price >= bound:
            return None
        limit, value = fixed_to_str(bound), fixed_to_str(price)
        text = f"Price is {value}, expected {'at most' if is_buy else 'at least'} the band's {limit}"
        return breach("market_state", Refusal.TRADING_STATE, subject, "needs_market_state", text, limit, value)

    def _unknown(self, subject: Subject, why: str) -> Refused:
        text = f"the state of {subject.request.symbol} at {subject.venue} is not known: {why}"
        return breach("market_state", Refusal.NO_REFERENCE, subject, "needs_market_state", text, value="unknown")


class Phase(Check):
    """Refuse outside the phases that the row names, in the words of TradingState.

    ``is_open(venue)`` tells whether the venue's schedule has it open: where no feed shows the symbol there, an open
    venue counts as trading, a closed one as closed.
    """

    def __init__(self, references: References, is_open: "Callable[[str], bool]") -> None:
        self._references = references
        self._is_open = is_open

    def judge(self, subject: Subject) -> "Refused | None":
        """Compare the phase of now."""
        phases = subject.limits.phases
        if not phases:
            return None
        book = self._references.look(subject)
        if book is None:
            phase = "trading" if self._is_open(subject.venue) else "closed"
        elif subject.is_market_reliable:
            phase = PHASES[state_of(book)]
        else:
            phase = "unknown"
        if phase in phases:
            return None
        expected = ", ".join(sorted(phases))
        text = f"the phase is {phase}, expected {expected}"
        refusal = Refusal.NO_REFERENCE if phase == "unknown" else Refusal.SESSION_PHASE
        return breach("phase", refusal, subject, "phases", text, expected, phase)
