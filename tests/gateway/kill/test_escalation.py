"""What outlives its time stands on a list for people until the venue's word ends it, or a person resolves it."""

from pathlib import Path

import pytest
from kill_bench import KillBench

from fairlead.gateway.kill.switch import KillError


@pytest.fixture
def bench(tmp_path: Path) -> KillBench:
    bench = KillBench(tmp_path)
    for number in range(3):
        bench.open(str(number))
    return bench


def listed(bench: KillBench) -> list[str]:
    return [line.order.cl_ord_id for line in bench.switch.escalations.listed()]


def test_what_lives_after_its_time_is_listed_with_one_alert_for_the_venue(bench: KillBench) -> None:
    bench.engage()
    bench.pass_time(0.99)
    assert listed(bench) == []
    bench.pass_time(0.01)
    assert listed(bench) == ["0", "1", "2"]
    (alert,) = [alert for alert in bench.alerts if alert["event"] == "kill_incomplete"]
    assert (alert["venue"], alert["orders"], alert["contact"]["phone"]) == ("X", 3, "+1 555 0100")
    bench.pass_time(5)
    assert bench.events.count("kill_incomplete") == 1


def test_the_list_stays_current(bench: KillBench) -> None:
    bench.engage()
    bench.pass_time(1)
    request = bench.cancels(bench.x)[1]
    bench.confirm_cancel(bench.x, request.cl_ord_id, request.orig_cl_ord_id)
    assert listed(bench) == ["0", "2"]
    bench.confirm_all(bench.x)
    assert listed(bench) == []


def test_a_person_resolves_a_line_and_the_books_stay(bench: KillBench) -> None:
    campaign = bench.engage()
    bench.pass_time(1)
    order = bench.ledger.find("a", "1")
    assert order is not None
    bench.switch.resolve([order.order_id], "ann", "told by phone: gone", bench.times[1])
    assert listed(bench) == ["0", "2"]
    assert not order.is_ended
    assert campaign.tallies[""].live == 3
    assert not campaign.is_done
    with pytest.raises(KillError, match="expected one of the escalation list"):
        bench.switch.resolve([order.order_id], "ann", "again", bench.times[1])
    bench.confirm_all(bench.x)
    assert campaign.is_done


def test_a_venue_that_is_away_is_escalated_too(bench: KillBench) -> None:
    bench.go_down(bench.x)
    bench.engage()
    bench.pass_time(1)
    assert listed(bench) == ["0", "1", "2"]
