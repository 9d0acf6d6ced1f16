"""``fairlead certify log``: judge recorded wire logs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fairlead.certification.passive.judging import ALL_RULES, judge_log
from fairlead.certification.passive.reading import read_log
from fairlead.certification.passive.records import LogError
from fairlead.certification.reports.output import (
    EXIT_PASSED,
    OutputOptions,
    make_console,
    output_options,
    tell_broken,
    write_outputs,
)


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--subject",
    default="",
    metavar="SIDE",
    help="Judge this side alone: a CompID, a user name, host:port of a server; both by default.",
)
@click.option("--all", "with_absent", is_flag=True, help="Tell of cases that do not occur, as unsupported.")
@output_options
def log(files: tuple[Path, ...], subject: str, with_absent: bool, options: OutputOptions) -> None:
    """Judge recorded sessions, without a peer, by each case whose stimulus occurs in FILE.

    FILE is a message log of QuickFIX, a plain file of FIX messages (fields end with SOH, ^A or |), what `fairlead
    journal cat --json` or `fairlead journal export --to x.pcapng` wrote, or a pcap or pcapng capture: FIX, SoupBinTCP
    with OUCH 4.2 or 5.0 or ITCH 5.0, and MoldUDP64 are found in it.
    """
    if options.is_list:
        show = make_console()
        for rule in ALL_RULES:
            if not options.only or rule.case_id.startswith(options.only):
                show.print(f"{rule.case_id:<9} {rule.title}")
        sys.exit(EXIT_PASSED)
    try:
        logs = [(path.name, read_log(path)) for path in files]
        run = judge_log(logs, subject=subject, only=options.only, with_absent=with_absent)
    except LogError as error:
        sys.exit(tell_broken(str(error)))
    for name, read in logs:
        click.echo(f"{name}: {read.described()}", err=True)
        for note in read.notes:
            click.echo(f"note: {note}", err=True)
    if not run.results:
        sys.exit(tell_broken("no case occurs in the log"))
    for result in run.results:
        words = [f"fairlead certify log {' '.join(str(path) for path in files)}", f"--only {result.case_id}"]
        result.rerun = " ".join([*words, f"--subject {result.variant['subject']}"])
    sys.exit(write_outputs(run, options))
