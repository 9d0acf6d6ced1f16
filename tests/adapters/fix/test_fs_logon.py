"""FIX session cases 1B, 1S and 2S: the exchange of Logons, as initiator and as acceptor."""

import pytest
from session_bench import Bench, order, types

from fairlead.adapters.fix.settings import LogonSettings
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind


def test_fs_1b_a_connecting_sends_a_logon(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    (logon,) = bench.connect()
    body = b"35=A|34=1|49=FAIRLEAD|52=20260302-09:30:00.000|56=VENUE|98=0|108=30|".replace(b"|", b"\x01")
    head = b"8=" + version.encode() + b"\x019=%d\x01" % len(body)
    frame = head + body
    assert logon.raw == frame + b"10=%03d\x01" % (sum(frame) % 256)


def test_fs_1b_b_valid_reply_logs_on(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    bench.log_on()
    assert bench.session.is_logged_on and bench.session.is_synchronised
    assert bench.kinds() == [EventKind.LOGGED_ON, EventKind.SYNCHRONISED]
    assert (bench.store.next_in, bench.store.next_out) == (2, 2)


def test_fs_1b_c_reply_with_a_high_number_is_followed_by_a_resend_request(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    sent = bench.log_on(seq=5)
    assert types(sent) == ["A", "2"]
    assert (sent[1][7], sent[1][16], sent[1][34]) == ("1", "0", "2")
    assert bench.wait(0) == [], "our own ResendRequest is no message that the peer misses"
    assert bench.session.is_logged_on and not bench.session.is_synchronised
    assert bench.peer("4", [(123, "Y"), (36, 6)], seq=1, dup=True) == []
    assert bench.session.is_synchronised and bench.store.next_in == 6


@pytest.mark.parametrize("body", [[(98, 0)], [(98, 1), (108, 30)], [(98, 0), (108, -1)], [(98, 0), (108, "x")]])
def test_fs_1b_d_invalid_reply_is_rejected_and_logged_out(version: str, body: list[tuple[int, object]]) -> None:
    bench = Bench(version, is_initiator=True)
    bench.connect()
    assert types(bench.peer("A", body)) == ["3", "5"]
    assert bench.session.wants_close
    assert bench.kinds() == [EventKind.LOGON_REFUSED]


def test_fs_1b_d_reply_with_a_low_number_logs_out(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    bench.session.set_next_in(7, "test", *bench.times)
    (_, logout) = bench.log_on(seq=3)
    assert logout[58] == "MsgSeqNum too low, expecting 7 but received 3"
    bench.wait(2)
    assert bench.session.wants_close


def test_fs_1b_e_first_reply_that_is_no_logon_ends_the_connection(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    bench.connect()
    assert types(bench.peer("0")) == ["5"]
    assert bench.text_of(EventKind.PEER_FAULT) == "first message is MsgType '0', expected a Logon"
    bench.wait(2)
    assert bench.session.wants_close


def test_fs_1b_unanswered_logon_is_given_up(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    bench.connect()
    bench.wait(9.9)
    assert not bench.session.wants_close
    bench.wait(0.1)
    assert bench.session.wants_close
    assert bench.text_of(EventKind.LOGON_REFUSED) == "Logon unanswered for 10 s"


def test_fs_1s_a_valid_logon_is_answered(version: str) -> None:
    bench = Bench(version)
    assert bench.connect() == []
    (reply,) = bench.peer("A", [(98, 0), (108, 17)])
    assert (reply[35], reply[34], reply[98], reply[108]) == ("A", "1", "0", "17")
    assert 141 not in reply
    assert bench.session.is_synchronised


def test_fs_1s_a_high_logon_is_answered_then_asked_for_more(version: str) -> None:
    bench = Bench(version)
    assert [(m[35], m.get(7), m.get(16)) for m in bench.log_on(seq=4)] == [("A", None, None), ("2", "1", "0")]


def test_fs_1s_a_logon_itself_is_not_asked_for_again(version: str) -> None:
    bench = Bench(version)
    bench.log_on(seq=4)
    bench.give(*(bench.frame("0", seq=n, dup=True) for n in (1, 2, 3)))
    assert bench.store.next_in == 5 and bench.session.is_synchronised
    assert types(bench.peer("1", [(112, "x")], seq=5)) == ["0"]


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ({"sender": "OTHER"}, "tag 49 is 'OTHER', expected 'VENUE'"),
        ({"target": "OTHER"}, "tag 56 is 'OTHER', expected 'FAIRLEAD'"),
        ({"begin": "FIX.4.1"}, "BeginString 'FIX.4.1' received"),
        ({"sent": "20260302-09:27:59.000"}, "SendingTime is 121.000 s off, expected at most 120 s"),
    ],
)
def test_fs_1s_c_wrong_identity_is_closed_in_silence(version: str, header: dict[str, str], detail: str) -> None:
    bench = Bench(version)
    bench.connect()
    assert bench.peer("A", [(98, 0), (108, 30)], **header) == []
    assert bench.session.wants_close and bench.store.next_in == 1
    assert detail in bench.text_of(EventKind.LOGON_REFUSED)


@pytest.mark.parametrize(
    ("body", "tag"),
    [([(98, 0)], "108"), ([(108, 30)], "98"), ([(98, 2), (108, 30)], "98"), ([(98, 0), (108, -5)], "108")],
)
def test_fs_1s_d_invalid_logon_is_rejected_and_logged_out(version: str, body: list[tuple[int, int]], tag: str) -> None:
    bench = Bench(version)
    bench.connect()
    (reject, logout) = bench.peer("A", body)
    assert (reject[35], reject[45], reject[371], reject[372], logout[35]) == ("3", "1", tag, "A", "5")
    assert bench.session.wants_close
    assert bench.store.next_in == 1, "a refused Logon does not move the count"


def test_fs_1s_d_refused_credentials_are_told_and_not_shown(version: str) -> None:
    bench = Bench(version)
    bench.app.refusal = "unknown user or wrong password"
    sent = bench.log_on([(553, "me"), (554, "hunter2")])
    assert [(m[35], m.get(58)) for m in sent] == [("5", "unknown user or wrong password")]
    assert bench.session.wants_close
    assert bench.app.requests[0].password == "hunter2"
    everything = repr((bench.app.events, bench.app.requests, bench.store.events, bench.store.frames_in))
    assert "hunter2" not in everything and "554=*******" in everything


def test_fs_1s_d_too_low_logon_is_logged_out(version: str) -> None:
    bench = Bench(version)
    bench.session.set_next_in(9, "test", *bench.times)
    (logout,) = bench.log_on(seq=4)
    assert (logout[35], logout[58]) == ("5", "MsgSeqNum too low, expecting 9 but received 4")


def test_fs_2s_first_message_that_is_no_logon_is_closed_in_silence(version: str) -> None:
    bench = Bench(version)
    bench.connect()
    assert bench.peer("D", order()) == []
    assert bench.session.wants_close
    assert bench.text_of(EventKind.LOGON_REFUSED) == "first message is MsgType 'D', expected a Logon"


def test_fs_2s_garbage_and_silence_are_closed(version: str) -> None:
    garbage = Bench(version)
    garbage.connect()
    frame = garbage.frame("A", [(98, 0), (108, 30)])
    garbage.give(frame.replace(b"\x01108=30", b"\x01108=3"))
    assert garbage.session.wants_close
    silent = Bench(version)
    silent.connect()
    silent.wait(10)
    assert silent.session.wants_close
    assert silent.text_of(EventKind.LOGON_REFUSED) == "no Logon within 10 s"


def test_reset_seq_num_flag_starts_afresh_and_is_repeated(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.send_order("A1")
    bench.close()
    (reply,) = bench.log_on([(141, "Y")], seq=1)
    assert (reply[34], reply[141]) == ("1", "Y")
    assert (bench.store.next_in, bench.store.next_out) == (2, 2)
    assert list(bench.store.sent_messages(1, 99))[0][0] == 1


def test_reset_that_is_not_accepted_changes_nothing(version: str) -> None:
    bench = Bench(version, accept_reset=False)
    bench.log_on()
    bench.close()
    sent = bench.log_on([(141, "Y")], seq=1)
    assert types(sent) == ["3", "5"] and bench.session.wants_close
    assert bench.store.next_in == 2


def test_reset_within_the_session_starts_both_counts_afresh(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.give(*(bench.frame("0") for _ in range(5)))
    bench.peer("1", [(112, "x")])
    (reply,) = bench.peer("A", [(98, 0), (108, 30), (141, "Y")], seq=1)
    assert (reply[35], reply[34], reply[141]) == ("A", "1", "Y")
    (heartbeat,) = bench.peer("1", [(112, "y")], seq=2)
    assert (heartbeat[34], heartbeat[112]) == ("2", "y")


def test_reset_on_logon_of_an_initiator_says_so_and_counts_from_one(version: str) -> None:
    bench = Bench(version, is_initiator=True, reset_on_logon=True)
    bench.log_on([(141, "Y")])
    bench.send_order("A1")
    bench.close()
    bench.peer_out = 1
    (logon,) = bench.log_on([(141, "Y")])
    assert (logon[34], logon[141]) == ("1", "Y")
    assert (bench.store.next_in, bench.store.next_out) == (2, 2) and bench.session.is_synchronised


def test_initiator_sends_credentials_and_masks_them_in_the_store(version: str) -> None:
    logon = LogonSettings(
        username="fl", password="s3cret", new_password="n3wer", raw_data=b"ra\x01w", extra_fields=((9001, "x"),)
    )
    bench = Bench(version, is_initiator=True, logon=logon)
    data = b""
    bench.session.receive_connected(*bench.times)
    data = bench.session.take_output()
    assert b"\x0195=4\x0196=ra\x01w\x01" in data
    assert b"\x01553=fl\x01554=s3cret\x01925=n3wer\x019001=x\x01" in data
    ((_, recorded),) = bench.store.sent_messages(1, 1)
    assert b"\x0196=****\x01553=fl\x01554=******\x01925=*****\x01" in recorded and len(recorded) == len(data)
    assert "s3cret" not in repr(bench.settings) and "n3wer" not in repr(bench.settings)


def test_initiator_takes_over_the_interval_of_the_reply(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    bench.log_on(heart_bt_int=5)
    assert types(bench.wait(5)) == ["0"]


def test_interval_out_of_bounds_is_refused(version: str) -> None:
    bench = Bench(version, max_heart_bt_int_s=60)
    sent = bench.log_on(heart_bt_int=61)
    assert sent[-1][58] == "HeartBtInt 61 received, expected 0 to 60"


def test_test_message_indicator_keeps_test_and_production_apart(version: str) -> None:
    matching = Bench(version, logon=LogonSettings(test_message_indicator=True))
    (reply,) = matching.log_on([(464, "Y")])
    assert reply[464] == "Y"
    production = Bench(version, logon=LogonSettings(test_message_indicator=False))
    assert types(production.log_on([(464, "Y")])) == ["3", "5"]


def test_max_message_size_of_the_peer_is_kept(version: str) -> None:
    bench = Bench(version)
    bench.log_on([(383, 150)])
    assert bench.send_order("x" * 100) < 0
    assert bench.send_order("x") == 2


def test_second_logon_without_reset_is_rejected(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    (reject,) = bench.peer("A", [(98, 0), (108, 30)])
    assert (reject[35], reject[58], reject.get(373)) == (
        "3",
        "Logon received while logged on",
        None if version == "FIX.4.2" else "99",
    )
    assert bench.session.is_logged_on


def test_sx06_refused_logons_are_counted_and_given_up(version: str) -> None:
    bench = Bench(version, is_initiator=True, logon=LogonSettings(max_refused=3))
    for _ in range(3):
        bench.connect()
        bench.peer("5", [(58, "unknown user")])
        assert bench.session.wants_close
        bench.close()
    assert bench.kinds().count(EventKind.LOGON_REFUSED) == 3
    assert bench.text_of(EventKind.LOGON_ABANDONED) == "3 logons refused, the last one: unknown user"
    assert bench.session.refused_logons == 3
    bench.log_on()
    assert bench.session.refused_logons == 0


def test_sx09_expired_password_is_told_and_changed(version: str) -> None:
    bench = Bench(version, is_initiator=True, logon=LogonSettings(username="u", password="old"))
    bench.connect()
    bench.peer("5", [(58, "Password has expired")])
    assert EventKind.PASSWORD_EXPIRED in bench.kinds()
    bench.close()
    bench.session.change_password("new")
    (logon,) = bench.connect()
    assert (logon[554], logon[925]) == ("old", "new")
    bench.peer("A", [(98, 0), (108, 30)])
    assert EventKind.PASSWORD_CHANGED in bench.kinds()
    bench.close()
    (logon,) = bench.connect()
    assert logon[554] == "new" and 925 not in logon


def test_sx10_acceptor_resends_by_next_expected_without_a_request() -> None:
    bench = Bench("FIX.4.4", logon=LogonSettings(next_expected=True))
    bench.log_on([(789, 1)])
    bench.send_order("A1")
    bench.send_order("A2")
    bench.close()
    sent = bench.log_on([(789, 3)], seq=2)
    sent += bench.wait(0)
    assert [(m[35], m[34], m.get(43), m.get(11)) for m in sent] == [("A", "4", None, None), ("D", "3", "Y", "A2")]
    assert sent[0][789] == "3"


def test_sx10_initiator_resends_by_next_expected_without_a_request() -> None:
    bench = Bench("FIX.4.4", is_initiator=True, logon=LogonSettings(next_expected=True))
    assert bench.log_on([(789, 2)])[0][789] == "1"
    bench.send_order("A1")
    bench.taken()
    bench.close()
    sent = bench.log_on([(789, 2)])
    sent += bench.wait(0)
    assert [(m[35], m[34], m.get(36)) for m in sent] == [("A", "3", None), ("D", "2", None), ("4", "3", "4")]


def test_sx10_gap_is_filled_without_our_asking() -> None:
    bench = Bench("FIX.4.4", logon=LogonSettings(next_expected=True))
    (reply,) = bench.log_on([(789, 1)], seq=3)
    assert (reply[35], reply[789]) == ("A", "1")
    bench.give(bench.frame("D", order("A"), seq=1, dup=True), bench.frame("D", order("B"), seq=2, dup=True))
    assert [m[2] for m in bench.app.messages] == ["A", "B"]
    assert bench.session.is_synchronised and bench.store.next_in == 4


def test_sx10_number_beyond_ours_is_logged_out() -> None:
    bench = Bench("FIX.4.4", logon=LogonSettings(next_expected=True))
    (logout,) = bench.log_on([(789, 8)])
    assert logout[58] == "NextExpectedMsgSeqNum too high, expecting at most 1 but received 8"
    assert bench.session.link_state is State.LOGOUT_SENT
