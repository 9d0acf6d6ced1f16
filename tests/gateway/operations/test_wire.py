"""Frames are found by every name of their order, and only those of its own sessions."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.journal.views import SegmentViews
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.orders.index import TABLES as ORDER_TABLES
from fairlead.gateway.operations.wire.index import TABLES, WireIndex
from fairlead.gateway.operations.wire.names import order_names
from fairlead.gateway.operations.wire.search import Wanted, WireSearch

STREAMS = {
    name: StreamInfo(number, name, "FIX.4.4")
    for number, name in enumerate(("strategy:alpha", "venue:XEXC", "venue:XBRK"), 1)
}


class Wire:
    """An index over frames that lie in no journal."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "operations.db", (*TABLES, *ORDER_TABLES))
        self.index = WireIndex(self.database)
        self.search = WireSearch(self.database, SegmentViews(folder))
        self.sequence = 0

    def frame(self, stream: str, text: str, segment: int = 1) -> None:
        self.sequence += 1
        payload = struct.pack("<Q", self.sequence) + text.replace("|", "\x01").encode()
        record = Record(self.sequence, self.sequence, 0, 1, 1, kinds.FRAME_IN, segment, 0, payload)
        self.index.on_record(record, STREAMS[stream])

    def order(self, order_id: str, venue: str, *names: str) -> None:
        row = (order_id, "alpha", "ACC", venue, *("",) * 19)
        self.database.connection.execute(f"insert into orders values ({', '.join('?' * 23)})", row)
        self.database.connection.executemany(
            "insert into order_names values (?, ?)", [(name, order_id) for name in (order_id, *names)]
        )

    def found(self, **wanted: object) -> list[tuple[str, int]]:
        return [(row["stream"], row["sequence"]) for row in self.search.find(Wanted(**wanted))]  # type: ignore[arg-type]


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    found = Wire(tmp_path)
    yield found
    found.database.close()


def test_an_order_is_found_on_both_sides_and_not_at_another_venue(wire: Wire) -> None:
    wire.order("O1", "XEXC", "A-1", "V1", "X-7")
    wire.order("O2", "XBRK", "A-2", "V2", "X-7")
    wire.frame("strategy:alpha", "8=FIX.4.4|9=1|35=D|11=A-1|")
    wire.frame("venue:XEXC", "8=FIX.4.4|9=1|35=D|11=V1|")
    wire.frame("venue:XEXC", "8=FIX.4.4|9=1|35=8|37=X-7|11=V1|")
    # the other venue uses the same OrderID for an order of its own
    wire.frame("venue:XBRK", "8=FIX.4.4|9=1|35=8|37=X-7|11=V2|")
    assert wire.found(order="A-1") == [("venue:XEXC", 3), ("venue:XEXC", 2), ("strategy:alpha", 1)]
    assert wire.found(order="V1") == wire.found(order="A-1")
    assert wire.found(order="A-2") == [("venue:XBRK", 4)]
    # a name that both have shows both
    assert len(wire.found(order="X-7")) == 4


def test_a_name_of_no_order_is_looked_for_everywhere(wire: Wire) -> None:
    wire.frame("venue:XBRK", "8=FIX.4.4|9=1|35=8|37=STRANGER|11=WHO|")
    assert wire.found(order="WHO") == [("venue:XBRK", 1)]
    assert wire.found(order="NOBODY") == []


def test_frames_are_chosen_by_session_type_and_place(wire: Wire) -> None:
    for number in range(6):
        wire.frame("venue:XEXC" if number % 2 else "venue:XBRK", f"8=FIX.4.4|9=1|35={'80'[number % 2]}|11=C{number}|")
    assert [sequence for _, sequence in wire.found(stream="venue:XEXC")] == [6, 4, 2]
    assert [sequence for _, sequence in wire.found(msg_type="8")] == [5, 3, 1]
    assert [sequence for _, sequence in wire.found(before_sequence=4, limit=2)] == [3, 2]
    assert [sequence for _, sequence in wire.found(after_sequence=4)] == [6, 5]
    # heartbeats name no order
    assert wire.found(order="C1") == []


def test_what_the_journal_has_forgotten_is_forgotten(wire: Wire) -> None:
    wire.frame("venue:XEXC", "8=FIX.4.4|9=1|35=D|11=OLD|", segment=1)
    wire.frame("venue:XEXC", "8=FIX.4.4|9=1|35=D|11=NEW|", segment=2)
    assert wire.index.forget_before(2) == 1
    assert wire.found(order="OLD") == []
    assert wire.found(order="NEW") == [("venue:XEXC", 2)]


@pytest.mark.parametrize(
    ("frame", "names"),
    [
        (b"8=FIX.4.4\x019=5\x0135=G\x0141=B\x0111=A\x0137=C\x01", ["B", "A", "C"]),
        (b"8=FIX.4.4\x019=5\x0135=0\x01112=A\x01", []),
        (b'{"type": "new_order", "cl_ord_id": "A-1", "text": "cl_ord_id"}', ["A-1"]),
        (b"", []),
        (b"\x00\x01H", []),
    ],
)
def test_names_in_frames(frame: bytes, names: list[str]) -> None:
    assert list(order_names("FIX.4.4", frame, False)) == names
