"""Set up the gateway under test: its configuration, its process, and a place for each case to play at."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.gateway.control import ControlFailed, ControlLine
from fairlead.certification.runner import HarnessError
from fairlead.certification.venues.session_records import SessionRecord

PROGRAM = (sys.executable, "-m", "fairlead.gateway.app")
START_S = 30.0
STOP_S = 10.0
FIRST_RETRY_S = 3600
"""Venues of cases that are not played knock once and then leave us alone; a case calls its own by `venues.connect`."""
MAX_ORDER_QTY = 10_000
LIMITS = f"""[currencies]
base = "{{currency}}"
[firm]
max_order_qty = "{MAX_ORDER_QTY}"
[[limits]]
strategy = "*"
max_open_orders = 100
self_match = "block_strategy"
"""
OTHER_LIMITS = """[[limits]]
strategy = "{other}"
max_messages = 5
interval_ms = 1000
cancel_reserve = 2
"""
"""The second strategy of a case may say little: the throttle's case is played with it."""


@dataclass(slots=True)
class Place:
    """What one case plays at: a venue of its own, two strategies of its own, a symbol of its own."""

    venue: str
    strategy: str
    other: str
    symbol: str
    bound: socket.socket
    comp_id: str
    """What the venue is called on the wire, and ``counterparty`` what it calls the gateway."""
    counterparty: str = "FAIRLEAD"
    record: SessionRecord | None = None
    """What the session keeps where several cases follow one another in it."""
    prefix: str = ""
    """What the strategies' ids begin with; none: their own names."""
    number: int = 0
    """Which place it is: venues that have numbers for instruments call this one's by it."""
    secrets: tuple[str, str] = ("", "")


