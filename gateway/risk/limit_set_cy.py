"""Hold the limits that one order meets, resolved from the limits in force, and the counts that it adds to.

Quantities are int64 in units of 10^-8, notionals Python ints in units of 10^-16 of the base currency, times in
nanoseconds. ``UNLIMITED`` and, for notionals, None: no such limit.
"""

import cython

UNLIMITED = 9223372036854775807


class Bucket:
    """Count what is used within one scope, against the limits that a row of the limits file sets for it.

    ``scope`` says which (``strategy alpha, symbol MSFT``) and is the bucket's identity: it stays when limits change.
    ``row`` is the row's name in the file. The limits are set when the bucket is made, the counts by ``exposure_cy``
    alone: ``open_*`` is what live orders may still trade at worst, ``net_qty`` and the traded notionals come from
    executions (busts and corrections taken back out); ``traded_notional`` is the trading day's, bought and sold added.
    ``unvalued`` counts orders and positions of which no amount of money is known (no price, no rate): notionals are
    too low by them.
    ``window`` is the message window of ``rates_cy``, None where no rate is limited.
    """

    def __init__(self, scope: str, row: str) -> None:
        self.scope = scope
        self.row = row
        self.max_open_orders = UNLIMITED
        self.max_long_qty = UNLIMITED
        self.max_short_qty = UNLIMITED
        self.max_gross_qty = UNLIMITED
        self.max_open_notional: "int | None" = None
        self.max_credit: "int | None" = None
        self.max_capital: "int | None" = None
        self.warn_percent = 100
        self.max_messages = UNLIMITED
        self.interval_ns = 0
        self.cancel_reserve = 0
        self.window: object = None
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
        self.max_notional: "int | None" = None
        self.warn_notional: "int | None" = None
        self.collar_bps = UNLIMITED
        self.warn_collar_bps = UNLIMITED
        self.collar_references: "tuple[str, ...]" = ()
        self.max_reference_age_ns = 0
        self.drift_bps = UNLIMITED
        self.drift_window_ns = 0
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

    def row_of(self, parameter: str) -> str:
        """Return the row that a parameter came from, ``""`` where none sets it."""
        return self.rows.get(parameter, "")
