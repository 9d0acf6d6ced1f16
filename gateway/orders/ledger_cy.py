"""Keep all orders: the one place that decides what a request or a report does to the books."""

from collections.abc import Callable, Iterable

import cython

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.journal import kinds
from fairlead.gateway.orders import records_cy
from fairlead.gateway.orders.booking_cy import (
    answer,
    begin_request,
    mark_request_resent,
    mark_request_unknown,
    note_caught_up,
    note_unknown,
    set_unknown,
    settle,
)
from fairlead.gateway.orders.ids import OwnIds
from fairlead.gateway.orders.open_orders_cy import OpenOrders
from fairlead.gateway.orders.order_cy import Order, Request
from fairlead.gateway.orders.outcome_cy import DELIVER, Outcome
from fairlead.gateway.orders.positions_cy import Position, PositionBook
from fairlead.gateway.orders.quarantine import Quarantined
from fairlead.gateway.orders.reports_cy import name_status_request, order_report, take_refusal
from fairlead.gateway.orders.snapshot_cy import START, Books, SnapshotReader, part_of
from fairlead.gateway.orders.snapshot_writer_cy import records_of
from fairlead.gateway.orders.states import REJECT
from fairlead.gateway.orders.terms_cy import copy_terms, venue_cancel, venue_replace
from fairlead.gateway.orders.venue_book_cy import VenueBook
from fairlead.gateway.orders.venue_reports_cy import VenueReports

# Kinds of record that the ledger writes: the journal's.
REQUEST = kinds.REQUEST
REPORT = kinds.REPORT
SNAPSHOT = kinds.SNAPSHOT

# RequestKind, request fate, ReportKind, ExecType and OrdStatus codes.
NEW_ORDER = 1
CANCEL_ORDER = 2
REPLACE_ORDER = 3
IN_FLIGHT = 1
REFUSED = 3
REJECTED_REPORT = 2
CANCEL_REJECTED_REPORT = 5
STATUS_REPORT = 12
EXEC_REJECTED = 56
EXEC_ORDER_STATUS = 73
PENDING_NEW = 65

# Bound of every quantity in the books: the sum of two stays an int64.
MAX_QTY = 4611686018427387904
ABSENT = -9223372036854775807 - 1


