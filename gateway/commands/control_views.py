"""Show what the control socket answers in a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from fairlead.gateway.journal.decoding import utc_text

_UTC_NS: Final = "_utc_ns"


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table, as wide as the terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table, markup=False)


def short_time(utc_ns: int) -> str:
    """Return a time to the second."""
    return f"{utc_text(utc_ns)[:19]}Z"


def words(value: Any) -> str:
    """Return an answer's value on one line; what is empty is left out."""
    if isinstance(value, Mapping):
        return " ".join(f"{name}={words(inner)}" for name, inner in value.items() if inner not in ("", None, [], {}))
    if isinstance(value, list):
        return ",".join(map(words, value))
    return str(value)


def show_answer(answer: Mapping[str, Any]) -> None:
    """Print the members of an answer that has no form of its own."""
    click.echo("done")
    shown = {name: value for name, value in answer.items() if value not in ("", None, [], {})}
    width = max((len(name.removesuffix(_UTC_NS)) for name in shown), default=0)
    for name, value in shown.items():
        told = short_time(value) if name.endswith(_UTC_NS) and isinstance(value, int) else words(value)
        click.echo(f"  {name.removesuffix(_UTC_NS):<{width}}  {told}")


def show_pending(pending: Mapping[str, Any]) -> None:
    """Say that a request waits, until when, and how it is approved."""
    click.echo(f"{pending['id']} waits for a second person until {short_time(pending['expires_utc_ns'])}")
    if pending.get("approvers"):
        click.echo(f"  may approve: {', '.join(pending['approvers'])}")
    click.echo(f"  fairlead control approve {pending['id']} --reason ...")
