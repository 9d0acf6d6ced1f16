"""Take venues' reports one by one: book each, recognise it as said before, or set it aside. Lose none."""

import cython

from fairlead.codecs.vocabulary.messages_cy import NewOrder, Report
from fairlead.gateway.orders.booking_cy import (
    add_execution,
    adjust_cum_qty,
    adopt_replace,
    adopt_restatement,
    answer,
    answer_new_order,
    bust_execution,
    correct_execution,
    find_execution,
    learn_venue_order_id,
    note_pending,
    note_triggered,
    reduce_order_qty,
    set_unknown,
    settle,
)
from fairlead.gateway.orders.comparison_cy import LEAVES_DOUBT, compare
from fairlead.gateway.orders.meaning_cy import ENDED_STATUSES, KIND_OF_END, PENDING_STATUSES, event_of, why_unusable
from fairlead.gateway.orders.order_cy import Execution, Order, Request
from fairlead.gateway.orders.outcome_cy import Discrepancy, Outcome
from fairlead.gateway.orders.positions_cy import PositionBook
from fairlead.gateway.orders.quarantine import Quarantined
from fairlead.gateway.orders.reports_cy import name_request, order_report, take_details, take_execution
from fairlead.gateway.orders.venue_book_cy import VenueBook

# Verdicts; see outcome_cy.
DELIVER = 1
DUPLICATE = 2
QUARANTINED = 3

# RequestKind and request fate codes.
NEW_ORDER = 1
CANCEL_ORDER = 2
REPLACE_ORDER = 3
IN_FLIGHT = 1
ACCEPTED = 2
REFUSED = 3

# ReportKind codes.
ACCEPTED_REPORT = 1
REJECTED_REPORT = 2
REPLACED_REPORT = 3
CANCELED_REPORT = 4
CANCEL_REJECTED_REPORT = 5
RESTATED_REPORT = 9
STATUS_REPORT = 12

# ExecType and OrdStatus codes.
EXEC_NEW = 48
EXEC_CANCELED = 52
EXEC_REPLACED = 53
EXEC_REJECTED = 56
EXEC_RESTATED = 68
EXEC_TRADE = 70
EXEC_TRADE_CORRECT = 71
EXEC_TRADE_CANCEL = 72
EXEC_ORDER_STATUS = 73
PENDING_NEW = 65
CANCELED = 52
REJECTED = 56

# OrdRejReason(103) "duplicate order", CxlRejReason(102) "unknown order",
# ExecRestatementReason(378) "GT corporate action".
DUPLICATE_ORDER = 6
UNKNOWN_ORDER_REASON = 1
CORPORATE_ACTION = 0

# Bound of every quantity in the books, and the mark of an absent one; see meaning_cy.
MAX_QTY = 4611686018427387904
ABSENT = -9223372036854775807 - 1

# Events of ``states``.
NOTE = 0
ACCEPT = 1
FILL = 2
BUST = 3
CORRECT = 4
REJECT = 5
CANCEL = 6
REPLACE = 7
RESTATE = 8
TRIGGER = 13
STATUS = 14


class Entry:
    """Hold one report on its way through the books: what was said, about what, and what it has come to mean.

    ``kind`` and ``exec_type`` are what the strategy will be told, ``cl_ord_id`` and ``orig_cl_ord_id`` in its ids.
    ``request`` is the one whose venue ClOrdID the report bears, and later the one that it answers.
    """

    def __init__(
        self,
        book: VenueBook,
        order: Order,
        said: Report,
        event: cython.int,
        exec_id: str,
        venue_exec_id: str,
        utc_ns: cython.longlong,
    ) -> None:
        self.book = book
        self.order = order
        self.said = said
        self.event = event
        self.exec_id = exec_id
        self.venue_exec_id = venue_exec_id
        self.utc_ns = utc_ns
        self.request: "Request | None" = book.requests.get(said.cl_ord_id)
        self.kind: int = said.kind
        self.exec_type: int = said.exec_type
        self.cl_ord_id: str = order.cl_ord_id
        self.orig_cl_ord_id = ""
        self.exec_ref_id = ""
        self.last_qty = ABSENT
        self.last_px = ABSENT
        self.state_before: int = order.state
        self.was_ended: bool = order.is_ended
        self.answers_request = False
        self.discrepancies: "list[tuple[int, str]]" = []


