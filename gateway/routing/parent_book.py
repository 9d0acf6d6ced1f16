"""Keep all parents, write down what happens to them before it does, and bring them back after a restart.

Children are in the ledger, and what they executed is there; here is only what no order of the ledger's tells. So a
parent that comes back stands where its children stand.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder
from fairlead.gateway.journal import kinds
from fairlead.gateway.orders.ids import OwnIds
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.routing import records
from fairlead.gateway.routing.history import VenueHistory
from fairlead.gateway.routing.parent import Child, Parent
from fairlead.gateway.routing.volumes import MonthlyVolumes

Recorder = Callable[[int, bytes, int], object]
Explained = dict[str, Any]
RECENT: Final = 1000
"""Decisions kept in memory for `route.explain`; the journal has all."""


class ParentBook:
    """Hold parents by id, their strategies' ids, and children.

    ``record(kind, payload, utc_ns)`` writes to the journal; ``epoch`` is the journal's, so that ids never come again.
    """

    def __init__(self, record: Recorder, epoch: int, history: VenueHistory, volumes: MonthlyVolumes) -> None:
        self._record = record
        self._ids = OwnIds("R", epoch)
        self._history = history
        self._volumes = volumes
        self.parents: dict[str, Parent] = {}
        self._by_cl_ord_id: dict[tuple[str, str], Parent] = {}
        self._by_child: dict[tuple[str, str], tuple[Parent, Child]] = {}
        self.recent: list[Explained] = []
        self._kept: list[dict[str, Any]] | None = None

    # Looking up

    def next_id(self) -> str:
        """Return an OrderID for a parent."""
        return self._ids.next()

    def find(self, strategy: str, cl_ord_id: str) -> Parent | None:
        """Return the parent that a strategy's ClOrdID names."""
        return self._by_cl_ord_id.get((strategy, cl_ord_id))

    def parent_of(self, order: Order) -> tuple[Parent, Child] | None:
        """Return the parent and the child that a ledger's order is, None where it is a strategy's own order."""
        if not self._by_child:
            return None
        return self._by_child.get((order.strategy, order.all_requests[0].cl_ord_id))

    @property
    def has_children(self) -> bool:
        """Tell whether any order in the books may be a child."""
        return bool(self._by_child)

    def live(self) -> list[Parent]:
        """Return the parents that have not ended, oldest first."""
        return [parent for parent in self.parents.values() if not parent.is_ended]

    # What happens; each is written down first

    def note_direct(self, facts: dict[str, Any], utc_ns: int) -> None:
        """Record where an order went that named a venue, or whose instrument or strategy did."""
        self._record(kinds.ROUTE, records.encode(records.DIRECT, facts), utc_ns)

    def note_decision(self, facts: dict[str, Any], utc_ns: int) -> None:
        """Record a decision with what it saw."""
        self._record(kinds.ROUTE, records.encode(records.DECISION, facts), utc_ns)
        self._remember(facts)

    def open(self, parent: Parent, utc_ns: int) -> None:
        """Take a parent."""
        facts = {
            "parent": parent.order_id,
            "strategy": parent.strategy,
            "account": parent.account,
            "route": parent.route,
            "cl_ord_id": parent.cl_ord_id,
            "packed": records.packed(parent.request),
        }
        self._record(kinds.ROUTE, records.encode(records.PARENT, facts), utc_ns)
        self._add(parent)

    def add_child(self, parent: Parent, child: Child) -> None:
        """Note a child that the last decision has chosen."""
        parent.children[child.child_id] = child
        self._by_child[(parent.strategy, child.child_id)] = (parent, child)

    def begin_cancel(self, parent: Parent, request: CancelOrder, utc_ns: int) -> None:
        """Note that the strategy wants the end."""
        self._say(records.CANCEL, parent, utc_ns, packed=records.packed(request))
        self._begin(parent, request)

    def begin_replace(self, parent: Parent, request: ReplaceOrder, utc_ns: int) -> None:
        """Note that the strategy wants other terms."""
        self._say(records.REPLACE, parent, utc_ns, packed=records.packed(request))
        self._begin(parent, request)

    def begin_end(self, parent: Parent, cause: str, utc_ns: int) -> None:
        """Note that the parent is to end for a cause of our own."""
        self._say(records.ENDING, parent, utc_ns, text=cause)
        parent.ending = cause

    def begin_move(self, parent: Parent, text: str, utc_ns: int) -> None:
        """Note that the parent's child is to rest elsewhere."""
        self._say(records.MOVING, parent, utc_ns, text=text)
        parent.is_moving = True

    def take_replace(self, parent: Parent, utc_ns: int) -> None:
        """Let the new terms hold."""
        self._say(records.REPLACED, parent, utc_ns)
        parent.take_replace()

    def keep_terms(self, parent: Parent, utc_ns: int) -> None:
        """Forget the replace that waited: it had no effect."""
        self._say(records.KEPT, parent, utc_ns)
        parent.replace = None

    def end(self, parent: Parent, text: str, utc_ns: int) -> None:
        """Close a parent."""
        self._say(records.ENDED, parent, utc_ns, text=text)
        parent.end()

    def note_outcome(self, outcome: dict[str, Any], utc_ns: int) -> None:
        """Record what became of a child, and learn from it."""
        self._record(kinds.ROUTE, records.encode(records.OUTCOME, outcome), utc_ns)
        self._history.note_outcome(outcome)

    def _say(self, event: str, parent: Parent, utc_ns: int, **facts: Any) -> None:
        self._record(kinds.ROUTE, records.encode(event, {"parent": parent.order_id, **facts}), utc_ns)

    def _begin(self, parent: Parent, request: CancelOrder | ReplaceOrder) -> None:
        self._by_cl_ord_id[(parent.strategy, request.cl_ord_id)] = parent
        parent.cl_ord_ids.append(request.cl_ord_id)
        if isinstance(request, CancelOrder):
            parent.cancel = request
        else:
            parent.replace = request

    def _add(self, parent: Parent) -> None:
        self.parents[parent.order_id] = parent
        for cl_ord_id in parent.cl_ord_ids:
            self._by_cl_ord_id[(parent.strategy, cl_ord_id)] = parent

    def _remember(self, facts: dict[str, Any]) -> None:
        self.recent.append(facts)
        if len(self.recent) > RECENT:
            del self.recent[0]

    # Memory and recovery

    def write_checkpoint(self, utc_ns: int) -> None:
        """Record all as it stands, and forget ended parents whose children the books have forgotten."""
        kept = {"history": self._history.to_json(), "volumes": self._volumes.to_json(), "count": len(self.parents)}
        self._record(kinds.ROUTE, records.encode(records.KEEP_BEGIN, kept), utc_ns)
        for parent in self.parents.values():
            self._record(kinds.ROUTE, records.encode(records.KEEP_PARENT, parent_to_json(parent)), utc_ns)
        self._record(kinds.ROUTE, records.encode(records.KEEP_END, {}), utc_ns)

    def forget(self, ledger: Ledger) -> None:
        """Forget ended parents none of whose children the books know any more, and volumes of such orders."""
        gone = [
            parent
            for parent in self.parents.values()
            if parent.is_ended and all(ledger.find(parent.strategy, child) is None for child in parent.children)
        ]
        for parent in gone:
            del self.parents[parent.order_id]
            for child_id in parent.children:
                self._by_child.pop((parent.strategy, child_id), None)
        forgotten = {id(parent) for parent in gone}
        self._by_cl_ord_id = {key: each for key, each in self._by_cl_ord_id.items() if id(each) not in forgotten}
        self._volumes.forget({order.order_id for order in ledger.orders()})

    def replay(self, payload: bytes) -> None:
        """Take a record of a former run. Raises ValueError, KeyError or TypeError for one that does not fit."""
        facts = records.decode(payload)
        event = facts["event"]
        if event in (records.KEEP_BEGIN, records.KEEP_PARENT, records.KEEP_END):
            self._replay_kept(event, facts)
            return
        self._kept = None
        if event == records.OUTCOME:
            self._history.note_outcome(facts)
        elif event == records.DECISION:
            self._replay_decision(facts)
        elif event == records.PARENT:
            self._replay_parent(facts)
        elif event != records.DIRECT and facts["parent"] in self.parents:
            self._replay_change(event, self.parents[facts["parent"]], facts)

    def _replay_parent(self, facts: dict[str, Any]) -> None:
        request = unpacked_order(facts["packed"])
        parent = Parent(facts["parent"], facts["strategy"], facts["account"], facts["route"], request)
        self._add(parent)

    def _replay_decision(self, facts: dict[str, Any]) -> None:
        self._remember(facts)
        parent = self.parents.get(facts["parent"])
        if parent is None:
            # it was refused
            return
        parent.number = facts["number"]
        parent.limit = facts["limit"]
        parent.is_moving = False
        for child_id, wanted in zip(facts["children"], facts["chosen"], strict=True):
            self.add_child(parent, Child(child_id, wanted, facts["group"]))

    def _replay_change(self, event: str, parent: Parent, facts: dict[str, Any]) -> None:
        if event in (records.CANCEL, records.REPLACE):
            self._begin(parent, records.unpacked(facts["packed"]))
        elif event == records.ENDING:
            parent.ending = facts["text"]
        elif event == records.MOVING:
            parent.is_moving = True
        elif event == records.REPLACED:
            parent.take_replace()
        elif event == records.KEPT:
            parent.replace = None
        elif event == records.ENDED:
            parent.end()
        else:
            raise ValueError(f"event {event!r} of a ROUTE record, which this version does not know")

    def _replay_kept(self, event: str, facts: dict[str, Any]) -> None:
        if event == records.KEEP_BEGIN:
            self._kept = [facts]
        elif self._kept is not None and event == records.KEEP_PARENT:
            self._kept.append(facts)
        elif self._kept is not None and len(self._kept) == self._kept[0]["count"] + 1:
            self._adopt(self._kept[0], self._kept[1:])
            self._kept = None

    def _adopt(self, head: dict[str, Any], kept: Iterable[dict[str, Any]]) -> None:
        self._history.restore(head["history"])
        self._volumes.restore(head["volumes"])
        self.parents.clear()
        self._by_cl_ord_id.clear()
        self._by_child.clear()
        for facts in kept:
            parent = parent_from_json(facts)
            self._add(parent)
            for child in parent.children.values():
                self._by_child[(parent.strategy, child.child_id)] = (parent, child)

    def resolve(self, ledger: Ledger) -> None:
        """Let children stand as the ledger has them, once all is replayed; what it never opened was never sent."""
        for parent in self.parents.values():
            for child in parent.children.values():
                order = ledger.find(parent.strategy, child.child_id)
                if order is not None:
                    child.follow(order)
                elif not child.order_id:
                    child.never_sent()
        for order in ledger.orders():
            self._volumes.note(order, order.changed_utc_ns)


