"""The matrix: every port towards every kind of venue, and each other thing varied by itself.

A full product of all axes would be thousands of cells. The product of ports, venues and windows is run whole; each
further axis is varied from its first value in the cells of the first port and the last: FIX to FIX, binary to OUCH.
``--cross`` takes an axis into the product. Each cell is one start and at most a second or two of orders.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from benchmarks.tables import Table
from benchmarks.wire.harness import Load
from benchmarks.wire.rounds import Runs, Scenario
from benchmarks.wire.setup import SYNC_MODES, Setup
from benchmarks.wire.subjects import FAIRLEAD

AXIS: Final = "matrix"
"""What a cell's run says in place of a sweep's axis."""

Cell = dict[str, Any]
"""A value for each axis."""

AXES: Final[dict[str, Sequence[Any]]] = {
    "port": ("fix44", "binary", "json"),
    "venue": ("fix42", "fix44", "ouch42", "ouch50"),
    "window": (1, 64),
    "strategies": (1, 10, 100, 1_000),
    "sessions": (1, 10, 50, 200),
    "open_orders": (0, 10_000, 100_000, 1_000_000),
    "sync": SYNC_MODES,
    "risk": ("all", "none"),
    "answer": ("ack", "fill"),
    "waiting": ("block", "busy_poll"),
}
_PRODUCT: Final = ("port", "venue", "window")
_FROM: Final = ({"port": "fix44", "venue": "fix44"}, {"port": "binary", "venue": "ouch50"})
_MOST_OPEN: Final = 990_000
"""The limit of open orders that the risk checks have is a million; the cell's own orders come on top."""


def cells(crossed: Sequence[str] = ()) -> Iterator[Cell]:
    """Yield the matrix's cells, none twice; raises ValueError for an axis that is not known."""
    for name in crossed:
        if name not in AXES:
            raise ValueError(f"axis {name!r} received, expected one of {', '.join(AXES)}")
    whole = [*_PRODUCT, *(name for name in AXES if name in crossed and name not in _PRODUCT)]
    first = {name: values[0] for name, values in AXES.items()}
    for values in product(*(AXES[name] for name in whole)):
        yield first | dict(zip(whole, values, strict=True))
    for name, values in AXES.items():
        if name not in whole:
            yield from (
                first | pair | {"window": window, name: value}
                for value, pair, window in product(values[1:], _FROM, AXES["window"])
            )


def scenario_of(cell: Cell) -> Scenario:
    """Return what measures a cell."""
    setup = Setup(
        strategy=cell["port"],
        venue=cell["venue"],
        strategies=cell["strategies"],
        venues=cell["sessions"],
        fills=cell["answer"] == "fill",
        sync=cell["sync"],
        risk=cell["risk"],
        waiting=cell["waiting"],
    )
    load = Load(orders=20_000, warm_up=300, window=cell["window"], most_s=1.5)
    open_orders = min(cell["open_orders"], _MOST_OPEN)
    return Scenario(name_of(cell), setup, load, "two", (FAIRLEAD,), True, open_orders, AXIS)


def name_of(cell: Cell) -> str:
    """Return a cell's name: the product's values, and what differs from the first of the other axes."""
    varied = [f"{name} {value}" for name, value in cell.items() if name not in _PRODUCT and value != AXES[name][0]]
    return ", ".join([f"{cell['port']} to {cell['venue']}", f"window {cell['window']}", *varied])


def scenarios(crossed: Sequence[str] = ()) -> list[Scenario]:
    """Return all cells as scenarios."""
    return [scenario_of(cell) for cell in cells(crossed)]


_COLUMNS: Final[Mapping[str, Callable[[dict[str, Any]], str]]] = {
    "p50 us": lambda run: _us(run["round_trip"]["p50_ns"]),
    "p50 out us": lambda run: _us(run["outward"]["p50_ns"]) if run["outward"]["count"] else "-",
    "p99 us": lambda run: _us(run["round_trip"]["p99_ns"]),
    "orders/s": lambda run: f"{run['orders_per_s']:,.0f}",
    "CPU us/order": lambda run: f"{run['cpu_ns_per_order'] / 1000:.1f}",
    "open before": lambda run: f"{run['open_orders']:,}",
    "MiB idle": lambda run: f"{run['idle_bytes'] / 2**20:.0f}",
    "bytes/open order": lambda run: _bytes_per_order(run),
}


def _us(ns: float) -> str:
    return f"{ns / 1000:,.1f}"


def _bytes_per_order(run: dict[str, Any]) -> str:
    return f"{(run['filled_bytes'] - run['idle_bytes']) / run['open_orders']:,.0f}" if run["open_orders"] else "-"


def table(runs: Runs) -> Table:
    """Return a row for each cell that was run."""
    rows = [[run["scenario"], *(show(run) for show in _COLUMNS.values())] for run in runs]
    return Table("wire: the matrix", ["cell", *_COLUMNS], rows)
