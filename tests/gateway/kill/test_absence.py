"""A strategy whose link is lost is killed where its policy says so, and stays blocked until two people release it."""

from pathlib import Path

import pytest
from kill_bench import KillBench

from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.ports.identity import CancelOnDisconnect, Entitlements, StrategyIdentity


def bench_with(folder: Path, after_s: int) -> KillBench:
    policy = CancelOnDisconnect(after_s, blocks=True)
    entitlements = Entitlements.of(accounts=("ACC-a",))
    a = StrategyIdentity("a", None, entitlements, "ACC-a", cancel_on_disconnect=policy)
    bench = KillBench(folder, a=a)
    bench.open("1")
    bench.open("9", "b")
    return bench


def test_it_is_killed_at_once(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, 0)
    bench.leave()
    (campaign,) = bench.switch.kills.values()
    assert (str(campaign.scope), campaign.block.by) == ("strategy a", "auto:on_disconnect")
    assert len(bench.cancels(bench.x)) == 1
    (refused,) = bench.order(cl_ord_id="2")
    assert refused.refusal == Refusal.KILL_SWITCH
    # once until released
    bench.leave()
    assert len(bench.switch.kills) == 1


def test_only_when_it_stays_away(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, 2)
    bench.leave()
    bench.path.strategy_connected("a", *bench.times)
    bench.pass_time(5)
    assert bench.switch.kills == {}
    bench.leave()
    bench.pass_time(2)
    assert len(bench.switch.kills) == 1


@pytest.mark.parametrize("state", ["is_starting", "is_stopping"])
def test_a_start_or_stop_of_ours_is_no_loss(tmp_path: Path, state: str) -> None:
    bench = bench_with(tmp_path, 0)
    setattr(bench.path, state, True)
    bench.leave()
    assert bench.switch.kills == {}
    assert len(bench.cancels(bench.x)) == 1
