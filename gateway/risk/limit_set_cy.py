"""Hold the limits that one order meets, resolved from the limits in force, and the counts that it adds to.

Quantities are int64 in units of 10^-8, notionals Python ints in units of 10^-16 of the base currency, times in
nanoseconds. ``UNLIMITED`` and, for notionals, None: no such limit.
"""

from typing import Any

import cython

UNLIMITED = 9223372036854775807

# A Python int of any size; under its own name, C code takes it for what it is.
Exact = int
LARGEST = 1.7976931348623157e308
UNBOUNDED = float("inf")


def nearest(amount: Exact) -> cython.double:
    """Return the double nearest to an amount; infinity for what is beyond all doubles, so that nothing is below it."""
    try:
        return float(amount)
    except OverflowError:
        return UNBOUNDED


def nearest_limit(limit: "Exact | None") -> cython.double:
    """Return the double nearest to a limit; infinity for none."""
    if limit is None:
        return UNBOUNDED
    return min(nearest(limit), LARGEST)


class Bucket:
    """Count what is used within one scope, against the limits that a row of the limits file sets for it.

    ``scope`` says which (``strategy alpha, symbol MSFT``) and is the bucket's identity: it stays when limits change.
    ``row`` is the row's name in the file. The limits are set when the bucket is made, the counts by ``exposure_cy``
    alone: ``open_*`` is what live orders may still trade at worst, ``net_qty`` and the traded notionals come from
    executions (busts and corrections taken back out); ``traded_notional`` is the trading day's, bought and sold added.
    ``unvalued`` counts orders and positions of which no amount of money is known (no price, no rate): notionals are
    too low by them.
    ``window`` is the message window of ``rates_cy``, None where no rate is limited.

    Limits of money and the counts are exact Python ints, and are known as the nearest doubles beside that: an order
    that stays below a limit by more than rounding can have made of it is within it, any other is judged exactly.
    Who changes a count says so by ``round_open`` or ``round_positions``.
    """

    def __init__(self, scope: str, row: str) -> None:
        self.scope = scope
        self.row = row
        self.max_open_orders = UNLIMITED
        self.max_long_qty = UNLIMITED
        self.max_short_qty = UNLIMITED
        self.max_gross_qty = UNLIMITED
        self.max_open_notional = None
        self.max_credit = None
        self.max_capital = None
        self.warn_percent = 100
        self.max_messages = UNLIMITED
        self.interval_ns = 0
        self.cancel_reserve = 0
        self.window: Any = None
        self.open_orders = 0
        self.open_buy_qty = 0
        self.open_sell_qty = 0
        self.net_qty = 0
        self.gross_qty = 0
        self.open_buy_notional = 0
        self.open_sell_notional = 0
        self.net_notional = 0
        self.traded_notional = 0
        self.unvalued = 0
        self.round_open(True)
        self.round_open(False)
        self.round_positions()

    @property
    def max_open_notional(self) -> "Exact | None":
        """Return the limit of open notional."""
        return self._max_open_notional

    @max_open_notional.setter
    def max_open_notional(self, limit: "Exact | None") -> None:
        self._max_open_notional = limit
        self.near_max_open_notional = nearest_limit(limit)

    @property
    def max_credit(self) -> "Exact | None":
        """Return the limit of traded and open notional."""
        return self._max_credit

    @max_credit.setter
    def max_credit(self, limit: "Exact | None") -> None:
        self._max_credit = limit
        self.near_max_credit = nearest_limit(limit)

    @property
    def max_capital(self) -> "Exact | None":
        """Return the limit of capital."""
        return self._max_capital

    @max_capital.setter
    def max_capital(self, limit: "Exact | None") -> None:
        self._max_capital = limit
        self.near_max_capital = nearest_limit(limit)

    def round_open(self, is_buy: cython.bint) -> None:
        """Take note that what live orders of a side may trade has changed."""
        if is_buy:
            self.near_open_buy_qty = nearest(self.open_buy_qty)
            self.near_open_buy_notional = nearest(self.open_buy_notional)
        else:
            self.near_open_sell_qty = nearest(self.open_sell_qty)
            self.near_open_sell_notional = nearest(self.open_sell_notional)

    def round_positions(self) -> None:
        """Take note that what was executed has changed."""
        self.near_net_qty = nearest(self.net_qty)
        self.near_gross_qty = nearest(self.gross_qty)
        self.near_net_notional = nearest(self.net_notional)
        self.near_traded_notional = nearest(self.traded_notional)


class LimitSet:
    """Hold what one strategy, account, venue and symbol meet together.

    Each parameter is that of the most specific row which sets it, and never looser than the firm's. ``rows`` names,
    by parameter, the row it came from; ``off`` the checks that are switched off here. ``buckets`` are all that an
    order adds to. ``version`` is that of the limits in force. ``is_covered`` is False where no row fits and the
    configuration wants one (Refusal.NO_LIMITS).
    """

    def __init__(self, version: cython.longlong) -> None:
        self.version = version
        self.is_covered = True
        self.max_qty = UNLIMITED
        self.warn_qty = UNLIMITED
        self.max_notional = None
        self.warn_notional = None
        self.collar_bps = UNLIMITED
        self.warn_collar_bps = UNLIMITED
        self.collar_references: "tuple[str, ...]" = ()
        self.max_reference_age_ns = 0
        self.drift_bps = UNLIMITED
        self.drift_window_ns = 0
        # price_checks_cy's, for the symbol that was judged last
        self.drift_window: Any = None
        # list_checks_cy's, for the order that was judged last
        self.allowed_to_buy: Any = None
        self.allowed_to_sell: Any = None
        self.duplicate_window_ns = 0
        self.max_duplicates = 0
        self.max_repeats = UNLIMITED
        self.repeat_window_ns = 0
        self.self_match = ""
        self.short_sale = ""
        self.phases: "frozenset[str]" = frozenset()
        self.needs_market_state = False
        self.off: "frozenset[str]" = frozenset()
        self.rows: "dict[str, str]" = {}
        self.buckets: "tuple[Bucket, ...]" = ()

    @property
    def max_notional(self) -> "Exact | None":
        """Return what an order may be worth."""
        return self._max_notional

    @max_notional.setter
    def max_notional(self, limit: "Exact | None") -> None:
        self._max_notional = limit
        self.near_max_notional = nearest_limit(limit)

    @property
    def warn_notional(self) -> "Exact | None":
        """Return above what worth an order is warned of."""
        return self._warn_notional

    @warn_notional.setter
    def warn_notional(self, limit: "Exact | None") -> None:
        self._warn_notional = limit
        self.near_warn_notional = nearest_limit(limit)

    def row_of(self, parameter: str) -> str:
        """Return the row that a parameter came from, ``""`` where none sets it."""
        return self.rows.get(parameter, "")
