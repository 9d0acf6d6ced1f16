"""Dialogues with the binary port: exact bytes made by hand, fake time."""

import itertools
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_desk import SECOND_NS, UTC_NS, OrderDesk, Stream, accepted
from strategy_stranger import (
    appended,
    cancel_order,
    dont_know_trade,
    login,
    login_accepted,
    market_data_request,
    mass_cancel,
    new_order,
    option,
    packet,
    packets,
    read_report,
    refused,
    replace_order,
    report,
    status_request,
    text,
)

from fairlead.adapters.endpoint import NEVER_NS, PacedEndpoint
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.adapters.soup.settings import SoupServerSettings
from fairlead.codecs.strategy_binary.market_data_decoder import MarketDataDecoder
from fairlead.codecs.vocabulary.market_data_cy import MarketDataSnapshot
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)
from fairlead.gateway.ports.binary_port import BinaryPort, BinaryPortSettings
from fairlead.gateway.ports.binary_session import BinaryStrategySession
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.ports.secret_hash import SecretHash

HASHES = {name: SecretHash.of(secret, 1) for name, secret in (("alpha-one", "sesame"), ("beta", "Open-Up_10"))}


def debug(said: str) -> bytes:
    return packet("+", said.encode())


def welcome(number: int = 1, live_seq: int = 1) -> bytes:
    return debug(f"live_seq: {live_seq}") + login_accepted(number)


def request(message: bytes) -> bytes:
    return packet("U", message)


def accepted_report(number: int) -> bytes:
    """Return the packet of ``order_desk.accepted(number)``."""
    return packet("S", report(kind=1, exec_type=b"0", ord_status=b"0", cl_ord_id=f"A-{number}", symbol="S"))


class Port:
    """Hold one port with two strategies: alpha-one, whose username is alpha, and beta."""

    def __init__(self, settings: BinaryPortSettings | None = None, store: MemoryStore | None = None) -> None:
        self.desk = OrderDesk()
        self.store = store or MemoryStore()
        self.session = BinaryStrategySession(StrategyIdentity("alpha-one", HASHES["alpha-one"]), "alpha", self.store)
        beta = BinaryStrategySession(StrategyIdentity("beta", HASHES["beta"]), "beta", MemoryStore())
        self.refused: list[str] = []
        self.port = BinaryPort([self.session, beta], self.desk, settings, self._on_refused)

    def _on_refused(self, said: str, utc_ns: int) -> None:
        self.refused.append(said)

    def open(self, now_s: float = 0, address: str = "10.0.0.1") -> Stream:
        return Stream(self.port.connection(address), now_s)

    def report(self, *numbers: int) -> None:
        for number in numbers:
            self.session.send_report(accepted(number), 0, UTC_NS)


@pytest.fixture
def port() -> Port:
    return Port()


def test_connection_is_an_endpoint_that_watches_its_output(port: Port) -> None:
    assert isinstance(port.port.connection("10.0.0.1"), PacedEndpoint)


def test_login_then_requests_reach_the_order_path(port: Port) -> None:
    stream = port.open()
    assert stream.send(login()) == welcome()
    assert port.desk.connections == ["alpha-one connected"]
    assert port.session.endpoint is stream.endpoint
    sent = [
        new_order(),
        cancel_order("B", "A"),
        replace_order("C", "A", order_qty=2 * 10**8),
        mass_cancel("D"),
        status_request(request_id="R"),
        dont_know_trade("O1-1", "E1", b"D"),
    ]
    ((kind, answer),) = packets(stream.send(b"".join(map(request, sent))))
    told = read_report(answer)
    assert kind == "S"
    assert (told["kind"], told["exec_type"], told["ord_status"], told["request_kind"]) == (12, b"I", b"\0", 5)
    assert (told[8], told[12], told[14], told["transact_time"]) == (b"R", b"no open orders", b"0", UTC_NS)
    kinds = [NewOrder, CancelOrder, ReplaceOrder, MassCancel, StatusRequest, DontKnowTrade]
    assert [type(made) for _, made in port.desk.requests] == kinds
    assert {strategy for strategy, _ in port.desk.requests} == {"alpha-one"}
    assert [frame for _, frame in port.store.frames_in[1:]] == [request(message) for message in sent]


