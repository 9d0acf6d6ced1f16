"""Books over ITCH: directory, orders, trades, states, late join, sessions, bursts, what is unknown."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from fairlead.certification.market.stage import MarketStage
from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Deviation
from fairlead.certification.venues.amounts import UNITS

_BOTH = {"transport": ("soup", "mold")}
_ITCH: dict[str, Any] = {"group": "MD", "protocols": ("itch",), "subjects": ("gateway",)}
BURST = 5_000


def px(text: str) -> int:
    """Return a price in units of 10^-8."""
    whole, _, places = text.partition(".")
    return int(whole) * UNITS + int(places.ljust(8, "0"))


def add(reference: int, side: str, shares: int, price: str, code: str = "A") -> dict[str, Any]:
    """Return a new order."""
    mpid = {"attribution": "MAKE"} if code == "F" else {}
    return {
        "type": code,
        "order_reference_number": reference,
        "side": side,
        "shares": shares,
        "price": px(price),
        **mpid,
    }


ORDERS = (
    add(1, "B", 300, "10.00"), add(2, "B", 200, "10.00"), add(3, "B", 100, "9.99"), add(4, "S", 400, "10.02", "F"),
    add(5, "S", 100, "10.03"),
)  # fmt: skip


def executed(reference: int, shares: int, match: int) -> dict[str, Any]:
    """Return an execution at the order's price."""
    return {"type": "E", "order_reference_number": reference, "executed_shares": shares, "match_number": match}


def at_price(reference: int, shares: int, match: int, price: str, printable: str) -> dict[str, Any]:
    """Return an execution at another price."""
    return {"type": "C", "order_reference_number": reference, "executed_shares": shares, "match_number": match,
            "execution_price": px(price), "printable": printable}  # fmt: skip


async def up(stage: MarketStage) -> None:
    """Open the feed with some orders, and subscribe."""
    await stage.do("feed.open", None)
    await stage.do("feed.say", list(ORDERS))
    await stage.do("strategy.subscribe", None)
    await stage.do("expect.book", None)


