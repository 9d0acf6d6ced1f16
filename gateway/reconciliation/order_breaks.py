"""Make breaks of what a venue's reports contradict, and end them when its later word agrees with the books."""

from collections.abc import Callable, Mapping
from typing import Final

from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import QUARANTINED, Discrepancy, Outcome
from fairlead.gateway.reconciliation.breaks import BreakQueue, Facts

KIND_BY_DISCREPANCY: Final[Mapping[int, str]] = {
    Discrepancy.UNKNOWN_ORDER: "unknown_order",
    Discrepancy.CONFLICTING_EXEC_ID: "exec_id_conflict",
    Discrepancy.UNKNOWN_EXECUTION: "unknown_execution",
    Discrepancy.UNUSABLE: "report_unusable",
    Discrepancy.NO_EXEC_ID: "report_unusable",
    Discrepancy.OVERFILL: "overfilled",
    Discrepancy.MISSING_EXECUTIONS: "executions_missing",
    Discrepancy.CUM_QTY_BELOW_OURS: "executions_surplus",
    Discrepancy.STATUS_DISAGREES: "status_differs",
    Discrepancy.ORDER_QTY_DISAGREES: "quantity_differs",
    Discrepancy.UNKNOWN_TO_VENUE: "unknown_to_venue",
}
"""The others are worth an alert, and nothing differs."""


def _same_cum_qty(order: Order, said: Report) -> bool:
    return said.cum_qty == order.cum_qty


def _same_order_qty(order: Order, said: Report) -> bool:
    return said.order_qty == order.order_qty


def _is_settled(order: Order, said: Report) -> bool:
    return not order.is_unknown


def _is_answered(order: Order, said: Report) -> bool:
    return not order.is_unknown and not order.requests


def _is_not_overfilled(order: Order, said: Report) -> bool:
    return bool(order.cum_qty <= order.order_qty)


AGREES: Final[Mapping[str, Callable[[Order, Report], bool]]] = {
    "executions_missing": _same_cum_qty,
    "executions_surplus": _same_cum_qty,
    "quantity_differs": _same_order_qty,
    "status_differs": _is_settled,
    "unknown_to_venue": _is_settled,
    "unanswered": _is_answered,
    "overfilled": _is_not_overfilled,
}
"""When a venue's report that contradicts nothing ends a break about its order."""


STATED: Final = frozenset(("ord_status", "order_qty", "cum_qty", "leaves_qty"))
"""What is compared of a report about an order as a whole: how often it is said changes nothing."""


def key_of(order: Order, kind: str) -> str:
    """Return the key of a break about an order as a whole."""
    return f"order {order.order_id} {kind}"


