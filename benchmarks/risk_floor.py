"""Put an order path between a strategy and a venue that take note of nothing, with every check or without risk."""

from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from benchmarks.itch_stream import make_stream
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import DirectoryEntry, MarketBook
from fairlead.adapters.schedule import Schedule
from fairlead.adapters.venue_session import Capabilities
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.config.models import Instrument
from fairlead.gateway.instruments import complete_order
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.kill.block_check_cy import BlockCheck
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
from fairlead.gateway.risk.limits_rules import Currencies, LimitRules, Restriction, Row, Selectors
from fairlead.gateway.risk.order_checks import OrderChecks
from fairlead.gateway.risk.self_match_cy import SelfMatchCheck
from fairlead.gateway.risk.subject_cy import Subject
from fairlead.gateway.risk.valuation_cy import Valuations
from fairlead.gateway.risk.venue_dates import VenueDates
from fairlead.gateway.telemetry.path_counters_cy import PathCounters

SYMBOLS: Final = tuple(f"S{n:04d}" for n in range(1, 9))
STRATEGIES: Final = ("alpha", "beta", "gamma", "delta")
ACCOUNT: Final = "ACC"
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
        *(Row(strategy, Selectors(strategy=strategy), dict(_COUNTED)) for strategy in STRATEGIES),
        Row("account", Selectors(account=ACCOUNT), dict(_COUNTED)),
        Row("venue", Selectors(venue=VENUE), dict(_COUNTED)),
        *(Row(symbol, Selectors(symbol=symbol), _COUNTED | _POSITION) for symbol in SYMBOLS),
    ),
    currencies=Currencies("USD"),
    restricted=(Restriction("S0999", frozenset((Side.BUY, Side.SELL)), "an example"),),
)
"""Every parameter set, five buckets, and something restricted."""


