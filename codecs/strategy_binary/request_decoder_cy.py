# cython: annotation_typing=False
"""Read what a strategy asks. Only the form is judged: a request that decodes says what the bytes say."""

from typing import TYPE_CHECKING

from fairlead.codecs.strategy_binary.errors import MessageError, id_of
from fairlead.codecs.strategy_binary.market_data_plans import MARKET_DATA_REQUEST
from fairlead.codecs.strategy_binary.order_plans import (
    CANCEL_ORDER,
    DONT_KNOW_TRADE,
    MASS_CANCEL,
    NEW_ORDER,
    REPLACE_ORDER,
    STATUS_REQUEST,
)
from fairlead.codecs.strategy_binary.reader_cy import FieldReader
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)

if TYPE_CHECKING:
    from fairlead.codecs.strategy_binary.plan_cy import Plan

    Request = NewOrder | CancelOrder | ReplaceOrder | MassCancel | StatusRequest | DontKnowTrade

# C numbers in the .pxd
_ABSENT = -9223372036854775807 - 1
_DAY = 48
_NEW_ORDER = NEW_ORDER.type_code
_CANCEL_ORDER = CANCEL_ORDER.type_code
_REPLACE_ORDER = REPLACE_ORDER.type_code
_MASS_CANCEL = MASS_CANCEL.type_code
_STATUS_REQUEST = STATUS_REQUEST.type_code
_DONT_KNOW_TRADE = DONT_KNOW_TRADE.type_code

_TYPES = ", ".join(
    f"{chr(each.type_code)!r} {each.name}"
    for each in (
        *(NEW_ORDER, CANCEL_ORDER, REPLACE_ORDER, MASS_CANCEL, STATUS_REQUEST, DONT_KNOW_TRADE),
        MARKET_DATA_REQUEST,
    )
)