def unpacked_order(text: str) -> NewOrder:
    """Return a packed order. Raises ValueError for another message."""
    request = records.unpacked(text)
    if not isinstance(request, NewOrder):
        raise ValueError(f"{type(request).__name__} packed, expected a NewOrder")
    return request


def parent_to_json(parent: Parent) -> dict[str, Any]:
    """Return a parent as it stands."""
    return {
        "parent": parent.order_id,
        "strategy": parent.strategy,
        "account": parent.account,
        "route": parent.route,
        "packed": records.packed(parent.request),
        "cl_ord_id": parent.cl_ord_id,
        "cl_ord_ids": parent.cl_ord_ids,
        "order_qty": parent.order_qty,
        "price": parent.price,
        "limit": parent.limit,
        "is_ended": parent.is_ended,
        "cancel": records.packed(parent.cancel) if parent.cancel is not None else "",
        "replace": records.packed(parent.replace) if parent.replace is not None else "",
        "ending": parent.ending,
        "is_moving": parent.is_moving,
        "number": parent.number,
        "children": [child.to_json() for child in parent.children.values()],
    }


def parent_from_json(facts: dict[str, Any]) -> Parent:
    """Return what ``parent_to_json`` wrote down."""
    request = unpacked_order(facts["packed"])
    parent = Parent(facts["parent"], facts["strategy"], facts["account"], facts["route"], request)
    for name in ("cl_ord_id", "cl_ord_ids", "order_qty", "price", "limit", "is_ended", "ending", "is_moving", "number"):
        setattr(parent, name, facts[name])
    parent.cancel = records.unpacked(facts["cancel"]) if facts["cancel"] else None
    parent.replace = records.unpacked(facts["replace"]) if facts["replace"] else None
    for value in facts["children"]:
        child = Child.from_json(value)
        parent.children[child.child_id] = child
    return parent
