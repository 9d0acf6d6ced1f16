"""Drive ledger, limits and exposure with any sequence of requests, reports, faults and restarts, against a reference.

``plain_exposure`` keeps what happened in dictionaries and adds everything up each time; it shares no code with what it
is compared with. After each step every bucket must hold the same, and the ledger the same positions and open orders.
"""

from collections.abc import Callable
from fractions import Fraction

from exposure_market import CURRENCIES, INSTRUMENTS, KEYS, MULTIPLIERS, pick, picks, prices, quantities
from exposure_venues import Venues
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from plain_exposure import BUY, ENDS, SCALE, Totals, away_from_zero, weigh

from fairlead.codecs.vocabulary.constants import ABSENT, OrdType
from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.risk.exposure_checks_cy import CapitalCheck, CreditCheck, OpenOrdersCheck, PositionCheck
from fairlead.gateway.risk.limit_set_cy import Bucket
from fairlead.gateway.risk.new_terms_cy import terms_if_replaced
from fairlead.gateway.risk.subject_cy import Subject

LIMITS: dict[str, tuple[type, Callable[[Totals, bool, int, int], int]]] = {
    "max_open_orders": (OpenOrdersCheck, lambda t, is_buy, qty, money: t.open_orders + 1),
    "max_long_qty": (PositionCheck, lambda t, is_buy, qty, money: t.net_qty + t.open_buy_qty + qty),
    "max_short_qty": (PositionCheck, lambda t, is_buy, qty, money: t.open_sell_qty - t.net_qty + qty),
    "max_gross_qty": (
        PositionCheck,
        lambda t, is_buy, qty, money: t.gross_qty + t.open_buy_qty + t.open_sell_qty + qty,
    ),
    "max_open_notional": (
        CreditCheck,
        lambda t, is_buy, qty, money: t.open_buy_notional + t.open_sell_notional + money,
    ),
    "max_credit": (
        CreditCheck,
        lambda t, is_buy, qty, money: t.traded_notional + t.open_buy_notional + t.open_sell_notional + money,
    ),
    "max_capital": (
        CapitalCheck,
        lambda t, is_buy, qty, money: (
            (t.net_notional + t.open_buy_notional if is_buy else t.open_sell_notional - t.net_notional) + money
        ),
    ),
}
"""Each limit, its check, and the value that an order brings it to."""

UNLIMITED = 2**63 - 1
MONEY = ("max_open_notional", "max_credit", "max_capital")


