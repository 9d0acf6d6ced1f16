# cython: annotation_typing=False, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Put orders into their levels and take them out again; read the fields of orders' messages."""

from collections.abc import Callable

import cython

from fairlead.adapters.itch.book_cy import Book, FeedCondition
from fairlead.adapters.itch.events import BookEvent
from fairlead.adapters.itch.order_table_cy import OrderTable
from fairlead.adapters.itch.plan_cy import MessagePlan
from fairlead.adapters.itch.register_cy import BookRegister
from fairlead.codecs.fixed_point_cy import fixed_to_str

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.adapters.itch.integers import read_int, read_uint

ABSENT = -9223372036854775807 - 1
UNUSABLE = -9223372036854775807
INT64_MAX = 9223372036854775807


class RestingOrders(BookRegister):
    """The books with the orders that rest in them. An order's record names its level, a level its book and side."""

    def __init__(
        self,
        feed: str,
        venue: str,
        on_event: "Callable[[BookEvent], None]",
        name_of: "Callable[[str], str | None] | None",
        condition: FeedCondition,
        expected_orders: int,
    ) -> None:
        super().__init__(feed, venue, on_event, name_of, condition)
        self.orders = OrderTable(expected_orders)

    def _enter(
        self,
        plan: MessagePlan,
        book: Book,
        side: int,
        price: int,
        quantity: int,
        reference: int,
        scope: int,
        sequence: int,
    ) -> int:
        """Put an order into its level, a new one where there is none."""
        slot = self._level(book, side, price)
        at = slot * 4
        if quantity > INT64_MAX - self.pool.records[at + 1]:
            text = f"{plan.name}: {fixed_to_str(quantity)} received, a level holds less than 92233720369 in all"
            self._fault("bad_value", book, sequence, text)
            return 0
        self.pool.records[at + 1] += quantity
        self.pool.records[at + 2] += 1
        self.orders.insert(reference, scope, quantity, slot)
        return 0

    def _level(self, book: Book, side: int, price: int) -> int:
        owner = book.number * 4 + side
        if price == ABSENT:
            return self._unpriced(book, side, owner)
        ladder = book.asks if side else book.bids
        rank = -price if side else price
        at = ladder.search(rank)
        if at < ladder.count and ladder.ranks[at] == rank:
            return ladder.slots[at]
        slot = self.pool.take(price, owner)
        ladder.insert(at, rank, slot)
        return slot

    def _unpriced(self, book: Book, side: int, owner: int) -> int:
        """Return the level of orders without a price: outside the ladder, there as long as the book."""
        slot = book.unpriced_asks if side else book.unpriced_bids
        if slot == 0:
            slot = self.pool.take(ABSENT, owner + 2)
            if side:
                book.unpriced_asks = slot
            else:
                book.unpriced_bids = slot
        return slot

    def _reduce(self, book: Book, side: int, at: int, quantity: int) -> int:
        """Take a quantity off an order; an order without any is gone, and so is a level without orders."""
        slot = self.orders.records[at + 3]
        level = slot * 4
        self.pool.records[level + 1] -= quantity
        if quantity < self.orders.records[at + 2]:
            self.orders.records[at + 2] -= quantity
            return 0
        self.orders.remove(at)
        self.pool.records[level + 2] -= 1
        if self.pool.records[level + 2] != 0 or self.pool.records[level + 3] & 2:
            return 0
        ladder = book.asks if side else book.bids
        price = self.pool.records[level]
        ladder.remove(ladder.search(-price if side else price))
        self.pool.release(slot)
        return 0

    # Fields

    def _key(self, plan: MessagePlan, data: bytes, start: int) -> int:
        key = read_uint(data, start + plan.key.at, plan.key.length)
        if plan.key_rest.length != 0:
            key = key << 32 | read_uint(data, start + plan.key_rest.at, plan.key_rest.length)
        return key

    def _side(self, plan: MessagePlan, data: bytes, start: int) -> int:
        """Return 0 for a buy, 1 for a sell, -1 for a code that is neither."""
        code = data[start + plan.side_at]
        if code == plan.buy_code:
            return 0
        return 1 if code == plan.sell_code else -1

    def _quantity(self, plan: MessagePlan, data: bytes, start: int) -> int:
        """Return a quantity in units of 10^-8, -1 where int64 does not hold it."""
        raw = read_uint(data, start + plan.quantity.at, plan.quantity.length)
        if raw > plan.quantity.limit:
            return -1
        return raw * plan.quantity.mul

    def _price(self, plan: MessagePlan, book: Book, data: bytes, start: int) -> int:
        """Return a price in units of 10^-8, ABSENT for an order without one, UNUSABLE for what int64 does not hold."""
        field = plan.price
        mul = field.mul
        limit = field.limit
        if mul == 0:
            mul = book.price_mul
            limit = book.price_limit
        if field.is_signed:
            raw = read_int(data, start + field.at, field.length)
        else:
            unsigned = read_uint(data, start + field.at, field.length)
            if unsigned > INT64_MAX:
                return UNUSABLE
            raw = unsigned
        if plan.has_no_price and raw == plan.no_price:
            return ABSENT
        if raw > limit or raw < -limit or mul == 0:
            return UNUSABLE
        return raw * mul
