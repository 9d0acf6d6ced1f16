"""Parents and children against a plain reference, whatever venues, strategies and restarts do in whatever order."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from path_bench import Venue
from routing_bench import RoutingBench

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, ReportKind
from fairlead.gateway.orders.order_cy import Order

ROUTES = ("SWEEP", "FILLUP", "BEST", "REST")
ENDS = (OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED)


class Seen:
    """What a strategy makes of its reports: a FIX order's life, checked at each step."""

    def __init__(self) -> None:
        self.cum_qty: dict[str, int] = {}
        self.fills: dict[str, dict[str, int]] = {}
        self.state: dict[str, int] = {}
        self.order_qty: dict[str, int] = {}
        self.taken = 0

    def take(self, reports: list[Any]) -> None:
        for report in reports[self.taken :]:
            self._take(report)
        self.taken = len(reports)

    def _take(self, report: Any) -> None:
        order_id = report.order_id
        if report.kind == ReportKind.REJECTED:
            assert order_id == "" and report.cum_qty == 0
            return
        if report.kind == ReportKind.CANCEL_REJECTED and order_id not in self.state:
            return
        if report.kind == ReportKind.ACCEPTED:
            assert order_id not in self.state, "accepted twice"
            self.cum_qty[order_id], self.fills[order_id] = 0, {}
        assert order_id in self.state or report.kind == ReportKind.ACCEPTED, "told of before it was accepted"
        if report.kind == ReportKind.FILLED:
            assert report.exec_id not in self.fills[order_id]
            self.fills[order_id][report.exec_id] = report.last_qty
        elif report.kind == ReportKind.TRADE_BUSTED:
            del self.fills[order_id][report.exec_ref_id]
        elif report.kind in (ReportKind.CANCELED, ReportKind.REPLACED, ReportKind.CANCEL_REJECTED):
            ended = self.state[order_id] in ENDS
            assert not ended or (report.kind == ReportKind.REPLACED) or report.ord_status in ENDS
            if report.kind == ReportKind.CANCELED:
                assert not ended, "ended twice"
        assert report.cum_qty == sum(self.fills[order_id].values()), "CumQty is the sum of the fills"
        if report.ord_status not in ENDS:
            assert report.leaves_qty == max(report.order_qty - report.cum_qty, 0)
        else:
            assert report.leaves_qty == 0
        self.state[order_id] = report.ord_status


