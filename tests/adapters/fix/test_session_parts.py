"""The parts of a session by themselves: settings, masking, throttle, transitions; and limits of numbers."""

from typing import Any

import pytest
from session_bench import PEER, US, Bench, types

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.fix.masking import mask_secrets
from fairlead.adapters.fix.settings import (
    SECRET_TAGS,
    LogonSettings,
    SessionId,
    SessionSettings,
    SettingsError,
    Throttle,
)
from fairlead.adapters.fix.states import TRANSITIONS, Input
from fairlead.adapters.fix.throttle import OutboundThrottle
from fairlead.adapters.link_state import State
from fairlead.codecs.errors import LocalProtocolError

SECOND_NS = 10**9
HUGE = 2**63 - 1


@pytest.mark.parametrize(
    ("frame", "masked"),
    [
        (b"35=A|554=hunter2|10=000|", b"35=A|554=*******|10=000|"),
        (b"35=A|95=5|96=a|b=c|553=me|", b"35=A|95=5|96=*****|553=me|"),
        (b"35=A|95=99|96=abc|553=me|", b"35=A|95=99|96=***|553=me|"),
        (b"35=A|925=new|1402=x|58=554=y|", b"35=A|925=***|1402=*|58=554=y|"),
        (b"garbage|554=torn", b"garbage|554=****"),
        (b"35=A|55454=x|", b"35=A|55454=x|"),
        (b"", b""),
        (b"||554=|", b"||554=|"),
    ],
)
def test_secrets_are_overwritten_and_nothing_else(frame: bytes, masked: bytes) -> None:
    assert mask_secrets(frame.replace(b"|", b"\x01"), SECRET_TAGS) == masked.replace(b"|", b"\x01")


def test_user_request_is_masked_both_ways_and_never_repeated() -> None:
    bench = Bench("FIX.4.4")
    bench.log_on()
    fields = [(923, "r"), (924, 3), (553, "me"), (554, "hunter2"), (925, "hunter3")]
    bench.peer("BE", fields)
    writer = bench.session.begin("BE", bench.utc_ns)
    for tag, value in fields:
        writer.put_str(tag, str(value))
    assert bench.session.send(writer, *bench.times) == 2
    assert bench.taken()[0][554] == "hunter2"
    assert bench.app.messages == [(2, "BE", "")]
    assert "hunter" not in repr((bench.store.frames_in, list(bench.store.sent_messages(1, 9))))
    assert types(bench.peer("2", [(7, 2), (16, 2)])) == ["4"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"session_id": SessionId("FIX.5.0", US, PEER)},
        {"session_id": SessionId("FIX.4.2", "", PEER)},
        {"session_id": SessionId("FIX.4.2", US, PEER), "logon": LogonSettings(next_expected=True)},
        {"logon": LogonSettings(encrypt_method=1)},
        {"heart_bt_int_s": 99999},
        {"subsecond_digits": 4},
        {"resend_batch": 0},
        {"resend_chunk": -1},
    ],
)
def test_settings_that_contradict_are_refused(wrong: dict[str, Any]) -> None:
    arguments = {"session_id": SessionId("FIX.4.4", US, PEER), "is_initiator": True, **wrong}
    with pytest.raises(SettingsError):
        SessionSettings(**arguments)


@pytest.mark.parametrize(
    "wrong",
    [
        {"messages": 0},
        {"messages": 1, "interval_ms": 0},
        {"messages": 2, "cancel_reserve": 2},
        {"messages": 1, "max_queued": -1},
    ],
)
def test_throttles_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        Throttle(**wrong)


def test_throttle_counts_in_a_sliding_window() -> None:
    throttle = OutboundThrottle(Throttle(messages=2, interval_ms=1000))
    assert [throttle.admit(0, at * SECOND_NS // 10) for at in (0, 9, 9, 10, 10, 19)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]
    assert throttle.next_release_ns() == NEVER_NS


def test_every_state_with_a_stream_can_lose_it() -> None:
    for state in set(State) - {State.DISCONNECTED}:
        assert TRANSITIONS[state, Input.LOST] is State.DISCONNECTED
        if state is not State.CLOSING:
            assert TRANSITIONS[state, Input.ABORTED] is State.CLOSING


def test_our_own_misuse_raises() -> None:
    bench = Bench()
    bench.connect()
    with pytest.raises(LocalProtocolError, match="ACCEPTED is impossible"):
        bench.connect()
    with pytest.raises(LocalProtocolError, match="send without begin"):
        bench.session.send(bench.session.writer, *bench.times)
    for number in (0, HUGE):
        with pytest.raises(LocalProtocolError, match="expected 1 to"):
            bench.session.set_next_in(number, "test", *bench.times)
        with pytest.raises(LocalProtocolError, match="expected 1 to"):
            bench.session.set_next_out(number, "test", *bench.times)


@pytest.mark.parametrize("body", [[(36, HUGE)], [(36, HUGE), (123, "Y")], [(36, 2**64)], [(36, -7)]])
def test_numbers_that_would_leave_64_bits_are_rejected(version: str, body: list[tuple[int, Any]]) -> None:
    bench = Bench(version)
    bench.log_on()
    assert types(bench.peer("4", body)) == ["3"]
    assert bench.session.next_in <= 3 and bench.session.is_logged_on


@pytest.mark.parametrize("seq", [HUGE, 2**62])
def test_message_with_a_huge_number_is_a_gap_like_any_other(version: str, seq: int) -> None:
    bench = Bench(version)
    bench.log_on()
    assert types(bench.peer("0", seq=seq)) == ["2"]
    assert bench.session.is_logged_on and not bench.session.is_synchronised


def test_next_expected_below_one_is_refused() -> None:
    for is_initiator in (False, True):
        bench = Bench("FIX.4.4", is_initiator, logon=LogonSettings(next_expected=True))
        assert types(bench.log_on([(789, -3)]))[-2:] == ["3", "5"]


def test_password_is_in_no_text_of_the_settings() -> None:
    logon = LogonSettings(
        password="hunter2", new_password="hunter3", raw_data=b"hunter4", extra_fields=((1, "hunter5"),)
    )
    assert "hunter" not in repr(SessionSettings(SessionId("FIX.4.4", US, PEER), True, logon=logon))
