"""Dialogues with the FIX port, spoken by simplefix; fake time."""

from datetime import UTC, datetime

import pytest
import simplefix
from order_desk import SECOND_NS, UTC_NS, OrderDesk, Stream, accepted
from simplefix_frames import frame, messages_in, stamp

from fairlead.adapters.endpoint import PacedEndpoint
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.ports.fix_port import FixPort, FixStrategy, FixStrategySession
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.ports.secret_hash import SecretHash


class Peer:
    """Be one strategy's FIX engine on a stream of the port."""

    def __init__(
        self, stream: Stream, comp_id: str = "ALPHA", begin_string: str = "FIX.4.4", next_out: int = 1
    ) -> None:
        self.stream = stream
        self.comp_id = comp_id
        self.begin_string = begin_string
        self.next_out = next_out

    def say(self, msg_type: str, *fields: tuple[int, str]) -> list[simplefix.FixMessage]:
        """Send a message; return the port's answers."""
        sent = stamp(datetime.fromtimestamp((UTC_NS + self.stream.now_ns) / SECOND_NS, UTC))
        data = frame(self.begin_string, msg_type, self.next_out, self.comp_id, "FAIRLEAD", fields, sent)
        self.next_out += 1
        return messages_in(self.stream.send(data))

    def log_on(self, *fields: tuple[int, str]) -> list[simplefix.FixMessage]:
        """Send a Logon."""
        return self.say("A", (98, "0"), (108, "30"), *fields)


class Port:
    """Hold a port with alpha over FIX 4.4 and beta over FIX 4.2."""

    def __init__(self, policy: SlowConsumerPolicy | None = None, username: str = "") -> None:
        self.desk = OrderDesk()
        self.refused: list[str] = []
        self.store = MemoryStore()
        secret_hash = SecretHash.of("sesame", 1)
        alpha = FixStrategy(StrategyIdentity("alpha", secret_hash), settings("FIX.4.4", "ALPHA"), username)
        beta = FixStrategy(StrategyIdentity("beta", secret_hash), settings("FIX.4.2", "BETA"))
        open_ = FixStrategy(StrategyIdentity("open"), settings("FIX.4.4", "OPEN"))
        self.alpha = FixStrategySession(alpha, self.store, self.desk, None)
        self.others = [FixStrategySession(other, MemoryStore(), self.desk, None) for other in (beta, open_)]
        self.port = FixPort([self.alpha, *self.others], self.note_refusal, policy)

    def note_refusal(self, text: str, utc_ns: int) -> None:
        self.refused.append(text)

    def peer(self, comp_id: str = "ALPHA", begin_string: str = "FIX.4.4", next_out: int = 1) -> Peer:
        return Peer(Stream(self.port.connection("10.0.0.1")), comp_id, begin_string, next_out)


def settings(begin_string: str, comp_id: str) -> SessionSettings:
    return SessionSettings(SessionId(begin_string, "FAIRLEAD", comp_id), is_initiator=False)


ORDER = ((11, "A"), (55, "S"), (54, "1"), (60, "20260102-14:30:00"), (38, "1"), (40, "1"), (21, "1"))


@pytest.fixture
def port() -> Port:
    return Port()


def test_connection_watches_its_output(port: Port) -> None:
    assert isinstance(port.port.connection("10.0.0.1"), PacedEndpoint)


@pytest.mark.parametrize(
    ("comp_id", "begin_string", "name", "credentials"),
    [
        ("ALPHA", "FIX.4.4", "alpha", ((554, "sesame"),)),
        ("BETA", "FIX.4.2", "beta", ((95, "6"), (96, "sesame"))),
        ("OPEN", "FIX.4.4", "open", ()),
    ],
)
def test_strategy_logs_on_by_its_comp_ids_and_secret(
    port: Port, comp_id: str, begin_string: str, name: str, credentials: tuple[tuple[int, str], ...]
) -> None:
    peer = port.peer(comp_id, begin_string)
    (logon,) = peer.log_on(*credentials)
    assert (logon.get(35), logon.get(56), logon.get(8)) == (b"A", comp_id.encode(), begin_string.encode())
    assert port.desk.connections == [f"{name} connected"]
    peer.say("D", *ORDER)
    ((strategy, request),) = port.desk.requests
    assert strategy == name
    assert isinstance(request, NewOrder)
    assert (request.cl_ord_id, request.order_qty) == ("A", 100_000_000)


