"""Be a strategy at a gateway's JSON port, by wire code of our own (docs/json_port.md)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

LOGIN_S = 10.0
NOT_REPORTS = frozenset(("login_accepted", "heartbeat", "pong", "logout", "error"))

Note = Callable[[str, str, bytes], None]
"""``note(direction, kind, line)``: what crossed the wire."""


class StrategyLost(Exception):
    """Report a gateway that lets a strategy not in, or ends its connection."""


class Strategy:
    """One strategy's connection: what it was told stays in ``reports``; ``came`` is set with each line."""

    def __init__(self, name: str, secret: str, note: Note) -> None:
        self.name = name
        self.reports: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self.market: list[dict[str, Any]] = []
        """What it was told of the market: those lines are not numbered."""
        self.came = asyncio.Event()
        self.next_seq = 1
        """The first report wanted; 0: the next that comes."""
        self._secret = secret
        self._note = note
        self._pongs: set[str] = set()
        self._pings = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Tell whether there is a connection that reads."""
        return self._reading is not None and not self._reading.done()

    async def log_in(self, port: int) -> None:
        """Connect and log in, for everything that was not read yet. Raises StrategyLost."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        login = {"type": "login", "strategy": self.name, "secret": self._secret, "heartbeat_interval_s": 0}
        wanted = {"next_seq": self.next_seq} if self.next_seq else {}
        self._writer.write(json.dumps({**login, **wanted}).encode() + b"\n")
        line = await asyncio.wait_for(self._reader.readline(), LOGIN_S)
        answer = json.loads(line or b"{}")
        if answer.get("type") != "login_accepted":
            raise StrategyLost(f"strategy {self.name} was not let in: {answer or 'the connection ended'}")
        self.next_seq = answer["next_seq"]
        self._reading = asyncio.create_task(self._read())

    def send(self, request: dict[str, Any]) -> None:
        """Send one line. Raises StrategyLost."""
        if self._writer is None or not self.is_connected:
            raise StrategyLost(f"strategy {self.name} is not connected")
        line = json.dumps(request).encode() + b"\n"
        self._note("out", request["type"], line)
        self._writer.write(line)

    async def ping(self) -> None:
        """Return when the gateway has answered everything sent before; what it has said by then is in ``reports``."""
        self._pings += 1
        name = f"P{self._pings}"
        assert self._writer is not None
        self._writer.write(json.dumps({"type": "ping", "id": name}).encode() + b"\n")
        while name not in self._pongs:
            self.came.clear()
            if not self.is_connected:
                raise StrategyLost(f"strategy {self.name}: the connection ended")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.came.wait(), 1.0)

    async def _read(self) -> None:
        assert self._reader is not None
        try:
            while line := await self._reader.readline():
                self._take(json.loads(line), line)
        except (OSError, json.JSONDecodeError):
            pass
        finally:
            self.came.set()

    def _take(self, told: dict[str, Any], line: bytes) -> None:
        kind = told["type"]
        if kind == "pong":
            self._pongs.add(told.get("id", ""))
        elif kind == "error":
            self.errors.append(told)
            self._note("in", kind, line)
        elif "seq" not in told and kind not in NOT_REPORTS:
            self.market.append(told)
            self._note("in", kind, line)
        elif kind not in NOT_REPORTS:
            self.reports.append(told)
            self.next_seq = told["seq"] + 1
            self._note("in", kind, line)
        self.came.set()

    async def close(self, *, abort: bool = False) -> None:
        """Hang up; ``abort`` resets the connection."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        if self._writer is not None:
            if abort:
                self._writer.transport.abort()
            else:
                self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
            self._writer = None
