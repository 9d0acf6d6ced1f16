"""``fairlead compliance``: the evidence pack, the register of controls, test results, order records."""

import getpass
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click
import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from fairlead.gateway.commands.compliance_load import load, note_stress
from fairlead.gateway.commands.compliance_options import (
    CONFIG,
    FROM,
    TO,
    load_or_fail,
    open_kept,
    read_controls,
    save,
)
from fairlead.gateway.compliance.kept_evidence import EvidenceError, read_junit
from fairlead.gateway.compliance.order_events import OrderHistory
from fairlead.gateway.compliance.order_facts import event_facts
from fairlead.gateway.compliance.order_files import WRITERS
from fairlead.gateway.compliance.order_forms import FORMS
from fairlead.gateway.compliance.page import day_text, render_page, time_text
from fairlead.gateway.compliance.report import Period, build_report
from fairlead.gateway.compliance.verdicts import Verdict, judge
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.parquet import ParquetMissing

EXIT_STALE: Final = 1
_DAY_NS: Final = 24 * 3600 * 1_000_000_000
_STYLES: Final = {Verdict.IN_ORDER: "green", Verdict.WAIVED: "yellow", Verdict.STALE: "bold red"}


@click.group()
def compliance() -> None:
    """Gather evidence that the controls work, and write order records."""


@compliance.command()
@CONFIG
@FROM
@TO
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("compliance"),
    show_default=True,
    help="The folder to write into.",
)
def report(config_path: Path, from_utc_ns: int | None, to_utc_ns: int | None, out: Path) -> None:
    """Write the evidence pack on a period (default: the last 30 days) as HTML and JSON.

    Exits 1 where a control's evidence is stale or the records are not whole; the pack is written all the same.
    """
    config, made_utc_ns = load_or_fail(config_path), time.time_ns()
    until = made_utc_ns if to_utc_ns is None else to_utc_ns
    since = until - 30 * _DAY_NS if from_utc_ns is None else from_utc_ns
    if since >= until:
        raise click.UsageError(f"--from {time_text(since)} is not before --to {time_text(until)}")
    kept = open_kept(config)
    try:
        told = build_report(config, read_controls(config), kept, Period(since, until, made_utc_ns))
        out.mkdir(parents=True, exist_ok=True)
        name = f"compliance-{config.gateway.name}-{day_text(since)}-{day_text(until)}"
        json_path, page_path = out / f"{name}.json", out / f"{name}.html"
        json_path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        page_path.write_text(render_page(told), encoding="utf-8")
    except (JournalError, OSError) as error:
        raise click.ClickException(str(error)) from None
    save(kept)
    click.echo(f"{page_path}\n{json_path}\nsha256 {told['sha256']}")
    for complaint in told["complaints"]:
        click.echo(f"NOT IN ORDER: {complaint}")
    if not told["is_in_order"]:
        sys.exit(EXIT_STALE)


@compliance.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="One JSON object a control.")
def controls(config_path: Path, as_json: bool) -> None:
    """List the controls: owner, verdict, when tested, exercised and reviewed; exits 1 where one is stale.

    What the journal shows is learnt by ``report``.
    """
    config, utc_ns = load_or_fail(config_path), time.time_ns()
    kept = open_kept(config)
    judgements = [judge(control, kept, utc_ns) for control in read_controls(config)]
    table = Table(box=SIMPLE_HEAD)
    for title in ("control", "owner", "verdict", "tested", "exercised", "reviewed", "what is amiss"):
        table.add_column(title)
    for each in judgements:
        firm = each.control.firm
        seen = {
            "control": each.control.control_id,
            "owner": firm.owner,
            "verdict": str(each.verdict),
            "tested": day_text(each.tested_utc_ns),
            "exercised": day_text(each.exercised_utc_ns),
            "reviewed": firm.reviewed.isoformat() if firm.reviewed else "never",
            "amiss": "; ".join(each.complaints),
        }
        if as_json:
            click.echo(orjson.dumps(seen))
        styled = f"[{_STYLES[each.verdict]}]{each.verdict}[/]"
        table.add_row(*(styled if name == "verdict" else text for name, text in seen.items()))
    if not as_json:
        Console().print(table)
    if any(each.verdict is Verdict.STALE for each in judgements):
        sys.exit(EXIT_STALE)


@compliance.command()
@CONFIG
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def tests(config_path: Path, results: Path) -> None:
    """Record RESULTS, a JUnit file of a release's test suite, as the last tests of the controls it holds tests of."""
    config = load_or_fail(config_path)
    kept = open_kept(config)
    register = [control.registered for control in read_controls(config)]
    try:
        runs = read_junit(results, register, version("fairlead"), time.time_ns())
    except EvidenceError as error:
        raise click.ClickException(str(error)) from None
    kept.note_tests(runs)
    save(kept)
    for control_id, run in runs.items():
        failed = f", {run.failed} FAILED: {', '.join(run.failures[:3])}" if run.failed else ""
        click.echo(f"{control_id}: {run.passed} passed, {run.skipped} skipped{failed}")
    click.echo(f"recorded by {getpass.getuser()} from {results}")
    if any(not run.is_good for run in runs.values()):
        sys.exit(EXIT_STALE)


@compliance.command()
@CONFIG
@FROM
@TO
@click.option("--form", "form_name", type=click.Choice(list(FORMS)), default="events", show_default=True)
@click.option("--to-file", "target", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="A file: .csv or .parquet.")  # fmt: skip
def orders(config_path: Path, from_utc_ns: int | None, to_utc_ns: int | None, form_name: str, target: Path) -> None:
    """Write order records of a period: every event of every order, in the journal's order."""
    write = WRITERS.get(target.suffix)
    if write is None:
        raise click.BadParameter(f"{target}, expected a file name that ends in {' or '.join(WRITERS)}")
    config, form = load_or_fail(config_path), FORMS[form_name]
    instruments = {**build_instruments(config.instruments), **config.reference.instruments}
    history = OrderHistory(config.journal.path, from_utc_ns or 0, 2**63 - 1 if to_utc_ns is None else to_utc_ns)
    rows = (row for event in history.events() for row in form.rows(event_facts(event, history.attributes, instruments)))
    try:
        count = write(target, form, rows)
    except (JournalError, ParquetMissing, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{count} order records written to {target}")


compliance.add_command(load)
compliance.add_command(note_stress)
