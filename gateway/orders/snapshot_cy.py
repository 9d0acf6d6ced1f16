"""Read the books back from records that stand for all before them; ``snapshot_writer_cy`` wrote them.

A snapshot lets earlier records go: START, what the books hold, END. Each record is a version, one of the parts below,
and the part's fields as the ``Packer`` lays them out; lists are cut into records of so many entries, so that each
fits the smallest segment. What an order's own messages tell already is not written twice: the first request is the
order's, and the terms are those it was sent with unless something changed them.
"""

from typing import TYPE_CHECKING

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.binary_cy import unpack
from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.codecs.vocabulary.packing_cy import Unpacker
from fairlead.gateway.orders.order_cy import Execution, Order, Request
from fairlead.gateway.orders.positions_cy import Position, PositionBook, instrument_key
from fairlead.gateway.orders.quarantine import Quarantined
from fairlead.gateway.orders.terms_cy import copy_terms
from fairlead.gateway.orders.venue_book_cy import VenueBook

if TYPE_CHECKING:
    from fairlead.codecs.vocabulary.binary_cy import Message

VERSION = 1

START = 1
"""How many orders were ever opened, how many reports were duplicates."""
ORDER = 2
"""One order with its first request."""
LATER_REQUEST = 3
"""A cancel or replace: OrderID, what became of it, the message as received and as sent."""
EXECUTIONS = 4
"""OrderID, then executions."""
VENUE = 5
"""A venue's trading day."""
VENUE_ORDER_IDS = 6
"""Venue, then its OrderIDs with ours."""
EXEC_IDS = 7
"""Venue, then the ExecIDs of the day with what they stood for."""
POSITION = 8
QUARANTINED = 9
END = 10
"""How many records the snapshot has, this one included."""

PART_NAMES = {
    START: "start",
    ORDER: "order",
    LATER_REQUEST: "request",
    EXECUTIONS: "executions",
    VENUE: "venue",
    VENUE_ORDER_IDS: "venue_order_ids",
    EXEC_IDS: "exec_ids",
    POSITION: "position",
    QUARANTINED: "quarantined",
    END: "end",
}

OWNERS = {
    ORDER: ("strategy", "venue", "order_id"),
    LATER_REQUEST: ("order_id",),
    EXECUTIONS: ("order_id",),
    VENUE: ("venue",),
    VENUE_ORDER_IDS: ("venue",),
    EXEC_IDS: ("venue",),
    POSITION: ("strategy", "account", "venue"),
    QUARANTINED: ("venue",),
}
FIELD_COUNTS = {
    START: 2,
    ORDER: 24,
    LATER_REQUEST: 7,
    EXECUTIONS: 1,
    VENUE: 6,
    VENUE_ORDER_IDS: 1,
    EXEC_IDS: 1,
    POSITION: 8,
    QUARANTINED: 4,
    END: 1,
}
"""Fields of each part's block. Fields that came later are last, and absent in older snapshots."""

# RequestKind and request fate codes.
NEW_ORDER = 1
IN_FLIGHT = 1

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1


class Books:
    """Hold what a ledger knows, and what a snapshot is made of."""

    def __init__(self) -> None:
        self.opened = 0
        self.duplicates = 0
        self.orders: "dict[str, Order]" = {}
        self.requests: "dict[tuple[str, str], Request]" = {}
        self.venues: "dict[str, VenueBook]" = {}
        self.positions = PositionBook()
        self.quarantined: "list[Quarantined]" = []
        self.without_day: "set[Position]" = set()


def part_of(payload: bytes) -> int:
    """Return which part of a snapshot a record is. Raises DecodeError."""
    if len(payload) < 2 or payload[0] != VERSION:
        found = payload[0] if payload else "nothing"
        raise DecodeError(f"version {found} of a snapshot record received, expected {VERSION}", 0)
    part = payload[1]
    if part not in PART_NAMES:
        raise DecodeError(f"part {part} of a snapshot received, expected one of {sorted(PART_NAMES)}", 1)
    return part


def record_count(payload: bytes) -> int:
    """Return how many records a snapshot has by its END record. Raises DecodeError."""
    if part_of(payload) != END:
        raise DecodeError(f"part {PART_NAMES[payload[1]]} of a snapshot received, expected its end")
    fields = Unpacker(payload, 2)
    fields.open(FIELD_COUNTS[END])
    count: int = fields.number(0)
    fields.expect_end()
    return count


