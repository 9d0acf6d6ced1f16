"""Run the whole gateway as a process of its own, between QuickFIX and the rest."""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import free_port
from inbox import LIMIT_S, Inbox

from fairlead.gateway.ports.secret_hash import SecretHash

SECRET = "a-secret-of-these-tests"
_SECRET_HASH = SecretHash.of(SECRET, 4).stored()
_PROGRAM = Path(sys.executable).parent / "fairlead"
_VENUES = {
    "XBRK": 'profile = "broker42"',
    "XEXC": 'profile = "exchange44"\nusername = "FAIR"\npassword = "env:VENUE_SECRET"',
}
_OPTION = 'security_type = "OPT"\nmaturity_month_year = "202612"\nput_or_call = "call"'
INSTRUMENTS = {
    "MSFT": "",
    "ESZ6": 'security_type = "FUT"\nmaturity_month_year = "202612"',
    "MSFT  261218C00450000": f'{_OPTION}\nstrike_price = "450"',
}
"""Symbols and the rest of their terms."""
VERSIONS = {"FIX.4.2": "XBRK", "FIX.4.4": "XEXC"}
"""Which venue of these tests speaks which version."""


@dataclass(slots=True)
class GatewayPorts:
    """Where the gateway listens and connects to; the same in each of its lives."""

    venues: dict[str, int]
    json: int = field(default_factory=free_port)
    fix: int = field(default_factory=free_port)


def write_config(folder: Path, ports: GatewayPorts) -> Path:
    """Write a configuration: these venues, strategy alpha over JSON, QUICK42 and QUICK44 over FIX."""
    parts = [
        f'[gateway]\nname = "under-test"\nstate_dir = "{folder / "state"}"\nlog_format = "json"\nstop_timeout_s = 2',
        "[journal]\nsegment_mib = 1",
        f'[ports.json]\nlisten = "127.0.0.1:{ports.json}"',
        f'[ports.fix]\nlisten = "127.0.0.1:{ports.fix}"',
        *(_venue(name, port) for name, port in ports.venues.items()),
        _strategy("alpha", "json"),
        *(_strategy(f"QUICK{v.replace('.', '')[3:]}", "fix", v) for v in VERSIONS),
        *(_instrument(symbol, terms, list(ports.venues)) for symbol, terms in INSTRUMENTS.items()),
    ]
    path = folder / "gateway.toml"
    path.write_text("\n".join(parts) + "\n")
    return path


def _venue(name: str, port: int) -> str:
    return f"""[[venues]]
name = "{name}"
{_VENUES[name]}
hosts = ["127.0.0.1:{port}"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "{name}"
heartbeat_s = 30
reconnect_first_s = 0.1
reconnect_max_s = 0.2
ack_timeout_s = 3"""


def _strategy(name: str, port: str, begin_string: str = "") -> str:
    fix = ""
    if begin_string:
        ids = f'sender_comp_id = "{name}"\ntarget_comp_id = "FAIRLEAD"'
        fix = f'[strategies.fix]\nbegin_string = "{begin_string}"\n{ids}'
    return f"""[[strategies]]
name = "{name}"
port = "{port}"
secret_hash = "{_SECRET_HASH}"
accounts = ["ACC"]
default_account = "ACC"
cancel_on_disconnect = false
{fix}"""


def _instrument(symbol: str, terms: str, venues: list[str]) -> str:
    security_ids = f'security_ids = {{ XEXC = "{symbol}.X" }}' if "XEXC" in venues and not terms else ""
    return f"""[[instruments]]
symbol = "{symbol}"
tick = "0.01"
lot = "1"
currency = "USD"
venues = {json.dumps(venues)}
{terms}
{security_ids}"""


class GatewayRun:
    """One gateway, over as many lives as a test wants; its journal stays."""

    def __init__(self, folder: Path, ports: GatewayPorts) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ports = ports
        self.config = write_config(folder, ports)
        self.log: Inbox[dict[str, Any]] = Inbox("gateway")
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, with the journal of its former lives; its ports listen on return."""
        environ = {**os.environ, "VENUE_SECRET": SECRET}
        self._process = await asyncio.create_subprocess_exec(
            _PROGRAM, "run", self.config, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=environ
        )
        self._reading = asyncio.create_task(self._read(self._process))
        await self.logged("ready")

    async def _read(self, process: Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            try:
                self.log.put(json.loads(line))
            except ValueError:
                self.log.put({"event": "complaint", "text": line.decode(errors="replace").rstrip()})

    async def logged(self, event: str, timeout_s: float = LIMIT_S, **fields: str) -> dict[str, Any]:
        """Wait for an entry of the log; each is waited for once."""
        return await self.log.take(
            lambda entry: entry["event"] == event and all(entry.get(k) == v for k, v in fields.items()),
            f"log entry {event!r} {fields}",
            timeout_s,
        )

    async def venues_up(self) -> None:
        """Wait until all venues are logged on, in this life."""
        for name in self.ports.venues:
            await self.logged("venue_up", venue=name)

    async def kill(self) -> None:
        """Kill it (SIGKILL)."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._ended()

    async def stop(self) -> int:
        """Stop it in order and return its exit code."""
        assert self._process is not None
        self._process.terminate()
        await self._ended()
        return int(self._process.returncode or 0)

    async def _ended(self) -> None:
        if self._process is not None:
            await asyncio.wait_for(self._process.wait(), LIMIT_S)
        if self._reading is not None:
            await self._reading
            self._reading = None
