"""Check security identifiers by their form and check digit; a mistyped one would name another security."""

import re
from typing import Final

_ISIN: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{9}[0-9]")
_CUSIP: Final = re.compile(r"[0-9A-Z*@#]{8}[0-9]")
_SEDOL: Final = re.compile(r"[0-9B-DF-HJ-NP-TV-Z]{6}[0-9]")
_FIGI: Final = re.compile(r"[B-DF-HJ-NP-TV-Z]{2}G[0-9B-DF-HJ-NP-TV-Z]{8}[0-9]")
_SEDOL_WEIGHTS: Final = (1, 3, 1, 7, 3, 9, 1)
_CUSIP_VALUES: Final = {c: n for n, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#")}


def check_isin(text: str) -> str:
    """Return an ISIN (ISO 6166); ValueError where its form or check digit is wrong."""
    if not _ISIN.fullmatch(text):
        raise ValueError("expected an ISIN: two letters, nine letters or digits, a check digit")
    # Luhn over the digits, letters being two digits each (A is 10)
    digits = [int(digit) for c in text[:-1] for digit in str(int(c, 36))]
    doubled = (2 * digit if at % 2 == 0 else digit for at, digit in enumerate(reversed(digits)))
    return _with_digit(text, "ISIN", sum(sum(divmod(value, 10)) for value in doubled))


def check_cusip(text: str) -> str:
    """Return a CUSIP (ANSI X9.6); ValueError where its form or check digit is wrong."""
    if not _CUSIP.fullmatch(text):
        raise ValueError("expected a CUSIP: eight letters or digits, a check digit")
    return _with_digit(text, "CUSIP", _alternating_sum(text[:-1]))


def check_figi(text: str) -> str:
    """Return a FIGI (OMG); ValueError where its form or check digit is wrong."""
    if not _FIGI.fullmatch(text):
        raise ValueError("expected a FIGI: two consonants, G, eight consonants or digits, a check digit")
    return _with_digit(text, "FIGI", _alternating_sum(text[:-1]))


def check_sedol(text: str) -> str:
    """Return a SEDOL (London Stock Exchange); ValueError where its form or check digit is wrong."""
    if not _SEDOL.fullmatch(text):
        raise ValueError("expected a SEDOL: six consonants or digits, a check digit")
    return _with_digit(
        text, "SEDOL", sum(int(c, 36) * weight for c, weight in zip(text[:-1], _SEDOL_WEIGHTS, strict=False))
    )


def _alternating_sum(text: str) -> int:
    """Sum the digits of the characters' values, every second one doubled."""
    values = (_CUSIP_VALUES[c] * (1 + at % 2) for at, c in enumerate(text))
    return sum(value // 10 + value % 10 for value in values)


def _with_digit(text: str, name: str, total: int) -> str:
    digit = -total % 10
    if text[-1] != str(digit):
        raise ValueError(f"expected {name} {text[:-1]}{digit}, if all but its check digit are right")
    return text
