"""Every side, type, time in force and way of showing over OUCH."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.gateway.ouch_dialects import SECONDS, SIDES
from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Deviation

TYPES = ("limit", "market", "pegged", "market_on_close", "limit_on_close", "stop", "stop_limit")
TIMES = (
    "day",
    "immediate_or_cancel",
    "good_till_crossing",
    "good_till_date",
    "at_the_opening",
    "at_the_close",
    "good_till_cancel",
    "fill_or_kill",
)
SHOWN = ("plain", "hidden", "post_only")
OUCH = ("ouch42", "ouch50", "jnx_ouch")
PRICED = frozenset(("limit", "limit_on_close", "stop_limit", "pegged"))
LIFETIME_S = 3600
_ASKED: Mapping[str, Mapping[str, str]] = {
    "plain": {},
    "hidden": {"max_floor": "0"},
    "post_only": {"exec_inst": "6"},
    "pegged": {"exec_inst": "M"},
    "pegged_hidden": {"exec_inst": "M", "max_floor": "0"},
    "pegged_post_only": {"exec_inst": "6 M"},
}


def way(ord_type: str, shown: str) -> str:
    """Return what the table calls this way of showing such an order."""
    if ord_type != "pegged":
        return shown
    return "pegged" if shown == "plain" else f"pegged_{shown}"


def order(stage: Any, name: str, number: int, side: str, ord_type: str, tif: str, shown: str) -> dict[str, Any]:
    """Return the step that enters one order of the grid; its quantity tells it from the others."""
    fields: dict[str, Any] = dict(_ASKED[way(ord_type, shown)])
    if tif == "good_till_date":
        fields["expire_time"] = stage.utc_in(LIFETIME_S)
    table = {"as": name, "side": side, "qty": 100 + number, "type": ord_type, "tif": tif, "fields": fields}
    if ord_type in PRICED:
        table["px"] = "10.00"
    if ord_type in ("stop", "stop_limit"):
        table["stop_px"] = "10.00"
    return table


def wanted(stage: Any, asked: Mapping[str, Any], shown: str) -> dict[str, Any]:
    """Return what the order's message must have."""
    dialect, ord_type, tif = stage.ouch.dialect, asked["type"], asked["tif"]
    fields = {"of": asked["as"], "side": asked["side"], "qty": asked["qty"]}
    fields |= stage.capabilities.displays[way(ord_type, shown)]
    if ord_type in PRICED:
        fields["px"] = asked["px"]
    else:
        fields["price_units"] = dialect.market_price
    if dialect.crosses:
        fields["cross_type"] = dialect.crosses.get(ord_type) or dialect.crosses.get(tif, "N")
    if dialect.tifs[tif] != SECONDS:
        fields["tif"] = tif
    return fields


async def play_side(stage: Any, ord_type: str, side: str) -> None:
    """Enter an order of each time and way; what the venue takes is ended by it, so that the next side meets nothing."""
    taken: list[tuple[dict[str, Any], str]] = []
    refused: list[tuple[dict[str, Any], str]] = []
    for number, (tif, shown) in enumerate([(tif, shown) for tif in TIMES for shown in SHOWN], 1):
        asked = order(stage, f"{side}-{number}", number, side, ord_type, tif, shown)
        await stage.do("gw.place", asked)
        fits = stage.capabilities.takes(ord_type, tif) and way(ord_type, shown) in stage.capabilities.displays
        (taken if fits else refused).append((asked, shown))
    for asked, _ in refused:
        await stage.do("gw.expect", {"of": asked["as"], "type": "rejected", "refusal": "unsupported"})
    for asked, shown in taken:
        message = await stage.do("expect.Enter", wanted(stage, asked, shown))
        if asked["tif"] == "good_till_date":
            check_lifetime(stage, message)
        await stage.do("venue.ack", asked["as"])
        await stage.do("gw.expect", {"of": asked["as"], "type": "accepted"})
        await stage.do("venue.canceled", {"of": asked["as"], "reason": "S"})
        await stage.do("gw.expect", {"of": asked["as"], "type": "canceled", "leaves_qty": 0})
    await stage.do("expect.nothing", {})


def check_lifetime(stage: Any, message: Mapping[str, Any]) -> None:
    """Raise Deviation unless a message lets its order live for as long as it was asked to, or a moment less."""
    field = stage.ouch.dialect.lifetime
    found = message.get(field)
    if not isinstance(found, int) or not LIFETIME_S - 60 <= found <= LIFETIME_S:
        raise Deviation(f"{field} {found} received, expected {LIFETIME_S} seconds or a moment less")


async def play_grid(stage: Any, variant: Mapping[str, Any]) -> None:
    """Play every side with one type."""
    for side in SIDES:
        await play_side(stage, variant["type"], side)


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    case(
        catalogue,
        "OE02.ouch",
        group="OE",
        title="Every side and type of order, with every time in force and way of showing",
        asks="What the venue takes goes out with the codes of its documents; the rest is refused before the wire.",
        why="OUCH spreads one wish over several fields, and takes a wrong code for another order than was meant.",
        reference=["OUCH 4.2 s.2.1 Enter Order", "OUCH 5.0 Enter Order", "B3"],
        protocols=OUCH,
        vary={"type": TYPES},
    )(play_grid)
