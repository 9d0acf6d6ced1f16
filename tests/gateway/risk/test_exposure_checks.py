"""Say what an order would add to, in words that name the row, the limit and the value, and warn before the limit."""

from typing import Any

import pytest

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, OrdStatus, OrdType, Refusal, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder, Report
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.exposure_checks_cy import CapitalCheck, CreditCheck, OpenOrdersCheck, PositionCheck
from fairlead.gateway.risk.exposure_cy import Exposure
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_rules import Currencies, LimitRules, Row, Selectors
from fairlead.gateway.risk.new_terms_cy import terms_if_replaced
from fairlead.gateway.risk.subject_cy import Refused, Subject
from fairlead.gateway.risk.valuation_cy import Valuations

MONEY = SCALE * SCALE
KEY = ("alpha", "A", "X", "ES")
RATES = Currencies("USD", {"EUR": 110_000_000})
INSTRUMENTS = {
    symbol: Instrument(symbol, "", 0, 0, currency, "", 0, 0, 0, "", frozenset("X"), {}, "X", multiplier=multiplier)
    for symbol, currency, multiplier in (("ES", "EUR", 50 * SCALE), ("MSFT", "USD", SCALE), ("7203", "JPY", SCALE))
}
CHECKS = {"open_orders": OpenOrdersCheck, "position": PositionCheck, "credit": CreditCheck, "capital": CapitalCheck}


class Desk:
    """Keep books, limits and exposure; orders of one lot of 10 at 20 unless a test says otherwise."""

    def __init__(self, **limits: int) -> None:
        self.book = LimitBook(LimitRules(Row("firm", Selectors()), (Row("es", Selectors(symbol="*"), limits),), RATES))
        self.ledger = Ledger(lambda kind, payload, utc_ns: None, 1)
        self.instruments = dict(INSTRUMENTS)
        self.exposure = Exposure(self.ledger, self.book.limits_for, Valuations(self.instruments, RATES.rate_of))
        self.count = 0

    def request(self, side: int = Side.BUY, qty: int = 10, px: int = 20 * SCALE, symbol: str = "ES") -> NewOrder:
        self.count += 1
        terms: dict[str, Any] = {"ord_type": OrdType.MARKET} if px == ABSENT else {"ord_type": 50, "price": px}
        return NewOrder(
            cl_ord_id=f"C{self.count}", account="A", symbol=symbol, side=side, order_qty=qty * SCALE, **terms
        )

    def send(self, request: NewOrder, risk_px: int = ABSENT) -> Order:
        return self.ledger.open_order("alpha", request, "X", "v" + request.cl_ord_id, self.count, risk_px)

    def subject(
        self, request: NewOrder, order: Order | None = None, asked: ReplaceOrder | None = None, risk_px: int = ABSENT
    ) -> Subject:
        limits = self.book.limits_for("alpha", "A", "X", request.symbol)
        instrument = self.instruments[request.symbol]
        subject = Subject(
            "alpha", request, StrategyIdentity("alpha"), instrument, "X", None, "A", limits, 1, 1, order, asked
        )
        subject.risk_px = risk_px
        return subject

    def judge(self, check: str, subject: Subject) -> Refused | None:
        found: Check = CHECKS[check](self.exposure)
        return found.judge(subject)

    def refuses(self, check: str, request: NewOrder, risk_px: int = ABSENT) -> Refused:
        refused = self.judge(check, self.subject(request, risk_px=risk_px))
        assert refused is not None
        return refused


@pytest.mark.parametrize(
    ("check", "parameter", "limit", "side", "said"),
    [
        ("open_orders", "max_open_orders", 1, 49, ("1", "2")),
        ("position", "max_long_qty", 19 * SCALE, 49, ("19", "20")),
        ("position", "max_short_qty", 9 * SCALE, 50, ("9", "10")),
        ("position", "max_gross_qty", 19 * SCALE, 50, ("19", "20")),
        # 10 x 20 x 50 x 1.1 twice
        ("credit", "max_open_notional", 21_999 * MONEY, 50, ("21999", "22000")),
        ("credit", "max_credit", 21_999 * MONEY, 49, ("21999", "22000")),
        ("capital", "max_capital", 10_999 * MONEY, 50, ("10999", "11000")),
    ],
)
def test_a_refusal_names_row_limit_and_value(
    check: str, parameter: str, limit: int, side: int, said: tuple[str, str]
) -> None:
    desk = Desk(**{parameter: limit})
    desk.send(desk.request())
    refused = desk.refuses(check, desk.request(side))
    assert (refused.limit, refused.value, refused.row, refused.check) == (*said, "es", check)
    assert said[0] in refused.text and said[1] in refused.text and parameter in refused.text
    assert "each symbol ES" in refused.text


