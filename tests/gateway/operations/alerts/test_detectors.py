"""Each detector finds what it is for in a desk that shows it, and nothing in a healthy one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairlead.gateway.clock import FakeClock
from fairlead.gateway.config import load_config
from fairlead.gateway.journal import kinds
from fairlead.gateway.operations.alerts.detectors.orders import AckLatency, LatencyBurn, RejectRatio
from fairlead.gateway.operations.alerts.detectors.processes import ConfigDrift, GatewayLife, LoopStall
from fairlead.gateway.operations.alerts.detectors.records import RecordedAlerts
from fairlead.gateway.operations.alerts.detectors.sessions import VenueSessions
from fairlead.gateway.operations.alerts.finding import Detector, Finding, Moment
from fairlead.gateway.operations.counter_watch import CounterWatch
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.facts.part import Fact, FactsPart
from fairlead.gateway.operations.health import HealthPart
from fairlead.gateway.operations.parts import Desk
from fairlead.gateway.operations.sessions import SessionPicture, SessionsPart
from fairlead.gateway.telemetry.counters_cy import CounterPage
from fairlead.gateway.telemetry.path_counters_cy import counter_names, histogram_names
from fairlead.gateway.telemetry.process_gauges import LOOP_LAG

from ..conftest import config_text

S = 1_000_000_000


class Bench:
    """A desk of fakes: a page that this test writes, pictures that it paints, a clock that it moves."""

    def __init__(self, folder: Path) -> None:
        path = folder / "fairlead.toml"
        path.write_text(config_text(), encoding="utf-8")
        self.config_path = path
        self.clock = FakeClock()
        self.page = CounterPage(
            folder / "counters", counter_names(["alpha"], ["XEXC"]), histogram_names(["alpha"], ["XEXC"])
        )
        database = Database(folder / "operations.db")
        self.desk = Desk(load_config(path), self.clock, database, CounterWatch(folder / "counters"))
        self.desk.parts = [HealthPart(self.desk), SessionsPart(self.desk), FactsPart(self.desk)]
        self.session = SessionPicture("venue:XEXC", state="logged_on")
        self.desk.part(SessionsPart).pictures["venue:XEXC"] = self.session
        self.page.set(self.page.slot("venue.XEXC.up"), 1)
        self.frozen: frozenset[str] = frozenset()
        self.desk.counters.read(self.clock.now_ns())

    def look(self, detector: Detector, after_s: float = 1.0) -> list[Finding]:
        self.clock.advance(int(after_s * S))
        self.desk.counters.read(self.clock.now_ns())
        return list(detector.look(Moment(self.clock.now_ns(), self.clock.utc_ns(), self.frozen)))

    def alerts(self, detector: Detector, after_s: float = 1.0) -> list[str]:
        return [finding.alert for finding in self.look(detector, after_s)]

    def add(self, counter: str, amount: int) -> None:
        self.page.add(self.page.slot(counter), amount)

    def answer(self, count: int, each_ns: int) -> None:
        for _ in range(count):
            self.page.observe(self.page.histogram("latency.answer.XEXC"), each_ns)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.desk.database.close()


def test_a_gateway_that_is_gone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    detector = GatewayLife(bench.desk)
    assert bench.look(detector) == []
    monkeypatch.setattr(CounterWatch, "is_alive", False)
    assert bench.alerts(detector) == ["GatewayDown"]
    # one that was stopped is not gone
    bench.desk.part(HealthPart).life.stopped_utc_ns = 5
    assert bench.look(detector) == []


def test_a_loop_that_stood_still(bench: Bench) -> None:
    detector = LoopStall(bench.desk)
    bench.page.observe(bench.page.histogram(LOOP_LAG), 1_000_000)
    assert bench.look(detector) == []
    bench.page.observe(bench.page.histogram(LOOP_LAG), 80_000_000)
    assert bench.alerts(detector) == ["LoopStall"]
    assert bench.alerts(detector, after_s=5) == ["LoopStall"]
    assert bench.look(detector, after_s=6) == []


def test_a_file_that_was_changed(bench: Bench) -> None:
    detector = ConfigDrift(bench.desk, bench.config_path)
    assert bench.look(detector) == []
    text = bench.config_path.read_text()
    bench.config_path.write_text(text + "# changed\n")
    assert bench.alerts(detector) == ["ConfigDrift"]
    bench.config_path.write_text(text)
    assert bench.look(detector) == []


def test_a_session_that_is_down_within_its_hours(bench: Bench) -> None:
    detector = VenueSessions(bench.desk)
    assert bench.look(detector) == []
    bench.page.set(bench.page.slot("venue.XEXC.up"), 0)
    bench.session.state, bench.session.last_text = "logged_out", "end of day"
    (finding,) = bench.look(detector)
    assert (finding.alert, finding.text) == ("SessionDown", "logged_out: end of day")


def test_a_session_that_comes_and_goes(bench: Bench) -> None:
    bench.session.events = {"logged_out": 40}
    detector = VenueSessions(bench.desk)
    # what was before the first look is history
    assert bench.look(detector) == []
    for _ in range(4):
        bench.session.events["logged_out"] += 1
        found = bench.alerts(detector, after_s=5)
    assert found == ["SessionFlapping"]
    assert bench.look(detector, after_s=1200) == []


def test_a_gap_that_stays_open(bench: Bench) -> None:
    detector = VenueSessions(bench.desk)
    bench.session.gap_utc_ns = bench.clock.utc_ns()
    assert bench.look(detector, after_s=9) == []
    (finding,) = bench.look(detector, after_s=2)
    assert (finding.alert, finding.event_utc_ns) == ("GapUnresolved", bench.session.gap_utc_ns + 10 * S)


def test_a_peer_that_asks_again_and_again(bench: Bench) -> None:
    detector = VenueSessions(bench.desk)
    bench.look(detector)
    bench.session.events["resend_served"] = 7
    assert bench.alerts(detector) == ["ResendStorm"]


def test_a_peer_that_is_silent_beyond_its_beat(bench: Bench) -> None:
    detector = VenueSessions(bench.desk)
    for _ in range(8):
        bench.session.last_rx_utc_ns = bench.clock.utc_ns()
        assert bench.look(detector, after_s=5) == []
    assert bench.alerts(detector, after_s=10) == ["HeartbeatLate"]
    bench.session.last_rx_utc_ns = bench.clock.utc_ns()
    assert bench.look(detector) == []


def test_a_peer_that_does_not_read(bench: Bench) -> None:
    detector = VenueSessions(bench.desk)
    bench.page.set(bench.page.slot("strategy.alpha.unsent_bytes"), 70_000)
    (finding,) = bench.look(detector)
    assert (finding.alert, finding.labels) == ("SendQueueBacked", (("session", "strategy:alpha"),))


def answers(bench: Bench, detector: AckLatency, each_ns: int, windows: int) -> list[str]:
    found: list[str] = []
    for _ in range(windows):
        bench.answer(30, each_ns)
        found = bench.alerts(detector, after_s=10)
    return found


def test_a_venue_that_answers_slower(bench: Bench) -> None:
    detector = AckLatency(bench.desk)
    bench.answer(1, 1_000_000)
    bench.look(detector)
    assert answers(bench, detector, 1_000_000, 15) == []
    # two windows are a hiccup, the third is a shift
    assert answers(bench, detector, 9_000_000, 2) == []
    assert answers(bench, detector, 9_000_000, 1) == ["AckLatencyShift"]
    assert answers(bench, detector, 1_000_000, 1) == []


def test_a_baseline_that_is_frozen_does_not_learn(bench: Bench) -> None:
    detector = AckLatency(bench.desk)
    bench.answer(1, 1_000_000)
    bench.look(detector)
    bench.frozen = frozenset(("AckLatencyShift",))
    answers(bench, detector, 1_000_000, 15)
    assert answers(bench, detector, 9_000_000, 5) == []


def test_a_budget_of_slow_answers_that_burns(bench: Bench) -> None:
    detector = LatencyBurn(bench.desk)
    bench.answer(100, 1_000_000)
    assert bench.look(detector) == []
    bench.answer(60, 1_000_000)
    bench.answer(40, 200_000_000)
    assert bench.alerts(detector, after_s=6) == ["LatencyBurn"]
    bench.answer(100, 1_000_000)
    assert bench.look(detector, after_s=6) == []


def test_refusals_beyond_the_usual(bench: Bench) -> None:
    detector = RejectRatio(bench.desk)
    for _ in range(15):
        bench.add("strategy.alpha.orders", 98)
        bench.add("strategy.alpha.refused", 2)
        assert bench.look(detector, after_s=10) == []
    bench.add("strategy.alpha.orders", 50)
    bench.add("strategy.alpha.refused", 50)
    # within the window, not at its end
    assert bench.alerts(detector, after_s=1) == ["RejectAnomaly"]
    for _ in range(3):
        bench.add("strategy.alpha.orders", 100)
        found = bench.alerts(detector, after_s=11)
    assert found == []


def test_few_refusals_prove_nothing(bench: Bench) -> None:
    detector = RejectRatio(bench.desk)
    bench.look(detector)
    bench.add("strategy.alpha.refused", 5)
    assert bench.look(detector) == []


def fact(event: str, **values: Any) -> Fact:
    return Fact(1, 77, kinds.DECISION, event, {"event": event, **values})


def test_what_the_gateway_says_itself(bench: Bench) -> None:
    detector = RecordedAlerts(bench.desk)
    detector.take(fact("risk_trip", trip="runaway", scope="strategy alpha", text="40 in a second"))
    detector.take(fact("ids_exhausted", venue="XEXC", text="no more"))
    for quiet in ("risk_refused", "kill_engaged", "clock", "certificate_accepted"):
        detector.take(fact(quiet))
    found = bench.look(detector)
    assert [(one.alert, one.is_event) for one in found] == [("RepeatTrip", True), ("AttentionNeeded", True)]
    assert found[1].labels == (("event", "ids_exhausted"), ("venue", "XEXC"))
    # each is told once
    assert bench.look(detector) == []
