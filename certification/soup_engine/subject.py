"""Be the runner's subject: lend each case an account of the engine, and see first whether there is an engine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.remote.subject import RemoteSubject
from fairlead.certification.runner import HarnessError, Playing
from fairlead.certification.soup_engine.account import Account
from fairlead.certification.soup_engine.client_stage import ClientStage
from fairlead.certification.soup_engine.options import SYSTEM_EVENT, MessageMaker, SoupOptions
from fairlead.certification.soup_engine.packets import login_request
from fairlead.certification.soup_engine.reaching import Dialer, Listener
from fairlead.certification.soup_engine.stage import SoupStage
from fairlead.certification.soup_engine.venue_stage import VenueStage


class SoupSubject(RemoteSubject[Account]):
    """A SoupBinTCP engine at a host and port. Use ``async with`` around a run."""

    options: SoupOptions

    def __init__(self, options: SoupOptions, name: str, version: str = "") -> None:
        """Raises OptionError for a message that is none."""
        self.options = options
        self._accounts = [Account(credentials) for credentials in options.accounts]
        self._listener = None if options.is_acceptor else Listener(options, self._accounts)
        super().__init__(name, version, self._accounts, asyncio.Queue(), self._listener)
        self._reach = self._listener or Dialer(options)
        self._maker = MessageMaker(options.message or SYSTEM_EVENT)

    async def probe(self, wait_s: float = 0.0) -> None:
        """See that a SoupBinTCP engine is there. Raises HarnessError, which says what is there instead.

        ``wait_s``: how long an acceptor may take to listen.
        """
        if self._listener is not None:
            await self._await_initiator(self._listener)
            return
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            try:
                await self._probe_acceptor()
                return
            except ConnectionError as error:
                raise HarnessError(str(error)) from error
            except HarnessError:
                if asyncio.get_running_loop().time() >= deadline:
                    raise
                await asyncio.sleep(0.1)

    async def _await_initiator(self, listener: Listener) -> None:
        try:
            await asyncio.wait_for(listener.first_arrival.wait(), self.options.back_s)
        except TimeoutError:
            names = " or ".join(account.credentials.username for account in self._accounts)
            raise HarnessError(listener.why_nobody(names, self.options.back_s)) from None

    async def _probe_acceptor(self) -> None:
        account = self._accounts[0]
        credentials = account.credentials
        link = await self._reach.link(account, self.options.patience_s)
        where = f"{self.options.host}:{self.options.port}"
        try:
            link.write(login_request(credentials.username, credentials.password, "", 0))
            deadline = asyncio.get_running_loop().time() + self.options.patience_s
            while not any(got.code != "+" for got in link.inbox):
                link.news.clear()
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    said = f"; it said {link.first_bytes!r}, which is no packet" if link.first_bytes else ""
                    raise ConnectionError(f"the engine on {where} never answered a login{said}")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(link.news.wait(), left)
            got = next(got for got in link.inbox if got.code != "+")
            if got.code == "J":
                reason = got.payload.decode("latin-1")
                raise ConnectionError(f"the engine on {where} refused {credentials.username!r} with {reason!r}")
            if got.code != "A":
                said = f"it answered {link.first_bytes[:60]!r}" if link.first_bytes else "it closed without a word"
                raise ConnectionError(f"what listens on {where} is no SoupBinTCP engine: {said}")
        finally:
            await link.close()

    @asynccontextmanager
    async def open(self, playing: Playing) -> AsyncIterator[SoupStage]:
        """Lend a case an account of its own and a stage on it."""
        if playing.role != self.options.engine_role:
            raise Blocked(f"the engine is the {self.options.engine_role}, the case is about the {playing.role}")
        kind = ClientStage if self.options.is_acceptor else VenueStage
        async with self.lend(lambda account: kind(self.options, account, self._reach, self._maker)) as stage:
            yield stage
