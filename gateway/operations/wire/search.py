"""Find frames in the index and show them decoded, field by field, secrets masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fairlead.codecs.fix.dictionary import Dictionary, load_dictionary
from fairlead.gateway.journal import kinds
from fairlead.gateway.journal.decoding import decode_record
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.journal.fix_text import printable
from fairlead.gateway.journal.scan_cy import Record
from fairlead.gateway.journal.streams import StreamInfo
from fairlead.gateway.journal.views import SegmentViews
from fairlead.gateway.operations.database import Database

MAX_FRAMES: Final = 500
_STREAM: Final = 1
_DIRECTIONS: Final = {kinds.FRAME_IN: "in", kinds.FRAME_OUT: "out", kinds.FRAME_RESENT: "resent"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; an empty one takes all. ``order`` is any name of an order."""

    order: str = ""
    stream: str = ""
    msg_type: str = ""
    from_utc_ns: int = 0
    before_sequence: int = 0
    """Only older ones than this; 0: from the newest."""
    after_sequence: int = 0
    """Only newer ones than this."""
    limit: int = 100


class WireSearch:
    """Answer questions about frames, newest first."""

    def __init__(self, database: Database, views: SegmentViews) -> None:
        self._database = database
        self._views = views

    def find(self, wanted: Wanted) -> list[dict[str, Any]]:
        """Return the frames that fit, decoded."""
        conditions, values = self._conditions(wanted)
        where = f"where {' and '.join(conditions)}" if conditions else ""
        rows = self._database.rows(
            f"select * from wire w {where} order by w.sequence desc limit ?", (*values, min(wanted.limit, MAX_FRAMES))
        )
        return [self._shown(dict(row)) for row in rows]

    def _conditions(self, wanted: Wanted) -> tuple[list[str], list[Any]]:
        conditions, values = [], list[Any]()
        for text, value in (
            ("w.stream = ?", wanted.stream),
            ("w.msg_type = ?", wanted.msg_type),
            ("w.utc_ns >= ?", wanted.from_utc_ns),
            ("w.sequence < ?", wanted.before_sequence),
            ("w.sequence > ?", wanted.after_sequence),
        ):
            if value:
                conditions.append(text)
                values.append(value)
        if wanted.order:
            self._add_order(wanted.order, conditions, values)
        return conditions, values

    def _add_order(self, name: str, conditions: list[str], values: list[Any]) -> None:
        """Ask for the frames of the orders that are called so, by all their names, in their own two sessions.

        Another venue may use the same names for other orders. A name of no order is looked for everywhere.
        """
        orders = self._database.rows(
            "select o.order_id, o.strategy, o.venue from orders o join order_names n on n.order_id = o.order_id"
            " where n.name = ?",
            (name,),
        )
        ids = [row["order_id"] for row in orders]
        rows = self._database.rows(f"select name from order_names where order_id in ({_marks(ids)})", ids)
        names = sorted({name, *(row["name"] for row in rows)})
        conditions.append(f"w.sequence in (select sequence from wire_names where name in ({_marks(names)}))")
        values += names
        if orders:
            streams = sorted({f"{kind}:{row[kind]}" for row in orders for kind in ("strategy", "venue")})
            conditions.append(f"w.stream in ({_marks(streams)})")
            values += streams

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        shown = {
            "sequence": row["sequence"],
            "utc_ns": row["utc_ns"],
            "stream": row["stream"],
            "protocol": row["protocol"],
            "direction": _DIRECTIONS[row["kind"]],
            "msg_type": row["msg_type"],
            "msg_seq_num": row["msg_seq_num"],
            "name": "",
            "fields": [],
            "problem": "",
        }
        try:
            payload = self._views.payload(row["segment"], row["offset"])
        except JournalError as error:
            return shown | {"problem": str(error)}
        record = Record(
            row["sequence"], row["utc_ns"], 0, 0, _STREAM, row["kind"], row["segment"], row["offset"], payload
        )
        decoded = decode_record(record, {_STREAM: StreamInfo(_STREAM, row["stream"], row["protocol"])})
        if decoded.fields:
            return shown | _fix(decoded.begin_string, decoded.fields)
        values = dict(decoded.values)
        name = str(values.pop("message", "") or values.pop("packet", ""))
        return shown | {"name": name, "fields": [_field("", key, value) for key, value in values.items()]}


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _field(tag: str, name: str, value: Any, meaning: str = "") -> dict[str, str]:
    return {"tag": tag, "name": name, "value": str(value), "meaning": meaning}


def _fix(begin_string: str, fields: list[tuple[int, bytes]]) -> dict[str, Any]:
    dictionary = _dictionary(begin_string)
    shown, name = [], ""
    for tag, raw in fields:
        value = printable(raw)
        known, meaning = "", ""
        if dictionary is not None and tag in dictionary.fields:
            known, meaning = dictionary.field(tag).name, dictionary.meaning(tag, value)
        if tag == 35:
            name = meaning
        shown.append(_field(str(tag), known, value, meaning))
    return {"name": name, "fields": shown}


@cache
def _dictionary(begin_string: str) -> Dictionary | None:
    try:
        return load_dictionary(begin_string)
    except (LookupError, ValueError, OSError):
        return None
