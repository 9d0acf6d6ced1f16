"""Fixed point is exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.fixed_point_cy import fixed_from_decimal, fixed_from_str, fixed_to_decimal, fixed_to_str

LIMIT = 2**63 - 1


@pytest.mark.parametrize(
    ("text", "value", "shortest"),
    [
        ("10", 1_000_000_000, "10"),
        ("10.50", 1_050_000_000, "10.5"),
        ("-0.00000001", -1, "-0.00000001"),
        (".5", 50_000_000, "0.5"),
        ("5.", 500_000_000, "5"),
        ("0007", 700_000_000, "7"),
        ("-0", 0, "0"),
        ("23.12345678000000", 2_312_345_678, "23.12345678"),
        ("21.47483648", 2**31, "21.47483648"),
        ("92233720368.54775807", LIMIT, "92233720368.54775807"),
        ("-92233720368.54775807", -LIMIT, "-92233720368.54775807"),
    ],
)
def test_legal_text(text: str, value: int, shortest: str) -> None:
    assert fixed_from_str(text) == value
    assert fixed_to_str(value) == shortest


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "-.", "+5", "1e5", " 1", "1 ", "1,5", "1.2.3", "--1", "nan", "٣", "1\x00", "0.123456789"]
    + ["92233720368.54775808", "-92233720368.54775808", "92233720369", "1" * 25, "-" + "9" * 400],
)
def test_refused_text(text: str) -> None:
    with pytest.raises(DecodeError, match="expected"):
        fixed_from_str(text)


@pytest.mark.parametrize("value", [-(2**63), 2**63, -(2**70)])
def test_values_without_text_are_refused(value: int) -> None:
    with pytest.raises(EncodeError):
        fixed_to_str(value)


@given(st.integers(-LIMIT, LIMIT))
def test_text_round_trip(value: int) -> None:
    """Every value comes back from its own text, and the text is Decimal's number."""
    text = fixed_to_str(value)
    assert fixed_from_str(text) == value
    assert Decimal(text).scaleb(8) == value
    assert fixed_from_decimal(fixed_to_decimal(value)) == value


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_decimal_is_exact_or_refused(number: Decimal) -> None:
    """A Decimal converts to its exact value, or to an error."""
    try:
        value = fixed_from_decimal(number)
    except EncodeError:
        return
    assert fixed_to_decimal(value) == number


@given(st.text(max_size=30) | st.from_regex(r"-?[0-9]{0,25}\.?[0-9]{0,12}", fullmatch=True))
def test_any_text_is_exact_or_refused(text: str) -> None:
    """No text gives a number other than the one Decimal reads, nor an error other than DecodeError."""
    try:
        value = fixed_from_str(text)
    except DecodeError:
        return
    assert Decimal(text).scaleb(8) == value
