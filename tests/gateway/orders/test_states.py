"""Hold the table of states to being complete and to its rules."""

import pytest

from fairlead.gateway.orders import states
from fairlead.gateway.orders.states import TRANSITIONS, is_end, next_state

RULES = {states.STAY, states.BY_QTY, states.BY_VENUE, states.FILL_OR_STAY}


def test_each_state_answers_each_event_with_a_state_or_a_rule() -> None:
    for answers in TRANSITIONS.values():
        assert set(answers) == set(states.EVENTS)
        assert set(answers.values()) <= RULES | set(TRANSITIONS)


def test_ends_are_left_only_where_the_prose_says() -> None:
    reopening = {states.REPLACE, states.RESTATE, states.STATUS, states.BUST, states.CORRECT}
    for state in (states.FILLED, states.CANCELED, states.EXPIRED):
        for event in set(states.EVENTS) - reopening:
            for cum_qty in (0, 5, 10):
                assert is_end(next_state(state, event, states.NEW, 10, cum_qty), 0)


@pytest.mark.parametrize("state", TRANSITIONS)
def test_filled_is_never_believed_without_the_executions(state: int) -> None:
    if state != states.FILLED:
        for event in states.EVENTS:
            assert next_state(state, event, states.FILLED, 10, 9) != states.FILLED


def test_done_for_day_ends_only_what_does_not_sleep() -> None:
    assert is_end(states.DONE_FOR_DAY, ord("0"))
    assert not is_end(states.DONE_FOR_DAY, ord("1"))
    assert not is_end(states.DONE_FOR_DAY, ord("6"))
