"""Make alerts of what the gateway writes down itself: it knows best when it needs a person."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fairlead.gateway.compliance.evidence import NO_ALERTS
from fairlead.gateway.journal import kinds
from fairlead.gateway.operations.alerts.finding import Finding, Moment
from fairlead.gateway.operations.facts.part import Fact, FactsPart
from fairlead.gateway.operations.parts import Desk

KEPT: Final = 200
_NAMED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "risk_trip": ("RepeatTrip", ("trip", "scope")),
    "drop_copy_stale": ("DropCopyStale", ("drop_copy",)),
    "position_break": ("PositionBreak", ("venue", "account", "symbol")),
    "certificate_refused": ("Uncertified", ("venue",)),
}
"""Event: its alert, and which of its facts are labels."""
_QUIET: Final = frozenset(
    (
        *("kill_engaged", "kill_complete", "kill_released", "risk_warning", "risk_overridden", "certificate_accepted"),
        *("clock_unsynchronised", "clock_synchronised", "break_raised", "kill_incomplete"),
    )
)
"""Events that are alerts of their own elsewhere, or news that needs nobody."""


class RecordedAlerts:
    """Turn DECISION records into findings that stand until somebody acknowledges them."""

    def __init__(self, desk: Desk) -> None:
        self._new: deque[Finding] = deque(maxlen=KEPT)
        self.left_out = 0
        """Findings that did not fit between two looks."""
        desk.part(FactsPart).follower.subscribe(self.take)

    def take(self, fact: Fact) -> None:
        """Take one fact."""
        if fact.kind != kinds.DECISION or fact.event in NO_ALERTS or fact.event in _QUIET:
            return
        alert, names = _NAMED.get(fact.event, ("AttentionNeeded", ()))
        labels = tuple((name, str(fact.values.get(name, ""))) for name in names)
        if alert == "AttentionNeeded":
            labels = (("event", fact.event), *_whose(fact.values))
        if len(self._new) == KEPT:
            self.left_out += 1
        self._new.append(Finding(alert, labels, _text(fact), fact.utc_ns, is_event=True))

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield what came since the last look."""
        while self._new:
            yield self._new.popleft()


class LivingKills:
    """Tell of kills in force whose orders live longer than they may."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield one finding a kill."""
        for kill in self._desk.part(FactsPart).follower.kills.active:
            alive = kill.escalated - kill.resolved
            if alive > 0 and not kill.done_utc_ns:
                text = f"{alive} orders live on, killed by {kill.by}: {kill.reason}"
                yield Finding("KillIncomplete", (("kill", kill.kill),), text, kill.since_utc_ns)


class MarketDataAge:
    """Tell of feeds whose books are stale."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Yield one finding a feed."""
        for table in self._desk.config.feeds:
            stale = self._desk.counters.value(f"feed.{table.name}.stale_symbols")
            if stale and self._desk.counters.is_alive:
                yield Finding("FeedStale", (("feed", table.name),), f"{stale} books are stale", moment.utc_ns)


def _whose(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(values[name])) for name in ("venue", "strategy", "session", "feed") if values.get(name))


def _text(fact: Fact) -> str:
    said = fact.values.get("text") or fact.values.get("reason") or ""
    others = " ".join(
        f"{name}={value}"
        for name, value in fact.values.items()
        if name not in ("event", "text") and isinstance(value, str | int | bool)
    )
    return f"{fact.event}: {said} {others}".strip()[:500]
