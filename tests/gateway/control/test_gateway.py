"""The whole gateway with its socket: from a program outside, and through the commands of a shell."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from gateway_bench import PROGRAM, Running, Tables

from fairlead.gateway.app import main
from fairlead.gateway.control.client import ControlClient, NotRunning, Refused
from fairlead.gateway.control.server import socket_path
from fairlead.gateway.ports.secret_hash import SecretHash


def _table(name: str, role: str) -> str:
    stored = SecretHash.of(f"secret-of-{name}", 4).stored()
    return f'[[operators]]\nname = "{name}"\nroles = ["{role}"]\nsecret_hash = "{stored}"'


PEOPLE = [
    _table(name, role) for name, role in (("vera", "view"), ("sue", "support"), ("rita", "risk"), ("rob", "risk"))
]


async def _call(state: Path, who: str, name: str, arguments: dict[str, Any] | None = None, reason: str = "") -> Any:
    def ask() -> Any:
        with ControlClient(socket_path(state), who, f"secret-of-{who}" if who else "") as client:
            return client.call(name, arguments, reason)

    return await asyncio.to_thread(ask)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a command of a shell did."""

    exit_code: int
    output: str


async def _shell(state: Path, who: str, *words: str) -> Shown:
    secrets = {"FAIRLEAD_OPERATOR": who, "FAIRLEAD_OPERATOR_SECRET": f"secret-of-{who}"} if who else {}
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, *words, "--state", str(state)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200", **secrets},
    )
    output, _ = await process.communicate()
    return Shown(process.returncode or 0, output.decode())


async def test_operators_ask_the_running_gateway(tmp_path: Path) -> None:
    async with Running(tmp_path, Tables(more=PEOPLE)) as running:
        assert (await _call(running.state, "sue", "control.ping"))["operator"] == "sue"
        with pytest.raises(Refused, match="a login is needed first"):
            await _call(running.state, "", "control.ping")
        with pytest.raises(Refused, match="no such operator, or not this operator's secret"):
            await _call(running.state, "nobody", "control.ping")
        shown = await _shell(running.state, "vera", "control", "operators")
        assert [line.split()[0] for line in shown.output.splitlines()] == ["operator", "vera", "sue", "rita", "rob"]
        shown = await _shell(running.state, "vera", "control", "ping", "--json")
        assert orjson.loads(shown.output)["roles"] == ["view"]
        shown = await _shell(running.state, "vera", "control", "pending")
        assert shown.output == "nothing waits for a second person\n"
    assert not socket_path(running.state).exists()
    with pytest.raises(NotRunning, match="no control socket"):
        await _call(running.state, "sue", "control.ping")


async def test_without_operators_the_own_user_asks(tmp_path: Path) -> None:
    async with Running(tmp_path, Tables()) as running:
        answer = await _call(running.state, "", "control.ping")
        assert answer["operator"].startswith("os:")
        listed = await _shell(running.state, "", "control", "commands")
        assert "control.approve" in listed.output
        with pytest.raises(Refused, match="expected no login"):
            await _call(running.state, "sue", "control.ping")


async def test_a_shell_is_told_what_is_missing(tmp_path: Path) -> None:
    result = await _shell(tmp_path, "", "control", "ping")
    assert result.exit_code == 1
    assert "is the gateway running" in result.output
    result = await asyncio.to_thread(CliRunner().invoke, main, ["control", "ping"])
    assert "expected one of --config FILE and --state DIR" in result.output
