"""Show orders: a page of those that fit a filter, and one with its whole life."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from fairlead.gateway.operations.api.endpoints import ApiError, Asked, Endpoint, Query
from fairlead.gateway.operations.api.part import ApiPart
from fairlead.gateway.operations.orders.part import OrdersPart
from fairlead.gateway.operations.parts import Desk, Part
from fairlead.gateway.operations.views.amounts import decimal_text

MAX_ORDERS: Final = 1000
_AMOUNTS: Final = ("price", "order_qty", "cum_qty", "leaves_qty", "avg_px", "last_qty", "last_px")
_FLAGS: Final = ("is_ended", "is_unknown")
_EQUAL: Final = ("strategy", "account", "venue", "symbol", "side", "ord_status")
Text = Annotated[str, Field(max_length=64)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class OrdersQuery(Query):
    """Which orders; what is left out takes all. ``name`` is any id of an order, on either side."""

    name: Text = ""
    strategy: Text = ""
    account: Text = ""
    venue: Text = ""
    symbol: Text = ""
    side: Text = ""
    ord_status: Text = ""
    state: Literal["all", "open", "ended", "unknown"] = "all"
    from_utc_ns: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    offset: Count = 0
    limit: Annotated[int, Field(ge=1, le=MAX_ORDERS)] = 200


# rows that are passed over to come to a page are read in the index alone
_PAGE_BEGINS: Final = "select o.* from (select order_id from orders"
_PAGE_ENDS: Final = (
    "order by changed_utc_ns desc, order_id limit ? offset ?) page join orders o on o.order_id = page.order_id"
    " order by o.changed_utc_ns desc, o.order_id"
)
_STATES: Final = {"all": "", "open": "is_ended = 0", "ended": "is_ended = 1", "unknown": "is_unknown = 1"}


class OrderViews(Part):
    """Serve ``/api/orders``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._told = 0

    def endpoints(self) -> Sequence[Endpoint]:
        """Return the blotter and the order."""
        page = {
            "type": "object",
            "properties": {"orders": {"type": "array"}, "total": {"type": "integer"}},
            "required": ["orders", "total"],
        }
        return (
            Endpoint(
                "GET", "/api/orders", "Show orders, last changed first.", self._page, query=OrdersQuery, answer=page
            ),
            Endpoint(
                "GET",
                "/api/orders/{name}",
                "Show one order, by any of its ids, with its life.",
                self._one,
                statuses=(404,),
            ),
        )

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Tell of changes."""
        changes = self.desk.part(OrdersPart).follower.changes
        if changes != self._told:
            self._told = changes
            self.desk.part(ApiPart).streams.tell("orders")

    async def _page(self, asked: Asked) -> Any:
        where, values = _conditions(asked.query)
        rows = self.desk.database.rows(
            f"{_PAGE_BEGINS} {where} {_PAGE_ENDS}",
            (*values, asked.query.limit, asked.query.offset),
        )
        (total,) = self.desk.database.rows(f"select count(*) as total from orders {where}", values)
        problem = self.desk.part(OrdersPart).replica.problem
        return {"orders": [_shown(dict(row)) for row in rows], "total": total["total"], "problem": problem}

    async def _one(self, asked: Asked) -> Any:
        name, rows = asked.path["name"], self.desk.database.rows
        found = rows(
            "select o.* from orders o join order_names n on n.order_id = o.order_id where n.name = ? "
            "order by o.changed_utc_ns desc",
            (name,),
        )
        if not found:
            raise ApiError(404, "no_such_order", f"{name}: no order was ever called so")
        order_id = found[0]["order_id"]
        names = rows("select name from order_names where order_id = ? order by name", (order_id,))
        events = rows("select * from order_events where order_id = ? order by sequence", (order_id,))
        return {
            "order": _shown(dict(found[0])),
            "others": [row["order_id"] for row in found[1:]],
            "names": [row["name"] for row in names],
            "events": [_shown(dict(row)) for row in events],
        }


def _conditions(query: OrdersQuery) -> tuple[str, list[Any]]:
    conditions = [text for text in (_STATES[query.state],) if text]
    values: list[Any] = []
    for column in _EQUAL:
        value = getattr(query, column)
        if value:
            conditions.append(f"{column} = ?")
            values.append(value)
    if query.from_utc_ns:
        conditions.append("changed_utc_ns >= ?")
        values.append(query.from_utc_ns)
    if query.name:
        conditions.append("order_id in (select order_id from order_names where name = ?)")
        values.append(query.name)
    return (f"where {' and '.join(conditions)}" if conditions else ""), values


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: decimal_text(row[name]) for name in _AMOUNTS if name in row}
    flags = {name: bool(row[name]) for name in _FLAGS if name in row}
    return row | amounts | flags
