"""Own executions and their copies in any order: delayed, doubled, lost, corrected, busted; beside a plain reference."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.gateway.reconciliation.matcher import BUST, CORRECTION, FILL, NEVER_NS, Copy, Entry, Matcher, Trade

WITHIN = 100
TRADE = Trade("MSFT", 49, 10, 20)


@dataclass
class Notes:
    """Take down what the matcher tells."""

    told: list[tuple[str, str, str]] = field(default_factory=list)
    raised: set[tuple[str, str]] = field(default_factory=set)
    standing: dict[tuple[str, str], str] = field(default_factory=dict)

    def broke(self, entry: Entry) -> None:
        key = (entry.order, min(entry.exec_ids))
        self.told.append(("broke", min(entry.exec_ids), entry.kind))
        self.raised.add(key)
        self.standing[key] = entry.kind

    def settled(self, entry: Entry, was_broken: bool, lag_ns: int) -> None:
        if was_broken:
            self.told.append(("settled", min(entry.exec_ids), ""))
            self.standing.pop((entry.order, min(entry.exec_ids)), None)

    def copied(self, entry: Entry) -> None: ...

    def joined(self, entry: Entry) -> None: ...


def _matcher() -> tuple[Matcher, Notes]:
    notes = Notes()
    return Matcher(WITHIN, notes), notes


def _own(matcher: Matcher, at: int, *ids: str, trade: Trade = TRADE, order: str = "O1") -> None:
    matcher.note_own(order, ids or ("E1",), "ACC", "MSFT", trade, at)


def _fill(matcher: Matcher, at: int, exec_id: str = "E1", trade: Trade = TRADE, order: str = "O1") -> bool:
    return matcher.note_copy(order, Copy(FILL, exec_id, "", trade), "ACC", "MSFT", at)


def _later(
    matcher: Matcher, at: int, what: str, exec_id: str, ref: str, trade: Trade = TRADE, order: str = "O1"
) -> bool:
    return matcher.note_copy(order, Copy(what, exec_id, ref, trade), "ACC", "MSFT", at)


def test_either_side_may_come_first() -> None:
    matcher, notes = _matcher()
    _own(matcher, 0, "E1")
    _fill(matcher, 5, "E2")
    matcher.tick(99)
    _fill(matcher, 99, "E1")
    _own(matcher, 104, "E2")
    matcher.tick(1000)
    assert (notes.told, matcher.counts.settled, matcher.pending) == ([], 2, {})


def test_what_stays_alone_is_a_break_on_its_side() -> None:
    matcher, notes = _matcher()
    _own(matcher, 0, "E1")
    _fill(matcher, 5, "E2")
    matcher.tick(100)
    assert notes.told == [("broke", "E1", "missing_at_theirs")]
    matcher.tick(105)
    assert notes.told[1:] == [("broke", "E2", "missing_at_ours")]
    matcher.tick(10_000)
    assert len(notes.told) == 2


def test_a_late_copy_ends_its_break() -> None:
    matcher, notes = _matcher()
    _own(matcher, 0)
    matcher.tick(100)
    _fill(matcher, 500)
    assert notes.told == [("broke", "E1", "missing_at_theirs"), ("settled", "E1", "")]


def test_a_late_copy_that_differs_changes_its_break() -> None:
    matcher, notes = _matcher()
    _own(matcher, 0)
    matcher.tick(100)
    _fill(matcher, 500, trade=replace(TRADE, last_px=21))
    assert notes.told[-1] == ("broke", "E1", "execution_differs")


def test_differences_of_each_kind_are_found() -> None:
    for other in ({"last_qty": 11}, {"last_px": 21}, {"side": 50}, {"symbol": "IBM"}):
        matcher, notes = _matcher()
        _own(matcher, 0)
        _fill(matcher, 0, trade=replace(TRADE, **other))
        matcher.tick(100)
        assert notes.told == [("broke", "E1", "execution_differs")]
    matcher, notes = _matcher()
    _own(matcher, 0)
    _fill(matcher, 0, trade=replace(TRADE, symbol="", side=0))
    assert not matcher.pending


def test_a_copy_under_another_order_is_another_execution() -> None:
    matcher, notes = _matcher()
    _own(matcher, 0, order="O1")
    _fill(matcher, 0, order="O2")
    matcher.tick(100)
    assert [kind for _, _, kind in notes.told] == ["missing_at_theirs", "missing_at_ours"]


def test_a_copy_whose_order_was_unknown_joins_our_execution() -> None:
    matcher, notes = _matcher()
    _fill(matcher, 0, order="")
    matcher.tick(100)
    _own(matcher, 200)
    matcher.tick(1000)
    assert notes.told == [("broke", "E1", "missing_at_ours"), ("settled", "E1", "")]
    assert [entry.order for entry in matcher.entries] == ["O1"]


def test_duplicates_count_and_change_nothing_but_contradictions_do() -> None:
    matcher, notes = _matcher()
    _own(matcher, 0)
    assert _fill(matcher, 1)
    assert not _fill(matcher, 2)
    assert matcher.counts.duplicates == 1
    assert _fill(matcher, 3, trade=replace(TRADE, last_px=21))
    matcher.tick(103)
    assert notes.told == [("broke", "E1", "execution_differs")]


def test_busts_and_corrections_are_followed_on_both_sides() -> None:
    matcher, notes = _matcher()
    corrected = replace(TRADE, last_px=21)
    _own(matcher, 0, "E1")
    _fill(matcher, 1, "E1")
    _own(matcher, 10, "E1", "C1", trade=corrected)
    matcher.tick(109)
    _later(matcher, 109, CORRECTION, "C1", "E1", corrected)
    matcher.tick(500)
    _later(matcher, 500, BUST, "B1", "C1", corrected)
    _own(matcher, 599, "E1", "C1", trade=replace(corrected, is_busted=True))
    matcher.tick(5000)
    assert (notes.told, matcher.counts.settled) == ([], 3)


def test_a_correction_before_its_fill_is_put_together() -> None:
    matcher, notes = _matcher()
    second = replace(TRADE, last_px=22)
    _later(matcher, 0, CORRECTION, "C2", "C1", second)
    _later(matcher, 1, CORRECTION, "C1", "E1", replace(TRADE, last_px=21))
    _fill(matcher, 2, "E1")
    _own(matcher, 3, "E1", "C1", "C2", trade=second)
    assert len(matcher.entries) == 1
    # the copies' order of arrival decides which correction stands, so this differs until the venue's order holds
    matcher.tick(200)
    assert [kind for _, _, kind in notes.told] in ([], ["execution_differs"])


def test_nothing_is_broken_while_it_can_not_come() -> None:
    matcher, notes = _matcher()
    _own(matcher, 0, "E1")
    _fill(matcher, 0, "E2")
    matcher.tick(1000, NEVER_NS, NEVER_NS)
    assert notes.told == []
    matcher.tick(1099, 1000, 1000)
    assert notes.told == []
    matcher.tick(1100, 1000, 1050)
    assert [kind for _, _, kind in notes.told] == ["missing_at_ours"]
    matcher.tick(1150, 1000, 1050)
    assert [kind for _, _, kind in notes.told] == ["missing_at_ours", "missing_at_theirs"]


def test_what_agrees_is_forgotten_in_time() -> None:
    matcher, _ = _matcher()
    _own(matcher, 0, "E1")
    _fill(matcher, 0, "E1")
    _own(matcher, 0, "E2")
    assert [min(entry.exec_ids) for entry in matcher.forget(50)] == ["E1"]
    assert [min(entry.exec_ids) for entry in matcher.entries] == ["E2"]


# Any interleaving

EXECUTIONS = st.lists(
    st.fixed_dictionaries(
        {
            "start": st.integers(0, 400),
            "own": st.none() | st.integers(0, 250),
            "copy": st.none() | st.integers(0, 250),
            "copied_px": st.sampled_from((20, 20, 20, 21)),
            "again": st.lists(st.integers(1, 300), max_size=2),
            "correct": st.none() | st.tuples(st.integers(0, 250), st.none() | st.integers(0, 250)),
            "bust": st.none() | st.tuples(st.integers(0, 250), st.none() | st.integers(0, 250)),
        }
    ),
    min_size=1,
    max_size=5,
)


def _events(number: int, plan: dict[str, Any]) -> list[tuple[int, str, str, Any]]:
    """Return (time, side, what, value) of one execution, in order: fills first, then corrections, then busts."""
    start: int = plan["start"]
    found: list[tuple[int, str, str, Any]] = []
    for side, delay in (("own", plan["own"]), ("copy", plan["copy"])):
        if delay is None:
            continue
        at = start + delay
        px = 20 if side == "own" else plan["copied_px"]
        found.append((at, side, FILL, px))
        if side == "copy":
            found += [(at + later, side, FILL, px) for later in plan["again"]]
        for what, value in (("correct", 30), ("bust", 0)):
            delays = plan[what]
            later = None if delays is None else delays[0] if side == "own" else delays[1]
            if later is not None:
                at += later
                found.append((at, side, CORRECTION if what == "correct" else BUST, value))
    return found


def _feed(matcher: Matcher, number: int, event: tuple[int, str, str, Any], state: dict[str, Any]) -> None:
    at, side, what, px = event
    exec_id, order = f"E{number}", f"O{number}"
    if side == "own":
        ids = state.setdefault("ids", (exec_id,))
        trade = state.setdefault("trade", replace(TRADE, last_px=20))
        if what == CORRECTION:
            state["ids"], state["trade"] = ids, trade = (exec_id, f"{exec_id}C"), replace(trade, last_px=px)
        elif what == BUST:
            state["trade"] = trade = replace(trade, is_busted=True)
        matcher.note_own(order, ids, "ACC", "MSFT", trade, at)
    elif what == FILL:
        _fill(matcher, at, exec_id, replace(TRADE, last_px=px), order)
    else:
        _later(matcher, at, what, f"{exec_id}{what[0].upper()}", exec_id, replace(TRADE, last_px=px), order)


def _reference(events: list[tuple[int, str, str, Any]], end: int) -> tuple[bool, str]:
    """Return whether a break was ever raised for one execution, and its kind if it stands at the end.

    The state of each side is worked out anew after each event; a break is an interval without agreement that lasts.
    """
    events = sorted(events, key=lambda event: event[0])

    def side_after(side: str, count: int) -> tuple[int, bool] | None:
        seen = [event for event in events[:count] if event[1] == side]
        if not seen:
            return None
        corrections = [px for _, _, what, px in seen if what == CORRECTION]
        fills = [px for _, _, what, px in seen if what == FILL]
        px = corrections[-1] if corrections else fills[0]
        return px, any(what == BUST for _, _, what, _ in seen)

    def agree(count: int) -> bool:
        own, copy = side_after("own", count), side_after("copy", count)
        if own is None or copy is None:
            return False
        return own[1] and copy[1] if own[1] or copy[1] else own[0] == copy[0]

    since, was_raised = None, False
    times = [event[0] for event in events] + [end]
    for count, (at, following) in enumerate(pairwise(times), 1):
        since = None if agree(count) else at if since is None else since
        # what comes at the very last moment is in time
        if since is not None and following - since > WITHIN:
            was_raised = True
    if since is None:
        return was_raised, ""
    own, copy = side_after("own", len(events)), side_after("copy", len(events))
    kind = "missing_at_ours" if own is None else "missing_at_theirs" if copy is None else "execution_differs"
    return was_raised, kind


@settings(max_examples=300, deadline=None)
@given(EXECUTIONS)
def test_any_interleaving_gives_the_breaks_of_a_plain_reference(plans: list[dict[str, Any]]) -> None:
    matcher, notes = _matcher()
    by_number = {number: _events(number, plan) for number, plan in enumerate(plans)}
    feed = sorted(
        ((event[0], number, at, event) for number, events in by_number.items() for at, event in enumerate(events)),
        key=lambda each: (each[0], each[1], each[2]),
    )
    end = max((each[0] for each in feed), default=0) + 5 * WITHIN
    states: dict[int, dict[str, Any]] = {}
    upcoming = list(feed)
    for now in range(end + 1):
        matcher.tick(now - 1)
        while upcoming and upcoming[0][0] == now:
            _, number, _, event = upcoming.pop(0)
            _feed(matcher, number, event, states.setdefault(number, {}))
    matcher.tick(end)
    expected_raised, expected_standing = set(), {}
    for number, events in by_number.items():
        was_raised, kind = _reference(events, end)
        key = (f"O{number}", f"E{number}")
        if was_raised:
            expected_raised.add(key)
        if kind:
            expected_standing[key] = kind
    assert notes.standing == expected_standing
    assert notes.raised == expected_raised
