"""Orders that repeat others, against a plain list of all orders."""

from hypothesis import given
from hypothesis import strategies as st

from fairlead.codecs.vocabulary.constants import OrdType, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.risk.duplicates_cy import DuplicateOrders
from fairlead.gateway.risk.limit_set_cy import LimitSet

SCALE = 100_000_000


def order(cl_ord_id: str = "1", **terms: object) -> NewOrder:
    given_terms: dict[str, object] = {
        "symbol": "MSFT",
        "side": int(Side.BUY),
        "order_qty": 100 * SCALE,
        "ord_type": int(OrdType.LIMIT),
        "price": 430 * SCALE,
        "account": "ACC",
    }
    return NewOrder(cl_ord_id=cl_ord_id, **{**given_terms, **terms})  # type: ignore[arg-type]


def within(window_ns: int, max_duplicates: int = 0) -> LimitSet:
    limits = LimitSet(1)
    limits.duplicate_window_ns = window_ns
    limits.max_duplicates = max_duplicates
    return limits


def test_the_newest_order_with_the_same_terms_is_named() -> None:
    duplicates, limits = DuplicateOrders(), within(100)
    duplicates.note("alpha", "ACC", "XBRK", order("1"), limits, 0)
    duplicates.note("alpha", "ACC", "XBRK", order("2"), limits, 50)
    assert duplicates.matches("alpha", "ACC", "XBRK", order("3"), limits, 99) == (2, "2")
    assert duplicates.matches("alpha", "ACC", "XBRK", order("3"), limits, 100) == (1, "2")
    assert duplicates.matches("alpha", "ACC", "XBRK", order("3"), limits, 150) == (0, "")


def test_whatever_differs_makes_another_order() -> None:
    duplicates, limits = DuplicateOrders(), within(100)
    duplicates.note("alpha", "ACC", "XBRK", order(), limits, 0)
    others = [
        order(symbol="AAPL"),
        order(side=int(Side.SELL)),
        order(order_qty=101 * SCALE),
        order(price=430 * SCALE + 1),
        order(ord_type=int(OrdType.STOP_LIMIT), stop_px=430 * SCALE),
    ]
    for other in others:
        assert duplicates.matches("alpha", "ACC", "XBRK", other, limits, 1) == (0, "")
    for owner in (("beta", "ACC", "XBRK"), ("alpha", "ACC-2", "XBRK"), ("alpha", "ACC", "XEXC")):
        assert duplicates.matches(*owner, order(), limits, 1) == (0, "")


def test_no_window_keeps_nothing() -> None:
    duplicates, off = DuplicateOrders(max_kept=1), within(0)
    for _ in range(3):
        duplicates.note("alpha", "ACC", "XBRK", order(), off, 0)
    assert duplicates.has_room(0)


def test_memory_is_bounded_and_frees_itself() -> None:
    duplicates, limits = DuplicateOrders(max_kept=2), within(100)
    for number in range(2):
        duplicates.note("alpha", "ACC", "XBRK", order(price=number), limits, number)
    assert not duplicates.has_room(99)
    assert duplicates.has_room(100)


def test_a_rebuild_takes_up_what_the_books_know_and_a_longer_window() -> None:
    duplicates = DuplicateOrders()
    duplicates.note("alpha", "ACC", "XBRK", order("1"), within(10), 0)
    longer = within(1000)
    duplicates.rebuild([(0, "alpha", "XBRK", order("1"), longer), (500, "alpha", "XBRK", order("2"), longer)])
    assert duplicates.matches("alpha", "ACC", "XBRK", order("3"), longer, 999) == (2, "2")


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2), st.integers(1, 2)), max_size=80),
    st.integers(1, 20),
)
def test_matches_are_those_of_a_list_of_all_orders(orders: list[tuple[int, int, int]], window_ns: int) -> None:
    duplicates, limits = DuplicateOrders(), within(window_ns)
    sent: list[tuple[int, int, int, str]] = []
    now_ns = 0
    for number, (gap, price, quantity) in enumerate(orders):
        now_ns += gap
        request = order(str(number), price=price, order_qty=quantity)
        same = [each for each in sent if each[1:3] == (price, quantity) and now_ns - each[0] < window_ns]
        found = duplicates.matches("alpha", "ACC", "XBRK", request, limits, now_ns)
        assert found == (len(same), same[-1][3] if same else "")
        duplicates.note("alpha", "ACC", "XBRK", request, limits, now_ns)
        sent.append((now_ns, price, quantity, str(number)))
