"""Start what the wire benchmark measures as processes of their own: the relay, and ``fairlead run`` in both builds."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import ROOT
from benchmarks.wire_peers import (
    TIMEOUT_S,
    BenchmarkError,
    BinaryStrategy,
    FixStrategy,
    FixVenue,
    JsonStrategy,
    Peer,
)
from fairlead.gateway.ports.secret_hash import SecretHash

SECRET = "for a benchmark on this host only"
BINARY_SECRET = "this-host1"
LAYERS = ("codecs", "adapters", "gateway", "certification", "client")

CONFIG = """
[gateway]
name = "bench"
state_dir = "{folder}/state"
log_format = "json"
[journal]
sync = "async"
[ports.fix]
listen = "127.0.0.1:0"
[ports.json]
listen = "127.0.0.1:0"
[ports.binary]
listen = "127.0.0.1:0"
heartbeat_s = 60
silence_s = 3600
[[venues]]
name = "XBRK"
profile = "broker42"
hosts = ["127.0.0.1:{venue_port}"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XBRK"
heartbeat_s = 0
[[strategies]]
name = "bench-fix"
port = "fix"
accounts = ["ACC"]
default_account = "ACC"
default_venue = "XBRK"
cancel_on_disconnect = false
[strategies.fix]
sender_comp_id = "BENCH"
target_comp_id = "FAIRLEAD"
[[strategies]]
name = "bench-json"
port = "json"
secret_hash = "{secret_hash}"
accounts = ["ACC"]
default_account = "ACC"
default_venue = "XBRK"
cancel_on_disconnect = false
[[strategies]]
name = "bench-binary"
port = "binary"
secret_hash = "{binary_secret_hash}"
binary = {{ username = "bench" }}
accounts = ["ACC"]
default_account = "ACC"
default_venue = "XBRK"
cancel_on_disconnect = false
[[instruments]]
symbol = "MSFT"
tick = "0.01"
lot = "1"
venues = ["XBRK"]
"""


class Subject:
    """One way from a strategy to a venue and back."""

    def __init__(
        self, name: str, build: str, strategy: FixStrategy | JsonStrategy | BinaryStrategy, venue: FixVenue
    ) -> None:
        self.name = name
        self.build = build
        self.strategy = strategy
        self.venue = venue


def wait_for(process: "subprocess.Popen[bytes]", log: Path, *words: str) -> dict[str, str]:
    """Return the first line of the log that has all these words."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        for line in log.read_text().splitlines():
            if line.startswith("{") and all(f'"{word}"' in line for word in words):
                found: dict[str, str] = json.loads(line)
                return found
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise BenchmarkError(f"the gateway did not log {words!r}; its log:\n{log.read_text()[-2000:]}")


def stop(process: "subprocess.Popen[bytes]", peers: Sequence[Peer]) -> None:
    """End a process, and hang up."""
    for peer in peers:
        peer.close()
    process.terminate()
    try:
        process.wait(TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def connect(port: int) -> socket.socket:
    """Connect to a port of this machine."""
    return socket.create_connection(("127.0.0.1", port), TIMEOUT_S)


@contextmanager
def bare_relay() -> Iterator[list[Subject]]:
    """Yield the floor: a relay of bytes in Python."""
    command = [sys.executable, "-m", "benchmarks.relay"]
    peers: list[Peer] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(TIMEOUT_S)
        port = listener.getsockname()[1]
        process = subprocess.Popen([*command, str(port)], stdout=subprocess.PIPE, cwd=ROOT)
        try:
            assert process.stdout is not None
            strategy = FixStrategy(connect(int(process.stdout.readline())))
            venue = FixVenue(listener.accept()[0])
            peers += [strategy, venue]
            yield [Subject("bare relay", "uvloop", strategy, venue)]
        finally:
            stop(process, peers)


def source_tree(folder: Path) -> Path:
    """Copy the sources without extension modules; return the copy's import root."""
    for layer in LAYERS:
        shutil.copytree(ROOT / layer, folder / layer, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    shutil.copytree(ROOT / "src", folder / "src", symlinks=True, ignore=shutil.ignore_patterns("*.egg-info"))
    return folder / "src"


def environment(import_root: Path | None) -> dict[str, str]:
    """Return the environment of a gateway whose sources are there, uncompiled; None: that of the installed one."""
    if import_root is None:
        return dict(os.environ)
    return {**os.environ, "PYTHONPATH": str(import_root), "FAIRLEAD_EXTENSIONS": "none"}


@contextmanager
def gateway(folder: Path, import_root: Path | None = None, fix_only: bool = False) -> Iterator[list[Subject]]:
    """Yield a gateway's ports as subjects; ``import_root`` is where its sources are, if not where ours are."""
    folder.mkdir(parents=True)
    log = folder / "gateway.log"
    config = folder / "gateway.toml"
    peers: list[Peer] = []
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as log_file:
        listener.settimeout(TIMEOUT_S)
        secret_hash = SecretHash.of(SECRET, 10).stored()
        port = listener.getsockname()[1]
        binary_hash = SecretHash.of(BINARY_SECRET, 10).stored()
        hashes = {"secret_hash": secret_hash, "binary_secret_hash": binary_hash}
        config.write_text(CONFIG.format(folder=folder, venue_port=port, **hashes))
        process = subprocess.Popen(
            [sys.executable, "-m", "fairlead.gateway.app", "run", str(config)],
            stdout=log_file,
            stderr=log_file,
            env=environment(import_root),
            cwd=folder,
        )
        try:
            build = wait_for(process, log, "starting")["build"].partition(",")[0]
            venue = FixVenue(listener.accept()[0])
            peers.append(venue)
            venue.log_on()
            addresses = wait_for(process, log, "ready")
            fix = FixStrategy(connect(int(addresses["fix"].rpartition(":")[2])))
            peers.append(fix)
            fix.log_on()
            subjects = [Subject("FIX port", build, fix, venue)]
            if not fix_only:
                lines = JsonStrategy(connect(int(addresses["json"].rpartition(":")[2])))
                peers.append(lines)
                lines.log_on(SECRET)
                subjects.append(Subject("JSON port", build, lines, venue))
                layouts = BinaryStrategy(connect(int(addresses["binary"].rpartition(":")[2])))
                peers.append(layouts)
                layouts.log_on(BINARY_SECRET)
                subjects.append(Subject("binary port", build, layouts, venue))
            yield subjects
        except (BenchmarkError, OSError) as error:
            raise BenchmarkError(f"{error}\nthe gateway's log:\n{log.read_text()[-2000:]}") from error
        finally:
            stop(process, peers)
