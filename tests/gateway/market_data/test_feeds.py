"""A feed's books: current, stale or suspect as its session goes, equal to the loss-free ones in any weather."""

import random
import sys
from pathlib import Path
from typing import Any

import pytest

from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import ASK, BID, MarketBook
from fairlead.adapters.mold.settings import MoldReceiverSettings
from fairlead.adapters.soup.settings import SoupClientSettings
from fairlead.gateway.market_data.feed import FeedOptions
from fairlead.gateway.market_data.mold_feed import MoldFeed
from fairlead.gateway.market_data.picture import BOOKS_A_TURN, MarketPicture
from fairlead.gateway.market_data.runner import gauges_of
from fairlead.gateway.market_data.soup_feed import SoupFeed
from fairlead.gateway.telemetry.path_counters_cy import FEED_GAUGES

sys.path.insert(0, str(Path(__file__).parents[2] / "adapters" / "itch"))
sys.path.insert(0, str(Path(__file__).parents[2] / "adapters" / "mold"))
sys.path.insert(0, str(Path(__file__).parents[2] / "adapters" / "soup"))

import itch_bytes as itch
from mold_bench import START, UTC, LossyLink, MoldBench, Weather, heartbeat, packet
from soup_bench import accepted, sequenced
from soup_bench import packet as soup_packet

from benchmarks.itch_stream import make_stream

S = 1_000_000_000
PLAN = load_mapping("itch_5_0")
BAD = Weather(loss=0.05, duplication=0.05, reordering=0.1)


