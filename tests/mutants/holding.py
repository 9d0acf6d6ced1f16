"""Hold a tree against its suite and tell which cases are red."""

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LIMIT_S = 240
COMP_IDS = ",".join(f"PEER{number}" for number in range(8))


@dataclass(slots=True)
class Held:
    """What became of a run: verdicts by case's key; ``problem`` where nothing was played."""

    verdicts: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    def red(self, healthy: "Held") -> list[str]:
        """Return the cases that fail here and not in a healthy tree."""
        return sorted(key for key, verdict in self.verdicts.items() if verdict == "fail" != healthy.verdicts.get(key))

    def blocked(self, healthy: "Held") -> list[str]:
        """Return the cases that could not be held here and could in a healthy tree."""
        return sorted(
            key for key, verdict in self.verdicts.items() if verdict == "blocked" != healthy.verdicts.get(key)
        )


def hold(tree: Path, subject: str, cases: tuple[str, ...] = ()) -> Held:
    """Play a suite, or cases of it by their ids, with the program in ``tree``."""
    result = tree / "run.json"
    command = [sys.executable, "-m", "fairlead.gateway.app", *_command(tree, subject), "--json", str(result)]
    for case in cases:
        command += ["--only", case]
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment(tree), capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Held(problem=f"not over within {LIMIT_S} s")
    if not result.is_file():
        told = (done.stderr or done.stdout).strip().splitlines()
        return Held(problem=f"exit code {done.returncode}: {told[-1] if told else 'nothing said'}")
    run = json.loads(result.read_text(encoding="utf-8"))
    return Held({_key(case): case["verdict"] for case in run["results"]})


def environment(tree: Path) -> dict[str, str]:
    """Return the environment in which the program is the tree's, uncompiled."""
    return {**os.environ, "PYTHONPATH": str(tree / "src"), "FAIRLEAD_EXTENSIONS": "none"}


def _command(tree: Path, subject: str) -> list[str]:
    kind, _, profile = subject.partition(":")
    if kind == "gateway":
        return ["certify", "gateway", "--profile", profile]
    address = f"127.0.0.1:{_free_port()}"
    engine = [sys.executable, str(tree / "examples" / "echo_acceptor.py"), "--listen", address]
    engine += ["--begin-string", "FIX.4.4", "--sender", "ENGINE", "--target", COMP_IDS]
    engine += ["--numbers", "keep", "--conditions", "on"]
    command = ["certify", "engine", address, "--as", "acceptor", "--version", "FIX.4.4", "--comp-ids", COMP_IDS]
    return [*command, "--start", shlex.join(engine)]


def _key(case: Mapping[str, object]) -> str:
    varied = case["variant"]
    assert isinstance(varied, dict)
    text = ",".join(f"{name}={value}" for name, value in sorted(varied.items()))
    return f"{case['case_id']} {text}".strip()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
