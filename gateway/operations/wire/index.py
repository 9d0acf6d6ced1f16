"""Write where each frame lies, what it is, and whose order it speaks of."""

from typing import Any, Final

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.operations.database import Database
from fairlead.gateway.operations.sessions import message_type
from fairlead.gateway.operations.wire.names import order_names

TABLES: Final = (
    """create table if not exists wire (
        sequence integer primary key, segment integer, offset integer, utc_ns integer, stream text, protocol text,
        kind integer, msg_type text, msg_seq_num integer
    )""",
    "create index if not exists wire_by_stream on wire (stream, sequence)",
    "create index if not exists wire_by_segment on wire (segment)",
    """create table if not exists wire_names (
        name text, sequence integer, primary key (name, sequence)
    ) without rowid""",
)
_NUMBER_BYTES: Final = 8


class WireIndex:
    """Follow the frames."""

    name = "wire"
    kinds = kinds.FRAME_KINDS

    def __init__(self, database: Database) -> None:
        self._database = database
        self.count = 0
        """Frames indexed since this process began."""

    def on_record(self, record: Record, stream: StreamInfo) -> None:
        """Index a frame."""
        connection, payload = self._database.connection, record.payload
        row = (
            record.sequence,
            record.segment,
            record.offset,
            record.utc_ns,
            stream.name,
            stream.protocol,
            record.kind,
            message_type(stream.protocol, payload),
            int.from_bytes(payload[:_NUMBER_BYTES], "little"),
        )
        connection.execute("insert or replace into wire values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        # a strategy meets us as we meet a venue
        is_from_venue = (record.kind == kinds.FRAME_IN) != stream.name.startswith("strategy:")
        for found in order_names(stream.protocol, payload[_NUMBER_BYTES:], is_from_venue):
            connection.execute("insert or ignore into wire_names values (?, ?)", (found, record.sequence))
        self.count += 1

    def forget_before(self, segment: int) -> int:
        """Forget frames of segments that are kept no more; return how many."""
        with self._database.transaction() as connection:
            gone = connection.execute("select max(sequence) as last from wire where segment < ?", (segment,)).fetchone()
            if gone["last"] is None:
                return 0
            connection.execute("delete from wire_names where sequence <= ?", (gone["last"],))
            return connection.execute("delete from wire where segment < ?", (segment,)).rowcount

    def keep(self) -> Any:
        """Keep nothing: all is in tables."""
        return None

    def restore(self, state: Any) -> None:
        """Take nothing back."""
