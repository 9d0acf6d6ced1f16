"""A run plays every variant, and each ends in the verdict that it earned."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fairlead.certification.model.case import Case
from fairlead.certification.model.results import CaseResult, RunError, read_run
from fairlead.certification.model.stage import NotingStage
from fairlead.certification.model.verdicts import Blocked, Deviation, Level, Unsupported, Verdict
from fairlead.certification.model.waivers import WaiverError, apply_waivers, read_waivers
from fairlead.certification.runner import HarnessError, Plan, Playing, run_plan


class Stage(NotingStage):
    def __init__(self) -> None:
        super().__init__(time.monotonic_ns)
        self.is_settled = False

    async def peer_send(self, arguments: Any) -> None:
        if arguments == "fail":
            raise Deviation("Heartbeat(0) received, expected Logout(5)")

    async def settle(self) -> None:
        self.is_settled = True


class Subject:
    kind, name, version, room = "engine", "a stand-in", "1", 2
    capabilities: frozenset[str] | None = frozenset(("replace",))

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self.open_now = self.open_at_most = 0

    @asynccontextmanager
    async def open(self, playing: Playing) -> AsyncIterator[Stage]:
        self.open_now += 1
        self.open_at_most = max(self.open_at_most, self.open_now)
        stage = Stage()
        self.stages.append(stage)
        yield stage
        self.open_now -= 1


def make_case(play: Any, **changes: Any) -> Case:
    given: dict[str, Any] = {
        "id": "FS-1",
        "title": "t",
        "group": "FS",
        "asks": "a",
        "why": "w",
        "reference": ("r",),
        "protocols": frozenset(("fix44",)),
        "subjects": frozenset(("engine",)),
        "play": play,
    }
    return Case(**(given | changes))


async def run(*cases: Case, subject: Subject | None = None) -> list[CaseResult]:
    return (await run_plan(Plan.of(cases, "fix44", "acceptor"), subject or Subject(), seed=1)).results


async def raises(error: Exception) -> CaseResult:
    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        raise error

    return (await run(make_case(play)))[0]


async def test_case_that_ends_well_passes_and_settles() -> None:
    subject = Subject()

    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.send", "hello")

    (result,) = await run(make_case(play), subject=subject)
    assert (result.verdict, result.complaint) == (Verdict.PASS, "")
    assert [step.text for step in result.steps] == ["peer.send hello"]
    assert subject.stages[0].is_settled


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (Deviation("d"), Verdict.FAIL),
        (Unsupported("u"), Verdict.UNSUPPORTED),
        (Blocked("b"), Verdict.BLOCKED),
        (KeyError("a mistake of the case"), Verdict.BLOCKED),
    ],
)
async def test_how_a_case_ends_is_its_verdict(error: Exception, verdict: Verdict) -> None:
    assert (await raises(error)).verdict is verdict


async def test_step_that_fails_is_marked_and_ends_the_case() -> None:
    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.send", "fail")
        await stage.do("peer.send", "never")

    (result,) = await run(make_case(play))
    assert result.verdict is Verdict.FAIL
    assert result.complaint == "Heartbeat(0) received, expected Logout(5)"
    assert [(step.number, step.verdict, step.complaint) for step in result.steps] == [
        (1, Verdict.FAIL, "Heartbeat(0) received, expected Logout(5)")
    ]


async def test_unknown_step_is_unsupported() -> None:
    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        await stage.do("venue.dance", {})

    (result,) = await run(make_case(play))
    assert (result.verdict, result.complaint) == (Verdict.UNSUPPORTED, "step 'venue.dance', which Stage does not have")


async def test_tolerated_outcome_is_non_strict_and_a_failure_is_worse() -> None:
    async def tolerated(stage: Stage, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.send", "hello")
        stage.tolerate("a Logout came first")

    async def failed(stage: Stage, variant: Mapping[str, Any]) -> None:
        stage.tolerate("a Logout came first")
        raise Deviation("and then nothing")

    first, second = await run(make_case(tolerated), make_case(failed, id="FS-2"))
    assert (first.verdict, first.complaint) == (Verdict.NON_STRICT, "a Logout came first")
    assert (second.verdict, second.complaint) == (Verdict.FAIL, "and then nothing")


async def test_case_that_hangs_is_blocked() -> None:
    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        await asyncio.Event().wait()

    (result,) = await run(make_case(play, timeout_s=0.05))
    assert (result.verdict, result.complaint) == (Verdict.BLOCKED, "not over within 0.05 s")


async def test_what_the_subject_has_not_is_unsupported_unplayed() -> None:
    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        raise AssertionError

    (result,) = await run(make_case(play, needs=frozenset(("mass_cancel", "replace"))))
    assert (result.verdict, result.complaint) == (Verdict.UNSUPPORTED, "the subject has no mass_cancel")


async def test_variants_run_side_by_side_in_order_of_the_plan() -> None:
    subject = Subject()

    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        await asyncio.sleep(0 if variant["n"] else 0.01)

    results = await run(make_case(play, vary={"n": (0, 1, 2)}), subject=subject)
    assert [result.variant["n"] for result in results] == [0, 1, 2]
    assert len({result.seed for result in results}) == 3
    assert subject.open_at_most == 2


async def test_subject_that_is_none_ends_the_run() -> None:
    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        raise HarnessError("127.0.0.1:80 speaks HTTP")

    with pytest.raises(HarnessError, match="speaks HTTP"):
        await run(make_case(play), make_case(play, id="FS-2"))


async def test_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        await stage.do("peer.send", "fail")

    told = await run_plan(Plan.of([make_case(play)], "fix44"), Subject(), seed=7)
    path = tmp_path / "run.json"
    path.write_text(told.to_json())
    assert read_run(path) == told
    path.write_text("{}")
    with pytest.raises(RunError, match="is no run"):
        read_run(path)


@pytest.mark.parametrize(
    ("level", "is_strict", "expected"),
    [(Level.MUST, False, 1), (Level.SHOULD, False, 1), (Level.OPTIONAL, False, 0), (Level.OPTIONAL, True, 1)],
)
async def test_optional_cases_fail_a_strict_run_alone(level: Level, is_strict: bool, expected: int) -> None:
    async def play(stage: Stage, variant: Mapping[str, Any]) -> None:
        raise Deviation("d")

    told = await run_plan(Plan.of([make_case(play, level=level)], "fix44"), Subject(), seed=7)
    told.is_strict = is_strict
    assert len(told.failures()) == expected


WAIVERS = '[[waivers]]\ncase = "FS-1"\nowner = "Jane"\nreason = "ticket 1"\nexpires = 2026-12-31\n'


@pytest.mark.parametrize(("today", "is_waived"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
async def test_waiver_holds_to_the_end_of_its_day(tmp_path: Path, today: date, is_waived: bool) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(WAIVERS + WAIVERS.replace("FS-1", "FS-10").replace("2026", "2099"))
    result = await raises(Deviation("d"))
    amiss = apply_waivers([result], read_waivers(path), today)
    assert (result.waiver is not None) is is_waived
    assert amiss[-1] == "the waiver of FS-10 covers nothing in this run"
    assert len(amiss) == (1 if is_waived else 2)


def test_waivers_need_owner_reason_and_expiry(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text('[[waivers]]\ncase = "FS-1"\nowner = ""\nreasons = "x"\n')
    with pytest.raises(WaiverError) as error:
        read_waivers(path)
    for part in ("no such key as 'reasons'", "owner, expected str", "reason, expected str", "expires, expected date"):
        assert part in str(error.value)
