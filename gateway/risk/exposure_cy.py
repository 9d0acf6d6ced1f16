"""Count what orders and positions add to each bucket: a pure function of the ledger, kept up order by order.

Nothing here is remembered that the ledger does not know. When an order changes, what it adds is worked out from the
order anew and the difference goes to its buckets; ``rebuild`` works out everything and gives the same counts.

An order counts while it may still trade: it has not ended, or a replace of it is in flight. It counts at its worst:
the larger of what it may still trade itself and what each replace in flight would leave, in quantity and in money. Only
what its venue has confirmed makes it less. What a venue says was executed and whose executions have not reached us
counts as if it could still trade, also when the order has ended.
"""

from collections.abc import Callable

import cython

from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order, Request
from fairlead.gateway.orders.positions_cy import Position
from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet, nearest
from fairlead.gateway.risk.subject_cy import Subject
from fairlead.gateway.risk.valuation_cy import Exact, Valuation, Valuations

# An int64 literal that C accepts; the same value as constants.ABSENT.
ABSENT = -9223372036854775807 - 1
BUY = 49
REPLACE_ORDER = 3
# No order has executed less than nothing: what it executed is not known yet.
NOT_SEEN = -1


class Weight:
    """Hold what an order may still do at worst. ``money`` is in the base currency (10^-16).

    ``is_unvalued`` tells that the money is not known: no price, or no rate. ``near_money`` is the money as a double,
    by which nearly all requests are judged; the exact one is worked out where it is wanted (``is_exact``).
    """

    def __init__(self) -> None:
        self.is_live = False
        self.qty = 0
        self.money = 0
        self.is_unvalued = False
        self.near_money = 0.0
        self.is_exact = False


class PositionShare:
    """Hold what one position adds to its buckets."""

    def __init__(self, position: Position, buckets: "tuple[Bucket, ...]") -> None:
        self.position = position
        self.buckets = buckets
        self.net_qty = 0
        self.net_notional = 0
        self.traded_notional = 0
        self.is_unvalued = False


class OrderShare:
    """Hold what one order adds to its buckets, and which executions its position was last brought up to."""

    def __init__(self, order: Order, buckets: "tuple[Bucket, ...]") -> None:
        self.buckets = buckets
        self.is_buy = order.side == BUY
        self.weight = Weight()
        self.cum_qty = 0 if not order.executions and order.adjusted_qty == 0 else NOT_SEEN
        self.executed = 0
        self.position: "PositionShare | None" = None


