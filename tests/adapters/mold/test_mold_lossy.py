"""A MoldUDP64 stream through bad weather: every message once, in order, equal to the stream without loss."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mold_bench import LossyLink, Weather

from fairlead.adapters.mold.events import MoldEventKind

BAD = Weather(loss=0.05, duplication=0.05, reordering=0.1)
WEATHERS = {
    "A alone": [BAD],
    "A and B": [BAD, BAD],
    "B late by 15 ms": [BAD, Weather(loss=0.05, duplication=0.05, reordering=0.1, delay_ms=16)],
    "B dead": [BAD, Weather(loss=1.0)],
    "A dead": [Weather(loss=1.0), BAD],
    "half lost": [Weather(loss=0.5), Weather(loss=0.5, delay_ms=3)],
}


def run_stream(link: LossyLink, n_messages: int, seed: int) -> None:
    """Publish messages of random lengths at random moments, end the session, and wait until all is quiet."""
    chance = random.Random(seed)
    at_ms = 0.0
    for number in range(1, n_messages + 1):
        link.publish(b"%d:" % number + bytes(chance.randrange(40)))
        if chance.random() < 0.5:
            at_ms += chance.random() * 4
            link.run(at_ms)
    link.sender.end(link.bench.now_ns)
    link.run(at_ms + 120_000)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", WEATHERS)
def test_each_message_once_in_order_and_equal_to_the_loss_free_stream(name: str, seed: int) -> None:
    link = LossyLink(seed, WEATHERS[name], recovery=Weather(loss=0.1))
    run_stream(link, 800, seed)
    bench, receiver = link.bench, link.bench.receiver
    assert bench.messages == link.sent
    assert (bench.lost, link.faults) == ([], [])
    assert bench.kinds().count(MoldEventKind.SESSION_ENDED) == 1
    assert receiver.delivered == sum(line.messages for line in [*receiver.lines, receiver.recovery]) == 800
    assert len(receiver.window) == receiver.window.n_bytes == 0


@pytest.mark.parametrize("seed", range(3))
def test_what_no_request_server_repeats_is_named_and_the_rest_is_in_order(seed: int) -> None:
    link = LossyLink(seed, WEATHERS["half lost"], recovery=Weather(loss=1.0), changes={"give_up_ms": 300})
    run_stream(link, 400, seed)
    lost = {number for first, last in link.bench.lost for number in range(first, last + 1)}
    assert lost
    assert link.bench.messages == [item for item in link.sent if item[0] not in lost]
    assert link.bench.receiver.lost == len(lost)
    assert link.bench.kinds().count(MoldEventKind.SESSION_ENDED) == 1


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.floats(0, 0.6), st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 30))
def test_any_weather(seed: int, loss: float, duplication: float, reordering: float, skew_ms: float) -> None:
    weather = [Weather(loss, duplication, reordering), Weather(loss, duplication, reordering, 1 + skew_ms, 40)]
    # half of all requests come to nothing: patience has to be longer than any row of them
    link = LossyLink(seed, weather, recovery=Weather(loss=0.3), changes={"give_up_ms": 600_000})
    run_stream(link, 60, seed)
    assert link.bench.messages == link.sent
