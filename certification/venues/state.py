"""Keep a simulated venue's state in one SQLite file, so that the venue itself may be restarted.

Sessions, sent messages, orders and executions change in one transaction for each turn of the loop, and the turn's
output is written to sockets after it: a killed simulator has sent nothing that its state does not know.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fairlead.certification.venues.orders import Execution, VenueOrder
from fairlead.certification.venues.session_records import SentMessage, SessionRecord

_SCHEMA = """
CREATE TABLE IF NOT EXISTS session (counterparty TEXT PRIMARY KEY, next_in INTEGER, next_out INTEGER);
CREATE TABLE IF NOT EXISTS sent (
    counterparty TEXT, msg_seq_num INTEGER, msg_type TEXT, body TEXT, utc_ns INTEGER,
    PRIMARY KEY (counterparty, msg_seq_num));
CREATE TABLE IF NOT EXISTS venue_order (order_id TEXT PRIMARY KEY, record TEXT);
CREATE TABLE IF NOT EXISTS execution (exec_id TEXT PRIMARY KEY, record TEXT);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER);
CREATE TABLE IF NOT EXISTS stream (name TEXT, number INTEGER, payload BLOB, PRIMARY KEY (name, number));
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT);
"""


class StateFile:
    """Write through to SQLite; without a path, keep nothing."""

    def __init__(self, path: Path | None) -> None:
        self._connection: sqlite3.Connection | None = None
        self._sessions: dict[str, SessionRecord] = {}
        self._orders: dict[str, VenueOrder] = {}
        self._executions: dict[str, Execution] = {}
        self._counters: dict[str, int] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        if path is not None:
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # one venue at a time
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.executescript(_SCHEMA)

    def save_session(self, record: SessionRecord) -> None:
        """Note that a session has changed; `commit` stores what it holds then."""
        self._sessions[record.counterparty] = record

    def save_sent(self, counterparty: str, msg_seq_num: int, message: SentMessage) -> None:
        """Add a message that may have to be sent again."""
        if self._connection is None:
            return
        row = (counterparty, msg_seq_num, message.msg_type, _plain(message.body), message.utc_ns)
        self._add("INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?)", row)

    def forget_sent(self, counterparty: str) -> None:
        """Drop what a session has sent, once what came before is stored."""
        self.commit()
        self._add("DELETE FROM sent WHERE counterparty = ?", (counterparty,))
        self.commit()

    def save_order(self, order: VenueOrder) -> None:
        """Note that an order has changed; `commit` stores what it holds then."""
        if self._connection is not None:
            self._orders[order.order_id] = order

    def forget_order(self, order_id: str) -> None:
        """Drop an order."""
        self._orders.pop(order_id, None)
        self._add("DELETE FROM venue_order WHERE order_id = ?", (order_id,))

    def save_execution(self, execution: Execution) -> None:
        """Note that an execution has changed; `commit` stores what it holds then."""
        if self._connection is not None:
            self._executions[execution.exec_id] = execution

    def save_counter(self, name: str, value: int) -> None:
        """Set a counter."""
        if self._connection is not None:
            self._counters[name] = value

    def add_to_stream(self, name: str, number: int, payload: bytes) -> None:
        """Add a message to a stream that may have to be sent again."""
        self._add("INSERT OR REPLACE INTO stream VALUES (?, ?, ?)", (name, number, payload))

    def load_stream(self, name: str) -> list[bytes]:
        """Return a stream of earlier runs, from number 1."""
        if self._connection is None:
            return []
        query = "SELECT payload FROM stream WHERE name = ? ORDER BY number"
        return [bytes(payload) for (payload,) in self._connection.execute(query, (name,))]

    def save_note(self, name: str, value: Any) -> None:
        """Keep plain data under a name."""
        self._add("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, _plain(value)))

    def load_note(self, name: str) -> Any:
        """Return what an earlier run kept under a name, None if there is nothing."""
        if self._connection is None:
            return None
        row = self._connection.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def commit(self) -> None:
        """Store the turn's changes in one transaction."""
        connection = self._connection
        changed = (self._sessions, self._rows, self._orders, self._executions, self._counters)
        if connection is None or not any(changed):
            return
        connection.execute("BEGIN")
        for statement, rows in self._rows.items():
            connection.executemany(statement, rows)
        connection.executemany(
            "INSERT OR REPLACE INTO session VALUES (?, ?, ?)",
            [(record.counterparty, record.next_in, record.next_out) for record in self._sessions.values()],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO venue_order VALUES (?, ?)",
            [(order.order_id, _plain(order.record())) for order in self._orders.values()],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO execution VALUES (?, ?)",
            [(execution.exec_id, _plain(execution.record())) for execution in self._executions.values()],
        )
        connection.executemany("INSERT OR REPLACE INTO counter VALUES (?, ?)", self._counters.items())
        connection.execute("COMMIT")
        for kind in changed:
            kind.clear()

    def close(self) -> None:
        """Commit and close the file."""
        self.commit()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def load_sessions(self) -> list[SessionRecord]:
        """Return the sessions of earlier runs with what they sent."""
        if self._connection is None:
            return []
        records = {}
        for counterparty, next_in, next_out in self._connection.execute("SELECT * FROM session"):
            records[counterparty] = SessionRecord(counterparty, next_in, next_out)
        query = "SELECT * FROM sent ORDER BY counterparty, msg_seq_num"
        for counterparty, msg_seq_num, msg_type, body, utc_ns in self._connection.execute(query):
            fields = [(int(tag), str(value)) for tag, value in json.loads(body)]
            records[counterparty].sent[msg_seq_num] = SentMessage(msg_type, fields, utc_ns)
        return list(records.values())

    def load_orders(self) -> Iterator[dict[str, Any]]:
        """Yield the orders of earlier runs, oldest first."""
        yield from self._load("venue_order", "order_id")

    def load_executions(self) -> Iterator[dict[str, Any]]:
        """Yield the executions of earlier runs, oldest first."""
        yield from self._load("execution", "exec_id")

    def load_counter(self, name: str) -> int:
        """Return a counter of earlier runs, 0 if there is none."""
        if self._connection is None:
            return 0
        row = self._connection.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def _load(self, table: str, key: str) -> Iterator[dict[str, Any]]:
        if self._connection is not None:
            for (record,) in self._connection.execute(f"SELECT record FROM {table} ORDER BY {key}"):
                yield json.loads(record)

    def _add(self, statement: str, row: tuple[Any, ...]) -> None:
        if self._connection is not None:
            self._rows.setdefault(statement, []).append(row)


def _plain(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