class Ledger:
    """Keep orders, positions and quarantined reports, and write each accepted input down before its effect is seen.

    ``record(kind, payload, utc_ns)`` is called with the journal's kind REQUEST (what Fairlead did) or REPORT (what a
    venue said) before the books change; what it raises reaches the caller and the books stay as they were. ``epoch``
    is the journal's: ids made here are unique across restarts by it. After a start, ``replay`` each record, then go on.
    """

    def __init__(self, record: "Callable[[int, bytes, int], object]", epoch: int) -> None:
        self._record = record
        self._order_ids = OwnIds("O", epoch)
        self._exec_ids = OwnIds("E", epoch)
        self._opened = 0
        self._orders: "dict[str, Order]" = {}
        self._requests: "dict[tuple[str, str], Request]" = {}
        self._open = OpenOrders()
        self._venues: "dict[str, VenueBook]" = {}
        self._positions = PositionBook()
        self._reports = VenueReports(self._positions)
        self._snapshot: "SnapshotReader | None" = None
        self._listeners: "list[Callable[[Order], None]]" = []

    def watch(self, listener: "Callable[[Order], None]") -> None:
        """Call ``listener(order)`` after each change of an order: each request, report and mark of doubt on it.

        It is called live and not during ``replay``, before what is booked is sent or told, and also where a report was
        set aside or known already. It must not raise, and must not book anything itself.
        """
        self._listeners.append(listener)

    # What strategies ask

    def open_order(
        self, strategy: str, request: NewOrder, venue: str, venue_cl_ord_id: str, utc_ns: cython.longlong
    ) -> Order:
        """Book a new order that is about to be sent as ``order.terms``.

        Raises ValueError where an id is taken (ask ``has_cl_ord_id`` first) or OrderQty is not 10^-8 to 2^62 x 10^-8.
        """
        if not 0 < request.order_qty <= MAX_QTY:
            raise ValueError(f"OrderQty {request.order_qty} received, expected 1 to {MAX_QTY}")
        self._expect_unused(strategy, request.cl_ord_id, venue, venue_cl_ord_id)
        order_id = self._order_ids.next()
        texts = (strategy, venue, order_id, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.OPEN, texts, request), utc_ns)
        order = self._open_order(strategy, request, venue, order_id, venue_cl_ord_id, utc_ns)
        self._tell(order)
        return order

    def begin_cancel(
        self, order: Order, request: CancelOrder, venue_cl_ord_id: str, utc_ns: cython.longlong
    ) -> CancelOrder:
        """Book a cancel in flight and return it as the venue should get it.

        OrigClOrdID is the venue's id of the order, or of the replace in flight that the strategy named; OrderID,
        Symbol and Side are filled in. Whether the order has ended or the venue takes one request at a time is the
        caller's question (``order.is_ended``, ``order.requests``). Raises ValueError where an id is taken.
        """
        self._expect_unused(order.strategy, request.cl_ord_id, order.venue, venue_cl_ord_id)
        texts = (order.order_id, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.CANCEL, texts, request), utc_ns)
        sent = self._begin_cancel(order, request, venue_cl_ord_id, utc_ns)
        self._tell(order)
        return sent

    def begin_replace(
        self, order: Order, request: ReplaceOrder, venue_cl_ord_id: str, utc_ns: cython.longlong
    ) -> ReplaceOrder:
        """Book a replace in flight and return it as the venue should get it: absent terms filled from current ones.

        A replace that names a replace in flight follows it: absent terms are that one's. Raises as ``begin_cancel``
        and ``open_order`` do.
        """
        if request.order_qty != ABSENT and not 0 < request.order_qty <= MAX_QTY:
            raise ValueError(f"OrderQty {request.order_qty} received, expected 1 to {MAX_QTY}")
        self._expect_unused(order.strategy, request.cl_ord_id, order.venue, venue_cl_ord_id)
        texts = (order.order_id, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.REPLACE, texts, request), utc_ns)
        sent = self._begin_replace(order, request, venue_cl_ord_id, utc_ns)
        self._tell(order)
        return sent

    def mark_unsent(
        self, order: Order, venue_cl_ord_id: str, refusal: int, text: str, utc_ns: cython.longlong
    ) -> Outcome:
        """Book that a request in flight never left, or was lost; return the REJECTED or CANCEL_REJECTED report on it.

        ``venue_cl_ord_id`` names the request: ``order.venue_cl_ord_id`` for the order itself; ``refusal`` is a
        Refusal. Raises ValueError where no such request of the order is in flight.
        """
        self._in_flight(order, venue_cl_ord_id)
        exec_id = self._exec_ids.next()
        texts = (order.order_id, venue_cl_ord_id, exec_id, str(refusal), text)
        self._record(REQUEST, records_cy.encode(records_cy.UNSENT, texts, None), utc_ns)
        outcome = self._mark_unsent(order, venue_cl_ord_id, exec_id, refusal, text, utc_ns)
        self._tell(order)
        return outcome

    # What venues say

    def apply(self, venue: str, report: Report, utc_ns: cython.longlong) -> Outcome:
        """Book a venue's report (ids are Fairlead's there) and return what is to be done with it.

        The report delivered has the strategy's ids, an ExecID of its own in every case, and OrdStatus and quantities
        from the books. FILLED, TRADE_BUSTED and TRADE_CORRECTED change the executions; CumQty that a venue states
        beyond them is a discrepancy and never a fill. Nothing in a report raises.
        """
        exec_id = "" if has_exec_id(report) else self._exec_ids.next()
        self._record(REPORT, records_cy.encode(records_cy.VENUE_REPORT, (venue, exec_id), report), utc_ns)
        outcome = self._apply(venue, report, exec_id, utc_ns)
        if outcome.order is not None:
            self._tell(outcome.order)
        return outcome

    def mark_in_doubt(self, venue: str, utc_ns: cython.longlong) -> "list[Order]":
        """Note that the link to ``venue`` broke: its open orders, returned, are unknown until the venue tells."""
        self._record(REQUEST, records_cy.encode(records_cy.IN_DOUBT, (venue,), None), utc_ns)
        return self._tell_all(self._mark_in_doubt(venue))

    def mark_request_in_doubt(self, venue: str, venue_cl_ord_id: str, utc_ns: cython.longlong) -> None:
        """Note that the venue asked for a request again and did not get it: it may never have had it.

        The venue's next status report on the order tells. Nothing is noted where no such request is in flight.
        """
        request = self._find_in_flight(venue, venue_cl_ord_id)
        if request is None:
            return
        texts = (venue, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.REQUEST_IN_DOUBT, texts, None), utc_ns)
        self._mark_request_in_doubt(venue, venue_cl_ord_id)
        self._tell(request.order)

    def mark_request_resent(self, venue: str, venue_cl_ord_id: str, utc_ns: cython.longlong) -> None:
        """Note that a request which a broken link may have lost was sent again, under its id."""
        request = self._find_in_flight(venue, venue_cl_ord_id)
        if request is None:
            return
        texts = (venue, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.REQUEST_RESENT, texts, None), utc_ns)
        self._mark_request_resent(venue, venue_cl_ord_id)
        self._tell(request.order)

    def mark_caught_up(self, venue: str, utc_ns: cython.longlong) -> None:
        """Note that ``venue`` has repeated all that we missed: only unanswered requests leave orders in doubt.

        What it has not spoken of since reports were lost stays in doubt too.
        """
        self._record(REQUEST, records_cy.encode(records_cy.CAUGHT_UP, (venue,), None), utc_ns)
        self._tell_all(self._mark_caught_up(venue))

    def mark_reports_lost(self, venue: str, utc_ns: cython.longlong) -> None:
        """Note that ``venue`` can't repeat what we missed: orders of before are in doubt until it speaks of them."""
        self._record(REQUEST, records_cy.encode(records_cy.REPORTS_LOST, (venue,), None), utc_ns)
        self._tell_all(self._mark_reports_lost(venue, utc_ns))

    def reports_lost_utc_ns(self, venue: str) -> int:
        """Return when reports of ``venue`` were lost last, 0 for never."""
        book: VenueBook | None = self._venues.get(venue)
        return 0 if book is None else book.reports_lost_utc_ns

    def start_trading_day(self, venue: str, utc_ns: cython.longlong) -> None:
        """Note that ``venue`` began a trading day: its ExecIDs may repeat yesterday's from now on.

        To be called when the venue's day turns, before its first report of that day; never in the middle of one,
        since a repeated fill would be booked twice.
        """
        self._record(REQUEST, records_cy.encode(records_cy.TRADING_DAY, (venue,), None), utc_ns)
        self._venue(venue, utc_ns).start_day(utc_ns)

    def trading_day_started_utc_ns(self, venue: str) -> int:
        """Return when the trading day of ``venue`` was started last, 0 for never."""
        book: VenueBook | None = self._venues.get(venue)
        return 0 if book is None else book.day_started_utc_ns

    # Looking up

    def find(self, strategy: str, cl_ord_id: str) -> Order | None:
        """Return the order that a strategy's ClOrdID names: its first, a replace's, a cancel's; no refused one's."""
        request: Request | None = self._requests.get((strategy, cl_ord_id))
        if request is None or (request.fate == REFUSED and request.kind != NEW_ORDER):
            return None
        return request.order

    def find_by_order_id(self, order_id: str) -> Order | None:
        """Return the order with Fairlead's OrderID."""
        return self._orders.get(order_id)

    def find_by_venue_id(self, venue: str, venue_cl_ord_id: str) -> Order | None:
        """Return the order that Fairlead's ClOrdID at a venue belongs to, that of a cancel or replace too."""
        book = self._venues.get(venue)
        if book is None:
            return None
        request = book.requests.get(venue_cl_ord_id)
        return None if request is None else request.order

    def has_cl_ord_id(self, strategy: str, cl_ord_id: str) -> bool:
        """Tell whether a strategy used the id: for an order, a replace or a cancel, ended or refused ones too."""
        return (strategy, cl_ord_id) in self._requests

    def open_orders(
        self, *, strategy: str = "", venue: str = "", account: str = "", symbol: str = "", side: int = 0
    ) -> "list[Order]":
        """Return the orders that have not ended, oldest first; what is given must match."""
        return self._open.find(strategy, venue, account, symbol, side)

    def orders_in_doubt(self, venue: str) -> "list[Order]":
        """Return the orders at ``venue`` whose state it has to tell, oldest first.

        Ended ones are among them where executions are missing.
        """
        return [order for order in self._orders.values() if order.is_unknown and order.venue == venue]

    def orders(self) -> "Iterable[Order]":
        """Return all orders in memory, oldest first, ended ones too."""
        return self._orders.values()

    def requests_in_flight(self, venue: str) -> "list[Request]":
        """Return the requests that ``venue`` has not answered, oldest first, those of ended orders too."""
        found: "list[Request]" = []
        for order in self._orders.values():
            if order.venue == venue:
                found += order.requests
        return sorted(found, key=_sent_at)

    def venue_ids(self, venue: str) -> "list[str]":
        """Return Fairlead's ids at ``venue`` that are in memory."""
        book = self._venues.get(venue)
        return [] if book is None else list(book.requests)

    def positions(
        self, *, strategy: str = "", account: str = "", symbol: str = "", venue: str = ""
    ) -> "list[Position]":
        """Return positions; what is given must match."""
        return [
            position
            for position in self._positions.positions.values()
            if (not strategy or position.strategy == strategy)
            and (not account or position.account == account)
            and (not symbol or position.symbol == symbol)
            and (not venue or position.venue == venue)
        ]

    def quarantined(self) -> "list[Quarantined]":
        """Return the reports that could not be booked, oldest first."""
        return list(self._reports.quarantined)

    @property
    def duplicates(self) -> int:
        """Return how many repeated reports were ignored."""
        return self._reports.duplicates

    # Reports of our own

    def next_exec_id(self) -> str:
        """Return an ExecID for a report that Fairlead itself makes."""
        return self._exec_ids.next()

    def status_report(self, order: Order, request_id: str, utc_ns: cython.longlong, text: str = "") -> Report:
        """Return how an order stands, as a STATUS_REPORT for its strategy; ``text`` says what it is told for."""
        report = order_report(
            order, STATUS_REPORT, EXEC_ORDER_STATUS, order.cl_ord_id, "", self._exec_ids.next(), utc_ns
        )
        name_status_request(report, request_id, text)
        return report

    # Memory and recovery

    def forget_ended(self, before_utc_ns: int, utc_ns: cython.longlong) -> int:
        """Forget orders that ended before ``before_utc_ns`` and return how many: their ids may come again.

        Positions stay, and so do orders whose requests are unanswered or whose executions are missing; quarantined
        reports of before go. Without this call all is kept for ever; the usual call is once a trading day.
        """
        texts = (str(before_utc_ns),)
        self._record(REQUEST, records_cy.encode(records_cy.FORGET, texts, None), utc_ns)
        return self._forget_ended(before_utc_ns)

    def write_snapshot(self, utc_ns: cython.longlong) -> int:
        """Record the books as they stand, so that no earlier record is needed; return how many records that took.

        All of them belong in one turn of the journal: a snapshot counts when its last record does.
        """
        count = 0
        for payload in records_of(self._books()):
            self._record(SNAPSHOT, payload, utc_ns)
            count += 1
        return count

    def replay(self, kind: int, payload: bytes, utc_ns: cython.longlong) -> Outcome | None:
        """Book a recorded input again, through the same code; returns the Outcome that the live call returned.

        The books of a snapshot take the place of those held when its last record comes; one that is cut short by
        another record has no effect. Raises DecodeError for a payload that is not a record of the ledger, or that
        speaks of an unknown order.
        """
        if kind == SNAPSHOT:
            self._replay_snapshot(payload)
            return None
        self._snapshot = None
        operation, texts, message = records_cy.decode(payload)
        expected = REPORT if operation == records_cy.VENUE_REPORT else REQUEST
        if kind != expected:
            raise DecodeError(f"record of kind {kind} received, expected {expected} for operation {operation}")
        try:
            return self._replay(operation, texts, message, utc_ns)
        except (ValueError, OverflowError) as error:
            raise DecodeError(
                f"record of operation {operation} received that does not fit the books: {error}"
            ) from error

    def _books(self) -> Books:
        books = Books()
        books.opened = self._opened
        books.duplicates = self._reports.duplicates
        books.orders = self._orders
        books.requests = self._requests
        books.venues = self._venues
        books.positions = self._positions
        books.quarantined = self._reports.quarantined
        return books

    def _replay_snapshot(self, payload: bytes) -> None:
        if part_of(payload) == START:
            self._snapshot = SnapshotReader()
        elif self._snapshot is None:
            raise DecodeError("part of a snapshot received whose start is missing")
        if self._snapshot.take(payload):
            self._adopt(self._snapshot.books)
            self._snapshot = None

    def _adopt(self, books: Books) -> None:
        self._opened = books.opened
        self._orders = books.orders
        self._requests = books.requests
        self._open = OpenOrders()
        for order in books.orders.values():
            self._open.follow(order)
        self._venues = books.venues
        self._positions = books.positions
        self._reports = VenueReports(books.positions)
        self._reports.restore(books.quarantined, books.duplicates)

    # The effects: live and replayed calls meet here

    def _replay(
        self, operation: int, texts: "tuple[str, ...]", message: object, utc_ns: cython.longlong
    ) -> Outcome | None:
        if operation == records_cy.VENUE_REPORT and isinstance(message, Report):
            return self._apply(texts[0], message, texts[1], utc_ns)
        if operation == records_cy.OPEN and isinstance(message, NewOrder):
            self._open_order(texts[0], message, texts[1], texts[2], texts[3], utc_ns)
        elif operation == records_cy.CANCEL and isinstance(message, CancelOrder):
            self._begin_cancel(self._known(texts[0]), message, texts[1], utc_ns)
        elif operation == records_cy.REPLACE and isinstance(message, ReplaceOrder):
            self._begin_replace(self._known(texts[0]), message, texts[1], utc_ns)
        elif operation == records_cy.UNSENT:
            order = self._known(texts[0])
            return self._mark_unsent(order, texts[1], texts[2], int(texts[3]), texts[4], utc_ns)
        elif operation == records_cy.IN_DOUBT:
            self._mark_in_doubt(texts[0])
        elif operation == records_cy.REQUEST_IN_DOUBT:
            self._mark_request_in_doubt(texts[0], texts[1])
        elif operation == records_cy.REQUEST_RESENT:
            self._mark_request_resent(texts[0], texts[1])
        elif operation == records_cy.CAUGHT_UP:
            self._mark_caught_up(texts[0])
        elif operation == records_cy.REPORTS_LOST:
            self._mark_reports_lost(texts[0], utc_ns)
        elif operation == records_cy.TRADING_DAY:
            self._venue(texts[0], utc_ns).start_day(utc_ns)
        elif operation == records_cy.FORGET:
            self._forget_ended(int(texts[0]))
        else:
            raise DecodeError(f"{type(message).__name__} received, expected the message of operation {operation}")
        return None

    def _open_order(
        self,
        strategy: str,
        request: NewOrder,
        venue: str,
        order_id: str,
        venue_cl_ord_id: str,
        utc_ns: cython.longlong,
    ) -> Order:
        terms: NewOrder = copy_terms(request, venue_cl_ord_id)
        self._opened += 1
        order = Order(strategy, venue, order_id, self._opened, request, terms, utc_ns)
        self._orders[order_id] = order
        self._open.follow(order)
        self._begin(Request(order, NEW_ORDER, 0, venue_cl_ord_id, request, terms, utc_ns))
        return order

    def _begin_cancel(
        self, order: Order, request: CancelOrder, venue_cl_ord_id: str, utc_ns: cython.longlong
    ) -> CancelOrder:
        followed = self._followed_replace(order, request.orig_cl_ord_id)
        orig_cl_ord_id = order.venue_cl_ord_id if followed is None else followed.venue_cl_ord_id
        sent: CancelOrder = venue_cancel(order, request, venue_cl_ord_id, orig_cl_ord_id)
        number = len(order.all_requests)
        self._begin(Request(order, CANCEL_ORDER, number, venue_cl_ord_id, request, sent, utc_ns))
        return sent

    def _begin_replace(
        self, order: Order, request: ReplaceOrder, venue_cl_ord_id: str, utc_ns: cython.longlong
    ) -> ReplaceOrder:
        followed = self._followed_replace(order, request.orig_cl_ord_id)
        orig_cl_ord_id = order.venue_cl_ord_id if followed is None else followed.venue_cl_ord_id
        base = order.terms if followed is None else followed.sent
        assert not isinstance(base, CancelOrder)
        sent: ReplaceOrder = venue_replace(order, request, base, venue_cl_ord_id, orig_cl_ord_id)
        number = len(order.all_requests)
        self._begin(Request(order, REPLACE_ORDER, number, venue_cl_ord_id, request, sent, utc_ns))
        return sent

    def _begin(self, request: Request) -> None:
        order: Order = request.order
        begin_request(request)
        self._requests[(order.strategy, request.cl_ord_id)] = request
        self._venue(order.venue, request.utc_ns).requests[request.venue_cl_ord_id] = request

    def _followed_replace(self, order: Order, orig_cl_ord_id: str) -> Request | None:
        """Return the replace in flight that a strategy's OrigClOrdID names, None where it names the order."""
        request: Request | None = self._requests.get((order.strategy, orig_cl_ord_id))
        if request is None or request.kind != REPLACE_ORDER or request.fate != IN_FLIGHT:
            return None
        return request

    def _mark_unsent(
        self, order: Order, venue_cl_ord_id: str, exec_id: str, refusal: int, text: str, utc_ns: cython.longlong
    ) -> Outcome:
        request = self._in_flight(order, venue_cl_ord_id)
        answer(request, REFUSED)
        kind: cython.int = CANCEL_REJECTED_REPORT
        if request.kind == NEW_ORDER:
            kind = REJECTED_REPORT
            settle(order, REJECT, EXEC_REJECTED, utc_ns)
            self._open.follow(order)
        report = order_report(order, kind, EXEC_REJECTED, request.cl_ord_id, request.orig_cl_ord_id, exec_id, utc_ns)
        take_refusal(report, request.kind, refusal, text)
        return Outcome(DELIVER, order.strategy, report, order)

    def _apply(self, venue: str, report: Report, exec_id: str, utc_ns: cython.longlong) -> Outcome:
        book: VenueBook = self._venue(venue, utc_ns)
        outcome: Outcome = self._reports.apply(book, report, exec_id, utc_ns)
        if outcome.order is not None:
            self._open.follow(outcome.order)
        return outcome

    def _mark_in_doubt(self, venue: str) -> "list[Order]":
        doubtful = self.open_orders(venue=venue)
        for order in doubtful:
            note_unknown(order)
        return doubtful

    def _mark_request_in_doubt(self, venue: str, venue_cl_ord_id: str) -> None:
        request = self._find_in_flight(venue, venue_cl_ord_id)
        if request is not None:
            set_unknown(request.order, True)
            mark_request_unknown(request)

    def _mark_request_resent(self, venue: str, venue_cl_ord_id: str) -> None:
        request = self._find_in_flight(venue, venue_cl_ord_id)
        if request is not None:
            mark_request_resent(request)

    def _mark_caught_up(self, venue: str) -> "list[Order]":
        book: VenueBook | None = self._venues.get(venue)
        doubtful = self.orders_in_doubt(venue)
        for order in doubtful:
            if book is None or order.changed_utc_ns > book.reports_lost_utc_ns:
                note_caught_up(order)
        return doubtful

    def _mark_reports_lost(self, venue: str, utc_ns: cython.longlong) -> "list[Order]":
        book: VenueBook = self._venue(venue, utc_ns)
        book.reports_lost_utc_ns = utc_ns
        return self._mark_in_doubt(venue)

    def _find_in_flight(self, venue: str, venue_cl_ord_id: str) -> Request | None:
        book = self._venues.get(venue)
        request: Request | None = None if book is None else book.requests.get(venue_cl_ord_id)
        return request if request is not None and request.fate == IN_FLIGHT else None

    def _forget_ended(self, before_utc_ns: int) -> int:
        gone = [
            order
            for order in self._orders.values()
            if order.is_ended and order.changed_utc_ns < before_utc_ns and not order.requests and not order.is_unknown
        ]
        for order in gone:
            del self._orders[order.order_id]
            for request in order.all_requests:
                del self._requests[(order.strategy, request.cl_ord_id)]
        for venue in {order.venue for order in gone}:
            self._venues[venue].forget({order.order_id for order in gone if order.venue == venue})
        self._open.forget_empty()
        self._reports.forget_quarantined(before_utc_ns)
        return len(gone)

    def _tell(self, order: Order) -> None:
        for listener in self._listeners:
            listener(order)

    def _tell_all(self, orders: "list[Order]") -> "list[Order]":
        for order in orders:
            self._tell(order)
        return orders

    def _venue(self, venue: str, utc_ns: cython.longlong) -> VenueBook:
        book: VenueBook | None = self._venues.get(venue)
        if book is None:
            book = VenueBook(venue, utc_ns)
            self._venues[venue] = book
        return book

    def _known(self, order_id: str) -> Order:
        order = self._orders.get(order_id)
        if order is None:
            raise DecodeError(f"record of order {order_id} received, which no earlier record opened")
        return order

    def _in_flight(self, order: Order, venue_cl_ord_id: str) -> Request:
        for request in order.requests:
            if request.venue_cl_ord_id == venue_cl_ord_id:
                return request
        raise ValueError(f"{venue_cl_ord_id!r} received, expected a request in flight of order {order.order_id}")

    def _expect_unused(self, strategy: str, cl_ord_id: str, venue: str, venue_cl_ord_id: str) -> None:
        if (strategy, cl_ord_id) in self._requests:
            raise ValueError(f"ClOrdID {cl_ord_id!r} of {strategy} received, which it has used before")
        book = self._venues.get(venue)
        if book is not None and venue_cl_ord_id in book.requests:
            raise ValueError(f"ClOrdID {venue_cl_ord_id!r} at {venue} received, which was used there before")


def has_exec_id(report: Report) -> bool:
    """Tell whether a report has an ExecID to recognise it by.

    FIX 4.2 writes 0 in status reports (ExecID(17)), and those say the same thing as often as they are asked to.
    """
    return bool(report.exec_id) and report.exec_id != "0" and report.kind != STATUS_REPORT


def _sent_at(request: Request) -> "tuple[object, ...]":
    return request.utc_ns, request.order.number, request.number
