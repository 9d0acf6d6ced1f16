"""Keep what a shift does: steps of runbooks that were ticked off, and tasks. Both say who, when and why."""

from typing import Any, Final

from fairlead.gateway.operations.database import Database

TABLES: Final = (
    """create table if not exists runbook_ticks (
        id integer primary key, alert text not null, step text not null, incident integer not null, by text not null,
        note text not null, utc_ns integer not null
    )""",
    """create table if not exists tasks (
        id integer primary key, title text not null, owner text not null, by text not null,
        made_utc_ns integer not null, due_utc_ns integer not null, done_by text not null default '',
        done_utc_ns integer not null default 0, note text not null default ''
    )""",
)


class TaskError(Exception):
    """Report what can't be done to a task, and what was expected."""


class ShiftBook:
    """Hold ticks and tasks in the database. Times are UTC ns, 0 for never."""

    def __init__(self, database: Database) -> None:
        self._database = database
        for statement in TABLES:
            database.connection.execute(statement)

    def tick(self, alert: str, step: str, incident: int, by: str, note: str, utc_ns: int) -> None:
        """Note that somebody has done a step of an alert's runbook; ``incident`` is 0 for none."""
        with self._database.transaction() as connection:
            connection.execute(
                "insert into runbook_ticks (alert, step, incident, by, note, utc_ns) values (?, ?, ?, ?, ?, ?)",
                (alert, step, incident, by, note, utc_ns),
            )

    def ticks(self, alert: str, limit: int = 200) -> list[dict[str, Any]]:
        """Return what was ticked off of an alert's runbook, newest first."""
        query = "select * from runbook_ticks where alert = ? order by id desc limit ?"
        return [dict(row) for row in self._database.rows(query, (alert, limit))]

    def add_task(self, title: str, owner: str, by: str, due_utc_ns: int, utc_ns: int) -> int:
        """Add a task and return its number."""
        with self._database.transaction() as connection:
            number = connection.execute(
                "insert into tasks (title, owner, by, made_utc_ns, due_utc_ns) values (?, ?, ?, ?, ?)",
                (title, owner, by, utc_ns, due_utc_ns),
            ).lastrowid
        assert number is not None
        return number

    def finish(self, number: int, by: str, note: str, utc_ns: int) -> None:
        """Note that a task is done. Raises TaskError."""
        with self._database.transaction() as connection:
            changed = connection.execute(
                "update tasks set done_by = ?, note = ?, done_utc_ns = ? where id = ? and done_utc_ns = 0",
                (by, note, utc_ns, number),
            ).rowcount
        if not changed:
            raise TaskError(f"task {number} is done or never was, expected one that is open")

    def tasks(self, limit: int = 500) -> list[dict[str, Any]]:
        """Return the tasks: open ones first, by when they are due, then those done last."""
        query = (
            "select * from tasks order by done_utc_ns != 0, done_utc_ns desc, due_utc_ns = 0, due_utc_ns, id limit ?"
        )
        return [dict(row) for row in self._database.rows(query, (limit,))]

    def open_tasks(self) -> list[dict[str, Any]]:
        """Return those that are not done."""
        return [task for task in self.tasks() if not task["done_utc_ns"]]
