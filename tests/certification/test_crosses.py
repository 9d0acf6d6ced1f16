"""Crosses: the price and the parts that they come to, and what OUCH and ITCH say of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ouch_client import ouch_trading
from test_itch_feed import floor

from fairlead.certification.venues.amounts import UNITS
from fairlead.certification.venues.book_records import BookOrder, OrdType
from fairlead.certification.venues.crosses import find_cross

MARKET_42 = 0x7FFFFFFF * 10**4


def made(number: int, side: str, quantity: int, price: int | None) -> BookOrder:
    kind = OrdType.MARKET if price is None else OrdType.LIMIT
    order = BookOrder(str(number), f"U{number}", side == "B", quantity, kind, price or 0)
    order.is_open, order.priority = True, number
    return order


# (side, quantity, price), the reference; the price, the quantity, and each order's part: worked out by hand.
CASES = {
    "nobody": ([], 10, 10, 0, []),
    "one side only": ([("B", 100, 11)], 10, 10, 0, [0]),
    "no overlap": ([("B", 100, 9), ("S", 100, 11)], 10, 10, 0, [0, 0]),
    "most shares": ([("B", 100, 12), ("B", 100, 10), ("S", 150, 9), ("S", 50, 11)], 10, 10, 150, [100, 50, 150, 0]),
    "market orders first": ([("B", 100, 12), ("B", 60, None), ("S", 100, None)], 10, 10, 100, [40, 60, 100]),
    "nearest to the reference": ([("B", 100, 12), ("S", 100, 8)], 10, 10, 100, [100, 100]),
    "least imbalance": ([("B", 100, 12), ("B", 50, 10), ("S", 100, 9)], 9, 12, 100, [100, 0, 100]),
    "by time": ([("B", 80, 10), ("B", 80, 10), ("S", 100, 10)], 10, 10, 100, [80, 20, 100]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_cross_by_hand(name: str) -> None:
    listed, reference, price, quantity, parts = CASES[name]
    orders = [made(number, *entry) for number, entry in enumerate(listed)]
    cross = find_cross(orders, reference)
    assert (cross.price, cross.quantity) == (price, quantity)
    by_order = {order.order_id: part for order, part in cross.parts}
    assert [by_order.get(order.order_id, 0) for order in orders] == parts


ORDERS = st.lists(
    st.tuples(st.sampled_from("BS"), st.integers(1, 500), st.one_of(st.none(), st.integers(95, 105))), max_size=12
)


@given(ORDERS, st.integers(90, 110))
def test_a_cross_is_fair(listed: list[tuple[str, int, int | None]], reference: int) -> None:
    orders = [made(number, *entry) for number, entry in enumerate(listed)]
    cross = find_cross(orders, reference)
    for is_buy in (True, False):
        assert sum(part for order, part in cross.parts if order.is_buy is is_buy) == cross.quantity
    for order, part in cross.parts:
        assert 0 < part <= order.leaves
        if order.ord_type is OrdType.LIMIT:
            assert order.price >= cross.price if order.is_buy else order.price <= cross.price
    for price in range(90, 111):
        bought = sum(o.leaves for o in orders if o.is_buy and (o.ord_type is OrdType.MARKET or o.price >= price))
        sold = sum(o.leaves for o in orders if not o.is_buy and (o.ord_type is OrdType.MARKET or o.price <= price))
        assert min(bought, sold) <= cross.quantity


async def test_the_opening_cross_over_ouch_and_itch() -> None:
    async with floor() as f:
        f.client.enter(1, "B", 300, 10.05, cross_type="O")
        f.client.enter(2, "S", 200, 10, cross_type="O")
        f.client.enter(3, "S", 50, 10.2, cross_type="O")
        f.client.enter(4, "S", 70, 10.2)
        await f.told(5)
        assert (await f.agree()).codes[9:] == ["A"]  # orders for a cross do not show
        cross = f.venue.cross("MSFT", "O", 10 * UNITS)
        assert (cross.price, cross.quantity) == (10 * UNITS, 200 * UNITS)
        fills = [await f.client.receive("E") for _ in range(2)]
        assert [(m["user_ref_num"], m["quantity"], m["price"], m["liquidity_flag"]) for m in fills] == [
            (1, 200, 10 * UNITS, "O"),
            (2, 200, 10 * UNITS, "O"),
        ]
        assert [await f.client.told() for _ in range(2)] == [("C", 1, 100, "I"), ("C", 3, 50, "I")]
        noii, traded = (await f.agree()).messages[-2:]
        assert [noii[name] for name in ("message_type", "paired_shares", "imbalance_shares")] == ["I", 200, 100]
        assert (noii["imbalance_direction"], noii["cross_type"]) == ("B", "O")
        names = ("message_type", "shares", "cross_price", "cross_type", "match_number")
        assert [traded[name] for name in names] == ["Q", 200, 10 * UNITS, "O", fills[0]["match_number"]]


async def test_market_orders_and_reasons_4_2() -> None:
    async with ouch_trading("4.2") as (client, venue, _, _):
        client.enter(1, "B", 100, 1, price=MARKET_42, cross_type="C")
        client.enter(2, "S", 60, 10, cross_type="C")
        client.cancel(2, 50)
        client.replace(2, 3, 40, 9)
        assert [(await client.told())[:3] for _ in range(4)] == [
            ("A", 1, 100),
            ("A", 2, 60),
            ("C", 2, 10),
            ("U", 3, 40),
        ]
        venue.cross("MSFT", "C", 10 * UNITS)
        assert [await client.told() for _ in range(3)] == [("E", 1, 40, "C"), ("E", 3, 40, "C"), ("C", 1, 60, "C")]
        venue.bust(venue.executions[0].exec_id)
        assert (await client.told())[0] == "B"


async def test_a_halt_cross_takes_orders_while_trading_is_halted() -> None:
    async with ouch_trading("5.0") as (client, venue, _, _):
        venue.halt("MSFT")
        client.enter(1, "B", 100, 11, cross_type="H")
        client.enter(2, "S", 100, 9, cross_type="H")
        client.enter(3, "S", 100, 9)
        assert [(await client.told())[:2] for _ in range(3)] == [("A", 1), ("A", 2), ("J", 3)]
        venue.cross("MSFT", "H", 10 * UNITS)
        assert [await client.told() for _ in range(2)] == [("E", 1, 100, "H"), ("E", 2, 100, "H")]
        venue.resume("MSFT")
        client.enter(4, "S", 100, 9)
        assert await client.told() == ("A", 4, 100, "L")


async def test_orders_for_a_cross_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "venue.db"
    async with ouch_trading("5.0", state_path=state) as (client, _, _, _):
        client.enter(1, "B", 100, 11, cross_type="O")
        await client.told()
    async with ouch_trading("5.0", state_path=state) as (again, venue, _, _):
        again.enter(2, "S", 100, 9, cross_type="O")
        assert [(await again.told())[:2] for _ in range(2)] == [("A", 1), ("A", 2)]
        venue.cross("MSFT", "O", 10 * UNITS)
        assert [await again.told() for _ in range(2)] == [("E", 1, 100, "O"), ("E", 2, 100, "O")]
