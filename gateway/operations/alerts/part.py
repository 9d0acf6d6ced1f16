"""Run the detectors at every look, keep the book, tell receivers and the console."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

import structlog
from pydantic import Field

from fairlead.gateway.config.secrets import resolve_secret
from fairlead.gateway.operations.alerts.book import TABLES, Alert, AlertBook
from fairlead.gateway.operations.alerts.detectors.orders import AckLatency, LatencyBurn, RejectRatio, UnackedOrders
from fairlead.gateway.operations.alerts.detectors.processes import (
    ClockState,
    ConfigDrift,
    GatewayLife,
    JournalRoom,
    LoopStall,
)
from fairlead.gateway.operations.alerts.detectors.records import LivingKills, MarketDataAge, RecordedAlerts
from fairlead.gateway.operations.alerts.detectors.sessions import VenueSessions
from fairlead.gateway.operations.alerts.finding import Detector, Finding, Moment
from fairlead.gateway.operations.alerts.silences import TABLES as SILENCE_TABLES
from fairlead.gateway.operations.alerts.silences import Silences
from fairlead.gateway.operations.alerts.telling import Outbox, Teller
from fairlead.gateway.operations.api.endpoints import ADMIN, RISK, SUPPORT, ApiError, Asked, Body, Endpoint, Query
from fairlead.gateway.operations.api.part import ApiPart
from fairlead.gateway.operations.metrics.part import MetricsPart
from fairlead.gateway.operations.parts import Desk, Part
from fairlead.gateway.telemetry.counters_cy import BUCKETS, bucket_of
from fairlead.gateway.telemetry.reader import Histogram

log = structlog.get_logger()

ACTS: Final = (SUPPORT, RISK, ADMIN)
MAX_PAST: Final = 1000
Time = Annotated[int, Field(ge=0, le=2**63 - 1)]
Words = Annotated[str, Field(max_length=500)]


class AcknowledgeBody(Body):
    """What is being done about it."""

    note: Words = ""


class PastQuery(Query):
    """Since when."""

    from_utc_ns: Time = 0
    limit: Annotated[int, Field(ge=1, le=MAX_PAST)] = 200


class SilenceBody(Body):
    """What is to wake nobody, until when, and why."""

    alert: Annotated[str, Field(max_length=64)] = ""
    labels: Annotated[dict[str, str], Field(max_length=8)] = {}
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    from_utc_ns: Time = 0
    until_utc_ns: Time


class AlertsPart(Part):
    """Serve ``/api/alerts`` and ``/api/silences``. Others may add detectors, and listen to rises and ends."""

    tables = (*TABLES, *SILENCE_TABLES)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        # the tables are needed at once: the book reads what stood
        for statement in self.tables:
            desk.database.connection.execute(statement)
        self.silences = Silences(desk.database)
        self.book = AlertBook(desk.database, self.silences.silenced_by)
        self.detectors: list[Detector] = [
            GatewayLife(desk),
            LoopStall(desk),
            JournalRoom(desk),
            ClockState(desk),
            ConfigDrift(desk, desk.config_path),
            VenueSessions(desk),
            UnackedOrders(desk),
            AckLatency(desk),
            LatencyBurn(desk),
            RejectRatio(desk),
            RecordedAlerts(desk),
            LivingKills(desk),
            MarketDataAge(desk),
        ]
        self.teller = Teller(self._outboxes())
        self.frozen: frozenset[str] = frozenset()
        """Alerts whose baselines learn nothing now; incidents set it."""
        self.raise_times: dict[str, list[int]] = {}
        """From event to alert, buckets by alert."""
        self._listeners: list[Any] = []
        metrics = desk.part(MetricsPart)
        metrics.add_reader(lambda _desk: self._samples())
        metrics.add_histograms(lambda _desk: self._raise_histograms())

    def _outboxes(self) -> list[Outbox]:
        settings = self.desk.config.operations
        assert settings is not None
        url = settings.console_url or f"http{'s' if settings.tls else ''}://{settings.listen}"
        return [
            Outbox(
                receiver,
                resolve_secret(receiver.key) if receiver.key is not None else "",
                url.rstrip("/"),
                self.desk.config.gateway.name,
            )
            for receiver in settings.receivers
        ]

    def listen(self, take: Any) -> None:
        """Call ``take(alert)`` when one was raised, and again when it was cleared (``cleared_utc_ns`` tells)."""
        self._listeners.append(take)

    # Looking

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Look at everything once."""
        follower = self.desk.follower
        if follower is not None and not follower.is_caught_up:
            # a picture of the past says nothing about now
            return
        moment = Moment(now_ns, utc_ns, self.frozen)
        changes = self.book.take(self._findings(moment), now_ns, utc_ns)
        for alert in changes.raised:
            self._raised(alert)
        for alert in changes.cleared:
            log.info("alert_cleared", alert=alert.alert, **alert.labels)
        for alert in (*changes.raised, *changes.cleared):
            self._tell(alert)

    def _findings(self, moment: Moment) -> Iterator[Finding]:
        for detector in self.detectors:
            yield from detector.look(moment)

    def _raised(self, alert: Alert) -> None:
        took_ns = alert.raised_utc_ns - alert.started_utc_ns
        self.raise_times.setdefault(alert.alert, [0] * BUCKETS)[bucket_of(took_ns)] += 1
        level = log.warning if alert.severity == "minor" else log.error
        level("alert_raised", alert=alert.alert, text=alert.text, silenced_by=alert.silenced_by, **alert.labels)

    def _tell(self, alert: Alert) -> None:
        self.teller.tell(alert)
        for take in self._listeners:
            take(alert)
        self.desk.part(ApiPart).streams.tell("alerts")

    def _samples(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        counts: dict[tuple[str, str], int] = {}
        for alert in self.book.firing:
            counts[alert.alert, alert.severity] = counts.get((alert.alert, alert.severity), 0) + 1
        for labels, count in counts.items():
            yield "alerts_firing", labels, count

    def _raise_histograms(self) -> Iterator[tuple[str, tuple[str, ...], Histogram]]:
        for alert, counts in self.raise_times.items():
            yield "alert_raise_seconds", (alert,), Histogram(tuple(counts))

    async def start(self) -> None:
        """Begin to push."""
        await self.teller.start()

    async def close(self) -> None:
        """Push no more."""
        await self.teller.close()

    # Over HTTP

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what can be asked and done."""
        return (
            Endpoint("GET", "/api/alerts", "Show the alerts that stand, worst first.", self._standing),
            Endpoint("GET", "/api/alerts/past", "Show alerts that were raised, newest first.", self._past, PastQuery),
            Endpoint(
                "POST",
                "/api/alerts/{id}/acknowledge",
                "Say that you act on an alert; one of an event is cleared by it.",
                self._acknowledge,
                body=AcknowledgeBody,
                roles=ACTS,
                statuses=(404,),
            ),
            Endpoint("GET", "/api/silences", "Show what is silenced.", self._show_silences),
            Endpoint(
                "POST", "/api/silences", "Silence alerts for a time.", self._silence, body=SilenceBody, roles=ACTS
            ),
            Endpoint(
                "POST", "/api/silences/{id}/end", "End a silence.", self._end_silence, roles=ACTS, statuses=(404,)
            ),
        )

    async def _standing(self, _: Asked) -> Any:
        receivers = [
            {"name": box.receiver.name, "problem": box.problem, "waiting": box.count, "delivered": box.delivered}
            for box in self.teller.outboxes
        ]
        return {"alerts": [alert.as_json() for alert in self.book.firing], "receivers": receivers}

    async def _past(self, asked: Asked) -> Any:
        found = self.book.past(asked.query.from_utc_ns, asked.query.limit)
        return {"alerts": [alert.as_json() for alert in found]}

    async def _acknowledge(self, asked: Asked) -> Any:
        number = _number(asked)
        try:
            alert = self.book.acknowledge(number, asked.login.operator, asked.body.note, self.desk.clock.utc_ns())
        except LookupError as error:
            raise ApiError(404, "no_such_alert", str(error)) from None
        self._tell(alert)
        return alert.as_json()

    async def _show_silences(self, _: Asked) -> Any:
        return {"silences": self.silences.as_json(self.desk.clock.utc_ns())}

    async def _silence(self, asked: Asked) -> Any:
        body, utc_ns = asked.body, self.desk.clock.utc_ns()
        try:
            made = self.silences.add(
                body.alert, body.labels, asked.login.operator, body.reason, body.from_utc_ns, body.until_utc_ns, utc_ns
            )
        except ValueError as error:
            raise ApiError(400, "wrong_arguments", str(error)) from None
        self.desk.part(ApiPart).streams.tell("alerts")
        return {"id": made.id}

    async def _end_silence(self, asked: Asked) -> Any:
        try:
            self.silences.end(_number(asked), asked.login.operator, self.desk.clock.utc_ns())
        except LookupError as error:
            raise ApiError(404, "no_such_silence", str(error)) from None
        self.desk.part(ApiPart).streams.tell("alerts")
        return {}


def _number(asked: Asked) -> int:
    text = asked.path["id"]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ApiError(404, "no_such_thing", f"{text!r} received, expected a number")
    return int(text)
