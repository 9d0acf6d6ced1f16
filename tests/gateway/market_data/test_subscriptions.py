"""What strategies are told of the market: the messages, the refusals, and that conflation loses no truth."""

from collections.abc import Sequence
from typing import Any

import market_fakes
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_fakes import UNIT, FakeBook, FakeMarketData

from fairlead.adapters.market_data import ASK, BID, DirectoryEntry, ReferencePrice, Restriction, TradingState
from fairlead.adapters.strategy_session import MarketDataMessage
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.market_data_codes import MDReqRejReason
from fairlead.codecs.vocabulary.market_data_cy import (
    MarketDataIncrement,
    MarketDataReject,
    MarketDataRequest,
    MarketDataSnapshot,
    SecurityStatus,
)
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions, SubscriptionQueue
from fairlead.gateway.ports.identity import Entitlements, StrategyIdentity

UTC_NS = 1_767_364_200_000_000_000


def request(
    md_req_id: str = "1", symbols: Sequence[str] = ("MSFT",), kind: str = "1", **fields: Any
) -> MarketDataRequest:
    return MarketDataRequest(md_req_id=md_req_id, subscription_request_type=ord(kind), symbols=tuple(symbols), **fields)


class Floor:
    """Hold a market picture and one strategy's queue."""

    def __init__(self, *books: FakeBook, limit: int = 10, entitled: Entitlements | None = None) -> None:
        self.market = FakeMarketData(*books)
        identity = StrategyIdentity("s1", entitlements=entitled or Entitlements())
        self.subscriptions = MarketDataSubscriptions(
            self.market, {"XNAS", "XBOS"}, {"s1": identity}, {"IBM"}, lambda strategy: limit
        )
        self.queue = self.subscriptions.open_queue("s1")

    def ask(self, asked: MarketDataRequest) -> MarketDataReject | None:
        return self.queue.request(asked, 0, UTC_NS)

    def take(self) -> list[MarketDataMessage]:
        return list(iter(lambda: self.queue.next_message(0, UTC_NS), None))


def refusal(queue: SubscriptionQueue, asked: MarketDataRequest) -> tuple[str, str]:
    reject = queue.request(asked, 0, UTC_NS)
    assert reject is not None
    assert reject.md_req_id == asked.md_req_id
    assert not queue.is_due
    return chr(reject.md_req_rej_reason), reject.text


def msft(*bids: int) -> FakeBook:
    book = FakeBook("MSFT")
    for price in bids:
        book.sides[BID][price] = (100, 2)
    return book


def test_state_comes_first_then_the_snapshot_then_each_change() -> None:
    book = msft(10, 9)
    floor = Floor(book)
    book.status.trading_state = TradingState.TRADING
    book.status.state_code = "T"
    assert floor.ask(request()) is None
    status, snapshot = floor.take()
    assert isinstance(status, SecurityStatus)
    assert (status.symbol, status.venue, status.trading_state, status.state_code) == ("MSFT", "XNAS", 1, "T")
    assert isinstance(snapshot, MarketDataSnapshot)
    assert snapshot.bids == ((10 * UNIT, 100 * UNIT, 2), (9 * UNIT, 100 * UNIT, 2))
    assert snapshot.asks == ()
    assert (snapshot.last_px, snapshot.trade_count, snapshot.conflated) == (ABSENT, 0, 0)
    assert not floor.queue.is_due

    floor.market.level(book, ASK, 11, 50)
    (increment,) = floor.take()
    assert isinstance(increment, MarketDataIncrement)
    assert increment.changes == ((48, 49, 11 * UNIT, 50 * UNIT, 1, 1),)
    assert (increment.change_number, increment.conflated, increment.last_px) == (1, 0, ABSENT)

    floor.market.trade(book, 11, 20, utc_ns=77)
    (increment,) = floor.take()
    assert isinstance(increment, MarketDataIncrement)
    assert increment.changes == ()
    assert (increment.last_px, increment.last_qty, increment.last_time_ns) == (11 * UNIT, 20 * UNIT, 77)
    assert (increment.trade_count, increment.total_volume) == (1, 20 * UNIT)


