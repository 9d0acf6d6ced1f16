"""Name the checks of new orders and replaces, in the order in which they are asked."""

from typing import Final

NEW: Final = 1
REPLACE: Final = 2
BOTH: Final = 3

CHECKS: Final[tuple[tuple[str, int], ...]] = (
    # the state of the world
    ("stopping", NEW),
    ("kill", BOTH),
    ("gate", BOTH),
    ("cl_ord_id", NEW),
    # the instrument
    ("symbol", NEW),
    ("venue", NEW),
    ("entitlement", BOTH),
    ("limits", BOTH),
    ("lot", BOTH),
    ("tick", BOTH),
    ("restricted", BOTH),
    ("market_state", BOTH),
    ("phase", BOTH),
    ("short_sale", BOTH),
    # the order
    ("max_quantity", BOTH),
    ("max_notional", BOTH),
    ("collar", BOTH),
    ("drift", BOTH),
    ("duplicate", BOTH),
    ("repeated", BOTH),
    # what it adds to
    ("message_rate", BOTH),
    ("open_orders", BOTH),
    ("position", BOTH),
    ("credit", BOTH),
    ("capital", BOTH),
    ("self_match", BOTH),
    # the venue
    ("capabilities", BOTH),
    ("session", NEW),
)
"""Every check by name, in the order in which they are asked, and what each is asked about."""

CHECK_NAMES: Final = tuple(name for name, _ in CHECKS)

MAY_BE_OVERRIDDEN: Final = frozenset(
    ("restricted", "max_quantity", "max_notional", "collar", "drift", "duplicate", "position", "credit", "capital")
)
"""Checks that two people may override for one order; the others state facts, or the law."""

COUNTERS: Final = tuple(f"risk.{name}.{result}" for name in CHECK_NAMES for result in ("refused", "warned"))
"""Names of the counters' slots."""
