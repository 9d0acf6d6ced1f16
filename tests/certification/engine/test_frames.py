"""Frames are right unless a case wants them wrong, and what a case says of a message is what goes out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.certification.engine.drafts import GARBLES, Surroundings, draft
from fairlead.certification.engine.frames import RIGHT, build, masked, show
from fairlead.certification.engine.link import Received
from fairlead.certification.engine.matching import differences
from fairlead.certification.model.results import WireRecord
from fairlead.certification.venues.wire import FrameSplitter, build_frame

ORDER = (("35", "D"), ("11", "$id"), ("54", "1"), ("60", "$now"))
AROUND = Surroundings(7, "FIX.4.4", "PEER", "ENGINE", {"order": ORDER})
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="="), min_size=1, max_size=9)


@given(st.lists(st.tuples(st.integers(1000, 9999), TEXT), max_size=5))
def test_right_frame_is_what_another_builder_makes(fields: list[tuple[int, str]]) -> None:
    pairs = [("35", "0"), ("34", "1"), *((str(tag), value) for tag, value in fields)]
    expected = build_frame("FIX.4.4", [(int(tag), value) for tag, value in pairs])
    assert build("FIX.4.4", pairs, RIGHT) == expected


def made(**said: Any) -> bytes:
    found = draft(said, AROUND, "ID1")
    return build(found.begin_string, found.pairs, found.shape)


@pytest.mark.parametrize("how", GARBLES)
def test_garbled_frames_are_no_messages(how: str) -> None:
    splitter = FrameSplitter()
    frame = made(type="TestRequest", fields={112: "X"}, **GARBLES[how])
    right = made(type="Heartbeat")
    assert [message.msg_type for message in splitter.feed(frame + right + right)][-1:] == ["0"]
    assert splitter.garbled


def test_frames_that_are_not_garbled_are_messages() -> None:
    (message,) = FrameSplitter().feed(made(type="order"))
    assert (message.msg_seq_num, message.get(49), message.get(56), message.get(11)) == (7, "PEER", "ENGINE", "ID1")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"ahead": 2}, {34: "9"}),
        ({"behind": 1, "dup": True, "orig": "absent"}, {34: "6", 43: "Y", 122: ""}),
        ({"resend": True}, {97: "Y"}),
        ({"sender": "WRONG", "begin": "FIX.4.1"}, {49: "WRONG", 8: "FIX.4.1"}),
        ({"set": {54: "*", 38: 5}}, {54: "*", 38: "5"}),
        ({"drop": [54]}, {54: ""}),
        ({"header": {115: "CLIENT"}, "time": "20260101-00:00:00"}, {115: "CLIENT", 52: "20260101-00:00:00"}),
    ],
)
def test_draft_is_what_the_case_says(said: dict[str, Any], expected: dict[int, str]) -> None:
    (message,) = FrameSplitter().feed(made(type="order", **said))
    assert {tag: message.get(tag) for tag in expected} == expected


def test_draft_with_a_key_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'colour'"):
        draft({"type": "order", "colour": "red"}, AROUND, "ID1")


def test_secrets_are_not_shown() -> None:
    raw = b"8=FIX.4.4\x0135=A\x01553=me\x01554=sesame\x01925=new\x0196=raw\x01"
    assert masked(raw) == b"8=FIX.4.4\x0135=A\x01553=me\x01554=***\x01925=***\x0196=***\x01"


def test_differences_are_told_and_marked() -> None:
    raw = build("FIX.4.4", [("35", "3"), ("34", "2"), ("45", "7"), ("373", "1")], RIGHT)
    (message,) = FrameSplitter().feed(raw)
    record = WireRecord(0, "in", "session", "Reject(3)", fields=show(raw))
    received = Received("message", message, record=record)
    assert differences(received, {"45": "7", "373": [1, 2], "58": None, "34": "*"}) == []
    assert differences(received, {"373": 5, "371": "54"}) == [
        "SessionRejectReason(373) '1' received, expected 5",
        "RefTagID(371) absent, expected 54",
    ]
    marks = {field.name: field.mark for field in record.fields if field.mark}
    assert marks == {"SessionRejectReason": "'1' received, expected 5", "RefTagID": "absent, expected 54"}
