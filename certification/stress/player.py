"""Play a load through a gateway's JSON port, in time, and measure what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

from fairlead.certification.stress.load import Asked, Load

LOGIN_S = 10.0
SETTLE_S = 15.0
"""How long answers are waited for after the last request."""


class PlayError(Exception):
    """Report a gateway that did not let a strategy in."""


@dataclass(slots=True)
class Played:
    """What was measured: times in seconds."""

    asked: int = 0
    answered: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """By Fairlead, by reason."""
    rejected: dict[str, int] = field(default_factory=dict)
    """By a venue, by its text."""
    answer_s: list[float] = field(default_factory=list)
    behind_s: float = 0.0
    """How late the latest request was sent, against the plan: the player's own fault or the gateway's back-pressure."""
    took_s: float = 0.0
    unanswered: list[str] = field(default_factory=list)


class Strategy:
    """One strategy's connection."""

    def __init__(self, name: str, played: Played) -> None:
        self.name = name
        self._played = played
        self._sent: dict[str, float] = {}
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def log_in(self, port: int, secret: str) -> None:
        """Connect and log in. Raises PlayError."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        self._write({"type": "login", "strategy": self.name, "secret": secret, "heartbeat_interval_s": 0})
        answer = json.loads(await asyncio.wait_for(self._reader.readline(), LOGIN_S) or b"{}")
        if answer.get("type") != "login_accepted":
            raise PlayError(f"strategy {self.name} was not let in: {answer}")
        self._reading = asyncio.create_task(self._read())

    def _write(self, line: dict[str, Any]) -> None:
        assert self._writer is not None
        self._writer.write(json.dumps(line).encode() + b"\n")

    async def ask(self, asked: Asked) -> None:
        """Send one request, and wait while the gateway does not read."""
        assert self._writer is not None
        self._sent[asked.id] = time.monotonic()
        self._write(asked.line)
        await self._writer.drain()

    async def _read(self) -> None:
        assert self._reader is not None
        while line := await self._reader.readline():
            report = json.loads(line)
            sent_s = self._sent.pop(report.get("cl_ord_id", ""), None)
            if sent_s is not None:
                self._played.answered += 1
                self._played.answer_s.append(time.monotonic() - sent_s)
                self._count(report)

    def _count(self, report: dict[str, Any]) -> None:
        if report["type"] not in ("rejected", "cancel_rejected"):
            return
        refusal, text = report.get("refusal"), report.get("text", "")
        counts = self._played.refused if refusal else self._played.rejected
        counts[refusal or text] = counts.get(refusal or text, 0) + 1

    @property
    def unanswered(self) -> list[str]:
        """Return the requests that nothing has been said about."""
        return [f"{self.name} {cl_ord_id}" for cl_ord_id in self._sent]

    @property
    def has_lost_link(self) -> bool:
        """Tell whether the gateway has ended the connection."""
        return self._reading is not None and self._reading.done()

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        if self._writer is not None:
            self._writer.close()


async def play(load: Load, factor: float, port: int, secret: str) -> Played:
    """Enter the standing orders, then play the requests ``factor`` times as fast as they came."""
    played = Played()
    strategies = {name: Strategy(name, played) for name in load.strategies}
    try:
        for strategy in strategies.values():
            await strategy.log_in(port, secret)
        for asked in load.standing:
            await strategies[asked.strategy].ask(asked)
        await _settle(strategies)
        played.answer_s.clear()
        played.answered, played.asked = 0, len(load.requests)
        played.refused.clear()
        played.rejected.clear()
        began = time.monotonic()
        for asked in load.requests:
            due = began + asked.at_ms / 1000 / factor
            wait_s = due - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            played.behind_s = max(played.behind_s, time.monotonic() - due)
            await strategies[asked.strategy].ask(asked)
        played.took_s = time.monotonic() - began
        await _settle(strategies)
        played.unanswered = [name for strategy in strategies.values() for name in strategy.unanswered]
    finally:
        for strategy in strategies.values():
            await strategy.close()
    return played


async def _settle(strategies: dict[str, Strategy]) -> None:
    deadline = time.monotonic() + SETTLE_S
    while any(s.unanswered and not s.has_lost_link for s in strategies.values()) and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
