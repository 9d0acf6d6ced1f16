"""Keep what the operations process derives or is told, in one SQLite file.

What is derived from the journal is written in the same transaction as the position up to which it was read, so that a
process that was killed goes on where its tables stand. The file may be deleted while the process is down: derived
tables are built again from the segments that are kept; what people wrote (notes, tasks, silences) is lost with it.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

_OWN_TABLES: Final = (
    "create table if not exists journal_position (one integer primary key check (one = 1), segment integer not null, "
    "sequence integer not null)",
    "create table if not exists kept_state (name text primary key, state blob not null)",
)
_BUSY_S: Final = 5.0


class DatabaseError(Exception):
    """Report that the file can't be used, and why."""


class Database:
    """Hold one connection; ``tables`` are ``create table if not exists`` statements of the parts.

    Raises DatabaseError where the file can't be opened or is none of SQLite's.
    """

    def __init__(self, path: Path, tables: Sequence[str] = ()) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            self.connection.execute("pragma journal_mode = wal")
            # derived from the journal: what a loss of power takes is read again
            self.connection.execute("pragma synchronous = normal")
            for statement in (*_OWN_TABLES, *tables):
                self.connection.execute(statement)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(f"{path}: {error}; expected an SQLite database, or no file") from None
        self._depth = 0

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; a transaction within another one is part of it."""
        if self._depth:
            yield self.connection
            return
        self.connection.execute("begin immediate")
        self._depth = 1
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("rollback")
            raise
        else:
            self.connection.execute("commit")
        finally:
            self._depth = 0

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self.connection.execute(query, values).fetchall()

    # What the follower keeps

    def position(self) -> tuple[int, int]:
        """Return segment and journal sequence of the last record that the tables hold; zeros for none."""
        row = self.connection.execute("select segment, sequence from journal_position").fetchone()
        return (row["segment"], row["sequence"]) if row is not None else (0, 0)

    def set_position(self, segment: int, sequence: int) -> None:
        """Note up to where the tables hold the journal; within the transaction that wrote them."""
        self.connection.execute("insert or replace into journal_position values (1, ?, ?)", (segment, sequence))

    def kept(self, name: str) -> Any:
        """Return the state that a part kept, None where it kept none."""
        row = self.connection.execute("select state from kept_state where name = ?", (name,)).fetchone()
        return orjson.loads(row["state"]) if row is not None else None

    def keep(self, name: str, state: Any) -> None:
        """Keep a part's state, whatever JSON holds, for the next start."""
        # sqlite's binding wants plain bytes
        self.connection.execute("insert or replace into kept_state values (?, ?)", (name, orjson.dumps(state)))
