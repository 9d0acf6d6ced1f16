"""Align two runs' frames and name what differs."""

from fairlead.gateway.replay.comparison import Comparison, Difference
from fairlead.gateway.replay.frames import Frame


def frame(number: int, name: str, order_id: str = "", **values: str) -> Frame:
    """Return a frame of one stream."""
    ids = (("11", order_id),) if order_id else ()
    return Frame("venue:X", 100 + number, number, name, tuple(values.items()), ids, number, "")


def compared(recorded: list[Frame], replayed: list[Frame]) -> list[Difference]:
    """Return the differences of one stream."""
    comparison = Comparison()
    comparison.compare(recorded, replayed)
    return comparison.differences


ORDERS = [frame(n, "D", f"ID{n}", symbol="MSFT", qty=str(100 + n)) for n in range(1, 30)]


def test_equal_runs_have_no_difference() -> None:
    assert compared(ORDERS, list(ORDERS)) == []


def test_a_missing_frame_is_one_difference_and_shifts_the_numbers_once() -> None:
    replayed = [*ORDERS[:10], *(frame(n - 1, "D", f"ID{n}", symbol="MSFT", qty=str(100 + n)) for n in range(12, 30))]
    missing, shifted = compared(ORDERS, replayed)
    assert (missing.kind, missing.sequence) == ("missing", 111)
    assert shifted.kind == "changed"
    assert shifted.fields == (("sequence number, from here on", "12", "11"),)


def test_an_added_frame_is_one_difference() -> None:
    added = frame(11, "0")
    differences = compared(ORDERS[:10], [*ORDERS[:10], added])
    assert [(d.kind, d.name, d.sequence) for d in differences] == [("added", "0", 0)]


def test_a_changed_field_is_told_at_its_frame() -> None:
    replayed = [*ORDERS[:5], frame(6, "D", "ID6", symbol="MSFT", qty="1"), *ORDERS[6:]]
    (difference,) = compared(ORDERS, replayed)
    assert (difference.kind, difference.sequence, difference.fields) == ("changed", 106, (("qty", "106", "1"),))


def test_ids_may_be_others_if_each_stands_for_one() -> None:
    others = [frame(n, "D", f"NEW{n}", symbol="MSFT", qty=str(100 + n)) for n in range(1, 30)]
    assert compared(ORDERS, others) == []
    others[7] = frame(8, "D", "NEW3", symbol="MSFT", qty="108")
    (difference,) = compared(ORDERS, others)
    assert difference.sequence == 108
    assert difference.fields[0][0] == "11"


def test_the_order_of_fields_counts() -> None:
    swapped = frame(1, "D", "ID1", qty="101", symbol="MSFT")
    (difference,) = compared(ORDERS[:1], [swapped])
    assert difference.fields == (("order of fields", "symbol qty", "qty symbol"),)


def test_a_run_in_which_everything_differs_is_aligned_window_by_window() -> None:
    recorded = [frame(n, "D", symbol="A", at=str(n)) for n in range(4_500)]
    replayed = [frame(n, "D", symbol="B", at=str(n)) for n in range(4_500)]
    differences = compared(recorded, replayed)
    assert len(differences) == 4_500
    assert {d.fields for d in differences} == {(("symbol", "A", "B"),)}