class VenueReports:
    """Book venues' reports; keep those that can't be booked, count those said twice."""

    def __init__(self, positions: PositionBook) -> None:
        self.positions = positions
        self.quarantined: "list[Quarantined]" = []
        self.duplicates = 0

    def apply(self, book: VenueBook, said: Report, own_exec_id: str, utc_ns: cython.longlong) -> Outcome:
        """Book a report and return its outcome. ``own_exec_id`` is ``""`` where the venue's ExecID serves."""
        event: cython.int = event_of(said)
        reason: str = why_unusable(event, said)
        if reason:
            return self._set_aside(book, said, None, int(Discrepancy.UNUSABLE), reason, utc_ns)
        venue_exec_id: str = "" if own_exec_id else said.exec_id
        if venue_exec_id:
            if venue_exec_id in book.seen:
                return self._repeated(book, said, utc_ns)
            book.remember(venue_exec_id, said)
        order: Order | None = book.find(said)
        if order is None:
            text = f"ClOrdID {said.cl_ord_id!r}, OrderID {said.venue_order_id!r} received: no order of ours"
            return self._set_aside(book, said, None, int(Discrepancy.UNKNOWN_ORDER), text, utc_ns)
        exec_id: str = own_exec_id or f"{book.venue}.{book.day}.{venue_exec_id}"
        entry = Entry(book, order, said, event, exec_id, venue_exec_id, utc_ns)
        if _refuses_request(entry):
            return self._refuse_request(entry)
        return self._book(entry)

    def restore(self, quarantined: "list[Quarantined]", duplicates: int) -> None:
        """Take over what a snapshot holds."""
        self.quarantined = quarantined
        self.duplicates = duplicates

    def forget_quarantined(self, before_utc_ns: int) -> None:
        """Forget the quarantined reports of before ``before_utc_ns``."""
        self.quarantined = [kept for kept in self.quarantined if kept.utc_ns >= before_utc_ns]

    def _book(self, entry: Entry) -> Outcome:
        order: Order = entry.order
        said: Report = entry.said
        _read_again(entry)
        outcome: Outcome | None = None
        if entry.event == FILL:
            outcome = self._fill(entry)
        elif entry.event == BUST:
            outcome = self._bust(entry)
        elif entry.event == CORRECT:
            outcome = self._correct(entry)
        elif entry.event == RESTATE:
            self._restate(entry)
        elif entry.event == TRIGGER:
            note_triggered(order)
        elif entry.event == REJECT and order.state == REJECTED:
            outcome = self._duplicate(entry)
        if outcome is not None:
            return outcome
        if said.venue_order_id and said.venue_order_id != order.venue_order_id:
            learn_venue_order_id(order, said.venue_order_id)
            entry.book.learn_order_id(order, said.venue_order_id)
        settle(order, entry.event, said.ord_status, entry.utc_ns)
        if order.state != PENDING_NEW:
            answer_new_order(order, REFUSED if order.state == REJECTED else ACCEPTED)
        _choose_kind(entry)
        entry.discrepancies += compare(order, entry.event, said, entry.was_ended, entry.answers_request)
        _judge_doubt(entry)
        return Outcome(
            DELIVER, order.strategy, _report(entry), order, tuple(entry.discrepancies), _lost_requests(entry)
        )

    def _fill(self, entry: Entry) -> Outcome | None:
        order: Order = entry.order
        said: Report = entry.said
        if said.last_qty > MAX_QTY - order.cum_qty:
            return self._quarantine(entry, int(Discrepancy.UNUSABLE), f"LastQty {said.last_qty} is beyond all bounds")
        if not entry.venue_exec_id:
            if said.poss_dup:
                return self._quarantine(entry, int(Discrepancy.NO_EXEC_ID), "a fill said again, without ExecID")
            entry.discrepancies.append((int(Discrepancy.NO_EXEC_ID), "a fill without ExecID was booked"))
        add_execution(order, self.positions, entry.exec_id, entry.venue_exec_id, said, entry.utc_ns)
        entry.exec_type = EXEC_TRADE
        entry.last_qty = said.last_qty
        entry.last_px = said.last_px
        return None

    def _bust(self, entry: Entry) -> Outcome | None:
        execution: Execution | None = find_execution(entry.order, entry.said.exec_ref_id)
        if execution is None:
            return self._quarantine_unknown_execution(entry)
        if execution.is_busted:
            return self._duplicate(entry)
        bust_execution(entry.order, self.positions, execution, entry.book.day_started_utc_ns)
        entry.exec_type = EXEC_TRADE_CANCEL
        entry.exec_ref_id = execution.exec_id
        entry.last_qty = execution.last_qty
        entry.last_px = execution.last_px
        return None

    def _correct(self, entry: Entry) -> Outcome | None:
        said: Report = entry.said
        execution: Execution | None = find_execution(entry.order, said.exec_ref_id)
        if execution is None or execution.is_busted:
            return self._quarantine_unknown_execution(entry)
        if said.last_qty > MAX_QTY - (entry.order.cum_qty - execution.last_qty):
            return self._quarantine(entry, int(Discrepancy.UNUSABLE), f"LastQty {said.last_qty} is beyond all bounds")
        entry.exec_type = EXEC_TRADE_CORRECT
        entry.exec_ref_id = execution.exec_id
        entry.last_qty = said.last_qty
        entry.last_px = said.last_px
        day_started_utc_ns: cython.longlong = entry.book.day_started_utc_ns
        correct_execution(
            entry.order, self.positions, execution, entry.exec_id, entry.venue_exec_id, said, day_started_utc_ns
        )
        return None

    def _restate(self, entry: Entry) -> None:
        said: Report = entry.said
        if said.restatement_reason == CORPORATE_ACTION and said.cum_qty != ABSENT:
            adjust_cum_qty(entry.order, self.positions, said.cum_qty)
        adopt_restatement(entry.order, said)

    def _refuse_request(self, entry: Entry) -> Outcome:
        """Book that the venue refused a cancel or a replace: nothing was changed for it, so nothing is restored."""
        order: Order = entry.order
        said: Report = entry.said
        request = entry.request
        if request is None or request.kind == NEW_ORDER:
            text = f"refusal of {said.cl_ord_id!r} received: no cancel or replace of order {order.order_id}"
            return self._quarantine(entry, int(Discrepancy.UNKNOWN_ORDER), text)
        if request.fate == REFUSED:
            return self._duplicate(entry)
        if request.fate == ACCEPTED:
            text = f"refusal of {said.cl_ord_id!r} received, which the venue had accepted"
            return self._quarantine(entry, int(Discrepancy.STATUS_DISAGREES), text)
        answer(request, REFUSED)
        # a refusal says how the order named in OrigClOrdID stands: news only if that is the order's present name
        sent = request.sent
        if not isinstance(sent, NewOrder) and sent.orig_cl_ord_id == order.venue_cl_ord_id:
            entry.discrepancies += compare(order, NOTE, said, entry.was_ended, True)
            if said.ord_rej_reason == UNKNOWN_ORDER_REASON and not order.is_ended and order.state != PENDING_NEW:
                entry.discrepancies.append((int(Discrepancy.UNKNOWN_TO_VENUE), "the venue does not know the order"))
        if any(code in LEAVES_DOUBT for code, _ in entry.discrepancies):
            set_unknown(order, True)
        report = order_report(
            order,
            CANCEL_REJECTED_REPORT,
            EXEC_REJECTED,
            request.cl_ord_id,
            request.orig_cl_ord_id or order.cl_ord_id,
            entry.exec_id,
            entry.utc_ns,
        )
        take_details(report, said)
        name_request(report, request.kind)
        return Outcome(DELIVER, order.strategy, report, order, tuple(entry.discrepancies))

    def _repeated(self, book: VenueBook, said: Report, utc_ns: cython.longlong) -> Outcome:
        order: Order | None = book.find(said)
        if not book.is_repetition(said.exec_id, said):
            text = f"ExecID {said.exec_id!r} received before, with other contents"
            return self._set_aside(book, said, order, int(Discrepancy.CONFLICTING_EXEC_ID), text, utc_ns)
        self.duplicates += 1
        found: "tuple[tuple[int, str], ...]" = ()
        # a venue that resends says so; one that repeats itself is worth a look
        if not said.poss_dup and not said.poss_resend:
            found = ((int(Discrepancy.REPEATED_EXEC_ID), f"ExecID {said.exec_id!r} received before"),)
        return Outcome(DUPLICATE, "", None, order, found)

    def _duplicate(self, entry: Entry) -> Outcome:
        self.duplicates += 1
        return Outcome(DUPLICATE, "", None, entry.order)

    def _quarantine_unknown_execution(self, entry: Entry) -> Outcome:
        text = (
            f"ExecRefID {entry.said.exec_ref_id!r} received: no execution of order {entry.order.order_id} that stands"
        )
        return self._quarantine(entry, int(Discrepancy.UNKNOWN_EXECUTION), text)

    def _quarantine(self, entry: Entry, discrepancy: cython.int, text: str) -> Outcome:
        return self._set_aside(entry.book, entry.said, entry.order, discrepancy, text, entry.utc_ns)

    def _set_aside(
        self,
        book: VenueBook,
        said: Report,
        order: Order | None,
        discrepancy: cython.int,
        text: str,
        utc_ns: cython.longlong,
    ) -> Outcome:
        self.quarantined.append(Quarantined(book.venue, said, discrepancy, text, utc_ns))
        return Outcome(QUARANTINED, "", None, order, ((discrepancy, text),))


