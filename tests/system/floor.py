"""Put a trading floor together: simulated venues in the test's loop, the gateway as a process."""

import socket
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from configuration import BINARY_SECRET, SECRET, GatewayTables
from fix_strategy_engine import FixClient
from ouch_venues import RecordingOuchVenue
from processes import GatewayRun, free_port, until
from venues import RecordingVenue

from fairlead.client.binary_wire import BinaryWire
from fairlead.client.client import Client, OnEvent, OnReport
from fairlead.client.connection import LoginTerms, Reconnect
from fairlead.client.transport import TcpTransport

AnyVenue = RecordingVenue | RecordingOuchVenue


class CuttableTransport(TcpTransport):
    """A TCP connection that a test can reset."""

    def reset(self) -> None:
        """Cut the connection by a TCP reset, as the death of a strategy's machine would.

        One that has ended already, as after the gateway's death, has nothing left to cut.
        """
        if self._writer is not None and not self._writer.is_closing():
            raw = self._writer.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()


class Floor:
    """Hold the venues, the configuration and the gateway's runs."""

    def __init__(self, folder: Path, venues: Iterable[AnyVenue] = ()) -> None:
        self.folder = folder
        self.state = folder / "state"
        chosen = list(venues) or [RecordingVenue(name) for name in ("XBRK", "XEXC")]
        self.venues: dict[str, AnyVenue] = {venue.name: venue for venue in chosen}
        self.tables = GatewayTables({}, free_port(), free_port())
        self.runs: list[GatewayRun] = []
        self.preexec: Callable[[], None] | None = None
        self.environ: Mapping[str, str] = {}
        self.transports: dict[str, CuttableTransport] = {}
        self.fix_clients: list[FixClient] = []
        self._json_clients: list[Client] = []

    async def open(self) -> None:
        """Open the venues."""
        for name, venue in self.venues.items():
            venue.port = self.tables.venue_ports[name] = await venue.start("127.0.0.1", 0)

    async def close(self) -> None:
        """End everything that was started."""
        for client in (*self._json_clients, *self.fix_clients):
            await client.close()
        for run in self.runs:
            if not run.has_ended:
                await run.kill()
        for venue in self.venues.values():
            await venue.stop()

    @property
    def gateway(self) -> GatewayRun:
        """Return the current run."""
        return self.runs[-1]

    def spawn(self) -> GatewayRun:
        """Start the gateway, without waiting."""
        config = self.tables.write(self.folder)
        run = GatewayRun(config, self.state, len(self.runs), self.preexec, self.environ)
        self.runs.append(run)
        return run

    async def start(self, timeout_s: float = 60.0) -> GatewayRun:
        """Start the gateway and wait until both venues take orders."""
        run = self.spawn()
        await run.until_up(*(f"venue.{name}" for name in self.venues), timeout_s=timeout_s)
        return run

    async def json_client(
        self, strategy: str = "alpha", on_report: OnReport | None = None, on_event: OnEvent | None = None
    ) -> Client:
        """Connect a strategy over JSON that comes back after each loss."""
        transport = CuttableTransport("127.0.0.1", self.tables.json_port)
        client = Client(
            transport,
            LoginTerms(strategy, SECRET, from_seq=1),
            reconnect=Reconnect(first_s=0.03, max_s=0.1),
            on_report=on_report,
            on_event=on_event,
        )
        await client.start()
        self.transports[strategy] = transport
        self._json_clients.append(client)
        return client

    def use_binary_port(self, strategy: str = "alpha") -> None:
        """Let a strategy come through the binary port."""
        tables = self.tables
        tables.binary_port = free_port()
        tables.strategies = [
            replace(table, is_binary=True) if table.name == strategy else table for table in tables.strategies
        ]

    async def binary_client(
        self, strategy: str = "alpha", on_report: OnReport | None = None, on_event: OnEvent | None = None
    ) -> Client:
        """Connect a strategy over the binary port that comes back after each loss."""
        transport = CuttableTransport("127.0.0.1", self.tables.binary_port)
        client = Client(
            transport,
            LoginTerms(strategy, BINARY_SECRET, from_seq=1),
            reconnect=Reconnect(first_s=0.03, max_s=0.1),
            on_report=on_report,
            on_event=on_event,
            make_wire=BinaryWire,
        )
        await client.start()
        self.transports[strategy] = transport
        self._json_clients.append(client)
        return client

    async def fix_client(self, comp_id: str = "BETA", make: type[FixClient] | None = None) -> FixClient:
        """Connect a strategy over FIX that comes back after each loss."""
        client = (make or FixClient)("127.0.0.1", self.tables.fix_port, comp_id, SECRET)
        self.fix_clients.append(client)
        client.start()
        await until(lambda: client.is_logged_on, f"{comp_id}'s logon")
        return client
