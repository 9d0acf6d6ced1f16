"""Keep a session busy for hours, and look for what grows or drifts meanwhile: memory, numbers, the time of answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from fairlead.certification.engine.link import Received
from fairlead.certification.engine.memory import resident_bytes
from fairlead.certification.engine.resends import ResendStage
from fairlead.certification.model.results import WireRecord
from fairlead.certification.model.verdicts import Deviation, Unsupported

PAUSE_S = 0.1
"""Between two rounds; each is an application message and a TestRequest."""
SAMPLES = 400
"""Rounds are put together to so many samples at most, however long it lasts."""
LEAST_SAMPLES = 8
GROWTH = 1.10
LEAST_GROWTH_BYTES = 8 << 20
DRIFT, LEAST_DRIFT_S = 3.0, 0.05
_KEPT_SENT = 2_000
"""Messages that can still be asked for again."""


@dataclass(slots=True)
class Samples:
    """What was measured: memory in bytes, answers in seconds; halved whenever it is full."""

    memory: list[int] = field(default_factory=list)
    answers_s: list[float] = field(default_factory=list)
    every: int = 1
    """Rounds from one sample to the next."""

    def add(self, memory: int, answer_s: float) -> None:
        """Keep a sample."""
        self.memory.append(memory)
        self.answers_s.append(answer_s)
        if len(self.memory) >= SAMPLES:
            del self.memory[::2], self.answers_s[::2]
            self.every *= 2

    def growth(self) -> str:
        """Return what has grown from the second quarter to the last, "" for nothing: the first is warming up."""
        quarter = len(self.memory) // 4
        if len(self.memory) < LEAST_SAMPLES:
            return ""
        before, after = median(self.memory[quarter : 2 * quarter]), median(self.memory[-quarter:])
        if after > before * GROWTH and after - before > LEAST_GROWTH_BYTES:
            return f"memory grew from {before / 2**20:.1f} to {after / 2**20:.1f} MiB, expected it to stay"
        return ""

    def drift(self) -> str:
        """Return how answers have slowed down from the second quarter to the last, "" where they have not."""
        quarter = len(self.answers_s) // 4
        if len(self.answers_s) < LEAST_SAMPLES:
            return ""
        before, after = median(self.answers_s[quarter : 2 * quarter]), median(self.answers_s[-quarter:])
        if after > before * DRIFT and after - before > LEAST_DRIFT_S:
            return f"answers took {before * 1e3:.1f} ms and take {after * 1e3:.1f} ms"
        return ""


class SoakStage(ResendStage):
    """Add the verb of SX08."""

    watched_group = 0
    """The engine's process group, 0 where nobody knows it."""

    async def peer_soak(self, arguments: Any = None) -> None:
        """Keep the session busy for as long as the options say."""
        if not self.options.soak_s:
            raise Unsupported("it takes hours: no --soak HOURS was given")
        loop, samples, rounds = asyncio.get_running_loop(), Samples(), 0
        end_s = loop.time() + self.options.soak_s
        expected = self.identity.next_in
        with _Unnoted(self):
            while loop.time() < end_s:
                began_s = loop.time()
                await self.peer_send({"type": "order"})
                await self.expect_alive()
                answer_s = loop.time() - began_s
                expected = self._check_numbers(expected, rounds)
                rounds += 1
                if rounds % samples.every == 0:
                    samples.add(self._memory(), answer_s)
                await asyncio.sleep(PAUSE_S)
        self._judge(samples, rounds)

    def _check_numbers(self, expected: int, rounds: int) -> int:
        """Expect each message to have the number behind the last; forget them, and return the next number."""
        for received in self.peer.inbox[: self.at]:
            expected = self._next_number(received, expected, rounds)
        del self.peer.inbox[: self.at]
        self.at = 0
        for number in list(self.identity.sent)[:-_KEPT_SENT]:
            del self.identity.sent[number]
        return expected

    def _next_number(self, received: Received, expected: int, rounds: int) -> int:
        if received.message is None:
            raise Deviation(f"{self.name_of(received)} after {rounds} rounds, expected the session to go on")
        number = received.message.msg_seq_num
        if number != expected:
            raise Deviation(f"MsgSeqNum {number} received after {rounds} rounds, expected {expected}")
        return number + 1

    def _memory(self) -> int:
        return resident_bytes(self.watched_group) if self.watched_group else 0

    def _judge(self, samples: Samples, rounds: int) -> None:
        if grown := samples.growth():
            raise Deviation(f"{grown} ({rounds} rounds)")
        if drifted := samples.drift():
            self.tolerate(f"{drifted} ({rounds} rounds)")
        if not any(samples.memory):
            self.tolerate("nobody looked at the engine's memory: it was not begun by --start")


class _Unnoted:
    """Note nothing on the wire while it lasts, so that hours fit into memory; what a complaint is about stays."""

    def __init__(self, stage: SoakStage) -> None:
        self._stage = stage
        self._note: Callable[[WireRecord], WireRecord] = stage.peer.note

    def __enter__(self) -> None:
        self._stage.skip()
        del self._stage.peer.inbox[:]
        self._stage.at = 0
        self._stage.peer.note = lambda record: record

    def __exit__(self, *ended: object) -> None:
        self._stage.peer.note = self._note
