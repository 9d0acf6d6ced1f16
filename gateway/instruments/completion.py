"""Complete an order with what its instrument knows."""

from typing import Final

from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.instruments.instrument import Instrument

EXCHANGE_SYMBOL: Final = "8"
"""SecurityIDSource(22): the exchange's own symbol."""

_FILLED_IN: Final = (
    ("security_type", ""),
    ("maturity_month_year", ""),
    ("maturity_day", 0),
    ("put_or_call", -1),
    ("strike_price", ABSENT),
    ("security_exchange", ""),
    ("currency", ""),
)
"""Fields of an order that the instrument fills in where the strategy left them out: name, value that means absent."""


def complete_order(
    request: NewOrder, instrument: Instrument, venue: str, account: str, carried: frozenset[str]
) -> NewOrder:
    """Return the order with what the instrument table knows and the venue carries; what the strategy said stays."""
    described = {
        name: getattr(request, name)
        if getattr(request, name) != absent or name not in carried
        else getattr(instrument, name)
        for name, absent in _FILLED_IN
    }
    security_id = instrument.security_ids.get(venue, "") if "security_id" in carried else ""
    return NewOrder(
        cl_ord_id=request.cl_ord_id,
        symbol=request.symbol,
        side=request.side,
        order_qty=request.order_qty,
        ord_type=request.ord_type,
        price=request.price,
        stop_px=request.stop_px,
        time_in_force=request.time_in_force,
        account=account,
        venue=venue,
        min_qty=request.min_qty,
        max_floor=request.max_floor,
        expire_time_ns=request.expire_time_ns,
        exec_inst=request.exec_inst,
        handl_inst=request.handl_inst,
        order_capacity=request.order_capacity,
        security_id=request.security_id or security_id,
        security_id_source=request.security_id_source or (EXCHANGE_SYMBOL if security_id else ""),
        position_effect=request.position_effect,
        locate_reqd=request.locate_reqd,
        text=request.text,
        transact_time_ns=request.transact_time_ns,
        extras=request.extras,
        poss_resend=request.poss_resend,
        **described,
    )
