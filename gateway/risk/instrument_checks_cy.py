"""Judge quantities and prices by the instrument's own steps: lot, smallest quantity, tick.

Quantities and prices are in units of 10^-8. Negative and zero prices are legal.
"""

import cython

from fairlead.adapters.capabilities_check import check_prices
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.risk.subject_cy import Refused, Subject

ABSENT = -9223372036854775807 - 1
# The ledger's bound: the sum of two quantities stays an int64.
MAX_QTY = 4611686018427387904


def check_quantity_of(subject: Subject) -> "Refused | None":
    """Judge OrderQty; a replace may not ask for less than was executed already."""
    refused = check_order_qty(subject.request.order_qty, subject.instrument)
    order = subject.order
    if refused is not None or order is None or subject.request.order_qty >= order.cum_qty:
        return refused
    value, limit = fixed_to_str(subject.request.order_qty), fixed_to_str(order.cum_qty)
    text = f"OrderQty is {value}, expected at least the {limit} executed already"
    return Refused(Refusal.INVALID_QUANTITY, text, limit, value)


def check_order_qty(order_qty: cython.longlong, instrument: "Instrument | None") -> "Refused | None":
    """Judge one quantity: above zero, within the ledger's bound, whole lots, and not below the instrument's minimum."""
    lot: cython.longlong = instrument.lot if instrument is not None else 0
    min_qty: cython.longlong = instrument.min_qty if instrument is not None else 0
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


def check_tick(name: str, price: cython.longlong, instrument: "Instrument | None") -> "Refused | None":
    """Judge one price: on the tick, that of its band where the instrument has a table of them.

    Negative and zero prices are legal, unless the table has no band for them.
    """
    if price == ABSENT or instrument is None:
        return None
    tick: cython.longlong = instrument.tick
    if instrument.tick_table is not None:
        tick = instrument.tick_table.tick_at(price)
        if tick == 0:
            value = fixed_to_str(price)
            text = f"{name} is {value}, expected a price within the tick table {instrument.tick_table.name}"
            return Refused(Refusal.INVALID_PRICE, text, value=value)
    if tick == 0 or price % tick == 0:
        return None
    value, limit = fixed_to_str(price), fixed_to_str(tick)
    return Refused(Refusal.INVALID_PRICE, f"{name} is {value}, expected a multiple of the tick {limit}", limit, value)


def check_prices_of(subject: Subject) -> "Refused | None":
    """Judge which prices the order's type wants, then each by its tick."""
    request = subject.request
    text = check_prices(request.ord_type, request.price, request.stop_px) if subject.order is None else None
    if text:
        return Refused(Refusal.INVALID_PRICE, text)
    refused = check_tick("Price", request.price, subject.instrument)
    return refused if refused is not None else check_tick("StopPx", request.stop_px, subject.instrument)
