"""Executions that are no plain dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Unsupported


async def play_stop(stage: Any, variant: Mapping[str, Any]) -> None:
    """Enter the kind of stop order that the venue takes, trigger it and fill it."""
    taken = [name for name in ("stop_limit", "stop") if name in stage.capabilities.ord_types]
    if not taken:
        raise Unsupported(stage.capabilities.without.get("stop", "the venue takes no stop order"))
    ord_type = taken[0]
    table: dict[str, Any] = {"as": "A", "side": "buy", "qty": 100, "type": ord_type, "stop_px": "10.05"}
    if ord_type == "stop_limit":
        table["px"] = "10.10"
    await stage.do("gw.place", table)
    await stage.do("expect.NewOrderSingle", {"of": "A", "OrdType": ord_type, "StopPx": "10.05"})
    await stage.do("venue.ack", "A")
    await stage.do("gw.expect", {"of": "A", "type": "accepted", "stop_px": "10.05"})
    await stage.do("venue.triggered", "A")
    await stage.do("venue.fill", {"of": "A", "qty": 100, "px": "10.06"})
    await stage.do("gw.expect", {"of": "A", "type": "filled", "last_px": "10.06", "cum_qty": 100, "leaves_qty": 0})
    await stage.do("settle", {"A": "filled", "cum": 100, "fills": 1})


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    case(
        catalogue,
        "EX05",
        group="EX",
        title="A stop order is accepted, triggered and filled",
        asks="The stop price goes out; the report of the trigger changes no more than that; the fill ends the order.",
        why="A trigger that is read as a second acceptance, or as a new order, confuses everybody who counts orders.",
        reference=["CME"],
        protocols=("fix42", "fix44", "ouch42", "ouch50", "jnx_ouch"),
    )(play_stop)
