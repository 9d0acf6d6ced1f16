"""Connect to engines that accept; listen for those that initiate, and hand their connections to who they are for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from fairlead.certification.remote.link import RemoteLink
from fairlead.certification.runner import HarnessError

CONNECT_WITHIN_S = 5.0

L = TypeVar("L", bound=RemoteLink)


async def dial(make: Callable[[], L], host: str, port: int) -> L:
    """Connect to an acceptor. Raises HarnessError where there can be no connection."""
    try:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            _, link = await asyncio.get_running_loop().create_connection(make, host, port)
    except TimeoutError:
        raise HarnessError(f"{host}:{port} did not accept a connection within {CONNECT_WITHIN_S:g} s") from None
    except OSError as error:
        raise HarnessError(f"nothing listens on {host}:{port}: {error.strerror or error}") from error
    return link


async def newest(arrivals: asyncio.Queue[L], within_s: float) -> L:
    """Return the newest connection that an engine has made and still holds. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while True:
            link = await arrivals.get()
            if not link.is_closed and arrivals.empty():
                return link


class RemoteListener(Generic[L]):
    """Listen for an initiator; ``arrived`` says whom a connection is for, once its first message is there."""

    def __init__(self, host: str, port: int) -> None:
        self.port = port
        self.strangers: list[str] = []
        """Whom connections were for that were for none of ours."""
        self._host = host
        self._server: asyncio.Server | None = None

    def make_link(self) -> L:
        """Make what holds a new connection."""
        raise NotImplementedError

    def arrivals(self) -> Iterable[asyncio.Queue[L]]:
        """Yield the queues in which connections wait."""
        raise NotImplementedError

    async def start(self) -> None:
        """Listen. Raises HarnessError."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self.make_link, self._host, self.port)
        except OSError as error:
            raise HarnessError(f"{self._host}:{self.port} can't be listened on: {error.strerror or error}") from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and let go of who waits."""
        if self._server is not None:
            self._server.close()
        for waiting in self.arrivals():
            while not waiting.empty():
                await waiting.get_nowait().close("rst")

    def nobody(self, text: str, instead: str, option: str) -> str:
        """Say that nobody came, ``instead`` of whom, and which option says who is meant."""
        if not self.strangers:
            return text
        return f"{text}; there were {instead}{', '.join(sorted(set(self.strangers)))}: see {option}"
