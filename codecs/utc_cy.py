# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True
"""Convert between FIX dates and times and int nanoseconds since the UTC epoch, and check the forms kept as text.

FIX 4.4 vol. 1, field data types. The years 1970 to 2261 have a nanosecond count; the form checks take any year.
Second 60 is legal (a leap second) and counts as the first second of the next minute, as in POSIX time.
"""

from fairlead.codecs.errors import DecodeError, EncodeError

DAY_NS = 86_400_000_000_000

_LAST_NS = 9_214_646_400_000_000_000 - 1  # the end of 2261


def _two(data: bytes | bytearray, at: int) -> int:
    # Two digits, or -1.
    tens = data[at] - 48
    ones = data[at + 1] - 48
    if tens < 0 or tens > 9 or ones < 0 or ones > 9:
        return -1
    return tens * 10 + ones


def _days(data: bytes | bytearray, start: int) -> int:
    # Days from 1970-01-01 to the date YYYYMMDD, counted in 400-year eras from March; -10^6 if it is none.
    century = _two(data, start)
    in_century = _two(data, start + 2)
    month = _two(data, start + 4)
    day = _two(data, start + 6)
    year = century * 100 + in_century
    length = 31
    if century < 0 or in_century < 0 or month < 1 or month > 12 or day < 1:
        return -1_000_000
    if month == 2:
        length = 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    elif month == 4 or month == 6 or month == 9 or month == 11:
        length = 30
    if day > length:
        return -1_000_000
    if month <= 2:
        year += 399  # one year back, one era on: never negative
    else:
        year += 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    year_of_era = year % 400
    return (
        (year // 400 - 1) * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468
    )


def _time_of_day_ns(data: bytes | bytearray, start: int, end: int) -> int:
    # Nanoseconds since midnight of HH:MM:SS[.f{1,9}], or -1.
    size = end - start
    fraction = 0
    if size < 8 or size == 9 or size > 18:
        return -1
    hour = _two(data, start)
    minute = _two(data, start + 3)
    second = _two(data, start + 6)
    if data[start + 2] != 58 or data[start + 5] != 58:
        return -1
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 60:
        return -1
    if size > 8:
        if data[start + 8] != 46:
            return -1
        i = start + 9
        while i < end:
            digit = data[i] - 48
            if digit < 0 or digit > 9:
                return -1
            fraction = fraction * 10 + digit
            i += 1
        while i < start + 18:
            fraction = fraction * 10
            i += 1
    return (hour * 3600 + minute * 60 + second) * 1_000_000_000 + fraction


def parse_utc_timestamp(data: bytes | bytearray, start: int, end: int) -> int:
    """Return the UTCTimestamp in ``data[start:end]`` in ns since the epoch; DecodeError at ``start`` if it is none."""
    days = -1_000_000
    time_ns = -1
    if end - start >= 17 and data[start + 8] == 45:
        days = _days(data, start)
        time_ns = _time_of_day_ns(data, start + 9, end)
    if days == -1_000_000 or time_ns < 0:
        shown = bytes(data[start : min(end, start + 40)]).decode("latin-1")
        raise DecodeError(f"{shown!r} received, expected a UTCTimestamp YYYYMMDD-HH:MM:SS[.f{{1,9}}]", start)
    if days < 0 or days > 106_650:
        raise DecodeError(f"year {bytes(data[start : start + 4]).decode()} received, expected 1970 to 2261", start)
    # No literal beyond 32 bits: it would be a Python object in the C code.
    return days * 86_400 * 1_000_000_000 + time_ns


def _put(out: bytearray, at: int, width: int, value: int) -> int:
    # ``value`` in decimal, padded with zeros to ``width``.
    while width > 0:
        width -= 1
        out[at + width] = 48 + value % 10
        value = value // 10
    return 0


def write_utc_date(out: bytearray, at: int, days: int) -> int:
    """Write the day, counted from 1970-01-01, as YYYYMMDD at ``out[at]``."""
    shifted = days + 719_468  # from 0000-03-01, so that the leap day ends a year
    era = shifted // 146_097
    of_era = shifted % 146_097
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    year = era * 400 + year_of_era
    if month < 10:
        month += 3
    else:
        month -= 9
        year += 1
    _put(out, at, 4, year)
    _put(out, at + 4, 2, month)
    _put(out, at + 6, 2, day)
    return 0


def write_utc_time(out: bytearray, at: int, utc_ns: int, digits: int) -> int:
    """Write HH:MM:SS and 0, 3, 6 or 9 ``digits`` of the fraction at ``out[at]``; return the position behind it."""
    second = utc_ns // 1_000_000_000 % 86_400
    fraction = utc_ns % 1_000_000_000
    _put(out, at, 2, second // 3600)
    out[at + 2] = 58
    _put(out, at + 3, 2, second // 60 % 60)
    out[at + 5] = 58
    _put(out, at + 6, 2, second % 60)
    if digits == 0:
        return at + 8
    if digits == 3:
        fraction = fraction // 1_000_000
    elif digits == 6:
        fraction = fraction // 1_000
    elif digits != 9:
        raise EncodeError(f"{digits} fraction digits received, expected 0, 3, 6 or 9")
    out[at + 8] = 46
    _put(out, at + 9, digits, fraction)
    return at + 9 + digits


def write_utc_timestamp(out: bytearray, at: int, utc_ns: int, digits: int) -> int:
    """Write ``utc_ns`` as UTCTimestamp at ``out[at]``, cut towards the past; return the position behind it."""
    if utc_ns < 0 or utc_ns > _LAST_NS:
        raise EncodeError(f"{utc_ns} ns received, expected a time in the years 1970 to 2261")
    write_utc_date(out, at, utc_ns // 1_000_000_000 // 86_400)
    out[at + 8] = 45
    return write_utc_time(out, at + 9, utc_ns, digits)


def utc_ns_from_str(text: str) -> int:
    """Return the UTCTimestamp ``YYYYMMDD-HH:MM:SS[.f{1,9}]`` in ns since the epoch; DecodeError if it is none."""
    data: bytes = text.encode("ascii", "replace")
    return parse_utc_timestamp(data, 0, len(data))


def utc_ns_to_str(utc_ns: int, digits: int = 3) -> str:
    """Return ``utc_ns`` as UTCTimestamp with 0, 3, 6 or 9 fraction ``digits``, cut towards the past.

    EncodeError outside the years 1970 to 2261.
    """
    out = bytearray(32)
    if not 0 <= utc_ns <= _LAST_NS:
        raise EncodeError(f"{utc_ns} ns received, expected a time in the years 1970 to 2261")
    if digits not in (0, 3, 6, 9):
        raise EncodeError(f"{digits} fraction digits received, expected 0, 3, 6 or 9")
    end = write_utc_timestamp(out, 0, utc_ns, digits)
    return out[:end].decode("ascii")


def is_utc_timestamp(value: bytes) -> bool:
    """Tell whether ``value`` is a UTCTimestamp, of any year."""
    return len(value) >= 17 and value[8] == 45 and _days(value, 0) != -1_000_000 and is_utc_time_only(value[9:])


def is_utc_date_only(value: bytes) -> bool:
    """Tell whether ``value`` is a UTCDateOnly: a date of the calendar as ``YYYYMMDD``."""
    return len(value) == 8 and _days(value, 0) != -1_000_000


def is_utc_time_only(value: bytes) -> bool:
    """Tell whether ``value`` is a UTCTimeOnly (``HH:MM:SS[.f{1,9}]``)."""
    return _time_of_day_ns(value, 0, len(value)) >= 0


def is_local_mkt_date(value: bytes) -> bool:
    """Tell whether ``value`` is a LocalMktDate: a date of the calendar as ``YYYYMMDD``."""
    return is_utc_date_only(value)


def is_month_year(value: bytes) -> bool:
    """Tell whether ``value`` is a MonthYear (``YYYYMM``, ``YYYYMMDD`` or ``YYYYMMwN``, N 1 to 5)."""
    if len(value) == 6 or (len(value) == 8 and value[6:7] == b"w" and b"1" <= value[7:] <= b"5"):
        return is_utc_date_only(value[:6] + b"01")
    return is_utc_date_only(value)
