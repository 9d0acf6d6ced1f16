"""Orders in the venue's price-time book that are no plain dialogue: self-match prevention, stops, chance."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from fairlead.certification.model.case import Catalogue, case
from fairlead.certification.model.verdicts import Unsupported

FIX = ("fix42", "fix44")
RULES = ("cancel_resting", "cancel_newest", "cancel_both")
ROUNDS = 40
PRICES = ("9.98", "9.99", "10.00", "10.01", "10.02")


async def play_self_match(stage: Any, variant: Mapping[str, Any]) -> None:
    """Have two strategies meet at a venue that cancels one side, the other, or both."""
    rule = variant["rule"]
    await stage.do("venue.brain", {"is": "book", "self_match": rule})
    await stage.do("gw.connect", {"by": "other"})
    await stage.do("gw.place", {"as": "A", "side": "buy", "qty": 300, "px": "10.00"})
    await stage.do("venue.ack", "A")
    await stage.do("gw.expect", {"of": "A", "type": "accepted"})
    await stage.do("gw.place", {"as": "O", "side": "sell", "qty": 200, "px": "9.99", "by": "other"})
    await stage.do("gw.expect", {"of": "O", "type": "accepted", "by": "other"})
    if rule != "cancel_newest":
        await stage.do("gw.expect", {"of": "A", "type": "canceled", "cum_qty": 0, "leaves_qty": 0})
    if rule != "cancel_resting":
        await stage.do("gw.expect", {"of": "O", "type": "canceled", "cum_qty": 0, "leaves_qty": 0, "by": "other"})
    await stage.do("gw.expect_none", {"of": "A", "type": "filled"})
    await stage.do("gw.expect_none", {"of": "O", "type": "filled", "by": "other"})
    await stage.do("settle", {"A": "new" if rule == "cancel_newest" else "canceled", "cum": 0})
    await stage.do("settle", {"O": "new" if rule == "cancel_resting" else "canceled", "cum": 0})


async def play_stop(stage: Any, variant: Mapping[str, Any]) -> None:
    """Have a trade of others trigger the kind of stop that the venue takes."""
    taken = [name for name in ("stop_limit", "stop") if name in stage.capabilities.ord_types]
    if not taken:
        raise Unsupported("the venue takes no stop order")
    await stage.do("venue.brain", "book")
    table = {"as": "A", "side": "buy", "qty": 200, "type": taken[0], "stop_px": "10.05"}
    await stage.do("gw.place", table | ({"px": "10.10"} if taken[0] == "stop_limit" else {}))
    await stage.do("venue.ack", "A")
    await stage.do("gw.expect", {"of": "A", "type": "accepted", "stop_px": "10.05"})
    await stage.do("market.enters", {"side": "sell", "qty": 100, "px": "10.06"})
    await stage.do("market.enters", {"side": "sell", "qty": 100, "px": "10.07"})
    await stage.do("gw.expect_none", {"of": "A", "type": "filled"})
    await stage.do("market.enters", {"side": "sell", "qty": 10, "px": "10.05"})
    await stage.do("market.enters", {"side": "buy", "qty": 10, "px": "10.05"})
    await stage.do("gw.expect", {"of": "A", "type": "filled", "last_qty": 100, "last_px": "10.06"})
    last = {"last_qty": 100, "last_px": "10.07", "cum_qty": 200, "leaves_qty": 0}
    await stage.do("gw.expect", {"of": "A", "type": "filled", **last})
    await stage.do("settle", {"A": "filled", "cum": 200, "fills": 2})


async def play_chance(stage: Any, variant: Mapping[str, Any]) -> None:
    """Trade at random against others, with cancels and replaces under way, and settle what has come of it."""
    chance = random.Random(stage.playing.seed)
    await stage.do("venue.brain", "book")
    latest: dict[str, str] = {}
    for number in range(ROUNDS):
        px, qty = chance.choice(PRICES), 100 * chance.randint(1, 5)
        # ours buy and others sell, so that no order of ours would meet another
        kind = chance.choice(("place", "place", "others", "others", "cancel", "replace"))
        if kind == "others":
            await stage.do("market.enters", {"side": "sell", "qty": qty, "px": px})
        elif kind == "place" or not latest:
            latest[f"A{number}"] = f"A{number}"
            await stage.do("gw.place", {"as": f"A{number}", "side": "buy", "qty": qty, "px": px})
        else:
            await _change(
                stage, kind, latest, chance.choice(sorted(latest)), {"as": f"R{number}", "px": px, "qty": qty}
            )
    await stage.strategy.ping()
    await stage.venue.sync()
    for name in latest:
        await stage.do("venue.ack", name)


async def _change(stage: Any, kind: str, latest: dict[str, str], name: str, table: dict[str, Any]) -> None:
    """Ask for a cancel or other terms, and wait for the answer, whatever it is: ids follow only what was accepted."""
    request = {"of": latest[name], "as": table["as"]} if kind == "cancel" else {"of": latest[name], **table}
    card = await stage.do(f"gw.{kind}", request)

    def answer() -> list[str]:
        found = [r["type"] for r in stage.strategy.reports if r.get("cl_ord_id") == card.cl_ord_id]
        return [each for each in found if each in ("canceled", "replaced", "cancel_rejected")]

    await stage.until(answer, f"an answer to {kind} {card.name}")
    if card.message is None:
        # the gateway has refused it by itself
        stage.venue.pending.remove(card)
    if answer()[0] == "replaced":
        latest[name] = card.name
    elif answer()[0] == "canceled":
        del latest[name]


def add_to(catalogue: Catalogue) -> None:
    """Add these cases."""
    case(
        catalogue,
        "OE26.book",
        group="OE",
        title="Two strategies of ours meet at a venue that prevents it",
        asks="The side that the venue's rule cancels is reported as cancelled, the other lives, and nothing trades.",
        why="Which of two orders ends is the venue's rule; who expects the other one has an order too many.",
        reference=["B3", "Coinbase"],
        protocols=FIX,
        vary={"rule": RULES},
    )(play_self_match)
    case(
        catalogue,
        "EX05.book",
        group="EX",
        title="A stop is triggered by a trade of others",
        asks="It waits outside the book until others trade at its price, then takes what rests, in its own name.",
        why="What triggers a stop is a trade that nobody here took part in.",
        reference=["CME"],
        protocols=FIX,
    )(play_stop)
    case(
        catalogue,
        "EX01.chance",
        group="EX",
        title="Orders, cancels and replaces by chance, in a book that trades",
        asks="Whatever order things happen in, gateway and venue agree in the end on every order and every execution.",
        why="The sequence that breaks the sums is the one that nobody has written down.",
        reference=["Jepsen"],
        protocols=FIX,
        needs=["replace"],
    )(play_chance)
