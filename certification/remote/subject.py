"""Be what the subjects of engines have in common: who can be lent to a case, and the listener where there is one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, Protocol, Self, TypeVar

from fairlead.certification.remote.reaching import RemoteListener

ACCEPTOR = "acceptor"
W = TypeVar("W")
"""Whom a case is lent: an identity, an account."""


class Reached(Protocol):
    """The options by which an engine is reached."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def engine_role(self) -> str: ...


class Strikes(Protocol):
    """A stage that ends what a case left open."""

    async def strike(self) -> None: ...


S = TypeVar("S", bound=Strikes)


class RemoteSubject(Generic[W]):
    """An engine at a host and port, with those whom it knows us as. Use ``async with`` around a run."""

    kind = "engine"
    capabilities: frozenset[str] | None = None
    watched_group = 0
    """The engine's process group, where we have started it."""
    options: Reached

    def __init__(
        self, name: str, version: str, known: Sequence[W], free: asyncio.Queue[W], listener: RemoteListener[Any] | None
    ) -> None:
        self.name = name
        self.version = version
        self.room = len(known)
        self.listener = listener
        self._free = free
        for one in known:
            free.put_nowait(one)

    @property
    def port(self) -> int:
        """Return the port that is listened on or connected to."""
        return self.listener.port if self.listener is not None else self.options.port

    @property
    def address(self) -> str:
        """Return host and port as text."""
        return f"{self.options.host}:{self.port}"

    @property
    def is_acceptor(self) -> bool:
        """Tell whether the engine accepts, so that we connect."""
        return self.options.engine_role == ACCEPTOR

    async def __aenter__(self) -> Self:
        if self.listener is not None:
            await self.listener.start()
        return self

    async def __aexit__(self, *ended: object) -> None:
        if self.listener is not None:
            await self.listener.stop()

    @asynccontextmanager
    async def lend(self, set_up: Callable[[W], S]) -> AsyncIterator[S]:
        """Lend one to a case with a stage on it, and strike the stage afterwards."""
        one = await self._free.get()
        stage = set_up(one)
        try:
            yield stage
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(stage.strike())
            self._free.put_nowait(one)
