"""OSI symbols: examples of the OCC's Options Symbology Initiative, the form's limits, and random ones."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.osi import OsiSymbol, format_osi, looks_like_osi, parse_osi

SCALE = 10**8


@pytest.mark.parametrize(
    ("symbol", "option"),
    [
        ("AAPL  261218C00200000", OsiSymbol("AAPL", 2026, 12, 18, 1, 200 * SCALE)),
        ("SPX   141122P00019500", OsiSymbol("SPX", 2014, 11, 22, 0, 19 * SCALE + SCALE // 2)),
        ("LAMR  150117C00052500", OsiSymbol("LAMR", 2015, 1, 17, 1, 52 * SCALE + SCALE // 2)),
        ("ABCDE1000229P00000001", OsiSymbol("ABCDE1", 2000, 2, 29, 0, SCALE // 1000)),
        ("X     991231C99999999", OsiSymbol("X", 2099, 12, 31, 1, 9_999_999_900_000)),
    ],
)
def test_symbols(symbol: str, option: OsiSymbol) -> None:
    assert looks_like_osi(symbol)
    assert parse_osi(symbol) == option
    assert format_osi(option) == symbol


@pytest.mark.parametrize(
    ("symbol", "offset"),
    [
        ("", 0),
        ("AAPL261218C00200000", 0),
        ("AAPL  261218C00200000 ", 0),
        ("      261218C00200000", 0),
        (" AAPL 261218C00200000", 0),
        ("aapl  261218C00200000", 0),
        ("AAPL  26x218C00200000", 8),
        ("AAPL  261318C00200000", 6),
        ("AAPL  260229C00200000", 6),
        ("AAPL  261200C00200000", 6),
        ("AAPL  261218X00200000", 12),
        ("AAPL  261218C0020000 ", 13),
        ("AAPL  261218C+0200000", 13),
        ("AAPL  26\u0661218C00200000", 8),
    ],
)
def test_malformed_symbols(symbol: str, offset: int) -> None:
    with pytest.raises(DecodeError) as caught:
        parse_osi(symbol)
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "option",
    [
        OsiSymbol("", 2026, 12, 18, 1, SCALE),
        OsiSymbol("ABCDEFG", 2026, 12, 18, 1, SCALE),
        OsiSymbol("a", 2026, 12, 18, 1, SCALE),
        OsiSymbol("A", 1999, 12, 18, 1, SCALE),
        OsiSymbol("A", 2100, 12, 18, 1, SCALE),
        OsiSymbol("A", 2026, 2, 29, 1, SCALE),
        OsiSymbol("A", 2026, 12, 18, 2, SCALE),
        OsiSymbol("A", 2026, 12, 18, 1, SCALE + 1),
        OsiSymbol("A", 2026, 12, 18, 1, -SCALE),
        OsiSymbol("A", 2026, 12, 18, 1, 100_000 * SCALE),
    ],
)
def test_what_the_form_cannot_hold(option: OsiSymbol) -> None:
    with pytest.raises(EncodeError):
        format_osi(option)


@given(
    root=st.text("ABCXYZ019", min_size=1, max_size=6),
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    put_or_call=st.sampled_from([0, 1]),
    thousandths=st.integers(0, 10**8 - 1),
)
def test_round_trip(root: str, day: date, put_or_call: int, thousandths: int) -> None:
    """What was formatted reads back the same, in 21 characters."""
    option = OsiSymbol(root, day.year, day.month, day.day, put_or_call, thousandths * SCALE // 1000)
    symbol = format_osi(option)
    assert len(symbol) == 21
    assert parse_osi(symbol) == option


@given(st.text(max_size=25) | st.text("AC P0126", min_size=21, max_size=21))
def test_any_text(symbol: str) -> None:
    """Any text reads as an option that formats back to it, or raises DecodeError."""
    try:
        option = parse_osi(symbol)
    except DecodeError:
        return
    assert format_osi(option) == symbol
