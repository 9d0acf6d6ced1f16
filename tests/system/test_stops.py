"""Stop the gateway in order while strategies trade, start it again, and run the demo as a newcomer does."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from configuration import StrategyTable
from floor import Floor
from processes import until
from trading import start_trading
from venues import GATEWAY, SUFFIX, RecordingVenue

ROOT = Path(__file__).resolve().parents[2]


def venue_figures(venue: RecordingVenue) -> dict[str, Any]:
    """Return what the gateway's summary says of a venue, from the venue's own books."""
    positions: dict[str, Decimal] = {}
    for execution in venue.executions:
        order = venue.desk.orders[execution.order_id]
        symbol = order.symbol.removesuffix(SUFFIX[venue.name])
        signed = execution.quantity if order.side == "1" else -execution.quantity
        positions[symbol] = positions.get(symbol, Decimal(0)) + Decimal(signed) / 10**8
    return {
        "orders": sum(1 for order in venue.orders if order.status != "8"),
        "open": sum(1 for order in venue.orders if order.is_open),
        "fills": len(venue.executions),
        "positions": {symbol: net for symbol, net in positions.items() if net},
    }


def gateway_figures(summary: dict[str, Any]) -> dict[str, Any]:
    """Return a part of summary.json with its positions as numbers."""
    nets = {symbol: Decimal(net) for symbol, net in summary["positions"].items()}
    return summary | {"positions": {symbol: net for symbol, net in nets.items() if net}}


@pytest.mark.slow
async def test_stop_while_trading_cancels_and_adds_up_and_a_restart_continues(floor: Floor) -> None:
    options = "cancel_on_disconnect = true"
    floor.tables.strategies = [StrategyTable("alpha", "", options), StrategyTable("beta", "BETA", options)]
    trading = await start_trading(floor)
    for _ in range(2):
        await trading.until_fills(10)
        assert any(order.is_open for venue in floor.venues.values() for order in venue.orders)
        logouts = len(trading.beta.logouts)
        assert await floor.gateway.stop() == 0
        assert len(trading.beta.logouts) == logouts + 1
        assert "stopping" in trading.beta.logouts[-1]
        for venue in floor.venues.values():
            assert [order.cl_ord_id for order in venue.orders if order.is_open] == []
            assert "logged out" in venue.sessions[GATEWAY].events
        summary = json.loads((floor.state / "summary.json").read_text())
        for name, venue in floor.venues.items():
            assert gateway_figures(summary["venues"][name]) == venue_figures(venue)
        await floor.start()
        await floor.gateway.until_up("strategy.alpha", "strategy.beta")
    await trading.until_fills(5)
    await trading.stop_and_compare()
    # what happened while they were away reached the strategies by replay and by resend
    summary = json.loads((floor.state / "summary.json").read_text())
    for book in (trading.alpha.book, trading.beta.book):
        assert summary["strategies"][book.strategy]["fills"] == len(book.fills)


@pytest.mark.slow
async def test_orders_of_a_strategy_that_does_not_return_after_a_crash_are_cancelled(floor: Floor) -> None:
    floor.tables.strategies = [StrategyTable("alpha", "", "cancel_on_disconnect = true\ncancel_after_s = 1")]
    await floor.start()
    client = await floor.json_client("alpha")
    order = await client.new_order("buy", 1, "MSFT", price="400.00", venue="XEXC")
    await floor.gateway.kill()
    await client.close()
    (resting,) = floor.venues["XEXC"].orders
    assert resting.is_open
    await floor.start()
    await until(lambda: not resting.is_open, "the cancel of an order without an owner")
    assert [event["strategy"] for event in floor.gateway.events("strategy_stays_away")] == ["alpha"]
    back = await floor.json_client("alpha")

    def knows_the_end() -> bool:
        known = back.order(order.cl_ord_id)
        return known is not None and known.ended

    await until(knows_the_end, "the report of the cancel")


@pytest.mark.slow
def test_demo_runs_from_start_to_agreement() -> None:
    finished = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "demo.py"), "--seconds", "6", "--free-ports"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
    )
    said = finished.stdout + finished.stderr
    assert finished.returncode == 0, said
    assert "Traceback" not in said
    assert "agree" in said
