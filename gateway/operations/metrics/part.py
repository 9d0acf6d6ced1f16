"""Serve ``/metrics``, and let other parts add what they know."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import prometheus_client
from aiohttp import web
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from fairlead.gateway.operations.metrics.families import METRICS, PREFIX, MetricName
from fairlead.gateway.operations.metrics.sampling import NS, READERS, Sample
from fairlead.gateway.operations.parts import Desk, Part
from fairlead.gateway.telemetry.counters_cy import BUCKETS_PER_OCTAVE, bucket_upper_ns
from fairlead.gateway.telemetry.reader import Histogram

Reader = Callable[[Desk], Iterator[Sample]]
HistogramReader = Callable[[Desk], Iterator[tuple[str, tuple[str, ...], Histogram]]]

_STAGES: Final = ("to_venue", "to_strategy")
_SINGLE: Final = {
    "loop.lag": "loop_lag_seconds",
    "gc.pause": "gc_pause_seconds",
    "journal.commit": "journal_append_seconds",
}


class MetricsPart(Part):
    """Collect at each scrape: between scrapes nothing is done."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._readers: list[Reader] = list(READERS)
        self._histogram_readers: list[HistogramReader] = [_latencies]
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_DeskCollector(self))

    def add_reader(self, reader: Reader) -> None:
        """Have ``reader(desk)`` yield samples of metrics that ``families`` names."""
        self._readers.append(reader)

    def add_histograms(self, reader: HistogramReader) -> None:
        """Have ``reader(desk)`` yield histograms of metrics that ``families`` names."""
        self._histogram_readers.append(reader)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the scrape's path: no login, as Prometheus expects; it names no order and no amount."""
        return (web.get("/metrics", self._scrape),)

    async def _scrape(self, request: web.Request) -> web.Response:
        body = prometheus_client.generate_latest(self._registry)
        return web.Response(body=body, headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST})

    def collect(self) -> Iterable[Metric]:
        """Return every family with its samples."""
        families: dict[str, Any] = {metric.name: _family(metric) for metric in METRICS}
        for reader in self._readers:
            for name, labels, value in reader(self.desk):
                families[name].add_metric(labels, value)
        for histogram_reader in self._histogram_readers:
            for name, labels, histogram in histogram_reader(self.desk):
                buckets, total_s = _cumulative(histogram)
                families[name].add_metric(labels, buckets, total_s)
        return families.values()


class _DeskCollector(Collector):
    def __init__(self, part: MetricsPart) -> None:
        self._part = part

    def collect(self) -> Iterable[Metric]:
        return self._part.collect()


def _family(metric: MetricName) -> Metric:
    kinds: dict[str, Any] = {
        "counter": CounterMetricFamily,
        "gauge": GaugeMetricFamily,
        "histogram": HistogramMetricFamily,
    }
    family: Metric = kinds[metric.kind](PREFIX + metric.name, metric.help, labels=metric.labels)
    return family


def _latencies(desk: Desk) -> Iterator[tuple[str, tuple[str, ...], Histogram]]:
    for name, histogram in desk.counters.now.histograms.items():
        if name in _SINGLE:
            yield _SINGLE[name], (), histogram
            continue
        kind, leg, *rest = name.split(".", 2)
        if kind == "latency" and leg == "answer":
            yield "order_ack_seconds", (".".join(rest),), histogram
        elif kind == "latency" and leg in _STAGES:
            yield "stage_seconds", (leg, ".".join(rest)), histogram


def _cumulative(histogram: Histogram) -> tuple[list[tuple[str, float]], float]:
    """Return classic buckets, one a doubling, and the sum: of the buckets' middles, since the counters keep no sum."""
    buckets, count, total_s = [], 0, 0.0
    lower_ns = 0
    for at, found in enumerate(histogram.counts):
        upper_ns = bucket_upper_ns(at)
        count += found
        total_s += found * (lower_ns + upper_ns) / 2 / NS
        lower_ns = upper_ns
        if (at + 1) % BUCKETS_PER_OCTAVE == 0:
            buckets.append((repr(upper_ns / NS), float(count)))
    buckets.append(("+Inf", float(count)))
    return buckets, total_s
