"""Read both directions of a FIX session that passes through the tap."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from fairlead.certification.gateway.fix_names import ADMIN, MESSAGES, blank_secrets, describe_fields
from fairlead.certification.live.reader import Reader
from fairlead.certification.live.seen import Seen
from fairlead.certification.model.results import WireRecord
from fairlead.certification.venues.wire import FrameSplitter, WireMessage, build_frame

_EXEC_TYPES = {
    "0": "ack", "1": "filled", "2": "filled", "F": "filled", "3": "done for day", "4": "canceled", "5": "replaced",
    "6": "pending cancel", "8": "reject", "A": "pending new", "C": "expired", "D": "restated", "E": "pending replace",
    "G": "corrected", "H": "busted", "I": "status", "L": "triggered",
}  # fmt: skip
_TRANSACTIONS = {"1": "busted", "2": "corrected", "3": "status"}
_QUESTIONS = ("H", "AF")


class FixReader(Reader):
    """One session, through all its connections. What the venue repeats is read once."""

    def __init__(self, begin_string: str) -> None:
        super().__init__()
        self.admin: list[WireMessage] = []
        self.numbers: list[int] = []
        self._begin_string = begin_string
        self._ids: dict[int, str] = {}
        self._sent: set[int] = set()
        self._came: set[int] = set()
        self._gateway, self._venue = FrameSplitter(), FrameSplitter()

    def link_up(self) -> None:
        """Begin anew."""
        self._gateway, self._venue = FrameSplitter(), FrameSplitter()
        super().link_up()

    def from_gateway(self, data: bytes) -> None:
        """Read what the gateway sent."""
        for message in self._gateway.feed(data):
            self._record("in", message)
            self._sent_by_gateway(message)
        self.changed.set()

    def from_venue(self, data: bytes) -> None:
        """Read what the venue sent."""
        for message in self._venue.feed(data):
            self._record("out", message)
            self._said_by_venue(message)
        if self._venue.garbled:
            self.strange = f"{self._venue.garbled[-1]}: {data[:40]!r}"
        self.changed.set()

    def _record(self, direction: str, message: WireMessage) -> None:
        kind = MESSAGES.get(message.msg_type, message.msg_type)
        self.note(WireRecord(0, direction, "venue", kind, blank_secrets(message), describe_fields(message)))

    def _sent_by_gateway(self, message: WireMessage) -> None:
        number, kind = message.msg_seq_num, message.msg_type
        if kind == "A" and message.get(141) == "Y":
            self._begin_again()
        if message.poss_dup and number in self._sent:
            return
        self._sent.add(number)
        if not message.poss_dup:
            self.numbers.append(number)
        if kind in ("2", "3", "4"):
            self.admin.append(message)
        if kind in ADMIN:
            return
        self._ids[number] = message.get(11)
        self.sent_ids.add(message.get(11))
        if kind in _QUESTIONS:
            self.on_question()
        self.take(message)

    def _begin_again(self) -> None:
        self.numbers.clear()
        for kept in (self._sent, self._came, self._ids):
            kept.clear()

    def _said_by_venue(self, message: WireMessage) -> None:
        number, kind = message.msg_seq_num, message.msg_type
        if kind == "A":
            if message.get(141) == "Y":
                self._came.clear()
            self.is_logged_on, self.logons = True, self.logons + 1
        elif kind == "5":
            self.is_logged_on, self.ended = False, message.get(58) or "Logout without a text"
        if number in self._came and message.poss_dup:
            return
        self._came.add(number)
        seen = self._seen(message)
        if seen is not None:
            self.hear(seen)

    def _seen(self, message: WireMessage) -> Seen | None:
        kind = MESSAGES.get(message.msg_type, message.msg_type)
        text = message.get(58)
        if message.msg_type == "8":
            return self._report(message)
        if message.msg_type == "9":
            return Seen("cancel rejected", kind, message.get(11), message.get(41), text=text, reason=message.get(102))
        if message.msg_type in ("3", "j"):
            ref = message.get(45)
            known = self._ids.get(int(ref), "") if ref.isdigit() else ""
            level = "session" if message.msg_type == "3" else "business"
            reason = message.get(373) or message.get(380)
            return Seen(f"refuse {level}", kind, message.get(379) or known, text=text, reason=reason)
        return None

    def _report(self, message: WireMessage) -> Seen:
        what = _TRANSACTIONS.get(message.get(20)) or _EXEC_TYPES.get(message.get(150), "")
        return Seen(
            what,
            "ExecutionReport",
            cl_ord_id=message.get(11),
            orig_cl_ord_id=message.get(41),
            order_id=message.get(37),
            exec_id=message.get(17),
            exec_ref_id=message.get(19),
            last_qty=_number(message, 32) if what in ("filled", "corrected") else None,
            last_px=_number(message, 31) if what in ("filled", "corrected") else None,
            order_qty=_number(message, 38),
            price=_number(message, 44),
            text=message.get(58),
            reason=message.get(103),
            restatement_reason=message.get(378),
        )

    def half_frame(self) -> bytes:
        """Return the beginning of a message that never ends."""
        frame = build_frame(self._begin_string, [(35, "8"), (34, "9999"), (58, "x" * 100)])
        return frame[: len(frame) // 2]


def _number(message: WireMessage, tag: int) -> Decimal | None:
    try:
        return Decimal(message.get(tag)) if tag in message else None
    except InvalidOperation:
        return None
