"""Frames survive any chunking, and whatever is no frame is reported, bounded, and left behind."""

from collections.abc import Iterable

import pytest
import simplefix
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.fix.framing_cy import RAW_LIMIT_BYTES, FrameReader, Garbled
from fairlead.codecs.fix.message_cy import FixMessage

# Checksums summed by hand: 35=0 and SOH are 214, "8=FIX.4.4" SOH "9=5" SOH bring it to 163 modulo 256.
HEARTBEAT = b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01"
Answer = bytes | tuple[int, int]


def framed(*fields: tuple[int, str | bytes]) -> bytes:
    message = simplefix.FixMessage()
    message.append_pair(8, "FIX.4.2")
    message.append_pair(35, "D")
    for tag, value in fields:
        message.append_pair(tag, value)
    return bytes(message.encode())


ORDER = framed((34, "2"), (11, "a"), (55, "IBM"), (58, "some text"))


def take(reader: FrameReader) -> list[Answer]:
    answers: list[Answer] = []
    while (found := reader.next_frame()) is not None:
        answers.append((found.offset, found.length) if isinstance(found, Garbled) else found.raw())
    return answers


def read(chunks: Iterable[bytes], limit: int = 65536) -> list[Answer]:
    reader = FrameReader(limit)
    answers: list[Answer] = []
    for chunk in chunks:
        reader.feed(chunk)
        answers += take(reader)
    left = reader.feed_eof()
    return answers if left is None else [*answers, (left.offset, left.length)]


def single(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def test_every_captured_frame_whole_and_byte_at_a_time(frames: list[bytes]) -> None:
    for frame in frames:
        assert read([frame]) == [frame]
        assert read(single(frame)) == [frame]


def test_two_per_read_and_all_in_one(frames: list[bytes]) -> None:
    assert read(a + b for a, b in zip(frames[::2], frames[1::2], strict=True)) == frames
    assert read([b"".join(frames)]) == frames


def test_junk_after_a_frame_is_reported_and_left_behind(frames: list[bytes]) -> None:
    for frame in frames[:20]:
        stream = frame + b"\x00junk\x01=\xff" + frame
        expected = [frame, (len(frame), 8), frame]
        assert read([stream]) == expected
        assert read(single(stream)) == expected


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_is_copied(kind: type) -> None:
    source = bytearray(HEARTBEAT)
    reader = FrameReader()
    reader.feed(kind(source))
    source[:] = b"\x00" * len(source)
    assert take(reader) == [HEARTBEAT]


def test_chunks_larger_than_the_buffer_behind_a_started_frame() -> None:
    reader = FrameReader()
    reader.feed(HEARTBEAT + HEARTBEAT[:7])
    assert take(reader) == [HEARTBEAT]
    for chunk in (HEARTBEAT[7:] + HEARTBEAT * 3000 + b"junk", HEARTBEAT * 9000):
        reader.feed(chunk)
    found = take(reader)
    assert found.count(HEARTBEAT) == 1 + 3000 + 9000
    assert [item for item in found if item != HEARTBEAT] == [(3002 * len(HEARTBEAT), 4)]


def test_the_message_is_reused() -> None:
    reader = FrameReader()
    reader.feed(HEARTBEAT + ORDER)
    first = reader.next_frame()
    second = reader.next_frame()
    assert isinstance(second, FixMessage)
    assert first is second
    assert second.get_str(55) == "IBM"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (HEARTBEAT.replace(b"163", b"164"), "CheckSum 164 received, expected 163"),
        (HEARTBEAT.replace(b"9=5", b"9=6"), "expected 27 by BodyLength"),
        (HEARTBEAT.replace(b"9=5", b"9=4"), "expected 25 by BodyLength"),
        (HEARTBEAT.replace(b"9=5", b"9=0"), "expected 21 by BodyLength"),
        (HEARTBEAT.replace(b"9=5", b"9=60000"), "expected 60025 by BodyLength"),
        (HEARTBEAT.replace(b"9=5", b"9=999999999999999999999"), "digits and SOH in BodyLength"),
        (HEARTBEAT.replace(b"9=5", b"9=65536"), "within a frame of 65536 bytes"),
        (HEARTBEAT.replace(b"9=5", b"9="), "digits and SOH in BodyLength"),
        (HEARTBEAT.replace(b"9=5", b"9=-5"), "digits and SOH in BodyLength"),
        (HEARTBEAT.replace(b"9=5\x01", b""), "9= as the second field"),
        (HEARTBEAT.replace(b"35=0", b"34=0"), "35= as the third field"),
        (HEARTBEAT.replace(b"10=163", b"10=16"), "by BodyLength"),
        (HEARTBEAT.replace(b"10=163", b"10=1x3"), "by BodyLength"),
        (b"8=FIX" + b"4" * 40 + b"\x0110=000\x01", "SOH behind BeginString"),
        (ORDER.replace(b"55=", b"5x="), "expected a tag number"),
    ],
)
def test_garbled_frames_do_not_touch_their_neighbours(bad: bytes, reason: str) -> None:
    if bad.count(b"5x="):
        bad = bad[:-7] + b"10=%03d\x01" % (sum(bad[:-7]) % 256)
    stream = ORDER + bad + HEARTBEAT + ORDER
    expected = [ORDER, (len(ORDER), len(bad)), HEARTBEAT, ORDER]
    assert read([stream]) == expected
    assert read(single(stream)) == expected
    reader = FrameReader()
    reader.feed(bad + HEARTBEAT)
    garbled = reader.next_frame()
    assert isinstance(garbled, Garbled)
    assert reason in garbled.reason
    assert garbled.raw == bad


