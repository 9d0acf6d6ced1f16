"""`fairlead certify gateway` against the real program, and what it says where it can't."""

import asyncio
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairlead.certification.commands import certify
from fairlead.certification.gateway.capabilities import CapabilityError, known_profiles, load_capabilities
from fairlead.certification.gateway.installation import Installation
from fairlead.certification.model.results import RunResult, read_run
from fairlead.certification.model.verdicts import Verdict

MAX_USED_S = 60.0


def _certify(*words: str) -> Result:
    return CliRunner().invoke(certify, ["gateway", *words])


def _used_s() -> float:
    """Return the processor's time that this process and its children that have ended have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _complaints(run: RunResult) -> list[str]:
    fine = (Verdict.PASS, Verdict.UNSUPPORTED)
    return [f"{result.key}: {result.complaint}" for result in run.results if result.verdict not in fine]


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["broker42", "exchange44"])
def test_the_profile_that_comes_along_passes_every_case(tmp_path: Path, profile: str) -> None:
    began_s = _used_s()
    result = _certify("--profile", profile, "--json", str(tmp_path / "run.json"))
    used_s = _used_s() - began_s
    run = read_run(tmp_path / "run.json")
    assert _complaints(run) == []
    assert result.exit_code == 0, result.output
    # a case that the stage could not play at all has no steps
    assert all(played.steps for played in run.results if played.verdict is Verdict.PASS)
    assert all(played.wire for played in run.results if played.verdict is Verdict.PASS)
    # of the processor: what may pass on the clock depends on who else is there
    assert used_s < MAX_USED_S
    # the venue's password, as the installation has it
    assert "553=CERTIFY" in (tmp_path / "run.json").read_text() or profile == "broker42"
    assert "554=certify" not in (tmp_path / "run.json").read_text()


def test_a_profile_without_a_table_is_named(tmp_path: Path) -> None:
    result = _certify("--profile", "nowhere44")
    assert result.exit_code == 2
    assert "no table of capabilities for profile 'nowhere44': expected one of broker42, exchange44" in result.output
    result = _certify("--profile", str(tmp_path / "mine.toml"))
    assert result.exit_code == 2
    assert "mine.toml is not there" in result.output


def test_a_gateway_that_does_not_start_is_a_harness_error_with_its_own_words(tmp_path: Path) -> None:
    profile, table = tmp_path / "mine.toml", tmp_path / "table.toml"
    profile.write_text('name = "MINE"\n')
    table.write_text(
        'protocol = "fix44"\naccount = "ACC"\nord_types = ["limit"]\ntimes_in_force = ["day"]\ncapabilities = []\n'
    )
    result = _certify("--profile", str(profile), "--table", str(table), "--only", "OE01")
    assert result.exit_code == 2
    assert "the gateway did not start; its log ends:" in result.output
    assert "begin_string" in result.output


def test_a_table_tells_all_its_mistakes(tmp_path: Path) -> None:
    table = tmp_path / "table.toml"
    table.write_text('protocol = "fix50"\ncolour = "red"\n')
    with pytest.raises(CapabilityError) as caught:
        load_capabilities("mine", table)
    text = str(caught.value)
    for part in ("colour: no such key", "account: it is missing", "'fix50', expected one of fix42"):
        assert part in text


def test_every_table_that_comes_along_can_be_read() -> None:
    assert [load_capabilities(name).name for name in known_profiles()] == known_profiles()


async def _start(folder: Path) -> Installation:
    running = Installation(folder, load_capabilities("exchange44"), "exchange44", 1)
    await running.open()
    await running.control.close()
    return running


def test_a_running_gateway_is_attached_to_and_left_running(tmp_path: Path) -> None:
    running = asyncio.run(_start(tmp_path))
    place = asyncio.run(running.next_place())
    place.bound.close()
    config = tmp_path / "attach.toml"
    config.write_text((tmp_path / "gateway.toml").read_text().replace("127.0.0.1:0", f"127.0.0.1:{running.json_port}"))
    words = ["--profile", "exchange44", "--attach", str(config), "--json", str(tmp_path / "run.json")]
    words += [word for name in ("OE01", "OE09", "EX11", "FR05", "FR06", "FR15") for word in ("--only", name)]
    names = ["--strategy", place.strategy, "--other", place.other]
    environ = {
        "FAIRLEAD_CERTIFY_SECRET": running.secret,
        "FAIRLEAD_OPERATOR": "certifier",
        "FAIRLEAD_OPERATOR_SECRET": running.operator_secret,
    }
    try:
        result = CliRunner().invoke(certify, ["gateway", *words, *names], env=environ)
        # whose process it is, nobody else kills
        told = [
            complaint.partition(" that was attached to")[0]
            for complaint in _complaints(read_run(tmp_path / "run.json"))
        ]
        assert sorted(told) == ["FR06 fix44: a gateway", "FR06.book fix44: a gateway"], result.output
        assert running.is_running
        result = CliRunner().invoke(certify, ["gateway", *words, *names])
        assert (result.exit_code, "FAIRLEAD_CERTIFY_SECRET is not set" in result.output) == (2, True)
        result = CliRunner().invoke(certify, ["gateway", *words, "--strategy", "nobody"], env=environ)
        assert (result.exit_code, f"expected one of {place.strategy}" in result.output) == (2, True)
    finally:
        running.close()


WRONG = """
id: OE01.{letter}
title: {complaint}
asks: something that is not so
why: a stage that never says no proves nothing
reference: [none]
for: [fix44]
steps:
  - gw.place: {{as: A, side: buy, qty: 300, px: "10.00"}}
{steps}
"""
ACK = "  - venue.ack: A\n"
NO = {
    "cum_qty 0 in the gateway, 100 at the venue": f"{ACK}  - venue.fill: {{of: A, qty: 100, quiet: true}}",
    "NewOrderSingle": f"  - gw.place: {{as: B, side: buy, qty: 5, px: '9'}}\n{ACK}",
    "OrderQty(38) 300 received, expected 301": "  - expect.NewOrderSingle: {of: A, OrderQty: 301}",
    "NewOrderSingle received, expected OrderCancelRequest": "  - expect.OrderCancelRequest: {}",
    "Price(44) 10 received, expected none": "  - expect.NewOrderSingle: {of: A, Price: null}",
    "leaves_qty 300 received, expected 299": f"{ACK}  - gw.expect: {{of: A, type: accepted, leaves_qty: 299}}",
    "order A is new in the gateway, expected filled": f"{ACK}  - settle: {{A: filled}}",
}
"""What must be complained of, by what was done."""


def test_the_stage_says_no(tmp_path: Path) -> None:
    for letter, (complaint, steps) in zip("abcdefg", NO.items(), strict=True):
        text = WRONG.format(letter=letter, complaint=f'"{complaint}"', steps=steps)
        (tmp_path / f"{letter}.yaml").write_text(text)
    names = [word for letter in "abcdefg" for word in ("--only", f"OE01.{letter}")]
    result = _certify(
        *("--profile", "exchange44", "--cases", str(tmp_path), *names, "--json", str(tmp_path / "run.json"))
    )
    assert result.exit_code == 1, result.output
    run = read_run(tmp_path / "run.json")
    assert [played.verdict for played in run.results] == [Verdict.FAIL] * len(NO)
    for played in run.results:
        assert played.title in played.complaint
