"""Show the running demo: a live screen on a terminal, one line a second elsewhere."""

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from demo_market import MarketWatch, market_line, market_table
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fairlead.gateway.telemetry.reader import Counters, Histogram, read_counters

STRATEGIES = ("alpha", "beta")
VENUES = ("XBRK", "XEXC", "XNQ")
DROP_COPIES = ("XBRK-DC",)
COLUMNS = ("up", "next_in", "next_out", "orders", "cancels", "replaces", "reports", "fills", "refused")
WIDE = 110
"""Columns from which on tables stand side by side, and sessions show their numbers."""

LEGS = (
    ("to venue", "to_venue", VENUES),
    ("venue answers", "answer", VENUES),
    ("to strategy", "to_strategy", STRATEGIES),
)


class View(Protocol):
    """What the demo shows itself through."""

    def __enter__(self) -> "View": ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def update(self) -> None:
        """Show the state of things."""


def make_view(console: Console, state: Path, ports: dict[str, int], market: MarketWatch | None) -> View:
    """Return the view that fits standard output."""
    return LiveView(console, state, ports, market) if console.is_terminal else LineView(console, state, market)


def _microseconds(histogram: Histogram, fraction: float) -> str:
    value = histogram.quantile_ns(fraction)
    if value is None:
        return "-"
    return f"{value / 1000:,.0f} us" if value < 10_000_000 else f"{value / 1e6:,.1f} ms"


def last_status(path: Path) -> dict[str, Any]:
    """Return the last JSON object that a strategy printed."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return {}
    for line in reversed(lines[-3:]):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        return found.get("summary", found) if isinstance(found, dict) else {}
    return {}


def drop_copy_line(counters: Counters) -> Text:
    """Return how the drop copies compare with the gateway's books, and how many breaks there are."""
    words: list[tuple[str, str]] = []
    for name in DROP_COPIES:
        value = {
            what: counters.counters[f"drop_copy.{name}.{what}"] for what in ("up", "matched", "unmatched", "lag_ns")
        }
        words.append((f"drop copy {name} ", ""))
        words.append(("up" if value["up"] else "down", "green" if value["up"] else "red"))
        words.append((f" matched={value['matched']:,} unmatched={value['unmatched']} ", ""))
        words.append((f"lag={value['lag_ns'] / 1000:,.0f}us ", ""))
    breaks = counters.counters["breaks"]
    words.append((f"breaks={breaks}", "red" if breaks else "green"))
    return Text.assemble(*words)


