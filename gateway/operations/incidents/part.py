"""Open incidents when alerts are raised, keep what is done meanwhile, and serve ``/api/incidents``."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Literal

import structlog
from pydantic import Field

from fairlead.gateway.operations.alerts.book import Alert
from fairlead.gateway.operations.alerts.part import AlertsPart
from fairlead.gateway.operations.alerts.rules import BY_NAME
from fairlead.gateway.operations.api.endpoints import ADMIN, RISK, SUPPORT, ApiError, Asked, Body, Endpoint, Query
from fairlead.gateway.operations.api.part import ApiPart
from fairlead.gateway.operations.facts.part import Fact, FactsPart
from fairlead.gateway.operations.following import Listener
from fairlead.gateway.operations.incidents import answers, uptime
from fairlead.gateway.operations.incidents.actions import is_action, who, words
from fairlead.gateway.operations.incidents.book import IncidentBook, IncidentError
from fairlead.gateway.operations.incidents.records import GATEWAY, TABLES
from fairlead.gateway.operations.incidents.uptime import FiguresOfThePast, UptimeFollower, schedules_of
from fairlead.gateway.operations.metrics.part import MetricsPart
from fairlead.gateway.operations.parts import Desk, Part

log = structlog.get_logger()

ACTS: Final = (SUPPORT, RISK, ADMIN)
MAX_SHOWN: Final = 1000
DAY_NS: Final = 86_400_000_000_000
MAX_DAYS: Final = 366
LEAD_NS: Final = 60_000_000_000
"""What was done so shortly before an incident began may be why it did."""
Time = Annotated[int, Field(ge=0, le=2**63 - 1)]
Words = Annotated[str, Field(min_length=1, max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Severity = Literal["critical", "major", "minor"]


class ListQuery(Query):
    """Since when."""

    from_utc_ns: Time = 0
    limit: Annotated[int, Field(ge=1, le=MAX_SHOWN)] = 200


class FiguresQuery(Query):
    """Of which time; without one, the last thirty days."""

    from_utc_ns: Time = 0
    to_utc_ns: Time = 0
    by_day: bool = False


class OpenBody(Body):
    """What is wrong, with what, and since when; 0 for now."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    severity: Severity = "major"
    scope: Annotated[str, Field(pattern=r"^(gateway|[a-z_]+:[^\s]+)$", max_length=80)] = GATEWAY
    started_utc_ns: Time = 0
    reason: Words


class NoteBody(Body):
    """What was noticed or done."""

    text: Words


class OwnBody(Body):
    """Who takes it; "" for whoever asks."""

    owner: Annotated[str, Field(max_length=64)] = ""
    reason: Words


class SeverityBody(Body):
    """How bad it is, and why."""

    severity: Severity
    reason: Words


class RestoreBody(Body):
    """Why it is over."""

    reason: Words


