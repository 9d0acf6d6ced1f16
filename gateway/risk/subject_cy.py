"""Hold what the checks look at, and what they say.

A check is a ``check_cy.Check``, or a callable ``(Subject) -> Refused | None``. Prices and quantities are in units of
10^-8, times in nanoseconds: ``now_ns`` monotonic, ``utc_ns`` since the UTC epoch.
"""

import cython

from fairlead.adapters.market_data import MarketBook
from fairlead.adapters.venue_session import Capabilities, VenueSession
from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.risk.instrument_facts_cy import InstrumentFacts
from fairlead.gateway.risk.limit_set_cy import LimitSet

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1


class Refused:
    """Say why a request goes no further: a Refusal, and text, limit and value for people.

    ``row`` is the row of the limits file that set the limit, ``check`` the check where it is not the one whose place
    in the table it has (one call may be several checks).
    """

    def __init__(
        self,
        refusal: cython.longlong,
        text: str,
        limit: str = "",
        value: str = "",
        row: str = "",
        check: str = "",
    ) -> None:
        self.refusal = refusal
        self.text = text
        self.limit = limit
        self.value = value
        self.row = row
        self.check = check


def breach(
    check: str,
    refusal: cython.longlong,
    subject: "Subject",
    parameter: str,
    text: str,
    limit: str = "",
    value: str = "",
) -> Refused:
    """Return what a check found, with the row of the limits file that set its parameter named in the text."""
    row: str = subject.limits.row_of(parameter)
    named = f"{check}: {text} (row {row})" if row else f"{check}: {text}"
    return Refused(refusal, named, limit, value, row, check)


class Subject:
    """Hold one request: its terms, who asks, what it was resolved to, and what limits it meets.

    ``request`` holds the terms asked for, completed from the instrument; for a replace the terms that would hold, with
    ``order`` the order that is replaced and ``asked`` the replace itself (both None for a new order). ``limits`` are
    those of strategy, account, venue and symbol. ``risk_px`` values an order that has no price of its own, ``ABSENT``
    where none is known. ``booked`` is the order in the books, set before ``note_sent``. ``warnings`` are findings of
    soft bands, told when the order goes; None where there are none. ``is_child``: a route sends it for a parent, which
    was judged as the strategy's entry. ``capabilities`` are the session's where the caller knows
    them already, else None.
    """

    def __init__(
        self,
        strategy: str,
        request: NewOrder,
        identity: StrategyIdentity,
        instrument: "Instrument | None",
        venue: str,
        session: "VenueSession | None",
        account: str,
        limits: LimitSet,
        now_ns: cython.longlong,
        utc_ns: cython.longlong,
        order: "Order | None" = None,
        asked: "ReplaceOrder | None" = None,
        is_duplicate: cython.bint = False,
        is_stopping: cython.bint = False,
    ) -> None:
        self.strategy = strategy
        self.request = request
        self.identity = identity
        self.instrument = instrument
        self.venue = venue
        self.session = session
        self.account = account
        self.limits = limits
        self.now_ns = now_ns
        self.utc_ns = utc_ns
        self.order = order
        self.asked = asked
        self.is_duplicate = is_duplicate
        self.is_stopping = is_stopping
        self.risk_px = ABSENT
        self.booked: "Order | None" = None
        self.is_child = False
        self.warnings: "list[Refused] | None" = None
        self._facts: "InstrumentFacts | None" = None
        self.capabilities: "Capabilities | None" = None
        self.has_looked = False
        self.market: "MarketBook | None" = None
        self.is_market_reliable = False

    def facts(self) -> "InstrumentFacts | None":
        """Return what the checks ask of the instrument, None where there is no instrument."""
        if self._facts is None and self.instrument is not None:
            self._facts = InstrumentFacts(self.instrument)
        return self._facts

    def begin(self, facts: "InstrumentFacts | None") -> None:
        """Begin to be judged by the instrument's facts, from where they are remembered, and the market as it is now."""
        self._facts = facts
        self.has_looked = False

    def warn(self, found: Refused) -> None:
        """Note what a soft band found; it is told if the order goes."""
        if self.warnings is None:
            self.warnings = []
        self.warnings.append(found)
