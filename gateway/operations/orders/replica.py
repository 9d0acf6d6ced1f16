"""Keep the books as the gateway has them, by booking its records again through the gateway's own ledger."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.constants import ReportKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.reader import JournalReader
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.orders import records_cy, snapshot_cy
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order

LEDGER_KINDS: Final = frozenset((kinds.REQUEST, kinds.REPORT, kinds.SNAPSHOT))
_OPENS: Final = (records_cy.OPEN, records_cy.OPEN_VALUED)
_ORDER_REQUESTS: Final = {
    records_cy.OPEN: "new",
    records_cy.OPEN_VALUED: "new",
    records_cy.CANCEL: "cancel_requested",
    records_cy.REPLACE: "replace_requested",
    records_cy.UNSENT: "unsent",
}


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What a record did to one order: ``order`` is as it stands after it.

    ``what`` is ``new``, ``cancel_requested``, ``replace_requested``, ``unsent``, or a ReportKind in lower case.
    """

    order: Order
    what: str
    request: NewOrder | CancelOrder | ReplaceOrder | None = None
    report: Report | None = None


class LedgerReplica:
    """Book records. ``ledger`` is read by others; ``problem`` says why it can't be trusted, "" while it can."""

    def __init__(self) -> None:
        self.ledger = Ledger(_record_nothing, 1)
        self.problem = ""
        self.snapshot_segment = 0
        """Where the last complete snapshot begins: a replica can be built again from there."""
        self._begun_segment = 0

    def take(self, record: Record) -> OrderChange | None:
        """Book a record and return what it changed, None where it is about no order or changed none."""
        try:
            outcome = self.ledger.replay(record.kind, record.payload, record.utc_ns)
            if record.kind == kinds.SNAPSHOT:
                self._note_snapshot(record)
                return None
            operation, texts, message = records_cy.decode(record.payload)
        except DecodeError as error:
            # books that begin in the middle of the journal are put right by the next snapshot
            self.problem = f"record {record.sequence} does not fit the books: {error}"
            return None
        if operation == records_cy.VENUE_REPORT:
            if outcome is None or outcome.order is None or outcome.report is None:
                return None
            return OrderChange(outcome.order, ReportKind(outcome.report.kind).name.lower(), None, outcome.report)
        if operation not in _ORDER_REQUESTS:
            return None
        order = self.ledger.find_by_order_id(texts[2] if operation in _OPENS else texts[0])
        if order is None:
            return None
        request = message if isinstance(message, NewOrder | CancelOrder | ReplaceOrder) else None
        report = outcome.report if outcome is not None else None
        return OrderChange(order, _ORDER_REQUESTS[operation], request, report)

    def _note_snapshot(self, record: Record) -> None:
        part = snapshot_cy.part_of(record.payload)
        if part == snapshot_cy.START:
            self._begun_segment = record.segment
        elif part == snapshot_cy.END:
            self.snapshot_segment = self._begun_segment
            self.problem = ""

    def rebuild(self, folder: Path, first_segment: int, through_sequence: int) -> None:
        """Book again what a follower has passed on before its last end. Raises JournalError, JournalDamage."""
        reader = JournalReader(folder, first_segment, LEDGER_KINDS)
        while (record := reader.next_record()) is not None and record.sequence <= through_sequence:
            if record.kind in LEDGER_KINDS:
                self.take(record)


def _record_nothing(kind: int, payload: bytes, utc_ns: int) -> None:
    raise RuntimeError("a replica recorded something, expected it to be read only")
