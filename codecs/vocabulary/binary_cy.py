"""Pack vocabulary messages into bytes for the journal, and back.

This form is Fairlead's own and stays inside: the binary strategy port has fixed layouts of its own. Each order event
is packed once on the order path, so the form is compact and the code compiled::

    version   1 byte    2
    type      1 byte    a RequestKind, or 16 for a Report
    presence  1 bit a field, in the order of the message's constructor, least significant bit of the first byte
              first; 0 where the field has its default (absent); bits past the last field are 0
    fields    those present: numbers zigzagged in base 128 (7 bits a byte, lowest first, high bit: more follow),
              texts as their length in bytes (base 128) and UTF-8, pairs as their count and their texts

There is one form for each message: ``pack(unpack(data)) == data`` for all bytes of this version that ``unpack`` takes.
Version 1, which older journals hold, is read too: its replaces and reports end before the fields that name the
instrument or restate the order's terms. Other bytes raise ``DecodeError``, cut or lengthened ones too; flipped bits
that still make sense are for the journal's checksum.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import cython

from fairlead.codecs.errors import DecodeError, EncodeError
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

if TYPE_CHECKING:
    Message = NewOrder | CancelOrder | ReplaceOrder | MassCancel | StatusRequest | Report

VERSION = 2

# Fields of the messages that grew since version 1, and how many there were then.
REPLACE_ORDER_FIELDS = 32
REPLACE_ORDER_FIELDS_1 = 15
REPORT_FIELDS = 45
REPORT_FIELDS_1 = 36

# Type bytes: a RequestKind, or REPORT.
NEW_ORDER = 1
CANCEL_ORDER = 2
REPLACE_ORDER = 3
MASS_CANCEL = 4
STATUS_REQUEST = 5
REPORT = 16

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
INT64_MAX = 9223372036854775807


class Packer:
    """Append fields to ``data``; a block of fields begins with ``open(count)`` and ends with ``close()``."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.presence = 0
        self.bit = 0
        self.start = 0
        self.presence_bytes = 0

    def open(self, count: cython.int) -> None:
        """Begin a block of ``count`` fields, 64 at most."""
        self.presence = 0
        self.bit = 0
        self.start = len(self.data)
        self.presence_bytes = (count + 7) >> 3
        for _ in range(self.presence_bytes):
            self.data.append(0)

    def close(self) -> None:
        """End the block: write down which fields are present."""
        index: cython.int
        presence: cython.ulonglong = self.presence
        for index in range(self.presence_bytes):
            self.data[self.start + index] = presence & 255
            presence >>= 8

    def put_number(self, value: cython.longlong, default: cython.longlong) -> None:
        """Append an int64 unless it has its default."""
        if value != default:
            self._mark_present()
            self._append_zigzag(value)
        self.bit += 1

    def put_text(self, value: str) -> None:
        """Append a text unless it is empty."""
        if value:
            self._mark_present()
            self.append_text(value)
        self.bit += 1

    def put_pairs(self, pairs: "tuple[tuple[str, str], ...]") -> None:
        """Append pairs of texts unless there are none."""
        if pairs:
            self._mark_present()
            self.append_length(len(pairs))
            for first, second in pairs:
                self.append_text(first)
                self.append_text(second)
        self.bit += 1

    def append_text(self, value: str) -> None:
        """Append a text with its length, present or not."""
        encoded: bytes = value.encode("utf-8", "surrogatepass")
        self.append_length(len(encoded))
        self.data += encoded

    def append_length(self, value: cython.ulonglong) -> None:
        """Append a number that is not negative in base 128."""
        left: cython.ulonglong = value
        while left >= 128:
            self.data.append((left & 127) | 128)
            left >>= 7
        self.data.append(left)

    def _mark_present(self) -> None:
        one: cython.ulonglong = 1
        self.presence |= one << self.bit

    def _append_zigzag(self, value: cython.longlong) -> None:
        # uncompiled ints have no bounds of their own
        if not ABSENT <= value <= INT64_MAX:
            raise EncodeError(f"number {value} received, expected an int64")
        left: cython.ulonglong
        if value < 0:
            left = ~value
            left = (left << 1) | 1
        else:
            left = value
            left <<= 1
        self.append_length(left)


