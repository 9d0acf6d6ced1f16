"""The price-time book: its invariants under any flow, and its rules one by one."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.certification.venues.book import OrderBook
from fairlead.certification.venues.book_records import BookOrder, Ended, Event, Fill, OrdType, TimeInForce, Triggered

_NUMBERS = iter(range(1, 10**9))


class WatchedBook(OrderBook):
    """Return the events of a call from the call."""

    def __init__(self, self_match: str = "allow") -> None:
        self.events: list[Event] = []
        super().__init__("X", self.events.append, self_match)  # type: ignore[arg-type]

    def watch(self, name: str, *arguments: object) -> list[Event]:
        self.events.clear()
        getattr(self, name)(*arguments)
        return list(self.events)


def limit(is_buy: bool, quantity: int, price: int, owner: str = "A", **terms: object) -> BookOrder:
    return BookOrder(f"O{next(_NUMBERS)}", owner, is_buy, quantity, price=price, **terms)  # type: ignore[arg-type]


def fills(events: list[Event]) -> list[tuple[str, int, int]]:
    return [(event.resting.order_id, event.quantity, event.price) for event in events if isinstance(event, Fill)]


ORDERS = st.builds(
    dict,
    is_buy=st.booleans(),
    quantity=st.integers(1, 50),
    price=st.integers(95, 105),
    stop_price=st.integers(95, 105),
    ord_type=st.sampled_from(OrdType),
    time_in_force=st.sampled_from(TimeInForce),
    owner=st.sampled_from("AB"),
    min_quantity=st.sampled_from([0, 0, 5, 20]),
    max_floor=st.sampled_from([0, 0, 1, 7]),
    post_only=st.booleans(),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), ORDERS),
        st.tuples(st.just("cancel"), st.integers(0, 1000)),
        st.tuples(st.just("replace"), st.integers(0, 1000), st.integers(0, 60), st.integers(95, 105)),
        st.tuples(st.just("reinstate"), st.integers(0, 1000), st.integers(1, 50)),
    ),
    max_size=40,
)


def check(book: OrderBook, orders: list[BookOrder], filled: dict[str, int]) -> None:
    if book.self_match == "allow" and book.best_bid is not None and book.best_offer is not None:
        assert book.best_bid < book.best_offer
    resting = {id(order) for side in (True, False) for order in book.resting(side)}
    waiting = {id(order) for order in book.waiting()}
    for order in orders:
        assert order.cum == filled[order.order_id]
        assert order.leaves >= 0
        assert (id(order) in resting) + (id(order) in waiting) == order.is_open
    for side in (True, False):
        levels: dict[int, list[int]] = defaultdict(list)
        for order in book.resting(side):
            levels[order.price].append(order.priority)
            assert 0 < order.shown <= order.leaves
            assert order.max_floor == 0 or order.shown <= order.max_floor
        assert list(levels) == sorted(levels, reverse=side)
        assert all(priorities == sorted(priorities) for priorities in levels.values())


@pytest.mark.parametrize("self_match", ["allow", "cancel_newest", "cancel_resting", "cancel_both"])
@given(steps=STEPS)
def test_invariants_hold_under_any_flow(self_match: str, steps: list[tuple]) -> None:
    """Never crossed; CumQty is the sum of fills; leaves are never negative; open orders, and no others, are in the
    book once; within a level the order is that of arrival; no order trades beyond its limit or with itself."""
    book = WatchedBook(self_match)
    orders: list[BookOrder] = []
    filled: dict[str, int] = defaultdict(int)
    for name, *arguments in steps:
        events: list[Event] = []
        if name == "submit":
            orders.append(BookOrder(f"O{len(orders)}", **arguments[0]))
            events = book.watch("submit", orders[-1])
        elif orders:
            order = orders[arguments[0] % len(orders)]
            if name == "cancel" and order.is_open:
                leaves = order.leaves
                assert book.cancel(order) == leaves
            elif name == "replace" and order.is_open:
                events = book.watch("replace", order, arguments[1], arguments[2], order.stop_price)
            elif name == "reinstate" and order.cum and order.time_in_force in (TimeInForce.DAY, TimeInForce.GTC):
                quantity = min(arguments[1], order.cum)
                filled[order.order_id] -= quantity
                events = book.watch("reinstate", order, quantity)
        for event in events:
            if isinstance(event, Fill):
                filled[event.resting.order_id] += event.quantity
                filled[event.incoming.order_id] += event.quantity
                assert event.quantity > 0
                assert event.price == event.resting.price
                assert self_match == "allow" or event.resting.owner != event.incoming.owner
                if event.incoming.ord_type is OrdType.LIMIT:
                    worse = event.price - event.incoming.price
                    assert worse <= 0 if event.incoming.is_buy else worse >= 0
        check(book, orders, filled)


def test_better_prices_trade_first_then_earlier_orders() -> None:
    book = WatchedBook()
    late, early, better = limit(False, 5, 101), limit(False, 5, 101), limit(False, 5, 100)
    for order in (early, late, better):
        book.submit(order)
    assert fills(book.watch("submit", limit(True, 12, 101))) == [
        (better.order_id, 5, 100),
        (early.order_id, 5, 101),
        (late.order_id, 2, 101),
    ]


@pytest.mark.parametrize(
    ("quantity", "price", "keeps_place"), [(5, 100, True), (10, 100, True), (11, 100, False), (10, 101, False)]
)
def test_a_replace_keeps_its_place_only_when_it_asks_for_no_more(quantity: int, price: int, keeps_place: bool) -> None:
    book = WatchedBook()
    first, second = limit(True, 10, 100), limit(True, 10, 100)
    book.submit(first)
    book.submit(second)
    assert book.watch("replace", first, quantity, price) == []
    if price == 100:
        assert (book.resting(True)[0] is first) is keeps_place
    else:
        assert book.resting(True)[0] is first
    assert (first.priority < second.priority) is keeps_place


@pytest.mark.parametrize("quantity", [4, 3])
def test_a_replace_to_what_has_executed_or_less_ends_the_order(quantity: int) -> None:
    book = WatchedBook()
    order = limit(True, 10, 100)
    book.submit(order)
    book.submit(limit(False, 4, 100))
    book.replace(order, quantity, 100)
    assert (order.quantity, order.cum, order.leaves, order.is_open) == (4, 4, 0, False)
    assert book.best_bid is None


def test_a_reprice_into_the_other_side_trades() -> None:
    book = WatchedBook()
    offer, bid = limit(False, 10, 101), limit(True, 10, 100)
    book.submit(offer)
    book.submit(bid)
    assert fills(book.watch("replace", bid, 10, 101)) == [(offer.order_id, 10, 101)]


def test_an_iceberg_shows_its_next_part_at_the_end_of_the_level() -> None:
    book = WatchedBook()
    iceberg, plain = limit(False, 10, 100, max_floor=4), limit(False, 5, 100)
    book.submit(iceberg)
    book.submit(plain)
    assert fills(book.watch("submit", limit(True, 12, 100))) == [
        (iceberg.order_id, 4, 100),
        (plain.order_id, 5, 100),
        (iceberg.order_id, 3, 100),
    ]
    assert (iceberg.shown, iceberg.leaves) == (1, 3)


@pytest.mark.parametrize(
    ("time_in_force", "min_quantity", "traded", "ended"),
    [
        (TimeInForce.IOC, 0, 5, True),
        (TimeInForce.OPG, 0, 5, True),
        (TimeInForce.FOK, 0, 0, True),
        (TimeInForce.DAY, 5, 5, False),
        (TimeInForce.DAY, 6, 0, True),
        (TimeInForce.IOC, 6, 0, True),
    ],
)
def test_what_an_order_for_ten_makes_of_five(
    time_in_force: TimeInForce, min_quantity: int, traded: int, ended: bool
) -> None:
    book = WatchedBook()
    book.submit(limit(False, 5, 100))
    order = limit(True, 10, 100, time_in_force=time_in_force, min_quantity=min_quantity)
    events = book.watch("submit", order)
    assert order.cum == traded
    assert isinstance(events[-1], Ended) is ended
    assert order.is_open is not ended


def test_a_post_only_order_that_would_trade_ends() -> None:
    book = WatchedBook()
    book.submit(limit(False, 5, 100))
    order = limit(True, 5, 100, post_only=True)
    assert book.would_trade(order)
    assert [type(event) for event in book.watch("submit", order)] == [Ended]
    assert not book.would_trade(order, 99)


def test_a_market_order_takes_what_there_is_and_does_not_rest() -> None:
    book = WatchedBook()
    book.submit(limit(False, 5, 100))
    order = limit(True, 8, 0, ord_type=OrdType.MARKET)
    assert [type(event) for event in book.watch("submit", order)] == [Fill, Ended]
    assert order.cum == 5


def test_a_stop_waits_for_a_trade_at_its_price_and_sets_off_the_next() -> None:
    book = WatchedBook()
    for price in (100, 101, 103):
        book.submit(limit(False, 5, price))
    stop = limit(True, 5, 0, ord_type=OrdType.STOP, stop_price=100)
    chained = limit(True, 2, 102, ord_type=OrdType.STOP_LIMIT, stop_price=101)
    book.submit(stop)
    book.submit(chained)
    events = book.watch("submit", limit(True, 5, 100))
    assert [type(event) for event in events] == [Fill, Triggered, Fill, Triggered]
    assert stop.cum == 5
    assert (chained.ord_type, book.best_bid, book.best_offer) == (OrdType.LIMIT, 102, 103)


@pytest.mark.parametrize(
    ("self_match", "resting_open", "traded"),
    [("allow", False, 5), ("cancel_newest", True, 0), ("cancel_resting", False, 0), ("cancel_both", False, 0)],
)
def test_self_match_options(self_match: str, resting_open: bool, traded: int) -> None:
    book = WatchedBook(self_match)
    resting, incoming = limit(False, 5, 100), limit(True, 5, 100)
    book.submit(resting)
    book.submit(incoming)
    assert (resting.is_open, incoming.cum) == (resting_open, traded)
    assert incoming.is_open is (self_match == "cancel_resting")


def test_expiry_and_the_end_of_the_day() -> None:
    book = WatchedBook()
    dated = limit(True, 5, 100, time_in_force=TimeInForce.GTD, expires_utc_ns=1000)
    day, good = limit(True, 5, 99), limit(True, 5, 98, time_in_force=TimeInForce.GTC)
    for order in (dated, day, good):
        book.submit(order)
    assert book.watch("expire", 999) == []
    assert [event.order for event in book.watch("expire", 1000) if isinstance(event, Ended)] == [dated]
    assert [event.order for event in book.watch("end_day") if isinstance(event, Ended)] == [day]
    assert book.resting(True) == [good]


def test_a_busted_quantity_comes_back_at_the_end_of_the_queue() -> None:
    book = WatchedBook()
    order, other = limit(False, 10, 100), limit(False, 10, 100)
    book.submit(order)
    book.submit(other)
    book.submit(limit(True, 10, 100))
    assert not order.is_open
    assert book.watch("reinstate", order, 4) == []
    assert book.resting(False) == [other, order]
    assert (order.cum, order.leaves) == (6, 4)
    with pytest.raises(ValueError, match="expected 1 to the executed"):
        book.reinstate(order, 7)