def test_secret_is_not_recorded(port: Port) -> None:
    port.open().send(login())
    recorded = b"".join(frame for _, frame in port.store.frames_in + port.store.resent)
    assert b"alpha " in recorded
    assert b"sesame" not in recorded


def test_packets_may_come_byte_by_byte(port: Port) -> None:
    stream = port.open()
    answers = [stream.send(bytes((byte,))) for byte in login() + request(new_order())]
    assert b"".join(answers) == welcome()
    assert len(port.desk.requests) == 1


def test_username_in_any_case_secret_as_it_is(port: Port) -> None:
    assert port.open().send(login("ALPHA")) == welcome()
    assert port.open().send(login("Beta", "Open-Up_10")) == welcome()
    assert port.open().send(login("beta", "OPEN-UP_10")).endswith(packet("J", b"A"))


def test_live_reports_are_numbered_recorded_and_sent(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    port.report(1, 2)
    assert stream.endpoint.take_output() == accepted_report(1) + accepted_report(2)
    assert list(port.store.sent_messages(1, 9)) == [(1, accepted_report(1)), (2, accepted_report(2))]


def test_reports_while_away_are_replayed_once_then_live(port: Port) -> None:
    port.report(1, 2, 3)
    stream = port.open()
    assert stream.send(login(number=2)) == welcome(2, 4) + accepted_report(2) + accepted_report(3)
    port.report(4)
    assert stream.endpoint.take_output() == accepted_report(4)
    assert stream.endpoint.take_output() == b""


def test_login_with_number_0_brings_only_what_is_new(port: Port) -> None:
    port.report(1, 2)
    stream = port.open()
    assert stream.send(login(number=0)) == welcome(3, 3)
    port.report(3)
    assert stream.endpoint.take_output() == accepted_report(3)


def test_session_outlives_the_gateway_with_its_store(port: Port) -> None:
    port.report(1)
    again = Port(store=port.store)
    again.report(2)
    assert again.open().send(login(session="F1-0")) == welcome(1, 3) + accepted_report(1) + accepted_report(2)


def test_session_has_another_id_once_numbers_began_anew() -> None:
    store = MemoryStore()
    store.reset("a test", 1_767_364_200 * SECOND_NS)
    stream = Port(store=store).open()
    # 1767364200 in base 36
    assert stream.send(login()) == debug("live_seq: 1") + login_accepted(1, "F1-t88qy0")


def test_long_replay_goes_in_portions_as_the_strategy_reads() -> None:
    port = Port(BinaryPortSettings(SoupServerSettings(replay_messages=2)))
    port.report(1, 2, 3, 4, 5)
    stream = port.open()
    assert stream.send(login()) == welcome(1, 6) + accepted_report(1) + accepted_report(2)
    assert stream.endpoint.next_deadline_ns() == 0
    assert stream.pending(50) == b""
    port.report(6)
    assert stream.endpoint.take_output() == b""
    assert stream.pending(0) == accepted_report(3) + accepted_report(4)
    assert stream.endpoint.take_output() == accepted_report(5) + accepted_report(6)
    port.report(7)
    assert stream.endpoint.take_output() == accepted_report(7)


@pytest.mark.parametrize(
    ("data", "reason", "code"),
    [
        (login("alpha", "guess"), "wrong_secret: no such strategy, or not its secret", b"A"),
        (login("gamma", "sesame"), "wrong_secret: no such strategy, or not its secret", b"A"),
        (login("", ""), "wrong_secret: no such strategy, or not its secret", b"A"),
        (login(number=2), "wrong_seq: next_seq 2 received, expected 1 to 1", b"S"),
        (login(session="F1-x"), "wrong_session: session 'F1-x' received, expected 'F1-0': numbers began anew", b"S"),
        (packet("L", b"short"), "LoginRequest of 5 bytes received, expected 46", b"A"),
    ],
)
def test_login_that_is_refused(port: Port, data: bytes, reason: str, code: bytes) -> None:
    stream = port.open()
    assert stream.send(data) == debug(reason) + packet("J", code)
    assert stream.endpoint.wants_close
    assert stream.send(login()) == b""
    assert port.desk.connections == []
    assert len(port.refused) == 1
    assert port.refused[0].startswith("10.0.0.1: ")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (request(new_order()), "malformed: packet type 'U' (0x55) received, expected a login first"),
        (
            b"\0\0",
            "malformed: packet length 0 received, expected 1 to 65535; the stream can't be read on from offset 0",
        ),
        (b'{"type":"login"}' * 5000, None),
    ],
)
def test_what_is_no_login_ends_the_connection(port: Port, data: bytes, said: str | None) -> None:
    stream = port.open()
    answer = stream.send(data)
    assert stream.endpoint.wants_close
    assert port.desk.connections == []
    if said is not None:
        assert answer == debug(said)
        assert len(port.refused) == 1