def test_slow_reader_gets_one_message_with_the_latest_state() -> None:
    book = msft(10, 9, 8)
    floor = Floor(book)
    floor.ask(request(market_depth=2))
    floor.take()
    for quantity in (1, 2, 3, 4):
        floor.market.level(book, BID, 9, quantity)
    floor.market.level(book, BID, 10, 0)
    assert floor.queue.held == (1, 2, 1)
    (increment,) = floor.take()
    assert isinstance(increment, MarketDataIncrement)
    # 10 went, 9 changed and is the best now, 8 came within the depth of two
    assert increment.changes == (
        (50, 48, 10 * UNIT, 0, 0, 0),
        (49, 48, 9 * UNIT, 4 * UNIT, 1, 1),
        (48, 48, 8 * UNIT, 100 * UNIT, 2, 2),
    )
    assert increment.conflated == 4


def test_change_that_was_taken_back_is_not_told() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request())
    floor.take()
    floor.market.level(book, BID, 11, 5)
    floor.market.level(book, BID, 11, 0)
    assert floor.take() == []


def test_change_below_the_depth_is_not_told() -> None:
    book = msft(10, 9)
    floor = Floor(book)
    floor.ask(request(market_depth=1))
    floor.take()
    floor.market.tell(book)
    floor.take()
    floor.market.level(book, BID, 9, 7)
    # nor does it cost a turn
    assert not floor.queue.is_due
    book.status.trading_state = TradingState.HALTED
    floor.market.tell(book)
    assert [type(message) for message in floor.take()] == [SecurityStatus]
    floor.market.trade(book, 10, 1)
    assert [type(message) for message in floor.take()] == [MarketDataIncrement]
    floor.market.level(book, BID, 10, 3)
    assert [type(message) for message in floor.take()] == [MarketDataIncrement]


def test_full_refresh_tells_whole_snapshots() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request(market_depth=1, md_update_type=ord("0")))
    floor.take()
    floor.market.level(book, BID, 11, 5)
    (snapshot,) = floor.take()
    assert isinstance(snapshot, MarketDataSnapshot)
    assert snapshot.bids == ((11 * UNIT, 5 * UNIT, 1),)
    floor.market.level(book, BID, 9, 5)
    assert floor.take() == []


def test_only_the_entry_types_asked_for_are_told() -> None:
    book = msft(10)
    book.sides[ASK][12] = (1, 1)
    floor = Floor(book)
    floor.ask(request(md_entry_types="1"))
    _, snapshot = floor.take()
    assert isinstance(snapshot, MarketDataSnapshot)
    assert (snapshot.bids, len(snapshot.asks)) == ((), 1)
    floor.market.trade(book, 10, 1)
    floor.market.level(book, BID, 11, 5)
    assert floor.take() == []


def test_state_changes_are_told_by_themselves() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request())
    floor.take()
    book.status.trading_state = TradingState.HALTED
    book.status.state_reason = "T1"
    book.status.short_restriction = Restriction.IN_EFFECT
    book.status.reference_prices["luld_upper"] = ReferencePrice(12 * UNIT, 5, 6)
    book.status.reference_prices["luld_lower"] = ReferencePrice(8 * UNIT, 0, 6)
    floor.market.tell(book)
    (status,) = floor.take()
    assert isinstance(status, SecurityStatus)
    assert (status.trading_state, status.state_reason, status.short_restriction) == (2, "T1", 2)
    assert status.reference_prices == (("luld_lower", 8 * UNIT, ABSENT, 6), ("luld_upper", 12 * UNIT, 5, 6))
    book.is_stale, book.stale_reason = True, "gap open"
    floor.market.tell(book)
    (status,) = floor.take()
    assert isinstance(status, SecurityStatus)
    assert (status.is_stale, status.text, status.transact_time_ns) == (True, "gap open", UTC_NS)


def test_feed_that_becomes_stale_changes_the_state_and_no_book() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request())
    floor.take()
    book.is_stale, book.stale_reason = True, "silent for 2 s"
    book.change_number -= 1  # which telling raises again
    floor.market.tell(book)
    (status,) = floor.take()
    assert isinstance(status, SecurityStatus)
    assert status.text == "silent for 2 s"


def test_snapshot_request_is_answered_once_and_over() -> None:
    book = msft(10)
    floor = Floor(book)
    assert floor.ask(request(kind="0", symbols=("MSFT", "IBM"))) is None
    told = floor.take()
    assert [(type(m).__name__, m.md_req_id) for m in told] == [
        ("SecurityStatus", "1"),
        ("SecurityStatus", "1"),
        ("MarketDataSnapshot", "1"),
    ]
    assert isinstance(told[0], SecurityStatus)
    assert (told[0].symbol, told[0].is_stale, told[0].text) == ("IBM", True, "no feed has told of this symbol yet")
    floor.market.level(book, BID, 11, 5)
    assert floor.take() == []
    assert floor.queue.held == (0, 0, 0)
    # its id is free again
    assert floor.ask(request()) is None


