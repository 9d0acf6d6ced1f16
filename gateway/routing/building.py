"""Build the routes of a configuration: schedules, histories, parents, and what the gateway keeps of them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from fairlead.adapters.market_data import MarketData
from fairlead.codecs.fixed_point_cy import fixed_from_decimal
from fairlead.gateway.config import Config
from fairlead.gateway.config import routing_keys as keys
from fairlead.gateway.control.commands import ControlCommands
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.ports.identity import Patterns
from fairlead.gateway.routing.commands import RouteCommands
from fairlead.gateway.routing.fees import FeeBook, FeeRate, FeeSchedule, FeeTier
from fairlead.gateway.routing.history import VenueHistory
from fairlead.gateway.routing.parent_book import ParentBook, Recorder
from fairlead.gateway.routing.router import Router
from fairlead.gateway.routing.routes import Route
from fairlead.gateway.routing.routing import Routing
from fairlead.gateway.routing.survey import Survey
from fairlead.gateway.routing.volumes import MonthlyVolumes

_MS: Final = 1_000_000
_S: Final = 1_000_000_000


def build_route(table: keys.Route) -> Route:
    """Return the route that a table describes."""
    return Route(
        name=table.name,
        kind=table.kind,
        venues=table.venues,
        posts_residual=table.residual == "post",
        max_levels=table.max_levels,
        max_decisions=table.max_decisions,
        max_quote_age_ns=table.max_quote_age_ms * _MS,
        collar_bps=table.collar_bps,
        margin=fixed_from_decimal(table.margin),
        min_rest_ns=table.min_rest_s * _S,
        iso=table.iso,
    )


def build_fees(tables: tuple[keys.Fees, ...]) -> FeeBook:
    """Return the fee schedules that tables describe."""
    return FeeBook([_schedule(table) for table in tables])


def _schedule(table: keys.Fees) -> FeeSchedule:
    def rate(value: Decimal) -> FeeRate:
        return FeeRate(table.basis, fixed_from_decimal(value), fixed_from_decimal(table.minimum))

    tiers = tuple(FeeTier(fixed_from_decimal(t.from_volume), rate(t.maker), rate(t.taker)) for t in table.tiers)
    return FeeSchedule(table.name, table.venue, Patterns(table.symbols), frozenset(table.security_types), tiers)


class RoutingParts:
    """Hold what recovery and checkpoints need before the order path is there, then join it.

    ``record(kind, payload, utc_ns)`` writes to the journal.
    """

    def __init__(self, config: Config, record: Recorder, epoch: int) -> None:
        self._routes: Mapping[str, Route] = {table.name: build_route(table) for table in config.routes}
        self._fees = build_fees(config.fees)
        self.history = VenueHistory()
        self.volumes = MonthlyVolumes(self._fees)
        self.book = ParentBook(record, epoch, self.history, self.volumes)

    def replay(self, record: Record) -> None:
        """Take a ROUTE record of a former run."""
        self.book.replay(record.payload)

    def join(
        self,
        path: OrderPath,
        market: Callable[[], MarketData | None],
        add_part: Callable[[Callable[[int], None]], None],
        commands: ControlCommands,
    ) -> Routing:
        """Let the order path run routes, once the books are rebuilt; ``add_part`` is the checkpoints' (retention)."""
        ledger = path.ledger
        self.book.resolve(ledger)
        desk = path.desk()
        survey = Survey(desk, market, self._fees, self.volumes, self.history)
        routing = Routing(desk, Router(desk, self._routes, survey, self.book), self.history)
        path.use_routes(routing)

        def note_volume(order: Order) -> None:
            self.volumes.note(order, order.changed_utc_ns)

        def write_checkpoint(utc_ns: int) -> None:
            self.book.forget(ledger)
            self.book.write_checkpoint(utc_ns)

        if self._fees.schedules:
            ledger.watch(note_volume)
        add_part(write_checkpoint)
        RouteCommands(routing.router, ledger).register(commands)
        return routing
