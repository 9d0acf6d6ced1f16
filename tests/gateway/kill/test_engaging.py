"""A kill blocks at once, cancels every order of its scope, and is done when each is confirmed dead."""

from pathlib import Path

import orjson
import pytest
from kill_bench import KillBench
from path_bench import Venue

from fairlead.codecs.vocabulary.constants import SCALE, ExecType, OrdStatus, Refusal, ReportKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder
from fairlead.gateway.kill.cancels import THROTTLED_NS
from fairlead.gateway.kill.switch import KillError


@pytest.fixture
def bench(tmp_path: Path) -> KillBench:
    return KillBench(tmp_path)


def blocked(bench: KillBench, strategy: str = "a", venue: str = "X", symbol: str = "MSFT") -> bool:
    return bench.switch.blocks.find(strategy, f"ACC-{strategy}", venue, symbol) is not None


def test_the_block_is_in_force_when_engage_returns(bench: KillBench) -> None:
    campaign = bench.engage(strategy="a")
    assert blocked(bench)
    assert not blocked(bench, "b")
    assert orjson.loads(bench.kill_records[0][0])["event"] == "engaged"
    assert campaign.is_done
    assert "kill_engaged" in bench.events


def test_new_orders_and_replaces_in_scope_are_refused_and_cost_the_venue_nothing(bench: KillBench) -> None:
    bench.open("1")
    bench.open("2", "b")
    bench.engage(strategy="a", cancel=False)
    calls = len(bench.x.calls)
    (refused,) = bench.order(cl_ord_id="9")
    assert (refused.kind, refused.refusal) == (ReportKind.REJECTED, Refusal.KILL_SWITCH)
    assert "kill K1-1 of strategy a is in force (by ann: runaway)" in refused.text
    (refused,) = bench.replace("10", "1", price=11 * SCALE)
    assert (refused.kind, refused.refusal) == (ReportKind.CANCEL_REJECTED, Refusal.KILL_SWITCH)
    assert len(bench.x.calls) == calls
    # who is not meant goes on, and cancels pass
    assert bench.order("b", cl_ord_id="9") == []
    assert bench.replace("10", "2", "b", price=11 * SCALE) == []
    assert bench.cancel("11", "1") == []
    assert [call for call, _ in bench.x.calls[calls:]] == ["submit", "replace", "cancel"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({}, {"1", "2", "3", "4"}),
        ({"strategy": "a"}, {"1", "2", "3"}),
        ({"account": "ACC-b"}, {"4"}),
        ({"venue": "Y"}, {"2", "3"}),
        ({"symbol": "MSFT"}, {"1", "3", "4"}),
        ({"strategy": "a", "venue": "Y"}, {"2", "3"}),
        ({"venue": "Y", "symbol": "MSFT"}, {"3"}),
        ({"strategy": "b", "venue": "Y"}, set()),
    ],
)
def test_each_order_in_scope_is_cancelled_and_no_other(
    bench: KillBench, scope: dict[str, str], expected: set[str]
) -> None:
    bench.open("1")
    bench.open("2", symbol="IBM")
    bench.open("3", venue="Y")
    bench.open("4", "b")
    bench.engage(**scope)
    bench.settle()
    sent = [
        bench.ledger.find_by_venue_id(venue.name, request.cl_ord_id)
        for venue in (bench.x, bench.y)
        for request in bench.cancels(venue)
    ]
    assert {order.cl_ord_id for order in sent if order is not None} == expected
    assert len(sent) == len(expected)


def test_a_turn_sends_a_bounded_number(bench: KillBench) -> None:
    for number in range(10):
        bench.open(str(number))
    campaign = bench.engage()
    assert len(bench.cancels(bench.x)) == 4
    assert bench.woken == 1
    assert campaign.tallies["X"].sent == 4
    bench.switch.advance(*bench.times)
    assert len(bench.cancels(bench.x)) == 8
    bench.switch.advance(*bench.times)
    assert len(bench.cancels(bench.x)) == 10
    assert "all_sent" in campaign.tallies["X"].stages


def test_it_is_done_when_each_order_is_confirmed_dead(bench: KillBench) -> None:
    for number in range(4):
        bench.open(str(number))
    filled = bench.open("filled")
    campaign = bench.engage()
    bench.settle()
    bench.fill(bench.x, filled, 100, "F", OrdStatus.FILLED)
    assert not campaign.is_done
    assert campaign.tallies[""].live == 4
    bench.confirm_all(bench.x)
    assert campaign.is_done
    assert campaign.tallies["X"].dead == {"filled": 1, "canceled": 4}
    assert set(campaign.tallies[""].stages) == {
        "all_sent", "first_confirmed", "half_confirmed", "most_confirmed", "last_confirmed",
    }  # fmt: skip
    assert bench.events[-1] == "kill_complete"
    assert bench.switch.lines == {}


def test_a_partial_fill_is_no_end(bench: KillBench) -> None:
    venue_id = bench.open("1")
    campaign = bench.engage()
    bench.fill(bench.x, venue_id, 10, "F", OrdStatus.PARTIALLY_FILLED)
    assert campaign.tallies[""].live == 1
    bench.pass_time(0.5)
    assert len(bench.cancels(bench.x)) == 1


def test_a_refused_cancel_is_sent_again_at_once_and_then_with_patience(bench: KillBench) -> None:
    bench.open("1")
    bench.engage()
    for seconds, expected in ((0, 2), (1.9, 2), (0.2, 3), (3.9, 3), (0.2, 4)):
        request = bench.cancels(bench.x)[-1]
        bench.refuse_cancel(bench.x, request.cl_ord_id, request.orig_cl_ord_id)
        bench.pass_time(seconds)
        assert len(bench.cancels(bench.x)) == expected


