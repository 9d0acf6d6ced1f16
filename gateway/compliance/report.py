"""Make the evidence pack on a period: what controls there are, what shows that they work, and what is stale."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from fairlead.gateway.build import describe_build
from fairlead.gateway.compliance.controls import Control
from fairlead.gateway.compliance.evidence import (
    Alerts,
    ClockLog,
    Exercise,
    Exercised,
    Kept,
    Listed,
    Refusals,
    gather,
    read_facts,
)
from fairlead.gateway.compliance.kept_evidence import KeptEvidence
from fairlead.gateway.compliance.kill_times import KillTimes
from fairlead.gateway.compliance.record_keeping import check_records
from fairlead.gateway.compliance.verdicts import Judgement, Verdict, judge
from fairlead.gateway.config.models import Config
from fairlead.gateway.journal import kinds
from fairlead.gateway.venues.certificate_watch import standings

FORM: Final = "fairlead-compliance-report-1"
CONFORMANCE: Final = "conformance"
_ALL_TIME: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Period:
    """From ``from_utc_ns`` on, before ``to_utc_ns``; made at ``made_utc_ns``, against which ages are counted."""

    from_utc_ns: int
    to_utc_ns: int
    made_utc_ns: int


def build_report(config: Config, controls: Sequence[Control], kept: KeptEvidence, period: Period) -> dict[str, Any]:
    """Return the report as JSON values, times in UTC nanoseconds; ``kept`` learns what the journal shows.

    Raises JournalError, JournalDamage.
    """
    folder = config.journal.path
    exercised = Exercised(*_what_exercises(controls))
    # whatever is older than the period counts as exercise too
    gather(read_facts(folder, 0, min(period.to_utc_ns, _ALL_TIME)), (exercised,))
    certificates = standings(config, period.made_utc_ns)
    kept.note_exercises(exercised.last | certified(config, certificates))
    judgements = [judge(control, kept, period.made_utc_ns) for control in controls]
    records = check_records(folder)
    sections = _gather_sections(config, folder, period)
    stale = [each.control.control_id for each in judgements if each.verdict is Verdict.STALE]
    complaints = [f"control {control_id} is stale" for control_id in stale]
    complaints += [f"venue {row['venues']}: {row['state']}" for row in certificates if not row["certificate"]]
    complaints += [f"records: {complaint}" for complaint in records.complaints]
    report: dict[str, Any] = {
        "form": FORM,
        "gateway": config.gateway.name,
        "entity_id": config.compliance.entity_id,
        "build": describe_build(),
        "max_clock_offset_us": config.compliance.max_clock_offset_us,
        "from_utc_ns": period.from_utc_ns,
        "to_utc_ns": period.to_utc_ns,
        "made_utc_ns": period.made_utc_ns,
        "is_in_order": not complaints,
        "complaints": complaints,
        "controls": [_tell(judgement) for judgement in judgements],
        "certificates": certificates,
        **sections,
        "records": asdict(records),
    }
    return report | {"sha256": digest(report)}


def digest(report: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a report without its digest: what a signature speaks of."""
    bare = {name: value for name, value in report.items() if name != "sha256"}
    return hashlib.sha256(orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)).hexdigest()


def certified(config: Config, certificates: Sequence[Mapping[str, Any]]) -> dict[str, Exercise]:
    """Return the exercise of the control of conformance: a certificate in force for each production venue.

    The oldest counts. A gateway without a production venue shows nothing, hence exercises nothing.
    """
    production = {table.name for table in config.venues if table.production}
    used = [row for row in certificates if row["state"] == "in force"]
    covered = {name for row in used for name in str(row["venues"]).split(", ")}
    if not production or not production <= covered:
        return {}
    what = f"certificates of {', '.join(sorted(row['profile'] for row in used))}"
    return {CONFORMANCE: Exercise(min(row["issued_utc_ns"] for row in used), what, 0)}


def _what_exercises(controls: Sequence[Control]) -> tuple[dict[str, str], dict[str, str]]:
    by_check = {check: control.control_id for control in controls for check in control.registered.checks}
    by_event = {event: control.control_id for control in controls for event in control.registered.events}
    return by_check, by_event


def _gather_sections(config: Config, folder: Path, period: Period) -> dict[str, Any]:
    refusals, warnings = Refusals("risk_refused"), Refusals("risk_warning")
    overrides = Listed("override_used", "risk_overridden", "override.*")
    limits, kills, breaks = Kept(kinds.LIMITS), KillTimes(), Kept(kinds.BREAK)
    operators, runs = Kept(kinds.OPERATOR), Kept(kinds.START, kinds.STOP)
    clock, alerts = ClockLog(config.compliance.max_clock_offset_ns), Alerts()
    gather(
        read_facts(folder, period.from_utc_ns, period.to_utc_ns),
        (refusals, warnings, overrides, limits, kills, breaks, operators, runs, clock, alerts),
    )
    return {
        "limit_changes": limits.rows,
        "refusals": _counted(refusals),
        "warnings": _counted(warnings),
        "overrides": overrides.rows,
        "kills": kills.rows,
        "breaks": breaks.rows,
        "operators": operators.rows,
        "clock": [{"day_utc_ns": day, **asdict(told)} for day, told in sorted(clock.days.items())],
        "alerts": dict(alerts.by_event.most_common()),
        "runs": runs.rows,
    }


def _counted(refusals: Refusals) -> dict[str, Any]:
    return {
        "total": len(refusals.rows),
        "by_check": dict(refusals.by_check.most_common()),
        "by_strategy": dict(refusals.by_strategy.most_common()),
        "rows": refusals.rows,
    }


def _tell(judgement: Judgement) -> dict[str, Any]:
    control = judgement.control
    waiver = control.firm.waiver
    return {
        "id": control.control_id,
        "title": control.registered.title,
        "does": control.registered.does,
        "rules": list(control.registered.rules),
        "clauses": list(control.firm.clauses),
        "owner": control.firm.owner,
        "verdict": str(judgement.verdict),
        "complaints": list(judgement.complaints),
        "reviewed": control.firm.reviewed.isoformat() if control.firm.reviewed is not None else "",
        "tests": list(control.registered.tests),
        "tests_passed": judgement.tests_passed,
        "tested_utc_ns": judgement.tested_utc_ns,
        "exercised_utc_ns": judgement.exercised_utc_ns,
        "exercised_by": judgement.exercised_by,
        "within_days": control.ages.model_dump(),
        "waiver": {"reason": waiver.reason, "by": waiver.by, "until": waiver.until.isoformat()} if waiver else None,
    }
