"""Check what an order would add to: open orders, positions, credit and capital of every bucket that it meets.

A value that equals its limit passes. What a request adds nothing to is not judged: a sale is never refused for a long
position, nor a replace for a limit that was lowered below what is open. Above ``warn_percent`` of a limit it warns.
"""

import cython

from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.exposure_cy import Exposure, Weight
from fairlead.gateway.risk.limit_set_cy import Bucket
from fairlead.gateway.risk.limits_parameters import NOTIONAL_DECIMALS, QTY_DECIMALS, from_units
from fairlead.gateway.risk.subject_cy import Refused, Subject
from fairlead.gateway.risk.valuation_cy import Exact

UNLIMITED = 9223372036854775807
BUY = 49
MARGIN = 1e-12
"""More than any sum of a few amounts can be wrong by, relative to their sizes, where each was rounded to a double."""


class Counted:
    """Name one of a bucket's limits: the check it belongs to, the parameter, what it bounds, and how to write it."""

    def __init__(self, check: str, refusal: cython.longlong, parameter: str, what: str, is_money: cython.bint) -> None:
        self.check = check
        self.refusal = refusal
        self.parameter = parameter
        self.what = what
        self.is_money = is_money

    def write(self, value: Exact) -> str:
        """Return a value for people."""
        if self.is_money:
            return from_units(value, NOTIONAL_DECIMALS)
        return str(value) if self.refusal == Refusal.OPEN_ORDERS else from_units(value, QTY_DECIMALS)


OPEN_ORDERS = Counted("open_orders", Refusal.OPEN_ORDERS, "max_open_orders", "open orders", False)
LONG = Counted("position", Refusal.POSITION, "max_long_qty", "long at worst", False)
SHORT = Counted("position", Refusal.POSITION, "max_short_qty", "short at worst", False)
GROSS = Counted("position", Refusal.POSITION, "max_gross_qty", "gross at worst", False)
OPEN_NOTIONAL = Counted("credit", Refusal.CREDIT, "max_open_notional", "open notional", True)
CREDIT = Counted("credit", Refusal.CREDIT, "max_credit", "traded and open notional", True)
CAPITAL = Counted("capital", Refusal.CAPITAL, "max_capital", "capital at worst", True)


class OpenOrdersCheck(Check):
    """Refuse an order that would be one too many."""

    def __init__(self, exposure: Exposure) -> None:
        self._exposure = exposure

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge the count of live orders."""
        added: Weight = self._exposure.nearly_added_by(subject)
        if not added.is_live:
            return None
        bucket: Bucket
        for bucket in subject.limits.buckets:
            if bucket.max_open_orders == UNLIMITED:
                continue
            if bucket.warn_percent >= 100 and bucket.open_orders < bucket.max_open_orders:
                continue
            refused = _judge(subject, bucket, OPEN_ORDERS, bucket.max_open_orders, bucket.open_orders + 1)
            if refused is not None:
                return refused
        return None


class PositionCheck(Check):
    """Refuse an order that could bring a position beyond its limits if all that is open traded."""

    def __init__(self, exposure: Exposure) -> None:
        self._exposure = exposure

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge the worst long or short position and the gross one."""
        added: Weight = self._exposure.nearly_added_by(subject)
        if added.qty == 0:
            return None
        qty: cython.double = added.qty
        is_buy: cython.bint = subject.request.side == BUY
        bucket: Bucket
        for bucket in subject.limits.buckets:
            if not _position_fits(bucket, qty, is_buy):
                refused = self._judge_exactly(subject, bucket)
                if refused is not None:
                    return refused
        return None

    def _judge_exactly(self, subject: Subject, bucket: Bucket) -> "Refused | None":
        added: Weight = self._exposure.added_by(subject)
        is_buy: cython.bint = subject.request.side == BUY
        refused: "Refused | None" = None
        if is_buy and bucket.max_long_qty != UNLIMITED:
            value = bucket.net_qty + bucket.open_buy_qty + added.qty
            refused = _judge(subject, bucket, LONG, bucket.max_long_qty, value)
        elif not is_buy and bucket.max_short_qty != UNLIMITED:
            value = bucket.open_sell_qty + added.qty - bucket.net_qty
            refused = _judge(subject, bucket, SHORT, bucket.max_short_qty, value)
        if refused is None and bucket.max_gross_qty != UNLIMITED:
            value = bucket.gross_qty + bucket.open_buy_qty + bucket.open_sell_qty + added.qty
            refused = _judge(subject, bucket, GROSS, bucket.max_gross_qty, value)
        return refused


