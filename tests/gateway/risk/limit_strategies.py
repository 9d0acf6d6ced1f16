"""Make sets of limits for hypothesis, small enough that rows overlap often."""

from typing import Any

from hypothesis import strategies as st

from fairlead.gateway.risk.limits_parameters import (
    BUCKET_KEYS,
    PARAMETERS,
    PHASES,
    QTY_POSITION_KEYS,
    REFERENCES,
    SELF_MATCH,
    SHORT_SALE,
    SWITCHABLE,
    Value,
)
from fairlead.gateway.risk.limits_rules import FIRM, LimitRules, Row, Selectors

STRATEGIES = ("alpha", "beta")
ACCOUNTS = ("A1", "A2")
VENUES = ("X", "Y")
SYMBOLS = ("MSFT", "IBM")

keys = st.tuples(*(st.sampled_from((*names, "other")) for names in (STRATEGIES, ACCOUNTS, VENUES, SYMBOLS)))

_numbers = st.integers(0, 5)
_WORDS: dict[str, Any] = {
    "self_match": st.sampled_from(SELF_MATCH),
    "short_sale": st.sampled_from(SHORT_SALE),
    "needs_market_state": st.booleans(),
    "collar_references": st.lists(st.sampled_from(REFERENCES), min_size=1, unique=True).map(tuple),
    "phases": st.lists(st.sampled_from(PHASES), min_size=1, unique=True).map(tuple),
}

selectors = st.builds(
    Selectors,
    *(st.sampled_from(("", "*", *names)) for names in (STRATEGIES, ACCOUNTS, VENUES, SYMBOLS)),
).filter(lambda found: found != Selectors())


def value_of(key: str) -> st.SearchStrategy[Value]:
    """Return values of one parameter."""
    found: st.SearchStrategy[Value] = _WORDS.get(key, _numbers)
    return found


ALL = tuple(sorted(PARAMETERS))
FEW = ("max_order_qty", "duplicate_window_ms", "phases", "collar_references", "self_match", "max_open_orders")
"""One of each manner: rows that set one of these often meet."""


@st.composite
def values(draw: st.DrawFn, chosen: Selectors, keys: tuple[str, ...] = ALL) -> dict[str, Value]:
    """Draw what a row sets."""
    names = draw(st.lists(st.sampled_from(keys), max_size=4, unique=True))
    return {n: draw(value_of(n)) for n in names if chosen.symbol or n not in QTY_POSITION_KEYS}


@st.composite
def rules(draw: st.DrawFn, keys: tuple[str, ...] = ALL) -> LimitRules:
    """Draw a firm and up to six rows, in any order; no row switches off what it or the firm sets."""
    firm_values = draw(values(Selectors(), keys))
    firm_checks = {PARAMETERS[key].check for key in firm_values}
    rows = []
    for at, chosen in enumerate(draw(st.lists(selectors, max_size=6, unique=True))):
        row_values = draw(values(chosen, keys))
        free = sorted(set(SWITCHABLE) - firm_checks - {PARAMETERS[key].check for key in row_values})
        off = draw(st.none() | st.frozensets(st.sampled_from(free), max_size=3)) if free else None
        rows.append(Row(f"row{at}", chosen, row_values, off))
    free = sorted(set(SWITCHABLE) - firm_checks)
    firm_off = draw(st.none() | st.frozensets(st.sampled_from(free), max_size=2))
    return LimitRules(firm=Row(FIRM, Selectors(), firm_values, firm_off), rows=tuple(rows))


def has_buckets(row: Row) -> bool:
    """Tell whether a row counts anything."""
    return not BUCKET_KEYS.isdisjoint(row.values)
