"""Hold what one check found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

OK: Final = "OK"
WARN: Final = "WARN"
FAIL: Final = "FAIL"
UNKNOWN: Final = "UNKNOWN"
STATES: Final = (OK, WARN, FAIL, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the doctor's table."""

    check: str
    state: str
    """One of ``STATES``; UNKNOWN where the system does not tell, which is usual in virtual machines and containers."""
    read: str
    """What was found, and where."""
    wanted: str
    mend: str = ""
    """The command that mends it, "" where nothing is to be mended."""

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def judged(check: str, is_well: bool, read: str, wanted: str, mend: str, *, otherwise: str = WARN) -> Row:
    """Return a row that is OK, or else ``otherwise`` with the command that mends it."""
    return Row(check, OK, read, wanted) if is_well else Row(check, otherwise, read, wanted, mend)


def unknown(check: str, read: str, wanted: str, mend: str = "") -> Row:
    """Return a row of which the system does not tell."""
    return Row(check, UNKNOWN, read, wanted, mend)


def count_states(rows: Sequence[Row]) -> dict[str, int]:
    """Return how many rows are in each state."""
    return {state: sum(row.state == state for row in rows) for state in STATES}
