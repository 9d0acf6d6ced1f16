"""Each ITCH 5.0 message does what the document says, from hand-made bytes; and each mistake is told."""

from datetime import UTC, datetime
from typing import Any

import itch_bytes as itch
import pytest

from fairlead.adapters.itch.book_cy import Book
from fairlead.adapters.itch.events import BOOK_EVENTS, BookEvent
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import ASK, BID, DirectoryEntry, ReferencePrice, Restriction, TradingState
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE

# 2026-09-21 is a Monday in New York's summer time, four hours behind UTC
NOW = int(datetime(2026, 9, 21, 13, 30, 1, tzinfo=UTC).timestamp()) * 10**9
NINE_THIRTY_UTC = int(datetime(2026, 9, 21, 13, 30, tzinfo=UTC).timestamp()) * 10**9
TICK = 10**4


class Desk:
    """Feed messages and keep what is told."""

    def __init__(self, **options: Any) -> None:
        self.events: list[BookEvent] = []
        self.entries: list[DirectoryEntry] = []
        self.feed = FeedBooks(
            load_mapping("itch_5_0"), "tv", "XNAS", self.events.append, on_directory=self.entries.append, **options
        )
        self.sequence = 0

    def send(self, *messages: bytes) -> Book | None:
        changed = None
        for message in messages:
            self.sequence += 1
            changed = self.feed.books.apply(message, self.sequence, NOW)
        return changed

    def book(self, symbol: str = "AAPL") -> Book:
        book = self.feed.book(symbol)
        assert book is not None
        return book

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.send(itch.directory(1, "AAPL"), itch.directory(2, "MSFT"))
    return desk


def test_orders_make_levels_best_first(desk: Desk) -> None:
    desk.send(
        itch.add(1, "AAPL", 1, "B", 100, 1_000_000),
        itch.add_mpid(1, "AAPL", 2, "B", 50, 1_000_000, "NSDQ"),
        itch.add(1, "AAPL", 3, "B", 10, 1_001_000),
        itch.add(1, "AAPL", 4, "S", 70, 1_002_500),
        itch.add(1, "AAPL", 5, "S", 80, 1_003_000),
    )
    book = desk.book()
    assert book.levels(BID, 0) == [(10_010_000_000, 10 * SCALE, 1), (10_000_000_000, 150 * SCALE, 2)]
    assert book.levels(ASK, 1) == [(10_025_000_000, 70 * SCALE, 1)]
    assert (book.bid_px, book.bid_qty) == (10_010_000_000, 10 * SCALE)
    assert (book.ask_px, book.ask_qty) == (10_025_000_000, 70 * SCALE)
    assert (book.update_venue_utc_ns, book.update_received_utc_ns) == (NINE_THIRTY_UTC, NOW)
    assert desk.book("MSFT").levels(BID, 0) == []
    assert desk.events == []


def test_executions_cancels_and_deletes_take_quantity_off(desk: Desk) -> None:
    desk.send(itch.add(1, "AAPL", 1, "B", 100, 1_000_000), itch.add(1, "AAPL", 2, "B", 100, 999_900))
    book = desk.book()
    desk.send(itch.execute(1, 1, 30, 7))
    assert book.levels(BID, 0)[0] == (10_000_000_000, 70 * SCALE, 1)
    assert (book.last_px, book.last_qty, book.last_utc_ns) == (10_000_000_000, 30 * SCALE, NINE_THIRTY_UTC)
    desk.send(itch.cancel(1, 1, 60))
    assert book.bid_qty == 10 * SCALE
    desk.send(itch.execute_at(1, 1, 10, 8, "N", 995_000))
    assert book.levels(BID, 0) == [(9_999_000_000, 100 * SCALE, 1)]
    # not printable: no trade, no volume
    assert (book.last_qty, book.trade_count, book.volume) == (30 * SCALE, 1, 30 * SCALE)
    desk.send(itch.execute_at(1, 2, 40, 9, "Y", 995_000))
    assert (book.last_px, book.volume) == (9_950_000_000, 70 * SCALE)
    desk.send(itch.delete(1, 2))
    assert book.levels(BID, 0) == []
    assert (book.bid_px, book.bid_qty) == (ABSENT, ABSENT)
    assert desk.feed.books.orders.count == 0
    assert desk.events == []


