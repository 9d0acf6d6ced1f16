"""Put the checks of an order before the bench of the order path, with limits and a market that a test sets at will."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from typing import Any

from path_bench import SECOND_NS, UTC_NS, Bench, identity

from fairlead.adapters.market_data import DirectoryEntry, MarketBook, ReferencePrice, SymbolStatus, TradingState
from fairlead.adapters.schedule import Schedule
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, Refusal
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.risk.decisions import RiskDecisions
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.order_checks import OrderChecks
from fairlead.gateway.risk.venue_dates import VenueDates

UNIT = 10**16
"""One of the base currency, in the units of notionals."""


@dataclass
class FakeBook:
    """Be a ``MarketBook`` that says what it is told to."""

    symbol: str = "FREE"
    venue: str = "X"
    feed: str = "feed"
    bid_px: int = ABSENT
    bid_qty: int = 0
    ask_px: int = ABSENT
    ask_qty: int = 0
    last_px: int = ABSENT
    last_qty: int = 0
    last_utc_ns: int = 0
    trade_count: int = 0
    volume: int = 0
    status: SymbolStatus = field(default_factory=lambda: SymbolStatus(trading_state=TradingState.TRADING))
    stale_reason: str = ""
    suspect_reason: str = ""
    change_number: int = 0
    top_change_number: int = 0
    update_venue_utc_ns: int = 0
    update_received_utc_ns: int = 0

    @property
    def is_stale(self) -> bool:
        return bool(self.stale_reason)

    @property
    def is_suspect(self) -> bool:
        return bool(self.suspect_reason)

    @property
    def is_reliable(self) -> bool:
        return not self.stale_reason and not self.suspect_reason

    def levels(self, side: int, depth: int) -> list[tuple[int, int, int]]:
        return []

    def tell(self, name: str, price: int, received_utc_ns: int = 0) -> None:
        """Let the feed have told a reference price."""
        self.status.reference_prices[name] = ReferencePrice(price, received_utc_ns, received_utc_ns)


class Market:
    """Be the ``MarketData`` of a few books."""

    def __init__(self) -> None:
        self.all: list[FakeBook] = []

    def add(self, **fields: Any) -> FakeBook:
        self.all.append(FakeBook(**fields))
        return self.all[-1]

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        return next((book for book in self.books(symbol) if venue in ("", book.venue)), None)

    def books(self, symbol: str) -> list[MarketBook]:
        return [book for book in self.all if book.symbol == symbol]

    def watch(self, listener: Callable[[MarketBook, int, int], None]) -> None: ...

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        return []


class RiskBench(Bench):
    """A ``Bench`` whose orders meet ``limits``, the same for all of them; ``FREE`` takes any price and quantity."""

    def __init__(self, folder: Path) -> None:
        # FREE has no tick and no lot, so that a limit's next value is one unit away
        super().__init__(folder, a=identity("a", accounts=("*",)))
        self.limits = LimitSet(7)
        self.market = Market()
        self.decisions: list[dict[str, Any]] = []
        self.open_venues = {"X", "Y"}
        midnight = Schedule(time_zone="UTC", start=time(), end=time(), days=frozenset(range(7)))
        self.dates = VenueDates({"X": midnight, "Y": midnight})
        self.checks = OrderChecks(self.market, self.dates, self.open_venues.__contains__)
        self.checks.fill(self.path.checks)
        self.checks.follow(self.ledger)
        self.path.checks.find_limits = lambda strategy, account, venue, symbol: self.limits
        self.path.checks.decisions = RiskDecisions(
            lambda decision, utc_ns: self.decisions.append(decision), self.watch.alert, self.path_counters.page
        )

    @property
    def utc_ns(self) -> int:
        return UTC_NS + self.now_ns

    def set_limits(self, row: str = "tight", **parameters: Any) -> None:
        """Let other limits be in force, all of them set by one row."""
        self.limits = LimitSet(self.limits.version + 1)
        for name, value in parameters.items():
            setattr(self.limits, name, value)
        self.limits.rows = dict.fromkeys(parameters, row)

    def describe(self, symbol: str, **fields: Any) -> None:
        """Let an instrument have other properties."""
        self.path.instruments[symbol] = replace(self.path.instruments[symbol], **fields)

    def free(self, cl_ord_id: str = "1", **fields: Any) -> list[Report]:
        """Send an order of the instrument that takes any price."""
        return self.order(cl_ord_id=cl_ord_id, **({"symbol": "FREE", "venue": "X"} | fields))

    def sent(self) -> int:
        """Count what the venue was asked."""
        return len(self.x.calls)

    def expect_refusal(self, reports: list[Report], check: str, refusal: Refusal) -> Report:
        """Take the one report that must be a refusal by a check, and look whether it was taken down."""
        (report,) = reports
        assert Refusal(report.refusal) is refusal, report.text
        assert report.text.startswith(f"{check}: "), report.text
        taken_down = self.decisions[-1]
        assert taken_down["event"] == "risk_refused"
        assert (taken_down["check"], taken_down["text"]) == (check, report.text)
        assert (taken_down["limit"], taken_down["value"]) == (report.limit, report.value)
        assert (taken_down["limits_version"], taken_down["cl_ord_id"]) == (self.limits.version, report.cl_ord_id)
        assert self.counters().counters[f"risk.{check}.refused"] == len(
            [each for each in self.decisions if each["check"] == check]
        )
        return report


__all__ = ["SCALE", "SECOND_NS", "UNIT", "FakeBook", "RiskBench"]
