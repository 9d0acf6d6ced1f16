"""Serve the endpoints of all parts, the logins, the description, and the way to the gateway's own commands."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Any, Final

import orjson
from aiohttp import web
from pydantic import Field

from fairlead.gateway.control.server import socket_path
from fairlead.gateway.operations.api.description import describe
from fairlead.gateway.operations.api.endpoints import Asked, Body, Endpoint
from fairlead.gateway.operations.api.gateway_commands import GatewayCommands
from fairlead.gateway.operations.api.guard import COOKIE, Guard
from fairlead.gateway.operations.api.logins import LOGIN_LIFE_NS, NS_PER_S, Logins
from fairlead.gateway.operations.api.streams import Streams
from fairlead.gateway.operations.parts import Desk, Part

_LOGIN_ANSWER: Final = {
    "type": "object",
    "properties": {
        "operator": {"type": "string"},
        "roles": {"type": "array", "items": {"type": "string"}},
        "csrf_token": {"type": "string"},
    },
    "required": ["operator", "roles", "csrf_token"],
}


class LoginBody(Body):
    """Who logs in."""

    operator: Annotated[str, Field(min_length=1, max_length=32)]
    secret: Annotated[str, Field(min_length=1, max_length=64)]


class ApiPart(Part):
    """Be the API. Other parts use ``gateway`` to ask the control socket, and ``streams`` to say what changed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.logins = Logins(desk.config.operators)
        self.guard = Guard(self.logins, desk.clock)
        self.gateway = GatewayCommands(socket_path(desk.config.gateway.state_dir))
        self.streams = Streams()

    def endpoints(self) -> Sequence[Endpoint]:
        """Return its own endpoints."""
        return (
            Endpoint(
                "POST",
                "/api/login",
                "Log in.",
                self._log_in,
                body=LoginBody,
                roles=(),
                answer=_LOGIN_ANSWER,
                statuses=(401, 503),
            ),
            Endpoint("POST", "/api/logout", "Log out.", self._log_out),
            Endpoint("GET", "/api/me", "Tell who is logged in.", self._me, answer=_LOGIN_ANSWER),
            Endpoint("GET", "/api/openapi.json", "Describe the API.", self._describe, roles=()),
            *self.gateway.endpoints(),
            *self.streams.endpoints(),
        )

    def _all(self) -> list[Endpoint]:
        return [endpoint for part in self.desk.parts for endpoint in part.endpoints()]

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes of all parts' endpoints."""
        return [web.route(one.method, one.path, self.guard.handler(one)) for one in self._all()]

    async def close(self) -> None:
        """End streams and connections."""
        self.streams.close()
        self.gateway.close()

    async def _log_in(self, asked: Asked) -> web.Response:
        clock = self.desk.clock
        token, login = self.logins.log_in(asked.body.operator, asked.body.secret, clock.now_ns(), clock.utc_ns())
        answer = {"operator": login.operator, "roles": sorted(login.roles), "csrf_token": login.csrf_token}
        response = web.Response(body=orjson.dumps(answer), content_type="application/json")
        response.set_cookie(
            COOKIE,
            token,
            httponly=True,
            samesite="Strict",
            secure=asked.request.secure,
            path="/",
            max_age=LOGIN_LIFE_NS // NS_PER_S,
        )
        return response

    async def _log_out(self, asked: Asked) -> web.Response:
        self.logins.log_out(asked.request.cookies.get(COOKIE, ""))
        response = web.Response(body=b"{}", content_type="application/json")
        response.del_cookie(COOKIE, path="/")
        return response

    async def _me(self, asked: Asked) -> Any:
        login = asked.login
        return {"operator": login.operator, "roles": sorted(login.roles), "csrf_token": login.csrf_token}

    async def _describe(self, _: Asked) -> Any:
        return describe(self._all(), version("fairlead"))
