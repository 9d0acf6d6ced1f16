"""Whatever a venue sends, in whatever pieces: nothing raises, nothing is dropped without a word."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ouch_bench import FRAMES, Frames, OuchBench
from ouch_frames import packet

ALL = pytest.mark.parametrize("frames", FRAMES, ids=lambda frames: frames.profile)
QUICK = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])


def _story(bench: OuchBench, frames: Frames) -> list[bytes]:
    """Return what a venue says of one order, told from the start."""
    order = bench.new()
    assert order is not None
    token = order.venue_cl_ord_id
    return [
        frames.accepted(token),
        frames.executed(token, 30, match=1),
        frames.aiq(token, 10, 10),
        frames.executed(token, 10, match=2),
        frames.canceled(token, 50, "S"),
    ]


@ALL
@given(chunks=st.lists(st.integers(1, 90), min_size=1, max_size=12))
@QUICK
def test_any_chunking_is_the_same(frames: Frames, chunks: list[int]) -> None:
    whole, split = OuchBench(frames), OuchBench(frames)
    for bench in (whole, split):
        bench.login()
    whole.say(*_story(whole, frames))
    stream = b"".join(packet("S", message) for message in _story(split, frames)) + packet("H")
    number = 0
    while stream:
        size = chunks[number % len(chunks)]
        split.feed(stream[:size])
        stream, number = stream[size:], number + 1
    assert split.lines() == whole.lines()
    assert split.events == whole.events == []


@ALL
@given(payload=st.binary(max_size=120))
@QUICK
def test_any_message_is_booked_or_told(frames: Frames, payload: bytes) -> None:
    bench = OuchBench(frames)
    bench.login()
    bench.opened()
    before = bench.store.next_in
    bench.say(payload)
    assert bench.store.next_in == before + 1
    assert bench.events or bench.reports()
    assert bench.venue.is_up


@ALL
@given(data=st.data())
@QUICK
def test_a_spoiled_message_never_raises(frames: Frames, data: st.DataObject) -> None:
    bench = OuchBench(frames)
    bench.login()
    for message in _story(bench, frames):
        spoiled = bytearray(message)
        for _ in range(data.draw(st.integers(0, 3))):
            spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
        bench.say(bytes(spoiled[: data.draw(st.integers(0, len(spoiled)))]))
    order = bench.ledger.find("a", "1")
    assert order is not None
    assert order.cum_qty >= 0
    assert bench.venue.is_up
    bench.restart()  # and what was recorded can be replayed
