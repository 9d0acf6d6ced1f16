"""Ask the operations process's API from a terminal."""

from types import TracebackType
from typing import Any, Final

import aiohttp

TIMEOUT_S: Final = 5.0
_CSRF: Final = "X-CSRF-Token"


class ApiRefused(Exception):
    """Say why there is no answer, for the person at the terminal."""


class ApiClient:
    """Hold one login."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.operator = ""
        self._token = ""
        # an address of digits has cookies too
        jar = aiohttp.CookieJar(unsafe=True)
        self._http = aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))

    async def __aenter__(self) -> "ApiClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def log_in(self, operator: str, secret: str) -> None:
        """Log in. Raises ApiRefused."""
        answer = await self.post("/api/login", {"operator": operator, "secret": secret})
        self.operator, self._token = answer["operator"], answer["csrf_token"]

    async def get(self, path: str) -> Any:
        """Return what an endpoint answers. Raises ApiRefused."""
        return await self._ask("GET", path, None)

    async def post(self, path: str, body: Any) -> Any:
        """Post and return the answer. Raises ApiRefused."""
        return await self._ask("POST", path, body)

    async def _ask(self, method: str, path: str, body: Any) -> Any:
        try:
            async with self._http.request(method, self.url + path, json=body, headers={_CSRF: self._token}) as response:
                answer = await response.json()
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ApiRefused(f"{self.url} gives no answer: {error or type(error).__name__}") from None
        if status != 200:
            raise ApiRefused(str(answer.get("error", f"HTTP {status}")))
        return answer
