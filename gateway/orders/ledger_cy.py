"""Keep all orders: the one place that decides what a request or a report does to the books."""

from collections.abc import Callable

from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import Outcome
from fairlead.gateway.orders.positions_cy import Position

# Kinds of record that the ledger writes: the first argument of ``record``.
REQUEST = 1
REPORT = 2


class Ledger:
    """Keep orders, positions and quarantined reports, and write each accepted input down before its effect is seen.

    ``record(kind, payload, utc_ns)`` is called with kind REQUEST (what Fairlead did) or REPORT (what a venue said)
    before the books change; what it raises reaches the caller and the books stay as they were. ``epoch`` is the
    journal's: ids made here are unique across restarts by it. After a start, ``replay`` each record, then go on.
    """

    def __init__(self, record: "Callable[[int, bytes, int], object]", epoch: int) -> None:
        raise NotImplementedError

    # What strategies ask

    def open_order(self, strategy: str, request: NewOrder, venue: str, venue_cl_ord_id: str, utc_ns: int) -> Order:
        """Book a new order that is about to be sent as ``order.terms``.

        Raises ValueError where an id is taken: ask ``has_cl_ord_id`` first.
        """
        raise NotImplementedError

    def begin_cancel(self, order: Order, request: CancelOrder, venue_cl_ord_id: str, utc_ns: int) -> CancelOrder:
        """Book a cancel in flight and return it as the venue should get it.

        OrigClOrdID is the venue's id of the order, or of the replace in flight that the strategy named; OrderID,
        Symbol and Side are filled in. Whether the order has ended or the venue takes one request at a time is the
        caller's question (``order.is_ended``, ``order.requests``). Raises ValueError where an id is taken.
        """
        raise NotImplementedError

    def begin_replace(self, order: Order, request: ReplaceOrder, venue_cl_ord_id: str, utc_ns: int) -> ReplaceOrder:
        """Book a replace in flight and return it as the venue should get it: absent terms filled from current ones."""
        raise NotImplementedError

    def mark_unsent(self, order: Order, venue_cl_ord_id: str, refusal: int, text: str, utc_ns: int) -> Outcome:
        """Book that a request in flight never left, or was lost; return the REJECTED or CANCEL_REJECTED report on it.

        ``venue_cl_ord_id`` names the request: ``order.venue_cl_ord_id`` for the order itself; ``refusal`` is a Refusal.
        """
        raise NotImplementedError

    # What venues say

    def apply(self, venue: str, report: Report, utc_ns: int) -> Outcome:
        """Book a venue's report (ids are Fairlead's there) and return what is to be done with it."""
        raise NotImplementedError

    def mark_in_doubt(self, venue: str, utc_ns: int) -> list[Order]:
        """Note that the link to ``venue`` broke: its open orders, returned, are unknown until the venue tells."""
        raise NotImplementedError

    def start_trading_day(self, venue: str, utc_ns: int) -> None:
        """Note that ``venue`` began a trading day: its ExecIDs may repeat yesterday's from now on."""
        raise NotImplementedError

    # Looking up

    def find(self, strategy: str, cl_ord_id: str) -> Order | None:
        """Return the order that a strategy's ClOrdID names: its first, a replace's, a cancel's; no refused one."""
        raise NotImplementedError

    def find_by_order_id(self, order_id: str) -> Order | None:
        """Return the order with Fairlead's OrderID."""
        raise NotImplementedError

    def find_by_venue_id(self, venue: str, venue_cl_ord_id: str) -> Order | None:
        """Return the order that Fairlead's ClOrdID at a venue belongs to, that of a cancel or replace too."""
        raise NotImplementedError

    def has_cl_ord_id(self, strategy: str, cl_ord_id: str) -> bool:
        """Tell whether a strategy used the id: for an order, a replace or a cancel, ended or refused ones too."""
        raise NotImplementedError

    def open_orders(
        self, *, strategy: str = "", venue: str = "", account: str = "", symbol: str = "", side: int = 0
    ) -> list[Order]:
        """Return the orders that have not ended, oldest first; what is given must match."""
        raise NotImplementedError

    def orders_in_doubt(self, venue: str) -> list[Order]:
        """Return the orders at ``venue`` whose state it has to tell, oldest first."""
        raise NotImplementedError

    def positions(self, *, strategy: str = "", account: str = "", symbol: str = "", venue: str = "") -> list[Position]:
        """Return positions; what is given must match."""
        raise NotImplementedError

    # Reports of our own

    def next_exec_id(self) -> str:
        """Return an ExecID for a report that Fairlead itself makes."""
        raise NotImplementedError

    def status_report(self, order: Order, request_id: str, utc_ns: int) -> Report:
        """Return how an order stands, as a STATUS_REPORT for its strategy."""
        raise NotImplementedError

    # Memory and recovery

    def forget_ended(self, before_utc_ns: int, utc_ns: int) -> int:
        """Forget orders that ended before ``before_utc_ns`` and return how many: their ids may come again.

        Positions stay. Without this call orders are kept for ever; the usual call is once a trading day.
        """
        raise NotImplementedError

    def replay(self, kind: int, payload: bytes, utc_ns: int) -> Outcome | None:
        """Book a recorded input again, through the same code; returns what the live call returned for a report.

        Raises DecodeError for a payload that is not a record of the ledger.
        """
        raise NotImplementedError
