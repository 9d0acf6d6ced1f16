"""The harness in C plays strategies and venues, counts each order once, and its figures mean what they say."""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.wire import compare, matrix, native
from benchmarks.wire.choices import add_common_options, add_wire_options, chosen
from benchmarks.wire.figures import medians, ratio, tables
from benchmarks.wire.harness import Load
from benchmarks.wire.limits import LIMITS, limits_table
from benchmarks.wire.page import page
from benchmarks.wire.placement import placements
from benchmarks.wire.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, line_chart
from benchmarks.wire.rounds import Runs, Scenario, interleave, measure
from benchmarks.wire.scenarios import SCENARIOS
from benchmarks.wire.setup import STRATEGY_PORTS, VENUES, Setup
from benchmarks.wire.subjects import (
    FAIRLEAD,
    FAIRLEAD_POLLING,
    FLOOR,
    FLOOR_SPINNING,
    QUICKFIX_FILE,
    QUICKFIX_MEMORY,
    SIMPLEFIX,
    SUBJECTS,
    UVLOOP,
    Subject,
    program_that_prints_its_port,
)
from benchmarks.wire.sweeps import SWEEPS
from benchmarks.wire.telling import shown

ROOT = Path(__file__).resolve().parents[2]
LOAD = Load(orders=200, warm_up=20, window=7, most_s=60)
EACH_ONCE = [("fix44", "fix44"), ("fix42", "ouch42"), ("binary", "ouch50"), ("json", "fix42")]
"""Every strategy port and every venue protocol; the other pairs are for the slow run."""


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    native.build()


def _measure(
    subject: str, load: Load = LOAD, placement: str = "one", open_orders: int = 0, **setup: Any
) -> dict[str, Any]:
    scenario = Scenario("test", Setup(**setup), load, placement, (subject,), False, open_orders)
    return measure(scenario, SUBJECTS[subject], placements()[placement])


def _check(found: dict[str, Any], orders: int) -> None:
    times = found["round_trip"]
    assert found["orders"] == orders + 20
    assert found["counted"] == times["count"] == orders
    assert 0 < times["p50_ns"] <= times["p90_ns"] <= times["p99_ns"] <= times["p99_9_ns"] <= times["max_ns"]
    assert sum(count for _, count in times["histogram"]) == orders
    assert found["messages_per_s"] == pytest.approx(2 * found["orders_per_s"], abs=1)
    assert found["cpu_ns_per_order"] > 0


@pytest.mark.parametrize("strategy", STRATEGY_PORTS)
def test_every_port_s_orders_come_back_through_a_relay(strategy: str) -> None:
    _check(_measure(FLOOR, strategy=strategy), 200)


@pytest.mark.parametrize("name", [FLOOR_SPINNING, UVLOOP, QUICKFIX_MEMORY, QUICKFIX_FILE, SIMPLEFIX])
def test_every_other_engine_passes_orders_and_reports(name: str) -> None:
    why = SUBJECTS[name].missing()
    if why:
        pytest.skip(why)
    _check(_measure(name), 200)


@pytest.mark.parametrize(("strategy", "venue"), EACH_ONCE)
def test_every_port_and_every_venue_through_the_gateway(strategy: str, venue: str) -> None:
    _check(_measure(FAIRLEAD, strategy=strategy, venue=venue), 200)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "venue"),
    [(strategy, venue) for strategy in STRATEGY_PORTS for venue in VENUES if (strategy, venue) not in EACH_ONCE],
)
def test_every_other_pair_through_the_gateway(strategy: str, venue: str) -> None:
    _check(_measure(FAIRLEAD, strategy=strategy, venue=venue, fills=True), 200)


def test_many_strategies_and_venues_with_orders_that_rest() -> None:
    _check(_measure(FAIRLEAD, strategies=5, venues=3, open_orders=50), 200)


def test_one_in_flight_tells_the_way_out_and_a_rate_counts_from_when_an_order_was_due() -> None:
    alone = _measure(FLOOR, Load(orders=200, warm_up=20, window=1, most_s=60))
    assert alone["outward"]["count"] == 200
    assert 0 < alone["outward"]["p50_ns"] < alone["round_trip"]["p50_ns"]
    paced = _measure(FLOOR, Load(orders=200, warm_up=20, rate=2000, most_s=60))
    _check(paced, 200)
    assert paced["run_s"] >= 219 / 2000  # the last is not sent before it is due


