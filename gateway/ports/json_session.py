"""Carry one strategy's reports over the JSON port, across its connections."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fairlead.adapters.session_store import SessionStore
from fairlead.codecs.json_lines.encoding import encode_report
from fairlead.codecs.vocabulary.messages_cy import Report
from fairlead.codecs.vocabulary.session_messages import LogoutReason
from fairlead.gateway.ports.identity import StrategyIdentity

if TYPE_CHECKING:
    from fairlead.gateway.ports.json_connection import JsonConnection


class JsonStrategySession:
    """Number reports, record them, and pass them to the connection if there is one (a ``StrategySession``).

    The store is the queue: a report is recorded under its ``seq`` first, and a connection that was away, is catching
    up or was cut off takes it from there. So a report is never lost and never has two numbers.
    """

    def __init__(self, identity: StrategyIdentity, store: SessionStore) -> None:
        self.identity = identity
        self._store = store
        self._connection: JsonConnection | None = None

    @property
    def name(self) -> str:
        """Return the strategy's name in the configuration."""
        return self.identity.name

    @property
    def endpoint(self) -> "JsonConnection | None":
        """Return the connection that serves the strategy now, None while it is away."""
        return self._connection

    @property
    def session_id(self) -> str:
        """Return what changes when the numbers begin anew."""
        return str(self._store.reset_utc_ns)

    @property
    def next_seq(self) -> int:
        """Return the number of the next report."""
        return self._store.next_out

    def send_report(self, report: Report, now_ns: int, utc_ns: int) -> None:
        """Number, record and queue a report; ids are the strategy's."""
        seq = self._store.next_out
        line = encode_report(report, seq)
        self._store.record_out(seq, line, utc_ns)
        if self._connection is not None:
            self._connection.queue_report(seq, line)

    def reports(self, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Yield (seq, line) of the recorded reports from ``begin`` to ``end``, both included."""
        return self._store.sent_messages(begin, end)

    def attach(self, connection: "JsonConnection") -> None:
        """Serve the strategy through ``connection`` from now on."""
        self._connection = connection

    def detach(self, connection: "JsonConnection") -> None:
        """Serve it through ``connection`` no more."""
        if self._connection is connection:
            self._connection = None

    def disconnect(self, text: str, now_ns: int, utc_ns: int) -> bool:
        """End the strategy's connection at an operator's wish; return False where there is none."""
        if self._connection is None:
            return False
        self._connection.log_out(LogoutReason.OPERATOR, text, now_ns, utc_ns)
        return True

    def record_line(self, line: bytes, utc_ns: int) -> None:
        """Record a line as received, before anything acts on it."""
        self._store.record_in(0, line, utc_ns)

    def record_event(self, event: str, text: str, utc_ns: int) -> None:
        """Record what happened to the session."""
        self._store.record_event(event, text, utc_ns)
