"""Resolve limits in the plainest way, from the words of docs/risk.md: what the real resolution is compared with."""

from collections.abc import Iterator
from typing import Any

from fairlead.gateway.risk.limits_parameters import BUCKET_KEYS, PARAMETERS, SWITCHABLE
from fairlead.gateway.risk.limits_rules import LimitRules, Row

Key = tuple[str, str, str, str]
NAMES = ("strategy", "account", "venue", "symbol")
HEAVIEST_FIRST = ("symbol", "account", "strategy", "venue")


def fits(row: Row, key: Key) -> bool:
    return all(getattr(row.selectors, name) in ("", "*", value) for name, value in zip(NAMES, key, strict=True))


def beats(one: Row, other: Row) -> bool:
    """Tell whether one row is more specific than another: by what they name, then by what they take each by itself."""
    for is_such in (lambda value: value not in ("", "*"), lambda value: value == "*"):
        for name in HEAVIEST_FIRST:
            has_one, has_other = is_such(getattr(one.selectors, name)), is_such(getattr(other.selectors, name))
            if has_one != has_other:
                return has_one
    return False


def most_specific(rows: list[Row]) -> Row | None:
    return next((row for row in rows if not any(beats(other, row) for other in rows)), None)


def no_looser(parameter: str, value: Any, ceiling: Any) -> Any:
    return PARAMETERS[parameter].clip(value, ceiling)


def checks_off(rules: LimitRules, key: Key) -> Iterator[str]:
    for check in SWITCHABLE:
        speaking = [
            row
            for row in rules.rows
            if fits(row, key) and (row.off is not None or any(PARAMETERS[p].check == check for p in row.values))
        ]
        row = most_specific(speaking) or rules.firm
        if row.off and check in row.off:
            yield check


def order_parameters(rules: LimitRules, key: Key) -> dict[str, tuple[Any, str]]:
    """Return what counts for one order, by the file's key: the value and the row it is from."""
    found: dict[str, tuple[Any, str]] = {}
    off = set(checks_off(rules, key))
    for name, parameter in PARAMETERS.items():
        if name in BUCKET_KEYS or parameter.check in off:
            continue
        row = most_specific([row for row in rules.rows if fits(row, key) and name in row.values])
        firm = rules.firm.values.get(name)
        if row is None and firm is not None:
            found[name] = (firm, "firm")
        elif row is not None:
            value = row.values[name]
            held = value if firm is None else no_looser(name, value, firm)
            found[name] = (held, row.name if held == value else "firm")
    return found


def bucket_limits(rules: LimitRules, key: Key) -> dict[str, dict[str, Any]]:
    """Return what is counted, by the row's name: the limits of that count."""
    return {
        row.name: {name: value for name, value in row.values.items() if name in BUCKET_KEYS}
        for row in (rules.firm, *rules.rows)
        if fits(row, key) and any(name in BUCKET_KEYS for name in row.values)
    }
