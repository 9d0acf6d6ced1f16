"""Run cases against a subject, several at a time where the subject has room, and keep what became of each."""

from __future__ import annotations

import asyncio
import platform
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Protocol
from zlib import crc32

from fairlead.certification.model.case import Case, Stage
from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import Outcome, Verdict, worst

CATALOGUE_VERSION = "1.0"


class HarnessError(Exception):
    """Report that cases can't be played at all: nothing listens, or something else than expected does."""


@dataclass(frozen=True, slots=True)
class Playing:
    """One variant of one case, about to be played; ``seed`` is its own, made of the run's seed and the case's key."""

    case: Case
    variant: Mapping[str, Any]
    protocol: str
    role: str
    seed: int


class Subject(Protocol):
    """What is tested. ``room`` is how many cases it can play at a time."""

    kind: str
    name: str
    version: str
    room: int
    capabilities: frozenset[str] | None
    """What it has, None where that is not known: then cases find out."""

    def open(self, playing: Playing) -> AbstractAsyncContextManager[Stage]:
        """Set a stage for one case and strike it afterwards. Raises HarnessError where nothing can be played."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run plays: for each protocol and role, which cases."""

    playings: tuple[Playing, ...]

    @classmethod
    def of(cls, cases: Iterable[Case], protocol: str, role: str = "", seed: int = 1) -> Plan:
        """Plan every variant of some cases."""
        return cls(
            tuple(
                Playing(case, variant, protocol, role, _seed(seed, case.id, protocol, role, variant))
                for case in cases
                for variant in case.variants()
            )
        )

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.playings + other.playings)


def _seed(seed: int, *parts: Any) -> int:
    return crc32(repr(parts).encode(), seed & 0xFFFFFFFF)


Told = Callable[[CaseResult], object]


async def run_plan(plan: Plan, subject: Subject, *, seed: int, rerun: str = "", told: Told | None = None) -> RunResult:
    """Play a plan; results stand in the plan's order, ``told`` hears each as it comes.

    Raises HarnessError where the subject can't be played with at all.
    """
    began_ns = time.monotonic_ns()
    room = asyncio.Semaphore(max(1, subject.room))

    async def one(playing: Playing) -> CaseResult:
        async with room:
            result = await _play(playing, subject)
        result.rerun = rerun.format(case=playing.case.id, seed=seed)
        if told is not None:
            told(result)
        return result

    tasks = [asyncio.create_task(one(playing)) for playing in plan.playings]
    try:
        results = await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    return RunResult(
        subject=subject.name,
        kind=subject.kind,
        started=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        fairlead_version=version("fairlead"),
        catalogue_version=CATALOGUE_VERSION,
        subject_version=subject.version,
        seed=seed,
        mode=getattr(subject, "mode", ""),
        target=getattr(subject, "target", ""),
        machine=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        duration_ns=time.monotonic_ns() - began_ns,
        results=list(results),
    )


async def _play(playing: Playing, subject: Subject) -> CaseResult:
    case = playing.case
    result = CaseResult(
        case_id=case.id,
        title=case.title,
        group=case.group,
        level=case.level,
        asks=case.asks,
        why=case.why,
        reference=list(case.reference),
        protocol=playing.protocol,
        role=playing.role,
        variant=dict(playing.variant),
        verdict=Verdict.PASS,
        seed=playing.seed,
    )
    missing = sorted(case.needs - subject.capabilities) if subject.capabilities is not None else []
    if missing:
        reasons = getattr(subject, "reasons", {})
        told = [f"{word}: {reasons[word]}" if word in reasons else word for word in missing]
        result.verdict, result.complaint = Verdict.UNSUPPORTED, f"the subject has no {', '.join(told)}"
        return result
    began_ns = time.monotonic_ns()
    try:
        async with asyncio.timeout(case.timeout_s), subject.open(playing) as stage:
            await _play_on(stage, playing, result)
    except TimeoutError:
        result.verdict, result.complaint = Verdict.BLOCKED, f"not over within {case.timeout_s:g} s"
    except Outcome as outcome:
        # the stage could not be set, or not be struck
        result.verdict, result.complaint = outcome.verdict, outcome.text
    result.duration_ns = time.monotonic_ns() - began_ns
    return result


async def _play_on(stage: Stage, playing: Playing, result: CaseResult) -> None:
    verdicts = []
    try:
        await playing.case.play(stage, playing.variant)
        await stage.settle()
    except Outcome as outcome:
        verdicts.append(outcome.verdict)
        result.complaint = outcome.text
    except HarnessError:
        raise
    except Exception as error:
        # a mistake in a case is no verdict on the subject
        verdicts.append(Verdict.BLOCKED)
        result.complaint = f"the case itself failed: {traceback.format_exception_only(error)[-1].strip()}"
    finally:
        result.steps, result.wire = stage.steps, stage.wire
        result.tolerated = list(getattr(stage, "tolerated", ()))
        result.virtual_ns = stage.steps[-1].at_ns if stage.steps else 0
    if result.tolerated:
        verdicts.append(Verdict.NON_STRICT)
    result.verdict = worst(verdicts)
    if result.verdict is Verdict.NON_STRICT and not result.complaint:
        result.complaint = "; ".join(result.tolerated)
