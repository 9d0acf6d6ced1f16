"""Hold one TCP connection with the engine: bytes out as the case wants them, packets in as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fairlead.certification.remote.link import RemoteLink
from fairlead.certification.venues.soup import PacketSplitter, SoupFault

CLOSED = "closed"
FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Got:
    """One thing that came: a packet by its type, bytes that are none (``fault``), the end (``closed``)."""

    code: str
    payload: bytes
    at_s: float


class Link(RemoteLink):
    """One connection. Everything is kept in ``inbox``; ``hear`` has somebody told of it too, the past first."""

    def __init__(self, made: Callable[[Link], object] | None = None) -> None:
        super().__init__()
        self.inbox: list[Got] = []
        self.news = asyncio.Event()
        self.written_s = self._now_s()
        self.first_bytes = b""
        self._made = made
        self._hear: Callable[[Got], object] | None = None
        self._splitter: PacketSplitter | None = PacketSplitter()

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()

    def hear(self, hearer: Callable[[Got], object]) -> None:
        """Tell somebody of everything, what came before too."""
        self._hear = hearer
        for got in self.inbox:
            hearer(got)

    def data_received(self, data: bytes) -> None:
        """Cut bytes into packets; what follows bytes that are none is not looked at."""
        self.first_bytes += data[: 64 - len(self.first_bytes)] if len(self.first_bytes) < 64 else b""
        if self._splitter is None:
            return
        try:
            packets = self._splitter.feed(data)
        except SoupFault as fault:
            self._splitter = None
            self._note(FAULT, str(fault).encode())
            return
        for code, payload in packets:
            self._note(code, payload)
        if packets and self._made is not None:
            made, self._made = self._made, None
            made(self)

    def ended(self, text: str) -> None:
        """Keep the end as the last thing that came."""
        self._note(CLOSED, b"")

    def _note(self, code: str, payload: bytes) -> None:
        got = Got(code, payload, self._now_s())
        self.inbox.append(got)
        if self._hear is not None:
            self._hear(got)
        self.news.set()

    def write(self, data: bytes) -> None:
        """Send bytes as they are, and remember when."""
        if not self.is_closing:
            self.written_s = self._now_s()
        super().write(data)