@pytest.mark.parametrize(
    ("options", "input_lines", "expected"),
    [
        ("--strategy fix44 --venue fix42", "walk\n", "walk| received, expected connect or run"),
        ("--strategy fix44 --venue fix42", "run 10 0 1 0 1\n", "expected connected strategies"),
        ("--strategy fix44 --venue fix43", "", "protocol fix43 received, expected a known one"),
    ],
)
def test_what_the_harness_can_t_do_it_says(options: str, input_lines: str, expected: str) -> None:
    command = [str(native.program("harness")), *options.split()]
    ended = subprocess.run(command, input=input_lines, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert expected in json.loads(ended.stdout.splitlines()[-1])["error"]


def _run(subject: str, number: int, p50_ns: int, per_s: float) -> dict[str, Any]:
    times = {"p50_ns": p50_ns, "p90_ns": p50_ns, "p99_ns": 2 * p50_ns, "p99_9_ns": 9 * p50_ns, "max_ns": 9 * p50_ns}
    times |= {"count": 10, "histogram": [[p50_ns, 10]]}
    about = {"scenario": "fix-one", "subject": subject, "round": number, "counted": 10, "axis": "", "at": 0}
    return {**about, "round_trip": times, "outward": {"count": 0}, "orders_per_s": per_s, "cpu_ns_per_order": 1.0}


RUNS: Runs = [
    _run(FLOOR_SPINNING, 0, 1000, 100.0),
    _run(FAIRLEAD_POLLING, 0, 1200, 80.0),
    _run(FAIRLEAD_POLLING, 1, 3000, 60.0),
    _run(FLOOR_SPINNING, 1, 2000, 50.0),
]


def test_ratios_are_of_one_round_each_and_medians_of_all() -> None:
    assert medians(RUNS)["fix-one"][FLOOR_SPINNING]["p50_ns"] == {"median": 1500, "lowest": 1000, "highest": 2000}
    assert ratio(RUNS, "fix-one", "p50_ns", FAIRLEAD_POLLING, FLOOR_SPINNING) == (1.35, 1.2, 1.5)
    assert ratio(RUNS, "fix-one", "p50_ns", FAIRLEAD_POLLING, FLOOR) is None
    figures, latency, rate = tables(RUNS)
    assert figures.rows[1][:2] == [FAIRLEAD_POLLING, "2.1"]
    assert latency.rows == [[FAIRLEAD_POLLING, FLOOR_SPINNING, "1.35 x", "1.20 to 1.50"]]
    assert rate.rows == [[FAIRLEAD_POLLING, FLOOR_SPINNING, "1.00 x", "0.80 to 1.20"]]


def test_limits_are_held_against_what_was_run() -> None:
    table = limits_table(RUNS)
    assert len(table.rows) == len(LIMITS)
    assert table.rows[0][2:] == ["at most 1.35", "1.35", "1.20 to 1.50", "kept"]
    assert table.rows[1][3:] == ["not run", "-", "-"]
    assert table.rows[-1][1:] == ["own p50", "at most 2.5", "2.00", "2.00 to 2.00", "kept"]


def test_the_command_writes_every_run(tmp_path: Path) -> None:
    path = tmp_path / "wire.json"
    command = [sys.executable, "-m", "benchmarks", "wire", "--scenario", "fix-shared", "--subject", FLOOR]
    command += ["--rounds", "2", "--orders", "50", "--json", str(path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert "wire fix-shared, medians of 2 rounds" in ended.stdout
    report = json.loads(path.read_text())
    assert [run["round"] for run in report["runs"]] == [0, 1]
    assert report["medians"]["fix-shared"][FLOOR]["rounds"] == 2
    refused = subprocess.run(
        [*command[:4], "--scenario", "walk"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "scenario 'walk' received, expected one of fix-one" in refused.stderr


def test_a_page_shows_machine_limits_charts_and_tables_without_anything_from_elsewhere() -> None:
    swept = [{**run, "scenario": f"window {at}", "axis": "window", "at": at} for at in (1, 64) for run in RUNS]
    runs = [*RUNS, *swept]
    html = page({"processor": "<one>"}, [*tables(RUNS), limits_table(RUNS)], runs)
    root = ElementTree.fromstring(html.replace("<!doctype html>", "").replace('<meta charset="utf-8">', ""))
    charts = root.findall(".//svg")
    titles = ["fix-one: round trip, us", "by window: orders/s", "by window: p50, us", "by window: CPU, us an order"]
    assert [chart.findtext("text") for chart in charts] == titles
    assert all(len(chart.findall("polyline")) == 2 for chart in charts)
    assert len(root.findall(".//table")) == 1 + 1 + 3
    assert "&lt;one&gt;" in html
    assert not re.search("https?://|<script|<link|@import", html)


def test_a_line_goes_where_its_numbers_say() -> None:
    chart = line_chart("t", Axis("x"), Axis("y", is_log=True), {"a": [(0, 10), (5, 100), (10, 1000)]})
    (one, other, last) = re.search('points="([^"]*)"', chart)[1].split()  # type: ignore[index]
    assert one == f"{LEFT},{HEIGHT - BOTTOM}.0" or one == f"{LEFT}.0,{HEIGHT - BOTTOM}.0"
    assert last == f"{WIDTH - RIGHT}.0,{TOP}.0"
    across, down = map(float, other.split(","))
    assert across == (LEFT + WIDTH - RIGHT) / 2
    assert down == (TOP + HEIGHT - BOTTOM) / 2
    assert line_chart("t", Axis("x"), Axis("y"), {"a": []}) == ""


def test_sweeps_vary_one_thing() -> None:
    for axis, scenarios in SWEEPS.items():
        assert [scenario.name for scenario in scenarios] == [f"{axis} {scenario.at}" for scenario in scenarios]
    assert [scenario.load.window for scenario in SWEEPS["window"]] == [1, 4, 16, 64, 256]
    assert [scenario.setup.strategies for scenario in SWEEPS["strategies"]] == [1, 10, 100, 1000]


def test_a_run_that_fails_is_told_and_the_others_go_on() -> None:
    subject = Subject("broken", program_that_prints_its_port(lambda *_: ["false"]))
    scenario = Scenario("test", Setup(), LOAD, "one", ("broken", FLOOR, "absent"), False)
    absent = Subject("absent", subject.start, missing=lambda: "it is not there")
    told: list[str] = []
    subjects = {**SUBJECTS, "broken": subject, "absent": absent}
    results = interleave([scenario], subjects, placements(), 2, told.append)
    assert [run["subject"] for run in results.runs] == [FLOOR, FLOOR]
    assert len(results.failures) == 2
    assert "ended with 1, expected its port" in results.failures[0]
    assert told[0] == "test: absent left out: it is not there"


def test_the_matrix_has_every_pair_and_each_other_thing_by_itself() -> None:
    cells = list(matrix.cells())
    names = [matrix.name_of(cell) for cell in cells]
    assert len(set(names)) == len(names)
    pairs = {(cell["port"], cell["venue"], cell["window"]) for cell in cells}
    assert len(pairs) == 3 * 4 * 2
    for axis, values in matrix.AXES.items():
        assert {cell[axis] for cell in cells} == set(values)
    crossed = list(matrix.cells(["sync"]))
    assert len([cell for cell in crossed if cell["sync"] == "always"]) >= 3 * 4 * 2
    with pytest.raises(ValueError, match="axis 'walk' received, expected one of port"):
        list(matrix.cells(["walk"]))


def test_a_cell_of_the_matrix_runs_and_has_a_row() -> None:
    cell = next(cell for cell in matrix.cells() if cell["open_orders"] == 10_000)
    scenario = matrix.scenario_of({**cell, "open_orders": 40})
    small = replace(scenario, load=replace(scenario.load, orders=50), placement="one", harness_spins=False)
    results = interleave([small], SUBJECTS, placements(), 1)
    (row,) = matrix.table(results.runs).rows
    assert row[0] == scenario.name
    assert row[6] == "40"
    assert shown(results)[0].title == "wire: the matrix"


def test_settings_change_every_scenario_and_unknown_ones_are_refused() -> None:
    parser = argparse.ArgumentParser()
    add_common_options(parser)
    add_wire_options(parser)
    scenarios = chosen(parser.parse_args(["--set", "sync=group", "--set", "fills=yes", "--seconds", "0.5"]))
    assert {(one.setup.sync, one.setup.fills, one.load.most_s) for one in scenarios} == {("group", True, 0.5)}
    with pytest.raises(ValueError, match="setting 'walk' received"):
        chosen(parser.parse_args(["--set", "walk=no"]))
    with pytest.raises(ValueError, match="sync 'never' received, expected one of async, group, always"):
        chosen(parser.parse_args(["--set", "sync=never"]))
    with pytest.raises(ValueError, match="sweep 'walk' received"):
        chosen(parser.parse_args(["--sweep", "walk"]))


def test_two_commits_are_compared_under_their_names() -> None:
    scenario = compare.compared(SCENARIOS["fix-one"], "base 123")
    assert scenario.subjects == ("base 123", FAIRLEAD_POLLING)
    assert compare.compared(SCENARIOS["fix-shared"], "base 123").subjects == ("base 123", FAIRLEAD)
    subjects = compare.subjects_with("base 123", Path("/nowhere"), "")
    assert subjects["base 123"].waiting == "" and not subjects["base 123"].spins
    runs = [{**run, "subject": run["subject"].replace(FLOOR_SPINNING, "base 123")} for run in RUNS]
    assert tables(runs)[1].rows == [[FAIRLEAD_POLLING, "base 123", "1.35 x", "1.20 to 1.50"]]
