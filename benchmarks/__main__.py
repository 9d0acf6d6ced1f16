"""Run the benchmarks: ``python -m benchmarks [codec|binary|ledger|...]``; all of them without a name.

``wire`` by itself, and ``compare`` of two commits, have options of their own: ``python -m benchmarks wire --help``.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import (
    binary_codec,
    codec,
    fix_decode,
    itch_books,
    itch_parquet,
    journal,
    kill,
    ledger,
    market_data,
    open_orders,
    ouch_orders,
    recovery,
    risk,
    routing,
    strategy_codec,
)
from benchmarks.machine import describe_machine
from benchmarks.tables import Table, Text
from benchmarks.wire import command as wire
from benchmarks.wire import compare
from benchmarks.wire.rounds import Results
from benchmarks.wire.telling import shown, tell

BENCHMARKS: dict[str, Callable[[], Sequence[Table | Text]]] = {
    "codec": codec.main,
    "fix_decode": fix_decode.main,
    "binary": binary_codec.main,
    "ouch": ouch_orders.main,
    "itch": itch_books.main,
    "itch_parquet": itch_parquet.main,
    "strategy": strategy_codec.main,
    "ledger": ledger.main,
    "open_orders": open_orders.main,
    "journal": journal.main,
    "market_data": market_data.main,
    "recovery": recovery.main,
    "routing": routing.main,
    "kill": kill.main,
    "risk": risk.main,
}

NAMES = (*BENCHMARKS, "wire")
"""What runs without a name, in this order."""

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"wire": wire.main, "compare": compare.main}
"""What has options of its own."""


def main() -> None:
    """Run what was asked for, then print everything at once: machine first, tables last."""
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        raise SystemExit(COMMANDS[sys.argv[1]](sys.argv[2:]))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--json", type=Path, help="write the ratios, as `fairlead release check` reads them")
    parser.add_argument("--page", type=Path, help="write an HTML page with charts")
    options = parser.parse_args()
    for name in options.names:
        if name not in NAMES:
            parser.error(f"no benchmark {name!r}, expected one of {', '.join(NAMES)}")
    machine = describe_machine()
    results = Results()
    tables: list[Table | Text] = []
    for name in options.names or NAMES:
        begin = time.monotonic()
        print(f"{name} ...", end=" ", flush=True)
        if name == "wire":
            results = wire.measure_all()
            tables += shown(results)
        else:
            tables += BENCHMARKS[name]()
        print(f"{time.monotonic() - begin:.0f} s", flush=True)
    print()
    raise SystemExit(tell(results, machine, tables, options))


if __name__ == "__main__":
    main()
