"""Make a certificate out of runs, or say everything that stands against it.

Runs of a profile are what it is about; runs of an engine or of market data (``beside``) may go with them, and then
their groups are covered too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fairlead.certification.certificates.beside import is_beside, parts_of, strange_beside
from fairlead.certification.certificates.certificate import FORM, stamp
from fairlead.certification.certificates.profile_files import profile_name
from fairlead.certification.gateway.choosing import GROUPS, SUBJECT, profile_cases
from fairlead.certification.model.case import Case, Catalogue
from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import Level, Verdict, worst

_BAD = (Verdict.FAIL, Verdict.BLOCKED)


class Refusal(Exception):
    """Hold everything that stands against a certificate, one line each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


@dataclass(frozen=True, slots=True)
class NamedRun:
    """A run, and what names its file: its path and SHA-256."""

    path: str
    sha256: str
    run: RunResult


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. ``profile_sha256`` is that of the profile's file at hand, empty where there is none.

    ``covers`` are groups (SX, SP, MD) that are to be covered besides those of the runs.
    """

    profile: str
    profile_sha256: str
    issuer: str
    issued: datetime
    valid_days: int
    covers: tuple[str, ...] = ()


def make_certificate(
    runs: Sequence[NamedRun], request: Request, catalogue: Catalogue, catalogue_version: str
) -> dict[str, Any]:
    """Return the certificate, not signed yet. Raises Refusal."""
    own = [each for each in runs if not is_beside(each.run)]
    if not own:
        raise Refusal([f"no run of profile {profile_name(request.profile)}: `certify gateway --profile` makes one"])
    reasons = [*_strange_runs(own, request, catalogue_version)]
    results = [result for each in own for result in each.run.results]
    protocols = sorted({result.protocol for result in results})
    if len(protocols) != 1:
        reasons.append(f"results of {' and '.join(protocols) or 'no protocol'}, expected those of one protocol")
        raise Refusal(reasons)
    mandatory = mandatory_cases(catalogue, protocols[0])
    if not mandatory:
        reasons.append(f"the catalogue has no mandatory case for {protocols[0]}: nothing would be certified")
    today = request.issued.astimezone(UTC).date()
    reasons += [line for case in mandatory for line in _stands_against(case, results, today)]
    beside = [each for each in runs if is_beside(each.run)]
    groups = sorted({result.group for each in beside for result in each.run.results} | set(request.covers))
    reasons += _strange_beside(beside, own[0].run, protocols[0], catalogue_version)
    more = [result for each in beside for result in each.run.results]
    for group in groups:
        cases, lines = _covered(group, protocols[0], more, catalogue, today)
        mandatory, reasons = mandatory + cases, reasons + lines
    results += more
    if reasons:
        raise Refusal(reasons)
    return {
        "form": FORM,
        "profile": profile_name(request.profile),
        "profile_sha256": own[0].run.profile_sha256,
        "protocol": protocols[0],
        "fairlead_version": own[0].run.fairlead_version,
        "catalogue_version": catalogue_version,
        "covers": sorted({*GROUPS, *groups}),
        "mandatory": sorted(case.id for case in mandatory),
        "verdicts": _verdicts(results, today),
        "runs": [
            {"sha256": each.sha256, "started": each.run.started, "subject": each.run.subject}
            for each in sorted(runs, key=lambda each: (each.run.started, each.sha256))
        ],
        "issued": stamp(request.issued),
        "valid_until": stamp(request.issued + timedelta(days=request.valid_days)),
        "issuer": request.issuer,
    }


def mandatory_cases(catalogue: Catalogue, protocol: str) -> list[Case]:
    """Return the cases that a gateway must have passed with a profile of this protocol."""
    return [case for case in profile_cases(catalogue, protocol) if case.level is Level.MUST]


def _strange_beside(beside: Sequence[NamedRun], own: RunResult, protocol: str, catalogue_version: str) -> Iterable[str]:
    for each in beside:
        yield from (f"{each.path}: {line}" for line in strange_beside(each.run, protocol, own.fairlead_version))
        pairs = (
            ("fairlead_version", each.run.fairlead_version, own.fairlead_version),
            ("catalogue_version", each.run.catalogue_version, catalogue_version),
        )
        yield from (f"{each.path}: {what} {got or 'none'}, expected {want}" for what, got, want in pairs if got != want)


def _covered(
    group: str, protocol: str, results: Sequence[CaseResult], catalogue: Catalogue, today: date
) -> tuple[list[Case], list[str]]:
    """Return a group's mandatory cases, and what stands against them."""
    part = parts_of(protocol).get(group)
    if part is None:
        known = ", ".join(parts_of(protocol))
        return [], [f"{group} can't be covered with a profile of {protocol}, expected some of {known}"]
    cases, own = list(part.cases(catalogue)), [result for result in results if part.has(result)]
    return cases, [line for case in cases for line in _stands_against(case, own, today)]


