"""A clock that is moved on: every deadline in between, in order; never on by accident."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fairlead.gateway.app import main
from fairlead.gateway.clock import Clock, FakeClock
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.control.clock_commands import Advance, ClockCommands
from fairlead.gateway.control.commands import ControlCommands, ControlError, ControlRequest, NoArguments
from fairlead.gateway.virtual_clock import VARIABLE, ClockRefused, VirtualClock, choose_clock

S = 1_000_000_000
CONFIG = """
[gateway]
state_dir = "var"
virtual_clock = {virtual}
[ports.json]
listen = "127.0.0.1:0"
[[venues]]
name = "X"
profile = "broker42"
hosts = ["127.0.0.1:1"]
sender_comp_id = "FL"
target_comp_id = "X"
{more}
[[strategies]]
name = "alpha"
port = "json"
secret_hash = "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
accounts = ["*"]
[[instruments]]
symbol = "MSFT"
venues = ["X"]
"""


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    yield VirtualClock(FakeClock(now_ns=S, utc_ns=100 * S))


async def test_deadlines_come_in_order_each_at_its_own_time(clock: VirtualClock) -> None:
    seen: list[tuple[str, int]] = []
    loop = asyncio.get_running_loop()

    def note(name: str) -> Callable[[], None]:
        return lambda: seen.append((name, clock.now_ns() // S))

    clock.call_later(loop, 30, note("late"))
    clock.call_later(loop, 10, note("early"))
    clock.call_later(loop, 61, note("beyond"))
    clock.call_later(loop, 20, note("cancelled")).cancel()
    await clock.advance(60 * S)
    assert seen == [("early", 11), ("late", 31)]
    assert (clock.now_ns(), clock.utc_ns()) == (61 * S, 160 * S)
    await clock.advance(S)
    assert seen[-1] == ("beyond", 62)


async def test_what_a_deadline_makes_due_comes_within_the_same_advance(clock: VirtualClock) -> None:
    seen: list[int] = []
    loop = asyncio.get_running_loop()

    def again() -> None:
        seen.append(clock.now_ns() // S)
        clock.call_later(loop, 10, again)

    again()
    await clock.advance(35 * S)
    assert seen == [1, 11, 21, 31]


async def test_waits_follow(clock: VirtualClock) -> None:
    rounds: list[int] = []

    async def keep() -> None:
        while True:
            await clock.sleep(0.5)
            rounds.append(clock.now_ns())

    task = asyncio.create_task(keep())
    await asyncio.sleep(0)
    await clock.advance(2 * S)
    task.cancel()
    assert rounds == [S * 3 // 2, 2 * S, S * 5 // 2, 3 * S]


async def test_time_goes_on_by_itself_too() -> None:
    clock = VirtualClock(Clock())
    over = asyncio.Event()
    clock.call_later(asyncio.get_running_loop(), 0.01, over.set)
    await asyncio.wait_for(over.wait(), 5)
    await asyncio.wait_for(clock.sleep(0.01), 5)
    # what is left of a wait after an advance is the rest of it
    clock.call_later(asyncio.get_running_loop(), 60, over.clear)
    await clock.advance(60 * S - 10_000_000)
    assert over.is_set()
    await asyncio.wait_for(clock.sleep(0.05), 5)
    assert not over.is_set()


async def test_one_advance_at_a_time(clock: VirtualClock) -> None:
    clock.call_later(asyncio.get_running_loop(), 1, lambda: None)
    first = asyncio.create_task(clock.advance(2 * S))
    await asyncio.sleep(0)
    with pytest.raises(ClockRefused, match="being advanced already"):
        await clock.advance(S)
    await first


def _request(arguments: Any) -> ControlRequest:
    return ControlRequest("sue", "", "trial", arguments, 0, 0)


async def test_the_commands_begin_an_advance_and_tell_of_its_end(clock: VirtualClock) -> None:
    crashed: list[BaseException] = []
    commands = ClockCommands(clock, crashed.append)
    commands.register(ControlCommands())
    clock.call_later(asyncio.get_running_loop(), 1, lambda: None)
    assert commands.advance(_request(Advance(ms=2000)))["by_ms"] == 2000
    with pytest.raises(ControlError, match="being advanced already"):
        commands.advance(_request(Advance(ms=1)))
    for _ in range(100):
        await asyncio.sleep(0.001)
        if not commands.show(_request(NoArguments()))["advancing"]:
            break
    assert commands.show(_request(NoArguments())) == {"advancing": False, "ahead_ns": 2 * S, "utc_ns": 102 * S}
    assert crashed == []


def _write(tmp_path: Path, virtual: str, more: str = "") -> Path:
    path = tmp_path / "gateway.toml"
    path.write_text(CONFIG.format(virtual=virtual, more=more))
    return path


@pytest.mark.parametrize(
    ("virtual", "environ", "text"),
    [
        ("true", {}, "FAIRLEAD_VIRTUAL_CLOCK is not set: expected both"),
        ("false", {VARIABLE: "1"}, "virtual_clock is false and FAIRLEAD_VIRTUAL_CLOCK is 1: expected both"),
        ("true", {VARIABLE: "yes"}, "FAIRLEAD_VIRTUAL_CLOCK is 'yes', expected 1"),
    ],
)
def test_it_is_never_on_by_accident(tmp_path: Path, virtual: str, environ: dict[str, str], text: str) -> None:
    path = _write(tmp_path, virtual)
    with pytest.raises(ClockRefused, match=text):
        choose_clock(load_config(path), environ)
    result = CliRunner().invoke(main, ["run", str(path)], env={VARIABLE: environ.get(VARIABLE)})
    assert result.exit_code == 1
    assert text in result.output


def test_both_together_give_it_and_neither_gives_the_real_one(tmp_path: Path) -> None:
    assert isinstance(choose_clock(load_config(_write(tmp_path, "true")), {VARIABLE: "1"}), VirtualClock)
    for environ in ({}, {VARIABLE: "0"}):
        assert type(choose_clock(load_config(_write(tmp_path, "false")), environ)) is Clock


def test_never_with_a_venue_for_production(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(_write(tmp_path, "true", "production = true"))
    assert "gateway.virtual_clock: true, expected false since venues[0] (X) is for production" in str(caught.value)
