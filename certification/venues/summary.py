"""Say what a venue's run came to, in a form to compare with the other side's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fairlead.certification.venues.amounts import write_amount
from fairlead.certification.venues.book import OrderBook
from fairlead.certification.venues.order_desk import OrderDesk
from fairlead.certification.venues.orders import BUY_SIDES


def summarise(desk: OrderDesk) -> dict[str, Any]:
    """Return orders by session and ClOrdID, executions, positions by session, account and symbol, and shown books."""
    orders: dict[str, dict[str, Any]] = {}
    for order in desk.orders.values():
        for cl_ord_id in order.cl_ord_ids:
            orders.setdefault(order.session, {})[cl_ord_id] = order.summary() | {"current_id": order.cl_ord_id}
    executions = [execution.summary() for execution in desk.executions.values()]
    return {
        "venue": desk.profile.name,
        "orders": orders,
        "executions": executions,
        "positions": _positions(desk),
        "books": {symbol: _shown(book) for symbol, book in sorted(desk.books.items())},
    }


def _shown(book: OrderBook) -> dict[str, Any]:
    """Return what the market sees of a book: levels of price, quantity and number of orders, best first."""

    def levels(is_buy: bool) -> list[list[str | int]]:
        return [[write_amount(price), write_amount(size), count] for price, size, count in book.shown_levels(is_buy)]

    last = "" if book.last_price is None else write_amount(book.last_price)
    return {"bids": levels(True), "offers": levels(False), "last": last}


def _positions(desk: OrderDesk) -> list[dict[str, str]]:
    """Sum the executions that stand: bought and sold quantities, and the net."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for execution in desk.executions.values():
        if execution.is_busted:
            continue
        order = desk.orders[execution.order_id]
        entry = sums.setdefault((order.session, order.account, order.instrument_key), [0, 0])
        entry[0 if order.side in BUY_SIDES else 1] += execution.quantity
    return [
        {
            "session": session,
            "account": account,
            "symbol": symbol,
            "bought": write_amount(bought),
            "sold": write_amount(sold),
            "net": write_amount(bought - sold),
        }
        for (session, account, symbol), (bought, sold) in sorted(sums.items())
    ]


def write_summary(desk: OrderDesk, path: Path) -> None:
    """Write the summary as JSON; the file appears whole or not at all."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(summarise(desk), indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
