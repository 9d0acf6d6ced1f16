"""What differs between two sets of limits, and that nothing becomes looser without being told."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from limit_strategies import ACCOUNTS, FEW, STRATEGIES, SYMBOLS, VENUES, rules, value_of
from plain_limits import Key

from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_difference import differences, loosened
from fairlead.gateway.risk.limits_parameters import BUCKET_PARAMETERS, NO_PHASE, OFF, ORDER_PARAMETERS, Parameter
from fairlead.gateway.risk.limits_rules import Currencies, LimitRules, Row, Selectors


def _unset(limits: LimitSet | Bucket, parameter: Parameter) -> bool:
    empty = LimitSet(0) if isinstance(limits, LimitSet) else Bucket("", "")
    return bool(getattr(limits, parameter.attribute) == getattr(empty, parameter.attribute))


def _is_looser(parameter: Parameter, after: LimitSet | Bucket, before: LimitSet | Bucket) -> bool:
    value, than = getattr(after, parameter.attribute), getattr(before, parameter.attribute)
    if parameter.key == "collar_references":
        return not _unset(before, parameter) and value != than
    if _unset(before, parameter):
        return False
    if _unset(after, parameter):
        return True
    if parameter.key == "phases":
        return not value - {NO_PHASE} <= than
    return parameter.is_looser(value, than)


@st.composite
def nudged(draw: st.DrawFn) -> tuple[LimitRules, LimitRules]:
    """Draw a set of limits, and the same with one or two small changes, as people make them."""
    before = after = draw(rules(FEW))
    for _ in range(draw(st.integers(1, 2))):
        rows = {row.selectors: row for row in after.rows}
        target = draw(st.sampled_from((*rows, Selectors(), Selectors("alpha"), Selectors(symbol="MSFT"))))
        row = after.firm if target == Selectors() else rows.get(target, Row(str(target), target))
        key = draw(st.sampled_from((*FEW, OFF)))
        if key == OFF:
            row = replace(row, off=draw(st.none() | st.frozensets(st.sampled_from(("duplicate", "max_quantity")))))
        else:
            value = draw(st.none() | value_of(key))
            left = {name: found for name, found in row.values.items() if name != key}
            row = replace(row, values=left if value is None else left | {key: value})
        rows[target] = row
        firm = rows.pop(Selectors(), after.firm)
        after = replace(after, firm=firm, rows=tuple(rows.values()))
    return before, after


def _meets_looser(before: LimitRules, after: LimitRules, key: Key) -> list[str]:
    """Return what one order meets that is looser than before."""
    old, new = LimitBook(before).limits_for(*key), LimitBook(after).limits_for(*key)
    now = {bucket.scope: bucket for bucket in new.buckets}
    return [
        *(f"{check} is off" for check in new.off - old.off),
        *(
            parameter.key
            for parameter in ORDER_PARAMETERS
            if not parameter.is_soft and parameter.check not in old.off and _is_looser(parameter, new, old)
        ),
        *(
            f"{bucket.scope} {parameter.key}"
            for bucket in old.buckets
            for parameter in BUCKET_PARAMETERS
            if not parameter.is_soft
            and not _unset(bucket, parameter)
            and _is_looser(parameter, now.get(bucket.scope, Bucket("", "")), bucket)
        ),
    ]


EVERY_ORDER = list(product((*STRATEGIES, "other"), (*ACCOUNTS, "other"), (*VENUES, "other"), (*SYMBOLS, "other")))


@settings(max_examples=400, deadline=None)
@given(nudged())
def test_no_order_meets_a_looser_limit_where_nothing_is_said_to_be_looser(
    pair: tuple[LimitRules, LimitRules],
) -> None:
    before, after = pair
    if not loosened(before, after):
        found = [(key, looser) for key in EVERY_ORDER if (looser := _meets_looser(before, after, key))]
        assert found == []


@given(rules())
def test_a_set_does_not_differ_from_itself(found: LimitRules) -> None:
    assert loosened(found, found) == []
    assert differences(found.as_dict(), found.as_dict()) == []


@given(rules(), rules())
def test_there_is_a_difference_exactly_where_the_content_differs(one: LimitRules, other: LimitRules) -> None:
    found = differences(one.as_dict(), other.as_dict())
    assert (found == []) == (one.content_hash == other.content_hash)
    back = differences(other.as_dict(), one.as_dict())
    assert [(d.parameter, d.after, d.before) for d in back] == [(d.parameter, d.before, d.after) for d in found]


def _rules(*rows: tuple[str, dict[str, Any]], firm: dict[str, Any] | None = None, **more: Any) -> LimitRules:
    found = []
    for text, values in rows:
        off = values.pop("off", None)
        selectors = Selectors(**dict(part.split("=") for part in text.split()))
        found.append(Row(text, selectors, values, None if off is None else frozenset(off)))
    return LimitRules(firm=Row("firm", Selectors(), firm or {}), rows=tuple(found), **more)


A, M = "strategy=alpha", "symbol=MSFT"
CASES = [
    # before, after, what is looser
    (_rules((A, {"max_order_qty": 5})), _rules((A, {"max_order_qty": 4})), []),
    (
        _rules((A, {"max_order_qty": 500_000_000})),
        _rules((A, {"max_order_qty": 600_000_000})),
        ["strategy=alpha: max_order_qty from 5 to 6"],
    ),
    (_rules((A, {"max_order_qty": 5})), _rules(), ["strategy alpha: max_order_qty from 0.00000005 to not set"]),
    (_rules((A, {"max_order_qty": 5}), firm={"max_order_qty": 5}), _rules(firm={"max_order_qty": 5}), []),
    (_rules(), _rules((A, {"max_order_qty": 5})), []),
    # a more specific row hides a stricter one
    (
        _rules((A, {"collar_bps": 5})),
        _rules((A, {"collar_bps": 5}), (M, {"collar_bps": 9})),
        [f"{M}: collar_bps from not set to 9"],
    ),
    (_rules((A, {"collar_bps": 9})), _rules((A, {"collar_bps": 9}), (M, {"collar_bps": 5})), []),
    (_rules((A, {"warn_order_qty": 5})), _rules((A, {"warn_order_qty": 9})), []),
    (_rules((A, {"duplicate_window_ms": 5})), _rules((A, {"duplicate_window_ms": 9})), []),
    (_rules(), _rules((A, {"off": ["restricted"]})), [f"{A}: off: restricted may be off where it was on"]),
    (_rules((A, {"off": ["restricted"]})), _rules((A, {"off": []})), []),
    (_rules(), _rules(currencies=Currencies("USD")), ["currencies: money is counted at other rates"]),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_what_is_looser_is_told_in_words(before: LimitRules, after: LimitRules, expected: list[str]) -> None:
    assert loosened(before, after) == expected


def test_covering_orders_is_looser_where_a_row_is_required() -> None:
    assert loosened(_rules(), _rules((A, {"max_order_qty": 1})), require=True) == [
        "strategy alpha: orders that no row fitted are covered now"
    ]


def test_phases_that_the_firm_does_not_have_leave_none() -> None:
    """A row for trading alone under a firm for quotes alone: not the firm's, which the row forbids."""
    found = _rules((M, {"phases": ("trading",)}), firm={"phases": ("quote_only",)})
    assert LimitBook(found).limits_for("alpha", "A1", "X", "MSFT").phases == {NO_PHASE}
    assert LimitBook(found).limits_for("alpha", "A1", "X", "IBM").phases == {"quote_only"}
