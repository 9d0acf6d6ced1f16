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
        added: Weight = self._exposure.added_by(subject)
        if not added.is_live:
            return None
        bucket: Bucket
        for bucket in subject.limits.buckets:
            if bucket.max_open_orders == UNLIMITED:
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
        added: Weight = self._exposure.added_by(subject)
        if added.qty == 0:
            return None
        is_buy: cython.bint = subject.request.side == BUY
        refused: "Refused | None" = None
        bucket: Bucket
        for bucket in subject.limits.buckets:
            if is_buy and bucket.max_long_qty != UNLIMITED:
                value = bucket.net_qty + bucket.open_buy_qty + added.qty
                refused = _judge(subject, bucket, LONG, bucket.max_long_qty, value)
            elif not is_buy and bucket.max_short_qty != UNLIMITED:
                value = bucket.open_sell_qty + added.qty - bucket.net_qty
                refused = _judge(subject, bucket, SHORT, bucket.max_short_qty, value)
            if refused is None and bucket.max_gross_qty != UNLIMITED:
                value = bucket.gross_qty + bucket.open_buy_qty + bucket.open_sell_qty + added.qty
                refused = _judge(subject, bucket, GROSS, bucket.max_gross_qty, value)
            if refused is not None:
                return refused
        return None


class CreditCheck(Check):
    """Refuse an order that would take more than the day's credit, or more open notional, than a bucket has."""

    def __init__(self, exposure: Exposure) -> None:
        self._exposure = exposure

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge open notional, and it with what was traded today."""
        added: Weight = self._exposure.added_by(subject)
        refused: "Refused | None" = None
        bucket: Bucket
        for bucket in subject.limits.buckets:
            if bucket.max_open_notional is None and bucket.max_credit is None:
                continue
            counted = OPEN_NOTIONAL if bucket.max_credit is None else CREDIT
            refused = _judge_values(subject, bucket, added, counted)
            if refused is not None:
                return refused
            if added.money == 0:
                continue
            opened = bucket.open_buy_notional + bucket.open_sell_notional + added.money
            if bucket.max_open_notional is not None:
                refused = _judge(subject, bucket, OPEN_NOTIONAL, bucket.max_open_notional, opened)
            if refused is None and bucket.max_credit is not None:
                refused = _judge(subject, bucket, CREDIT, bucket.max_credit, opened + bucket.traded_notional)
            if refused is not None:
                return refused
        return None


class CapitalCheck(Check):
    """Refuse an order that could bind more capital, long or short, than a bucket has if all that is open traded."""

    def __init__(self, exposure: Exposure) -> None:
        self._exposure = exposure

    def judge(self, subject: Subject) -> "Refused | None":
        """Judge the side of the order; the other one does not change by it."""
        added: Weight = self._exposure.added_by(subject)
        is_buy: cython.bint = subject.request.side == BUY
        bucket: Bucket
        for bucket in subject.limits.buckets:
            if bucket.max_capital is None:
                continue
            refused = _judge_values(subject, bucket, added, CAPITAL)
            if refused is None and added.money != 0:
                if is_buy:
                    value = bucket.net_notional + bucket.open_buy_notional + added.money
                else:
                    value = bucket.open_sell_notional + added.money - bucket.net_notional
                refused = _judge(subject, bucket, CAPITAL, bucket.max_capital, value)
            if refused is not None:
                return refused
        return None


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