def _refuses_request(entry: Entry) -> cython.bint:
    """Tell whether a report refuses a cancel or replace; some venues and FIX's session reject call that REJECTED."""
    if entry.kind == CANCEL_REJECTED_REPORT:
        return True
    if entry.kind != REJECTED_REPORT:
        return False
    if entry.said.request_kind == CANCEL_ORDER or entry.said.request_kind == REPLACE_ORDER:
        return True
    request = entry.request
    return request is not None and request.kind != NEW_ORDER and request.fate != ACCEPTED


def _read_again(entry: Entry) -> None:
    """Settle what a report means in the light of the order and of the request that it names."""
    request = entry.request
    # the current id stands for the order's current name, though the venue keeps it through replaces done in place
    if request is not None and request.kind != CANCEL_ORDER and entry.said.cl_ord_id != entry.order.venue_cl_ord_id:
        entry.cl_ord_id = request.cl_ord_id
    if entry.event == NOTE:
        _read_note(entry)
    elif entry.event == STATUS:
        _read_status(entry)
    elif entry.event == REJECT:
        _read_reject(entry)
    elif entry.event == CANCEL:
        _read_cancel(entry)
    elif entry.event == REPLACE:
        _read_replace(entry)


def _read_note(entry: Entry) -> None:
    request = entry.request
    if request is None or request.fate != IN_FLIGHT:
        return
    note_pending(request)
    if request.kind != NEW_ORDER:
        _name_request(entry, request)


