"""The replica has the books as the gateway has them; the index finds an order by whatever it was ever called."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, OrdType, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.journal.recovery import recover
from fairlead.gateway.journal.segments import JournalSettings
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.following import JournalFollower
from fairlead.gateway.operations.orders.index import TABLES
from fairlead.gateway.operations.orders.part import OrdersFollower
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order

NOON_NS = 1_767_355_200_000_000_000


class Desk:
    """A gateway's ledger that writes its journal, and an operations process that may be started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recovery = recover(JournalSettings(folder / "journal", 1 << 16, "async"))
        self.writer = self.recovery.open_writer(NOON_NS, 1)
        self.stream = self.writer.register_stream("orders", "", NOON_NS, 1)
        self.ledger = Ledger(self._record, 1)
        self.utc_ns = NOON_NS
        self.database: Database | None = None
        self.start()

    def _record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self.writer.append(self.stream, kind, payload, utc_ns, 1)

    def start(self) -> None:
        """Start the operations process, which may have been killed."""
        if self.database is not None:
            self.database.close()
        self.database = Database(self.folder / "operations.db", TABLES)
        self.orders = OrdersFollower(self.database)
        self.follower = JournalFollower(self.folder / "journal", self.database, [self.orders])
        self.orders.replica.rebuild(self.folder / "journal", self.orders.kept_segment, self.database.position()[1])

    def look(self) -> None:
        self.writer.commit()
        self.follower.poll()
        assert self.orders.replica.problem == ""

    def new(self, number: int) -> Order:
        self.utc_ns += 1_000_000
        request = NewOrder(
            cl_ord_id=f"A-{number}",
            symbol="MSFT",
            side=Side.BUY,
            order_qty=100 * SCALE,
            ord_type=OrdType.LIMIT,
            price=430 * SCALE,
            account="ACC",
        )
        return self.ledger.open_order("alpha", request, "XEXC", f"V{number}", self.utc_ns)

    def say(self, kind: ReportKind, exec_type: ExecType, status: OrdStatus, **told: Any) -> None:
        self.utc_ns += 1_000_000
        self.ledger.apply("XEXC", Report(kind=kind, exec_type=exec_type, ord_status=status, **told), self.utc_ns)

    def row(self, name: str) -> dict[str, Any]:
        assert self.database is not None
        found = self.database.rows(
            "select o.* from orders o join order_names n on n.order_id = o.order_id where n.name = ?", (name,)
        )
        assert len(found) == 1, f"{len(found)} orders called {name}"
        return dict(found[0])

    def whats(self, order: Order) -> list[str]:
        assert self.database is not None
        rows = self.database.rows(
            "select what from order_events where order_id = ? order by sequence", (order.order_id,)
        )
        return [row["what"] for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    yield found
    assert found.database is not None
    found.database.close()
    found.writer.close()


def live_a_life(desk: Desk) -> Order:
    order = desk.new(1)
    desk.say(ReportKind.ACCEPTED, ExecType.NEW, OrdStatus.NEW, cl_ord_id="V1", venue_order_id="X-77", exec_id="1")
    desk.look()
    replace = ReplaceOrder(cl_ord_id="A-2", orig_cl_ord_id="A-1", order_qty=150 * SCALE)
    desk.ledger.begin_replace(order, replace, "V2", desk.utc_ns)
    told = {"cl_ord_id": "V2", "orig_cl_ord_id": "V1", "order_qty": 150 * SCALE, "exec_id": "2"}
    desk.say(ReportKind.REPLACED, ExecType.REPLACED, OrdStatus.REPLACED, **told)
    fill = {"last_qty": 40 * SCALE, "last_px": 430 * SCALE, "exec_id": "3", "cl_ord_id": "V2"}
    desk.say(ReportKind.FILLED, ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, **fill)
    desk.look()
    return order


def test_an_order_is_found_by_every_name_and_stands_as_in_the_books(desk: Desk) -> None:
    order = live_a_life(desk)
    for name in (order.order_id, "A-1", "A-2", "V1", "V2", "X-77"):
        assert desk.row(name)["order_id"] == order.order_id
    row = desk.row("A-2")
    assert (row["strategy"], row["account"], row["venue"], row["symbol"]) == ("alpha", "ACC", "XEXC", "MSFT")
    assert (row["side"], row["ord_type"], row["ord_status"]) == ("buy", "limit", "partially_filled")
    amounts = (row["price"], row["order_qty"], row["cum_qty"], row["leaves_qty"], row["avg_px"])
    assert amounts == (430 * SCALE, 150 * SCALE, 40 * SCALE, 110 * SCALE, 430 * SCALE)
    assert (row["is_ended"], row["changed_utc_ns"]) == (0, desk.utc_ns)
    assert desk.whats(order) == ["new", "accepted", "replace_requested", "replaced", "filled"]


def test_a_restart_in_the_middle_of_an_orders_life_goes_on_with_it(desk: Desk) -> None:
    order = live_a_life(desk)
    desk.start()
    cancel = CancelOrder(cl_ord_id="A-3", orig_cl_ord_id="A-2")
    desk.ledger.begin_cancel(order, cancel, "V3", desk.utc_ns)
    told = {"cl_ord_id": "V3", "orig_cl_ord_id": "V2", "exec_id": "4"}
    desk.say(ReportKind.CANCELED, ExecType.CANCELED, OrdStatus.CANCELED, **told)
    desk.look()
    row = desk.row("A-3")
    assert (row["ord_status"], row["is_ended"], row["cum_qty"]) == ("canceled", 1, 40 * SCALE)
    assert desk.whats(order)[-2:] == ["cancel_requested", "canceled"]
    twin = desk.orders.replica.ledger.find_by_order_id(order.order_id)
    assert twin is not None
    assert (twin.state, twin.cum_qty, twin.leaves_qty) == (order.state, order.cum_qty, order.leaves_qty)


def test_books_begin_at_the_last_snapshot_where_older_segments_are_gone(desk: Desk) -> None:
    live_a_life(desk)
    desk.ledger.write_snapshot(desk.utc_ns)
    desk.look()
    before = desk.writer.segment
    while desk.writer.segment < before + 2:
        desk.say(ReportKind.CANCELED, ExecType.CANCELED, OrdStatus.CANCELED, cl_ord_id="nobody's", exec_id="99")
        desk.writer.commit()
    desk.ledger.write_snapshot(desk.utc_ns)
    desk.look()
    while not desk.follower.is_caught_up:
        desk.follower.poll()
    desk.start()
    assert desk.orders.kept_segment > 1
    assert len(list(desk.orders.replica.ledger.orders())) == 1


def test_books_that_begin_in_the_middle_say_so_until_the_next_snapshot(desk: Desk) -> None:
    order = desk.new(1)
    desk.writer.commit()
    fresh = OrdersFollower(desk.database or Database(desk.folder / "none"))
    follower = JournalFollower(desk.folder / "journal", Database(desk.folder / "late.db", TABLES), [fresh])
    follower.poll()
    lost = Ledger(lambda *_: None, 1)
    fresh.replica.ledger = lost
    desk.say(ReportKind.ACCEPTED, ExecType.NEW, OrdStatus.NEW, cl_ord_id="V1", exec_id="1")
    cancel = CancelOrder(cl_ord_id="A-2", orig_cl_ord_id="A-1")
    desk.ledger.begin_cancel(order, cancel, "V2", desk.utc_ns)
    desk.writer.commit()
    follower.poll()
    assert "does not fit the books" in fresh.replica.problem
    desk.ledger.write_snapshot(desk.utc_ns)
    desk.writer.commit()
    follower.poll()
    assert fresh.replica.problem == ""
    assert fresh.replica.ledger.find_by_order_id(order.order_id) is not None
