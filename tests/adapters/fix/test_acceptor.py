"""Fresh connections: which session they belong to, and which are refused."""

from dataclasses import dataclass, field

import pytest
from session_bench import Bench

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.acceptor import FixAcceptor, SessionDirectory
from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.session_store import MemoryStore

LOGON = [(98, 0), (108, 30)]


@dataclass
class Port:
    """Two sessions that can be logged on to, and what was refused."""

    bench: Bench
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.directory = SessionDirectory()
        self.directory.add(self.bench.session)

    def connect(self) -> FixAcceptor:
        acceptor = FixAcceptor(self.directory.find, lambda reason, utc_ns: self.refused.append(reason))
        acceptor.receive_connected(*self.bench.times)
        return acceptor


@pytest.fixture
def port(version: str) -> Port:
    return Port(Bench(version))


def test_first_frame_finds_the_session_at_any_chunking(port: Port) -> None:
    bench = port.bench
    frame = bench.frame("A", LOGON) + bench.frame("1", [(112, "x")])
    acceptor = port.connect()
    for n in range(len(frame)):
        acceptor.receive_data(frame[n : n + 1], *bench.times)
    assert acceptor.session is bench.session and bench.session.is_logged_on
    output = acceptor.take_output()
    assert b"\x0135=A\x01" in output and b"\x0135=0\x01" in output
    assert not acceptor.wants_close
    acceptor.receive_eof(*bench.times)
    assert not bench.session.is_logged_on


def test_fs_1s_b_second_connection_is_refused_in_silence(port: Port) -> None:
    bench = port.bench
    first, second = port.connect(), port.connect()
    logon = bench.frame("A", LOGON)
    first.receive_data(logon, *bench.times)
    second.receive_data(logon, *bench.times)
    assert second.wants_close and second.take_output() == b""
    assert port.refused == [f"session {bench.session.session_id} is connected already"]
    second.receive_eof(*bench.times)
    assert bench.session.is_logged_on, "the refused connection does not touch the live one"


def test_fs_1s_c_unknown_identity_is_refused_in_silence(port: Port) -> None:
    bench = port.bench
    acceptor = port.connect()
    acceptor.receive_data(bench.frame("A", LOGON, sender="STRANGER"), *bench.times)
    assert acceptor.wants_close and acceptor.take_output() == b""
    assert port.refused == [f"unknown session {bench.begin_string}:FAIRLEAD->STRANGER"]
    acceptor.receive_data(bench.frame("A", LOGON), *bench.times)
    assert acceptor.session is None


def test_fs_2s_other_first_messages_are_refused_in_silence(port: Port) -> None:
    bench = port.bench
    for data, reason in (
        (bench.frame("0"), "first message is MsgType '0', expected a Logon"),
        (b"GET / HTTP/1.1\r\n\r\n" * 600, "expected a Logon"),
    ):
        acceptor = port.connect()
        acceptor.receive_data(data, *bench.times)
        assert acceptor.wants_close and acceptor.take_output() == b""
        assert reason in port.refused[-1]


def test_silent_connection_is_closed(port: Port) -> None:
    acceptor = port.connect()
    now_ns, utc_ns = port.bench.times
    assert acceptor.next_deadline_ns() == now_ns + 10 * 10**9
    acceptor.on_timer(now_ns + 10 * 10**9, utc_ns)
    assert acceptor.wants_close and port.refused == ["no whole message within 10 s"]
    assert acceptor.next_deadline_ns() == NEVER_NS


def test_sub_ids_tell_sessions_apart_where_they_are_configured(port: Port) -> None:
    version = port.bench.begin_string
    desk = SessionId(version, "FAIRLEAD", "VENUE", target_sub_id="DESK")
    session = FixSession(SessionSettings(desk, False), MemoryStore(), port.bench.app)
    port.directory.add(session)
    assert port.directory.find(desk) is session
    assert port.directory.find(SessionId(version, "FAIRLEAD", "VENUE", target_sub_id="OTHER")) is port.bench.session
    with pytest.raises(ValueError, match="twice"):
        port.directory.add(session)
