"""What a run says of a profile is what a gateway holds a certificate to; a recorded session plays in the suite."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from fairlead.certification.cases import load_catalogue
from fairlead.certification.certificates.issuing import mandatory_cases
from fairlead.certification.certificates.profile_files import find_profile, profile_name, sha256_of
from fairlead.certification.commands import certify
from fairlead.certification.gateway.capabilities import load_capabilities
from fairlead.certification.gateway.subject import GatewaySubject
from fairlead.certification.model.dialogues import read_cases
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.runner import Plan, run_plan
from fairlead.gateway.commands.venue import venue
from fairlead.gateway.venues.certificates import Required

sys.path.insert(0, str(Path(__file__).parents[2] / "gateway" / "process"))

from gateway_bench import Running, Tables, make_venue

OWN = """
id: EX-own
title: A case of the venue's own
asks: Nothing.
why: To see it listed.
reference: [own]
for: [fix44]
steps:
  - venue.logon: accept
"""


@pytest.mark.parametrize("is_file", [False, True])
def test_run_and_gateway_name_a_profile_alike(tmp_path: Path, is_file: bool) -> None:
    path = tmp_path / "harbour44.toml"
    path.write_text("name = 'HARB'\n")
    profile = str(path) if is_file else "exchange44"
    found = find_profile(profile)
    assert found is not None
    required = Required.of(SimpleNamespace(adapter="fix", profile=profile, certified_cases=()))  # type: ignore[arg-type]
    assert (profile_name(profile), sha256_of(found)) == (required.profile, required.profile_sha256)


@pytest.mark.parametrize("protocol", ["fix42", "fix44"])
def test_certify_gateway_plays_every_mandatory_case(protocol: str) -> None:
    profile = {"fix42": "broker42", "fix44": "exchange44"}[protocol]
    told = CliRunner().invoke(certify, ["gateway", "--profile", profile, "--list"])
    listed = {line.split()[0] for line in told.output.splitlines() if line[:2].isupper()}
    mandatory = {case.id for case in mandatory_cases(load_catalogue(), protocol)}
    assert mandatory and mandatory <= listed


def test_cases_of_ones_own_are_played_besides(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN)
    for given in (tmp_path, tmp_path / "own.yaml"):
        told = CliRunner().invoke(certify, ["gateway", "--profile", "exchange44", "--list", "--cases", str(given)])
        assert told.exit_code == 0, told.output
        assert "EX-own" in told.output and "EX01" in told.output
    (tmp_path / "own.yaml").write_text("id: EX-own\n")
    told = CliRunner().invoke(certify, ["gateway", "--profile", "exchange44", "--list", "--cases", str(tmp_path)])
    assert (told.exit_code, "title is missing" in told.output) == (2, True)


async def test_recorded_session_plays_in_the_suite(tmp_path: Path) -> None:
    simulated = make_venue()
    async with Running(tmp_path, Tables(venue_address=f"127.0.0.1:{await simulated.start()}")) as running:
        await running.up()
        client = await running.json_client()
        order = client.new_order("buy", 100, "MSFT", price="430.05")
        async for _ in order:
            pass
        other = client.new_order("buy", 100, "MSFT", price="429")
        await other
        await client.cancel(other)
        async for _ in other:
            pass
        await client.close()
    await simulated.stop()
    journal, draft = tmp_path / "state" / "journal", tmp_path / "draft.yaml"
    told = CliRunner().invoke(venue, ["record", str(journal), "--session", "XEXC", "--to-file", str(draft)])
    assert told.exit_code == 0, told.output
    plan = Plan.of(read_cases(draft), "fix44")
    subject = GatewaySubject(load_capabilities("exchange44"), "exchange44", 1)
    try:
        run = await run_plan(plan, subject, seed=1)
    finally:
        subject.close()
    assert [(each.verdict, each.complaint) for each in run.results] == [(Verdict.PASS, "")]
