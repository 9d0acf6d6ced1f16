"""Our own engine as initiator passes the suite in both versions."""

import asyncio
import sys
from pathlib import Path

import pytest
from engine_suite import COMP_IDS, bad, options_for, play, version_of

from fairlead.certification.engine.subject import EngineSubject
from fairlead.certification.model.verdicts import Verdict

PROGRAM = Path(__file__).parent / "echo_initiator.py"


@pytest.mark.slow
async def test_every_case_is_passed(protocol: str) -> None:
    options = options_for(protocol, "initiator", 0)
    async with EngineSubject(options, "our engine") as subject:
        process = await asyncio.create_subprocess_exec(
            sys.executable, PROGRAM, version_of(protocol), str(subject.port), ",".join(COMP_IDS)
        )
        try:
            await subject.probe()
            run = await play(options, subject=subject)
        finally:
            process.kill()
            await process.wait()
    assert bad(run) == {}
    assert not [result.key for result in run.results if result.verdict is Verdict.FAIL]
