"""Make changes of single parameters to what a limits file says: admin changes, each with who, why and how long.

Changes are made to the file's plain values, and the result is read in the same way as a file: so a change can't do
what a file could not. Times are UTC nanoseconds.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, Final

from fairlead.gateway.risk.limits_parameters import FLAG_KEYS, NUMBER_KEYS, OFF, PARAMETERS, WORDS_KEYS
from fairlead.gateway.risk.limits_rules import FIRM, SELECTORS, Selectors

Content = Mapping[str, Any]

_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter of one row set to a value of the file's kind; None: no longer set. ``until_utc_ns`` 0: for good."""

    selectors: Selectors
    parameter: str
    value: Any
    until_utc_ns: int = 0
    operator: str = ""
    approver: str = ""
    reason: str = ""
    at_utc_ns: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"selectors": self.selectors.as_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Change":
        """Return what ``as_dict`` wrote. Raises TypeError, KeyError for anything else."""
        return cls(**{**values, "selectors": Selectors(**values["selectors"])})

    def __str__(self) -> str:
        return f"{self.selectors}: {self.parameter} = {'not set' if self.value is None else self.value}"


def selectors_of(row: Mapping[str, Any]) -> Selectors:
    """Return which orders a row of the file is about."""
    return Selectors(**{name: row.get(name) or "" for name in SELECTORS})


def with_changes(content: Content, changes: Iterable[Change]) -> Content:
    """Return what a file would say with the changes made; rows that a change needs are added, and go when empty."""
    changed = copy.deepcopy(dict(content))
    rows = changed.setdefault("limits", [])
    of_file = {selectors_of(row) for row in rows}
    for change in changes:
        table = _table(changed, rows, change.selectors)
        if change.value is None:
            table.pop(change.parameter, None)
        else:
            table[change.parameter] = change.value
    changed["limits"] = [row for row in rows if selectors_of(row) in of_file or not row.keys() <= {"name", *SELECTORS}]
    return changed


def _table(content: dict[str, Any], rows: list[dict[str, Any]], selectors: Selectors) -> dict[str, Any]:
    if selectors == Selectors():
        firm: dict[str, Any] = content.setdefault(FIRM, {})
        return firm
    for row in rows:
        if selectors_of(row) == selectors:
            return row
    rows.append(dict(selectors.as_dict()))
    return rows[-1]


def settled(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Leave out changes that a later one has made void: the last for each parameter of a row counts.

    One with an end and what it interrupts both stay, so that the value comes back.
    """
    kept: list[Change] = []
    for change in changes:
        if not change.until_utc_ns:
            kept = [
                before
                for before in kept
                if (before.selectors, before.parameter) != (change.selectors, change.parameter)
            ]
        kept.append(change)
    return tuple(kept)


def find_row(text: str, content: Content) -> Selectors:
    """Return the selectors of the row that a text names: by name, or as ``symbol=MSFT,strategy=alpha``.

    Raises ValueError where it is neither.
    """
    if text == FIRM:
        return Selectors()
    names = {row.get("name") or str(selectors_of(row)): selectors_of(row) for row in content.get("limits", ())}
    if text in names:
        return names[text]
    if "=" not in text:
        close = get_close_matches(text, [FIRM, *names], n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"{text!r}, expected the name of a row, firm, or selectors such as symbol=MSFT{hint}")
    given: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = (word.strip() for word in part.partition("="))
        if name not in SELECTORS or name in given or not value:
            raise ValueError(
                f"{part.strip()!r} in {text!r}, expected each of {', '.join(SELECTORS)} once, with a value"
            )
        given[name] = value
    return Selectors(**given)


def typed(parameter: str, value: Any) -> Any:
    """Return a value of the file's kind for one given as text, as from a shell; anything else as it is.

    Raises ValueError where there is no such parameter.
    """
    if parameter != OFF and parameter not in PARAMETERS:
        close = get_close_matches(parameter, [OFF, *PARAMETERS], n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"{parameter!r}, expected a parameter of docs/risk.md{hint}")
    if not isinstance(value, str):
        return value
    if parameter == OFF or parameter in WORDS_KEYS:
        return [word.strip() for word in value.split(",") if word.strip()]
    if parameter in NUMBER_KEYS and value.isascii() and value.isdigit():
        return int(value)
    return _FLAGS.get(value, value) if parameter in FLAG_KEYS else value
