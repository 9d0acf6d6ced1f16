"""Blocks, kills and the escalation list come back from the journal, and the cancels go on."""

from pathlib import Path

import pytest
from kill_bench import SETTINGS, KillBench

from fairlead.gateway.kill.building import build_switch
from fairlead.gateway.kill.campaign import Campaign
from fairlead.gateway.kill.records import Memory
from fairlead.gateway.kill.resumption import resume
from fairlead.gateway.kill.switch import KillSwitch


@pytest.fixture
def bench(tmp_path: Path) -> KillBench:
    bench = KillBench(tmp_path)
    for number in range(3):
        bench.open(str(number))
    return bench


def start_anew(bench: KillBench, *, after_checkpoint: bool = False) -> KillSwitch:
    """Make the switch of the next process; with ``after_checkpoint`` older records are gone."""
    if after_checkpoint:
        bench.kill_records.clear()
        bench.switch.write_checkpoint(bench.times[1])
    memory = Memory()
    for payload, utc_ns in bench.kill_records:
        memory.replay(payload, utc_ns)
    bench.go_down(bench.x)
    bench.switch = build_switch(SETTINGS, bench.path, 2, bench.keep_kill_record, bench.watch.alert)
    resume(bench.switch, memory, bench.ledger, *bench.times)
    return bench.switch


def facts(campaign: Campaign) -> object:
    counts = {venue: (tally.total, tally.dead, tally.stages) for venue, tally in campaign.tallies.items()}
    return campaign.block, campaign.order_ids, campaign.is_cancelling, campaign.done_utc_ns, counts


@pytest.mark.parametrize("after_checkpoint", [False, True])
def test_a_kill_goes_on_after_a_start(bench: KillBench, after_checkpoint: bool) -> None:
    before = bench.engage(strategy="a")
    request = bench.cancels(bench.x)[0]
    bench.confirm_cancel(bench.x, request.cl_ord_id, request.orig_cl_ord_id)
    bench.pass_time(1)
    switch = start_anew(bench, after_checkpoint=after_checkpoint)
    campaign = switch.kills[before.campaign_id]
    assert facts(campaign) == facts(before)
    assert switch.blocks.find("a", "ACC-a", "X", "MSFT") is not None
    assert [line.order.cl_ord_id for line in switch.escalations.listed()] == ["1", "2"]
    sent = len(bench.cancels(bench.x))
    bench.come_up(bench.x)
    assert len(bench.cancels(bench.x)) == sent + 2
    bench.confirm_all(bench.x)
    assert campaign.is_done
    assert campaign.tallies["X"].dead == {"canceled": 3}
    # what was escalated before is not told again
    bench.pass_time(5)
    assert bench.events.count("kill_incomplete") == 1


@pytest.mark.parametrize("after_checkpoint", [False, True])
def test_ends_between_the_last_record_and_the_start_count(bench: KillBench, after_checkpoint: bool) -> None:
    kill_id = bench.engage().campaign_id
    if after_checkpoint:
        bench.kill_records.clear()
        bench.switch.write_checkpoint(bench.times[1])
    records = list(bench.kill_records)
    bench.confirm_all(bench.x)
    bench.kill_records = records
    campaign = start_anew(bench).kills[kill_id]
    assert campaign.is_done
    assert campaign.done_utc_ns
    assert campaign.tallies["X"].dead == {"canceled": 3}


@pytest.mark.parametrize("after_checkpoint", [False, True])
def test_a_persons_word_survives(bench: KillBench, after_checkpoint: bool) -> None:
    bench.engage()
    bench.pass_time(1)
    order = bench.ledger.find("a", "0")
    assert order is not None
    bench.switch.resolve([order.order_id], "ann", "told by phone", bench.times[1])
    switch = start_anew(bench, after_checkpoint=after_checkpoint)
    assert switch.lines[order.order_id].resolved_reason == "told by phone"
    assert [line.order.cl_ord_id for line in switch.escalations.listed()] == ["1", "2"]


@pytest.mark.parametrize("after_checkpoint", [False, True])
def test_what_was_released_stays_released(bench: KillBench, after_checkpoint: bool) -> None:
    kill_id = bench.engage().campaign_id
    bench.switch.release(kill_id, "ann", "bob", "fixed", bench.times[1], with_live=True)
    switch = start_anew(bench, after_checkpoint=after_checkpoint)
    assert switch.blocks.in_force == {}
    assert switch.lines == {}
    assert [(each.released_by, each.approved_by) for each in switch.past] == [("ann", "bob")]


def test_a_block_alone_survives(bench: KillBench) -> None:
    bench.engage(cancel=False, symbol="MSFT")
    switch = start_anew(bench)
    bench.come_up(bench.x)
    assert switch.blocks.find("b", "ACC-b", "Y", "MSFT") is not None
    assert bench.cancels(bench.x) == []


def test_records_of_a_kill_whose_beginning_is_gone_are_passed_over(bench: KillBench) -> None:
    bench.engage()
    bench.pass_time(1)
    del bench.kill_records[0]
    assert start_anew(bench).kills == {}
