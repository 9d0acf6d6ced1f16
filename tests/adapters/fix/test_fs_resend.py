"""FIX session cases 8 to 11, 16 and 20, and SX01 to SX05: gaps on either side, and how they close."""

from typing import Any

import pytest
from session_bench import Bench, Sent, order, types

from fairlead.adapters.fix.session import (
    PRIORITY_CANCEL,
    QUEUED,
    REFUSED_LOGGED_OUT,
    REFUSED_THROTTLED,
)
from fairlead.adapters.fix.settings import Throttle, WhileLoggedOut
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind


@pytest.fixture
def bench(version: str) -> Bench:
    bench = Bench(version)
    bench.log_on()
    return bench


def shape(sent: list[Sent]) -> list[tuple[str, str, str | None, str | None]]:
    """Return (MsgType, MsgSeqNum, PossDupFlag, ClOrdID or NewSeqNo) of each message."""
    return [(m[35], m[34], m.get(43), m.get(36, m.get(11))) for m in sent]


def requests(sent: list[Sent]) -> list[tuple[str, str]]:
    return [(m[7], m[16]) for m in sent if m[35] == "2"]


def ids(bench: Bench) -> list[str]:
    return [message[2] for message in bench.app.messages]


def mixed(bench: Bench) -> None:
    """Send heartbeats 2 to 4, orders 5 and 6, heartbeats 7 and 8, order 9."""
    for part in ("hhh", "oo", "hh", "o"):
        for kind in part:
            if kind == "h":
                bench.peer("1", [(112, "x")])
            else:
                bench.send_order(f"A{bench.session.next_out}")
    bench.taken()


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (2, 4, [("4", "2", "Y", "5")]),
        (2, 6, [("4", "2", "Y", "5"), ("D", "5", "Y", "A5"), ("D", "6", "Y", "A6")]),
        (5, 7, [("D", "5", "Y", "A5"), ("D", "6", "Y", "A6"), ("4", "7", "Y", "8")]),
        (3, 3, [("4", "3", "Y", "4")]),
        (6, 9, [("D", "6", "Y", "A6"), ("4", "7", "Y", "9"), ("D", "9", "Y", "A9")]),
        (9, 0, [("D", "9", "Y", "A9")]),
        (9, 999999, [("D", "9", "Y", "A9")]),
    ],
)
def test_fs_8_orders_are_repeated_and_admin_messages_filled(bench: Bench, begin: int, end: int, expected: Any) -> None:
    mixed(bench)
    assert shape(bench.peer("2", [(7, begin), (16, end)])) == expected
    assert bench.store.next_out == 10
    event = bench.app.events[-1]
    assert (event.kind, event.ref_seq_num) == (EventKind.RESEND_SERVED, begin)
    (heartbeat,) = bench.peer("1", [(112, "y")])
    assert heartbeat[34] == "10", "the count of new messages is untouched"


def test_fs_8_repeated_order_has_its_first_sending_time(bench: Bench) -> None:
    bench.send_order("A1")
    (first,) = bench.taken()
    bench.wait(5)
    (again,) = bench.peer("2", [(7, 2), (16, 2)])
    assert (again[43], again[122], again[52]) == ("Y", "20260302-09:30:00.000", "20260302-09:30:05.000")
    assert first.raw.split(b"\x0156=VENUE")[1][:-7] == again.raw.split(b"\x01122=20260302-09:30:00.000")[1][:-7]
    assert bench.store.resent[-1] == (2, again.raw)


def test_fs_8_gap_fill_over_the_end_leads_to_the_next_new_number(bench: Bench) -> None:
    bench.peer("1", [(112, "x")])
    (fill,) = bench.peer("2", [(7, 1), (16, 0)])
    assert shape([fill]) == [("4", "1", "Y", "3")] and fill[123] == "Y" and 122 in fill
    assert bench.send_order("A1") == 3


@pytest.mark.parametrize(
    ("body", "tag", "reason"),
    [
        ([(7, 5), (16, 0)], "7", "5"),
        ([(7, 0), (16, 0)], "7", "5"),
        ([(7, 2), (16, 1)], "16", "5"),
        ([(16, 0)], "7", "1"),
        ([(7, 1)], "16", "1"),
        ([(7, "x"), (16, 0)], "7", "6"),
    ],
)
def test_fs_8_request_that_makes_no_sense_is_rejected(bench: Bench, body: Any, tag: str, reason: str) -> None:
    bench.send_order("A1")
    bench.taken()
    (reject,) = bench.peer("2", body)
    assert (reject[35], reject[371], reject[373]) == ("3", tag, reason)
    assert bench.store.next_in == 3