def test_a_replace_keeps_side_and_book_and_takes_a_new_reference(desk: Desk) -> None:
    desk.send(itch.add(1, "AAPL", 1, "S", 100, 1_000_000), itch.replace(1, 1, 2, 30, 1_000_100))
    book = desk.book()
    assert book.levels(ASK, 0) == [(10_001_000_000, 30 * SCALE, 1)]
    desk.send(itch.delete(1, 1))
    assert desk.kinds == ["unknown_reference"]
    desk.send(itch.delete(1, 2))
    assert book.levels(ASK, 0) == []


def test_trades_and_crosses_do_not_touch_the_book(desk: Desk) -> None:
    desk.send(itch.add(1, "AAPL", 1, "B", 100, 1_000_000), itch.trade(1, "AAPL", 55, 1_000_500, 3))
    book = desk.book()
    assert (book.last_px, book.last_qty, book.volume) == (10_005_000_000, 55 * SCALE, 55 * SCALE)
    desk.send(itch.cross(1, "AAPL", 1_000, 1_002_000, 4, "O"))
    assert book.status.reference_prices["cross_open"] == ReferencePrice(10_020_000_000, NINE_THIRTY_UTC, NOW)
    assert (book.last_px, book.volume) == (10_020_000_000, 1_055 * SCALE)
    # no cross took place
    desk.send(itch.cross(1, "AAPL", 0, 0, 0, "C"))
    assert "cross_close" not in book.status.reference_prices
    assert book.trade_count == 2
    assert book.levels(BID, 0) == [(10_000_000_000, 100 * SCALE, 1)]


def test_a_broken_trade_takes_the_last_price_away_where_it_was_the_last(desk: Desk) -> None:
    book = desk.book()
    desk.send(itch.trade(1, "AAPL", 10, 1_000_000, 3), itch.trade(1, "AAPL", 20, 1_000_100, 4), itch.broken(1, 3))
    assert (book.last_px, book.status.facts["broken_trades"]) == (10_001_000_000, 1)
    desk.send(itch.broken(1, 4))
    assert (book.last_px, book.volume) == (ABSENT, 10 * SCALE)
    assert (book.status.facts["broken_trades"], book.status.facts["broken_match"]) == (2, 4)


def test_the_directory_tells_lot_and_all_its_fields(desk: Desk) -> None:
    entry = desk.entries[0]
    assert (entry.symbol, entry.feed_symbol, entry.feed, entry.venue) == ("AAPL", "AAPL", "tv", "XNAS")
    assert entry.round_lot == 100 * SCALE
    assert entry.fields["market_category"] == "Q"
    assert entry.fields["etp_leverage_factor"] == 0
    assert desk.feed.status.directory["AAPL"] is entry


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("T", TradingState.TRADING),
        ("H", TradingState.HALTED),
        ("P", TradingState.PAUSED),
        ("Q", TradingState.QUOTE_ONLY),
        ("Z", TradingState.UNKNOWN),
    ],
)
def test_trading_actions(desk: Desk, code: str, state: TradingState) -> None:
    desk.send(itch.trading_action(1, "AAPL", "T"))
    desk.send(itch.trading_action(1, "AAPL", code, "T12"))
    status = desk.book().status
    assert (status.trading_state, status.state_code, status.state_reason) == (state, code, "T12")
    assert (status.state_venue_utc_ns, status.state_received_utc_ns) == (NINE_THIRTY_UTC, NOW)
    assert desk.feed.status.codes_unknown == (code == "Z")


