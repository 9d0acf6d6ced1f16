"""Answers are sampled each ten seconds, and a gateway that began anew is no sample."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.incidents.answers import EVERY_NS, KEPT_NS, TABLES, AnswerSamples
from fairlead.gateway.telemetry.counters_cy import BUCKETS, bucket_of, bucket_upper_ns
from fairlead.gateway.telemetry.reader import Histogram

FAST, SLOW = bucket_of(100_000), bucket_of(50_000_000)


def histogram(fast: int, slow: int) -> Histogram:
    counts = [0] * BUCKETS
    counts[FAST], counts[SLOW] = fast, slow
    return Histogram(tuple(counts))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Any]:
    found = SimpleNamespace(
        database=Database(tmp_path / "operations.db", TABLES),
        config=SimpleNamespace(venues=[SimpleNamespace(name="XEXC"), SimpleNamespace(name="XBRK")]),
        counters=SimpleNamespace(now=SimpleNamespace(histograms={})),
    )
    yield found
    found.database.close()


def rows(desk: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in desk.database.rows("select * from answer_samples order by utc_ns")]


def test_what_was_answered_between_two_samples(desk: Any) -> None:
    samples, utc_ns = AnswerSamples(desk), 2 * KEPT_NS

    def look(at_ns: int, fast: int, slow: int) -> None:
        desk.counters.now.histograms = {"latency.answer.XEXC": histogram(fast, slow)}
        samples.look(1 + at_ns, utc_ns + at_ns)

    look(0, 500, 0)
    assert rows(desk) == []
    look(EVERY_NS - 1, 550, 0)
    assert rows(desk) == []
    look(EVERY_NS, 590, 10)
    assert rows(desk) == [(utc_ns + EVERY_NS, "XEXC", 100, bucket_upper_ns(FAST), bucket_upper_ns(SLOW))]
    look(2 * EVERY_NS, 590, 10)
    look(3 * EVERY_NS, 3, 0)
    assert len(rows(desk)) == 1
    look(4 * EVERY_NS, 5, 0)
    assert rows(desk)[1][2] == 2
    look(KEPT_NS + 3 * EVERY_NS, 5, 0)
    assert [row[0] for row in rows(desk)] == [utc_ns + 4 * EVERY_NS]
