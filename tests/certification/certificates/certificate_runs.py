"""Make runs, catalogues and certificates for tests."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fairlead.certification.certificates.issuing import NamedRun, Request, make_certificate
from fairlead.certification.model.case import Case, Catalogue
from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import Level, Verdict

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SHA256 = "ab" * 32


async def _play(stage: Any, variant: Mapping[str, Any]) -> None:
    raise AssertionError("never played")


def case(case_id: str, level: Level = Level.MUST, protocols: Iterable[str] = ("fix44",), **more: Any) -> Case:
    words = {"title": f"Title of {case_id}", "asks": "It does.", "why": "It must.", "reference": ("X",)}
    return Case(case_id, group=case_id[:2], protocols=frozenset(protocols), play=_play, level=level, **words, **more)


def catalogue_of(*cases: Case) -> Catalogue:
    catalogue = Catalogue()
    for each in cases:
        catalogue.add(each)
    return catalogue


def catalogue() -> Catalogue:
    return catalogue_of(
        case("EX01"),
        case("OE09", vary={"cut": ("rst", "fin")}),
        case("OE13", Level.OPTIONAL),
        case("OE07", protocols=("ouch42",)),
        case("MD08"),
        case("OE11", subjects=frozenset(("engine",))),
    )


def result(case_id: str, verdict: Verdict = Verdict.PASS, **more: Any) -> CaseResult:
    values: dict[str, Any] = {
        "title": case_id, "group": case_id[:2], "level": Level.MUST, "asks": "", "why": "", "reference": [],
        "protocol": "fix44", "role": "initiator", "variant": {}, "complaint": "" if verdict is Verdict.PASS else "so",
    }  # fmt: skip
    return CaseResult(case_id=case_id, verdict=verdict, **{**values, **more})


def good_results() -> list[CaseResult]:
    return [result("EX01"), *(result("OE09", variant={"cut": cut}) for cut in ("rst", "fin"))]


def run(results: list[CaseResult] | None = None, **more: Any) -> RunResult:
    values: dict[str, Any] = {
        "subject": "gateway with profile exchange44", "kind": "gateway", "started": "2026-11-28T11:00:00Z",
        "fairlead_version": "0.1.0", "catalogue_version": "1.0", "profile": "exchange44", "profile_sha256": SHA256,
    }  # fmt: skip
    return RunResult(results=good_results() if results is None else results, **{**values, **more})


def named(*runs: RunResult) -> list[NamedRun]:
    return [NamedRun(f"run{number}.json", f"{number:064x}", each) for number, each in enumerate(runs, 1)]


def request(**more: Any) -> Request:
    values: dict[str, Any] = {"profile": "exchange44", "profile_sha256": SHA256, "issuer": "Jane", "issued": NOW}
    return Request(**{**values, "valid_days": 90, **more})


def issued(*runs: RunResult, **more: Any) -> dict[str, Any]:
    return make_certificate(named(*(runs or (run(),))), request(**more), catalogue(), "1.0")


def write_run(path: Path, made: RunResult) -> Path:
    path.write_text(made.to_json(), encoding="utf-8")
    return path
