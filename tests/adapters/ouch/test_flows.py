"""Orders' lives at OUCH venues, through adapter, books and order path; each flow at 4.2, 5.0 and a relative.

The venue's messages are made by hand from the documents' layouts, and ours are compared with such.
"""

import pytest
from ouch_bench import FRAMES, Frames, Line, OuchBench
from ouch_frames import Ouch42, Ouch50

from fairlead.codecs.vocabulary.constants import SCALE, OrdStatus, Refusal, ReportKind, Side


@pytest.fixture(params=FRAMES, ids=lambda frames: frames.profile)
def frames(request: pytest.FixtureRequest) -> Frames:
    found: Frames = request.param
    return found


@pytest.fixture
def bench(frames: Frames) -> OuchBench:
    bench = OuchBench(frames)
    bench.login()
    return bench


def test_an_order_goes_out_and_is_accepted(bench: OuchBench, frames: Frames) -> None:
    order = bench.new("1")
    assert order is not None
    assert bench.sent() == [frames.enter(order.venue_cl_ord_id)]
    bench.say(frames.accepted(order.venue_cl_ord_id, reference=987654321))
    (report,) = bench.reports()
    assert (report.kind, report.cl_ord_id, report.venue_order_id) == (ReportKind.ACCEPTED, "1", "987654321")
    assert bench.events == []


def test_an_order_accepted_dead_is_over_at_once(bench: OuchBench, frames: Frames) -> None:
    order = bench.new("1")
    assert order is not None
    bench.say(frames.accepted(order.venue_cl_ord_id, state="D"))
    assert bench.lines() == [
        Line("ACCEPTED", "1", "NEW", 100, 0, 100),
        Line("CANCELED", "1", "CANCELED", 100, 0, 0),
    ]
    assert bench.events == []


