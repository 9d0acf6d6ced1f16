"""Run the benchmarks: ``python -m benchmarks [codec|binary|ledger|...]``; all of them without a name.

``wire`` by itself has options of its own: ``python -m benchmarks wire --help``.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import (
    binary_codec,
    codec,
    itch_books,
    itch_parquet,
    journal,
    kill,
    ledger,
    market_data,
    ouch_orders,
    recovery,
    risk,
    routing,
    strategy_codec,
)
from benchmarks.machine import describe_machine
from benchmarks.tables import Table, Text, ratios
from benchmarks.wire import command as wire

BENCHMARKS: dict[str, Callable[[], Sequence[Table | Text]]] = {
    "codec": codec.main,
    "binary": binary_codec.main,
    "ouch": ouch_orders.main,
    "itch": itch_books.main,
    "itch_parquet": itch_parquet.main,
    "strategy": strategy_codec.main,
    "ledger": ledger.main,
    "journal": journal.main,
    "market_data": market_data.main,
    "recovery": recovery.main,
    "routing": routing.main,
    "wire": wire.default_tables,
    "kill": kill.main,
    "risk": risk.main,
}


def main() -> None:
    """Run what was asked for, then print everything at once: machine first, tables last."""
    if sys.argv[1:2] == ["wire"]:
        raise SystemExit(wire.main(sys.argv[2:]))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--json", type=Path, help="write the ratios, as `fairlead release check` reads them")
    options = parser.parse_args()
    names = options.names
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"no benchmark {name!r}, expected one of {', '.join(BENCHMARKS)}")
    machine = describe_machine()
    tables: list[Table | Text] = []
    for name in names or BENCHMARKS:
        begin = time.monotonic()
        print(f"{name} ...", end=" ", flush=True)
        tables += BENCHMARKS[name]()
        print(f"{time.monotonic() - begin:.0f} s", flush=True)
    print()
    for key, found in machine:
        print(f"{key:<12} {found}")
    for table in tables:
        print(f"\n{table.text()}")
    if options.json is not None:
        report = {"form": "fairlead-benchmarks-1", "machine": dict(machine), "ratios": list(ratios(tables))}
        options.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
