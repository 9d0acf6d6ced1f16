"""What is usual is known robustly: outliers do not move it, few cases prove nothing."""

import math

from hypothesis import given
from hypothesis import strategies as st

from fairlead.gateway.operations.alerts.baselines import DecayingCount, RobustBaseline, Suspicion, wilson_lower

S = 1_000_000_000


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_wilson_bound_lies_below_the_ratio(one: int, other: int) -> None:
    bad, count = min(one, other), max(one, other)
    bound = wilson_lower(bad, count)
    assert 0.0 <= bound <= (bad / count if count else 0.0) + 1e-12


def test_wilson_bounds_of_a_textbook() -> None:
    # 10 of 100 at 95 %: [0.0552, 0.1744]
    assert math.isclose(wilson_lower(10, 100), 0.0552, abs_tol=1e-4)
    # one of one proves little
    assert math.isclose(wilson_lower(1, 1), 0.2065, abs_tol=1e-4)


def test_an_outlier_does_not_become_the_usual() -> None:
    baseline = RobustBaseline(floor=0.01)
    for number in range(20):
        assert number < 12 or baseline.score(1.0) is not None
        baseline.learn(1.0 + number % 3 / 100)
    baseline.learn(50.0)
    score = baseline.score(50.0)
    assert score is not None
    assert score > 100
    near = baseline.score(1.01)
    assert near is not None
    assert abs(near) < 3


def test_a_peer_is_suspected_the_more_the_longer_it_is_silent() -> None:
    suspicion = Suspicion()
    for number in range(10):
        suspicion.heard((30 * number + number % 2) * S)
    last = 271 * S
    scores = [suspicion.score(last + silent * S) for silent in (1, 30, 32, 36, 60)]
    assert scores == sorted(scores)
    assert scores[1] < 1 < 8 < scores[-1]
    suspicion.forget()
    assert suspicion.score(10**15) == 0.0


def test_a_count_decays_by_half() -> None:
    count = DecayingCount(half_life_s=10)
    count.add(0)
    count.add(0)
    assert count.value(0) == 2.0
    assert math.isclose(count.value(10 * S), 1.0)
    assert math.isclose(count.value(30 * S), 0.25)
