"""Keep all orders: the one place that decides what a request or a report does to the books."""

from collections.abc import Callable, Iterable

import cython

from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.journal import kinds
from fairlead.gateway.orders import records_cy
from fairlead.gateway.orders.effects_cy import Effects
from fairlead.gateway.orders.ids import OwnIds
from fairlead.gateway.orders.order_cy import Order, Request
from fairlead.gateway.orders.outcome_cy import Outcome
from fairlead.gateway.orders.positions_cy import Position
from fairlead.gateway.orders.quarantine import Quarantined
from fairlead.gateway.orders.replay_cy import Replay
from fairlead.gateway.orders.reports_cy import name_status_request, order_report
from fairlead.gateway.orders.snapshot_writer_cy import records_of
from fairlead.gateway.orders.venue_book_cy import VenueBook

# Kinds of record that the ledger writes: the journal's.
REQUEST = kinds.REQUEST
REPORT = kinds.REPORT
SNAPSHOT = kinds.SNAPSHOT

# RequestKind, request fate, ReportKind and ExecType codes.
NEW_ORDER = 1
REFUSED = 3
STATUS_REPORT = 12
EXEC_ORDER_STATUS = 73

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
        self._books = Effects()
        self._replay = Replay(self._books)
        self._listeners: "list[Callable[[Order], None]]" = []
        self._day_listeners: "list[Callable[[str], None]]" = []

    def watch(self, listener: "Callable[[Order], None]") -> None:
        """Call ``listener(order)`` after each change of an order: each request, report and mark of doubt on it.

        It is called live and not during ``replay``, before what is booked is sent or told, and also where a report was
        set aside or known already. It must not raise, and must not book anything itself.
        """
        self._listeners.append(listener)

    def watch_days(self, listener: "Callable[[str], None]") -> None:
        """Call ``listener(venue)`` after each start of a trading day, live."""
        self._day_listeners.append(listener)

    # What strategies ask

    def open_order(
        self,
        strategy: str,
        request: NewOrder,
        venue: str,
        venue_cl_ord_id: str,
        utc_ns: cython.longlong,
        risk_px: cython.longlong = ABSENT,
    ) -> Order:
        """Book a new order that is about to be sent as ``order.terms``.

        ``risk_px`` is what risk values the order by if it has neither Price nor StopPx; else it is not kept.
        Raises ValueError where an id is taken (ask ``has_cl_ord_id`` first) or OrderQty is not 10^-8 to 2^62 x 10^-8.
        """
        if not 0 < request.order_qty <= MAX_QTY:
            raise ValueError(f"OrderQty {request.order_qty} received, expected 1 to {MAX_QTY}")
        self._books.expect_unused(strategy, request.cl_ord_id, venue, venue_cl_ord_id)
        order_id = self._order_ids.next()
        texts: "tuple[str, ...]" = (strategy, venue, order_id, venue_cl_ord_id)
        operation: cython.int = records_cy.OPEN
        if request.price != ABSENT or request.stop_px != ABSENT:
            risk_px = ABSENT
        if risk_px != ABSENT:
            operation = records_cy.OPEN_VALUED
            texts = (*texts, str(risk_px))
        self._record(REQUEST, records_cy.encode(operation, texts, request), utc_ns)
        order: Order = self._books.open_order(strategy, request, venue, order_id, venue_cl_ord_id, utc_ns, risk_px)
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
        self._books.expect_unused(order.strategy, request.cl_ord_id, order.venue, venue_cl_ord_id)
        texts = (order.order_id, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.CANCEL, texts, request), utc_ns)
        sent = self._books.begin_cancel(order, request, venue_cl_ord_id, utc_ns)
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
        self._books.expect_unused(order.strategy, request.cl_ord_id, order.venue, venue_cl_ord_id)
        texts = (order.order_id, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.REPLACE, texts, request), utc_ns)
        sent = self._books.begin_replace(order, request, venue_cl_ord_id, utc_ns)
        self._tell(order)
        return sent

    def mark_unsent(
        self, order: Order, venue_cl_ord_id: str, refusal: int, text: str, utc_ns: cython.longlong
    ) -> Outcome:
        """Book that a request in flight never left, or was lost; return the REJECTED or CANCEL_REJECTED report on it.

        ``venue_cl_ord_id`` names the request: ``order.venue_cl_ord_id`` for the order itself; ``refusal`` is a
        Refusal. Raises ValueError where no such request of the order is in flight.
        """
        self._books.in_flight(order, venue_cl_ord_id)
        exec_id = self._exec_ids.next()
        texts = (order.order_id, venue_cl_ord_id, exec_id, str(refusal), text)
        self._record(REQUEST, records_cy.encode(records_cy.UNSENT, texts, None), utc_ns)
        outcome = self._books.mark_unsent(order, venue_cl_ord_id, exec_id, refusal, text, utc_ns)
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
        outcome = self._books.apply(venue, report, exec_id, utc_ns)
        if outcome.order is not None:
            self._tell(outcome.order)
        return outcome

    def mark_in_doubt(self, venue: str, utc_ns: cython.longlong) -> "list[Order]":
        """Note that the link to ``venue`` broke: its open orders, returned, are unknown until the venue tells."""
        self._record(REQUEST, records_cy.encode(records_cy.IN_DOUBT, (venue,), None), utc_ns)
        return self._tell_all(self._books.mark_in_doubt(venue))

    def mark_request_in_doubt(self, venue: str, venue_cl_ord_id: str, utc_ns: cython.longlong) -> None:
        """Note that the venue asked for a request again and did not get it: it may never have had it.

        The venue's next status report on the order tells. Nothing is noted where no such request is in flight.
        """
        request = self._books.find_in_flight(venue, venue_cl_ord_id)
        if request is None:
            return
        texts = (venue, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.REQUEST_IN_DOUBT, texts, None), utc_ns)
        self._books.mark_request_in_doubt(venue, venue_cl_ord_id)
        self._tell(request.order)

    def mark_request_resent(self, venue: str, venue_cl_ord_id: str, utc_ns: cython.longlong) -> None:
        """Note that a request which a broken link may have lost was sent again, under its id."""
        request = self._books.find_in_flight(venue, venue_cl_ord_id)
        if request is None:
            return
        texts = (venue, venue_cl_ord_id)
        self._record(REQUEST, records_cy.encode(records_cy.REQUEST_RESENT, texts, None), utc_ns)
        self._books.mark_resent(venue, venue_cl_ord_id)
        self._tell(request.order)

    def mark_caught_up(self, venue: str, utc_ns: cython.longlong) -> None:
        """Note that ``venue`` has repeated all that we missed: only unanswered requests leave orders in doubt.

        What it has not spoken of since reports were lost stays in doubt too.
        """
        self._record(REQUEST, records_cy.encode(records_cy.CAUGHT_UP, (venue,), None), utc_ns)
        self._tell_all(self._books.mark_caught_up(venue))

    def mark_reports_lost(self, venue: str, utc_ns: cython.longlong) -> None:
        """Note that ``venue`` can't repeat what we missed: orders of before are in doubt until it speaks of them."""
        self._record(REQUEST, records_cy.encode(records_cy.REPORTS_LOST, (venue,), None), utc_ns)
        self._tell_all(self._books.mark_reports_lost(venue, utc_ns))

    def reports_lost_utc_ns(self, venue: str) -> int:
        """Return when reports of ``venue`` were lost last, 0 for never."""
        book: VenueBook | None = self._books.venues.get(venue)
        return 0 if book is None else book.reports_lost_utc_ns

    def start_trading_day(self, venue: str, utc_ns: cython.longlong) -> None:
        """Note that ``venue`` began a trading day: its ExecIDs may repeat yesterday's from now on.

        To be called when the venue's day turns, before its first report of that day; never in the middle of one,
        since a repeated fill would be booked twice.
        """
        self._record(REQUEST, records_cy.encode(records_cy.TRADING_DAY, (venue,), None), utc_ns)
        self._books.start_day(venue, utc_ns)
        for listener in self._day_listeners:
            listener(venue)

    def trading_day_started_utc_ns(self, venue: str) -> int:
        """Return when the trading day of ``venue`` was started last, 0 for never."""
        book: VenueBook | None = self._books.venues.get(venue)
        return 0 if book is None else book.day_started_utc_ns

    # Looking up

    def find(self, strategy: str, cl_ord_id: str) -> Order | None:
        """Return the order that a strategy's ClOrdID names: its first, a replace's, a cancel's; no refused one's."""
        request: Request | None = self._books.requests.get((strategy, cl_ord_id))
        if request is None or (request.fate == REFUSED and request.kind != NEW_ORDER):
            return None
        return request.order

    def find_by_order_id(self, order_id: str) -> Order | None:
        """Return the order with Fairlead's OrderID."""
        return self._books.orders.get(order_id)

    def find_by_venue_id(self, venue: str, venue_cl_ord_id: str) -> Order | None:
        """Return the order that Fairlead's ClOrdID at a venue belongs to, that of a cancel or replace too."""
        book = self._books.venues.get(venue)
        if book is None:
            return None
        request = book.requests.get(venue_cl_ord_id)
        return None if request is None else request.order

    def find_by_venue_order_id(self, venue: str, venue_order_id: str) -> Order | None:
        """Return the order that a venue gave this OrderID."""
        book: VenueBook | None = self._books.venues.get(venue)
        return None if book is None else book.orders.get(venue_order_id)

    def has_cl_ord_id(self, strategy: str, cl_ord_id: str) -> bool:
        """Tell whether a strategy used the id: for an order, a replace or a cancel, ended or refused ones too."""
        return (strategy, cl_ord_id) in self._books.requests

    def open_orders(
        self, *, strategy: str = "", venue: str = "", account: str = "", symbol: str = "", side: int = 0
    ) -> "list[Order]":
        """Return the orders that have not ended, oldest first; what is given must match."""
        return self._books.open.find(strategy, venue, account, symbol, side)

    def orders_in_doubt(self, venue: str) -> "list[Order]":
        """Return the orders at ``venue`` whose state it has to tell, oldest first.

        Ended ones are among them where executions are missing.
        """
        return self._books.orders_in_doubt(venue)

    def orders(self) -> "Iterable[Order]":
        """Return all orders in memory, oldest first, ended ones too."""
        return self._books.orders.values()

    def requests_in_flight(self, venue: str) -> "list[Request]":
        """Return the requests that ``venue`` has not answered, oldest first, those of ended orders too."""
        found: "list[Request]" = []
        for order in self._books.orders.values():
            if order.venue == venue:
                found += order.requests
        return sorted(found, key=_sent_at)

    def venue_ids(self, venue: str) -> "list[str]":
        """Return Fairlead's ids at ``venue`` that are in memory."""
        book = self._books.venues.get(venue)
        return [] if book is None else list(book.requests)

    def positions(
        self, *, strategy: str = "", account: str = "", symbol: str = "", venue: str = ""
    ) -> "list[Position]":
        """Return positions; what is given must match."""
        return [
            position
            for position in self._books.positions.positions.values()
            if (not strategy or position.strategy == strategy)
            and (not account or position.account == account)
            and (not symbol or position.symbol == symbol)
            and (not venue or position.venue == venue)
        ]

    def position_of(self, order: Order) -> Position | None:
        """Return the position that executions of ``order`` add to, None where there were none yet."""
        return self._books.positions.find(order)

    def quarantined(self) -> "list[Quarantined]":
        """Return the reports that could not be booked, oldest first."""
        return list(self._books.reports.quarantined)

    @property
    def duplicates(self) -> int:
        """Return how many repeated reports were ignored."""
        return self._books.reports.duplicates

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
        return self._books.forget_ended(before_utc_ns)

    def write_snapshot(self, utc_ns: cython.longlong) -> int:
        """Record the books as they stand, so that no earlier record is needed; return how many records that took.

        All of them belong in one turn of the journal: a snapshot counts when its last record does.
        """
        count = 0
        for payload in records_of(self._books.books()):
            self._record(SNAPSHOT, payload, utc_ns)
            count += 1
        return count

    def replay(self, kind: int, payload: bytes, utc_ns: cython.longlong) -> Outcome | None:
        """Book a recorded input again, through the same code; returns the Outcome that the live call returned.

        The books of a snapshot take the place of those held when its last record comes; one that is cut short by
        another record has no effect. Raises DecodeError for a payload that is not a record of the ledger, or that
        speaks of an unknown order.
        """
        return self._replay.take(kind, payload, utc_ns)

    def _tell(self, order: Order) -> None:
        for listener in self._listeners:
            listener(order)

    def _tell_all(self, orders: "list[Order]") -> "list[Order]":
        for order in orders:
            self._tell(order)
        return orders


def has_exec_id(report: Report) -> bool:
    """Tell whether a report has an ExecID to recognise it by.

    FIX 4.2 writes 0 in status reports (ExecID(17)), and those say the same thing as often as they are asked to.
    """
    return bool(report.exec_id) and report.exec_id != "0" and report.kind != STATUS_REPORT


def _sent_at(request: Request) -> "tuple[object, ...]":
    return request.utc_ns, request.order.number, request.number
