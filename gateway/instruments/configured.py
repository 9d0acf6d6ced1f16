"""Make instruments from the configuration's ``[[instruments]]`` tables."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from fairlead.codecs.osi import looks_like_osi, parse_osi
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE
from fairlead.gateway.config import models
from fairlead.gateway.instruments.instrument import Instrument

PUT_OR_CALL: Final = {None: -1, "put": 0, "call": 1}


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
        venue_symbols=dict(entry.venue_symbols),
        default_venue=entry.default_venue or (entry.venues[0] if len(entry.venues) == 1 else ""),
    )


def build_instruments(entries: Iterable[models.Instrument]) -> dict[str, Instrument]:
    """Return the instruments by Fairlead's symbol."""
    return {entry.symbol: _build(entry) for entry in entries}
