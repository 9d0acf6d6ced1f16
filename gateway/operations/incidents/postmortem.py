"""Draft a post-mortem of an incident: what is known is filled in, what people must think about is a heading."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from fairlead.gateway.compliance.page import time_text
from fairlead.gateway.journal import kinds
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.incidents.book import IncidentBook
from fairlead.gateway.operations.incidents.graph import draw
from fairlead.gateway.operations.incidents.records import Incident
from fairlead.gateway.operations.wire.search import Wanted, WireSearch

NS: Final = 1_000_000_000
BEFORE_NS: Final = 30 * NS
"""How much of the wire before the start is shown."""
MAX_FRAMES: Final = 60
BARS: Final = 60
LONGEST_GRAPH_NS: Final = 6 * 3600 * NS
"""What lasts longer is drawn for so long."""
QUESTIONS: Final = (
    ("What went well", "What found it quickly, kept it small, or helped people to act?"),
    ("What went badly", "What was missing, late, or in the way?"),
    ("Where we were lucky", "What could have made it worse, and did not?"),
    ("Why it happened", "Causes, not people: ask why until something can be changed."),
    ("What we will change", "Each with an owner and a date."),
)
FORMS: Final = ("md", "html")
_REFUSALS: Final = frozenset(("3", "9", "j", "J", "I"))
"""FIX Reject, OrderCancelReject, BusinessMessageReject; OUCH Rejected, Cancel Reject."""


def render(form: str, database: Database, search: WireSearch | None, number: int, utc_ns: int) -> str:
    """Return the draft as ``md`` or ``html``. Raises IncidentError where there is no such incident."""
    book = IncidentBook(database)
    incident = book.find(number)
    until = incident.restored_utc_ns or utc_ns
    entries = book.entries(number)
    shown = {
        "incident": incident,
        "entries": entries,
        "actions": [entry for entry in entries if entry.kind in ("action", "note", "owner", "runbook", "acknowledged")],
        "frames": _frames(database, search, incident, until + BEFORE_NS),
        "graphs": _graphs(database, incident, until),
        "questions": QUESTIONS,
        "durations": _durations(incident, utc_ns),
        "made_utc_ns": utc_ns,
    }
    return environment(form).get_template(f"postmortem.{form}.j2").render(**shown)


def environment(form: str) -> Environment:
    """Return what fills the templates of this folder: escaped where they are HTML."""
    found = Environment(
        loader=PackageLoader("fairlead.gateway.operations.incidents", "."),
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["time"] = time_text
    found.filters["cell"] = lambda text: str(text).replace("|", "\\|").replace("\n", " ")
    return found


def _durations(incident: Incident, utc_ns: int) -> Mapping[str, str]:
    def since(begin: int, end: int) -> str:
        return f"{(end - begin) / NS:.1f} s" if end else "not yet"

    lasted = since(incident.started_utc_ns, incident.restored_utc_ns)
    if incident.is_open:
        lasted = f"open, {since(incident.started_utc_ns, utc_ns)} so far"
    return {
        "until detected": since(incident.started_utc_ns, incident.detected_utc_ns),
        "from detected until acknowledged": since(incident.detected_utc_ns, incident.acknowledged_utc_ns),
        "from started until restored": lasted,
    }


def _stream(incident: Incident) -> str:
    return incident.scope if incident.scope.startswith(("venue:", "strategy:")) else ""


def _frames(database: Database, search: WireSearch | None, incident: Incident, until: int) -> list[dict[str, Any]]:
    """Return the wire from shortly before the start on, oldest first, as one line of text each."""
    if search is None:
        return []
    begin = incident.started_utc_ns - BEFORE_NS
    rows = database.rows(
        "select sequence from wire where utc_ns between ? and ? and (? = '' or stream = ?) order by sequence limit ?",
        (begin, until, _stream(incident), _stream(incident), MAX_FRAMES),
    )
    if not rows:
        return []
    wanted = Wanted(
        stream=_stream(incident), from_utc_ns=begin, before_sequence=rows[-1]["sequence"] + 1, limit=MAX_FRAMES
    )
    return [frame | {"line": _line(frame)} for frame in reversed(search.find(wanted))]


def _line(frame: Mapping[str, Any]) -> str:
    if frame["problem"]:
        return str(frame["problem"])
    fields = (f"{field['name'] or field['tag']}={field['value']}" for field in frame["fields"])
    return f"{frame['name']} {' '.join(fields)}".strip()[:400]


def _graphs(database: Database, incident: Incident, until: int) -> list[str]:
    begin = incident.started_utc_ns - 4 * BEFORE_NS
    end = min(until, incident.started_utc_ns + LONGEST_GRAPH_NS) + BEFORE_NS
    marks = [(incident.started_utc_ns, "started"), (incident.detected_utc_ns, "detected")]
    marks += [(incident.restored_utc_ns, "restored")] if incident.restored_utc_ns else []
    rows = database.rows(
        "select utc_ns, kind, msg_type from wire where utc_ns between ? and ? and (? = '' or stream = ?)",
        (begin, end, _stream(incident), _stream(incident)),
    )
    found = _counted(rows, (begin, end), marks)
    samples = database.rows(
        "select utc_ns, max(p99_ns) as p99_ns from answer_samples where utc_ns between ? and ?"
        " and (? = '' or 'venue:' || venue = ?) group by utc_ns order by utc_ns",
        (begin, end, _stream(incident), _stream(incident)),
    )
    values = [(row["utc_ns"], row["p99_ns"] / 1e6) for row in samples]
    return [*found, *filter(None, (draw("Answers of venues, p99 in ms", values, marks),))]


def _counted(rows: Sequence[Any], period: tuple[int, int], marks: Sequence[tuple[int, str]]) -> list[str]:
    begin, end = period
    step = max(NS, (end - begin) // BARS)
    wanted: Mapping[str, Callable[[Any], bool]] = {
        "Messages received": lambda row: row["kind"] == kinds.FRAME_IN,
        "Messages sent": lambda row: row["kind"] != kinds.FRAME_IN,
        "Refusals received": lambda row: row["kind"] == kinds.FRAME_IN and row["msg_type"] in _REFUSALS,
    }
    found = []
    for name, fits in wanted.items():
        counts = [0] * ((end - begin) // step + 1)
        for row in rows:
            counts[(row["utc_ns"] - begin) // step] += fits(row)
        if any(counts):
            values = [(begin + at * step, float(count)) for at, count in enumerate(counts)]
            found.append(draw(f"{name} in {step / NS:.0f} s", values, marks))
    return found
