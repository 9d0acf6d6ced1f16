"""Know every instrument: its steps, what kind it is, and what each venue calls it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fairlead.codecs.osi import looks_like_osi, parse_osi
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.config import models

EXCHANGE_SYMBOL: Final = "8"
"""SecurityIDSource(22): the exchange's own symbol."""

PUT_OR_CALL: Final = {None: -1, "put": 0, "call": 1}


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument. ``tick`` and ``lot`` are in units of 10^-8, 0 where any step is taken.

    ``venues`` are where it trades; ``security_ids`` holds SecurityID(48) by venue.
    """

    symbol: str
    security_type: str
    tick: int
    lot: int
    currency: str
    maturity_month_year: str
    maturity_day: int
    put_or_call: int
    strike_price: int
    security_exchange: str
    venues: frozenset[str]
    security_ids: dict[str, str]
    default_venue: str


def _fixed(value: Decimal, what: str) -> int:
    scaled = value * SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{what} is {value}, expected at most 8 decimals")
    return int(scaled)


def _build(entry: models.Instrument) -> Instrument:
    maturity_month_year, maturity_day = entry.maturity_month_year, 0
    put_or_call = PUT_OR_CALL[entry.put_or_call]
    strike_price = _fixed(entry.strike_price, "strike_price") if entry.strike_price is not None else ABSENT
    if looks_like_osi(entry.symbol):
        # the configuration was checked: what it says beside the symbol, the symbol says too
        option = parse_osi(entry.symbol)
        maturity_month_year, maturity_day = option.maturity_month_year, option.day
        put_or_call, strike_price = option.put_or_call, option.strike_price
    return Instrument(
        symbol=entry.symbol,
        security_type=entry.security_type,
        tick=_fixed(entry.tick, f"{entry.symbol}: tick") if entry.tick is not None else 0,
        lot=_fixed(entry.lot, f"{entry.symbol}: lot") if entry.lot is not None else 0,
        currency=entry.currency,
        maturity_month_year=maturity_month_year,
        maturity_day=maturity_day,
        put_or_call=put_or_call,
        strike_price=strike_price,
        security_exchange=entry.security_exchange,
        venues=frozenset(entry.venues),
        security_ids=dict(entry.security_ids),
        default_venue=entry.default_venue or (entry.venues[0] if len(entry.venues) == 1 else ""),
    )


def build_instruments(entries: Iterable[models.Instrument]) -> dict[str, Instrument]:
    """Return the instruments by Fairlead's symbol."""
    return {entry.symbol: _build(entry) for entry in entries}


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
