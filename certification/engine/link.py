"""Hold one TCP connection to the engine under test: bytes out as the case wants them, whole messages in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from fairlead.certification.model.results import WireRecord
from fairlead.certification.remote.link import RemoteLink
from fairlead.certification.venues.wire import FrameSplitter, WireMessage


@dataclass(slots=True)
class Received:
    """One thing that came from the engine: a message, bytes that are none (``garbled``), or the end (``closed``)."""

    kind: str
    message: WireMessage | None = None
    text: str = ""
    at_s: float = 0.0
    record: WireRecord | None = field(default=None, repr=False)

    @property
    def msg_type(self) -> str:
        """Return the MsgType of a message, "" otherwise."""
        return self.message.msg_type if self.message is not None else ""


class Link(RemoteLink):
    """One connection. What arrives is kept from the first byte on; ``hear`` hands it over, the past first."""

    def __init__(self, made: Callable[[Link], object] | None = None) -> None:
        super().__init__()
        self.past: list[Received] = []
        self._made = made
        self._hearer: Callable[[Received], object] | None = None
        self._splitter = FrameSplitter()
        self._told_garbled = 0
        self.raw_in = bytearray()

    def hear(self, hearer: Callable[[Received], object]) -> None:
        """Hand everything to somebody, what came before too."""
        self._hearer = hearer
        for received in self.past:
            hearer(received)

    def data_received(self, data: bytes) -> None:
        """Cut bytes into messages."""
        if len(self.raw_in) < 4096:
            self.raw_in += data
        messages = self._splitter.feed(data)
        for reason in self._splitter.garbled[self._told_garbled :]:
            self._tell(Received("garbled", text=reason))
        self._told_garbled = len(self._splitter.garbled)
        for message in messages:
            self._tell(Received("message", message))
        if messages and self._made is not None:
            made, self._made = self._made, None
            made(self)

    def ended(self, text: str) -> None:
        """Keep the end as the last thing that came."""
        self._tell(Received("closed", text=text))

    def _tell(self, received: Received) -> None:
        received.at_s = asyncio.get_running_loop().time()
        self.past.append(received)
        if self._hearer is not None:
            self._hearer(received)