def owner_of(payload: bytes) -> "dict[str, object]":
    """Return the ids of what a record is about: the texts that it begins with. Raises DecodeError."""
    names = OWNERS.get(part_of(payload), ())
    fields = Unpacker(payload, 2)
    fields.open(FIELD_COUNTS[payload[1]])
    return {name: fields.text() for name in names}


class SnapshotReader:
    """Build books from a snapshot's records; ``books`` count once ``take`` has returned True."""

    def __init__(self) -> None:
        self.books = Books()
        self._records = 0

    def take(self, payload: bytes) -> bool:
        """Take the next record; return whether it was the last. Raises DecodeError where it does not follow."""
        part = part_of(payload)
        if (part == START) != (self._records == 0):
            raise DecodeError(f"part {PART_NAMES[part]} of a snapshot received as its record {self._records + 1}")
        self._records += 1
        fields: Unpacker = Unpacker(payload, 2)
        try:
            _TAKE[part](self.books, fields)
        except (KeyError, ValueError, OverflowError) as error:
            raise DecodeError(f"{PART_NAMES[part]} of a snapshot received that does not fit it: {error!r}") from error
        if part == END:
            said = record_count(payload)
            if said != self._records:
                raise DecodeError(f"end of a snapshot of {said} records received after {self._records}")
            return True
        fields.expect_end()
        return False


def _take_start(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[START])
    books.opened = fields.number(0)
    books.duplicates = fields.number(0)


def _take_venue(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[VENUE])
    venue: VenueBook = VenueBook(fields.text(), 0)
    venue.date = fields.text()
    venue.days_on_date = fields.number(0)
    venue.day = fields.text()
    venue.day_started_utc_ns = fields.number(0)
    venue.reports_lost_utc_ns = fields.number(0)
    books.venues[venue.venue] = venue


def _take_exec_ids(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[EXEC_IDS])
    seen = books.venues[fields.text()].seen
    for _ in range(fields.length()):
        fields.open(5)
        exec_id = fields.text()
        cl_ord_id = fields.text()
        kind = fields.number(0)
        last_qty = fields.number(0)
        seen[exec_id] = (cl_ord_id, kind, last_qty, fields.number(0))


def _take_venue_order_ids(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[VENUE_ORDER_IDS])
    orders = books.venues[fields.text()].orders
    for _ in range(fields.length()):
        venue_order_id = fields.take_text()
        orders[venue_order_id] = books.orders[fields.take_text()]


def _take_order(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[ORDER])
    strategy, venue, order_id = fields.text(), fields.text(), fields.text()
    number, opened_utc_ns = fields.number(0), fields.number(0)
    venue_order_id, cl_ord_id, venue_cl_ord_id = fields.text(), fields.text(), fields.text()
    quantities = (fields.number(0), fields.number(0), fields.number(0), fields.number(0))
    notional = int(fields.text())
    state, is_ended, is_unknown = fields.number(0), fields.flag(), fields.flag()
    changed_utc_ns, current_request_number = fields.number(0), fields.number(0)
    first_venue_cl_ord_id, fate, marks = fields.text(), fields.number(0), fields.number(0)
    has_first_terms = fields.flag()
    risk_px, missing_qty = fields.number(ABSENT), fields.number(0)
    message = _take_new_order(fields)
    sent: NewOrder = copy_terms(message, first_venue_cl_ord_id)
    order: Order = Order(strategy, venue, order_id, number, message, sent, opened_utc_ns)
    request: Request = Request(order, NEW_ORDER, 0, first_venue_cl_ord_id, message, sent, opened_utc_ns)
    request.fate = fate
    request.is_pending = (marks & 1) != 0
    request.is_unknown = (marks & 2) != 0
    if not has_first_terms:
        order.terms = _take_new_order(fields)
    order.venue_order_id = venue_order_id
    order.cl_ord_id = cl_ord_id
    order.venue_cl_ord_id = venue_cl_ord_id
    order.order_qty, order.cum_qty, order.leaves_qty, order.adjusted_qty = quantities
    order.notional = notional
    order.risk_px = risk_px
    order.is_triggered = (marks & 4) != 0
    order.missing_qty = missing_qty
    order.state = state
    order.is_ended = is_ended
    order.is_unknown = is_unknown
    order.changed_utc_ns = changed_utc_ns
    order.current_request_number = current_request_number
    books.orders[order_id] = order
    _index(books, request)


