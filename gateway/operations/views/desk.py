"""Show the first screen: the gateway, its sessions, how quick it is."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fairlead.gateway.build import describe_build
from fairlead.gateway.operations.api.endpoints import Asked, Endpoint
from fairlead.gateway.operations.api.part import ApiPart
from fairlead.gateway.operations.health import HealthPart
from fairlead.gateway.operations.parts import Desk, Part
from fairlead.gateway.operations.sessions import SessionsPart
from fairlead.gateway.schedules import build_schedule
from fairlead.gateway.telemetry.counters_cy import bucket_upper_ns
from fairlead.gateway.telemetry.reader import Histogram

_QUANTILES: Final = {"p50_ns": 0.5, "p99_ns": 0.99, "p999_ns": 0.999}
_LEGS: Final = {"to_venue": "venue", "answer": "venue", "to_strategy": "strategy"}


class DeskViews(Part):
    """Serve ``/api/status``, ``/api/sessions`` and ``/api/latency``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        config = desk.config
        tables = [
            *((f"venue:{v.name}", v) for v in config.venues),
            *((f"strategy:{s.name}", s) for s in config.strategies),
        ]
        self._schedules = {name: build_schedule(getattr(table, "schedule", None)) for name, table in tables}
        self._states: dict[str, str] = {}

    def endpoints(self) -> Sequence[Endpoint]:
        """Return the three."""
        return (
            Endpoint("GET", "/api/status", "Tell how the gateway and this process stand.", self._status),
            Endpoint("GET", "/api/sessions", "Show every session of venues and strategies.", self._sessions),
            Endpoint("GET", "/api/latency", "Show how long each leg takes, as histograms.", self._latency),
        )

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Tell of sessions that changed their state."""
        states = {name: picture.state for name, picture in self.desk.part(SessionsPart).pictures.items()}
        if states != self._states:
            self._states = states
            self.desk.part(ApiPart).streams.tell("sessions")

    async def _status(self, asked: Asked) -> Any:
        counters, follower = self.desk.counters, self.desk.follower
        life = self.desk.part(HealthPart).life
        assert follower is not None
        return {
            "name": self.desk.config.gateway.name,
            "build": describe_build(),
            "utc_ns": self.desk.clock.utc_ns(),
            "gateway": {
                "is_alive": counters.is_alive,
                "pid": counters.pid,
                "started_utc_ns": life.started_utc_ns,
                "stopped_utc_ns": life.stopped_utc_ns,
            },
            "journal": {
                "sequence": follower.sequence,
                "last_utc_ns": follower.last_utc_ns,
                "is_caught_up": follower.is_caught_up,
                "problem": follower.problem,
            },
            "breaks": counters.value("breaks"),
            "operator": {"name": asked.login.operator, "roles": sorted(asked.login.roles)},
        }

    async def _sessions(self, _: Asked) -> Any:
        return {"sessions": list(self._shown_sessions()), "utc_ns": self.desk.clock.utc_ns()}

    def _shown_sessions(self) -> Iterator[dict[str, Any]]:
        counters, pictures = self.desk.counters, self.desk.part(SessionsPart).pictures
        utc_ns = self.desk.clock.utc_ns()
        for name, schedule in self._schedules.items():
            kind, _, rest = name.partition(":")
            picture = pictures.get(name)
            is_up = bool(counters.value(f"{kind}.{rest}.up")) and counters.is_alive
            answer = counters.now.histograms.get(f"latency.answer.{rest}") if kind == "venue" else None
            yield {
                "name": name,
                "protocol": picture.protocol if picture is not None else "",
                "is_up": is_up,
                "state": picture.state if picture is not None else "new",
                "state_utc_ns": picture.state_utc_ns if picture is not None else 0,
                "last_text": picture.last_text if picture is not None else "",
                "next_in": counters.value(f"{kind}.{rest}.next_in"),
                "next_out": counters.value(f"{kind}.{rest}.next_out"),
                "last_rx_utc_ns": picture.last_rx_utc_ns if picture is not None else 0,
                "last_tx_utc_ns": picture.last_tx_utc_ns if picture is not None else 0,
                "gap_utc_ns": picture.gap_utc_ns if picture is not None else 0,
                "unsent_bytes": counters.value(f"{kind}.{rest}.unsent_bytes"),
                "orders": counters.value(f"{kind}.{rest}.orders"),
                "fills": counters.value(f"{kind}.{rest}.fills"),
                "refused": counters.value(f"{kind}.{rest}.refused"),
                "ack": _quantiles(answer),
                "is_scheduled": schedule is None or schedule.is_open(utc_ns),
                "next_change_utc_ns": schedule.next_change_utc_ns(utc_ns) if schedule is not None else 0,
            }

    async def _latency(self, _: Asked) -> Any:
        found: list[dict[str, Any]] = []
        for name, histogram in self.desk.counters.now.histograms.items():
            kind, leg, *rest = name.split(".", 2)
            if kind == "latency" and leg in _LEGS:
                buckets = [[bucket_upper_ns(at), count] for at, count in enumerate(histogram.counts) if count]
                whose = {"leg": leg, _LEGS[leg]: ".".join(rest)}
                found.append(whose | {"count": histogram.total, "buckets": buckets} | _quantiles(histogram))
        return {"legs": found}


def _quantiles(histogram: Histogram | None) -> dict[str, int | None]:
    if histogram is None:
        return dict.fromkeys(_QUANTILES)
    return {name: histogram.quantile_ns(fraction) for name, fraction in _QUANTILES.items()}
