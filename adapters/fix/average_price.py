"""Read AvgPx(6), the one number that may be rounded: venues send quotients with any number of decimals."""

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Final

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.vocabulary.constants import SCALE

_AVG_PX: Final = 6
_MAX_LENGTH: Final = 40
_EXACT: Final = Context(prec=60)
_LIMIT: Final = 2**63


def read_average_price(message: FixMessage) -> int:
    """Return AvgPx(6) in units of 10^-8, half up; ABSENT where it is not there. Raises DecodeError for no number."""
    try:
        return message.get_fixed(_AVG_PX)
    except DecodeError as error:
        text = message.get_str(_AVG_PX)
        if len(text) > _MAX_LENGTH or not text.strip("-").replace(".", "", 1).isdecimal() or not text.isascii():
            raise
        try:
            scaled = _EXACT.multiply(Decimal(text), Decimal(SCALE))
        except InvalidOperation:
            raise error from None
        rounded = int(scaled.to_integral_value(ROUND_HALF_UP))
        if abs(rounded) >= _LIMIT:
            raise
        return rounded
