"""What counts as unread: reports, but not market data, nor what market data keeps out of the sockets."""

import pytest

from fairlead.adapters.endpoint import NEVER_NS
from fairlead.adapters.output_watch_cy import OutputWatch
from fairlead.adapters.slow_consumer import SlowConsumerPolicy

S = 10**9


@pytest.fixture
def watch() -> OutputWatch:
    return OutputWatch(SlowConsumerPolicy(max_bytes=1000, max_s=30))


def test_reports_alone_are_counted_to_the_byte(watch: OutputWatch) -> None:
    watch.took(5000)
    watch.note(1000, 0)
    assert watch.complaint(0) is None
    watch.note(1001, 0)
    assert watch.complaint(0) == "slow consumer: 1001 bytes unread, limit 1000"
    watch.note(1, 0)
    assert (watch.complaint(30 * S - 1), watch.deadline_ns) == (None, 30 * S)
    assert watch.complaint(30 * S) == "slow consumer: 1 bytes unread for 30 s"
    watch.note(0, 31 * S)
    assert watch.deadline_ns == NEVER_NS


def test_market_data_is_not_counted_wherever_it_lies(watch: OutputWatch) -> None:
    watch.took(300, 200)  # 100 of reports, 200 of market data
    watch.note(250, 0)  # 50 of the reports
    assert watch.deadline_ns == 30 * S
    watch.note(200, 0)
    assert watch.deadline_ns == NEVER_NS
    watch.note(0, 0)
    watch.took(5000, 4000, market_at=0)
    # 1000 of reports behind the market data
    watch.note(5000, S)
    assert (watch.pending_bytes, watch.complaint(S)) == (5000, None)


def test_reports_that_market_data_displaced_are_not_counted(watch: OutputWatch) -> None:
    watch.took(400, 400)
    watch.note(0, 0)
    watch.took(1400)
    # as many bytes of market data may lie unread in the sockets
    watch.note(400, 0)
    assert watch.deadline_ns == NEVER_NS
    watch.note(1400, 0)
    assert (watch.deadline_ns, watch.complaint(0)) == (30 * S, None)
    watch.took(1)
    watch.note(1401, 0)
    assert watch.complaint(0) == "slow consumer: 1401 bytes unread, limit 1000"


def test_what_is_displaced_is_half_the_limit_at_most(watch: OutputWatch) -> None:
    watch.took(100_000, 100_000)
    watch.note(0, 0)
    watch.took(1501)
    watch.note(500, 0)
    assert watch.deadline_ns == NEVER_NS
    watch.note(1501, 0)
    assert watch.complaint(0) == "slow consumer: 1501 bytes unread, limit 1000"
