"""Name what can be wrong with a message. It never raises: it is counted and told, and marks what is doubtful now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

BOOK_EVENTS: Final = {
    "unknown_message": "a message of a type that the mapping does not have; told once a type, counted each time",
    "message_cut": "a message shorter or longer than its type; what it would have changed is unknown",
    "unknown_book": "a message about a book that no directory message and no order has named",
    "unknown_reference": "an execution, cancel, delete or replace of an order that is not in the book",
    "duplicate_reference": "a new order under a reference that rests in the book; the old one stays",
    "other_book": "a message whose order rests in another book than the one the message names",
    "too_much": "more executed or cancelled than the order had; the order is taken out",
    "bad_value": "a side, quantity or price that can't be",
    "bad_time": "a time of day beyond the longest day",
    "crossed": "the best bid above the best offer while the symbol trades; once until the crossing ends",
    "uncrossed": "the end of a crossing",
}
"""What ``BookEvent.kind`` may be."""

CONTRADICTIONS: Final = frozenset(
    ("message_cut", "unknown_book", "unknown_reference", "duplicate_reference", "other_book", "too_much", "bad_value")
)
"""After these a book is suspect until it is built anew."""


@dataclass(frozen=True, slots=True)
class BookEvent:
    """One fault of a message, or the end of one. ``symbol`` is empty where the message can't be given to a book.

    ``sequence`` is the message's number in the feed; ``text`` says what was received and what was expected.
    """

    kind: str
    feed: str
    symbol: str
    sequence: int
    text: str


EventSink = Callable[[BookEvent], None]