def test_no_login_in_time_ends_the_connection() -> None:
    port = Port(BinaryPortSettings(SoupServerSettings(login_timeout_s=10)))
    stream = port.open()
    assert stream.at(9.9) == b""
    assert stream.at(10) == debug("timed_out: no login within 10 s")
    assert stream.endpoint.wants_close


def test_refused_login_is_on_the_strategy_s_record_without_its_secret(port: Port) -> None:
    port.open().send(login("alpha", "guess"))
    assert port.store.events == [("login_refused", "10.0.0.1: no such strategy, or not its secret")]
    assert port.store.frames_in == []


def test_guesser_is_refused_unheard_after_ten_wrong_secrets(port: Port) -> None:
    for _ in range(10):
        port.open().send(login("alpha", "guess"))
    refusal = "too_many_failures: 10 wrong secrets from 10.0.0.1, wait 60 s"
    assert port.open().send(login()) == debug(refusal) + packet("J", b"A")
    assert port.open(address="10.0.0.2").send(login()) == welcome()


def test_second_login_takes_over(port: Port) -> None:
    first = port.open()
    first.send(login())
    port.report(1)
    second = port.open(address="10.0.0.2")
    assert second.send(login(number=2)) == welcome(2, 2)
    assert first.endpoint.take_output() == accepted_report(1) + debug(
        "taken_over: taken over by a connection from 10.0.0.2"
    )
    assert first.endpoint.wants_close
    first.cut()
    assert port.desk.connections == ["alpha-one connected"]
    assert port.session.endpoint is second.endpoint
    port.report(2)
    assert second.endpoint.take_output() == accepted_report(2)
    assert first.endpoint.take_output() == b""


