"""Orders by a route, over the wire: a FIX 4.4 and an OUCH 5.0 venue seen over ITCH, strategies on each port, a kill."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from fix_strategy_engine import FixClient, text_of
from floor import Floor
from ouch_venues import PASSWORD, RecordingOuchVenue
from processes import until
from venues import RecordingVenue

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.book_records import BookOrder
from fairlead.certification.venues.itch_face import ItchFace, ItchSettings
from fairlead.certification.venues.profile import load_profile
from fairlead.client.client import Client
from fairlead.client.order import Order
from fairlead.gateway.routing.explanation import explain, find_decisions, read_journal

NAMES = {"XEXC": "NVDA.X", "XO50": "NVDA"}
TABLES = """
[[instruments]]
symbol = "NVDA"
tick = "0.01"
lot = "1"
currency = "USD"
venues = ["XEXC", "XO50"]
venue_symbols = { XEXC = "NVDA.X" }
security_ids = { XEXC = "NVDA.X" }
[[routes]]
name = "SMART"
kind = "sweep"
[[routes]]
name = "FILLUP"
kind = "sweep"
residual = "post"
[[fees]]
name = "exec"
venue = "XEXC"
tiers = [{ taker = "0.0030" }]
"""


class RoutedFloor(Floor):
    """Two venues whose books hold what a test puts there, each with an ITCH feed."""

    def __init__(self, folder: Path) -> None:
        profile = replace(load_profile("XEXC"), price_places=2, largest_price=199_999 * UNITS)
        self.fix = RecordingVenue("XEXC", is_quoted=False, profile=profile)
        self.ouch = RecordingOuchVenue("XO50", is_quoted=False, profile=load_profile("XNQ"))
        super().__init__(folder, (self.fix, self.ouch))
        self.environ = {"OUCH_PASSWORD": PASSWORD}
        self.faces = {venue.name: ItchFace(venue, ItchSettings()) for venue in (self.fix, self.ouch)}
        self.count = 0

    async def open(self) -> None:
        """Open venues and feeds."""
        feeds = []
        for name, face in self.faces.items():
            port = await face.listen("127.0.0.1", 0)
            feeds.append(
                f'[[feeds]]\nname = "{name}-ITCH"\nvenue = "{name}"\nmapping = "itch_5_0"\ntransport = "soup"\n'
                f'hosts = ["127.0.0.1:{port}"]\nusername = "FEED"\nreconnect_first_s = 0.05\nreconnect_max_s = 0.1'
            )
        self.tables.more = "\n".join([*feeds, TABLES])
        await super().open()

    def show(self, name: str, quantity: int, price: str, is_buy: bool = False) -> BookOrder:
        """Put an order of somebody else's into a venue's book."""
        self.count += 1
        amount = int(Decimal(price) * UNITS)
        order = BookOrder(f"H{self.count}", "HOUSE", is_buy, quantity * UNITS, price=amount)
        self.venues[name].desk.book(NAMES[name]).submit(order)
        self.venues[name].end_turn()
        return order

    async def start_seen(self) -> None:
        """Start the gateway, and wait until its books have what was shown so far."""
        await self.start()
        await until(lambda: len(self.gateway.events("feed_current")) == len(self.faces), "the books")


@pytest.fixture
async def routed(tmp_path: Path) -> AsyncIterator[RoutedFloor]:
    floor = RoutedFloor(tmp_path)
    floor.show("XEXC", 100, "430.00")
    floor.show("XO50", 50, "430.00")
    await floor.open()
    yield floor
    await floor.close()


async def client_of(floor: RoutedFloor, port: str) -> Client:
    return await (floor.binary_client() if port == "binary" else floor.json_client())


async def filled(order: Order, quantity: int) -> None:
    await until(lambda: order.cum_qty >= quantity, f"{quantity} executed")


@pytest.mark.parametrize("port", ["json", "binary"])
async def test_a_sweep_takes_from_both_venues_and_cancels_the_rest(routed: RoutedFloor, port: str) -> None:
    if port == "binary":
        routed.use_binary_port()
    await routed.start_seen()
    client = await client_of(routed, port)
    order = client.new_order("buy", 200, "NVDA", price="430.00", venue="SMART")
    await asyncio.wait_for(order.done(), 60)
    assert (order.cum_qty, order.leaves_qty, order.avg_px) == (150, 0, 430)
    assert {report.last_mkt for report in order.reports if report.last_mkt} == {"XEXC", "XO50"}
    assert order.ord_status is not None and order.ord_status.name == "CANCELED"
    assert sum(kind == "D" for kind, _ in routed.fix.received.elements()) == 1
    assert sum(kind == "O" for kind, _ in routed.ouch.face.received.elements()) == 1
    # the venue without a fee comes first, and the record decides the same again
    found = read_journal(routed.state / "journal")
    told = explain(find_decisions(found, order.cl_ord_id)[0], found.ledger)
    assert [venue["venue"] for venue in told["venues"]] == ["XO50", "XEXC"]
    assert told["replay_agrees"]
    assert [venue["filled_qty"] for venue in told["venues"]] == ["50", "100"]


async def test_the_same_by_fix_without_a_change_of_wire(routed: RoutedFloor) -> None:
    reports: list[tuple[str, str, str, str]] = []

    class Strategy(FixClient):
        def on_report(self, msg_type: str, message: object) -> None:
            reports.append(tuple(text_of(message, tag) for tag in (39, 14, 151, 11)))  # type: ignore[arg-type]

    await routed.start_seen()
    strategy = await routed.fix_client(make=Strategy)
    strategy.send(
        "D", (11, "F1"), (1, "ACC-beta"), (55, "NVDA"), (54, 1), (38, 120), (40, 2), (44, "430.00"), (59, 0),
        (100, "SMART"), (60, "20260302-14:30:00.000"),
    )  # fmt: skip
    await until(lambda: reports and reports[-1][0] == "2", "the fill")
    assert reports[0] == ("0", "0", "120", "F1")
    assert reports[-1] == ("2", "120", "0", "F1")


async def test_what_rests_survives_a_kill_and_is_filled_and_cancelled_after_it(routed: RoutedFloor) -> None:
    await routed.start_seen()
    client = await routed.json_client()
    order = client.new_order("buy", 230, "NVDA", price="430.00", venue="FILLUP")
    await filled(order, 150)
    await until(lambda: any(o.leaves for v in (routed.fix, routed.ouch) for o in v.orders if o.is_open), "the rest")
    resting = next(v.name for v in (routed.fix, routed.ouch) if any(o.is_open for o in v.orders))
    await routed.gateway.kill()
    # executed while nobody looks
    routed.show(resting, 30, "430.00")
    await routed.start()
    await filled(order, 180)
    assert order.leaves_qty == 50
    status = await asyncio.wait_for(client.status(order), 60)
    assert status.cum_qty == 180 * 10**8
    client.cancel(order)
    await asyncio.wait_for(order.done(), 60)
    assert (order.cum_qty, order.leaves_qty) == (180, 0)
    assert not [o for venue in (routed.fix, routed.ouch) for o in venue.orders if o.is_open]
    await routed.gateway.stop()
    assert routed.ouch.faults(read_journal(routed.state / "journal").ledger) == []