class Installation:
    """One gateway process for many cases. ``places`` are used up one by one."""

    is_ours = True

    def __init__(self, folder: Path, capabilities: Capabilities, profile: str, places: int) -> None:
        self.folder = folder
        self.capabilities = capabilities
        self.json_port = 0
        self.secret = secrets.token_urlsafe(24)
        self.operator_secret = secrets.token_urlsafe(24)
        self._profile = profile
        self._process: subprocess.Popen[bytes] | None = None
        self._lives = 0
        self.control = ControlLine(folder / "state" / "control.sock", "certifier", self.operator_secret)
        self._free = [_place(number, self.secret) for number in range(1, places + 1)]

    async def open(self) -> None:
        """Write the configuration and start the program. Raises HarnessError."""
        (self.folder / "limits.toml").write_text(
            LIMITS.format(currency=self.capabilities.currency)
            + "".join(OTHER_LIMITS.format(other=place.other) for place in self._free),
            encoding="utf-8",
        )
        config = await asyncio.to_thread(self._config)
        (self.folder / "gateway.toml").write_text(config, encoding="utf-8")
        await self.start()

    @property
    def has_place(self) -> bool:
        """Tell whether there is a place left."""
        return bool(self._free)

    async def next_place(self) -> Place:
        """Return a place where nobody has played. Raises HarnessError."""
        if not self._free:
            raise HarnessError("more cases than places: this is a mistake of the certification's own")
        return self._free.pop(0)

    # the configuration

    def _config(self) -> str:
        own, operator = self._hash(self.secret), self._hash(self.operator_secret)
        tables = [
            '[gateway]\nname = "certified"\nstate_dir = "state"\nlog_format = "json"\nvirtual_clock = true\n'
            "stop_timeout_s = 1\n[journal]\nsegment_mib = 8",
            '[ports.json]\nlisten = "127.0.0.1:0"',
            '[risk]\nlimits = "limits.toml"',
            f'[[operators]]\nname = "certifier"\nroles = ["support", "risk"]\nsecret_hash = "{operator}"',
        ]
        for place in self._free:
            tables += [self._venue(place), self._instrument(place)]
            tables += [self._strategy(name, place, own) for name in (place.strategy, place.other)]
        return "\n".join(tables) + "\n"

    def _venue(self, place: Place) -> str:
        known = self.capabilities
        host, port = place.bound.getsockname()
        lines = [
            f'[[venues]]\nname = "{place.venue}"\nprofile = "{self._profile}"\nhosts = ["{host}:{port}"]',
            f"heartbeat_s = {known.heartbeat_s}\nack_timeout_s = 10",
            f"reconnect_first_s = {FIRST_RETRY_S}\nreconnect_max_s = {FIRST_RETRY_S}",
            known.options,
        ]
        if known.adapter == "fix":
            lines.append(f'sender_comp_id = "FAIRLEAD"\ntarget_comp_id = "{place.venue}"')
        else:
            lines.append(f'adapter = "{known.adapter}"')
        if known.username:
            lines.append(f'username = "{known.username}"\npassword = "env:CERTIFY_VENUE_PASSWORD"')
        return "\n".join(line for line in lines if line)

    def _instrument(self, place: Place) -> str:
        known = self.capabilities
        lines = [f'[[instruments]]\nsymbol = "{place.symbol}"\ntick = "{known.tick}"\nlot = "1"']
        lines.append(f'currency = "{known.currency}"\nvenues = ["{place.venue}"]')
        if "{number}" in known.venue_symbol:
            lines.append(f'venue_symbols = {{ {place.venue} = "{known.venue_symbol.format(number=place.number)}" }}')
        if known.security_id:
            lines.append(f'security_ids = {{ {place.venue} = "{known.security_id.format(symbol=place.symbol)}" }}')
        return "\n".join(lines)

    def _strategy(self, name: str, place: Place, hashed: str) -> str:
        account = self.capabilities.account
        policy = "nothing" if name == place.strategy else "cancel"
        return (
            f'[[strategies]]\nname = "{name}"\nport = "json"\nsecret_hash = "{hashed}"\naccounts = ["{account}"]\n'
            f'default_account = "{account}"\ndefault_venue = "{place.venue}"\n'
            f'sides = ["buy", "sell", "sell_short", "sell_short_exempt"]\non_disconnect = "{policy}"'
        )

    def _hash(self, secret: str) -> str:
        made = subprocess.run(
            (*PROGRAM, "secret", "hash", "--ln", "4"), input=f"{secret}\n".encode(), capture_output=True
        )
        if made.returncode:
            raise HarnessError(f"`fairlead secret hash` failed: {made.stderr.decode(errors='replace').strip()[-500:]}")
        return made.stdout.decode().strip()

    # the process

    async def start(self) -> None:
        """Start the program and wait until it listens. Raises HarnessError."""
        self._lives += 1
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(
                (*PROGRAM, "run", str(self.folder / "gateway.toml")), stdout=log, stderr=log, env=self.environ()
            )
        await self._until(self._read_port, "did not start")

    def environ(self) -> dict[str, str]:
        """Return the program's environment."""
        return {**os.environ, "FAIRLEAD_VIRTUAL_CLOCK": "1", "CERTIFY_VENUE_PASSWORD": "certify"}

    @property
    def log_path(self) -> Path:
        """Return where the log of the present life is."""
        return self.folder / f"gateway{self._lives}.log"

    def last_words(self) -> str:
        """Return how its log ends."""
        return self.log_path.read_text(encoding="utf-8", errors="replace").strip()[-1500:]

    def events(self, name: str) -> list[dict[str, object]]:
        """Return what the gateway's log says under one event name, in all its lives."""
        found = []
        for life in range(1, self._lives + 1):
            for line in (self.folder / f"gateway{life}.log").read_text(encoding="utf-8", errors="replace").splitlines():
                with contextlib.suppress(json.JSONDecodeError):
                    event = json.loads(line)
                    if isinstance(event, dict) and event.get("event") == name:
                        found.append(event)
        return found

    def _read_port(self) -> bool:
        for line in self.log_path.read_text(encoding="utf-8", errors="replace").splitlines():
            if '"ready"' in line:
                self.json_port = int(json.loads(line)["json"].rpartition(":")[2])
                return True
        return False

    async def _until(self, holds: Callable[[], bool], problem: str) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_S
        while not holds():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise HarnessError(f"the gateway {problem}; its log ends:\n{self.last_words()}")
            await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End the process as a machine that loses power does: at once, without a word."""
        assert self._process is not None
        await self.control.close()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)

    @property
    def is_running(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.poll() is None

    async def connect_venue(self, venue: str) -> None:
        """Have the gateway connect now."""
        with contextlib.suppress(ControlFailed):
            await self.control.call("venues.connect", {"venue": venue})

    def close(self) -> None:
        """Stop the program and give the places back; outside any loop."""
        for place in self._free:
            place.bound.close()
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _place(number: int, secret: str) -> Place:
    # bound and not listened at: whoever connects is refused, and nobody else gets the port
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # accepted sockets inherit it: what a venue says next must not wait until the gateway has acknowledged the last
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound.bind(("127.0.0.1", 0))
    name = f"V{number:03d}"
    return Place(
        name,
        f"s{number:03d}",
        f"t{number:03d}",
        f"CERT{number:03d}",
        bound,
        name,
        secrets=(secret, secret),
        number=number,
    )
