"""``fairlead certify compare`` and ``fairlead certify matrix``: read runs that were written with ``--json``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote

import click

from fairlead.certification.model.results import RunError, RunResult, read_run
from fairlead.certification.reports.comparison import compare as compare_runs
from fairlead.certification.reports.comparison_view import comparison_page, show_comparison
from fairlead.certification.reports.output import EXIT_FAILED, make_console, output_file, tell_broken
from fairlead.certification.reports.subjects import Shown, matrix_markdown, matrix_page

_RUN = click.Path(dir_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("before", type=_RUN)
@click.argument("after", type=_RUN)
@click.option("--html", type=_FILE, callback=output_file, help="Write a page too.")
@click.option("--part", "is_part", is_flag=True, help="AFTER is a part of the cases: those missing are no step back.")
def compare(before: Path, after: Path, html: Path | None, is_part: bool) -> None:
    """Say what differs between two runs (JSON files), exit 1 where something got worse.

    Worse is: a failure that was none, a verdict below the one before, a waiver gone, a new case that fails, a case
    that is no longer there (--part).
    """
    found = compare_runs(*(_read(path) for path in (before, after)))
    if html is not None:
        pages = [page_beside(path, html.parent) for path in (before, after)]
        _write(html, comparison_page(found, is_part, *pages))
    show_comparison(make_console(), found, is_part)
    if found.worse(is_part):
        sys.exit(EXIT_FAILED)


@click.command()
@click.argument("runs", type=_RUN, nargs=-1, required=True)
@click.option("--html", type=_FILE, callback=output_file, help="The page to write.")
@click.option("--markdown", type=_FILE, callback=output_file, help="A table for a document to write.")
def matrix(runs: tuple[Path, ...], html: Path | None, markdown: Path | None) -> None:
    """Lay RUNS (JSON files) side by side: cases by subject.

    Cells link to a run's own page where it lies beside the JSON file under the same name (engine.json, engine.html).
    """
    if html is None and markdown is None:
        raise click.UsageError("nothing to write: give --html FILE or --markdown FILE")
    read = [(path, _read(path)) for path in runs]
    for target, make in ((html, matrix_page), (markdown, matrix_markdown)):
        if target is not None:
            _write(target, make([Shown(run, page_beside(path, target.parent)) for path, run in read]))
            click.echo(f"{target} written: {len(read)} runs")


def page_beside(run: Path, folder: Path) -> str:
    """Return the address, seen from a folder, of the page that lies beside a run's JSON file; empty where none does."""
    page = run.with_suffix(".html")
    if not page.is_file():
        return ""
    return quote(Path(os.path.relpath(page.resolve(), folder.resolve())).as_posix())


def _read(path: Path) -> RunResult:
    try:
        return read_run(path)
    except RunError as error:
        sys.exit(tell_broken(str(error)))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        sys.exit(tell_broken(f"{path} can't be written: {error.strerror}"))
