"""Market data over FIX, as the gateway gives it to strategies: V asked; W, X, f and Y answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.cases.md.books import add, executed, px, up
from fairlead.certification.market.stage import MarketStage
from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Deviation

_FIX: dict[str, Any] = {"group": "MD", "protocols": ("fix42", "fix44"), "subjects": ("gateway",)}
_UNKNOWN_SYMBOL = "0"


async def snapshot_and_increments(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    for message in (
        executed(1, 100, 501),
        {"type": "U", "original_order_reference_number": 3, "new_order_reference_number": 6, "shares": 500,
         "price": px("10.01")},
        {"type": "D", "order_reference_number": 5},
    ):  # fmt: skip
        await stage.do("feed.say", [message])
        await stage.do("expect.book", None)
    await stage.do("strategy.subscribe", ["NOSUCH"])
    await stage.until(lambda: bool(stage.watcher.rejects), lambda: "no MarketDataRequestReject of an unknown symbol")
    code = stage.watcher.rejects[0]["code"]
    if code != _UNKNOWN_SYMBOL:
        raise Deviation(f"MDReqRejReason(281) {code or 'missing'} received, expected {_UNKNOWN_SYMBOL}")


async def depth(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await stage.do("strategy.depth", 2)
    await up(stage)
    for message in (
        add(10, "B", 100, "10.01"),
        add(11, "B", 200, "9.98"),
        {"type": "D", "order_reference_number": 10},
        {"type": "D", "order_reference_number": 3},
        add(12, "S", 100, "10.01"),
        {"type": "D", "order_reference_number": 12},
    ):
        await stage.do("feed.say", [message])
        await stage.do("expect.book", None)


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    case(
        catalogue, "MD13", title="Snapshot, increments, refusal",
        asks="W is the book, X makes the next one of it, and Y refuses what can't be had.",
        why="A strategy's engine has a book that is not the market's.", reference=("MarketFactory",), **_FIX,
    )(snapshot_and_increments)  # fmt: skip
    case(
        catalogue, "MD14", title="More levels than asked for",
        asks="What a level that falls out of the depth leaves is told, and so is what comes back into it.",
        why="A level that nobody deletes stays for ever.", reference=("MarketFactory",), **_FIX,
    )(depth)  # fmt: skip
