"""Play the suite, or a part of it, against an engine."""

import dataclasses
from collections.abc import Iterable

from fairlead.certification.cases import load_catalogue
from fairlead.certification.engine.options import ADVERTISEMENT, VERSIONS, EngineOptions, default_order, read_pairs
from fairlead.certification.engine.subject import EngineSubject
from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import Level, Verdict
from fairlead.certification.runner import Plan, run_plan

PATIENCE_S = 5.0
"""Long enough for an engine that shares its processors with other tests."""
COMP_IDS = tuple(f"PEER{number}" for number in range(8))


def options_for(protocol: str, role: str, port: int, **changes: object) -> EngineOptions:
    """Return options for an engine on this machine."""
    given = {"comp_ids": COMP_IDS, "patience_s": PATIENCE_S} | changes
    plain = EngineOptions("127.0.0.1", port, role, protocol, **given)  # type: ignore[arg-type]
    return dataclasses.replace(
        plain,
        order=plain.order or default_order(plain),
        unsupported=plain.unsupported or read_pairs(ADVERTISEMENT.split("|")),
    )


async def play(options: EngineOptions, *ids: str, subject: EngineSubject | None = None) -> RunResult:
    """Play cases by their ids' beginnings, all without."""
    cases = load_catalogue().choose("engine", options.protocol, options.engine_role, ids)
    plan = Plan.of(cases, options.protocol, options.engine_role)
    if subject is not None:
        return await run_plan(plan, subject, seed=1)
    async with EngineSubject(options, "an engine") as made:
        await made.probe()
        return await run_plan(plan, made, seed=1)


def version_of(protocol: str) -> str:
    """Return BeginString(8)."""
    return VERSIONS[protocol]


def bad(run: RunResult) -> dict[str, str]:
    """Return what was neither pass nor unsupported at level must or should, with its complaint."""
    return {
        result.key: f"{result.verdict}: {result.complaint}"
        for result in run.results
        if result.level is not Level.OPTIONAL and result.verdict not in (Verdict.PASS, Verdict.UNSUPPORTED)
    }


def verdicts(results: Iterable[CaseResult]) -> dict[str, str]:
    """Return verdicts by key."""
    return {result.key: str(result.verdict) for result in results}