def _strange_runs(runs: Sequence[NamedRun], request: Request, catalogue_version: str) -> Iterable[str]:
    name = profile_name(request.profile)
    first = runs[0].run
    for each in runs:
        run = each.run
        expectations = (
            ("kind", run.kind, SUBJECT),
            # at a live venue a case is unsupported for the venue's sake too: that excuses no gateway
            ("mode", run.mode or "scripted", "scripted"),
            ("profile", profile_name(run.profile), name),
            ("profile_sha256", run.profile_sha256, request.profile_sha256 or first.profile_sha256),
            ("fairlead_version", run.fairlead_version, first.fairlead_version),
            ("catalogue_version", run.catalogue_version, catalogue_version),
        )
        yield from (
            f"{each.path}: {what} {got or 'none'}, expected {want}" for what, got, want in expectations if got != want
        )
        if not run.profile_sha256:
            yield f"{each.path}: it does not say which file of the profile was tested (profile_sha256)"


def _stands_against(case: Case, results: Sequence[CaseResult], today: date) -> Iterable[str]:
    found = [result for result in results if result.case_id == case.id]
    if not found:
        yield f"{case.id} is missing: no run has it ({case.title})"
        return
    played = {_variant_text(result.variant) for result in found}
    for variant in case.variants():
        if _variant_text(variant) not in played:
            yield f"{case.id} with {_variant_text(variant)} is missing: no run has it"
    for result in found:
        if result.verdict in _BAD and not _is_waived(result, today):
            happened = "failed" if result.verdict is Verdict.FAIL else "is blocked"
            expired = f" (its waiver expired on {result.waiver['expires']})" if result.waiver else ""
            yield f"{result.key} {happened}{expired}: {result.complaint}"


def _variant_text(variant: Any) -> str:
    return ", ".join(f"{name}={_plain(value)}" for name, value in sorted(variant.items()))


def _plain(value: Any) -> str:
    return str(list(value)) if isinstance(value, tuple | list) else str(value)


def _is_waived(result: CaseResult, today: date) -> bool:
    return result.waiver is not None and today.isoformat() <= result.waiver["expires"]


def _verdicts(results: Sequence[CaseResult], today: date) -> dict[str, dict[str, Any]]:
    """Return the worst verdict on each case; a waiver is named where it excuses that verdict, the shortest one."""
    told: dict[str, dict[str, Any]] = {}
    for case_id in sorted({result.case_id for result in results}):
        found = [result for result in results if result.case_id == case_id]
        verdict = worst([result.verdict for result in found])
        told[case_id] = {"verdict": str(verdict)}
        waivers = [result.waiver for result in found if result.verdict in _BAD and result.waiver is not None]
        if verdict in _BAD and waivers and all(_is_waived(r, today) for r in found if r.verdict in _BAD):
            told[case_id]["waiver"] = min(waivers, key=lambda waiver: waiver["expires"])
    return told
