"""Remember across cases what an account's stream has in it: each message under its number."""

from __future__ import annotations

import asyncio
import secrets

from fairlead.certification.soup_engine.link import Link
from fairlead.certification.soup_engine.options import Credentials


class Account:
    """One account of the engine. Where we are the venue, this is its stream.

    ``sent`` is how many messages the engine has been sent, so that its next login must ask for ``sent + 1``.
    ``messages`` holds those that are numbered, by number.
    """

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self.arrivals: asyncio.Queue[Link] = asyncio.Queue()
        self.session = ""
        self.messages: dict[int, bytes] = {}
        self.sent = 0
        self.numbered = 0
        self.is_settled = False
        """Whether the engine's logins must agree with what is remembered here."""

    @property
    def next_number(self) -> int:
        """Return the number that the engine's next login must ask for."""
        return self.sent + 1

    def begin(self, session: str = "", at: int = 1) -> None:
        """Begin another session, at a number."""
        self.session = session or f"F{secrets.token_hex(4).upper()}"
        self.messages = {}
        self.sent = self.numbered = at - 1

    def number(self, payload: bytes) -> int:
        """Number a message, and return its number."""
        self.numbered += 1
        self.messages[self.numbered] = payload
        return self.numbered
