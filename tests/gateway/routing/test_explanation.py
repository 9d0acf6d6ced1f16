"""What was decided is decided again from the record, and the view shows it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from routing_bench import RoutingBench

from fairlead.gateway.commands.route import route, show
from fairlead.gateway.control.commands import ControlCommands, ControlError, ControlRequest
from fairlead.gateway.routing.commands import OrderName, RouteCommands
from fairlead.gateway.routing.explanation import explain


@pytest.fixture
def bench(tmp_path: Path) -> RoutingBench:
    bench = RoutingBench(tmp_path)
    bench.quote("X", 10, 60)
    bench.quote("Y", 12, 500)
    bench.send("SWEEP", 60)
    (child,) = bench.ledger.open_orders()
    bench.trade(bench.x, child, 60, 10)
    return bench


def test_a_record_decides_the_same_again_and_shows_what_came_of_it(bench: RoutingBench) -> None:
    told = explain(bench.parents.recent[0], bench.ledger)
    assert told["replay_agrees"]
    at_x = next(venue for venue in told["venues"] if venue["venue"] == "X")
    assert (at_x["chosen"], at_x["filled_qty"], at_x["avg_px"], at_x["slippage_ticks"]) == (True, "60", "10", "+0.00")
    reasons = {venue["venue"]: venue["why_not"] for venue in told["venues"] if not venue["eligible"]}
    assert reasons["Y"] == "its quote is beyond the limit"
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    show(told, console)
    text = console.export_text()
    assert "60 @ 10" in text and "Y takes no part: its quote is beyond the limit" in text


def test_a_record_that_says_otherwise_is_named(bench: RoutingBench) -> None:
    facts = bench.parents.recent[0]
    facts["chosen"][0]["quantity"] += 1
    assert not explain(facts, bench.ledger)["replay_agrees"]


def test_operators_may_ask_the_running_gateway(bench: RoutingBench) -> None:
    commands = ControlCommands()
    RouteCommands(bench.routing.router, bench.ledger).register(commands)

    def ask(name: str, arguments: object = None) -> object:
        return commands.by_name[name].handler(ControlRequest("ann", "", "", arguments, *bench.times))

    bench.send("FILLUP", 30, cl_ord_id="2", price=8 * 10**8)
    listed = ask("route.list")
    assert [order["cl_ord_id"] for order in listed["orders"]] == ["2"]  # type: ignore[index]
    explained = ask("route.explain", OrderName(order="1"))
    assert explained["decisions"][0]["replay_agrees"]  # type: ignore[index]
    with pytest.raises(ControlError, match="no decision"):
        ask("route.explain", OrderName(order="none"))


def test_a_journal_without_the_order_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(route, ["explain", "X1", "--journal", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "no journal folder" in result.output
