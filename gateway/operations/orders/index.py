"""Index orders by everything that anyone calls them, with what happened to each.

Amounts are stored as the books have them, int in units of 10^-8 (NULL where absent); times are UTC ns.
"""

from collections.abc import Iterator
from typing import Any, Final

from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.orders.replica import OrderChange
from fairlead.gateway.orders.order_cy import Order

TABLES: Final = (
    """create table if not exists orders (
        order_id text primary key, strategy text, account text, venue text, symbol text, side text, ord_type text,
        time_in_force text, cl_ord_id text, venue_cl_ord_id text, venue_order_id text, price integer,
        order_qty integer, cum_qty integer, leaves_qty integer, avg_px integer, ord_status text, is_ended integer,
        is_unknown integer, text text, opened_utc_ns integer, changed_utc_ns integer, sequence integer
    ) without rowid""",
    "create index if not exists orders_by_change on orders (changed_utc_ns)",
    "create index if not exists orders_open_by_change on orders (changed_utc_ns desc, order_id) where is_ended = 0",
    "create index if not exists orders_open on orders (order_id) where is_ended = 0",
    """create table if not exists order_names (
        name text, order_id text, primary key (name, order_id)
    ) without rowid""",
    """create table if not exists order_events (
        order_id text, sequence integer, segment integer, utc_ns integer, what text, cl_ord_id text, ord_status text,
        cum_qty integer, leaves_qty integer, exec_id text, last_qty integer, last_px integer, text text,
        primary key (order_id, sequence)
    ) without rowid""",
)
_PUT_ORDER: Final = f"insert or replace into orders values ({', '.join('?' * 23)})"
_PUT_EVENT: Final = f"insert or replace into order_events values ({', '.join('?' * 13)})"
_PUT_NAME: Final = "insert or ignore into order_names values (?, ?)"


class OrderIndex:
    """Write changes of orders; the follower's transaction makes them last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, change: OrderChange, record: Record) -> None:
        """Write an order as it stands, its names, and what happened."""
        order, connection = change.order, self._database.connection
        text = change.report.text if change.report is not None else ""
        connection.execute(_PUT_ORDER, (*_order_row(order, text), record.utc_ns, record.sequence))
        connection.executemany(_PUT_NAME, ((name, order.order_id) for name in _names(change) if name))
        connection.execute(_PUT_EVENT, _event_row(change, record, text))


def _amount(value: int) -> int | None:
    return None if value == ABSENT else value


def _order_row(order: Order, text: str) -> tuple[Any, ...]:
    terms: NewOrder = order.terms
    return (
        order.order_id,
        order.strategy,
        order.account,
        order.venue,
        order.symbol,
        Side(order.side).name.lower(),
        OrdType(terms.ord_type).name.lower(),
        TimeInForce(terms.time_in_force).name.lower(),
        order.cl_ord_id,
        order.venue_cl_ord_id,
        order.venue_order_id,
        _amount(terms.price),
        order.order_qty,
        order.cum_qty,
        order.leaves_qty,
        order.avg_px,
        OrdStatus(order.ord_status).name.lower(),
        int(order.is_ended),
        int(order.is_unknown),
        text,
        order.opened_utc_ns,
    )


def _names(change: OrderChange) -> Iterator[str]:
    order = change.order
    yield from (order.order_id, order.cl_ord_id, order.venue_cl_ord_id, order.venue_order_id)
    # the one request that this change is about is the last of its order, or the order's own
    for request in order.all_requests[-1:]:
        yield from (request.cl_ord_id, request.venue_cl_ord_id)


def _event_row(change: OrderChange, record: Record, text: str) -> tuple[Any, ...]:
    order, report = change.order, change.report
    if report is not None:
        cl_ord_id, fill = report.cl_ord_id, (report.exec_id, _amount(report.last_qty), _amount(report.last_px))
    else:
        cl_ord_id, fill = change.request.cl_ord_id if change.request is not None else "", ("", None, None)
    return (
        order.order_id,
        record.sequence,
        record.segment,
        record.utc_ns,
        change.what,
        cl_ord_id,
        OrdStatus(order.ord_status).name.lower(),
        order.cum_qty,
        order.leaves_qty,
        *fill,
        text,
    )
