"""Links that break, processes that die: what was missed comes once, the lost is dealt with, ids never repeat."""

import pytest
from ouch_bench import ACK_TIMEOUT_S, FRAMES, Frames, Line, OuchBench
from ouch_frames import Jnx, Ouch42, Ouch50, login_accepted, packet, packets

from fairlead.codecs.vocabulary.constants import SCALE, Refusal, ReportKind


@pytest.fixture(params=FRAMES, ids=lambda frames: frames.profile)
def frames(request: pytest.FixtureRequest) -> Frames:
    found: Frames = request.param
    return found


@pytest.fixture
def bench(frames: Frames) -> OuchBench:
    bench = OuchBench(frames)
    bench.login()
    return bench


def ask(frames: Frames) -> list[bytes]:
    """Return what a login is followed by at once."""
    return [frames.query()] if isinstance(frames, Ouch50) else []


# Catching up


def test_orders_wait_until_all_that_was_missed_has_come(frames: Frames) -> None:
    bench = OuchBench(frames)
    bench.connect()
    assert not bench.venue.is_up
    assert bench.new() is None
    assert bench.reports()[-1].refusal == Refusal.VENUE_DOWN
    bench.all_said()
    assert bench.venue.is_up


def test_quiet_says_so_too(frames: Frames) -> None:
    bench = OuchBench(frames)
    bench.connect()
    bench.pass_time(1.9)
    bench.say(frames.system_event("S"))
    bench.pass_time(1.9)
    assert not bench.venue.is_up
    bench.pass_time(0.1)
    assert bench.venue.is_up


def test_a_venue_that_is_never_quiet_is_caught_up_with_all_the_same(frames: Frames) -> None:
    bench = OuchBench(frames)
    bench.connect()
    for _ in range(9):
        bench.pass_time(1)
        bench.say(frames.system_event("S"))
    assert not bench.venue.is_up
    bench.pass_time(1)
    assert bench.venue.is_up


def test_the_answer_to_an_account_query_says_it_at_once() -> None:
    frames = Ouch50()
    bench = OuchBench(frames)
    # nothing is known of questions of before the start: the first login waits for the heartbeat
    assert bench.connect() == [frames.query()]
    bench.say(frames.account_state(1))
    assert not bench.venue.is_up
    bench.feed(packet("H"))
    assert bench.venue.is_up
    bench.cut()
    bench.connect()
    bench.say(frames.account_state(1))
    assert bench.venue.is_up
    # a question that the break left unanswered is answered first
    bench.cut()
    bench.connect()
    bench.cut()
    bench.connect()
    bench.say(frames.account_state(1))
    assert not bench.venue.is_up
    bench.say(frames.account_state(1))
    assert bench.venue.is_up


@pytest.mark.parametrize("is_first", [True, False])
def test_no_order_goes_before_the_next_number_is_known(is_first: bool) -> None:
    """The venue ignores a lower number in silence; its heartbeat may come before its answer."""
    frames = Ouch50()
    bench = OuchBench(frames)
    if not is_first:
        bench.login()
        bench.cut()
    bench.connect()
    bench.feed(packet("H"))
    assert not bench.venue.is_up
    bench.say(frames.account_state(5000))
    assert bench.venue.is_up
    sent = bench.new()
    assert sent is not None
    assert sent.venue_cl_ord_id == "5000"


def test_an_answer_behind_the_heartbeat_counts_though_an_older_one_is_lost() -> None:
    frames = Ouch50()
    bench = OuchBench(frames)
    bench.login()
    for _ in range(2):
        bench.cut()
        bench.connect()
    bench.feed(packet("H"))
    assert not bench.venue.is_up
    bench.say(frames.account_state(700))
    assert bench.venue.is_up


def test_a_venue_that_never_answers_is_taken_at_its_quiet() -> None:
    bench = OuchBench(Ouch50())
    bench.connect()
    bench.feed(packet("H"))
    bench.pass_time(2)
    assert bench.venue.is_up


def test_a_break_while_catching_up_begins_anew(frames: Frames) -> None:
    bench = OuchBench(frames)
    bench.connect()
    bench.cut()
    bench.pass_time(10)
    assert not bench.venue.is_up
    bench.login()
    assert bench.venue.is_up


# Missed reports