class ParentsAndChildren(RuleBasedStateMachine):
    """Drive an order path with routes between strategies, venues and kills."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.bench = RoutingBench(Path(self.folder.name))
        self.seen = Seen()
        self.count = 0
        self.late: dict[str, int] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    def _id(self) -> str:
        self.count += 1
        return f"c{self.count}"

    def _venue(self, order: Order) -> Venue:
        return {"X": self.bench.x, "Y": self.bench.y, "Z": self.bench.z}[order.venue]

    def _orders(self, *, ended: bool) -> list[Order]:
        return [order for order in self.bench.ledger.orders() if order.is_ended == ended]

    @initialize()
    def open_books(self) -> None:
        for name in "XYZ":
            self.bench.quote(name, 10, 50)

    @rule(name=st.sampled_from("XYZ"), price=st.integers(9, 12), quantity=st.sampled_from((0, 10, 30, 100)))
    def quotes_change(self, name: str, price: int, quantity: int) -> None:
        self.bench.quote(name, price, quantity)

    @rule(route=st.sampled_from(ROUTES), lots=st.integers(1, 20), price=st.integers(8, 12))
    def strategy_sends(self, route: str, lots: int, price: int) -> None:
        self.bench.send(route, lots * 10, cl_ord_id=self._id(), price=price * SCALE)

    @precondition(lambda self: self.bench.parents.live())
    @rule(data=st.data())
    def strategy_cancels(self, data: st.DataObject) -> None:
        parent = data.draw(st.sampled_from(self.bench.parents.live()))
        self.bench.cancel(self._id(), parent.cl_ord_id)

    @precondition(lambda self: self.bench.parents.live())
    @rule(data=st.data(), lots=st.integers(1, 30), price=st.integers(8, 12))
    def strategy_replaces(self, data: st.DataObject, lots: int, price: int) -> None:
        parent = data.draw(st.sampled_from(self.bench.parents.live()))
        self.bench.replace(self._id(), parent.cl_ord_id, order_qty=lots * 10 * SCALE, price=price * SCALE)

    @precondition(lambda self: self._orders(ended=False))
    @rule(data=st.data(), lots=st.integers(1, 10))
    def venue_fills(self, data: st.DataObject, lots: int) -> None:
        order = data.draw(st.sampled_from(self._orders(ended=False)))
        qty = min(lots * 10, order.leaves_qty // SCALE)
        if qty > 0:
            self.bench.trade(self._venue(order), order, qty, 10, exec_id=f"E{self._id()}")

    @precondition(lambda self: self._orders(ended=False))
    @rule(data=st.data())
    def venue_accepts(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self._orders(ended=False)))
        self.bench.accept(self._venue(order), order.venue_cl_ord_id, exec_id=f"N{self._id()}")

    @precondition(lambda self: self._orders(ended=False))
    @rule(data=st.data())
    def venue_ends(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self._orders(ended=False)))
        cancels = [request for request in order.requests if request.kind == 2]
        if cancels:
            self.bench.confirm_cancel(self._venue(order), cancels[0].venue_cl_ord_id, order.venue_cl_ord_id)
        else:
            self.bench.expire(self._venue(order), order)

    @precondition(lambda self: any(not o.cum_qty for o in self._orders(ended=False)))
    @rule(data=st.data())
    def venue_rejects(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from([o for o in self._orders(ended=False) if not o.cum_qty]))
        self.bench.reject(self._venue(order), order)

    @precondition(lambda self: any(o.requests for o in self._orders(ended=False)))
    @rule(data=st.data())
    def venue_refuses_a_cancel(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from([o for o in self._orders(ended=False) if o.requests]))
        cancels = [request for request in order.requests if request.kind == 2]
        if cancels:
            self.bench.refuse_cancel(self._venue(order), cancels[0].venue_cl_ord_id, order.venue_cl_ord_id)

    @precondition(lambda self: any(o.executions for o in self.bench.ledger.orders()))
    @rule(data=st.data())
    def venue_busts(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from([o for o in self.bench.ledger.orders() if o.executions]))
        standing = [execution for execution in order.executions if not execution.is_busted]
        if standing:
            self.bench.tell(
                self._venue(order),
                kind=ReportKind.TRADE_BUSTED,
                exec_type=ExecType.TRADE_CANCEL,
                ord_status=order.state,
                cl_ord_id=order.venue_cl_ord_id,
                exec_id=f"B{self._id()}",
                exec_ref_id=standing[0].venue_exec_ids[0],
            )

    @precondition(lambda self: self._orders(ended=True))
    @rule(data=st.data())
    def venue_fills_late(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self._orders(ended=True)))
        left = (order.order_qty - order.cum_qty) // SCALE
        if left >= 10:
            parent, _ = self.bench.parents.parent_of(order) or (None, None)
            self.bench.trade(self._venue(order), order, 10, 10, exec_id=f"L{self._id()}")
            if parent is not None:
                # a fill may also bring back an order that the venue had called rejected, all of it
                back = 10 * SCALE + (0 if order.is_ended else order.leaves_qty)
                self.late[parent.order_id] = self.late.get(parent.order_id, 0) + back

    @rule(name=st.sampled_from("XYZ"))
    def link_breaks_or_returns(self, name: str) -> None:
        venue = {"X": self.bench.x, "Y": self.bench.y, "Z": self.bench.z}[name]
        if venue.is_up:
            self.bench.go_down(venue)
        else:
            self.bench.come_up(venue)

    @rule()
    def time_passes(self) -> None:
        self.bench.pass_time(6)

    @rule()
    def gateway_is_killed_and_starts(self) -> None:
        before = self._picture()
        self.bench.restart()
        assert self._picture() == before, "a parent stands where its children stand"

    @rule()
    def checkpoint_and_kill(self) -> None:
        self.bench.checkpoint()
        self.gateway_is_killed_and_starts()

    def _picture(self) -> list[tuple[Any, ...]]:
        return [
            (p.order_id, p.cl_ord_id, p.order_qty, p.cum_qty, p.notional, p.committed_qty, p.is_ended, p.ord_status())
            for p in self.bench.parents.parents.values()
        ]

    @invariant()
    def children_never_exceed_their_parent(self) -> None:
        for parent in self.bench.parents.parents.values():
            orders = [self.bench.ledger.find(parent.strategy, child) for child in parent.children]
            sums = sum(o.cum_qty + (0 if o.is_ended else o.leaves_qty) for o in orders if o is not None)
            assert sums == parent.committed_qty
            largest = max([parent.order_qty, *(r.order_qty for r in [parent.request])])
            assert sums <= largest + self.late.get(parent.order_id, 0), parent.order_id

    @invariant()
    def no_child_beyond_the_limit(self) -> None:
        for parent in self.bench.parents.live():
            for child in parent.live_children():
                order = self.bench.ledger.find(parent.strategy, child.child_id)
                # a replace takes hold when no child of the old terms lives
                assert order is None or order.terms.price <= parent.limit

    @invariant()
    def a_live_parent_has_a_live_child(self) -> None:
        for parent in self.bench.parents.live():
            assert parent.live_children(), parent.order_id

    @invariant()
    def the_strategy_sees_a_legal_life(self) -> None:
        self.seen.take(self.bench.strategies["a"].reports)
        for parent in self.bench.parents.parents.values():
            assert self.seen.state[parent.order_id] in ENDS or not parent.is_ended


ParentsAndChildren.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestParentsAndChildren = ParentsAndChildren.TestCase
