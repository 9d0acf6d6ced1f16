"""Trade with a venue run by QuickFIX, which checks every message of the gateway's against its dictionary."""

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from engine import Engine, free_port
from gateway_run import INSTRUMENTS, SECRET, VERSIONS, GatewayPorts, GatewayRun
from inbox import Inbox
from venue_desk import VenueDesk

from fairlead.client import Client, Order
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import OrdStatus, ReportKind
from fairlead.codecs.vocabulary.messages_cy import Report

NO = "no thanks"
"""What the venue says when it refuses because a test wants it to."""


class Bed:
    """QuickFIX as the venue, the gateway, and a strategy."""

    def __init__(self, engine: Engine, gateway: GatewayRun) -> None:
        self.engine = engine
        self.gateway = gateway
        self.venue = VenueDesk(engine)
        self.reports: Inbox[Report] = Inbox("strategy")
        self.client: Client

    async def start(self) -> None:
        await self.engine.start()
        await self.gateway.start()
        await self.gateway.venues_up()
        port = self.gateway.ports.json
        self.client = await Client.connect("127.0.0.1", port, "alpha", SECRET, on_report=self._take)

    def _take(self, seq: int, report: Report, order: Order | None) -> None:
        self.reports.put(report)

    async def report(self, kind: ReportKind, **fields: object) -> Report:
        """Wait for a report to the strategy."""
        return await self.reports.take(
            lambda report: report.kind == kind and all(getattr(report, k) == v for k, v in fields.items()),
            f"{kind.name} {fields}",
        )

    async def open_order(self, qty: int = 100):
        """Place an order and let the venue accept it."""
        order = self.client.new_order("buy", qty, "MSFT", price="10.50")
        request = await self.venue.order()
        self.venue.accept(request)
        await self.report(ReportKind.ACCEPTED, cl_ord_id=order.cl_ord_id)
        return order, request

    def fills(self) -> list[tuple[str, str]]:
        """Return ExecID and quantity of every fill that the strategy was told."""
        return [
            (report.exec_id, fixed_to_str(report.last_qty))
            for report in self.reports.items
            if report.kind == ReportKind.FILLED
        ]


@pytest.fixture
async def bed(make_engine: Callable[..., Engine], version: str, tmp_path: Path) -> AsyncIterator[Bed]:
    venue = VERSIONS[version]
    engine = make_engine(
        "acceptor", version, free_port(), sender_comp_id=venue, target_comp_id="FAIRLEAD", use_data_dictionary=True
    )
    bed = Bed(engine, GatewayRun(tmp_path / "gateway", GatewayPorts({venue: engine.settings.port})))
    await bed.start()
    yield bed
    await bed.client.close()
    await bed.gateway.kill()
    rejects = [str(fields) for fields in engine.all("admin-out", {35: "3"}) if fields[58] != NO]
    assert not rejects, "QuickFIX rejected what the gateway sent"


async def test_order_as_the_venue_wants_it(bed: Bed, version: str) -> None:
    bed.client.new_order("sell", 70, "MSFT", price="10.50", time_in_force="immediate_or_cancel")
    order = await bed.venue.order()
    assert {tag: order[tag] for tag in (54, 38, 40, 44, 59)} == {54: "2", 38: "70", 40: "2", 44: "10.5", 59: "3"}
    if version == "FIX.4.2":
        assert (order[55], order[1], order[21]) == ("MSFT", "ACC", "1")
        assert not bed.engine.all("admin-in", {35: "A"})[0][553]
    else:
        assert (order[55], order[48], order[22]) == ("MSFT.X", "MSFT.X", "8")
        assert (order.all(448), order.all(452)) == (["ACC"], ["24"])
        assert bed.engine.all("admin-in", {35: "A", 553: "FAIR", 554: SECRET})


TERMS: dict[str, tuple[dict[str, Any], ...]] = {
    "FIX.4.2": (
        {},
        {"price": "10.50", "time_in_force": "good_till_cancel", "max_floor": "20", "text": "careful"},
        {"stop_px": "10.60", "order_capacity": "P", "locate_reqd": "N"},
        {"price": "10.50", "min_qty": "10", "exec_inst": "1 G", "currency": "USD"},
    ),
    "FIX.4.4": (
        {},
        {"price": "10.50", "stop_px": "10.40", "order_capacity": "R"},
        {"price": "10.50", "time_in_force": "good_till_date", "expire_time_ns": 2_000_000_000_000_000_000},
        {"price": "10.50", "time_in_force": "fill_or_kill", "min_qty": "10", "max_floor": "20"},
    ),
}


