# cython: annotation_typing=False
"""Write what a strategy asks as messages of the strategy protocol."""

from typing import TYPE_CHECKING

from fairlead.codecs.errors import EncodeError
from fairlead.codecs.strategy_binary.order_plans import (
    CANCEL_ORDER,
    DONT_KNOW_TRADE,
    MASS_CANCEL,
    NEW_ORDER,
    REPLACE_ORDER,
    STATUS_REQUEST,
)
from fairlead.codecs.strategy_binary.writer_cy import FieldWriter
from fairlead.codecs.vocabulary.messages_cy import (
    CancelOrder,
    DontKnowTrade,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    StatusRequest,
)

if TYPE_CHECKING:
    Request = NewOrder | CancelOrder | ReplaceOrder | MassCancel | StatusRequest | DontKnowTrade

# A C number in the .pxd
_ABSENT = -9223372036854775807 - 1


class RequestEncoder:
    """Write what a strategy asks."""

    def __init__(self) -> None:
        self._out = FieldWriter(False)

    def encode(self, request: "Request") -> bytes:
        """Return a request's message; EncodeError names a field that has no such value."""
        if isinstance(request, NewOrder):
            self._new_order(request)
        elif isinstance(request, CancelOrder):
            self._cancel_order(request)
        elif isinstance(request, ReplaceOrder):
            self._replace_order(request)
        elif isinstance(request, MassCancel):
            self._mass_cancel(request)
        elif isinstance(request, StatusRequest):
            self._status_request(request)
        elif isinstance(request, DontKnowTrade):
            self._dont_know_trade(request)
        else:
            raise EncodeError(f"{type(request).__name__} received, expected a request of the vocabulary")
        return self._out.finish()

    def _new_order(self, request: NewOrder) -> int:
        out = self._out
        out.start(NEW_ORDER)
        out.put_text(request.cl_ord_id)
        out.put_text(request.symbol)
        out.put_text(request.account)
        out.put_text(request.venue)
        out.put_code(request.side)
        out.put_code(request.ord_type)
        out.put_code(request.time_in_force)
        out.put_code(request.handl_inst)
        out.put_code(request.order_capacity)
        out.put_code(request.position_effect)
        out.put_code(request.locate_reqd)
        out.put_flag(request.poss_resend)
        out.put_number(request.order_qty)
        out.put_number(request.price)
        out.add_number(request.stop_px, _ABSENT)
        out.add_number(request.min_qty, _ABSENT)
        out.add_number(request.max_floor, _ABSENT)
        out.add_number(request.expire_time_ns, _ABSENT)
        out.add_text(request.exec_inst)
        out.add_text(request.currency)
        out.add_text(request.security_type)
        out.add_text(request.maturity_month_year)
        out.add_byte(request.maturity_day, 0)
        out.add_byte(request.put_or_call, -1)
        out.add_number(request.strike_price, _ABSENT)
        out.add_text(request.security_id)
        out.add_text(request.security_id_source)
        out.add_text(request.security_exchange)
        out.add_text(request.text)
        out.add_number(request.transact_time_ns, _ABSENT)
        out.add_pairs(request.extras)
        return 0

    def _cancel_order(self, request: CancelOrder) -> int:
        out = self._out
        out.start(CANCEL_ORDER)
        out.put_text(request.cl_ord_id)
        out.put_text(request.orig_cl_ord_id)
        out.put_code(request.side)
        out.add_text(request.order_id)
        out.add_text(request.symbol)
        out.add_text(request.text)
        out.add_number(request.transact_time_ns, _ABSENT)
        return 0

    def _replace_order(self, request: ReplaceOrder) -> int:
        out = self._out
        out.start(REPLACE_ORDER)
        out.put_text(request.cl_ord_id)
        out.put_text(request.orig_cl_ord_id)
        out.put_code(request.side)
        out.put_code(request.ord_type)
        out.put_code(request.time_in_force)
        out.put_code(request.handl_inst)
        out.put_code(request.order_capacity)
        out.put_code(request.position_effect)
        out.put_code(request.locate_reqd)
        out.put_number(request.order_qty)
        out.put_number(request.price)
        out.add_text(request.order_id)
        out.add_text(request.symbol)
        out.add_text(request.account)
        out.add_text(request.venue)
        out.add_number(request.stop_px, _ABSENT)
        out.add_number(request.min_qty, _ABSENT)
        out.add_number(request.max_floor, _ABSENT)
        out.add_number(request.expire_time_ns, _ABSENT)
        out.add_text(request.exec_inst)
        out.add_text(request.currency)
        out.add_text(request.security_type)
        out.add_text(request.maturity_month_year)
        out.add_byte(request.maturity_day, 0)
        out.add_byte(request.put_or_call, -1)
        out.add_number(request.strike_price, _ABSENT)
        out.add_text(request.security_id)
        out.add_text(request.security_id_source)
        out.add_text(request.security_exchange)
        out.add_text(request.text)
        out.add_number(request.transact_time_ns, _ABSENT)
        out.add_pairs(request.extras)
        return 0

    def _mass_cancel(self, request: MassCancel) -> int:
        out = self._out
        out.start(MASS_CANCEL)
        out.put_text(request.cl_ord_id)
        out.put_code(request.scope)
        out.put_code(request.side)
        out.add_text(request.symbol)
        out.add_text(request.venue)
        out.add_text(request.account)
        out.add_number(request.transact_time_ns, _ABSENT)
        return 0

    def _status_request(self, request: StatusRequest) -> int:
        out = self._out
        out.start(STATUS_REQUEST)
        out.put_text(request.cl_ord_id)
        out.put_text(request.request_id)
        out.put_code(request.side)
        out.add_text(request.order_id)
        out.add_text(request.symbol)
        out.add_text(request.venue)
        return 0

    def _dont_know_trade(self, request: DontKnowTrade) -> int:
        out = self._out
        out.start(DONT_KNOW_TRADE)
        out.put_text(request.order_id)
        out.put_text(request.exec_id)
        out.put_code(request.dk_reason)
        out.put_code(request.side)
        out.put_number(request.order_qty)
        out.put_number(request.last_qty)
        out.put_number(request.last_px)
        out.add_text(request.symbol)
        out.add_text(request.text)
        return 0
