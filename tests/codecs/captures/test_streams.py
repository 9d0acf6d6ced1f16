"""TCP streams put together: order, repetition, gaps; the same bytes whatever the network did to the segments."""

from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.captures.network import FIN, RST, SYN, TCP, Payload
from fairlead.codecs.captures.streams import (
    StreamAssembler,
    StreamData,
    StreamEnd,
    StreamEvent,
    StreamGap,
    StreamNote,
)

BASE = 2**32 - 5


def segment(at: int, data: bytes, flags: int = 0, missing: int = 0) -> Payload:
    return Payload(TCP, "a", 1, "b", 2, data, missing, (BASE + at) % 2**32, flags)


def events(*segments: Payload) -> list[StreamEvent]:
    stream = StreamAssembler()
    return [event for each in segments for event in stream.take(each)] + stream.finish()


def test_in_order_over_the_end_of_the_numbers() -> None:
    assert events(segment(0, b"abcd"), segment(4, b"efgh")) == [StreamData(b"abcd"), StreamData(b"efgh")]


def test_a_retransmission_also_one_with_more_behind_it() -> None:
    assert events(segment(0, b"abcd"), segment(0, b"abcd"), segment(2, b"cdef")) == [
        StreamData(b"abcd"),
        StreamNote("retransmission", 4),
        StreamNote("retransmission", 2),
        StreamData(b"ef"),
    ]


def test_out_of_order() -> None:
    assert events(segment(0, b"ab"), segment(4, b"ef"), segment(2, b"cd")) == [
        StreamData(b"ab"),
        StreamNote("out_of_order", 2),
        StreamData(b"cd"),
        StreamData(b"ef"),
    ]


def test_a_gap_is_named_at_the_end_and_where_too_much_waits() -> None:
    assert events(segment(0, b"ab"), segment(5, b"ef"))[2:] == [StreamGap(3), StreamData(b"ef")]
    many = [segment(10 + at, b"x") for at in range(66)]
    assert StreamGap(8) in [event for each in [events(segment(0, b"ab"), *many[:65])] for event in each][:-65]


def test_bytes_that_the_capture_cut_off() -> None:
    assert events(segment(0, b"ab", missing=3), segment(5, b"ef")) == [
        StreamData(b"ab"),
        StreamGap(3),
        StreamData(b"ef"),
    ]


def test_ends_and_a_new_connection_on_the_same_ports() -> None:
    assert events(
        segment(-1, b"", SYN),
        segment(0, b"ab", FIN),
        segment(3, b"late"),
        segment(1000, b"", SYN),
        segment(1001, b"x", RST),
    ) == [
        StreamData(b"ab"),
        StreamEnd("fin"),
        StreamNote("after_the_end", 4),
        StreamEnd("syn"),
        StreamData(b"x"),
        StreamEnd("rst"),
    ]


@given(st.binary(min_size=1, max_size=200), st.data())
def test_any_order_and_repetition_gives_the_bytes(data: bytes, draw: st.DataObject) -> None:
    cuts = sorted({0, len(data), *draw.draw(st.lists(st.integers(0, len(data)), max_size=8))})
    pieces = [segment(start, data[start:end]) for start, end in zip(cuts, cuts[1:], strict=False)]
    again = draw.draw(st.lists(st.sampled_from(pieces), max_size=4))
    shuffled = draw.draw(st.permutations(pieces[1:] + again))
    found = events(pieces[0], *shuffled)
    assert b"".join(event.data for event in found if isinstance(event, StreamData)) == data
    assert not any(isinstance(event, StreamGap) for event in found)