@pytest.mark.parametrize("cut", range(1, len(ORDER)))
def test_a_frame_cut_short_does_not_swallow_the_next(cut: int) -> None:
    stream = ORDER[:cut] + HEARTBEAT + ORDER
    assert read([stream]) == [(0, cut), HEARTBEAT, ORDER]
    assert read(single(stream)) == [(0, cut), HEARTBEAT, ORDER]


def test_a_message_inside_raw_data_is_data() -> None:
    inner = HEARTBEAT + ORDER
    outer = framed((95, str(len(inner))), (96, inner), (58, "x"))
    broken = outer.replace(b"58=x", b"58=y")
    assert read(single(outer + HEARTBEAT)) == [outer, HEARTBEAT]
    assert read([broken + HEARTBEAT]) == [(0, len(broken)), HEARTBEAT]
    assert read(single(broken + HEARTBEAT)) == [(0, len(broken)), HEARTBEAT]


def test_end_of_stream_within_a_frame() -> None:
    reader = FrameReader()
    reader.feed(HEARTBEAT[:-1])
    assert reader.next_frame() is None
    left = reader.feed_eof()
    assert left is not None
    assert (left.offset, left.length, left.raw) == (0, len(HEARTBEAT) - 1, HEARTBEAT[:-1])
    assert reader.feed_eof() is None


def test_limit_is_the_whole_frame() -> None:
    frame = framed((58, "x" * 200))
    assert read([frame], len(frame)) == [frame]
    assert read([frame, HEARTBEAT], len(frame) - 1)[-1] == HEARTBEAT
    with pytest.raises(ValueError, match="at least 64"):
        FrameReader(10)


@pytest.mark.parametrize("noise", [b"\x00", b"8", b"\x01", b"8=FIX", b"8=FIX.4.4\x019=50\x0135=0\x01", b"95=99\x0196="])
def test_endless_noise_is_reported_in_bounded_pieces(noise: bytes) -> None:
    reader = FrameReader(1024)
    total = 0
    for _ in range(20_000 // len(noise)):
        reader.feed(noise)
        while (found := reader.next_frame()) is not None:
            assert isinstance(found, Garbled)
            assert found.offset == total
            assert found.length <= 1024
            assert len(found.raw) <= RAW_LIMIT_BYTES
            total += found.length
    assert 20_000 - total < 1024 + 64 + 2 * len(noise)


def test_a_large_frame_byte_at_a_time() -> None:
    frame = framed((58, "x" * 100_000), *((5000 + i, "y") for i in range(20_000)))
    reader = FrameReader(1 << 20)
    for i in range(len(frame) - 1):
        reader.feed(frame[i : i + 1])
        assert reader.next_frame() is None
    reader.feed(frame[-1:])
    assert take(reader) == [frame]


def test_reason_and_repr_hold_no_password() -> None:
    frame = framed((553, "me"), (554, "s3cret"))[:-7] + b"10=000\x01"
    reader = FrameReader()
    reader.feed(frame)
    garbled = reader.next_frame()
    assert "s3cret" not in repr(garbled)


PIECES = st.one_of(
    st.sampled_from(
        [
            HEARTBEAT,
            ORDER,
            b"8=FIX",
            b"9=5\x01",
            b"10=163\x01",
            b"\x01",
            b"95=5\x0196=",
            b"8=FIX.4.4\x019=12\x0135=A\x01",
        ]
    ),
    st.builds(lambda frame, cut: frame[:cut], st.sampled_from([HEARTBEAT, ORDER]), st.integers(0, 60)),
    st.binary(max_size=20),
)


@given(st.lists(PIECES, max_size=12), st.lists(st.integers(1, 40), max_size=60), st.sampled_from([64, 100, 65536]))
def test_chunks_do_not_matter_and_nothing_is_lost(pieces: list[bytes], sizes: list[int], limit: int) -> None:
    """Any cutting gives the same answers, and frames and dropped stretches together are the stream."""
    stream = b"".join(pieces)
    chunks, at = [], 0
    for size in sizes:
        chunks.append(stream[at : at + size])
        at += size
    chunks.append(stream[at:])
    answers = read([stream], limit)
    assert read(chunks, limit) == answers
    assert read(single(stream), limit) == answers
    at = 0
    for answer in answers:
        if isinstance(answer, bytes):
            assert stream[at : at + len(answer)] == answer
            at += len(answer)
        else:
            assert answer[0] == at
            at += answer[1]
    assert at == len(stream)


FIELDS = st.lists(
    st.tuples(
        st.integers(11, 4999).filter(
            lambda tag: tag not in (34, 35, 89, 90, 93, 95, 212, 445, 618, 621) and not 347 < tag < 365
        ),
        st.binary(min_size=0, max_size=20).filter(lambda value: b"\x01" not in value and b"8=FIX" not in value),
    ),
    max_size=20,
)


@given(st.lists(FIELDS, min_size=1, max_size=4), st.lists(st.integers(1, 60), max_size=40))
def test_any_message_survives_any_chunking(messages: list[list[tuple[int, bytes]]], sizes: list[int]) -> None:
    """What simplefix builds comes out of any cutting as it went in."""
    sent = [framed(*fields) for fields in messages]
    stream = b"".join(sent)
    chunks, at = [], 0
    for size in sizes:
        chunks.append(stream[at : at + size])
        at += size
    assert read([*chunks, stream[at:]]) == sent
