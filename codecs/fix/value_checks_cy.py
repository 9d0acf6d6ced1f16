# cython: annotation_typing=False, boundscheck=False, wraparound=False, cdivision=True, overflowcheck=False
"""Check the bytes of a field's value against its FIX data type (FIX 4.4 volume 1, data types).

Each check looks at ``data[start:end]``, not empty, and returns 0 or the SessionRejectReason: 6 where the form is wrong,
5 where the form is right and the value is out of range. Nothing is decoded and no object is made. What is counted are
bytes of a frame and numbers of nine digits at most, so that nothing here can overflow.
"""

import cython

if not cython.compiled:  # C constants in the .pxd
    GOOD = 0
    OUT_OF_RANGE = 5
    BAD_FORMAT = 6
    TEXT = 0
    DIGITS = 1
    INTEGER = 2
    DECIMAL = 3
    CHARACTER = 4
    YES_NO = 5
    WORDS = 6
    CAPITALS_2 = 7
    CAPITALS_3 = 8
    CODE = 9
    TIMESTAMP = 10
    TIME = 11
    DATE = 12
    MONTH = 13
    MONTH_OR_DAY = 14
    DAY = 15
    DATA = 16
    # more digits may not fit int64; the standard names no limit
    MAX_DIGITS = 18

CHECKS = {
    "String": TEXT,
    "data": DATA,
    "Length": DIGITS,
    "SeqNum": DIGITS,
    "NumInGroup": DIGITS,
    "int": INTEGER,
    "DayOfMonth": DAY,
    "float": DECIMAL,
    "Qty": DECIMAL,
    "Price": DECIMAL,
    "PriceOffset": DECIMAL,
    "Amt": DECIMAL,
    "Percentage": DECIMAL,
    "char": CHARACTER,
    "Boolean": YES_NO,
    "MultipleValueString": WORDS,
    "Country": CAPITALS_2,
    "Currency": CAPITALS_3,
    "Exchange": CODE,
    "UTCTimestamp": TIMESTAMP,
    "UTCTimeOnly": TIME,
    "UTCDate": DATE,
    "UTCDateOnly": DATE,
    "LocalMktDate": DATE,
    "MonthYear": MONTH_OR_DAY,
}


def check_for(field_type: str, begin_string: str) -> int:
    """Return the check of a data type; FIX 4.2's MonthYear is YYYYMM, 4.4 adds a day or a week."""
    if field_type == "MonthYear" and begin_string == "FIX.4.2":
        return MONTH
    return CHECKS[field_type]


def check_value(check: int, data: bytes, start: int, end: int) -> int:
    """Return 0 or the SessionRejectReason for the value at a place, with a check from ``check_for``."""
    if check == TEXT or check == DATA:
        return GOOD
    if check == DIGITS:
        return check_digits(data, start, end)
    if check == DECIMAL:
        return check_decimal(data, start, end)
    if check == CHARACTER:
        return GOOD if end - start == 1 else BAD_FORMAT
    if check == TIMESTAMP:
        return check_timestamp(data, start, end)
    if check == INTEGER:
        return check_digits(data, start + 1 if data[start] == 45 and end - start > 1 else start, end)
    if check == YES_NO:
        return GOOD if end - start == 1 and (data[start] == 89 or data[start] == 78) else BAD_FORMAT
    return check_rare(check, data, start, end)


def check_rare(check: int, data: bytes, start: int, end: int) -> int:
    if check == DATE:
        return check_date(data, start, end)
    if check == TIME:
        return check_time(data, start, end)
    if check == WORDS:
        return check_words(data, start, end)
    if check == CAPITALS_2:
        return check_capitals(data, start, end, 2)
    if check == CAPITALS_3:
        return check_capitals(data, start, end, 3)
    if check == CODE:
        return check_code(data, start, end)
    if check == DAY:
        return check_day(data, start, end)
    return check_month(data, start, end, check == MONTH_OR_DAY)


def check_digits(data: bytes, start: int, end: int) -> int:
    significant = 0
    for i in range(start, end):
        if data[i] < 48 or data[i] > 57:
            return BAD_FORMAT
        if significant or data[i] != 48:
            significant += 1
    return GOOD if significant <= MAX_DIGITS else OUT_OF_RANGE


