"""Pass commands on to the gateway's control socket, as the operator who is logged in.

The gateway checks roles, reasons and second persons, and writes its audit trail; nothing of that is decided here.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from fairlead.gateway.control.client import ControlClient, ControlClientError, NotRunning, Refused
from fairlead.gateway.control.protocol import MAX_REASON
from fairlead.gateway.operations.api.endpoints import ADMIN, RISK, SUPPORT, VIEW, ApiError, Asked, Body, Endpoint, Login

MAX_CLIENTS: Final = 16
"""Of the 32 connections that the control socket takes, this process uses half."""
_STATUSES: Final = {
    "malformed": 400,
    "wrong_arguments": 400,
    "reason_needed": 400,
    "unknown_command": 404,
    "not_permitted": 403,
    "login_refused": 401,
    "login_needed": 401,
    "busy": 503,
}
"""HTTP's word for the control socket's; any other refusal is 409."""


class CommandBody(Body):
    """A command for the gateway."""

    arguments: dict[str, Any] = {}
    reason: Annotated[str, Field(max_length=MAX_REASON)] = ""


class GatewayCommands:
    """Ask the control socket: one connection an operator, one command of it at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._clients: dict[str, tuple[ControlClient, asyncio.Lock]] = {}

    async def call(
        self, login: Login, name: str, arguments: Mapping[str, Any] | None = None, reason: str = ""
    ) -> dict[str, Any]:
        """Run a command as ``login``; ``{"pending": {...}}`` where it waits for a second person.

        Raises ApiError: 409 where the gateway refuses it, 502 where it gives no answer, 503 where none runs.
        """
        client, lock = self._client(login)
        async with lock:
            try:
                return await asyncio.to_thread(client.call, name, arguments or {}, reason)
            except Refused as refused:
                raise ApiError(_STATUSES.get(refused.code, 409), refused.code, str(refused)) from None
            except NotRunning as error:
                raise ApiError(503, "gateway_down", str(error)) from None
            except ControlClientError as error:
                raise ApiError(502, "no_answer", str(error)) from None

    def _client(self, login: Login) -> tuple[ControlClient, asyncio.Lock]:
        found = self._clients.pop(login.operator, None)
        if found is None:
            found = ControlClient(self._path, login.operator, login.secret), asyncio.Lock()
        self._clients[login.operator] = found
        while len(self._clients) > MAX_CLIENTS:
            oldest = next(iter(self._clients))
            self._clients.pop(oldest)[0].close()
        return found

    def close(self) -> None:
        """Close all connections."""
        for client, _ in self._clients.values():
            client.close()
        self._clients.clear()

    # Over HTTP

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the one way in: the names are the control socket's."""
        return (
            Endpoint(
                "POST",
                "/api/commands/{command}",
                "Run a command of the gateway's control socket; GET /api/commands lists them.",
                self._run,
                body=CommandBody,
                roles=(VIEW, SUPPORT, RISK, ADMIN),
                statuses=(404, 409, 502, 503),
            ),
            Endpoint("GET", "/api/commands", "List the gateway's commands.", self._list, statuses=(502, 503)),
        )

    async def _run(self, asked: Asked) -> Any:
        return await self.call(asked.login, asked.path["command"], asked.body.arguments, asked.body.reason)

    async def _list(self, asked: Asked) -> Any:
        return await self.call(asked.login, "control.commands")