def test_credit_of_the_day_stays_used_after_the_end_and_restarts_with_the_day() -> None:
    desk = Desk(max_credit=11_000 * MONEY)
    order = desk.send(desk.request())
    said = {"exec_id": "e1", "exec_type": 70, "ord_status": OrdStatus.FILLED, "last_qty": 10 * SCALE}
    report = Report(kind=ReportKind.FILLED, cl_ord_id=order.venue_cl_ord_id, last_px=20 * SCALE, **said)
    desk.ledger.apply("X", report, 5)
    assert order.is_ended
    assert desk.refuses("credit", desk.request(qty=1)).value == "12100"
    desk.ledger.start_trading_day("X", 6)
    assert desk.judge("credit", desk.subject(desk.request())) is None


def test_warnings_begin_above_the_percentage_and_do_not_refuse() -> None:
    desk = Desk(max_long_qty=20 * SCALE, warn_percent=50)
    subject = desk.subject(desk.request())
    assert desk.judge("position", subject) is None and subject.warnings is None
    subject = desk.subject(desk.request(qty=11))
    assert desk.judge("position", subject) is None
    (warning,) = subject.warnings or []
    assert (warning.check, warning.limit, warning.value, warning.row) == ("position", "20", "11", "es")
    assert "50 percent" in warning.text


def test_a_sale_is_not_judged_for_a_long_position_that_a_lower_limit_left_behind() -> None:
    desk = Desk(max_long_qty=10 * SCALE, max_short_qty=10 * SCALE)
    desk.send(desk.request(qty=50))
    assert desk.judge("position", desk.subject(desk.request(Side.SELL))) is None
    assert desk.judge("position", desk.subject(desk.request(Side.SELL_SHORT))) is None


def test_a_replace_is_judged_by_what_it_adds_to_the_order_it_replaces() -> None:
    desk = Desk(max_long_qty=15 * SCALE, max_open_orders=1)
    order = desk.send(desk.request())
    for qty, expected in ((5, None), (10, None), (15, None), (16, "16")):
        asked = ReplaceOrder(cl_ord_id="R", orig_cl_ord_id=order.cl_ord_id, order_qty=qty * SCALE)
        subject = desk.subject(terms_if_replaced(order, asked), order, asked)
        assert desk.judge("open_orders", subject) is None
        refused = desk.judge("position", subject)
        assert (refused and refused.value) == expected


@pytest.mark.parametrize("check", ["credit", "capital"])
def test_an_order_without_price_or_value_is_refused_where_money_is_limited(check: str) -> None:
    desk = Desk(max_credit=10**6 * MONEY, max_capital=10**6 * MONEY)
    refused = desk.refuses(check, desk.request(px=ABSENT))
    assert refused.refusal == Refusal.NO_REFERENCE and "price" in refused.text
    assert desk.judge(check, desk.subject(desk.request(px=ABSENT), risk_px=20 * SCALE)) is None


@pytest.mark.parametrize("check", ["credit", "capital"])
def test_a_currency_without_a_rate_fails_closed(check: str) -> None:
    desk = Desk(max_credit=10**6 * MONEY, max_capital=10**6 * MONEY)
    assert desk.refuses(check, desk.request(symbol="7203")).refusal == Refusal.NO_REFERENCE


def test_what_is_counted_without_a_value_closes_its_bucket_to_all_that_needs_money() -> None:
    desk = Desk(max_credit=10**6 * MONEY)
    order = desk.send(desk.request(px=ABSENT))
    refused = desk.refuses("credit", desk.request())
    assert "1 orders or positions" in refused.text
    desk.ledger.mark_unsent(order, order.venue_cl_ord_id, Refusal.NOT_SENT, "cut", 9)
    assert desk.judge("credit", desk.subject(desk.request())) is None


def test_an_instrument_that_is_gone_fails_closed() -> None:
    desk = Desk(max_credit=10**6 * MONEY)
    desk.send(desk.request())
    del desk.instruments["ES"]
    desk.exposure.rebuild()
    (bucket,) = desk.book.limits_for(*KEY).buckets
    assert (bucket.open_orders, bucket.unvalued) == (1, 1)


def test_orders_without_a_limit_meet_nothing() -> None:
    desk = Desk()
    for check in CHECKS:
        assert desk.judge(check, desk.subject(desk.request())) is None
    desk.send(desk.request())
    assert desk.book.limits_for(*KEY).buckets == ()
