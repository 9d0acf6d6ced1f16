# cython: annotation_typing=False
"""Complete what a venue says by what the books know, and tell the order path: OUCH says little, the ledger keeps all.

- An execution's id is its match number and the order's side: one match may have both.
- Replaced states what is left; OrderQty is that and CumQty. Canceled states what went away: a part lowers OrderQty, by
  our own request (a replace done in place) or the venue's doing (a restatement).
- A broken trade gives nothing back to the order: what was left stays left, so OrderQty falls with CumQty.
- Accepted or Replaced in a dead state is followed by the end at once: no further message comes.

All of it happens in the venue's order of messages, so the books stand at this moment as the venue's did at that one.
"""

import cython

from fairlead.adapters.ouch import mapping
from fairlead.adapters.ouch.profiles.profile import OuchProfile
from fairlead.adapters.ouch.venue_decode_cy import Told
from fairlead.adapters.venue_books import BookedOrder, BookedRequest, VenueBooks
from fairlead.adapters.venue_session import VenueSink, is_unseen
from fairlead.codecs.vocabulary.messages_cy import Report

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1

# Meanings; see ``mapping``.
_ACCEPTED, _REPLACED, _CANCELED, _EXECUTED, _BUSTED, _CORRECTED, _REJECTED = 1, 2, 3, 4, 5, 6, 7
_CANCEL_PENDING, _CANCEL_REJECTED, _RESTATED, _MODIFIED = 8, 9, 10, 11

# ReportKind, ExecType, OrdStatus, RequestKind and ExecRestatementReason(378) codes.
_REPLACED_KIND, _CANCELED_KIND, _CANCEL_REJECTED_KIND, _RESTATED_KIND, _EXPIRED_KIND = 3, 4, 5, 9, 11
_EXEC_CANCELED, _EXEC_REPLACED, _EXEC_REJECTED, _EXEC_EXPIRED, _EXEC_RESTATED = 52, 53, 56, 67, 68
_NEW, _PARTIALLY_FILLED, _FILLED, _CANCELED_STATUS, _EXPIRED = 48, 49, 50, 52, 67
_CANCEL_ORDER, _REPLACE_ORDER = 2, 3
_REPRICED, _PARTIAL_DECLINE, _OTHER_RESTATEMENT = 3, 5, 99
_OTHER_REJECT = 99
_TOO_LATE = 11  # Refusal
_BUY = 49
# OrdType(40) codes of orders whose price is what they were sent with
_LIMITS = b"2B"

_EVENTS = {
    mapping.SYSTEM_EVENT: "system_event",
    mapping.MASS_CANCELED: "mass_cancel_taken",
    mapping.ENTRY_DISABLED: "order_entry_disabled",
    mapping.ENTRY_ENABLED: "order_entry_enabled",
    mapping.NOTICE: "venue_notice",
}


