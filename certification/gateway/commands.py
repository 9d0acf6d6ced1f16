"""Certify a gateway from a shell: ``fairlead certify gateway --profile NAME``. docs/certification.md."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fairlead.certification.cases import load_catalogue
from fairlead.certification.gateway.attachment import AttachError, attach
from fairlead.certification.gateway.book_words import BRAINS
from fairlead.certification.gateway.capabilities import CapabilityError, known_profiles, load_capabilities
from fairlead.certification.gateway.choosing import profile_cases
from fairlead.certification.gateway.subject import GatewaySubject
from fairlead.certification.model.case import CaseError
from fairlead.certification.model.dialogues import load_cases
from fairlead.certification.reports.output import OutputOptions, hold, output_options, tell_broken
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
    options: OutputOptions,
) -> None:
    """Hold a gateway with a venue's profile against the catalogue, between a scripted venue and strategies."""
    is_file = profile.endswith(".toml")
    try:
        if is_file and not Path(profile).is_file():
            raise CapabilityError(f"{profile} is not there: expected a profile's TOML file")
        if is_file and table is None:
            known = ", ".join(known_profiles())
            raise CapabilityError(f"a profile of your own needs --table FILE (as those of {known})")
        capabilities = load_capabilities(Path(profile).stem, table)
        catalogue = load_catalogue()
        for path in own_cases:
            load_cases(path, catalogue)
        attachment = attach(config, capabilities, venue, strategy, other) if config is not None else None
    except (AttachError, CapabilityError, CaseError) as error:
        sys.exit(tell_broken(str(error)))
    protocol = capabilities.protocol
    if brain == "book" and capabilities.adapter != "fix":
        told = f"--brain book with {protocol}: the price-time book answers over FIX, expected fix42 or fix44"
        sys.exit(tell_broken(told))
    cases = profile_cases(catalogue, protocol, options.only)
    plan = Plan.of(cases, protocol, seed=options.seed)
    where = str(Path(profile).resolve()) if is_file else profile
    subject = GatewaySubject(capabilities, where, len(plan.playings), attachment, brain)
    rerun = f"fairlead certify gateway --profile {profile}" + (f" --table {table}" if table else "")
    rerun += "".join(f" --cases {path}" for path in own_cases)
    rerun += f" --brain {brain}" if brain != "script" else ""
    if config is not None:
        rerun += f" --attach {config} --venue {venue} --strategy {strategy}" + (f" --other {other}" if other else "")
    try:
        exit_code = hold(plan, subject, options, rerun=rerun, profile=where)
    finally:
        subject.close()
    sys.exit(exit_code)
