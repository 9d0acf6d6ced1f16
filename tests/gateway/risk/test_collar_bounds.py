"""The collar's arithmetic against fractions: exact at the bound, and the same on both sides of the reference."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.fixed_point_cy import fixed_from_str
from fairlead.codecs.vocabulary.constants import SCALE
from fairlead.gateway.risk.price_checks_cy import describe_bound, is_beyond

HIGHEST = 2**63 - 1
prices = st.integers(-HIGHEST, HIGHEST) | st.integers(-500 * SCALE, 500 * SCALE)
ordinary = st.integers(-(10**12), 10**12)
bps = st.integers(0, 10_000) | st.integers(0, 10**9)
ticks = st.sampled_from((1, 10_000, 1_000_000, 25_000_000, SCALE, 50 * SCALE))


def beyond(price: int, reference: int, width_bps: int) -> bool:
    return abs(Fraction(price - reference)) > abs(reference) * Fraction(width_bps, 10_000)


@given(prices, prices, bps)
def test_it_is_what_fractions_say(price: int, reference: int, width_bps: int) -> None:
    assert is_beyond(price, reference, width_bps) == beyond(price, reference, width_bps)


@given(ordinary, st.integers(0, 10**12), bps)
def test_it_is_the_same_above_and_below(reference: int, off: int, width_bps: int) -> None:
    assert is_beyond(reference + off, reference, width_bps) == is_beyond(reference - off, reference, width_bps)


@given(ordinary, st.integers(0, 10_000), ticks)
def test_the_bound_that_is_named_may_go_and_the_next_price_may_not(reference: int, width_bps: int, tick: int) -> None:
    for direction in (1, -1):
        far = reference + direction * (abs(reference) * 2 + tick)
        _, named = describe_bound("Price", far, reference, width_bps)
        bound = fixed_from_str(named)
        assert not is_beyond(bound, reference, width_bps)
        assert is_beyond(bound + direction, reference, width_bps)
        # on any tick: the last price that may go is the last one at or within the bound
        last = bound // tick * tick if direction > 0 else -(-bound // tick) * tick
        if (last - reference) * direction >= 0:
            assert not is_beyond(last, reference, width_bps)
        assert is_beyond(last + direction * tick, reference, width_bps)
