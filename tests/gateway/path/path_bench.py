"""Put an order path between a venue and strategies that only take notes; the books are the real ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.venue_session import Capabilities
from fairlead.codecs.vocabulary.constants import (
    SCALE,
    ExecType,
    OrdStatus,
    OrdType,
    ReportKind,
    Side,
    TimeInForce,
)
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)
from fairlead.gateway.config.models import Instrument
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ids import ClOrdIdFactory
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.path_keeper import PathKeeper
from fairlead.gateway.ports.identity import CancelOnDisconnect, Entitlements, StrategyIdentity
from fairlead.gateway.telemetry.path_counters_cy import PathCounters
from fairlead.gateway.telemetry.reader import Counters, read_counters

SECOND_NS = 1_000_000_000
UTC_NS = 1_767_364_200 * SECOND_NS
ACK_TIMEOUT_S = 10

CAPABILITIES = Capabilities(
    ord_types=frozenset((OrdType.MARKET, OrdType.LIMIT)),
    times_in_force=frozenset((TimeInForce.DAY, TimeInForce.IMMEDIATE_OR_CANCEL)),
    max_text_length=20,
)


class Venue:
    """Be a ``VenueSession`` that writes down what it is asked."""

    def __init__(self, name: str, capabilities: Capabilities = CAPABILITIES) -> None:
        self.name = name
        self.capabilities = capabilities
        self.is_up = True
        self.calls: list[tuple[str, Any]] = []

    def submit(self, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        self.calls.append(("submit", order))

    def cancel(self, request: CancelOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        self.calls.append(("cancel", request))

    def replace(self, request: ReplaceOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        self.calls.append(("replace", request))

    def request_status(self, request: StatusRequest, order: NewOrder | None, now_ns: int, utc_ns: int) -> None:
        self.calls.append(("status", request))

    def mass_cancel(self, request: MassCancel, now_ns: int, utc_ns: int) -> None:
        self.calls.append(("mass_cancel", request))

    def receive_connected(self, now_ns: int, utc_ns: int) -> None: ...

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None: ...

    def receive_eof(self, now_ns: int, utc_ns: int) -> None: ...

    def on_timer(self, now_ns: int, utc_ns: int) -> None: ...

    def next_deadline_ns(self) -> int:
        return NEVER_NS

    def take_output(self) -> bytes:
        return b""

    @property
    def wants_close(self) -> bool:
        return False


class Strategy:
    """Be a ``StrategySession`` that keeps its reports."""

    endpoint = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.reports: list[Report] = []

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        self.reports.append(report)


def identity(name: str, after_s: int | None = None, **entitled: tuple[str, ...]) -> StrategyIdentity:
    return StrategyIdentity(
        name,
        entitlements=Entitlements.of(**({"accounts": (f"ACC-{name}",)} | entitled)),
        default_account=f"ACC-{name}",
        cancel_on_disconnect=CancelOnDisconnect(after_s),
    )


class Bench:
    """Hold one order path: strategies ``a`` and ``b``, venues ``X`` and ``Y``, a clock that stands until moved."""

    def __init__(self, folder: Path, epoch: int = 1, **identities: StrategyIdentity) -> None:
        self.now_ns = SECOND_NS
        self.records: list[int] = []
        self.alerts: list[dict[str, Any]] = []
        self._page = folder / "counters"
        known = {"a": identity("a"), "b": identity("b")} | identities
        self.journal: list[tuple[int, bytes, int]] = []
        self.ledger = Ledger(self._keep_record, epoch)
        ack_timeout_ns = dict.fromkeys(("X", "Y"), ACK_TIMEOUT_S * SECOND_NS)
        self.watch = OrderWatch(ack_timeout_ns, lambda decision, utc_ns: self.alerts.append(decision))
        self.path_counters = counters = PathCounters(self._page, list(known), ["X", "Y"], lambda: self.now_ns)
        tables = [
            Instrument(symbol="MSFT", tick=Decimal("0.01"), lot=Decimal(10), venues=("X", "Y"), default_venue="X"),
            Instrument(symbol="IBM", venues=("Y",), currency="USD", security_ids={"Y": "IBM.Y"}),
            Instrument(symbol="FREE", venues=("X", "Y")),
        ]
        self.path = OrderPath(self.ledger, known, build_instruments(tables), self.watch, counters)
        self.keeper = PathKeeper(self.path, self.watch)
        self.x, self.y = Venue("X"), Venue("Y")
        for venue in (self.x, self.y):
            self.path.add_venue(venue, ClOrdIdFactory(venue.capabilities.cl_ord_id, epoch))
        self.strategies = {name: Strategy(name) for name in known}
        for strategy in self.strategies.values():
            self.path.add_strategy(strategy)

    def _keep_record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self.records.append(kind)
        self.journal.append((kind, payload, utc_ns))

    @property
    def times(self) -> tuple[int, int]:
        return self.now_ns, UTC_NS + self.now_ns

    @property
    def events(self) -> list[str]:
        return [alert["event"] for alert in self.alerts]

    def counters(self) -> Counters:
        return read_counters(self._page)

    def pass_time(self, seconds: float) -> None:
        self.now_ns += int(seconds * SECOND_NS)
        self.keeper.tick(*self.times)

    @contextmanager
    def without(self, feature: str, venue: Venue) -> Iterator[None]:
        before = venue.capabilities
        venue.capabilities = replace(before, **{feature: False})
        yield
        venue.capabilities = before

    # What strategies ask; each returns the reports that came of it at once

    def order(self, strategy: str = "a", **fields: Any) -> list[Report]:
        return self._ask(self.path.new_order, strategy, NewOrder(**(LIMIT_ORDER | fields)))

    def cancel(self, cl_ord_id: str, orig_cl_ord_id: str, strategy: str = "a", **fields: Any) -> list[Report]:
        request = CancelOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig_cl_ord_id, **fields)
        return self._ask(self.path.cancel_order, strategy, request)

    def replace(self, cl_ord_id: str, orig_cl_ord_id: str, strategy: str = "a", **fields: Any) -> list[Report]:
        request = ReplaceOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig_cl_ord_id, **fields)
        return self._ask(self.path.replace_order, strategy, request)

    def mass_cancel(self, strategy: str = "a", **fields: Any) -> list[Report]:
        return self._ask(self.path.mass_cancel, strategy, MassCancel(**fields))

    def status(self, strategy: str = "a", **fields: Any) -> list[Report]:
        return self._ask(self.path.request_status, strategy, StatusRequest(**fields))

    def _ask(self, ask: Any, strategy: str, request: Any) -> list[Report]:
        reports = self.strategies[strategy].reports
        before = len(reports)
        ask(strategy, request, *self.times)
        return reports[before:]

    def leave(self, strategy: str = "a") -> None:
        self.path.strategy_disconnected(strategy, "gone", *self.times)

    # What venues say

    def tell(self, venue: Venue, **fields: Any) -> None:
        self.path.on_venue_report(venue.name, Report(**fields), *self.times)

    def accept(self, venue: Venue, cl_ord_id: str, **fields: Any) -> None:
        stated = {"kind": ReportKind.ACCEPTED, "exec_type": ExecType.NEW, "ord_status": OrdStatus.NEW}
        self.tell(venue, **(stated | {"cl_ord_id": cl_ord_id, "exec_id": f"N-{cl_ord_id}"} | fields))

    def fill(self, venue: Venue, cl_ord_id: str, qty: int, exec_id: str, ord_status: int) -> None:
        self.tell(
            venue,
            kind=ReportKind.FILLED,
            exec_type=ExecType.TRADE,
            ord_status=ord_status,
            cl_ord_id=cl_ord_id,
            exec_id=exec_id,
            last_qty=qty * SCALE,
            last_px=10 * SCALE,
        )

    def refuse_cancel(self, venue: Venue, cl_ord_id: str, orig_cl_ord_id: str) -> None:
        self.tell(
            venue,
            kind=ReportKind.CANCEL_REJECTED,
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.NEW,
            cl_ord_id=cl_ord_id,
            orig_cl_ord_id=orig_cl_ord_id,
            exec_id=f"J-{cl_ord_id}",
        )

    def confirm_cancel(self, venue: Venue, cl_ord_id: str, orig_cl_ord_id: str) -> None:
        self.tell(
            venue,
            kind=ReportKind.CANCELED,
            exec_type=ExecType.CANCELED,
            ord_status=OrdStatus.CANCELED,
            cl_ord_id=cl_ord_id,
            orig_cl_ord_id=orig_cl_ord_id,
            exec_id=f"C-{cl_ord_id}",
        )

    def state(self, venue: Venue, cl_ord_id: str, ord_status: int) -> None:
        """Answer a status request."""
        self.tell(
            venue,
            kind=ReportKind.STATUS_REPORT,
            exec_type=ExecType.ORDER_STATUS,
            ord_status=ord_status,
            cl_ord_id=cl_ord_id,
        )

    def go_down(self, venue: Venue) -> None:
        venue.is_up = False
        self.path.on_venue_down(venue.name, "cut", *self.times)

    def come_up(self, venue: Venue) -> None:
        venue.is_up = True
        self.path.on_venue_up(venue.name, *self.times)

    def open(self, cl_ord_id: str, strategy: str = "a", **fields: Any) -> str:
        """Have an order accepted; return its ClOrdID at the venue."""
        assert self.order(strategy, cl_ord_id=cl_ord_id, **fields) == []
        order = self.ledger.find(strategy, cl_ord_id)
        assert order is not None
        self.accept(self.x if order.venue == "X" else self.y, order.venue_cl_ord_id)
        return order.venue_cl_ord_id


LIMIT_ORDER: dict[str, Any] = {
    "cl_ord_id": "1",
    "symbol": "MSFT",
    "side": Side.BUY,
    "order_qty": 100 * SCALE,
    "ord_type": OrdType.LIMIT,
    "price": 10 * SCALE,
}