def test_symbol_of_every_feed_is_told_apart_by_venue() -> None:
    floor = Floor(msft(10), FakeBook("MSFT", "XBOS"))
    floor.ask(request())
    assert sorted(m.venue for m in floor.take() if isinstance(m, MarketDataSnapshot)) == ["XBOS", "XNAS"]
    floor.ask(request("2", venue="XBOS"))
    assert {m.venue for m in floor.take() if isinstance(m, MarketDataSnapshot)} == {"XBOS"}


def test_second_feed_of_a_venue_takes_over_while_the_first_is_stale() -> None:
    first, second = FakeBook("MSFT", feed="a"), FakeBook("MSFT", feed="b")
    first.sides[BID] = {10: (1, 1)}
    second.sides[BID] = {11: (1, 1)}
    second.change_number = 500
    floor = Floor(first, second)
    floor.ask(request())
    (snapshot,) = [m for m in floor.take() if isinstance(m, MarketDataSnapshot)]
    assert snapshot.bids[0][0] == 10 * UNIT
    # while the first is current the second says nothing
    floor.market.level(second, BID, 12, 1)
    assert floor.take() == []
    first.is_stale, first.stale_reason = True, "gap open"
    floor.market.tell(first)
    (snapshot,) = floor.take()
    assert isinstance(snapshot, MarketDataSnapshot)
    assert [price for price, _, _ in snapshot.bids] == [12 * UNIT, 11 * UNIT]
    assert not snapshot.is_stale
    floor.market.level(first, BID, 9, 1)
    assert floor.take() == []
    # it stays with the second when the first is back, and tells that both are stale
    first.is_stale = False
    floor.market.tell(first)
    floor.market.level(second, BID, 13, 1)
    (increment,) = floor.take()
    assert isinstance(increment, MarketDataIncrement)
    first.is_stale = second.is_stale = True
    floor.market.tell(first)
    assert floor.take() == []
    floor.market.tell(second)
    (status,) = floor.take()
    assert isinstance(status, SecurityStatus)
    assert status.is_stale


def test_subscription_begins_with_a_feed_that_is_current() -> None:
    first, second = FakeBook("MSFT", feed="a"), FakeBook("MSFT", feed="b")
    first.is_stale = True
    second.sides[BID] = {11: (1, 1)}
    floor = Floor(first, second)
    floor.ask(request())
    (snapshot,) = [m for m in floor.take() if isinstance(m, MarketDataSnapshot)]
    assert len(snapshot.bids) == 1


def test_long_lists_of_names_are_cut_in_texts() -> None:
    floor = Floor(msft(10))
    names = [f"S{number}" for number in range(8)]
    assert refusal(floor.queue, request(symbols=names))[1] == (
        "no feed and no instrument list knows S0, S1, S2, S3, S4 and others"
    )


def test_instrument_that_no_feed_has_told_of_is_served_once_one_does() -> None:
    floor = Floor()
    assert floor.ask(request(symbols=("IBM",))) is None
    (status,) = floor.take()
    assert isinstance(status, SecurityStatus)
    assert status.is_stale
    book = FakeBook("IBM")
    floor.market.all.append(book)
    floor.market.level(book, BID, 5, 1)
    assert [type(m) for m in floor.take()] == [SecurityStatus, MarketDataSnapshot]


def test_symbol_in_a_feeds_directory_is_known() -> None:
    floor = Floor()
    floor.market.entries.append(DirectoryEntry("AAPL", "AAPL", "itch", "XNAS"))
    assert floor.ask(request(symbols=("AAPL",))) is None


def test_unsubscribed_is_told_nothing_more() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request())
    floor.take()
    floor.market.level(book, BID, 11, 5)
    assert floor.ask(request(kind="2", symbols=())) is None
    assert floor.take() == []
    floor.market.level(book, BID, 12, 5)
    assert floor.take() == []


