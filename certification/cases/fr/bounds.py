"""Failures of what the gateway stands on: a disk that is full, a venue that reads no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.gateway.strategy import StrategyLost
from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Blocked, Deviation

FIX = ("fix42", "fix44")
JOURNAL_FAILED = 74
LARGEST_FILE = {"writable": 200_000, "full": 1}
"""How long, in bytes, a file may be: no segment of the journal goes with either, the log with the first."""
ROUNDS = 400
REFUSED_A_ROUND = 100
MANY = 2000


async def play_full_disk(stage: Any, variant: Mapping[str, Any]) -> None:
    """Fill the journal until the disk gives no more; then every order that the venue has must be in it."""
    await stage.do("gateway.own", {"journal": {"segment_mib": 1}, "limits": {"max_open_orders": ROUNDS + 2}})
    await stage.do("venue.brain", "script")
    await stage.do("gw.place", {"as": "A", "side": "buy", "qty": 100, "px": "10.00"})
    await stage.do("venue.ack", "A")
    await stage.do("gw.expect", {"of": "A", "type": "accepted"})
    await stage.do("gateway.disk_full", LARGEST_FILE[variant["log"]])
    placed = await trade_until_it_ends(stage)
    await stage.do("gateway.ended", JOURNAL_FAILED)
    await stage.do("venue.gone", {})
    sent = [name for name in placed if stage.cards[name].message is not None]
    for name in placed:
        if name not in sent:
            stage.venue.pending.remove(stage.cards[name])
    for name in sent:
        await stage.do("venue.book", name)
    await stage.do("gateway.start", {})
    await stage.do("venue.answers", {})
    await stage.do("expect.nothing", {})
    await stage.do("settle", {"A": "new", "cum": 0})
    for name in sent:
        await stage.do("settle", {name: "new", "cum": 0})


async def trade_until_it_ends(stage: Any) -> list[str]:
    """Place one good order after many that are refused, again and again; return the good ones' names."""
    placed: list[str] = []
    try:
        for number in range(ROUNDS):
            for refused in range(REFUSED_A_ROUND):
                name = f"{stage.strategy.name}-{number}-{refused}"
                stage.strategy.send(
                    {"type": "new_order", "cl_ord_id": name, "symbol": stage.place.symbol, "side": "buy",
                     "order_qty": "1", "ord_type": "limit", "price": "0.001", "text": "x" * 200}
                )  # fmt: skip
            await stage.do("gw.place", {"as": f"L{number}", "side": "buy", "qty": 200 + number, "px": "10.00"})
            placed.append(f"L{number}")
            await stage.strategy.ping()
    except StrategyLost:
        return placed
    except Blocked:
        return placed
    raise Deviation(f"after {ROUNDS * REFUSED_A_ROUND} orders the gateway still trades, expected that its disk is full")


async def play_no_reader(stage: Any, variant: Mapping[str, Any]) -> None:
    """Send orders to a venue that reads no more, until the gateway gives it up; each must be accounted for."""
    venue, limits = {"max_unsent_bytes": 4096}, {"max_open_orders": MANY}
    await stage.do("gateway.own", {"venue": venue, "limits": limits, "narrow": True})
    await stage.do("venue.brain", "script")
    await stage.do("gw.place", {"as": "A", "side": "buy", "qty": 100, "px": "10.00"})
    await stage.do("venue.ack", "A")
    await stage.do("gw.expect", {"of": "A", "type": "accepted"})
    await stage.do("venue.stops_reading", {})
    placed = await _until_refused(stage)
    await stage.do("venue.reads_again", {})
    await stage.do("venue.gone", {})
    await stage.do("venue.again", {})
    sent = [name for name in placed if stage.cards[name].message is not None]
    for name in sent:
        await stage.do("venue.book", name)
    await _answer_all(stage, {stage.cards[name].cl_ord_id for name in placed})
    for name in [name for name in placed if name not in sent]:
        stage.venue.pending.remove(stage.cards[name])
        await stage.do("gw.expect", {"of": name, "type": "rejected"})
    await stage.do("expect.nothing", {})
    await stage.do("settle", {"A": "new", "cum": 0})


async def _answer_all(stage: Any, ids: set[str]) -> None:
    """Answer the gateway's questions, which it paces, until the strategy has been told of each order."""
    for _ in range(ROUNDS):
        await stage.do("venue.answers", {})
        if ids <= {report.get("cl_ord_id") for report in stage.strategy.reports}:
            return
        await stage.do("clock.advance", {"ms": 200})
    raise Deviation("orders are not accounted for, expected that the gateway asks until each is")


async def _until_refused(stage: Any) -> list[str]:
    """Place orders until one is refused, since its venue is away; return the names of those that were not."""
    for number in range(MANY):
        name = f"N{number}"
        await stage.do("gw.place", {"as": name, "side": "buy", "qty": 200 + number, "px": "10.00"})
        await stage.strategy.ping()
        refused = [r for r in stage.strategy.reports if r["type"] == "rejected" and r.get("refusal")]
        if refused:
            await stage.do("gw.expect", {"of": name, "type": "rejected", "refusal": "*"})
            return [f"N{before}" for before in range(number)]
    raise Deviation(f"{MANY} orders wait for a venue that reads nothing, expected that their number is bounded")


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    case(
        catalogue,
        "FR18",
        group="FR",
        title="The journal can't be written any more",
        asks="Nothing more is sent, and the gateway ends. After its start it knows every order that the venue has.",
        why="An order that no record speaks of is nobody's, and trades all the same.",
        reference=["RTS 6 art. 28", "known field failure"],
        protocols=FIX,
        vary={"log": tuple(LARGEST_FILE)},
    )(play_full_disk)
    case(
        catalogue,
        "FR13",
        group="FR",
        title="The venue reads nothing more",
        asks="What waits for it is bounded; beyond, the connection is given up and the strategy is refused. "
        "Each order is accounted for.",
        why="Orders that wait in a buffer go out when the market has left, all at once.",
        reference=["toxiproxy", "known field failure"],
        protocols=FIX,
    )(play_no_reader)
