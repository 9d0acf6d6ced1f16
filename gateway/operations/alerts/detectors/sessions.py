"""Find what is wrong with sessions: down, flapping, gaps, resends, silence, unread bytes."""

from collections.abc import Iterator
from typing import Final

from fairlead.gateway.operations.alerts.baselines import DecayingCount, Suspicion
from fairlead.gateway.operations.alerts.finding import Finding, Moment
from fairlead.gateway.operations.parts import Desk
from fairlead.gateway.operations.sessions import SessionPicture, SessionsPart
from fairlead.gateway.schedules import build_schedule

NS: Final = 1_000_000_000
FLAPS: Final = 3.0
GAP_NS: Final = 10 * NS
RESENDS: Final = 5.0
"""A minute."""
QUEUE_BYTES: Final = 64 * 1024
SUSPICIOUS: Final = 8.0
"""-log10 of the chance that the silence means nothing."""


class VenueSessions:
    """Judge the sessions with venues: strategies may come and go as they like."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._schedules = {f"venue:{table.name}": build_schedule(table.schedule) for table in desk.config.venues}
        self._flaps: dict[str, tuple[int, DecayingCount]] = {}
        self._resends: dict[str, tuple[int, DecayingCount]] = {}
        self._suspicions: dict[str, tuple[int, Suspicion]] = {}

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield what is found."""
        pictures = self._desk.part(SessionsPart).pictures
        for name, schedule in self._schedules.items():
            is_open = schedule is None or schedule.is_open(moment.utc_ns)
            picture = pictures.get(name) or SessionPicture(name)
            yield from self._down(name, picture, is_open, moment)
            yield from self._flapping(name, picture, moment)
            yield from self._gap(name, picture, moment)
            yield from self._storm(name, picture, moment)
            yield from self._late(name, picture, moment)
        yield from self._queues(moment)

    def _down(self, name: str, picture: SessionPicture, is_open: bool, moment: Moment) -> Iterator[Finding]:
        counters = self._desk.counters
        if not is_open or not counters.is_alive:
            # without a gateway there is another alert, and one is enough
            return
        slot = name.replace(":", ".", 1)
        if not counters.value(f"{slot}.up"):
            said = f": {picture.last_text}" if picture.last_text else ""
            event_utc_ns = picture.state_utc_ns if not picture.is_up else 0
            yield Finding("SessionDown", _of(name), f"{picture.state}{said}", event_utc_ns or moment.utc_ns)

    def _flapping(self, name: str, picture: SessionPicture, moment: Moment) -> Iterator[Finding]:
        count = self._count(self._flaps, name, picture.events.get("logged_out", 0), 300.0, moment)
        if count >= FLAPS:
            yield Finding("SessionFlapping", _of(name), f"{count:.1f} ends lately, decaying", moment.utc_ns)

    def _storm(self, name: str, picture: SessionPicture, moment: Moment) -> Iterator[Finding]:
        count = self._count(self._resends, name, picture.events.get("resend_served", 0), 30.0, moment)
        if count > RESENDS:
            yield Finding("ResendStorm", _of(name), f"{count:.1f} requests to resend lately, decaying", moment.utc_ns)

    @staticmethod
    def _count(
        counts: dict[str, tuple[int, DecayingCount]], name: str, total: int, half_life_s: float, moment: Moment
    ) -> float:
        # what happened before the first look is not counted
        before, decaying = counts.setdefault(name, (total, DecayingCount(half_life_s)))
        if total > before:
            decaying.add(moment.now_ns, total - before)
        counts[name] = (total, decaying)
        return decaying.value(moment.now_ns)

    @staticmethod
    def _gap(name: str, picture: SessionPicture, moment: Moment) -> Iterator[Finding]:
        if picture.gap_utc_ns and moment.utc_ns - picture.gap_utc_ns >= GAP_NS:
            age_s = (moment.utc_ns - picture.gap_utc_ns) // NS
            # what counts is when the gap became too old
            yield Finding("GapUnresolved", _of(name), f"missing for {age_s} s", picture.gap_utc_ns + GAP_NS)

    def _late(self, name: str, picture: SessionPicture, moment: Moment) -> Iterator[Finding]:
        last_utc_ns, suspicion = self._suspicions.setdefault(name, (0, Suspicion()))
        if not picture.is_up or not self._desk.counters.is_alive:
            suspicion.forget()
            self._suspicions[name] = (0, suspicion)
            return
        if picture.last_rx_utc_ns != last_utc_ns:
            suspicion.heard(picture.last_rx_utc_ns)
            self._suspicions[name] = (picture.last_rx_utc_ns, suspicion)
        score = suspicion.score(moment.utc_ns)
        if score >= SUSPICIOUS:
            silent_s = (moment.utc_ns - picture.last_rx_utc_ns) / NS
            yield Finding("HeartbeatLate", _of(name), f"silent for {silent_s:.1f} s", moment.utc_ns)

    def _queues(self, moment: Moment) -> Iterator[Finding]:
        for kind, tables in (("venue", self._desk.config.venues), ("strategy", self._desk.config.strategies)):
            for table in tables:
                waiting = self._desk.counters.value(f"{kind}.{table.name}.unsent_bytes")
                if waiting > QUEUE_BYTES and self._desk.counters.is_alive:
                    name = f"{kind}:{table.name}"
                    yield Finding("SendQueueBacked", _of(name), f"{waiting} bytes wait", moment.utc_ns)


def _of(session: str) -> tuple[tuple[str, str], ...]:
    return (("session", session),)
