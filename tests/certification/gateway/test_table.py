"""A profile that says something else than the table of its venue is found, whichever case is played."""

from dataclasses import replace
from pathlib import Path

import pytest

from fairlead.certification.cases import load_catalogue
from fairlead.certification.certificates.profile_files import find_profile
from fairlead.certification.gateway.capabilities import load_capabilities
from fairlead.certification.gateway.subject import GatewaySubject
from fairlead.certification.model.dialogues import read_cases
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.runner import Plan, run_plan

PLAIN = """
id: EX-plain
title: An order
asks: One order goes out.
why: To see its names.
reference: [test]
for: [fix44]
steps:
  - gw.place: {as: A, side: buy, qty: 100, px: "10.00"}
  - expect.NewOrderSingle: {of: A}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('suffix = ".X"', 'suffix = ".Y"', "Symbol(55)"),
        ('placement = "Parties"', 'placement = "Account"', "Account(1) ACC1 received, expected none"),
        ("length = 14", "length = 20", "expected 14 characters at most"),
    ],
)
async def test_profile_that_differs_from_the_table_fails(tmp_path: Path, old: str, new: str, said: str) -> None:
    shipped = find_profile("exchange44")
    assert shipped is not None
    profile, case = tmp_path / "other.toml", tmp_path / "plain.yaml"
    text = shipped.read_text()
    assert old in text
    profile.write_text(text.replace(old, new))
    case.write_text(PLAIN)
    subject = GatewaySubject(load_capabilities("exchange44"), str(profile), 1)
    try:
        run = await run_plan(Plan.of(read_cases(case), "fix44"), subject, seed=1)
    finally:
        subject.close()
    assert run.results[0].verdict is Verdict.FAIL
    assert said in run.results[0].complaint


async def test_stop_order_is_unsupported_where_the_venue_has_none(tmp_path: Path) -> None:
    table = replace(load_capabilities("exchange44"), ord_types=("market", "limit"))
    subject = GatewaySubject(table, "exchange44", 1)
    try:
        run = await run_plan(Plan.of([load_catalogue().cases["EX05"]], "fix44"), subject, seed=1)
    finally:
        subject.close()
    found = [(each.verdict, each.complaint) for each in run.results]
    assert found == [(Verdict.UNSUPPORTED, "the venue takes no stop order")]
