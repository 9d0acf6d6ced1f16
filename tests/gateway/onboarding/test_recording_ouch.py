"""What a gateway has recorded of an OUCH session becomes a scenario that can be played: real bytes both ways."""

import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from fairlead.certification.gateway.capabilities import load_capabilities
from fairlead.certification.gateway.subject import GatewaySubject
from fairlead.certification.model.dialogues import read_cases
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.runner import Plan, run_plan
from fairlead.gateway.commands.venue import venue

DAY = """
id: EX-day
title: A day's orders
asks: They are carried out.
why: To have them recorded.
reference: [test]
for: [ouch42, ouch50]
steps:
  - gw.place: {as: A, side: buy, qty: 500, px: "10.01"}
  - venue.ack: A
  - venue.fill: {of: A, qty: 100, px: "9.99"}
  - gw.expect: {of: A, type: filled}
  - gw.replace: {of: A, as: B, px: "10.02", qty: 600}
  - venue.replaced: {of: A, by: B}
  - gw.expect: {of: B, type: replaced}
  - gw.replace: {of: B, as: C, qty: 400}
  - venue.replaced: {of: A, by: C}
  - gw.expect: {of: C, type: replaced}
  - gw.cancel: {of: C, as: D}
  - venue.canceled: {of: A, by: D}
  - gw.expect: {of: A, type: canceled}
  - gw.place:
      {as: E, side: sell_short, qty: 200, px: "10.05", tif: immediate_or_cancel,
       fields: {min_qty: "200", exec_inst: "6"}}
  - venue.ack: E
  - venue.canceled: {of: E, reason: I}
  - gw.expect: {of: E, type: canceled}
  - gw.place: {as: F, side: buy, qty: 300, px: "10.00"}
  - venue.reject: {of: F, reason: "1"}
  - gw.expect: {of: F, type: rejected}
"""


async def play(name: str, case: Path, journal: Path | None = None) -> None:
    """Play a case with a profile, and keep what the gateway recorded."""
    table = load_capabilities(name)
    subject = GatewaySubject(table, name, 1)
    try:
        run = await run_plan(Plan.of(read_cases(case), table.protocol), subject, seed=1)
        assert [(each.verdict, each.complaint) for each in run.results] == [(Verdict.PASS, "")]
        if journal is not None:
            assert subject.folder is not None
            shutil.copytree(subject.folder / "state" / "journal", journal)
    finally:
        subject.close()


@pytest.mark.parametrize("name", ["nasdaq_ouch42", "nasdaq_ouch50"])
async def test_recorded_day_is_played_again(tmp_path: Path, name: str) -> None:
    day, recorded, journal = tmp_path / "day.yaml", tmp_path / "recorded.yaml", tmp_path / "journal"
    day.write_text(DAY)
    await play(name, day, journal)
    arguments = ["record", str(journal), "--session", "V001", "--id", "EX-recorded", "--to-file", str(recorded)]
    told = CliRunner().invoke(venue, arguments)
    assert told.exit_code == 0, told.output
    steps = yaml.safe_load(recorded.read_text())["steps"]
    requests = [step for step in steps if next(iter(step)).startswith("gw.") and "gw.expect" not in step]
    assert requests == [
        {"gw.place": {"as": "A", "side": "buy", "qty": "500", "px": "10.0100"}},
        {"gw.replace": {"of": "A", "as": "B", "qty": "600", "px": "10.0200"}},
        {"gw.replace": {"of": "B", "as": "C", "qty": "400"}},
        {"gw.cancel": {"of": "C", "as": "D"}},
        {
            "gw.place": {
                "as": "E",
                "side": "sell_short",
                "qty": "200",
                "px": "10.0500",
                "tif": "immediate_or_cancel",
                "fields": {"exec_inst": "6", "min_qty": "200"},
            }
        },
        {"gw.place": {"as": "F", "side": "buy", "qty": "300", "px": "10.0000"}},
    ]
    await play(name, recorded)
