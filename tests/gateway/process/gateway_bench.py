"""Run a whole gateway in the test's loop, between a simulated venue and strategies; or as a process of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from fairlead.certification.venues.market_maker import Quote
from fairlead.certification.venues.profile import load_profile
from fairlead.certification.venues.simulator import FixVenueSimulator, SimulatorSettings
from fairlead.client.client import Client
from fairlead.gateway.assembly import assemble
from fairlead.gateway.clock import Clock
from fairlead.gateway.config import load_config
from fairlead.gateway.ports.secret_hash import SecretHash
from fairlead.gateway.process import GatewayProcess
from fairlead.gateway.telemetry.reader import read_counters

LIMIT_S = 20.0
"""Longest wait for anything; only a failing test takes it."""
SECRET = "a-secret-of-the-tests"
VENUE_PASSWORD = "a-password-of-the-tests"
_HASH = SecretHash.of(SECRET, 4).stored()
PROGRAM = str(Path(sys.executable).parent / "fairlead")


def make_venue(**settings: Any) -> FixVenueSimulator:
    """Return a simulated exchange that quotes MSFT at 430."""
    quotes = (Quote.read("MSFT.X:430.00:0.06:200"),)
    return FixVenueSimulator(
        SimulatorSettings(
            profile=load_profile("XEXC"), quotes=quotes, credentials={"FAIRLEAD": VENUE_PASSWORD}, **settings
        )
    )


@dataclass(slots=True)
class Tables:
    """Hold the configuration, most of it the same for all tests."""

    venue_address: str = "127.0.0.1:9"
    venue_options: str = ""
    json_address: str = "127.0.0.1:0"
    json_options: str = ""
    fix_address: str = "127.0.0.1:0"
    fix_options: str = ""
    strategy_options: str = ""
    stop_timeout_s: int = 5
    log_format: str = "json"
    password: str = "env:VENUE_PASSWORD"
    more: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> Path:
        """Write the file and return its path."""
        text = f"""[gateway]
state_dir = "state"
stop_timeout_s = {self.stop_timeout_s}
log_format = "{self.log_format}"
[journal]
segment_mib = 1
[ports.json]
listen = "{self.json_address}"
{self.json_options}
[ports.fix]
listen = "{self.fix_address}"
{self.fix_options}
[[venues]]
name = "XEXC"
profile = "exchange44"
hosts = ["{self.venue_address}"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XEXC"
username = "FAIRLEAD"
password = "{self.password}"
reconnect_first_s = 0.05
reconnect_max_s = 0.2
{self.venue_options}
[[strategies]]
name = "alpha"
port = "json"
secret_hash = "{_HASH}"
accounts = ["ACC"]
default_account = "ACC"
{self.strategy_options}
[[strategies]]
name = "beta"
port = "fix"
secret_hash = "{_HASH}"
accounts = ["ACC"]
default_account = "ACC"
{self.strategy_options}
[strategies.fix]
sender_comp_id = "BETA"
target_comp_id = "FAIRLEAD"
[[instruments]]
symbol = "MSFT"
venues = ["XEXC"]
security_ids = {{ XEXC = "MSFT.X" }}
{os.linesep.join(self.more)}
"""
        path = folder / "gateway.toml"
        path.write_text(text)
        return path


async def until(is_done: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fail with what was waited for."""
    try:
        async with asyncio.timeout(LIMIT_S):
            while not is_done():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {LIMIT_S:.0f} s") from None


class Running:
    """Run a gateway in this loop; ``async with`` waits until it listens and stops it at the end."""

    def __init__(
        self, folder: Path, tables: Tables, clock: Clock | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        config = load_config(tables.write(folder))
        self.refused: list[tuple[str, str]] = []
        self.state = config.gateway.state_dir
        self.gateway = assemble(
            config,
            clock or Clock(),
            self._failed,
            self._refused,
            {"VENUE_PASSWORD": VENUE_PASSWORD, **(environ or {})},
        )
        self.process = GatewayProcess(self.gateway)
        self.task: asyncio.Task[int] | None = None

    def _failed(self, error: BaseException) -> None:
        self.process.journal_failed(error)

    def _refused(self, port: str, text: str, utc_ns: int) -> None:
        self.refused.append((port, text))

    async def __aenter__(self) -> "Running":
        self.task = asyncio.create_task(self.process.run())
        await until(lambda: self.process.addresses.get("fix") or self.task and self.task.done(), "the ports")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> int:
        """Ask it to stop, and return the exit code."""
        assert self.task is not None
        if not self.task.done():
            self.process.stop()
        return await asyncio.wait_for(self.task, LIMIT_S)

    async def up(self) -> None:
        """Wait until the venue takes orders."""
        await until(lambda: self.gateway.venues["XEXC"].is_up, "the venue up")

    async def json_client(self, **options: Any) -> Client:
        """Connect strategy alpha."""
        host, port = self.process.addresses["json"]
        return await Client.connect(host, port, "alpha", SECRET, reconnect=None, **options)

    def counter(self, name: str) -> int:
        """Return a counter."""
        return read_counters(self.state / "counters").counters[name]


class Child:
    """Run ``fairlead run`` as a process of its own; its log is JSON lines unless the tables say otherwise."""

    def __init__(self, folder: Path, tables: Tables, environ: dict[str, str] | None = None) -> None:
        self.state = folder / "state"
        self.log_path = folder / f"gateway-{len(list(folder.glob('gateway-*.log')))}.log"
        secrets = {"VENUE_PASSWORD": VENUE_PASSWORD} if environ is None else environ
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "run", str(tables.write(folder))], stdout=log, stderr=log, env={**os.environ, **secrets}
            )

    @property
    def text(self) -> str:
        """Return what it wrote."""
        return self.log_path.read_text()

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log's events of one name."""
        lines = [json.loads(line) for line in self.text.splitlines() if line.startswith("{") and line.endswith("}")]
        return [line for line in lines if line["event"] == name]

    async def event(self, name: str, **fields: Any) -> dict[str, Any]:
        """Wait for an event with these fields."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.events(name) if fields.items() <= line.items()]

        await until(lambda: found() or self.process.poll() is not None, f"{name} in the log")
        assert found(), f"no {name} {fields} in the log:\n{self.text}"
        return found()[0]

    async def address(self, port: str) -> tuple[str, int]:
        """Return where one of its ports listens."""
        ready = await self.event("ready")
        host, _, number = str(ready[port]).rpartition(":")
        return host, int(number)

    async def ended(self) -> int:
        """Wait for its end and return the exit code."""
        await until(lambda: self.process.poll() is not None, "the gateway's end")
        return int(self.process.returncode)

    async def stop(self) -> int:
        """Ask it to stop and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def __aenter__(self) -> "Child":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        await self.ended()
