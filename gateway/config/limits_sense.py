"""Find what is wrong, or strange, between the keys and rows of a limits file."""

from collections.abc import Iterator
from typing import Final

from fairlead.gateway.risk.limits_parameters import BUCKET_KEYS, PARAMETERS, QTY_POSITION_KEYS, Parameter
from fairlead.gateway.risk.limits_rules import FIRM, LimitRules, Row

_SETS: Final = ("collar_references", "phases")
_NOT_COMPARED: Final = frozenset(("interval_ms", "cancel_reserve", "warn_percent"))
_SOFT: Final = (
    ("warn_order_qty", "max_order_qty"),
    ("warn_order_notional", "max_order_notional"),
    ("warn_collar_bps", "collar_bps"),
)


def find_sense_mistakes(rules: LimitRules) -> Iterator[str]:
    """Yield one line for each mistake between keys."""
    yield from _taken_twice(rules)
    for where, row in _places(rules):
        yield from _companions(where, row, rules.firm)
        yield from _switched_off(where, row, rules.firm)
        for key in QTY_POSITION_KEYS:
            if key in row.values and not row.selectors.symbol:
                yield f'{where}.{key}: expected symbol in the row, at least symbol = "*": quantities do not add up'
        for key in _SETS:
            if key in row.values and key in rules.firm.values and not _share(row, rules.firm, key):
                allowed = ", ".join(_words(rules.firm, key))
                yield f"{where}.{key}: {', '.join(_words(row, key))}, expected at least one of [firm]'s ({allowed})"
    yield from _locates_twice(rules)


def find_warnings(rules: LimitRules, *, require: bool) -> Iterator[str]:
    """Yield one line for each thing that is allowed and does not do what one may think."""
    if require and not rules.rows:
        yield "there is no [[limits]], and [risk] require = true: every order is refused"
    for where, row in _places(rules):
        if row is not rules.firm:
            yield from _looser_than_firm(where, row, rules.firm)
            if not row.values and row.off is None:
                yield f"{where}: the row sets nothing; it only lets its orders count as covered"
        for soft, hard in _SOFT:
            if soft in row.values and hard in row.values and row.values[soft] >= row.values[hard]:  # type: ignore[operator]
                yield f"{where}.{soft}: {_text(row, soft)} never warns, since {hard} refuses from {_text(row, hard)} on"
        if "warn_percent" in row.values and len(BUCKET_KEYS & row.values.keys()) == 1:
            yield f"{where}.warn_percent: the row counts nothing that could come near a limit"


def _places(rules: LimitRules) -> Iterator[tuple[str, Row]]:
    yield FIRM, rules.firm
    yield from ((f"limits[{at}]", row) for at, row in enumerate(rules.rows))


def _taken_twice(rules: LimitRules) -> Iterator[str]:
    by_selectors: dict[object, int] = {}
    by_name: dict[str, int] = {}
    for at, row in enumerate(rules.rows):
        first = by_selectors.setdefault(row.selectors, at)
        if first != at:
            yield f"limits[{at}]: {row.selectors}, expected other selectors than those of limits[{first}]"
        named = by_name.setdefault(row.name, at)
        if row.name == FIRM or (named != at and first == at):
            taken = "[firm]" if row.name == FIRM else f"limits[{named}]"
            yield f"limits[{at}].name: {row.name!r}, expected one that {taken} has not taken"


def _locates_twice(rules: LimitRules) -> Iterator[str]:
    first: dict[str, int] = {}
    for at, locate in enumerate(rules.locates):
        if first.setdefault(locate.id, at) != at:
            yield f"locates[{at}].id: {locate.id!r}, expected one that locates[{first[locate.id]}] has not taken"


def _companions(where: str, row: Row, firm: Row) -> Iterator[str]:
    for key in row.values:
        for needed in PARAMETERS[key].needs:
            may_be_firms = needed not in BUCKET_KEYS
            if needed not in row.values and not (may_be_firms and needed in firm.values):
                at = "the row or [firm]" if may_be_firms and row is not firm else "the same table"
                yield f"{where}.{needed}: it is missing, {key} needs it in {at}"


def _switched_off(where: str, row: Row, firm: Row) -> Iterator[str]:
    for check in sorted(row.off or ()):
        for owner, label in ((row, where), (firm, FIRM)):
            found = sorted(key for key in owner.values if PARAMETERS[key].check == check)
            if found:
                yield f"{where}.off: {check!r}, expected none whose limits {label} sets ({', '.join(found)})"
                break


def _looser_than_firm(where: str, row: Row, firm: Row) -> Iterator[str]:
    same_interval = row.values.get("interval_ms") == firm.values.get("interval_ms")
    compared = row.values.keys() - _NOT_COMPARED - (set() if same_interval else {"max_messages"})
    for key, value in row.values.items():
        if key in compared and key in firm.values and PARAMETERS[key].is_looser(value, firm.values[key]):
            counts = "counts as well" if key in BUCKET_KEYS else "is what counts"
            yield f"{where}.{key}: {_text(row, key)} is looser than [firm]'s {_text(firm, key)}, which {counts}"


def _share(row: Row, firm: Row, key: str) -> bool:
    return not set(_words(row, key)).isdisjoint(_words(firm, key))


def _words(row: Row, key: str) -> tuple[str, ...]:
    value = row.values[key]
    return value if isinstance(value, tuple) else ()


def _text(row: Row, key: str) -> str:
    parameter: Parameter = PARAMETERS[key]
    written = parameter.form.write(row.values[key])
    return ", ".join(written) if isinstance(written, list) else str(written)
