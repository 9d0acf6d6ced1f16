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

from fairlead.gateway.ports.secret_hash import SecretHash

LIMIT_S = 240
USERS = tuple(f"FAIR{number:02}" for number in range(8))
PASSWORD = "Ten-Chars1"
COMP_IDS = ",".join(f"PEER{number}" for number in range(8))


@dataclass(slots=True)
class Held:
    """What became of a run: verdicts by case's key; ``problem`` where nothing was played."""

    verdicts: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    def turned(self, verdict: str, healthy: "Held") -> list[str]:
        """Return the cases that have this verdict here and not in a healthy tree."""
        return sorted(key for key, found in self.verdicts.items() if found == verdict != healthy.verdicts.get(key))


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
    return {
        **os.environ,
        "PYTHONPATH": str(tree / "src"),
        "FAIRLEAD_EXTENSIONS": "none",
        "FAIRLEAD_CERTIFY_PASSWORD": PASSWORD,
    }


def _command(tree: Path, subject: str) -> list[str]:
    kind, _, profile = subject.partition(":")
    if kind == "gateway":
        return ["certify", "gateway", "--profile", profile]
    address = f"127.0.0.1:{_free_port()}"
    return _soup_client(tree, address) if kind == "soup_client" else _fix_acceptor(tree, address)


def _fix_acceptor(tree: Path, address: str) -> list[str]:
    """Return the command against our FIX engine as acceptor."""
    engine = [sys.executable, str(tree / "examples" / "echo_acceptor.py"), "--listen", address]
    engine += ["--begin-string", "FIX.4.4", "--sender", "ENGINE", "--target", COMP_IDS]
    engine += ["--numbers", "keep", "--conditions", "on"]
    command = ["certify", "engine", address, "--as", "acceptor", "--version", "FIX.4.4", "--comp-ids", COMP_IDS]
    return [*command, "--start", shlex.join(engine)]


def _soup_client(tree: Path, address: str) -> list[str]:
    """Return the command against a gateway whose OUCH venues are where the certification listens."""
    tables = [
        f'[gateway]\nstate_dir = "{tree / "state"}"\nstop_timeout_s = 1',
        f'[ports.json]\nlisten = "127.0.0.1:0"\n[[instruments]]\nsymbol = "MSFT"\nvenues = ["{USERS[0]}"]',
        f'[[strategies]]\nname = "s"\nport = "json"\nsecret_hash = "{SecretHash.of(PASSWORD, 1).stored()}"',
        'accounts = ["*"]',
    ]
    for user in USERS:
        tables.append(f'[[venues]]\nname = "{user}"\nadapter = "ouch"\nprofile = "nasdaq_ouch42"')
        tables.append(f'hosts = ["{address}"]\nusername = "{user}"\npassword = "env:FAIRLEAD_CERTIFY_PASSWORD"')
        tables.append("reconnect_first_s = 0.2\nreconnect_max_s = 0.4")
    config = tree / "gateway.toml"
    config.write_text("\n".join(tables) + "\n", encoding="utf-8")
    engine = [sys.executable, "-m", "fairlead.gateway.app", "run", str(config)]
    command = ["certify", "engine", address, "--as", "initiator", "--version", "SOUP", "--username", ",".join(USERS)]
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
