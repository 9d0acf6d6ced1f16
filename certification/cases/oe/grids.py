"""Order entry that is no plain dialogue: grids, and what depends on the venue's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.gateway.venue_side import REPLACE
from fairlead.certification.model.case import Catalogue, case

TYPES = ("market", "limit", "stop", "stop_limit")
TIMES = (
    "day",
    "good_till_cancel",
    "at_the_opening",
    "immediate_or_cancel",
    "fill_or_kill",
    "good_till_date",
    "at_the_close",
)
FIX = ("fix42", "fix44")


async def play_grid(stage: Any, variant: Mapping[str, Any]) -> None:
    """Enter one order of the type for each time in force; its quantity tells it from the others."""
    ord_type = variant["type"]
    for number, tif in enumerate(TIMES, 1):
        name = f"A{number}"
        table: dict[str, Any] = {"as": name, "side": "buy", "qty": 100 + number, "type": ord_type, "tif": tif}
        if ord_type in ("limit", "stop_limit"):
            table["px"] = "10.00"
        if ord_type in ("stop", "stop_limit"):
            table["stop_px"] = "10.00"
        if tif == "good_till_date":
            table["fields"] = {"expire_time": "2030-01-02T21:00:00Z"}
        await stage.do("gw.place", table)
        if stage.capabilities.takes(ord_type, tif):
            wanted = {"of": name, "OrdType": ord_type, "TimeInForce": tif, "OrderQty": 100 + number}
            await stage.do("expect.NewOrderSingle", wanted)
            await stage.do("venue.ack", name)
            await stage.do("gw.expect", {"of": name, "type": "accepted"})
        else:
            await stage.do("gw.expect", {"of": name, "type": "rejected", "refusal": "unsupported"})
            await stage.do("expect.nothing", {})


async def play_two_replaces(stage: Any, variant: Mapping[str, Any]) -> None:
    """Ask for a second replace before the first is answered."""
    await stage.do("venue.brain", "script")  # a book would have answered
    await stage.do("gw.place", {"as": "A", "side": "buy", "qty": 300, "px": "10.00"})
    await stage.do("venue.ack", "A")
    await stage.do("gw.expect", {"of": "A", "type": "accepted"})
    await stage.do("gw.replace", {"of": "A", "as": "B", "px": "10.01"})
    await stage.do("expect.OrderCancelReplaceRequest", {"of": "B", "OrigClOrdID": "$A"})
    await stage.do("gw.replace", {"of": "B", "as": "C", "px": "10.02"})
    if "replace_in_flight" in stage.capabilities.capabilities:
        await stage.do("expect.OrderCancelReplaceRequest", {"of": "C", "OrigClOrdID": "$B", "Price": "10.02"})
        await stage.do("venue.replaced", {"of": "A", "by": "B"})
        await stage.do("venue.replaced", {"of": "A", "by": "C"})
        await stage.do("gw.expect", {"of": "B", "type": "replaced", "cl_ord_id": "$B"})
        await stage.do("gw.expect", {"of": "C", "type": "replaced", "cl_ord_id": "$C", "orig_cl_ord_id": "$B"})
    else:
        await stage.do("gw.expect", {"of": "C", "type": "cancel_rejected", "refusal": "pending"})
        await stage.do("expect.nothing", {})
        await stage.do("venue.replaced", {"of": "A", "by": "B"})
        await stage.do("gw.expect", {"of": "B", "type": "replaced", "cl_ord_id": "$B"})
    await stage.do("settle", {"A": "new", "cum": 0, "leaves": 300})


async def play_mass_cancel(stage: Any, variant: Mapping[str, Any]) -> None:
    """Ask for the end of everything; the gateway may use single cancels or the venue's own mass cancel."""
    for name, side in (("A", "buy"), ("B", "buy"), ("C", "buy")):
        await stage.do("gw.place", {"as": name, "side": side, "qty": 100, "px": "10.00"})
        await stage.do("venue.ack", name)
        await stage.do("gw.expect", {"of": name, "type": "accepted"})
    await stage.do("gw.mass_cancel", {"as": "M"})
    await stage.do("gw.expect", {"type": "status_report", "request_id": "$M"})
    await stage.venue.sync()
    if stage.cards["M"].message is not None:
        await stage.do("venue.mass_canceled", "M")
    else:
        stage.venue.pending.remove(stage.cards["M"])
        for name in "ABC":
            await stage.do("venue.own_cancel", name)
    for name in "ABC":
        await stage.do("gw.expect", {"of": name, "type": "canceled", "leaves_qty": 0})
    await stage.do("settle", {"A": "canceled", "B": "canceled", "C": "canceled", "cum": 0})


async def play_extras(stage: Any, variant: Mapping[str, Any]) -> None:
    """Enter an order with a further field that the profile lets through, and one with a field that it does not."""
    await stage.do(
        "gw.place", {"as": "A", "side": "buy", "qty": 100, "px": "10.00", "fields": {"extras": [["461", "ESVUFR"]]}}
    )
    await stage.do("expect.NewOrderSingle", {"of": "A", "461": "ESVUFR"})
    await stage.do("venue.ack", "A")
    await stage.do(
        "gw.place", {"as": "B", "side": "buy", "qty": 200, "px": "10.00", "fields": {"extras": [["9999", "x"]]}}
    )
    await stage.do("gw.expect", {"of": "B", "type": "rejected", "refusal": "unsupported"})
    await stage.do("expect.nothing", {})


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    case(
        catalogue,
        "OE02",
        group="OE",
        title="Every type of order with every time in force",
        asks="What the venue takes goes out as asked for and is accepted; the rest is refused before the wire.",
        why="A combination that the venue reads differently is an order that nobody meant.",
        reference=["FIX OrdType, TimeInForce", "B3"],
        protocols=FIX,
        vary={"type": TYPES},
    )(play_grid)
    case(
        catalogue,
        "OE17",
        group="OE",
        title="Two replaces in flight",
        asks="Where the venue takes them, the second names the first's id; where it takes one only, the second stays.",
        why="Two answers in flight are where chains of ids break.",
        reference=["FIX Appendix D16", "FIX Appendix D17"],
        protocols=FIX,
        needs={REPLACE},
    )(play_two_replaces)
    case(
        catalogue,
        "OE23",
        group="OE",
        title="All orders of a strategy are cancelled at once",
        asks="Every open order is cancelled, whichever way the venue offers, and each end is reported.",
        why="Who asks for everything to end must not be left with one.",
        reference=["FIX OrderMassCancelRequest"],
        protocols=FIX,
    )(play_mass_cancel)
    case(
        catalogue,
        "OE30",
        group="OE",
        title="A field that only this venue has",
        asks="A further field that the profile allows goes out as it is; another is refused before the wire.",
        why="Parameters of algorithms travel in fields that no standard names.",
        reference=["fixtools"],
        level="optional",
        protocols=FIX,
        needs={"extras"},
    )(play_extras)
