"""`fairlead certify gateway` with the OUCH profiles, against the real program."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from fairlead.certification.commands import certify
from fairlead.certification.model.results import RunResult, read_run
from fairlead.certification.model.verdicts import Verdict

NATIVE = {
    "japannext_ouch111": {"OE02.ouch", "OE08", "OE20", "OE21"},
    "nasdaq_ouch42": {"OE02.ouch", "OE07", "OE20", "OE21", "EX13", "EX20", "FR02"},
    "nasdaq_ouch50": {
        "FR10",
        "FR11.ouch-ours",
        "FR18.ouch",
        "OE02.ouch",
        "OE08",
        "OE18",
        "OE19",
        "OE20",
        "OE21",
        "OE22",
        "EX13",
        "EX20",
        "FR02",
    },
}


PLAYED = {"japannext_ouch111": ("OE", "EX"), "nasdaq_ouch42": ("OE", "EX", "FR0"), "nasdaq_ouch50": ("OE", "EX", "FR")}
"""Where the rest is nothing of the profile's own: cases with a gateway of their own cost seconds each."""


def _complaints(run: RunResult) -> list[str]:
    fine = (Verdict.PASS, Verdict.UNSUPPORTED)
    return [f"{result.key}: {result.complaint}" for result in run.results if result.verdict not in fine]


@pytest.mark.slow
@pytest.mark.parametrize("profile", sorted(NATIVE))
def test_the_profile_that_comes_along_passes_every_case(tmp_path: Path, profile: str) -> None:
    where = tmp_path / "run.json"
    only = [word for group in PLAYED[profile] for word in ("--only", group)]
    result = CliRunner().invoke(certify, ["gateway", "--profile", profile, "--json", str(where), *only])
    run = read_run(where)
    assert _complaints(run) == []
    assert result.exit_code == 0, result.output
    passed = {found.case_id for found in run.results if found.verdict is Verdict.PASS}
    assert NATIVE[profile] <= passed
    unsupported = [found for found in run.results if found.verdict is Verdict.UNSUPPORTED]
    assert all(found.complaint for found in unsupported)
    assert all(played.wire for played in run.results if played.verdict is Verdict.PASS)