def test_loss_is_told_to_the_order_path(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    stream.cut()
    assert port.desk.connections == ["alpha-one connected", "alpha-one disconnected: connection lost"]
    assert port.session.endpoint is None
    port.report(1)
    assert port.open().send(login()) == welcome(1, 2) + accepted_report(1)


def test_logout_ends_the_connection(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    assert stream.send(packet("O") + request(new_order())) == b""
    assert stream.endpoint.wants_close
    assert port.desk.connections[1] == "alpha-one disconnected: logout requested"
    assert port.desk.requests == []


def test_stop_logs_strategies_out_and_refuses_new_ones(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    port.port.stop("the gateway is stopping", 0, UTC_NS)
    assert stream.endpoint.take_output() == debug("stopping: the gateway is stopping")
    assert stream.endpoint.wants_close
    assert port.open().send(login()) == debug("stopping: the gateway is stopping") + packet("J", b"S")


def test_heartbeats_go_out_each_second_without_output(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    assert stream.at(0.9) == b""
    assert stream.at(1) == packet("H")
    assert stream.at(3) == packet("H") * 2


def test_silent_client_is_gone_after_15_seconds(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    assert stream.at(14) == packet("H") * 14
    stream.send(packet("R"), at_s=14)
    assert stream.at(28.9) == packet("H") * 14
    last = packets(stream.at(29))
    assert last[-1] == ("+", b"silent: nothing received for 15.000 s")
    assert stream.endpoint.wants_close
    assert stream.endpoint.next_deadline_ns() == NEVER_NS


def test_strategy_that_stops_reading_is_cut_off_and_loses_nothing() -> None:
    policy = SlowConsumerPolicy(max_bytes=1000, max_s=30)
    port = Port(BinaryPortSettings(SoupServerSettings(slow_consumer=policy)))
    stream = port.open()
    stream.send(login())
    port.report(1, 2)
    stream.endpoint.take_output()
    assert stream.pending(1000) == b""
    assert stream.pending(1001) == debug("slow_consumer: slow consumer: 1001 bytes unread, limit 1000")
    assert stream.endpoint.wants_close
    assert port.desk.connections[1].startswith("alpha-one disconnected: slow consumer")
    assert port.open().send(login()) == welcome(1, 3) + accepted_report(1) + accepted_report(2)


MISTAKE = "side: 'x' received, expected one of '1' buy, '2' sell, '5' sell_short, '6' sell_short_exempt"


def test_message_with_a_mistake_is_refused_under_a_number_and_the_connection_goes_on(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    port.report(1)
    refusal = packet("S", refused(b"O", 2, (MISTAKE,), "A-2"))
    answer = stream.send(request(new_order("A-1")) + request(new_order("A-2", side=b"x")) + request(new_order("A-3")))
    assert answer == accepted_report(1) + refusal
    assert [made.cl_ord_id for _, made in port.desk.requests] == ["A-1", "A-3"]
    port.report(3)
    assert stream.endpoint.take_output() == accepted_report(3)
    stream.cut()
    # it is repeated as well
    assert port.open().send(login(number=2)) == welcome(2, 4) + refusal + accepted_report(3)


def test_ten_refused_messages_in_a_row_end_the_connection(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    bad = request(new_order(side=b"x"))
    stream.send(bad * 9 + request(new_order()) + bad * 9)
    assert not stream.endpoint.wants_close
    answer = packets(stream.send(bad + request(new_order("later"))))
    assert answer[-1] == ("+", b"refused_lines: 10 refused messages in a row")
    assert stream.endpoint.wants_close
    assert [made.cl_ord_id for _, made in port.desk.requests] == ["A"]


@pytest.mark.parametrize("message", [b"", b"\0", b"Z", b"O" * 98, new_order(options=option(99, b"")), b"R" * 300])
def test_other_sessions_go_on_whatever_one_sends(port: Port, message: bytes) -> None:
    other = port.open(address="10.0.0.2")
    other.send(login("beta", "Open-Up_10"))
    stream = port.open()
    stream.send(login())
    ((kind, answer),) = packets(stream.send(request(message)))
    assert (kind, answer[:1]) == ("S", b"!")
    assert not stream.endpoint.wants_close
    assert other.send(request(new_order("B-1"))) == b""
    assert port.desk.requests[-1][0] == "beta"


def test_packet_that_can_not_be_framed_ends_its_connection(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    # a login has 49 bytes
    said = "malformed: packet length 0 received, expected 1 to 65535; the stream can't be read on from offset 49"
    assert stream.send(b"\0\0") == debug(said)
    assert stream.endpoint.wants_close


def test_reports_of_a_strategy_that_was_never_there_wait(port: Port) -> None:
    port.report(*range(1, 600))
    stream = port.open()
    replayed = packets(stream.send(login()))
    while more := stream.endpoint.take_output():
        replayed += packets(more)
    assert [kind for kind, _ in replayed[2:]] == ["S"] * 599


CONVERSATION = (
    login()
    + packet("+", b"hello")
    + request(new_order("A-1"))
    + packet("R")
    + request(new_order("A-2", side=b"x"))
    + request(cancel_order("A-3", "A-1", options=option(12, b"a text")))
    + packet("?", b"what is this")
    + request(b"")
    + request(new_order("A-4"))
    + packet("O")
    + b"junk behind it"
)


@given(st.lists(st.integers(0, len(CONVERSATION)), max_size=12))
def test_any_chunking_says_and_does_the_same(cuts: list[int]) -> None:
    whole, parts = Port(), Port()
    expected = whole.open().send(CONVERSATION)
    stream = parts.open()
    places = [0, *sorted(cuts), len(CONVERSATION)]
    answers = [stream.send(CONVERSATION[begin:end]) for begin, end in itertools.pairwise(places)]
    assert b"".join(answers) == expected
    assert [made.cl_ord_id for _, made in parts.desk.requests] == ["A-1", "A-3", "A-4"]
    assert parts.desk.connections == whole.desk.connections
    assert parts.store.frames_in == whole.store.frames_in


@given(st.lists(st.binary(max_size=40) | st.sampled_from([packet("R"), request(new_order())]), max_size=8))
def test_any_bytes_are_answered_and_raise_nothing(junk: list[bytes]) -> None:
    port = Port()
    stream = port.open()
    stream.send(login())
    for data in junk:
        stream.send(data)
    stream.at(40)
    assert stream.endpoint.wants_close
    assert port.open().send(login(number=0))[-33:-31] == b"\0\x1f"


class Subscriptions:
    """Be a market data entry of one connection."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.due: list[Any] = []
        self.refused: list[str] = []
        self.is_open = False

    @property
    def is_due(self) -> bool:
        return bool(self.due)

    def open_queue(self, strategy: str) -> "Subscriptions":
        self.is_open = True
        return self

    def request(self, request: Any, now_ns: int, utc_ns: int) -> Any:
        self.requests.append(request)

    def next_message(self, now_ns: int, utc_ns: int) -> Any:
        return self.due.pop(0) if self.due else None

    def refuse(self, message: Any, text: str) -> None:
        self.refused.append(text)

    def close(self) -> None:
        self.is_open = False
        self.due.clear()


def test_request_without_feeds_is_rejected_beside_the_stream(port: Port) -> None:
    stream = port.open()
    stream.send(login())
    answer = stream.send(request(market_data_request("R", b"1", ("S",))))
    reject = appended(b"Y" + text("R", 24) + b"N", option(12, b"no market data feed is configured"))
    assert answer == packet("U", reject)
    port.report(1)
    assert stream.endpoint.take_output() == accepted_report(1)


def test_market_data_goes_out_when_nothing_else_waits() -> None:
    subscriptions = Subscriptions()
    port = Port()
    port.port = BinaryPort([port.session], port.desk, market_data=subscriptions)  # type: ignore[arg-type]
    stream = port.open()
    stream.send(login() + request(market_data_request("R", b"1", ("S", "T"), depth=5, venue="X")))
    (asked,) = subscriptions.requests
    assert (asked.md_req_id, asked.symbols, asked.market_depth, asked.venue) == ("R", ("S", "T"), 5, "X")
    subscriptions.due.append(MarketDataSnapshot(md_req_id="R", symbol="S", venue="X", bids=((5, 6, 7),)))
    assert stream.endpoint.next_deadline_ns() == 0
    stream.pending(10)
    assert stream.endpoint.next_deadline_ns() > 0
    stream.pending(0)
    ((kind, message),) = packets(stream.at(0))
    assert kind == "U"
    head = b"W" + b"R".ljust(24) + b"S".ljust(24) + b"X".ljust(32) + b"\0NNN"
    absent = struct.pack(">q", -(2**63))
    numbers = absent * 3 + struct.pack(">q", 0) + absent + struct.pack(">qq", 0, 0) + absent * 2
    assert message == head + numbers + struct.pack(">HcqqI", 1, b"0", 5, 6, 7)
    stream.cut()
    assert not subscriptions.is_open


def test_book_that_fits_no_packet_goes_in_parts() -> None:
    subscriptions = Subscriptions()
    port = Port()
    port.port = BinaryPort([port.session], port.desk, market_data=subscriptions)  # type: ignore[arg-type]
    stream = port.open()
    stream.send(login())
    bids = tuple((10_000 - level, level, 1) for level in range(4000))
    subscriptions.due.append(MarketDataSnapshot(md_req_id="R", symbol="S", venue="X", bids=bids, asks=((1, 2, 3),)))
    parts = packets(stream.at(0))
    assert [part[84:85] for _, part in parts] == [b"Y", b"N"]
    decoder = MarketDataDecoder()
    assert decoder.decode(parts[0][1]) is None
    whole = decoder.decode(parts[1][1])
    assert isinstance(whole, MarketDataSnapshot)
    assert (whole.bids, whole.asks) == (bids, ((1, 2, 3),))


def test_market_data_that_has_no_place_is_refused_to_its_subscription() -> None:
    subscriptions = Subscriptions()
    port = Port()
    port.port = BinaryPort([port.session], port.desk, market_data=subscriptions)  # type: ignore[arg-type]
    stream = port.open()
    stream.send(login())
    subscriptions.due.append(MarketDataSnapshot(md_req_id="R", symbol="S" * 25, venue="X"))
    assert stream.at(0) == b""
    assert subscriptions.refused == [
        "market_data_snapshot symbol: 25 characters received, expected 24 characters at most"
    ]