def test_the_states_that_follow_the_system_and_the_market(desk: Desk) -> None:
    desk.send(itch.trading_action(1, "AAPL", "T"), itch.reg_sho(1, "AAPL", "1"), itch.reg_sho(2, "MSFT", "2"))
    assert desk.book().status.short_restriction == Restriction.IN_EFFECT
    assert desk.book("MSFT").status.short_restriction == Restriction.REMAINS
    desk.send(itch.operational_halt(1, "AAPL", "Q", "H"), itch.operational_halt(1, "AAPL", "B", "H"))
    assert desk.book().status.operational_halts == {"Q", "B"}
    desk.send(itch.operational_halt(1, "AAPL", "Q", "T"))
    assert desk.book().status.operational_halts == {"B"}
    desk.send(itch.system_event("Q"), itch.participant(1, "AAPL"))
    assert desk.feed.status.market.facts["system_event"] == "Q"
    assert desk.feed.books.count_of("L") == 1
    desk.send(itch.system_event("E"))
    assert {book.status.trading_state for book in desk.feed.books.all_books()} == {TradingState.CLOSED}
    desk.send(itch.mwcb_levels(93 * SCALE, 87 * SCALE, 80 * SCALE), itch.mwcb_status("1"))
    market = desk.feed.status.market
    assert market.reference_prices["mwcb_level_2"] == ReferencePrice(87 * SCALE, NINE_THIRTY_UTC, NOW)
    assert market.facts["mwcb_breached_level"] == "1"
    assert desk.events == []


def test_reference_prices_come_with_their_times_and_go_when_withdrawn(desk: Desk) -> None:
    prices = desk.book().status.reference_prices
    desk.send(itch.luld(1, "AAPL", 1_000_000, 1_050_000, 950_000, 1))
    assert prices["luld_reference"] == ReferencePrice(10_000_000_000, NINE_THIRTY_UTC, NOW)
    assert (prices["luld_upper"].price, prices["luld_lower"].price) == (10_500_000_000, 9_500_000_000)
    assert desk.book().status.facts["luld_extension"] == 1
    assert prices["luld_upper"].age_ns(NOW + 5) == 5
    desk.send(itch.ipo(1, "AAPL", 36_000, "A", 250_000))
    assert (prices["ipo"].price, desk.book().status.facts["ipo_release_s"]) == (2_500_000_000, 36_000)
    desk.send(itch.ipo(1, "AAPL", 0, "C", 0))
    assert "ipo" not in prices
    desk.send(itch.noii(1, "AAPL", 5_000, 600, "B", (1_010_000, 1_005_000, 1_000_000)))
    assert [prices[f"noii_{name}"].price for name in ("far", "near", "reference")] == [10100000000, 10050000000, 10**10]
    facts = desk.book().status.facts
    assert (facts["paired_quantity"], facts["imbalance_quantity"], facts["imbalance_side"]) == (5_000, 600, "B")
    desk.send(itch.direct_listing(1, "AAPL", (100_000, 200_000, 150_000, 140_000, 160_000), 34_300_000_000_000))
    names = ("minimum", "maximum", "near", "lower_collar", "upper_collar")
    assert [prices[f"listing_{name}"].price for name in names] == [
        p * TICK for p in (10**5, 2 * 10**5, 150_000, 140_000, 160_000)
    ]
    desk.send(itch.rpii(1, "AAPL", "A"))
    assert facts["retail_interest"] == "A"
    assert desk.events == []


