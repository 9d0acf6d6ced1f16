"""Read both directions of a SoupBinTCP session with OUCH in it that passes through the tap."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from fairlead.certification.gateway.ouch_dialects import UNITS, Dialect
from fairlead.certification.gateway.ouch_line import describe
from fairlead.certification.live.reader import Reader
from fairlead.certification.live.seen import Seen
from fairlead.certification.model.results import WireRecord
from fairlead.certification.soup_engine.packets import NAMES, REASONS, describe_fields, mask, read_accepted
from fairlead.certification.venues.binary_wire import Message, Shape, Table, WireFault, load_table
from fairlead.certification.venues.soup import PacketSplitter, SoupFault, packet

_WORDS = {
    "A": "ack", "J": "reject", "E": "filled", "C": "canceled", "D": "canceled", "U": "replaced", "P": "pending cancel",
    "I": "cancel rejected", "B": "busted", "F": "corrected", "T": "priority", "M": "modified", "R": "restated",
}  # fmt: skip
_BY_TIME = "T"
"""Why an order was cancelled: its time is over."""
_REFERENCE = "reference_price"
"""What an execution with a reference price has, OUCH 4.2's G; OUCH 5.0's G is something else."""
_UNSAID = frozenset("HR")


class OuchReader(Reader):
    """One account's session, through all its connections. What the venue repeats after a login is read once."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self.dialect = dialect
        self.table = load_table(dialect.table)
        self._gateway, self._venue = PacketSplitter(), PacketSplitter()
        self._session = ""
        self._next = self._highest = 1

    def link_up(self) -> None:
        """Begin anew."""
        self._gateway, self._venue = PacketSplitter(), PacketSplitter()
        super().link_up()

    def from_gateway(self, data: bytes) -> None:
        """Read what the gateway sent."""
        for code, payload in self._cut(self._gateway, data):
            if code == "U":
                self._sent(payload)
            else:
                self._record("in", code, payload)
        self.changed.set()

    def from_venue(self, data: bytes) -> None:
        """Read what the venue sent."""
        for code, payload in self._cut(self._venue, data):
            if code == "S":
                self._sequenced(payload)
            else:
                self._record("out", code, payload)
                self._session_packet(code, payload)
        self.changed.set()

    def _cut(self, splitter: PacketSplitter, data: bytes) -> list[tuple[str, bytes]]:
        try:
            return splitter.feed(data)
        except SoupFault as fault:
            self.strange = f"{fault}: {data[:40]!r}"
            return []

    def _record(self, direction: str, code: str, payload: bytes) -> None:
        if code not in _UNSAID:
            raw = mask(code, packet(code, payload)).decode("latin-1")
            self.note(WireRecord(0, direction, "venue", NAMES.get(code, code), raw, describe_fields(code, payload)))

    def _session_packet(self, code: str, payload: bytes) -> None:
        if code == "A":
            session, number, _ = read_accepted(payload)
            if session != self._session:
                self._session, self._highest = session, number
            self._next = number
            self.is_logged_on, self.logons = True, self.logons + 1
        elif code == "J":
            reason = payload.decode("latin-1")
            self.ended = f"LoginRejected {reason} ({REASONS.get(reason, 'a reason that SoupBinTCP has not')})"
        elif code == "Z":
            self.is_logged_on, self.ended = False, "EndOfSession"

    def _message(self, shapes: Mapping[str, Shape], direction: str, payload: bytes) -> tuple[Shape, Message] | None:
        raw = payload.decode("latin-1")
        try:
            shape, message = Table.decode(shapes, payload)
        except WireFault as fault:
            self.note(WireRecord(0, direction, "venue", "unreadable", raw, note=str(fault)))
            return None
        self.note(WireRecord(0, direction, "venue", shape.name, raw, describe(message)))
        return shape, message

    def _sent(self, payload: bytes) -> None:
        found = self._message(self.table.venue, "in", payload)
        if found is None:
            return
        shape, message = found
        self.sent_ids.add(str(message.get(self.dialect.own_token(shape.code) or self.dialect.token, "")))
        if shape.code != "Q":
            self.take(found)

    def _sequenced(self, payload: bytes) -> None:
        number, self._next = self._next, self._next + 1
        found = self._message(self.table.client, "out", payload)
        if number < self._highest or found is None:
            return
        self._highest = number + 1
        shape, message = found
        if shape.code in _WORDS or _REFERENCE in shape.names:
            self.hear(self._seen(shape, message))

    def _seen(self, shape: Shape, message: Message) -> Seen:
        names, code = self.dialect, shape.code
        what = _WORDS.get(code, "filled")
        if code == "A" and message.get("order_state") == "D":
            what = "canceled"
        reason = str(message.get(names.reject_reason if code == "J" else names.cancel_reason, ""))
        if code == "C" and reason == _BY_TIME:
            what = "expired"
        is_replaced = code == "U"
        seen = Seen(
            what,
            shape.name,
            cl_ord_id=str(message[names.replaced if is_replaced else names.token]),
            orig_cl_ord_id=str(message[names.previous]) if is_replaced else "",
            order_id=str(message.get(names.reference, "")),
            reason=reason,
        )
        if what in ("filled", "corrected"):
            seen.exec_id = seen.exec_ref_id = str(message["match_number"])
            seen.last_qty = Decimal(message[names.executed])
            seen.last_px = Decimal(message[names.executed_px]) / UNITS
        elif code == "B":
            seen.exec_ref_id = str(message["match_number"])
        elif code in "CD":
            seen.taken_off = Decimal(message[names.decrement if code == "C" else "decrement_shares"])
        elif code in "AUM":
            seen.left_qty = Decimal(message[names.quantity])
            seen.price = Decimal(message["price"]) / UNITS if code != "M" else None
        return seen

    def half_frame(self) -> bytes:
        """Return the beginning of a packet that never ends."""
        half = packet("S", b"A" * 40)
        return half[: len(half) // 2]
