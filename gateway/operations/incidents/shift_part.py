"""Serve runbook ticks, tasks and the rota, and escalate what nobody acknowledges."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import structlog
from pydantic import Field

from fairlead.gateway.operations.alerts.rules import BY_NAME
from fairlead.gateway.operations.api.endpoints import ADMIN, RISK, SUPPORT, ApiError, Asked, Body, Endpoint
from fairlead.gateway.operations.api.part import ApiPart
from fairlead.gateway.operations.incidents.book import IncidentError
from fairlead.gateway.operations.incidents.part import IncidentsPart
from fairlead.gateway.operations.incidents.rota import Rota, RotaError, read_rota
from fairlead.gateway.operations.incidents.shift import TABLES, ShiftBook, TaskError
from fairlead.gateway.operations.parts import Desk, Part

log = structlog.get_logger()

ACTS: Final = (SUPPORT, RISK, ADMIN)
Time = Annotated[int, Field(ge=0, le=2**63 - 1)]
Words = Annotated[str, Field(max_length=500)]


class TickBody(Body):
    """Which step was done, as the runbook words it, and for which incident; 0 for none."""

    step: Annotated[str, Field(min_length=1, max_length=200)]
    incident: Time = 0
    note: Words = ""


class TaskBody(Body):
    """What is to be done, by whom, by when; 0 for any time."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    owner: Annotated[str, Field(max_length=64)] = ""
    due_utc_ns: Time = 0


class DoneBody(Body):
    """How it ended."""

    note: Words = ""


class ShiftPart(Part):
    """Serve ``/api/runbooks/{alert}/ticks``, ``/api/tasks`` and ``/api/rota``."""

    tables = TABLES

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.book = ShiftBook(desk.database)
        self._incidents = desk.part(IncidentsPart).book
        self.rota = self._read_rota()
        self._escalated: dict[int, int] = {}

    def _read_rota(self) -> Rota | None:
        settings = self.desk.config.operations
        assert settings is not None
        if settings.rota is None:
            return None
        try:
            return read_rota(settings.rota)
        except RotaError as error:
            # people are to be called all the same: receivers get the alerts
            log.error("rota_unusable", problem=str(error))
            return None

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Name the next one where an incident waits for an acknowledgement."""
        if self.rota is None:
            return
        for incident in self._incidents.open:
            if incident.acknowledged_utc_ns:
                continue
            step, person = self.rota.turn(utc_ns - incident.detected_utc_ns, utc_ns)
            if person and self._known_step(incident.id) < step:
                self._escalated[incident.id] = step
                self._incidents.note(incident.id, "fairlead", f"step {step}: {person} is called", utc_ns, "escalated")
                log.error("incident_escalated", incident=incident.id, title=incident.title, to=person, step=step)
                self.desk.part(ApiPart).streams.tell("incidents")

    def _known_step(self, number: int) -> int:
        if number not in self._escalated:
            entries = self._incidents.entries(number)
            self._escalated[number] = sum(1 for entry in entries if entry.kind == "escalated")
        return self._escalated[number]

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what can be asked and done."""
        runbook = "/api/runbooks/{alert}"
        return (
            Endpoint("GET", f"{runbook}/ticks", "Show who did which step.", self._ticks, statuses=(404,)),
            Endpoint(
                "POST",
                f"{runbook}/tick",
                "Tick off a step of an alert's runbook.",
                self._tick,
                body=TickBody,
                roles=ACTS,
                statuses=(404,),
            ),
            Endpoint("GET", "/api/tasks", "Show the tasks, open ones first.", self._tasks),
            Endpoint("POST", "/api/tasks", "Add a task.", self._add_task, body=TaskBody, roles=ACTS),
            Endpoint(
                "POST",
                "/api/tasks/{id}/done",
                "Say that a task is done.",
                self._finish,
                body=DoneBody,
                roles=ACTS,
                statuses=(404,),
            ),
            Endpoint("GET", "/api/rota", "Show who is on call.", self._on_call),
        )

    async def _ticks(self, asked: Asked) -> Any:
        return {"ticks": self.book.ticks(_alert(asked))}

    async def _tick(self, asked: Asked) -> Any:
        alert, body, by, utc_ns = _alert(asked), asked.body, asked.login.operator, self.desk.clock.utc_ns()
        with self.desk.database.transaction():
            if body.incident:
                text = f"{alert}: {body.step}{f' ({body.note})' if body.note else ''}"
                try:
                    self._incidents.note(body.incident, by, text, utc_ns, "runbook")
                except IncidentError as error:
                    raise ApiError(404, "no_such_incident", str(error)) from None
            self.book.tick(alert, body.step, body.incident, by, body.note, utc_ns)
        self.desk.part(ApiPart).streams.tell("incidents")
        return {"ticks": self.book.ticks(alert)}

    async def _tasks(self, _: Asked) -> Any:
        return {"tasks": self.book.tasks()}

    async def _add_task(self, asked: Asked) -> Any:
        body = asked.body
        number = self.book.add_task(
            body.title, body.owner, asked.login.operator, body.due_utc_ns, self.desk.clock.utc_ns()
        )
        return {"id": number}

    async def _finish(self, asked: Asked) -> Any:
        text = asked.path["id"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
        try:
            self.book.finish(number, asked.login.operator, asked.body.note, self.desk.clock.utc_ns())
        except TaskError as error:
            raise ApiError(404, "no_such_task", str(error)) from None
        return {}

    async def _on_call(self, _: Asked) -> Any:
        people = self.rota.on_call(self.desk.clock.utc_ns()) if self.rota is not None else ()
        minutes = self.rota.escalate_after_ns // 60_000_000_000 if self.rota is not None else 0
        return {"on_call": list(people), "escalate_after_min": minutes}


def _alert(asked: Asked) -> str:
    name = asked.path["alert"]
    if name not in BY_NAME:
        raise ApiError(404, "no_such_alert", f"{name[:64]!r} received, expected the name of an alert")
    return name