class Exposure:
    """Keep the counts of all buckets.

    ``limits_for(strategy, account, venue, symbol)`` names the buckets. Call ``rebuild`` after recovery and whenever
    other limits are in force; days that begin and orders that change are followed by the ledger's word.
    """

    def __init__(
        self, ledger: Ledger, limits_for: "Callable[[str, str, str, str], LimitSet]", valuations: Valuations
    ) -> None:
        self._ledger = ledger
        self._limits_for = limits_for
        self._valuations = valuations
        self._orders: "dict[str, OrderShare]" = {}
        self._positions: "dict[Position, PositionShare]" = {}
        self._asked = Weight()
        self._asked_of: "Subject | None" = None
        ledger.watch(self.follow)
        ledger.watch_days(lambda venue: self.rebuild())

    def rebuild(self) -> None:
        """Work out all counts anew."""
        for bucket in self._counted():
            _clear(bucket)
        self._orders = {}
        self._positions = {}
        self._asked_of = None
        self._valuations.forget()
        for position in self._ledger.positions():
            self._follow_position(self._share_of_position(position))
        for order in self._ledger.orders():
            if not order.is_ended or order.requests or order.missing_qty:
                self._follow(order, False)

    def follow(self, order: Order) -> None:
        """Bring the counts up to what an order has become."""
        self._asked_of = None
        self._follow(order, True)

    def added_by(self, subject: Subject) -> Weight:
        """Return what the request would add to each bucket, judged with itself and all that may live beside it.

        ``is_live`` tells that it adds an order. The result is overwritten by the next call.
        """
        asked: Weight = self.nearly_added_by(subject)
        if not asked.is_exact:
            self._measure_exactly(subject)
        return asked

    def nearly_added_by(self, subject: Subject) -> Weight:
        """Return the same, its ``money`` only where ``is_exact``; ``near_money`` in any case."""
        if self._asked_of is not subject:
            self._measure(subject)
            self._asked_of = subject
        return self._asked

    def _counted(self) -> "set[Bucket]":
        found: "set[Bucket]" = set()
        order_share: OrderShare
        for order_share in self._orders.values():
            found.update(order_share.buckets)
        position_share: PositionShare
        for position_share in self._positions.values():
            found.update(position_share.buckets)
        return found

    def _follow(self, order: Order, with_position: cython.bint) -> None:
        share: OrderShare | None = self._orders.get(order.order_id)
        if share is None:
            limits = self._limits_for(order.strategy, order.account, order.venue, order.symbol)
            share = OrderShare(order, limits.buckets)
            self._orders[order.order_id] = share
        weight = Weight()
        _weigh(order, self._valuations.find(order.symbol), weight)
        _move(share, weight)
        if with_position and (share.cum_qty != order.cum_qty or share.executed != order.notional):
            self._follow_executions(order, share)
        if not weight.is_live and weight.qty == 0:
            del self._orders[order.order_id]

    def _follow_executions(self, order: Order, share: OrderShare) -> None:
        share.cum_qty = order.cum_qty
        share.executed = order.notional
        if share.position is None:
            position = self._ledger.position_of(order)
            if position is None:
                return
            share.position = self._share_of_position(position)
        self._follow_position(share.position)

    def _share_of_position(self, position: Position) -> PositionShare:
        share: PositionShare | None = self._positions.get(position)
        if share is None:
            limits = self._limits_for(position.strategy, position.account, position.venue, position.symbol)
            share = PositionShare(position, limits.buckets)
            self._positions[position] = share
        return share

    def _follow_position(self, share: PositionShare) -> None:
        position: Position = share.position
        valuation: Valuation = self._valuations.find(position.symbol)
        net_qty = position.bought_qty - position.sold_qty
        net_notional = valuation.notional(position.bought_notional - position.sold_notional)
        traded_notional = valuation.notional(position.day_notional)
        is_unvalued: cython.bint = valuation.why_not != "" and (
            position.bought_notional != position.sold_notional or position.day_notional != 0
        )
        bucket: Bucket
        for bucket in share.buckets:
            bucket.net_qty += net_qty - share.net_qty
            bucket.gross_qty += abs(net_qty) - abs(share.net_qty)
            bucket.net_notional += net_notional - share.net_notional
            bucket.traded_notional += traded_notional - share.traded_notional
            bucket.unvalued += is_unvalued - share.is_unvalued
            bucket.round_positions()
        share.net_qty = net_qty
        share.net_notional = net_notional
        share.traded_notional = traded_notional
        share.is_unvalued = is_unvalued

    def _measure(self, subject: Subject) -> None:
        """Weigh a request; the money of a new order as a double alone."""
        asked: Weight = self._asked
        request: NewOrder = subject.request
        if subject.order is not None or request.order_qty <= 0:
            self._measure_exactly(subject)
            return
        _reset(asked)
        asked.is_live = True
        asked.qty = request.order_qty
        px: cython.longlong = price_of(request.price, request.stop_px, subject.risk_px)
        valuation: Valuation = self._valuations.find(request.symbol)
        asked.is_unvalued = px == ABSENT or not valuation.is_known
        asked.is_exact = False
        if px == ABSENT or px == 0:
            asked.near_money = 0.0
            return
        own: cython.double = float(request.order_qty) * float(px)
        asked.near_money = valuation.near_notional(-own if own < 0 else own)

    def _measure_exactly(self, subject: Subject) -> None:
        asked: Weight = self._asked
        request: NewOrder = subject.request
        order: Order | None = subject.order
        _reset(asked)
        asked.is_live = True
        px: cython.longlong = price_of(request.price, request.stop_px, subject.risk_px)
        cum_qty: cython.longlong = 0
        if order is not None:
            cum_qty = order.cum_qty
            if px == ABSENT:
                px = price_of(order.terms.price, order.terms.stop_px, order.risk_px)
        _consider(asked, request.order_qty, cum_qty, px)
        _value(asked, self._valuations.find(request.symbol))
        share: OrderShare | None = self._orders.get(order.order_id) if order is not None else None
        if share is not None:
            _take_off(asked, share.weight)
        asked.near_money = nearest(asked.money)
        asked.is_exact = True


