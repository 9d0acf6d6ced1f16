"""Tell which order a record is about, by whatever id it bears: one order has many, on both sides.

Fairlead's own records join them: a REQUEST names the strategy's ClOrdID, Fairlead's at the venue and the OrderID, a
REPORT the venue's OrderID, a SNAPSHOT all of an order whose first records are gone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.binary_frames import ids_of
from fairlead.gateway.journal.decoding import DecodedRecord
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.orders import records_cy, snapshot_cy
from fairlead.gateway.orders.order_cy import Order

LINKING_KINDS: Final = frozenset((kinds.REQUEST, kinds.REPORT, kinds.SNAPSHOT))

_ID_TAGS: Final = frozenset((11, 37, 41, 198, 526))
"""ClOrdID, OrderID, OrigClOrdID, SecondaryOrderID, SecondaryClOrdID."""
_ID_NAMES: Final = ("order_id", "cl_ord_id", "orig_cl_ord_id", "venue_cl_ord_id", "venue_order_id")


@dataclass(slots=True)
class OrderIds:
    """One order: whose it is, where it went, and what each side calls it."""

    order_id: str
    strategy: str
    venue: str
    strategy_ids: set[str] = field(default_factory=set)
    venue_ids: set[str] = field(default_factory=set)

    def is_called(self, name: str) -> bool:
        """Tell whether anyone calls the order so."""
        return name == self.order_id or name in self.strategy_ids or name in self.venue_ids


class OrderLinks:
    """Learn ids from the ledger's records, and find the order of any record by them."""

    def __init__(self) -> None:
        self._orders: dict[str, OrderIds] = {}
        self._by_side: dict[tuple[str, str], OrderIds] = {}
        self._snapshot = snapshot_cy.SnapshotReader()

    def learn(self, record: Record) -> None:
        """Take one record; what is none of the ledger's is passed over, and so is one that can't be read."""
        try:
            if record.kind in (kinds.REQUEST, kinds.REPORT):
                self._learn(record.payload)
            elif record.kind == kinds.SNAPSHOT:
                self._learn_snapshot(record.payload)
        except DecodeError:
            # shown as undecoded where it is listed
            return

    def _learn(self, payload: bytes) -> None:
        _, texts, message = records_cy.decode(payload)
        if isinstance(message, NewOrder):
            strategy, venue, order_id, venue_cl_ord_id = texts[:4]
            order = self._orders.get(order_id) or OrderIds(order_id, strategy, venue)
            self._add(order, (message.cl_ord_id,), (venue_cl_ord_id,))
        elif isinstance(message, CancelOrder | ReplaceOrder) and texts[0] in self._orders:
            self._add(self._orders[texts[0]], (message.cl_ord_id,), (texts[1],))
        elif isinstance(message, Report):
            told = (message.cl_ord_id, message.orig_cl_ord_id, message.venue_order_id)
            found = self._at(f"venue:{texts[0]}", told)
            if found is not None and message.venue_order_id:
                self._add(found, (), (message.venue_order_id,))

    def _learn_snapshot(self, payload: bytes) -> None:
        if snapshot_cy.part_of(payload) == snapshot_cy.START:
            self._snapshot = snapshot_cy.SnapshotReader()
        if self._snapshot.take(payload):
            for order in self._snapshot.books.orders.values():
                self._learn_order(order)
            self._snapshot = snapshot_cy.SnapshotReader()

    def _learn_order(self, order: Order) -> None:
        ids = self._orders.get(order.order_id) or OrderIds(order.order_id, order.strategy, order.venue)
        requests = order.all_requests
        venue_ids = [request.venue_cl_ord_id for request in requests]
        if order.venue_order_id:
            venue_ids.append(order.venue_order_id)
        self._add(ids, tuple(request.cl_ord_id for request in requests), tuple(venue_ids))

    def _add(self, order: OrderIds, strategy_ids: tuple[str, ...], venue_ids: tuple[str, ...]) -> None:
        self._orders[order.order_id] = order
        order.strategy_ids.update(strategy_ids)
        order.venue_ids.update(venue_ids)
        for name in strategy_ids:
            self._by_side[(f"strategy:{order.strategy}", name)] = order
        for name in venue_ids:
            self._by_side[(f"venue:{order.venue}", name)] = order

    def order_of(self, decoded: DecodedRecord) -> OrderIds | None:
        """Return the order that a record is about, None where it is about none that is known."""
        if decoded.kind in kinds.FRAME_KINDS:
            return self._at(decoded.stream, tuple(frame_ids(decoded)))
        facts = decoded.values | decoded.values.get("decided", {})
        for name in ("venue", "strategy"):
            order = self._at(f"{name}:{facts.get(name, '')}", tuple(_named_ids(facts)))
            if order is not None:
                return order
        return self._orders.get(str(facts.get("order_id", "")))

    def _at(self, side: str, names: tuple[str, ...]) -> OrderIds | None:
        for name in names:
            order = self._orders.get(name) or self._by_side.get((side, name))
            if order is not None:
                return order
        return None


def frame_ids(decoded: DecodedRecord) -> Iterator[str]:
    """Yield the order ids in a frame: FIX, a binary message, or a line of JSON."""
    if decoded.fields:
        yield from (value.decode("latin-1") for tag, value in decoded.fields if tag in _ID_TAGS)
        return
    if "packet" in decoded.values:
        yield from ids_of(decoded.values)
        return
    try:
        line = orjson.loads(str(decoded.values.get("text", "")))
    except orjson.JSONDecodeError:
        return
    if isinstance(line, dict):
        yield from _named_ids(line)


def _named_ids(facts: dict[str, Any]) -> Iterator[str]:
    yield from (str(facts[name]) for name in _ID_NAMES if facts.get(name))


def has_word(decoded: DecodedRecord, wanted: str) -> bool:
    """Tell whether a record names an id in so many words, whatever it is the id of."""
    if decoded.fields:
        return any(tag in _ID_TAGS and value.decode("latin-1") == wanted for tag, value in decoded.fields)
    text = " ".join(str(value) for value in decoded.values.values())
    return re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", text) is not None
