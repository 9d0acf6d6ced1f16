"""What outside conformance suites look at beyond the session cases: exact frames for exact bytes."""

from __future__ import annotations

from typing import Any

import pytest
from session_bench import SECOND_NS, Bench, order

from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.validator_cy import Validator

NOW = "20260302-09:30:00.000"


def framed(version: str, body: str) -> bytes:
    """Return a frame around fields written with | for SOH."""
    content = body.replace("|", "\x01").encode()
    head = b"8=%s\x019=%d\x01" % (version.encode(), len(content))
    return head + content + b"10=%03d\x01" % (sum(head + content) % 256)


def checked(version: str, **settings: Any) -> Bench:
    bench = Bench(version, validator=Validator(load_dictionary(version)), **settings)
    bench.log_on()
    return bench


@pytest.mark.parametrize("tag", ["0", "-1", "-77"])
def test_a_number_below_every_tag_is_named_in_the_reject(version: str, tag: str) -> None:
    bench = checked(version)
    bench.session.receive_data(framed(version, f"35=0|34=2|49=VENUE|52={NOW}|56=FAIRLEAD|{tag}=HI|"), *bench.times)
    reject = f"35=3|34=2|49=FAIRLEAD|52={NOW}|56=VENUE|45=2|58=Invalid tag number|371={tag}|372=0|373=0|"
    assert bench.session.take_output() == framed(version, reject)
    assert bench.store.next_in == 3


@pytest.mark.parametrize("text", ["-", "--1", "-1x", "+1", "1-"])
def test_a_tag_that_is_no_number_is_garbled(version: str, text: str) -> None:
    bench = checked(version)
    bench.session.receive_data(framed(version, f"35=0|34=2|49=VENUE|52={NOW}|56=FAIRLEAD|{text}=HI|"), *bench.times)
    assert bench.session.take_output() == b"" and bench.store.next_in == 2


@pytest.mark.parametrize("validator", [True, False])
@pytest.mark.parametrize("tag", [49, 56, 52])
def test_an_empty_header_field_is_not_a_wrong_one(version: str, tag: int, validator: bool) -> None:
    bench = Bench(version, validator=Validator(load_dictionary(version)) if validator else None)
    bench.log_on()
    header = f"35=0|34=2|49=VENUE|52={NOW}|56=FAIRLEAD|"
    value = {49: "VENUE", 52: NOW, 56: "FAIRLEAD"}[tag]
    bench.session.receive_data(framed(version, header.replace(f"{tag}={value}|", f"{tag}=|")), *bench.times)
    reject = f"45=2|58=Tag specified without a value|371={tag}|372=0|373=4|"
    assert bench.session.take_output() == framed(version, f"35=3|34=2|49=FAIRLEAD|52={NOW}|56=VENUE|{reject}")
    assert bench.session.is_logged_on and bench.store.next_in == 3


def test_a_repeated_message_from_the_future_ends_the_session(version: str) -> None:
    bench = checked(version)
    bench.peer("D", order("A"))
    frame = framed(version, f"35=0|34=2|43=Y|49=VENUE|52={NOW}|56=FAIRLEAD|122=20260302-09:30:10.000|")
    bench.session.receive_data(frame, *bench.times)
    header = f"49=FAIRLEAD|52={NOW}|56=VENUE|"
    reject = framed(version, f"35=3|34=2|{header}45=2|58=SendingTime accuracy problem|372=0|373=10|")
    assert bench.session.take_output() == reject + framed(version, f"35=5|34=3|{header}")
    assert bench.peer("5", seq=3) == [] and bench.session.wants_close


def test_no_heartbeat_follows_an_unanswered_test_request(version: str) -> None:
    bench = Bench(version)
    bench.log_on()
    interval_ns = bench.session.heart_bt_int_s * SECOND_NS
    start_ns = bench.now_ns
    bench.session.on_timer(start_ns + interval_ns * 12 // 10, bench.utc_ns)
    assert [sent[35] for sent in bench.taken()] == ["1"]
    assert bench.session.next_deadline_ns() == start_ns + interval_ns * 24 // 10
    bench.session.on_timer(start_ns + interval_ns * 23 // 10, bench.utc_ns)
    assert bench.taken() == [] and not bench.session.wants_close
    bench.session.on_timer(start_ns + interval_ns * 24 // 10, bench.utc_ns)
    assert bench.taken() == [] and bench.session.wants_close


@pytest.mark.parametrize("serves", [True, False])
def test_a_resend_request_with_a_used_number(version: str, serves: bool) -> None:
    bench = Bench(version, serve_low_resend_request=serves)
    bench.log_on()
    bench.peer("1", [(112, "A")])
    (answer,) = bench.peer("2", [(7, 1), (16, 0)], seq=2)
    if serves:
        assert (answer[35], answer[34], answer[36], answer[123]) == ("4", "1", "3", "Y")
    else:
        assert (answer[35], answer[58]) == ("5", "MsgSeqNum too low, expecting 3 but received 2")
    assert bench.session.is_logged_on is serves and bench.store.next_in == 3
