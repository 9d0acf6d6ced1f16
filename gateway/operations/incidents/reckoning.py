"""Reckon what trouble cost: MTTD, MTTA, MTTR of incidents; availability and MTBF of sessions.

- MTTD: mean of detected minus started. MTTA: mean of acknowledged minus detected. MTTR: mean of restored minus started.
- Availability: time up by scheduled time. MTBF: time up within the schedule by the number of outages.

Scheduled time leaves out what is outside the hours, planned maintenance, and what was not observed. An incident that is
open is censored: it counts as open, with how long it has lasted at least, and is no part of MTTR. Every mean comes with
how many it is of; a mean of nothing is None.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fairlead.adapters.schedule import Schedule

NS: Final = 1_000_000_000
_DAY_NS: Final = 86_400 * NS
Span = tuple[int, int]
"""From a UTC ns until before another."""


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the time that any of some spans covers, rising, without overlaps."""
    found: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def overlap(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """Return the time that both cover."""
    others = merged(second)
    return [(max(a, c), min(b, d)) for a, b in merged(first) for c, d in others if max(a, c) < min(b, d)]


def without(spans: Iterable[Span], left_out: Iterable[Span]) -> list[Span]:
    """Return the time that some spans cover and others don't."""
    found = merged(spans)
    for begin, end in merged(left_out):
        found = [part for a, b in found for part in ((a, min(b, begin)), (max(a, end), b)) if part[0] < part[1]]
    return found


def length_ns(spans: Iterable[Span]) -> int:
    """Return how long spans are that don't overlap."""
    return sum(end - begin for begin, end in spans)


def open_hours(schedule: Schedule | None, period: Span) -> list[Span]:
    """Return when a session is to be up within a period; without a schedule always."""
    if schedule is None:
        return [period]
    found, at = [], period[0]
    while at < period[1]:
        change = min(schedule.next_change_utc_ns(at), period[1])
        if schedule.is_open(at):
            found.append((at, change))
        at = change
    return merged(found)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean in seconds, and how many it is of; None of nothing."""

    mean_s: float | None
    n: int


def mean_of(durations_ns: Sequence[int]) -> Mean:
    """Return the mean of durations."""
    n = len(durations_ns)
    return Mean(sum(durations_ns) / n / NS if n else None, n)


@dataclass(frozen=True, slots=True)
class IncidentTimes:
    """When an incident started, was detected, acknowledged and restored: UTC ns, 0 for not yet."""

    started: int
    detected: int
    acknowledged: int = 0
    restored: int = 0
    is_planned: bool = False
    """Whether it started within maintenance of what it is about."""


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """What the incidents of a period amount to. ``n`` counts all, ``n_open`` those that are not restored."""

    n: int
    n_open: int
    n_maintenance: int
    """Left out: they started within planned maintenance."""
    mttd: Mean
    mtta: Mean
    mttr: Mean
    open_at_least_s: float
    """How long those that are open have lasted together."""


def incident_figures(incidents: Iterable[IncidentTimes], period: Span) -> IncidentFigures:
    """Reckon those that started within a period, seen from its end: what was not restored by then is open."""
    begin, end = period
    all_of_them = [each for each in incidents if begin <= each.started < end]
    counted = [each for each in all_of_them if not each.is_planned]
    restored = [each for each in counted if 0 < each.restored <= end]
    censored = [each for each in counted if not 0 < each.restored <= end]
    return IncidentFigures(
        len(counted),
        len(censored),
        len(all_of_them) - len(counted),
        mean_of([each.detected - each.started for each in counted if each.detected]),
        mean_of([each.acknowledged - each.detected for each in counted if each.acknowledged]),
        mean_of([each.restored - each.started for each in restored]),
        sum(end - each.started for each in censored) / NS,
    )


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """How a session held within its scheduled time. ``outages`` is the n of ``mtbf_s``."""

    scheduled_s: float
    maintenance_s: float
    up_s: float
    outages: int
    availability: float | None
    """0 to 1; None where nothing was scheduled."""
    mtbf_s: float | None
    """None where there was no outage."""


def session_figures(down: Iterable[Span], hours: Iterable[Span], maintenance: Iterable[Span] = ()) -> SessionFigures:
    """Reckon one session: when it was down, when it was to be up, and what was planned work."""
    open_spans, planned = merged(hours), merged(maintenance)
    scheduled = without(open_spans, planned)
    # an outage that maintenance or a night cuts in two is still one
    outages = sum(1 for span in merged(down) if overlap([span], scheduled))
    scheduled_ns = length_ns(scheduled)
    up_ns = scheduled_ns - length_ns(overlap(down, scheduled))
    return SessionFigures(
        scheduled_ns / NS,
        length_ns(overlap(open_spans, planned)) / NS,
        up_ns / NS,
        outages,
        up_ns / scheduled_ns if scheduled_ns else None,
        up_ns / outages / NS if outages else None,
    )


def down_spans(changes: Iterable[tuple[int, bool]], until: int) -> list[Span]:
    """Return when a session was down, of its changes (UTC ns, is up), rising; what came before the first is unknown."""
    found, since = list[Span](), None
    for at, is_up in changes:
        if not is_up and since is None:
            since = at
        elif is_up and since is not None:
            found.append((since, at))
            since = None
    if since is not None:
        found.append((since, max(since, until)))
    return merged(found)


def days_of(period: Span) -> list[Span]:
    """Return the UTC days of a period, the first and the last cut to it."""
    begin, end = period
    days = range(begin // _DAY_NS, -(-end // _DAY_NS))
    return [(max(begin, day * _DAY_NS), min(end, (day + 1) * _DAY_NS)) for day in days]
