"""Say what an endpoint is: parts offer them, the API serves and describes them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict

VIEW: Final = "view"
SUPPORT: Final = "support"
RISK: Final = "risk"
ADMIN: Final = "admin"


class ApiError(Exception):
    """Refuse a request: ``status`` is HTTP's, ``code`` for programs, the text for people."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


class Query(BaseModel):
    """Be the base of what stands behind the ``?``: texts, made into what the fields say; unknown names are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Body(BaseModel):
    """Be the base of what is posted: a JSON object, its types strict; unknown names are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(slots=True)
class Login:
    """Someone who is logged in. Times are monotonic ns; ``secret`` is what the control socket will want."""

    operator: str
    roles: frozenset[str]
    secret: str = field(repr=False)
    csrf_token: str = field(repr=False)
    began_ns: int = 0
    used_ns: int = 0


NOBODY: Final = Login("", frozenset(), "", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, checked: ``query`` and ``body`` are instances of the endpoint's models, None where it has none."""

    login: Login
    path: Mapping[str, str]
    query: Any
    body: Any
    request: web.Request


Handler = Callable[[Asked], Awaitable[Any]]
"""Return what JSON holds, or a ``web.StreamResponse`` that was answered by already. Raises ApiError."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path, such as ``/api/orders/{order_id}``.

    ``roles`` are those of whom one is needed; none: nobody needs to be logged in. Whoever has any role may view.
    ``answer`` shows what comes back, as a JSON schema.
    """

    method: Literal["GET", "POST"]
    path: str
    summary: str
    handle: Handler
    query: type[Query] | None = None
    body: type[Body] | None = None
    roles: tuple[str, ...] = (VIEW,)
    answer: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"})
    content_type: str = "application/json"
    statuses: tuple[int, ...] = ()
    """Refusals of its own, besides those that every endpoint has."""
