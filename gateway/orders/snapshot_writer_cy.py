"""Write the books down as records that stand for all before them; ``snapshot_cy`` says what they hold."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cython

from fairlead.codecs.vocabulary.binary_cy import pack
from fairlead.codecs.vocabulary.packing_cy import Packer
from fairlead.gateway.orders.order_cy import Execution, Order, Request
from fairlead.gateway.orders.positions_cy import Position
from fairlead.gateway.orders.quarantine import Quarantined
from fairlead.gateway.orders.snapshot_cy import (
    END,
    EXEC_IDS,
    EXECUTIONS,
    FIELD_COUNTS,
    LATER_REQUEST,
    ORDER,
    POSITION,
    QUARANTINED,
    START,
    VENUE,
    VENUE_ORDER_IDS,
    VERSION,
    Books,
)
from fairlead.gateway.orders.venue_book_cy import VenueBook

if TYPE_CHECKING:
    from fairlead.codecs.vocabulary.binary_cy import Message

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1

ENTRIES = 512
"""Entries of a list in one record, so that each fits the smallest segment."""


def records_of(books: Books) -> Iterator[bytes]:
    """Yield the payloads of a snapshot's records, in order."""
    count = 1
    yield _start(books)
    # the books come first: orders are put into them
    for venue in books.venues.values():
        for payload in _venue_records(venue):
            count += 1
            yield payload
    for order in books.orders.values():
        for payload in _order_records(order):
            count += 1
            yield payload
    for venue in books.venues.values():
        for payload in _venue_order_id_records(venue):
            count += 1
            yield payload
    for position in books.positions.positions.values():
        count += 1
        yield _position(position)
    for kept in books.quarantined:
        count += 1
        yield _quarantined(kept)
    fields = _begin(END)
    fields.put_number(count + 1, 0)
    yield _finish(fields)


def _begin(part: cython.int) -> Packer:
    fields = Packer()
    fields.data.append(VERSION)
    fields.data.append(part)
    fields.open(FIELD_COUNTS[part])
    return fields


def _finish(fields: Packer) -> bytes:
    fields.close()
    return bytes(fields.data)


def _append_message(fields: Packer, message: "Message") -> None:
    packed: bytes = pack(message)
    fields.append_length(len(packed))
    fields.data += packed


def _start(books: Books) -> bytes:
    fields = _begin(START)
    fields.put_number(books.opened, 0)
    fields.put_number(books.duplicates, 0)
    return _finish(fields)


def _venue_records(venue: VenueBook) -> Iterator[bytes]:
    fields = _begin(VENUE)
    fields.put_text(venue.venue)
    fields.put_text(venue.date)
    fields.put_number(venue.days_on_date, 0)
    fields.put_text(venue.day)
    fields.put_number(venue.day_started_utc_ns, 0)
    fields.put_number(venue.reports_lost_utc_ns, 0)
    yield _finish(fields)
    for exec_ids in _slices(list(venue.seen.items())):
        fields = _begin(EXEC_IDS)
        fields.put_text(venue.venue)
        fields.close()
        fields.append_length(len(exec_ids))
        for exec_id, (cl_ord_id, kind, last_qty, last_px) in exec_ids:
            fields.open(5)
            fields.put_text(exec_id)
            fields.put_text(cl_ord_id)
            fields.put_number(kind, 0)
            fields.put_number(last_qty, 0)
            fields.put_number(last_px, 0)
            fields.close()
        yield bytes(fields.data)


def _venue_order_id_records(venue: VenueBook) -> Iterator[bytes]:
    for ids in _slices(list(venue.orders.items())):
        fields = _begin(VENUE_ORDER_IDS)
        fields.put_text(venue.venue)
        fields.close()
        fields.append_length(len(ids))
        for venue_order_id, order in ids:
            fields.append_text(venue_order_id)
            fields.append_text(order.order_id)
        yield bytes(fields.data)


def _order_records(order: Order) -> Iterator[bytes]:
    first: Request = order.all_requests[0]
    yield _order(order, first)
    for request in order.all_requests[1:]:
        yield _later_request(order, request)
    for executions in _slices(order.executions):
        yield _executions(order, executions)


