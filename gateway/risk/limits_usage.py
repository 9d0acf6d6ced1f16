"""Say how much of each limit that counts is used now: ``limits.usage``, and what other limits would find exceeded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from fairlead.gateway.risk.limit_set_cy import Bucket
from fairlead.gateway.risk.limits_parameters import BUCKET_PARAMETERS, PARAMETERS

Used = Callable[[Bucket, int], int]
"""``used(bucket, now_ns)`` in the parameter's units."""

COUNTS: Final = (
    "open_orders",
    "open_buy_qty",
    "open_sell_qty",
    "net_qty",
    "gross_qty",
    "open_buy_notional",
    "open_sell_notional",
    "net_notional",
    "traded_notional",
    "window",
)
"""What a bucket holds beside its limits."""


def _messages(bucket: Bucket, now_ns: int) -> int:
    window: Any = bucket.window
    return 0 if window is None else int(window.used(now_ns))


def _capital(bucket: Bucket, now_ns: int) -> int:
    bought, sold = bucket.open_buy_notional, bucket.open_sell_notional
    return int(max(bucket.net_notional + bought, sold - bucket.net_notional))


USED: Final[dict[str, Used]] = {
    "max_open_orders": lambda bucket, now_ns: bucket.open_orders,
    "max_long_qty": lambda bucket, now_ns: bucket.net_qty + bucket.open_buy_qty,
    "max_short_qty": lambda bucket, now_ns: bucket.open_sell_qty - bucket.net_qty,
    "max_gross_qty": lambda bucket, now_ns: bucket.gross_qty + bucket.open_buy_qty + bucket.open_sell_qty,
    "max_open_notional": lambda bucket, now_ns: bucket.open_buy_notional + bucket.open_sell_notional,
    "max_credit": lambda bucket, now_ns: bucket.traded_notional + bucket.open_buy_notional + bucket.open_sell_notional,
    "max_capital": _capital,
    "max_messages": _messages,
}
"""What each limit compares; the worst that open orders may still come to is in it."""

_UNSET: Final = Bucket("", "")


@dataclass(frozen=True, slots=True)
class Usage:
    """One limit of one bucket. ``permille`` is used of limit, 1000 where the limit is 0; below 0 is 0."""

    scope: str
    row: str
    parameter: str
    used: int
    limit: int
    permille: int

    @property
    def is_over(self) -> bool:
        """Tell whether more is used than the limit allows."""
        return self.used > self.limit

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values, amounts in the file's manner."""
        write = PARAMETERS[self.parameter].form.write
        return {
            "scope": self.scope,
            "row": self.row,
            "parameter": self.parameter,
            "used": write(self.used),
            "limit": write(self.limit),
            "percent": self.permille / 10,
        }


def usage_of(buckets: Iterable[Bucket], now_ns: int) -> list[Usage]:
    """Return every limit of the buckets, the most used first."""
    found = [usage for bucket in buckets for usage in _usages(bucket, now_ns)]
    return sorted(found, key=lambda usage: (-usage.permille, usage.scope, usage.parameter))


def _usages(bucket: Bucket, now_ns: int) -> Iterator[Usage]:
    for parameter in BUCKET_PARAMETERS:
        limit = getattr(bucket, parameter.attribute)
        if parameter.key not in USED or limit == getattr(_UNSET, parameter.attribute):
            continue
        used = USED[parameter.key](bucket, now_ns)
        permille = max(0, used) * 1000 // limit if limit else 1000
        yield Usage(bucket.scope, bucket.row, parameter.key, used, limit, permille)


def copy_counts(source: Bucket, target: Bucket) -> None:
    """Let a bucket hold what another one of its scope has counted."""
    for name in COUNTS:
        setattr(target, name, getattr(source, name))
