"""Read a strategy's FIX order messages into the vocabulary's requests, FIX 4.2 and 4.4.

Every field of an order is carried or refused: what the vocabulary has no name for goes along as an extra, in wire
order, and the venue's capabilities decide. Cancels and status requests repeat the order's terms; those are not read.
A replace restates them as well: whatever it brings goes along, and is refused where it differs from the order's and
can't be replaced. DecodeError says what is wrong; the caller answers it.
"""

import cython

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)

ABSENT = -9223372036854775807 - 1

_BODY = 1
_CUSTOMER_ACCOUNT = 24
_TABLE_SIZE = 1024

_PARTIES = (453, 448, 447, 452)
_INSTRUMENT = (55, 48, 22, 167, 200, 201, 202, 207)
_ORDER = (11, 1, 21, 18, 110, 111, 100, *_INSTRUMENT, 54, 114, 60, 38, 40, 44, 99, 15, 59, 126, 58, 77)
_REPLACE = (*_ORDER, 37, 41)


def _tag_table(tags: tuple[int, ...]) -> bytes:
    known = frozenset(tags)
    return bytes(tag in known for tag in range(_TABLE_SIZE))


# The tags that are read, or repeat the order, by message and version.
_ORDER_4_2 = _tag_table((*_ORDER, 205, 47))
_ORDER_4_4 = _tag_table((*_ORDER, *_PARTIES, 461, 541, 528))
_REPLACE_4_2 = _tag_table((*_REPLACE, 205, 47))
_REPLACE_4_4 = _tag_table((*_REPLACE, *_PARTIES, 461, 541, 528))
_MASS_CANCEL = _tag_table((11, 530, 55, 54, 60))
_MASS_STATUS = _tag_table((584, 585, 55, 54))

_SIDES = b"1256"
_ORD_TYPES = b"12345BP"
_TIMES_IN_FORCE = b"01234567"
# Rule80A(47) codes that say no more than OrderCapacity(528) does under the same letter
_RULE_80A = b"AIPW"