def test_fs_8_request_to_infinity_is_served_in_batches(version: str) -> None:
    bench = Bench(version, resend_batch=10)
    bench.log_on()
    for n in range(25):
        bench.send_order(f"A{n}")
    bench.taken()
    turns = [shape(bench.peer("2", [(7, 1), (16, 0)]))]
    while bench.session.next_deadline_ns() <= bench.now_ns:
        if len(turns) == 2:
            assert bench.send_order("NEW") == 27  # live traffic goes on between two batches
        bench.session.on_timer(*bench.times)
        turns.append(shape(bench.taken()))
    assert [len(turn) for turn in turns] == [10, 10, 7]
    repeated = [number for turn in turns for _, number, dup, _ in turn if dup]
    assert repeated == [str(n) for n in range(1, 27)]


def test_sx05_stale_order_is_filled_and_never_late(bench: Bench) -> None:
    for n in range(4):
        bench.send_order(f"A{n}")
    bench.taken()
    bench.app.stale = {"A1", "A2"}
    sent = bench.peer("2", [(7, 2), (16, 0)])
    assert shape(sent) == [("D", "2", "Y", "A0"), ("4", "3", "Y", "5"), ("D", "5", "Y", "A3")]


def test_fr14_request_beyond_the_store_is_filled(bench: Bench) -> None:
    bench.session.set_next_out(50, "store was lost", *bench.times)
    bench.taken()
    assert shape(bench.peer("2", [(7, 1), (16, 0)])) == [("4", "1", "Y", "50")]


def test_fs_9_set_number_is_told_by_reset(bench: Bench) -> None:
    bench.session.set_next_out(100, "operator", *bench.times)
    (reset,) = bench.taken()
    assert (reset[35], reset[36], reset[123], reset[34]) == ("4", "100", "N", "2")
    assert bench.send_order("A1") == 100


def test_fs_10a_gap_fill_with_a_high_number_is_asked_for(bench: Bench) -> None:
    sent = bench.peer("4", [(123, "Y"), (36, 9)], seq=5)
    assert requests(sent) == [("2", "0")] and bench.store.next_in == 2
    bench.give(bench.frame("4", [(123, "Y"), (36, 5)], 2, dup=True))
    assert bench.store.next_in == 9 and bench.session.is_synchronised


def test_fs_10b_gap_fill_with_the_expected_number_skips(bench: Bench) -> None:
    assert bench.peer("4", [(123, "Y"), (36, 20)]) == []
    assert bench.store.next_in == 20
    assert types(bench.peer("1", [(112, "x")], seq=20)) == ["0"]


def test_fs_10c_low_gap_fill_with_poss_dup_is_ignored(bench: Bench) -> None:
    assert bench.peer("4", [(123, "Y"), (36, 20)], seq=1, dup=True) == []
    assert bench.store.next_in == 2 and bench.session.is_logged_on


def test_fs_10d_low_gap_fill_without_poss_dup_logs_out(bench: Bench) -> None:
    (logout,) = bench.peer("4", [(123, "Y"), (36, 20)], seq=1)
    assert logout[58] == "MsgSeqNum too low, expecting 2 but received 1"
    assert bench.session.link_state is State.LOGOUT_SENT


@pytest.mark.parametrize("new_seq_no", [1, 2])
def test_fs_10e_gap_fill_that_lowers_the_number_is_rejected(bench: Bench, new_seq_no: int) -> None:
    (reject,) = bench.peer("4", [(123, "Y"), (36, new_seq_no)])
    assert (reject[35], reject[45], reject[373]) == ("3", "2", "5")
    assert reject[58] == f"Attempt to lower sequence number, invalid value NewSeqNo={new_seq_no}"
    assert bench.store.next_in == 3


@pytest.mark.parametrize("seq", [0, 1, 2, 77])
@pytest.mark.parametrize("flag", [[], [(123, "N")]])
def test_fs_11a_reset_to_a_high_number_ignores_its_own(bench: Bench, seq: int, flag: list[tuple[int, str]]) -> None:
    assert bench.peer("4", [*flag, (36, 40)], seq=seq) == []
    assert bench.store.next_in == 40 and EventKind.SEQUENCE_RESET in bench.kinds()


def test_fs_11b_reset_to_the_expected_number_is_accepted_with_a_warning(bench: Bench) -> None:
    assert bench.peer("4", [(36, 2)], seq=9) == []
    assert bench.store.next_in == 2
    assert bench.text_of(EventKind.SEQUENCE_RESET) == "NewSeqNo 2 received, expected 2"