class Answers:
    """Tell the order path what one venue said."""

    def __init__(self, venue: str, profile: OuchProfile, books: VenueBooks, sink: VenueSink) -> None:
        self._venue = venue
        self._books = books
        self._sink = sink
        self._user_reasons = profile.user_reasons
        self._expired_reasons = profile.expired_reasons
        self._dead_states = profile.dead_states
        self._reject_reasons = dict(profile.reject_reasons)

    def tell(self, told: Told, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Tell what a message said; ``told`` is not used after that."""
        meaning: cython.int = told.meaning
        if not told.is_report:
            text = f"{told.name}: {told.details}" if told.details else told.name
            self._event(_EVENTS[meaning], text, told.cl_ord_id, now_ns, utc_ns)
            return
        order: BookedOrder | None = self._books.find(told.cl_ord_id)
        if meaning == _EXECUTED:
            self._executed(told, order)
        elif meaning == _ACCEPTED:
            self._accepted(told, order, now_ns, utc_ns)
            return
        elif meaning == _CANCELED:
            self._canceled(told, order, now_ns, utc_ns)
            self._report(told.report, now_ns, utc_ns)
            self._refuse_superfluous(told.report, order, now_ns, utc_ns)
            return
        elif meaning == _REPLACED:
            self._replaced(told, order, now_ns, utc_ns)
            return
        elif meaning == _REJECTED:
            self._rejected(told)
        elif meaning == _BUSTED or meaning == _CORRECTED:
            self._taken_back(told, order, now_ns, utc_ns)
            return
        elif meaning == _CANCEL_PENDING:
            _name_cancel(told, order)
            told.report.text = told.name
        elif meaning == _CANCEL_REJECTED:
            if not _name_cancel(told, order):
                self._event("message_unexpected", f"{told.name}: no cancel in flight", told.cl_ord_id, now_ns, utc_ns)
                return
            told.report.text = told.name
        else:
            self._restated(told, order, now_ns, utc_ns)
        self._report(told.report, now_ns, utc_ns)

    def _event(self, event: str, text: str, cl_ord_id: str, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        self._sink.on_venue_event(self._venue, event, text, cl_ord_id, now_ns, utc_ns)

    def _report(self, report: Report, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        self._sink.on_venue_report(self._venue, report, now_ns, utc_ns)

    def _rejected(self, told: Told) -> None:
        report: Report = told.report
        report.ord_rej_reason = self._reject_reasons.get(told.reason, _OTHER_REJECT)
        report.text = told.reason_text

    def _executed(self, told: Told, order: "BookedOrder | None") -> None:
        report: Report = told.report
        report.exec_id = _exec_id(told, order)
        report.text = told.liquidity_text
        if told.details:
            report.text = f"{told.liquidity_text}; {told.details}"

    def _accepted(
        self, told: Told, order: "BookedOrder | None", now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        report: Report = told.report
        self._report(report, now_ns, utc_ns)
        if order is None:
            return
        if told.quantity != order.terms.order_qty and not order.is_ended:
            # the venue's word counts: what it has taken may trade
            text = f"{told.name} with {told.quantity} x 10^-8, {order.terms.order_qty} was sent"
            self._event("accepted_otherwise", text, told.cl_ord_id, now_ns, utc_ns)
            self._restate_quantity(report, order, told.quantity, text, now_ns, utc_ns)
        if told.price != ABSENT and told.price != order.terms.price and order.terms.ord_type in _LIMITS:
            text = f"{told.name} at {told.price} x 10^-8, {order.terms.price} was sent"
            self._event("accepted_otherwise", text, told.cl_ord_id, now_ns, utc_ns)
        if told.state in self._dead_states:
            self._end_at_once(report, now_ns, utc_ns)

    def _replaced(
        self, told: Told, order: "BookedOrder | None", now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        report: Report = told.report
        report.price = told.price
        report.order_qty = told.quantity
        if order is not None:
            report.order_qty = told.quantity + order.cum_qty
            report.ord_status = _living_status(order.cum_qty)
        self._report(report, now_ns, utc_ns)
        if order is not None and told.state in self._dead_states:
            self._end_at_once(report, now_ns, utc_ns)

    def _end_at_once(self, accepted: Report, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        ended = self._follow(accepted, _CANCELED_KIND, _EXEC_CANCELED, _CANCELED_STATUS)
        ended.leaves_qty = 0
        ended.text = "taken and canceled at once"
        self._report(ended, now_ns, utc_ns)

    def _follow(
        self, said: Report, kind: cython.longlong, exec_type: cython.longlong, ord_status: cython.longlong
    ) -> Report:
        """Return a further report on the order of one that was told."""
        report: Report = Report(kind=kind, exec_type=exec_type, ord_status=ord_status)
        report.venue = self._venue
        report.cl_ord_id = said.cl_ord_id
        report.transact_time_ns = said.transact_time_ns
        return report

    def _restate_quantity(
        self,
        said: Report,
        order: BookedOrder,
        order_qty: cython.longlong,
        text: str,
        now_ns: cython.longlong,
        utc_ns: cython.longlong,
    ) -> None:
        restated = self._follow(said, _RESTATED_KIND, _EXEC_RESTATED, _living_status(order.cum_qty))
        restated.order_qty = order_qty
        restated.restatement_reason = _PARTIAL_DECLINE
        restated.text = text
        self._report(restated, now_ns, utc_ns)

    def _canceled(
        self, told: Told, order: "BookedOrder | None", now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        report: Report = told.report
        report.text = f"{told.reason_text}; {told.details}" if told.details else told.reason_text
        report.last_px = ABSENT
        report.last_liquidity = 0
        left: cython.longlong = 0
        if order is not None and not order.is_ended:
            left = order.leaves_qty - told.quantity
            if left < 0:
                text = f"{told.name} of {told.quantity} x 10^-8, {order.leaves_qty} is left in the books"
                self._event("accepted_otherwise", text, told.cl_ord_id, now_ns, utc_ns)
        is_asked: cython.bint = told.reason in self._user_reasons
        if order is not None and (left > 0 or (left == 0 and is_asked and _ends_as_asked(order))):
            self._reduced(told, order, left, is_asked)
            return
        report.leaves_qty = 0
        if told.reason in self._expired_reasons:
            report.kind = _EXPIRED_KIND
            report.exec_type = _EXEC_EXPIRED
            report.ord_status = _EXPIRED
        elif is_asked:
            _name_cancel(told, order)

    def _reduced(self, told: Told, order: BookedOrder, left: cython.longlong, is_asked: cython.bint) -> None:
        """Read the cancel of a part: our own replace done in place, or the venue's doing."""
        report: Report = told.report
        report.ord_status = _living_status(order.cum_qty) if left > 0 else _FILLED
        request = reduction_in_flight(order) if is_asked else None
        if request is None:
            report.leaves_qty = left
            report.restatement_reason = _PARTIAL_DECLINE
            return
        report.kind = _REPLACED_KIND
        report.exec_type = _EXEC_REPLACED
        report.cl_ord_id = request.venue_cl_ord_id
        report.orig_cl_ord_id = told.cl_ord_id
        report.request_id = told.cl_ord_id
        report.order_qty = order.cum_qty + left

    def _refuse_superfluous(
        self, said: Report, order: "BookedOrder | None", now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        """Refuse a reduction that the venue's own has overtaken: it will be ignored, as any superfluous cancel is."""
        if order is None or order.is_ended:
            return
        request = reduction_in_flight(order)
        if request is None or order.order_qty > request.sent.order_qty:  # type: ignore[union-attr]
            return
        refused = self._follow(said, _CANCEL_REJECTED_KIND, _EXEC_REJECTED, 0)
        refused.cl_ord_id = request.venue_cl_ord_id
        refused.orig_cl_ord_id = order.venue_cl_ord_id
        refused.request_kind = _REPLACE_ORDER
        refused.refusal = _TOO_LATE
        refused.text = "too late: the venue has reduced the order as far, or further, by itself"
        self._report(refused, now_ns, utc_ns)

    def _taken_back(
        self, told: Told, order: "BookedOrder | None", now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        report: Report = told.report
        report.exec_ref_id = _exec_id(told, order)
        report.text = told.reason_text
        left: cython.longlong = 0
        cum_qty: cython.longlong = 0
        if order is not None and not order.is_ended:
            left = order.leaves_qty
            cum_qty = order.cum_qty
        self._report(report, now_ns, utc_ns)
        if order is not None and left > 0 and order.cum_qty != cum_qty:
            text = "what was taken back does not trade again"
            self._restate_quantity(report, order, order.cum_qty + left, text, now_ns, utc_ns)

    def _restated(
        self, told: Told, order: "BookedOrder | None", now_ns: cython.longlong, utc_ns: cython.longlong
    ) -> None:
        report: Report = told.report
        is_alive: cython.bint = order is not None and not order.is_ended
        if order is not None and is_alive:
            report.ord_status = _living_status(order.cum_qty)
            if told.meaning == _MODIFIED and told.quantity != ABSENT:
                report.order_qty = told.quantity + order.cum_qty
            if told.side != 0 and told.side != order.side:
                text = f"{told.name}: side {chr(told.side)}, the order has {chr(order.side)}"
                self._event("accepted_otherwise", text, told.cl_ord_id, now_ns, utc_ns)
        # what the book shows may be priced otherwise than the order's limit, which stays
        report.restatement_reason = _REPRICED if told.price != ABSENT else _OTHER_RESTATEMENT
        report.side = 0
        said = [told.name, told.reason_text, told.details]
        if told.price != ABSENT:
            said.append(f"shown at {told.price // 100000000}.{told.price % 100000000 // 10000:04d}")
        report.text = "; ".join([text for text in said if text])


def reduction_in_flight(order: BookedOrder) -> "BookedRequest | None":
    """Return the oldest replace in flight that went out as a cancel of a part."""
    for request in order.requests:
        if request.kind == _REPLACE_ORDER and is_unseen(request.venue_cl_ord_id):
            return request
    return None


def _ends_as_asked(order: BookedOrder) -> cython.bint:
    """Tell whether the end of what was left is a reduction of ours down to what is executed: then it is filled."""
    if order.is_ended:
        return False
    for request in order.requests:
        if request.kind == _CANCEL_ORDER:
            return False
        if request.kind == _REPLACE_ORDER and is_unseen(request.venue_cl_ord_id):
            return bool(request.sent.order_qty == order.cum_qty)  # type: ignore[union-attr]
    return False


def _name_cancel(told: Told, order: "BookedOrder | None") -> cython.bint:
    """Name the oldest cancel in flight in the report; tell whether there is one."""
    if order is None:
        return False
    for request in order.requests:
        if request.kind == _CANCEL_ORDER:
            told.report.orig_cl_ord_id = told.cl_ord_id
            told.report.cl_ord_id = request.venue_cl_ord_id
            return True
    return False


def _exec_id(told: Told, order: "BookedOrder | None") -> str:
    """Return an execution's id: a match between two orders of ours has a buyer's and a seller's."""
    if order is None:
        return f"{told.match}-{told.cl_ord_id}"
    return told.match + ("B" if order.side == _BUY else "S")


def _living_status(cum_qty: cython.longlong) -> cython.int:
    return _PARTIALLY_FILLED if cum_qty > 0 else _NEW
