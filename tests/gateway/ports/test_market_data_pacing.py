"""Whatever a strategy reads and when: every report in order and untouched by market data, and in the end the books."""

import json
from collections.abc import Iterator
from typing import Any

import simplefix
from hypothesis import given
from hypothesis import strategies as st
from market_fakes import FakeBook, FakeMarketData
from order_desk import UTC_NS, OrderDesk, accepted
from simplefix_frames import frame

from fairlead.adapters.endpoint import PacedEndpoint
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.market_data import BID
from fairlead.adapters.market_data_outlet import PORTION_BYTES
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.adapters.soup.settings import SoupServerSettings
from fairlead.client.binary_wire import BinaryWire
from fairlead.codecs.vocabulary.market_data_cy import MarketDataIncrement, MarketDataRequest, MarketDataSnapshot
from fairlead.codecs.vocabulary.session_messages import Login, NumberedReport
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.ports.binary_port import BinaryPort, BinaryPortSettings
from fairlead.gateway.ports.binary_session import BinaryStrategySession
from fairlead.gateway.ports.fix_port import FixPort, FixStrategy, FixStrategySession
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.ports.json_port import JsonPort, JsonPortSettings
from fairlead.gateway.ports.json_session import JsonStrategySession
from fairlead.gateway.ports.secret_hash import SecretHash

SYMBOLS = tuple(f"S{number}" for number in range(60))
POLICY = SlowConsumerPolicy(max_bytes=20_000, max_s=10**6)
Told = tuple[str, Any, dict[int, int]]
"""What a reader makes of a message: ("report", id, {}), ("book", symbol, bids), ("change", symbol, bids; 0 is gone)."""


class JsonEnd:
    """Be the JSON port and its peer."""

    def __init__(self, market: FakeMarketData) -> None:
        identity = StrategyIdentity("alpha", SecretHash.of("sesame", 1))
        self.session = JsonStrategySession(identity, MemoryStore())
        subscriptions = MarketDataSubscriptions(market, {"XNAS"}, {"alpha": identity}, ())
        settings = JsonPortSettings(slow_consumer=POLICY)
        port = JsonPort([self.session], OrderDesk(), settings, market_data=subscriptions)
        self.endpoint: PacedEndpoint = port.connection("peer")
        self.endpoint.receive_connected(0, UTC_NS)
        asked = {"type": "market_data_request", "md_req_id": "M", "subscription_request_type": "subscribe"}
        self.hello = b'{"type":"login","strategy":"alpha","secret":"sesame","heartbeat_interval_s":0}\n'
        self.hello += json.dumps({**asked, "symbols": SYMBOLS}).encode() + b"\n"
        self._rest = b""

    def read(self, data: bytes) -> Iterator[Told]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in map(json.loads, lines):
            if line["type"] == "accepted":
                yield "report", line["cl_ord_id"], {}
            elif line["type"] == "market_data_snapshot":
                yield "book", line["symbol"], {int(px): int(qty) for px, qty, _ in line["bids"]}
            elif line["type"] == "market_data_update":
                yield "change", line["symbol"], {int(c[2]): int(c[3]) if len(c) > 3 else 0 for c in line["changes"]}


class FixEnd:
    """Be the FIX port and its peer, which checks that numbers rise by one."""

    def __init__(self, market: FakeMarketData) -> None:
        identity = StrategyIdentity("alpha")
        subscriptions = MarketDataSubscriptions(market, {"XNAS"}, {"alpha": identity}, ())
        settings = SessionSettings(SessionId("FIX.4.4", "FAIRLEAD", "ALPHA"), is_initiator=False)
        self.session = FixStrategySession(
            FixStrategy(identity, settings), MemoryStore(), OrderDesk(), None, subscriptions
        )
        self.endpoint: PacedEndpoint = FixPort([self.session], lambda text, utc_ns: None, POLICY).connection("peer")
        self.endpoint.receive_connected(0, UTC_NS)
        entries = ((146, len(SYMBOLS)), *((55, symbol) for symbol in SYMBOLS))
        asked = ((262, "M"), (263, 1), (264, 0), (265, 1), (267, 1), (269, 0), *entries)
        now = "20260102-14:30:00.000"
        self.hello = frame("FIX.4.4", "A", 1, "ALPHA", "FAIRLEAD", ((98, 0), (108, 0)), now)
        self.hello += frame("FIX.4.4", "V", 2, "ALPHA", "FAIRLEAD", asked, now)
        self._parser = simplefix.FixParser()
        self._next = 1

    def read(self, data: bytes) -> Iterator[Told]:
        self._parser.append_buffer(data)
        for message in iter(self._parser.get_message, None):
            assert int(message.get(34)) == self._next
            self._next += 1
            pairs = [(int(tag), value.decode()) for tag, value in message.pairs]
            symbol = next((value for tag, value in pairs if tag == 55), "")
            if message.get(35) == b"8":
                yield "report", message.get(11).decode(), {}
            elif message.get(35) in (b"W", b"X"):
                bids: dict[int, int] = {}
                for tag, value in pairs:
                    if tag == 270:
                        price = int(value)
                        bids[price] = 0
                    elif tag == 271:
                        bids[price] = int(value)
                yield "book" if message.get(35) == b"W" else "change", symbol, bids


