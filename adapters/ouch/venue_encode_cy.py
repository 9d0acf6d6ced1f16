# cython: annotation_typing=False
"""Put order requests into OUCH messages, each field from the source that the venue's profile names.

What can't be said to the venue raises EncodeError, which names what was given; then nothing was sent. Nothing is
rounded but the time to live, which the protocol has in whole seconds: an order never lives longer than it was asked to.
"""

from collections.abc import Mapping
from typing import Any

import cython

from fairlead.adapters.ouch import mapping
from fairlead.adapters.ouch.mapping import RequestField, RequestPlan
from fairlead.adapters.ouch.symbols import SymbolNames
from fairlead.codecs.binary.layout_cy import TEXT, Field
from fairlead.codecs.errors import EncodeError
from fairlead.codecs.vocabulary.constants import OrdType, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
_SCALE = 100000000
_NS_PER_S = 1000000000

# Sources; see ``mapping``.
_CL_ORD_ID, _ORIG_CL_ORD_ID, _SYMBOL, _ORDER_QTY, _MIN_QTY, _MAX_FLOOR, _PRICE, _SIDE = 1, 2, 3, 4, 5, 6, 7, 8
_TIME_IN_FORCE, _ORDER_CAPACITY, _LOCATE_REQD, _EXEC_INST, _CROSS, _EXPIRE_SECONDS, _ACCOUNT, _EXTRA = (
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
)

# OrdType(40) codes without a Price(44)
_WITHOUT_PRICE = b"135"
_PEGGED = 80
# ExecInst(18): market, mid-price and primary peg
_PEGS = frozenset("PMR")
_MARKET = "market"
_KNOWN_LIMIT = 1024


class Terms:
    """Hold what a request says, once for all fields: the terms that differ between an order and its replace."""

    def __init__(
        self,
        cl_ord_id: str,
        orig_cl_ord_id: str,
        order_qty: cython.longlong,
        price: cython.longlong,
        ord_type: cython.longlong,
        time_in_force: cython.longlong,
        min_qty: cython.longlong,
        max_floor: cython.longlong,
        expire_time_ns: cython.longlong,
    ) -> None:
        self.cl_ord_id = cl_ord_id
        self.orig_cl_ord_id = orig_cl_ord_id
        self.order_qty = order_qty
        self.price = price
        self.ord_type = ord_type
        self.time_in_force = time_in_force
        self.min_qty = min_qty
        self.max_floor = max_floor
        self.expire_time_ns = expire_time_ns


class FieldPlan:
    """Say how one field is put; ``by_code`` holds wire values by the vocabulary's code, None where there is none."""

    def __init__(self, planned: RequestField) -> None:
        self.field: Field = planned.wire
        self.source = planned.source
        self.is_option: bool = planned.wire.tag >= 0
        self.is_char: bool = planned.wire.kind == TEXT and planned.wire.length == 1
        self.is_text: bool = planned.wire.kind == TEXT
        self.default = planned.default
        self.tag = planned.tag
        self.by_code: "list[int | str | None]" = [None] * 128
        self.by_text: "dict[str, int | str | None]" = {}
        self.known: frozenset[str] = frozenset()
        self._take_codes(planned.codes)

    def _take_codes(self, codes: Mapping[Any, Any]) -> None:
        if self.source == _EXEC_INST:
            self.by_text = dict(codes)
            self.known = frozenset(code for text in self.by_text for code in text.split())
        elif self.source == _CROSS:
            # the order type says it before the time in force does
            by_name = {member.name: int(member) for member in (*TimeInForce, *OrdType)}
            self.by_text = {"": codes.get("")}
            self.by_time: "list[int | str | None]" = [None] * 128
            for name, value in codes.items():
                if name in OrdType.__members__:
                    self.by_code[by_name[name]] = value
                elif name:
                    self.by_time[by_name[name]] = value
        else:
            for code, value in codes.items():
                self.by_code[code] = value
        if self.source != _CROSS:
            self.by_time = []


