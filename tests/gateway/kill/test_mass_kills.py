"""A kill uses a venue's mass cancel where that is right, and goes after what it leaves."""

from dataclasses import replace
from pathlib import Path

import pytest
from kill_bench import SETTINGS, KillBench

from fairlead.codecs.vocabulary.constants import ExecType, MassCancelScope, OrdStatus, ReportKind


def bench_with(folder: Path, use: str, *, is_ours: bool) -> KillBench:
    bench = KillBench(folder, replace(SETTINGS, mass_cancel={"X": use}))
    bench.x.capabilities = replace(bench.x.capabilities, mass_cancel=True, mass_cancel_is_ours=is_ours)
    return bench


@pytest.mark.parametrize(
    ("use", "is_ours", "scope", "is_mass"),
    [
        ("never", True, {}, False),
        ("ours", True, {}, True),
        ("ours", True, {"venue": "X"}, True),
        ("ours", True, {"symbol": "MSFT"}, True),
        # another strategy's order is open there
        ("ours", True, {"strategy": "a"}, False),
        ("ours", True, {"account": "ACC-a"}, False),
        # it would reach the firm's other sessions
        ("ours", False, {}, False),
        ("firm", False, {}, True),
        ("firm", False, {"venue": "X", "symbol": "MSFT"}, True),
        ("firm", False, {"strategy": "a"}, False),
        ("firm", False, {"account": "ACC-a"}, False),
    ],
)
def test_where_it_is_used(tmp_path: Path, use: str, is_ours: bool, scope: dict[str, str], is_mass: bool) -> None:
    bench = bench_with(tmp_path, use, is_ours=is_ours)
    bench.open("1")
    bench.open("2")
    bench.open("9", "b")
    campaign = bench.engage(**scope)
    assert len(bench.mass_cancels(bench.x)) == is_mass
    if is_mass:
        assert bench.cancels(bench.x) == []
        assert campaign.tallies["X"].sent == campaign.tallies["X"].total
        (request,) = bench.mass_cancels(bench.x)
        expected = (MassCancelScope.SYMBOL, "MSFT") if "symbol" in scope else (MassCancelScope.ALL, "")
        assert (request.scope, request.symbol) == expected
    else:
        assert len(bench.cancels(bench.x)) == campaign.tallies[""].total


def test_the_firms_orders_are_meant_without_one_of_ours(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, "firm", is_ours=False)
    bench.engage(venue="X")
    assert len(bench.mass_cancels(bench.x)) == 1


def test_what_it_leaves_is_cancelled_one_by_one_and_escalated(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, "ours", is_ours=True)
    first, good_till_cancel = bench.open("1"), bench.open("2")
    campaign = bench.engage()
    bench.end(bench.x, first)
    assert not campaign.is_done
    bench.pass_time(0.9)
    assert bench.cancels(bench.x) == []
    bench.pass_time(1)
    assert [request.orig_cl_ord_id for request in bench.cancels(bench.x)] == [good_till_cancel]
    assert [line.order.cl_ord_id for line in bench.switch.escalations.listed()] == ["2"]
    bench.confirm_all(bench.x)
    assert campaign.is_done


def test_a_refusal_is_made_good_in_bounded_turns(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, "ours", is_ours=True)
    for number in range(6):
        bench.open(str(number))
    bench.engage()
    (request,) = bench.mass_cancels(bench.x)
    rejected = {"kind": ReportKind.REJECTED, "exec_type": ExecType.REJECTED, "ord_status": OrdStatus.REJECTED}
    bench.tell(bench.x, **rejected, cl_ord_id=request.cl_ord_id, exec_id="J", text="not now")
    assert bench.cancels(bench.x) == []
    bench.switch.advance(*bench.times)
    assert len(bench.cancels(bench.x)) == 4
    bench.settle()
    assert len(bench.cancels(bench.x)) == 6


def test_a_break_leaves_single_cancels_for_the_return(tmp_path: Path) -> None:
    bench = bench_with(tmp_path, "ours", is_ours=True)
    bench.open("1")
    bench.open("2")
    bench.engage()
    bench.go_down(bench.x)
    bench.come_up(bench.x)
    assert len(bench.cancels(bench.x)) == 2