def _take_later_request(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[LATER_REQUEST])
    order: Order = books.orders[fields.text()]
    kind, venue_cl_ord_id, utc_ns = fields.number(0), fields.text(), fields.number(0)
    fate, is_pending, is_unknown = fields.number(0), fields.flag(), fields.flag()
    message = _take_message(fields)
    number = len(order.all_requests)
    sent = _take_message(fields)
    request: Request = Request(order, kind, number, venue_cl_ord_id, message, sent, utc_ns)  # type: ignore[arg-type]
    request.fate = fate
    request.is_pending = is_pending
    request.is_unknown = is_unknown
    _index(books, request)


def _index(books: Books, request: Request) -> None:
    order: Order = request.order
    order.all_requests.append(request)
    if request.fate == IN_FLIGHT:
        order.requests.append(request)
    books.requests[(order.strategy, request.cl_ord_id)] = request
    books.venues[order.venue].requests[request.venue_cl_ord_id] = request


def _take_executions(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[EXECUTIONS])
    order: Order = books.orders[fields.text()]
    for _ in range(fields.length()):
        fields.open(5)
        exec_id, last_qty, last_px, utc_ns = fields.text(), fields.number(0), fields.number(0), fields.number(0)
        is_busted = fields.flag()
        venue_exec_ids = tuple([fields.take_text() for _ in range(fields.length())])
        execution: Execution = Execution(exec_id, venue_exec_ids, last_qty, last_px, utc_ns)
        execution.is_busted = is_busted
        order.executions.append(execution)


def _take_position(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[POSITION])
    strategy, account, venue = fields.text(), fields.text(), fields.text()
    sums = (int(fields.text()), int(fields.text()), int(fields.text()), int(fields.text()))
    day_notional = fields.text()
    instrument = _take_new_order(fields)
    position: Position = Position(strategy, account, venue, instrument)
    position.bought_qty, position.bought_notional, position.sold_qty, position.sold_notional = sums
    books.positions.positions[(strategy, account, venue, instrument_key(instrument))] = position
    if day_notional:
        position.day_notional = int(day_notional)
    else:
        books.without_day.add(position)


def _take_quarantined(books: Books, fields: Unpacker) -> None:
    fields.open(FIELD_COUNTS[QUARANTINED])
    venue, discrepancy, text, utc_ns = fields.text(), fields.number(0), fields.text(), fields.number(0)
    report = _take_message(fields)
    if not isinstance(report, Report):
        raise ValueError(f"{type(report).__name__}, expected a Report")
    books.quarantined.append(Quarantined(venue, report, discrepancy, text, utc_ns))


def _take_end(books: Books, fields: Unpacker) -> None:
    """Leave the count to the reader; work out the day's sums that an older snapshot does not have."""
    if not books.without_day:
        return
    for order in books.orders.values():
        position: Position | None = books.positions.find(order)
        if position is not None and position in books.without_day:
            position.day_notional += _traded_since(order, books.venues[order.venue].day_started_utc_ns)


def _traded_since(order: Order, day_started_utc_ns: int) -> int:
    return sum(
        execution.last_qty * abs(execution.last_px)
        for execution in order.executions
        if not execution.is_busted and execution.utc_ns > day_started_utc_ns
    )


def _take_message(fields: Unpacker) -> "Message":
    length = fields.length()
    start = fields.position
    if length > fields.end - start:
        raise DecodeError(f"message of {length} bytes received, expected at most {fields.end - start}", start)
    fields.position = start + length
    return unpack(fields.data[start : start + length])


def _take_new_order(fields: Unpacker) -> NewOrder:
    message = _take_message(fields)
    if not isinstance(message, NewOrder):
        raise ValueError(f"{type(message).__name__}, expected a NewOrder")
    return message


_TAKE = {
    START: _take_start,
    ORDER: _take_order,
    LATER_REQUEST: _take_later_request,
    EXECUTIONS: _take_executions,
    VENUE: _take_venue,
    VENUE_ORDER_IDS: _take_venue_order_ids,
    EXEC_IDS: _take_exec_ids,
    POSITION: _take_position,
    QUARANTINED: _take_quarantined,
    END: _take_end,
}
