"""Start one gateway with a feed for each case: a venue, symbols and a strategy of its own."""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from fairlead.certification.runner import HarnessError

PROGRAM = (sys.executable, "-m", "fairlead.gateway.app")
START_S = 30.0
STOP_S = 10.0
STALE_AFTER_S = 2
GIVE_UP_S = 1
REBUILD_AFTER_S = 1
_NEVER_S = 3600


@dataclass(slots=True)
class MarketPlace:
    """What one case plays at. ``protocol`` is the feed's, or the strategy's where that is FIX.

    ``ports``: SoupBinTCP, line A, line B, request server, a venue that is never there.
    """

    number: int
    transport: str
    protocol: str = "itch"
    ports: list[int] = field(default_factory=list)

    @property
    def symbols(self) -> list[str]:
        """Return its symbols."""
        return [f"{letter}{self.number:03d}" for letter in "XYZ"]

    @property
    def begin_string(self) -> str:
        """Return the version of FIX in which its strategy speaks, "" for JSON."""
        return {"fix42": "FIX.4.2", "fix44": "FIX.4.4"}.get(self.protocol, "")

    @property
    def comp_id(self) -> str:
        """Return its strategy's CompID."""
        return f"W{self.number:03d}"

    @property
    def strategy(self) -> str:
        """Return its strategy."""
        return f"w{self.number:03d}"


def free_ports(count: int) -> list[int]:
    """Return ports that nobody has, for TCP and UDP alike."""
    held = [(socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(count)]
    ports = []
    for tcp, udp in held:
        tcp.bind(("127.0.0.1", 0))
        ports.append(tcp.getsockname()[1])
        udp.bind(("127.0.0.1", ports[-1]))
    for pair in held:
        for one in pair:
            one.close()
    return ports


class MarketInstallation:
    """One gateway process for many cases."""

    def __init__(self, folder: Path, kinds: list[tuple[str, str]]) -> None:
        self.folder = folder
        self.places = [MarketPlace(number, *kind) for number, kind in enumerate(kinds, 1)]
        self.secret = secrets.token_urlsafe(24)
        self.json_port = self.fix_port = 0
        self._process: subprocess.Popen[bytes] | None = None

    async def open(self) -> None:
        """Write the configuration, start the program and wait until it listens. Raises HarnessError."""
        ports = free_ports(5 * len(self.places))
        for place in self.places:
            place.ports = [ports.pop() for _ in range(5)]
        path = self.folder / "gateway.toml"
        path.write_text(await asyncio.to_thread(self._config), encoding="utf-8")
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen((*PROGRAM, "run", str(path)), stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise HarnessError(f"the gateway did not start; its log ends:\n{self.log_path.read_text()[-1500:]}")
            await asyncio.sleep(0.02)

    @property
    def log_path(self) -> Path:
        """Return where the gateway's log is."""
        return self.folder / "gateway.log"

    def _is_ready(self) -> bool:
        for line in self.log_path.read_text(encoding="utf-8", errors="replace").splitlines():
            if '"ready"' in line:
                told = json.loads(line)
                self.json_port, self.fix_port = (int(told[name].rpartition(":")[2]) for name in ("json", "fix"))
                return True
        return False

    @property
    def is_running(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def _config(self) -> str:
        made = subprocess.run(
            (*PROGRAM, "secret", "hash", "--ln", "4"), input=f"{self.secret}\n".encode(), capture_output=True
        )
        if made.returncode:
            raise HarnessError(f"`fairlead secret hash` failed: {made.stderr.decode(errors='replace').strip()[-500:]}")
        tables = [
            '[gateway]\nname = "certified"\nstate_dir = "state"\nlog_format = "json"\nstop_timeout_s = 1\n'
            '[journal]\nsegment_mib = 1\n[ports.json]\nlisten = "127.0.0.1:0"\n'
            '[ports.fix]\nlisten = "127.0.0.1:0"'
        ]
        for place in self.places:
            tables += _tables(place, made.stdout.decode().strip())
        return "\n".join(tables) + "\n"

    def close(self) -> None:
        """Stop the program; outside any loop."""
        if not self.is_running:
            return
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _tables(place: MarketPlace, hashed: str) -> list[str]:
    soup, line_a, line_b, requests, nowhere = place.ports
    venue = f"V{place.number:03d}"
    if place.transport == "soup":
        where = f'hosts = ["127.0.0.1:{soup}"]\nusername = "FEED"\nreconnect_first_s = 0.05\nreconnect_max_s = 0.1'
    else:
        where = (
            f'lines = ["127.0.0.1:{line_a}", "127.0.0.1:{line_b}"]\nrequest_servers = ["127.0.0.1:{requests}"]\n'
            f"gap_delay_ms = 20\ngive_up_s = {GIVE_UP_S}"
        )
    port = 'port = "json"'
    if place.begin_string:
        port = (
            f'port = "fix"\nfix = {{ begin_string = "{place.begin_string}", sender_comp_id = "{place.comp_id}", '
            'target_comp_id = "FAIRLEAD" }'
        )
    return [
        f'[[venues]]\nname = "{venue}"\nprofile = "exchange44"\nhosts = ["127.0.0.1:{nowhere}"]\n'
        f'sender_comp_id = "FAIRLEAD"\ntarget_comp_id = "{venue}"\n'
        f"reconnect_first_s = {_NEVER_S}\nreconnect_max_s = {_NEVER_S}",
        f'[[strategies]]\nname = "{place.strategy}"\n{port}\nsecret_hash = "{hashed}"\naccounts = ["CERT"]\n'
        f'default_account = "CERT"\ndefault_venue = "{venue}"\non_disconnect = "nothing"',
        f'[[instruments]]\nsymbol = "{place.symbols[0]}"\nvenues = ["{venue}"]',
        f'[[feeds]]\nname = "f{place.number:03d}"\nvenue = "{venue}"\nmapping = "itch_5_0"\n'
        f'transport = "{place.transport}"\n{where}\nstale_after_s = {STALE_AFTER_S}\n'
        f"rebuild_after_s = {REBUILD_AFTER_S}",
    ]
