"""Put an order path between a strategy and a venue that take note of nothing, with every check or without risk."""

from datetime import time as time_of_day
from pathlib import Path
from typing import Any, Final

from benchmarks.itch_stream import make_stream
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import DirectoryEntry, MarketBook
from fairlead.adapters.schedule import Schedule
from fairlead.adapters.venue_session import Capabilities
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.config.models import Instrument
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.kill.block_check import BlockCheck
from fairlead.gateway.kill.blocks import Blocks
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ids import ClOrdIdFactory
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.ports.identity import Entitlements, StrategyIdentity
from fairlead.gateway.risk.check_table_cy import CheckTable
from fairlead.gateway.risk.conduct import fill_places
from fairlead.gateway.risk.decisions import RiskDecisions
from fairlead.gateway.risk.exposure_checks_cy import CapitalCheck, CreditCheck, OpenOrdersCheck, PositionCheck
from fairlead.gateway.risk.exposure_cy import Exposure
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_rules import Currencies, LimitRules, Row, Selectors
from fairlead.gateway.risk.order_checks import OrderChecks
from fairlead.gateway.risk.self_match_cy import SelfMatchCheck
from fairlead.gateway.risk.subject_cy import Subject
from fairlead.gateway.risk.valuation_cy import Valuations
from fairlead.gateway.risk.venue_dates import VenueDates
from fairlead.gateway.telemetry.path_counters_cy import PathCounters

SYMBOL: Final = "S0001"
VENUE: Final = "XNAS"
MS_NS: Final = 1_000_000
SECOND_NS: Final = 1_000_000_000
MIDNIGHT: Final = Schedule(
    time_zone="America/New_York", start=time_of_day(), end=time_of_day(), days=frozenset(range(7))
)
LOTS: Final = 10**30

_ORDER: Final = {
    "max_order_qty": 10_000 * SCALE,
    "warn_order_qty": 5_000 * SCALE,
    "max_order_notional": 10**7 * 10**16,
    "warn_order_notional": 10**6 * 10**16,
    "collar_bps": 500,
    "warn_collar_bps": 300,
    "collar_references": ("last", "touch", "previous_close"),
    "max_reference_age_ms": 3_600_000 * MS_NS,
    "drift_bps": 1000,
    "drift_window_ms": 60_000 * MS_NS,
    "duplicate_window_ms": 20 * MS_NS,
    "max_duplicates": 0,
    "max_repeats": 1000,
    "repeat_window_ms": 1 * MS_NS,
    "self_match": "block",
    "short_sale": "locate",
    "phases": ("trading", "auction"),
    "needs_market_state": True,
}
_COUNTED: Final = {
    "max_open_orders": 1_000_000,
    "max_open_notional": LOTS,
    "max_credit": LOTS,
    "max_capital": LOTS,
    "max_messages": 5000,
    "interval_ms": 1000 * MS_NS,
    "cancel_reserve": 100,
}
_POSITION: Final = {"max_long_qty": 10**18, "max_short_qty": 10**18, "max_gross_qty": 10**18}

RULES: Final = LimitRules(
    firm=Row("firm", Selectors(), _ORDER | _COUNTED),
    rows=(
        Row("alpha", Selectors(strategy="alpha"), dict(_COUNTED)),
        Row("account", Selectors(account="ACC"), dict(_COUNTED)),
        Row("venue", Selectors(venue=VENUE), dict(_COUNTED)),
        Row("symbol", Selectors(symbol=SYMBOL), _COUNTED | _POSITION),
    ),
    currencies=Currencies("USD"),
)
"""Every parameter set, five buckets."""


