"""Certify a gateway from a shell: ``fairlead certify gateway --profile NAME``. docs/certification.md."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from fairlead.certification.cases import load_catalogue
from fairlead.certification.gateway.attachment import AttachError, attach
from fairlead.certification.gateway.book_words import BRAINS
from fairlead.certification.gateway.capabilities import Capabilities, CapabilityError, known_profiles, load_capabilities
from fairlead.certification.gateway.choosing import profile_cases
from fairlead.certification.gateway.subject import GatewaySubject
from fairlead.certification.live.commands import LiveOptions, LiveRun, live_options, make_subject, prepare
from fairlead.certification.live.configuration import LiveError
from fairlead.certification.live.subject import LiveSubject
from fairlead.certification.model.case import Case, CaseError
from fairlead.certification.model.dialogues import load_cases
from fairlead.certification.reports.output import EXIT_PASSED, OutputOptions, hold, output_options, tell_broken
from fairlead.certification.runner import Plan


@click.command()
@click.option("--profile", required=True, help="A venue profile: one that comes along, or the path of a TOML file.")
@click.option(
    "--table",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The capability table, for a profile that has none here.",
)
@click.option(
    "--cases",
    "own_cases",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Cases of your own besides the catalogue's: a YAML file, or a folder of them; may be repeated.",
)
@click.option(
    "--attach",
    "config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Play at the running gateway of this configuration, as its venue and strategies.",
)
@click.option("--venue", default="", help="With --attach: which venue of the configuration is ours to play.")
@click.option("--strategy", default="", help="With --attach: which strategy; its secret is FAIRLEAD_CERTIFY_SECRET's.")
@click.option("--other", default="", help="With --attach: a second one; FAIRLEAD_CERTIFY_OTHER_SECRET.")
@click.option(
    "--brain",
    type=click.Choice(BRAINS),
    default="script",
    show_default=True,
    help="Who answers orders where the case does not say it: its script, or the simulator's price-time book.",
)
@live_options
@output_options
def gateway(
    profile: str,
    table: Path | None,
    own_cases: tuple[Path, ...],
    config: Path | None,
    venue: str,
    strategy: str,
    other: str,
    brain: str,
    live: LiveOptions,
    options: OutputOptions,
) -> None:
    """Hold a gateway with a venue's profile against the catalogue, between a scripted venue and strategies."""
    names = (venue, strategy, other)
    try:
        capabilities, cases = _read(profile, table, own_cases, options)
        _refuse_brain(brain, capabilities, live)
        plan = Plan.of(cases, capabilities.protocol, seed=options.seed)
        where = str(Path(profile).resolve()) if profile.endswith(".toml") else profile
        subject: GatewaySubject | LiveSubject
        if live.live is not None:
            run = prepare(live, plan, capabilities, config, is_list=options.is_list)
            if options.is_list:
                sys.exit(_list(run))
            plan = run.plan
            subject = make_subject(run, capabilities, where, config, names, dict(os.environ))
        else:
            attachment = attach(config, capabilities, *names) if config is not None else None
            subject = GatewaySubject(capabilities, where, len(plan.playings), attachment, brain)
    except (AttachError, CapabilityError, CaseError, LiveError) as error:
        sys.exit(tell_broken(str(error)))
    rerun = f"fairlead certify gateway --profile {profile}" + (f" --table {table}" if table else "")
    rerun += "".join(f" --cases {path}" for path in own_cases)
    rerun += f" --brain {brain}" if brain != "script" else ""
    if config is not None:
        rerun += f" --attach {config} --venue {venue} --strategy {strategy}" + (f" --other {other}" if other else "")
    rerun += live.rerun() if live.live is not None else ""
    try:
        exit_code = hold(plan, subject, options, rerun=rerun, profile=where, is_plain=live.live is not None)
    finally:
        subject.close()
    sys.exit(exit_code)


def _read(
    profile: str, table: Path | None, own_cases: tuple[Path, ...], options: OutputOptions
) -> tuple[Capabilities, list[Case]]:
    """Read the profile's table and the cases. Raises CapabilityError, CaseError."""
    is_file = profile.endswith(".toml")
    if is_file and not Path(profile).is_file():
        raise CapabilityError(f"{profile} is not there: expected a profile's TOML file")
    if is_file and table is None:
        known = ", ".join(known_profiles())
        raise CapabilityError(f"a profile of your own needs --table FILE (as those of {known})")
    capabilities = load_capabilities(Path(profile).stem, table)
    catalogue = load_catalogue()
    for path in own_cases:
        load_cases(path, catalogue)
    return capabilities, profile_cases(catalogue, capabilities.protocol, options.only)


def _refuse_brain(brain: str, capabilities: Capabilities, live: LiveOptions) -> None:
    """Refuse a price-time book where it can't answer. Raises CapabilityError."""
    if brain == "book" and live.live is not None:
        raise CapabilityError("--brain book with --live: the venue there has a book of its own")
    if brain == "book" and capabilities.adapter != "fix":
        told = f"--brain book with {capabilities.protocol}: the price-time book answers over FIX"
        raise CapabilityError(f"{told}, expected fix42 or fix44")


def _list(run: LiveRun) -> int:
    for line in run.shown():
        click.echo(line)
    return EXIT_PASSED