def _read_reject(entry: Entry) -> None:
    # the second copy of an order is refused as a duplicate; the first lives on (FIX 4.2 appendix D22)
    if entry.said.ord_rej_reason == DUPLICATE_ORDER and entry.order.state != PENDING_NEW:
        entry.event = NOTE


def _read_cancel(entry: Entry) -> None:
    """Tell the end of an order from the cancel of a part, and an answer from the venue's own doing."""
    said: Report = entry.said
    request = entry.request
    is_end: cython.bint = said.ord_status in KIND_OF_END or said.ord_status in ENDED_STATUSES
    if said.leaves_qty > 0 and not is_end and said.ord_status not in PENDING_STATUSES and not entry.was_ended:
        entry.event = ACCEPT
        entry.kind = RESTATED_REPORT
        entry.exec_type = EXEC_RESTATED
        reduce_order_qty(entry.order, entry.order.cum_qty + said.leaves_qty)
        return
    entry.exec_type = EXEC_CANCELED
    if request is not None and request.kind != NEW_ORDER and request.fate == IN_FLIGHT:
        # a replace that killed the order was not granted
        _answer(entry, request, ACCEPTED if request.kind == CANCEL_ORDER else REFUSED)


def _read_replace(entry: Entry) -> None:
    """Adopt the terms of the replace that was granted; without one, the venue changed the order by itself."""
    request = entry.request
    if request is None or request.kind != REPLACE_ORDER or request.fate == ACCEPTED:
        entry.event = RESTATE
        entry.kind = RESTATED_REPORT
        entry.exec_type = EXEC_RESTATED
        return
    if request.fate == REFUSED:
        text = f"replace {request.cl_ord_id!r} was granted, which had been refused"
        entry.discrepancies.append((int(Discrepancy.OUT_OF_ORDER), text))
    entry.kind = REPLACED_REPORT
    entry.exec_type = EXEC_REPLACED
    _grant_replace(entry, request)