class CreditCheck(Check):
    """Refuse an order that would take more than the day's credit, or more open notional, than a bucket has."""

    def __init__(self, exposure: Exposure) -> None:
        self._exposure = exposure

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge open notional, and it with what was traded today."""
        added: Weight = self._exposure.nearly_added_by(subject)
        bucket: Bucket
        for bucket in subject.limits.buckets:
            if added.is_unvalued or not _credit_fits(bucket, added.near_money):
                refused = self._judge_exactly(subject, bucket)
                if refused is not None:
                    return refused
        return None

    def _judge_exactly(self, subject: Subject, bucket: Bucket) -> "Refused | None":
        if bucket.max_open_notional is None and bucket.max_credit is None:
            return None
        added: Weight = self._exposure.added_by(subject)
        counted = OPEN_NOTIONAL if bucket.max_credit is None else CREDIT
        refused = _judge_values(subject, bucket, added, counted)
        if refused is not None or added.money == 0:
            return refused
        opened = bucket.open_buy_notional + bucket.open_sell_notional + added.money
        if bucket.max_open_notional is not None:
            refused = _judge(subject, bucket, OPEN_NOTIONAL, bucket.max_open_notional, opened)
        if refused is None and bucket.max_credit is not None:
            refused = _judge(subject, bucket, CREDIT, bucket.max_credit, opened + bucket.traded_notional)
        return refused


class CapitalCheck(Check):
    """Refuse an order that could bind more capital, long or short, than a bucket has if all that is open traded."""

    def __init__(self, exposure: Exposure) -> None:
        self._exposure = exposure

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge the side of the order; the other one does not change by it."""
        added: Weight = self._exposure.nearly_added_by(subject)
        is_buy: cython.bint = subject.request.side == BUY
        bucket: Bucket
        for bucket in subject.limits.buckets:
            if added.is_unvalued or not _capital_fits(bucket, added.near_money, is_buy):
                refused = self._judge_exactly(subject, bucket)
                if refused is not None:
                    return refused
        return None

    def _judge_exactly(self, subject: Subject, bucket: Bucket) -> "Refused | None":
        if bucket.max_capital is None:
            return None
        added: Weight = self._exposure.added_by(subject)
        refused = _judge_values(subject, bucket, added, CAPITAL)
        if refused is not None or added.money == 0:
            return refused
        if subject.request.side == BUY:
            value = bucket.net_notional + bucket.open_buy_notional + added.money
        else:
            value = bucket.open_sell_notional + added.money - bucket.net_notional
        return _judge(subject, bucket, CAPITAL, bucket.max_capital, value)


def _position_fits(bucket: Bucket, qty: cython.double, is_buy: cython.bint) -> cython.bint:
    """Tell whether a quantity more is surely within a bucket's limits of positions; else they are judged exactly."""
    percent = bucket.warn_percent
    opened: cython.double = (bucket.near_open_buy_qty if is_buy else bucket.near_open_sell_qty) + qty
    net: cython.double = bucket.near_net_qty if is_buy else -bucket.near_net_qty
    limit: cython.longlong = bucket.max_long_qty if is_buy else bucket.max_short_qty
    if limit != UNLIMITED and not _is_surely_within(opened + net, opened + _size(net), limit, percent):
        return False
    if bucket.max_gross_qty == UNLIMITED:
        return True
    gross: cython.double = bucket.near_gross_qty + bucket.near_open_buy_qty + bucket.near_open_sell_qty + qty
    return _is_surely_within(gross, gross, bucket.max_gross_qty, percent)


