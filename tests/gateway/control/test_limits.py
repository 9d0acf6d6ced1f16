"""Limits in a whole gateway: changed from a shell, by one person or two, and there again after a restart."""

import asyncio
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from gateway_bench import Running, Tables

from fairlead.gateway.commands.control import control
from fairlead.gateway.commands.limits import limits
from fairlead.gateway.ports.secret_hash import SecretHash

FILE = """
[firm]
max_order_qty = "1000"
max_open_orders = 50

[[limits]]
strategy = "alpha"
max_order_qty = "500"
"""
ORDER = ("alpha", "ACC", "XEXC", "MSFT")


def _operator(name: str) -> str:
    stored = SecretHash.of(f"secret-of-{name}", 4).stored()
    return f'[[operators]]\nname = "{name}"\nroles = ["risk"]\nsecret_hash = "{stored}"'


TABLES = Tables(more=['[risk]\nlimits = "limits.toml"', _operator("rita"), _operator("rob")])


async def _shell(running: Running, who: str, command: Any, *words: str) -> Result:
    env = {"FAIRLEAD_OPERATOR": who, "FAIRLEAD_OPERATOR_SECRET": f"secret-of-{who}", "COLUMNS": "160"}
    arguments = [*words, "--state", str(running.state)]
    return await asyncio.to_thread(CliRunner().invoke, command, arguments, env=env)


def _max_qty(running: Running) -> int:
    return running.gateway.path.checks.limits_for(*ORDER).max_qty // 10**8


async def test_limits_change_from_a_shell_and_stay_over_a_restart(tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_text(FILE)
    async with Running(tmp_path, TABLES) as running:
        assert _max_qty(running) == 500
        tighter = await _shell(running, "rita", limits, "set", "strategy alpha", "max_order_qty=400", "--yes",
                               "--reason", "calm")  # fmt: skip
        assert tighter.exit_code == 0, tighter.output
        assert ["strategy", "alpha", "max_order_qty", "500", "400"] in map(str.split, tighter.output.splitlines())
        assert _max_qty(running) == 400
        looser = await _shell(running, "rita", limits, "set", "firm", "max_open_orders=60", "--yes", "--reason", "more")
        assert "firm: max_open_orders from 50 to 60" in looser.output
        request = next(word for word in looser.output.split() if word[0] == "R" and word[1:].isdigit())
        assert running.gateway.limits.book.rules.firm.values["max_open_orders"] == 50
        approved = await _shell(running, "rob", control, "approve", request, "--reason", "agreed")
        assert approved.exit_code == 0, approved.output
        assert running.gateway.limits.book.rules.firm.values["max_open_orders"] == 60
        shown = await _shell(running, "rita", limits, "show")
        assert "rita and rob" in shown.output
    async with Running(tmp_path, TABLES) as running:
        assert _max_qty(running) == 400
        assert running.gateway.limits.book.version == 3


async def test_a_reload_shows_first_what_it_changes(tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_text(FILE)
    async with Running(tmp_path, TABLES) as running:
        (tmp_path / "limits.toml").write_text(FILE + "max_orders = 1")
        bad = await _shell(running, "rita", limits, "reload", "--yes", "--reason", "new file")
        assert bad.exit_code == 1
        assert "limits[0].max_orders: no such key is known here" in bad.output
        (tmp_path / "limits.toml").write_text(FILE.replace('"500"', '"300"'))
        running.gateway.path.checks.limits_for(*ORDER).buckets[0].open_orders = 51
        tried = await _shell(running, "rita", limits, "check")
        assert "strategies touched: alpha" in tried.output
        assert "Over the limit then, as things stand:" in tried.output
        declined = await _shell(running, "rita", limits, "reload", "--reason", "new file")
        assert declined.exit_code == 1
        assert _max_qty(running) == 500
        done = await _shell(running, "rita", limits, "reload", "--yes", "--reason", "new file")
        assert "version 2 is in force" in done.output
        assert _max_qty(running) == 300


async def test_what_an_order_meets_and_what_is_used_are_shown(tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_text(FILE)
    async with Running(tmp_path, TABLES) as running:
        running.gateway.path.checks.limits_for(*ORDER)
        named = [word for pair in zip(("--strategy", "--account", "--venue", "--symbol"), ORDER, strict=True)
                 for word in pair]  # fmt: skip
        shown = await _shell(running, "rita", limits, "show", *named)
        assert ["max_order_qty", "500", "strategy", "alpha"] in [line.split() for line in shown.output.splitlines()]
        used = await _shell(running, "rita", limits, "usage", "--json")
        (usage,) = json.loads(used.output)["usage"]
        assert (usage["scope"], usage["parameter"], usage["limit"]) == ("firm", "max_open_orders", 50)