def test_fills_say_match_price_and_liquidity(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.say(frames.executed(order.venue_cl_ord_id, 40, 9 * frames.one, match=71, flag="R"))
    (report,) = bench.reports()
    assert (report.last_qty, report.last_px, report.exec_id) == (40 * SCALE, 9 * SCALE, "X.20260302.71B")
    assert (report.last_liquidity, report.text.lower()) == (ord("2"), "r: removed")
    bench.say(frames.executed(order.venue_cl_ord_id, 60, 9 * frames.one, match=72))
    assert bench.lines() == [Line("FILLED", "1", "FILLED", 100, 100, 0)]
    assert bench.events == []


def test_a_match_between_two_orders_of_ours_is_two_executions(bench: OuchBench, frames: Frames) -> None:
    buy, sell = bench.opened("1"), bench.new("2", side=Side.SELL)
    assert sell is not None
    bench.say(
        frames.accepted(sell.venue_cl_ord_id, side="S"),
        frames.executed(buy.venue_cl_ord_id, 100, match=9),
        frames.executed(sell.venue_cl_ord_id, 100, match=9),
    )
    assert [line.status for line in bench.lines()] == ["NEW", "FILLED", "FILLED"]
    assert bench.events == []


def test_a_cancel_is_answered_by_canceled(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.cancel("2", "1")
    assert bench.sent() == [frames.cancel(order.venue_cl_ord_id)]
    bench.say(frames.canceled(order.venue_cl_ord_id, 100))
    assert bench.lines() == [Line("CANCELED", "2", "CANCELED", 100, 0, 0)]
    assert bench.events == []


def test_a_fill_while_a_cancel_is_in_flight(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.cancel("2", "1")
    bench.say(frames.executed(order.venue_cl_ord_id, 30), frames.canceled(order.venue_cl_ord_id, 70))
    assert bench.lines() == [
        Line("FILLED", "1", "PARTIALLY_FILLED", 100, 30, 70),
        Line("CANCELED", "2", "CANCELED", 100, 30, 0),
    ]
    assert bench.events == []


def test_a_cancel_that_loses_to_a_fill_is_answered_by_silence(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.cancel("2", "1")
    bench.say(frames.executed(order.venue_cl_ord_id, 100))
    filled, refused = bench.reports()
    assert (filled.kind, filled.ord_status) == (ReportKind.FILLED, OrdStatus.FILLED)
    assert (refused.kind, refused.cl_ord_id, refused.refusal) == (ReportKind.CANCEL_REJECTED, "2", Refusal.TOO_LATE)
    bench.pass_time(60)
    assert bench.lines() == []


def test_a_replace_counts_what_was_executed(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    old = order.venue_cl_ord_id
    bench.say(frames.executed(old, 30))
    bench.replace("2", "1", 150, "11")
    new = order.requests[0].venue_cl_ord_id
    assert bench.sent() == [frames.replace(old, new, 150, 11 * frames.one)]
    bench.say(frames.replaced(old, new, 120, 11 * frames.one))
    bench.lines()
    assert (order.order_qty, order.leaves_qty, order.venue_cl_ord_id) == (150 * SCALE, 120 * SCALE, new)
    bench.say(frames.executed(new, 120, match=501))
    assert bench.lines() == [Line("FILLED", "2", "FILLED", 150, 150, 0)]
    assert bench.events == []


def test_a_fill_under_the_old_id_while_a_replace_is_in_flight(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    old = order.venue_cl_ord_id
    bench.replace("2", "1", 150)
    new = order.requests[0].venue_cl_ord_id
    bench.say(frames.executed(old, 30), frames.replaced(old, new, 120), frames.executed(new, 20, match=501))
    assert bench.lines() == [
        Line("FILLED", "1", "PARTIALLY_FILLED", 100, 30, 70),
        Line("REPLACED", "2", "PARTIALLY_FILLED", 150, 30, 120),
        Line("FILLED", "2", "PARTIALLY_FILLED", 150, 50, 100),
    ]
    assert bench.events == []


def test_a_chain_of_replaces_one_of_them_dead(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    first = order.venue_cl_ord_id
    bench.replace("2", "1", price="11")
    second = order.requests[0].venue_cl_ord_id
    bench.say(frames.replaced(first, second, 100, 11 * frames.one))
    bench.replace("3", "2", price="12")
    third = order.requests[0].venue_cl_ord_id
    bench.lines()
    bench.say(frames.replaced(second, third, 100, 12 * frames.one, state="D"))
    assert bench.lines() == [
        Line("REPLACED", "3", "NEW", 100, 0, 100),
        Line("CANCELED", "3", "CANCELED", 100, 0, 0),
    ]
    assert bench.events == []


def test_a_replace_of_an_order_that_is_filled_meanwhile_is_answered_by_silence(
    bench: OuchBench, frames: Frames
) -> None:
    order = bench.opened()
    bench.replace("2", "1", 150)
    bench.say(frames.executed(order.venue_cl_ord_id, 100))
    _, refused = bench.reports()
    assert (refused.kind, refused.cl_ord_id, refused.refusal) == (ReportKind.CANCEL_REJECTED, "2", Refusal.TOO_LATE)


def test_a_replace_with_invalid_details_costs_the_order(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.replace("2", "1", price="11")
    bench.say(frames.canceled(order.venue_cl_ord_id, 100, "Z"))
    assert bench.lines() == [
        Line("CANCELED", "1", "CANCELED", 100, 0, 0),
        Line("CANCEL_REJECTED", "2", "CANCELED", 100, 0, 0),
    ]


def test_a_replace_that_the_venue_rejects_leaves_the_order(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.replace("2", "1", price="11")
    bench.say(frames.rejected(order.requests[0].venue_cl_ord_id))
    assert bench.lines() == [Line("CANCEL_REJECTED", "2", "NEW", 100, 0, 100)]
    assert order.terms.price == 10 * SCALE
    bench.say(frames.executed(order.venue_cl_ord_id, 100))
    assert bench.lines() == [Line("FILLED", "1", "FILLED", 100, 100, 0)]


def test_a_lower_quantity_goes_as_the_cancel_of_a_part(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    token = order.venue_cl_ord_id
    bench.say(frames.executed(token, 20))
    bench.lines()
    bench.replace("2", "1", 60)
    assert bench.sent() == [frames.cancel(token, 60)]
    bench.say(frames.canceled(token, 40))
    assert bench.lines() == [Line("REPLACED", "2", "PARTIALLY_FILLED", 60, 20, 40)]
    # the order keeps its token, and the strategy's name for it is the new one
    bench.say(frames.executed(token, 10, match=501))
    assert bench.lines() == [Line("FILLED", "2", "PARTIALLY_FILLED", 60, 30, 30)]
    bench.replace("3", "2", 50)
    bench.cancel("4", "3")
    assert bench.sent() == [frames.cancel(token, 50), frames.cancel(token)]
    bench.say(frames.canceled(token, 10), frames.canceled(token, 20))
    assert bench.lines() == [
        Line("REPLACED", "3", "PARTIALLY_FILLED", 50, 30, 20),
        Line("CANCELED", "4", "CANCELED", 50, 30, 0),
    ]
    assert bench.events == []


def test_a_reduction_to_what_is_executed_fills_the_order(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    token = order.venue_cl_ord_id
    bench.say(frames.executed(token, 60))
    bench.lines()
    bench.replace("2", "1", 60)
    bench.cancel("3", "1")
    assert bench.sent() == [frames.cancel(token, 60), frames.cancel(token)]
    bench.say(frames.canceled(token, 40))
    assert bench.lines() == [
        Line("REPLACED", "2", "FILLED", 60, 60, 0),
        Line("CANCEL_REJECTED", "3", "FILLED", 60, 60, 0),
    ]
    assert bench.events == []


def test_a_cancel_before_such_a_reduction_ends_the_order(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    token = order.venue_cl_ord_id
    bench.say(frames.executed(token, 60))
    bench.lines()
    bench.cancel("2", "1")
    bench.replace("3", "1", 60)
    bench.say(frames.canceled(token, 40))
    assert bench.lines()[0] == Line("CANCELED", "2", "CANCELED", 100, 60, 0)


def test_a_reduction_below_what_is_executed_meanwhile_ends_the_order(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    token = order.venue_cl_ord_id
    bench.replace("2", "1", 60)
    bench.say(frames.executed(token, 70), frames.canceled(token, 30))
    assert bench.lines() == [
        Line("FILLED", "1", "PARTIALLY_FILLED", 100, 70, 30),
        Line("CANCELED", "1", "CANCELED", 100, 70, 0),
        Line("CANCEL_REJECTED", "2", "CANCELED", 100, 70, 0),
    ]


def test_a_reduction_that_the_venue_overtakes_is_answered_by_silence(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.replace("2", "1", 60)
    bench.say(frames.canceled(order.venue_cl_ord_id, 50, "S"))
    assert bench.lines() == [
        Line("RESTATED", "1", "NEW", 50, 0, 50),
        Line("CANCEL_REJECTED", "2", "NEW", 50, 0, 50),
    ]
    assert bench.events == []


def test_a_cancel_behind_a_replace_goes_out_under_both_ids(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    old = order.venue_cl_ord_id
    bench.replace("2", "1", price="11")
    new = order.requests[0].venue_cl_ord_id
    bench.cancel("3", "1")
    assert bench.sent() == [
        frames.replace(old, new, 100, 11 * frames.one),
        frames.cancel(old),
        frames.cancel(new),
    ]
    bench.say(frames.replaced(old, new, 100, 11 * frames.one), frames.canceled(new, 100))
    assert bench.lines() == [
        Line("REPLACED", "2", "NEW", 100, 0, 100),
        Line("CANCELED", "3", "CANCELED", 100, 0, 0),
    ]


def test_self_match_prevention_takes_a_part_or_all(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.say(frames.aiq(order.venue_cl_ord_id, 40, 40))
    (report,) = bench.reports()
    assert (report.kind, report.order_qty, report.leaves_qty) == (ReportKind.RESTATED, 60 * SCALE, 60 * SCALE)
    assert "40 kept from trading at 10" in report.text
    bench.say(frames.aiq(order.venue_cl_ord_id, 60, 60))
    assert bench.lines() == [Line("CANCELED", "1", "CANCELED", 60, 0, 0)]
    assert bench.events == []


def test_a_cancel_nobody_asked_for(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    bench.say(frames.canceled(order.venue_cl_ord_id, 100, "S"))
    (report,) = bench.reports()
    assert (report.kind, report.cl_ord_id, report.text[:2]) == (ReportKind.CANCELED, "1", "S:")
    assert bench.events == []


@pytest.mark.parametrize("frames", (Ouch42(), Ouch50()), ids=lambda frames: frames.profile)
class TestNasdaq:
    """What the relative has no messages for."""

    def test_a_cancel_may_be_pending_and_then_refused(self, bench: OuchBench, frames: Ouch42 | Ouch50) -> None:
        order = bench.opened()
        bench.cancel("2", "1")
        bench.say(frames.cancel_pending(order.venue_cl_ord_id), frames.cancel_reject(order.venue_cl_ord_id))
        assert bench.lines() == [
            Line("STATUS_REPORT", "2", "PENDING_CANCEL", 100, 0, 100),
            Line("CANCEL_REJECTED", "2", "NEW", 100, 0, 100),
        ]
        assert bench.events == []

    def test_a_refusal_of_no_cancel_is_an_event(self, bench: OuchBench, frames: Ouch42 | Ouch50) -> None:
        order = bench.opened()
        bench.say(frames.cancel_reject(order.venue_cl_ord_id))
        assert bench.lines() == []
        assert bench.events == ["message_unexpected"]

    def test_a_bust_gives_nothing_back(self, bench: OuchBench, frames: Ouch42 | Ouch50) -> None:
        order = bench.opened()
        bench.say(frames.executed(order.venue_cl_ord_id, 60, match=7), frames.broken(order.venue_cl_ord_id, 7))
        lines = bench.lines()
        assert lines[0] == Line("FILLED", "1", "PARTIALLY_FILLED", 100, 60, 40)
        assert lines[1].kind == "TRADE_BUSTED"
        assert lines[2] == Line("RESTATED", "1", "NEW", 40, 0, 40)
        bench.say(frames.executed(order.venue_cl_ord_id, 40, match=8))
        assert bench.lines() == [Line("FILLED", "1", "FILLED", 40, 40, 0)]

    def test_a_bust_after_the_end(self, bench: OuchBench, frames: Ouch42 | Ouch50) -> None:
        order = bench.opened()
        bench.say(frames.executed(order.venue_cl_ord_id, 100, match=7), frames.system_event("E"))
        bench.lines()
        bench.say(frames.broken(order.venue_cl_ord_id, 7, "S"))
        (report,) = bench.reports()
        assert (report.kind, report.exec_ref_id, report.text) == (
            ReportKind.TRADE_BUSTED,
            "X.20260302.7B",
            "S: supervisory",
        )
        assert (report.cum_qty, report.leaves_qty, report.ord_status) == (0, 0, OrdStatus.FILLED)
        assert bench.events == ["system_event"]

    def test_a_bust_under_a_later_id_of_the_chain_finds_its_execution(
        self, bench: OuchBench, frames: Ouch42 | Ouch50
    ) -> None:
        order = bench.opened()
        old = order.venue_cl_ord_id
        bench.say(frames.executed(old, 60, match=7))
        bench.replace("2", "1", price="11")
        new = order.requests[0].venue_cl_ord_id
        bench.say(frames.replaced(old, new, 40, 110_000), frames.broken(new, 7))
        assert [line.kind for line in bench.lines()][-2:] == ["TRADE_BUSTED", "RESTATED"]
        assert bench.events == []

    def test_a_new_place_in_the_book_is_told_and_the_limit_stays(
        self, bench: OuchBench, frames: Ouch42 | Ouch50
    ) -> None:
        order = bench.opened()
        bench.say(frames.priority(order.venue_cl_ord_id, 99_900, reference=8888))
        (report,) = bench.reports()
        assert (report.kind, report.price, report.venue_order_id) == (ReportKind.RESTATED, 10 * SCALE, "8888")
        assert "shown at 9.9900" in report.text
        assert bench.events == []

    def test_a_modification_states_what_is_left(self, bench: OuchBench, frames: Ouch42 | Ouch50) -> None:
        order = bench.opened()
        bench.say(frames.executed(order.venue_cl_ord_id, 10), frames.modified(order.venue_cl_ord_id, 50, "T"))
        assert bench.lines()[-1] == Line("RESTATED", "1", "PARTIALLY_FILLED", 60, 10, 50)
        assert bench.events == ["accepted_otherwise"]  # the side is another one

    @pytest.mark.parametrize("reason", ["T", "E"])
    def test_a_time_that_is_over(self, bench: OuchBench, frames: Ouch42 | Ouch50, reason: str) -> None:
        order = bench.opened()
        bench.say(frames.canceled(order.venue_cl_ord_id, 100, reason))
        assert bench.lines() == [Line("EXPIRED", "1", "EXPIRED", 100, 0, 0)]


def test_a_trade_is_corrected() -> None:
    frames = Ouch42()
    bench = OuchBench(frames)
    bench.login()
    order = bench.opened()
    bench.say(frames.executed(order.venue_cl_ord_id, 60, match=7))
    bench.say(frames.corrected(order.venue_cl_ord_id, 60, 101_500, match=7))
    report = bench.reports()[-1]
    assert (report.kind, report.exec_ref_id, report.last_px) == (
        ReportKind.TRADE_CORRECTED,
        "X.20260302.7B",
        1_015_000_000,
    )
    assert (report.cum_qty, report.leaves_qty) == (60 * SCALE, 40 * SCALE)
    assert bench.events == []


def test_a_reference_price_is_told() -> None:
    frames = Ouch42()
    bench = OuchBench(frames)
    bench.login()
    order = bench.opened()
    bench.say(frames.executed_with_reference(order.venue_cl_ord_id, 100, 100_100, 3, 100_000))
    (report,) = bench.reports()
    assert report.last_px == 1_001_000_000
    assert report.text == "R: removed; reference price 10.0000, I: intraday indicative value"


def test_what_a_rejection_means() -> None:
    for frames, reason, expected, text in (
        (Ouch42(), "S", 1, "S: invalid stock"),
        (Ouch42(), "X", 99, "X: invalid price"),
        (Ouch50(), 23, 1, "23: Invalid Symbol"),
        (Ouch50(), 77, 99, "77"),
    ):
        bench = OuchBench(frames)
        bench.login()
        order = bench.new()
        assert order is not None
        bench.say(frames.rejected(order.venue_cl_ord_id, reason))  # type: ignore[arg-type]
        (report,) = bench.reports()
        assert (report.kind, report.ord_rej_reason, report.text) == (ReportKind.REJECTED, expected, text)


def test_a_restatement_of_what_is_shown() -> None:
    frames = Ouch50()
    bench = OuchBench(frames)
    bench.login()
    order = bench.opened()
    # DisplayPrice (23) 9.99
    bench.say(frames.restated(order.venue_cl_ord_id, "P", bytes.fromhex("09 17 0000000000018 63c".replace(" ", ""))))
    (report,) = bench.reports()
    assert report.kind == ReportKind.RESTATED
    assert report.text == "order_restated; P: update of displayed price; shown at 9.9900"


def test_what_is_no_report_is_an_event() -> None:
    frames = Ouch50()
    bench = OuchBench(frames)
    bench.login()
    bench.say(
        frames.system_event("S"),
        frames.mass_canceled("9", "MSFT"),
        frames.entry_response("G", "9", "FIRM"),
        frames.entry_response("K", "9", "FIRM"),
        frames.account_state(12),
        b"?" + bytes(8),
        frames.accepted("1")[:-1],
        b"",
    )
    assert bench.events == [
        "system_event",
        "mass_cancel_taken",
        "order_entry_disabled",
        "order_entry_enabled",
        "account_state",
        "message_unexpected",
        "report_unreadable",
        "report_unreadable",
    ]
    assert bench.reports() == []
    order = bench.new()
    assert order is not None
    assert order.venue_cl_ord_id == "12"


def test_trade_now_is_a_notice() -> None:
    frames = Ouch42()
    bench = OuchBench(frames)
    bench.login()
    order = bench.opened()
    bench.say(frames.trade_now(order.venue_cl_ord_id))
    assert [(alert["event"], alert["cl_ord_id"]) for alert in bench.alerts] == [("venue_notice", order.venue_cl_ord_id)]


def test_a_message_about_no_order_of_ours_is_kept(bench: OuchBench, frames: Frames) -> None:
    bench.say(frames.executed("777", 100))
    assert bench.lines() == []
    assert bench.events == ["discrepancy", "report_quarantined"]
    assert len(bench.ledger.quarantined()) == 1


def test_other_terms_than_were_sent_are_noticed(bench: OuchBench, frames: Frames) -> None:
    order = bench.new("1")
    assert order is not None
    bench.say(frames.accepted(order.venue_cl_ord_id, 80, 9 * frames.one))
    assert bench.lines() == [Line("ACCEPTED", "1", "NEW", 100, 0, 100), Line("RESTATED", "1", "NEW", 80, 0, 80)]
    assert bench.events == ["accepted_otherwise", "accepted_otherwise"]
