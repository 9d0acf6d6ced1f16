"""Put order requests into FIX messages the way one venue's profile wants them.

Fields come in the order of the standard's message definitions (FIX 4.2 and 4.4, the same for both): ids, account,
instructions, instrument, terms. What can't be said to the venue raises EncodeError; then nothing was sent.
"""

import cython

from fairlead.adapters.fix.profiles.profile import CFI_CODE_TAG, PUT_OR_CALL_TAG, VenueProfile
from fairlead.adapters.fix.symbols import SymbolBook, VenueInstrument
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.fix.writer_cy import MessageWriter
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, MassCancel, NewOrder, ReplaceOrder, StatusRequest

ABSENT = -9223372036854775807 - 1

# OrdType(40) codes without a Price(44), and with a StopPx(99)
_WITHOUT_PRICE = b"135"
_WITH_STOP_PX = b"34"
_CFI_CODE = str(CFI_CODE_TAG)


class OrderEncoder:
    """Encode for one venue.

    The caller began the message; each ``put_*`` puts one kind of body from the request, the order's current terms
    and the time, and they all take the same arguments.
    """

    def __init__(self, profile: VenueProfile, symbols: SymbolBook) -> None:
        symbology = profile.symbology
        self._symbols = symbols
        self._is_4_2 = profile.begin_string == "FIX.4.2"
        self._party_role = profile.account.party_role
        self._party_id_source = profile.account.party_id_source
        self._security_id_source = symbology.security_id_source
        self._maturity_day_tag = symbology.maturity_day_tag
        self._takes_cfi_code = symbology.put_or_call_tag == CFI_CODE_TAG
        self._capacity_tag = profile.capacity_tag
        self._capacity_codes = bytes(profile.capacity_codes.get(code, 0) for code in range(128))
        self._handl_inst = profile.handl_inst
        self._takes_handl_inst = profile.handl_inst != 0 or "handl_inst" in profile.capabilities.carried
        self._order_capacity = profile.order_capacity
        self._ex_destination = profile.ex_destination

    def put_new_order(self, writer: MessageWriter, request: NewOrder, order: NewOrder, utc_ns: cython.longlong) -> None:
        """Put a NewOrderSingle(D); the request is the order."""
        writer.put_str(11, order.cl_ord_id)
        self._put_instructions(writer, order, order.min_qty, order.max_floor)
        self._put_instrument(writer, order)
        writer.put_char(54, order.side)
        if order.locate_reqd != 0:
            writer.put_char(114, order.locate_reqd)
        writer.put_utc(60, utc_ns if order.transact_time_ns == ABSENT else order.transact_time_ns)
        writer.put_fixed(38, order.order_qty)
        self._put_prices(writer, order.ord_type, order.price, order.stop_px)
        self._put_conditions(writer, order, order.time_in_force, order.expire_time_ns, order.text)

    def put_replace(
        self, writer: MessageWriter, request: ReplaceOrder, order: NewOrder, utc_ns: cython.longlong
    ) -> None:
        """Put an OrderCancelReplaceRequest(G): all terms, the new ones over the current ones in ``order``."""
        ord_type: cython.longlong = request.ord_type if request.ord_type != 0 else order.ord_type
        time_in_force: cython.longlong = request.time_in_force if request.time_in_force != 0 else order.time_in_force
        if request.order_id:
            writer.put_str(37, request.order_id)
        writer.put_str(41, request.orig_cl_ord_id)
        writer.put_str(11, request.cl_ord_id)
        self._put_instructions(
            writer, order, _newer(request.min_qty, order.min_qty), _newer(request.max_floor, order.max_floor)
        )
        self._put_instrument(writer, order)
        writer.put_char(54, order.side)
        if order.locate_reqd != 0:
            writer.put_char(114, order.locate_reqd)
        writer.put_utc(60, utc_ns if request.transact_time_ns == ABSENT else request.transact_time_ns)
        writer.put_fixed(38, _newer(request.order_qty, order.order_qty))
        self._put_prices(writer, ord_type, _newer(request.price, order.price), _newer(request.stop_px, order.stop_px))
        expire_time_ns: cython.longlong = ABSENT
        if time_in_force == 54:
            expire_time_ns = _newer(request.expire_time_ns, order.expire_time_ns)
        self._put_conditions(writer, order, time_in_force, expire_time_ns, request.text)

    def put_cancel(self, writer: MessageWriter, request: CancelOrder, order: NewOrder, utc_ns: cython.longlong) -> None:
        """Put an OrderCancelRequest(F)."""
        writer.put_str(41, request.orig_cl_ord_id)
        if request.order_id:
            writer.put_str(37, request.order_id)
        writer.put_str(11, request.cl_ord_id)
        self._put_account(writer, order.account)
        self._put_instrument(writer, order)
        writer.put_char(54, order.side)
        writer.put_utc(60, utc_ns if request.transact_time_ns == ABSENT else request.transact_time_ns)
        writer.put_fixed(38, order.order_qty)
        if request.text:
            writer.put_str(58, request.text)

    def put_status(
        self, writer: MessageWriter, request: StatusRequest, order: NewOrder, utc_ns: cython.longlong
    ) -> None:
        """Put an OrderStatusRequest(H). FIX 4.2 has no field for the request's own id."""
        if request.order_id:
            writer.put_str(37, request.order_id)
        writer.put_str(11, request.cl_ord_id if request.cl_ord_id else order.cl_ord_id)
        if request.request_id and not self._is_4_2:
            writer.put_str(790, request.request_id)
        self._put_account(writer, order.account)
        self._put_instrument(writer, order)
        writer.put_char(54, order.side)

    def put_mass_status(
        self, writer: MessageWriter, request: StatusRequest, order: object, utc_ns: cython.longlong
    ) -> None:
        """Put an OrderMassStatusRequest(AF) for all orders, or for one symbol's; the time is the id of one without."""
        writer.put_str(584, request.request_id if request.request_id else str(utc_ns))
        if request.symbol:
            writer.put_int(585, 1)
            self._put_symbol(writer, self._symbols.to_venue(request.symbol), "", "")
        else:
            writer.put_int(585, 7)
        if request.side != 0:
            writer.put_char(54, request.side)

    def put_mass_cancel(
        self, writer: MessageWriter, request: MassCancel, order: object, utc_ns: cython.longlong
    ) -> None:
        """Put an OrderMassCancelRequest(q)."""
        writer.put_str(11, request.cl_ord_id)
        writer.put_char(530, request.scope)
        if request.symbol:
            self._put_symbol(writer, self._symbols.to_venue(request.symbol), "", "")
        if request.side != 0:
            writer.put_char(54, request.side)
        writer.put_utc(60, utc_ns if request.transact_time_ns == ABSENT else request.transact_time_ns)

    def _put_account(self, writer: MessageWriter, account: str) -> None:
        if not account:
            return
        if self._party_role == 0:
            writer.put_str(1, account)
            return
        writer.put_int(453, 1)
        writer.put_str(448, account)
        writer.put_char(447, self._party_id_source)
        writer.put_int(452, self._party_role)

    def _put_instructions(
        self, writer: MessageWriter, order: NewOrder, min_qty: cython.longlong, max_floor: cython.longlong
    ) -> None:
        handl_inst: cython.longlong = order.handl_inst if order.handl_inst != 0 else self._handl_inst
        self._put_account(writer, order.account)
        if handl_inst != 0 and self._takes_handl_inst:
            writer.put_char(21, handl_inst)
        if order.exec_inst:
            writer.put_str(18, order.exec_inst)
        if min_qty != ABSENT:
            writer.put_fixed(110, min_qty)
        if max_floor != ABSENT:
            writer.put_fixed(111, max_floor)
        if self._ex_destination:
            writer.put_str(100, self._ex_destination)

    def _put_instrument(self, writer: MessageWriter, order: NewOrder) -> None:
        cfi_code: str = self._given_cfi_code(order)
        if not cfi_code and self._symbols.is_plain(order):
            self._put_symbol(writer, self._symbols.to_venue(order.symbol), order.security_id, order.security_id_source)
            if order.security_type:
                writer.put_str(167, order.security_type)
        else:
            self._put_derivative(writer, order, self._symbols.derivative(order, cfi_code))
        if order.security_exchange:
            writer.put_str(207, order.security_exchange)

    def _put_derivative(self, writer: MessageWriter, order: NewOrder, instrument: VenueInstrument) -> None:
        self._put_symbol(writer, instrument.symbol, order.security_id, order.security_id_source)
        if instrument.cfi_code:
            writer.put_str(CFI_CODE_TAG, instrument.cfi_code)
        if instrument.security_type:
            writer.put_str(167, instrument.security_type)
        if instrument.maturity_month_year:
            writer.put_str(200, instrument.maturity_month_year)
        if instrument.maturity_day:
            writer.put_str(self._maturity_day_tag, instrument.maturity_day)
        if instrument.put_or_call >= 0:
            writer.put_int(PUT_OR_CALL_TAG, instrument.put_or_call)
        if instrument.strike_price != ABSENT:
            writer.put_fixed(202, instrument.strike_price)

    def _put_symbol(self, writer: MessageWriter, symbol: str, security_id: str, source: str) -> None:
        writer.put_str(55, symbol)
        if security_id:
            writer.put_str(48, security_id)
            if source:
                writer.put_str(22, source)
        elif self._security_id_source:
            writer.put_str(48, symbol)
            writer.put_str(22, self._security_id_source)

    def _put_prices(
        self, writer: MessageWriter, ord_type: cython.longlong, price: cython.longlong, stop_px: cython.longlong
    ) -> None:
        writer.put_char(40, ord_type)
        if price != ABSENT and ord_type not in _WITHOUT_PRICE:
            writer.put_fixed(44, price)
        if stop_px != ABSENT and ord_type in _WITH_STOP_PX:
            writer.put_fixed(99, stop_px)

    def _put_conditions(
        self,
        writer: MessageWriter,
        order: NewOrder,
        time_in_force: cython.longlong,
        expire_time_ns: cython.longlong,
        text: str,
    ) -> None:
        capacity: cython.longlong = order.order_capacity if order.order_capacity != 0 else self._order_capacity
        if order.currency:
            writer.put_str(15, order.currency)
        writer.put_char(59, time_in_force)
        if expire_time_ns != ABSENT:
            writer.put_utc(126, expire_time_ns)
        if capacity != 0:
            writer.put_char(self._capacity_tag, self._capacity_code(capacity))
        if text:
            writer.put_str(58, text)
        if order.position_effect != 0:
            writer.put_char(77, order.position_effect)
        for tag, value in order.extras:
            if tag != _CFI_CODE or not self._takes_cfi_code:
                writer.put_str(int(tag), value)

    def _capacity_code(self, capacity: cython.longlong) -> cython.longlong:
        code: cython.longlong = 0
        if 0 <= capacity < 128:
            code = self._capacity_codes[capacity]
        if code == 0:
            taken = ", ".join(chr(ours) for ours in range(128) if self._capacity_codes[ours])
            raise EncodeError(f"OrderCapacity {chr(capacity)!r} given, the venue takes {taken or 'none'}")
        return code

    def _given_cfi_code(self, order: NewOrder) -> str:
        if self._takes_cfi_code and order.extras:
            for tag, value in order.extras:
                if tag == _CFI_CODE:
                    return value
        return ""


def _newer(new: cython.longlong, current: cython.longlong) -> cython.longlong:
    return current if new == ABSENT else new
