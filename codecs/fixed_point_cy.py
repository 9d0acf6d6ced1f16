# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True
"""Convert between decimal text and int64 fixed point in units of 10^-8; exact or refused, never rounded.

The text is FIX's float: an optional ``-``, digits, and at most one ``.`` with digits on at least one side (``.5`` and
``5.`` are legal); no ``+``, no exponent, no blanks. Zeros beyond eight decimals are harmless, other digits there
are refused, and so is what int64 does not hold: beyond 92233720368.54775807 either way. -2^63 itself is refused, for
it is ``ABSENT``.

Offsets in errors are counted from the start of ``data``. The functions taking ``data`` are C functions when compiled.
"""

from decimal import Decimal

from fairlead.codecs.errors import DecodeError, EncodeError

_DECIMALS = 8
# By name, and C numbers in the .pxd: a literal beyond 32 bits would be a Python object in the C code.
_MAX = 9223372036854775807
_MAX_TENTH = 922337203685477580
_SCALE = 100_000_000


def _refused(data: bytes | bytearray, start: int, end: int, expected: str) -> DecodeError:
    shown = bytes(data[start : min(end, start + 40)]).decode("latin-1")
    return DecodeError(f"{shown!r} received, expected {expected}", start)


def parse_int(data: bytes | bytearray, start: int, end: int) -> int:
    """Return the integer in ``data[start:end]``: optional ``-``, digits, leading zeros allowed (FIX int)."""
    i = start
    value = 0
    negative = i < end and data[i] == 45
    if negative:
        i += 1
    if i >= end:
        raise _refused(data[:end], start, end, "an integer")
    while i < end:
        digit = data[i] - 48
        if digit < 0 or digit > 9:
            raise _refused(data[:end], start, end, "an integer")
        if value > _MAX_TENTH or (value == _MAX_TENTH and digit > 7):
            raise _refused(data[:end], start, end, "an integer that 64 bits hold")
        value = value * 10 + digit
        i += 1
    return -value if negative else value


def parse_fixed(data: bytes | bytearray, start: int, end: int) -> int:
    """Return the decimal number in ``data[start:end]`` in units of 10^-8."""
    i = start
    value = 0
    digits = 0
    decimals = -1  # decimals taken so far; -1 before the point
    negative = i < end and data[i] == 45
    if negative:
        i += 1
    while i < end:
        digit = data[i] - 48
        i += 1
        if digit == -2 and decimals < 0:
            decimals = 0
            continue
        if digit < 0 or digit > 9:
            raise _refused(data[:end], start, end, "a decimal number")
        digits += 1
        if decimals >= 8:
            if digit != 0:
                raise _refused(data[:end], start, end, "at most 8 decimals")
            continue
        if value > _MAX_TENTH or (value == _MAX_TENTH and digit > 7):
            raise _refused(data[:end], start, end, "a number up to 92233720368.54775807")
        value = value * 10 + digit
        if decimals >= 0:
            decimals += 1
    if digits == 0:
        raise _refused(data[:end], start, end, "a decimal number")
    if decimals < 0:
        decimals = 0
    while decimals < 8:
        if value > _MAX_TENTH:
            raise _refused(data[:end], start, end, "a number up to 92233720368.54775807")
        value = value * 10
        decimals += 1
    return -value if negative else value


def write_int(out: bytearray, at: int, value: int) -> int:
    """Write ``value`` in decimal at ``out[at]``; return the position behind it."""
    _check_range(value)
    if value < 0:
        out[at] = 45
        at += 1
        value = -value
    rest = value
    end = at + 1
    bound = 10
    while end - at < 19 and rest >= bound:
        bound = bound * 10
        end += 1
    i = end
    while i > at:
        i -= 1
        out[i] = 48 + rest % 10
        rest = rest // 10
    return end


def write_fixed(out: bytearray, at: int, value: int) -> int:
    """Write ``value`` units of 10^-8 in the shortest exact form at ``out[at]``; return the position behind it."""
    width = 8
    _check_range(value)
    if value < 0:
        out[at] = 45
        at += 1
        value = -value
    at = write_int(out, at, value // 100_000_000)
    fraction = value % 100_000_000
    if fraction == 0:
        return at
    out[at] = 46
    while fraction % 10 == 0:
        fraction = fraction // 10
        width -= 1
    i = at + width
    while i > at:
        out[i] = 48 + fraction % 10
        fraction = fraction // 10
        i -= 1
    return at + 1 + width


def _check_range(value: int) -> int:
    # Uncompiled ints have no end; compiled, only ABSENT can fail.
    if value < -_MAX or value > _MAX:
        raise EncodeError(f"{value} received, expected a number within 2^63-1 either way")
    return 0


def fixed_from_str(text: str) -> int:
    """Return the decimal number in ``text`` in units of 10^-8; DecodeError if it is not exactly that."""
    try:
        data = text.encode("ascii")
    except UnicodeEncodeError:
        raise DecodeError(f"{text[:40]!r} received, expected a decimal number", 0) from None
    return parse_fixed(data, 0, len(data))


def fixed_to_str(value: int) -> str:
    """Return the shortest exact decimal text of ``value`` units of 10^-8: "10", "10.5", "-0.00000001".

    EncodeError for ``ABSENT`` and for what int64 does not hold.
    """
    out = bytearray(32)
    if not -_MAX <= value <= _MAX:
        raise EncodeError(f"{value} received, expected a number within {_MAX} either way")
    end = write_fixed(out, 0, value)
    return out[:end].decode("ascii")


def fixed_from_decimal(value: Decimal) -> int:
    """Return ``value`` in units of 10^-8; EncodeError where that is not exact or int64 does not hold it."""
    if not value.is_finite():
        raise EncodeError(f"{value} received, expected a finite number")
    numerator, denominator = value.as_integer_ratio() if -40 < value.adjusted() < 40 else (0, 0)
    if value.is_zero():
        return 0
    if denominator == 0 or not -_MAX <= numerator * _SCALE // denominator <= _MAX:
        raise EncodeError(f"{value} received, expected a number up to 92233720368.54775807 with 8 decimals at most")
    scaled, rest = divmod(numerator * _SCALE, denominator)
    if rest:
        raise EncodeError(f"{value} received, expected 8 decimals at most")
    return int(scaled)


def fixed_to_decimal(value: int) -> Decimal:
    """Return ``value`` units of 10^-8 as an exact Decimal."""
    return Decimal(value).scaleb(-_DECIMALS)
