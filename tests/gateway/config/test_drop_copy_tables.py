"""A drop copy's table and what a venue's says about reconciliation: what is right, and every mistake with its path."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.reconciliation.building import venue_policy

DROP_COPY = """
[[drop_copies]]
name = "DC"
venue = "X"
profile = "broker42"
hosts = ["copies.example:9000"]
sender_comp_id = "FL"
target_comp_id = "X-DC"
password = "file:secret"
"""


def test_drop_copies_are_read_and_their_paths_anchored(write: Callable[[str], Path], good: str, tmp_path: Path) -> None:
    (table,) = load_config(write(good + DROP_COPY)).drop_copies
    assert (table.match_within_s, table.stale_after_s, table.position_break_freezes) == (30, 60, False)
    assert table.password == f"file:{tmp_path / 'secret'}"


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ('venue = "X"', 'venue = "Y"', "drop_copies[0].venue: 'Y', expected a venue of this file (X)"),
        ("broker42", "nobody", "drop_copies[0].profile: 'nobody', "),
        ('hosts = ["copies.example:9000"]', "", "drop_copies[0]: expected either hosts (we connect) or listen"),
        ('name = "DC"', 'name = "DC"\nlisten = "127.0.0.1:1"', "drop_copies[0]: expected either hosts"),
        ('name = "DC"', 'name = "DC"\nmatch_within_s = 0', "drop_copies[0].match_within_s: 0, expected"),
        ('target_comp_id = "X-DC"', "", "drop_copies[0].target_comp_id: it is missing"),
    ],
)
def test_each_mistake_is_named(write: Callable[[str], Path], good: str, before: str, after: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(good + DROP_COPY.replace(before, after, 1)))
    assert any(line.startswith(mistake) for line in caught.value.mistakes), caught.value.mistakes


def test_questions_leave_half_of_a_throttle_to_others(write: Callable[[str], Path], good: str) -> None:
    (venue,) = load_config(write(good)).venues
    policy = venue_policy(venue)
    assert (policy.is_required, policy.status_requests_per_s) == (True, 100)
    throttled = good.replace(
        'password = "env:X_PASSWORD"',
        'reconcile = "best_effort"\nthrottle = { messages = 30, interval_ms = 1000, cancel_reserve = 10 }',
    )
    (venue,) = load_config(write(throttled)).venues
    policy = venue_policy(venue)
    assert (policy.is_required, policy.status_requests_per_s) == (False, 10)