def _order(order: Order, first: Request) -> bytes:
    has_first_terms: cython.bint = order.terms is first.sent
    fields = _begin(ORDER)
    fields.put_text(order.strategy)
    fields.put_text(order.venue)
    fields.put_text(order.order_id)
    fields.put_number(order.number, 0)
    fields.put_number(order.opened_utc_ns, 0)
    fields.put_text(order.venue_order_id)
    fields.put_text(order.cl_ord_id)
    fields.put_text(order.venue_cl_ord_id)
    fields.put_number(order.order_qty, 0)
    fields.put_number(order.cum_qty, 0)
    fields.put_number(order.leaves_qty, 0)
    fields.put_number(order.adjusted_qty, 0)
    fields.put_text(str(order.notional))
    fields.put_number(order.state, 0)
    fields.put_number(order.is_ended, 0)
    fields.put_number(order.is_unknown, 0)
    fields.put_number(order.changed_utc_ns, 0)
    fields.put_number(order.current_request_number, 0)
    fields.put_text(first.venue_cl_ord_id)
    fields.put_number(first.fate, 0)
    marks = (1 if first.is_pending else 0) | (2 if first.is_unknown else 0) | (4 if order.is_triggered else 0)
    fields.put_number(marks, 0)
    fields.put_number(has_first_terms, 0)
    fields.put_number(order.risk_px, ABSENT)
    fields.put_number(order.missing_qty, 0)
    fields.close()
    _append_message(fields, first.message)
    if not has_first_terms:
        _append_message(fields, order.terms)
    return bytes(fields.data)


def _later_request(order: Order, request: Request) -> bytes:
    fields = _begin(LATER_REQUEST)
    fields.put_text(order.order_id)
    fields.put_number(request.kind, 0)
    fields.put_text(request.venue_cl_ord_id)
    fields.put_number(request.utc_ns, 0)
    fields.put_number(request.fate, 0)
    fields.put_number(request.is_pending, 0)
    fields.put_number(request.is_unknown, 0)
    fields.close()
    _append_message(fields, request.message)
    _append_message(fields, request.sent)
    return bytes(fields.data)


def _executions(order: Order, executions: "list[Execution]") -> bytes:
    fields = _begin(EXECUTIONS)
    fields.put_text(order.order_id)
    fields.close()
    fields.append_length(len(executions))
    for execution in executions:
        fields.open(5)
        fields.put_text(execution.exec_id)
        fields.put_number(execution.last_qty, 0)
        fields.put_number(execution.last_px, 0)
        fields.put_number(execution.utc_ns, 0)
        fields.put_number(execution.is_busted, 0)
        fields.close()
        fields.append_length(len(execution.venue_exec_ids))
        for venue_exec_id in execution.venue_exec_ids:
            fields.append_text(venue_exec_id)
    return bytes(fields.data)


def _position(position: Position) -> bytes:
    fields = _begin(POSITION)
    fields.put_text(position.strategy)
    fields.put_text(position.account)
    fields.put_text(position.venue)
    # sums have no end: they are written in decimal
    fields.put_text(str(position.bought_qty))
    fields.put_text(str(position.bought_notional))
    fields.put_text(str(position.sold_qty))
    fields.put_text(str(position.sold_notional))
    fields.put_text(str(position.day_notional))
    fields.close()
    _append_message(fields, position.instrument)
    return bytes(fields.data)


def _quarantined(kept: Quarantined) -> bytes:
    fields = _begin(QUARANTINED)
    fields.put_text(kept.venue)
    fields.put_number(kept.discrepancy, 0)
    fields.put_text(kept.text)
    fields.put_number(kept.utc_ns, 0)
    fields.close()
    _append_message(fields, kept.report)
    return bytes(fields.data)


def _slices(entries: "list[Any]") -> "Iterator[list[Any]]":
    for at in range(0, len(entries), ENTRIES):
        yield entries[at : at + ENTRIES]