class RequestDecoder:
    """Read the requests of one strategy; MessageError lists everything that is wrong with a message."""

    def __init__(self) -> None:
        self._in = FieldReader()

    def decode(self, message: bytes) -> "Request":
        """Return the request; MessageError."""
        code = message[0] if message else 0
        request: Request
        if code == _NEW_ORDER:
            request = self._new_order(message)
        elif code == _CANCEL_ORDER:
            request = self._cancel_order(message)
        elif code == _REPLACE_ORDER:
            request = self._replace_order(message)
        elif code == _MASS_CANCEL:
            request = self._mass_cancel(message)
        elif code == _STATUS_REQUEST:
            request = self._status_request(message)
        elif code == _DONT_KNOW_TRADE:
            request = self._dont_know_trade(message)
        else:
            received = f"{_shown(code)} received" if message else "an empty message received"
            raise MessageError([("message_type", f"{received}, expected one of {_TYPES}")], code)
        if self._in.mistakes:
            raise MessageError(self._in.mistakes, code, getattr(request, "cl_ord_id", ""))
        return request

    def _begin(self, plan: "Plan", message: bytes) -> int:
        if not self._in.open(plan, message):
            raise MessageError(self._in.mistakes, plan.type_code, id_of(plan, message))
        return 0

    def _new_order(self, message: bytes) -> NewOrder:
        fields = self._in
        self._begin(NEW_ORDER, message)
        request = NewOrder(cl_ord_id="", symbol="", side=0, order_qty=0, ord_type=0)
        request.cl_ord_id = fields.take_required_text()
        request.symbol = fields.take_required_text()
        request.account = fields.take_text()
        request.venue = fields.take_text()
        request.side = fields.take_code()
        request.ord_type = fields.take_code()
        request.time_in_force = fields.take_code() or _DAY
        request.handl_inst = fields.take_code()
        request.order_capacity = fields.take_code()
        request.position_effect = fields.take_code()
        request.locate_reqd = fields.take_code()
        request.poss_resend = fields.take_flag()
        request.order_qty = fields.take_required_number()
        request.price = fields.take_number()
        request.stop_px = fields.option_number(_ABSENT)
        request.min_qty = fields.option_number(_ABSENT)
        request.max_floor = fields.option_number(_ABSENT)
        request.expire_time_ns = fields.option_number(_ABSENT)
        request.exec_inst = fields.take_text()
        request.currency = fields.take_text()
        request.security_type = fields.take_text()
        request.maturity_month_year = fields.take_text()
        request.maturity_day = fields.option_byte(0)
        request.put_or_call = fields.option_byte(-1)
        request.strike_price = fields.option_number(_ABSENT)
        request.security_id = fields.take_text()
        request.security_id_source = fields.take_text()
        request.security_exchange = fields.take_text()
        request.text = fields.take_text()
        request.transact_time_ns = fields.option_number(_ABSENT)
        request.extras = fields.option_pairs()
        return request

    def _cancel_order(self, message: bytes) -> CancelOrder:
        fields = self._in
        self._begin(CANCEL_ORDER, message)
        request = CancelOrder(cl_ord_id="", orig_cl_ord_id="")
        request.cl_ord_id = fields.take_required_text()
        request.orig_cl_ord_id = fields.take_required_text()
        request.side = fields.take_code()
        request.order_id = fields.take_text()
        request.symbol = fields.take_text()
        request.text = fields.take_text()
        request.transact_time_ns = fields.option_number(_ABSENT)
        return request

    def _replace_order(self, message: bytes) -> ReplaceOrder:
        fields = self._in
        self._begin(REPLACE_ORDER, message)
        request = ReplaceOrder(cl_ord_id="", orig_cl_ord_id="")
        request.cl_ord_id = fields.take_required_text()
        request.orig_cl_ord_id = fields.take_required_text()
        request.side = fields.take_code()
        request.ord_type = fields.take_code()
        request.time_in_force = fields.take_code()
        request.handl_inst = fields.take_code()
        request.order_capacity = fields.take_code()
        request.position_effect = fields.take_code()
        request.locate_reqd = fields.take_code()
        request.order_qty = fields.take_number()
        request.price = fields.take_number()
        request.order_id = fields.take_text()
        request.symbol = fields.take_text()
        request.account = fields.take_text()
        request.venue = fields.take_text()
        request.stop_px = fields.option_number(_ABSENT)
        request.min_qty = fields.option_number(_ABSENT)
        request.max_floor = fields.option_number(_ABSENT)
        request.expire_time_ns = fields.option_number(_ABSENT)
        request.exec_inst = fields.take_text()
        request.currency = fields.take_text()
        request.security_type = fields.take_text()
        request.maturity_month_year = fields.take_text()
        request.maturity_day = fields.option_byte(0)
        request.put_or_call = fields.option_byte(-1)
        request.strike_price = fields.option_number(_ABSENT)
        request.security_id = fields.take_text()
        request.security_id_source = fields.take_text()
        request.security_exchange = fields.take_text()
        request.text = fields.take_text()
        request.transact_time_ns = fields.option_number(_ABSENT)
        request.extras = fields.option_pairs()
        return request

    def _mass_cancel(self, message: bytes) -> MassCancel:
        fields = self._in
        self._begin(MASS_CANCEL, message)
        request = MassCancel(cl_ord_id="", scope=0)
        request.cl_ord_id = fields.take_required_text()
        request.scope = fields.take_code()
        request.side = fields.take_code()
        request.symbol = fields.take_text()
        request.venue = fields.take_text()
        request.account = fields.take_text()
        request.transact_time_ns = fields.option_number(_ABSENT)
        return request

    def _status_request(self, message: bytes) -> StatusRequest:
        fields = self._in
        self._begin(STATUS_REQUEST, message)
        request = StatusRequest()
        request.cl_ord_id = fields.take_text()
        request.request_id = fields.take_text()
        request.side = fields.take_code()
        request.order_id = fields.take_text()
        request.symbol = fields.take_text()
        request.venue = fields.take_text()
        return request

    def _dont_know_trade(self, message: bytes) -> DontKnowTrade:
        fields = self._in
        self._begin(DONT_KNOW_TRADE, message)
        request = DontKnowTrade(order_id="", exec_id="", dk_reason=0)
        request.order_id = fields.take_required_text()
        request.exec_id = fields.take_required_text()
        request.dk_reason = fields.take_code()
        request.side = fields.take_code()
        request.order_qty = fields.take_number()
        request.last_qty = fields.take_number()
        request.last_px = fields.take_number()
        request.symbol = fields.take_text()
        request.text = fields.take_text()
        return request


def _shown(code: int) -> str:
    return repr(chr(code)) if 32 < code < 127 else f"byte 0x{code:02X}"
