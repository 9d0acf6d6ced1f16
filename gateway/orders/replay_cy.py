"""Book recorded inputs again, through the code that booked them first."""

from collections.abc import Callable

import cython

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.journal import kinds
from fairlead.gateway.orders import records_cy
from fairlead.gateway.orders.effects_cy import Effects
from fairlead.gateway.orders.outcome_cy import Outcome
from fairlead.gateway.orders.snapshot_cy import START, SnapshotReader, part_of

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1

Texts = tuple[str, ...]


class Replay:
    """Put records into the books, one by one; a snapshot takes the place of them when its last record comes."""

    def __init__(self, books: Effects) -> None:
        self._books = books
        self._snapshot: "SnapshotReader | None" = None

    def take(self, kind: int, payload: bytes, utc_ns: cython.longlong) -> Outcome | None:
        """Book a record. Raises DecodeError for one that is not the ledger's or does not fit the books."""
        if kind == kinds.SNAPSHOT:
            self._take_snapshot(payload)
            return None
        self._snapshot = None
        operation, texts, message = records_cy.decode(payload)
        expected = kinds.REPORT if operation == records_cy.VENUE_REPORT else kinds.REQUEST
        if kind != expected:
            raise DecodeError(f"record of kind {kind} received, expected {expected} for operation {operation}")
        message_type, book = _BOOK[operation]
        if type(message) is not message_type:
            raise DecodeError(f"{type(message).__name__} received, expected the message of operation {operation}")
        try:
            return book(self._books, texts, message, utc_ns)
        except (ValueError, OverflowError) as error:
            raise DecodeError(
                f"record of operation {operation} received that does not fit the books: {error}"
            ) from error

    def _take_snapshot(self, payload: bytes) -> None:
        if part_of(payload) == START:
            self._snapshot = SnapshotReader()
        elif self._snapshot is None:
            raise DecodeError("part of a snapshot received whose start is missing")
        if self._snapshot.take(payload):
            self._books.adopt(self._snapshot.books)
            self._snapshot = None


def _open(books: Effects, texts: Texts, message: NewOrder, utc_ns: int) -> None:
    books.open_order(texts[0], message, texts[1], texts[2], texts[3], utc_ns, ABSENT)


def _open_valued(books: Effects, texts: Texts, message: NewOrder, utc_ns: int) -> None:
    books.open_order(texts[0], message, texts[1], texts[2], texts[3], utc_ns, int(texts[4]))


def _cancel(books: Effects, texts: Texts, message: CancelOrder, utc_ns: int) -> None:
    books.begin_cancel(books.known(texts[0]), message, texts[1], utc_ns)


def _replace(books: Effects, texts: Texts, message: ReplaceOrder, utc_ns: int) -> None:
    books.begin_replace(books.known(texts[0]), message, texts[1], utc_ns)


def _unsent(books: Effects, texts: Texts, message: None, utc_ns: int) -> Outcome:
    return books.mark_unsent(books.known(texts[0]), texts[1], texts[2], int(texts[3]), texts[4], utc_ns)


def _venue_report(books: Effects, texts: Texts, message: Report, utc_ns: int) -> Outcome:
    return books.apply(texts[0], message, texts[1], utc_ns)


def _in_doubt(books: Effects, texts: Texts, message: None, utc_ns: int) -> None:
    books.mark_in_doubt(texts[0])


def _request_in_doubt(books: Effects, texts: Texts, message: None, utc_ns: int) -> None:
    books.mark_request_in_doubt(texts[0], texts[1])


def _request_resent(books: Effects, texts: Texts, message: None, utc_ns: int) -> None:
    books.mark_resent(texts[0], texts[1])


def _caught_up(books: Effects, texts: Texts, message: None, utc_ns: int) -> None:
    books.mark_caught_up(texts[0])


def _reports_lost(books: Effects, texts: Texts, message: None, utc_ns: int) -> None:
    books.mark_reports_lost(texts[0], utc_ns)


def _trading_day(books: Effects, texts: Texts, message: None, utc_ns: int) -> None:
    books.start_day(texts[0], utc_ns)


def _forget(books: Effects, texts: Texts, message: None, utc_ns: int) -> None:
    books.forget_ended(int(texts[0]))


_BOOK: "dict[int, tuple[type, Callable[..., Outcome | None]]]" = {
    records_cy.OPEN: (NewOrder, _open),
    records_cy.OPEN_VALUED: (NewOrder, _open_valued),
    records_cy.CANCEL: (CancelOrder, _cancel),
    records_cy.REPLACE: (ReplaceOrder, _replace),
    records_cy.UNSENT: (type(None), _unsent),
    records_cy.VENUE_REPORT: (Report, _venue_report),
    records_cy.IN_DOUBT: (type(None), _in_doubt),
    records_cy.REQUEST_IN_DOUBT: (type(None), _request_in_doubt),
    records_cy.REQUEST_RESENT: (type(None), _request_resent),
    records_cy.CAUGHT_UP: (type(None), _caught_up),
    records_cy.REPORTS_LOST: (type(None), _reports_lost),
    records_cy.TRADING_DAY: (type(None), _trading_day),
    records_cy.FORGET: (type(None), _forget),
}
"""What each operation does to the books, and which message it is about."""
