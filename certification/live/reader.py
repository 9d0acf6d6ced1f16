"""Read both directions of a venue's line, whatever the protocol, for the case that is being played."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fairlead.certification.live.seen import Seen
from fairlead.certification.model.results import WireRecord


class Reader:
    """What all readers have. ``note``, ``take`` and ``hear`` are the present case's; between cases nothing is kept.

    ``ended`` says why the venue ended the session, where it said so; ``strange`` what came that is not its protocol.
    """

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.is_connected = False
        self.is_logged_on = False
        self.logons = 0
        self.ended = ""
        self.strange = ""
        self.sent_ids: set[str] = set()
        """Every id that the gateway has sent, so that a stranger's is known as such."""
        self.note: Callable[[WireRecord], object] = lambda record: None
        self.take: Callable[[Any], None] = lambda message: None
        self.hear: Callable[[Seen], None] = lambda seen: None
        self.on_question: Callable[[], None] = lambda: None
        """Called when the gateway asks of itself how orders stand, before the venue can answer."""

    def listen_to(self, note: Callable[[WireRecord], object], hear: Callable[[Seen], None]) -> None:
        """Read for a case."""
        self.note, self.hear = note, hear

    def let_go(self) -> None:
        """Read for nobody."""
        self.note, self.take, self.hear, self.on_question = (
            lambda record: None,
            lambda message: None,
            lambda seen: None,
            lambda: None,
        )

    def link_up(self) -> None:
        """Begin anew: another connection."""
        self.is_connected, self.is_logged_on, self.ended, self.strange = True, False, "", ""
        self.changed.set()

    def link_down(self) -> None:
        """Note the end of a connection."""
        if self.is_connected:
            self.note(WireRecord(0, "out", "venue", "the connection ended"))
        self.is_connected = self.is_logged_on = False
        self.changed.set()

    def half_frame(self) -> bytes:
        """Return the beginning of a message that never ends."""
        raise NotImplementedError
