"""Describe what evidence and order records need to know: who the firm is, and who decides what its strategies do."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from fairlead.gateway.config.values import Section


def _check_lei(value: str) -> str:
    """Take a legal entity identifier whose two check digits are right (ISO 17442: ISO 7064, modulus 97-10)."""
    if not value:
        return value
    if len(value) != 20 or not value.isascii() or not value.isalnum() or value != value.upper():
        raise ValueError("expected an LEI: 20 digits and capital letters")
    if int("".join(str(int(character, 36)) for character in value)) % 97 != 1:
        raise ValueError("expected an LEI whose check digits (the last two) are right")
    return value


class Records(Section):
    """Who stands behind a strategy's orders, as regulators' order records name it."""

    client_id: str = ""
    """Whose order it is: an LEI, a national id, or the venue's short code. Empty: the firm's own account."""
    investment_decision: str = ""
    """Who in the firm decides to trade: the id of an algorithm or of a person."""
    execution_decision: str = ""
    """Who in the firm decides where and when."""
    is_algorithm: bool = True
    """Whether these two are algorithms."""
    trading_capacity: Literal["DEAL", "MTCH", "AOTC"] = "DEAL"
    """Dealing on own account, matched principal, or any other capacity."""
    direct_electronic_access: bool = False
    liquidity_provision: bool = False
    """Whether the orders are part of a market making strategy."""
    firm_designated_id: str = ""
    """The account's id towards CAT; empty: the order's account."""
    account_holder_type: Literal["A", "E", "F", "I", "O", "P", "V", "X"] = "P"
    department: str = "T"
    """Which desk: CAT's deptType."""


class Compliance(Section):
    """The firm, and how old evidence may be."""

    entity_id: Annotated[str, AfterValidator(_check_lei)] = ""
    """The firm's LEI."""
    imid: Annotated[str, Field(max_length=4)] = ""
    """The firm's market participant id, as CAT knows it."""
    controls: Path | None = None
    """The firm's own words on the controls: owners, reviews, ages allowed (docs/compliance.md)."""
    stamp_decimals: Annotated[int, Field(ge=3, le=9)] = 6
    """Decimals of a second in order records: 3 suffices for most, 6 for high-frequency trading (RTS 25)."""
    max_clock_offset_us: Annotated[int, Field(gt=0, le=10_000_000)] | None = None
    """How far the clock may be off: 100 for high-frequency trading, 1000 for other algorithms (RTS 25).

    Left out: it is recorded, and nobody is alerted.
    """
    venue_mics: dict[str, str] = {}
    """Venue name to its market identifier code, where the name is not the code itself."""

    @property
    def max_clock_offset_ns(self) -> int | None:
        """Return the clock's bound in nanoseconds, None where there is none."""
        return None if self.max_clock_offset_us is None else self.max_clock_offset_us * 1000