def check_decimal(data: bytes, start: int, end: int) -> int:
    """Take an optional ``-``, digits, and at most one point, leading and trailing zeros included."""
    digits = 0
    points = 0
    for i in range(start, end):
        if 48 <= data[i] <= 57:
            digits += 1
        elif data[i] == 46:
            points += 1
        elif data[i] != 45 or i != start:
            return BAD_FORMAT
    return GOOD if digits > 0 and points <= 1 else BAD_FORMAT


def number_at(data: bytes, start: int, length: int) -> int:
    """Return the digits at a place as a number, -1 where one is no digit."""
    value = 0
    for i in range(start, start + length):
        if data[i] < 48 or data[i] > 57:
            return -1
        value = value * 10 + (data[i] - 48)
    return value


def pair_at(data: bytes, at: int) -> int:
    """Return two digits as a number, -1 where one is no digit."""
    tens = data[at] - 48
    ones = data[at + 1] - 48
    if tens < 0 or tens > 9 or ones < 0 or ones > 9:
        return -1
    return tens * 10 + ones


def days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31


def check_date(data: bytes, start: int, end: int) -> int:
    if end - start != 8:
        return BAD_FORMAT
    century = pair_at(data, start)
    year = pair_at(data, start + 2)
    month = pair_at(data, start + 4)
    day = pair_at(data, start + 6)
    if century < 0 or year < 0 or month < 1 or month > 12 or day < 1:
        return BAD_FORMAT
    return GOOD if day <= 28 or day <= days_in(100 * century + year, month) else BAD_FORMAT


def check_time(data: bytes, start: int, end: int) -> int:
    """Take HH:MM:SS with no fraction or 3, 6 or 9 digits of one; second 60 is a leap second."""
    length = end - start
    if length != 8 and length != 12 and length != 15 and length != 18:
        return BAD_FORMAT
    hour = pair_at(data, start)
    minute = pair_at(data, start + 3)
    second = pair_at(data, start + 6)
    if hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 60:
        return BAD_FORMAT
    if data[start + 2] != 58 or data[start + 5] != 58:
        return BAD_FORMAT
    if length > 8 and (data[start + 8] != 46 or number_at(data, start + 9, length - 9) < 0):
        return BAD_FORMAT
    return GOOD


def check_timestamp(data: bytes, start: int, end: int) -> int:
    if end - start < 17 or data[start + 8] != 45:
        return BAD_FORMAT
    if check_date(data, start, start + 8) != GOOD:
        return BAD_FORMAT
    return check_time(data, start + 9, end)


def check_month(data: bytes, start: int, end: int, day_allowed: bool) -> int:
    """Take YYYYMM and, from FIX 4.3 on, YYYYMMDD and YYYYMMwW with W from 1 to 5."""
    if end - start == 8 and day_allowed:
        if data[start + 6] != 119:
            return check_date(data, start, end)
        if data[start + 7] < 49 or data[start + 7] > 53:
            return BAD_FORMAT
    elif end - start != 6:
        return BAD_FORMAT
    month = number_at(data, start + 4, 2)
    if number_at(data, start, 4) < 0 or month < 1 or month > 12:
        return BAD_FORMAT
    return GOOD


def check_day(data: bytes, start: int, end: int) -> int:
    if end - start > 2:
        return BAD_FORMAT if check_digits(data, start, end) == BAD_FORMAT else OUT_OF_RANGE
    day = number_at(data, start, end - start)
    if day < 0:
        return BAD_FORMAT
    return GOOD if 1 <= day <= 31 else OUT_OF_RANGE


def check_words(data: bytes, start: int, end: int) -> int:
    """Take words with one space between each two."""
    if data[start] == 32 or data[end - 1] == 32:
        return BAD_FORMAT
    for i in range(start + 1, end):
        if data[i] == 32 and data[i - 1] == 32:
            return BAD_FORMAT
    return GOOD


def check_capitals(data: bytes, start: int, end: int, length: int) -> int:
    """Take ISO 3166 and ISO 4217 codes by their form."""
    if end - start != length:
        return BAD_FORMAT
    for i in range(start, end):
        if data[i] < 65 or data[i] > 90:
            return BAD_FORMAT
    return GOOD


def check_code(data: bytes, start: int, end: int) -> int:
    """Take printable ASCII without a space: a MIC, or a mnemonic as in FIX 4.2's appendix C."""
    for i in range(start, end):
        if data[i] < 33 or data[i] > 126:
            return BAD_FORMAT
    return GOOD
