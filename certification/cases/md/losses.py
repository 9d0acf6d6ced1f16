"""Losses on MoldUDP64: gaps, two lines, what can't be had again, silence, the end of a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairlead.certification.cases.md.books import ORDERS, add, up
from fairlead.certification.market.stage import MarketStage
from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Deviation, Unsupported

_ITCH: dict[str, Any] = {"group": "MD", "protocols": ("itch",), "subjects": ("gateway",)}
_LOST = {"A": {"loss": 1.0}, "B": {"loss": 1.0}}
_WELL = {"A": {"loss": 0.0}, "B": {"loss": 0.0}}


async def gap(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    before = len(stage.face.mold.requests)
    if variant["fault"] == "lost":
        await stage.do("feed.lines", _LOST)
        await stage.do("feed.say", [add(10, "B", 100, "9.95")])
        await stage.do("feed.lines", _WELL)
    else:
        late = {"reorder": 1.0}
        await stage.do("feed.lines", {"A": late, "B": late})
        await stage.do("feed.say", [add(10, "B", 100, "9.95"), add(12, "B", 100, "9.94")])
        await stage.do("feed.lines", {"A": {"reorder": 0.0}, "B": {"reorder": 0.0}})
    await stage.do("feed.say", [add(11, "S", 100, "10.05")])
    await stage.do("expect.book", None)
    asked = len(stage.face.mold.requests) - before
    if variant["fault"] == "lost" and not asked:
        raise Deviation("the book came right without a request: the loss was none")


async def two_lines(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    before = len(stage.face.mold.requests)
    await stage.do("feed.lines", {"A": {"loss": 1.0}, "B": {"skew_ms": 5.0}})
    await stage.do("feed.say", [add(10, "B", 100, "9.95"), add(11, "S", 100, "10.05")])
    await stage.do("expect.book", None)
    await stage.do("feed.lines", {"A": {"loss": 0.0, "duplicate": 1.0}, "B": {"skew_ms": 0.0, "loss": 1.0}})
    await stage.do("feed.say", [add(12, "B", 100, "9.94"), {"type": "D", "order_reference_number": 11}])
    await stage.do("expect.book", None)
    if len(stage.face.mold.requests) > before:
        stage.tolerate("messages were asked for that the other line had")


async def unrecoverable(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    await stage.do("feed.requests", {"loss": 1.0})
    await stage.do("feed.lines", _LOST)
    await stage.do("feed.say", [add(10, "B", 100, "9.95")])
    await stage.do("feed.lines", _WELL)
    await stage.do("feed.say", [add(11, "S", 100, "10.05")])
    await stage.do("expect.status", {"is_stale": True})
    await stage.do("feed.requests", {"loss": 0.0})
    await stage.do("feed.say", [add(12, "S", 100, "10.06")])
    await stage.do("expect.book", None)


async def silent(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    await stage.do("feed.quiet", None)
    await stage.do("expect.status", {"is_stale": True})
    await stage.do("feed.awake", None)
    await stage.do("expect.status", {"is_stale": False})
    await stage.do("feed.say", [add(10, "B", 100, "9.95")])
    await stage.do("expect.book", None)


async def end_of_session(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    await stage.do("feed.lines", _LOST)
    await stage.do(
        "feed.say",
        [add(10, "B", 100, "9.95"), {"type": "D", "order_reference_number": ORDERS[0]["order_reference_number"]}],
    )
    await stage.do("feed.end", None)
    await stage.do("feed.lines", _WELL)
    await stage.do("expect.levels", None)
    await stage.do("expect.status", {"is_stale": True})


_CASES: tuple[tuple[Any, ...], ...] = (
    ("MD05", "A gap", "What is missing is asked for, or waited for; the book goes on in order.",
     "One lost packet spoils a book.", "Mold", {"fault": ("lost", "reordered")}, gap),
    ("MD06", "Line A loses, line B is late", "The first copy of each message counts, from whichever line.",
     "Two lines that were paid for are worth one.", "CME", {}, two_lines),
    ("MD07", "A gap that can't be filled", "The book is stale while messages are missing, then built anew.",
     "A book with a hole is taken for the market.", "JSE", {}, unrecoverable),
    ("MD09", "Heartbeats stop", "The book is told as stale, and as current once they come again.",
     "A dead feed looks like a quiet market.", "RTS7", {"transport": ("soup", "mold")}, silent),
    ("MD10", "The end of a session shows a gap", "The last messages are asked for; the book is stale afterwards.",
     "The closing price is missing.", "Mold", {}, end_of_session),
)  # fmt: skip

_UNSUPPORTED = "the gateway takes market data from ITCH feeds alone; FIX market data is what it gives to strategies"


async def no_fix_feed(stage: Any, variant: Mapping[str, Any]) -> None:
    raise Unsupported(_UNSUPPORTED)


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    for identifier, title, asks, why, reference, vary, play in _CASES:
        options = {"reference": (reference,), "vary": vary, **_ITCH}
        case(catalogue, identifier, title=title, asks=asks, why=why, **options)(play)
    case(
        catalogue, "MD08", group="MD", title="Replay over TCP", asks="A gap is closed by a replay over TCP.",
        why="A day's book is lost by one packet.", reference=("CME",), protocols=("fix44",), subjects=("gateway",),
    )(no_fix_feed)  # fmt: skip
