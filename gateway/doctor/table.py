"""Show what the doctor found, at a terminal."""

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairlead.gateway.doctor.row import FAIL, OK, STATES, UNKNOWN, WARN, Row, count_states
from fairlead.gateway.doctor.runs import Change

STYLES: Final = {OK: "bold green", WARN: "bold yellow", FAIL: "bold white on red", UNKNOWN: "dim"}


def show(console: Console, rows: Sequence[Row], title: str) -> None:
    """Print the table, then how many rows are in each state."""
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("", width=9)
    table.add_column("Check", style="bold", no_wrap=True)
    table.add_column("Read", ratio=5, overflow="fold")
    table.add_column("Wanted", ratio=4, style="dim", overflow="fold")
    for row in rows:
        read = Text(row.read)
        if row.mend and row.state != OK:
            read.append(f"\n-> {row.mend}", "cyan")
        table.add_row(Text(f" {row.state} ", STYLES[row.state]), Text(row.check), read, Text(row.wanted))
    console.print(table)
    counts = count_states(rows)
    line = Text("  ")
    for state in STATES:
        line.append(f"{counts[state]} {state}   ", STYLES[state] if counts[state] else "dim")
    console.print(line)


def show_changes(console: Console, found: Sequence[Change], against: str) -> None:
    """Print what changed since another run."""
    if not found:
        console.print(Text(f"  nothing changed since {against}", "dim"))
        return
    console.print(Text(f"  changed since {against}:"))
    for change in found:
        line = Text(f"    {change.check}: ")
        line.append(change.before, STYLES.get(change.before, "dim"))
        line.append(" -> ")
        line.append(change.now, STYLES.get(change.now, "dim"))
        console.print(line)
