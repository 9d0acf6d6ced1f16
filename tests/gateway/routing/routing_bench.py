"""Put routes over the order path's bench: three venues that take notes, books set by hand, a journal in a list."""

from pathlib import Path
from typing import Any

from market_fakes import FakeBook, FakeMarketData
from path_bench import UTC_NS, Bench, Strategy, Venue, identity

from fairlead.adapters.market_data import ASK, BID
from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, ReportKind
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.journal import kinds
from fairlead.gateway.orders.ids import ClOrdIdFactory
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.routing import records
from fairlead.gateway.routing.fees import FeeBook
from fairlead.gateway.routing.history import VenueHistory
from fairlead.gateway.routing.parent import Parent
from fairlead.gateway.routing.parent_book import ParentBook
from fairlead.gateway.routing.router import Router
from fairlead.gateway.routing.routes import Route
from fairlead.gateway.routing.routing import Routing
from fairlead.gateway.routing.survey import Survey
from fairlead.gateway.routing.volumes import MonthlyVolumes

ROUTES = (
    Route("BEST", "best", collar_bps=100),
    Route("SWEEP", "sweep", collar_bps=100),
    Route("FILLUP", "sweep", posts_residual=True),
    Route("REST", "post_and_rotate", margin=SCALE // 1000, min_rest_ns=5 * 10**9),
)


class RoutingBench(Bench):
    """Venues X, Y and Z with MSFT books; ``journal`` holds what was recorded, ledger and routes alike."""

    def __init__(self, folder: Path, fees: FeeBook | None = None, routes: tuple[Route, ...] = ROUTES) -> None:
        super().__init__(folder)
        self.journal: list[tuple[int, bytes, int]] = []
        self.routes = {route.name: route for route in routes}
        self.fees = fees or FeeBook()
        self.books = {name: FakeBook("MSFT", name) for name in "XYZ"}
        self.market: FakeMarketData | None = FakeMarketData(*self.books.values())
        self.z = Venue("Z")
        self.epoch = 1
        self._build()

    def _build(self) -> None:
        """Build ledger, path and routing, and take over what the journal has."""
        from fairlead.gateway.config.models import Instrument
        from fairlead.gateway.instruments.configured import build_instruments
        from fairlead.gateway.order_path_cy import OrderPath
        from fairlead.gateway.order_watch import OrderWatch
        from fairlead.gateway.orders.ledger_cy import Ledger
        from fairlead.gateway.path_keeper import PathKeeper
        from fairlead.gateway.telemetry.path_counters_cy import PathCounters

        def record(kind: int, payload: bytes, utc_ns: int) -> None:
            self.journal.append((kind, payload, utc_ns))

        names = ("X", "Y", "Z")
        known = {name: identity(name, 0 if name == "b" else None) for name in ("a", "b")}
        self.ledger = Ledger(record, epoch=self.epoch)
        self.watch = OrderWatch(dict.fromkeys(names, 10 * 10**9), lambda decision, utc_ns: self.alerts.append(decision))
        counters = PathCounters(self._page, list(known), list(names), lambda: self.now_ns)
        tables = [
            Instrument(symbol="MSFT", venues=names, tick="0.01", lot="10"),
            Instrument(symbol="IBM", venues=("Y",)),
        ]
        self.path = OrderPath(self.ledger, known, build_instruments(tables), self.watch, counters)
        self.keeper = PathKeeper(self.path, self.watch)
        for venue in self.all_venues:
            self.path.add_venue(venue, ClOrdIdFactory(venue.capabilities.cl_ord_id, epoch=self.epoch))
        self.strategies = getattr(self, "strategies", None) or {name: Strategy(name) for name in known}
        for strategy in self.strategies.values():
            self.path.add_strategy(strategy)
        self.history = VenueHistory()
        self.volumes = MonthlyVolumes(self.fees)
        self.parents = ParentBook(record, self.epoch, self.history, self.volumes)
        for kind, payload, utc_ns in list(self.journal):
            if kind == kinds.ROUTE:
                self.parents.replay(payload)
            else:
                self.ledger.replay(kind, payload, utc_ns)
        self.parents.resolve(self.ledger)
        desk = self.path.desk()
        survey = Survey(desk, lambda: self.market, self.fees, self.volumes, self.history)
        self.routing = Routing(desk, Router(desk, self.routes, survey, self.parents), self.history)
        self.path.use_routes(self.routing)

    @property
    def all_venues(self) -> list[Venue]:
        return [self.x, self.y, self.z]

    def restart(self) -> None:
        """Lose everything but the journal, as a kill does; venues come up again with what they know."""
        self.epoch += 1
        for venue in self.all_venues:
            venue.is_up = False
        self._build()
        for venue in self.all_venues:
            self.ledger.mark_in_doubt(venue.name, UTC_NS + self.now_ns)
        self.routing.router.resume(*self.times)

    def checkpoint(self) -> None:
        """Write down all as it stands and forget the journal before."""
        before = len(self.journal)
        self.parents.forget(self.ledger)
        self.parents.write_checkpoint(UTC_NS + self.now_ns)
        self.ledger.write_snapshot(UTC_NS + self.now_ns)
        del self.journal[:before]

    # The market

    def quote(self, venue: str, price: int, quantity: int, side: int = ASK) -> None:
        """Show ``quantity`` at ``price`` (in cents) at one venue; 0 takes it away."""
        assert self.market is not None
        book = self.books[venue]
        book.update_received_utc_ns = UTC_NS + self.now_ns
        # FakeBook keeps whole units; a tick of 0.01 needs cents
        if quantity:
            book.sides[side][price] = (quantity, 1)
        else:
            book.sides[side].pop(price, None)
        self.market.tell(book)

    def bid(self, venue: str, price: int, quantity: int) -> None:
        self.quote(venue, price, quantity, BID)

    # Parents and children

    def send(self, route: str, qty: int = 100, strategy: str = "a", **fields: Any) -> list[Report]:
        return self.order(strategy, venue=route, order_qty=qty * SCALE, **({"price": 10 * SCALE} | fields))

    def parent(self, cl_ord_id: str = "1", strategy: str = "a") -> Parent:
        parent = self.parents.find(strategy, cl_ord_id)
        assert parent is not None
        return parent

    def children(self, venue: Venue) -> list[Order]:
        """Return the live orders at a venue, oldest first."""
        return self.ledger.open_orders(venue=venue.name)

    def submitted(self, venue: Venue) -> list[tuple[int, float]]:
        """Return what a venue was sent: quantity and price."""
        return [(call[1].order_qty // SCALE, call[1].price / SCALE) for call in venue.calls if call[0] == "submit"]

    def trade(self, venue: Venue, order: Order, qty: int, price: int, exec_id: str = "") -> None:
        """Let a venue fill part of an order, at a price in whole units."""
        cum_qty = order.cum_qty + qty * SCALE
        is_filled = cum_qty >= order.order_qty
        self.tell(
            venue,
            kind=ReportKind.FILLED,
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.FILLED if is_filled else OrdStatus.PARTIALLY_FILLED,
            cl_ord_id=order.venue_cl_ord_id,
            exec_id=exec_id or f"E{len(self.journal)}",
            last_qty=qty * SCALE,
            last_px=price * SCALE,
        )

    def expire(self, venue: Venue, order: Order) -> None:
        """Let a venue end what an immediate order could not get, or end an order by itself."""
        self.tell(
            venue,
            kind=ReportKind.CANCELED,
            exec_type=ExecType.CANCELED,
            ord_status=OrdStatus.CANCELED,
            cl_ord_id=order.venue_cl_ord_id,
            exec_id=f"C{len(self.journal)}",
        )

    def reject(self, venue: Venue, order: Order, text: str = "no") -> None:
        self.tell(
            venue,
            kind=ReportKind.REJECTED,
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.REJECTED,
            cl_ord_id=order.venue_cl_ord_id,
            exec_id=f"J{len(self.journal)}",
            text=text,
        )

    def kinds_of(self, strategy: str = "a") -> list[str]:
        return [ReportKind(report.kind).name for report in self.strategies[strategy].reports]

    def route_events(self) -> list[str]:
        return [records.decode(payload)["event"] for kind, payload, _ in self.journal if kind == kinds.ROUTE]
