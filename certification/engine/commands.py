"""Run the conformance suite from a shell: `fairlead certify engine HOST:PORT --as acceptor`. docs/conformance.md."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from fairlead.certification.cases import load_catalogue
from fairlead.certification.engine.options import (
    ADVERTISEMENT,
    VERSIONS,
    EngineOptions,
    default_order,
    read_message,
    read_pairs,
)
from fairlead.certification.engine.subject import EngineSubject
from fairlead.certification.model.case import Case, CaseError, Catalogue
from fairlead.certification.model.dialogues import load_folder
from fairlead.certification.remote.commands import OptionError, play, read_address, read_triggers
from fairlead.certification.reports.console import show_list
from fairlead.certification.reports.output import (
    OutputOptions,
    make_console,
    output_options,
    tell_broken,
    write_outputs,
)
from fairlead.certification.runner import HarnessError, Plan

SOAK = "SX08"

ROLES = click.Choice(["acceptor", "initiator"])


@click.command()
@click.argument("address", metavar="HOST:PORT")
@click.option(
    "--as", "role", type=ROLES, required=True, help="What the engine is: acceptor (we connect), initiator (we listen)."
)
@click.option(
    "--version", "begin_string", type=click.Choice(list(VERSIONS.values())), default="FIX.4.4", show_default=True
)
@click.option("--engine-id", default="ENGINE", show_default=True, help="The engine's CompID.")
@click.option(
    "--comp-ids", default="FAIRLEAD", show_default=True, help="Our CompIDs; with several, as many cases run at a time."
)
@click.option(
    "--heartbeat",
    type=click.IntRange(1, 60),
    default=1,
    show_default=True,
    help="HeartBtInt that we ask for, in seconds.",
)
@click.option(
    "--patience", type=click.FloatRange(0.2, 60), default=2.0, show_default=True, help="Seconds to wait for an answer."
)
@click.option("--keep-numbers", is_flag=True, help="Log on without ResetSeqNumFlag(141).")
@click.option("--username", default="", help="Username(553) of our Logon; the password is FAIRLEAD_CERTIFY_PASSWORD's.")
@click.option("--logon-field", "logon_fields", multiple=True, metavar="TAG=VALUE", help="A field more in our Logon.")
@click.option(
    "--order", type=click.Path(path_type=Path), help="An application message that the engine takes: TAG=VALUE lines."
)
@click.option("--unsupported", type=click.Path(path_type=Path), help="A valid one that it does not take.")
@click.option("--third-party", default="CLIENT", show_default=True, help="An OnBehalfOfCompID(115) that is agreed on.")
@click.option(
    "--trigger",
    "triggers",
    multiple=True,
    metavar="NAME=COMMAND",
    help="How to make the engine do something: send, logout, connect, rollover, password.",
)
@click.option(
    "--soak",
    type=click.FloatRange(0, 1000),
    default=0.0,
    metavar="HOURS",
    help="Keep a session busy so long (SX08); with --start, memory is looked at too.",
)
@click.option("--start", metavar="COMMAND", help="Start the engine, and end it after the run.")
@click.option(
    "--cases", "folder", type=click.Path(path_type=Path), help="Play the cases of this folder, not the catalogue's."
)
@click.option("--name", default="", help="What the engine is called in reports.")
@click.option("--engine-version", default="", help="Its version.")
@output_options
def engine(options: OutputOptions, **chosen: Any) -> None:
    """Ask any FIX engine at HOST:PORT what it does, case by case."""
    try:
        told = read_options(chosen)
        cases = choose(chosen["folder"], told, options.only)
    except (OptionError, CaseError) as error:
        sys.exit(tell_broken(str(error)))
    plan = Plan.of(cases, told.protocol, told.engine_role, options.seed)
    if options.is_list:
        show_list(make_console(), plan)
        return
    try:
        name = chosen["name"] or f"engine at {chosen['address']} as {told.engine_role}"
        subject = EngineSubject(told, name, chosen["engine_version"])
        run = asyncio.run(play(subject, plan, chosen["start"], options.seed))
    except HarnessError as error:
        sys.exit(tell_broken(str(error)))
    sys.exit(write_outputs(run, options))


def read_options(chosen: dict[str, Any]) -> EngineOptions:
    """Make options of the command line's. Raises OptionError."""
    host, port = read_address(chosen["address"])
    logon_fields = list(read_pairs(list(chosen["logon_fields"]), "--logon-field"))
    if chosen["username"]:
        password = os.environ.get("FAIRLEAD_CERTIFY_PASSWORD", "")
        logon_fields += [("553", chosen["username"]), *([("554", password)] if password else [])]
    options = EngineOptions(
        host=host,
        port=port,
        engine_role=chosen["role"],
        protocol=next(name for name, text in VERSIONS.items() if text == chosen["begin_string"]),
        engine_comp_id=chosen["engine_id"],
        comp_ids=tuple(filter(None, chosen["comp_ids"].split(","))),
        heartbeat_s=chosen["heartbeat"],
        patience_s=chosen["patience"],
        does_reset=not chosen["keep_numbers"],
        logon_fields=tuple(logon_fields),
        third_party=chosen["third_party"],
        triggers=read_triggers(chosen["triggers"]),
        soak_s=chosen["soak"] * 3600,
    )
    order = read_message(chosen["order"]) if chosen["order"] else default_order(options)
    unsupported = read_message(chosen["unsupported"]) if chosen["unsupported"] else read_pairs(ADVERTISEMENT.split("|"))
    return dataclasses.replace(options, order=order, unsupported=unsupported)


def choose(folder: Path | None, options: EngineOptions, only: Iterable[str]) -> list[Case]:
    """Return the cases to play. Raises CaseError, OptionError where there is none."""
    if folder is None:
        catalogue = load_catalogue()
    else:
        catalogue = Catalogue()
        load_folder(folder, catalogue)
    cases = catalogue.choose("engine", options.protocol, options.engine_role, only)
    if not cases:
        raise OptionError(f"no case fits: {', '.join(only) or 'none'} for {options.protocol} {options.engine_role}")
    return [
        dataclasses.replace(case, timeout_s=case.timeout_s + options.soak_s) if case.id == SOAK else case
        for case in cases
    ]