@pytest.mark.parametrize(
    ("asked", "reason", "text"),
    [
        (request(""), "M", "no md_req_id received"),
        (request(kind="7"), "4", "'7' received, expected 0 snapshot, 1 subscribe, 2 unsubscribe"),
        (request(market_depth=-1), "5", "market depth -1 received, expected 0 for all levels, or their number"),
        (request(md_update_type=ord("3")), "6", "'3' received, expected 0 full refresh, 1 incremental refresh"),
        (request(md_entry_types="04"), "8", "entry types '04' received, expected some of 0 bid, 1 offer, 2 trade"),
        (request(symbols=()), "M", "no symbol received"),
        (request(symbols=("MSFT", "IBM", "MSFT")), "M", "symbols given twice: MSFT"),
        (request(venue="XLON"), "N", "no feed of venue 'XLON' is configured, there are: XBOS, XNAS"),
        (request(symbols=("ZZZ",)), "0", "no feed and no instrument list knows ZZZ"),
        (request("0"), "1", "md_req_id '0' is in use, expected a new one, or its end first"),
        (request("2", symbols=("IBM", "MSFT")), "2", "3 symbols subscribed with these, at most 2 may be"),
        (request("9", kind="2", symbols=()), "U", "nothing is subscribed under md_req_id '9'"),
        (request("0", kind="2"), "M", "symbols received with an unsubscribe, which ends all that its md_req_id began"),
    ],
)
def test_refusals_say_why(asked: MarketDataRequest, reason: str, text: str) -> None:
    floor = Floor(msft(10), limit=2)
    assert floor.ask(request("0", symbols=("MSFT",))) is None
    floor.take()
    assert refusal(floor.queue, asked) == (reason, text)


def test_entitlements_hold_for_market_data() -> None:
    book = msft(10)
    floor = Floor(book, entitled=Entitlements.of(venues=["XBOS"], symbols=["MS*"]))
    code = chr(MDReqRejReason.INSUFFICIENT_PERMISSIONS)
    text = "strategy s1 is not entitled to symbol 'IBM', venue 'XNAS'"
    assert refusal(floor.queue, request(symbols=("MSFT", "IBM"), venue="XNAS")) == (code, text)
    # a book of a venue that it is not entitled to never shows
    other = FakeBook("MSFT", "XBOS")
    floor.market.all.append(other)
    assert floor.ask(request()) is None
    assert {m.venue for m in floor.take() if isinstance(m, MarketDataSnapshot)} == {"XBOS"}
    floor.market.level(book, BID, 11, 5)
    assert floor.take() == []


def test_without_feeds_every_request_is_refused() -> None:
    subscriptions = MarketDataSubscriptions(None, (), {"s1": StrategyIdentity("s1")}, {"MSFT"})
    queue = subscriptions.open_queue("s1")
    assert refusal(queue, request()) == ("N", "no market data feed is configured")


def test_message_that_can_not_be_carried_ends_its_subscription() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request())
    message = floor.take()[-1]
    floor.market.level(book, BID, 11, 5)
    floor.queue.refuse(message, "too long")
    (reject,) = floor.take()
    assert isinstance(reject, MarketDataReject)
    assert (reject.md_req_id, chr(reject.md_req_rej_reason), reject.text) == ("1", "5", "too long")


def test_request_for_very_many_symbols_is_judged_before_it_costs_anything() -> None:
    floor = Floor(msft(10))
    looked_up: list[str] = []
    floor.market.books = looked_up.append  # type: ignore[assignment,method-assign]
    reject = floor.ask(request(symbols=[f"S{number}" for number in range(100_000)]))
    assert reject is not None
    assert reject.text == "100000 symbols subscribed with these, at most 10 may be"
    assert looked_up == []


def test_tally_counts_what_a_strategy_has_and_was_told() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request(symbols=("MSFT", "IBM")))
    floor.take()
    for quantity in (1, 2, 3):
        floor.market.level(book, BID, 9, quantity)
    floor.take()
    tally = floor.subscriptions.tallies["s1"]
    # two states, a snapshot, an update
    assert (tally.symbols, tally.messages, tally.conflated) == (2, 4, 2)
    floor.queue.close()
    assert (tally.symbols, tally.messages) == (0, 4)


def test_closed_queue_holds_nothing_and_is_told_nothing() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request())
    floor.take()
    floor.queue.close()
    floor.market.level(book, BID, 11, 5)
    assert not floor.queue.is_due
    assert floor.queue.held == (0, 0, 0)


def test_subscriptions_take_turns() -> None:
    books = [FakeBook("MSFT"), FakeBook("IBM"), FakeBook("AAPL")]
    floor = Floor(*books)
    for book in books:
        floor.ask(request(book.symbol, symbols=(book.symbol,)))
    floor.take()
    order = []
    for turn in range(6):
        for book in books:
            floor.market.level(book, BID, 10, turn + 1)
        message = floor.queue.next_message(0, UTC_NS)
        assert message is not None
        order.append(message.md_req_id)
    assert order == ["MSFT", "IBM", "AAPL"] * 2


