"""FIX session cases 2, 3, 17, 18 and 19: single messages, by number, header and content."""

from datetime import timedelta

import pytest
from session_bench import Bench, order, parse_frames, types
from simplefix_frames import stamp

from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import EventKind


@pytest.fixture
def bench(version: str) -> Bench:
    bench = Bench(version)
    bench.log_on()
    return bench


def assert_logged_out(bench: Bench, text: str | None = None) -> None:
    """The link waits for the answer to our Logout two seconds at most, then closes."""
    assert bench.session.link_state is State.LOGOUT_SENT
    bench.wait(2)
    assert bench.session.wants_close
    if text is not None:
        assert text in bench.text_of(EventKind.PEER_FAULT)


def test_fs_2a_expected_number_is_taken(bench: Bench) -> None:
    assert bench.peer("D", order("A")) == []
    assert bench.app.messages == [(2, "D", "A")] and bench.store.next_in == 3


def test_fs_2b_high_number_is_asked_for_and_kept(bench: Bench) -> None:
    (request,) = bench.peer("D", order("C"), seq=4)
    assert (request[35], request[7], request[16]) == ("2", "2", "0")
    assert bench.app.messages == [] and bench.store.next_in == 2
    bench.give(bench.frame("D", order("A"), 2, dup=True), bench.frame("D", order("B"), 3, dup=True))
    assert [m[2] for m in bench.app.messages] == ["A", "B", "C"] and bench.store.next_in == 5


def test_fs_2c_low_without_poss_dup(bench: Bench) -> None:
    bench.give(*(bench.frame("0") for _ in range(3)))
    (logout,) = bench.peer("0", seq=2)
    assert (logout[35], logout[58]) == ("5", "MsgSeqNum too low, expecting 5 but received 2")
    assert EventKind.LOGGED_OUT in bench.kinds()
    assert_logged_out(bench)
    assert bench.store.next_in == 5


def test_fs_2c_answer_closes_before_the_wait_is_over(bench: Bench) -> None:
    bench.peer("0", seq=1)
    assert bench.peer("5") == []
    assert bench.session.wants_close and EventKind.LOGOUT_UNANSWERED not in bench.kinds()


def test_fs_2c_later_low_numbers_on_the_same_link_are_not_answered_again(bench: Bench) -> None:
    assert types(bench.give(*(bench.frame("0", seq=1) for _ in range(5)))) == ["5"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\x0111=A", b"\x01xx=A"),  # 2d, 3c: a tag that is no number
        (b"\x019=", b"\x019=1"),  # 2m, 3b: BodyLength
        (b"\x0155=INTC", b"\x0155=INTX"),  # 3b: CheckSum
        (b"\x0110=", b"\x0112=0\x0110="),  # 3e: what stands before CheckSum is not counted
        (b"\x0110=", b"\x0110=x"),  # 3e: CheckSum without three digits
    ],
)
def test_fs_2d_2m_3b_3c_3e_garbled_is_ignored(bench: Bench, old: bytes, new: bytes) -> None:
    frame = bench.frame("D", order("A"), seq=2)
    assert bench.give(frame.replace(old, new, 1)) == []
    assert bench.store.next_in == 2 and bench.app.messages == []
    assert EventKind.GARBLED in bench.kinds()
    bench.give(frame)
    assert bench.app.messages == [(2, "D", "A")]


def test_fs_2t_first_three_fields_out_of_order_are_garbled(bench: Bench) -> None:
    frame = bench.frame("D", order("A"), seq=2)
    first, second, third, rest = frame.split(b"\x01", 3)
    bench.give(b"\x01".join((first, third, second, rest)))
    assert bench.store.next_in == 2 and EventKind.GARBLED in bench.kinds()


def test_fs_2s_2l_3a_3d_well_formed_is_accepted(bench: Bench) -> None:
    bench.peer("D", order("A"))
    assert bench.app.messages == [(2, "D", "A")] and EventKind.GARBLED not in bench.kinds()


def test_fs_2e_poss_dup_that_was_seen_is_ignored(bench: Bench) -> None:
    bench.peer("D", order("A"))
    assert bench.peer("D", order("A"), seq=2, dup=True) == []
    assert bench.app.messages == [(2, "D", "A")] and bench.store.next_in == 3


def test_fs_2e_poss_dup_that_was_not_seen_is_processed(bench: Bench) -> None:
    bench.peer("D", order("A"), seq=2, dup=True, orig=30)
    assert bench.app.messages == [(2, "D", "A")] and bench.store.next_in == 3


@pytest.mark.parametrize("seq", [2, 3])
def test_fs_2f_orig_sending_time_after_sending_time(bench: Bench, seq: int) -> None:
    bench.peer("D", order("A"))
    reject, *logout = bench.peer("D", order("B"), seq=seq, dup=True, orig=-5)
    assert (reject[35], reject[45], reject[372], reject[373]) == ("3", str(seq), "D", "10")
    assert reject[58] == "SendingTime accuracy problem"
    assert bench.app.messages == [(2, "D", "A")]
    assert bench.store.next_in == max(seq + 1, 3)
    assert [sent[35] for sent in logout] == (["5"] if seq == 2 else [])