async def test_orders_of_every_kind_are_valid(bed: Bed, version: str) -> None:
    for symbol in INSTRUMENTS:
        for terms in TERMS[version]:
            order = bed.client.new_order("sell", 50, symbol, **terms)
            bed.venue.accept(await bed.venue.order())
            await order
            assert order.ord_status == OrdStatus.NEW, order.text


async def test_unanswered_order_is_asked_for(bed: Bed) -> None:
    order = bed.client.new_order("buy", 100, "MSFT", price="10.50")
    request = await bed.venue.order()
    question = await bed.engine.saw("in", {35: "H", 11: request[11]})
    assert (question[55], question[54]) == (request[55], "1")
    bed.venue.report(request, "0" if bed.venue.is_4_2 else "I", "0", trans_type="3")
    await order
    assert order.ord_status == OrdStatus.NEW


async def test_mass_cancel(bed: Bed) -> None:
    opened = [await bed.open_order() for _ in range(2)]
    request = bed.client.mass_cancel()
    for _ in opened:
        bed.venue.report(await bed.venue.cancel(), "4", "4", leaves="0")
    for order, _ in opened:
        await order.done()
        assert order.ord_status == OrdStatus.CANCELED
    await request


async def test_fills_correction_and_bust(bed: Bed) -> None:
    order, request = await bed.open_order()
    first = bed.venue.fill(request, "40", "10.5", cum="40", avg="10.5")
    second = bed.venue.fill(request, "60", "10.4", cum="100", avg="10.44")
    await order.done()
    assert (order.ord_status, order.cum_qty, order.avg_px) == (OrdStatus.FILLED, 100, Decimal("10.44"))
    bed.venue.correct(request, second, "60", "10.3", "2", cum="100", avg="10.38")
    await bed.report(ReportKind.TRADE_CORRECTED)
    assert order.avg_px == Decimal("10.38")
    bed.venue.bust(request, first, "1", cum="60", avg="10.3")
    await bed.report(ReportKind.TRADE_BUSTED)
    assert (order.ord_status, order.cum_qty) == (OrdStatus.PARTIALLY_FILLED, 60)


async def test_replace_then_cancel(bed: Bed) -> None:
    order, request = await bed.open_order()
    changing = bed.client.replace(order, order_qty=150, price="10.55")
    replace = await bed.venue.replace()
    assert (replace[41], replace[38], replace[44]) == (request[11], "150", "10.55")
    bed.venue.report(replace, "5", "5" if bed.venue.is_4_2 else "0", more={44: "10.55"})
    assert (await changing).kind == ReportKind.REPLACED
    assert (order.order_qty, order.price) == (150, Decimal("10.55"))
    ending = bed.client.cancel(order)
    cancel = await bed.venue.cancel()
    assert cancel[41] == replace[11]
    bed.venue.report(cancel, "4", "4", leaves="0")
    assert (await ending).kind == ReportKind.CANCELED
    assert order.ord_status == OrdStatus.CANCELED


async def test_refused_cancel_and_refused_replace_leave_the_order(bed: Bed) -> None:
    order, _ = await bed.open_order()
    ending = bed.client.cancel(order)
    bed.venue.refuse_change(await bed.venue.cancel(), "0", "0", "too late, says the venue")
    answer = await ending
    assert (answer.kind, answer.text) == (ReportKind.CANCEL_REJECTED, "too late, says the venue")
    changing = bed.client.replace(order, price="10.60")
    bed.venue.refuse_change(await bed.venue.replace(), "0", "2", "not now")
    assert (await changing).kind == ReportKind.CANCEL_REJECTED
    assert (order.ord_status, order.price) == (OrdStatus.NEW, Decimal("10.50"))