def test_a_crossing_while_trading_is_told_once_and_ends(desk: Desk) -> None:
    desk.send(itch.add(1, "AAPL", 1, "B", 100, 1_001_000), itch.add(1, "AAPL", 2, "S", 100, 1_000_000))
    book = desk.book()
    # no word about trading yet: an auction's book may be crossed
    assert desk.events == []
    desk.send(itch.trading_action(1, "AAPL", "T"))
    assert desk.kinds == ["crossed"]
    assert desk.events[0].text == "bid 100.1 above offer 100 while trading"
    assert desk.events[0].sequence == desk.sequence
    assert book.is_suspect and not book.is_reliable
    desk.send(itch.add(1, "AAPL", 3, "B", 100, 1_001_500))
    assert desk.kinds == ["crossed"]
    desk.send(itch.delete(1, 2))
    assert desk.kinds == ["crossed", "uncrossed"]
    assert not book.is_suspect
    desk.send(itch.add(1, "AAPL", 4, "S", 100, 1_001_500))
    assert desk.kinds == ["crossed", "uncrossed"]  # locked is not crossed


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        (itch.execute(1, 99, 10, 1), "unknown_reference", "order_executed: reference 99 is not in the book"),
        (itch.cancel(1, 99, 10), "unknown_reference", "order_cancel: reference 99 is not in the book"),
        (itch.delete(1, 99), "unknown_reference", "order_delete: reference 99 is not in the book"),
        (itch.replace(1, 99, 100, 1, 1), "unknown_reference", "order_replace: reference 99 is not in the book"),
        (itch.add(1, "AAPL", 1, "B", 5, 10_000), "duplicate_reference", "add_order: reference 1 rests already"),
        (
            itch.replace(1, 1, 2, 5, 10_000),
            "duplicate_reference",
            "order_replace: new reference 2 rests already; 1 is taken out",
        ),
        (itch.execute(1, 1, 101, 1), "too_much", "order_executed: 101 of reference 1, which has 100"),
        (itch.cancel(1, 1, 4_000_000_000), "too_much", "order_cancel: 4000000000 of reference 1, which has 100"),
        (itch.execute(1, 1, 0, 1), "bad_value", "order_executed of reference 1: quantity 0 received"),
        (
            itch.add(1, "AAPL", 7, "X", 5, 10_000),
            "bad_value",
            "add_order of reference 7: side 'X', quantity 5, price 10000 received",
        ),
        (
            itch.add(1, "AAPL", 7, "B", 0, 10_000),
            "bad_value",
            "add_order of reference 7: side 'B', quantity 0, price 10000 received",
        ),
    ],
)
def test_a_contradiction_names_message_and_numbers_and_makes_the_book_suspect(
    desk: Desk, message: bytes, kind: str, text: str
) -> None:
    desk.send(itch.add(1, "AAPL", 1, "B", 100, 1_000_000), itch.add(1, "AAPL", 2, "B", 100, 1_000_000))
    desk.send(message)
    assert desk.events == [BookEvent(kind, "tv", "AAPL", desk.sequence, text)]
    book = desk.book()
    assert book.suspect_reason == f"message {desk.sequence}, {text}"
    assert not book.is_reliable
    assert not desk.book("MSFT").is_suspect
    # it stays so until the book is built anew, and the first reason stays
    desk.send(itch.delete(1, 12345))
    assert book.suspect_reason == f"message {desk.sequence - 1}, {text}"
    desk.feed.reset()
    assert not book.is_suspect
    assert book.levels(BID, 0) == []


def test_more_than_there_is_takes_the_order_out(desk: Desk) -> None:
    desk.send(itch.add(1, "AAPL", 1, "B", 100, 1_000_000), itch.execute(1, 1, 101, 5))
    assert desk.book().levels(BID, 0) == []
    assert desk.feed.books.orders.count == 0


def test_an_order_of_another_book_makes_both_suspect(desk: Desk) -> None:
    desk.send(itch.add(1, "AAPL", 1, "B", 100, 1_000_000), itch.delete(2, 1))
    assert desk.kinds == ["other_book", "other_book"]
    assert desk.book("AAPL").is_suspect and desk.book("MSFT").is_suspect
    assert desk.book("AAPL").levels(BID, 0) == [(10_000_000_000, 100 * SCALE, 1)]


def test_what_can_be_given_to_no_book_makes_all_suspect(desk: Desk) -> None:
    desk.send(itch.delete(9, 1))
    assert desk.events[0].text == "order_delete: book 9 received, expected one named before"
    assert all(book.is_suspect for book in desk.feed.books.all_books())
    desk.feed.reset()
    assert not any(book.is_suspect for book in desk.feed.books.all_books())


def test_an_order_names_its_book_where_the_directory_has_not(desk: Desk) -> None:
    desk.send(itch.add(9, "NEW", 1, "B", 100, 1_000_000), itch.delete(9, 1))
    assert desk.book("NEW").change_number > 0
    assert desk.events == []


@pytest.mark.parametrize("cut", [1, 12, 35, 37])
def test_a_message_of_the_wrong_length_is_told_and_makes_all_suspect(desk: Desk, cut: int) -> None:
    message = (itch.add(1, "AAPL", 1, "B", 100, 1_000_000) + b"!")[:cut]
    desk.send(message)
    assert desk.events[0].text == f"add_order: {cut} bytes received, expected 36"
    assert desk.events[0].kind == "message_cut"
    assert desk.book().is_suspect
    assert desk.feed.books.orders.count == 0


