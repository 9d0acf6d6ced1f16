"""Write the orders of these tests once."""

from simplefix_frames import stamp


def order(cl_ord_id: str, *more: tuple[int, str], qty: int = 100, price: str = "10.5") -> tuple[tuple[int, str], ...]:
    """Return a NewOrderSingle's fields that both versions accept."""
    return (
        *((11, cl_ord_id), (21, "1"), (55, "MSFT"), (54, "1"), (60, stamp())),
        *((38, str(qty)), (40, "2"), (44, price)),
        *more,
    )
