"""Reach the engine: connect to an acceptor, or listen and hand an initiator's connections to their accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from fairlead.certification.model.verdicts import Blocked
from fairlead.certification.remote.reaching import RemoteListener, dial, newest
from fairlead.certification.soup_engine.account import Account
from fairlead.certification.soup_engine.link import Link
from fairlead.certification.soup_engine.options import SoupOptions
from fairlead.certification.soup_engine.packets import NAMES, read_login


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
        return await dial(Link, self._options.host, self._options.port)


class Listener(RemoteListener[Link]):
    """Listen for an initiator. Its login's user name says which account a connection is for."""

    def __init__(self, options: SoupOptions, accounts: list[Account]) -> None:
        super().__init__(options.host, options.port)
        self._by_username = {account.credentials.username.upper(): account for account in accounts}
        self.first_arrival = asyncio.Event()

    def make_link(self) -> Link:
        """Make what holds a new connection."""
        return Link(self._arrived)

    def arrivals(self) -> Iterable[asyncio.Queue[Link]]:
        """Yield the queues in which connections wait."""
        return (account.arrivals for account in self._by_username.values())

    def _arrived(self, link: Link) -> None:
        got = link.inbox[0]
        account = self._by_username.get(read_login(got.payload).username.upper()) if got.code == "L" else None
        if account is None:
            said = read_login(got.payload).username if got.code == "L" else NAMES.get(got.code, got.code)
            self.strangers.append(repr(said))
            link.write(b"\x00\x02JA")
            task = asyncio.ensure_future(link.close())
            task.add_done_callback(lambda _: None)
        else:
            account.arrivals.put_nowait(link)
            self.first_arrival.set()

    async def link(self, account: Account, within_s: float) -> Link:
        """Return the newest connection that the engine has made for this account and still holds."""
        try:
            return await newest(account.arrivals, within_s)
        except TimeoutError:
            raise Blocked(self.why_nobody(account.credentials.username, within_s)) from None

    def why_nobody(self, username: str, within_s: float) -> str:
        """Say that nobody came, and who came instead."""
        text = f"no login of user {username!r} came within {within_s:g} s"
        return self.nobody(text, "connections of ", "--username")