@pytest.mark.parametrize("seq", [2, 3])
def test_fs_2g_poss_dup_without_orig_sending_time(bench: Bench, seq: int) -> None:
    bench.peer("D", order("A"))
    (reject,) = bench.peer("D", order("B"), seq=seq, dup=True, orig=None)
    assert (reject[45], reject[371], reject[373], reject[58]) == (str(seq), "122", "1", "Required tag missing")
    assert bench.app.messages == [(2, "D", "A")] and bench.store.next_in == max(seq + 1, 3)


def test_fs_2g_can_be_waived(version: str) -> None:
    bench = Bench(version, require_orig_sending_time=False)
    bench.log_on()
    assert bench.peer("D", order("A"), dup=True, orig=None) == []
    assert bench.app.messages == [(2, "D", "A")]


def test_fs_2i_wrong_begin_string(bench: Bench) -> None:
    (logout,) = bench.peer("1", [(112, "x")], begin="FIX.4.1")
    assert (logout[35], logout[58], logout[8]) == ("5", "Incorrect BeginString", bench.begin_string)
    assert bench.store.next_in == 2
    assert_logged_out(bench, "BeginString 'FIX.4.1' received")


@pytest.mark.parametrize("header", [{"sender": "WT"}, {"target": "DLSI"}, {"sender": "WT", "target": "DLSI"}])
def test_fs_2k_wrong_comp_ids(bench: Bench, header: dict[str, str]) -> None:
    (reject, logout) = bench.peer("D", order("A"), **header)
    assert (reject[35], reject[45], reject[58], reject[372], reject[373]) == ("3", "2", "CompID problem", "D", "9")
    assert logout[35] == "5" and bench.app.messages == []
    assert bench.store.next_in == 3
    assert_logged_out(bench, "expected '")


@pytest.mark.parametrize("seconds", [-121, 121])
def test_fs_2o_sending_time_out_of_bounds(bench: Bench, seconds: int) -> None:
    (reject, logout) = bench.peer("0", sent=stamp(bench.moment + timedelta(seconds=seconds)))
    assert (reject[35], reject[45], reject[372], reject[373]) == ("3", "2", "0", "10")
    assert reject[58] == "SendingTime accuracy problem" and logout[35] == "5"
    assert_logged_out(bench, "121.000 s off")


@pytest.mark.parametrize("seconds", [-120, 120])
def test_fs_2n_sending_time_within_bounds(bench: Bench, seconds: int) -> None:
    assert bench.peer("D", order("A"), sent=stamp(bench.moment + timedelta(seconds=seconds))) == []
    assert bench.app.messages == [(2, "D", "A")]


def test_sending_time_check_can_be_switched_off(version: str) -> None:
    bench = Bench(version, check_sending_time=False)
    bench.log_on()
    bench.peer("D", order("A"), sent="20010101-00:00:00")
    assert bench.app.messages == [(2, "D", "A")]


@pytest.mark.parametrize(
    ("header", "tag", "reason"),
    [({"target": ""}, "56", "1"), ({"sender": ""}, "49", "1"), ({"sent": "yesterday"}, "52", "6")],
)
def test_fs_14b_header_field_missing_or_unreadable(bench: Bench, header: dict[str, str], tag: str, reason: str) -> None:
    (reject,) = bench.peer("0", **header)
    assert (reject[35], reject[45], reject[371], reject[373]) == ("3", "2", tag, reason)
    assert bench.store.next_in == 3 and bench.session.is_logged_on


def test_message_without_a_number_ends_the_session(bench: Bench) -> None:
    (logout,) = bench.peer("0", seq=-1)
    assert (logout[35], logout[58]) == ("5", "Required tag missing: MsgSeqNum(34)")
    assert_logged_out(bench)


def test_fs_2r_valid_type_that_the_application_does_not_take(version: str) -> None:
    bench = Bench(version, supported_msg_types=frozenset("D"))
    bench.log_on()
    (reject,) = bench.peer("8", [(37, "x"), (17, "y")])
    assert (reject[35], reject[45], reject[372], reject[380]) == ("j", "2", "8", "3")
    assert reject[58] == "Unsupported Message Type" and bench.store.next_in == 3
    assert bench.peer("D", order("A")) == [] and bench.app.messages == [(3, "D", "A")]


def test_fs_14l_application_that_is_down(bench: Bench) -> None:
    bench.session.application_available = False
    (reject,) = bench.peer("D", order("A"))
    assert (reject[35], reject[45], reject[372], reject[380]) == ("j", "2", "D", "4")
    bench.session.application_available = True
    bench.peer("D", order("B"))
    assert bench.app.messages == [(3, "D", "B")]


