"""Reach the engine: connect to an acceptor, or listen and hand an initiator's connections to who they are for."""

from __future__ import annotations

import asyncio
from typing import Protocol

from fairlead.certification.engine.identity import Identity
from fairlead.certification.engine.link import Link
from fairlead.certification.engine.options import EngineOptions
from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.runner import HarnessError

CONNECT_WITHIN_S = 5.0
INITIATOR_WITHIN_S = 20.0
"""How long an initiator may take to come back."""


class Reach(Protocol):
    """A way to get a connection for an identity."""

    async def link(self, identity: Identity) -> Link:
        """Return a live connection. Raises HarnessError where there can be none at all, Blocked where none came."""


class Dialer:
    """Connect to an acceptor."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options

    async def link(self, identity: Identity) -> Link:
        """Connect anew."""
        host, port = self._options.host, self._options.port
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                _, link = await loop.create_connection(Link, host, port)
        except TimeoutError:
            raise HarnessError(f"{host}:{port} did not accept a connection within {CONNECT_WITHIN_S:g} s") from None
        except OSError as error:
            raise HarnessError(f"nothing listens on {host}:{port}: {error.strerror or error}") from error
        return link


class Listener:
    """Listen for an initiator. Its Logon's TargetCompID(56) says which identity a connection is for."""

    def __init__(self, options: EngineOptions, identities: list[Identity]) -> None:
        self._options = options
        self._by_comp_id = {identity.comp_id: identity for identity in identities}
        self._server: asyncio.Server | None = None
        self._strangers: list[str] = []
        self.port = options.port

    async def start(self) -> None:
        """Listen. Raises HarnessError."""
        host, port = self._options.host, self._options.port
        try:
            self._server = await asyncio.get_running_loop().create_server(lambda: Link(self._arrived), host, port)
        except OSError as error:
            raise HarnessError(f"{host}:{port} can't be listened on: {error.strerror or error}") from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and let go of who waits."""
        if self._server is not None:
            self._server.close()
        for identity in self._by_comp_id.values():
            while not identity.arrivals.empty():
                await identity.arrivals.get_nowait().close("rst")

    def _arrived(self, link: Link) -> None:
        message = link.past[0].message
        comp_id = message.get(56) if message is not None else ""
        identity = self._by_comp_id.get(comp_id)
        if identity is None:
            self._strangers.append(comp_id)
            return
        identity.arrivals.put_nowait(link)

    async def link(self, identity: Identity) -> Link:
        """Return the newest connection that the engine made for this identity."""
        try:
            async with asyncio.timeout(INITIATOR_WITHIN_S):
                while True:
                    link = await identity.arrivals.get()
                    if not link.is_closed and identity.arrivals.empty():
                        return link
        except TimeoutError:
            raise Blocked(self._why_nobody(identity)) from None

    def _why_nobody(self, identity: Identity) -> str:
        text = f"no connection with a message for {identity.comp_id} came within {INITIATOR_WITHIN_S:g} s"
        if self._strangers:
            text += f"; there were some for {', '.join(sorted(set(self._strangers)))}: see --comp-ids"
        return text