class _Venue:
    """Be a ``VenueSession`` that counts."""

    name = VENUE

    def __init__(self) -> None:
        self.sent = 0
        self._is_up = True
        self._capabilities = Capabilities(
            ord_types=frozenset((OrdType.MARKET, OrdType.LIMIT)),
            times_in_force=frozenset((TimeInForce.DAY,)),
            carried=frozenset(("account", "security_type")),
            whole_quantities=True,
            account_required=True,
            max_text_length=50,
        )

    @property
    def is_up(self) -> bool:
        return self._is_up

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def submit(self, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        self.sent += 1


class _Strategy:
    """Be a ``StrategySession`` that keeps the text of its last report."""

    endpoint = None
    last_text = ""

    def __init__(self, name: str) -> None:
        self.name = name

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        self.last_text = report.text


class _Market:
    """Be the ``MarketData`` of one feed."""

    def __init__(self, books: dict[str, MarketBook]) -> None:
        self._books = books

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        return self._books.get(symbol) if venue in ("", VENUE) else None

    def books(self, symbol: str) -> list[MarketBook]:
        return [self._books[symbol]] if symbol in self._books else []

    def watch(self, listener: Any) -> None: ...

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        return []


class Floor:
    """Hold the order path and what is around it: four strategies, eight symbols, a few of their orders open."""

    def __init__(self, folder: Path, with_risk: bool) -> None:
        folder.mkdir()
        # as long a stream as trades every symbol
        stream, _ = make_stream(4000, symbols=len(SYMBOLS))
        self._feed = FeedBooks(load_mapping("itch_5_0"), "itch", VENUE)
        self._feed.books.apply_framed(stream, 0, len(stream), 1, 1_763_800_000_000_000_000)
        books = {symbol: self._book(symbol) for symbol in SYMBOLS}
        self.last_px = {symbol: book.last_px // (SCALE // 100) * (SCALE // 100) for symbol, book in books.items()}
        self._utc_ns = max(book.last_utc_ns for book in books.values()) + SECOND_NS
        self.venue = _Venue()
        self.strategies = {name: _Strategy(name) for name in STRATEGIES}
        entitled = Entitlements.of(accounts=(ACCOUNT,), venues=(VENUE,), symbols=("S*",))
        known = {name: StrategyIdentity(name, entitlements=entitled, default_account=ACCOUNT) for name in STRATEGIES}
        self.ledger = Ledger(lambda kind, payload, utc_ns: None, epoch=1)
        watch = OrderWatch({VENUE: 10 * SECOND_NS}, lambda decision, utc_ns: None)
        counters = PathCounters(folder / "counters", list(STRATEGIES), [VENUE], lambda: 0)
        tables = [
            Instrument(symbol=symbol, currency="USD", venues=(VENUE,), tick=Decimal("0.01"), lot=Decimal(1))
            for symbol in SYMBOLS
        ]
        self.path = OrderPath(self.ledger, known, build_instruments(tables), watch, counters)
        self.path.add_venue(self.venue, ClOrdIdFactory(self.venue.capabilities.cl_ord_id, epoch=1))
        for strategy in self.strategies.values():
            self.path.add_strategy(strategy)
        self.limits = LimitBook(RULES)
        if with_risk:
            self._join_risk(books, watch, counters)
        self._open_some()

    def _book(self, symbol: str) -> MarketBook:
        book = self._feed.book(symbol)
        assert book is not None and book.last_px > 0, symbol
        book.condition.stale_reason = ""
        return book

    def _join_risk(self, books: dict[str, MarketBook], watch: OrderWatch, counters: PathCounters) -> None:
        checks, limits, ledger = self.path.checks, self.limits, self.ledger
        checks.find_limits = limits.limits_for
        checks.decisions = RiskDecisions(lambda decision, utc_ns: None, watch.alert, counters.page)
        checks.fill("kill", BlockCheck(Blocks()))
        order_checks = OrderChecks(_Market(books), VenueDates({VENUE: MIDNIGHT}), lambda venue: True)
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

    def _open_some(self) -> None:
        """Leave orders of both sides open for each strategy and symbol, so that there is something to look at."""
        for n in range(4 * len(STRATEGIES) * len(SYMBOLS)):
            self.path.new_order(*self.order(n), *self.times(n))
        self.kept = frozenset(order.order_id for order in self.ledger.open_orders())
        expected = 4 * len(STRATEGIES) * len(SYMBOLS)
        if len(self.kept) != expected:
            texts = [strategy.last_text for strategy in self.strategies.values()]
            raise AssertionError(f"{len(self.kept)} orders open, expected {expected}: {texts}")
        self.venue.sent = 0

    def order(self, n: int) -> tuple[str, NewOrder]:
        """Return the strategy and terms of the n-th order: near the market, no two alike, not to trade with each other.

        Strategies, symbols and sides take turns.
        """
        symbol, turn = SYMBOLS[n % len(SYMBOLS)], n // len(SYMBOLS)
        is_buy = turn % 2 == 0
        away = (1 + n % 89) * SCALE // 100
        request = NewOrder(
            cl_ord_id=f"A{n}",
            symbol=symbol,
            side=Side.BUY if is_buy else Side.SELL,
            order_qty=(100 + n % 97) * SCALE,
            ord_type=OrdType.LIMIT,
            price=self.last_px[symbol] - away if is_buy else self.last_px[symbol] + away,
        )
        return STRATEGIES[turn // 2 % len(STRATEGIES)], request

    @staticmethod
    def own_checks() -> frozenset[str]:
        """Return the checks of a path without risk."""
        return frozenset(name for name, _ in CheckTable().filled()) | {"gate"}

    def times(self, n: int) -> tuple[int, int]:
        """Return now_ns and utc_ns of the n-th order, a millisecond after the one before."""
        return SECOND_NS + n * MS_NS, self._utc_ns + n * MS_NS

    def subject(self, n: int) -> Subject:
        """Return the n-th order as the checks see it, without sending it."""
        strategy, order = self.order(n)
        path = self.path
        limits = path.checks.limits_for(strategy, ACCOUNT, VENUE, order.symbol)
        instrument = path.instruments[order.symbol]
        capabilities = self.venue.capabilities
        complete = complete_order(order, instrument, VENUE, ACCOUNT, capabilities.carried)
        identity = path.identities[strategy]
        subject = Subject(strategy, complete, identity, instrument, VENUE, self.venue, ACCOUNT, limits, *self.times(n))
        subject.capabilities = capabilities
        return subject

    def end_orders(self) -> None:
        """Let the venue refuse what it got, so that no two rounds differ."""
        self.venue.sent = 0
        for order in self.ledger.open_orders():
            if order.order_id in self.kept:
                continue
            report = Report(
                kind=ReportKind.REJECTED,
                exec_type=ExecType.REJECTED,
                ord_status=OrdStatus.REJECTED,
                cl_ord_id=order.venue_cl_ord_id,
                exec_id=f"R{order.venue_cl_ord_id}",
            )
            self.path.on_venue_report(VENUE, report, *self.times(10**6))
