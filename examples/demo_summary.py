"""Add the demo up: what strategies, gateway and venues each counted, and whether they agree.

Three books are compared: the strategies' own (their last printed line), the gateway's (``summary.json``, from the
ledger that the journal restores), and the venues' (the simulators' summaries). Nothing is shared between them but the
wire.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from demo_view import DROP_COPIES, STRATEGIES, last_status
from rich.console import Console
from rich.table import Table

SUFFIXES = {"XBRK": "", "XEXC": ".X", "XNQ": ""}
"""What each venue appends to a symbol."""

XEXC_PUT = "AAPL.X 202612  20261218  OPXXXX 200"
"""The put on AAPL at XEXC, which names options by root, maturity, CFICode and strike."""

SYMBOLS = {XEXC_PUT: "AAPL  261218P00200000"}
"""Fairlead's symbols for what no suffix explains."""


@dataclass(frozen=True, slots=True)
class Book:
    """What one side counted: by strategy, or by venue."""

    orders: int
    fills: int
    open: int
    positions: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides' books of the same thing."""

    name: str
    other: str
    gateway: Book
    counterpart: Book

    def differences(self) -> list[str]:
        """Return every figure on which the two differ."""
        found = []
        for what in ("orders", "fills", "open"):
            ours, theirs = getattr(self.gateway, what), getattr(self.counterpart, what)
            if ours != theirs:
                found.append(f"{self.name}: gateway counts {ours} {what}, {self.other} {theirs}")
        for symbol in sorted(self.gateway.positions.keys() | self.counterpart.positions.keys()):
            ours = self.gateway.positions.get(symbol, Decimal(0))
            theirs = self.counterpart.positions.get(symbol, Decimal(0))
            if ours != theirs:
                found.append(f"{self.name}: gateway's position in {symbol} is {ours}, {self.other}'s {theirs}")
        return found


def _positions(found: dict[str, Any]) -> dict[str, Decimal]:
    return {symbol: Decimal(str(net)) for symbol, net in found.items() if Decimal(str(net))}


def _book(found: dict[str, Any]) -> Book:
    return Book(found["orders"], found["fills"], found["open"], _positions(found["positions"]))


def _strategy_book(found: dict[str, Any]) -> Book:
    sent = found.get("orders", 0) - found.get("rejected", 0)
    return Book(sent, found.get("fills", 0), found.get("open", 0), _positions(found.get("positions", {})))


def _venue_book(found: dict[str, Any], suffix: str) -> Book:
    orders = {order["order_id"]: order for by_id in found["orders"].values() for order in by_id.values()}
    accepted = [order for order in orders.values() if order["status"] != "8"]
    fills = sum(1 for execution in found["executions"] if not execution["is_busted"])
    still_open = sum(1 for order in accepted if Decimal(order["leaves_qty"]) > 0)
    positions: dict[str, Decimal] = {}
    for row in found["positions"]:
        symbol = SYMBOLS.get(row["symbol"]) or row["symbol"].removesuffix(suffix)
        positions[symbol] = positions.get(symbol, Decimal(0)) + Decimal(row["net"])
    return Book(len(accepted), fills, still_open, {symbol: net for symbol, net in positions.items() if net})


def collect(state: Path, venues: tuple[str, ...]) -> list[Comparison]:
    """Read the three kinds of books from the demo's state folder."""
    gateway = json.loads((state / "summary.json").read_text())
    comparisons = []
    for name in STRATEGIES:
        own = _strategy_book(last_status(state / f"{name}.out"))
        comparisons.append(Comparison(f"strategy {name}", "the strategy", _book(gateway["strategies"][name]), own))
    for venue in venues:
        own = _venue_book(json.loads((state / f"{venue}.json").read_text()), SUFFIXES[venue])
        comparisons.append(Comparison(f"venue {venue}", "the venue", _book(gateway["venues"][venue]), own))
    return comparisons


def _describe(positions: dict[str, Decimal]) -> str:
    return "  ".join(f"{symbol} {net:+}" for symbol, net in sorted(positions.items())) or "flat"


def print_summary(console: Console, comparisons: list[Comparison]) -> int:
    """Print both sides of each comparison; return 0 where all agree, 1 otherwise."""
    table = Table(title="Summary", title_justify="left")
    for column in ("", "counted by"):
        table.add_column(column)
    for column in ("orders", "fills", "open"):
        table.add_column(column, justify="right")
    table.add_column("positions")
    for comparison in comparisons:
        for who, book in (("gateway", comparison.gateway), (comparison.other, comparison.counterpart)):
            cells = (f"{book.orders:,}", f"{book.fills:,}", f"{book.open:,}", _describe(book.positions))
            table.add_row(comparison.name if who == "gateway" else "", who, *cells)
        table.add_section()
    console.print(table)
    differences = [line for comparison in comparisons for line in comparison.differences()]
    for line in differences:
        console.print(line, style="red", markup=False)
    if not differences:
        console.print("strategies, gateway and venues agree on every order, fill and position", style="green")
    return 1 if differences else 0


def print_drop_copies(console: Console, counters: dict[str, int]) -> int:
    """Say what matched of the drop copies; return 0 where nothing is left over and there is no break, 1 otherwise."""
    unmatched = 0
    for name in DROP_COPIES:
        matched, left = counters[f"drop_copy.{name}.matched"], counters[f"drop_copy.{name}.unmatched"]
        console.print(f"drop copy {name}: {matched:,} executions match their copies, {left:,} do not")
        unmatched += left
    breaks = counters["breaks"]
    console.print(f"{breaks} breaks", style="red" if breaks else "green")
    return 1 if unmatched or breaks else 0
