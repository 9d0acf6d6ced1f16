"""``fairlead incidents``: look at incidents, add to them, draft their post-mortems, hand a shift over.

All of it works on the operations database, whether the operations process runs or not; that sees a change at its next
look. Who may write the database may change incidents, and signs as ``os:USER``.
"""

import getpass
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import orjson

from fairlead.gateway.commands.control_views import print_table
from fairlead.gateway.commands.times import Time
from fairlead.gateway.compliance.page import time_text
from fairlead.gateway.config import Config, ConfigError, load_config
from fairlead.gateway.journal.views import SegmentViews
from fairlead.gateway.operations.alerts.book import TABLES as ALERT_TABLES
from fairlead.gateway.operations.alerts.rules import SEVERITIES
from fairlead.gateway.operations.alerts.silences import TABLES as SILENCE_TABLES
from fairlead.gateway.operations.database import Database, DatabaseError
from fairlead.gateway.operations.incidents import answers, handover, uptime
from fairlead.gateway.operations.incidents.book import IncidentBook, IncidentError
from fairlead.gateway.operations.incidents.postmortem import FORMS, render
from fairlead.gateway.operations.incidents.records import GATEWAY
from fairlead.gateway.operations.incidents.uptime import FiguresOfThePast, schedules_of
from fairlead.gateway.operations.wire.index import TABLES as WIRE_TABLES
from fairlead.gateway.operations.wire.search import WireSearch

_TABLES: Final = (*ALERT_TABLES, *SILENCE_TABLES, *WIRE_TABLES, *uptime.TABLES, *answers.TABLES)
HOUR_NS: Final = 3_600_000_000_000
DAY_NS: Final = 24 * HOUR_NS


@dataclass(slots=True)
class Ledger:
    """The opened database, and who asks."""

    config: Config
    database: Database
    book: IncidentBook
    as_json: bool

    @property
    def by(self) -> str:
        """Return who signs."""
        return f"os:{getpass.getuser()}"

    def show(self, answer: Any, render_it: Callable[[], object]) -> None:
        """Print an answer as JSON, or as people read it."""
        if self.as_json:
            click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
        else:
            render_it()


def open_ledger(path: Path, as_json: bool) -> Ledger:
    """Open the database of the gateway that a configuration describes. Raises ClickException."""
    try:
        config = load_config(path)
        if config.operations is None:
            raise click.ClickException(f"{path} has no table [operations], expected one: nobody keeps incidents")
        where = config.gateway.state_dir / config.operations.database
        if not where.exists():
            raise click.ClickException(f"{where} is not there: the operations process has not run yet")
        database = Database(where, _TABLES)
    except (ConfigError, DatabaseError) as error:
        raise click.ClickException(str(error)) from None
    return Ledger(config, database, IncidentBook(database), as_json)


def _ledger(command: Callable[..., Any]) -> Any:
    """Give a command its ``ledger``, and turn what can't be done into one line."""

    def run(config_path: Path, as_json: bool, **more: Any) -> None:
        ledger = open_ledger(config_path, as_json)
        try:
            command(ledger, **more)
        except IncidentError as error:
            raise click.ClickException(str(error)) from None
        finally:
            ledger.database.close()

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--config",
            "config_path",
            required=True,
            type=click.Path(path_type=Path),
            help="The gateway's configuration file.",
        ),
    ):
        run = option(run)
    return run


@click.group()
def incidents() -> None:
    """Look at incidents and add to them; draft a post-mortem; reckon MTTR and availability."""


@incidents.command("list")
@click.option("--from", "from_utc_ns", type=Time(), default=0, help="Those that were open since.")
@_ledger
def list_incidents(ledger: Ledger, from_utc_ns: int) -> None:
    """List incidents, newest first."""
    found = ledger.book.listed(from_utc_ns)
    rows = [
        (
            str(each.id),
            each.severity,
            each.scope,
            each.owner or "-",
            time_text(each.started_utc_ns)[5:19],
            "open" if each.is_open else f"{(each.restored_utc_ns - each.started_utc_ns) / 1e9:.0f} s",
            each.title,
        )
        for each in found
    ]
    ledger.show(
        [each.as_json() for each in found],
        lambda: print_table(("id", "severity", "scope", "owner", "started (UTC)", "lasted", "title"), rows),
    )


@incidents.command()
@click.argument("number", type=int)
@_ledger
def show(ledger: Ledger, number: int) -> None:
    """Show one with its timeline."""
    incident, entries = ledger.book.find(number), ledger.book.entries(number)
    rows = [(time_text(each.utc_ns)[5:], each.kind, each.by, each.text) for each in entries]

    def told() -> None:
        state = "open" if incident.is_open else "restored"
        click.echo(f"{number}: {incident.title} ({incident.severity}, {state}, owner {incident.owner or 'nobody'})")
        print_table(("UTC", "what", "who", ""), rows)

    ledger.show(incident.as_json() | {"timeline": [each.as_json() for each in entries]}, told)


@incidents.command("open")
@click.argument("title")
@click.option("--severity", type=click.Choice(SEVERITIES), default="major", show_default=True)
@click.option("--scope", default=GATEWAY, show_default=True, help="Whose trouble: venue:NAME, strategy:NAME, gateway.")
@click.option("--started", type=Time(), help="When the trouble began; without it, now.")
@click.option("--reason", required=True, help="How it was noticed.")
@_ledger
def open_one(ledger: Ledger, title: str, severity: str, scope: str, started: int | None, reason: str) -> None:
    """Open an incident by hand."""
    now = time.time_ns()
    number = ledger.book.open_by_hand(title, severity, scope, ledger.by, reason, started or now, now)
    ledger.show({"id": number}, lambda: click.echo(f"incident {number} is open"))


