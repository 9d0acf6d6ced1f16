"""FIX session cases 4, 6, 12 and 13: silence, heartbeats, and the end of a session."""

from session_bench import Bench, order, types

from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind


def test_fs_4a_heartbeat_after_an_interval_without_output(version: str) -> None:
    bench = Bench(version)
    bench.log_on(heart_bt_int=10)
    assert bench.wait(9.999) == []
    (heartbeat,) = bench.wait(0.001)
    assert heartbeat[35] == "0" and 112 not in heartbeat
    bench.peer("0")
    bench.wait(5)
    bench.send_order("A1")
    bench.taken()
    assert bench.wait(4.9) == [], "an order is as good as a heartbeat"


def test_fs_4b_test_request_is_answered_with_its_id(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    (heartbeat,) = bench.peer("1", [(112, "HELLO")])
    assert (heartbeat[35], heartbeat[112], heartbeat[34]) == ("0", "HELLO", "2")


def test_fs_4b_test_request_without_an_id_is_rejected(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    (reject,) = bench.peer("1")
    assert (reject[35], reject[371], reject[373]) == ("3", "112", "1")


def test_fs_6_test_request_after_an_interval_and_a_fifth_of_silence(version: str) -> None:
    bench = Bench(version)
    bench.log_on(heart_bt_int=10)
    assert types(bench.wait(11.999)) == ["0"]
    (request,) = bench.wait(0.001)
    assert (request[35], request[112]) == ("1", "TEST")
    bench.peer("0", [(112, "TEST")])
    assert EventKind.PEER_FAULT not in bench.kinds()
    assert "1" not in types(bench.wait(11.9)) and bench.session.is_logged_on


def test_fs_6_heartbeat_with_another_id_is_noticed(version: str) -> None:
    bench = Bench(version)
    bench.log_on(heart_bt_int=10)
    bench.wait(12)
    bench.peer("0", [(112, "OTHER")])
    assert bench.text_of(EventKind.PEER_FAULT) == "TestReqID 'OTHER' received in a Heartbeat, expected 'TEST'"
    assert bench.session.is_logged_on


def test_fs_6_silence_for_two_intervals_and_two_fifths_closes(version: str) -> None:
    bench = Bench(version)
    bench.log_on(heart_bt_int=10)
    bench.wait(23.999)
    assert not bench.session.wants_close
    bench.wait(0.001)
    assert bench.session.wants_close
    assert bench.text_of(EventKind.PEER_SILENT) == "nothing received for 24.000 s"


def test_any_message_counts_as_life(version: str) -> None:
    bench = Bench(version)
    bench.log_on(heart_bt_int=10)
    for n in range(5):
        bench.wait(11)
        bench.peer("D", order(f"A{n}"))
    assert EventKind.TEST_REQUEST_SENT not in bench.kinds()


def test_no_heartbeats_where_the_interval_is_zero(version: str) -> None:
    bench = Bench(version)
    bench.log_on(heart_bt_int=0)
    assert bench.wait(1000) == [] and bench.session.is_logged_on


def test_fs_12_logout_is_sent_and_its_answer_closes(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.session.logout("end of day", *bench.times)
    (logout,) = bench.taken()
    assert (logout[35], logout[58]) == ("5", "end of day")
    assert bench.kinds()[-1] is EventKind.LOGGED_OUT and not bench.session.wants_close
    assert bench.peer("5") == [] and bench.session.wants_close
    bench.close()
    assert bench.session.link_state is State.DISCONNECTED and bench.store.next_in == 3


def test_fs_12_unanswered_logout_closes_with_a_warning(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.session.logout("", *bench.times)
    bench.wait(10)
    assert bench.session.wants_close and EventKind.LOGOUT_UNANSWERED in bench.kinds()


def test_fs_12_resend_request_before_the_answer_is_served(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.send_order("A1")
    bench.session.logout("", *bench.times)
    bench.taken()
    sent = bench.peer("2", [(7, 2), (16, 0)])
    assert [(m[35], m[34], m.get(36)) for m in sent] == [("D", "2", None), ("4", "3", "4")]


def test_fs_13a_answer_to_our_logout_closes_whatever_its_number(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.session.logout("", *bench.times)
    bench.peer("5", seq=99)
    assert bench.session.wants_close and bench.store.next_in == 2


def test_fs_13b_unsolicited_logout_is_answered_and_the_peer_closes(version: str) -> None:
    for seq in (2, 50, 1):
        bench = Bench(version)
        bench.log_on()
        (logout,) = bench.peer("5", seq=seq)
        assert (logout[35], logout[34]) == ("5", "2") and 58 not in logout
        assert not bench.session.wants_close and bench.kinds()[-1] is EventKind.LOGGED_OUT
        assert bench.store.next_in == (3 if seq == 2 else 2)


def test_fs_13b_the_wait_for_the_peer_to_close_is_bounded(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.peer("5")
    bench.wait(9.9)
    assert not bench.session.wants_close
    bench.wait(0.1)
    assert bench.session.wants_close
    at_once = Bench(version, peer_close_timeout_s=0)
    at_once.log_on()
    assert types(at_once.peer("5")) == ["5"] and at_once.session.wants_close


def test_lost_connection_ends_the_session(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.close()
    assert bench.kinds()[-2:] == [EventKind.LOGGED_OUT, EventKind.DISCONNECTED]
    bench.close()
    assert bench.kinds().count(EventKind.DISCONNECTED) == 1


def test_bytes_after_the_end_are_not_read(version: str) -> None:
    bench = Bench(version, peer_close_timeout_s=0)
    bench.log_on()
    bench.give(bench.frame("5"), bench.frame("D", order("A")))
    assert bench.app.messages == [] and bench.store.next_in == 3
    bench.close()
    bench.peer("D", order("B"))
    assert bench.app.messages == []


def test_reset_on_logout_and_on_disconnect(version: str) -> None:
    logout = Bench(version, reset_on_logout=True)
    logout.log_on()
    logout.peer("5")
    assert logout.store.next_out == 3
    logout.close()
    assert (logout.store.next_in, logout.store.next_out) == (1, 1)
    cut = Bench(version, reset_on_logout=True)
    cut.log_on()
    cut.close()
    assert (cut.store.next_in, cut.store.next_out) == (2, 2), "a cut is no Logout"
    disconnect = Bench(version, reset_on_disconnect=True)
    disconnect.log_on()
    disconnect.close()
    assert (disconnect.store.next_in, disconnect.store.next_out) == (1, 1)


def test_sx07_scheduled_rollover_logs_out_resets_and_logs_on_again(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    bench.log_on()
    bench.send_order("A1")
    bench.taken()
    bench.session.reset_sequence_numbers("rollover", *bench.times)
    assert types(bench.taken()) == ["5"]
    bench.peer("5")
    assert bench.session.wants_close and bench.store.next_out == 4
    bench.close()
    assert bench.text_of(EventKind.SEQUENCE_RESET) == "both numbers set to 1: rollover"
    bench.peer_out = 1
    (logon,) = bench.log_on()
    assert logon[34] == "1" and 141 not in logon and bench.session.is_synchronised


def test_reset_out_of_schedule_is_announced_to_the_peer(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    bench.session.reset_sequence_numbers("operator", *bench.times, announce=True)
    assert bench.connect()[0][141] == "Y"
    bench.close()
    assert 141 not in bench.connect()[0]
