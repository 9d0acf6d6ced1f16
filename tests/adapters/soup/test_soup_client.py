"""The SoupBinTCP client: exact bytes, fake time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soup_bench import PASSWORD, ClientBench, S, accepted, login, packet, sequenced

from fairlead.adapters.endpoint import NEVER_NS, Endpoint
from fairlead.adapters.link_state import State
from fairlead.adapters.session_control import SessionControl
from fairlead.adapters.session_events import EventKind
from fairlead.adapters.session_store import MemoryStore
from fairlead.adapters.soup.settings import SettingsError, SoupClientSettings
from fairlead.adapters.soup.states import CLIENT_TRANSITIONS, SERVER_TRANSITIONS, Input, next_state
from fairlead.codecs.errors import EncodeError, LocalProtocolError

HEARTBEAT = b"\x00\x01R"
LOGOUT = b"\x00\x01O"


def known(next_in: int, session: str = "S1") -> MemoryStore:
    """Return a store that has seen all numbers below ``next_in`` of a session."""
    store = MemoryStore()
    store.set_peer_session(session, 0)
    store.advance_in(next_in, 0)
    return store


def test_it_is_what_the_gateway_runs() -> None:
    session = ClientBench().session
    endpoint: Endpoint = session
    control: SessionControl = session
    assert (endpoint.wants_close, control.link_state, control.refused_logons) == (False, State.DISCONNECTED, 0)
    assert (control.next_in, control.next_out, endpoint.next_deadline_ns()) == (1, 1, NEVER_NS)


# Login


def test_first_login_asks_for_the_current_session_from_its_beginning() -> None:
    bench = ClientBench()
    assert bench.connect() == login("", 1)
    assert bench.session.link_state == State.LOGON_SENT
    assert bench.receive(accepted("S1", 1)) == b""
    assert bench.take_events() == ["LOGGED_ON: session 'S1' from 1", "SYNCHRONISED"]
    assert bench.session.is_logged_on
    assert (bench.store.peer_session, bench.store.next_in) == ("S1", 1)


def test_login_asks_for_the_known_session_and_number() -> None:
    bench = ClientBench(known(7))
    assert bench.connect() == login("S1", 7)
    bench.receive(accepted("S1", 7) + sequenced(b"seven"))
    assert bench.messages == [(7, b"seven")]
    assert bench.store.next_in == 8


def test_password_is_in_no_record_event_or_text() -> None:
    bench = ClientBench()
    sent = bench.connect()
    bench.receive(packet("J", b"A"))
    bench.drop()
    assert PASSWORD.encode() in sent
    assert bench.store.resent == [(0, sent.replace(PASSWORD.encode().ljust(10), b"*" * 10))]
    shown = repr((bench.settings, bench.store.events, bench.events, bench.store.frames_in, bench.store.resent))
    assert PASSWORD not in shown


def test_only_new_messages_where_asked_for() -> None:
    bench = ClientBench(first_number=0)
    assert bench.connect() == login("", 0)
    bench.receive(accepted("S1", 135) + sequenced(b"x"))
    assert bench.take_events() == [
        "LOGGED_ON: session 'S1' from 135",
        "SEQUENCE_RESET: joined session 'S1' at 135",
        "SYNCHRONISED",
    ]
    assert bench.messages == [(135, b"x")]
    bench.drop()
    assert bench.connect() == login("S1", 136)


def test_one_fixed_session_where_set() -> None:
    bench = ClientBench(known(9, "S0"), session="S7")
    assert bench.connect() == login("S7", 1)
    bench.receive(packet("J", b"S"))
    bench.drop()
    assert bench.connect() == login("S7", 1)
    bench.receive(accepted("S7", 1) + sequenced(b"a"))
    bench.drop()
    assert bench.connect() == login("S7", 2)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (b"A", "login rejected: A, not authorized: username or password; asked for session '' from 1"),
        (b"S", "login rejected: S, the requested session is not available; asked for session '' from 1"),
        (b"Q", "login rejected: Q; asked for session '' from 1"),
        (b"", "login rejected: ; asked for session '' from 1"),
    ],
)
def test_rejected_login_is_an_event_and_counted(code: bytes, text: str) -> None:
    bench = ClientBench()
    bench.connect()
    bench.receive(packet("J", code))
    assert bench.take_events() == [f"LOGON_REFUSED: {text}"]
    assert bench.session.refused_logons == 1
    assert bench.session.wants_close
    bench.drop()
    assert bench.take_events() == ["DISCONNECTED: stream closed in state CLOSING"]


def test_logins_refused_too_often_need_a_person_and_success_forgets_them() -> None:
    bench = ClientBench(max_refused=2)
    for _ in range(2):
        bench.connect()
        bench.receive(packet("J", b"A"))
        bench.drop()
    assert bench.kinds().count(EventKind.LOGON_ABANDONED) == 1
    assert "2 logins refused, the last one: login rejected: A" in bench.events[-2].text
    bench.log_in()
    assert bench.session.refused_logons == 0


def test_session_that_is_not_available_is_followed_by_the_current_one() -> None:
    bench = ClientBench(known(7))
    bench.connect()
    bench.receive(packet("J", b"S"))
    bench.drop()
    assert bench.store.next_in == 7
    assert bench.connect() == login("", 1)
    bench.take_events()
    bench.receive(accepted("S2", 1) + sequenced(b"first"))
    assert bench.take_events() == [
        "SEQUENCE_RESET: session 'S1' is over, 'S2' began",
        "LOGGED_ON: session 'S2' from 1",
        "SYNCHRONISED",
    ]
    assert bench.messages == [(1, b"first")]
    assert (bench.store.peer_session, bench.store.next_in, bench.store.next_out) == ("S2", 2, 1)


def test_session_that_was_away_for_a_while_is_gone_on_with() -> None:
    bench = ClientBench()
    bench.log_in("S1", 1)
    bench.receive(sequenced(b"a", b"b"))
    bench.drop()
    bench.connect()
    bench.receive(packet("J", b"S"))
    bench.drop()
    assert bench.connect() == login("", 1)
    bench.receive(accepted("S1", 1) + sequenced(b"a", b"b", b"c"))
    assert bench.messages == [(1, b"a"), (2, b"b"), (3, b"c")]


def test_asking_by_name_and_anew_take_turns() -> None:
    bench = ClientBench(known(7))
    asked = []
    for _ in range(4):
        asked.append(bench.connect())
        bench.receive(packet("J", b"S"))
        bench.drop()
    assert asked == [login("S1", 7), login("", 1)] * 2


def test_unanswered_login_is_given_up() -> None:
    bench = ClientBench()
    bench.connect()
    assert bench.at(14.9) == b""
    assert bench.events == []
    bench.at(15)
    assert bench.take_events() == ["LOGON_REFUSED: login unanswered for 15 s"]
    assert bench.session.wants_close
    assert bench.session.refused_logons == 0


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (sequenced(b"x"), "packet type 'S' (0x53) received, expected the answer to our login"),
        (packet("H"), "packet type 'H' (0x48) received, expected the answer to our login"),
        (packet("A", b"x"), "LoginAccepted of 1 bytes received, expected 30"),
        (
            packet("A", b"S1".rjust(10) + b"x".rjust(20)),
            f"sequence number b'{'x':>20}' received, expected digits of at most 9223372036854775807 (offset 13)",
        ),
        (accepted("S1", 0), "session 'S1' from 0 received, expected a number from 1 on, of a session with a name"),
    ],
)
def test_answer_that_is_none_ends_the_stream(data: bytes, text: str) -> None:
    bench = ClientBench()
    bench.connect()
    bench.receive(data)
    assert bench.take_events() == [f"PEER_FAULT: {text}"]
    assert bench.session.wants_close
    assert bench.messages == []


def test_debug_packets_before_the_answer_are_told_and_passed_over() -> None:
    bench = ClientBench()
    bench.connect()
    bench.receive(packet("+", b"hello\x00\x1b") + accepted("S1", 1))
    assert bench.take_events()[0] == "PEER_TEXT: hello\\x00\\x1b"
    assert bench.session.is_logged_on


def test_session_without_a_name_is_gone_on_with() -> None:
    bench = ClientBench()
    bench.connect()
    bench.receive(accepted("", 1) + sequenced(b"a"))
    bench.drop()
    assert bench.connect() == login("", 2)
    bench.receive(accepted("", 2) + sequenced(b"b"))
    assert bench.messages == [(1, b"a"), (2, b"b")]


def test_name_that_went_missing_is_a_fault() -> None:
    bench = ClientBench(known(7))
    bench.connect()
    bench.receive(accepted("", 7))
    assert bench.take_events() == [
        "PEER_FAULT: session '' from 7 received, expected a number from 1 on, of a session with a name"
    ]


# Numbers


def test_every_number_once_whatever_the_chunks() -> None:
    data = accepted("S1", 1) + sequenced(b"a", b"", b"c" * 300) + packet("H") + sequenced(b"d")
    for split in range(len(data)):
        bench = ClientBench()
        bench.connect()
        bench.receive(data[:split])
        bench.receive(data[split:])
        assert bench.messages == [(1, b"a"), (2, b""), (3, b"c" * 300), (4, b"d")]
    bench = ClientBench()
    bench.connect()
    for byte in data:
        bench.receive(bytes((byte,)))
    assert bench.messages == [(1, b"a"), (2, b""), (3, b"c" * 300), (4, b"d")]


def test_message_is_recorded_before_it_is_acted_on() -> None:
    bench = ClientBench()
    bench.log_in()
    seen = []
    bench.react = lambda seq, payload: seen.append((bench.store.frames_in[-1], bench.store.next_in))
    bench.receive(sequenced(b"x"))
    assert seen == [((1, b"\x00\x02Sx"), 2)]


def test_what_the_server_repeats_is_passed_over() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.receive(sequenced(b"a", b"b", b"c"))
    bench.drop()
    bench.take_events()
    assert bench.connect() == login("S1", 4)
    bench.receive(accepted("S1", 2) + sequenced(b"b", b"c", b"d"))
    assert bench.messages == [(1, b"a"), (2, b"b"), (3, b"c"), (4, b"d")]
    assert bench.take_events() == [
        "PEER_FAULT: session 'S1' is sent from 2 on, asked for 4: taken ones are passed over",
        "LOGGED_ON: session 'S1' from 2",
        "SYNCHRONISED",
    ]


def test_server_that_counts_anew_under_the_old_name_is_left_before_anything_is_lost() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.receive(sequenced(b"a", b"b", b"c"))
    bench.drop()
    bench.connect()
    bench.receive(accepted("S1", 2) + sequenced(b"b"))
    bench.take_events()
    bench.receive(sequenced(b"NEW", b"d"))
    assert bench.messages == [(1, b"a"), (2, b"b"), (3, b"c")]
    assert bench.take_events() == [
        "PEER_FAULT: message 3 is another one than was taken under this number: session 'S1' counts anew, "
        "expected it to go on at 4",
        "LOGGED_OUT: message 3 is another one than was taken under this number: session 'S1' counts anew, "
        "expected it to go on at 4",
    ]
    assert bench.session.wants_close
    assert bench.store.frames_in[-1] == (3, b"\x00\x04SNEW")
    # from 4 on, the other message 3 would never be heard of again
    bench.drop()
    assert bench.connect() == login("S1", 3)
    bench.receive(accepted("S1", 3) + sequenced(b"NEW", b"d"))
    assert bench.session.wants_close
    assert len(bench.messages) == 3
    # another session is another count
    bench.drop()
    bench.connect()
    bench.receive(accepted("S2", 1) + sequenced(b"e"))
    assert bench.messages[-1] == (1, b"e")


def test_only_the_last_messages_are_remembered() -> None:
    bench = ClientBench(remembered_messages=2)
    bench.log_in()
    bench.receive(sequenced(b"a", b"b", b"c", b"d"))
    bench.drop()
    bench.connect()
    bench.receive(accepted("S1", 1) + sequenced(b"?", b"?", b"c", b"d", b"e"))
    assert bench.messages[-1] == (5, b"e")
    bench.drop()
    bench.connect()
    bench.receive(accepted("S1", 3) + sequenced(b"c", b"?"))
    assert bench.session.wants_close


def test_messages_that_can_not_be_had_any_more_are_named() -> None:
    bench = ClientBench(known(5))
    bench.connect()
    bench.receive(accepted("S1", 9) + sequenced(b"nine"))
    assert bench.messages == [(9, b"nine")]
    lost = bench.events[1]
    assert (lost.kind, lost.ref_seq_num, lost.end_seq_num) == (EventKind.MESSAGES_LOST, 5, 8)
    assert lost.text == "session 'S1' is sent from 9 on, asked for 5: 5 to 8 are lost"
    assert bench.kinds() == [EventKind.LOGGED_ON, EventKind.MESSAGES_LOST, EventKind.SYNCHRONISED]
    bench.drop()
    bench.connect()
    bench.receive(accepted("S1", 8) + sequenced(b"?", b"nine"))
    assert bench.session.is_logged_on


def test_another_session_sent_from_the_middle_is_asked_for_from_its_beginning() -> None:
    bench = ClientBench(known(5))
    bench.connect()
    bench.receive(accepted("S2", 5) + sequenced(b"five"))
    assert bench.messages == []
    assert bench.take_events() == [
        "SEQUENCE_RESET: session 'S1' is over, 'S2' began",
        "GAP_DETECTED: session 'S2' is sent from 5 on; 1 is asked for by another login",
    ]
    assert bench.session.wants_close
    bench.drop()
    assert bench.connect() == login("S2", 1)
    bench.receive(accepted("S2", 1) + sequenced(b"one"))
    assert bench.messages == [(1, b"one")]


def test_another_session_that_begins_at_one_is_taken_at_once() -> None:
    bench = ClientBench(known(5))
    bench.connect()
    bench.receive(accepted("S2", 1) + sequenced(b"one"))
    assert bench.messages == [(1, b"one")]
    assert bench.take_events() == [
        "SEQUENCE_RESET: session 'S1' is over, 'S2' began",
        "LOGGED_ON: session 'S2' from 1",
        "SYNCHRONISED",
    ]


def test_another_session_is_joined_where_only_new_messages_are_wanted() -> None:
    bench = ClientBench(known(5), first_number=0)
    bench.connect()
    bench.receive(accepted("S2", 5) + sequenced(b"five"))
    assert bench.messages == [(5, b"five")]
    assert "SEQUENCE_RESET: joined session 'S2' at 5" in bench.take_events()


def test_only_new_messages_never_means_a_gap_in_a_session_that_is_known() -> None:
    bench = ClientBench(known(5), first_number=0)
    bench.connect()
    bench.receive(packet("J", b"S"))
    bench.drop()
    assert bench.connect() == login("", 0)
    bench.receive(accepted("S1", 9))
    assert bench.session.wants_close
    bench.drop()
    assert bench.connect() == login("S1", 5)


# Messages out


def test_message_out_is_recorded_before_it_leaves() -> None:
    bench = ClientBench()
    bench.log_in()
    assert bench.session.send(b"order", bench.now_ns, bench.utc_ns) == 1
    assert list(bench.store.sent_messages(1, 9)) == [(1, b"\x00\x06Uorder")]
    assert bench.session.send(b"x", bench.now_ns, bench.utc_ns) == 2
    assert bench.session.take_output() == b"\x00\x06Uorder\x00\x02Ux"
    assert bench.session.take_output() == b""
    assert (bench.session.next_out, bench.store.next_out) == (3, 3)


def test_own_misuse_raises_and_records_nothing() -> None:
    bench = ClientBench()
    for prepare in (lambda: None, bench.connect):
        prepare()
        with pytest.raises(LocalProtocolError, match="send of 1 bytes while the session is not logged on"):
            bench.session.send(b"x", bench.now_ns, bench.utc_ns)
    bench.receive(accepted("S1", 1))
    with pytest.raises(EncodeError, match="payload of 65535 bytes, expected at most 65534"):
        bench.session.send(bytes(65535), bench.now_ns, bench.utc_ns)
    bench.session.logout("bye", bench.now_ns, bench.utc_ns)
    with pytest.raises(LocalProtocolError):
        bench.session.send(b"x", bench.now_ns, bench.utc_ns)
    assert bench.store.next_out == 1
    with pytest.raises(LocalProtocolError, match="session is LOGOUT_SENT, CONNECTED is impossible there"):
        bench.connect()


def test_message_of_a_dead_stream_is_not_sent_on_the_next_one() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.session.send(b"order", bench.now_ns, bench.utc_ns)
    bench.drop()
    assert bench.connect() == login("S1", 1)


# Life signs


def test_heartbeat_after_a_second_without_output() -> None:
    bench = ClientBench()
    bench.log_in()
    assert bench.at(0.9) == b""
    bench.session.send(b"x", bench.now_ns, bench.utc_ns)
    bench.session.take_output()
    assert bench.at(1.8) == b""
    assert bench.at(1.9) == HEARTBEAT
    assert bench.at(3.9) == HEARTBEAT * 2
    assert bench.store.resent[-1] == (0, HEARTBEAT)


def test_silence_ends_the_stream_and_any_byte_is_a_sign_of_life() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.at(10)
    bench.receive(b"\x00")
    bench.at(24.9)
    assert bench.session.is_logged_on
    bench.at(25)
    assert bench.session.wants_close
    assert bench.take_events() == [
        "PEER_SILENT: nothing received for 15.000 s",
        "LOGGED_OUT: nothing received for 15.000 s",
    ]


def test_no_heartbeat_before_the_login_is_answered_or_after_the_logout() -> None:
    bench = ClientBench()
    bench.connect()
    assert bench.at(5) == b""
    bench.receive(accepted("S1", 1))
    bench.session.logout("bye", bench.now_ns, bench.utc_ns)
    assert bench.session.take_output() == LOGOUT
    assert bench.at(6.9) == b""


# Ends


def test_logout_takes_what_comes_and_waits_for_the_server_to_close() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.session.logout("done", bench.now_ns, bench.utc_ns)
    assert bench.session.take_output() == LOGOUT
    bench.receive(sequenced(b"late"))
    assert bench.messages == [(1, b"late")]
    bench.drop()
    assert bench.take_events() == ["LOGGED_OUT: done", "DISCONNECTED: stream closed in state LOGOUT_SENT"]


def test_server_that_does_not_close_is_closed() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.session.logout("done", bench.now_ns, bench.utc_ns)
    bench.at(2)
    assert bench.take_events()[1:] == ["LOGOUT_UNANSWERED: the server did not close within 2 s after our logout"]
    assert bench.session.wants_close


def test_logout_before_the_answer_just_closes() -> None:
    bench = ClientBench()
    bench.session.logout("x", bench.now_ns, bench.utc_ns)
    bench.connect()
    bench.session.logout("x", bench.now_ns, bench.utc_ns)
    assert (bench.session.take_output(), bench.session.wants_close, bench.events) == (b"", True, [])


def test_end_of_session_closes_and_the_next_login_follows_the_venue() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.receive(sequenced(b"a") + packet("Z") + sequenced(b"?"))
    text = "session 'S1' is over; its last number was 1"
    assert bench.take_events() == [f"LOGGED_OUT: {text}", f"SESSION_ENDED: {text}"]
    assert bench.session.wants_close
    bench.drop()
    assert bench.connect() == login("", 1)
    bench.receive(accepted("S2", 1))
    assert (bench.store.peer_session, bench.store.next_in) == ("S2", 1)


def test_end_of_session_after_our_logout() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.session.logout("x", bench.now_ns, bench.utc_ns)
    bench.receive(packet("Z"))
    assert bench.session.wants_close


def test_lost_stream_in_the_middle_of_a_packet_is_told() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.receive(sequenced(b"abc")[:4])
    bench.drop()
    assert bench.take_events() == [
        "GARBLED: stream ended 4 bytes into a packet",
        "LOGGED_OUT: connection lost",
        "DISCONNECTED: stream closed in state LOGGED_ON",
    ]
    assert bench.connect() == login("S1", 1)
    bench.drop()
    assert bench.take_events() == ["DISCONNECTED: login unanswered"]
    bench.drop()
    assert bench.events == []


def test_disconnect_closes_without_a_word() -> None:
    bench = ClientBench()
    bench.session.disconnect("never up", bench.now_ns, bench.utc_ns)
    bench.log_in()
    bench.session.disconnect("operator", bench.now_ns, bench.utc_ns)
    assert (bench.session.take_output(), bench.session.wants_close) == (b"", True)
    assert ("disconnect", "operator") in bench.store.events
    bench.receive(sequenced(b"x"))
    assert bench.messages == []


def test_reset_while_away_and_while_logged_on() -> None:
    bench = ClientBench(known(7))
    bench.session.reset_sequence_numbers("schedule", bench.now_ns, bench.utc_ns)
    assert bench.take_events() == ["SEQUENCE_RESET: schedule"]
    assert bench.connect() == login("", 1)
    bench.receive(accepted("S2", 1) + sequenced(b"a"))
    bench.session.reset_sequence_numbers("schedule", bench.now_ns, bench.utc_ns)
    assert bench.session.take_output() == LOGOUT
    assert bench.session.next_in == 2
    bench.drop()
    assert (bench.session.next_in, bench.store.next_in, bench.store.peer_session) == (1, 1, "")
    assert bench.connect() == login("", 1)


# Faults of the server


@pytest.mark.parametrize("length", [b"\x00\x00", b"\xff\xff"])
def test_packet_length_that_can_not_be_ends_the_stream_and_loses_nothing(length: bytes) -> None:
    bench = ClientBench(max_packet_bytes=1000)
    bench.log_in()
    bench.receive(sequenced(b"a") + length + sequenced(b"?"))
    number = int.from_bytes(length, "big")
    expected = f"packet length {number} received, expected 1 to 998; the stream can't be read on from offset 37"
    assert bench.take_events() == [f"GARBLED: {expected}", f"LOGGED_OUT: {expected}"]
    assert bench.session.wants_close
    bench.drop()
    assert bench.connect() == login("S1", 2)
    bench.receive(accepted("S1", 2) + sequenced(b"b"))
    assert bench.messages == [(1, b"a"), (2, b"b")]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (packet("x", b"abc"), "packet type 'x' (0x78) of 3 bytes received, expected one of a server that is up"),
        (packet("U", b"abc"), "packet type 'U' (0x55) of 3 bytes received, expected one of a server that is up"),
        (packet("\x01"), "packet type 0x01 of 0 bytes received, expected one of a server that is up"),
        (packet("H", b"ab"), "packet type 'H' (0x48) with 2 bytes of payload received, expected none"),
    ],
)
def test_packet_without_a_meaning_is_told_and_passed_over(data: bytes, text: str) -> None:
    bench = ClientBench()
    bench.log_in()
    bench.receive(data + sequenced(b"a"))
    assert bench.take_events() == [f"PEER_FAULT: {text}"]
    assert bench.messages == [(1, b"a")]


@pytest.mark.parametrize("data", [accepted("S1", 1), packet("J", b"A")])
def test_second_answer_ends_the_stream(data: bytes) -> None:
    bench = ClientBench()
    bench.log_in()
    bench.receive(data + sequenced(b"?"))
    assert bench.session.wants_close
    assert bench.messages == []
    assert bench.kinds() == [EventKind.PEER_FAULT, EventKind.LOGGED_OUT]


def test_long_text_is_cut_in_events() -> None:
    bench = ClientBench()
    bench.log_in()
    bench.receive(packet("+", b"x" * 5000))
    assert bench.take_events() == ["PEER_TEXT: " + "x" * 200 + " (5000 bytes in all)"]


def test_application_may_send_and_log_out_in_the_middle_of_a_read() -> None:
    bench = ClientBench()
    bench.log_in()

    def react(seq: int, payload: bytes) -> None:
        if seq == 1:
            bench.session.send(b"reply", bench.now_ns, bench.utc_ns)
            bench.session.disconnect("enough", bench.now_ns, bench.utc_ns)

    bench.react = react
    assert bench.receive(sequenced(b"a", b"b")) == b"\x00\x06Ureply"
    assert bench.messages == [(1, b"a")]


@given(st.lists(st.binary(max_size=60), max_size=20), st.booleans())
def test_any_bytes_are_events_only(chunks: list[bytes], logged_on: bool) -> None:
    bench = ClientBench(max_packet_bytes=200)
    if logged_on:
        bench.log_in()
    else:
        bench.connect()
    for chunk in chunks:
        bench.receive(chunk)
        bench.at((bench.now_ns - 5 * S) / S + 0.3)
    numbers = [seq for seq, _ in bench.messages]
    assert numbers == list(range(1, len(numbers) + 1))
    bench.drop()
    assert bench.session.link_state == State.DISCONNECTED


# Settings and table


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"username": "TOOLONG"}, "username 'TOOLONG', expected at most 6"),
        ({"password": "longer than that"}, "password 16 characters, expected at most 10"),
        ({"session": "ELEVENCHARS"}, "requested session 'ELEVENCHARS'"),
        ({"first_number": 2}, "first_number 2, expected 0 or 1"),
        ({"heartbeat_s": 15}, "heartbeat_s 15 and silence_s 15"),
        ({"login_timeout_s": 0}, "login_timeout_s 0, expected at least 1"),
        ({"max_packet_bytes": 65538}, "max_packet_bytes 65538, expected 3 to 65537"),
        ({"max_refused": 0}, "max_refused 0"),
    ],
)
def test_settings_that_can_not_be(changes: dict[str, object], text: str) -> None:
    values = {"username": "TRADER", "password": "x", **changes}
    with pytest.raises(SettingsError, match=text):
        SoupClientSettings(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("transitions", [CLIENT_TRANSITIONS, SERVER_TRANSITIONS])
def test_every_state_has_a_way_out_and_none_else_happens(transitions: dict[tuple[State, Input], State]) -> None:
    reached = {State.DISCONNECTED, *transitions.values()}
    assert {before for before, _ in transitions} == reached
    for state in reached - {State.DISCONNECTED}:
        assert transitions[state, Input.LOST] == State.DISCONNECTED
    for state in reached:
        for link_input in Input:
            if (state, link_input) not in transitions:
                with pytest.raises(LocalProtocolError, match=f"session is {state.name}, {link_input.name} is"):
                    next_state(transitions, state, link_input)
