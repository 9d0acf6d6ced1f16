"""``fairlead audit``: what operators did, from the journal; and whether that record is whole."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from fairlead.gateway.commands.control_access import find_state_dir
from fairlead.gateway.commands.control_views import words
from fairlead.gateway.config import ConfigError, load_config
from fairlead.gateway.control.audit import ChainReader
from fairlead.gateway.control.audit_entries import OWN_RECORDS, AuditEntry, audit_entries
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.decoding import utc_text
from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.journal.filters import parse_time
from fairlead.gateway.journal.layout import HEADER_BYTES, segment_paths, unpack_header
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.views import open_view

BROKEN: Final = 1
_OPERATOR_RECORDS: Final = frozenset((kinds.OPERATOR,))
_STYLES: Final = {"done": "green", "approved": "green", "waits": "yellow", "declined": "yellow", "expired": "yellow"}
_WHERE: Final = (
    click.option("--config", type=click.Path(path_type=Path), help="The gateway's configuration file."),
    click.option("--state", type=click.Path(path_type=Path), help="Its state folder, where the journal is in it."),
    click.option("--journal", type=click.Path(path_type=Path), help="The journal's folder."),
)


class _ListByDefault(click.Group):
    """Be ``audit list`` where no other command of the group is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def _where(command: Any) -> Any:
    for option in reversed(_WHERE):
        command = option(command)
    return command


def _folder(config: Path | None, state: Path | None, journal: Path | None) -> Path:
    if journal is not None and (config or state) is None:
        return journal
    if config is not None and (journal or state) is None:
        try:
            return load_config(config).journal.path
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
    if state is not None and (journal or config) is None:
        return find_state_dir(None, state) / "journal"
    raise click.UsageError("expected one of --config FILE, --state DIR and --journal DIR")


def _time(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    try:
        return None if value is None else parse_time(value, datetime.now())
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _records(folder: Path) -> Iterator[Record]:
    reader = JournalReader(folder, kinds=_OPERATOR_RECORDS)
    try:
        while (record := reader.next_record()) is not None:
            if record.kind == kinds.OPERATOR:
                yield record
    except (JournalDamage, JournalError) as error:
        raise click.ClickException(str(error)) from None


@click.group(cls=_ListByDefault)
def audit() -> None:
    """Show what operators did, or verify that the record of it is whole. Without a command: list."""


@audit.command("list")
@_where
@click.option("--operator", "who", help="Only what this person did, asked for or approved.")
@click.option("--command", "what", help="Only commands that begin so, such as `limits`.")
@click.option("--outcome", help="Only what ended so: done, refused, failed, waits, approved, declined, expired.")
@click.option("--from", "from_utc_ns", callback=_time, help="From this time on (ISO; local unless Z).")
@click.option("--to", "to_utc_ns", callback=_time, help="Before this time.")
@click.option("--all", "everything", is_flag=True, help="Also what the chain says about itself.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_entries(
    config: Path | None, state: Path | None, journal: Path | None, everything: bool, as_json: bool, **filters: Any
) -> None:
    """List what operators did: who, when, what, why, who agreed, what it was before and after."""
    console = Console(highlight=False)
    for entry in audit_entries(_records(_folder(config, state, journal))):
        if (entry.command in OWN_RECORDS and not everything) or not _is_wanted(entry, **filters):
            continue
        if as_json:
            click.echo(entry.as_json().decode())
        else:
            console.print(_rendered(entry), soft_wrap=True)


def _is_wanted(
    entry: AuditEntry,
    who: str | None,
    what: str | None,
    outcome: str | None,
    from_utc_ns: int | None,
    to_utc_ns: int | None,
) -> bool:
    return (
        (who is None or who in (entry.operator, entry.approver))
        and (what is None or entry.command.startswith(what))
        and (outcome is None or entry.outcome.startswith(outcome))
        and (from_utc_ns is None or entry.utc_ns >= from_utc_ns)
        and (to_utc_ns is None or entry.utc_ns < to_utc_ns)
    )


def _rendered(entry: AuditEntry) -> Text:
    """Return an entry as a line that says what happened, and lines beneath it for the rest."""
    text = Text(f"{utc_text(entry.utc_ns)[:23]}Z  ")
    text.append(f"{entry.operator or '-'}", "bold")
    if entry.approver:
        text.append(f" + {entry.approver}", "bold")
    text.append(f"  {entry.command}", "cyan")
    if entry.request:
        text.append(f" {entry.request}")
    text.append(f"  {entry.outcome}", _STYLES.get(entry.outcome, "red"))
    for name, value in (
        ("why", entry.reason),
        ("with", entry.arguments),
        ("before", entry.before),
        ("after", entry.after),
        ("said", entry.text),
        ("", entry.more),
    ):
        if value not in ("", None, {}):
            text.append(f"\n    {name:<7}{words(value)}")
    return text


@audit.command()
@_where
@click.option("--expect", "heads", multiple=True, metavar="HEAD", help="A head that was noted earlier; repeatable.")
def verify(config: Path | None, state: Path | None, journal: Path | None, heads: tuple[str, ...]) -> None:
    """Check that each record fits the one before it; name the first that does not. Exits 1 where one does not.

    Note the head that this prints in a place of its own: with --expect it shows later that nothing before it was
    changed, not even by somebody who wrote the whole chain anew.
    """
    folder = _folder(config, state, journal)
    chain, wanted = ChainReader(_is_whole(folder)), set(heads)
    chained = others = 0
    for record in _records(folder):
        if chain.take(record) is None:
            others += 1
        else:
            chained += 1
            wanted.discard(chain.head)
    if chain.problem:
        click.echo(f"BROKEN at journal record {chain.problem_sequence}: {chain.problem}")
        raise SystemExit(BROKEN)
    if wanted:
        click.echo(f"BROKEN: no record has the hash {', '.join(sorted(wanted))}")
        raise SystemExit(BROKEN)
    if not chained:
        click.echo(f"no audit record in {folder}")
        return
    began = "" if chain.first_number == 1 else f" (records before {chain.first_number} went with old segments)"
    click.echo(f"whole: records {chain.first_number} to {chain.number}{began}, {others} beside the chain")
    click.echo(f"head   {chain.head}")


def _is_whole(folder: Path) -> bool:
    """Tell whether the journal still has its first record."""
    for path in segment_paths(folder).values() if folder.is_dir() else ():
        try:
            return unpack_header(open_view(path)[:HEADER_BYTES]).first_sequence <= 1
        except (OSError, ValueError):
            return False
    return False