def test_reports_go_out_and_those_missed_are_resent(port: Port) -> None:
    peer = port.peer()
    peer.log_on((554, "sesame"))
    port.alpha.send_report(accepted(1), 0, UTC_NS)
    (report,) = messages_in(peer.stream.endpoint.take_output())
    assert (report.get(35), report.get(34), report.get(11)) == (b"8", b"2", b"A-1")
    peer.stream.cut()
    assert port.alpha.endpoint is None
    port.alpha.send_report(accepted(2), 0, UTC_NS)
    again = port.peer(next_out=peer.next_out)
    (logon,) = again.log_on((554, "sesame"))
    assert logon.get(34) == b"4"
    answers = again.say("2", (7, "3"), (16, "0"))
    assert [(m.get(35), m.get(34), m.get(43)) for m in answers][0] == (b"8", b"3", b"Y")
    assert answers[0].get(11) == b"A-2"
    assert port.desk.connections[0::2] == ["alpha connected", "alpha connected"]


@pytest.mark.parametrize("credentials", [(), ((554, "guess"),), ((553, "sesame"),)])
def test_wrong_secret_is_refused_and_not_recorded(port: Port, credentials: tuple[tuple[int, str], ...]) -> None:
    peer = port.peer()
    answers = peer.log_on(*credentials)
    assert [answer.get(35) for answer in answers] in ([b"5"], [])
    assert port.alpha.endpoint is None
    assert port.desk.connections == []
    events = str(port.store.events)
    assert "10.0.0.1: wrong secret, expected the secret of alpha in Password(554) or RawData(96)" in events
    assert "guess" not in events + str(port.store.frames_in)


def test_username_must_fit_where_one_is_set() -> None:
    port = Port(username="al")
    assert port.peer().log_on((553, "bob"), (554, "sesame"))[0].get(35) != b"A"
    assert "wrong Username(553) or secret" in str(port.store.events)
    other = Port(username="al")
    assert other.peer().log_on((553, "al"), (554, "sesame"))[0].get(35) == b"A"


def test_unknown_comp_id_is_closed_without_a_byte_and_noted(port: Port) -> None:
    peer = port.peer("NOBODY")
    assert peer.log_on((554, "sesame")) == []
    assert peer.stream.endpoint.wants_close
    assert port.refused == ["10.0.0.1: unknown session FIX.4.4:FAIRLEAD->NOBODY"]


def test_second_connection_is_refused_and_the_first_stays(port: Port) -> None:
    first = port.peer()
    first.log_on((554, "sesame"))
    second = port.peer()
    assert second.log_on((554, "sesame")) == []
    assert second.stream.endpoint.wants_close
    assert port.refused == ["10.0.0.1: session FIX.4.4:FAIRLEAD->ALPHA is connected already"]
    assert port.alpha.endpoint is not None
    assert not first.stream.endpoint.wants_close


def test_slow_consumer_is_cut_off_and_its_reports_stay() -> None:
    port = Port(SlowConsumerPolicy(max_bytes=100, max_s=5))
    peer = port.peer()
    peer.log_on((554, "sesame"))
    port.alpha.send_report(accepted(1), 0, UTC_NS)
    peer.stream.pending(101)
    assert peer.stream.endpoint.wants_close
    peer.stream.cut()
    assert port.desk.connections[0] == "alpha connected"
    assert port.desk.connections[1].startswith("alpha disconnected")
    assert [number for number, _ in port.store.sent_messages(2, 2)] == [2]


def test_slow_consumer_is_cut_off_by_time() -> None:
    port = Port(SlowConsumerPolicy(max_bytes=100, max_s=5))
    peer = port.peer()
    peer.log_on((554, "sesame"))
    peer.stream.pending(50, at_s=1)
    peer.stream.at(5.9)
    assert not peer.stream.endpoint.wants_close
    peer.stream.at(6)
    assert peer.stream.endpoint.wants_close


def test_stop_logs_out_and_lets_nobody_in(port: Port) -> None:
    peer = port.peer()
    peer.log_on((554, "sesame"))
    port.port.stop("the gateway stops", 0, UTC_NS)
    (logout,) = messages_in(peer.stream.endpoint.take_output())
    assert (logout.get(35), logout.get(58)) == (b"5", b"the gateway stops")
    assert port.peer("OPEN").log_on() == []