class RequestDecoder:
    """Decode one session's messages; ``is_4_2`` tells the version."""

    def __init__(self, is_4_2: bool) -> None:
        self._is_4_2 = is_4_2

    def new_order(self, message: FixMessage) -> NewOrder:
        """Read a NewOrderSingle(D)."""
        extras: list[tuple[str, str]] = self._extras(message, _ORDER_4_2 if self._is_4_2 else _ORDER_4_4)
        security_type, put_or_call = self._kind(message, extras)
        return NewOrder(
            cl_ord_id=message.get_str(11),
            symbol=message.get_str(55),
            side=_known(message, 54, _SIDES, 0),
            order_qty=message.get_fixed(38),
            ord_type=_known(message, 40, _ORD_TYPES, 0),
            price=message.get_fixed(44),
            stop_px=message.get_fixed(99),
            time_in_force=_known(message, 59, _TIMES_IN_FORCE, 48),
            account=self._account(message),
            venue=message.get_str(100),
            min_qty=message.get_fixed(110),
            max_floor=message.get_fixed(111),
            expire_time_ns=message.get_utc_ns(126),
            exec_inst=message.get_str(18),
            handl_inst=message.get_char(21),
            order_capacity=self._capacity(message),
            currency=message.get_str(15),
            security_type=security_type,
            maturity_month_year=self._maturity_month_year(message),
            maturity_day=self._maturity_day(message),
            put_or_call=put_or_call,
            strike_price=message.get_fixed(202),
            security_id=message.get_str(48),
            security_id_source=message.get_str(22),
            security_exchange=message.get_str(207),
            position_effect=message.get_char(77),
            locate_reqd=message.get_char(114),
            text=message.get_str(58),
            transact_time_ns=message.get_utc_ns(60),
            extras=tuple(extras),
            poss_resend=message.get_bool(97),
        )

    def cancel(self, message: FixMessage) -> CancelOrder:
        """Read an OrderCancelRequest(F)."""
        return CancelOrder(
            cl_ord_id=message.get_str(11),
            orig_cl_ord_id=message.get_str(41),
            order_id=message.get_str(37),
            symbol=message.get_str(55),
            side=_known(message, 54, _SIDES, 0),
            text=message.get_str(58),
            transact_time_ns=message.get_utc_ns(60),
        )

    def replace(self, message: FixMessage) -> ReplaceOrder:
        """Read an OrderCancelReplaceRequest(G)."""
        extras: list[tuple[str, str]] = self._extras(message, _REPLACE_4_2 if self._is_4_2 else _REPLACE_4_4)
        security_type, put_or_call = self._kind(message, extras)
        return ReplaceOrder(
            cl_ord_id=message.get_str(11),
            orig_cl_ord_id=message.get_str(41),
            order_id=message.get_str(37),
            symbol=message.get_str(55),
            side=_known(message, 54, _SIDES, 0),
            order_qty=message.get_fixed(38),
            price=message.get_fixed(44),
            stop_px=message.get_fixed(99),
            ord_type=_known(message, 40, _ORD_TYPES, 0),
            time_in_force=_known(message, 59, _TIMES_IN_FORCE, 0),
            min_qty=message.get_fixed(110),
            max_floor=message.get_fixed(111),
            expire_time_ns=message.get_utc_ns(126),
            text=message.get_str(58),
            transact_time_ns=message.get_utc_ns(60),
            account=self._account(message),
            venue=message.get_str(100),
            exec_inst=message.get_str(18),
            handl_inst=message.get_char(21),
            order_capacity=self._capacity(message),
            currency=message.get_str(15),
            security_type=security_type,
            maturity_month_year=self._maturity_month_year(message),
            maturity_day=self._maturity_day(message),
            put_or_call=put_or_call,
            strike_price=message.get_fixed(202),
            security_id=message.get_str(48),
            security_id_source=message.get_str(22),
            security_exchange=message.get_str(207),
            position_effect=message.get_char(77),
            locate_reqd=message.get_char(114),
            extras=tuple(extras),
        )

    def status(self, message: FixMessage) -> StatusRequest:
        """Read an OrderStatusRequest(H)."""
        return StatusRequest(
            cl_ord_id=message.get_str(11),
            order_id=message.get_str(37),
            symbol=message.get_str(55),
            side=_known(message, 54, _SIDES, 0),
            request_id=message.get_str(790),
        )

    def mass_status(self, message: FixMessage) -> StatusRequest:
        """Read an OrderMassStatusRequest(AF): all orders, or one symbol's."""
        _refuse_others(message, _MASS_STATUS)
        scope: cython.longlong = message.get_int(585)
        if scope != 7 and (scope != 1 or not message.has(55)):
            raise DecodeError(f"MassStatusReqType(585) {message.get_str(585)!r} received, expected 7, or 1 with Symbol")
        return StatusRequest(
            symbol=message.get_str(55),
            side=_known(message, 54, _SIDES, 0),
            request_id=message.get_str(584),
        )

    def mass_cancel(self, message: FixMessage) -> MassCancel:
        """Read an OrderMassCancelRequest(q): all orders, or one symbol's."""
        _refuse_others(message, _MASS_CANCEL)
        scope: cython.longlong = message.get_char(530)
        if scope != 55 and (scope != 49 or not message.has(55)):
            raise DecodeError(
                f"MassCancelRequestType(530) {message.get_str(530)!r} received, expected 7, or 1 with Symbol"
            )
        return MassCancel(
            cl_ord_id=message.get_str(11),
            scope=scope,
            symbol=message.get_str(55),
            side=_known(message, 54, _SIDES, 0),
            transact_time_ns=message.get_utc_ns(60),
        )

    def dont_know(self, message: FixMessage) -> DontKnowTrade:
        """Read a DontKnowTrade(Q); like a cancel, it repeats the order's terms."""
        return DontKnowTrade(
            order_id=message.get_str(37),
            exec_id=message.get_str(17),
            dk_reason=message.get_char(127),
            symbol=message.get_str(55),
            side=_known(message, 54, _SIDES, 0),
            order_qty=message.get_fixed(38),
            last_qty=message.get_fixed(32),
            last_px=message.get_fixed(31),
            text=message.get_str(58),
        )

    def _kind(self, message: FixMessage, extras: list[tuple[str, str]]) -> tuple[str, int]:
        """Return SecurityType and PutOrCall; FIX 4.4 may say both by CFICode(461)."""
        security_type: str = message.get_str(167)
        put_or_call: cython.longlong = message.get_int(201, -1)
        if self._is_4_2 or not message.has(461):
            return security_type, put_or_call
        return _read_cfi_code(message.get_str(461), security_type, put_or_call, extras)

    def _account(self, message: FixMessage) -> str:
        """Return Account(1), or the one party whose role is customer account (24)."""
        account: str = message.get_str(1)
        if self._is_4_2 or not message.has(453):
            return account
        for entry in message.group(453):
            role: cython.longlong = entry.get_int(452)
            if role != _CUSTOMER_ACCOUNT:
                raise DecodeError(f"PartyRole(452) {entry.get_str(452)!r} received, expected {_CUSTOMER_ACCOUNT}")
            if account and account != entry.get_str(448):
                raise DecodeError(f"accounts {account!r} and {entry.get_str(448)!r} received, expected one")
            account = entry.get_str(448)
        return account

    def _capacity(self, message: FixMessage) -> cython.longlong:
        if not self._is_4_2:
            return message.get_char(528)
        return _known(message, 47, _RULE_80A, 0)

    def _maturity_month_year(self, message: FixMessage) -> str:
        month_year: str = message.get_str(200)
        date: str = "" if self._is_4_2 else message.get_str(541)
        if date and month_year and not month_year.startswith(date[:6]):
            raise DecodeError(f"MaturityMonthYear {month_year!r} and MaturityDate {date!r} received, expected the same")
        return month_year if month_year or not date else date[:6]

    def _maturity_day(self, message: FixMessage) -> cython.longlong:
        if self._is_4_2:
            return message.get_int(205, 0)
        date: str = message.get_str(541)
        if not date:
            return 0
        if len(date) != 8 or not (date.isascii() and date.isdigit()):
            raise DecodeError(f"MaturityDate(541) {date!r} received, expected YYYYMMDD")
        return int(date[6:])

    def _extras(self, message: FixMessage, known: bytes) -> list[tuple[str, str]]:
        """Return the body's fields that are not in ``known``, in wire order."""
        extras: list[tuple[str, str]] = []
        field: cython.Py_ssize_t
        for field in range(message.field_count):
            tag: cython.int = message.tag_at(field)
            if (tag >= _TABLE_SIZE or not known[tag]) and message.section_at(field) == _BODY:
                value: bytes = message.raw()[message.start_at(field) : message.end_at(field)]
                extras.append((str(tag), value.decode("latin-1")))
        return extras


