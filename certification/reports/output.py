"""Give each ``certify`` subcommand the same options, and write what its run found to wherever they ask for it.

::

    @click.command()
    @click.argument("address")
    @output_options
    def engine(address: str, options: OutputOptions) -> None:
        catalogue = load_catalogue()
        plan = Plan.of(catalogue.choose("engine", "fix44", "acceptor", options.only), "fix44", "acceptor", options.seed)
        sys.exit(hold(plan, Subject(address), options, rerun=f"fairlead certify engine {address}"))
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from fairlead.certification.certificates.profile_files import find_profile, profile_name, sha256_of
from fairlead.certification.model.results import RunResult
from fairlead.certification.model.waivers import Waiver, WaiverError, apply_waivers, read_waivers
from fairlead.certification.reports.console import Progress, show_list, show_run
from fairlead.certification.reports.junit import write_junit
from fairlead.certification.reports.run_page import run_page
from fairlead.certification.runner import HarnessError, Plan, Subject, run_plan

EXIT_PASSED = 0
EXIT_FAILED = 1
EXIT_BROKEN = 2


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """What was asked for. ``only`` are ids or their beginnings; ``is_list`` says that nothing is to be played."""

    html: Path | None = None
    json: Path | None = None
    junit: Path | None = None
    is_strict: bool = False
    waivers: tuple[Waiver, ...] = ()
    only: tuple[str, ...] = ()
    seed: int = 1
    is_list: bool = False


def _waivers(ctx: click.Context, parameter: click.Parameter, path: Path | None) -> tuple[Waiver, ...]:
    if path is None:
        return ()
    try:
        return tuple(read_waivers(path))
    except WaiverError as error:
        raise click.BadParameter(str(error)) from error


def output_file(ctx: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Check before a run that its report can be written after it."""
    if path is not None and not path.parent.is_dir():
        raise click.BadParameter(f"the folder {path.parent} is not there; make it first")
    return path


_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
_OPTIONS = (
    click.option("--html", type=_FILE, callback=output_file, help="Write a page that stands for itself."),
    click.option("--json", type=_FILE, callback=output_file, help="Write the run, as compare and matrix read it."),
    click.option("--junit", type=_FILE, callback=output_file, help="Write JUnit XML, for a build server."),
    click.option("--strict", "is_strict", is_flag=True, help="Non-strict, blocked and failed optional cases fail too."),
    click.option(
        "--waivers",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_waivers,
        help="A TOML file of known deviations, with owner, reason and expiry.",
    ),  # fmt: skip
    click.option("--only", multiple=True, metavar="ID", help="Play these cases alone: ids, or how they begin (FS-2)."),
    click.option(
        "--seed", default=1, show_default=True, type=click.IntRange(0, 0xFFFFFFFF), help="What chance is made of."
    ),
    click.option("--list", "is_list", is_flag=True, help="Show the cases that would be played, and stop."),
)


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every run to a click command, which gets them as ``options``."""

    @wraps(command)
    def with_options(**given: Any) -> Any:
        options = OutputOptions(**{name: given.pop(name) for name in OutputOptions.__slots__})
        return command(**given, options=options)

    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


def hold(
    plan: Plan,
    subject: Subject,
    options: OutputOptions,
    rerun: str = "",
    profile: str = "",
    *,
    is_plain: bool = False,
) -> int:
    """Play a plan (or list it), showing how it goes, and write what came of it; return the exit code.

    ``rerun`` is the command line that names the subject: the case and the seed are added to it. ``profile`` is the name
    or the file of the profile that is tested: a certificate binds what its file was when the run began. ``is_plain``:
    lines and no bar, since somebody is asked questions in the same terminal.
    """
    console = make_console()
    if not plan.playings:
        return tell_broken(
            f"nothing to play: no case of this subject begins with {' or '.join(options.only) or 'any id'}"
        )
    if options.is_list:
        show_list(console, plan)
        return EXIT_PASSED
    again = rerun.replace("{", "{{").replace("}", "}}") + " --only {case} --seed {seed}" if rerun else ""
    found = find_profile(profile) if profile else None
    try:
        sha256 = sha256_of(found) if found is not None else ""
        with Progress(console, len(plan.playings), is_plain) as progress:
            run = asyncio.run(run_plan(plan, subject, seed=options.seed, rerun=again, told=progress.told))
    except (HarnessError, OSError) as error:
        return tell_broken(str(error))
    run.profile, run.profile_sha256 = profile_name(profile), sha256
    return write_outputs(run, options)


def write_outputs(run: RunResult, options: OutputOptions) -> int:
    """Apply waivers, write the files asked for, show the summary; return the exit code."""
    run.is_strict = options.is_strict
    amiss = apply_waivers(run.results, list(options.waivers), date.fromisoformat(run.started[:10]))
    try:
        for path, write in ((options.json, RunResult.to_json), (options.junit, write_junit), (options.html, run_page)):
            if path is not None:
                path.write_text(write(run), encoding="utf-8")
    except OSError as error:
        return tell_broken(f"{error.filename} can't be written: {error.strerror}")
    show_run(make_console(), run, amiss)
    if run.failures():
        return EXIT_FAILED
    if run.proves_nothing:
        return tell_broken("nothing was tested: every case was blocked or is not supported")
    return EXIT_PASSED


def make_console() -> Console:
    """Return the console that runs are shown on; nothing of a text is taken for markup."""
    return Console(highlight=False, markup=False, emoji=False)


def tell_broken(text: str) -> int:
    """Say on stderr why nothing was tested, and return the exit code for it."""
    click.echo(f"Error: {text}", err=True)
    return EXIT_BROKEN