def test_missed_reports_come_once(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    token = order.venue_cl_ord_id
    bench.say(frames.executed(token, 10, match=1))
    bench.cut()
    assert order.is_unknown
    bench.login(missed=(frames.executed(token, 20, match=2), frames.executed(token, 30, match=3)))
    assert (order.cum_qty, order.is_unknown) == (60 * SCALE, False)
    bench.restart()
    bench.login()
    order = bench.ledger.find("a", "1")  # type: ignore[assignment]
    assert (order.cum_qty, order.is_unknown) == (60 * SCALE, False)
    assert "orders_in_doubt" not in bench.events


def test_what_the_venue_repeats_beyond_what_we_asked_for_is_passed_over(bench: OuchBench, frames: Frames) -> None:
    order = bench.opened()
    fill = frames.executed(order.venue_cl_ord_id, 10, match=1)
    bench.say(fill)
    bench.cut()
    # the server begins two messages before the one that we asked for
    bench.login(number=bench.store.next_in - 1, missed=(fill, frames.executed(order.venue_cl_ord_id, 20, match=2)))
    assert order.cum_qty == 30 * SCALE
    assert "discrepancy" not in bench.events


def test_an_answer_that_came_while_we_were_gone_settles_its_request(bench: OuchBench, frames: Frames) -> None:
    order = bench.new()
    assert order is not None
    bench.restart()
    sent = bench.login(missed=(frames.accepted(order.venue_cl_ord_id),))
    assert sent == ask(frames)
    assert bench.lines() == [Line("ACCEPTED", "1", "NEW", 100, 0, 100)]
    bench.pass_time(10 * ACK_TIMEOUT_S)
    assert bench.lines() == []


def test_reports_that_can_not_be_had_leave_orders_in_doubt_across_restarts(bench: OuchBench, frames: Frames) -> None:
    bench.opened()
    bench.cut()
    bench.pass_time(1)
    bench.login(number=bench.store.next_in + 3)
    order = bench.ledger.find("a", "1")
    assert order is not None and order.is_unknown
    assert "reports_lost" in bench.events
    bench.restart()
    bench.login()
    order = bench.ledger.find("a", "1")
    assert order is not None and order.is_unknown
    # until the venue speaks of it
    bench.pass_time(1)
    bench.say(frames.executed(order.venue_cl_ord_id, 10))
    assert not order.is_unknown


def test_a_new_session_of_the_venue_leaves_yesterdays_orders_in_doubt(bench: OuchBench, frames: Frames) -> None:
    bench.opened()
    bench.cut()
    bench.login(session="DAY2", number=1)
    order = bench.ledger.find("a", "1")
    assert order is not None and order.is_unknown
    assert "reports_lost" in bench.events


def test_a_new_session_without_open_orders_is_no_news(bench: OuchBench, frames: Frames) -> None:
    bench.cut()
    bench.login(session="DAY2", number=1)
    assert bench.events == []


# Requests that may be lost


@pytest.fixture(params=["cut", "kill"])
def broken(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def breaks(bench: OuchBench, how: str) -> None:
    if how == "cut":
        bench.cut()
        bench.lines()
    else:
        bench.restart()


def test_an_old_order_is_cancelled_not_sent_again(bench: OuchBench, frames: Frames, broken: str) -> None:
    order = bench.new()
    assert order is not None
    bench.sent()
    breaks(bench, broken)
    assert bench.login() == [*ask(frames), frames.cancel(order.venue_cl_ord_id)]
    assert "request_not_resent" in bench.events
    assert bench.lines() == []
    bench.pass_time(ACK_TIMEOUT_S)
    (report,) = bench.reports()
    assert (report.kind, report.cl_ord_id, report.refusal) == (ReportKind.REJECTED, "1", Refusal.NOT_SENT)
    assert bench.ledger.orders_in_doubt("X") == []


def test_an_old_order_that_the_venue_had_all_the_same(bench: OuchBench, frames: Frames, broken: str) -> None:
    order = bench.new()
    assert order is not None
    token = order.venue_cl_ord_id
    breaks(bench, broken)
    bench.login()
    bench.say(frames.accepted(token), frames.canceled(token, 100))
    assert bench.lines() == [
        Line("ACCEPTED", "1", "NEW", 100, 0, 100),
        Line("CANCELED", "1", "CANCELED", 100, 0, 0),
    ]


def test_a_young_order_is_sent_again_under_its_id(frames: Frames, broken: str) -> None:
    bench = OuchBench(frames, resend_orders_within_s=30)
    bench.login()
    order = bench.new()
    assert order is not None
    (sent,) = bench.sent()
    breaks(bench, broken)
    bench.pass_time(20)
    assert bench.login() == [*ask(frames), sent]
    assert "request_resent" in bench.events
    bench.say(frames.accepted(order.venue_cl_ord_id))
    assert bench.lines() == [Line("ACCEPTED", "1", "NEW", 100, 0, 100)]
    breaks(bench, broken)
    assert bench.login() == ask(frames)


def test_a_young_order_is_old_after_a_while(frames: Frames, broken: str) -> None:
    bench = OuchBench(frames, resend_orders_within_s=30)
    bench.login()
    order = bench.new()
    assert order is not None
    bench.sent()
    breaks(bench, broken)
    bench.pass_time(30)
    assert bench.login() == [*ask(frames), frames.cancel(order.venue_cl_ord_id)]


def test_a_cancel_always_goes_again(bench: OuchBench, frames: Frames, broken: str) -> None:
    order = bench.opened()
    token = order.venue_cl_ord_id
    bench.cancel("2", "1")
    bench.sent()
    breaks(bench, broken)
    bench.pass_time(600)
    assert bench.login() == [*ask(frames), frames.cancel(token)]
    bench.say(frames.canceled(token, 100))
    assert bench.lines() == [Line("CANCELED", "2", "CANCELED", 100, 0, 0)]


def test_a_cancel_of_what_ended_meanwhile_is_too_late(bench: OuchBench, frames: Frames, broken: str) -> None:
    order = bench.opened()
    bench.cancel("2", "1")
    bench.sent()
    breaks(bench, broken)
    sent = bench.login(missed=(frames.executed(order.venue_cl_ord_id, 100),))
    assert sent == ask(frames)
    assert [(line.kind, line.cl_ord_id) for line in bench.lines()] == [("FILLED", "1"), ("CANCEL_REJECTED", "2")]


def test_an_old_replace_is_given_up(bench: OuchBench, frames: Frames, broken: str) -> None:
    bench.opened()
    bench.replace("2", "1", price="11")
    bench.sent()
    breaks(bench, broken)
    assert bench.login() == ask(frames)
    bench.pass_time(ACK_TIMEOUT_S)
    (report,) = bench.reports()
    assert (report.kind, report.cl_ord_id, report.refusal) == (ReportKind.CANCEL_REJECTED, "2", Refusal.NOT_SENT)
    order = bench.ledger.find("a", "1")
    assert order is not None
    assert (order.is_ended, order.is_unknown, order.terms.price) == (False, False, 10 * SCALE)


def test_young_replaces_and_reductions_are_sent_again(frames: Frames, broken: str) -> None:
    bench = OuchBench(frames, resend_orders_within_s=30)
    bench.login()
    first, second = bench.opened("1"), bench.opened("2")
    bench.replace("3", "1", price="11")
    bench.replace("4", "2", 60)
    sent = bench.sent()
    assert sent[1] == frames.cancel(second.venue_cl_ord_id, 60)
    breaks(bench, broken)
    assert bench.login() == [*ask(frames), *sent]
    first, second = bench.ledger.find("a", "1"), bench.ledger.find("a", "2")  # type: ignore[assignment]
    bench.say(
        frames.replaced(first.venue_cl_ord_id, first.requests[0].venue_cl_ord_id, 100, 11 * frames.one),
        frames.canceled(second.venue_cl_ord_id, 40),
    )
    assert bench.lines() == [Line("REPLACED", "3", "NEW", 100, 0, 100), Line("REPLACED", "4", "NEW", 60, 0, 60)]


def test_the_venues_next_number_is_told_with_what_never_came() -> None:
    frames = Ouch50()
    bench = OuchBench(frames)
    bench.login()
    order = bench.new()
    assert order is not None
    bench.cut()
    bench.connect()
    bench.say(frames.account_state(1))
    bench.feed(packet("H"))
    said = next(alert for alert in bench.alerts if alert["event"] == "request_not_resent")
    assert said["text"].endswith("(the venue expects 1 next: it never came)")


# Ids


def test_ids_never_repeat_across_restarts(bench: OuchBench, frames: Frames) -> None:
    used = [bench.opened(str(number)).venue_cl_ord_id for number in range(3)]
    bench.restart()
    bench.login()
    used += [bench.opened(str(number)).venue_cl_ord_id for number in range(3, 6)]
    assert len(set(used)) == 6
    if isinstance(frames, Ouch42):
        assert {len(token) for token in used} == {14}
    else:
        assert used == ["1", "2", "3", "4", "5", "6"]


def test_cancels_and_reductions_use_up_no_numbers_beyond_their_own() -> None:
    bench = OuchBench(Jnx())
    bench.login()
    bench.opened("1")
    bench.cancel("2", "1")
    assert bench.opened("3").venue_cl_ord_id == "2"


def test_a_lost_journal_does_not_make_the_venue_ignore_us() -> None:
    frames = Ouch50()
    bench = OuchBench(frames)
    bench.connect(missed=(frames.account_state(501),))
    bench.feed(packet("H"))
    assert bench.opened("1").venue_cl_ord_id == "501"


def test_a_lost_journal_is_made_up_for_by_what_the_venue_repeats(frames: Frames) -> None:
    bench = OuchBench(frames)
    bench.login()
    tokens = [bench.opened(str(number)).venue_cl_ord_id for number in range(3)]
    again = OuchBench(frames)
    again.login(missed=tuple(frames.accepted(token) for token in tokens))
    assert len(again.ledger.quarantined()) == 3
    assert again.opened("1").venue_cl_ord_id not in tokens


def test_a_login_never_shows_its_password(bench: OuchBench) -> None:
    bench.cut()
    bench.venue.receive_connected(*bench.times)
    ((kind, payload),) = packets(bench.venue.take_output())
    assert (kind, payload[:16]) == ("L", b"FIRM01secret    ")
    recorded = b"".join(frame for _, frame in [*bench.store.frames_in, *bench.store.resent])
    assert b"FIRM01" in recorded
    assert b"secret" not in recorded
    assert "secret" not in repr(bench.venue.session.settings)


def test_a_venue_that_is_down_refuses(bench: OuchBench, frames: Frames) -> None:
    bench.opened()
    bench.cut()
    bench.cancel("2", "1")
    assert bench.reports()[-1].refusal == Refusal.VENUE_DOWN
    bench.venue.receive_connected(*bench.times)
    bench.feed(login_accepted("DAY1", bench.store.next_in))
    bench.feed(packet("Z"))
    assert not bench.venue.is_up