def _refuse_others(message: FixMessage, known: bytes) -> None:
    field: cython.Py_ssize_t
    for field in range(message.field_count):
        tag: cython.int = message.tag_at(field)
        if (tag >= _TABLE_SIZE or not known[tag]) and message.section_at(field) == _BODY:
            raise DecodeError(f"tag {tag} received in MsgType {message.msg_type}, which does not take it here")


def _known(message: FixMessage, tag: cython.int, codes: bytes, default: cython.longlong) -> cython.longlong:
    """Return a code that the vocabulary knows; ``default`` where the field is absent, as the standard has it."""
    code: cython.longlong = message.get_char(tag)
    if code == 0:
        return default
    if code not in codes:
        raise DecodeError(f"tag {tag} {chr(code)!r} received, expected one of {codes.decode()}")
    return code


def _read_cfi_code(
    code: str, security_type: str, put_or_call: cython.longlong, extras: list[tuple[str, str]]
) -> tuple[str, int]:
    """Return SecurityType and PutOrCall as a CFICode says them; what else it says goes along as an extra.

    ISO 10962: O option (C call, P put), F future, ES common share.
    """
    kind: str = "OPT" if code[:2] in ("OC", "OP") else "FUT" if code[:1] == "F" else "CS" if code[:2] == "ES" else ""
    if kind and security_type and kind != security_type:
        raise DecodeError(f"CFICode {code!r} and SecurityType {security_type!r} received, expected the same kind")
    if kind == "OPT":
        from_code: cython.longlong = 1 if code[1] == "C" else 0
        if put_or_call not in (-1, from_code):
            raise DecodeError(f"CFICode {code!r} and PutOrCall {put_or_call} received, expected the same")
        put_or_call = from_code
    if not kind or code[1 if kind == "FUT" else 2 :].strip("X"):
        extras.append(("461", code))
    return security_type if security_type else kind, put_or_call
