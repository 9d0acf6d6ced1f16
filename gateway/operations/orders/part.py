"""Follow the ledger's records into the replica and the index."""

from collections.abc import Sequence
from typing import Any

import structlog

from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.following import Listener
from fairlead.gateway.operations.orders.index import TABLES, OrderIndex
from fairlead.gateway.operations.orders.replica import LEDGER_KINDS, LedgerReplica
from fairlead.gateway.operations.parts import Desk, Part

log = structlog.get_logger()


class OrdersFollower:
    """Book every record of the ledger, index what it changed. ``changes`` counts them, for those who look for news."""

    name = "orders"
    kinds = LEDGER_KINDS

    def __init__(self, database: Database) -> None:
        self.replica = LedgerReplica()
        self.changes = 0
        self.kept_segment = 0
        self._index = OrderIndex(database)
        self._told = ""

    def on_record(self, record: Record, stream: StreamInfo) -> None:
        """Book a record; one that does not fit is told once, and the next snapshot puts the books right."""
        change = self.replica.take(record)
        if change is not None:
            self._index.put(change, record)
            self.changes += 1
        if self.replica.problem != self._told:
            self._told = self.replica.problem
            if self._told:
                log.error("order_replica_out_of_step", problem=self._told, effect="until the next snapshot")

    def keep(self) -> Any:
        """Return where the last complete snapshot begins."""
        return {"snapshot_segment": self.replica.snapshot_segment}

    def restore(self, state: Any) -> None:
        """Take back from where the books are built again."""
        self.kept_segment = self.replica.snapshot_segment = state["snapshot_segment"]


class OrdersPart(Part):
    """Keep the books and their index. ``ledger`` is the replica's: read it, never book into it."""

    tables = TABLES

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.follower = OrdersFollower(desk.database)

    @property
    def replica(self) -> LedgerReplica:
        """Return the books as far as the journal was read."""
        return self.follower.replica

    def listeners(self) -> Sequence[Listener]:
        """Return what follows the ledger's records."""
        return (self.follower,)

    async def start(self) -> None:
        """Book again what was passed on before this process ended last: the index has it, memory does not."""
        sequence = self.desk.database.position()[1]
        if sequence == 0:
            return
        try:
            self.replica.rebuild(self.desk.config.journal.path, self.follower.kept_segment, sequence)
        except JournalError as error:
            self.replica.problem = str(error)
