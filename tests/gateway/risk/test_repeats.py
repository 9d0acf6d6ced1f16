"""Entering again after each execution, against a plain account of what happened."""

from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.vocabulary.constants import Side
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.repeats_cy import ENTERED, EXECUTED, RepeatedExecutions

BUY, SELL, SHORT = int(Side.BUY), int(Side.SELL), int(Side.SELL_SHORT)


def at_most(max_repeats: int, window_ns: int = 1000) -> LimitSet:
    limits = LimitSet(1)
    limits.max_repeats = max_repeats
    limits.repeat_window_ns = window_ns
    return limits


def enter(repeats: RepeatedExecutions, limits: LimitSet, now_ns: int, side: int = BUY) -> int:
    counted = repeats.count("alpha", "MSFT", side, limits, now_ns)
    repeats.note_entry("alpha", "MSFT", side, limits, now_ns, now_ns)
    return counted


def execute(repeats: RepeatedExecutions, utc_ns: int, side: int = BUY) -> None:
    repeats.note_executed("alpha", "MSFT", side, utc_ns)


def test_an_entry_repeats_where_an_execution_came_between() -> None:
    repeats, limits = RepeatedExecutions(), at_most(5)
    assert enter(repeats, limits, 0) == 0
    assert enter(repeats, limits, 1) == 0  # nothing was executed
    execute(repeats, 2)
    execute(repeats, 3)  # two executions of one order are one
    assert enter(repeats, limits, 4) == 1
    assert enter(repeats, limits, 5) == 0
    execute(repeats, 6)
    assert enter(repeats, limits, 7) == 2


def test_an_execution_that_is_told_again_after_the_entry_is_no_other_one() -> None:
    repeats, limits = RepeatedExecutions(), at_most(5)
    execute(repeats, 1)
    assert enter(repeats, limits, 2) == 1
    execute(repeats, 1)  # the order changed in another way
    assert enter(repeats, limits, 3) == 0


def test_sides_symbols_and_strategies_count_apart_and_selling_is_one_side() -> None:
    repeats, limits = RepeatedExecutions(), at_most(5)
    execute(repeats, 1, SELL)
    assert repeats.count("alpha", "MSFT", BUY, limits, 2) == 0
    assert repeats.count("alpha", "AAPL", SELL, limits, 2) == 0
    assert repeats.count("beta", "MSFT", SELL, limits, 2) == 0
    assert repeats.count("alpha", "MSFT", SHORT, limits, 2) == 1


def test_a_person_who_lets_it_go_on_sets_the_count_back() -> None:
    repeats, limits = RepeatedExecutions(), at_most(2)
    for now_ns in range(1, 9, 2):
        execute(repeats, now_ns)
        enter(repeats, limits, now_ns + 1)
    execute(repeats, 10)
    assert repeats.count("alpha", "MSFT", BUY, limits, 11) == 3
    repeats.forget("alpha")
    assert repeats.count("alpha", "MSFT", BUY, limits, 11) == 0


def test_limits_that_change_keep_what_was_counted() -> None:
    repeats = RepeatedExecutions()
    for now_ns in range(1, 7, 2):
        execute(repeats, now_ns)
        enter(repeats, at_most(9), now_ns + 1)
    execute(repeats, 8)
    assert repeats.count("alpha", "MSFT", BUY, at_most(2), 9) == 3


def test_a_restart_counts_as_before() -> None:
    live, limits = RepeatedExecutions(), at_most(9)
    events = []
    for now_ns in range(0, 60, 10):
        enter(live, limits, now_ns)
        events.append((now_ns, now_ns, ENTERED, "alpha", "MSFT", BUY, limits))
        if now_ns % 20 == 0:
            execute(live, now_ns + 1)
            events.append((now_ns + 1, now_ns + 1, EXECUTED, "alpha", "MSFT", BUY, limits))
    rebuilt = RepeatedExecutions()
    rebuilt.rebuild(events)
    for repeats in (live, rebuilt):
        execute(repeats, 69)
    assert rebuilt.count("alpha", "MSFT", BUY, limits, 70) == live.count("alpha", "MSFT", BUY, limits, 70) == 4


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=100), st.integers(0, 6), st.integers(1, 40))
def test_more_than_the_limit_within_the_window_is_always_seen(
    happenings: list[tuple[int, bool]], max_repeats: int, window_ns: int
) -> None:
    repeats, limits = RepeatedExecutions(), at_most(max_repeats, window_ns)
    now_ns, is_executed, counted = 0, False, []
    for gap, is_entry in happenings:
        now_ns += gap
        if not is_entry:
            execute(repeats, now_ns)
            is_executed = True
            continue
        expected = 1 + sum(1 for at in counted if now_ns - at < window_ns) if is_executed else 0
        found = repeats.count("alpha", "MSFT", BUY, limits, now_ns)
        assert (found > max_repeats) == (expected > max_repeats)
        if expected <= max_repeats:
            assert found == expected
            repeats.note_entry("alpha", "MSFT", BUY, limits, now_ns, now_ns)
            if is_executed:
                counted.append(now_ns)
            is_executed = False
