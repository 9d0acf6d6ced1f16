"""A kill is over when it is released, and not before its orders are dead unless someone says so."""

from pathlib import Path

import pytest
from kill_bench import KillBench

from fairlead.gateway.kill.switch import KillError


@pytest.fixture
def bench(tmp_path: Path) -> KillBench:
    return KillBench(tmp_path)


def release(bench: KillBench, kill_id: str, **how: bool) -> None:
    bench.switch.release(kill_id, "ann", "bob", "fixed", bench.times[1], **how)


def test_release_lifts_the_block_and_keeps_both_names(bench: KillBench) -> None:
    campaign = bench.engage(strategy="a")
    release(bench, campaign.campaign_id)
    assert bench.switch.blocks.find("a", "ACC-a", "X", "MSFT") is None
    assert (campaign.released_by, campaign.approved_by, campaign.release_reason) == ("ann", "bob", "fixed")
    assert list(bench.switch.past) == [campaign]
    with pytest.raises(KillError, match=r"expected one in force \(none is in force\)"):
        release(bench, campaign.campaign_id)


def test_no_release_while_orders_live_unless_said_so(bench: KillBench) -> None:
    bench.open("1")
    campaign = bench.engage()
    with pytest.raises(KillError, match=r"1 orders of kill K1-1 live"):
        release(bench, campaign.campaign_id)
    release(bench, campaign.campaign_id, with_live=True)
    bench.pass_time(60)
    assert len(bench.cancels(bench.x)) == 1
    assert "kill_incomplete" not in bench.events


def test_an_order_of_two_kills_is_killed_on_by_the_other(bench: KillBench) -> None:
    bench.open("1")
    one, other = bench.engage(strategy="a"), bench.engage()
    release(bench, one.campaign_id, with_live=True)
    bench.pass_time(1)
    assert len(bench.cancels(bench.x)) == 2
    bench.confirm_all(bench.x)
    assert other.is_done
