"""Write what the ledger and the watch decide to the journal."""

from typing import Any

import cython
import orjson

from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.writer_cy import JournalWriter

ORDERS_STREAM = "orders"


class Recorder:
    """Write what the ledger and the watch decide to the journal; nothing before ``attach``."""

    def __init__(self) -> None:
        self._writer: JournalWriter | None = None
        self._stream = 0

    def attach(self, writer: JournalWriter, utc_ns: int) -> None:
        """Record to this writer from now on."""
        self._stream = writer.register_stream(ORDERS_STREAM, "", utc_ns, writer.now_ns)
        self._writer = writer

    def _append(self, kind: cython.longlong, payload: bytes, utc_ns: cython.longlong) -> cython.int:
        writer = self._writer
        if writer is None:
            raise RuntimeError("a record was made before recovery was over")
        writer.append(self._stream, kind, payload, utc_ns, writer.now_ns)
        return 0

    def ledger_record(self, kind: cython.longlong, payload: bytes, utc_ns: cython.longlong) -> None:
        """Record an input of the ledger."""
        self._append(kind, payload, utc_ns)

    def decision(self, decision: dict[str, Any], utc_ns: int) -> None:
        """Record what was decided, and on what."""
        self._append(kinds.DECISION, orjson.dumps(decision), utc_ns)

    def limits_record(self, payload: bytes, utc_ns: int) -> None:
        """Record limits that come into force."""
        self._append(kinds.LIMITS, payload, utc_ns)

    def process(self, kind: int, facts: dict[str, Any], utc_ns: int) -> None:
        """Record the start or stop of this process."""
        self._append(kind, orjson.dumps(facts), utc_ns)
