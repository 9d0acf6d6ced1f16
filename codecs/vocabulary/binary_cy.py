"""Pack vocabulary messages into bytes for the journal, and back.

This form is Fairlead's own and stays inside: the binary strategy port has fixed layouts of its own. Each order event
is packed once on the order path, so the form is compact and the code compiled::

    version   1 byte    2
    type      1 byte    a RequestKind, or 16 for a Report
    fields    in the order of the message's constructor, as ``packing_cy`` lays them out

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
from fairlead.codecs.vocabulary.packing_cy import Packer, Unpacker

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
    fields.take_version(VERSION)
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
