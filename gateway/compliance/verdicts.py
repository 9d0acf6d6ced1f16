"""Judge each control by its evidence: is there an owner, and is what shows that it works fresh enough?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from fairlead.gateway.compliance.controls import Control
from fairlead.gateway.compliance.kept_evidence import KeptEvidence

_DAY_NS = 24 * 3600 * 1_000_000_000


class Verdict(StrEnum):
    """What the evidence amounts to."""

    IN_ORDER = "in order"
    WAIVED = "waived"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One control's verdict, with every reason that speaks against it."""

    control: Control
    verdict: Verdict
    complaints: tuple[str, ...]
    tested_utc_ns: int
    exercised_utc_ns: int
    exercised_by: str
    tests_passed: int


def judge(control: Control, kept: KeptEvidence, utc_ns: int) -> Judgement:
    """Return the verdict on one control as of ``utc_ns``."""
    complaints = tuple(
        complaint
        for complaint in (
            "" if control.firm.owner else "no owner: name one in the firm's controls file",
            _complain_of_tests(control, kept, utc_ns),
            _complain_of_exercise(control, kept, utc_ns),
            _complain_of_review(control, utc_ns),
        )
        if complaint
    )
    run, seen = kept.tested.get(control.control_id), kept.exercised.get(control.control_id)
    return Judgement(
        control=control,
        verdict=_verdict(control, complaints, utc_ns),
        complaints=complaints,
        tested_utc_ns=run.utc_ns if run is not None else 0,
        exercised_utc_ns=seen.utc_ns if seen is not None else 0,
        exercised_by=seen.what if seen is not None else "",
        tests_passed=run.passed if run is not None else 0,
    )


def _verdict(control: Control, complaints: Sequence[str], utc_ns: int) -> Verdict:
    if not complaints:
        return Verdict.IN_ORDER
    waiver = control.firm.waiver
    return Verdict.WAIVED if waiver is not None and _date(utc_ns) <= waiver.until else Verdict.STALE


def _complain_of_tests(control: Control, kept: KeptEvidence, utc_ns: int) -> str:
    within = control.ages.tested
    if not within:
        return ""
    run = kept.tested.get(control.control_id)
    if run is None:
        return "never tested: record a release's results with `fairlead compliance tests`"
    if run.failed:
        return f"{run.failed} of {run.failed + run.passed} tests failed: {', '.join(run.failures[:3])}"
    age = _days(run.utc_ns, utc_ns)
    return f"tested {age} days ago, expected within {within}" if age > within else ""


def _complain_of_exercise(control: Control, kept: KeptEvidence, utc_ns: int) -> str:
    within = control.ages.exercised
    if not within:
        return ""
    seen = kept.exercised.get(control.control_id)
    if seen is None:
        return f"never exercised, expected within {within} days: hold a drill"
    age = _days(seen.utc_ns, utc_ns)
    return f"exercised {age} days ago, expected within {within}" if age > within else ""


def _complain_of_review(control: Control, utc_ns: int) -> str:
    within = control.ages.reviewed
    if not within:
        return ""
    reviewed = control.firm.reviewed
    if reviewed is None:
        return "never reviewed: note the date of the review in the firm's controls file"
    age = (_date(utc_ns) - reviewed).days
    if age < 0:
        return f"reviewed on {reviewed}, which is after the report's day"
    return f"reviewed {age} days ago, expected within {within}" if age > within else ""


def _days(then_utc_ns: int, utc_ns: int) -> int:
    return (utc_ns - then_utc_ns) // _DAY_NS


def _date(utc_ns: int) -> date:
    return datetime.fromtimestamp(utc_ns // 1_000_000_000, UTC).date()
