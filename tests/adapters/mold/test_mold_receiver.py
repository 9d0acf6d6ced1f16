"""The MoldUDP64 receiver: packets made by hand, fake time, one situation at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mold_bench import MoldBench, end, heartbeat, packet, request

from fairlead.adapters.endpoint import NEVER_NS, DatagramEndpoint
from fairlead.adapters.mold.events import RECOVERY, MoldEventKind
from fairlead.adapters.mold.receiver import MoldReceiver
from fairlead.adapters.mold.settings import HOLD, MoldReceiverSettings, MoldSettingsError
from fairlead.codecs.errors import LocalProtocolError


def joined(**changes: object) -> MoldBench:
    """Return a bench whose receiver has taken message 1 over line 0, its events forgotten."""
    bench = MoldBench(**changes)
    bench.receive(packet(1, b"one"))
    bench.take_events()
    return bench


def test_it_is_what_the_gateway_drives() -> None:
    bench = MoldBench()
    endpoint: DatagramEndpoint = bench.receiver
    assert endpoint.take_requests() == []
    assert endpoint.next_deadline_ns() == bench.now_ns + 3_000_000_000
    assert MoldReceiver(MoldReceiverSettings(), bench).next_deadline_ns() == NEVER_NS


# Order and arbitration


def test_first_copy_of_each_message_wins() -> None:
    bench = MoldBench()
    bench.receive(packet(1, b"a", b"b"), line=1)
    bench.receive(packet(1, b"a", b"b"), line=0)
    bench.receive(packet(3, b"c"), line=0)
    bench.receive(packet(3, b"c"), line=1)
    assert bench.messages == [(1, b"a"), (2, b"b"), (3, b"c")]
    a, b = bench.receiver.lines
    assert (a.packets, a.messages, a.duplicates) == (2, 1, 1)
    assert (b.packets, b.messages, b.duplicates) == (2, 2, 1)
    assert bench.take_events() == ["SESSION_JOINED: session 'S1' is taken from 1 on"]


def test_of_a_packet_that_overlaps_only_the_new_messages_are_taken() -> None:
    bench = joined()
    bench.receive(packet(1, b"one", b"two", b"three"))
    assert bench.messages == [(1, b"one"), (2, b"two"), (3, b"three")]
    assert bench.receiver.lines[0].messages == 3


def test_reordered_packets_come_out_in_order_and_nobody_is_told() -> None:
    bench = joined(request_servers=1)
    bench.receive(packet(4, b"four"))
    bench.receive(packet(3, b"three"))
    assert bench.messages == [(1, b"one")]
    bench.at(19)
    bench.receive(packet(2, b"two"))
    assert bench.messages == [(1, b"one"), (2, b"two"), (3, b"three"), (4, b"four")]
    bench.at(1000)
    assert (bench.take_events(), bench.take_requests(), bench.receiver.gaps) == ([], [], 0)


def test_other_line_fills_the_gap_before_anyone_is_asked() -> None:
    bench = joined(request_servers=1)
    bench.receive(packet(3, b"three"), line=0)
    bench.at(15)
    bench.receive(packet(2, b"two"), line=1)
    bench.receive(packet(3, b"three"), line=1)
    assert bench.messages[1:] == [(2, b"two"), (3, b"three")]
    bench.at(100)
    assert (bench.take_events(), bench.take_requests()) == ([], [])


def test_copy_of_what_waits_is_kept_once() -> None:
    bench = joined()
    bench.receive(packet(3, b"three"), line=0)
    bench.receive(packet(3, b"three"), line=1)
    assert len(bench.receiver.window) == 1
    assert bench.receiver.lines[1].duplicates == 1
    bench.receive(packet(3, b"three", b"four"), line=1)
    bench.receive(packet(2, b"two"))
    assert bench.messages[1:] == [(2, b"two"), (3, b"three"), (4, b"four")]
    assert len(bench.receiver.window) == bench.receiver.window.n_bytes == 0


# Gaps and requests


def test_gap_is_told_and_asked_for_after_the_delay() -> None:
    bench = joined(request_servers=1)
    bench.receive(packet(5, b"five"))
    bench.at(19)
    assert (bench.take_requests(), bench.take_events()) == ([], [])
    bench.at(20)
    assert bench.take_requests() == [(0, request(2, 3))]
    assert bench.take_events() == ["GAP_DETECTED: messages 2 to 4 are missing; asked for"]
    bench.answer(packet(2, b"two", b"three", b"four"))
    assert bench.messages == [(1, b"one"), (2, b"two"), (3, b"three"), (4, b"four"), (5, b"five")]
    assert bench.take_events() == ["GAP_FILLED: messages 2 to 4 are there"]
    assert (bench.receiver.gaps, bench.receiver.recovery.messages, bench.receiver.lost) == (1, 3, 0)
    bench.at(2000)
    assert bench.take_requests() == []


def test_rest_of_a_short_answer_is_asked_for_at_once() -> None:
    bench = joined(request_servers=2)
    bench.receive(packet(9, b"nine"))
    bench.at(20)
    assert bench.take_requests() == [(0, request(2, 7))]
    bench.answer(packet(2, b"2", b"3"))
    assert bench.take_requests() == [(0, request(4, 5))]
    bench.answer(packet(4, b"4", b"5", b"6"))
    assert bench.take_requests() == [(0, request(7, 2))]
    bench.answer(packet(7, b"7", b"8"))
    assert [number for number, _ in bench.messages] == list(range(1, 10))
    assert bench.take_requests() == []


def test_requests_are_bounded_in_length_and_number() -> None:
    bench = joined(request_servers=1, request_messages=10, open_requests=2)
    bench.receive(packet(100, b"hundred"))
    bench.at(20)
    assert bench.take_requests() == [(0, request(2, 10)), (0, request(12, 10))]
    bench.answer(packet(12, *[b"x"] * 10))
    assert bench.take_requests() == [(0, request(22, 10))]
    bench.answer(packet(2, *[b"x"] * 10))
    assert bench.messages[-1] == (21, b"x")
    assert bench.take_requests() == [(0, request(32, 10))]


def test_several_gaps_are_asked_for_at_a_time_each_when_due() -> None:
    bench = joined(request_servers=1)
    bench.receive(packet(3, b"3"))
    bench.at(10)
    bench.receive(packet(5, b"5"))
    bench.at(20)
    assert bench.take_requests() == [(0, request(2, 1))]
    bench.at(30)
    assert bench.take_requests() == [(0, request(4, 1))]
    bench.answer(packet(4, b"4"))
    assert bench.messages == [(1, b"one")]
    bench.answer(packet(2, b"2"))
    assert [number for number, _ in bench.messages] == [1, 2, 3, 4, 5]


def test_silent_servers_are_asked_in_turn_each_round_after_twice_the_wait() -> None:
    bench = joined(request_servers=2, request_timeout_ms=100, request_timeout_max_ms=300, give_up_ms=100_000)
    bench.receive(packet(3, b"3"))
    asked = []
    for now_ms in range(0, 2000, 10):
        bench.at(now_ms)
        asked += [(server, now_ms) for server, _ in bench.take_requests()]
    assert asked == [(0, 20), (1, 120), (0, 220), (1, 420), (0, 620), (1, 920), (0, 1220), (1, 1520), (0, 1820)]
    told = [event.text for event in bench.events if event.kind is MoldEventKind.REQUESTS_UNANSWERED]
    assert told[0] == "messages from 2 on were asked for at every request server without an answer"
    assert len(told) == 4
    bench.answer(packet(2, b"2"))
    bench.receive(packet(5, b"5"))
    bench.at(2009)
    assert bench.take_requests() == []
    bench.at(2010)
    assert [frame for _, frame in bench.take_requests()] == [request(4, 1)]


def test_empty_answer_counts_as_none() -> None:
    bench = joined(request_servers=2)
    bench.receive(packet(3, b"3"))
    bench.at(20)
    bench.take_requests()
    bench.answer(heartbeat(9))
    bench.answer(end(9))
    assert (bench.receiver.reached, bench.take_requests()) == (4, [])
    bench.at(120)
    assert bench.take_requests() == [(1, request(2, 1))]


def test_answer_that_came_too_late_asks_for_the_rest_at_once() -> None:
    bench = joined(request_servers=1)
    bench.receive(packet(9, b"9"))
    bench.at(20)
    bench.take_requests()
    bench.receive(packet(2, b"2", b"3"), line=1)
    bench.answer(packet(2, b"2", b"3"))
    assert bench.take_requests() == [(0, request(4, 5))]
    assert bench.receiver.recovery.duplicates == 1


def test_gap_that_does_not_shrink_is_given_up_and_named() -> None:
    bench = joined(request_servers=1, give_up_ms=500)
    bench.receive(packet(4, b"4"))
    bench.receive(packet(6, b"6"))
    bench.at(400)
    bench.answer(packet(2, b"2"))
    bench.at(899)
    assert bench.lost == []
    bench.at(900)
    assert bench.lost == [(3, 3)]
    assert bench.messages == [(1, b"one"), (2, b"2"), (4, b"4")]
    bench.at(1400)
    assert bench.lost == [(3, 3), (5, 5)]
    assert bench.messages[-1] == (6, b"6")
    texts = [event.text for event in bench.events if event.kind is MoldEventKind.MESSAGES_LOST]
    assert texts == ["messages 3 to 3 are given up", "messages 5 to 5 are given up"]
    assert bench.receiver.lost == 2


def test_message_that_was_given_up_is_not_taken_late() -> None:
    bench = joined(request_servers=1, give_up_ms=500)
    bench.receive(packet(3, b"3"))
    bench.at(600)
    bench.receive(packet(2, b"2"))
    bench.answer(packet(2, b"2"))
    assert bench.messages == [(1, b"one"), (3, b"3")]


def test_without_request_servers_a_gap_is_lost_after_the_delay() -> None:
    bench = joined()
    bench.receive(packet(3, b"3"))
    bench.at(10)
    bench.receive(packet(5, b"5"))
    bench.at(19)
    assert bench.lost == []
    bench.at(20)
    assert (bench.lost, bench.messages[-1]) == ([(2, 2)], (3, b"3"))
    bench.at(29)
    assert len(bench.lost) == 1
    bench.at(30)
    assert (bench.lost, bench.messages[-1]) == ([(2, 2), (4, 4)], (5, b"5"))
    assert bench.take_events() == [
        "GAP_DETECTED: messages 2 to 2 are missing; there is no request server to ask",
        "MESSAGES_LOST: messages 2 to 2 are given up",
        "GAP_DETECTED: messages 4 to 4 are missing; there is no request server to ask",
        "MESSAGES_LOST: messages 4 to 4 are given up",
    ]


def test_full_window_drops_what_does_not_fit_and_asks_for_it_later() -> None:
    bench = joined(request_servers=1, window_packets=2)
    bench.receive(packet(3, b"3"))
    bench.receive(packet(4, b"4"))
    bench.receive(packet(5, b"5"))
    bench.receive(packet(6, b"6"))
    assert bench.kinds().count(MoldEventKind.WINDOW_FULL) == 1
    assert bench.events[-1].text == "2 packets of 46 bytes wait for message 2; what comes now is dropped"
    bench.at(20)
    assert (0, request(2, 1)) in bench.take_requests()
    bench.answer(packet(2, b"2"))
    bench.answer(packet(5, b"5", b"6"))
    assert [number for number, _ in bench.messages] == [1, 2, 3, 4, 5, 6]


def test_full_window_by_bytes() -> None:
    bench = joined(window_bytes=100)
    bench.receive(packet(3, bytes(60)))
    bench.receive(packet(4, bytes(10)))
    assert (len(bench.receiver.window), bench.receiver.reached) == (1, 5)


# Heartbeats and the end


def test_heartbeat_tells_of_a_loss_at_the_end_of_the_stream() -> None:
    bench = joined(request_servers=1)
    bench.receive(heartbeat(2))
    assert bench.receiver.lines[0].heartbeats == 1
    bench.at(500)
    bench.receive(heartbeat(4))
    bench.at(519)
    assert bench.take_requests() == []
    bench.at(520)
    assert bench.take_requests() == [(0, request(2, 2))]
    bench.answer(packet(2, b"2", b"3"))
    assert bench.take_events() == [
        "GAP_DETECTED: messages 2 to 3 are missing; asked for",
        "GAP_FILLED: messages 2 to 3 are there",
    ]


def test_heartbeat_behind_a_gap_tells_of_a_second_one() -> None:
    bench = joined(request_servers=1)
    bench.receive(packet(3, b"3"))
    bench.at(20)
    bench.take_requests()
    bench.receive(heartbeat(6))
    bench.at(40)
    assert bench.take_requests() == [(0, request(4, 2))]


def test_end_of_session_is_told_when_everything_is_there() -> None:
    bench = joined(request_servers=1)
    bench.receive(end(4))
    bench.receive(end(4), line=1)
    assert bench.take_events() == []
    bench.at(20)
    assert bench.take_requests() == [(0, request(2, 2))]
    bench.answer(packet(2, b"2", b"3"))
    assert bench.take_events()[-2:] == [
        "GAP_FILLED: messages 2 to 3 are there",
        "SESSION_ENDED: session 'S1' is over; its last message was 3",
    ]
    assert bench.receiver.is_ended
    bench.receive(end(4))
    bench.at(20_000)
    assert bench.take_events() == []


def test_end_of_session_after_a_loss() -> None:
    bench = joined()
    bench.receive(end(3))
    bench.at(20)
    assert bench.lost == [(2, 2)]
    assert bench.take_events()[-1] == "SESSION_ENDED: session 'S1' is over; its last message was 2"


def test_session_that_is_over_before_it_was_heard_of() -> None:
    bench = MoldBench(first_number=0)
    bench.receive(end(100))
    assert bench.take_events() == [
        "SESSION_JOINED: session 'S1' is taken from 100 on",
        "SESSION_ENDED: session 'S1' is over; its last message was 99",
    ]


# Where to begin


def test_from_the_first_message_on_even_if_late() -> None:
    bench = MoldBench(request_servers=1)
    bench.receive(packet(3, b"3"))
    bench.at(20)
    assert bench.take_requests() == [(0, request(1, 2))]
    bench.answer(packet(1, b"1", b"2"))
    assert [number for number, _ in bench.messages] == [1, 2, 3]


def test_from_the_first_message_on_where_only_heartbeats_come() -> None:
    bench = MoldBench(request_servers=1)
    bench.receive(heartbeat(5))
    bench.at(25)
    assert bench.take_requests() == [(0, request(1, 4))]
    bench.answer(packet(1, b"a", b"b", b"c", b"d"))
    assert [number for number, _ in bench.messages] == [1, 2, 3, 4]


def test_from_where_the_stream_stands() -> None:
    bench = MoldBench(request_servers=1, first_number=0)
    bench.receive(packet(70, b"70"))
    bench.at(1000)
    assert (bench.messages, bench.take_requests()) == ([(70, b"70")], [])


def test_from_a_number_on() -> None:
    bench = MoldBench(request_servers=1, first_number=69)
    bench.receive(packet(70, b"70"))
    bench.at(20)
    assert bench.take_requests() == [(0, request(69, 1))]


def test_held_until_a_snapshot_says_where_to_begin() -> None:
    bench = MoldBench(request_servers=1, first_number=HOLD)
    bench.receive(packet(5, b"5", b"6"))
    bench.receive(packet(7, b"7"))
    bench.receive(packet(9, b"9"))
    bench.at(500)
    assert (bench.messages, bench.take_requests()) == ([], [])
    assert bench.take_events() == ["SESSION_JOINED: session 'S1' is taken and held"]
    bench.receiver.begin_at(6, bench.now_ns, 0)
    assert bench.messages == [(6, b"6"), (7, b"7")]
    bench.at(500)
    assert bench.take_requests() == [(0, request(8, 1))]
    bench.answer(packet(8, b"8"))
    assert bench.messages[-1] == (9, b"9")
    with pytest.raises(LocalProtocolError, match="begin_at 1, but message 10 is expected already"):
        bench.receiver.begin_at(1, bench.now_ns, 0)


def test_snapshot_ahead_of_what_was_held_and_behind_it() -> None:
    bench = MoldBench(request_servers=1, first_number=HOLD)
    bench.receiver.begin_at(20, bench.now_ns, 0)
    bench.receive(packet(5, b"5"))
    assert bench.messages == []
    bench.receive(packet(20, b"20"))
    assert bench.messages == [(20, b"20")]
    bench = MoldBench(request_servers=1, first_number=HOLD)
    bench.receive(packet(5, b"5"))
    bench.receiver.begin_at(3, bench.now_ns, 0)
    bench.at(20)
    assert bench.take_requests() == [(0, request(3, 2))]


# Sessions


def test_next_session_follows_the_one_that_has_ended() -> None:
    bench = joined()
    bench.receive(end(2))
    bench.take_events()
    bench.receive(packet(1, b"new", session="S2"))
    assert bench.messages == [(1, b"one"), (1, b"new")]
    assert bench.take_events() == [
        "FOREIGN_PACKET: line 0: packet of session 'S2' received, expected 'S1'",
        "SESSION_CHANGED: session 'S1' up to 1 is followed by 'S2'",
        "SESSION_JOINED: session 'S2' is taken from 1 on",
    ]
    bench.receive(packet(2, b"old"))
    bench.receive(packet(2, b"two", session="S2"))
    assert bench.messages[-1] == (2, b"two")
    assert bench.take_events() == []
    assert bench.receiver.lines[0].foreign == 2


def test_next_session_is_taken_from_its_beginning() -> None:
    bench = joined(request_servers=1)
    bench.receive(end(2))
    bench.receive(packet(3, b"3", session="S2"))
    bench.at(20)
    assert bench.take_requests() == [(0, request(1, 2, session="S2"))]


def test_stray_publisher_does_not_disturb_the_stream() -> None:
    bench = joined()
    for number in range(2, 400):
        bench.receive(packet(number, b"stray", session="XX"), line=1)
        bench.receive(packet(number, b"%d" % number), line=0)
    assert len(bench.messages) == 399
    assert bench.take_events() == ["FOREIGN_PACKET: line 1: packet of session 'XX' received, expected 'S1'"]
    assert bench.receiver.lines[1].foreign == 398


def test_session_that_fell_silent_without_an_end_is_followed_by_the_next_one() -> None:
    bench = joined(request_servers=1)
    bench.receive(packet(3, b"three"))
    bench.at(10)
    bench.receive(packet(1, b"new", session="S2"))
    bench.receive(packet(2, b"newer", session="S2"))
    bench.at(1999)
    assert bench.messages == [(1, b"one")]
    bench.at(2000)
    assert bench.lost == [(2, 2)]
    assert bench.messages == [(1, b"one"), (3, b"three"), (1, b"new"), (2, b"newer")]
    assert bench.receiver.session == b"S2        "


def test_only_the_session_that_is_set_is_taken() -> None:
    bench = MoldBench(session="S2")
    bench.receive(packet(1, b"?", session="S1"))
    bench.receive(packet(1, b"one", session="S2"))
    bench.receive(end(2, session="S2"))
    bench.receive(packet(1, b"?", session="S3"))
    bench.at(10_000)
    assert bench.messages == [(1, b"one")]
    assert bench.take_events()[0] == "FOREIGN_PACKET: line 0: packet of session 'S1' received, expected 'S2'"


def test_answers_never_begin_a_session() -> None:
    bench = MoldBench(request_servers=1)
    bench.answer(packet(1, b"?"))
    assert (bench.messages, bench.receiver.session) == ([], b"")


# Silence


def test_silent_lines_are_told_and_so_is_a_stale_stream() -> None:
    bench = joined()
    bench.at(2000)
    bench.receive(heartbeat(2), line=0)
    bench.at(3000)
    assert bench.take_events() == ["LINE_SILENT: line 1 is silent for 3.000 s"]
    assert not bench.receiver.is_stale
    bench.at(5000)
    assert bench.take_events() == ["LINE_SILENT: line 0 is silent for 3.000 s", "STALE: all 2 lines are silent"]
    assert bench.receiver.is_stale
    bench.receive(packet(2, b"two"), line=1)
    assert bench.take_events() == ["LINE_BACK: line 1 speaks again", "FRESH: line 1 speaks again after silence on all"]
    assert (bench.receiver.is_stale, bench.messages[-1]) == (False, (2, b"two"))
    bench.at(7999)
    assert bench.events == []
    bench.at(8000)
    assert bench.take_events()[-1] == "STALE: all 2 lines are silent"


def test_answers_are_no_sign_of_life_of_the_lines() -> None:
    bench = joined(lines=1, request_servers=1)
    bench.receive(packet(3, b"3"))
    bench.at(2900)
    bench.answer(packet(2, b"2"))
    bench.at(3000)
    assert bench.take_events()[-1] == "STALE: all 1 lines are silent"


def test_line_that_never_speaks_is_told() -> None:
    bench = MoldBench()
    bench.at(3000)
    assert bench.take_events()[-1] == "STALE: all 2 lines are silent"


# Bad input


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            packet(2, b"two", count=2),
            "message 2 of 2 ends at byte 27, expected at most 25, the datagram's end (offset 25)",
        ),
        (packet(2, b"a", b"b", count=1), "1 messages end at byte 23, expected 26, the datagram's end (offset 23)"),
        (packet(2, b"two")[:-1], "message 1 of 1 ends at byte 25, expected at most 24, the datagram's end (offset 20)"),
        (b"short", "datagram of 5 bytes received, expected a header of 20"),
    ],
)
def test_packet_that_lies_is_told_and_what_it_held_is_asked_for(data: bytes, reason: str) -> None:
    bench = joined(request_servers=1)
    bench.receive(data, line=1)
    assert bench.take_events() == [f"PACKET_FAULT: line 1: {reason}"]
    assert bench.messages == [(1, b"one")]
    assert bench.receiver.lines[1].faults == 1
    bench.receive(packet(3, b"three"))
    bench.at(20)
    assert bench.take_requests() == [(0, request(2, 1))]
    bench.answer(data)
    assert bench.take_events()[-1] == f"PACKET_FAULT: a request server: {reason}"
    bench.receive(packet(2, b"two"))
    assert bench.messages == [(1, b"one"), (2, b"two"), (3, b"three")]


@pytest.mark.parametrize("lie", [heartbeat(2**62), end(2**62), packet(2**62, b"?")])
def test_number_beyond_belief_does_not_end_the_stream(lie: bytes) -> None:
    bench = joined()
    for number in range(2, 5):
        bench.receive(lie, line=0)
        bench.receive(lie, line=1)
        bench.at(number * 1000)
        bench.receive(packet(number, b"%d" % number))
    assert [number for number, _ in bench.messages] == [1, 2, 3, 4]
    assert (bench.lost, bench.receiver.gaps, bench.receiver.is_ended) == ([], 0, False)
    texts = [event.text for event in bench.events if event.kind is MoldEventKind.PACKET_FAULT]
    assert len(texts) == 6
    assert texts[0].endswith("received, expected one near 2; another packet has to confirm it")


def test_jump_that_another_packet_confirms_is_a_gap_like_any_other() -> None:
    bench = joined(request_servers=1)
    bench.receive(heartbeat(5_000_000))
    bench.at(1000)
    bench.receive(heartbeat(5_000_000))
    bench.at(1020)
    assert bench.take_requests()[0] == (0, request(2, 1000))
    bench = joined()
    bench.receive(packet(5_000_000, b"x"))
    bench.receive(packet(5_000_001, b"y"))
    bench.at(100)
    assert bench.lost == [(2, 5_000_000)]
    assert bench.messages[-1] == (5_000_001, b"y")


def test_late_beginning_is_no_jump() -> None:
    for first in (1, HOLD):
        bench = MoldBench(request_servers=1, first_number=first)
        bench.receive(packet(50_000_000, b"x"))
        assert MoldEventKind.PACKET_FAULT not in bench.kinds()
    bench.receiver.begin_at(49_999_999, bench.now_ns, 0)
    bench.at(20)
    assert bench.take_requests() == [(0, request(49_999_999, 1))]


def test_end_before_what_is_there_is_a_fault() -> None:
    bench = joined()
    bench.receive(packet(2, b"two"))
    bench.receive(end(2))
    assert bench.take_events() == ["PACKET_FAULT: line 0: end of session at 2 received, expected at least 3"]
    assert not bench.receiver.is_ended


def test_answer_beyond_what_the_lines_have_reached_is_a_fault() -> None:
    bench = joined(request_servers=1)
    bench.receive(packet(3, b"3"))
    bench.at(20)
    bench.answer(packet(4, b"4"))
    assert bench.take_events()[-1] == (
        "PACKET_FAULT: a request server: messages 4 to 4 received, expected none from 4 on"
    )
    assert bench.receiver.reached == 4


def test_drops_of_the_system_are_told() -> None:
    bench = joined()
    bench.receiver.receive_drops(1, 17, bench.now_ns, 0)
    text = "the system dropped 17 datagrams of line 1, since they were not read fast enough"
    assert bench.take_events() == [f"PACKETS_DROPPED: {text}"]
    assert bench.receiver.lines[1].dropped == 17


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.builds(packet, st.integers(0, 12), st.binary(max_size=4), st.binary(max_size=4)),
            st.builds(packet, st.integers(0, 12), st.just(b"x"), session=st.sampled_from(["S1", "S2"])),
            st.builds(heartbeat, st.integers(0, 12), st.sampled_from(["S1", "S2"])),
            st.builds(end, st.integers(0, 12)),
        ),
        max_size=40,
    ),
    st.lists(st.integers(RECOVERY, 1), min_size=1, max_size=7),
    st.integers(0, 2),
    st.sampled_from([HOLD, 0, 1, 5]),
)
def test_any_datagrams_are_events_only_and_numbers_rise(
    datagrams: list[bytes], lines: list[int], servers: int, first: int
) -> None:
    bench = MoldBench(request_servers=servers, first_number=first, window_packets=5, give_up_ms=200)
    for at, datagram in enumerate(datagrams):
        bench.receive(datagram, lines[at % len(lines)])
        bench.at(at * 15)
    bench.at(len(datagrams) * 15 + 60_000)
    # within a session every number is delivered or lost, once
    taken = sorted([n for n, _ in bench.messages] + [n for a, b in bench.lost for n in range(a, b + 1)])
    if MoldEventKind.SESSION_CHANGED not in bench.kinds():
        assert taken == list(range(taken[0], taken[0] + len(taken))) if taken else True
        assert [n for n, _ in bench.messages] == sorted(n for n, _ in bench.messages)
    assert bench.receiver.delivered == len(bench.messages)
    assert first == HOLD or not bench.receiver.window


# Settings


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"lines": 0}, "lines 0, expected at least 1"),
        ({"session": "ELEVENCHARS"}, "session 'ELEVENCHARS'"),
        ({"first_number": -2}, "first_number -2, expected -1"),
        ({"request_servers": -1}, "request_servers -1"),
        ({"request_messages": 65536}, "request_messages 65536, expected 1 to 65535"),
        ({"request_timeout_max_ms": 99}, "request_timeout_max_ms 99, expected at least 100"),
        ({"window_packets": 0}, "window_packets 0, expected at least 1"),
    ],
)
def test_settings_that_can_not_be(changes: dict[str, object], text: str) -> None:
    with pytest.raises(MoldSettingsError, match=text):
        MoldReceiverSettings(**changes)  # type: ignore[arg-type]
