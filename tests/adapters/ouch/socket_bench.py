"""Join the bench's gateway core with a simulated venue over a real socket."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ouch_bench import Frames, OuchBench
from ouch_frames import Jnx, Ouch42, Ouch50, packet

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "certification"))

from ouch_client import PASSWORD, USER, ouch_venue

from fairlead.adapters.ouch.settings import OuchCredentials
from fairlead.certification.venues.ouch_face import OuchFace
from fairlead.certification.venues.venue import Venue

BOOK = "7203"


def version_of(frames: Frames) -> str:
    return "4.2" if isinstance(frames, Ouch42) else "JNX" if isinstance(frames, Jnx) else "5.0"


class SocketBench(OuchBench):
    """A bench whose venue is at the other end of a socket; its clock is the machine's."""

    credentials = OuchCredentials(USER, PASSWORD)
    taken = 0
    """Messages of ours that the venue has taken."""

    def build(self, epoch: int) -> None:
        super().build(epoch)
        if isinstance(self.frames, Jnx):
            self.venue.rename_symbols({"MSFT": BOOK})

    async def connect_to(self, port: int) -> None:
        """Connect, and be the driver from now on."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        self._begin_ns = time.monotonic_ns() - self.now_ns
        self.venue.receive_connected(*self.times)
        self._flush()
        self._task = asyncio.create_task(self._run())

    def _flush(self) -> None:
        data = self.venue.take_output()
        if data:
            self._writer.write(data)

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(0.05):
                    data = await self._reader.read(65536)
            except TimeoutError:
                data = None
            self.now_ns = time.monotonic_ns() - self._begin_ns
            if data:
                self.feed(data)
            elif data == b"":
                self.venue.receive_eof(*self.times)
                return
            self.pass_time(0)
            self._flush()

    def go(self) -> None:
        """Send what was asked."""
        self._flush()

    async def until(self, is_done: Callable[[], object], what: str) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(60):
            while not is_done():
                await asyncio.sleep(0.005)
                assert not self._task.done(), f"{what}: the connection has ended"

    async def ended(self) -> None:
        """Wait until the venue has closed the connection."""
        async with asyncio.timeout(60):
            await self._task

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._writer.close()


@asynccontextmanager
async def joined(frames: Frames, **settings: Any) -> AsyncIterator[tuple[SocketBench, Venue, OuchFace]]:
    """Run a venue and a bench that is logged in and up."""
    async with ouch_venue(version_of(frames), **settings) as (venue, face, port):
        bench = SocketBench(frames)
        take = face.on_unsequenced

        def count(user: str, payload: bytes) -> None:
            bench.taken += 1
            take(user, payload)

        face.on_unsequenced = count  # type: ignore[method-assign]
        await bench.connect_to(port)
        try:
            # the day's first message is all that there is to catch up with (OUCH 5.0 is asked for the account's state
            # besides): the heartbeat is not waited for
            said = 2 if isinstance(frames, Ouch50) else 1
            await bench.until(lambda: bench.store.next_in > said, "the start of the day")
            bench.feed(packet("H"))
            bench.go()
            bench.alerts.clear()
            yield bench, venue, face
        finally:
            await bench.close()
