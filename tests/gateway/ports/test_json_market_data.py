"""Market data over the JSON port: exact lines, reports first, and slow readers who lose nothing but detail."""

import json
from typing import Any

import pytest
from market_fakes import FakeBook, FakeMarketData
from order_desk import UTC_NS, OrderDesk, Stream, accepted, accepted_line

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.market_data import ASK, BID
from fairlead.adapters.market_data_outlet import PORTION_BYTES
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.ports.json_port import JsonPort, JsonPortSettings
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.ports.secret_hash import SecretHash

LOGIN = b'{"type":"login","strategy":"alpha","secret":"sesame","heartbeat_interval_s":0}\n'
SUBSCRIBE = (
    b'{"type":"market_data_request","md_req_id":"M","subscription_request_type":"subscribe","symbols":["MSFT"]}\n'
)
STATUS = (
    b'{"type":"security_status","md_req_id":"M","symbol":"MSFT","venue":"XNAS","trading_state":"unknown",'
    b'"transact_time":"2026-01-02T14:30:00.000000000Z"}\n'
)
SNAPSHOT = (
    b'{"type":"market_data_snapshot","md_req_id":"M","symbol":"MSFT","venue":"XNAS","bids":[["10","5",1]],"asks":[],'
    b'"trading_state":"unknown","change_number":1,"transact_time":"2026-01-02T14:30:00.000000000Z"}\n'
)


def update(changes: str, change_number: int, conflated: int = 0, at_s: int = 0) -> bytes:
    more = f'"conflated":{conflated},' if conflated else ""
    return (
        f'{{"type":"market_data_update","md_req_id":"M","symbol":"MSFT","venue":"XNAS","changes":[{changes}],'
        f'"change_number":{change_number},{more}"transact_time":"2026-01-02T14:30:{at_s:02}.000000000Z"}}\n'
    ).encode()


