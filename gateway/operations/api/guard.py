"""Stand in front of every request: who asks, how often, how much, and with what headers the answer leaves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import orjson
import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from fairlead.gateway.clock import Clock
from fairlead.gateway.operations.api.endpoints import NOBODY, ApiError, Asked, Endpoint, Login
from fairlead.gateway.operations.api.logins import Logins, same_text

log = structlog.get_logger()

COOKIE: Final = "fairlead_login"
CSRF_HEADER: Final = "X-CSRF-Token"
BODY_S: Final = 5.0
"""How long a body may take to arrive."""
REQUESTS_A_SECOND: Final = 100
"""Of one login, or of one address without one."""
BURST: Final = 400
MAX_ADDRESSES: Final = 4096
HEADERS: Final = {
    # no script, style, image or connection but our own, no frame around us
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}

ModelType = TypeVar("ModelType", bound=BaseModel)
RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Budget:
    """Count requests by who asks: a bucket that fills with time. Times are monotonic ns."""

    def __init__(self, a_second: int = REQUESTS_A_SECOND, burst: int = BURST) -> None:
        self._a_second = a_second
        self._burst = float(burst)
        self._left: dict[str, tuple[float, int]] = {}

    def take(self, who: str, now_ns: int) -> bool:
        """Take one request from a bucket; tell whether there was one."""
        left, at_ns = self._left.pop(who, (self._burst, now_ns))
        left = min(self._burst, left + (now_ns - at_ns) / 1e9 * self._a_second)
        is_left = left >= 1
        self._left[who] = (left - 1 if is_left else left, now_ns)
        while len(self._left) > MAX_ADDRESSES:
            # the one that has asked for nothing the longest has a full bucket, or nearly
            del self._left[next(iter(self._left))]
        return is_left


class Guard:
    """Check requests for endpoints, and make every answer ours."""

    def __init__(self, logins: Logins, clock: Clock) -> None:
        self.logins = logins
        self._clock = clock
        self._budget = Budget()

    def handler(self, endpoint: Endpoint) -> RequestHandler:
        """Return what serves an endpoint."""

        async def serve(request: web.Request) -> web.StreamResponse:
            login = self._admit(endpoint, request)
            query = _read(endpoint.query, dict(request.query)) if endpoint.query is not None else None
            if endpoint.query is None and request.query:
                raise ApiError(400, "wrong_query", "names behind the ? received, expected none")
            body = await self._body(endpoint, request)
            answer = await endpoint.handle(Asked(login, request.match_info, query, body, request))
            if isinstance(answer, web.StreamResponse):
                return answer
            return web.Response(body=orjson.dumps(answer), content_type=endpoint.content_type)

        return serve

    def login_of(self, request: web.Request) -> Login | None:
        """Return who asks, None where nobody is logged in."""
        return self.logins.find(request.cookies.get(COOKIE, ""), self._clock.now_ns())

    def _admit(self, endpoint: Endpoint, request: web.Request) -> Login:
        login = self.login_of(request)
        who = f"login {login.operator}" if login is not None else f"address {request.remote}"
        if not self._budget.take(who, self._clock.now_ns()):
            raise ApiError(429, "too_many_requests", f"expected at most {REQUESTS_A_SECOND} requests a second")
        if not endpoint.roles:
            return login or NOBODY
        if login is None:
            raise ApiError(401, "login_needed", "a login is needed first: POST /api/login")
        if endpoint.method == "POST" and not same_text(request.headers.get(CSRF_HEADER, ""), login.csrf_token):
            raise ApiError(403, "csrf", f"expected the login's token in the header {CSRF_HEADER}")
        if not login.roles.intersection(endpoint.roles):
            have, need = ", ".join(sorted(login.roles)), ", ".join(endpoint.roles)
            raise ApiError(403, "not_permitted", f"{login.operator} has the roles {have}, expected one of {need}")
        return login

    async def _body(self, endpoint: Endpoint, request: web.Request) -> Any:
        if endpoint.body is None:
            return None
        if request.content_type != "application/json":
            raise ApiError(415, "wrong_type", f"{request.content_type} received, expected application/json")
        try:
            raw = await asyncio.wait_for(request.read(), BODY_S)
        except TimeoutError:
            raise ApiError(408, "too_slow", f"no whole body within {BODY_S:g} s") from None
        try:
            found = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise ApiError(400, "not_json", f"not JSON: {error}") from None
        return _read(endpoint.body, found)


def _read(model: type[ModelType], found: Any) -> ModelType:
    try:
        return model.model_validate(found)
    except ValidationError as error:
        texts = (f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())
        raise ApiError(400, "wrong_arguments", "; ".join(texts)) from None


@web.middleware
async def make_answers_ours(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
    """Turn refusals into JSON and put the headers on; a fault of ours is told in the log, not to the client."""
    try:
        response = await handler(request)
    except ApiError as error:
        response = _refusal(error.status, error.code, str(error))
    except web.HTTPException as error:
        response = _refusal(error.status, "http", error.reason)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
    except (asyncio.CancelledError, ConnectionResetError):
        raise
    except Exception as error:
        log.error("request_failed", path=request.path, exc_info=error)
        response = _refusal(500, "fault", "a mistake of ours, told in the log")
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _refusal(status: int, code: str, text: str) -> web.Response:
    body = orjson.dumps({"code": code, "error": text}, default=str)
    return web.Response(body=body, status=status, content_type="application/json")
