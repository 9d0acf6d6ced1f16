"""Certify a gateway's market data from a shell: ``fairlead certify market``. docs/certification_market.md."""

from __future__ import annotations

import sys

import click

from fairlead.certification.cases import load_catalogue
from fairlead.certification.market.subject import MarketSubject
from fairlead.certification.model.case import CaseError
from fairlead.certification.reports.output import OutputOptions, hold, output_options, tell_broken
from fairlead.certification.runner import Plan

PROTOCOLS = ("itch", "fix42", "fix44")


@click.command()
@output_options
def market(options: OutputOptions) -> None:
    """Hold what strategies see of market data against a golden book, over SoupBinTCP and MoldUDP64 with faults."""
    try:
        catalogue = load_catalogue()
    except CaseError as error:
        sys.exit(tell_broken(str(error)))
    plan = Plan(())
    for protocol in PROTOCOLS:
        cases = [case for case in catalogue.choose("gateway", protocol, ids=options.only) if case.group == "MD"]
        plan += Plan.of(cases, protocol, seed=options.seed)
    subject = MarketSubject(plan)
    try:
        exit_code = hold(plan, subject, options, rerun="fairlead certify market")
    finally:
        subject.close()
    sys.exit(exit_code)