async def test_fill_crosses_a_cancel(bed: Bed) -> None:
    order, request = await bed.open_order()
    ending = bed.client.cancel(order)
    cancel = await bed.venue.cancel()
    bed.venue.report(cancel, "6", "6", leaves="100")
    bed.venue.fill(request, "100", "10.5", cum="100", avg="10.5")
    bed.venue.refuse_change(cancel, "2", "0", "too late to cancel")
    assert (await ending).kind == ReportKind.CANCEL_REJECTED
    assert (order.ord_status, order.cum_qty) == (OrdStatus.FILLED, 100)


async def test_orders_refused_by_the_venue(bed: Bed) -> None:
    orders = [bed.client.new_order("buy", 100, "MSFT", price="10.50") for _ in range(3)]
    by_report, by_business_reject, by_reject = [await bed.venue.order() for _ in orders]
    bed.venue.report(by_report, "8", "8", leaves="0", more={103: "0", 58: NO})
    bed.engine.send("j", (45, by_business_reject[34]), (372, "D"), (379, by_business_reject[11]), (380, "0"), (58, NO))
    bed.engine.send("3", (45, by_reject[34]), (372, "D"), (373, "5"), (58, NO))
    for order in orders:
        await order
        assert order.ord_status == OrdStatus.REJECTED
        assert NO in order.text


async def test_unsolicited_cancel_and_expiry(bed: Bed) -> None:
    canceled, request = await bed.open_order()
    bed.venue.report(request, "4", "4", leaves="0", more={58: "by the desk"})
    await canceled.done()
    expired, request = await bed.open_order()
    bed.venue.report(request, "C", "C", leaves="0")
    await expired.done()
    assert (canceled.ord_status, expired.ord_status) == (OrdStatus.CANCELED, OrdStatus.EXPIRED)


async def test_killed_venue_comes_back_with_its_numbers(bed: Bed) -> None:
    order, request = await bed.open_order()
    bed.venue.fill(request, "40", "10.5", cum="40", avg="10.5")
    await bed.report(ReportKind.FILLED)
    await bed.engine.kill()
    await bed.gateway.logged("venue_down")
    await bed.engine.start()
    await bed.engine.saw("logon")
    await bed.gateway.venues_up()
    bed.venue.fill(request, "60", "10.5", cum="100", avg="10.5")
    await order.done()
    assert [quantity for _, quantity in bed.fills()] == ["40", "60"]
    first, second = bed.engine.all("admin-in", {35: "A"})
    assert (first[34], 141 in second) == ("1", False)
    assert int(second[34]) > 2
    assert len(bed.engine.all("in", {35: "D"})) == 1


async def test_fills_reported_while_the_gateway_was_dead_arrive_once(bed: Bed) -> None:
    order, request = await bed.open_order()
    bed.venue.fill(request, "10", "10.5", cum="10", avg="10.5")
    await bed.report(ReportKind.FILLED)
    await bed.gateway.kill()
    await bed.engine.saw("logout")
    bed.venue.fill(request, "20", "10.5", cum="30", avg="10.5")
    bed.venue.fill(request, "30", "10.5", cum="60", avg="10.5")
    await bed.gateway.start()
    await bed.gateway.venues_up()
    await bed.engine.saw("out", {14: "60", 43: "Y"})
    bed.venue.fill(request, "40", "10.5", cum="100", avg="10.5")
    await order.done()
    assert [quantity for _, quantity in bed.fills()] == ["10", "20", "30", "40"]
    assert len(bed.engine.all("in", {35: "D"})) == 1
    assert [request[7] for request in bed.engine.all("admin-in", {35: "2"})] == ["4"]


async def test_order_goes_on_after_both_were_killed(bed: Bed) -> None:
    order, request = await bed.open_order()
    await bed.gateway.kill()
    await bed.engine.saw("logout")
    bed.venue.fill(request, "25", "10.5", cum="25", avg="10.5")
    await bed.engine.stored()
    await bed.engine.kill()
    await bed.gateway.start()
    await bed.engine.start()
    await bed.gateway.venues_up()
    await bed.report(ReportKind.FILLED)
    ending = bed.client.cancel(order)
    cancel = await bed.venue.cancel()
    assert cancel[41] == request[11]
    bed.venue.report(cancel, "4", "4", cum="25", avg="10.5", leaves="0")
    assert (await ending).kind == ReportKind.CANCELED
    assert (order.cum_qty, [quantity for _, quantity in bed.fills()]) == (25, ["25"])
