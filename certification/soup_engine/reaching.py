"""Reach the engine: connect to an acceptor, or listen and hand an initiator's connections to their accounts."""

from __future__ import annotations

import asyncio
from typing import Protocol

from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.runner import HarnessError
from fairlead.certification.soup_engine.account import Account
from fairlead.certification.soup_engine.link import Link
from fairlead.certification.soup_engine.options import SoupOptions
from fairlead.certification.soup_engine.packets import NAMES, read_login

CONNECT_WITHIN_S = 5.0


class Reach(Protocol):
    """A way to get a connection for an account."""

    async def link(self, account: Account, within_s: float) -> Link:
        """Return a live connection. Raises HarnessError where there can be none, Blocked where none came."""


class Dialer:
    """Connect to an acceptor."""

    def __init__(self, options: SoupOptions) -> None:
        self._options = options

    async def link(self, account: Account, within_s: float) -> Link:
        """Connect anew."""
        host, port = self._options.host, self._options.port
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                _, link = await asyncio.get_running_loop().create_connection(Link, host, port)
        except TimeoutError:
            raise HarnessError(f"{host}:{port} did not accept a connection within {CONNECT_WITHIN_S:g} s") from None
        except OSError as error:
            raise HarnessError(f"nothing listens on {host}:{port}: {error.strerror or error}") from error
        return link


class Listener:
    """Listen for an initiator. Its login's user name says which account a connection is for."""

    def __init__(self, options: SoupOptions, accounts: list[Account]) -> None:
        self._options = options
        self._by_username = {account.credentials.username.upper(): account for account in accounts}
        self._server: asyncio.Server | None = None
        self._strangers: list[str] = []
        self.first_arrival = asyncio.Event()
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
        for account in self._by_username.values():
            while not account.arrivals.empty():
                await account.arrivals.get_nowait().close("rst")

    def _arrived(self, link: Link) -> None:
        got = link.inbox[0]
        account = self._by_username.get(read_login(got.payload).username.upper()) if got.code == "L" else None
        if account is None:
            said = read_login(got.payload).username if got.code == "L" else NAMES.get(got.code, got.code)
            self._strangers.append(repr(said))
            link.write(b"\x00\x02JA")
            task = asyncio.ensure_future(link.close())
            task.add_done_callback(lambda _: None)
        else:
            account.arrivals.put_nowait(link)
            self.first_arrival.set()

    async def link(self, account: Account, within_s: float) -> Link:
        """Return the newest connection that the engine has made for this account and still holds."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    link = await account.arrivals.get()
                    if not link.is_closed and account.arrivals.empty():
                        return link
        except TimeoutError:
            raise Blocked(self.why_nobody(account.credentials.username, within_s)) from None

    def why_nobody(self, username: str, within_s: float) -> str:
        """Say that nobody came, and who came instead."""
        text = f"no login of user {username!r} came within {within_s:g} s"
        if self._strangers:
            text += f"; there were connections of {', '.join(sorted(set(self._strangers)))}: see --username"
        return text