class Floor:
    """Hold a port with one strategy, logged in, and a market picture."""

    def __init__(self, slow: SlowConsumerPolicy | None = None, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        identity = StrategyIdentity("alpha", SecretHash.of("sesame", 1))
        self.session = JsonStrategySession(identity, self.store)
        self.book = FakeBook("MSFT")
        self.market = FakeMarketData(self.book)
        self.subscriptions = MarketDataSubscriptions(self.market, {"XNAS"}, {"alpha": identity}, ())
        settings = JsonPortSettings(slow_consumer=slow or SlowConsumerPolicy())
        self.port = JsonPort([self.session], OrderDesk(), settings, market_data=self.subscriptions)
        self.stream = self.open()

    def open(self) -> Stream:
        stream = Stream(self.port.connection("10.0.0.1"))
        stream.send(LOGIN)
        return stream

    def bid(self, price: int, quantity: int) -> None:
        self.market.level(self.book, BID, price, quantity)


@pytest.fixture
def floor() -> Floor:
    return Floor()


def types(output: bytes) -> list[str]:
    return [json.loads(line)["type"] for line in output.splitlines()]


def test_subscription_is_told_line_by_line(floor: Floor) -> None:
    floor.bid(10, 5)
    assert floor.stream.send(SUBSCRIBE) == b""
    assert floor.stream.endpoint.next_deadline_ns() == 0
    assert floor.stream.at(0) == STATUS + SNAPSHOT
    assert floor.stream.endpoint.next_deadline_ns() > 0
    floor.bid(11, 7)
    floor.market.level(floor.book, ASK, 12, 1, 3)
    assert floor.stream.at(0) == update('["new","bid","11","7",1,1],["new","offer","12","1",3,1]', 3, 1)
    floor.bid(10, 0)
    assert floor.stream.at(1) == update('["delete","bid","10"]', 4, at_s=0)


def test_reports_come_first_and_market_data_waits_for_its_own_turn(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.stream.send(SUBSCRIBE)
    floor.session.send_report(accepted(1), 0, UTC_NS)
    assert floor.stream.endpoint.take_output() == accepted_line(1)
    assert floor.stream.at(0) == STATUS + SNAPSHOT


def test_nothing_is_told_while_anything_is_unread(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.stream.send(SUBSCRIBE)
    floor.stream.at(0)
    floor.stream.pending(100)
    for quantity in (6, 7, 8):
        floor.bid(10, quantity)
        assert floor.stream.at(1) == b""
    floor.session.send_report(accepted(1), 0, UTC_NS)
    assert floor.stream.endpoint.take_output() == accepted_line(1)
    floor.stream.pending(0)
    assert floor.stream.at(2) == update('["change","bid","10","8",1,1]', 4, 2, at_s=1)


def test_refusals_are_answered_at_once(floor: Floor) -> None:
    floor.stream.send(SUBSCRIBE)
    floor.stream.at(0)
    assert floor.stream.send(SUBSCRIBE) == (
        b'{"type":"market_data_reject","md_req_id":"M","md_req_rej_reason":"duplicate_md_req_id",'
        b'"text":"md_req_id \'M\' is in use, expected a new one, or its end first"}\n'
    )


def test_port_without_feeds_refuses() -> None:
    session = JsonStrategySession(StrategyIdentity("alpha", SecretHash.of("sesame", 1)), MemoryStore())
    stream = Stream(JsonPort([session], OrderDesk()).connection("10.0.0.1"))
    stream.send(LOGIN)
    assert stream.send(SUBSCRIBE) == (
        b'{"type":"market_data_reject","md_req_id":"M","md_req_rej_reason":"no_feed",'
        b'"text":"no market data feed is configured"}\n'
    )


def test_market_data_is_neither_numbered_nor_recorded(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.stream.send(SUBSCRIBE)
    floor.stream.at(0)
    assert floor.store.next_out == 1
    assert list(floor.store.sent_messages(1, 10)) == []
    # what the strategy asked is
    assert [frame for _, frame in floor.store.frames_in] == [SUBSCRIBE.rstrip()]


def test_new_connection_begins_without_subscriptions(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.stream.send(SUBSCRIBE)
    floor.stream.cut()
    again = floor.open()
    floor.bid(10, 6)
    assert again.at(0) == b""
    again.send(SUBSCRIBE)
    assert types(again.at(0)) == ["security_status", "market_data_snapshot"]


def test_connection_that_is_taken_over_is_told_nothing_more(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.stream.send(SUBSCRIBE)
    other = Stream(floor.port.connection("10.0.0.2"))
    other.send(LOGIN.replace(b"}\n", b',"take_over":true}\n'))
    assert types(floor.stream.endpoint.take_output()) == ["logout"]
    floor.bid(10, 6)
    assert floor.stream.endpoint.next_deadline_ns() == NEVER_NS
    assert other.at(0) == b""


def test_nothing_follows_a_logout(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.stream.send(SUBSCRIBE)
    floor.stream.endpoint.on_timer(0, UTC_NS)
    floor.stream.endpoint.receive_data(b'{"type":"logout"}\n', 0, UTC_NS)
    assert types(floor.stream.endpoint.take_output()) == ["logout"]


def test_market_data_goes_out_in_portions(floor: Floor) -> None:
    books = [FakeBook(f"S{number}") for number in range(200)]
    floor.market.all += books
    for book in books:
        for price in range(1, 11):
            book.sides[BID][price] = (100, 1)
    symbols = ",".join(f'"{book.symbol}"' for book in books)
    floor.stream.send(SUBSCRIBE.replace(b'"MSFT"', symbols.encode()))
    connection, told, longest = floor.stream.endpoint, 0, 700
    while connection.next_deadline_ns() == 0:
        connection.on_timer(0, UTC_NS)
        portion = connection.take_output()
        assert len(portion) < PORTION_BYTES + longest
        told += len(types(portion))
    assert told == 2 * len(books)


def test_market_data_alone_never_cuts_a_reader_off() -> None:
    floor = Floor(SlowConsumerPolicy(max_bytes=50, max_s=30))
    floor.bid(10, 5)
    floor.stream.send(SUBSCRIBE)
    told = len(floor.stream.at(0))
    assert told > 100
    floor.stream.pending(told)
    for second in range(1, 100):
        floor.bid(10, second)
        assert floor.stream.at(second) == b""
    assert not floor.stream.endpoint.wants_close
    floor.stream.pending(0)
    assert types(floor.stream.at(100)) == ["market_data_update"]


def test_unread_reports_still_cut_a_reader_off_behind_market_data() -> None:
    floor = Floor(SlowConsumerPolicy(max_bytes=50, max_s=30))
    floor.bid(10, 5)
    floor.stream.send(SUBSCRIBE)
    told = len(floor.stream.at(0))
    floor.stream.pending(told - 10)
    floor.session.send_report(accepted(1), 0, UTC_NS)
    line = floor.stream.endpoint.take_output()
    output = floor.stream.pending(told - 10 + len(line), at_s=50)
    assert types(output) == ["logout"]
    assert json.loads(output)["text"] == f"slow consumer: {len(line)} bytes unread, limit 50"


def test_snapshot_too_long_for_a_line_ends_its_subscription(floor: Floor) -> None:
    for price in range(1, 60_000):
        floor.book.sides[BID][price] = (1_000_000, 1)
    floor.stream.send(SUBSCRIBE)
    told: list[Any] = [json.loads(line) for line in floor.stream.at(0).splitlines()]
    assert [line["type"] for line in told] == ["security_status", "market_data_reject"]
    assert told[1]["md_req_rej_reason"] == "unsupported_market_depth"
    assert told[1]["text"].endswith("bytes, expected at most 1048576: ask for less depth")
    floor.bid(3, 4)
    assert floor.stream.at(0) == b""
