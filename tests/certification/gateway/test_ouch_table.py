"""An OUCH profile that says something else than the table of its venue is found, whichever case is played."""

from pathlib import Path

import pytest

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
why: To see its terms.
reference: [test]
for: [ouch42, ouch50]
steps:
  - gw.place: {as: A, side: buy, qty: 100, px: "10.00"}
"""
EXPECTED = PLAIN + "  - expect.Enter: {of: A}\n"
TAKEN = PLAIN + "  - venue.ack: A\n"


@pytest.mark.parametrize(
    ("name", "old", "new", "steps", "said"),
    [
        ("nasdaq_ouch42", 'firm = ""', 'firm = "ABCD"', EXPECTED, "firm 'ABCD' received, expected ''"),
        ("nasdaq_ouch50", 'default = "P"', 'default = "A"', EXPECTED, "capacity 'A' received, expected 'P'"),
        # names are looked at though no step of the case looks at the message
        ("nasdaq_ouch50", "[symbology]", '[symbology]\nsuffix = "X"', TAKEN, "symbol CERT001X received"),
    ],
)
async def test_profile_that_differs_from_the_table_fails(
    tmp_path: Path, name: str, old: str, new: str, steps: str, said: str
) -> None:
    shipped = find_profile(name)
    assert shipped is not None
    profile, case = tmp_path / "other.toml", tmp_path / "plain.yaml"
    text = shipped.read_text()
    assert old in text
    profile.write_text(text.replace(old, new))
    case.write_text(steps)
    table = load_capabilities(name)
    subject = GatewaySubject(table, str(profile), 1)
    try:
        run = await run_plan(Plan.of(read_cases(case), table.protocol), subject, seed=1)
    finally:
        subject.close()
    assert run.results[0].verdict is Verdict.FAIL
    assert said in run.results[0].complaint
