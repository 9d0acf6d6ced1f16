"""FIX session cases 2p, 2q, 14 and 15 with a dictionary: what is wrong with a message, and the answer."""

from typing import Any

import pytest
from session_bench import Bench, order, types

from fairlead.adapters.session_events import EventKind
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.validator_cy import Validator

CLEAN = order("A")


@pytest.fixture
def bench(version: str) -> Bench:
    bench = Bench(version, validator=Validator(load_dictionary(version)))
    bench.log_on()
    return bench


def without(tag: int) -> list[tuple[int, Any]]:
    return [(t, v) for t, v in CLEAN if t != tag]


def changed(tag: int, value: Any) -> list[tuple[int, Any]]:
    return [(t, value if t == tag else v) for t, v in CLEAN]


def test_fs_2p_valid_type_and_content_are_accepted(bench: Bench) -> None:
    assert bench.peer("D", CLEAN) == []
    assert bench.app.messages == [(2, "D", "A")]


def test_fs_2q_invalid_type_is_rejected(bench: Bench) -> None:
    (reject,) = bench.peer("*")
    assert (reject[35], reject[45], reject[372], reject[373]) == ("3", "2", "*", "11")
    assert reject[58] == "Invalid MsgType" and bench.store.next_in == 3


@pytest.mark.parametrize(
    ("case", "body", "tag", "reason"),
    [
        ("14a", [*CLEAN, (999, "x")], "999", {"FIX.4.2": "3", "FIX.4.4": "3"}),
        ("14b", without(55), "55", {"FIX.4.2": "1", "FIX.4.4": "1"}),
        ("14c", [*CLEAN, (41, "x")], "41", {"FIX.4.2": "2", "FIX.4.4": "2"}),
        ("14d", changed(55, ""), "55", {"FIX.4.2": "4", "FIX.4.4": "4"}),
        ("14e", changed(40, "w"), "40", {"FIX.4.2": "5", "FIX.4.4": "5"}),
        ("14f", changed(38, "+200.00"), "38", {"FIX.4.2": "6", "FIX.4.4": "6"}),
        ("14h", [*CLEAN, (40, 1)], "40", {"FIX.4.2": None, "FIX.4.4": "13"}),
        ("14i", [*CLEAN, (386, 2), (336, "PRE")], "386", {"FIX.4.2": None, "FIX.4.4": "16"}),
    ],
)
def test_fs_14_violations_are_rejected_and_counted(
    bench: Bench, case: str, body: Any, tag: str, reason: dict[str, str | None]
) -> None:
    (reject,) = bench.peer("D", body)
    assert (reject[35], reject[45], reject.get(371), reject[372]) == ("3", "2", tag, "D"), case
    expected = reason[bench.begin_string]
    if case == "14a":  # a tag that no version defines: 0 or 3
        assert reject.get(373) in ("0", "3")
    else:
        assert reject.get(373) == expected
    assert reject[58] and bench.app.messages == [] and bench.store.next_in == 3
    assert EventKind.PEER_FAULT in bench.kinds()
    bench.peer("D", CLEAN)
    assert bench.app.messages == [(3, "D", "A")]


def test_fs_14g_header_field_in_the_body_is_rejected(bench: Bench) -> None:
    (reject,) = bench.peer("D", [*CLEAN, (50, "SUB")])
    assert reject[35] == "3" and reject.get(373) == (None if bench.begin_string == "FIX.4.2" else "14")
    assert bench.app.messages == []


def test_fs_14m_conditionally_required_field(bench: Bench) -> None:
    (reject,) = bench.peer("D", changed(40, 2))  # a limit order without Price(44)
    assert (reject[35], reject[45], reject[372], reject[380]) == ("j", "2", "D", "5")


def test_fs_15_other_order_of_fields_is_accepted(bench: Bench) -> None:
    assert bench.peer("D", list(reversed(CLEAN))) == []
    assert bench.app.messages == [(2, "D", "A")]


def test_malformed_reject_is_not_answered_by_a_reject(bench: Bench) -> None:
    assert bench.peer("3", [(58, "no RefSeqNum")]) == []
    assert bench.store.next_in == 3 and EventKind.PEER_FAULT in bench.kinds()


def test_malformed_gap_fill_is_rejected_and_counted(bench: Bench) -> None:
    (reject,) = bench.peer("4", [(123, "Y"), (36, "x")])
    assert reject[35] == "3" and bench.store.next_in == 3


def test_malformed_reset_changes_nothing(bench: Bench) -> None:
    assert types(bench.peer("4", [(36, "x")])) == ["3"]
    assert types(bench.peer("4", [])) == ["3"]
    assert bench.store.next_in == 2


def test_malformed_logon_is_rejected_by_the_dictionary(version: str) -> None:
    bench = Bench(version, validator=Validator(load_dictionary(version)))
    bench.connect()
    assert types(bench.peer("A", [(98, 0), (108, 30), (44, 1)])) == ["3", "5"]
    assert bench.session.wants_close