def _credit_fits(bucket: Bucket, money: cython.double) -> cython.bint:
    """Tell the same of credit and open notional."""
    if bucket.unvalued:
        return False
    opened: cython.double = bucket.near_open_buy_notional + bucket.near_open_sell_notional + money
    if not _is_surely_within(opened, opened, bucket.near_max_open_notional, bucket.warn_percent):
        return False
    used: cython.double = opened + bucket.near_traded_notional
    return _is_surely_within(used, used, bucket.near_max_credit, bucket.warn_percent)


def _capital_fits(bucket: Bucket, money: cython.double, is_buy: cython.bint) -> cython.bint:
    """Tell the same of capital."""
    if bucket.unvalued:
        return False
    opened: cython.double = (bucket.near_open_buy_notional if is_buy else bucket.near_open_sell_notional) + money
    net: cython.double = bucket.near_net_notional if is_buy else -bucket.near_net_notional
    return _is_surely_within(opened + net, opened + _size(net), bucket.near_max_capital, bucket.warn_percent)


def _is_surely_within(
    total: cython.double, sizes: cython.double, limit: cython.double, warn_percent: cython.longlong
) -> cython.bint:
    """Tell whether a sum is within a limit, and within its warning, by more than rounding can have made of it.

    ``sizes`` are the amounts of what was added up, without their signs. False where that has to be judged exactly.
    """
    if warn_percent < 100 and limit > 0:
        limit = limit * warn_percent / 100
    return total + MARGIN * (sizes + (limit if limit >= 0 else -limit)) <= limit


def _size(amount: cython.double) -> cython.double:
    return amount if amount >= 0 else -amount


def _judge(subject: Subject, bucket: Bucket, counted: Counted, limit: Exact, value: Exact) -> "Refused | None":
    """Compare what a count would become with its limit."""
    if value > limit:
        return _refused(bucket, counted, limit, value)
    if bucket.warn_percent < 100 and value * 100 > limit * bucket.warn_percent:
        subject.warn(_warning(bucket, counted, limit, value))
    return None


def _judge_values(subject: Subject, bucket: Bucket, added: Weight, counted: Counted) -> "Refused | None":
    """Refuse what can't be valued, and anything more where something that is counted can't be: it may be any amount."""
    if added.qty == 0 and added.money == 0 and not added.is_unvalued:
        return None
    text = ""
    if added.is_unvalued:
        text = f"{counted.parameter} of {bucket.row} needs the order's value, and there is no price or no rate for it"
    elif bucket.unvalued:
        text = (
            f"{counted.parameter} of {bucket.row} needs the value of all that counts in {bucket.scope}, and "
            f"{bucket.unvalued} orders or positions have no price or no rate"
        )
    if not text:
        return None
    return Refused(Refusal.NO_REFERENCE, text, row=bucket.row, check=counted.check)


def _refused(bucket: Bucket, counted: Counted, limit: Exact, value: Exact) -> Refused:
    most, found = counted.write(limit), counted.write(value)
    source = f"{counted.parameter} of {bucket.row}"
    text = f"{counted.what} would be {found} in {bucket.scope}, expected at most {most} ({source})"
    return Refused(counted.refusal, text, most, found, bucket.row, counted.check)


def _warning(bucket: Bucket, counted: Counted, limit: Exact, value: Exact) -> Refused:
    most, found = counted.write(limit), counted.write(value)
    text = (
        f"{counted.what} is {found} in {bucket.scope}, above {bucket.warn_percent} percent of {most} "
        f"({counted.parameter} of {bucket.row})"
    )
    return Refused(counted.refusal, text, most, found, bucket.row, counted.check)
