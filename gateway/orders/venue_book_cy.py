"""Keep what a venue's reports are recognised by: Fairlead's ids there, the venue's OrderIDs, ExecIDs of the day."""

from datetime import date, timedelta

import cython

from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.gateway.orders.order_cy import Order, Request

NS_PER_DAY = 86_400_000_000_000
EPOCH = date(1970, 1, 1)


class VenueBook:
    """Find orders by a venue's ids, and recognise what it says twice.

    ``day`` stands in the ExecIDs that strategies get, since a venue's own are unique within a day only: the UTC date
    on which the trading day began, with a number where several begin on one date. ``day_started_utc_ns`` is 0 until
    ``start_day`` was called, ``reports_lost_utc_ns`` unless the venue could not repeat what we missed.
    """

    def __init__(self, venue: str, utc_ns: cython.longlong) -> None:
        self.venue = venue
        self.requests: "dict[str, Request]" = {}
        self.orders: "dict[str, Order]" = {}
        self.seen: "dict[str, tuple[object, ...]]" = {}
        self.date = date_of(utc_ns)
        self.days_on_date = 1
        self.day = self.date
        self.day_started_utc_ns = 0
        self.reports_lost_utc_ns = 0

    def start_day(self, utc_ns: cython.longlong) -> None:
        """Begin a trading day: forget the ExecIDs of the one before."""
        today = date_of(utc_ns)
        # a day on which no ExecID was seen has used up nothing
        if today != self.date:
            self.days_on_date = 1
        elif self.seen:
            self.days_on_date += 1
        self.date = today
        self.day = today if self.days_on_date == 1 else f"{today}-{self.days_on_date}"
        self.day_started_utc_ns = utc_ns
        self.seen = {}

    def find(self, report: Report) -> Order | None:
        """Return the order that a report is about, by the first of its ids that is known.

        Our ClOrdIDs come first. A venue that restates or amends by itself may use ids of its own: then its OrderID
        serves, if instrument and side agree.
        """
        request = self.requests.get(report.cl_ord_id)
        if request is None and report.orig_cl_ord_id:
            request = self.requests.get(report.orig_cl_ord_id)
        if request is not None:
            return request.order
        order: Order | None = self.orders.get(report.venue_order_id)
        if order is None:
            return None
        if report.side and report.side != order.side:
            return None
        if report.symbol and report.symbol != order.symbol:
            return None
        return order

    def remember(self, venue_exec_id: str, report: Report) -> None:
        """Keep what an ExecID stood for."""
        self.seen[venue_exec_id] = contents_of(report)

    def is_repetition(self, venue_exec_id: str, report: Report) -> bool:
        """Tell whether a report with an ExecID seen before says the same thing again."""
        return self.seen[venue_exec_id] == contents_of(report)

    def learn_order_id(self, order: Order, venue_order_id: str) -> None:
        """Find ``order`` by the venue's OrderID from now on."""
        self.orders[venue_order_id] = order

    def forget(self, order_ids: "set[str]") -> None:
        """Forget the ids of orders, named by Fairlead's OrderIDs."""
        self.requests = {key: kept for key, kept in self.requests.items() if kept.order.order_id not in order_ids}
        self.orders = {key: kept for key, kept in self.orders.items() if kept.order_id not in order_ids}


def contents_of(report: Report) -> "tuple[object, ...]":
    """Return what two reports with one ExecID must share."""
    return (report.cl_ord_id, report.kind, report.last_qty, report.last_px)


def date_of(utc_ns: int) -> str:
    """Return the UTC date as YYYYMMDD."""
    return (EPOCH + timedelta(days=utc_ns // NS_PER_DAY)).strftime("%Y%m%d")
