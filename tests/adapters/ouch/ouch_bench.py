"""Hold an OUCH venue with its order path and books, a strategy, and the venue's end of the stream."""

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ouch_frames import Jnx, Ouch42, Ouch50, login_accepted, packet, packets

from fairlead.adapters.ouch.profiles import load_profile
from fairlead.adapters.ouch.settings import OuchCredentials
from fairlead.adapters.ouch.venue import OuchVenue
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.vocabulary.constants import SCALE, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.config.models import Instrument
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.order_path_cy import OrderPath
from fairlead.gateway.order_watch import OrderWatch
from fairlead.gateway.orders.ids import build_id_factory
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.path_keeper import PathKeeper
from fairlead.gateway.ports.identity import CancelOnDisconnect, Entitlements, StrategyIdentity
from fairlead.gateway.telemetry.path_counters_cy import PathCounters
from fairlead.gateway.venues.books import LedgerBooks

SECOND_NS = 10**9
# 2026-03-02 14:30:00 UTC: half past nine in New York
UTC_NS = 1_772_461_800 * SECOND_NS
ACK_TIMEOUT_S = 10
FRAMES = (Ouch42(), Ouch50(), Jnx())

Frames = Ouch42 | Ouch50 | Jnx


@dataclass
class Line:
    """What a strategy is told, in shares."""

    kind: str
    cl_ord_id: str
    status: str
    order_qty: int
    cum: int
    leaves: int