class OrderBreaks:
    """Look at each outcome of the ledger. ``concerned`` are the OrderIDs about which a break is open."""

    def __init__(self, queue: BreakQueue) -> None:
        self.queue = queue
        self.concerned: set[str] = set()

    def restore(self) -> None:
        """Take over what the queue holds after a start."""
        self.concerned = {
            order_id
            for known in self.queue.unresolved()
            if known.facts.kind in AGREES
            for order_id in known.facts.order_ids
        }

    def take(self, venue: str, said: Report, outcome: Outcome, now_ns: int, utc_ns: int) -> None:
        """Raise what a report contradicts; end what it agrees with."""
        if outcome.verdict == QUARANTINED:
            for code, text in outcome.discrepancies:
                self._note_report(venue, said, outcome.order, code, text, utc_ns)
            return
        order = outcome.order
        if order is None:
            return
        codes = {code for code, _ in outcome.discrepancies}
        for code, text in outcome.discrepancies:
            # an end that lacks executions is one thing, not two
            if code == Discrepancy.STATUS_DISAGREES and Discrepancy.MISSING_EXECUTIONS in codes:
                continue
            self._note_order(venue, said, order, code, text, utc_ns)
        if order.order_id in self.concerned and not said.poss_dup:
            self._end(order, said, {KIND_BY_DISCREPANCY.get(code, "") for code in codes}, now_ns, utc_ns)

    def note_unanswered(self, order: Order, text: str, utc_ns: int) -> None:
        """Raise that a venue says nothing about an order."""
        self.concerned.add(order.order_id)
        facts = Facts(
            key=key_of(order, "unanswered"),
            kind="unanswered",
            venue=order.venue,
            source=f"venue:{order.venue}",
            text=text,
            order_ids=(order.order_id,),
            account=order.account,
            symbol=order.symbol,
            ours=describe_order(order),
        )
        self.queue.note(facts, utc_ns, is_final=False)

    def settle(self, order: Order, how: str, now_ns: int, utc_ns: int) -> None:
        """End that a venue says nothing about an order: it is settled without its word, as its silence means."""
        if order.order_id in self.concerned and _is_answered(order, _NOTHING):
            self.queue.agree(key_of(order, "unanswered"), how, now_ns, utc_ns)

    def has_open(self, order: Order) -> bool:
        """Tell whether something about an order as a whole is still to be decided."""
        return any(self.queue.find(key_of(order, kind)) is not None for kind in AGREES)

    def _note_report(self, venue: str, said: Report, order: Order | None, code: int, text: str, utc_ns: int) -> None:
        facts = Facts(
            key=f"report {venue} {code} {said.cl_ord_id} {said.exec_id} {said.exec_ref_id} {said.venue_order_id}",
            kind=KIND_BY_DISCREPANCY.get(code, "report_unusable"),
            venue=venue,
            source=f"venue:{venue}",
            text=text,
            order_ids=(order.order_id,) if order is not None else (),
            exec_ids=(said.exec_id,) if said.exec_id else (),
            account=order.account if order is not None else said.account,
            symbol=order.symbol if order is not None else said.symbol,
            ours=describe_order(order) if order is not None else {},
            theirs=describe_report(said),
        )
        self.queue.note(facts, utc_ns)

    def _note_order(self, venue: str, said: Report, order: Order, code: int, text: str, utc_ns: int) -> None:
        kind = KIND_BY_DISCREPANCY.get(code)
        if kind is None or kind not in AGREES:
            return
        self.concerned.add(order.order_id)
        facts = Facts(
            key=key_of(order, kind),
            kind=kind,
            venue=venue,
            source=f"venue:{venue}",
            text=text,
            order_ids=(order.order_id,),
            account=order.account,
            symbol=order.symbol,
            ours=describe_order(order),
            theirs={name: value for name, value in describe_report(said).items() if name in STATED},
        )
        self.queue.note(facts, utc_ns)

    def _end(self, order: Order, said: Report, still: set[str], now_ns: int, utc_ns: int) -> None:
        remains = False
        for kind, agrees in AGREES.items():
            if self.queue.find(key_of(order, kind)) is None:
                continue
            if kind not in still and agrees(order, said):
                how = f"the venue's report {said.exec_id or said.cl_ord_id} agrees with the books"
                self.queue.agree(key_of(order, kind), how, now_ns, utc_ns)
            else:
                remains = True
        if not remains:
            self.concerned.discard(order.order_id)


_NOTHING: Final = Report(kind=0, exec_type=0, ord_status=0)


def describe_order(order: Order) -> dict[str, str]:
    """Return how our books have an order."""
    return {
        "cl_ord_id": order.venue_cl_ord_id,
        "order_id": order.venue_order_id,
        "side": chr(order.side),
        "ord_status": OrdStatus(order.ord_status).name.lower(),
        "order_qty": fixed_to_str(order.order_qty),
        "cum_qty": fixed_to_str(order.cum_qty),
        "leaves_qty": fixed_to_str(order.leaves_qty),
    }


def describe_report(said: Report) -> dict[str, str]:
    """Return what a venue's report says; what it does not say is left out."""
    names = ("order_qty", "cum_qty", "leaves_qty", "last_qty", "last_px")
    values = {name: getattr(said, name) for name in names}
    told = {
        "cl_ord_id": said.cl_ord_id,
        "order_id": said.venue_order_id,
        "exec_id": said.exec_id,
        "exec_ref_id": said.exec_ref_id,
        "side": chr(said.side) if said.side else "",
        "ord_status": chr(said.ord_status) if said.ord_status else "",
        **{name: fixed_to_str(value) for name, value in values.items() if value != ABSENT},
        "text": said.text,
    }
    return {name: value for name, value in told.items() if value}
