"""Keep own orders from meeting: which ones do, whose, what is said, and what a venue is told to do about it."""

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.adapters.capabilities_check import check_new_order
from fairlead.adapters.fix import profiles
from fairlead.adapters.fix.profiles import load_profile
from fairlead.adapters.venue_session import Capabilities
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, ExecType, OrdStatus, OrdType, Refusal, ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import NewOrder, ReplaceOrder, Report
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.risk.limit_set_cy import LimitSet
from fairlead.gateway.risk.limits_parameters import SELF_MATCH
from fairlead.gateway.risk.new_terms_cy import terms_if_replaced
from fairlead.gateway.risk.self_match_cy import BLOCKING, STAMP, SelfMatchCheck
from fairlead.gateway.risk.subject_cy import Refused, Subject

BUY, SELL = Side.BUY, Side.SELL


class Desk:
    """Keep books and the check; prices are whole."""

    def __init__(self, policy: str = "block", fields: tuple[tuple[str, str], ...] = ()) -> None:
        self.policy = policy
        self.is_needed = True
        self.ledger = Ledger(lambda kind, payload, utc_ns: None, 1)
        self.check = SelfMatchCheck(self.ledger, lambda: self.is_needed)
        self.capabilities = Capabilities(frozenset((49, 50, 51, 52)), frozenset((48,)), self_match_fields=fields)
        self.count = 0

    def request(self, side: int, px: int | None, kind: int = OrdType.LIMIT, **terms: Any) -> NewOrder:
        self.count += 1
        price = ABSENT if px is None else px * SCALE
        given: dict[str, Any] = {"symbol": "ACME", "account": "A", "order_qty": 10 * SCALE}
        return NewOrder(cl_ord_id=f"C{self.count}", side=side, ord_type=kind, price=price, **(given | terms))

    def rest(self, side: int, px: int | None, kind: int = OrdType.LIMIT, **terms: Any) -> Order:
        strategy, venue = terms.pop("strategy", "beta"), terms.pop("at", "X")
        request = self.request(side, px, kind, **terms)
        return self.ledger.open_order(strategy, request, venue, "v" + request.cl_ord_id, self.count)

    def replace(self, order: Order, px: int) -> ReplaceOrder:
        self.count += 1
        asked = ReplaceOrder(cl_ord_id=f"C{self.count}", orig_cl_ord_id=order.cl_ord_id, price=px * SCALE)
        self.ledger.begin_replace(order, asked, "v" + asked.cl_ord_id, self.count)
        return asked

    def say(
        self, order: Order, kind: ReportKind, exec_type: int, status: int, cl_ord_id: str = "", **said: Any
    ) -> None:
        self.count += 1
        report = Report(
            kind=kind, exec_type=exec_type, ord_status=status, exec_id=f"e{self.count}",
            cl_ord_id="v" + (cl_ord_id or order.cl_ord_id), **said,
        )  # fmt: skip
        self.ledger.apply(order.venue, report, self.count)

    def subject(self, request: NewOrder, order: Order | None = None, **who: str) -> Subject:
        limits = LimitSet(1)
        limits.self_match = self.policy
        limits.rows["self_match"] = "row one"
        strategy = who.get("strategy", "alpha")
        session: Any = SimpleNamespace(capabilities=self.capabilities)
        venue, account = who.get("venue", "X"), who.get("account", request.account)
        return Subject(
            strategy, request, StrategyIdentity(strategy), None, venue, session, account, limits, 1, 1, order
        )

    def judge(self, request: NewOrder, order: Order | None = None, **who: str) -> Refused | None:
        return self.check.judge(self.subject(request, order, **who))


