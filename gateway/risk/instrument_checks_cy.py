"""Judge quantities and prices by the instrument's own steps: lot, smallest quantity, tick.

Quantities and prices are in units of 10^-8. Negative and zero prices are legal.
"""

import cython

from fairlead.adapters.capabilities_check import check_prices
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.instrument_facts_cy import InstrumentFacts
from fairlead.gateway.risk.subject_cy import Refused, Subject

ABSENT = -9223372036854775807 - 1
# The ledger's bound: the sum of two quantities stays an int64.
MAX_QTY = 4611686018427387904
# The order type that nearly all orders have.
LIMIT = 50


class Lot(Check):
    """Refuse a quantity that is not above zero, beyond the ledger's bound, no whole lots, or below the minimum."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge OrderQty; a replace may not ask for less than was executed already."""
        request: NewOrder = subject.request
        refused: Refused | None = _check_order_qty(request.order_qty, subject.facts())
        if refused is not None or subject.order is None or request.order_qty >= subject.order.cum_qty:
            return refused
        return _below_executed(request.order_qty, subject.order.cum_qty)


def _below_executed(order_qty: cython.longlong, cum_qty: cython.longlong) -> Refused:
    value, limit = fixed_to_str(order_qty), fixed_to_str(cum_qty)
    text = f"OrderQty is {value}, expected at least the {limit} executed already"
    return Refused(Refusal.INVALID_QUANTITY, text, limit, value)


def _check_order_qty(order_qty: cython.longlong, facts: "InstrumentFacts | None") -> "Refused | None":
    lot: cython.longlong = facts.lot if facts is not None else 0
    min_qty: cython.longlong = facts.min_qty if facts is not None else 0
    if order_qty <= 0:
        value = "none" if order_qty == ABSENT else fixed_to_str(order_qty)
        return Refused(Refusal.INVALID_QUANTITY, f"OrderQty is {value}, expected more than 0", "0", value)
    if order_qty > MAX_QTY:
        value, limit = fixed_to_str(order_qty), fixed_to_str(MAX_QTY)
        return Refused(Refusal.INVALID_QUANTITY, f"OrderQty is {value}, expected at most {limit}", limit, value)
    if lot and order_qty % lot:
        value, limit = fixed_to_str(order_qty), fixed_to_str(lot)
        return Refused(
            Refusal.INVALID_QUANTITY, f"OrderQty is {value}, expected a multiple of the lot {limit}", limit, value
        )
    if order_qty < min_qty:
        value, limit = fixed_to_str(order_qty), fixed_to_str(min_qty)
        text = f"OrderQty is {value}, expected at least the instrument's minimum {limit}"
        return Refused(Refusal.INVALID_QUANTITY, text, limit, value)
    return None


class Tick(Check):
    """Refuse prices that the order's type wants otherwise, and those off the tick."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge which prices there are, then each by its tick; of a replace, the ticks alone."""
        request: NewOrder = subject.request
        is_limit: cython.bint = request.ord_type == LIMIT and request.price != ABSENT and request.stop_px == ABSENT
        if not is_limit and subject.order is None:
            text = check_prices(request.ord_type, request.price, request.stop_px)
            if text:
                return Refused(Refusal.INVALID_PRICE, text)
        facts: InstrumentFacts | None = subject.facts()
        if facts is None:
            return None
        refused: Refused | None = _check_tick("Price", request.price, facts)
        return refused if refused is not None else _check_tick("StopPx", request.stop_px, facts)


def _check_tick(name: str, price: cython.longlong, facts: InstrumentFacts) -> "Refused | None":
    """Judge one price: on the tick, that of its band where the instrument has a table of them.

    Negative and zero prices are legal, unless the table has no band for them.
    """
    if price == ABSENT:
        return None
    if facts.tick_table is None and (facts.tick == 0 or price % facts.tick == 0):
        return None
    return _off_tick(name, price, facts)


def _off_tick(name: str, price: cython.longlong, facts: InstrumentFacts) -> "Refused | None":
    tick: cython.longlong = facts.tick
    if facts.tick_table is not None:
        tick = facts.tick_table.tick_at(price)
        if tick == 0:
            value = fixed_to_str(price)
            text = f"{name} is {value}, expected a price within the tick table {facts.tick_table.name}"
            return Refused(Refusal.INVALID_PRICE, text, value=value)
    if tick == 0 or price % tick == 0:
        return None
    value, limit = fixed_to_str(price), fixed_to_str(tick)
    return Refused(Refusal.INVALID_PRICE, f"{name} is {value}, expected a multiple of the tick {limit}", limit, value)