class BinaryEnd:
    """Be the binary port and its peer, who reads with the client's own wire."""

    def __init__(self, market: FakeMarketData) -> None:
        identity = StrategyIdentity("alpha", SecretHash.of("sesame", 1))
        self.session = BinaryStrategySession(identity, "alpha", MemoryStore())
        subscriptions = MarketDataSubscriptions(market, {"XNAS"}, {"alpha": identity}, ())
        settings = BinaryPortSettings(soup=SoupServerSettings(slow_consumer=POLICY))
        port = BinaryPort([self.session], OrderDesk(), settings, market_data=subscriptions)  # type: ignore[arg-type]
        self.endpoint: PacedEndpoint = port.connection("peer")
        self.endpoint.receive_connected(0, UTC_NS)
        self._wire = BinaryWire()
        asked = MarketDataRequest(md_req_id="M", subscription_request_type=ord("1"), symbols=SYMBOLS)
        self.hello = self._wire.encode(Login("alpha", "sesame")) + self._wire.encode(asked)

    def read(self, data: bytes) -> Iterator[Told]:
        for reply in self._wire.receive(data):
            if isinstance(reply, NumberedReport):
                yield "report", reply.report.cl_ord_id, {}
            elif isinstance(reply, MarketDataSnapshot):
                yield "book", reply.symbol, {px // 10**8: qty // 10**8 for px, qty, _ in reply.bids}
            elif isinstance(reply, MarketDataIncrement):
                yield "change", reply.symbol, {c[2] // 10**8: c[3] // 10**8 for c in reply.changes}


End = JsonEnd | FixEnd | BinaryEnd


class Wire:
    """Hold what is between the port and a peer that reads so much at a time; drive the port as the driver does."""

    def __init__(self, end: End) -> None:
        self.end = end
        self.waiting = b""
        self.reports: list[str] = []
        self.books: dict[str, dict[int, int]] = {}
        self.end.endpoint.receive_data(end.hello, 0, UTC_NS)
        self.flush()

    def flush(self) -> None:
        """Take the output of a turn, and turns of its own while the endpoint wants them."""
        endpoint = self.end.endpoint
        while True:
            output = endpoint.take_output()
            self.waiting += output
            endpoint.output_pending(len(self.waiting), 0, UTC_NS)
            if endpoint.next_deadline_ns() > 0:
                return
            endpoint.on_timer(0, UTC_NS)

    def read(self, count: int) -> None:
        data, self.waiting = self.waiting[:count], self.waiting[count:]
        for kind, name, bids in self.end.read(data):
            if kind == "report":
                self.reports.append(name)
            elif kind == "book":
                self.books[name] = bids
            else:
                self.books[name] = {px: qty for px, qty in (self.books[name] | bids).items() if qty}
        self.end.endpoint.output_pending(len(self.waiting), 0, UTC_NS)
        self.flush()


STEP = st.one_of(
    st.tuples(st.just("stir"), st.integers(1, 9), st.integers(0, 3)),
    st.tuples(st.just("report"), st.integers(1, 3)),
    st.tuples(st.just("read"), st.sampled_from((1, 100, 5_000, 40_000))),
)


@given(st.lists(STEP, max_size=25), st.sampled_from((JsonEnd, FixEnd, BinaryEnd)))
def test_reports_are_complete_and_books_end_right(steps: list[tuple[Any, ...]], end_class: type[End]) -> None:
    books = [FakeBook(symbol) for symbol in SYMBOLS]
    market = FakeMarketData(*books)
    end = end_class(market)
    wire = Wire(end)
    sent: list[str] = []
    for kind, *numbers in steps:
        if kind == "stir":
            for book in books:
                market.level(book, BID, numbers[0], numbers[1])
        elif kind == "report":
            for _ in range(numbers[0]):
                sent.append(f"A-{len(sent) + 1}")
                end.session.send_report(accepted(len(sent)), 0, UTC_NS)
        else:
            wire.read(numbers[0])
        wire.flush()
        # market data waits only while nothing else does: a portion, whatever is not read
        assert len(wire.waiting) < PORTION_BYTES + 1_000 + 400 * len(sent)
        assert not end.endpoint.wants_close
    while wire.waiting:
        wire.read(50_000)
    assert wire.reports == sent
    assert wire.books == {
        book.symbol: {px // 10**8: qty // 10**8 for px, qty, _ in book.levels(BID, 0)} for book in books
    }
