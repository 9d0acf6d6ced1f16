"""Say what a row of the limits file may set: each key, what it becomes in the books, and which value is stricter.

``LimitSet`` and ``Bucket`` have one attribute for each key. Quantities are in units of 10^-8, notionals in units of
10^-16 of the base currency, times in nanoseconds; a row's values are kept as these.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

Value = int | bool | str | tuple[str, ...]
"""What a parameter is set to, in the units of the books; lists of words keep their order."""

QTY_DECIMALS: Final = 8
NOTIONAL_DECIMALS: Final = 16
NS_PER_MS: Final = 1_000_000

REFERENCES: Final = ("last", "touch", "previous_close")
"""What a collar may be measured from."""
SELF_MATCH: Final = ("off", "stamp", "block_strategy", "block_account", "block")
"""From loose to strict."""
SHORT_SALE: Final = ("allow", "locate", "refuse")
"""From loose to strict."""
PHASES: Final = ("trading", "quote_only", "auction", "paused", "closed")
"""In which states of the market orders may go, in the words of ``TradingState``."""
NO_PHASE: Final = "none"
"""What is left where a row and the firm have no phase in common: no market is ever in it."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of value: how it is read from the file's value, and written back for people and the journal."""

    read: Callable[[Any], Value]
    write: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One key: the attribute it sets, the check that reads it, and how two values of it compare.

    ``clip(value, ceiling)`` returns the value where it is no looser than the ceiling, else what is left of it.
    ``needs`` must be set with it: in the row itself or, for an order parameter, in ``[firm]``.
    """

    key: str
    attribute: str
    form: Form
    check: str
    clip: Callable[[Any, Any], Any]
    needs: tuple[str, ...] = ()
    is_soft: bool = False
    """It warns and refuses nothing."""

    def is_looser(self, value: Value, than: Value) -> bool:
        """Tell whether one value lets anything through that another does not."""
        return bool(self.clip(value, than) != value)


def to_units(value: Decimal, decimals: int) -> int:
    """Return a decimal number in units of 10^-``decimals``. Raises ValueError where it is not exact in them."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or value.adjusted() > 29:
        raise ValueError("expected an amount below 10^30")
    number: int = int("".join(map(str, digits)))
    shift = exponent + decimals
    if shift >= 0:
        number *= 10**shift
    else:
        # a number has no more zeros at its end than digits: no need for the power that a tiny exponent asks for
        number, rest = divmod(number, 10 ** min(-shift, len(digits)))
        if rest:
            raise ValueError(f"expected at most {decimals} decimals")
    return -number if sign else number


def from_units(value: int, decimals: int) -> str:
    """Return units of 10^-``decimals`` as a decimal number, without zeros at the end."""
    whole, rest = divmod(abs(value), 10**decimals)
    text = f"{whole}.{rest:0{decimals}d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def _lower(value: int, ceiling: int) -> int:
    return min(value, ceiling)


def _higher(value: int, ceiling: int) -> int:
    return max(value, ceiling)


def _shared(value: tuple[str, ...], ceiling: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in value if word in ceiling) or ceiling


def _within(value: tuple[str, ...], ceiling: tuple[str, ...]) -> tuple[str, ...]:
    # a row and the firm that have no phase in common leave none, and never the firm's alone
    return tuple(word for word in value if word in ceiling) or (NO_PHASE,)


def _ranked(words: tuple[str, ...]) -> Callable[[str, str], str]:
    return lambda value, ceiling: words[max(words.index(value), words.index(ceiling))]


