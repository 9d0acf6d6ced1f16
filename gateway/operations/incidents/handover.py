"""Write what the next shift must know: what is open, what stands, what was changed, what to watch."""

from collections.abc import Iterator
from typing import Any, Final

from fairlead.gateway.compliance.evidence import Kept, gather, read_facts
from fairlead.gateway.config import Config
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalDamage, JournalError
from fairlead.gateway.operations.alerts.book import AlertBook
from fairlead.gateway.operations.alerts.silences import Silences
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.facts.kills import Kills
from fairlead.gateway.operations.incidents.book import IncidentBook
from fairlead.gateway.operations.incidents.postmortem import environment
from fairlead.gateway.operations.incidents.rota import RotaError, read_rota
from fairlead.gateway.operations.incidents.shift import ShiftBook
from fairlead.gateway.telemetry.reader import read_counters
from fairlead.gateway.venues.certificate_watch import standings

NS: Final = 1_000_000_000
_END_OF_TIME: Final = 2**63 - 1


def collect(config: Config, database: Database, since_utc_ns: int, utc_ns: int) -> dict[str, Any]:
    """Return all that the report tells, as JSON values; what can't be known is a line of ``unknown``."""
    incidents, unknown = IncidentBook(database), list[str]()
    found = incidents.listed(since_utc_ns)
    report: dict[str, Any] = {
        "gateway": config.gateway.name,
        "since_utc_ns": since_utc_ns,
        "made_utc_ns": utc_ns,
        "open": [each.as_json() for each in found if each.is_open],
        "restored": [each.as_json() for each in found if not each.is_open],
        "alerts": [alert.as_json() for alert in AlertBook(database).firing],
        "silences": Silences(database).as_json(utc_ns),
        "tasks": ShiftBook(database).open_tasks(),
        "kills": _kills(database),
        "limits": _limits(config, since_utc_ns, unknown),
        "breaks": _breaks(config, unknown),
        "certificates": standings(config, utc_ns),
        "on_call": _on_call(config, utc_ns, unknown),
    }
    return report | {"unknown": unknown, "watch": list(_watch(report))}


def render(form: str, report: dict[str, Any]) -> str:
    """Return the report as ``md`` or ``html``."""
    return environment(form).get_template(f"handover.{form}.j2").render(**report)


def _kills(database: Database) -> list[dict[str, Any]]:
    kills, kept = Kills(), database.kept("facts")
    if kept is not None:
        kills.restore(kept["kills"])
    return [
        {
            "kill": kill.kill,
            "scope": kill.scope,
            "by": kill.by,
            "reason": kill.reason,
            "since_utc_ns": kill.since_utc_ns,
        }
        for kill in kills.active
    ]


def _limits(config: Config, since_utc_ns: int, unknown: list[str]) -> list[dict[str, Any]]:
    kept = Kept(kinds.LIMITS)
    try:
        gather(read_facts(config.journal.path, since_utc_ns, _END_OF_TIME), (kept,))
    except (JournalError, JournalDamage, OSError) as error:
        unknown.append(f"limits changed: {error}")
    names = ("utc_ns", "event", "operator", "approver", "reason")
    return [
        {name: row.get(name, "") for name in names} | {"changes": list(_changes(row))}
        for row in kept.rows
        if row.get("difference") or row.get("dropped")
    ]


def _changes(row: dict[str, Any]) -> Iterator[str]:
    for each in row.get("difference", ()):
        before, after = ("not set" if each[side] is None else each[side] for side in ("before", "after"))
        yield f"{each['row']}: {each['parameter']} from {before} to {after}"
    if row.get("dropped"):
        yield f"{len(row['dropped'])} temporary changes ended"


def _breaks(config: Config, unknown: list[str]) -> int | None:
    try:
        return read_counters(config.gateway.state_dir / "counters").counters.get("breaks", 0)
    except (OSError, ValueError, KeyError) as error:
        unknown.append(f"breaks: the gateway's counters can't be read: {error}")
        return None


def _on_call(config: Config, utc_ns: int, unknown: list[str]) -> list[str]:
    if config.operations is None or config.operations.rota is None:
        return []
    try:
        return list(read_rota(config.operations.rota).on_call(utc_ns))
    except RotaError as error:
        unknown.append(str(error))
        return []


def _watch(report: dict[str, Any]) -> Iterator[str]:
    """Yield what is easily overlooked."""
    for each in report["open"]:
        if not each["owner"]:
            yield f"incident {each['id']} has no owner"
    for alert in report["alerts"]:
        if not alert["acknowledged_utc_ns"]:
            yield f"{alert['alert']} (alert {alert['id']}) stands and nobody has acknowledged it"
    scopes: dict[str, int] = {}
    for each in (*report["open"], *report["restored"]):
        scopes[each["scope"]] = scopes.get(each["scope"], 0) + 1
    yield from (f"{scope} had {count} incidents" for scope, count in scopes.items() if count > 1)
    for silence in report["silences"]:
        if silence["until_utc_ns"] - report["made_utc_ns"] < 12 * 3600 * NS:
            yield f"silence {silence['id']} ({silence['alert'] or 'all alerts'}) ends within twelve hours"
    if report["breaks"]:
        yield f"{report['breaks']} breaks wait for somebody: `fairlead breaks list`"
    for task in report["tasks"]:
        if 0 < task["due_utc_ns"] < report["made_utc_ns"]:
            yield f"task {task['id']} is overdue: {task['title']}"
    for row in report["certificates"]:
        if row["state"] not in ("in force", "not used"):
            yield f"certificate {row['certificate'] or 'of ' + row['venues']}: {row['state']}"