def test_fs_17_encryption_and_signature_were_not_agreed(bench: Bench) -> None:
    (reject,) = bench.peer("D", [(90, 3), (91, "abc"), *order("A")])
    assert (reject[35], reject[371], reject[373]) == ("3", "90", "7")
    (reject,) = bench.peer("D", [*order("A"), (93, 3), (89, "abc")])
    assert (reject[35], reject[371], reject[373]) == ("3", "89", "8")
    assert bench.app.messages == [] and bench.store.next_in == 4


def test_fs_17_bad_secure_data_length_is_garbled_or_rejected_and_the_session_lives(bench: Bench) -> None:
    bench.peer("D", [(90, 9999), (91, "abc"), *order("A")])
    assert bench.app.messages == [] and bench.session.is_logged_on


@pytest.mark.parametrize(("tag", "setting"), [(115, "on_behalf_of_comp_ids"), (128, "deliver_to_comp_ids")])
def test_fs_18_third_parties_right_and_wrong(version: str, tag: int, setting: str) -> None:
    bench = Bench(version, **{setting: frozenset(["JCD"])})
    bench.log_on()
    assert bench.peer("D", [(tag, "JCD"), *order("A")]) == []
    (reject,) = bench.peer("D", [(tag, "XYZ"), *order("B")])
    assert (reject[35], reject[373], reject[371]) == ("3", "9", str(tag))
    assert bench.app.messages == [(2, "D", "A")] and bench.session.is_logged_on
    bench.peer("D", order("C"))
    assert bench.app.messages[-1] == (4, "D", "C"), "no third party at all is fine"


def test_reply_goes_back_to_the_third_party(version: str) -> None:
    bench = Bench(version, supported_msg_types=frozenset("D"))
    bench.log_on()
    (reject,) = bench.peer("8", [(115, "JCD"), (116, "CS"), (144, "CHI"), (128, "X"), (129, "Y"), (145, "Z")])
    assert [reject.get(tag) for tag in (128, 129, 145, 115, 116, 144)] == ["JCD", "CS", "CHI", "X", "Y", "Z"]


def test_fs_19_poss_resend_goes_through_to_the_application(bench: Bench) -> None:
    bench.peer("D", [(97, "Y"), *order("A")])
    bench.peer("D", [(97, "Y"), *order("A")])
    assert bench.app.messages == [(2, "D", "A"), (3, "D", "A")]


def test_fs_5_heartbeat_is_taken(bench: Bench) -> None:
    assert bench.peer("0") == [] and bench.store.next_in == 3


def test_fs_7_reject_is_taken_and_told(bench: Bench) -> None:
    bench.send_order("A1")
    bench.taken()
    assert bench.peer("3", [(45, 2), (371, 55), (372, "D"), (373, 5), (58, "no such symbol")]) == []
    event = bench.app.events[-1]
    assert (event.kind, event.ref_seq_num, event.ref_tag_id) == (EventKind.REJECTED, 2, 55)
    assert (event.ref_msg_type, event.reject_reason, event.text) == ("D", 5, "no such symbol")
    assert bench.store.next_in == 3


def test_frames_of_one_read_are_handled_in_order_and_answered_in_one_output(bench: Bench) -> None:
    data = b"".join(bench.frame("1", [(112, f"t{n}")]) for n in range(20))
    bench.session.receive_data(data, *bench.times)
    assert [m[112] for m in parse_frames(bench.session.take_output())] == [f"t{n}" for n in range(20)]
    assert bench.session.take_output() == b""


def test_application_message_out_is_stored_then_output(bench: Bench) -> None:
    assert bench.send_order("A1") == 2
    ((number, frame),) = bench.store.sent_messages(2, 2)
    assert (number, frame) == (2, bench.session.take_output())
    (sent,) = parse_frames(frame)
    assert (sent[34], sent[52], sent[11]) == ("2", "20260302-09:30:00.000", "A1")


def test_message_begun_before_an_answer_went_out_gets_the_next_number(bench: Bench) -> None:
    writer = bench.session.begin("D", bench.utc_ns)
    for tag, value in order("A1"):
        writer.put_str(tag, str(value))
    writer.put_data(96, b"a\x01b")
    bench.peer("1", [(112, "x")])
    assert bench.session.send(writer, *bench.times) == 3
    data = bench.session.take_output()
    assert b"\x0134=3\x01" in data and b"\x0111=A1\x01" in data and b"\x0195=3\x0196=a\x01b\x01" in data


def test_restart_on_the_same_store_continues_the_numbers(bench: Bench) -> None:
    bench.send_order("A1")
    bench.peer("0")
    again = Bench(bench.begin_string, store=bench.store)
    sent = again.log_on(seq=3)
    assert sent[0][34] == "3" and again.session.is_synchronised
