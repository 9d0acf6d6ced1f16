"""Which limits an order meets: precedence as a table, and against the plainest reference for any set of rows."""

from typing import Any

import pytest
from hypothesis import given
from limit_strategies import keys, rules
from plain_limits import Key, bucket_limits, checks_off, order_parameters

from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_parameters import BUCKET_PARAMETERS, PARAMETERS, SWITCHABLE
from fairlead.gateway.risk.limits_rules import FIRM, LimitRules, Row, Selectors

ORDER: Key = ("alpha", "A1", "X", "MSFT")


def _row(name: str, text: str, **values: Any) -> Row:
    off = values.pop("off", None)
    selectors = dict(part.split("=") for part in text.split()) if text else {}
    return Row(name, Selectors(**selectors), values, None if off is None else frozenset(off))


def _book(*rows: Row, firm: dict[str, Any] | None = None, require: bool = False) -> LimitBook:
    return LimitBook(LimitRules(firm=_row(FIRM, "", **(firm or {})), rows=rows), require=require)


PRECEDENCE = [
    # rows, in any order, with a max_order_qty each; then whose counts
    (["venue=X", "strategy=alpha"], "strategy=alpha"),
    (["strategy=alpha", "account=A1"], "account=A1"),
    (["account=A1", "symbol=MSFT"], "symbol=MSFT"),
    (["strategy=alpha account=A1 venue=X", "symbol=MSFT"], "symbol=MSFT"),
    (["symbol=MSFT", "symbol=MSFT venue=X"], "symbol=MSFT venue=X"),
    (["symbol=MSFT venue=X", "symbol=MSFT strategy=alpha"], "symbol=MSFT strategy=alpha"),
    (["symbol=MSFT strategy=alpha venue=X", "symbol=MSFT account=A1"], "symbol=MSFT account=A1"),
    (["symbol=*", "venue=X"], "venue=X"),
    (["symbol=*", "account=*"], "symbol=*"),
    (["strategy=alpha", "strategy=alpha symbol=*"], "strategy=alpha symbol=*"),
    (["symbol=IBM", "account=A2", "venue=X"], "venue=X"),
]


@pytest.mark.parametrize(("texts", "winner"), PRECEDENCE)
@pytest.mark.parametrize("turned", [False, True])
def test_the_most_specific_row_counts_in_whatever_order_they_stand(texts: list[str], winner: str, turned: bool) -> None:
    rows = [_row(text, text, max_order_qty=100 + at) for at, text in enumerate(texts)]
    limits = _book(*(rows[::-1] if turned else rows)).limits_for(*ORDER)
    assert limits.max_qty == 100 + texts.index(winner)
    assert limits.row_of("max_qty") == winner


def test_each_parameter_is_looked_for_by_itself() -> None:
    limits = _book(
        _row("s", "strategy=alpha", max_order_qty=5, collar_bps=10), _row("m", "symbol=MSFT", collar_bps=20)
    ).limits_for(*ORDER)
    assert (limits.max_qty, limits.collar_bps) == (5, 20)
    assert limits.rows == {"max_qty": "s", "collar_bps": "m"}


CEILING = [
    # key, the firm's, the row's, what counts
    ("max_order_qty", 10, 20, 10),
    ("max_order_qty", 10, 5, 5),
    ("max_order_notional", 10, 20, 10),
    ("max_reference_age_ms", 10, 20, 10),
    ("duplicate_window_ms", 10, 5, 10),
    ("duplicate_window_ms", 10, 20, 20),
    ("max_repeats", 3, 9, 3),
    ("self_match", "block", "off", "block"),
    ("self_match", "stamp", "block", "block"),
    ("short_sale", "locate", "allow", "locate"),
    ("phases", ("trading", "auction"), ("auction", "closed"), frozenset({"auction"})),
    ("collar_references", ("last", "touch"), ("previous_close", "touch"), ("touch",)),
    ("needs_market_state", True, False, True),
    ("needs_market_state", False, True, True),
]


@pytest.mark.parametrize(("key", "firm", "row", "counts"), CEILING)
def test_no_row_is_looser_than_the_firm(key: str, firm: Any, row: Any, counts: Any) -> None:
    limits = _book(_row("r", "symbol=MSFT", **{key: row}), firm={key: firm}).limits_for(*ORDER)
    attribute = PARAMETERS[key].attribute
    assert getattr(limits, attribute) == counts
    assert limits.row_of(attribute) == ("r" if counts in (row, frozenset(row) if key == "phases" else row) else FIRM)


def test_every_row_that_fits_counts_for_itself() -> None:
    book = _book(
        _row("a", "strategy=alpha", max_open_orders=5),
        _row("e", "account=* symbol=*", max_long_qty=7),
        _row("m", "symbol=IBM", max_open_orders=1),
        firm={"max_credit": 1000},
    )
    found = {bucket.scope: bucket.row for bucket in book.limits_for(*ORDER).buckets}
    assert found == {FIRM: FIRM, "strategy alpha": "a", "each account A1, each symbol MSFT": "e"}