@pytest.mark.parametrize(
    ("resting", "held", "side", "asked", "meets"),
    [
        (SELL, 10, BUY, 9, False),
        (SELL, 10, BUY, 10, True),
        (SELL, 10, BUY, 11, True),
        (BUY, 10, SELL, 11, False),
        (BUY, 10, SELL, 10, True),
        (BUY, 10, Side.SELL_SHORT, 9, True),
        (BUY, 10, BUY, 10, False),
        (SELL, 10, SELL, 10, False),
        (SELL, 10, BUY, None, True),
        (BUY, 10, SELL, None, True),
        (SELL, None, BUY, 1, True),
        (BUY, None, SELL, 99, True),
        (SELL, -5, BUY, -6, False),
        (SELL, -5, BUY, -5, True),
    ],
)
def test_prices_that_cross_meet_and_orders_without_price_meet_all(
    resting: int, held: int | None, side: int, asked: int | None, meets: bool
) -> None:
    desk = Desk()
    desk.rest(resting, held, OrdType.MARKET if held is None else OrdType.LIMIT)
    request = desk.request(side, asked, OrdType.MARKET if asked is None else OrdType.LIMIT)
    assert (desk.judge(request) is not None) == meets


def test_the_refusal_names_both_orders_and_the_row() -> None:
    desk = Desk()
    order = desk.rest(SELL, 10)
    refused = desk.judge(desk.request(BUY, 11))
    assert refused is not None
    assert (refused.refusal, refused.limit, refused.value, refused.row) == (Refusal.SELF_MATCH, "10", "11", "row one")
    for said in ("C2", order.order_id, "C1 of beta", "sells at 10", "at X"):
        assert said in refused.text


@pytest.mark.parametrize("policy", ["block", "block_account", "block_strategy"])
@pytest.mark.parametrize("strategy", ["alpha", "beta"])
@pytest.mark.parametrize("account", ["A", "B"])
def test_the_row_says_whose_orders_count(policy: str, strategy: str, account: str) -> None:
    desk = Desk(policy)
    # a stranger's better offer does not hide the one that counts
    desk.rest(SELL, 9, strategy="gamma", account="C")
    desk.rest(SELL, 10, strategy=strategy, account=account)
    refused = desk.judge(desk.request(BUY, 10))
    if policy == "block":
        assert refused is not None and "gamma" in refused.text
    else:
        assert (refused is not None) == (account == "A" if policy == "block_account" else strategy == "alpha")


def test_other_venues_and_instruments_do_not_meet() -> None:
    desk = Desk()
    desk.rest(SELL, 10, at="Y")
    desk.rest(SELL, 10, symbol="MSFT")
    assert desk.judge(desk.request(BUY, 11)) is None


def test_an_order_meets_until_its_end_is_confirmed() -> None:
    desk = Desk()
    order = desk.rest(SELL, 10)
    desk.ledger.mark_in_doubt("X", 5)
    assert desk.judge(desk.request(BUY, 10)) is not None
    desk.say(order, ReportKind.CANCELED, ExecType.CANCELED, OrdStatus.CANCELED)
    assert desk.judge(desk.request(BUY, 10)) is None


def test_a_replace_in_flight_may_meet_before_it_is_granted_and_the_old_price_until_then() -> None:
    desk = Desk()
    order = desk.rest(SELL, 10)
    asked = desk.replace(order, 12)
    assert desk.judge(desk.request(BUY, 10)) is not None
    desk.say(order, ReportKind.REPLACED, ExecType.REPLACED, OrdStatus.REPLACED, asked.cl_ord_id)
    assert desk.judge(desk.request(BUY, 11)) is None
    desk.replace(order, 8)
    assert desk.judge(desk.request(BUY, 8)) is not None


def test_a_replace_is_judged_by_its_new_terms() -> None:
    desk = Desk()
    desk.rest(SELL, 10)
    order = desk.rest(BUY, 8)
    for px, meets in ((9, False), (10, True)):
        asked = ReplaceOrder(cl_ord_id="R", orig_cl_ord_id=order.cl_ord_id, price=px * SCALE)
        assert (desk.judge(terms_if_replaced(order, asked), order) is not None) == meets


@pytest.mark.parametrize("told", ["triggered", "traded"])
def test_a_stop_order_meets_nobody_before_it_has_triggered(told: str) -> None:
    desk = Desk()
    order = desk.rest(SELL, 10, OrdType.STOP_LIMIT, stop_px=11 * SCALE)
    assert desk.judge(desk.request(BUY, 10)) is None
    if told == "triggered":
        desk.say(order, ReportKind.STATUS_REPORT, ExecType.TRIGGERED, OrdStatus.NEW)
    else:
        said = {"last_qty": SCALE, "last_px": 10 * SCALE}
        desk.say(order, ReportKind.FILLED, ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, **said)
    assert desk.judge(desk.request(BUY, 10)) is not None
    desk.rest(SELL, 5)
    assert desk.judge(desk.request(BUY, None, OrdType.STOP, stop_px=12 * SCALE)) is None


