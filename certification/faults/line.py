"""Be one direction of a spoiled stream, without sockets: bytes go in with a time, bytes and ends come out when due."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from fairlead.certification.faults.faults import Fault
from fairlead.certification.faults.units import Units, Writes

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class End:
    """The end of the stream."""

    how: str


Item = bytes | End


class FaultLine:
    """One direction. The same seed, faults and input give the same output. Times are monotonic nanoseconds."""

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 1, units: Units | None = None) -> None:
        self.faults = tuple(faults)
        self.noted: list[str] = []
        """What was done to which unit, in words."""
        self._random = random.Random(seed)
        self._units = units or Writes()
        self._number = 0
        self._held: list[tuple[int, bytes]] = []
        self._out: deque[tuple[int, Item]] = deque()
        self._free_ns = 0
        self._is_over = False

    @property
    def next_due_ns(self) -> int | None:
        """Return when something is due, None where nothing waits."""
        return self._out[0][0] if self._out else None

    def put(self, data: bytes, now_ns: int) -> None:
        """Take bytes in."""
        for unit in self._units.feed(data):
            self._pass(unit, now_ns)

    def end(self, how: str, now_ns: int) -> None:
        """Take the stream's own end in; it passes behind what waits, unless the line is a black hole."""
        if not self._is_over:
            self._release(now_ns, all_of_them=True)
            self._push(End(how), max(now_ns, self._last_due_ns()))
            self._is_over = True

    def take(self, now_ns: int) -> list[Item]:
        """Return what is due."""
        due: list[Item] = []
        while self._out and self._out[0][0] <= now_ns:
            due.append(self._out.popleft()[1])
        return due

    def _pass(self, unit: bytes, now_ns: int) -> None:
        number, self._number = self._number, self._number + 1
        if self._is_over:
            return
        hits = {
            fault.kind: fault
            for fault in self.faults
            if fault.concerns(number) and (fault.chance >= 1 or self._random.random() < fault.chance)
        }
        if self._ends(hits, number, unit, now_ns):
            return
        if "lose" in hits:
            self._note(number, "lost")
        elif "reorder" in hits:
            self._held.append((number + hits["reorder"].by, unit))
            self._note(number, f"held for {hits['reorder'].by}")
        else:
            self._send(hits, number, self._mangle(hits, number, unit), now_ns)
        self._release(now_ns, number=number)

    def _ends(self, hits: dict[str, Fault], number: int, unit: bytes, now_ns: int) -> bool:
        """End the stream where a fault says so."""
        if "blackhole" in hits:
            self._note(number, "swallowed, with all that follows")
        elif "cut" in hits:
            fault = hits["cut"]
            self._note(number, f"cut after {fault.size} bytes of it ({fault.how.upper()})")
            if fault.size:
                self._push(unit[: fault.size], max(now_ns, self._last_due_ns()))
            self._push(End(fault.how), max(now_ns, self._last_due_ns()))
        else:
            return False
        self._is_over = True
        return True

    def _mangle(self, hits: dict[str, Fault], number: int, unit: bytes) -> bytes:
        if "mangle" not in hits:
            return unit
        spoiled = bytearray(unit)
        for _ in range(hits["mangle"].count):
            place = self._random.randrange(len(spoiled))
            spoiled[place] ^= 1 + self._random.randrange(255)
        self._note(number, "mangled")
        return bytes(spoiled)

    def _send(self, hits: dict[str, Fault], number: int, unit: bytes, now_ns: int) -> None:
        due_ns = now_ns
        if "delay" in hits:
            fault = hits["delay"]
            due_ns += (fault.ms + self._random.randint(0, fault.jitter_ms)) * NS_PER_MS
        due_ns = max(due_ns, self._last_due_ns())
        copies = 2 if "duplicate" in hits else 1
        if copies == 2:
            self._note(number, "duplicated")
        size = hits["slice"].size if "slice" in hits else len(unit)
        for _ in range(copies):
            for start in range(0, len(unit), size):
                due_ns = self._push_at_rate(hits, unit[start : start + size], due_ns)

    def _push_at_rate(self, hits: dict[str, Fault], piece: bytes, due_ns: int) -> int:
        """Queue a piece no sooner than the rate allows; return when it goes."""
        if "limit" in hits:
            due_ns = max(due_ns, self._free_ns)
            self._free_ns = due_ns + len(piece) * NS_PER_S // hits["limit"].bytes_per_s
        self._push(piece, due_ns)
        return due_ns

    def _release(self, now_ns: int, number: int = 0, all_of_them: bool = False) -> None:
        """Let go of units that were held back long enough."""
        ready = [held for held in self._held if all_of_them or held[0] <= number]
        self._held = [held for held in self._held if held not in ready]
        for _, unit in ready:
            self._push(unit, max(now_ns, self._last_due_ns()))

    def _push(self, item: Item, due_ns: int) -> None:
        self._out.append((due_ns, item))

    def _last_due_ns(self) -> int:
        return self._out[-1][0] if self._out else 0

    def _note(self, number: int, text: str) -> None:
        self.noted.append(f"unit {number} {text}")