def test_an_unanswered_cancel_is_sent_again_later_and_later(bench: KillBench) -> None:
    bench.open("1")
    bench.engage()
    counts = []
    for _ in range(8):
        bench.pass_time(1)
        counts.append(len(bench.cancels(bench.x)))
    assert counts == [2, 2, 3, 3, 3, 3, 4, 4]


def test_a_venue_that_goes_on_ending_orders_is_not_asked_twice(bench: KillBench) -> None:
    for number in range(4):
        bench.open(str(number))
    bench.engage()
    requests = bench.cancels(bench.x)
    for request in requests[:3]:
        bench.pass_time(0.7)
        bench.confirm_cancel(bench.x, request.cl_ord_id, request.orig_cl_ord_id)
    assert len(bench.cancels(bench.x)) == 4
    bench.pass_time(2)
    assert len(bench.cancels(bench.x)) == 5


def test_the_cancel_of_a_strategy_counts(bench: KillBench) -> None:
    bench.open("1")
    bench.cancel("c", "1")
    campaign = bench.engage()
    assert len(bench.cancels(bench.x)) == 1
    assert campaign.tallies[""].sent == 1


def test_cancels_wait_for_a_venue_that_is_away_and_go_first(bench: KillBench) -> None:
    bench.open("1")
    bench.go_down(bench.x)
    campaign = bench.engage()
    bench.pass_time(5)
    assert bench.cancels(bench.x) == []
    assert campaign.tallies[""].live == 1
    before = len(bench.x.calls)
    bench.come_up(bench.x)
    assert [call for call, _ in bench.x.calls[before:]] == ["cancel", "status"]


def test_a_break_in_the_middle_sends_the_cancels_again(bench: KillBench) -> None:
    bench.open("1")
    bench.engage()
    bench.go_down(bench.x)
    bench.come_up(bench.x)
    assert len(bench.cancels(bench.x)) == 2
    bench.confirm_all(bench.x)
    assert not bench.switch.lines


def test_single_orders_are_killed_without_a_block(bench: KillBench) -> None:
    bench.open("1")
    bench.open("2")
    order = bench.ledger.find("a", "1")
    assert order is not None
    kill_id = bench.switch.kill_orders([order.order_id], "ann", "wrong size", *bench.times)
    assert len(bench.cancels(bench.x)) == 1
    assert not blocked(bench)
    bench.confirm_all(bench.x)
    assert bench.switch.kills[kill_id].is_done
    with pytest.raises(KillError, match=r"is over \(canceled\), expected one that lives"):
        bench.switch.kill_orders([order.order_id], "ann", "again", *bench.times)


def test_a_block_alone_cancels_nothing_until_the_cancels_are_wanted(bench: KillBench) -> None:
    bench.open("1")
    campaign = bench.engage(cancel=False)
    assert blocked(bench)
    assert bench.cancels(bench.x) == []
    assert bench.engage() is campaign
    assert len(bench.cancels(bench.x)) == 1


def test_a_trigger_engages_once_until_released(bench: KillBench) -> None:
    bench.open("1")
    campaign = bench.engage("auto:rejects", strategy="a")
    records = len(bench.kill_records)
    assert bench.engage("auto:rejects", strategy="a") is campaign
    assert len(bench.kill_records) == records
    assert len(bench.cancels(bench.x)) == 1
    # a person who repeats it wants it now
    assert bench.engage(strategy="a") is campaign
    assert len(bench.cancels(bench.x)) == 2


def test_an_order_in_two_kills_is_cancelled_once_and_counted_twice(bench: KillBench) -> None:
    bench.open("1")
    one, other = bench.engage(strategy="a"), bench.engage()
    assert len(bench.cancels(bench.x)) == 1
    bench.confirm_all(bench.x)
    assert one.is_done
    assert other.is_done


def test_an_order_that_lives_again_is_killed_again(bench: KillBench) -> None:
    venue_id = bench.open("1")
    campaign = bench.engage()
    bench.fill(bench.x, venue_id, 100, "F", OrdStatus.FILLED)
    assert campaign.is_done
    order = bench.ledger.find("a", "1")
    assert order is not None
    bench.tell(
        bench.x,
        kind=ReportKind.TRADE_BUSTED,
        exec_type=ExecType.TRADE_CANCEL,
        ord_status=OrdStatus.NEW,
        cl_ord_id=venue_id,
        exec_id="B",
        exec_ref_id="F",
        last_qty=100 * SCALE,
    )
    assert not order.is_ended
    assert not campaign.is_done
    assert campaign.tallies["X"].total == 1
    bench.settle()
    bench.confirm_all(bench.x)
    assert campaign.is_done


class Throttled(Venue):
    """A venue whose session lets a few messages out in a second."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.room = 0

    def cancel_room(self, now_ns: int) -> int:
        return self.room

    def cancel(self, request: CancelOrder, order: NewOrder, now_ns: int, utc_ns: int) -> None:
        assert self.room > 0
        self.room -= 1
        super().cancel(request, order, now_ns, utc_ns)


def test_a_throttled_venue_gets_what_its_throttle_lets_out_and_others_their_share(bench: KillBench) -> None:
    for number in range(6):
        bench.open(str(number))
        bench.open(f"y{number}", venue="Y")
    throttled = Throttled("X")
    bench.path.venues["X"] = throttled
    bench.engage()
    assert throttled.calls == []
    assert len(bench.cancels(bench.y)) == 2
    bench.settle()
    assert len(bench.cancels(bench.y)) == 6
    for _ in range(3):
        throttled.room = 2
        bench.now_ns += THROTTLED_NS
        bench.settle()
    assert len(bench.cancels(throttled)) == 6
