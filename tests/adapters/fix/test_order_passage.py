"""Orders on their whole way: a strategy's FIX, the vocabulary, a venue's FIX; written and read by simplefix."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_bench import NOW_NS, STAMP, UTC_NS, RecordingSession, StrategyBench, VenueBench
from simplefix_frames import messages_in

from fairlead.adapters.capabilities_check import check_new_order, check_replace
from fairlead.adapters.fix import venue as venue_module

STRATEGY_VERSIONS = ("FIX.4.2", "FIX.4.4")


@cache
def strategy_bench(version: str) -> StrategyBench:
    return StrategyBench(version)


@cache
def venue_bench(profile: str) -> VenueBench:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(venue_module, "FixSession", RecordingSession)
        return VenueBench(profile)


def parsed(data: bytes) -> dict[int, str]:
    (message,) = messages_in(data)
    pairs = [(int(tag), value.decode("latin-1")) for tag, value in message.pairs]
    assert len(dict(pairs)) == len(pairs), "no tag twice"
    return dict(pairs)


numbers = st.sampled_from(["1", "100", "2500", "0.5", "12.34567891", "92233720368"])
optional_fields: dict[int, st.SearchStrategy[str]] = {
    1: st.sampled_from(["ACC1", "A-2"]),
    15: st.sampled_from(["USD", "EUR"]),
    18: st.sampled_from(["1", "G 6"]),
    21: st.sampled_from(["1", "2", "3"]),
    22: st.sampled_from(["1", "4"]),
    44: numbers,
    48: st.sampled_from(["US5949181045"]),
    58: st.sampled_from(["hello", "x" * 51]),
    59: st.sampled_from(["0", "1", "2", "3", "4", "6", "7"]),
    77: st.sampled_from(["O", "C"]),
    99: numbers,
    110: numbers,
    111: numbers,
    114: st.sampled_from(["Y", "N"]),
    126: st.just("20260302-20:00:00"),
    167: st.sampled_from(["CS"]),
    207: st.sampled_from(["N", "XNAS"]),
    528: st.sampled_from(["A", "P", "R", "I"]),
    9001: st.sampled_from(["custom"]),
}
orders = st.fixed_dictionaries(
    {
        11: st.sampled_from(["S1", "order-2"]),
        54: st.sampled_from(["1", "2", "5", "6"]),
        55: st.sampled_from(["MSFT", "BRK B"]),
        38: numbers,
        40: st.sampled_from(["1", "2", "2", "2", "3", "4", "P"]),
    },
    optional=optional_fields,
)


def arrived(tag: int, profile: str) -> int:
    """Return where the venue's profile puts what the strategy said in a tag."""
    if tag == 528:
        return 47 if profile == "broker42" else 528
    if tag == 1:
        return 1 if profile == "broker42" else 448
    return tag


def as_sent(fields: dict[int, str], version: str) -> str:
    pairs = [(47 if tag == 528 and version == "FIX.4.2" else tag, value) for tag, value in fields.items()]
    return "|".join(f"{tag}={value}" for tag, value in [*pairs, (60, STAMP)])


def said(tag: int, value: str, profile: str) -> str:
    if tag == 55 and profile == "exchange44":
        return value + ".X"
    if tag == 126 and profile == "exchange44":
        return value + ".000000"
    return value + ".000" if tag == 126 else value


@pytest.mark.parametrize("profile", ["broker42", "exchange44"])
@pytest.mark.parametrize("version", STRATEGY_VERSIONS)
@given(fields=orders)
def test_each_field_of_an_order_is_carried_or_refused(version: str, profile: str, fields: dict[int, str]) -> None:
    """An order reaches the venue with every field as the strategy said it, or it is refused with a reason."""
    strategy, bench = strategy_bench(version), venue_bench(profile)
    refusals, reports = len(strategy.session.frames), len(bench.sink.reports)
    order = strategy.receive(f"35=D|{as_sent(fields, version)}")
    if order is None:
        assert len(strategy.session.frames) == refusals + 1
        return
    if check_new_order(bench.venue.capabilities, order):
        return
    sent = len(bench.session.frames)
    bench.venue.submit(order, NOW_NS, UTC_NS)
    if len(bench.session.frames) == sent:
        assert len(bench.sink.reports) == reports + 1
        assert bench.sink.reports[-1].text
        return
    found = parsed(bench.session.frames[-1])
    for tag, value in fields.items():
        assert found[arrived(tag, profile)] == said(tag, value, profile)


def test_the_profiles_take_what_they_are_for() -> None:
    """The property above is not satisfied by refusing everything."""
    plain = {11: "S1", 1: "ACC1", 54: "1", 55: "MSFT", 38: "100", 40: "2", 44: "10"}
    for profile in ("broker42", "exchange44"):
        bench = venue_bench(profile)
        for version in STRATEGY_VERSIONS:
            order = strategy_bench(version).receive(f"35=D|{as_sent(plain, version)}")
            assert check_new_order(bench.venue.capabilities, order) is None
            before = len(bench.session.frames)
            bench.venue.submit(order, NOW_NS, UTC_NS)
            assert len(bench.session.frames) == before + 1


replaces = st.fixed_dictionaries(
    {11: st.just("S2"), 41: st.just("S1"), 54: st.just("1"), 55: st.just("MSFT"), 38: numbers, 40: st.just("2")},
    optional={tag: optional_fields[tag] for tag in (44, 58, 59, 99, 110, 111, 126, 9001)},
)


@pytest.mark.parametrize("profile", ["broker42", "exchange44"])
@pytest.mark.parametrize("version", STRATEGY_VERSIONS)
@given(fields=replaces)
def test_each_term_of_a_replace_is_carried_or_refused(version: str, profile: str, fields: dict[int, Any]) -> None:
    """A replace reaches the venue with every term as the strategy said it, or it is refused with a reason."""
    strategy, bench = strategy_bench(version), venue_bench(profile)
    order = strategy.receive(f"35=D|11=S1|1=ACC1|54=1|55=MSFT|38=100|40=2|44=10|60={STAMP}")
    refusals = len(strategy.session.frames)
    request = strategy.receive(f"35=G|{as_sent(fields, version)}")
    if request is None:
        assert len(strategy.session.frames) == refusals + 1
        return
    if check_replace(bench.venue.capabilities, request, order, 0):
        return
    bench.venue.replace(request, order, NOW_NS, UTC_NS)
    found = parsed(bench.session.frames[-1])
    assert found[35] == "G"
    for tag, value in fields.items():
        assert found[tag] == said(tag, value, profile)
    assert found[44] == fields.get(44, "10")
