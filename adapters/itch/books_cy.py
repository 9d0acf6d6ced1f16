# cython: annotation_typing=False, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Apply a feed's messages to its books, by a plan: no name, no object and no allocation on the way of an order.

What a message does is ``MessagePlan.action``. Actions that change orders are here; what tells about a symbol or the
market goes to ``status_messages`` as bytes. A message that contradicts the books changes nothing it can't change
truly, marks the book suspect and is told as a ``BookEvent``.

Orders of symbols that nobody wants are passed over where each message names its book (``mapping`` says when).
"""

from array import array
from collections.abc import Callable
from typing import Any

import cython

from fairlead.adapters.itch.book_cy import Book, FeedCondition
from fairlead.adapters.itch.day_clock import DayClock
from fairlead.adapters.itch.events import BookEvent
from fairlead.adapters.itch.plan_cy import MessagePlan
from fairlead.adapters.itch.resting_cy import RestingOrders
from fairlead.codecs.fixed_point_cy import fixed_to_str

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.adapters.itch.integers import read_uint

SECONDS = 1
ADD = 2
EXECUTE = 3
CANCEL = 4
DELETE = 5
REPLACE = 6
TRADE = 7
TELL = 8

NS_PER_S = 1_000_000_000
HALF_DAY_NS = 43_200_000_000_000
MAX_STAMP = 4611686018427387904  # 2^62
ABSENT = -9223372036854775807 - 1
UNUSABLE = -9223372036854775807


class ItchBooks(RestingOrders):
    """All books of one feed.

    ``plans`` has the plan of each message type by its code (256 entries, None: unknown). ``on_told(books, plan,
    message, book, venue_utc_ns, utc_ns)`` takes what is not about orders, ``on_event`` what is wrong.
    ``name_of(feed_symbol)`` returns Fairlead's symbol, or None where nobody wants the book.
    """

    def __init__(
        self,
        feed: str,
        venue: str,
        plans: "list[MessagePlan | None]",
        clock: DayClock,
        on_told: "Callable[..., None]",
        on_event: "Callable[[BookEvent], None]",
        name_of: "Callable[[str], str | None] | None" = None,
        condition: "FeedCondition | None" = None,
        expected_orders: int = 65536,
    ) -> None:
        conditions = condition if condition is not None else FeedCondition()
        super().__init__(feed, venue, on_event, name_of, conditions, expected_orders)
        self.counts = array("Q", bytes(8 * 256))
        self.messages = 0
        self.passed_over = 0
        self.last_venue_utc_ns = 0
        self.last_utc_ns = 0
        self._plans = list(plans)
        self._clock = clock
        self._on_told = on_told
        self._forget_session()

    def _forget_session(self) -> int:
        self._told_types: set[int] = set()
        self._second_ns = 0
        self._base_ns = 0
        self._latest_ns = 0
        self._limit_ns = 0
        return 0

    # For those who read

    def count_of(self, type_code: str) -> int:
        """Return how many messages of a type came."""
        return self.counts[ord(type_code)]

    # For the feed

    def reset(self) -> None:
        """Begin a new session: no orders, no directory, nothing known. Books stay who they are, and are empty."""
        self.orders.clear()
        self.pool.clear()
        self._forget_keys()
        self._forget_session()
        self._clock.reset()
        self.condition.contradiction = ""
        for book in self.all_books():
            book.clear()
            self.mark(book)

    def apply(self, message: bytes, sequence: int, utc_ns: int) -> "Book | None":
        """Apply one message, received at ``utc_ns``; return the book it changed, None where it changed none."""
        return self._apply(message, 0, len(message), sequence, utc_ns)

    def apply_framed(self, data: "bytes | bytearray", start: int, end: int, sequence: int, utc_ns: int) -> int:
        """Apply the messages of ``data[start:end]``, each behind two bytes that hold its length.

        Return the position behind the last whole one. This is how Nasdaq's files and MoldUDP64 packets hold them.
        """
        at = start
        number = sequence
        if start < 0 or end > len(data):
            raise ValueError(f"bytes {start} to {end} asked for, expected a part of the {len(data)} there are")
        octets: Any = data
        while end - at >= 2:
            length = read_uint(octets, at, 2)
            if end - at - 2 < length:
                break
            self._apply(octets, at + 2, at + 2 + length, number, utc_ns)
            number += 1
            at += 2 + length
        return at

    # One message

    def _apply(self, data: bytes, start: int, end: int, sequence: int, utc_ns: int) -> "Book | None":
        self.messages += 1
        self.last_utc_ns = utc_ns
        if end <= start:
            self._tell_of_length(None, b"", sequence)
            return None
        code = data[start]
        self.counts[code] += 1
        plan = self._plans[code]
        if plan is None:
            self._tell_of_type(code, end - start, sequence)
            return None
        if end - start < plan.min_length or end - start > plan.max_length:
            self._tell_of_length(plan, bytes(data[start:end]), sequence)
            return None
        venue_ns = self._stamp(plan, read_uint(data, start + plan.time.at, plan.time.length), sequence, utc_ns)
        action = plan.action
        if action == ADD:
            return self._add(plan, data, start, sequence, venue_ns, utc_ns)
        if action == EXECUTE or action == CANCEL or action == DELETE or action == REPLACE:
            return self._change(plan, data, start, sequence, venue_ns, utc_ns)
        if action == TRADE:
            return self._trade(plan, data, start, sequence, venue_ns, utc_ns)
        if action == SECONDS:
            self._second_ns = read_uint(data, start + plan.seconds.at, plan.seconds.length) * NS_PER_S
            return None
        if action == TELL:
            return self._tell(plan, bytes(data[start:end]), sequence, venue_ns, utc_ns)
        return None

    def _stamp(self, plan: MessagePlan, nanoseconds: int, sequence: int, utc_ns: int) -> int:
        """Return the venue's time in UTC; 0 where the message has none."""
        if plan.time.length == 0:
            return 0
        if nanoseconds > MAX_STAMP:
            self._fault("bad_time", None, sequence, f"{plan.name}: {nanoseconds} ns received, {self._clock.expected}")
            return self.last_venue_utc_ns
        elapsed = nanoseconds + self._second_ns
        # a step back by half a day may be a new day; the first stamp is beyond the limit, which is 0
        if elapsed >= self._limit_ns or elapsed + HALF_DAY_NS < self._latest_ns:
            return self._look_at_day(plan, elapsed, sequence, utc_ns)
        self._latest_ns = elapsed
        self.last_venue_utc_ns = self._base_ns + elapsed
        return self.last_venue_utc_ns

    def _look_at_day(self, plan: MessagePlan, elapsed: int, sequence: int, utc_ns: int) -> int:
        base_ns = self._clock.base_utc_ns(elapsed, utc_ns)
        if base_ns is None:
            self._fault("bad_time", None, sequence, f"{plan.name}: {elapsed} ns received, {self._clock.expected}")
            return self.last_venue_utc_ns
        self._base_ns = base_ns
        self._limit_ns = self._clock.limit_ns
        self._latest_ns = elapsed
        self.last_venue_utc_ns = self._base_ns + elapsed
        return self.last_venue_utc_ns

    # Orders

    def _add(
        self, plan: MessagePlan, data: bytes, start: int, sequence: int, venue_ns: int, utc_ns: int
    ) -> "Book | None":
        key = self._key(plan, data, start)
        book = self._find_book(key)
        if book is None:
            book = self._book_of_order(plan, data, start, key, sequence)
            if book is None:
                return None
        if book is self._unwanted:
            self.passed_over += 1
            return None
        side = self._side(plan, data, start)
        quantity = self._quantity(plan, data, start)
        price = self._price(plan, book, data, start)
        reference = read_uint(data, start + plan.reference.at, plan.reference.length)
        if side < 0 or quantity <= 0 or price == UNUSABLE:
            self._bad_value(plan, book, bytes(data[start : start + plan.min_length]), sequence)
            return book
        scope = key * 4 + side + 1 if plan.is_scoped else 0
        if self.orders.find(reference, scope) != 0:
            self._fault("duplicate_reference", book, sequence, f"{plan.name}: reference {reference} rests already")
            return book
        self._enter(plan, book, side, price, quantity, reference, scope, sequence)
        self._note(book, side, sequence, venue_ns, utc_ns)
        return book

    def _change(
        self, plan: MessagePlan, data: bytes, start: int, sequence: int, venue_ns: int, utc_ns: int
    ) -> "Book | None":
        """Execute, cancel, delete or replace an order that rests."""
        named: Book | None = None
        scope = 0
        if plan.key.length != 0:
            key = self._key(plan, data, start)
            named = self._find_book(key)
            if named is self._unwanted:
                self.passed_over += 1
                return None
            if named is None:
                self._fault(
                    "unknown_book", None, sequence, f"{plan.name}: book {key} received, expected one named before"
                )
                return None
            if plan.is_scoped:
                side = self._side(plan, data, start)
                if side < 0:
                    self._bad_value(plan, named, bytes(data[start : start + plan.min_length]), sequence)
                    return named
                scope = key * 4 + side + 1
        reference = read_uint(data, start + plan.reference.at, plan.reference.length)
        at = self.orders.find(reference, scope)
        if at == 0:
            self._fault("unknown_reference", named, sequence, f"{plan.name}: reference {reference} is not in the book")
            return named
        owner = self.pool.records[self.orders.records[at + 3] * 4 + 3]
        book: Book = self._books[owner >> 2]
        side = owner & 1
        if named is not None and named is not book:
            text = f"{plan.name}: reference {reference} rests in {book.feed_symbol}, not in {named.feed_symbol}"
            self._fault("other_book", named, sequence, text)
            self._fault("other_book", book, sequence, text)
            return named
        action = plan.action
        if action == DELETE:
            self._reduce(book, side, at, self.orders.records[at + 2])
        elif action == REPLACE:
            self._replace(plan, book, side, at, data, start, scope, sequence)
        else:
            self._take(plan, book, side, at, data, start, sequence, venue_ns)
        self._note(book, side, sequence, venue_ns, utc_ns)
        return book

    def _take(
        self, plan: MessagePlan, book: Book, side: int, at: int, data: bytes, start: int, sequence: int, venue_ns: int
    ) -> int:
        """Take an execution's or a cancel's quantity off an order."""
        quantity = self._quantity(plan, data, start)
        price = ABSENT
        if plan.action == EXECUTE:
            price = self.pool.records[self.orders.records[at + 3] * 4]
            if plan.price.length != 0:
                price = self._price(plan, book, data, start)
        if quantity <= 0 or price == UNUSABLE:
            self._bad_value(plan, book, bytes(data[start : start + plan.min_length]), sequence)
            return 0
        left = self.orders.records[at + 2]
        if quantity > left:
            reference = self.orders.records[at]
            text = f"{plan.name}: {fixed_to_str(quantity)} of reference {reference}, which has {fixed_to_str(left)}"
            self._fault("too_much", book, sequence, text)
            self._reduce(book, side, at, left)
        else:
            self._reduce(book, side, at, quantity)
        if plan.action == EXECUTE and (plan.printable_at < 0 or data[start + plan.printable_at] == plan.printable_code):
            book.note_trade(price, quantity, read_uint(data, start + plan.match.at, plan.match.length), venue_ns)
        return 0

    def _replace(
        self, plan: MessagePlan, book: Book, side: int, at: int, data: bytes, start: int, scope: int, sequence: int
    ) -> int:
        """Give an order new terms, under a new reference where the message has one; its side and book stay."""
        quantity = self._quantity(plan, data, start)
        price = self.pool.records[self.orders.records[at + 3] * 4]
        if plan.price.length != 0:
            price = self._price(plan, book, data, start)
        if quantity <= 0 or price == UNUSABLE:
            self._bad_value(plan, book, bytes(data[start : start + plan.min_length]), sequence)
            return 0
        reference = self.orders.records[at]
        if plan.new_reference.length != 0:
            reference = read_uint(data, start + plan.new_reference.at, plan.new_reference.length)
            if reference != self.orders.records[at] and self.orders.find(reference, scope) != 0:
                text = f"{plan.name}: new reference {reference} rests already; {self.orders.records[at]} is taken out"
                self._fault("duplicate_reference", book, sequence, text)
                self._reduce(book, side, at, self.orders.records[at + 2])
                return 0
        self._reduce(book, side, at, self.orders.records[at + 2])
        self._enter(plan, book, side, price, quantity, reference, scope, sequence)
        return 0

    def _trade(
        self, plan: MessagePlan, data: bytes, start: int, sequence: int, venue_ns: int, utc_ns: int
    ) -> "Book | None":
        """Take note of a trade that no order in the book had a part in."""
        key = self._key(plan, data, start)
        book = self._find_book(key)
        if book is self._unwanted:
            self.passed_over += 1
            return None
        if book is None:
            self._fault("unknown_book", None, sequence, f"{plan.name}: book {key} received, expected one named before")
            return None
        quantity = self._quantity(plan, data, start)
        price = self._price(plan, book, data, start)
        if quantity <= 0 or price == UNUSABLE:
            self._bad_value(plan, book, bytes(data[start : start + plan.min_length]), sequence)
            return book
        if plan.printable_at < 0 or data[start + plan.printable_at] == plan.printable_code:
            book.note_trade(price, quantity, read_uint(data, start + plan.match.at, plan.match.length), venue_ns)
        self._touch(book, venue_ns, utc_ns)
        return book

    # Books

    def _book_of_order(self, plan: MessagePlan, data: bytes, start: int, key: int, sequence: int) -> "Book | None":
        """Make the book that an order names by its symbol; an event where it names it by number only."""
        if plan.symbol_at < 0:
            self._fault("unknown_book", None, sequence, f"{plan.name}: book {key} received, expected one named before")
            return None
        return self.name_book(key, plan.symbol_in(bytes(data[start : start + plan.min_length])))

    # What is wrong

    def _bad_value(self, plan: MessagePlan, book: Book, message: bytes, sequence: int) -> int:
        parts = []
        if plan.side_at >= 0:
            parts.append(f"side {chr(message[plan.side_at])!r}")
        for name, field in (("quantity", plan.quantity), ("price", plan.price)):
            if field.length:
                taken = message[field.at : field.at + field.length]
                parts.append(f"{name} {int.from_bytes(taken, 'big', signed=field.is_signed)}")
        if plan.price.length and plan.price.mul == 0 and book.price_mul == 0:
            parts.append("no usable price divisor in the directory")
        reference = read_uint(message, plan.reference.at, plan.reference.length)
        text = f"{plan.name} of reference {reference}: {', '.join(parts)} received"
        return self._fault("bad_value", book, sequence, text)

    def _tell_of_type(self, code: int, length: int, sequence: int) -> int:
        if code in self._told_types:
            self.faults["unknown_message"] = self.faults.get("unknown_message", 0) + 1
            return 0
        self._told_types.add(code)
        self._fault("unknown_message", None, sequence, f"type {chr(code)!r} of {length} bytes is in no mapping")
        return 0

    def _tell_of_length(self, plan: "MessagePlan | None", message: bytes, sequence: int) -> int:
        if plan is None:
            self._fault("message_cut", None, sequence, "an empty message received, expected at least its type")
            return 0
        expected = f"{plan.min_length}"
        if plan.max_length != plan.min_length:
            expected = f"{plan.min_length} to {plan.max_length}"
        text = f"{plan.name}: {len(message)} bytes received, expected {expected}"
        self._fault("message_cut", None, sequence, text)
        return 0

    def _tell(self, plan: MessagePlan, message: bytes, sequence: int, venue_ns: int, utc_ns: int) -> "Book | None":
        """Hand on what is not about orders, with the book that it names."""
        book = None
        if plan.key.length != 0:
            key = self._key(plan, message, 0)
            book = self._find_book(key)
            if book is None and plan.symbol_at >= 0:
                book = self._book_of_order(plan, message, 0, key, sequence)
            if book is self._unwanted:
                self.passed_over += 1
                return None
        self._on_told(self, plan, message, book, sequence, venue_ns, utc_ns)
        return book
