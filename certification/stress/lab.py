"""Set up a gateway between simulated venues, each a process of its own, in a folder that is thrown away."""

from __future__ import annotations

import contextlib
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from fairlead.certification.stress.load import Load

PROGRAM = (sys.executable, "-m", "fairlead.gateway.app")
START_S = 30.0
STOP_S = 20.0


class LabError(Exception):
    """Report a lab that can't be set up."""


class Lab:
    """Hold the processes: one venue for each that the load names, then the gateway."""

    def __init__(self, folder: Path, load: Load) -> None:
        self.folder = folder
        self.secret = secrets.token_urlsafe(24)
        self.json_port = _free_port()
        self.exit_code: int | None = None
        self._load = load
        self._processes: list[subprocess.Popen[bytes]] = []
        self._venue_ports = {venue: _free_port() for venue in load.values("venue")}

    def start(self) -> None:
        """Start everything and wait until the gateway listens. Raises LabError."""
        for venue, port in self._venue_ports.items():
            # a venue that is told no symbols knows any
            self._spawn(
                venue, "simulate", "fix", "--listen", f"127.0.0.1:{port}", "--version", "4.4", "--sender", venue
            )
            self._wait_for(port, f"the simulated venue {venue}")
        config = self.folder / "fairlead.toml"
        config.write_text(self._config(), encoding="utf-8")
        self._spawn("gateway", "run", str(config))
        self._wait_for(self.json_port, "the gateway")
        self._wait_for_venues()

    def _wait_for_venues(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.gateway_log().count('"venue_up"') >= len(self._venue_ports):
                return
            time.sleep(0.05)
        raise LabError(f"the gateway did not log on at every venue; its log ends: {self.gateway_log()[-500:]}")

    def _spawn(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen((*PROGRAM, *arguments), stdout=log, stderr=log)
        self._processes.append(process)

    def _wait_for(self, port: int, who: str) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._processes[-1].poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                return
            time.sleep(0.05)
        raise LabError(f"{who} did not start; its log is in {self.folder}")

    def _config(self) -> str:
        tables = [
            f'[gateway]\nstate_dir = "state"\nlog_format = "json"\n[ports.json]\nlisten = "127.0.0.1:{self.json_port}"'
        ]
        tables += [
            f'[[venues]]\nname = "{venue}"\nprofile = "exchange44"\nhosts = ["127.0.0.1:{port}"]\n'
            f'sender_comp_id = "STRESS"\ntarget_comp_id = "{venue}"'
            for venue, port in self._venue_ports.items()
        ]
        hashed = self._hash()
        tables += [
            f'[[strategies]]\nname = "{name}"\nport = "json"\nsecret_hash = "{hashed}"\naccounts = ["*"]\n'
            f'default_account = "STRESS"'
            for name in self._load.strategies
        ]
        venues = ", ".join(f'"{venue}"' for venue in self._venue_ports)
        tables += [
            f'[[instruments]]\nsymbol = "{symbol}"\nvenues = [{venues}]' for symbol in self._load.values("symbol")
        ]
        return "\n".join(tables) + "\n"

    def _hash(self) -> str:
        made = subprocess.run(
            (*PROGRAM, "secret", "hash", "--ln", "4"),
            input=f"{self.secret}\n".encode(),
            capture_output=True,
            check=True,
        )
        return made.stdout.decode().strip()

    def stop(self) -> None:
        """Stop the gateway in order, then the venues."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process is self._processes[-1]:
                self.exit_code = process.returncode

    def gateway_log(self) -> str:
        """Return what the gateway has said."""
        return (self.folder / "gateway.log").read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def open_lab(folder: Path, load: Load) -> Iterator[Lab]:
    """Start a lab and stop it, whatever happens."""
    lab = Lab(folder, load)
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
