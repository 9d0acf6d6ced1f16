"""What people do to engines (SX06, SX07, SX09), and hours of traffic (SX08): red on each flaw, green without one."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_suite import bad, options_for, play, verdicts
from quickfix_engine import free_port
from stub_fix import PASSWORD, StubAcceptor, StubInitiator, Talker

from fairlead.certification.engine import commands, operations, reaching
from fairlead.certification.engine.memory import resident_bytes
from fairlead.certification.engine.operations import OperationStage
from fairlead.certification.engine.soak import LEAST_SAMPLES, SAMPLES, Samples
from fairlead.certification.engine.subject import EngineSubject

MIB = 1 << 20
ACCEPTOR = [
    ("SX07", "", "pass"),
    ("SX07", "keeps its number", "fail"),
    ("SX07", "no logout", "fail"),
    ("SX08", "", "non-strict"),
    ("SX08", "skips numbers", "fail"),
    ("SX09", "", "pass"),
    ("SX09", "never expires", "fail"),
    ("SX09", "can't change", "fail"),
    ("SX09", "takes both", "fail"),
]
INITIATOR = [
    ("SX06", "", "pass"),
    ("SX06", "never gives up", "fail"),
    ("SX06", "stays away", "fail"),
    ("SX07", "", "pass"),
    ("SX07", "keeps its number", "fail"),
    ("SX09", "", "pass"),
    ("SX09", "can't change", "fail"),
    ("SX09", "forgets the new one", "fail"),
]
QUICK: dict[str, Any] = {"comp_ids": ("PEER0",), "patience_s": 2.0}


@pytest.fixture
def pulled(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], object]]:
    """Have triggers call functions in place of commands."""
    functions: dict[str, Callable[[], object]] = {}

    async def pull(stage: OperationStage, arguments: Any) -> None:
        functions[str(arguments)]()

    monkeypatch.setattr(OperationStage, "engine_trigger", pull)
    return functions


def triggers(stub: Talker) -> dict[str, Callable[[], object]]:
    expire = stub.expire if isinstance(stub, StubAcceptor) else lambda: setattr(stub, "new_password", "Another-11")
    connect = stub.connect if isinstance(stub, StubInitiator) else stub.close
    return {"rollover": stub.roll_over, "password": expire, "connect": connect}


@pytest.mark.parametrize(("case_id", "flaw", "verdict"), ACCEPTOR)
async def test_acceptor(case_id: str, flaw: str, verdict: str, pulled: dict[str, Callable[[], object]]) -> None:
    stub = StubAcceptor(flaw)
    pulled |= triggers(stub)
    options = options_for(
        "fix44", "acceptor", await stub.start(), logon_fields=(("554", PASSWORD),), soak_s=1.5,
        triggers=dict.fromkeys(pulled, "pulled"), **QUICK,
    )  # fmt: skip
    try:
        run = await play(options, case_id)
    finally:
        await stub.stop()
    assert set(verdicts(run.results).values()) == {verdict}, bad(run)


@pytest.mark.parametrize(("case_id", "flaw", "verdict"), INITIATOR)
async def test_initiator(
    case_id: str,
    flaw: str,
    verdict: str,
    pulled: dict[str, Callable[[], object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reaching, "INITIATOR_WITHIN_S", 5.0)
    monkeypatch.setattr(operations, "_LONGER", 2)
    options = options_for("fix44", "initiator", 0, triggers={}, **QUICK)
    async with EngineSubject(options, "a stub") as subject:
        stub = StubInitiator(subject.port, flaw)
        pulled |= triggers(stub)
        subject.options = replace(options, triggers=dict.fromkeys(pulled, "pulled"))
        try:
            run = await play(options, case_id, subject=subject)
        finally:
            await stub.stop()
    assert set(verdicts(run.results).values()) == {verdict}, bad(run)


async def test_nobody_can_make_the_engine_do_it() -> None:
    stub = StubAcceptor()
    try:
        run = await play(options_for("fix44", "acceptor", await stub.start(), **QUICK), "SX07", "SX08", "SX09")
    finally:
        await stub.stop()
    assert set(verdicts(run.results).values()) == {"unsupported"}
    assert "no --soak HOURS was given" in " ".join(result.complaint for result in run.results)


def test_what_grows_or_slows_down_is_told() -> None:
    samples = Samples()
    for number in range(3 * SAMPLES):
        if number % samples.every == 0:
            samples.add((100 + number) * MIB, 1e-5 * number**2)
    assert samples.every == 4
    assert len(samples.memory) < SAMPLES
    assert "memory grew from" in samples.growth()
    assert "answers took" in samples.drift()
    steady = Samples()
    for number in range(SAMPLES - 1):
        # warming up is no leak
        steady.add(min(50 + number, 80) * MIB, 0.01)
    assert (steady.growth(), steady.drift()) == ("", "")
    short = Samples([1, 1 << 40] * (LEAST_SAMPLES // 2 - 1), [0.0, 9.0] * (LEAST_SAMPLES // 2 - 1))
    assert (short.growth(), short.drift()) == ("", "")


def test_memory_of_a_group_is_read(tmp_path: Path) -> None:
    for pid, group, pages in ((1, 7, 10), (2, 7, 5), (3, 8, 100)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a) b) S 1 {group} 1 0")
        (tmp_path / str(pid) / "statm").write_text(f"999 {pages} 3")
    page = resident_bytes(8, tmp_path) // 100
    assert page > 0
    assert resident_bytes(7, tmp_path) == 15 * page
    assert resident_bytes(9, tmp_path) == 0


async def test_soak_of_our_engine_by_the_command(tmp_path: Path) -> None:
    root, address, result = Path(__file__).resolve().parents[3], f"127.0.0.1:{free_port()}", tmp_path / "run.json"
    echo = f"{sys.executable} {root / 'examples' / 'echo_acceptor.py'}"
    start = f"exec {echo} --listen {address} --sender ENGINE --target FAIRLEAD"
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).parent / "fairlead", "certify", "engine", address, "--as", "acceptor", "--only", "SX08",
        "--soak", "0.0005", "--patience", "10", "--start", start, "--json", result,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert '"verdict": "pass"' in result.read_text()


def test_soak_is_given_the_time_that_it_takes() -> None:
    options = options_for("fix44", "acceptor", 1, soak_s=172_800)
    chosen = {case.id: case.timeout_s for case in commands.choose(None, options, ("SX",))}
    assert chosen["SX08"] > 172_800 > chosen["SX07"]