class Model(Venues):
    """Hold what the gateway counts and decides against the reference, after each step."""

    def worth(self) -> dict[str, Fraction | None]:
        """Return what a unit of each symbol's own money is worth."""
        found: dict[str, Fraction | None] = {}
        for symbol, multiplier in MULTIPLIERS.items():
            currency = CURRENCIES[symbol]
            rate = SCALE if currency == "USD" else self.rules.currencies.rates.get(currency)
            found[symbol] = None if rate is None else Fraction(multiplier * rate, SCALE * SCALE)
        return found

    def members(self) -> dict[Bucket, set[tuple[str, str, str, str]]]:
        found: dict[Bucket, set[tuple[str, str, str, str]]] = {}
        for key in KEYS:
            for bucket in self.book.limits_for(*key).buckets:
                found.setdefault(bucket, set()).add(key)
        return found

    @invariant()
    def every_bucket_agrees(self) -> None:
        worth = self.worth()
        for bucket, members in self.members().items():
            expected = vars(self.plain.totals(members, worth))
            assert {name: getattr(bucket, name) for name in expected} == expected, bucket.scope

    @invariant()
    def the_books_agree(self) -> None:
        living = [name for name, plain in self.plain.orders.items() if plain.state not in ENDS]
        assert [order.all_requests[0].cl_ord_id for order in self.ledger.open_orders()] == living
        net: dict[tuple[str, str, str, str], int] = {}
        for plain in self.plain.orders.values():
            net[plain.key] = net.get(plain.key, 0) + (plain.cum if plain.side == BUY else -plain.cum)
        held = {(p.strategy, p.account, p.venue, p.symbol): p.net_qty for p in self.ledger.positions()}
        assert {key: qty for key, qty in held.items() if qty} == {key: qty for key, qty in net.items() if qty}

    # decisions

    @rule(
        key=st.sampled_from(KEYS), side=st.sampled_from((49, 50)), qty=quantities, px=prices, number=picks,
        kind=st.sampled_from((50, 51, 49)), limit=st.sampled_from(sorted(LIMITS)), risk_px=st.none() | prices,
    )  # fmt: skip
    def judge_new(
        self, key: tuple[str, str, str, str], side: int, qty: int, px: int, number: int, kind: int, limit: str,
        risk_px: int | None,
    ) -> None:  # fmt: skip
        request = self.order_request("asked", key, side, qty, px, kind)
        valued = px if kind != OrdType.MARKET else risk_px
        worth = self.worth()[key[3]]
        is_unknown = valued is None or worth is None
        money = 0 if valued is None or worth is None else away_from_zero(qty * abs(valued) * worth)
        self.judge(self.subject(key, request, risk_px), number, limit, (True, qty, money, is_unknown))

    @precondition(lambda self: self.plain.orders)
    @rule(
        number=picks, qty=st.none() | st.integers(1, 14), px=st.none() | prices, limit=st.sampled_from(sorted(LIMITS))
    )
    def judge_replace(self, number: int, qty: int | None, px: int | None, limit: str) -> None:
        """Judge the new terms where they go beyond what may live beside them."""
        chosen = self.choose(number, lambda plain: plain.state not in ENDS)
        if chosen is None:
            return
        name, plain, order = chosen
        request, new_qty, new_px = self.replace_request(name, plain, number, qty, px)
        worth = self.worth()[plain.key[3]]
        held_live, held_qty, held_money, held_unknown = weigh(plain, worth)
        left = max(new_qty - plain.cum, 0)
        is_unknown = left > 0 and (new_px is None or worth is None) and not (held_unknown and left <= held_qty)
        money = 0 if new_px is None or worth is None else away_from_zero(left * abs(new_px) * worth)
        added = (not held_live, max(left - held_qty, 0), max(money - held_money, 0), is_unknown)
        subject = self.subject(plain.key, terms_if_replaced(order, request), None, order, request)
        self.judge(subject, number, limit, added)

    def subject(
        self, key: tuple[str, str, str, str], request: NewOrder, risk_px: int | None, order: Order | None = None,
        asked: ReplaceOrder | None = None,
    ) -> Subject:  # fmt: skip
        limits = self.book.limits_for(*key)
        found = Subject(
            key[0], request, StrategyIdentity(key[0]), INSTRUMENTS[key[3]], key[2], None, key[1], limits, 1,
            self.utc_ns, order, asked,
        )  # fmt: skip
        found.risk_px = ABSENT if risk_px is None else risk_px
        return found

    def judge(self, subject: Subject, number: int, limit: str, added: tuple[bool, int, int, bool]) -> None:
        """Set one limit of one bucket just below, at and just above what the order would bring it to."""
        is_new, qty, money, is_unknown = added
        bucket: Bucket = pick(list(subject.limits.buckets), number) if subject.limits.buckets else None
        is_buy = subject.request.side == BUY
        if bucket is None or limit in ("max_long_qty", "max_short_qty") and (limit == "max_long_qty") != is_buy:
            return
        totals = self.plain.totals(self.members()[bucket], self.worth())
        check_type, value_of = LIMITS[limit]
        check = check_type(self.exposure)
        value = value_of(totals, is_buy, qty, money)
        adds = is_new if limit == "max_open_orders" else money > 0 if limit in MONEY else qty > 0
        blind = limit in MONEY and (is_unknown or ((qty > 0 or money > 0) and totals.unvalued > 0))
        for around in (-1, 0, 1):
            setattr(bucket, limit, value + around)
            refused = check(subject)
            assert (refused is not None) == (blind or (adds and around < 0)), (limit, around, refused and refused.text)
            assert refused is None or refused.row == bucket.row
        setattr(bucket, limit, None if limit in MONEY else UNLIMITED)
        # a limit is never told by a warning
        assert subject.warnings is None or all(found.row == bucket.row for found in subject.warnings)


Model.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestModel = Model.TestCase
