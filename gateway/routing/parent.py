"""Hold a parent, which is what the strategy sees as its order, and its children, which are what venues have.

A child is an order of the ledger's under an id of Fairlead's own; what it has executed and may still execute is read
off the ledger's order at each change. The parent's CumQty is the sum of its children's, and what is committed is that
and their leaves: a child that nobody knows the state of has not ended, so its leaves count. Only what is not committed
may be sent.
"""

from dataclasses import dataclass
from typing import Any, Final

from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy import Order

_CHILD_FIELDS: Final = (
    "child_id", "venue", "manner", "quantity", "price", "displayed", "quote", "group", "order_id", "cum_qty",
    "leaves_qty", "notional", "is_ended", "is_unknown",
)  # fmt: skip


class Child:
    """Hold one child: what it was sent for, and how the ledger's order stands."""

    __slots__ = _CHILD_FIELDS

    def __init__(self, child_id: str, wanted: dict[str, Any], group: str) -> None:
        self.child_id = child_id
        self.venue: str = wanted["venue"]
        self.manner: str = wanted["manner"]
        self.quantity: int = wanted["quantity"]
        self.price: int = wanted["price"]
        self.displayed: int = wanted["displayed"]
        self.quote: int = wanted["quote"]
        self.group = group
        self.order_id = ""
        self.cum_qty = 0
        self.leaves_qty: int = wanted["quantity"]
        self.notional = 0
        self.is_ended = False
        self.is_unknown = False

    def follow(self, order: Order) -> None:
        """Take over how the order stands."""
        self.order_id = order.order_id
        self.cum_qty = order.cum_qty
        # a replace in flight is never sent for a child: its leaves are all that it may still trade
        self.leaves_qty = 0 if order.is_ended else max(order.leaves_qty, 0)
        self.notional = order.notional
        self.is_ended = order.is_ended
        self.is_unknown = order.is_unknown

    def never_sent(self) -> None:
        """Note that no order was opened for it."""
        self.is_ended = True
        self.leaves_qty = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; the notional may leave 64 bits."""
        return {name: getattr(self, name) for name in _CHILD_FIELDS} | {"notional": str(self.notional)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Child":
        """Return what ``to_json`` wrote down."""
        child = cls(value["child_id"], value, value["group"])
        for name in _CHILD_FIELDS:
            setattr(child, name, value[name])
        child.notional = int(value["notional"])
        return child


@dataclass(slots=True)
class Swept:
    """How far a book was taken: the number of its top's last change by then, the price, and the quantity asked for.

    ``is_spent``: the venue had less than was asked for, so nothing is left up to that price.
    """

    top_change_number: int
    price: int
    quantity: int
    is_spent: bool = False


class Parent:
    """Hold a strategy's order on a route.

    ``request`` is the order as received; ``order_qty`` and ``price`` are what holds now, ``limit`` is the price that no
    child goes beyond (ABSENT until the first decision gives a market order one). ``cancel`` and ``replace``
    are requests that wait for the children's ends, ``ending`` is a cause of our own to end it.
    ``refused_at`` says why venues are not tried again, ``swept`` how far venues' books were taken. ``number`` counts
    decisions. ``is_moving``: its child is being taken away to rest elsewhere. ``goes_on``: what remains is sent again
    when the children have ended. ``is_placing``: children are being sent right now. Times are monotonic and not
    recorded.
    """

    def __init__(self, order_id: str, strategy: str, account: str, route: str, request: NewOrder) -> None:
        self.order_id = order_id
        self.strategy = strategy
        self.account = account
        self.route = route
        self.request = request
        self.cl_ord_id: str = request.cl_ord_id
        self.cl_ord_ids: list[str] = [request.cl_ord_id]
        self.order_qty: int = request.order_qty
        self.price: int = request.price
        self.limit: int = request.price
        self.is_ended = False
        self.cancel: CancelOrder | None = None
        self.replace: ReplaceOrder | None = None
        self.ending = ""
        self.number = 0
        self.children: dict[str, Child] = {}
        self.refused_at: dict[str, str] = {}
        self.swept: dict[str, Swept] = {}
        self.resting_since_ns = 0
        self.look_again_ns = 0
        self.is_moving = False
        self.goes_on = False
        self.is_placing = False
        self.last_text = ""

    @property
    def symbol(self) -> str:
        """Return what it trades."""
        return str(self.request.symbol)

    @property
    def side(self) -> int:
        """Return Side(54)."""
        return int(self.request.side)

    @property
    def cum_qty(self) -> int:
        """Return what the children have executed."""
        return sum(child.cum_qty for child in self.children.values())

    @property
    def notional(self) -> int:
        """Return the children's sum of LastQty x LastPx, in 10^-16."""
        return sum(child.notional for child in self.children.values())

    @property
    def leaves_qty(self) -> int:
        """Return what the strategy sees as open."""
        return 0 if self.is_ended else max(self.order_qty - self.cum_qty, 0)

    @property
    def avg_px(self) -> int:
        """Return the average price in 10^-8, half up; 0 while nothing is executed."""
        cum_qty = self.cum_qty
        return (2 * self.notional + cum_qty) // (2 * cum_qty) if cum_qty > 0 else 0

    @property
    def committed_qty(self) -> int:
        """Return what is executed and what children may still execute."""
        return sum(child.cum_qty + child.leaves_qty for child in self.children.values())

    @property
    def free_qty(self) -> int:
        """Return what may be sent: the order's quantity less what is committed."""
        return max(self.order_qty - self.committed_qty, 0)

    @property
    def is_stopping(self) -> bool:
        """Tell whether nothing more is to be sent until all children have ended."""
        return self.cancel is not None or self.replace is not None or bool(self.ending)

    def live_children(self) -> list[Child]:
        """Return the children that have not ended, for all we know."""
        return [child for child in self.children.values() if not child.is_ended]

    def ord_status(self) -> int:
        """Return OrdStatus(39): a bust after the end leaves a filled order canceled, and a late fill may fill it."""
        if self.cum_qty >= self.order_qty:
            return int(OrdStatus.FILLED)
        if self.is_ended:
            return int(OrdStatus.CANCELED)
        return int(OrdStatus.PARTIALLY_FILLED if self.cum_qty > 0 else OrdStatus.NEW)

    def end(self) -> None:
        """Close it; nothing reopens it."""
        self.is_ended = True
        self.cancel = self.replace = None

    def take_replace(self) -> None:
        """Let the terms of the replace hold, all children having ended: another price is another market."""
        request = self.replace
        assert request is not None
        self.cl_ord_id = request.cl_ord_id
        if request.order_qty != ABSENT:
            self.order_qty = request.order_qty
        if request.price != ABSENT:
            self.price = self.limit = request.price
        self.replace = None
        self.is_moving = False
        self.goes_on = True
        self.refused_at.clear()
