"""The SoupBinTCP server: exact bytes, fake time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soup_bench import PASSWORD, S, ServerBench, accepted, login, packet, sequenced

from fairlead.adapters.endpoint import NEVER_NS, PacedEndpoint
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.adapters.soup.settings import SettingsError, SoupServerSettings
from fairlead.adapters.soup.stream_cy import SequencedStream
from fairlead.codecs.errors import EncodeError, LocalProtocolError


class ForgetfulStore(MemoryStore):
    """Keep numbers, and messages from ``oldest`` on."""

    oldest = 1

    def sent_messages(self, begin, end):  # type: ignore[no-untyped-def]
        return super().sent_messages(max(begin, self.oldest), end)


def test_it_is_what_the_gateway_drives() -> None:
    bench = ServerBench()
    session = bench.acceptor.connection("192.0.2.7")
    assert isinstance(session, PacedEndpoint)
    assert (session.link_state, session.next_deadline_ns(), session.wants_close) == (
        State.DISCONNECTED,
        NEVER_NS,
        False,
    )


# Login


@pytest.mark.parametrize("number", [0, 1])
def test_login_to_an_empty_session(number: int) -> None:
    bench = ServerBench()
    connection = bench.connect()
    assert connection.receive(login("", number)) == accepted("S1", 1)
    assert bench.take_events() == ["LOGGED_ON: 'TRADER' from 192.0.2.7, session 'S1' from 1 of 1"]
    assert (connection.session.username, connection.session.is_logged_on) == ("TRADER", True)


@pytest.mark.parametrize(
    ("number", "first", "payloads"),
    [(1, 1, (b"a", b"b", b"c")), (2, 2, (b"b", b"c")), (3, 3, (b"c",)), (4, 4, ()), (0, 4, ())],
)
def test_replay_from_any_number(number: int, first: int, payloads: tuple[bytes, ...]) -> None:
    bench = ServerBench()
    bench.publish(b"a", b"b", b"c")
    connection = bench.connect()
    assert connection.receive(login("S1", number)) == accepted("S1", first) + sequenced(*payloads)
    bench.publish(b"d")
    assert connection.take() == sequenced(b"d")


def test_login_byte_by_byte_and_with_more_behind_it() -> None:
    bench = ServerBench()
    connection = bench.connect()
    data = login("", 1) + packet("U", b"order")
    assert b"".join(connection.receive(bytes((byte,))) for byte in data) == accepted("S1", 1)
    assert bench.received == [b"order"]


def test_wrong_password_is_refused_with_a_and_nowhere_recorded() -> None:
    bench = ServerBench()
    first = bench.log_in()
    connection = bench.connect()
    assert connection.receive(login("", 1, password="wr0ng")) == packet("J", b"A")
    assert connection.session.wants_close
    assert bench.take_events() == [
        "LOGON_REFUSED: login of 'TRADER' from 192.0.2.7 refused with A: no such user, or not its password"
    ]
    assert first.session.is_logged_on
    shown = repr((bench.store.frames_in, bench.store.events, bench.store.resent))
    assert "wr0ng" not in shown and PASSWORD not in shown
    assert (0, login("", 1).replace(PASSWORD.encode().ljust(10), b"*" * 10)) in bench.store.frames_in


@pytest.mark.parametrize(
    ("session", "number", "text"),
    [
        ("S2", 1, "session 'S2' requested, expected 'S1' or none"),
        ("S1", 5, "sequence number 5 requested, expected 0 to 4 in session 'S1'"),
        ("", 2**63 - 1, "sequence number 9223372036854775807 requested, expected 0 to 4 in session 'S1'"),
    ],
)
def test_place_that_is_not_to_be_had_is_refused_with_s(session: str, number: int, text: str) -> None:
    bench = ServerBench()
    bench.publish(b"a", b"b", b"c")
    other = bench.log_in()
    connection = bench.connect()
    assert connection.receive(login(session, number)) == packet("J", b"S")
    assert bench.take_events() == [f"LOGON_REFUSED: login of 'TRADER' from 192.0.2.7 refused with S: {text}"]
    bench.publish(b"d")
    assert (other.take(), connection.take()) == (sequenced(b"d"), b"")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (packet("L", b"short"), "LoginRequest of 5 bytes received, expected 46"),
        (
            packet("L", b"TRADER" + b"x".ljust(10) + b" " * 10 + b"12a".rjust(20)),
            f"requested sequence number b'{'12a':>20}' received, expected digits of at most 9223372036854775807 "
            "(offset 29)",
        ),
    ],
)
def test_login_that_can_not_be_read_is_refused_with_a(data: bytes, text: str) -> None:
    bench = ServerBench()
    connection = bench.connect()
    assert connection.receive(data) == packet("+", text.encode()) + packet("J", b"A")
    assert bench.take_events() == [f"LOGON_REFUSED: login of '' from 192.0.2.7 refused with A: {text}"]


@pytest.mark.parametrize("data", [packet("U", b"order"), packet("R"), packet("O"), packet("S", b"x"), packet("\x00")])
def test_anything_but_a_login_first_closes_without_an_answer(data: bytes) -> None:
    bench = ServerBench()
    connection = bench.connect()
    assert connection.receive(data + login("", 1)) == b""
    assert connection.session.wants_close
    assert bench.received == []
    assert [event.kind for event in bench.events] == [EventKind.PEER_FAULT]
    assert bench.events[0].text.endswith("received, expected a login first")


def test_debug_text_before_the_login_is_told() -> None:
    bench = ServerBench()
    connection = bench.connect()
    assert connection.receive(packet("+", b"hi") + login("", 1)) == accepted("S1", 1)
    assert bench.take_events()[0] == "PEER_TEXT: hi"


def test_silence_before_the_login_is_bounded() -> None:
    bench = ServerBench()
    connection = bench.connect()
    connection.receive(login("", 1)[:20])
    connection.at(29.9)
    assert not connection.session.wants_close
    assert connection.at(30) == b""
    assert connection.session.wants_close
    assert bench.take_events() == ["LOGON_REFUSED: no login within 30 s"]


def test_second_login_is_a_fault_and_its_password_is_not_recorded() -> None:
    bench = ServerBench()
    connection = bench.log_in()
    assert connection.receive(login("", 1, password="other-pw")) == b""
    assert bench.take_events() == [
        "PEER_FAULT: packet type 'L' (0x4c) of 46 bytes received, expected one of a client that is logged in"
    ]
    assert b"other-pw" not in bench.store.frames_in[-1][1]
    assert connection.session.is_logged_on


# Messages


def test_message_in_is_recorded_before_it_is_acted_on() -> None:
    bench = ServerBench()
    connection = bench.log_in()
    connection.receive(packet("U", b"one") + packet("U", b"") + packet("R"))
    assert bench.received == [b"one", b""]
    assert bench.store.frames_in[1:] == [(0, b"\x00\x04Uone"), (0, b"\x00\x01U"), (0, b"\x00\x01R")]


def test_message_out_is_recorded_first_and_reaches_everyone_once() -> None:
    bench = ServerBench()
    first, second = bench.log_in(), bench.log_in()
    assert bench.stream.publish(b"x", bench.now_ns, bench.utc_ns) == 1
    assert list(bench.store.sent_messages(1, 9)) == [(1, b"\x00\x02Sx")]
    assert (first.take(), second.take()) == (b"\x00\x02Sx", b"\x00\x02Sx")
    first.drop()
    bench.publish(b"y")
    assert (first.take(), second.take()) == (b"", b"\x00\x02Sy")
    with pytest.raises(EncodeError, match="payload of 65535 bytes"):
        bench.publish(bytes(65535))
    assert bench.stream.next_seq == 3


def test_numbers_go_on_where_the_store_stands() -> None:
    store = MemoryStore()
    ServerBench(store).publish(b"a", b"b")
    bench = ServerBench(store)
    assert bench.connect().receive(login("", 2)) == accepted("S1", 2) + sequenced(b"b")
    bench.publish(b"c")
    assert bench.connect().receive(login("S1", 0)) == accepted("S1", 4)


def test_replay_comes_in_portions_while_the_client_reads() -> None:
    bench = ServerBench(replay_messages=3)
    bench.publish(*(b"%d" % n for n in range(8)))
    connection = bench.connect()
    assert connection.receive(login("", 1)) == accepted("S1", 1) + sequenced(b"0", b"1", b"2")
    connection.pending(500)
    bench.publish(b"8")
    assert (connection.take(), connection.session.next_deadline_ns() > bench.now_ns) == (b"", True)
    connection.pending(0)
    assert connection.session.next_deadline_ns() == 0
    assert connection.take() == sequenced(b"3", b"4", b"5")
    assert connection.take() == sequenced(b"6", b"7", b"8")
    assert connection.take() == b""
    bench.publish(b"9")
    assert connection.take() == sequenced(b"9")
    bench.events.clear()
    connection.at(1)
    assert bench.take_events() == ["RESEND_SERVED: repeated 1 to 8"]


def test_replay_is_bounded_in_bytes() -> None:
    bench = ServerBench(replay_bytes=100)
    bench.publish(*([bytes(60)] * 5))
    connection = bench.connect()
    assert connection.receive(login("", 1)) == accepted("S1", 1) + sequenced(bytes(60), bytes(60))
    assert connection.take() == sequenced(bytes(60), bytes(60))


def test_messages_no_longer_kept_are_named_by_where_the_answer_begins() -> None:
    store = ForgetfulStore()
    bench = ServerBench(store)
    bench.publish(b"a", b"b", b"c")
    store.oldest = 3
    connection = bench.connect()
    assert connection.receive(login("S1", 1)) == accepted("S1", 3) + sequenced(b"c")
    assert bench.take_events()[1] == "MESSAGES_LOST: messages 1 to 2 are asked for and no longer kept"


def test_messages_that_went_missing_during_a_replay_end_it() -> None:
    store = ForgetfulStore()
    bench = ServerBench(store, replay_messages=2)
    bench.publish(b"a", b"b", b"c", b"d", b"e")
    connection = bench.connect()
    assert connection.receive(login("S1", 1)) == accepted("S1", 1) + sequenced(b"a", b"b")
    store.oldest = 5
    bench.take_events()
    assert connection.take() == b""
    text = "messages 3 to 4 are no longer kept; log in again for what comes after them"
    assert connection.at(0) == packet("+", text.encode())
    assert bench.take_events() == [f"MESSAGES_LOST: {text}", f"LOGGED_OUT: {text}"]
    assert connection.session.wants_close


# Life signs


def test_heartbeat_after_a_second_without_output() -> None:
    bench = ServerBench()
    connection = bench.log_in()
    assert connection.at(0.9) == b""
    bench.publish(b"x")
    connection.take()
    assert connection.at(1.8) == b""
    assert connection.at(1.9) == packet("H")
    assert connection.at(3.9) == packet("H") * 2


def test_silent_client_is_closed_and_any_byte_is_a_sign_of_life() -> None:
    bench = ServerBench()
    connection, other = bench.log_in(), bench.log_in()
    connection.at(10)
    connection.receive(packet("R"))
    connection.at(24.9)
    assert connection.session.is_logged_on
    connection.at(25)
    assert connection.session.wants_close
    assert bench.take_events() == [
        "PEER_SILENT: nothing received for 15.000 s",
        "LOGGED_OUT: nothing received for 15.000 s",
    ]
    assert other.session.is_logged_on


def test_slow_client_is_cut_off_by_bytes_and_by_time_and_gets_the_rest_later() -> None:
    bench = ServerBench(slow_consumer=SlowConsumerPolicy(max_bytes=100, max_s=5))
    connection = bench.log_in()
    bench.publish(b"x")
    connection.take()
    connection.pending(101)
    assert bench.take_events()[0] == "SLOW_PEER: slow consumer: 101 bytes unread, limit 100"
    assert connection.session.wants_close
    connection = bench.log_in(number=2)
    connection.pending(4)
    assert connection.at(4.9) == b""  # no heartbeat behind what is not read
    connection.at(5)
    assert bench.take_events()[0] == "SLOW_PEER: slow consumer: 4 bytes unread for 5 s"
    bench.publish(b"y")
    assert bench.connect().receive(login("S1", 2)) == accepted("S1", 2) + sequenced(b"y")


# Ends


def test_logout_closes_at_once_without_an_answer() -> None:
    bench = ServerBench()
    connection = bench.log_in()
    assert connection.receive(packet("O") + packet("U", b"late")) == b""
    assert connection.session.wants_close
    assert bench.received == []
    bench.publish(b"x")
    connection.drop()
    assert bench.take_events() == ["LOGGED_OUT: logout requested", "DISCONNECTED: stream closed in state CLOSING"]
    assert bench.acceptor.connections == set()


def test_end_of_session_follows_the_last_message_and_nobody_joins_after_it() -> None:
    bench = ServerBench(replay_messages=1)
    bench.publish(b"a", b"b")
    done, behind = bench.log_in(3), bench.connect()
    assert behind.receive(login("", 1)) == accepted("S1", 1) + sequenced(b"a")
    bench.take_events()
    bench.stream.end(bench.now_ns, bench.utc_ns)
    assert (done.take(), done.session.wants_close) == (packet("Z"), True)
    text = "session 'S1' is over; its last number was 2"
    assert bench.take_events() == [f"LOGGED_OUT: {text}", f"SESSION_ENDED: {text}"]
    assert behind.take() == sequenced(b"b")
    assert behind.session.next_deadline_ns() == 0
    assert behind.at(0) == packet("Z")
    assert behind.session.wants_close
    assert bench.connect().receive(login("S1", 3)) == packet("J", b"S")
    with pytest.raises(LocalProtocolError, match="publish of 1 bytes in session 'S1', which has ended"):
        bench.publish(b"c")


def test_operator_logs_a_client_out_with_a_text() -> None:
    bench = ServerBench()
    connection = bench.log_in()
    connection.session.log_out("taken over", bench.now_ns, bench.utc_ns)
    assert (connection.take(), connection.session.wants_close) == (packet("+", b"taken over"), True)
    connection.session.log_out("twice", bench.now_ns, bench.utc_ns)
    waiting = bench.connect()
    waiting.session.log_out("closed", bench.now_ns, bench.utc_ns)
    assert (waiting.take(), waiting.session.wants_close) == (b"", True)


def test_port_that_stops_logs_everyone_out_and_refuses_new_logins() -> None:
    bench = ServerBench()
    connection, late = bench.log_in(), bench.connect()
    bench.acceptor.stop("going down", bench.now_ns, bench.utc_ns)
    assert connection.take() == packet("+", b"going down")
    assert late.session.wants_close
    assert bench.connect().receive(login("", 1)) == packet("+", b"stopping: going down") + packet("J", b"S")


def test_lost_stream_in_the_middle_of_a_packet_is_told() -> None:
    bench = ServerBench()
    connection = bench.log_in()
    connection.receive(packet("U", b"abc")[:5])
    connection.drop()
    connection.drop()
    assert bench.take_events() == [
        "GARBLED: stream ended 5 bytes into a packet",
        "LOGGED_OUT: connection lost",
        "DISCONNECTED: stream closed in state LOGGED_ON",
    ]
    assert bench.received == []


# Faults of the client


@pytest.mark.parametrize("length", [b"\x00\x00", b"\xff\xff"])
def test_packet_length_that_can_not_be_ends_this_connection_only(length: bytes) -> None:
    bench = ServerBench(max_packet_bytes=1000)
    connection, other = bench.log_in(), bench.log_in()
    connection.receive(packet("U", b"a") + length + packet("U", b"?"))
    number = int.from_bytes(length, "big")
    expected = f"packet length {number} received, expected 1 to 998; the stream can't be read on from offset 53"
    assert bench.take_events() == [f"GARBLED: {expected}", f"LOGGED_OUT: {expected}"]
    assert (bench.received, connection.session.wants_close) == ([b"a"], True)
    other.receive(packet("U", b"b"))
    assert bench.received == [b"a", b"b"]
    assert bench.connect().receive(length) == b""


def test_packet_length_that_can_not_be_before_the_login_is_not_recorded() -> None:
    bench = ServerBench()
    bench.connect().receive(b"\x00\x00" + login("", 1))
    assert bench.store.frames_in == []
    assert bench.take_events()[0].startswith("GARBLED: packet length 0 received, expected 1 to 65535;")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (packet("x", b"abc"), "packet type 'x' (0x78) of 3 bytes received, expected one of a client that is logged in"),
        (packet("S", b"abc"), "packet type 'S' (0x53) of 3 bytes received, expected one of a client that is logged in"),
        (packet("R", b"ab"), "packet type 'R' (0x52) with 2 bytes of payload received, expected none"),
    ],
)
def test_packet_without_a_meaning_is_told_and_passed_over(data: bytes, text: str) -> None:
    bench = ServerBench()
    connection = bench.log_in()
    connection.receive(data + packet("U", b"a"))
    assert bench.take_events() == [f"PEER_FAULT: {text}"]
    assert bench.received == [b"a"]


def test_debug_text_of_a_client_is_told() -> None:
    bench = ServerBench()
    bench.log_in().receive(packet("+", b"hello"))
    assert bench.take_events() == ["PEER_TEXT: hello"]


@given(st.lists(st.binary(max_size=60), max_size=20), st.booleans())
def test_any_bytes_are_events_only_and_other_connections_stay(chunks: list[bytes], logged_in: bool) -> None:
    bench = ServerBench(max_packet_bytes=200)
    connection, other = bench.log_in() if logged_in else bench.connect(), bench.log_in()
    for chunk in chunks:
        connection.receive(chunk)
        connection.at((bench.now_ns - 5 * S) / S + 0.3)
    connection.drop()
    bench.publish(b"x")
    assert other.take() == sequenced(b"x")


# Settings


@pytest.mark.parametrize("session_id", ["", "ELEVENCHARS", " S1", "S\u00e9"])
def test_session_id_has_to_fit_its_field(session_id: str) -> None:
    with pytest.raises(ValueError, match="expected 1 to 10 ASCII characters"):
        SequencedStream(session_id, MemoryStore())


@pytest.mark.parametrize(
    "changes",
    [{"heartbeat_s": 0}, {"silence_s": 1}, {"login_timeout_s": 0}, {"max_packet_bytes": 2}, {"replay_bytes": 0}],
)
def test_settings_that_can_not_be(changes: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match=next(iter(changes))):
        SoupServerSettings(**changes)  # type: ignore[arg-type]
