"""The instrumented run goes all the way, and stamps nothing where nobody asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner

from fairlead.gateway.commands.profile import profile
from fairlead.gateway.profiling import budget
from fairlead.gateway.profiling.budget import measure_stages
from fairlead.gateway.profiling.floor import OrderPathFloor
from fairlead.gateway.profiling.peers import ProfileError
from fairlead.gateway.stages_cy import STAGE_TIMES, STAGES


@pytest.fixture
def log_settings() -> Iterator[None]:
    """Leave the log as it was: the command makes it quiet."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_every_stage_of_both_ways_is_timed_once() -> None:
    found = measure_stages(20)
    stages = [(each.way, each.stage) for each in found]
    assert len(set(stages)) == len(stages)
    assert {stage for _, stage in stages} == set(STAGES.values())
    assert [way for way, stage in stages if stage == "send"] == ["order", "report"]
    assert all(0 < each.p50_ns <= each.p99_ns for each in found)
    assert not STAGE_TIMES.is_on


def test_nothing_is_stamped_in_an_ordinary_run(tmp_path: Path) -> None:
    floor = OrderPathFloor(tmp_path)
    try:
        floor.trade(3)
        assert STAGE_TIMES.taken() == []
        assert len(floor.gateway.ledger.open_orders()) == 0
    finally:
        floor.close()


def test_a_gateway_that_refuses_is_no_measurement(tmp_path: Path) -> None:
    floor = OrderPathFloor(tmp_path)
    try:
        floor.gateway.path.is_stopping = True
        floor.strategy.sock.settimeout(10)
        orders, ids = floor.strategy.orders(1)
        floor.strategy.sock.sendall(orders[0])
        while not floor.strategy_link.poll():
            pass
        with pytest.raises(ProfileError, match="expected the fill of order"):
            floor.strategy.check(floor.strategy.one(), ids[0])
    finally:
        floor.close()


@pytest.mark.usefixtures("log_settings")
def test_the_command_shows_the_budget_and_says_why_it_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget.shutil, "which", lambda name: None)
    done = CliRunner().invoke(profile, ["--orders", "100"])
    assert done.exit_code == 0, done.output
    assert "risk: all checks" in done.output
    assert "instructions not counted: valgrind is not installed" in done.output
