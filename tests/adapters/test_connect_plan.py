"""Where and when an initiator connects next."""

import pytest

from fairlead.adapters.connect_plan import ConnectPlan

HOSTS = [("primary", 1), ("backup", 2), ("disaster", 3)]
S = 10**9


def test_hosts_are_tried_in_order_and_the_delay_doubles_each_round() -> None:
    plan = ConnectPlan(HOSTS, first_delay_s=1, max_delay_s=3)
    tried, delays = [], []
    for _ in range(10):
        tried.append(plan.host[0])
        delays.append(plan.note_failed(100 * S, 0.0) // S - 100)
    assert tried == ["primary", "backup", "disaster"] * 3 + ["primary"]
    assert delays == [1, 1, 1, 2, 2, 2, 3, 3, 3, 3]


def test_connection_without_logon_goes_on_to_the_backup() -> None:
    plan = ConnectPlan(HOSTS)
    plan.note_failed(0, 0.0)  # connected, and closed before a Logon came
    assert plan.host == ("backup", 2)
    plan.note_logged_on()
    plan.note_lost(0, 0.0)
    assert plan.host == ("primary", 1)


def test_jitter_takes_up_to_half_of_the_delay() -> None:
    for jitter, delay_ns in ((0.0, 4 * S), (0.5, 3 * S), (1.0, 2 * S)):
        assert ConnectPlan(HOSTS, first_delay_s=4).note_failed(7, jitter) == 7 + delay_ns
        assert ConnectPlan(HOSTS, first_delay_s=4).note_lost(7, jitter) == 7 + delay_ns


def test_sx06_refused_logons_are_bounded() -> None:
    plan = ConnectPlan(HOSTS, max_refused=3)
    for _ in range(2):
        plan.note_refused(0, 0.0)
        plan.note_failed(0, 0.0)
    assert not plan.is_abandoned
    plan.note_refused(0, 0.0)
    assert plan.is_abandoned
    plan.restart()
    assert not plan.is_abandoned and plan.host == ("primary", 1)


def test_success_forgets_earlier_refusals() -> None:
    plan = ConnectPlan(HOSTS, max_refused=2)
    plan.note_refused(0, 0.0)
    plan.note_logged_on()
    plan.note_refused(0, 0.0)
    assert not plan.is_abandoned


@pytest.mark.parametrize("wrong", [{"hosts": []}, {"first_delay_s": 0}, {"first_delay_s": 99}, {"max_refused": 0}])
def test_contradictions_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        ConnectPlan(**{"hosts": HOSTS, **wrong})  # type: ignore[arg-type]
