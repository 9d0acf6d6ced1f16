"""Market data over the FIX port, read by simplefix: exact fields, numbers without a message, reports first."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
import simplefix
from market_fakes import FakeBook, FakeMarketData
from order_desk import SECOND_NS, UTC_NS, OrderDesk, Stream, accepted
from simplefix_frames import frame, messages_in, stamp

from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.market_data import ASK, BID, ReferencePrice, Restriction, TradingState
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator
from fairlead.gateway.market_data.subscriptions import MarketDataSubscriptions
from fairlead.gateway.ports.fix_port import FixPort, FixStrategy, FixStrategySession
from fairlead.gateway.ports.identity import Entitlements, StrategyIdentity

VERSIONS = ("FIX.4.2", "FIX.4.4")
ALL = ((267, 3), (269, 0), (269, 1), (269, 2))
MSFT = ((146, 1), (55, "MSFT"))
ENVELOPE = frozenset((b"8", b"9", b"34", b"49", b"52", b"56", b"10"))
Fields = tuple[tuple[int, object], ...]


def body(message: simplefix.FixMessage) -> str:
    """Return a message as ``35=W 262=M ...``, without its envelope."""
    return " ".join(f"{tag.decode()}={value.decode()}" for tag, value in message.pairs if tag not in ENVELOPE)


class Floor:
    """Hold a FIX port with one strategy, logged on, and a market picture; check all that is sent."""

    def __init__(self, version: str, slow: SlowConsumerPolicy | None = None, logon: Fields = ()) -> None:
        self.version = version
        self.validator = Validator(load_dictionary(version))
        self.store = MemoryStore()
        self.book = FakeBook("MSFT")
        self.market = FakeMarketData(self.book)
        self.desk = OrderDesk()
        identity = StrategyIdentity("alpha", entitlements=Entitlements.of(symbols=["M*", "IBM"]))
        subscriptions = MarketDataSubscriptions(self.market, {"XNAS"}, {"alpha": identity}, {"IBM"})
        settings = SessionSettings(SessionId(version, "FAIRLEAD", "ALPHA"), is_initiator=False)
        strategy = FixStrategy(identity, settings)
        self.session = FixStrategySession(strategy, self.store, self.desk, self.validator, subscriptions)
        self.port = FixPort([self.session], lambda text, utc_ns: None, slow)
        self.next_out = 1
        self.connect(logon)

    def connect(self, logon: Fields = ()) -> list[simplefix.FixMessage]:
        self.stream = Stream(self.port.connection("10.0.0.1"))
        return self.say("A", (98, 0), (108, 0), *logon)

    def say(self, msg_type: str, *fields: tuple[int, object]) -> list[simplefix.FixMessage]:
        sent = stamp(datetime.fromtimestamp((UTC_NS + self.stream.now_ns) / SECOND_NS, UTC))
        data = frame(self.version, msg_type, self.next_out, "ALPHA", "FAIRLEAD", fields, sent)
        self.next_out += 1
        return self.read(self.stream.send(data))

    def read(self, output: bytes) -> list[simplefix.FixMessage]:
        messages = messages_in(output)
        for message in messages:
            violation = self.validator.check(FixMessage.from_bytes(message.encode(raw=True)))
            assert violation is None, violation
        return messages

    def subscribe(self, *more: tuple[int, object], kind: int = 1, depth: int = 0) -> list[simplefix.FixMessage]:
        fields = [(262, "M"), (263, kind), (264, depth), *more]
        if 265 not in dict(more):
            fields.insert(3, (265, 1))
        return self.say("V", *fields, *(() if 267 in dict(more) else ALL), *(() if 146 in dict(more) else MSFT))

    def told(self, at_s: float = 0) -> list[str]:
        return [body(message) for message in self.read(self.stream.at(at_s))]

    def bid(self, price: int, quantity: int, orders: int = 1) -> None:
        self.market.level(self.book, BID, price, quantity, orders)


@pytest.fixture(params=VERSIONS)
def floor(request: pytest.FixtureRequest) -> Floor:
    return Floor(request.param)


def test_subscription_brings_state_snapshot_and_changes(floor: Floor) -> None:
    is_4_2 = floor.version == "FIX.4.2"
    floor.book.status.trading_state = TradingState.TRADING
    floor.book.status.state_code = "T"
    floor.book.status.state_venue_utc_ns = UTC_NS
    floor.bid(10, 5, 2)
    floor.market.level(floor.book, ASK, 12, 7)
    floor.market.trade(floor.book, 11, 3, UTC_NS + 1_500_000)
    assert floor.subscribe() == []
    text = "" if is_4_2 else " 58=trading (T)"
    volume = " 387=3" if is_4_2 else ""
    assert floor.told() == [
        f"35=f 55=MSFT 207=XNAS 325=Y 326=17 60=20260102-14:30:00.000{text}",
        f"35=W 262=M 55=MSFT 207=XNAS{volume} 268=3"
        " 269=0 270=10 271=5 346=2 290=1"
        " 269=1 270=12 271=7 346=1 290=1"
        " 269=2 270=11 271=3 272=20260102 273=14:30:00.001",
    ]
    floor.bid(10, 0)
    floor.bid(9, 4)
    floor.market.trade(floor.book, 9, 1, UTC_NS)
    conflated = "" if is_4_2 else " 813=2 814=2"
    volume = " 387=4" if is_4_2 else ""
    assert floor.told() == [
        "35=X 262=M 268=3"
        " 279=2 269=0 55=MSFT 207=XNAS 270=10"
        " 279=0 269=0 55=MSFT 207=XNAS 270=9 271=4 346=1 290=1"
        f" 279=0 269=2 55=MSFT 207=XNAS 270=9 271=1 272=20260102 273=14:30:00.000{volume}{conflated}"
    ]


def test_empty_book_has_a_snapshot_of_no_entries(floor: Floor) -> None:
    floor.subscribe()
    assert floor.told()[1] == "35=W 262=M 55=MSFT 207=XNAS 268=0"


def test_full_refresh_brings_snapshots(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.subscribe((265, 0), depth=1)
    floor.told()
    floor.bid(11, 6)
    assert floor.told() == ["35=W 262=M 55=MSFT 207=XNAS 268=1 269=0 270=11 271=6 346=1 290=1"]


def test_snapshot_alone_needs_no_update_type(floor: Floor) -> None:
    floor.bid(10, 5)
    assert floor.say("V", (262, "S"), (263, 0), (264, 1), (267, 1), (269, 0), *MSFT) == []
    assert [line[:12] for line in floor.told()] == ["35=f 55=MSFT", "35=W 262=S 5"]
    floor.bid(10, 6)
    assert floor.told() == []


def test_unsubscribe_ends_it(floor: Floor) -> None:
    floor.subscribe()
    floor.told()
    assert floor.subscribe(kind=2) == []
    floor.bid(10, 5)
    assert floor.told() == []


def test_states_and_collars_are_told(floor: Floor) -> None:
    floor.subscribe()
    floor.told()
    status = floor.book.status
    status.trading_state, status.state_code, status.state_reason = TradingState.PAUSED, "P", "LUDP"
    status.short_restriction = Restriction.IN_EFFECT
    status.operational_halts = frozenset("Q")
    status.reference_prices = {
        "luld_upper": ReferencePrice(12 * 10**8, 0, 1),
        "luld_lower": ReferencePrice(950_000_000, 0, 1),
    }
    floor.market.tell(floor.book)
    text = " 58=paused (P LUDP); short sales restricted; operational halt of Q" if floor.version == "FIX.4.4" else ""
    assert floor.told() == [f"35=f 55=MSFT 207=XNAS 325=Y 326=2 333=9.5 332=12{text}"]
    floor.book.is_stale, floor.book.stale_reason = True, "gap open"
    floor.market.tell(floor.book)
    (line,) = floor.told()
    assert " 326=20 " in line
    assert ("58=paused (P LUDP); stale: gap open; " in line) == (floor.version == "FIX.4.4")


def test_status_request_brings_the_state_alone(floor: Floor) -> None:
    assert floor.say("e", (324, "S1"), (55, "MSFT"), (263, 1)) == []
    text = " 58=unknown" if floor.version == "FIX.4.4" else ""
    assert floor.told() == [f"35=f 324=S1 55=MSFT 207=XNAS 326=20{text}"]
    floor.bid(10, 5)
    assert floor.told() == []
    floor.book.status.trading_state = TradingState.CLOSED
    floor.market.tell(floor.book)
    assert floor.told()[0].startswith("35=f 324=S1 55=MSFT 207=XNAS 326=18")
    assert floor.say("e", (324, "S1"), (55, "MSFT"), (263, 2)) == []
    floor.book.status.trading_state = TradingState.TRADING
    floor.market.tell(floor.book)
    assert floor.told() == []


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ([(146, 1), (55, "NONE")], "3", "strategy alpha is not entitled to symbol 'NONE'"),
        ([(146, 1), (55, "MISS")], "0", "no feed and no instrument list knows MISS"),
        (
            [(146, 1), (55, "MSFT"), (207, "XLON")],
            "",
            "no feed of venue 'XLON' is configured, there are: XNAS",
        ),
        (
            [(146, 2), (55, "MSFT"), (207, "XNAS"), (55, "IBM")],
            "",
            "SecurityExchange(207) 'XNAS', '' received, expected one in a request",
        ),
        ([(146, 1), (55, "MSFT"), (48, "1")], "", "tag 48 received in MsgType V, which does not take it here"),
        ([(266, "N")], "7", "AggregatedBook(266) 'N' received, expected Y"),
        (
            [(267, 1), (269, "4")],
            "8",
            "entry types '4' received, expected some of 0 bid, 1 offer, 2 trade",
        ),
    ],
)
def test_refusals_are_answered_by_y(floor: Floor, fields: list[tuple[int, object]], code: str, text: str) -> None:
    (reject,) = floor.subscribe(*fields)
    reason = f" 281={code}" if code else ""
    assert body(reject) == f"35=Y 262=M{reason} 58={text}"
    assert floor.told() == []


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        (((547, "Y"),), "C", "MDImplicitDelete(547) 'Y' received, expected N"),
        (((815, 1),), "", "ApplQueueAction(815) '1' received, expected 2"),
        (((546, "1"),), "A", "tag 546 received in MsgType V, which does not take it here"),
        (((286, "0"),), "B", "tag 286 received in MsgType V, which does not take it here"),
    ],
)
def test_refusals_that_fix_4_4_alone_has(fields: Fields, code: str, text: str) -> None:
    (reject,) = Floor("FIX.4.4").subscribe(*fields)
    reason = f" 281={code}" if code else ""
    assert body(reject) == f"35=Y 262=M{reason} 58={text}"


def test_duplicate_is_refused_and_the_first_goes_on(floor: Floor) -> None:
    floor.subscribe()
    floor.told()
    (reject,) = floor.subscribe()
    assert body(reject) == "35=Y 262=M 281=1 58=md_req_id 'M' is in use, expected a new one, or its end first"
    floor.bid(10, 5)
    assert len(floor.told()) == 1


def test_refused_status_request_is_answered_by_j(floor: Floor) -> None:
    (reject,) = floor.say("e", (324, "S1"), (55, "NONE"), (263, 1))
    reason = 0 if floor.version == "FIX.4.2" else 6
    assert body(reject) == (f"35=j 45=2 58=strategy alpha is not entitled to symbol 'NONE' 372=e 379=S1 380={reason}")


def test_reject_of_ours_is_noted_and_not_answered(floor: Floor) -> None:
    assert floor.say("j", (45, 2), (372, "f"), (380, 3), (58, "no such thing")) == []
    assert ("rejected", "MsgType f was rejected: no such thing") in floor.store.events


def numbers(messages: Iterable[Any]) -> list[tuple[str, int]]:
    return [(m.get(35).decode(), int(m.get(34))) for m in messages]


def test_market_data_uses_numbers_and_is_not_kept(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.subscribe()
    assert numbers(floor.read(floor.stream.at(0))) == [("f", 2), ("W", 3)]
    floor.session.send_report(accepted(1), 0, UTC_NS)
    assert numbers(floor.read(floor.stream.endpoint.take_output())) == [("8", 4)]
    floor.bid(10, 6)
    assert numbers(floor.read(floor.stream.at(0))) == [("X", 5)]
    assert [number for number, _ in floor.store.sent_messages(1, 99)] == [1, 4]
    assert floor.store.next_out == 6


def test_resend_fills_gaps_over_market_data_and_repeats_reports(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.subscribe()
    floor.told()
    floor.session.send_report(accepted(1), 0, UTC_NS)
    floor.stream.endpoint.take_output()
    for quantity in (6, 7, 8):
        floor.bid(10, quantity)
        floor.told()
    floor.stream.cut()
    answers = floor.connect()
    answers += floor.say("2", (7, 2), (16, 0))
    assert numbers(answers) == [("A", 8), ("4", 2), ("8", 4), ("4", 5)]
    gaps = [(m.get(123), m.get(36), m.get(43)) for m in answers if m.get(35) == b"4"]
    assert gaps == [(b"Y", b"4", b"Y"), (b"Y", b"9", b"Y")]
    # and nothing is subscribed any more
    floor.bid(10, 9)
    assert floor.told() == []


def test_reports_go_first(floor: Floor) -> None:
    floor.bid(10, 5)
    floor.subscribe()
    floor.session.send_report(accepted(1), 0, UTC_NS)
    assert numbers(floor.read(floor.stream.endpoint.take_output())) == [("8", 2)]
    assert numbers(floor.read(floor.stream.at(0))) == [("f", 3), ("W", 4)]


def test_slow_reader_is_told_the_latest_and_never_cut_off_by_market_data() -> None:
    floor = Floor("FIX.4.4", SlowConsumerPolicy(max_bytes=50, max_s=30))
    floor.bid(10, 5)
    floor.subscribe()
    unread = len(floor.stream.at(0))
    floor.stream.pending(unread)
    for second in range(1, 100):
        floor.bid(10, second)
        assert floor.stream.at(second) == b""
    assert not floor.stream.endpoint.wants_close
    floor.stream.pending(0)
    assert floor.told(100) == ["35=X 262=M 268=1 279=1 269=0 55=MSFT 207=XNAS 270=10 271=99 346=1 290=1 813=98 814=2"]
    # reports do count
    floor.stream.pending(60)
    assert floor.stream.endpoint.wants_close or floor.session.endpoint is not None
    floor.session.send_report(accepted(1), 0, UTC_NS)
    line = floor.stream.endpoint.take_output()
    floor.stream.pending(60 + len(line))
    assert floor.stream.endpoint.wants_close


def test_message_beyond_the_peers_limit_ends_its_subscription(floor: Floor) -> None:
    floor.stream.cut()
    floor.connect(((383, 300),))
    for price in range(1, 20):
        floor.book.sides[BID][price] = (5, 1)
    floor.subscribe()
    told = floor.told()
    assert [line[:4] for line in told] == ["35=f", "35=Y"]
    assert told[1] == "35=Y 262=M 281=5 58=a MsgType W too long for this session: ask for less depth"
    # no number was lost on the way
    assert floor.store.next_out == floor.session.session.next_out
