"""``fairlead stress``: play a load at a multiple of its rate, and judge what came back."""

from __future__ import annotations

import asyncio
import json
import platform
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from fairlead.certification.stress.lab import LabError, open_lab
from fairlead.certification.stress.load import Load, LoadError, read_load
from fairlead.certification.stress.player import Played, PlayError, play

EXIT_FAILED = 1
EXIT_BROKEN = 2
FORM = "fairlead-stress-report-1"


@click.command()
@click.argument("load_path", metavar="LOAD", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--factor", default=2.0, show_default=True, type=click.FloatRange(0.1, 1000), help="How many times as fast."
)
@click.option("--max-p99-ms", default=100.0, show_default=True, type=click.FloatRange(min=0.1),
              help="The slowest answer but one in a hundred that is good enough.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="A JSON file to write.")
def stress(load_path: Path, factor: float, max_p99_ms: float, report: Path | None) -> None:
    """Play LOAD (of `fairlead compliance load`) through a gateway between simulated FIX venues on this machine.

    Passes where every request is answered, the gateway stops in order afterwards, and answers come in time. Exits 1
    where it does not pass, 2 where the test itself could not be held.
    """
    try:
        load = read_load(load_path)
        with tempfile.TemporaryDirectory(prefix="fairlead-stress-") as folder:
            with open_lab(Path(folder), load) as lab:
                played = asyncio.run(play(load, factor, lab.json_port, lab.secret))
            told = _tell(load, factor, played, lab.exit_code, max_p99_ms)
    except (LoadError, LabError, PlayError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(EXIT_BROKEN)
    _show(told)
    if report is not None:
        report.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if not told["is_passed"]:
        sys.exit(EXIT_FAILED)


def _tell(load: Load, factor: float, played: Played, exit_code: int | None, max_p99_ms: float) -> dict[str, Any]:
    times_ms = sorted(seconds * 1000 for seconds in played.answer_s)
    quantiles = statistics.quantiles(times_ms, n=100) if len(times_ms) > 1 else times_ms * 99
    p50, p99 = (quantiles[49], quantiles[98]) if quantiles else (0.0, 0.0)
    complaints = [
        text
        for is_wrong, text in (
            (
                bool(played.unanswered),
                f"{len(played.unanswered)} requests unanswered: {', '.join(played.unanswered[:3])}",
            ),
            (exit_code != 0, f"the gateway ended with exit code {exit_code}"),
            (p99 > max_p99_ms, f"p99 of answers is {p99:.1f} ms, expected at most {max_p99_ms:g}"),
            (
                played.behind_s > 0.1 * load.window_ms / 1000 / factor,
                f"requests went out up to {played.behind_s:.2f} s late: the rate was not held",
            ),
        )
        if is_wrong
    ]
    return {
        "form": FORM,
        "made": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "factor": factor,
        "recorded_messages": load.messages,
        "recorded_window_ms": load.window_ms,
        "requests": played.asked,
        "answered": played.answered,
        "refused": played.refused,
        "rejected": played.rejected,
        "requests_per_s": round(played.asked / played.took_s, 1) if played.took_s else 0.0,
        "behind_ms": round(played.behind_s * 1000, 1),
        "answer_ms": {"p50": round(p50, 3), "p99": round(p99, 3), "max": round(times_ms[-1], 3) if times_ms else 0.0},
        "complaints": complaints,
        "is_passed": not complaints,
    }


def _show(told: dict[str, Any]) -> None:
    console = Console()
    table = Table(box=SIMPLE_HEAD, show_header=False)
    answers = told["answer_ms"]
    for name, value in (
        ("busiest stretch", f"{told['recorded_messages']} messages in {told['recorded_window_ms'] / 1000:g} s"),
        ("played", f"{told['requests']} requests, {told['factor']:g} times as fast: {told['requests_per_s']} a second"),
        ("answered", f"{told['answered']} of {told['requests']}"),
        ("refused by the gateway", _counted(told["refused"])),
        ("rejected by a venue", _counted(told["rejected"])),
        ("answers", f"p50 {answers['p50']} ms, p99 {answers['p99']} ms, slowest {answers['max']} ms"),
        ("latest request", f"{told['behind_ms']} ms behind the plan"),
    ):
        table.add_row(name, value)
    console.print(table)
    for complaint in told["complaints"]:
        console.print(f"[bold red]{complaint}[/]")
    console.print("[green]passed[/]" if told["is_passed"] else "[bold red]failed[/]")


def _counted(reasons: dict[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items())) or "none"
