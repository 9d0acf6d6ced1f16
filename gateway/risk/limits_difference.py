"""Compare two sets of limits: what differs, and whether anything that was refused could pass now.

``loosened`` errs on the side of caution: it looks at one change after another and at rows, not at orders. Where it
finds nothing, no order meets a looser limit than before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fairlead.gateway.risk.limits_parameters import (
    BUCKET_KEYS,
    OFF,
    PARAMETERS,
    SWITCHABLE,
    Parameter,
    Value,
)
from fairlead.gateway.risk.limits_rules import ANY, EACH, FIRM, SELECTORS, LimitRules, Row, Selectors

LISTS: Final = ("restricted", "locates")
ANY_CHANGE: Final = frozenset(("collar_references",))
"""Parameters of which no value is stricter than another."""
_FIRM: Final = Selectors()


@dataclass(frozen=True, slots=True)
class Difference:
    """One parameter of one row, or one entry of a list; None: not set, not there. Values are the file's."""

    row: str
    parameter: str
    before: Any
    after: Any

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"row": self.row, "parameter": self.parameter, "before": self.before, "after": self.after}

    def __str__(self) -> str:
        before, after = ("not set" if value is None else value for value in (self.before, self.after))
        return f"{self.row}: {self.parameter} from {before} to {after}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what differs between two sets as ``LimitRules.as_dict`` writes them."""
    found = list(_of_table(FIRM, before.get("firm", {}), after.get("firm", {})))
    old, new = (_by_selectors(rules.get("limits", ())) for rules in (before, after))
    for selectors in sorted({*old, *new}):
        was, now = old.get(selectors, {}), new.get(selectors, {})
        found += _of_table(now.get("name") or was["name"], was, now)
    found += _of_currencies(before.get("currencies", {}), after.get("currencies", {}))
    for name in LISTS:
        gone = [entry for entry in before.get(name, ()) if entry not in after.get(name, ())]
        come = [entry for entry in after.get(name, ()) if entry not in before.get(name, ())]
        found += [Difference(name, entry["symbol"], entry, None) for entry in gone]
        found += [Difference(name, entry["symbol"], None, entry) for entry in come]
    return found


def _by_selectors(rows: Any) -> dict[tuple[tuple[str, str], ...], Mapping[str, Any]]:
    found: dict[tuple[tuple[str, str], ...], Mapping[str, Any]] = {}
    for row in rows:
        selectors = tuple((name, row[name]) for name in SELECTORS if row.get(name))
        found[selectors] = {key: value for key, value in row.items() if key not in SELECTORS}
    return found


