"""Stand in for what surrounds a link: endpoints that keep notes, a journal that can fail."""

import asyncio
import socket
from collections.abc import Callable

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.gateway.clock import Clock
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.links.link_cy import Link
from fairlead.gateway.links.turn_cy import Turn

PATIENCE_S = 60.0


class Journal:
    """Count commits; raise at the next one when told to."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.commits = 0
        self.appended = 0
        self.committed = 0
        self.is_full = False

    def append(self) -> None:
        self.appended += 1

    def commit(self) -> None:
        if self.is_full:
            raise JournalError("no space left")
        self.commits += 1
        self.committed = self.appended


class Echo:
    """Answer each line with ``<line>``; a line may ask for more, see ``_answer``."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.journal = journal
        self.connected = 0
        self.ends = 0
        self.received = b""
        self.deadline_ns = NEVER_NS
        self.timers: list[int] = []
        self.takes: list[int] = []
        self.on_end: Callable[[], None] | None = None
        self._rest = b""
        self._output = b""
        self._wants_close = False

    @property
    def wants_close(self) -> bool:
        return self._wants_close

    def say(self, data: bytes) -> None:
        """Queue output, as something elsewhere would."""
        if self.journal is not None:
            self.journal.append()
        self._output += data

    def receive_connected(self, now_ns: int, utc_ns: int) -> None:
        self.connected += 1

    def receive_data(self, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        self.received += bytes(data)
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        for line in lines:
            self._answer(line)

    def _answer(self, line: bytes) -> None:
        if line == b"fail":
            raise ValueError("a mistake of ours")
        if line == b"journal":
            self.say(b"<never>")
            raise JournalError("no space left")
        if line.startswith(b"flood "):
            self.say(b"f" * int(line.removeprefix(b"flood ")))
            return
        self.say(b"<" + line + b">")
        self._wants_close = line == b"bye"

    def receive_eof(self, now_ns: int, utc_ns: int) -> None:
        self.ends += 1
        if self.on_end is not None:
            self.on_end()

    def on_timer(self, now_ns: int, utc_ns: int) -> None:
        self.timers.append(now_ns)
        self.deadline_ns = NEVER_NS
        self.say(b"<tick>")

    def next_deadline_ns(self) -> int:
        return self.deadline_ns

    def take_output(self) -> bytes:
        if self.journal is not None and self._output:
            assert self.journal.committed == self.journal.appended, "output would leave before the journal has it"
        output, self._output = self._output, b""
        if output:
            self.takes.append(len(output))
        return output


class PacedEcho(Echo):
    """Be told how far behind the peer is."""

    def __init__(self, journal: Journal | None = None) -> None:
        super().__init__(journal)
        self.pending: list[int] = []

    def output_pending(self, n_bytes: int, now_ns: int, utc_ns: int) -> None:
        self.pending.append(n_bytes)


class Bench:
    """Hold a turn and what it and its links told."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.journal = Journal()
        self.failures: list[BaseException] = []
        self.sent: list[int] = []
        self.closed: list[str] = []
        self.faults: list[BaseException] = []
        self.turn = Turn(self.clock, self.journal, self.failures.append, self.sent.append, receive_bytes=4096)

    def on_closed(self, link: Link, reason: str) -> None:
        self.closed.append(reason)

    def on_fault(self, link: Link, error: BaseException) -> None:
        self.faults.append(error)


async def until(is_true: Callable[[], object]) -> None:
    """Let the loop run until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_true():
            await asyncio.sleep(0.001)


async def read(sock: socket.socket, count: int) -> bytes:
    """Read so many bytes, fewer where the stream ends."""
    loop = asyncio.get_running_loop()
    data = b""
    async with asyncio.timeout(PATIENCE_S):
        while len(data) < count:
            chunk = await loop.sock_recv(sock, count - len(data))
            if not chunk:
                break
            data += chunk
    return data
