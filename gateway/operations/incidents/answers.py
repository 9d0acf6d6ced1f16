"""Keep how long venues took to answer, a row each ten seconds, for the graphs of a post-mortem."""

from typing import Final

from fairlead.gateway.operations.parts import Desk
from fairlead.gateway.telemetry.reader import Histogram

EVERY_NS: Final = 10_000_000_000
KEPT_NS: Final = 30 * 86_400_000_000_000
TABLES: Final = (
    """create table if not exists answer_samples (
        utc_ns integer not null, venue text not null, answers integer not null, p50_ns integer not null,
        p99_ns integer not null, primary key (utc_ns, venue)
    ) without rowid""",
)


class AnswerSamples:
    """Sample the gateway's own histograms; a venue that answered nothing has no row."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sampled_ns = 0
        self._before: dict[str, Histogram] = {}

    def look(self, now_ns: int, utc_ns: int) -> None:
        """Sample, where ten seconds have gone by since the last time."""
        if self._sampled_ns and now_ns - self._sampled_ns < EVERY_NS:
            return
        self._sampled_ns = now_ns
        with self._desk.database.transaction() as connection:
            for table in self._desk.config.venues:
                grown = self._grown(table.name)
                if grown is not None and grown.total:
                    values = (utc_ns, table.name, grown.total, grown.quantile_ns(0.5), grown.quantile_ns(0.99))
                    connection.execute("insert or replace into answer_samples values (?, ?, ?, ?, ?)", values)
            connection.execute("delete from answer_samples where utc_ns < ?", (utc_ns - KEPT_NS,))

    def _grown(self, venue: str) -> Histogram | None:
        """Return what was counted since the last look; None at the first one, and after the gateway began anew."""
        now = self._desk.counters.now.histograms.get(f"latency.answer.{venue}")
        before = self._before.pop(venue, None)
        if now is None:
            return None
        self._before[venue] = now
        if before is None or any(count < was for count, was in zip(now.counts, before.counts, strict=True)):
            return None
        return Histogram(tuple(count - was for count, was in zip(now.counts, before.counts, strict=True)))
