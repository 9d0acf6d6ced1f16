"""The whole gateway with its socket: from a program outside, and through the commands of a shell."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from gateway_bench import PROGRAM, Running, Tables, make_venue, until

from fairlead.codecs.vocabulary.constants import SCALE, OrdStatus, Refusal
from fairlead.gateway.app import main
from fairlead.gateway.control.client import ControlClient, NotAnswered, NotRunning, Refused
from fairlead.gateway.control.server import socket_path
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.layout import segment_paths
from fairlead.gateway.ports.secret_hash import SecretHash
from fairlead.gateway.process import EXIT_JOURNAL_FAILED
from fairlead.gateway.risk.subject_cy import Refused as RiskRefused
from fairlead.gateway.risk.subject_cy import Subject


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


GRANT = {
    "strategy": "alpha",
    "cl_ord_id": "BIG-1",
    "symbol": "MSFT",
    "side": "buy",
    "max_qty": "5000",
    "price": "431",
    "checks": ["max_quantity"],
}


async def test_overrides_and_the_chain_survive_restarts_and_the_end_of_old_segments(tmp_path: Path) -> None:
    tables = Tables(more=PEOPLE)
    async with Running(tmp_path, tables) as running:
        pending = (await _call(running.state, "rita", "override.grant", GRANT, "block trade"))["pending"]
        await _call(running.state, "rob", "control.approve", {"request": pending["id"]}, "checked")
        waits = (await _call(running.state, "rita", "override.grant", {**GRANT, "cl_ord_id": "BIG-2"}, "more"))[
            "pending"
        ]
    async with Running(tmp_path, tables) as running:
        with pytest.raises(Refused, match="expected a request that waits: none"):
            await _call(running.state, "rob", "control.approve", {"request": waits["id"]}, "late")
    # what housekeeping does once a checkpoint stands for the oldest segment
    oldest = min(segment_paths(running.state / "journal").items())[1]
    oldest.unlink()
    async with Running(tmp_path, tables) as running:
        [kept] = (await _call(running.state, "vera", "override.list"))["overrides"]
        assert (kept["cl_ord_id"], kept["state"], kept["authorised_by"]) == ("BIG-1", "granted", "rob")
        verified = await _shell(running.state, "", "audit", "verify")
        assert verified.exit_code == 0
        assert "went with old segments" in verified.output
        assert running.gateway.trail.chain.problem == ""


async def test_a_journal_that_fails_lets_no_answer_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Running(tmp_path, Tables()) as running:

        def fail(payload: bytes, utc_ns: int) -> None:
            raise JournalError("no space left")

        monkeypatch.setattr(running.gateway.trail.chain, "_append", fail)
        with pytest.raises(NotAnswered):
            await _call(running.state, "", "venues.logout", {"venue": "XEXC"}, "a try")
        assert running.task is not None
        assert await running.task == EXIT_JOURNAL_FAILED
    assert running.process.connectors[0].held == ""


async def test_an_override_lets_one_order_past_a_check_and_no_second_one(tmp_path: Path) -> None:
    venue = make_venue()
    tables = Tables(venue_address=f"127.0.0.1:{await venue.start()}", more=PEOPLE)
    async with Running(tmp_path, tables) as running:
        await running.up()

        def refuse(subject: Subject) -> RiskRefused | None:
            return RiskRefused(Refusal.MAX_QUANTITY, "too large") if subject.request.order_qty > SCALE else None

        running.gateway.path.checks.fill("max_quantity", refuse)
        pending = (await _call(running.state, "rita", "override.grant", GRANT, "block trade"))["pending"]
        client = await running.json_client()
        early = client.new_order("buy", 5000, "MSFT", price="100", cl_ord_id="BIG-1")
        await until(lambda: early.ord_status is OrdStatus.REJECTED, "the refusal")
        # a refused order has not used its id up
        await _call(running.state, "rob", "control.approve", {"request": pending["id"]}, "checked")
        await client.close()
        client = await running.json_client()
        other = client.new_order("buy", 5000, "MSFT", price="100", cl_ord_id="BIG-2")
        await until(lambda: other.ord_status is OrdStatus.REJECTED, "the refusal")
        order = client.new_order("buy", 5000, "MSFT", price="100", cl_ord_id="BIG-1")
        await until(lambda: order.ord_status is OrdStatus.NEW, "the order open")
        [used] = (await _call(running.state, "vera", "override.list"))["overrides"]
        assert used["state"] == "used"
        replaced = client.replace(order, order_qty=4000)
        await until(lambda: replaced.answered, "the replace's refusal")
        assert order.order_qty == 5000
        await client.close()
    await venue.stop()