class Told:
    """Keep what a feed records and alarms."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.alerts: list[str] = []

    def options(self, **changes: Any) -> FeedOptions:
        def alert(event: str, utc_ns: int, **facts: Any) -> None:
            self.alerts.append(event)

        return FeedOptions("tv", "XNAS", PLAN, lambda facts, utc_ns: self.records.append(facts), alert, **changes)

    @property
    def events(self) -> list[str]:
        return [record["event"] for record in self.records]


def split(data: bytes) -> list[bytes]:
    """Return the messages of a length-framed stream."""
    found, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : end])
        at = end
    return found


def assert_same_books(feed: FeedBooks, reference: FeedBooks) -> None:
    books = reference.books.all_books()
    assert {book.symbol for book in feed.books.all_books()} == {book.symbol for book in books}
    for expected in books:
        book = feed.book(expected.feed_symbol)
        assert book is not None
        for side in (BID, ASK):
            assert book.levels(side, 0) == expected.levels(side, 0)
        assert (book.last_px, book.volume, book.trade_count) == (
            expected.last_px,
            expected.volume,
            expected.trade_count,
        )


# MoldUDP64


class FeedBench(MoldBench):
    """A bench whose receiver is a feed."""

    def __init__(self, rebuild_after_s: int = 30, **changes: Any) -> None:
        super().__init__(**changes)
        self.told = Told()
        self.feed = MoldFeed(self.told.options(rebuild_after_s=rebuild_after_s), MoldReceiverSettings(**changes))
        self.receiver = self.feed  # type: ignore[assignment]
        self.feed.start(self.now_ns, UTC)

    def tick(self) -> None:
        self.feed.tick(self.now_ns, UTC + self.now_ns)


@pytest.mark.parametrize(
    "weather",
    [
        [BAD],
        [BAD, BAD],
        [BAD, Weather(loss=0.05, duplication=0.05, reordering=0.1, delay_ms=16)],
        [Weather(loss=1.0), BAD],
    ],
    ids=["A", "A and B", "B late", "A dead"],
)
def test_the_books_of_a_lossy_stream_are_those_of_the_loss_free_one(weather: list[Weather]) -> None:
    messages = split(make_stream(2_500, symbols=20)[0])
    link = LossyLink(7, weather, recovery=Weather(loss=0.1))
    link.bench = bench = FeedBench(lines=len(weather), request_servers=2)
    chance = random.Random(3)
    at_ms = 0.0
    for message in messages:
        link.publish(message)
        if chance.random() < 0.2:
            at_ms += chance.random() * 4
            link.run(at_ms)
    link.run(at_ms + 3_000)
    bench.tick()
    reference = FeedBooks(PLAN, "loss-free", "XNAS")
    for number, message in enumerate(messages, 1):
        reference.books.apply(message, number, UTC)
    assert_same_books(bench.feed.feed_books, reference)
    # each once: a message applied twice is a duplicate or unknown reference
    assert (bench.feed.books.messages, bench.feed.books.faults) == (len(messages), {})
    assert bench.feed.counts.gaps == bench.feed.counts.recovered > 0
    assert (bench.feed.counts.lost, bench.feed.condition.stale_reason, bench.feed.condition.contradiction) == (
        0,
        "",
        "",
    )


def test_a_gap_makes_the_books_stale_until_it_is_filled() -> None:
    bench = FeedBench(request_servers=1)
    add = itch.add(1, "AAPL", 1, "B", 100, 1_000_000)
    bench.receive(packet(1, itch.directory(1, "AAPL"), add))
    bench.tick()
    book = bench.feed.feed_books.book("AAPL")
    assert book is not None and book.is_reliable
    bench.receive(packet(4, itch.delete(1, 2)))
    bench.at(25)
    assert (book.is_stale, book.stale_reason) == (True, "messages 3 to 3 are missing")
    assert [len(request) for _, request in bench.take_requests()] == [20]
    bench.answer(packet(3, itch.add(1, "AAPL", 2, "B", 50, 1_000_000)))
    bench.tick()
    assert book.is_reliable
    assert book.levels(BID, 0) == [(10_000_000_000, 100 * 10**8, 1)]
    told = ["feed_session_joined", "feed_current", "feed_stale", "feed_gap_detected", "feed_gap_filled", "feed_current"]
    assert bench.told.events == told


def test_a_late_join_asks_for_everything_and_is_stale_until_it_is_there() -> None:
    bench = FeedBench(request_servers=1)
    bench.receive(packet(3, itch.delete(1, 1)))
    bench.tick()
    assert bench.feed.condition.stale_reason
    bench.at(25)
    ((_, request),) = bench.take_requests()
    assert request[10:] == (1).to_bytes(8, "big") + (2).to_bytes(2, "big")
    bench.answer(packet(1, itch.directory(1, "AAPL"), itch.add(1, "AAPL", 1, "B", 100, 1_000_000)))
    bench.tick()
    assert (bench.feed.condition.stale_reason, bench.feed.books.faults) == ("", {})


def test_a_gap_given_up_makes_all_suspect_until_the_feed_is_built_anew() -> None:
    bench = FeedBench(request_servers=1, give_up_ms=200, rebuild_after_s=5)
    directory, add = itch.directory(1, "AAPL"), itch.add(1, "AAPL", 1, "B", 100, 1_000_000)
    bench.receive(packet(1, directory))
    bench.receive(packet(3, add))
    bench.at(1_000)
    bench.tick()
    book = bench.feed.feed_books.book("AAPL")
    assert book is not None
    assert (book.is_stale, book.suspect_reason) == (False, "messages 2 to 2 are lost")
    assert bench.told.alerts == ["feed_messages_lost"]
    assert bench.feed.counts.lost == 1
    bench.take_requests()
    for at_ms in (2_500, 4_000, 7_500):
        bench.receive(heartbeat(4))
        bench.at(at_ms)
        bench.tick()
    # the books are empty and everything is asked for again
    assert bench.feed.counts.rebuilds == 1
    assert (book.is_stale, book.is_suspect, book.levels(BID, 0)) == (True, False, [])
    bench.receive(heartbeat(4))
    bench.at(7_600)
    ((_, request), *_) = bench.take_requests()
    assert request[10:18] == (1).to_bytes(8, "big")
    bench.answer(packet(1, directory, itch.trading_action(1, "AAPL", "T"), add))
    bench.tick()
    assert book.is_reliable
    assert book.levels(BID, 0) == [(10_000_000_000, 100 * 10**8, 1)]


def test_silence_makes_stale_and_a_new_session_begins_anew() -> None:
    bench = FeedBench(silence_ms=2_000)
    bench.receive(packet(1, itch.directory(1, "AAPL"), itch.add(1, "AAPL", 1, "B", 100, 1_000_000)))
    bench.tick()
    book = bench.feed.feed_books.book("AAPL")
    assert book is not None and not book.is_stale
    bench.at(2_100)
    assert book.stale_reason == "nothing received on any line"
    bench.receive(heartbeat(3))
    bench.tick()
    assert not book.is_stale
    bench.at(4_500)
    for number in (1, 2):
        bench.receive(packet(number, itch.directory(1, f"S{number}"), session="S2"))
    bench.at(9_000)
    assert book.levels(BID, 0) == []
    assert "feed_session" in bench.told.events


def test_lines_that_were_opened_again_go_on_where_the_stream_was() -> None:
    bench = FeedBench(request_servers=1)
    bench.receive(packet(1, itch.directory(1, "AAPL"), itch.add(1, "AAPL", 1, "B", 100, 1_000_000)))
    bench.tick()
    bench.feed.note_closed("lines closed: ENETDOWN", UTC)
    book = bench.feed.feed_books.book("AAPL")
    assert book is not None and book.stale_reason == "lines closed: ENETDOWN"
    bench.feed.start(bench.now_ns, UTC)
    bench.tick()
    assert book.stale_reason == "nothing received yet"
    bench.receive(heartbeat(3))
    bench.tick()
    assert book.is_reliable
    assert book.bid_qty == 100 * 10**8


# SoupBinTCP


class SoupBench:
    def __init__(self, **changes: Any) -> None:
        self.told = Told()
        self.feed = SoupFeed(self.told.options(**changes), SoupClientSettings("FEED", "secret"))
        self.now_ns = START

    def connect(self) -> bytes:
        self.feed.receive_connected(self.now_ns, UTC)
        return self.feed.take_output()

    def receive(self, data: bytes) -> bytes:
        self.feed.receive_data(data, self.now_ns, UTC)
        return self.feed.take_output()


def test_a_soup_feed_is_current_at_the_first_heartbeat_and_goes_on_after_a_loss() -> None:
    bench = SoupBench()
    feed = bench.feed
    assert bench.connect().endswith(b"1")
    messages = [itch.directory(1, "AAPL"), itch.add(1, "AAPL", 1, "B", 100, 1_000_000)]
    bench.receive(accepted("S1", 1) + sequenced(*messages))
    book = feed.feed_books.book("AAPL")
    assert book is not None
    assert book.stale_reason == "catching up"
    bench.receive(soup_packet("H"))
    assert book.is_reliable
    feed.receive_eof(bench.now_ns, UTC)
    assert (book.stale_reason, book.bid_qty) == ("connection lost", 100 * 10**8)
    # the next login asks for what follows, and the books go on
    assert bench.connect().endswith(b"S1" + b"3".rjust(20))
    bench.receive(accepted("S1", 3) + sequenced(itch.delete(1, 1)) + soup_packet("H"))
    assert (book.is_reliable, book.levels(BID, 0)) == (True, [])
    assert feed.books.faults == {}


def test_a_soup_feed_is_current_at_a_message_of_now() -> None:
    bench = SoupBench()
    bench.connect()
    at_ns = 12 * 3600 * S
    clock = FeedBooks(PLAN, "x", "X").clock
    base_ns = clock.base_utc_ns(at_ns, UTC)
    assert base_ns is not None
    bench.receive(accepted("S1", 1) + sequenced(itch.directory(1, "AAPL", at_ns=at_ns)))
    assert bench.feed.condition.stale_reason == "catching up"
    bench.feed.receive_data(sequenced(itch.directory(2, "MSFT", at_ns=at_ns)), START, base_ns + at_ns + S // 2)
    assert bench.feed.condition.stale_reason == ""
    assert bench.feed.delay_ns == S // 2


def test_a_new_session_of_a_soup_feed_empties_the_books() -> None:
    bench = SoupBench()
    bench.connect()
    bench.receive(accepted("S1", 1) + sequenced(itch.directory(1, "AAPL"), itch.add(1, "AAPL", 1, "B", 100, 1_000_000)))
    bench.feed.receive_eof(bench.now_ns, UTC)
    bench.connect()
    bench.receive(accepted("S2", 1) + sequenced(itch.directory(7, "AAPL")) + soup_packet("H"))
    book = bench.feed.feed_books.book("AAPL")
    assert book is not None
    assert (book.levels(BID, 0), book.is_reliable) == ([], True)


def test_suspect_books_of_a_soup_feed_are_built_anew_from_message_1() -> None:
    bench = SoupBench(rebuild_after_s=5)
    feed = bench.feed
    bench.connect()
    bench.receive(accepted("S1", 1) + sequenced(itch.directory(1, "AAPL"), itch.delete(1, 9)) + soup_packet("H"))
    book = feed.feed_books.book("AAPL")
    assert book is not None and book.is_suspect
    for seconds in (1, 3, 7):
        feed.tick(START + seconds * S, UTC)
    assert feed.take_output() == soup_packet("O")
    feed.receive_eof(START + 8 * S, UTC)
    assert not book.is_suspect
    assert bench.connect().endswith(b"1")
    assert feed.counts.rebuilds == 1


def test_a_flood_of_faults_is_counted_and_told_a_few_times() -> None:
    bench = SoupBench()
    bench.connect()
    bench.receive(accepted("S1", 1) + sequenced(itch.directory(1, "AAPL"), *[itch.delete(1, 9)] * 500))
    assert bench.feed.books.faults == {"unknown_reference": 500}
    assert bench.told.events.count("book_unknown_reference") == 20
    assert bench.feed.counts.left_out == 480
    # what matters is told nevertheless
    bench.receive(soup_packet("H"))
    bench.feed.receive_eof(bench.now_ns, UTC)
    assert bench.told.events[-4:] == ["feed_current", "feed_logged_out", "feed_stale", "feed_disconnected"]


# The picture


def test_readers_are_told_once_a_turn_of_each_book_that_changed() -> None:
    bench = SoupBench()
    picture = MarketPicture([bench.feed])
    told: list[MarketBook] = []
    picture.watch(lambda book, now_ns, utc_ns: told.append(book))
    bench.connect()
    bench.receive(accepted("S1", 1) + sequenced(itch.directory(1, "AAPL"), itch.directory(2, "MSFT")))
    picture.flush(START, UTC)
    assert [book.symbol for book in told] == ["AAPL", "MSFT"]
    assert picture.book("AAPL") is told[0]
    assert (picture.book("AAPL", "XBRK"), picture.book("IBM"), picture.books("MSFT")) == (None, None, [told[1]])
    assert [entry.round_lot for entry in picture.directory("AAPL")] == [100 * 10**8]
    told.clear()
    bench.receive(sequenced(*[itch.add(1, "AAPL", n, "B", 100, 1_000_000) for n in range(1, 10)]))
    picture.flush(START, UTC)
    picture.flush(START, UTC)
    assert [book.symbol for book in told] == ["AAPL"]


def test_a_turn_tells_of_a_bounded_number_of_books() -> None:
    bench = SoupBench()
    picture = MarketPicture([bench.feed])
    told: list[str] = []
    picture.watch(lambda book, now_ns, utc_ns: told.append(book.symbol))
    bench.connect()
    bench.receive(accepted("S1", 1) + sequenced(*(itch.directory(n, f"S{n}") for n in range(1, BOOKS_A_TURN + 101))))
    picture.flush(START, UTC)
    assert len(told) == BOOKS_A_TURN
    picture.flush(START, UTC)
    assert len(set(told)) == len(told) == BOOKS_A_TURN + 100


def test_the_gauges_are_those_of_the_counter_page() -> None:
    bench = SoupBench()
    assert set(gauges_of(bench.feed)) == set(FEED_GAUGES)
    bench.connect()
    bench.receive(accepted("S1", 1) + sequenced(itch.directory(1, "AAPL"), itch.trading_action(1, "AAPL", "H")))
    gauges = gauges_of(bench.feed)
    assert (gauges["up"], gauges["symbols"], gauges["stale_symbols"], gauges["halted_symbols"]) == (1, 1, 1, 1)
    assert gauges["messages"] == 2
