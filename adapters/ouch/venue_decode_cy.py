# cython: annotation_typing=False
"""Read a venue's OUCH messages: what each means by the profile, as a report as far as the message alone can say it.

OUCH says no OrdStatus and no CumQty, and a quantity is what is left or what went away: ``conversation`` asks the books
for the rest. A code that the table does not know is told as it came; nothing is guessed.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import cython

from fairlead.adapters.ouch import mapping
from fairlead.adapters.ouch.mapping import ReportPlan
from fairlead.adapters.ouch.symbols import SymbolNames
from fairlead.codecs.binary.layout_cy import TEXT, Field
from fairlead.codecs.binary.message_cy import BinaryMessage
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.vocabulary.messages_cy import Report

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
_SCALE = 100000000
_NS_PER_S = 1000000000
_NS_PER_DAY = 86400000000000
_AHEAD_NS = 300000000000

# ReportKind, ExecType and OrdStatus by meaning, as far as a message alone decides them; see ``mapping``.
_KINDS = {
    mapping.ACCEPTED: (1, 48, 48),
    mapping.REPLACED: (3, 53, 48),
    mapping.CANCELED: (4, 52, 52),
    mapping.EXECUTED: (6, 70, 49),
    mapping.BUSTED: (7, 72, 0),
    mapping.CORRECTED: (8, 71, 0),
    mapping.REJECTED: (2, 56, 56),
    mapping.CANCEL_PENDING: (12, 54, 54),
    mapping.CANCEL_REJECTED: (5, 56, 0),
    mapping.RESTATED: (9, 68, 0),
    mapping.MODIFIED: (9, 68, 0),
}


class Roles:
    """Hold the fields of one message by the role that they play; None for a role that it has not."""

    def __init__(self, plan: ReportPlan) -> None:
        self.meaning = plan.meaning
        self.name: str = plan.layout.name
        kind, exec_type, ord_status = _KINDS.get(plan.meaning, (0, 0, 0))
        self.kind, self.exec_type, self.ord_status = kind, exec_type, ord_status
        roles: Mapping[str, Field] = plan.roles
        self.time: Field | None = roles.get("time")
        self.cl_ord_id: Field | None = roles.get("cl_ord_id")
        self.orig_cl_ord_id: Field | None = roles.get("orig_cl_ord_id")
        self.venue_order_id: Field | None = roles.get("venue_order_id")
        self.side: Field | None = roles.get("side")
        self.symbol: Field | None = roles.get("symbol")
        self.order_qty: Field | None = roles.get("order_qty")
        self.price: Field | None = roles.get("price")
        self.last_qty: Field | None = roles.get("last_qty")
        self.last_px: Field | None = roles.get("last_px")
        self.decrement: Field | None = roles.get("decrement")
        self.match: Field | None = roles.get("match")
        self.reason: Field | None = roles.get("reason")
        self.liquidity: Field | None = roles.get("liquidity")
        self.state: Field | None = roles.get("state")
        self.display: Field | None = roles.get("display")
        self.prevented_qty: Field | None = roles.get("prevented_qty")
        self.reference_px: Field | None = roles.get("reference_px")
        self.reference_type: Field | None = roles.get("reference_type")
        self.code: Field | None = roles.get("code")
        self.next_id: Field | None = roles.get("next_id")
        self.firm: Field | None = roles.get("firm")


class Told:
    """Hold what one message said. Reused: valid until the next message is read.

    ``report`` is this message's where ``is_report`` is set. Quantities are in units of 10^-8 and ABSENT where there is
    none; ``match`` is ``""``, ``reason``, ``state`` and ``display`` are codes, 0 where the message has none;
    ``reason_text`` and ``liquidity_text`` say a code and what the table knows of it.
    """

    def __init__(self) -> None:
        self.meaning = 0
        self.name = ""
        self.is_report = False
        self.report = Report(kind=0, exec_type=0, ord_status=0)
        self.cl_ord_id = ""
        self.side = 0
        self.quantity = ABSENT
        self.price = ABSENT
        self.match = ""
        self.reason = 0
        self.reason_text = ""
        self.liquidity_text = ""
        self.state = 0
        self.next_id = 0
        self.details = ""


class ReportReader:
    """Read one venue's messages. ``sides`` maps its codes to Side(54), ``liquidity`` to LastLiquidityInd(851)."""

    def __init__(
        self,
        venue: str,
        plans: "tuple[ReportPlan, ...]",
        symbols: SymbolNames,
        sides: Mapping[int, int],
        liquidity: Mapping[int, int],
        time_zone: str,
    ) -> None:
        self._venue = venue
        self._roles = {plan.layout.type_code: Roles(plan) for plan in plans}
        self._symbols = symbols
        self._sides = [sides.get(code, 0) for code in range(256)]
        self._liquidity = [liquidity.get(code, 0) for code in range(256)]
        self._zone = ZoneInfo(time_zone)
        self._offset_ns = 0
        self._offset_until_ns = 0
        self._told = Told()

    def read(self, message: BinaryMessage, utc_ns: cython.longlong) -> Told:
        """Return what a message says. Raises DecodeError for values that can't be."""
        roles: Roles | None = self._roles.get(message.type_code)
        if roles is None:
            raise DecodeError(f"type {message.type_code} received, which the venue's profile does not map")
        told: Told = self._told
        told.meaning = roles.meaning
        told.name = roles.name
        told.quantity = told.price = ABSENT
        told.side = told.reason = told.state = told.next_id = 0
        told.match = told.reason_text = told.liquidity_text = told.details = ""
        told.is_report = roles.kind != 0
        told.cl_ord_id = _id_of(message, roles.cl_ord_id)
        if roles.reason is not None:
            told.reason = _code_of(message, roles.reason)
            told.reason_text = _meaning_of(message, roles.reason)
        if told.is_report:
            told.report = self._start(message, roles, told, utc_ns)
            self._read_order(message, roles, told)
            self._read_execution(message, roles, told)
        else:
            self._read_other(message, roles, told)
        return told

    def _start(self, message: BinaryMessage, roles: Roles, told: Told, utc_ns: cython.longlong) -> Report:
        report: Report = Report(kind=roles.kind, exec_type=roles.exec_type, ord_status=roles.ord_status)
        report.venue = self._venue
        report.cl_ord_id = told.cl_ord_id
        report.orig_cl_ord_id = _id_of(message, roles.orig_cl_ord_id)
        if roles.venue_order_id is not None:
            report.venue_order_id = str(message.get_uint64(roles.venue_order_id))
        if roles.time is not None:
            report.transact_time_ns = self._utc_of(message.get_int64(roles.time), utc_ns)
        return report

    def _read_order(self, message: BinaryMessage, roles: Roles, told: Told) -> None:
        if roles.side is not None:
            code = message.get_code(roles.side)
            told.side = self._sides[code & 255]
            if told.side == 0:
                raise DecodeError(f"{roles.side.name} {_shown(code)} received, expected a side that the profile maps")
            told.report.side = told.side
        if roles.symbol is not None:
            told.report.symbol = self._symbols.from_venue(_text_of(message, roles.symbol))
        if roles.order_qty is not None:
            told.quantity = message.get_fixed(roles.order_qty)
        elif roles.decrement is not None:
            told.quantity = message.get_fixed(roles.decrement)
        if roles.price is not None:
            told.price = _price_of(message, roles.price)
        if roles.state is not None:
            told.state = message.get_code(roles.state)
        if roles.display is not None and roles.meaning == _RESTATED:
            told.details = f"display {_meaning_of(message, roles.display)}"

    def _read_execution(self, message: BinaryMessage, roles: Roles, told: Told) -> None:
        report: Report = told.report
        if roles.match is not None:
            told.match = str(message.get_uint64(roles.match))
        if roles.liquidity is not None:
            code = message.get_code(roles.liquidity)
            report.last_liquidity = self._liquidity[code & 255]
            told.liquidity_text = _meaning_of(message, roles.liquidity)
        if roles.last_qty is not None and roles.last_px is not None:
            report.last_qty = message.get_fixed(roles.last_qty)
            report.last_px = _price_of(message, roles.last_px)
            if report.last_qty <= 0:
                raise DecodeError(f"{roles.last_qty.name} 0 received in {roles.name}, expected more")
            if report.last_px == ABSENT:
                raise DecodeError(f"{roles.last_px.name} received in {roles.name} is no price, expected one")
        if roles.reference_px is not None:
            told.details = f"reference price {_text_of(message, roles.reference_px)}"
            if roles.reference_type is not None:
                told.details = f"{told.details}, {_meaning_of(message, roles.reference_type)}"
        if roles.prevented_qty is not None:
            told.details = f"{message.get_int(roles.prevented_qty)} kept from trading"
            if roles.last_px is not None:
                told.details = f"{told.details} at {_text_of(message, roles.last_px)}"

    def _read_other(self, message: BinaryMessage, roles: Roles, told: Told) -> None:
        """Read what is no report: numbers and texts for an event."""
        if roles.next_id is not None:
            told.next_id = message.get_int64(roles.next_id)
        if roles.code is not None:
            told.details = _meaning_of(message, roles.code)
        for field in (roles.firm, roles.symbol):
            if field is not None:
                told.details = f"{told.details}{field.name} {_text_of(message, field)!r} "

    def _utc_of(self, since_midnight_ns: cython.longlong, utc_ns: cython.longlong) -> cython.longlong:
        """Return the moment of a stamp: the last one before now (and a little) at which the venue's clock said so."""
        if not 0 <= since_midnight_ns < _NS_PER_DAY:
            raise DecodeError(f"timestamp {since_midnight_ns} received, expected nanoseconds of a day")
        if utc_ns >= self._offset_until_ns or utc_ns < self._offset_until_ns - 900 * _NS_PER_S:
            self._learn_offset(utc_ns)
        ago: cython.longlong = (utc_ns + self._offset_ns - since_midnight_ns + _AHEAD_NS) % _NS_PER_DAY
        return utc_ns + _AHEAD_NS - ago

    def _learn_offset(self, utc_ns: cython.longlong) -> None:
        offset = datetime.fromtimestamp(utc_ns // _NS_PER_S, self._zone).utcoffset()
        self._offset_ns = 0 if offset is None else int(offset.total_seconds()) * _NS_PER_S
        # no zone changes its offset within a quarter of an hour's cell
        self._offset_until_ns = utc_ns - utc_ns % (900 * _NS_PER_S) + 900 * _NS_PER_S


def _id_of(message: BinaryMessage, field: Field | None) -> str:
    if field is None:
        return ""
    if field.kind == TEXT:
        return message.get_str(field)
    return str(message.get_int64(field))


def _price_of(message: BinaryMessage, field: Field) -> cython.longlong:
    """Return a price, ABSENT for a value that is none: the market's."""
    if field.tag >= 0:
        found = message.option(field)
        return ABSENT if found is None else int(found)
    if message.special(field) is not None:
        return ABSENT
    return message.get_fixed(field)


def _code_of(message: BinaryMessage, field: Field) -> cython.longlong:
    return message.get_code(field) if field.kind == TEXT else message.get_int64(field)


def _meaning_of(message: BinaryMessage, field: Field) -> str:
    """Return a code and what the table says it means: ``U: user requested``."""
    code: object = message.get_str(field) if field.kind == TEXT else message.get_int(field)
    meaning = None if field.meanings is None else field.meanings.get(code)
    return str(code) if meaning is None else f"{code}: {meaning}"


def _text_of(message: BinaryMessage, field: Field) -> str:
    if field.kind == TEXT:
        return message.get_str(field)
    if field.scale > 0:
        price: cython.longlong = _price_of(message, field)
        return "none" if price == ABSENT else f"{price // _SCALE}.{price % _SCALE // 10000:04d}"
    return str(message.get_int(field))


def _shown(code: cython.int) -> str:
    return repr(chr(code))


_RESTATED = 10