def _grant_replace(entry: Entry, request: Request) -> None:
    if request.number < entry.order.current_request_number:
        text = f"replace {request.cl_ord_id!r} was granted after a later one"
        entry.discrepancies.append((int(Discrepancy.OUT_OF_ORDER), text))
        entry.event = NOTE
    else:
        adopt_replace(entry.order, request, entry.said)
    _answer(entry, request, ACCEPTED)


def _read_status(entry: Entry) -> None:
    """Read a status report: it may be the first word on what became of the order, of a cancel or of a replace."""
    said: Report = entry.said
    order: Order = entry.order
    request = entry.request
    # FIX 4.2 appendix D24: "unknown order" is a status report with OrdStatus Rejected
    if said.poss_dup or (said.ord_status == REJECTED and order.state != PENDING_NEW):
        entry.event = NOTE
        return
    if said.ord_status == CANCELED and (request is None or request.kind != CANCEL_ORDER):
        request = _oldest_cancel(order) or request
    if request is None or request.kind == NEW_ORDER or request.fate != IN_FLIGHT:
        return
    if said.ord_status in PENDING_STATUSES:
        note_pending(request)
    elif request.kind == REPLACE_ORDER:
        if said.ord_status not in KIND_OF_END:
            entry.event = REPLACE
            entry.kind = REPLACED_REPORT
            entry.exec_type = EXEC_REPLACED
        _grant_replace(entry, request)
    elif said.ord_status == CANCELED:
        entry.event = CANCEL
        entry.kind = CANCELED_REPORT
        entry.exec_type = EXEC_CANCELED
        _answer(entry, request, ACCEPTED)


def _oldest_cancel(order: Order) -> Request | None:
    for request in order.requests:
        if request.kind == CANCEL_ORDER:
            return request
    return None


def _answer(entry: Entry, request: Request, fate: cython.int) -> None:
    entry.answers_request = True
    _name_request(entry, request)
    answer(request, fate)


def _name_request(entry: Entry, request: Request) -> None:
    entry.request = request
    entry.cl_ord_id = request.cl_ord_id
    entry.orig_cl_ord_id = request.orig_cl_ord_id or entry.order.cl_ord_id


def _choose_kind(entry: Entry) -> None:
    """Choose what the strategy is told where the venue's own words would mislead it."""
    order: Order = entry.order
    if entry.kind == REJECTED_REPORT and order.state != REJECTED:
        # refused is not this order but a copy of it, or what is done already
        entry.kind = STATUS_REPORT
        entry.exec_type = EXEC_ORDER_STATUS
    elif entry.kind == STATUS_REPORT and entry.event == STATUS:
        entry.exec_type = EXEC_ORDER_STATUS
        if order.is_ended and not entry.was_ended:
            entry.kind, entry.exec_type = KIND_OF_END.get(order.state, (STATUS_REPORT, EXEC_ORDER_STATUS))
        elif entry.state_before == PENDING_NEW and order.state != PENDING_NEW:
            entry.kind = ACCEPTED_REPORT
            entry.exec_type = EXEC_NEW


def _judge_doubt(entry: Entry) -> None:
    """Note whether the venue still owes a word: what was said again is history and clears nothing."""
    for code, _ in entry.discrepancies:
        if code in LEAVES_DOUBT:
            set_unknown(entry.order, True)
            return
    if not entry.said.poss_dup:
        set_unknown(entry.order, False)


def _lost_requests(entry: Entry) -> "tuple[Request, ...]":
    """Return the requests of before the break of which a fresh status report shows no trace."""
    said: Report = entry.said
    if said.kind != STATUS_REPORT or said.poss_dup or said.ord_status in PENDING_STATUSES or entry.event == NOTE:
        return ()
    return tuple([request for request in entry.order.requests if request.is_unknown and request.kind != NEW_ORDER])


def _report(entry: Entry) -> Report:
    report: Report = order_report(
        entry.order, entry.kind, entry.exec_type, entry.cl_ord_id, entry.orig_cl_ord_id, entry.exec_id, entry.utc_ns
    )
    take_details(report, entry.said)
    take_execution(report, entry.last_qty, entry.last_px, entry.exec_ref_id)
    if entry.kind == REJECTED_REPORT:
        name_request(report, NEW_ORDER)
    return report
