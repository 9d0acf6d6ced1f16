"""Limits change while running: all or nothing, on record, with a second person where looser, and over restarts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits_desk import FILE, HOUR, UTC, LimitsDesk

from fairlead.gateway.control.commands import ControlError
from fairlead.gateway.risk.limits_parameters import PARAMETERS

ALPHA = ("alpha", "A1", "X", "MSFT")
BETA = ("beta", "B-1", "X", "MSFT")

Desk = Callable[..., LimitsDesk]


@pytest.fixture
def open_desk(tmp_path: Path) -> Desk:
    return lambda text=FILE, **more: LimitsDesk(tmp_path, text, **more)


def test_a_tighter_limit_counts_at_once_and_is_on_record(open_desk: Desk) -> None:
    desk = open_desk()
    answer = desk.set(("strategy alpha", "max_order_qty", "400"))
    assert desk.max_qty(*ALPHA) == 400
    assert (answer["strategies"], answer["needs_approval"]) == (["alpha"], False)
    record = desk.records()[-1]
    assert (record["event"], record["version"], record["operator"], record["reason"]) == ("set", 2, "ann", "because")
    assert record["difference"] == [
        {"row": "strategy alpha", "parameter": "max_order_qty", "before": "500", "after": "400"}
    ]
    assert record["content"]["limits"][1]["max_order_qty"] == "400"
    assert answer["before"] == {"version": 1, "content_hash": desk.records()[0]["content_hash"]}
    assert answer["after"] == {"version": 2, "content_hash": record["content_hash"]}


def test_a_row_is_named_by_its_selectors_and_made_where_there_is_none(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("symbol=MSFT, strategy=alpha", "max_order_qty", "100"))
    limits = desk.limits.book.limits_for(*ALPHA)
    assert (desk.max_qty(*ALPHA), limits.row_of("max_qty")) == (100, "strategy alpha, symbol MSFT")
    assert desk.max_qty("alpha", "A1", "X", "IBM") == 500


def test_several_changes_are_one(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("each share", "max_messages", 10), ("each share", "interval_ms", "500"))
    assert desk.limits.book.version == 2
    (bucket,) = [b for b in desk.limits.book.limits_for(*BETA).buckets if b.row == "each share"]
    assert (bucket.max_messages, bucket.interval_ns) == (10, 500_000_000)


REFUSED: list[tuple[tuple[str, str, Any], str]] = [
    (("strategy alhpa", "max_order_qty", "1"), "did you mean 'strategy alpha'?"),
    (
        ("strategy=alhpa", "max_order_qty", "1"),
        "row strategy alhpa.strategy: 'alhpa', expected one of the configuration's strategies",
    ),
    (("strategy=alpha,strategy=beta", "max_order_qty", "1"), "expected each of strategy, account, venue, symbol once"),
    (("firm", "max_order_qyt", "1"), "did you mean 'max_order_qty'?"),
    (("firm", "max_order_qty", "1.000000001"), "expected at most 8 decimals"),
    (("firm", "max_open_orders", "many"), "expected a whole number"),
    (("firm", "collar_bps", 5), "collar_references: it is missing"),
    (("firm", "max_order_qty", "1000"), "nothing would change"),
    (("firm", "off", ["max_quantity"]), "expected none whose limits firm sets"),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_a_wrong_change_says_why_and_changes_nothing(
    open_desk: Desk, change: tuple[str, str, Any], expected: str
) -> None:
    desk = open_desk()
    before = desk.state()
    with pytest.raises(ControlError) as refused:
        desk.set(("strategy alpha", "max_open_orders", 10), change)
    assert expected in str(refused.value)
    assert desk.state() == before


def test_what_is_looser_needs_a_second_person(open_desk: Desk) -> None:
    desk = open_desk()
    looser, tighter = (
        {"changes": [{"row": "strategy alpha", "parameter": "max_open_orders", "value": value}]} for value in (11, 9)
    )
    assert desk.needs_approval("limits.set", **looser)
    assert not desk.needs_approval("limits.set", **tighter)
    with pytest.raises(ControlError, match="a second person must agree to what is looser: strategy alpha: max_open"):
        desk.ask("limits.set", **looser)
    desk.ask("limits.set", "bob", **looser)
    assert (desk.records()[-1]["operator"], desk.records()[-1]["approver"]) == ("ann", "bob")


def test_a_change_for_a_time_ends(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("strategy alpha", "max_order_qty", "50"), until="2026-05-28T21:26:40+00:00")
    assert desk.limits.changes[0].until_utc_ns == UTC + HOUR
    desk.limits.tick(2, UTC + HOUR - 1)
    assert desk.max_qty(*ALPHA) == 50
    desk.limits.tick(3, UTC + HOUR)
    assert (desk.max_qty(*ALPHA), desk.limits.changes) == (500, ())
    assert desk.records()[-1]["event"] == "ended"
    assert desk.alerts == [("limits_change_ended", {"changes": ["strategy alpha: max_order_qty = 50"]})]


def test_a_change_that_leaves_nonsense_when_another_ends_is_refused(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("firm", "max_messages", 100), ("firm", "interval_ms", 1000), until="2026-05-28T21:26:40+00:00")
    with pytest.raises(ControlError, match="when a change ends: firm.max_messages: it is missing"):
        desk.set(("firm", "cancel_reserve", 10))
    with pytest.raises(ControlError, match="expected a time to come"):
        desk.set(("firm", "max_messages", 90), until="2026-05-28T00:00:00+00:00")


def test_a_reload_takes_the_file_and_drops_admin_changes(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("strategy alpha", "max_order_qty", "400"))
    desk.path.write_text(FILE.replace('"500"', '"300"'))
    tried = desk.ask("limits.check")
    assert (tried["needs_approval"], len(tried["dropped"])) == (False, 1)
    desk.ask("limits.reload", file_hash=tried["file_hash"])
    assert (desk.max_qty(*ALPHA), desk.limits.changes) == (300, ())
    assert desk.records()[-1]["dropped"][0]["value"] == "400"


def test_dropping_a_tighter_admin_change_needs_a_second_person(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("strategy alpha", "max_order_qty", "400"))
    assert desk.needs_approval("limits.reload")


def test_a_bad_file_changes_nothing_and_says_why(open_desk: Desk) -> None:
    desk = open_desk()
    before = desk.state()
    desk.path.write_text(FILE.replace("max_open_orders = 10\n", 'max_open_orders = "10"\nmax_orders = 1\n'))
    with pytest.raises(ControlError, match=r"2 mistakes, nothing was changed\n  limits\[0\].max_open_orders: '10'"):
        desk.ask("limits.reload")
    assert desk.state() == before


def test_another_file_than_the_one_looked_at_is_not_taken(open_desk: Desk) -> None:
    desk = open_desk()
    looked_at = desk.ask("limits.check")["file_hash"]
    desk.path.write_text(FILE.replace('"500"', '"300"'))
    with pytest.raises(ControlError, match="the limits file is another one by now"):
        desk.ask("limits.reload", file_hash=looked_at)


def test_a_dry_run_tells_what_is_over_the_limit_now_and_changes_nothing(open_desk: Desk) -> None:
    desk = open_desk()
    desk.limits.book.limits_for(*ALPHA).buckets[2].open_orders = 7
    before = desk.state()
    changes = [{"row": "strategy alpha", "parameter": "max_open_orders", "value": 5}]
    answer = desk.ask("limits.check", changes=changes)
    (over,) = answer["over_limit"]
    assert (over["scope"], over["used"], over["limit"], over["percent"]) == ("strategy alpha", 7, 5, 140.0)
    assert desk.state() == before
    text = desk.ask("limits.check", text=FILE.replace("= 100", "= 99"))
    assert text["differences"] == [{"row": "firm", "parameter": "max_open_orders", "before": 100, "after": 99}]
    assert text["strategies"] == ["alpha", "beta"]


def test_admin_changes_come_again_at_a_start_with_the_same_file(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("strategy alpha", "max_order_qty", "400"))
    recorded = len(desk.journal)
    desk.restart()
    assert (desk.max_qty(*ALPHA), desk.limits.book.version, desk.alerts) == (400, 2, [])
    assert len(desk.journal) == recorded


def test_they_come_again_from_a_checkpoint_alone(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("strategy alpha", "max_order_qty", "400"))
    desk.limits.write_checkpoint(UTC)
    desk.journal = desk.journal[-1:]
    assert "content" in desk.records()[0]
    desk.restart()
    assert (desk.max_qty(*ALPHA), desk.limits.book.version) == (400, 2)


def test_a_file_that_changed_meanwhile_wins_and_what_is_dropped_is_told(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("strategy alpha", "max_order_qty", "400"))
    desk.path.write_text(FILE.replace('"500"', '"300"'))
    desk.restart()
    assert (desk.max_qty(*ALPHA), desk.limits.book.version) == (300, 3)
    ((event, facts),) = desk.alerts
    assert (event, facts["change"]) == ("limits_change_dropped", "strategy alpha: max_order_qty = 400")
    record = desk.records()[-1]
    assert record["difference"] == [
        {"row": "strategy alpha", "parameter": "max_order_qty", "before": "400", "after": "300"}
    ]
    desk.restart()
    assert len(desk.alerts) == 1


def test_a_change_whose_time_passed_while_nothing_ran_has_ended(open_desk: Desk) -> None:
    desk = open_desk()
    desk.set(("strategy alpha", "max_order_qty", "50"), until="2026-05-28T21:26:40+00:00")
    desk.utc_ns += 2 * HOUR
    desk.restart()
    assert (desk.max_qty(*ALPHA), desk.limits.book.version, desk.limits.changes) == (500, 3, ())


def test_the_limits_that_one_order_meets_are_shown_with_their_rows(open_desk: Desk) -> None:
    desk = open_desk()
    answer = desk.ask("limits.show", strategy="alpha", account="A1", venue="X", symbol="MSFT")
    assert answer["limits"] == {"max_order_qty": {"value": "500", "row": "strategy alpha"}}
    assert [(use["scope"], use["limit"]) for use in answer["counted"]] == [
        ("each symbol MSFT", "2000"),
        ("firm", 100),
        ("strategy alpha", 10),
    ]
    assert desk.limits.book.buckets == {}


def test_usage_has_every_limit_with_the_most_used_first(open_desk: Desk) -> None:
    desk = open_desk()
    firm, each, alpha = desk.limits.book.limits_for(*ALPHA).buckets
    firm.open_orders = alpha.open_orders = 9
    each.net_qty, each.open_buy_qty = 150_000_000_000, 30_000_000_000
    found = desk.ask("limits.usage")["usage"]
    assert [(use["scope"], use["parameter"], use["used"], use["percent"]) for use in found] == [
        ("each symbol MSFT", "max_long_qty", "1800", 90.0),
        ("strategy alpha", "max_open_orders", 9, 90.0),
        ("firm", "max_open_orders", 9, 9.0),
    ]
    assert len(desk.ask("limits.usage", at_least_percent=50)["usage"]) == 2


_rows = st.sampled_from(("firm", "strategy alpha", "each share", "symbol=IBM", "venue=X,strategy=beta"))
_keys = st.sampled_from(("max_order_qty", "max_open_orders", "self_match", "needs_market_state", "phases", "off"))
_raw: dict[str, st.SearchStrategy[Any]] = {
    "max_order_qty": st.integers(0, 2000).map(str),
    "max_open_orders": st.integers(0, 50),
    "self_match": st.sampled_from(("off", "block", "no")),
    "needs_market_state": st.booleans(),
    "phases": st.lists(st.sampled_from(("trading", "auction")), min_size=1, unique=True),
    "off": st.lists(st.sampled_from(("restricted", "max_quantity", "kill")), unique=True),
}


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str, Any]:
    key = draw(_keys)
    return draw(_rows), key, draw(st.none() | _raw[key])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sequence=st.lists(st.lists(changes(), min_size=1, max_size=3), max_size=6), again=st.booleans())
def test_a_refused_change_leaves_all_as_it_was_and_an_inverse_leads_back(
    tmp_path: Path, sequence: list[list[tuple[str, str, Any]]], again: bool
) -> None:
    desk = LimitsDesk(tmp_path)
    for step in sequence:
        before = desk.state()
        values = {(row, key): _value_in_force(desk, row, key) for row, key, _ in step}
        try:
            desk.set(*step, approver="bob")
        except ControlError:
            assert desk.state() == before
            continue
        undo = [(row, key, value) for (row, key), value in values.items()]
        if desk.limits.book.rules.as_dict() != before[1]:
            desk.set(*undo, approver="bob")
            assert desk.limits.book.rules.as_dict() == before[1]
            desk.set(*step, approver="bob")
        if again:
            in_force = desk.state()[:3]
            desk.restart()
            assert desk.state()[:3] == in_force


def _value_in_force(desk: LimitsDesk, row: str, key: str) -> Any:
    content = desk.limits.book.rules
    named = {found.name: found for found in (content.firm, *content.rows)}
    found = named.get(row) or named.get(
        {"symbol=IBM": "symbol IBM", "venue=X,strategy=beta": "strategy beta, venue X"}.get(row, row)
    )
    if found is None:
        return None
    if key == "off":
        return None if found.off is None else sorted(found.off)
    return PARAMETERS[key].form.write(found.values[key]) if key in found.values else None