class _Venue:
    """Be a ``VenueSession`` that counts."""

    name = VENUE
    is_up = True
    capabilities = Capabilities(
        ord_types=frozenset((OrdType.MARKET, OrdType.LIMIT)), times_in_force=frozenset((TimeInForce.DAY,))
    )

    def __init__(self) -> None:
        self.sent = 0

    def submit(self, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        self.sent += 1


class _Strategy:
    """Be a ``StrategySession`` that keeps the text of its last report."""

    name = "alpha"
    endpoint = None
    last_text = ""

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        self.last_text = report.text


class _Market:
    """Be the ``MarketData`` of one feed."""

    def __init__(self, book: MarketBook) -> None:
        self._books = [book]

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        return self._books[0] if symbol == SYMBOL and venue in ("", VENUE) else None

    def books(self, symbol: str) -> list[MarketBook]:
        return self._books if symbol == SYMBOL else []

    def watch(self, listener: Any) -> None: ...

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        return []


class Floor:
    """Hold the order path and what is around it."""

    def __init__(self, folder: Path, with_risk: bool) -> None:
        folder.mkdir()
        stream, _ = make_stream(400, symbols=1)
        self._feed = FeedBooks(load_mapping("itch_5_0"), "itch", VENUE)
        self._feed.books.apply_framed(stream, 0, len(stream), 1, 1_763_800_000_000_000_000)
        book = self._feed.book(SYMBOL)
        assert book is not None
        book.condition.stale_reason = ""
        self.last_px = book.last_px // (SCALE // 100) * (SCALE // 100)
        self._utc_ns = book.last_utc_ns + SECOND_NS
        self.venue, self.strategy = _Venue(), _Strategy()
        identity = StrategyIdentity("alpha", entitlements=Entitlements.of(accounts=("ACC",)), default_account="ACC")
        ledger = Ledger(lambda kind, payload, utc_ns: None, epoch=1)
        watch = OrderWatch({VENUE: 10 * SECOND_NS}, lambda decision, utc_ns: None)
        counters = PathCounters(folder / "counters", ["alpha"], [VENUE], lambda: 0)
        instruments = build_instruments([Instrument(symbol=SYMBOL, currency="USD", venues=(VENUE,))])
        self.path = OrderPath(ledger, {"alpha": identity}, instruments, watch, counters)
        self.path.add_venue(self.venue, ClOrdIdFactory(self.venue.capabilities.cl_ord_id, epoch=1))
        self.path.add_strategy(self.strategy)
        if with_risk:
            self._join_risk(book, ledger, watch, counters)

    def _join_risk(self, book: MarketBook, ledger: Ledger, watch: OrderWatch, counters: PathCounters) -> None:
        checks, limits = self.path.checks, LimitBook(RULES)
        checks.find_limits = limits.limits_for
        checks.decisions = RiskDecisions(lambda decision, utc_ns: None, watch.alert, counters.page)
        checks.fill("kill", BlockCheck(Blocks()).check)
        order_checks = OrderChecks(_Market(book), VenueDates({VENUE: MIDNIGHT}), lambda venue: True)
        order_checks.fill(checks)
        order_checks.follow(ledger)
        order_checks.use(RULES)
        exposure = Exposure(ledger, limits.limits_for, Valuations(self.path.instruments, RULES.currencies.rate_of))
        exposure.rebuild()
        for name, check in (
            ("open_orders", OpenOrdersCheck(exposure)),
            ("position", PositionCheck(exposure)),
            ("credit", CreditCheck(exposure)),
            ("capital", CapitalCheck(exposure)),
            ("self_match", SelfMatchCheck(ledger, lambda: True)),
        ):
            checks.fill(name, check)
        fill_places(checks, ledger, limits, lambda *_: "", dict, self.times(0))

    @staticmethod
    def own_checks() -> frozenset[str]:
        """Return the checks of a path without risk."""
        return frozenset(name for name, _ in CheckTable().filled()) | {"gate"}

    def times(self, n: int) -> tuple[int, int]:
        """Return now_ns and utc_ns of the n-th order, a millisecond after the one before."""
        return SECOND_NS + n * MS_NS, self._utc_ns + n * MS_NS

    def subject(self, order: NewOrder) -> Subject:
        """Return an order as the checks see it, without sending it."""
        identity = self.path.identities["alpha"]
        limits = self.path.checks.limits_for("alpha", "ACC", VENUE, SYMBOL)
        instrument = self.path.instruments[SYMBOL]
        now_ns, utc_ns = self.times(10**6)
        return Subject("alpha", order, identity, instrument, VENUE, self.venue, "ACC", limits, now_ns, utc_ns)

    def end_orders(self) -> None:
        """Let the venue refuse what it got, so that no two rounds differ."""
        self.venue.sent = 0
        for order in self.path.ledger.open_orders():
            report = Report(
                kind=ReportKind.REJECTED,
                exec_type=ExecType.REJECTED,
                ord_status=OrdStatus.REJECTED,
                cl_ord_id=order.venue_cl_ord_id,
                exec_id=f"R{order.venue_cl_ord_id}",
            )
            self.path.on_venue_report(VENUE, report, *self.times(10**6))
