"""Convert between FIX dates and times and int nanoseconds since the UTC epoch, and check the forms kept as text."""


def utc_ns_from_str(text: str) -> int:
    """Return the UTCTimestamp ``YYYYMMDD-HH:MM:SS[.f{1,9}]`` in ns since the epoch; DecodeError if it is none."""
    raise NotImplementedError


def utc_ns_to_str(utc_ns: int, digits: int = 3) -> str:
    """Return ``utc_ns`` as UTCTimestamp with 0, 3, 6 or 9 fraction ``digits``, cut towards the past."""
    raise NotImplementedError


def is_utc_timestamp(value: bytes) -> bool:
    """Tell whether ``value`` is a UTCTimestamp."""
    raise NotImplementedError


def is_utc_date_only(value: bytes) -> bool:
    """Tell whether ``value`` is a UTCDateOnly (``YYYYMMDD``); LocalMktDate has the same form."""
    raise NotImplementedError


def is_utc_time_only(value: bytes) -> bool:
    """Tell whether ``value`` is a UTCTimeOnly (``HH:MM:SS[.f{1,9}]``)."""
    raise NotImplementedError


def is_local_mkt_date(value: bytes) -> bool:
    """Tell whether ``value`` is a LocalMktDate (``YYYYMMDD``)."""
    raise NotImplementedError


def is_month_year(value: bytes) -> bool:
    """Tell whether ``value`` is a MonthYear (``YYYYMM``, ``YYYYMMDD`` or ``YYYYMMwN``, N 1 to 5)."""
    raise NotImplementedError
