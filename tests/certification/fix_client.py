"""A FIX initiator made of simplefix and plain sockets, for dialogues with a simulated venue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import simplefix
from simplefix_frames import frame, stamp

from fairlead.certification.venues.profile import VenueProfile, load_profile
from fairlead.certification.venues.session_records import Clock
from fairlead.certification.venues.simulator import FixVenueSimulator, SimulatorSettings

TIMEOUT_S = 60
Message = dict[int, str]


def stamp_in(offset_s: float) -> str:
    return stamp(datetime.now(UTC) + timedelta(seconds=offset_s))


class FixClient:
    """Send what it is told to, and hand out what comes."""

    def __init__(self, version: str, comp_id: str, venue: str) -> None:
        self.begin_string = f"FIX.{version}"
        self.comp_id = comp_id
        self.venue = venue
        self.next_out = 1
        self._parser = simplefix.FixParser()

    async def connect(self, port: int) -> None:
        self._parser.reset()
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)

    async def log_on(self, port: int, **extra: str) -> Message:
        await self.connect(port)
        self.send("A", {98: "0", 108: "30"} | {int(tag[1:]): value for tag, value in extra.items()})
        return await self.receive("A")

    def frame(self, msg_type: str, fields: Any, seq: int | None = None, **header: str) -> bytes:
        if seq is None:
            seq, self.next_out = self.next_out, self.next_out + 1
        begin_string = header.get("begin", self.begin_string)
        sender, target = header.get("sender", self.comp_id), header.get("target", self.venue)
        pairs = fields.items() if isinstance(fields, dict) else fields
        return frame(begin_string, msg_type, seq, sender, target, pairs, header.get("sent", ""))

    def send(self, msg_type: str, fields: Any, seq: int | None = None, **header: str) -> None:
        self._writer.write(self.frame(msg_type, fields, seq, **header))

    def send_bytes(self, data: bytes) -> None:
        self._writer.write(data)

    async def receive(self, msg_type: str = "") -> Message:
        """Return the next message, which must be of the type."""
        async with asyncio.timeout(TIMEOUT_S):
            while (message := self._parser.get_message()) is None:
                data = await self._reader.read(65536)
                if not data:
                    raise ConnectionError("the venue has closed the connection")
                self._parser.append_buffer(data)
        fields: Message = {}
        for tag, value in message.pairs:
            fields.setdefault(int(tag), value.decode("latin-1"))
        assert not msg_type or fields[35] == msg_type, f"{msg_type} expected, {fields} received"
        return fields

    async def closed(self) -> list[Message]:
        """Wait until the venue closes, and return what it said before."""
        said = []
        while True:
            try:
                said.append(await self.receive())
            except ConnectionError:
                return said

    async def synchronise(self) -> None:
        """Wait until all that has been sent is handled: nothing else may have been said."""
        self.send("1", {112: "SYNC"})
        assert (await self.receive("0"))[112] == "SYNC"

    async def close(self) -> None:
        if hasattr(self, "_writer"):
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()


@asynccontextmanager
async def venue(
    profile: VenueProfile | str, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[tuple[FixVenueSimulator, int]]:
    """Run a simulator on a free port."""
    chosen = load_profile(profile) if isinstance(profile, str) else profile
    simulator = FixVenueSimulator(SimulatorSettings(profile=chosen, **settings), clock)
    port = await simulator.start("127.0.0.1", 0)
    try:
        yield simulator, port
    finally:
        await simulator.stop()


@asynccontextmanager
async def trading(
    profile: VenueProfile | str, comp_id: str = "CLIENT", **settings: Any
) -> AsyncIterator[tuple[FixClient, FixVenueSimulator, int]]:
    """Run a simulator with one client logged on."""
    async with venue(profile, **settings) as (simulator, port):
        client = FixClient(simulator.settings.profile.version, comp_id, simulator.session_settings.comp_id)
        await client.log_on(port)
        try:
            yield client, simulator, port
        finally:
            await client.close()


def order(cl_ord_id: str, side: str, quantity: str | int, price: str = "", **extra: str) -> Message:
    """Return a plain order's fields; `extra` is t59="3" for TimeInForce, and so on."""
    fields = {1: "ACC", 11: cl_ord_id, 21: "1", 55: "MSFT", 54: side, 38: str(quantity), 60: stamp()}
    fields[40] = "2" if price else "1"
    if price:
        fields[44] = price
    return fields | {int(tag[1:]): value for tag, value in extra.items()}