class Reader:
    """Rebuild books from messages alone, as a strategy does."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.books: dict[tuple[str, str], dict[int, dict[int, tuple[int, int]]]] = {}
        self.trades: dict[tuple[str, str], tuple[int, int]] = {}
        self.states: dict[tuple[str, str], tuple[int, bool]] = {}

    def take(self, message: MarketDataMessage) -> None:
        assert not isinstance(message, MarketDataReject)
        key = (message.symbol, message.venue)
        if isinstance(message, SecurityStatus):
            self.states[key] = (message.trading_state, message.is_stale)
            return
        if isinstance(message, MarketDataSnapshot):
            sides = ((48, message.bids), (49, message.asks))
            self.books[key] = {code: {px: (qty, orders) for px, qty, orders in levels} for code, levels in sides}
        else:
            self._apply(self.books[key], message)
        if message.last_px != ABSENT:
            self.trades[key] = (message.last_px, message.trade_count)

    def _apply(self, book: dict[int, dict[int, tuple[int, int]]], message: MarketDataIncrement) -> None:
        for action, side, price, quantity, orders, _ in message.changes:
            if action == 50:
                del book[side][price]
            else:
                assert (price in book[side]) == (action == 49)
                book[side][price] = (quantity, orders)
            # never more levels than were asked for, not even between two changes
            assert not self.depth or len(book[side]) <= self.depth

    def check(self, book: FakeBook) -> None:
        key = (book.symbol, book.venue)
        for code, side in ((48, BID), (49, ASK)):
            expected = {px: (qty, orders) for px, qty, orders in book.levels(side, self.depth)}
            assert self.books[key][code] == expected
        assert self.states[key] == (book.status.trading_state, book.is_stale)
        if book.trade_count:
            assert self.trades[key] == (book.last_px, book.trade_count)


SYMBOLS = ("AAA", "BBB")
CHANGE = st.one_of(
    st.tuples(
        st.just("level"),
        st.sampled_from(SYMBOLS),
        st.sampled_from((BID, ASK)),
        st.integers(1, 6),
        st.integers(0, 3),
        st.integers(1, 2),
    ),
    st.tuples(st.just("trade"), st.sampled_from(SYMBOLS), st.integers(1, 6), st.integers(1, 3)),
    st.tuples(st.just("state"), st.sampled_from(SYMBOLS), st.sampled_from(TradingState), st.booleans()),
    st.tuples(st.just("read"), st.integers(1, 8)),
    st.tuples(st.just("drain")),
)


@given(st.lists(CHANGE, max_size=60), st.integers(0, 3), st.booleans())
def test_whatever_the_reader_misses_it_holds_the_book_at_each_quiet_point(
    script: list[tuple[Any, ...]], depth: int, refreshes: bool
) -> None:
    books = {symbol: FakeBook(symbol) for symbol in SYMBOLS}
    floor = Floor(*books.values())
    reader = Reader(depth)
    floor.ask(request(symbols=SYMBOLS, market_depth=depth, md_update_type=ord("0" if refreshes else "1")))
    for kind, *rest in [*script, ("drain",)]:
        if kind == "level":
            symbol, side, price, quantity, orders = rest
            floor.market.level(books[symbol], side, price, quantity, orders)
        elif kind == "trade":
            symbol, price, quantity = rest
            floor.market.trade(books[symbol], price, quantity)
        elif kind == "state":
            symbol, books[symbol].status.trading_state, books[symbol].is_stale = rest
            floor.market.tell(books[symbol])
        elif kind == "read":
            for _ in range(rest[0]):
                message = floor.queue.next_message(0, UTC_NS)
                if message is not None:
                    reader.take(message)
        else:
            for message in floor.take():
                reader.take(message)
            for book in books.values():
                reader.check(book)
        views, levels, due = floor.queue.held
        # what is held follows from the subscription alone
        assert views == len(SYMBOLS)
        assert due <= views
        assert levels <= views * 2 * (depth or 6)


def test_memory_does_not_grow_with_updates() -> None:
    book = msft(10)
    floor = Floor(book)
    floor.ask(request())
    floor.take()
    for turn in range(10_000):
        floor.market.level(book, BID, 1 + turn % 5, 1 + turn % 7)
    assert floor.queue.held == (1, 1, 1)
    (increment,) = floor.take()
    assert isinstance(increment, MarketDataIncrement)
    assert increment.conflated == 9_999


def test_fake_book_is_what_it_says() -> None:
    book = market_fakes.FakeBook("A")
    assert book.levels(BID, 0) == []
    assert (book.bid_px, book.ask_qty) == (ABSENT, ABSENT)