def test_fs_11c_reset_to_a_low_number_is_rejected(bench: Bench) -> None:
    (reject,) = bench.peer("4", [(36, 1)], seq=0)
    assert (reject[35], reject[45], reject[372], reject[373]) == ("3", "0", "4", "5")
    assert reject[58] == "Value is incorrect (out of range) for this tag" and 371 not in reject
    assert bench.store.next_in == 2 and bench.session.is_logged_on


def test_reset_over_a_gap_ends_it(bench: Bench) -> None:
    bench.peer("D", order("C"), seq=6)
    bench.peer("4", [(36, 7)], seq=7)
    assert bench.session.is_synchronised and bench.store.next_in == 7 and ids(bench) == []


def test_fs_16a_orders_while_logged_out_are_kept_and_asked_for(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    bench.close()
    assert [bench.send_order(f"A{n}") for n in range(3)] == [2, 3, 4]
    assert bench.taken() == []
    sent = bench.log_on(seq=2)
    assert shape(sent) == [("A", "5", None, None)]
    bench.wait(3)
    sent = bench.peer("2", [(7, 2), (16, 0)], seq=3)
    assert shape(sent) == [("D", str(n + 2), "Y", f"A{n}") for n in range(3)] + [("4", "5", "Y", "6")]
    assert sent[0][52] == "20260302-09:30:03.000"


def test_fs_16b_orders_between_our_logon_and_its_answer_follow_it(version: str) -> None:
    bench = Bench(version, is_initiator=True)
    bench.connect()
    assert bench.send_order("A1") == 2 and bench.taken() == []
    bench.peer("A", [(98, 0), (108, 30)])
    assert shape(bench.wait(0)) == [("D", "2", "Y", "A1")]


def test_fs_16_orders_while_logged_out_are_refused_where_configured(version: str) -> None:
    bench = Bench(version, while_logged_out=WhileLoggedOut.REFUSE)
    assert bench.send_order("A1") == REFUSED_LOGGED_OUT
    bench.log_on()
    assert bench.send_order("A2") == 2


def test_sx01_many_messages_behind_one_gap_are_asked_for_once(bench: Bench) -> None:
    sent = bench.give(*(bench.frame("D", order(f"A{n}"), n) for n in range(4, 40)))
    assert requests(sent) == [("2", "0")]
    bench.give(bench.frame("D", order("A2"), 2, dup=True), bench.frame("D", order("A3"), 3, dup=True))
    assert ids(bench) == [f"A{n}" for n in range(2, 40)]
    assert bench.kinds().count(EventKind.GAP_DETECTED) == 1 and bench.session.is_synchronised


def test_sx02_live_traffic_during_a_resend_is_applied_once_and_in_order(bench: Bench) -> None:
    sent = bench.peer("D", order("A5"), seq=5)
    frames = []
    for n in range(2, 6):
        frames += [bench.frame("D", order(f"A{n}"), n, dup=True), bench.frame("D", order(f"A{n + 4}"), n + 4)]
    sent += bench.give(*frames)
    assert requests(sent) == [("2", "0")]
    assert ids(bench) == [f"A{n}" for n in range(2, 10)] and bench.store.next_in == 10


def test_sx03_second_gap_inside_a_resend_is_asked_for(bench: Bench) -> None:
    sent = bench.peer("D", order("A9"), seq=9)
    sent += bench.give(*(bench.frame("D", order(f"A{n}"), n, dup=True) for n in (2, 3, 6, 7, 8)))
    assert requests(sent) == [("2", "0"), ("4", "0")]
    sent = bench.give(*(bench.frame("D", order(f"A{n}"), n, dup=True) for n in (4, 5, 6, 7, 8, 9)))
    assert requests(sent) == [] and ids(bench) == [f"A{n}" for n in range(2, 10)]
    assert bench.session.is_synchronised


def test_sx03_hole_that_the_peer_never_fills_ends_in_a_logout(bench: Bench) -> None:
    sent = bench.peer("D", order("A6"), seq=6)
    for _ in range(9):
        sent += bench.give(*(bench.frame("D", order(f"A{n}"), n, dup=True) for n in (3, 4, 5)))
    assert requests(sent) == [("2", "0")] * 3 and types(sent)[-1] == "5"
    assert bench.text_of(EventKind.PEER_FAULT) == "MsgSeqNum 2 was asked for 3 times and did not come"


def test_sx04_request_is_served_while_our_own_is_open(bench: Bench) -> None:
    bench.send_order("A2")
    bench.send_order("A3")
    bench.taken()
    sent = bench.peer("D", order("V7"), seq=7)
    assert requests(sent) == [("2", "0")]
    assert shape(bench.peer("2", [(7, 2), (16, 3)], seq=8)) == [("D", "2", "Y", "A2"), ("D", "3", "Y", "A3")]
    assert shape(bench.peer("4", [(123, "Y"), (36, 7)], seq=2, dup=True)) == []
    assert ids(bench) == ["V7"] and bench.store.next_in == 9, "the ResendRequest was handled and counts"


def test_fs_20_request_with_a_high_number_is_served_then_the_gap_asked_for(bench: Bench) -> None:
    bench.send_order("A2")
    bench.taken()
    sent = bench.peer("2", [(7, 2), (16, 2)], seq=5)
    assert shape(sent) == [("D", "2", "Y", "A2"), ("2", "3", None, None)] and requests(sent) == [("2", "0")]


def test_requests_in_chunks_follow_each_other(version: str) -> None:
    bench = Bench(version, resend_chunk=3)
    bench.log_on()
    sent = bench.peer("D", order("A10"), seq=10)
    for n in range(2, 10):
        sent += bench.peer("D", order(f"A{n}"), seq=n, dup=True)
    assert requests(sent) == [("2", "4"), ("5", "7"), ("8", "9")]
    assert ids(bench) == [f"A{n}" for n in range(2, 11)]


def test_gap_without_progress_is_asked_for_again_then_given_up(version: str) -> None:
    bench = Bench(version, resend_timeout_s=5)
    bench.log_on(heart_bt_int=0)
    sent = bench.peer("D", order("A4"), seq=4) + bench.wait(14.9)
    assert requests(sent) == [("2", "0")] * 3
    assert types(bench.wait(0.2)) == ["5"]


def test_request_lost_with_the_link_is_made_again_after_the_next_logon(bench: Bench) -> None:
    bench.session.receive_data(bench.frame("D", order("A4"), 4), *bench.times)
    bench.close()
    assert bench.taken() == []
    assert requests(bench.log_on(seq=5)) == [("2", "0")]


def test_room_behind_a_gap_is_bounded_and_the_rest_asked_for_again(version: str) -> None:
    bench = Bench(version, max_gap_messages=3)
    bench.log_on()
    bench.give(*(bench.frame("D", order(f"A{n}"), n) for n in range(4, 10)))
    assert bench.kinds().count(EventKind.QUEUE_OVERFLOW) == 1
    sent = bench.give(bench.frame("D", order("A2"), 2, dup=True), bench.frame("D", order("A3"), 3, dup=True))
    assert requests(sent) == [("7", "0")]
    bench.give(*(bench.frame("D", order(f"A{n}"), n, dup=True) for n in range(7, 10)))
    assert ids(bench) == [f"A{n}" for n in range(2, 10)] and bench.session.is_synchronised


def test_rejected_message_within_a_resend_is_counted_and_the_rest_goes_on(bench: Bench) -> None:
    sent = bench.peer("1", [(112, "HELLO1")], seq=3)
    assert requests(sent) == [("2", "0")]
    sent = bench.peer("D", order("A2"), seq=2, dup=True, orig=None)
    assert [(m[35], m.get(45), m.get(112)) for m in sent] == [("3", "2", None), ("0", None, "HELLO1")]


def test_throttle_holds_back_and_lets_cancels_first(version: str) -> None:
    bench = Bench(version, throttle=Throttle(messages=3, cancel_reserve=1, max_queued=3))
    bench.log_on()
    outcomes = [bench.send_order(f"N{n}") for n in range(4)]
    assert outcomes == [2, 3, QUEUED, QUEUED]
    assert bench.send_order("C0", PRIORITY_CANCEL) == 4
    assert bench.send_order("C1", PRIORITY_CANCEL) == QUEUED
    assert bench.send_order("N4") == REFUSED_THROTTLED
    assert types(bench.peer("1", [(112, "x")]))[-1] == "0", "administrative messages are exempt"
    sent = bench.wait(0.999)
    assert sent == []
    sent = bench.wait(0.001)
    assert [(m[34], m.get(11), m[52]) for m in sent] == [
        ("6", "C1", "20260302-09:30:01.000"),
        ("7", "N2", "20260302-09:30:01.000"),
    ]
    assert [m.get(11) for m in bench.wait(1)] == ["N3"]


def test_throttled_orders_are_kept_when_the_link_is_lost(version: str) -> None:
    bench = Bench(version, throttle=Throttle(messages=1, max_queued=5))
    bench.log_on()
    assert [bench.send_order(f"N{n}") for n in range(3)] == [2, QUEUED, QUEUED]
    bench.close()
    assert [number for number, _ in bench.store.sent_messages(1, 99)] == [1, 2, 3, 4]