def price_of(price: cython.longlong, stop_px: cython.longlong, risk_px: cython.longlong) -> cython.longlong:
    """Return the price that an order is valued by: its limit, else its stop price, else ``risk_px``."""
    if price != ABSENT:
        return price
    return stop_px if stop_px != ABSENT else risk_px


def _weigh(order: Order, valuation: Valuation, weight: Weight) -> None:
    """Work out what an order may still do, itself or by a replace that its venue may grant."""
    terms: NewOrder = order.terms
    request: Request
    px: cython.longlong = price_of(terms.price, terms.stop_px, order.risk_px)
    _consider(weight, order.missing_qty, 0, px)
    if not order.is_ended:
        weight.is_live = True
        _consider(weight, order.order_qty, order.cum_qty, px)
    for request in order.requests:
        if request.kind == REPLACE_ORDER:
            weight.is_live = True
            sent = request.sent
            assert isinstance(sent, ReplaceOrder)
            _consider(weight, sent.order_qty, order.cum_qty, price_of(sent.price, sent.stop_px, order.risk_px))
    _value(weight, valuation)


def _consider(weight: Weight, order_qty: cython.longlong, cum_qty: cython.longlong, px: cython.longlong) -> None:
    """Let a weight cover terms that may hold; ``money`` is the instrument's own until ``_value``."""
    if order_qty <= 0 or order_qty <= cum_qty:
        return
    leaves: cython.longlong = order_qty - cum_qty
    if leaves > weight.qty:
        weight.qty = leaves
    if px == ABSENT:
        weight.is_unvalued = True
        return
    # beyond int64: Python ints
    qty: Exact = leaves
    size: Exact = px if px >= 0 else -px
    money = qty * size
    if money > weight.money:
        weight.money = money


def _value(weight: Weight, valuation: Valuation) -> None:
    if weight.qty == 0:
        return
    weight.money = valuation.notional(weight.money)
    if valuation.why_not:
        weight.is_unvalued = True


def _take_off(weight: Weight, held: Weight) -> None:
    """Leave what goes beyond what is counted already; an order without a value that shrinks adds nothing unknown."""
    weight.is_live = not held.is_live
    weight.qty = max(weight.qty - held.qty, 0)
    weight.money = max(weight.money - held.money, 0)
    if held.is_unvalued and weight.qty == 0:
        weight.is_unvalued = False


def _move(share: OrderShare, weight: Weight) -> None:
    """Give the buckets the difference between what an order added and what it adds now."""
    held: Weight = share.weight
    orders: cython.int = weight.is_live - held.is_live
    unvalued: cython.int = weight.is_unvalued - held.is_unvalued
    share.weight = weight
    if orders == 0 and unvalued == 0 and weight.qty == held.qty and weight.money == held.money:
        return
    qty: Exact = weight.qty - held.qty
    money: Exact = weight.money - held.money
    bucket: Bucket
    for bucket in share.buckets:
        bucket.open_orders += orders
        bucket.unvalued += unvalued
        if share.is_buy:
            bucket.open_buy_qty += qty
            bucket.open_buy_notional += money
        else:
            bucket.open_sell_qty += qty
            bucket.open_sell_notional += money
        bucket.round_open(share.is_buy)


def _reset(weight: Weight) -> None:
    weight.is_live = False
    weight.qty = 0
    weight.money = 0
    weight.is_unvalued = False


def _clear(bucket: Bucket) -> None:
    bucket.open_orders = 0
    bucket.open_buy_qty = 0
    bucket.open_sell_qty = 0
    bucket.net_qty = 0
    bucket.gross_qty = 0
    bucket.open_buy_notional = 0
    bucket.open_sell_notional = 0
    bucket.net_notional = 0
    bucket.traded_notional = 0
    bucket.unvalued = 0
    bucket.round_open(True)
    bucket.round_open(False)
    bucket.round_positions()
