# cython: annotation_typing=False
"""Complete an order with what its instrument knows."""

import cython

from fairlead.codecs.vocabulary.messages_cy import NewOrder, copy_order
from fairlead.gateway.instruments.instrument import Instrument

EXCHANGE_SYMBOL = "8"
"""SecurityIDSource(22): the exchange's own symbol."""

_ABSENT = -9223372036854775807 - 1


def complete_order(
    request: NewOrder, instrument: Instrument, venue: str, account: str, carried: frozenset[str]
) -> NewOrder:
    """Return the order with what the instrument table knows and the venue carries; what the strategy said stays."""
    made = copy_order(request)
    made.account = account
    made.venue = venue
    _fill_in(made, instrument, carried)
    if "security_id" in carried:
        security_id: str = instrument.security_ids.get(venue, "")
        if security_id:
            made.security_id = made.security_id or security_id
            made.security_id_source = made.security_id_source or EXCHANGE_SYMBOL
    return made


def _fill_in(made: NewOrder, instrument: Instrument, carried: frozenset[str]) -> cython.int:
    """Take from the instrument what the strategy left out."""
    if not made.security_type and "security_type" in carried:
        made.security_type = instrument.security_type
    if not made.maturity_month_year and "maturity_month_year" in carried:
        made.maturity_month_year = instrument.maturity_month_year
    if made.maturity_day == 0 and "maturity_day" in carried:
        made.maturity_day = instrument.maturity_day
    if made.put_or_call == -1 and "put_or_call" in carried:
        made.put_or_call = instrument.put_or_call
    if made.strike_price == _ABSENT and "strike_price" in carried:
        made.strike_price = instrument.strike_price
    if not made.security_exchange and "security_exchange" in carried:
        made.security_exchange = instrument.security_exchange
    if not made.currency and "currency" in carried:
        made.currency = instrument.currency
    return 0
