"""Be the runner's subject: lend each case a session with the engine, and see first whether there is an engine."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fairlead.certification.engine.identity import Identity
from fairlead.certification.engine.link import Link
from fairlead.certification.engine.operations import OperationStage
from fairlead.certification.engine.options import EngineOptions
from fairlead.certification.engine.peer import CUT_BY_CASE
from fairlead.certification.engine.reaching import Dialer, Listener
from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.remote.subject import RemoteSubject
from fairlead.certification.runner import HarnessError, Playing


class EngineSubject(RemoteSubject[Identity]):
    """An engine at a host and port. Use ``async with`` around a run."""

    options: EngineOptions

    def __init__(self, options: EngineOptions, name: str, version: str = "") -> None:
        self.options = options
        self.identities = [Identity(comp_id) for comp_id in options.comp_ids]
        listener = None if options.is_acceptor else Listener(options, self.identities)
        super().__init__(name, version, self.identities, asyncio.LifoQueue(), listener)
        self._reach = listener or Dialer(options)
        self._run = itertools.count(1)

    async def probe(self, wait_s: float = 0.0) -> None:
        """See that a FIX engine with our identities is there. Raises HarnessError, which says what is there instead.

        ``wait_s``: how long it may take to listen.
        """
        deadline = asyncio.get_running_loop().time() + wait_s
        stage = OperationStage(self.options, self.identities[0], self._reach, "PROBE")
        link: Link | None = None
        try:
            while link is None:
                try:
                    await stage.peer_connect()
                    link = stage.peer.link
                except HarnessError:
                    if asyncio.get_running_loop().time() >= deadline:
                        raise
                    await asyncio.sleep(0.1)
            await stage.peer_logon()
        except Blocked as blocked:
            raise HarnessError(self._what_is_there(stage, link, blocked)) from blocked
        finally:
            await stage.strike()

    def _what_is_there(self, stage: OperationStage, link: Link | None, blocked: Blocked) -> str:
        where = f"{self.options.host}:{self.port}"
        said = bytes(link.raw_in) if link is not None else b""
        if said and b"8=FIX" not in said:
            return f"what listens on {where} is no FIX engine: it answered {said[:60]!r}"
        if self.options.is_acceptor and not any(got.kind == "message" for got in stage.peer.inbox):
            ends = any(got.kind == "closed" and got.text != CUT_BY_CASE for got in stage.peer.inbox)
            how = "closed the connection without an answer" if ends else "never answered"
            return (
                f"the engine on {where} {how} to a Logon of {self.options.comp_ids[0]} to {self.options.engine_comp_id}"
            )
        return f"the engine on {where} can't be tested: {blocked.text}"

    @asynccontextmanager
    async def open(self, playing: Playing) -> AsyncIterator[OperationStage]:
        """Lend a case an identity of its own and a stage on it."""

        def set_up(identity: Identity) -> OperationStage:
            unique = f"{playing.seed:08X}N{next(self._run)}X"
            stage = OperationStage(self.options, identity, self._reach, unique, playing.seed)
            stage.watched_group = self.watched_group
            return stage

        async with self.lend(set_up) as stage:
            yield stage
