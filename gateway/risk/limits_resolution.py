"""Work out what an order meets: the precedence of the rows, field by field.

Parameters of one order come from the most specific row that sets them, and are never looser than the firm's. What is
counted is counted once for each row that fits. A check is off where the most specific row that says anything about it
(by ``off``, or by setting one of its parameters) has it in ``off``.
"""

from collections.abc import Callable, Iterator

from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet
from fairlead.gateway.risk.limits_parameters import (
    BUCKET_KEYS,
    BUCKET_PARAMETERS,
    ORDER_PARAMETERS,
    SWITCHABLE,
    Parameter,
)
from fairlead.gateway.risk.limits_rules import LimitRules, Row, Selectors

BucketOf = Callable[[Row, str], Bucket]
"""Return the bucket of a row and scope, made when there is none yet."""

Key = tuple[str, str, str, str]
"""Strategy, account, venue, symbol."""


class Resolver:
    """Resolve orders by one set of rules."""

    def __init__(self, rules: LimitRules, *, require: bool = False) -> None:
        self.rules = rules
        self._require = require
        ranked = sorted(rules.rows, key=lambda row: row.selectors.rank, reverse=True)
        self._of_symbol: dict[str, list[Row]] = {}
        self._of_all: list[Row] = []
        for row in ranked:
            found = self._of_all if row.selectors.symbol in ("", "*") else self._of(row.selectors)
            found.append(row)

    def _of(self, selectors: Selectors) -> list[Row]:
        return self._of_symbol.setdefault(selectors.symbol, [])

    def matching(self, key: Key) -> list[Row]:
        """Return the rows that fit an order, the most specific first; not the firm's."""
        candidates = (*self._of_symbol.get(key[3], ()), *self._of_all)
        return [row for row in candidates if row.selectors.match(*key)]

    def resolve(self, version: int, key: Key, bucket_of: BucketOf) -> LimitSet:
        """Return what an order meets."""
        rows = self.matching(key)
        limits = LimitSet(version)
        limits.is_covered = bool(rows) or not self._require
        off = dict(self._switched_off(rows))
        limits.off = frozenset(off)
        limits.rows.update({f"off.{check}": name for check, name in off.items()})
        for parameter in ORDER_PARAMETERS:
            if parameter.check not in off:
                self._set_order_parameter(limits, parameter, rows)
        counting = [row for row in (self.rules.firm, *reversed(rows)) if not BUCKET_KEYS.isdisjoint(row.values)]
        limits.buckets = tuple(bucket_of(row, row.selectors.scope(*key)) for row in counting)
        return limits

    def _set_order_parameter(self, limits: LimitSet, parameter: Parameter, rows: list[Row]) -> None:
        firm = self.rules.firm
        row = next((row for row in rows if parameter.key in row.values), firm)
        if parameter.key not in row.values:
            return
        value = row.values[parameter.key]
        if parameter.key in firm.values:
            clipped = parameter.clip(value, firm.values[parameter.key])
            row = row if clipped == value else firm
            value = clipped
        setattr(limits, parameter.attribute, frozenset(value) if parameter.key == "phases" else value)  # type: ignore[arg-type]
        limits.rows[parameter.attribute] = row.name

    def _switched_off(self, rows: list[Row]) -> Iterator[tuple[str, str]]:
        """Yield each check that is off, with the row that says so."""
        said = [row for row in (*rows, self.rules.firm) if row.off is not None]
        if not any(row.off for row in said):
            return
        for check in SWITCHABLE:
            for row in (*rows, self.rules.firm):
                if row.off is not None or row.sets_any_of(check):
                    if row.off is not None and check in row.off:
                        yield check, row.name
                    break


def build_bucket(row: Row, scope: str) -> Bucket:
    """Return a bucket with a row's limits, and nothing counted yet."""
    bucket = Bucket(scope, row.name)
    for parameter in BUCKET_PARAMETERS:
        if parameter.key in row.values:
            setattr(bucket, parameter.attribute, row.values[parameter.key])
    return bucket
