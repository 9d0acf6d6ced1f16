"""Read the arguments of a case's steps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fairlead.certification.model.verdicts import Blocked


def table_of(arguments: Any, known: str = "") -> dict[str, Any]:
    """Return a step's arguments as a table: a name alone is ``of``. Raises Blocked for keys that are not known."""
    table = dict(arguments) if isinstance(arguments, dict) else {} if arguments is None else {"of": arguments}
    unknown = sorted(set(table) - set(known.split())) if known else []
    if unknown:
        raise Blocked(f"{', '.join(unknown)} in the case, expected some of {', '.join(known.split())}")
    return table


def decimal_of(value: Any) -> Decimal:
    """Return a number of a case. Raises Blocked for none."""
    try:
        return Decimal(str(value))
    except ArithmeticError:
        raise Blocked(f"{value!r} in the case, expected a number") from None


def same(received: Any, wanted: Any) -> bool:
    """Tell whether a value is the one wanted: ``*`` is any, None is none; numbers count by value."""
    if wanted is None or wanted == "*":
        return (received is None) == (wanted is None)
    if str(received) == str(wanted):
        return True
    try:
        return Decimal(str(received)) == Decimal(str(wanted))
    except ArithmeticError:
        return False