class LiveView:
    """Redraw one screen."""

    def __init__(self, console: Console, state: Path, ports: dict[str, int], market: MarketWatch | None) -> None:
        self._console = console
        self._market = market
        self._state = state
        self._ports = ports
        self._started = time.monotonic()
        self._before: tuple[float, int] = (self._started, 0)
        self._rate = 0.0
        self._live = Live(console=console, auto_refresh=False, screen=False)

    def __enter__(self) -> "LiveView":
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def update(self) -> None:
        """Draw."""
        counters = read_counters(self._state / "counters")
        self._measure(counters)
        sides = self._side_by_side(self._latency(counters), market_table(self._market.books() if self._market else {}))
        reconciled = (drop_copy_line(counters), self._positions())
        parts = (self._header(), self._sessions(counters), *sides, *reconciled, self._footer())
        self._live.update(Group(*parts), refresh=True)

    def _side_by_side(self, left: Table, right: Table) -> tuple[RenderableType, ...]:
        """Put two tables beside one another where the terminal has the room."""
        if self._console.width < WIDE:
            return left, right
        grid = Table.grid(expand=True, padding=(0, 1))
        grid.add_column(ratio=1)
        grid.add_column(ratio=1)
        grid.add_row(left, right)
        return (grid,)

    def _measure(self, counters: Counters) -> None:
        now = time.monotonic()
        orders = sum(counters.counters[f"strategy.{name}.orders"] for name in STRATEGIES)
        then, before = self._before
        if now - then >= 1:
            self._rate = (orders - before) / (now - then)
            self._before = (now, orders)

    def _header(self) -> Text:
        elapsed = int(time.monotonic() - self._started)
        return Text.assemble(
            ("Fairlead", "bold"), f"  running {elapsed // 60}:{elapsed % 60:02}  {self._rate:,.0f} orders/s"
        )

    def _sessions(self, counters: Counters) -> Table:
        table = Table(title="Sessions", title_justify="left", expand=True)
        for column in ("session", "state"):
            table.add_column(column, no_wrap=True)
        shown = COLUMNS[1:] if self._console.width >= WIDE else COLUMNS[3:]
        for column in shown:
            table.add_column(column.replace("_", " "), justify="right")
        for kind, names in (("strategy", STRATEGIES), ("venue", VENUES)):
            for name in names:
                value = {key: counters.counters.get(f"{kind}.{name}.{key}", 0) for key in COLUMNS}
                state = Text("up", "green") if value["up"] else Text("down", "red")
                cells = [f"{value[key]:,}" if key != "refused" or kind == "strategy" else "" for key in shown]
                table.add_row(f"{kind} {name}", state, *cells)
        return table

    def _latency(self, counters: Counters) -> Table:
        table = Table(title="Latency in the gateway, and the venues' answers", title_justify="left", expand=True)
        table.add_column("leg")
        for column in ("count", "p50", "p99"):
            table.add_column(column, justify="right")
        for title, key, names in LEGS:
            for name in names:
                histogram = counters.histograms[f"latency.{key}.{name}"]
                p50, p99 = _microseconds(histogram, 0.5), _microseconds(histogram, 0.99)
                table.add_row(f"{title} {name}", f"{histogram.total:,}", p50, p99)
        return table

    def _positions(self) -> Table:
        table = Table(title="Positions, as the strategies count them", title_justify="left", expand=True)
        table.add_column("strategy")
        table.add_column("net")
        for name in STRATEGIES:
            positions = last_status(self._state / f"{name}.out").get("positions", {})
            text = "  ".join(f"{symbol} {quantity:+,}" for symbol, quantity in sorted(positions.items()))
            table.add_row(name, text or "flat")
        return table

    def _footer(self) -> Panel:
        desk = f"--connect 127.0.0.1:{self._ports['json']} --strategy desk --secret env:DESK_SECRET"
        return Panel(
            "In another terminal, after export DESK_SECRET=desk-demo-secret:\n"
            f"  .venv/bin/fairlead order {desk} --venue XNQ buy 100 MSFT @ 430.05\n"
            f"  .venv/bin/fairlead quotes {desk} MSFT AAPL\n"
            "  .venv/bin/fairlead journal cat -f var/demo/journal\n"
            "  .venv/bin/fairlead breaks list --state var/demo\n"
            "Ctrl-C stops and adds everything up.",
            border_style="dim",
        )


class LineView:
    """Print one plain line a second."""

    def __init__(self, console: Console, state: Path, market: MarketWatch | None) -> None:
        self._market = market
        self._console = console
        self._state = state
        self._next = 0.0

    def __enter__(self) -> "LineView":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def update(self) -> None:
        """Print, if a second has passed."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1
        reading = read_counters(self._state / "counters")
        words = [time.strftime("%H:%M:%S")]
        for name in STRATEGIES:
            value = {key: reading.counters[f"strategy.{name}.{key}"] for key in ("orders", "fills", "refused")}
            words.append(f"{name} orders={value['orders']} fills={value['fills']} refused={value['refused']}")
        for name in VENUES:
            state = "up" if reading.counters[f"venue.{name}.up"] else "down"
            leg = reading.histograms[f"latency.to_venue.{name}"]
            p50, p99 = _microseconds(leg, 0.5).replace(" ", ""), _microseconds(leg, 0.99).replace(" ", "")
            words.append(f"{name} {state} to_venue p50={p50} p99={p99}")
        words.append(drop_copy_line(reading).plain)
        if self._market is not None:
            words.append(market_line(self._market.books()))
        self._console.print("  ".join(words), soft_wrap=True, highlight=False)
