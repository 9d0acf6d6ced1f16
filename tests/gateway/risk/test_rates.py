"""Message rates against a plain list of times: never too many in any interval, and always room for cancels."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from fairlead.gateway.risk.limit_set_cy import Bucket, LimitSet
from fairlead.gateway.risk.rates_cy import MASS_CANCEL_PACE_NS, NEVER_NS, MassCancelPace, MessageRates, MessageWindow

SECOND = 1_000_000_000


def bucket(scope: str, max_messages: int, interval_ns: int, cancel_reserve: int = 0) -> Bucket:
    made = Bucket(scope, f"row of {scope}")
    made.max_messages = max_messages
    made.interval_ns = interval_ns
    made.cancel_reserve = cancel_reserve
    return made


def limits(*buckets: Bucket) -> LimitSet:
    made = LimitSet(1)
    made.buckets = buckets
    return made


def no_limits(strategy: str, account: str, venue: str, symbol: str) -> LimitSet:
    raise AssertionError("no past message is known")


@dataclass
class Naive:
    """What the window should do, said as plainly as can be."""

    max_messages: int
    interval_ns: int
    reserve: int
    sent: list[int] = field(default_factory=list)

    def within(self, now_ns: int) -> int:
        return sum(1 for at in self.sent if now_ns - at < self.interval_ns)

    def has_room(self, now_ns: int) -> bool:
        return self.within(now_ns) < self.max_messages - self.reserve


steps = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=120)


@given(steps, st.integers(0, 12), st.integers(1, 25), st.integers(0, 6))
def test_a_window_does_as_a_list_of_all_times_would(
    messages: list[tuple[int, bool]], max_messages: int, interval_ns: int, reserve: int
) -> None:
    window, naive = MessageWindow(max_messages, interval_ns, reserve), Naive(max_messages, interval_ns, reserve)
    now_ns, orders = 0, []
    for gap, is_cancel in messages:
        now_ns += gap
        room_ns = window.room_ns(now_ns)
        assert (room_ns == 0) == naive.has_room(now_ns)
        if max_messages:
            assert window.used(now_ns) == min(naive.within(now_ns), max_messages)
        if max_messages - reserve <= 0:
            assert room_ns == NEVER_NS
        elif room_ns:
            assert naive.has_room(now_ns + room_ns) and not naive.has_room(now_ns + room_ns - 1)
        if is_cancel or room_ns == 0:
            window.note(now_ns)
            naive.sent.append(now_ns)
        if not is_cancel and room_ns == 0:
            orders.append(now_ns)
    for start in orders:
        assert sum(1 for at in orders if start <= at < start + interval_ns) <= max_messages - reserve


@given(st.lists(st.integers(0, 9), max_size=80), st.integers(1, 8), st.integers(1, 30), st.integers(0, 4))
def test_orders_alone_never_touch_the_cancel_reserve(
    gaps: list[int], room: int, interval_ns: int, reserve: int
) -> None:
    scope = bucket("strategy alpha", room + reserve, interval_ns, reserve)
    rates, met = MessageRates(no_limits), limits(scope)
    now_ns = 0
    for gap in gaps:
        now_ns += gap
        if rates.full(met, now_ns) is None:
            rates.note(met, now_ns)
        assert scope.max_messages - scope.window.used(now_ns) >= reserve


def test_the_first_full_bucket_is_named_and_every_bucket_counts() -> None:
    strategy, firm = bucket("strategy alpha", 2, SECOND), bucket("firm", 3, SECOND)
    alpha, beta = limits(strategy, firm), limits(bucket("strategy beta", 9, SECOND), firm)
    rates = MessageRates(no_limits)
    for at_ns in (0, 1):
        assert rates.full(alpha, at_ns) is None
        rates.note(alpha, at_ns)
    assert rates.full(alpha, 2) is strategy
    assert rates.full(beta, 2) is None
    rates.note(beta, 2)
    assert rates.full(beta, 3) is firm
    assert rates.full(beta, SECOND) is None  # the first message has left the window of one second


def test_twice_the_limit_never_goes_out_around_a_border_of_time() -> None:
    scope = bucket("firm", 5, SECOND)
    rates, met = MessageRates(no_limits), limits(scope)
    for at_ns in range(5):
        rates.note(met, SECOND - 10 + at_ns)
    assert rates.full(met, SECOND + 1) is scope
    assert scope.window.room_ns(SECOND + 1) == SECOND - 11


def test_windows_go_on_counting_when_limits_change() -> None:
    rates = MessageRates(no_limits)
    rates.note(limits(bucket("firm", 3, SECOND)), 0)
    rates.note(limits(bucket("firm", 3, SECOND)), 1)  # another object, the same scope
    rates.rebuild([])
    tighter = bucket("firm", 2, SECOND)
    assert rates.full(limits(tighter), 2) is tighter
    rates.rebuild([])
    same = bucket("firm", 2, SECOND)
    assert rates.full(limits(same), 2) is same
    assert rates.full(limits(same), SECOND) is None


def test_a_restart_finds_the_windows_full() -> None:
    strategy, firm = bucket("strategy alpha", 2, SECOND), bucket("firm", 9, SECOND)
    met = limits(strategy, firm)
    rates = MessageRates(lambda *_: met)
    rates.rebuild([(-5, "alpha", "ACC", "XBRK", "MSFT"), (-4, "alpha", "ACC", "XBRK", "MSFT")])
    assert rates.full(met, 0) is strategy
    assert strategy.window.room_ns(0) == SECOND - 5
    assert firm.window.used(0) == 2


def test_a_limit_that_asks_about_more_messages_is_filled_from_the_books() -> None:
    before = limits(bucket("firm", 2, SECOND))
    wider = limits(bucket("firm", 4, 60 * SECOND))
    met = [before]
    rates = MessageRates(lambda *_: met[0])
    sent = [at_ns * SECOND for at_ns in range(4)]
    for at_ns in sent:
        assert rates.full(before, at_ns) is None
        rates.note(before, at_ns)
    met[0] = wider
    rates.rebuild([(at_ns, "alpha", "ACC", "XBRK", "MSFT") for at_ns in sent])
    assert rates.full(wider, 4 * SECOND) is wider.buckets[0]


def test_a_limit_of_nothing_lets_no_order_go_and_no_cancel_wait() -> None:
    scope = bucket("firm", 0, SECOND)
    rates, met = MessageRates(no_limits), limits(scope)
    assert rates.full(met, 0) is scope
    rates.note(met, 0)
    assert scope.window.room_ns(10 * SECOND) == NEVER_NS


def test_one_identical_mass_cancel_a_second_and_venue() -> None:
    pace = MassCancelPace()
    assert pace.admit("XBRK", ("all",), 0)
    assert not pace.admit("XBRK", ("all",), MASS_CANCEL_PACE_NS - 1)
    assert pace.admit("XBRK", ("symbol", "MSFT"), 1)
    assert pace.admit("XEXC", ("all",), 1)
    assert pace.admit("XBRK", ("all",), MASS_CANCEL_PACE_NS)
    for number in range(5000):
        assert pace.admit("XBRK", ("symbol", str(number)), 3 * MASS_CANCEL_PACE_NS + number)
