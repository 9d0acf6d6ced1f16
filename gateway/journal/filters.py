"""Choose records: by stream, kind, direction, time, message type, order id."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fairlead.gateway.journal.decoding import DecodedRecord
from fairlead.gateway.journal.order_links import OrderIds, OrderLinks, has_word
from fairlead.gateway.journal.scan_cy import Record


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What a record must have; everything left at its default lets all through. Times are UTC ns, ``to`` excluded.

    ``cl_ord_id`` may be any id of an order: all that concerns this order passes, under whichever of its ids.
    ``strategy`` and ``venue`` let pass their streams and what concerns their orders.
    """

    streams: frozenset[str] = frozenset()
    kinds: frozenset[int] = frozenset()
    direction: str = ""
    msg_types: frozenset[str] = frozenset()
    cl_ord_id: str = ""
    strategy: str = ""
    venue: str = ""
    from_utc_ns: int = -(2**63)
    to_utc_ns: int = 2**63 - 1
    pattern: re.Pattern[str] | None = field(default=None)

    def may_take(self, record: Record) -> bool:
        """Decide by the record's header alone, before it is decoded."""
        return self.from_utc_ns <= record.utc_ns < self.to_utc_ns and (not self.kinds or record.kind in self.kinds)

    @property
    def needs_links(self) -> bool:
        """Tell whether records are chosen by the order that they concern."""
        return bool(self.cl_ord_id or self.strategy or self.venue)

    def takes(self, decoded: DecodedRecord, links: OrderLinks, shown: Callable[[], str]) -> bool:
        """Decide by what the record says; ``shown`` gives the line that ``pattern`` is looked for in."""
        return (
            (not self.streams or self._is_of_stream(decoded.stream))
            and (not self.direction or decoded.direction == self.direction)
            and (not self.msg_types or decoded.msg_type in self.msg_types)
            and (not self.needs_links or self._concerns(decoded, links.order_of(decoded)))
            and (self.pattern is None or self.pattern.search(shown()) is not None)
        )

    def _is_of_stream(self, name: str) -> bool:
        # `XBRK` finds `venue:XBRK` too
        return name in self.streams or name.partition(":")[2] in self.streams

    def _concerns(self, decoded: DecodedRecord, order: OrderIds | None) -> bool:
        if self.cl_ord_id and not (order.is_called(self.cl_ord_id) if order else has_word(decoded, self.cl_ord_id)):
            return False
        return all(
            not name or decoded.stream == f"{side}:{name}" or _owner(decoded, order, side) == name
            for side, name in (("strategy", self.strategy), ("venue", self.venue))
        )


def _owner(decoded: DecodedRecord, order: OrderIds | None, side: str) -> str:
    """Return whose order a record concerns, or else whom it names."""
    if order is not None:
        return order.strategy if side == "strategy" else order.venue
    return str(decoded.values.get(side) or decoded.values.get("decided", {}).get(side, ""))


def parse_time(text: str, now: datetime) -> int:
    """Return UTC ns of an ISO time: with ``Z`` or an offset as it says, else local; a time alone is today's.

    Raises ValueError that says what was expected.
    """
    whole = f"{now:%Y-%m-%d}T{text}" if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?", text) else text
    match = re.fullmatch(r"(.*:\d{2})\.(\d{1,9})(.*)", whole)
    base, fraction, zone = match.groups() if match else (whole, "", "")
    try:
        moment = datetime.fromisoformat(base + zone)
    except ValueError:
        raise ValueError(
            f"time {text!r}, expected such as 2026-03-02T14:30:00 (local), 2026-03-02T14:30:00.5Z or 14:30"
        ) from None
    if moment.tzinfo is None:
        moment = moment.astimezone()
    return round(moment.timestamp()) * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))
