"""Remember what outlives a connection: who we are to the engine, both counts, and what was sent under which number."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from fairlead.certification.engine.frames import Pairs
from fairlead.certification.engine.link import Link


@dataclass(slots=True)
class Sent:
    """A message under its number: body from MsgType(35) on without header, and its SendingTime."""

    msg_type: str
    body: Pairs
    sending_time: str
    is_lost: bool = False


@dataclass(slots=True)
class Identity:
    """One session of the engine's, seen from its peer. Cases that come after one another use the same."""

    comp_id: str
    next_out: int = 1
    next_in: int = 1
    sent: dict[int, Sent] = field(default_factory=dict)
    arrivals: asyncio.Queue[Link] = field(default_factory=asyncio.Queue)
    """Connections that the engine made for it and that no case has taken."""

    def reset(self) -> None:
        """Let both counts begin at 1."""
        self.next_out = self.next_in = 1
        self.sent.clear()

    def keep(self, number: int, sent: Sent) -> None:
        """Remember a message and count on from it."""
        self.sent[number] = sent
        self.next_out = max(self.next_out, number + 1)
