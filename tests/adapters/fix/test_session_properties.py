"""Whatever the peer sends and however the link behaves: no exception, no number twice, everything arrives once."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_bench import PEER, US, Application, Bench, order

from fairlead.adapters.fix.session import FixSession
from fairlead.adapters.fix.settings import SessionId, SessionSettings
from fairlead.adapters.session_events import EventKind
from fairlead.adapters.session_store import MemoryStore
from fairlead.codecs.fix.dictionary import load_dictionary
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.validator_cy import Validator

VALIDATOR = Validator(load_dictionary("FIX.4.4"))

TAGS = st.sampled_from([7, 16, 36, 43, 45, 52, 89, 90, 96, 97, 98, 108, 112, 115, 122, 123, 141, 371, 789])
VALUES = st.one_of(st.sampled_from(["Y", "N", "0", "1", "3", "99", "-1", "x"]), st.text("0123456789AY-", min_size=1))
BODIES = st.lists(st.tuples(TAGS, VALUES), max_size=4)
FRAMES = st.tuples(st.sampled_from("012345AD8j*"), st.integers(-1, 12), BODIES, st.booleans())


@given(
    st.booleans(),
    st.booleans(),
    st.lists(st.one_of(FRAMES, st.binary(max_size=40)), max_size=25),
    st.lists(st.integers(1, 200), min_size=1, max_size=8),
)
def test_any_dialogue_raises_nothing_and_numbers_only_rise(
    is_initiator: bool, validated: bool, dialogue: list[Any], chunks: list[int]
) -> None:
    """No bytes, in any chunking, make the session raise; numbers sent and expected never fall without a reset."""
    bench = Bench("FIX.4.4", is_initiator, validator=VALIDATOR if validated else None, resend_batch=3)
    bench.connect()
    stream = bench.frame("A", [(98, 0), (108, 30)], 1)
    for item in dialogue:
        stream += item if isinstance(item, bytes) else bench.frame(item[0], item[2], item[1], dup=item[3])
    before = (bench.store.next_in, bench.store.next_out)
    at = turn = 0
    while at < len(stream):
        size = chunks[turn % len(chunks)]
        resets = bench.kinds().count(EventKind.SEQUENCE_RESET)
        bench.session.receive_data(stream[at : at + size], *bench.times)
        bench.session.take_output()
        bench.session.on_timer(*bench.times)
        at, turn = at + size, turn + 1
        after = (bench.store.next_in, bench.store.next_out)
        assert after == (bench.session.next_in, bench.session.next_out)
        if bench.kinds().count(EventKind.SEQUENCE_RESET) == resets:
            assert after[0] >= before[0] and after[1] >= before[1]
        before = after
    bench.close()


@given(st.lists(FRAMES, max_size=12), st.integers(1, 60))
def test_any_chunking_gives_the_same_outcome(dialogue: list[Any], size: int) -> None:
    """What the session sends, tells and counts depends on the bytes, not on how they were cut."""
    outcomes = []
    for step in (size, 10**6):
        bench = Bench("FIX.4.4")
        bench.connect()
        stream = bench.frame("A", [(98, 0), (108, 30)], 1)
        for msg_type, seq, body, dup in dialogue:
            stream += bench.frame(msg_type, body, seq, dup=dup)
        output = b""
        for at in range(0, len(stream), step):
            bench.session.receive_data(stream[at : at + step], *bench.times)
            output += bench.session.take_output()
        outcomes.append((output, bench.app.events, bench.app.messages, bench.store.next_in, bench.session.link_state))
    assert outcomes[0] == outcomes[1]


class Pair:
    """Two sessions back to back over a link that loses and repeats whole frames of application messages."""

    def __init__(self, seed: int, chunk: int) -> None:
        self.random = random.Random(seed)
        self.clock = Bench()
        self.apps = (Application(), Application())
        ids = (SessionId("FIX.4.4", US, PEER), SessionId("FIX.4.4", PEER, US))
        self.sides = tuple(
            FixSession(
                SessionSettings(ids[n], n == 0, resend_chunk=chunk, resend_timeout_s=3, max_resend_attempts=50),
                MemoryStore(),
                self.apps[n],
            )
            for n in (0, 1)
        )
        self.is_lossy = False

    def carry(self) -> bool:
        """Carry one turn's output both ways; return whether there was any."""
        moved = False
        for n in (0, 1):
            data = self.sides[n].take_output()
            for frame in data.replace(b"\x018=FIX", b"\x01\x008=FIX").split(b"\x00"):
                if not frame:
                    continue
                moved = True
                for _ in range(self.copies(frame)):
                    self.sides[1 - n].receive_data(frame, *self.clock.times)
        return moved

    def copies(self, frame: bytes) -> int:
        if not self.is_lossy or FixMessage.from_bytes(frame).msg_type != "D":
            return 1
        # A frame is repeated only under PossDup: TCP does not repeat, a peer that resends does.
        return self.random.choice((0, 1, 1, 2)) if b"\x0143=Y\x01" in frame else self.random.choice((0, 1, 1))

    def settle(self) -> None:
        for _ in range(200):
            while self.carry():
                pass
            if all(side.is_synchronised for side in self.sides) and self.random.random() < 0.3:
                return
            self.clock.wait(1)
            for side in self.sides:
                side.on_timer(*self.clock.times)


@pytest.mark.parametrize("chunk", [0, 3])
@pytest.mark.parametrize("seed", range(12))
def test_sx03_sx04_two_sessions_over_a_lossy_link_converge(seed: int, chunk: int) -> None:
    """Every order of both sides arrives exactly once and in order, whatever was lost on the way."""
    pair = Pair(seed, chunk)
    for side in (pair.sides[1], pair.sides[0]):
        side.receive_connected(*pair.clock.times)
    pair.settle()
    assert all(side.is_logged_on for side in pair.sides)
    pair.is_lossy = True
    sent: tuple[list[str], list[str]] = ([], [])
    for n in range(40):
        side = pair.random.randrange(2)
        sent[side].append(f"{side}-{n}")
        writer = pair.sides[side].begin("D", pair.clock.utc_ns)
        for tag, value in order(sent[side][-1]):
            writer.put_str(tag, str(value))
        pair.sides[side].send(writer, *pair.clock.times)
        if pair.random.random() < 0.4:
            pair.carry()
    pair.settle()
    pair.is_lossy = False
    for side in pair.sides:  # what was lost last shows with the next message
        writer = side.begin_admin("0", pair.clock.utc_ns)
        assert writer is not None
        side.finish_admin("0", *pair.clock.times)
    pair.settle()
    for n in (0, 1):
        assert [message[2] for message in pair.apps[1 - n].messages] == sent[n]
        assert pair.sides[1 - n].next_in == pair.sides[n].next_out