def test_a_scope_has_one_bucket_whoever_asks_first() -> None:
    book = _book(_row("a", "strategy=alpha", max_open_orders=5), _row("e", "symbol=*", max_long_qty=7))
    one, other = book.limits_for(*ORDER), book.limits_for("beta", "A2", "Y", "MSFT")
    assert one.buckets[0] is other.buckets[0] is book.buckets["each symbol MSFT"]
    assert book.limits_for("beta", "A2", "Y", "IBM").buckets[0].scope == "each symbol IBM"


OFF = [
    # rows, then whether the collar is off
    ([("strategy=alpha", {"collar_bps": 10}), ("symbol=MSFT", {"off": ["collar"]})], True),
    ([("strategy=alpha", {"off": ["collar"]}), ("symbol=MSFT", {"collar_bps": 10})], False),
    ([("strategy=alpha", {"off": ["collar"]}), ("symbol=MSFT", {"off": []})], False),
    ([("strategy=alpha", {"off": ["collar"]}), ("symbol=MSFT", {"max_order_qty": 1})], True),
    ([("strategy=alpha", {"off": ["collar"]}), ("symbol=IBM", {"off": []})], True),
]


@pytest.mark.parametrize(("rows", "is_off"), OFF)
def test_the_most_specific_row_that_speaks_of_a_check_switches_it(
    rows: list[tuple[str, dict[str, Any]]], is_off: bool
) -> None:
    limits = _book(*(_row(text, text, **values) for text, values in rows)).limits_for(*ORDER)
    assert ("collar" in limits.off) is is_off
    if is_off:
        assert limits.collar_bps == LimitSet(1).collar_bps


@pytest.mark.parametrize(
    ("require", "row", "is_covered"),
    [(False, None, True), (True, None, False), (True, "symbol=MSFT", True), (True, "symbol=IBM", False)],
)
def test_an_order_without_a_row_is_not_covered_where_one_is_required(
    require: bool, row: str | None, is_covered: bool
) -> None:
    rows = [_row(row, row, max_order_qty=1)] if row else []
    limits = _book(*rows, firm={"max_order_qty": 5}, require=require).limits_for(*ORDER)
    assert limits.is_covered is is_covered


def test_other_rules_count_at_once_and_begin_to_count_anew() -> None:
    book = _book(_row("a", "strategy=alpha", max_open_orders=5))
    before = book.limits_for(*ORDER)
    before.buckets[0].open_orders = 3
    told: list[tuple[int, int, list[str]]] = []
    book.on_change(lambda now_ns, utc_ns: told.append((now_ns, utc_ns, list(book.buckets))))
    book.put_in_force(LimitRules(rows=(_row("a", "strategy=alpha", max_open_orders=9),)), 2, 11, 12)
    after = book.limits_for(*ORDER)
    assert told == [(11, 12, ["strategy alpha"])]
    assert (after.version, book.version, after.buckets[0].max_open_orders) == (2, 2, 9)
    assert after.buckets[0].open_orders == 0
    assert book.limits_for(*ORDER) is after


def _as_dict(limits: LimitSet) -> dict[str, tuple[Any, str]]:
    keys_of = {parameter.attribute: key for key, parameter in PARAMETERS.items()}
    return {
        keys_of[attribute]: (_plain(keys_of[attribute], getattr(limits, attribute)), row)
        for attribute, row in limits.rows.items()
        if attribute in keys_of
    }


def _plain(key: str, value: Any) -> Any:
    return frozenset(value) if key == "phases" else value


def _bucket_as_dict(bucket: Bucket) -> dict[str, Any]:
    empty = Bucket("", "")
    return {
        parameter.key: getattr(bucket, parameter.attribute)
        for parameter in BUCKET_PARAMETERS
        if getattr(bucket, parameter.attribute) != getattr(empty, parameter.attribute)
    }


@given(rules=rules(), key=keys)
def test_any_set_of_rows_resolves_as_the_reference_does(rules: LimitRules, key: Key) -> None:
    limits = LimitBook(rules).limits_for(*key)
    expected = {name: (_plain(name, value), row) for name, (value, row) in order_parameters(rules, key).items()}
    assert _as_dict(limits) == expected
    assert limits.off == frozenset(checks_off(rules, key))
    assert limits.off <= set(SWITCHABLE)
    unset = {parameter.key: getattr(Bucket("", ""), parameter.attribute) for parameter in BUCKET_PARAMETERS}
    counted = {
        row: {name: value for name, value in values.items() if value != unset[name]}
        for row, values in bucket_limits(rules, key).items()
    }
    assert {bucket.row: _bucket_as_dict(bucket) for bucket in limits.buckets} == counted
    assert len({bucket.scope for bucket in limits.buckets}) == len(limits.buckets)


@given(rules=rules(), key=keys)
def test_nothing_that_counts_is_looser_than_the_firm(rules: LimitRules, key: Key) -> None:
    limits = LimitBook(rules).limits_for(*key)
    for name, value in rules.firm.values.items():
        parameter = PARAMETERS[name]
        if hasattr(limits, parameter.attribute) and name != "phases":
            held = getattr(limits, parameter.attribute)
            assert not parameter.is_looser(held, value)  # type: ignore[arg-type]
