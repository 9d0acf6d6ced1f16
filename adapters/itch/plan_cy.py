"""Hold what a feed's mapping means once it is resolved against a protocol's table: offsets and codes, no names.

``adapters/itch/mapping.py`` makes the plans; ``books_cy`` reads them a message at a time. An offset counts from the
message's first byte, -1 where the message has no such field.
"""

from typing import Any

# What a message does.
COUNT = 0
SECONDS = 1
ADD = 2
EXECUTE = 3
CANCEL = 4
DELETE = 5
REPLACE = 6
TRADE = 7
TELL = 8

ABSENT = -9223372036854775807 - 1
INT64_MAX = 9223372036854775807


class FieldPlan:
    """One field: where it is and how its integer is read. ``mul`` is what one unit is in units of 10^-8."""

    def __init__(self, at: int = -1, length: int = 0, is_signed: bool = False, mul: int = 1) -> None:
        self.at = at
        self.length = length
        self.is_signed = is_signed
        self.mul = mul
        self.limit = INT64_MAX // mul if mul > 0 else 0


class MessagePlan:
    """One type of message.

    ``mul`` of ``price`` is 0 where the book's directory gives the divisor. ``printable_at`` is where a flag says
    whether an execution counts as a trade; other codes than ``printable_code`` say no. ``no_price`` is the raw value
    that stands for an order without a price. A book is named by its symbol, and the suffix where there is one.
    ``seconds`` is the field of a message that gives the seconds of those after it. ``told`` is for ``status_messages``.
    """

    def __init__(self, name: str, action: int, min_length: int, max_length: int) -> None:
        self.name = name
        self.action = action
        self.min_length = min_length
        self.max_length = max_length
        self.time = FieldPlan()
        self.key = FieldPlan()
        self.key_rest = FieldPlan()
        self.reference = FieldPlan()
        self.new_reference = FieldPlan()
        self.quantity = FieldPlan()
        self.price = FieldPlan()
        self.match = FieldPlan()
        self.seconds = FieldPlan()
        self.side_at = -1
        self.buy_code = 0
        self.sell_code = 0
        self.printable_at = -1
        self.printable_code = 0
        self.symbol_at = -1
        self.symbol_length = 0
        self.suffix_at = -1
        self.suffix_length = 0
        self.has_no_price = False
        self.no_price = 0
        self.is_scoped = False
        self.told: Any = None

    def symbol_in(self, message: bytes) -> str:
        """Return the feed's name of the book that a message names by its symbol."""
        name = message[self.symbol_at : self.symbol_at + self.symbol_length].decode("latin-1").rstrip(" ")
        if self.suffix_at < 0:
            return name
        suffix = message[self.suffix_at : self.suffix_at + self.suffix_length].decode("latin-1").rstrip(" ")
        return f"{name}.{suffix}"
