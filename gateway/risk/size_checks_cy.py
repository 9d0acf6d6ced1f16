# cython: annotation_typing=False
"""Judge an order's size: its quantity, and what it is worth in the base currency.

RTS 6 Art. 15(1)(b) and (c). Notionals are exact Python ints in units of 10^-16. A replace is judged by the whole
quantity that would hold.
"""

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.instrument_facts_cy import InstrumentFacts
from fairlead.gateway.risk.limits_parameters import NOTIONAL_DECIMALS, from_units
from fairlead.gateway.risk.limits_rules import Currencies
from fairlead.gateway.risk.subject_cy import Refused, Subject, breach

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
UNLIMITED = 9223372036854775807
UNBOUNDED = float("inf")
ABOVE = 1.000000000001
"""By what a product of doubles and the double of its limit are wrong at most, and more."""


class MaxQuantity(Check):
    """Refuse more than ``max_qty``, warn above ``warn_qty``."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Compare OrderQty."""
        limits = subject.limits
        qty = subject.request.order_qty
        if qty > limits.max_qty:
            return self._found(subject, "max_qty", limits.max_qty)
        if qty > limits.warn_qty:
            subject.warn(self._found(subject, "warn_qty", limits.warn_qty))
        return None

    def _found(self, subject: Subject, parameter: str, limit: int) -> Refused:
        value, bound = fixed_to_str(subject.request.order_qty), fixed_to_str(limit)
        text = f"OrderQty is {value}, expected at most {bound}"
        return breach("max_quantity", Refusal.MAX_QUANTITY, subject, parameter, text, bound, value)


def worth(qty: int, price: int) -> int:
    """Return the amount of quantity x price, whatever its sign, beyond int64 where it has to be."""
    return abs(qty * price)


class MaxNotional(Check):
    """Refuse what is worth more than ``max_notional``, warn above ``warn_notional``.

    The price is Price, else StopPx, else ``risk_px``; whether it is positive makes no difference.
    """

    def __init__(self, currencies: "Currencies | None" = None) -> None:
        self.use(currencies if currencies is not None else Currencies())

    def use(self, currencies: Currencies) -> None:
        """Take these rates from now on."""
        self._currencies = currencies
        self._base = currencies.base

    def judge(self, subject: Subject) -> "Refused | None":
        """Compare quantity x price x multiplier in the base currency."""
        limits = subject.limits
        if limits.near_max_notional == UNBOUNDED and limits.near_warn_notional == UNBOUNDED:
            return None
        request = subject.request
        price = request.price
        if price == ABSENT:
            price = request.stop_px if request.stop_px != ABSENT else subject.risk_px
        if price == ABSENT:
            text = "the order has no price, and none is known to value it by"
            return breach("max_notional", Refusal.NO_REFERENCE, subject, "max_notional", text)
        facts = subject.facts()
        if facts is None or (facts.is_plain and (not facts.currency or facts.currency == self._base or not self._base)):
            near = float(request.order_qty) * float(price)
            near = near * ABOVE if near >= 0 else -near * ABOVE
            if near <= limits.near_max_notional and near <= limits.near_warn_notional:
                return None
            return self._against(subject, worth(request.order_qty, price))
        return self._judge_exactly(subject, facts, price)

    def _judge_exactly(self, subject: Subject, facts: InstrumentFacts, price: int) -> "Refused | None":
        """Compare what has a multiplier or another currency."""
        request = subject.request
        notional = self._currencies.notional(request.order_qty, price, facts.multiplier, facts.currency)
        if notional is None:
            text = f"no rate is known for {facts.currency}, expected one in [currencies]"
            return breach("max_notional", Refusal.NO_REFERENCE, subject, "max_notional", text, value=facts.currency)
        return self._against(subject, abs(notional))

    def _against(self, subject: Subject, notional: int) -> "Refused | None":
        limits = subject.limits
        if limits.max_notional is not None and notional > limits.max_notional:
            return self._found(subject, "max_notional", limits.max_notional, notional)
        if limits.warn_notional is not None and notional > limits.warn_notional:
            subject.warn(self._found(subject, "warn_notional", limits.warn_notional, notional))
        return None

    def _found(self, subject: Subject, parameter: str, limit: int, notional: int) -> Refused:
        base = f" {self._currencies.base}" if self._currencies.base else ""
        value, bound = from_units(notional, NOTIONAL_DECIMALS), from_units(limit, NOTIONAL_DECIMALS)
        text = f"the order is worth {value}{base}, expected at most {bound}{base}"
        return breach("max_notional", Refusal.MAX_NOTIONAL, subject, parameter, text, bound, value)
