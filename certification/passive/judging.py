"""Ask a log every case that can be asked, and put what was found into the form of all runs."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version

from fairlead.certification.model.results import CaseResult, RunResult, StepRecord, WireRecord
from fairlead.certification.model.verdicts import Verdict, worst
from fairlead.certification.passive import (
    content_rules,
    execution_rules,
    order_rules,
    recovery_rules,
    resend_rules,
    session_rules,
)
from fairlead.certification.passive.conversations import Conversation, find_conversations
from fairlead.certification.passive.native import feed_rules, ouch_execution_rules, ouch_rules, soup_rules
from fairlead.certification.passive.native.messages import Session, find_sessions
from fairlead.certification.passive.native.views import NativeView
from fairlead.certification.passive.records import LogError, WireLog
from fairlead.certification.passive.rules import Finding, Judged, Rule, Shown, V, View
from fairlead.certification.runner import CATALOGUE_VERSION

RULES: tuple[Rule[View], ...] = (
    *session_rules.BOOK.rules,
    *content_rules.BOOK.rules,
    *resend_rules.BOOK.rules,
    *recovery_rules.BOOK.rules,
    *order_rules.BOOK.rules,
    *execution_rules.BOOK.rules,
)
NATIVE_RULES: tuple[Rule[NativeView], ...] = (
    *soup_rules.BOOK.rules,
    *ouch_rules.BOOK.rules,
    *ouch_execution_rules.BOOK.rules,
    *feed_rules.BOOK.rules,
)
ALL_RULES: tuple[Rule[View] | Rule[NativeView], ...] = (*RULES, *NATIVE_RULES)
CONTEXT = 2
"""Messages shown before and behind a stimulus."""
MAX_STEPS = 12
"""Findings told of one case; what fails comes first."""


def judge_log(
    logs: Iterable[tuple[str, WireLog]], *, subject: str = "", only: tuple[str, ...] = (), with_absent: bool = False
) -> RunResult:
    """Judge the logs of some files. Raises LogError where the subject is in none of them."""
    began_ns = time.monotonic_ns()
    logs = list(logs)
    conversations = [found for name, log in logs for found in find_conversations(log.records, name)]
    sessions = [found for name, log in logs for found in find_sessions(log.soup, log.mold, name)]
    if not conversations and not sessions:
        raise LogError("no session in the log: no message has both CompIDs (49 and 56)")
    views = [view for found in conversations for view in _views(found, subject)]
    native = [view for session in sessions for view in _native_views(session, subject)]
    if not views and not native:
        sides = [found.comp_ids for found in conversations] + [found.comp_ids for found in sessions]
        names = sorted({name for pair in sides for name in pair})
        raise LogError(f"{subject} is no CompID of the log, expected one of {', '.join(names)}")
    results = [result for view in views for result in _judge(view, RULES, only, with_absent)]
    results += [result for view in native for result in _judge(view, NATIVE_RULES, only, with_absent)]
    named = ", ".join(name for name, _ in logs)
    return RunResult(
        subject=f"{subject} in {named}" if subject else named,
        kind="log",
        started=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        fairlead_version=version("fairlead"),
        catalogue_version=CATALOGUE_VERSION,
        machine=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        duration_ns=time.monotonic_ns() - began_ns,
        results=results,
    )


def _views(conversation: Conversation, subject: str) -> list[View]:
    return [View(conversation, side) for side, name in enumerate(conversation.comp_ids) if subject in ("", name)]


def _native_views(session: Session, subject: str) -> list[NativeView]:
    return [NativeView(session, side) for side, name in enumerate(session.comp_ids) if subject in ("", name)]


def _judge(view: V, asked: tuple[Rule[V], ...], only: tuple[str, ...], with_absent: bool) -> Iterable[CaseResult]:
    """Yield a result for each case; two rules of one case make one result."""
    by_case: dict[str, list[Rule[V]]] = {}
    for rule in asked:
        if not only or any(rule.case_id.startswith(name) for name in only):
            by_case.setdefault(rule.case_id, []).append(rule)
    for rules in by_case.values():
        findings = [finding for rule in rules for finding in rule.judge(view)]
        if findings or with_absent:
            yield _result(rules[0], view, findings)


def _result(rule: Rule[V], view: V, findings: list[Finding]) -> CaseResult:
    result = CaseResult(
        case_id=rule.case_id,
        title=rule.title,
        group=rule.group,
        level=rule.level,
        asks=rule.asks,
        why=rule.why,
        reference=list(rule.reference),
        protocol=view.protocol,
        role=view.role,
        variant={"session": view.name, "subject": view.subject},
        verdict=worst([finding.verdict for finding in findings]) if findings else Verdict.UNSUPPORTED,
    )
    if not findings:
        result.complaint = "does not occur in the log"
        return result
    failed = [finding for finding in findings if finding.verdict is not Verdict.PASS]
    told = (failed + [finding for finding in findings if finding.verdict is Verdict.PASS])[:MAX_STEPS]
    told.sort(key=lambda finding: finding.stimulus[0].at)
    begun_ns = next((m.utc_ns for m in view.shown if m.utc_ns), 0)
    for number, finding in enumerate(told, 1):
        result.steps.append(_step(number, finding, view, result.wire, begun_ns))
    if failed:
        first = failed[0]
        more = f" ({len(failed)} of {len(findings)} places)" if len(findings) > 1 else ""
        expected = "" if "expected" in first.complaint else f", expected {first.expected}"
        result.complaint = f"{first.stimulus[0].place}: {first.complaint}{expected}{more}"
    result.tolerated = [f.complaint for f in failed if f.verdict is Verdict.NON_STRICT][:MAX_STEPS]
    result.virtual_ns = result.wire[-1].at_ns if result.wire else 0
    return result


def _step(number: int, finding: Finding, view: Judged, wire: list[WireRecord], begun_ns: int) -> StepRecord:
    """Tell a finding as a step, and add the messages around it to the wire."""
    messages = view.shown
    marked = {message.at for message in (*finding.stimulus, *finding.came)}
    wanted = set(marked)
    for message in finding.stimulus:
        wanted.update(range(max(0, message.at - CONTEXT), min(len(messages), message.at + CONTEXT + 1)))
    wire_from = len(wire)
    for at in sorted(wanted):
        note = "stimulus" if messages[at] in finding.stimulus else "came" if messages[at] in finding.came else ""
        wire.append(_wire(messages[at], view, begun_ns, note))
    stimulus = finding.stimulus[0]
    what = f"{stimulus.place}, {stimulus.title} {stimulus.number}: expected {finding.expected}"
    at_ns = max(0, stimulus.utc_ns - begun_ns)
    return StepRecord(number, what, at_ns, finding.verdict, finding.complaint, wire_from, len(wire))


def _wire(message: Shown, view: Judged, begun_ns: int, note: str) -> WireRecord:
    return WireRecord(
        at_ns=max(0, message.utc_ns - begun_ns) if message.utc_ns else 0,
        direction="in" if message.side == view.side else "out",
        link="session",
        kind=message.title or "garbled",
        raw=message.raw,
        fields=message.fields(),
        note="; ".join(text for text in (note, message.place, message.faults) if text),
    )
