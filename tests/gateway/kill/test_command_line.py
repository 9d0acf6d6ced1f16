"""``fairlead kill`` shows the count first, asks, engages, and follows the kill to its last order."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kill_bench import KillBench
from kill_desk import Desk

from fairlead.gateway.commands import control_access, kill_follow
from fairlead.gateway.commands.kill import kill
from fairlead.gateway.control.client import NotAnswered, Refused
from fairlead.gateway.control.commands import ControlError


class Gateway:
    """Be what the commands' client talks to; ``on_status`` is called before each answer to ``kill.status``."""

    def __init__(self, bench: KillBench) -> None:
        self.desk = Desk(bench)
        self.calls: list[str] = []
        self.on_status: Callable[[int], None] = lambda times: None
        self.silent: set[str] = set()

    def call(self, name: str, arguments: Mapping[str, Any] | None = None, reason: str = "") -> dict[str, Any]:
        self.calls.append(name)
        if name == "kill.status":
            self.on_status(self.calls.count(name))
        kept = {key: tuple(value) if isinstance(value, list) else value for key, value in (arguments or {}).items()}
        try:
            answer = self.desk.call(name.removeprefix("kill."), **kept)
        except ControlError as error:
            raise Refused("refused", str(error)) from None
        if name in self.silent:
            self.silent.discard(name)
            raise NotAnswered(f"{name}: no answer within 10 s")
        return answer

    def close(self) -> None: ...


@pytest.fixture
def bench(tmp_path: Path) -> KillBench:
    bench = KillBench(tmp_path)
    for number in range(3):
        bench.open(str(number))
    bench.open("9", "b", venue="Y")
    return bench


@pytest.fixture
def gateway(bench: KillBench, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    gateway = Gateway(bench)
    monkeypatch.setattr(control_access, "ControlClient", lambda *args: gateway)
    monkeypatch.setattr(kill_follow, "POLL_S", 0)
    return gateway


def run(*words: str, typed: str | None = None) -> Result:
    environ = {"COLUMNS": "200", "FAIRLEAD_OPERATOR": ""}
    return CliRunner().invoke(kill, [*words, "--state", "/nowhere", "--reason", "runaway"], input=typed, env=environ)


def test_the_count_comes_first_and_the_scope_is_typed(gateway: Gateway) -> None:
    result = run("strategy", "a", typed="strategy b\n")
    assert "3 orders, 1 venue" in result.output
    assert "expected 'strategy a': nothing was done" in result.output
    assert result.exit_code == 1
    assert gateway.calls == ["kill.preview"]


def test_it_follows_to_the_last_order(gateway: Gateway, bench: KillBench) -> None:
    gateway.on_status = lambda times: bench.confirm_all(bench.x) if times == 2 else None
    result = run("strategy", "a", typed="strategy a\n")
    assert "3 orders confirmed dead (3 canceled)" in result.output
    assert result.exit_code == 0
    assert gateway.calls.count("kill.status") == 2


def test_escalations_are_exit_code_3_with_contact_and_procedure(gateway: Gateway, bench: KillBench) -> None:
    def act(times: int) -> None:
        if times == 1:
            bench.confirm_all(bench.y)
        bench.pass_time(1)

    gateway.on_status = act
    result = run("all", "--yes", "--wait", "0")
    assert result.exit_code == 3
    for text in (
        "4 orders, 2 venues",
        "ESCALATED: 3 orders not confirmed dead",
        "Desk X  +1 555 0100",
        "ask for a purge",
    ):
        assert text in result.output
    order = bench.ledger.find("a", "0")
    assert order is not None
    assert order.venue_cl_ord_id in result.output


def test_no_cancel_blocks_alone(gateway: Gateway, bench: KillBench) -> None:
    result = run("symbol", "MSFT", "--yes", "--no-cancel")
    assert result.exit_code == 0
    assert bench.cancels(bench.x) == []
    assert "BLOCKED" in result.output


def test_scopes_combine(gateway: Gateway, bench: KillBench) -> None:
    bench.open("8", "b")
    gateway.on_status = lambda times: bench.confirm_all(bench.x)
    result = run("strategy", "b", "--venue", "X", "--yes")
    assert result.exit_code == 0
    assert "strategy b, venue X" in result.output
    assert run("strategy", "b", "--strategy", "a", "--yes").exit_code == 2


def test_ctrl_c_leaves_the_kill_going_and_says_so(gateway: Gateway, bench: KillBench) -> None:
    def leave(times: int) -> None:
        if times == 2:
            raise KeyboardInterrupt

    gateway.on_status = leave
    result = run("all", "--yes")
    assert result.exit_code == 130
    assert "kill K1-1 goes on in the gateway: fairlead kill status K1-1" in result.output
    assert list(bench.switch.kills) == ["K1-1"]


def test_a_gateway_that_answers_slowly_is_asked_again(gateway: Gateway, bench: KillBench) -> None:
    gateway.silent = {"kill.engage"}

    def act(times: int) -> None:
        if times == 1:
            gateway.silent.add("kill.status")
        if times == 3:
            bench.confirm_all(bench.x)

    gateway.on_status = act
    result = run("strategy", "a", "--yes")
    assert "no answer within 10 s; looking for it" in result.output
    assert result.exit_code == 0
    assert len(bench.switch.kills) == 1


def test_single_orders(gateway: Gateway, bench: KillBench) -> None:
    gateway.on_status = lambda times: bench.confirm_all(bench.x)
    result = run("order", "a/0", "a/1", "--yes")
    assert result.exit_code == 0
    assert "2 orders confirmed dead" in result.output
    assert bench.switch.blocks.in_force == {}


def test_status_list_resolve_and_release(gateway: Gateway, bench: KillBench) -> None:
    assert "no kill is in force" in run("status").output
    bench.engage()
    bench.pass_time(1)
    result = run("status")
    assert result.exit_code == 3
    assert "KILL K1-1  ESCALATED " in result.output
    assert "3 orders taken off the list" in run("resolve", "K1-1", "--venue", "X").output
    assert "alive in the books" in run("status", "K1-1").output
    assert "4 orders of kill K1-1 live" in run("release", "K1-1").output
    assert "kill K1-1 is released" in run("release", "K1-1", "--with-live").output
    assert "RELEASED" in run("list").output


def test_json_for_machines(gateway: Gateway, bench: KillBench) -> None:
    gateway.on_status = lambda times: bench.confirm_all(bench.x)
    result = run("strategy", "a", "--yes", "--json")
    assert result.exit_code == 0
    assert '"confirmed": 3' in result.output