class Recorder:
    """Be a strategy's session that keeps what it is told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reports: list[Report] = []

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        self.reports.append(report)


class OuchBench:
    """A gateway's core with one OUCH venue ``X`` and the strategy ``a``; the test speaks for both ends."""

    credentials = OuchCredentials("FIRM01", "secret")

    def __init__(self, frames: Frames, store: MemoryStore | None = None, **changes: Any) -> None:
        self.frames = frames
        self.profile = replace(load_profile(frames.profile), **changes)
        self.store = store or MemoryStore()
        self.now_ns = SECOND_NS
        self.records: list[tuple[int, bytes, int]] = []
        self.alerts: list[dict[str, Any]] = []
        self.told = 0
        self.build(epoch=1)

    def build(self, epoch: int) -> None:
        """Build what a process start builds, from the records and the store."""
        self.ledger = Ledger(self._record, epoch)
        replayed, self.records = self.records, []
        for record in replayed:
            self.ledger.replay(*record)
        self.records = replayed
        identity = StrategyIdentity(
            name="a",
            secret_hash=None,
            entitlements=Entitlements.of(("*",), ("*",), ("*",)),
            default_account="",
            default_venue="X",
            cancel_on_disconnect=CancelOnDisconnect(None),
        )
        self.watch = OrderWatch({"X": ACK_TIMEOUT_S * SECOND_NS}, lambda said, utc_ns: self.alerts.append(said))
        with TemporaryDirectory() as folder:
            counters = PathCounters(Path(folder) / "counters", ["a"], ["X"], lambda: self.now_ns)
        tables = [Instrument(symbol="MSFT", tick=Decimal("0.0001"), venues=("X",), default_venue="X")]
        self.path = OrderPath(self.ledger, {"a": identity}, build_instruments(tables), self.watch, counters)
        self.keeper = PathKeeper(self.path, self.watch)
        books = LedgerBooks(self.path, "X")
        self.venue = OuchVenue("X", self.profile, self.credentials, self.store, self.path, books)
        self.venue.rename_symbols({"MSFT": "1101"} if isinstance(self.frames, Jnx) else {})
        ids = build_id_factory(self.venue.capabilities.cl_ord_id, epoch, self.ledger.venue_ids("X"))
        self.path.add_venue(self.venue, ids)
        self.strategy = Recorder("a")
        self.path.add_strategy(self.strategy)
        self.told = 0
        self.ledger.mark_in_doubt("X", self.times[1])

    def _record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self.records.append((kind, payload, utc_ns))

    # Time and the stream

    @property
    def times(self) -> tuple[int, int]:
        return self.now_ns, UTC_NS + self.now_ns

    def pass_time(self, seconds: float) -> None:
        self.now_ns += int(seconds * SECOND_NS)
        if self.venue.next_deadline_ns() <= self.now_ns:
            self.venue.on_timer(*self.times)
        self.keeper.tick(*self.times)

    def connect(self, session: str = "DAY1", number: int = 0, missed: tuple[bytes, ...] = ()) -> list[bytes]:
        """Log in and be sent what was missed, without the end of it; return what we sent after the login."""
        self.venue.receive_connected(*self.times)
        ((kind, _),) = packets(self.venue.take_output())
        assert kind == "L"
        self.feed(login_accepted(session, number or self.store.next_in))
        self.say(*missed)
        return self.sent()

    def login(self, session: str = "DAY1", number: int = 0, missed: tuple[bytes, ...] = ()) -> list[bytes]:
        """Log in, be sent what was missed, a heartbeat, and an answer to the query; return what we sent meanwhile."""
        sent = self.connect(session, number, missed)
        self.all_said()
        assert self.venue.is_up
        return sent + self.sent()

    def all_said(self) -> None:
        """Let the venue say that nothing more is repeated, and answer what it was asked for."""
        self.feed(packet("H"))
        if not self.venue.is_up:
            self.say(self.frames.account_state(1))

    def cut(self) -> None:
        self.venue.receive_eof(*self.times)

    def restart(self) -> None:
        """Kill the process: what is recorded survives, nothing else does."""
        self.venue.receive_eof(*self.times)
        self.build(epoch=2)

    def feed(self, data: bytes) -> None:
        self.venue.receive_data(data, *self.times)

    def say(self, *messages: bytes) -> None:
        """Let the venue say something, each in a sequenced packet."""
        self.feed(b"".join(packet("S", message) for message in messages))

    def sent(self) -> list[bytes]:
        """Return the messages that we sent since the last time, heartbeats left out."""
        return [payload for kind, payload in packets(self.venue.take_output()) if kind == "U"]

    # The strategy

    def new(self, cl_ord_id: str = "1", qty: int = 100, price: str | int = "10", **terms: Any) -> Order | None:
        """Ask for an order; return it as booked, None where it was refused before that. Whole prices are 10^-8."""
        given: dict[str, Any] = {
            "symbol": "MSFT",
            "side": Side.BUY,
            "order_qty": qty * SCALE,
            "ord_type": OrdType.LIMIT,
            "price": price if isinstance(price, int) else int(Decimal(price) * SCALE),
        }
        self.path.new_order("a", NewOrder(cl_ord_id=cl_ord_id, **(given | terms)), *self.times)
        return self.ledger.find("a", cl_ord_id)

    def opened(self, cl_ord_id: str = "1", qty: int = 100, **terms: Any) -> Order:
        """Have an order accepted."""
        order = self.new(cl_ord_id, qty, **terms)
        assert order is not None
        self.say(self.frames.accepted(order.venue_cl_ord_id, qty))
        self.sent()
        self.lines()
        return order

    def cancel(self, cl_ord_id: str, orig: str) -> None:
        self.path.cancel_order("a", CancelOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig), *self.times)

    def replace(self, cl_ord_id: str, orig: str, qty: int | None = None, price: str = "", **terms: Any) -> None:
        if qty is not None:
            terms["order_qty"] = qty * SCALE
        if price:
            terms["price"] = int(Decimal(price) * SCALE)
        request = ReplaceOrder(cl_ord_id=cl_ord_id, orig_cl_ord_id=orig, **terms)
        self.path.replace_order("a", request, *self.times)

    def reports(self) -> list[Report]:
        """Return what the strategy was told since the last time."""
        new = self.strategy.reports[self.told :]
        self.told = len(self.strategy.reports)
        return new

    def lines(self) -> list[Line]:
        return [line_of(report) for report in self.reports()]

    @property
    def events(self) -> list[str]:
        return [alert["event"] for alert in self.alerts]


def line_of(report: Report) -> Line:
    """Return the gist of a report, in shares."""
    return Line(
        ReportKind(report.kind).name,
        report.cl_ord_id,
        OrdStatus(report.ord_status).name,
        report.order_qty // SCALE,
        report.cum_qty // SCALE,
        report.leaves_qty // SCALE,
    )
