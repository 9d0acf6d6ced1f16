"""Reach the engine: connect to an acceptor, or listen and hand an initiator's connections to who they are for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from fairlead.certification.engine.identity import Identity
from fairlead.certification.engine.link import Link
from fairlead.certification.engine.options import EngineOptions
from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.remote.reaching import RemoteListener, dial, newest

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
        return await dial(Link, self._options.host, self._options.port)


class Listener(RemoteListener[Link]):
    """Listen for an initiator. Its Logon's TargetCompID(56) says which identity a connection is for."""

    def __init__(self, options: EngineOptions, identities: list[Identity]) -> None:
        super().__init__(options.host, options.port)
        self._by_comp_id = {identity.comp_id: identity for identity in identities}

    def make_link(self) -> Link:
        """Make what holds a new connection."""
        return Link(self._arrived)

    def arrivals(self) -> Iterable[asyncio.Queue[Link]]:
        """Yield the queues in which connections wait."""
        return (identity.arrivals for identity in self._by_comp_id.values())

    def _arrived(self, link: Link) -> None:
        message = link.past[0].message
        comp_id = message.get(56) if message is not None else ""
        identity = self._by_comp_id.get(comp_id)
        if identity is None:
            self.strangers.append(comp_id)
            return
        identity.arrivals.put_nowait(link)

    async def link(self, identity: Identity) -> Link:
        """Return the newest connection that the engine made for this identity."""
        try:
            return await newest(identity.arrivals, INITIATOR_WITHIN_S)
        except TimeoutError:
            text = f"no connection with a message for {identity.comp_id} came within {INITIATOR_WITHIN_S:g} s"
            raise Blocked(self.nobody(text, "some for ", "--comp-ids")) from None