@incidents.command()
@click.argument("number", type=int)
@click.argument("text")
@_ledger
def note(ledger: Ledger, number: int, text: str) -> None:
    """Add to an incident what you noticed or did."""
    ledger.book.note(number, ledger.by, text, time.time_ns())
    ledger.show({"id": number}, lambda: click.echo(f"noted with incident {number}"))


@incidents.command()
@click.argument("number", type=int)
@click.option("--owner", default="", help="Who takes it; without it, you.")
@click.option("--reason", required=True)
@_ledger
def own(ledger: Ledger, number: int, owner: str, reason: str) -> None:
    """Take an incident, or give it to somebody."""
    owner = owner or ledger.by
    ledger.book.own(number, owner, ledger.by, reason, time.time_ns())
    ledger.show({"id": number, "owner": owner}, lambda: click.echo(f"incident {number} is {owner}'s"))


@incidents.command()
@click.argument("number", type=int)
@click.argument("severity", type=click.Choice(SEVERITIES))
@click.option("--reason", required=True)
@_ledger
def severity(ledger: Ledger, number: int, severity: str, reason: str) -> None:
    """Say how bad an incident is."""
    ledger.book.set_severity(number, severity, ledger.by, reason, time.time_ns())
    ledger.show({"id": number}, lambda: click.echo(f"incident {number} is {severity}"))


@incidents.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it is over.")
@_ledger
def restore(ledger: Ledger, number: int, reason: str) -> None:
    """Say that an incident is over of which no alert stands."""
    ledger.book.restore(number, ledger.by, reason, time.time_ns())
    ledger.show({"id": number}, lambda: click.echo(f"incident {number} is restored"))


@incidents.command()
@click.argument("number", type=int)
@click.option("--form", type=click.Choice(FORMS), default="md", show_default=True)
@click.option("--to-file", type=click.Path(dir_okay=False, path_type=Path), help="Where to; without it, the screen.")
@_ledger
def postmortem(ledger: Ledger, number: int, form: str, to_file: Path | None) -> None:
    """Draft the post-mortem of an incident."""
    views = SegmentViews(ledger.config.journal.path)
    try:
        text = render(form, ledger.database, WireSearch(ledger.database, views), number, time.time_ns())
    finally:
        views.close()
    write_out(text, to_file)


def write_out(text: str, to_file: Path | None) -> None:
    """Write a report to a file that is not there yet, or to the screen."""
    if to_file is None:
        click.echo(text)
        return
    if to_file.exists():
        raise click.ClickException(f"{to_file} exists: nothing is written over")
    to_file.write_text(text, encoding="utf-8")
    click.echo(str(to_file))


@incidents.command("handover")
@click.option("--since", "since_utc_ns", type=Time(), help="Since when; without it, 12 hours ago.")
@click.option("--form", type=click.Choice(FORMS), default="md", show_default=True)
@click.option("--to-file", type=click.Path(dir_okay=False, path_type=Path), help="Where to; without it, the screen.")
@_ledger
def hand_over(ledger: Ledger, since_utc_ns: int | None, form: str, to_file: Path | None) -> None:
    """Write what the next shift must know."""
    now = time.time_ns()
    since = now - 12 * HOUR_NS if since_utc_ns is None else since_utc_ns
    report = handover.collect(ledger.config, ledger.database, since, now)
    ledger.show(report, lambda: write_out(handover.render(form, report), to_file))


@incidents.command()
@click.option("--from", "from_utc_ns", type=Time(), help="Without it, 30 days ago.")
@click.option("--to", "to_utc_ns", type=Time(), help="Without it, now.")
@click.option("--by-day", is_flag=True, help="Each UTC day as well (with --json).")
@_ledger
def figures(ledger: Ledger, from_utc_ns: int | None, to_utc_ns: int | None, by_day: bool) -> None:
    """Reckon MTTD, MTTA, MTTR, MTBF and availability over scheduled time."""
    end = to_utc_ns or time.time_ns()
    begin = from_utc_ns or end - 30 * DAY_NS
    if begin >= end:
        raise click.ClickException("expected --from before --to")
    found = FiguresOfThePast(ledger.database, schedules_of(ledger.config)).figures((begin, end), by_day=by_day)
    ledger.show(found, lambda: _show_figures(found))


def _show_figures(found: dict[str, Any]) -> None:
    rows = [
        (
            name,
            "-" if each["availability"] is None else f"{100 * each['availability']:.4f} %",
            f"{each['scheduled_s']:.0f}",
            f"{each['maintenance_s']:.0f}",
            str(each["outages"]),
            "-" if each["mtbf_s"] is None else f"{each['mtbf_s']:.0f}",
        )
        for name, each in found["sessions"].items()
    ]
    print_table(("session", "availability", "scheduled s", "maintenance s", "outages (n)", "MTBF s"), rows)
    click.echo()
    rows = [
        (name, str(each["n"]), str(each["n_open"]), *(_mean(each[kind]) for kind in ("mttd", "mtta", "mttr")))
        for name, each in found["incidents"].items()
    ]
    print_table(("incidents of", "n", "open", "MTTD s (n)", "MTTA s (n)", "MTTR s (n)"), rows)


def _mean(found: dict[str, Any]) -> str:
    return f"- ({found['n']})" if found["mean_s"] is None else f"{found['mean_s']:.1f} ({found['n']})"
