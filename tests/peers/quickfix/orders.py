"""Write the orders of these tests once."""

from datetime import UTC, datetime


def now() -> str:
    """Return the time as FIX writes it."""
    return datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


def order(cl_ord_id: str, *more: tuple[int, str], qty: int = 100, price: str = "10.5") -> tuple[tuple[int, str], ...]:
    """Return a NewOrderSingle's fields that both versions accept."""
    return (
        *((11, cl_ord_id), (21, "1"), (55, "MSFT"), (54, "1"), (60, now())),
        *((38, str(qty)), (40, "2"), (44, price)),
        *more,
    )
