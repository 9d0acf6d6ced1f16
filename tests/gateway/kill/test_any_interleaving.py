"""After anything whatever, a kill says that it is done exactly when no order of its scope lives in the books."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from kill_bench import SETTINGS, KillBench
from path_bench import Venue

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, ReportKind
from fairlead.gateway.kill.building import build_switch
from fairlead.gateway.kill.records import Memory
from fairlead.gateway.kill.resumption import resume
from fairlead.gateway.orders.order_cy import Order

SCOPES: tuple[dict[str, str], ...] = (
    {},
    {"strategy": "a"},
    {"account": "ACC-b"},
    {"venue": "X"},
    {"symbol": "MSFT"},
    {"strategy": "b", "venue": "Y"},
)
QTY = 100 * SCALE


class Floor:
    """Hold a bench and do one step after another; ``which`` chooses among what there is."""

    def __init__(self, folder: Path) -> None:
        self.bench = KillBench(folder)
        self._made = 0
        self._starts = 1

    def step(self, name: str, which: int) -> None:
        actions: dict[str, Callable[[int], None]] = {
            "order": self.order,
            "replace": self.replace,
            "engage": self.engage,
            "kill order": self.kill_order,
            "release": self.release,
            "answer": self.answer,
            "refuse": self.refuse,
            "fill": self.fill,
            "bust": self.bust,
            "expire": self.expire,
            "break": self.break_link,
            "time": lambda which: self.bench.pass_time(0.4 * (1 + which % 4)),
            "turn": lambda which: self.bench.switch.advance(*self.bench.times) and None,
            "resolve": self.resolve,
            "restart": self.restart,
        }
        actions[name](which)

    @property
    def orders(self) -> list[Order]:
        return list(self.bench.ledger.orders())

    @property
    def living(self) -> list[Order]:
        return self.bench.ledger.open_orders()

    def venue(self, order: Order) -> Venue:
        return self.bench.x if order.venue == "X" else self.bench.y

    def order(self, which: int) -> None:
        self._made += 1
        fields = {"symbol": ("MSFT", "FREE")[which % 2], "venue": ("X", "Y")[which // 2 % 2]}
        strategy = ("a", "b")[which // 4 % 2]
        reports = self.bench.order(strategy, cl_ord_id=str(self._made), **fields)
        order = self.bench.ledger.find(strategy, str(self._made))
        if not reports and order is not None and which % 3:
            self.bench.accept(self.venue(order), order.venue_cl_ord_id)

    def replace(self, which: int) -> None:
        if self.living:
            order = self.living[which % len(self.living)]
            self._made += 1
            self.bench.replace(str(self._made), order.cl_ord_id, order.strategy, order_qty=2 * QTY)

    def engage(self, which: int) -> None:
        self.bench.engage(cancel=which % 5 != 0, **SCOPES[which % len(SCOPES)])

    def kill_order(self, which: int) -> None:
        if self.living:
            order = self.living[which % len(self.living)]
            self.bench.switch.kill_orders([order.order_id], "ann", "wrong", *self.bench.times)

    def release(self, which: int) -> None:
        kills = list(self.bench.switch.kills)
        if kills:
            times = self.bench.times
            self.bench.switch.release(kills[which % len(kills)], "ann", "bob", "over", times[1], with_live=True)

    def _in_flight(self, which: int) -> tuple[Order, str, str] | None:
        found = [
            (order, request.venue_cl_ord_id, order.venue_cl_ord_id)
            for order in self.living
            for request in order.requests
            if request.kind == 2
        ]
        return found[which % len(found)] if found else None

    def answer(self, which: int) -> None:
        found = self._in_flight(which)
        if found is not None:
            self.bench.confirm_cancel(self.venue(found[0]), *found[1:])

    def refuse(self, which: int) -> None:
        found = self._in_flight(which)
        if found is not None:
            self.bench.refuse_cancel(self.venue(found[0]), *found[1:])

    def fill(self, which: int) -> None:
        if self.living:
            order = self.living[which % len(self.living)]
            self._made += 1
            qty = 10 if which % 2 else order.leaves_qty // SCALE
            status = OrdStatus.PARTIALLY_FILLED if which % 2 else OrdStatus.FILLED
            self.bench.fill(self.venue(order), order.venue_cl_ord_id, qty, f"F{self._made}", status)

    def bust(self, which: int) -> None:
        found = [(order, each) for order in self.orders for each in order.executions if not each.is_busted]
        if found:
            order, execution = found[which % len(found)]
            self._made += 1
            self.bench.tell(
                self.venue(order),
                kind=ReportKind.TRADE_BUSTED,
                exec_type=ExecType.TRADE_CANCEL,
                ord_status=OrdStatus.NEW,
                cl_ord_id=order.venue_cl_ord_id,
                exec_id=f"B{self._made}",
                exec_ref_id=execution.venue_exec_ids[0],
                last_qty=execution.last_qty,
            )

    def expire(self, which: int) -> None:
        if self.living:
            order = self.living[which % len(self.living)]
            self._made += 1
            expired = {"kind": ReportKind.EXPIRED, "exec_type": ExecType.EXPIRED, "ord_status": OrdStatus.EXPIRED}
            self.bench.tell(self.venue(order), **expired, cl_ord_id=order.venue_cl_ord_id, exec_id=f"E{self._made}")

    def break_link(self, which: int) -> None:
        venue = (self.bench.x, self.bench.y)[which % 2]
        if venue.is_up:
            self.bench.go_down(venue)
        else:
            self.bench.come_up(venue)

    def resolve(self, which: int) -> None:
        listed = list(self.bench.switch.escalations.listed())
        if listed:
            order_id = listed[which % len(listed)].order.order_id
            self.bench.switch.resolve([order_id], "ann", "told by telephone", self.bench.times[1])

    def restart(self, which: int) -> None:
        """Make the switch anew from its records, from a checkpoint where ``which`` says so."""
        bench = self.bench
        if which % 2:
            bench.kill_records.clear()
            bench.switch.write_checkpoint(bench.times[1])
        memory = Memory()
        for payload, utc_ns in bench.kill_records:
            memory.replay(payload, utc_ns)
        self._starts += 1
        for venue in (bench.x, bench.y):
            if venue.is_up:
                bench.go_down(venue)
        # the old switch must hear nothing more: its process is gone
        bench.switch.kills.clear()
        bench.switch = build_switch(SETTINGS, bench.path, self._starts, bench.keep_kill_record, bench.watch.alert)
        resume(bench.switch, memory, bench.ledger, *bench.times)

    def check(self) -> None:
        switch = self.bench.switch
        wanted: set[str] = set()
        for campaign in switch.kills.values():
            if not campaign.is_cancelling:
                continue
            live = {order.order_id for order in switch.open_orders(campaign)}
            wanted |= live
            total = campaign.tallies[""]
            assert campaign.is_done == (not live)
            assert bool(campaign.done_utc_ns) == (not live)
            assert total.live == len(live)
            assert total.total == sum(tally.total for venue, tally in campaign.tallies.items() if venue)
            assert all(0 <= tally.unsent <= tally.live for tally in campaign.tallies.values())
        assert set(switch.lines) == wanted
        assert set(switch.blocks.in_force) == {each.campaign_id for each in switch.kills.values() if each.blocks}


STEPS = (
    "order", "order", "order", "replace", "engage", "kill order", "release", "answer", "answer", "refuse", "fill",
    "bust", "expire", "break", "time", "turn", "resolve", "restart",
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 40)), max_size=40))
def test_done_means_that_no_order_of_the_scope_lives(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        floor = Floor(Path(folder))
        for name, which in steps:
            floor.step(name, which)
            floor.check()