class IncidentsPart(Part):
    """Keep the incidents beside the alerts."""

    tables = (*TABLES, *uptime.TABLES, *answers.TABLES)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.book = IncidentBook(desk.database)
        self._figures = FiguresOfThePast(desk.database, schedules_of(desk.config))
        self._facts = desk.part(FactsPart).follower
        self._answers = answers.AnswerSamples(desk)
        self._shown: tuple[int, ...] = ()
        desk.part(AlertsPart).listen(self._take_alert)
        self._facts.subscribe(self._take_fact)
        desk.part(MetricsPart).add_reader(lambda _desk: self._samples())

    def listeners(self) -> Sequence[Listener]:
        """Return what notes when sessions go up and down."""
        return (UptimeFollower(self.desk.database),)

    async def start(self) -> None:
        """Make up for what a process that was killed did not come to."""
        utc_ns, alerts = self.desk.clock.utc_ns(), self.desk.part(AlertsPart).book
        for alert in alerts.firing:
            self.book.take_alert(alert, utc_ns)
        missing = set(self.book.uncleared())
        for alert in alerts.past(0, MAX_SHOWN) if missing else ():
            if alert.id in missing:
                self.book.take_alert(alert, utc_ns)
        self._look()

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """See what a shell may have changed, and sample the venues' answers."""
        self._answers.look(now_ns, utc_ns)
        self._look()

    def _look(self) -> None:
        found = tuple(incident.id for incident in self.book.open)
        # during trouble, trouble is not to become the usual
        self.desk.part(AlertsPart).frozen = frozenset(BY_NAME) if found else frozenset()
        if found != self._shown:
            self._shown = found
            self._tell()

    def _tell(self) -> None:
        self.desk.part(ApiPart).streams.tell("incidents")

    def _take_alert(self, alert: Alert) -> None:
        utc_ns = self.desk.clock.utc_ns()
        before = {incident.id for incident in self.book.open}
        number = self.book.take_alert(alert, utc_ns)
        if not number:
            return
        incident = self.book.find(number)
        if incident.id not in before and incident.is_open:
            log.warning("incident_opened", incident=number, title=incident.title, severity=incident.severity)
            for fact in self._facts.last:
                if fact.utc_ns >= incident.started_utc_ns - LEAD_NS and is_action(fact):
                    self.book.take_action(number, fact.utc_ns, utc_ns, who(fact), words(fact), fact.sequence)
        elif incident.id in before and not incident.is_open:
            log.info("incident_restored", incident=number, title=incident.title)
        self._tell()

    def _take_fact(self, fact: Fact) -> None:
        if not is_action(fact):
            return
        utc_ns = self.desk.clock.utc_ns()
        for incident in self.book.open:
            if fact.utc_ns >= incident.started_utc_ns:
                self.book.take_action(incident.id, fact.utc_ns, utc_ns, who(fact), words(fact), fact.sequence)

    def _samples(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        yield "incidents_open", (), float(len(self.book.open))

    # Over HTTP

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what can be asked and done."""
        one = "/api/incidents/{id}"

        def act(verb: str, summary: str, handle: Any, body: type[Body]) -> Endpoint:
            return Endpoint("POST", f"{one}/{verb}", summary, handle, body=body, roles=ACTS, statuses=(404, 409))

        return (
            Endpoint("GET", "/api/incidents", "Show incidents, newest first.", self._list, ListQuery),
            Endpoint("GET", "/api/figures", "Show MTTD, MTTA, MTTR, MTBF, availability.", self._reckon, FiguresQuery),
            Endpoint("GET", one, "Show an incident with its timeline.", self._one, statuses=(404,)),
            Endpoint("POST", "/api/incidents", "Open an incident by hand.", self._open, body=OpenBody, roles=ACTS),
            act("note", "Add what you noticed or did.", self._note, NoteBody),
            act("own", "Take an incident, or give it to somebody.", self._own, OwnBody),
            act("severity", "Say how bad an incident is.", self._severity, SeverityBody),
            act("restore", "Say that an incident without standing alerts is over.", self._restore, RestoreBody),
        )

    async def _list(self, asked: Asked) -> Any:
        found = self.book.listed(asked.query.from_utc_ns, asked.query.limit)
        return {"incidents": [incident.as_json() for incident in found]}

    async def _reckon(self, asked: Asked) -> Any:
        utc_ns = self.desk.clock.utc_ns()
        end = min(asked.query.to_utc_ns or utc_ns, utc_ns)
        begin = asked.query.from_utc_ns or end - 30 * DAY_NS
        if not 0 < end - begin <= MAX_DAYS * DAY_NS:
            raise ApiError(400, "wrong_arguments", f"expected from_utc_ns before to_utc_ns, {MAX_DAYS} days at most")
        return self._figures.figures((begin, end), by_day=asked.query.by_day)

    async def _one(self, asked: Asked) -> Any:
        return self._show(_number(asked))

    def _show(self, number: int) -> dict[str, Any]:
        try:
            incident = self.book.find(number)
        except IncidentError as error:
            raise ApiError(404, "no_such_incident", str(error)) from None
        entries = [entry.as_json() for entry in self.book.entries(number)]
        return {"incident": incident.as_json(), "timeline": entries, "alerts": self.book.alerts(number)}

    async def _open(self, asked: Asked) -> Any:
        body, utc_ns = asked.body, self.desk.clock.utc_ns()
        started = body.started_utc_ns or utc_ns
        try:
            number = self.book.open_by_hand(
                body.title, body.severity, body.scope, asked.login.operator, body.reason, started, utc_ns
            )
        except IncidentError as error:
            raise ApiError(400, "wrong_arguments", str(error)) from None
        self._look()
        return self._show(number)

    async def _note(self, asked: Asked) -> Any:
        return self._change(asked, lambda number, by, now: self.book.note(number, by, asked.body.text, now))

    async def _own(self, asked: Asked) -> Any:
        body = asked.body
        return self._change(
            asked, lambda number, by, now: self.book.own(number, body.owner or by, by, body.reason, now)
        )

    async def _severity(self, asked: Asked) -> Any:
        body = asked.body
        return self._change(
            asked, lambda number, by, now: self.book.set_severity(number, body.severity, by, body.reason, now)
        )

    async def _restore(self, asked: Asked) -> Any:
        return self._change(asked, lambda number, by, now: self.book.restore(number, by, asked.body.reason, now))

    def _change(self, asked: Asked, change: Any) -> dict[str, Any]:
        number = _number(asked)
        self._show(number)
        try:
            change(number, asked.login.operator, self.desk.clock.utc_ns())
        except IncidentError as error:
            raise ApiError(409, "not_now", str(error)) from None
        self._look()
        self._tell()
        return self._show(number)


def _number(asked: Asked) -> int:
    text = asked.path["id"]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ApiError(404, "no_such_incident", f"{text!r} received, expected a number")
    return int(text)