def test_an_unknown_type_is_told_once_and_counted_each_time(desk: Desk) -> None:
    desk.send(b"~abc", b"~abc", b"")
    assert desk.kinds == ["unknown_message", "message_cut"]
    assert desk.events[0].text == "type '~' of 4 bytes is in no mapping"
    assert desk.feed.books.faults == {"unknown_message": 2, "message_cut": 1}


def test_every_kind_of_event_is_documented() -> None:
    assert set(BOOK_EVENTS) >= {"crossed", "uncrossed", "bad_time"}


def test_a_level_beyond_what_64_bits_hold_is_told_and_not_clipped(desk: Desk) -> None:
    most = 2**32 - 1
    # 21 orders of 2^32-1 shares fit into one level, the 22nd does not
    desk.send(*(itch.add(1, "AAPL", n, "B", most, 1_000_000) for n in range(1, 23)))
    assert desk.kinds == ["bad_value"]
    assert desk.events[0].text == "add_order: 4294967295 received, a level holds less than 92233720369 in all"
    assert desk.book().levels(BID, 0) == [(10_000_000_000, 21 * most * SCALE, 21)]
    assert desk.feed.books.orders.count == 21


def test_changes_are_counted_and_each_book_is_named_once() -> None:
    desk = Desk()
    desk.send(itch.directory(1, "AAPL"), itch.directory(2, "MSFT"))
    desk.feed.books.take_changed()
    book = desk.book()
    change, top = book.change_number, book.top_change_number
    desk.send(itch.add(1, "AAPL", 1, "B", 100, 1_000_000), itch.add(1, "AAPL", 2, "B", 100, 999_000))
    assert (book.change_number, book.top_change_number) == (change + 2, top + 1)
    assert desk.feed.books.take_changed() == [book]
    assert desk.feed.books.take_changed() == []
    desk.send(itch.trading_action(1, "AAPL", "H"))
    assert (book.change_number, book.top_change_number) == (change + 3, top + 1)
    assert desk.feed.books.take_changed() == [book]


def test_symbols_that_nobody_wants_cost_nothing() -> None:
    desk = Desk(name_of={"AAPL": "AAPL US"}.get)
    desk.send(itch.directory(1, "AAPL"), itch.directory(2, "MSFT"))
    desk.send(itch.add(1, "AAPL", 1, "B", 100, 1_000_000), itch.add(2, "MSFT", 2, "B", 100, 1_000_000))
    desk.send(itch.execute(2, 2, 10, 1), itch.trade(2, "MSFT", 10, 1_000_000, 2), itch.delete(2, 2))
    assert desk.feed.book("MSFT") is None
    assert desk.book("AAPL").symbol == "AAPL US"
    assert desk.feed.books.orders.count == 1
    assert desk.feed.books.passed_over == 5
    assert desk.events == []


def test_a_new_session_begins_with_nothing_and_the_same_books(desk: Desk) -> None:
    desk.send(itch.trading_action(1, "AAPL", "T"), itch.add(1, "AAPL", 1, "B", 100, 1_000_000))
    book = desk.book()
    before = book.change_number
    desk.feed.reset()
    assert desk.book() is book
    assert (book.levels(BID, 0), book.bid_px) == ([], ABSENT)
    assert book.status.trading_state == TradingState.UNKNOWN
    assert book.change_number > before
    # the new session counts its symbols anew
    desk.send(itch.directory(1, "MSFT"), itch.add(1, "MSFT", 1, "S", 100, 1_000_000), itch.directory(2, "AAPL"))
    assert desk.book("MSFT").levels(ASK, 0) == [(10_000_000_000, 100 * SCALE, 1)]
    assert book.levels(ASK, 0) == []
    assert desk.events == []


def test_bytes_beyond_the_buffer_are_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="bytes 0 to 9 asked for, expected a part of the 4 there are"):
        desk.feed.books.apply_framed(b"\0\1S\0", 0, 9, 1, NOW)