@pytest.mark.parametrize("policy", ["", "off"])
def test_nothing_is_looked_at_where_the_row_does_not_ask(policy: str) -> None:
    desk = Desk(policy)
    desk.rest(SELL, 10)
    assert desk.judge(desk.request(BUY, 11)) is None


def test_orders_of_before_are_found_when_a_row_begins_to_ask() -> None:
    desk = Desk()
    desk.is_needed = False
    desk.check.rebuild()
    order = desk.rest(SELL, 10)
    assert desk.judge(desk.request(BUY, 11)) is None
    desk.is_needed = True
    desk.check.rebuild()
    assert desk.judge(desk.request(BUY, 11)) is not None
    desk.say(order, ReportKind.CANCELED, ExecType.CANCELED, OrdStatus.CANCELED)
    assert desk.judge(desk.request(BUY, 11)) is None


def test_each_word_of_the_limits_file_is_known() -> None:
    assert set(SELF_MATCH) == {"off", STAMP, *BLOCKING}


def test_a_stamp_puts_the_venues_fields_on_the_order_in_place_of_the_strategys() -> None:
    fields = (("7928", "FIRM1"), ("8000", "O"))
    desk = Desk(STAMP, fields)
    desk.rest(SELL, 10)
    request = desk.request(BUY, 11, extras=(("9000", "x"), ("8000", "N")))
    assert desk.judge(request) is None
    assert request.extras == (("9000", "x"), *fields)


def test_a_stamp_is_refused_where_the_profile_has_no_fields() -> None:
    refused = Desk(STAMP).judge(Desk().request(BUY, 11))
    assert refused is not None
    assert refused.refusal == Refusal.SELF_MATCH and "self_match_fields" in refused.text and "venue X" in refused.text


def test_a_profile_names_the_fields_and_lets_them_through(tmp_path: Path) -> None:
    text = (Path(profiles.__path__[0]) / "exchange44.toml").read_text()
    changed = text.replace("extra_tags = [461]", 'self_match_fields = { 2362 = "FIRM1" }\nextra_tags = [461]')
    (tmp_path / "own.toml").write_text(changed)
    capabilities = load_profile(tmp_path / "own.toml").capabilities
    assert capabilities.self_match_fields == (("2362", "FIRM1"),)
    desk = Desk(STAMP, capabilities.self_match_fields)
    request = desk.request(BUY, 11, time_in_force=ord("0"))
    assert desk.judge(request) is None
    assert check_new_order(capabilities, request) is None


class Plain:
    """Find what meets by looking at all orders."""

    def __init__(self) -> None:
        self.resting: list[tuple[Order, int | None]] = []

    def meets(self, side: int, px: int | None) -> bool:
        for order, held in self.resting:
            if order.is_ended or (order.side == BUY) == (side == BUY):
                continue
            if px is None or held is None or (px >= held if side == BUY else px <= held):
                return True
        return False


steps = st.lists(
    st.tuples(st.sampled_from((BUY, SELL)), st.none() | st.integers(-3, 6), st.integers(0, 3)), max_size=30
)


@given(steps)
def test_orders_that_come_and_go_are_found_as_by_looking_at_all(history: list[tuple[int, int | None, int]]) -> None:
    """Invariant: with any orders opened and ended, an order meets an own one exactly if looking at all finds one."""
    desk, plain = Desk(), Plain()
    for side, px, end in history:
        order = desk.rest(side, px, OrdType.MARKET if px is None else OrdType.LIMIT)
        plain.resting.append((order, px))
        if end == 0:
            gone, _ = plain.resting[len(plain.resting) // 2]
            desk.say(gone, ReportKind.CANCELED, ExecType.CANCELED, OrdStatus.CANCELED)
        for asked_side, asked in itertools.product((BUY, SELL), (None, -4, 0, 3, 7)):
            request = desk.request(asked_side, asked, OrdType.MARKET if asked is None else OrdType.LIMIT)
            assert (desk.judge(request) is not None) == plain.meets(asked_side, asked)