class Unpacker:
    """Take fields from ``data`` in the order in which a Packer put them."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position
        self.end = len(data)
        self.version = VERSION
        self.presence = 0

    def open(self, count: cython.int) -> None:
        """Begin a block of ``count`` fields, 64 at most."""
        index: cython.int
        presence: cython.ulonglong = 0
        byte: cython.ulonglong
        for index in range((count + 7) >> 3):
            byte = self.take_byte()
            presence |= byte << (8 * index)
        if count < 64 and presence >> count:
            raise DecodeError(f"presence bits past field {count} received, expected zeros", self.position)
        self.presence = presence

    def number(self, default: cython.longlong) -> cython.longlong:
        """Take an int64, or ``default`` where it is absent."""
        if not self._is_present():
            return default
        left: cython.ulonglong = self.length()
        value: cython.longlong
        if left & 1:
            value = left >> 1
            value = ~value
        else:
            value = left >> 1
        if value == default:
            raise DecodeError(f"number {value} received as present, expected it absent", self.position)
        return value

    def flag(self) -> cython.bint:
        """Take a bool."""
        value: cython.longlong = self.number(0)
        if value < 0 or value > 1:
            raise DecodeError(f"flag {value} received, expected 1", self.position)
        return value == 1

    def text(self) -> str:
        """Take a text, or ``""`` where it is absent."""
        if not self._is_present():
            return ""
        value: str = self.take_text()
        if not value:
            raise DecodeError("empty text received as present, expected it absent", self.position)
        return value

    def pairs(self) -> "tuple[tuple[str, str], ...]":
        """Take pairs of texts, or ``()`` where they are absent."""
        if not self._is_present():
            return ()
        count: cython.ulonglong = self.length()
        # a pair takes two bytes at least: no damaged count makes a long loop
        limit: cython.ulonglong = (self.end - self.position) // 2
        if count == 0 or count > limit:
            raise DecodeError(f"count {count} of pairs received, expected 1 to the bytes left", self.position)
        found: "list[tuple[str, str]]" = []
        while count:
            first: str = self.take_text()
            found.append((first, self.take_text()))
            count -= 1
        return tuple(found)

    def take_text(self) -> str:
        """Take a text that was appended with its length."""
        size: cython.ulonglong = self.length()
        if size > self.end - self.position:
            raise DecodeError(
                f"text of {size} bytes received, expected at most {self.end - self.position}", self.position
            )
        start: cython.Py_ssize_t = self.position
        self.position += size
        try:
            return self.data[start : self.position].decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise DecodeError(f"text received that is not UTF-8: {error.reason}", start) from None

    def length(self) -> cython.ulonglong:
        """Take a number that is not negative."""
        value: cython.ulonglong = 0
        shift: cython.int = 0
        byte: cython.ulonglong
        while True:
            byte = self.take_byte()
            if shift == 63 and byte > 1:
                raise DecodeError("number of more than 64 bits received", self.position)
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        if byte == 0 and shift > 0:
            raise DecodeError("number with a leading zero byte received, expected the shortest form", self.position)
        return value

    def take_byte(self) -> cython.int:
        """Take one byte."""
        if self.position >= self.end:
            raise DecodeError(f"{self.end} bytes received, expected more", self.end)
        byte: cython.int = self.data[self.position]
        self.position += 1
        return byte

    def expect_end(self) -> None:
        """Refuse bytes that are left over."""
        if self.position != self.end:
            raise DecodeError(f"{self.end - self.position} bytes received after the end", self.position)

    def _is_present(self) -> cython.bint:
        present: cython.bint = (self.presence & 1) == 1
        self.presence >>= 1
        return present


def pack(message: "Message") -> bytes:
    """Pack a vocabulary message. Raises EncodeError for a number beyond int64."""
    fields = Packer()
    pack_into(fields, message)
    return bytes(fields.data)


def pack_into(fields: Packer, message: "Message") -> None:
    """Append a packed message to ``fields``."""
    fields.data.append(VERSION)
    if isinstance(message, Report):
        fields.data.append(REPORT)
        _put_report(fields, message)
    elif isinstance(message, NewOrder):
        fields.data.append(NEW_ORDER)
        _put_new_order(fields, message)
    elif isinstance(message, CancelOrder):
        fields.data.append(CANCEL_ORDER)
        _put_cancel_order(fields, message)
    elif isinstance(message, ReplaceOrder):
        fields.data.append(REPLACE_ORDER)
        _put_replace_order(fields, message)
    elif isinstance(message, MassCancel):
        fields.data.append(MASS_CANCEL)
        _put_mass_cancel(fields, message)
    elif isinstance(message, StatusRequest):
        fields.data.append(STATUS_REQUEST)
        _put_status_request(fields, message)
    else:
        raise EncodeError(f"{type(message).__name__} received, expected a vocabulary message")


def unpack(data: bytes) -> "Message":
    """Unpack what ``pack`` made. Raises DecodeError for other bytes."""
    return unpack_from(Unpacker(data))


def unpack_from(fields: Unpacker) -> "Message":
    """Take a packed message that reaches to the end of ``fields``. Raises DecodeError."""
    version: cython.int = fields.take_byte()
    if not 1 <= version <= VERSION:
        raise DecodeError(f"version {version} received, expected 1 to {VERSION}", fields.position - 1)
    fields.version = version
    kind: cython.int = fields.take_byte()
    take = _TAKE.get(kind)
    if take is None:
        raise DecodeError(f"message type {kind} received, expected one of {sorted(_TAKE)}", fields.position - 1)
    message: "Message" = take(fields)
    fields.expect_end()
    return message


def _put_new_order(fields: Packer, message: NewOrder) -> None:
    fields.open(31)
    fields.put_text(message.cl_ord_id)
    fields.put_text(message.symbol)
    fields.put_number(message.side, 0)
    fields.put_number(message.order_qty, 0)
    fields.put_number(message.ord_type, 0)
    fields.put_number(message.price, ABSENT)
    fields.put_number(message.stop_px, ABSENT)
    fields.put_number(message.time_in_force, 48)
    fields.put_text(message.account)
    fields.put_text(message.venue)
    fields.put_number(message.min_qty, ABSENT)
    fields.put_number(message.max_floor, ABSENT)
    fields.put_number(message.expire_time_ns, ABSENT)
    fields.put_text(message.exec_inst)
    fields.put_number(message.handl_inst, 0)
    fields.put_number(message.order_capacity, 0)
    fields.put_text(message.currency)
    fields.put_text(message.security_type)
    fields.put_text(message.maturity_month_year)
    fields.put_number(message.maturity_day, 0)
    fields.put_number(message.put_or_call, -1)
    fields.put_number(message.strike_price, ABSENT)
    fields.put_text(message.security_id)
    fields.put_text(message.security_id_source)
    fields.put_text(message.security_exchange)
    fields.put_number(message.position_effect, 0)
    fields.put_number(message.locate_reqd, 0)
    fields.put_text(message.text)
    fields.put_number(message.transact_time_ns, ABSENT)
    fields.put_pairs(message.extras)
    fields.put_number(message.poss_resend, 0)
    fields.close()


def _take_new_order(fields: Unpacker) -> NewOrder:
    fields.open(31)
    return NewOrder(
        cl_ord_id=fields.text(),
        symbol=fields.text(),
        side=fields.number(0),
        order_qty=fields.number(0),
        ord_type=fields.number(0),
        price=fields.number(ABSENT),
        stop_px=fields.number(ABSENT),
        time_in_force=fields.number(48),
        account=fields.text(),
        venue=fields.text(),
        min_qty=fields.number(ABSENT),
        max_floor=fields.number(ABSENT),
        expire_time_ns=fields.number(ABSENT),
        exec_inst=fields.text(),
        handl_inst=fields.number(0),
        order_capacity=fields.number(0),
        currency=fields.text(),
        security_type=fields.text(),
        maturity_month_year=fields.text(),
        maturity_day=fields.number(0),
        put_or_call=fields.number(-1),
        strike_price=fields.number(ABSENT),
        security_id=fields.text(),
        security_id_source=fields.text(),
        security_exchange=fields.text(),
        position_effect=fields.number(0),
        locate_reqd=fields.number(0),
        text=fields.text(),
        transact_time_ns=fields.number(ABSENT),
        extras=fields.pairs(),
        poss_resend=fields.flag(),
    )


def _put_cancel_order(fields: Packer, message: CancelOrder) -> None:
    fields.open(7)
    fields.put_text(message.cl_ord_id)
    fields.put_text(message.orig_cl_ord_id)
    fields.put_text(message.order_id)
    fields.put_text(message.symbol)
    fields.put_number(message.side, 0)
    fields.put_text(message.text)
    fields.put_number(message.transact_time_ns, ABSENT)
    fields.close()


def _take_cancel_order(fields: Unpacker) -> CancelOrder:
    fields.open(7)
    return CancelOrder(
        cl_ord_id=fields.text(),
        orig_cl_ord_id=fields.text(),
        order_id=fields.text(),
        symbol=fields.text(),
        side=fields.number(0),
        text=fields.text(),
        transact_time_ns=fields.number(ABSENT),
    )


def _put_replace_order(fields: Packer, message: ReplaceOrder) -> None:
    fields.open(REPLACE_ORDER_FIELDS)
    fields.put_text(message.cl_ord_id)
    fields.put_text(message.orig_cl_ord_id)
    fields.put_text(message.order_id)
    fields.put_text(message.symbol)
    fields.put_number(message.side, 0)
    fields.put_number(message.order_qty, ABSENT)
    fields.put_number(message.price, ABSENT)
    fields.put_number(message.stop_px, ABSENT)
    fields.put_number(message.ord_type, 0)
    fields.put_number(message.time_in_force, 0)
    fields.put_number(message.min_qty, ABSENT)
    fields.put_number(message.max_floor, ABSENT)
    fields.put_number(message.expire_time_ns, ABSENT)
    fields.put_text(message.text)
    fields.put_number(message.transact_time_ns, ABSENT)
    fields.put_text(message.account)
    fields.put_text(message.venue)
    fields.put_text(message.exec_inst)
    fields.put_number(message.handl_inst, 0)
    fields.put_number(message.order_capacity, 0)
    fields.put_text(message.currency)
    fields.put_text(message.security_type)
    fields.put_text(message.maturity_month_year)
    fields.put_number(message.maturity_day, 0)
    fields.put_number(message.put_or_call, -1)
    fields.put_number(message.strike_price, ABSENT)
    fields.put_text(message.security_id)
    fields.put_text(message.security_id_source)
    fields.put_text(message.security_exchange)
    fields.put_number(message.position_effect, 0)
    fields.put_number(message.locate_reqd, 0)
    fields.put_pairs(message.extras)
    fields.close()


def _take_replace_order(fields: Unpacker) -> ReplaceOrder:
    fields.open(REPLACE_ORDER_FIELDS_1 if fields.version == 1 else REPLACE_ORDER_FIELDS)
    return ReplaceOrder(
        cl_ord_id=fields.text(),
        orig_cl_ord_id=fields.text(),
        order_id=fields.text(),
        symbol=fields.text(),
        side=fields.number(0),
        order_qty=fields.number(ABSENT),
        price=fields.number(ABSENT),
        stop_px=fields.number(ABSENT),
        ord_type=fields.number(0),
        time_in_force=fields.number(0),
        min_qty=fields.number(ABSENT),
        max_floor=fields.number(ABSENT),
        expire_time_ns=fields.number(ABSENT),
        text=fields.text(),
        transact_time_ns=fields.number(ABSENT),
        account=fields.text(),
        venue=fields.text(),
        exec_inst=fields.text(),
        handl_inst=fields.number(0),
        order_capacity=fields.number(0),
        currency=fields.text(),
        security_type=fields.text(),
        maturity_month_year=fields.text(),
        maturity_day=fields.number(0),
        put_or_call=fields.number(-1),
        strike_price=fields.number(ABSENT),
        security_id=fields.text(),
        security_id_source=fields.text(),
        security_exchange=fields.text(),
        position_effect=fields.number(0),
        locate_reqd=fields.number(0),
        extras=fields.pairs(),
    )


def _put_mass_cancel(fields: Packer, message: MassCancel) -> None:
    fields.open(7)
    fields.put_text(message.cl_ord_id)
    fields.put_number(message.scope, 0)
    fields.put_text(message.symbol)
    fields.put_number(message.side, 0)
    fields.put_text(message.venue)
    fields.put_text(message.account)
    fields.put_number(message.transact_time_ns, ABSENT)
    fields.close()


def _take_mass_cancel(fields: Unpacker) -> MassCancel:
    fields.open(7)
    return MassCancel(
        cl_ord_id=fields.text(),
        scope=fields.number(0),
        symbol=fields.text(),
        side=fields.number(0),
        venue=fields.text(),
        account=fields.text(),
        transact_time_ns=fields.number(ABSENT),
    )


def _put_status_request(fields: Packer, message: StatusRequest) -> None:
    fields.open(6)
    fields.put_text(message.cl_ord_id)
    fields.put_text(message.order_id)
    fields.put_text(message.symbol)
    fields.put_number(message.side, 0)
    fields.put_text(message.request_id)
    fields.put_text(message.venue)
    fields.close()


def _take_status_request(fields: Unpacker) -> StatusRequest:
    fields.open(6)
    return StatusRequest(
        cl_ord_id=fields.text(),
        order_id=fields.text(),
        symbol=fields.text(),
        side=fields.number(0),
        request_id=fields.text(),
        venue=fields.text(),
    )


def _put_report(fields: Packer, message: Report) -> None:
    fields.open(REPORT_FIELDS)
    fields.put_number(message.kind, 0)
    fields.put_number(message.exec_type, 0)
    fields.put_number(message.ord_status, 0)
    fields.put_text(message.cl_ord_id)
    fields.put_text(message.orig_cl_ord_id)
    fields.put_text(message.order_id)
    fields.put_text(message.venue_order_id)
    fields.put_text(message.exec_id)
    fields.put_text(message.exec_ref_id)
    fields.put_text(message.request_id)
    fields.put_text(message.account)
    fields.put_text(message.symbol)
    fields.put_text(message.venue)
    fields.put_number(message.side, 0)
    fields.put_number(message.ord_type, 0)
    fields.put_number(message.time_in_force, 0)
    fields.put_number(message.order_qty, ABSENT)
    fields.put_number(message.price, ABSENT)
    fields.put_number(message.stop_px, ABSENT)
    fields.put_number(message.last_qty, ABSENT)
    fields.put_number(message.last_px, ABSENT)
    fields.put_number(message.leaves_qty, ABSENT)
    fields.put_number(message.cum_qty, ABSENT)
    fields.put_number(message.avg_px, ABSENT)
    fields.put_number(message.request_kind, 0)
    fields.put_number(message.refusal, 0)
    fields.put_number(message.ord_rej_reason, -1)
    fields.put_number(message.restatement_reason, -1)
    fields.put_text(message.last_mkt)
    fields.put_number(message.last_liquidity, 0)
    fields.put_text(message.text)
    fields.put_text(message.limit)
    fields.put_text(message.value)
    fields.put_number(message.transact_time_ns, ABSENT)
    fields.put_number(message.poss_dup, 0)
    fields.put_number(message.poss_resend, 0)
    fields.put_text(message.currency)
    fields.put_text(message.security_type)
    fields.put_text(message.maturity_month_year)
    fields.put_number(message.maturity_day, 0)
    fields.put_number(message.put_or_call, -1)
    fields.put_number(message.strike_price, ABSENT)
    fields.put_text(message.security_id)
    fields.put_text(message.security_id_source)
    fields.put_text(message.security_exchange)
    fields.close()


def _take_report(fields: Unpacker) -> Report:
    fields.open(REPORT_FIELDS_1 if fields.version == 1 else REPORT_FIELDS)
    return Report(
        kind=fields.number(0),
        exec_type=fields.number(0),
        ord_status=fields.number(0),
        cl_ord_id=fields.text(),
        orig_cl_ord_id=fields.text(),
        order_id=fields.text(),
        venue_order_id=fields.text(),
        exec_id=fields.text(),
        exec_ref_id=fields.text(),
        request_id=fields.text(),
        account=fields.text(),
        symbol=fields.text(),
        venue=fields.text(),
        side=fields.number(0),
        ord_type=fields.number(0),
        time_in_force=fields.number(0),
        order_qty=fields.number(ABSENT),
        price=fields.number(ABSENT),
        stop_px=fields.number(ABSENT),
        last_qty=fields.number(ABSENT),
        last_px=fields.number(ABSENT),
        leaves_qty=fields.number(ABSENT),
        cum_qty=fields.number(ABSENT),
        avg_px=fields.number(ABSENT),
        request_kind=fields.number(0),
        refusal=fields.number(0),
        ord_rej_reason=fields.number(-1),
        restatement_reason=fields.number(-1),
        last_mkt=fields.text(),
        last_liquidity=fields.number(0),
        text=fields.text(),
        limit=fields.text(),
        value=fields.text(),
        transact_time_ns=fields.number(ABSENT),
        poss_dup=fields.flag(),
        poss_resend=fields.flag(),
        currency=fields.text(),
        security_type=fields.text(),
        maturity_month_year=fields.text(),
        maturity_day=fields.number(0),
        put_or_call=fields.number(-1),
        strike_price=fields.number(ABSENT),
        security_id=fields.text(),
        security_id_source=fields.text(),
        security_exchange=fields.text(),
    )


_TAKE: "dict[int, Callable[[Unpacker], Message]]" = {
    NEW_ORDER: _take_new_order,
    CANCEL_ORDER: _take_cancel_order,
    REPLACE_ORDER: _take_replace_order,
    MASS_CANCEL: _take_mass_cancel,
    STATUS_REQUEST: _take_status_request,
    REPORT: _take_report,
}
