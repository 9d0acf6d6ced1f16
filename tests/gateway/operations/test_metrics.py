"""The scrape is Prometheus's format, and says what counters and journal say."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from fairlead.gateway.operations.metrics.families import METRICS, PREFIX
from fairlead.gateway.operations.metrics.part import _cumulative
from fairlead.gateway.telemetry.counters_cy import BUCKETS, CounterPage, bucket_of
from fairlead.gateway.telemetry.path_counters_cy import counter_names, histogram_names
from fairlead.gateway.telemetry.reader import Histogram

from .conftest import Running, until


def make_page(running: Running) -> CounterPage:
    """Make the page of a gateway, as it would at its start."""
    folder = running.process.desk.config.gateway.state_dir
    names = counter_names(["alpha"], ["XEXC"])
    return CounterPage(folder / "counters", names, histogram_names(["alpha"], ["XEXC"]))


async def scrape(running: Running) -> dict[str, dict[tuple[str, ...], float]]:
    """Return every sample by name and the values of its labels, in the order of their names."""
    person = await running.person()
    async with person.http.get(f"{running.url}/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        text = await response.text()
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


async def test_counters_of_the_page_are_those_of_the_scrape(operations: Running) -> None:
    page = make_page(operations)
    page.add(page.slot("strategy.alpha.orders"), 7)
    page.add(page.slot("strategy.alpha.cancels"), 2)
    page.add(page.slot("venue.XEXC.fills"), 3)
    page.set(page.slot("venue.XEXC.up"), 1)
    page.add(page.slot("risk.collar.refused"), 5)
    page.observe(page.histogram("latency.answer.XEXC"), 1_000_000)
    counters = operations.process.desk.counters
    await until(lambda: counters.value("risk.collar.refused") == 5, "a reading of the page")
    found = await scrape(operations)
    assert found["gw_up"] == {(): 1}
    assert found["gw_session_up"][("venue:XEXC",)] == 1
    assert found["gw_orders_total"] == {("new", "alpha"): 7, ("cancel", "alpha"): 2, ("replace", "alpha"): 0}
    assert found["gw_executions_total"] == {("XEXC",): 3}
    assert found["gw_risk_checks_total"][("collar", "refused")] == 5
    assert found["gw_order_ack_seconds_count"] == {("XEXC",): 1}
    below = [float(key[0]) for key, count in found["gw_order_ack_seconds_bucket"].items() if count == 0]
    assert 0.0005 <= max(below) <= 0.001
    assert 0.0005 < found["gw_order_ack_seconds_sum"][("XEXC",)] < 0.002


async def test_a_gateway_that_is_not_there_is_down_and_still_scraped(operations: Running) -> None:
    found = await scrape(operations)
    assert found["gw_up"] == {(): 0}
    assert found["gw_orders_open"] == {("XEXC",): 0}
    assert found["gw_journal_sequence"] == {(): 0}


async def test_no_family_is_exposed_that_is_not_listed(operations: Running) -> None:
    named = {PREFIX + metric.name.removesuffix("_total") for metric in METRICS}
    person = await operations.person()
    async with person.http.get(f"{operations.url}/metrics") as response:
        families = text_string_to_metric_families(await response.text())
        assert {family.name for family in families} <= named


def test_buckets_rise_and_end_with_all() -> None:
    counts = [0] * BUCKETS
    for value_ns in (300, 5_000, 5_100, 2**40):
        counts[bucket_of(value_ns)] += 1
    buckets, total_s = _cumulative(Histogram(tuple(counts)))
    values = [count for _, count in buckets]
    assert values == sorted(values)
    assert buckets[-1] == ("+Inf", 4.0)
    bounds = [float(upper) for upper, _ in buckets]
    assert bounds == sorted(bounds)
    assert total_s > 0


def test_the_documents_table_is_the_programs() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith(f"| `{PREFIX}")]
    assert rows == [
        f"| `{PREFIX}{metric.name}` | {metric.kind} | {', '.join(metric.labels)} | {metric.help} |"
        for metric in METRICS
    ]
