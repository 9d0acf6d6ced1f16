"""Tell from the journal's records how a session stands."""

import struct
from typing import Any

import pytest

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.sessions import SessionFollower, message_type

FIX = StreamInfo(1, "venue:XEXC", "FIX.4.4")
OUCH = StreamInfo(2, "venue:XNDQ", "ouch_5_0")


class Tape:
    """Records in order, a second apart."""

    def __init__(self) -> None:
        self.follower = SessionFollower()
        self.at_s = 0

    def frame(self, stream: StreamInfo, kind: int, frame: bytes) -> None:
        self._put(stream, kind, struct.pack("<Q", 7) + frame)

    def event(self, stream: StreamInfo, name: str, text: str = "") -> None:
        self._put(stream, kinds.SESSION_EVENT, bytes([len(name)]) + name.encode() + text.encode())

    def _put(self, stream: StreamInfo, kind: int, payload: bytes) -> None:
        self.at_s += 1
        record = Record(self.at_s, self.at_s * 1_000_000_000, 0, 1, stream.stream, kind, 1, 0, payload)
        self.follower.on_record(record, stream)

    def __getitem__(self, name: str) -> Any:
        return self.follower.pictures[name]


@pytest.fixture
def tape() -> Tape:
    return Tape()


def test_a_day_of_a_session(tape: Tape) -> None:
    tape.event(FIX, "LOGGED_ON")
    tape.event(FIX, "SYNCHRONISED")
    tape.frame(FIX, kinds.FRAME_IN, b"8=FIX.4.4\x019=5\x0135=8\x01")
    tape.frame(FIX, kinds.FRAME_OUT, b"8=FIX.4.4\x019=5\x0135=D\x01")
    tape.frame(FIX, kinds.FRAME_OUT, b"8=FIX.4.4\x019=5\x0135=D\x01")
    tape.frame(FIX, kinds.FRAME_RESENT, b"8=FIX.4.4\x019=5\x0135=4\x01")
    picture = tape["venue:XEXC"]
    assert (picture.state, picture.is_up, picture.protocol) == ("logged_on", True, "FIX.4.4")
    assert picture.messages == {"in": {"8": 1}, "out": {"D": 2}, "resent": {"4": 1}}
    assert (picture.last_rx_utc_ns, picture.last_tx_utc_ns) == (3_000_000_000, 6_000_000_000)
    tape.event(FIX, "GAP_DETECTED")
    tape.event(FIX, "GAP_DETECTED")
    assert (picture.state, picture.gap_utc_ns) == ("gap", 7_000_000_000)
    tape.event(FIX, "GAP_FILLED")
    assert (picture.state, picture.gap_utc_ns) == ("logged_on", 0)
    tape.event(FIX, "LOGGED_OUT", "end of day")
    tape.event(FIX, "DISCONNECTED", "closed by us")
    assert (picture.state, picture.is_up) == ("disconnected", False)
    # what the peer said of the end says more than how the stream ended
    assert picture.last_text == "end of day"
    assert picture.events["gap_detected"] == 2


def test_each_session_is_its_own(tape: Tape) -> None:
    tape.event(FIX, "LOGGED_ON")
    tape.event(OUCH, "LOGON_REFUSED", "not authorised")
    tape.event(OUCH, "DISCONNECTED", "")
    assert tape["venue:XEXC"].is_up
    assert tape["venue:XNDQ"].last_text == "not authorised"


def test_pictures_outlive_a_restart(tape: Tape) -> None:
    tape.event(FIX, "LOGGED_ON")
    tape.frame(FIX, kinds.FRAME_IN, b"8=FIX.4.4\x019=5\x0135=0\x01")
    second = SessionFollower()
    second.restore(tape.follower.keep())
    assert second.pictures == tape.follower.pictures


@pytest.mark.parametrize(
    ("protocol", "frame", "expected"),
    [
        ("FIX.4.2", b"8=FIX.4.2\x019=5\x0135=AE\x0134=2\x01", "AE"),
        ("FIX.4.2", b"8=FIX.4.2\x019=5\x01", ""),
        ("ouch_5_0", b"\x00\x30SA", "A"),
        ("ouch_5_0", b"\x00\x30UO", "O"),
        ("ouch_5_0", b"\x00\x01H", "soup H"),
        ("ouch_5_0", b"\x00", ""),
        ("", b'{"type": "new_order"}\n', "json"),
    ],
)
def test_types_are_those_of_the_protocol(protocol: str, frame: bytes, expected: str) -> None:
    assert message_type(protocol, struct.pack("<Q", 1) + frame) == expected
