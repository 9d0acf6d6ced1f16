"""Ask a running gateway at its control socket, by the protocol of docs/control.md."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

ANSWER_S = 10.0


class ControlFailed(Exception):
    """Report that the gateway refused a command, or did not answer."""


class ControlLine:
    """One connection, for one person."""

    def __init__(self, path: Path, operator: str, secret: str) -> None:
        self._path = path
        self._operator = operator
        self._secret = secret
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._number = 0
        self._one_at_a_time = asyncio.Lock()

    async def call(self, command: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer to a command. Raises ControlFailed."""
        try:
            async with asyncio.timeout(ANSWER_S), self._one_at_a_time:
                if self._writer is None:
                    self._reader, self._writer = await asyncio.open_unix_connection(str(self._path))
                    if self._secret:
                        await self._ask("login", {"operator": self._operator, "secret": self._secret})
                return await self._ask(command, arguments or {})
        except TimeoutError:
            raise ControlFailed(f"{command}: no answer from {self._path} within {ANSWER_S:g} s") from None
        except OSError as error:
            raise ControlFailed(f"{command}: {self._path}: {error.strerror or error}") from error

    async def _ask(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        assert self._reader is not None and self._writer is not None
        self._number += 1
        line = {"id": self._number, "command": command, "arguments": arguments}
        if command != "login":
            line["reason"] = "certification"
        self._writer.write(json.dumps(line).encode() + b"\n")
        found = await self._reader.readline()
        if not found:
            raise ControlFailed(f"{command}: the gateway closed its control socket")
        answer = json.loads(found)
        if not answer.get("ok"):
            raise ControlFailed(f"{command}: {answer.get('code')}: {answer.get('error')}")
        told: dict[str, Any] = answer.get("answer", answer.get("pending", {}))
        return told

    async def advance(self, ms: int) -> int:
        """Move the gateway's clock on and return, when all deadlines on the way are run, how far it is ahead (ns)."""
        await self.call("clock.advance", {"ms": ms})
        while (shown := await self.call("clock.show"))["advancing"]:
            await asyncio.sleep(0.002)
        ahead_ns: int = shown["ahead_ns"]
        return ahead_ns

    async def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
            self._reader = self._writer = None