class RequestEncoder:
    """Encode one kind of request for one venue."""

    def __init__(
        self,
        plan: RequestPlan,
        symbols: SymbolNames,
        kept: Mapping[str, frozenset[str]],
        max_quantity: int = 0,
    ) -> None:
        self._writer = plan.layout.writer(dict(plan.constants))
        self._plans = [FieldPlan(planned) for planned in plan.fields]
        self._symbols = symbols
        self._kept = [(name, values) for name, values in kept.items() if "*" not in values]
        self._max_quantity = max_quantity * _SCALE
        self._known_inst: frozenset[str] = frozenset().union(*(each.known for each in self._plans)) - {mapping.HIDDEN}
        self._takes_floor = any(each.source == _MAX_FLOOR for each in self._plans)
        self._is_hidable = any(mapping.HIDDEN in each.known for each in self._plans)
        self._insts: dict[str, object] = {}

    def encode(self, order: NewOrder, terms: Terms, utc_ns: cython.longlong) -> bytes:
        """Return the message for these terms of an order."""
        if self._max_quantity and terms.order_qty > self._max_quantity:
            raise EncodeError(
                f"OrderQty {terms.order_qty // _SCALE} given, the venue takes {self._max_quantity // _SCALE} at most"
            )
        if self._kept:
            self._check_kept(order)
        if self._known_inst:
            self._check_exec_inst(order.exec_inst, terms.ord_type)
        if terms.max_floor != ABSENT and not self._takes_floor and not (self._is_hidable and terms.max_floor == 0):
            taken = "0 (hidden)" if self._is_hidable else "none"
            raise EncodeError(f"MaxFloor {terms.max_floor} x 10^-8 given, the venue takes {taken}")
        self._writer.start()
        for plan in self._plans:
            self._put(plan, order, terms, utc_ns)
        return self._writer.finish()

    def _put(self, plan: FieldPlan, order: NewOrder, terms: Terms, utc_ns: cython.longlong) -> None:
        source: cython.int = plan.source
        if source == _CL_ORD_ID:
            self._put_id(plan, terms.cl_ord_id)
        elif source == _ORIG_CL_ORD_ID:
            self._put_id(plan, terms.orig_cl_ord_id)
        elif source == _SYMBOL:
            self._put_symbol(plan, order.symbol)
        elif source == _ORDER_QTY:
            self._writer.put_fixed(plan.field, terms.order_qty)
        elif source == _PRICE:
            self._put_price(plan, terms)
        elif source == _SIDE:
            self._put_code(plan, order.side, "Side")
        elif source == _TIME_IN_FORCE:
            self._put_time_in_force(plan, terms, utc_ns)
        elif source == _ORDER_CAPACITY:
            self._put_code(plan, order.order_capacity, "OrderCapacity")
        elif source == _LOCATE_REQD:
            self._put_code(plan, order.locate_reqd, "LocateReqd")
        elif source == _EXEC_INST:
            self._put_exec_inst(plan, order, terms)
        elif source == _CROSS:
            self._put_cross(plan, terms)
        elif source == _MIN_QTY:
            self._put_number(plan, terms.min_qty)
        elif source == _MAX_FLOOR and (terms.max_floor != 0 or not self._is_hidable):
            self._put_number(plan, terms.max_floor)
        elif source == _EXPIRE_SECONDS and terms.expire_time_ns != ABSENT:
            self._put_value(plan, _seconds_left(terms.expire_time_ns, utc_ns))
        elif source == _ACCOUNT:
            self._put_value(plan, order.account if order.account else plan.default)
        elif source == _EXTRA:
            self._put_extra(plan, order)

    def _put_value(self, plan: FieldPlan, value: "int | str | None") -> None:
        """Put a wire value in the field's form; None leaves the field as it is, and an option out."""
        if value is None:
            return
        if plan.is_option:
            self._writer.put_option(plan.field, chr(value) if plan.is_char and isinstance(value, int) else value)
        elif isinstance(value, str):
            self._writer.put_str(plan.field, value)
        elif plan.is_char:
            self._writer.put_code(plan.field, value)
        else:
            self._writer.put_int(plan.field, value)

    def _put_id(self, plan: FieldPlan, cl_ord_id: str) -> None:
        if plan.is_text:
            self._writer.put_str(plan.field, cl_ord_id)
        elif cl_ord_id.isascii() and cl_ord_id.isdigit():
            self._writer.put_int(plan.field, int(cl_ord_id))
        else:
            raise EncodeError(f"id {cl_ord_id!r} given, the venue has numbers")

    def _put_symbol(self, plan: FieldPlan, symbol: str) -> None:
        name: str = self._symbols.to_venue(symbol) if symbol else ""
        if plan.is_text:
            self._writer.put_str(plan.field, name)
        elif name.isascii() and name.isdigit():
            self._writer.put_int(plan.field, int(name))
        else:
            raise EncodeError(f"symbol {symbol!r} is {name!r} at the venue, which has numbers: give its venue symbol")

    def _put_price(self, plan: FieldPlan, terms: Terms) -> None:
        if terms.price != ABSENT:
            self._writer.put_fixed(plan.field, terms.price)
            return
        if terms.ord_type not in _WITHOUT_PRICE:
            raise EncodeError(f"no Price given, the venue needs one with OrdType {chr(terms.ord_type)}")
        self._writer.put_special(plan.field, _MARKET)

    def _put_code(self, plan: FieldPlan, code: cython.longlong, name: str) -> None:
        value: "int | str | None" = None
        if 0 <= code < 128:
            value = plan.by_code[code]
        if value is None:
            if code != 0:
                taken = ", ".join([chr(ours) for ours in range(128) if plan.by_code[ours] is not None])
                raise EncodeError(f"{name} {chr(code)!r} given, the venue takes {taken}")
            value = plan.default
        self._put_value(plan, value)

    def _put_time_in_force(self, plan: FieldPlan, terms: Terms, utc_ns: cython.longlong) -> None:
        value: "int | str | None" = plan.by_code[terms.time_in_force & 127]
        if value == mapping.SECONDS:
            value = _seconds_left(terms.expire_time_ns, utc_ns)
        if value is None:
            raise EncodeError(f"TimeInForce {chr(terms.time_in_force)!r} given, which the venue's profile does not map")
        self._put_value(plan, value)

    def _put_cross(self, plan: FieldPlan, terms: Terms) -> None:
        value: "int | str | None" = plan.by_code[terms.ord_type & 127]
        if value is None:
            value = plan.by_time[terms.time_in_force & 127]
        if value is None:
            value = plan.by_text[""]
        self._put_value(plan, value)

    def _put_exec_inst(self, plan: FieldPlan, order: NewOrder, terms: Terms) -> None:
        if not order.exec_inst and terms.max_floor != 0:
            self._put_value(plan, plan.by_text.get("", plan.default))
            return
        said = set(order.exec_inst.split())
        if terms.max_floor == 0:
            said.add(mapping.HIDDEN)
        key = " ".join(sorted(said & plan.known))
        if key and key not in plan.by_text:
            taken = ", ".join([repr(text) for text in plan.by_text if text])
            raise EncodeError(f"ExecInst {key!r} given for {plan.field.name}, the venue takes {taken}")
        self._put_value(plan, plan.by_text.get(key, plan.default))

    def _put_number(self, plan: FieldPlan, value: cython.longlong) -> None:
        if value == ABSENT:
            self._put_value(plan, plan.default)
        elif value % _SCALE != 0:
            raise EncodeError(f"{plan.field.name} {value} x 10^-8 given, the venue takes whole ones")
        elif value < 0:
            raise EncodeError(f"{plan.field.name} {value} x 10^-8 given, expected 0 or more")
        else:
            self._put_value(plan, value // _SCALE)

    def _put_extra(self, plan: FieldPlan, order: NewOrder) -> None:
        for tag, value in order.extras:
            if tag == plan.tag:
                self._put_value(plan, _read_extra(plan, value))
                return
        self._put_value(plan, plan.default)

    def _check_kept(self, order: NewOrder) -> None:
        for name, values in self._kept:
            value = getattr(order, name)
            if value and value not in values:
                raise EncodeError(f"{name} {value!r} given, the venue takes {', '.join(sorted(values))}")

    def _check_exec_inst(self, exec_inst: str, ord_type: cython.longlong) -> None:
        has_peg = self._insts.get(exec_inst)
        if has_peg is None:
            has_peg = self._read_exec_inst(exec_inst)
            if len(self._insts) < _KNOWN_LIMIT:
                self._insts[exec_inst] = has_peg
        if has_peg != (ord_type == _PEGGED):
            text = "OrdType P given, expected a peg in ExecInst" if ord_type == _PEGGED else "a peg in ExecInst given"
            raise EncodeError(f"{text}: OrdType {chr(ord_type)}, ExecInst {exec_inst!r}")

    def _read_exec_inst(self, exec_inst: str) -> bool:
        """Tell whether an ExecInst pegs the order; EncodeError for what the venue does not take."""
        codes = exec_inst.split()
        for code in codes:
            if code not in self._known_inst:
                taken = " ".join(sorted(self._known_inst)) or "none"
                raise EncodeError(f"ExecInst {code!r} given, the venue takes {taken}")
        return any(code in _PEGS for code in codes)


def _seconds_left(expire_time_ns: int, utc_ns: int) -> int:
    seconds = (expire_time_ns - utc_ns) // _NS_PER_S
    if seconds < 1:
        raise EncodeError(f"ExpireTime is {seconds} whole seconds ahead, the venue takes 1 at least")
    if seconds > 86399:
        raise EncodeError(f"ExpireTime is {seconds} seconds ahead, the venue takes less than a day")
    return seconds


def _read_extra(plan: FieldPlan, text: str) -> "int | str":
    """Return an extra field's value as the wire has it: text, a whole number, or 10^-8 where the field is scaled."""
    if plan.is_text:
        return text
    try:
        if plan.field.scale > 0:
            return _fixed_of(text)
        return int(text)
    except ValueError:
        raise EncodeError(f"tag {plan.tag} with {text!r} given, expected a number") from None


def _fixed_of(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    whole, _, decimals = text.lstrip("-").partition(".")
    if len(decimals) > 8:
        raise ValueError(text)
    return sign * int((whole or "0") + decimals.ljust(8, "0"))