_QTY: Final = Form(lambda value: to_units(value, QTY_DECIMALS), lambda value: from_units(value, QTY_DECIMALS))
_NOTIONAL: Final = Form(
    lambda value: to_units(value, NOTIONAL_DECIMALS), lambda value: from_units(value, NOTIONAL_DECIMALS)
)
_NUMBER: Final = Form(int, int)
_MS: Final = Form(lambda value: int(value) * NS_PER_MS, lambda value: value // NS_PER_MS)
_WORD: Final = Form(str, str)
_WORDS: Final = Form(tuple, list)
_FLAG: Final = Form(bool, bool)

_COLLAR: Final = ("collar_references", "max_reference_age_ms")

ORDER_PARAMETERS: Final = (
    Parameter("max_order_qty", "max_qty", _QTY, "max_quantity", _lower),
    Parameter("warn_order_qty", "warn_qty", _QTY, "max_quantity", _lower, is_soft=True),
    Parameter("max_order_notional", "max_notional", _NOTIONAL, "max_notional", _lower),
    Parameter("warn_order_notional", "warn_notional", _NOTIONAL, "max_notional", _lower, is_soft=True),
    Parameter("collar_bps", "collar_bps", _NUMBER, "collar", _lower, _COLLAR),
    Parameter("warn_collar_bps", "warn_collar_bps", _NUMBER, "collar", _lower, _COLLAR, is_soft=True),
    Parameter("collar_references", "collar_references", _WORDS, "collar", _shared),
    Parameter("max_reference_age_ms", "max_reference_age_ns", _MS, "collar", _lower),
    Parameter("drift_bps", "drift_bps", _NUMBER, "drift", _lower, ("drift_window_ms",)),
    Parameter("drift_window_ms", "drift_window_ns", _MS, "drift", _higher),
    Parameter("duplicate_window_ms", "duplicate_window_ns", _MS, "duplicate", _higher),
    Parameter("max_duplicates", "max_duplicates", _NUMBER, "duplicate", _lower, ("duplicate_window_ms",)),
    Parameter("max_repeats", "max_repeats", _NUMBER, "repeated", _lower, ("repeat_window_ms",)),
    Parameter("repeat_window_ms", "repeat_window_ns", _MS, "repeated", _higher),
    Parameter("self_match", "self_match", _WORD, "self_match", _ranked(SELF_MATCH)),
    Parameter("short_sale", "short_sale", _WORD, "short_sale", _ranked(SHORT_SALE)),
    Parameter("phases", "phases", _WORDS, "phase", _within),
    Parameter("needs_market_state", "needs_market_state", _FLAG, "market_state", lambda value, than: value or than),
)
"""Of one order: the most specific row that sets one counts, and never looser than ``[firm]``."""

BUCKET_PARAMETERS: Final = (
    Parameter("max_open_orders", "max_open_orders", _NUMBER, "open_orders", _lower),
    Parameter("max_long_qty", "max_long_qty", _QTY, "position", _lower),
    Parameter("max_short_qty", "max_short_qty", _QTY, "position", _lower),
    Parameter("max_gross_qty", "max_gross_qty", _QTY, "position", _lower),
    Parameter("max_open_notional", "max_open_notional", _NOTIONAL, "credit", _lower),
    Parameter("max_credit", "max_credit", _NOTIONAL, "credit", _lower),
    Parameter("max_capital", "max_capital", _NOTIONAL, "capital", _lower),
    Parameter("warn_percent", "warn_percent", _NUMBER, "", _lower, is_soft=True),
    Parameter("max_messages", "max_messages", _NUMBER, "message_rate", _lower, ("interval_ms",)),
    Parameter("interval_ms", "interval_ns", _MS, "message_rate", _higher, ("max_messages",)),
    Parameter("cancel_reserve", "cancel_reserve", _NUMBER, "message_rate", _higher, ("max_messages",)),
)
"""What is counted: every row that fits an order has a count of its own, and all of them apply."""

PARAMETERS: Final[Mapping[str, Parameter]] = {p.key: p for p in (*ORDER_PARAMETERS, *BUCKET_PARAMETERS)}


def _keys(*forms: Form) -> frozenset[str]:
    return frozenset(parameter.key for parameter in PARAMETERS.values() if parameter.form in forms)


MONEY_KEYS: Final = _keys(_NOTIONAL)
NUMBER_KEYS: Final = _keys(_NUMBER, _MS)
WORDS_KEYS: Final = _keys(_WORDS)
FLAG_KEYS: Final = _keys(_FLAG)
BUCKET_KEYS: Final = frozenset(parameter.key for parameter in BUCKET_PARAMETERS)
QTY_POSITION_KEYS: Final = ("max_long_qty", "max_short_qty", "max_gross_qty")
"""Quantities of different instruments can't be added: a row that sets one names a symbol."""

IMPLIED: Final[Mapping[str, tuple[str, Value]]] = {
    "duplicate_window_ms": ("max_duplicates", 0),
    "max_messages": ("cancel_reserve", 0),
}
"""What a row sets along with a key where it does not say it itself."""

OFF: Final = "off"
CHECKS_WITHOUT_LIMIT: Final = ("restricted",)
"""Checks that read nothing from the limits, but may be switched off; lot and tick are facts of the instrument."""
SWITCHABLE: Final = (
    *CHECKS_WITHOUT_LIMIT,
    *dict.fromkeys(parameter.check for parameter in PARAMETERS.values() if parameter.check),
)
"""Checks that ``off`` may name, as ``check_table_cy`` calls them; those of the state of the world always run."""