def _of_table(label: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield Difference(label, key, before.get(key), after.get(key))


def _of_currencies(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    old, new = ({"base": table.get("base", "")} | dict(table.get("rates", {})) for table in (before, after))
    yield from _of_table("currencies", old, new)


def loosened(before: LimitRules, after: LimitRules, *, require: bool = False) -> list[str]:
    """Return in words what becomes looser; nothing where no order could pass that was refused before."""
    return list(_loosened(before, after, require))


def _loosened(before: LimitRules, after: LimitRules, require: bool) -> Iterator[str]:
    if before.currencies != after.currencies:
        yield "currencies: money is counted at other rates"
    yield from (f"restricted: {e.symbol} ({e.reason}) is gone" for e in before.restricted if e not in after.restricted)
    yield from (f"locates: {locate.id} is new" for locate in after.locates if locate not in before.locates)
    rows = _Rows(before)
    wanted = {row.selectors: row for row in (after.firm, *after.rows)}
    for selectors in sorted({*rows.by_selectors, *wanted}, key=lambda found: found.rank):
        old, new = rows.by_selectors.get(selectors), wanted.get(selectors)
        if old is None and require:
            yield f"{selectors}: orders that no row fitted are covered now"
        new = new if new is not None else Row(str(selectors), selectors)
        yield from (f"{new.name}: {text}" for text in rows.step(selectors, new))
        if selectors not in wanted:
            del rows.by_selectors[selectors]


class _Rows:
    """Go from one set of rows to another, one parameter at a time."""

    def __init__(self, rules: LimitRules) -> None:
        self.by_selectors = {row.selectors: row for row in (rules.firm, *rules.rows)}

    def step(self, selectors: Selectors, new: Row) -> Iterator[str]:
        """Make a row as the new one, and yield what becomes looser on the way."""
        row = self.by_selectors.get(selectors, Row(new.name, selectors))
        for key in sorted({*row.values, *new.values}):
            was, value = row.values.get(key), new.values.get(key)
            if was == value:
                continue
            left = {k: v for k, v in row.values.items() if k != key}
            changed = replace(row, values=left if value is None else left | {key: value})
            if self._loosens(row, changed, PARAMETERS[key], was, value):
                yield f"{key} from {_text(key, was)} to {_text(key, value)}"
            self.by_selectors[selectors] = row = changed
        if row.off != new.off:
            changed = replace(row, off=new.off)
            checks = [check for check in SWITCHABLE if self._may_switch_off(row, changed, check)]
            if checks:
                yield f"{OFF}: {', '.join(checks)} may be off where it was on"
            row = changed
        self.by_selectors[selectors] = replace(row, name=new.name)

    def _loosens(self, row: Row, changed: Row, parameter: Parameter, was: Value | None, value: Value | None) -> bool:
        if was is not None and value is None and self._may_switch_off(row, changed, parameter.check):
            return True
        if parameter.is_soft:
            return False
        if was is None and value is not None and row.selectors == _FIRM and parameter.key in ANY_CHANGE:
            # rows keep of their own what the firm has too: those that lose some of it are changed
            return any(parameter.is_looser(found, value) for found in self._set_by_rows(parameter.key))
        if parameter.key in BUCKET_KEYS or row.selectors == _FIRM:
            # each row counts for itself, and the ceiling holds everywhere
            return was is not None and (value is None or _is_looser(parameter, value, was))
        if was is not None and value is not None:
            return _is_looser(parameter, value, was)
        others = [other.values[parameter.key] for other in self._below(row) if parameter.key in other.values]
        firm = self._firm.values.get(parameter.key)
        if value is not None:
            # what counted before: another row's, or the firm's, which no value can be looser than
            beside = () if firm is None or parameter.key not in ANY_CHANGE else (firm,)
            return any(_is_looser(parameter, value, other) for other in (*others, *beside))
        assert was is not None
        is_covered = any(
            parameter.key in other.values and _covers(other.selectors, row.selectors) for other in self._below(row)
        )
        if not is_covered:
            if firm is None:
                return True
            others.append(firm)
        return any(_is_looser(parameter, other, was) for other in others)

    @property
    def _firm(self) -> Row:
        return self.by_selectors[_FIRM]

    def _set_by_rows(self, key: str) -> Iterator[Value]:
        """Yield what rows set, the firm's left out."""
        for selectors, row in self.by_selectors.items():
            if selectors != _FIRM and key in row.values:
                yield row.values[key]

    def _below(self, row: Row) -> list[Row]:
        """Return the less specific rows that fit some of the same orders; not the firm's."""
        return [
            other
            for selectors, other in self.by_selectors.items()
            if selectors != _FIRM and selectors.rank < row.selectors.rank and _overlap(selectors, row.selectors)
        ]

    def _may_switch_off(self, row: Row, changed: Row, check: str) -> bool:
        """Tell whether a check that was on for some order of the row may be off after the change."""
        if row.off is not None and check in row.off:
            return False
        if changed.off is not None:
            return check in changed.off
        if changed.sets_any_of(check) or row.selectors == _FIRM:
            return False
        below = (*self._below(row), self._firm)
        return (row.off is not None or row.sets_any_of(check)) and any(check in (other.off or ()) for other in below)


def _is_looser(parameter: Parameter, value: Value, than: Value) -> bool:
    return value != than if parameter.key in ANY_CHANGE else parameter.is_looser(value, than)


def _overlap(one: Selectors, other: Selectors) -> bool:
    pairs = ((getattr(one, name), getattr(other, name)) for name in SELECTORS)
    return all(left == right or left in (ANY, EACH) or right in (ANY, EACH) for left, right in pairs)


def _covers(one: Selectors, other: Selectors) -> bool:
    pairs = ((getattr(one, name), getattr(other, name)) for name in SELECTORS)
    return all(left in (ANY, EACH) or left == right for left, right in pairs)


def _text(key: str, value: Value | None) -> str:
    if value is None:
        return "not set"
    written = PARAMETERS[key].form.write(value)
    return ", ".join(written) if isinstance(written, list) else str(written)
