"""Write a run as JUnit XML, as build servers read it: a testsuite for each group, protocol and role."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from fairlead.certification.model.results import CaseResult, RunResult, StepRecord
from fairlead.certification.model.verdicts import Verdict
from fairlead.certification.reports.printable import printable

_SKIPPED = (Verdict.UNSUPPORTED, Verdict.BLOCKED)


def write_junit(run: RunResult) -> str:
    """Return a run as JUnit XML. What makes the run fail is a failure; unsupported, blocked and waived are skipped."""
    failures = {id(result) for result in run.failures()}
    suites = Element("testsuites", name=printable(f"fairlead certify {run.kind}"), time=_seconds(run.duration_ns))
    ordered = sorted(run.results, key=_suite_name)
    for name, results in groupby(ordered, key=_suite_name):
        _add_suite(suites, run, name, list(results), failures)
    for name in ("tests", "failures", "skipped"):
        suites.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    suites.set("errors", "0")
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _suite_name(result: CaseResult) -> str:
    return ".".join(part for part in (result.group, result.protocol, result.role) if part)


def _add_suite(suites: Element, run: RunResult, name: str, results: list[CaseResult], failures: set[int]) -> None:
    total_ns = sum(result.duration_ns for result in results)
    suite = SubElement(suites, "testsuite", name=printable(name), timestamp=run.started.rstrip("Z"), errors="0",
                       tests=str(len(results)), time=_seconds(total_ns), hostname="localhost")  # fmt: skip
    _add_properties(
        suite,
        {
            "subject": run.subject,
            "subject_version": run.subject_version,
            "fairlead_version": run.fairlead_version,
            "catalogue_version": run.catalogue_version,
            "profile": run.profile,
            "profile_sha256": run.profile_sha256,
            "seed": str(run.seed),
            "strict": str(run.is_strict).lower(),
            "mode": run.mode,
            "target": run.target,
            "machine": run.machine,
        },
    )
    for result in results:
        _add_case(suite, result, id(result) in failures)
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))


def _add_case(suite: Element, result: CaseResult, is_failure: bool) -> None:
    case = SubElement(suite, "testcase", classname=suite.get("name", ""), time=_seconds(result.duration_ns))
    case.set("name", printable(f"{result.key}: {result.title}"))
    _add_properties(
        case,
        {
            "id": result.case_id,
            "level": result.level.value,
            "verdict": result.verdict.value,
            "reference": ", ".join(result.reference),
            "seed": str(result.seed),
            "rerun": result.rerun,
        },
    )
    if is_failure:
        failure = SubElement(case, "failure", type=result.verdict.value, message=printable(result.complaint))
        failure.text = "\n".join(_lines(result))
    elif result.verdict in _SKIPPED or (result.verdict is Verdict.FAIL):
        SubElement(case, "skipped", message=printable(_why_skipped(result)))
    elif result.verdict is Verdict.NON_STRICT:
        SubElement(case, "system-out").text = printable(f"non-strict: {result.complaint}")
    answers = [line for step in result.steps for line in _answers(step)]
    if answers:
        SubElement(case, "system-err").text = "\n".join(printable(line) for line in answers)


def _answers(step: StepRecord) -> list[str]:
    return [f"step {step.number}: {a.asked}\n  > {' | '.join(a.typed)}\n  {a.outcome}" for a in step.answers]


def _why_skipped(result: CaseResult) -> str:
    why = f"{result.verdict}: {result.complaint}"
    if result.waiver is not None:
        owner, reason, expires = (result.waiver.get(name, "") for name in ("owner", "reason", "expires"))
        return f"{why}; waived by {owner} until {expires}: {reason}"
    return f"{why} (optional)" if result.verdict is Verdict.FAIL else why


def _lines(result: CaseResult) -> list[str]:
    lines = [f"asks: {result.asks}", f"why: {result.why}", f"reference: {', '.join(result.reference)}"]
    lines += [f"step {s.number} {s.text}{f': {s.complaint}' if s.complaint else ''}" for s in result.steps]
    lines += [
        f"{record.at_ns / 1e9:10.6f} {record.direction:<3} {record.link} {record.kind} {record.raw}"
        for record in result.wire
    ]
    lines += [f"again: {result.rerun}"] if result.rerun else []
    return [printable(line) for line in lines]


def _add_properties(parent: Element, values: dict[str, str]) -> None:
    properties = SubElement(parent, "properties")
    for name, value in values.items():
        if value:
            SubElement(properties, "property", name=name, value=printable(value))


def _seconds(ns: int) -> str:
    return f"{ns / 1e9:.6f}"
