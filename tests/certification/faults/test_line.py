"""A spoiled line does what its faults say, the same for the same seed, and nothing where there are none."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.certification.faults.faults import KINDS, Fault, FaultError, read_faults
from fairlead.certification.faults.line import NS_PER_MS, End, FaultLine, Item
from fairlead.certification.faults.units import FixFrames, SoupPackets, Units, Writes

UNITS = [b"alpha", b"beta", b"gamma", b"delta", b"epsilon"]
LONG_NS = 10**15


def passed(*faults: Fault, seed: int = 1, units: list[bytes] | None = None) -> list[Item]:
    line = FaultLine(faults, seed)
    for unit in units or UNITS:
        line.put(unit, 0)
    return line.take(LONG_NS)


def test_line_without_faults_changes_nothing() -> None:
    assert passed() == UNITS


def test_lost_unit_is_missing() -> None:
    assert passed(Fault("lose", first=1, last=2)) == [b"alpha", b"delta", b"epsilon"]


def test_duplicated_unit_comes_twice() -> None:
    assert passed(Fault("duplicate", first=1, last=1)) == [b"alpha", b"beta", b"beta", *UNITS[2:]]


def test_reordered_unit_comes_after_those_that_follow() -> None:
    assert passed(Fault("reorder", first=0, last=0, by=2)) == [b"beta", b"gamma", b"alpha", b"delta", b"epsilon"]


def test_reordered_unit_is_not_lost_at_the_end() -> None:
    line = FaultLine([Fault("reorder", first=1, by=3)])
    line.put(b"a", 0)
    line.put(b"b", 0)
    line.end("eof", 0)
    assert line.take(0) == [b"a", b"b", End("eof")]


def test_mangled_unit_has_its_length_and_other_bytes() -> None:
    (spoiled, *rest) = passed(Fault("mangle", first=0, last=0, count=2))
    assert rest == UNITS[1:]
    assert isinstance(spoiled, bytes)
    assert len(spoiled) == 5 and 1 <= sum(a != b for a, b in zip(spoiled, b"alpha", strict=True)) <= 2


def test_slices_are_small_and_whole_together() -> None:
    pieces = [item for item in passed(Fault("slice", size=2)) if isinstance(item, bytes)]
    assert max(map(len, pieces)) == 2
    assert b"".join(pieces) == b"".join(UNITS)


def test_delayed_units_keep_their_order() -> None:
    line = FaultLine([Fault("delay", ms=10, jitter_ms=50)], seed=3)
    for number, unit in enumerate(UNITS):
        line.put(unit, number * NS_PER_MS)
    assert line.take(9 * NS_PER_MS) == []
    due = []
    while line.next_due_ns is not None:
        due.append(line.next_due_ns)
        line.take(due[-1])
    assert due == sorted(due) and due[-1] <= 64 * NS_PER_MS


def test_rate_is_kept() -> None:
    line = FaultLine([Fault("limit", bytes_per_s=1000), Fault("slice", size=1)])
    line.put(b"x" * 10, 0)
    due = []
    while line.next_due_ns is not None:
        due.append(line.next_due_ns)
        line.take(due[-1])
    assert [after - before for before, after in pairwise(due)] == [NS_PER_MS] * 9


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_cut_ends_within_a_unit_and_nothing_follows(how: str) -> None:
    assert passed(Fault("cut", first=2, size=3, how=how)) == [b"alpha", b"beta", b"gam", End(how)]


def test_black_hole_swallows_all_and_the_end_too() -> None:
    line = FaultLine([Fault("blackhole", first=1)])
    line.put(b"a", 0)
    line.put(b"b", 0)
    line.end("eof", 0)
    assert line.take(LONG_NS) == [b"a"]
    assert line.noted == ["unit 1 swallowed, with all that follows"]


@given(st.integers(), st.lists(st.binary(min_size=1, max_size=9), max_size=20), st.floats(0, 1))
def test_same_seed_does_the_same(seed: int, units: list[bytes], chance: float) -> None:
    kinds = ("lose", "duplicate", "mangle", "reorder")
    faults = [Fault(kind, chance=chance) for kind in kinds]
    assert passed(*faults, seed=seed, units=units) == passed(*faults, seed=seed, units=units)


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=20), st.integers(1, 5), st.integers(0, 50))
def test_what_only_slows_or_slices_loses_nothing(units: list[bytes], size: int, ms: int) -> None:
    faults = (Fault("slice", size=size), Fault("delay", chance=0.5, ms=ms), Fault("limit", bytes_per_s=10_000))
    assert b"".join(item for item in passed(*faults, units=units) if isinstance(item, bytes)) == b"".join(units)


@pytest.mark.parametrize(
    ("units", "stream", "expected"),
    [
        (FixFrames(), b"8=FIX.4.4\x0110=000\x018=FIX.4.4\x0110=1", [b"8=FIX.4.4\x0110=000\x01"]),
        (SoupPackets(), b"\x00\x01H\x00\x03", [b"\x00\x01H"]),
        (Writes(), b"any", [b"any"]),
    ],
)
def test_units_are_whole_messages(units: Units, stream: bytes, expected: list[bytes]) -> None:
    assert units.feed(stream) == expected


@given(st.lists(st.integers(1, 7), min_size=1))
def test_frames_are_the_same_however_they_arrive(cuts: list[int]) -> None:
    stream = b"8=FIX.4.4\x019=5\x0135=0\x0110=000\x01" * 3
    units, found, at = FixFrames(), [], 0
    while at < len(stream):
        step = cuts[at % len(cuts)]
        found += units.feed(stream[at : at + step])
        at += step
    assert b"".join(found) == stream and len(found) == 3


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"kind": "explode"}, f"expected one of {', '.join(KINDS)}"),
        ({"kind": "slice"}, "size 0, expected at least 1"),
        ({"kind": "cut", "how": "axe"}, "how 'axe', expected one of fin, rst"),
        ({"kind": "lose", "chance": 2}, "chance 2, expected 0 to 1"),
        ({"chance": 1}, "without kind"),
        ({"kind": "lose", "often": True}, "keys ['often']"),
    ],
)
def test_mistakes_are_told(said: dict[str, object], complaint: str) -> None:
    with pytest.raises(FaultError) as error:
        read_faults([said])
    assert complaint in str(error.value)
