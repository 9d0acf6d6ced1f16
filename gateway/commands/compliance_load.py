"""``fairlead compliance load`` and ``stress``: what a stress test plays, and what it found."""

from datetime import datetime
from pathlib import Path

import click
import orjson

from fairlead.gateway.commands.compliance_options import CONFIG, FROM, TO, load_or_fail, open_kept, save
from fairlead.gateway.compliance.evidence import Exercise
from fairlead.gateway.compliance.load_profile import NoLoadError, busiest_load
from fairlead.gateway.compliance.page import time_text
from fairlead.gateway.journal.errors import JournalError


@click.command()
@CONFIG
@FROM
@TO
@click.option("--window-s", default=60, show_default=True, type=click.IntRange(1, 3600), help="How long a stretch.")
@click.option(
    "--to-file", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A JSON file."
)
def load(config_path: Path, from_utc_ns: int | None, to_utc_ns: int | None, window_s: int, target: Path) -> None:
    """Write the busiest stretch of a period as a load for `fairlead stress`; default: all that the journal holds."""
    config = load_or_fail(config_path)
    until = 2**63 - 1 if to_utc_ns is None else to_utc_ns
    try:
        found = busiest_load(config.journal.path, window_s * 1000, from_utc_ns or 0, until)
        target.write_bytes(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))
    except (NoLoadError, JournalError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{found['messages']} messages, {len(found['requests'])} of them requests, in {window_s} s from "
        f"{time_text(found['from_utc_ns'])} UTC written to {target}"
    )


@click.command("stress")
@CONFIG
@click.argument("result", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def note_stress(config_path: Path, result: Path) -> None:
    """Record RESULT, the JSON report of `fairlead stress`, as the last exercise of the control `stress`."""
    config = load_or_fail(config_path)
    kept = open_kept(config)
    try:
        told = orjson.loads(result.read_bytes())
        made_utc_ns = int(datetime.fromisoformat(told["made"]).timestamp()) * 1_000_000_000
        is_passed, factor = told["is_passed"], told["factor"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise click.ClickException(f"{result} is no report of `fairlead stress`: {error!r}") from None
    if not is_passed or factor < 2:
        raise click.ClickException(
            f"{result} is a run at {factor:g} times that {_outcome(is_passed)}, expected 2 or more"
        )
    kept.note_exercises({"stress": Exercise(made_utc_ns, f"{told['requests_per_s']} requests/s", 0)})
    save(kept)
    click.echo(f"recorded: {told['requests']} requests at {factor:g} times, p99 {told['answer_ms']['p99']} ms")


def _outcome(is_passed: bool) -> str:
    return "passed" if is_passed else "failed"
