"""Tell the life of every order again from the journal: one event for each thing that happened to one.

The ledger's records are replayed through the ledger itself, so an event has the order as the books had it then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.constants import ReportKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.compliance.order_attributes import EVENT as ATTRIBUTES
from fairlead.gateway.compliance.order_attributes import AttributesInForce
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.layout import segment_paths
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.orders import records_cy, snapshot_cy
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import DELIVER

NEW: Final = "new"
CANCEL_REQUESTED: Final = "cancel_requested"
REPLACE_REQUESTED: Final = "replace_requested"
UNSENT: Final = "unsent"
REFUSED: Final = "refused"
REPLACE_REFUSED: Final = "replace_refused"
_REQUESTED: Final = {
    records_cy.OPEN: NEW,
    records_cy.CANCEL: CANCEL_REQUESTED,
    records_cy.REPLACE: REPLACE_REQUESTED,
    records_cy.UNSENT: UNSENT,
}
_REPLAYED: Final = frozenset((kinds.REQUEST, kinds.REPORT, kinds.SNAPSHOT))
_READ: Final = _REPLAYED | {kinds.DECISION}


@dataclass(slots=True)
class OrderEvent:
    """One thing that happened to one order.

    ``what`` is one of the names above, or that of a ReportKind in lower case (``filled``, ...). ``order`` is the
    order after it, None for one that was refused before it was booked: ``decision`` then says all that is known.
    ``request`` is the strategy's message of a request, ``report`` what a venue said, with Fairlead's quantities.
    """

    sequence: int
    utc_ns: int
    what: str
    order: Order | None = None
    request: NewOrder | CancelOrder | ReplaceOrder | None = None
    report: Report | None = None
    decision: dict[str, Any] = field(default_factory=dict)


class OrderHistory:
    """Read a journal's folder and yield the events of a period; ``attributes`` are those in force at the last one."""

    def __init__(self, folder: Path, from_utc_ns: int = 0, to_utc_ns: int = 2**63 - 1) -> None:
        self.folder = folder
        self.attributes = AttributesInForce()
        self._from_utc_ns = from_utc_ns
        self._to_utc_ns = to_utc_ns
        # a replay makes no ids and records nothing
        self._ledger = Ledger(_nothing, 1)

    def events(self) -> Iterator[OrderEvent]:
        """Yield events in the journal's order, one at a time: an order changes with the next one.

        Raises JournalError and JournalDamage.
        """
        reader = JournalReader(self.folder, kinds=_READ)
        is_begun = next(iter(segment_paths(self.folder)), 1) == 1
        while (record := reader.next_record()) is not None:
            if record.kind not in _READ:
                continue
            if not is_begun:
                # older segments are gone: what comes before the first snapshot speaks of orders that nobody knows
                is_begun = record.kind == kinds.SNAPSHOT and snapshot_cy.part_of(record.payload) == snapshot_cy.START
            if is_begun or record.kind == kinds.DECISION:
                event = self._take(record)
                if event is not None and self._from_utc_ns <= record.utc_ns < self._to_utc_ns:
                    yield event

    def _take(self, record: Record) -> OrderEvent | None:
        if record.kind == kinds.DECISION:
            return self._decided(record)
        try:
            outcome = self._ledger.replay(record.kind, record.payload, record.utc_ns)
            if record.kind == kinds.SNAPSHOT:
                return None
            operation, texts, message = records_cy.decode(record.payload)
        except DecodeError as error:
            raise JournalError(
                f"record {record.sequence} of {self.folder} does not fit the ones before: {error}"
            ) from error
        if operation == records_cy.VENUE_REPORT:
            if outcome is None or outcome.verdict != DELIVER or outcome.report is None:
                return None
            what = ReportKind(outcome.report.kind).name.lower()
            return OrderEvent(record.sequence, record.utc_ns, what, outcome.order, report=outcome.report)
        if operation not in _REQUESTED:
            return None
        order_id = texts[2] if operation == records_cy.OPEN else texts[0]
        order = self._ledger.find_by_order_id(order_id)
        request = message if isinstance(message, NewOrder | CancelOrder | ReplaceOrder) else None
        report = outcome.report if outcome is not None else None
        return OrderEvent(record.sequence, record.utc_ns, _REQUESTED[operation], order, request, report)

    def _decided(self, record: Record) -> OrderEvent | None:
        decision = orjson.loads(record.payload)
        if decision.get("event") == ATTRIBUTES:
            self.attributes.take(decision)
        elif decision.get("event") == "risk_refused":
            is_replace = decision.get("request") == "replace_order"
            what = REPLACE_REFUSED if is_replace else REFUSED
            return OrderEvent(record.sequence, record.utc_ns, what, decision=decision)
        return None


def _nothing(kind: int, payload: bytes, utc_ns: int) -> None:
    raise RuntimeError("a replay recorded something")
