"""Run ``fairlead run`` as a process of its own, and wait for what it logs."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.peers import TIMEOUT_S, BenchmarkError, Peer

LAYERS = ("codecs", "adapters", "gateway", "certification", "client")


def command(config: Path) -> list[str]:
    """Return the command that runs the gateway."""
    return [sys.executable, "-m", "fairlead.gateway.app", "run", str(config)]


def wait_for_lines(
    process: "subprocess.Popen[bytes]", log: Path, count: int, *words: str, most_s: float = TIMEOUT_S
) -> list[dict[str, Any]]:
    """Return the first ``count`` lines of the log that have all these words."""
    deadline = time.monotonic() + most_s
    while time.monotonic() < deadline:
        lines = log.read_text().splitlines()
        found = [line for line in lines if line.startswith("{") and all(f'"{word}"' in line for word in words)]
        if len(found) >= count:
            return [json.loads(line) for line in found[:count]]
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise BenchmarkError(
        f"the gateway did not log {words!r} {count} times; its log ends with:\n{log.read_text()[-2000:]}"
    )


def wait_for(process: "subprocess.Popen[bytes]", log: Path, *words: str) -> dict[str, Any]:
    """Return the first line of the log that has all these words."""
    return wait_for_lines(process, log, 1, *words)[0]


def stop(process: "subprocess.Popen[bytes]", peers: Sequence[Peer] = ()) -> None:
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


def source_tree(folder: Path) -> Path:
    """Copy the sources without extension modules; return the copy's import root."""
    for layer in LAYERS:
        shutil.copytree(ROOT / layer, folder / layer, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    shutil.copytree(ROOT / "src", folder / "src", symlinks=True, ignore=shutil.ignore_patterns("*.egg-info"))
    return folder / "src"


def environment(import_root: Path | None, extensions: str = "none") -> dict[str, str]:
    """Return the environment of a gateway whose sources are there, uncompiled; None: that of the installed one."""
    if import_root is None:
        return dict(os.environ)
    return {**os.environ, "PYTHONPATH": str(import_root), "FAIRLEAD_EXTENSIONS": extensions}
