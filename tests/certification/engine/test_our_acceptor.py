"""Our own engine as acceptor passes the suite in both versions, and wrong ones do not."""

from collections.abc import Awaitable, Callable

import pytest
from engine_suite import COMP_IDS, bad, options_for, play, verdicts, version_of

from fairlead.certification.model.verdicts import Verdict

StartEcho = Callable[..., Awaitable[int]]
KEEPING = ("--target", ",".join(COMP_IDS), "--numbers", "keep", "--conditions", "on")


@pytest.mark.slow
async def test_every_case_is_passed(start_echo: StartEcho, protocol: str) -> None:
    port = await start_echo(version_of(protocol), *KEEPING)
    run = await play(options_for(protocol, "acceptor", port))
    assert bad(run) == {}
    assert not [result.key for result in run.results if result.verdict is Verdict.FAIL]


async def test_unchecked_content_is_noticed(start_echo: StartEcho) -> None:
    port = await start_echo("FIX.4.4", *KEEPING, "--dictionary", "off")
    run = await play(options_for("fix44", "acceptor", port), "FS-14b", "FS-14c", "FS-14e", "FS-2a")
    found = verdicts(run.results)
    assert found["FS-2a fix44 acceptor"] == "pass"
    assert [found[f"FS-14{letter} fix44 acceptor"] for letter in "bce"] == ["fail"] * 3


async def test_wire_is_kept_decoded_with_what_differs(start_echo: StartEcho) -> None:
    port = await start_echo("FIX.4.4", *KEEPING, "--dictionary", "off")
    run = await play(options_for("fix44", "acceptor", port, logon_fields=(("554", "sesame"),)), "FS-14b")
    (result,) = run.results
    assert result.complaint.endswith("expected Reject(3)")
    logon = next(record for record in result.wire if record.kind == "Logon(A)" and record.direction == "out")
    assert [(field.tag, field.name, field.value) for field in logon.fields][:3] == [
        ("8", "BeginString", "FIX.4.4"),
        ("9", "BodyLength", logon.fields[1].value),
        ("35", "MsgType", "A"),
    ]
    assert "sesame" not in run.to_json()


async def test_next_expected_number_is_honoured(start_echo: StartEcho) -> None:
    port = await start_echo("FIX.4.4", *KEEPING, "--next-expected", "on")
    run = await play(options_for("fix44", "acceptor", port), "SX10", "FS-1S", "FS-16")
    assert bad(run) == {}
    assert verdicts(run.results)["SX10 fix44 acceptor"] == "pass"
