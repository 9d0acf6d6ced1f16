"""UTC timestamps to the nanosecond, and the date forms kept as text."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs import utc_cy
from fairlead.codecs.errors import DecodeError, EncodeError

LAST_NS = int((datetime(2262, 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9 - 1


@pytest.mark.parametrize(
    ("text", "utc_ns"),
    [
        ("19700101-00:00:00", 0),
        ("20380119-03:14:08", 2**31 * 10**9),
        ("20000229-12:00:00.5", 951_825_600_500_000_000),
        ("20200713-17:51:24.109", 1_594_662_684_109_000_000),
        ("20200713-17:51:24.109456", 1_594_662_684_109_456_000),
        ("20200713-17:51:24.000000001", 1_594_662_684_000_000_001),
        ("20161231-23:59:60", 1_483_228_800_000_000_000),
        ("22611231-23:59:59.999999999", LAST_NS),
    ],
)
def test_legal_timestamps(text: str, utc_ns: int) -> None:
    assert utc_cy.utc_ns_from_str(text) == utc_ns


@pytest.mark.parametrize(
    "text",
    ["", "20200713", "20200713-17:51", "20200713 17:51:24", "20200713-17:51:24.", "20200713-17:51:24.1234567890"]
    + ["20210229-00:00:00", "20200431-00:00:00", "20201301-00:00:00", "20200100-00:00:00", "20200713-24:00:00"]
    + ["20200713-17:60:24", "20200713-17:51:61", "20200713-17-51-24", "20200713-17:51:24,109", "2020071x-17:51:24"]
    + ["20200713-17:51:24.10é", "19691231-23:59:59", "22620101-00:00:00", "00000101-00:00:00", "-2020713-17:51:24"],
)
def test_refused_timestamps(text: str) -> None:
    with pytest.raises(DecodeError, match="expected"):
        utc_cy.utc_ns_from_str(text)


def test_precision_cuts_towards_the_past() -> None:
    utc_ns = 1_594_662_684_999_999_999
    assert utc_cy.utc_ns_to_str(utc_ns, 0) == "20200713-17:51:24"
    assert utc_cy.utc_ns_to_str(utc_ns) == "20200713-17:51:24.999"
    assert utc_cy.utc_ns_to_str(utc_ns, 6) == "20200713-17:51:24.999999"
    assert utc_cy.utc_ns_to_str(utc_ns, 9) == "20200713-17:51:24.999999999"


@pytest.mark.parametrize(("utc_ns", "digits"), [(-1, 3), (LAST_NS + 1, 3), (2**64, 3), (0, 1), (0, 12), (0, -1)])
def test_unwritable_timestamps(utc_ns: int, digits: int) -> None:
    with pytest.raises(EncodeError, match="expected"):
        utc_cy.utc_ns_to_str(utc_ns, digits)


@given(st.integers(0, LAST_NS))
def test_timestamp_round_trip(utc_ns: int) -> None:
    """Nine digits come back exactly, and six are the calendar's that datetime knows."""
    assert utc_cy.utc_ns_from_str(utc_cy.utc_ns_to_str(utc_ns, 9)) == utc_ns
    moment = datetime(1970, 1, 1) + timedelta(microseconds=utc_ns // 1000)
    assert utc_cy.utc_ns_to_str(utc_ns, 6) == moment.strftime("%Y%m%d-%H:%M:%S.%f")


@given(st.binary(max_size=30) | st.from_regex(rb"[0-9]{8}-[0-9:.]{0,20}", fullmatch=True))
def test_any_bytes_are_judged(value: bytes) -> None:
    """Form checks answer for any bytes, and a timestamp with a value has the form."""
    checks = [utc_cy.is_utc_date_only, utc_cy.is_utc_time_only, utc_cy.is_local_mkt_date, utc_cy.is_month_year]
    assert all(check(value) in (True, False) for check in checks)
    try:
        utc_cy.utc_ns_from_str(value.decode("latin-1"))
    except DecodeError:
        return
    assert utc_cy.is_utc_timestamp(value)


def test_forms_kept_as_text() -> None:
    assert utc_cy.is_utc_timestamp(b"00010101-00:00:60")
    assert utc_cy.is_utc_date_only(b"20240229")
    assert not utc_cy.is_utc_date_only(b"20230229")
    assert utc_cy.is_utc_time_only(b"23:59:60.123456789")
    assert not utc_cy.is_utc_time_only(b"23:59")
    assert utc_cy.is_local_mkt_date(b"19991231")
    for legal in (b"202001", b"20200131", b"202001w5"):
        assert utc_cy.is_month_year(legal)
    for wrong in (b"202013", b"20200132", b"202001w6", b"202001w0", b"202001W1", b"2020", b""):
        assert not utc_cy.is_month_year(wrong)