async def directory(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await stage.do("feed.open", None)
    symbols = stage.place.symbols
    await stage.do("strategy.subscribe", symbols[:1])
    await stage.do("expect.book", None)
    await stage.do("strategy.subscribe", symbols[1:])
    for symbol in symbols[1:]:
        await stage.do("expect.book", symbol)
    await stage.do("strategy.subscribe", ["NOSUCH"])
    await stage.until(lambda: bool(stage.watcher.rejects), lambda: "no reject of a symbol that no directory has")


async def changes(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    for message in (
        executed(1, 100, 501),
        at_price(4, 100, 502, "10.01", "Y"),
        {"type": "X", "order_reference_number": 2, "cancelled_shares": 150},
        {"type": "U", "original_order_reference_number": 3, "new_order_reference_number": 6, "shares": 500,
         "price": px("10.01")},
        {"type": "D", "order_reference_number": 5},
        executed(1, 200, 503),
        add(7, "S", 100, "10.0150"),
    ):  # fmt: skip
        await stage.do("feed.say", [message])
        await stage.do("expect.book", None)


async def volumes(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    await stage.do("feed.say", [executed(1, 100, 601), at_price(4, 50, 602, "10.01", "N"),
                                {"type": "P", "shares": 70, "price": px("10.01"), "match_number": 603}])  # fmt: skip
    await stage.do("expect.book", None)
    golden = stage.golden(stage.symbol)

    def told() -> tuple[str, str]:
        last = stage.seen(stage.symbol).last
        return str(last.get("total_volume")), str(last.get("trade_count"))

    expected = (str(golden.volume), str(golden.trades))
    await stage.until(lambda: told() == expected, lambda: f"volume and trades {told()}, expected {expected}")
    await stage.do("feed.say", [{"type": "B", "match_number": 603}, add(9, "B", 100, "9.98")])
    await stage.do("expect.book", None)
    golden = stage.golden(stage.symbol)
    if told()[0] == str(golden.volume):
        stage.tolerate(f"the volume still has the {golden.broken_volume} shares of the broken trade")
    elif told()[0] != str(golden.volume - golden.broken_volume):
        raise Deviation(f"volume {told()[0]} after a broken trade, expected {golden.volume - golden.broken_volume}")


async def states(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    for code, word in (("H", "halted"), ("Q", "quote_only"), ("T", "trading"), ("P", "paused"), ("T", "trading")):
        await stage.do("feed.say", [{"type": "H", "trading_state": code, "reason": "T1"}])
        await stage.do("expect.status", {"trading_state": word, "state_code": code})


async def new_session(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    await stage.do("feed.end", None)
    await stage.do("expect.status", {"is_stale": True})
    await stage.do("feed.renew", None)
    await stage.do("feed.say", [add(1, "S", 900, "11.00")])
    await stage.do("expect.book", None)


async def late_join(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await stage.do("feed.lines", {"A": {"loss": 1.0}, "B": {"loss": 1.0}})
    await stage.do("feed.begin", None)
    await stage.do("feed.say", [*ORDERS, executed(1, 100, 1), {"type": "D", "order_reference_number": 3}])
    await stage.do("feed.lines", {"A": {"loss": 0.0}, "B": {"loss": 0.0}})
    await stage.do("feed.open", None)
    await stage.do("feed.say", [add(8, "B", 100, "9.97")])
    await stage.do("strategy.subscribe", None)
    await stage.do("expect.book", None)


async def burst(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    began_ns = time.monotonic_ns()
    stage.venue.hold_output(True)
    for number in range(BURST):
        side, cents = ("B", 1000 - number % 50) if number % 2 else ("S", 1002 + number % 50)
        stage.face.feed.publish(
            **_named(add(1_000 + number, side, 100, f"{cents // 100}.{cents % 100:02d}")), symbol=stage.symbol
        )
    stage.venue.hold_output(False)
    await stage.do("expect.book", None)
    took_ms = (time.monotonic_ns() - began_ns) / 1e6
    stage.steps[-1].text += f" ({BURST} messages in one burst: the strategy's book was right after {took_ms:.0f} ms)"


def _named(message: dict[str, Any]) -> dict[str, Any]:
    return {"code": message["type"], **{name: value for name, value in message.items() if name != "type"}}


async def unknown(stage: MarketStage, variant: Mapping[str, Any]) -> None:
    await up(stage)
    await stage.do("feed.raw", b"~a message of no known type")
    await stage.do("feed.say", [add(20, "B", 100, "9.90")])
    await stage.do("expect.book", None)
    await stage.do("feed.say", [{"type": "D", "order_reference_number": 424_242}])
    await stage.do("expect.status", {"is_suspect": True})
    await stage.do("feed.say", [add(21, "B", 100, "9.89")])
    await stage.do("expect.levels", None)
    # the contradiction stays in this session's messages: the next one is without it
    await stage.do("feed.end", None)
    await stage.do("feed.renew", None)
    await stage.do("feed.say", [add(1, "S", 900, "11.00")])
    await stage.do("expect.book", None)


# id, title, what it asks, why, level and variants, the source, and what plays it
_CASES = (
    ("MD01", "The directory", "Every symbol of the directory can be subscribed, one that it does not have is refused.",
     "A symbol that is missing can't be traded all day.", "RTS7", directory),
    ("MD02", "Orders come and go", "After each message the book is the golden one, level by level.",
     "A book that is wrong by one order prices every order wrongly.", "general", changes),
    ("MD03", "What counts as volume", "Executions that are not printable, and broken trades, are not in the volume.",
     "A participation algorithm trades against volume that never was.", "general", volumes),
    ("MD04", "Halts and resumptions", "The state is told at once, in one set of words and the venue's own.",
     "Orders go into a halted market.", "JSE", states),
    ("MD11", "A new session", "The books are stale at the end of the session, and begin anew with the next.",
     "Yesterday's orders stand in today's book.", "general", new_session),
    ("MD12", "Joining late", "The book is right though the day was under way.", "A restart at noon trades blindly.",
     "general", late_join),
    ("MD15", "A burst", "Nothing is lost; how soon the book is right is told.",
     "The busiest second is the one that counts.", "HKEX", burst),
    ("MD16", "Types and orders that are unknown",
     "An unknown type is passed over; a contradiction marks the book, and spoils nothing.",
     "One odd message stops a feed, or spoils a book in silence.", "general", unknown),
)  # fmt: skip


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    for identifier, title, asks, why, reference, play in _CASES:
        options = {"reference": (reference,), "vary": _BOTH, **_ITCH}
        case(catalogue, identifier, title=title, asks=asks, why=why, **options)(play)
