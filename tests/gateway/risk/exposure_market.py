"""Drive ledger, limits and exposure as strategies, operators and faults do, and tell the reference what happened."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from plain_exposure import ENDS, PENDING, REJECTED, SCALE, Plain, PlainMarket

from fairlead.codecs.vocabulary.constants import ABSENT, OrdStatus, OrdType, Refusal, ReportKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import DELIVER, Outcome
from fairlead.gateway.risk.exposure_cy import Exposure
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_rules import Currencies, LimitRules, Row, Selectors
from fairlead.gateway.risk.valuation_cy import Valuations

START_NS = 1_763_800_000_000_000_000
STRATEGIES, ACCOUNTS, VENUES = ("alpha", "beta"), ("A", "B"), ("X", "Y")
MULTIPLIERS = {"ACME": SCALE, "FUT": 50 * SCALE + 7, "JPYX": SCALE}
CURRENCIES = {"ACME": "USD", "FUT": "EUR", "JPYX": "JPY"}
SYMBOLS = tuple(MULTIPLIERS)
KEYS = [(s, a, v, y) for s in STRATEGIES for a in ACCOUNTS for v in VENUES for y in SYMBOLS]

COUNTS = {"warn_percent": 80}
ROWS = (
    Row("each-strategy", Selectors(strategy="*"), COUNTS),
    Row("acme", Selectors(symbol="ACME"), COUNTS),
    Row("account-a-each-symbol", Selectors(account="A", symbol="*"), COUNTS),
    Row("each-venue-and-account", Selectors(venue="*", account="*"), COUNTS),
)
FIRM = Row("firm", Selectors(), COUNTS)
RULES = (
    LimitRules(FIRM, ROWS, Currencies("USD", {"EUR": 107_000_003})),
    LimitRules(Row("firm", Selectors()), ROWS[1:3], Currencies("USD", {"EUR": 99_999_999, "JPY": 670_001})),
)
"""The yen has no rate under the first, and its prices are worth next to nothing under the second."""

INSTRUMENTS = {
    symbol: Instrument(
        symbol, "", 0, 0, CURRENCIES[symbol], "", 0, 0, 0, "", frozenset(VENUES), {}, "X", multiplier=multiplier
    )
    for symbol, multiplier in MULTIPLIERS.items()
}

quantities = st.integers(1, 9)
prices = st.integers(-4, 9)
picks = st.integers(0, 1000)
missing = st.sampled_from((0, 0, 0, 0, 2))
words = st.sampled_from(("lives", "filled", "canceled"))
STATUS_OF = {"lives": OrdStatus.NEW, "filled": OrdStatus.FILLED, "canceled": OrdStatus.CANCELED}
STATUS_OF_STATE = {
    "pending": OrdStatus.NEW,
    "live": OrdStatus.NEW,
    "filled": OrdStatus.FILLED,
    "canceled": OrdStatus.CANCELED,
    "expired": OrdStatus.EXPIRED,
}


def pick(choices: list[Any], number: int) -> Any:
    return choices[number % len(choices)]


class Market(RuleBasedStateMachine):
    """Play strategies, operators and faults."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[tuple[int, bytes, int]] = []
        self.utc_ns = START_NS
        self.epoch = 1
        self.plain = PlainMarket()
        self.names: dict[str, str] = {}
        """By order: the name it goes by now, of the order itself or of its last granted replace."""
        self.answered: dict[str, dict[str, Any]] = {}
        """By order: replaces that were refused, which a venue may yet grant."""
        self.kinds: dict[str, int] = {}
        self.made = 0
        self.last: tuple[str, Report] | None = None

    @initialize(which=st.integers(0, 1))
    def begin(self, which: int) -> None:
        self.rules = RULES[which]
        self.start([])

    def start(self, records: list[tuple[int, bytes, int]]) -> None:
        """Begin a process: replay, rebuild."""
        self.ledger = Ledger(self.record, self.epoch)
        self.epoch += 1
        for record in records:
            self.ledger.replay(*record)
        self.book = LimitBook(self.rules)
        for key in KEYS:
            self.book.limits_for(*key)
        valuations = Valuations(INSTRUMENTS, lambda currency: self.book.rules.currencies.rate_of(currency))
        self.exposure = Exposure(self.ledger, self.book.limits_for, valuations)
        self.book.on_change(lambda now_ns, utc_ns: self.exposure.rebuild())
        self.exposure.rebuild()

    def record(self, kind: int, payload: bytes, utc_ns: int) -> None:
        self.records.append((kind, payload, utc_ns))

    def tick(self) -> int:
        self.utc_ns += 1000
        return self.utc_ns

    def fresh(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}{self.made}"

    def choose(self, number: int, wanted: Callable[[Plain], object] = bool) -> tuple[str, Plain, Order] | None:
        """Return an order in memory of which something holds."""
        found = [
            (name, plain, order)
            for name, plain in self.plain.orders.items()
            if wanted(plain) and (order := self.ledger.find(plain.key[0], name)) is not None
        ]
        return pick(found, number) if found else None

    def say(self, name: str, kind: ReportKind, cl_ord_id: str = "", owed: int = 0, **said: Any) -> Outcome:
        """Let a venue report on an order once the reference knows what it means: CumQty is as it is there."""
        plain = self.plain.orders[name]
        if "cum_qty" not in said and kind != ReportKind.CANCEL_REJECTED:
            said["cum_qty"] = plain.cum + owed
            plain.missing = owed
        given: dict[str, Any] = {"exec_id": self.fresh("e"), "cl_ord_id": "v" + (cl_ord_id or self.names[name])}
        report = Report(kind=kind, **(given | said))
        outcome = self.ledger.apply(plain.key[2], report, self.tick())
        assert outcome.verdict == DELIVER, (report, outcome)
        # a status report says the same thing as often as it is asked
        self.last = None if kind == ReportKind.STATUS_REPORT else (plain.key[2], report)
        if plain.state != PENDING:
            plain.drop_new()
        return outcome

    # strategies

    @rule(
        key=st.sampled_from(KEYS), side=st.sampled_from((49, 50, 53)), qty=quantities, px=prices,
        kind=st.sampled_from((50, 50, 50, 51, 49)), risk_px=st.none() | prices,
    )  # fmt: skip
    def new(self, key: tuple[str, str, str, str], side: int, qty: int, px: int, kind: int, risk_px: int | None) -> None:
        name = self.fresh("o")
        request = self.order_request(name, key, side, qty, px, kind)
        valued = px if kind != OrdType.MARKET else risk_px
        given = ABSENT if risk_px is None else risk_px
        self.ledger.open_order(key[0], request, key[2], "v" + name, self.tick(), given)
        plain = Plain(key, side, qty, valued, risk_px if kind == OrdType.MARKET else None)
        plain.ask(name, "new")
        self.plain.orders[name], self.names[name], self.kinds[name] = plain, name, kind
        self.answered[name] = {}

    def order_request(
        self, name: str, key: tuple[str, str, str, str], side: int, qty: int, px: int, kind: int
    ) -> NewOrder:
        prices_of = {50: {"price": px}, 51: {"stop_px": px}, 49: {}}[kind]
        return NewOrder(
            cl_ord_id=name, account=key[1], symbol=key[3], side=side, order_qty=qty, ord_type=kind, **prices_of
        )

    def replace_request(
        self, name: str, plain: Plain, number: int, qty: int | None, px: int | None
    ) -> tuple[ReplaceOrder, int, int | None]:
        """Return a replace of the order or of a replace of it in flight, and the terms that it asks for."""
        flying = [asked for asked in plain.asked.items() if asked[1].kind == "replace"]
        orig, base_qty, base_px = self.names[name], plain.qty, plain.px
        if flying and number % 3:
            orig, base = pick(flying, number)
            base_qty, base_px = base.qty, base.px
        field = {50: "price", 51: "stop_px", 49: ""}[self.kinds[name]]
        prices_of = {field: px} if field and px is not None else {}
        new_qty = ABSENT if qty is None else qty
        request = ReplaceOrder(cl_ord_id=self.fresh("r"), orig_cl_ord_id=orig, order_qty=new_qty, **prices_of)
        return request, base_qty if qty is None else qty, px if prices_of else base_px

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, qty=st.none() | st.integers(1, 14), px=st.none() | prices)
    def replace(self, number: int, qty: int | None, px: int | None) -> None:
        chosen = self.choose(number, lambda plain: plain.state not in ENDS)
        if chosen is None:
            return
        name, plain, order = chosen
        request, new_qty, new_px = self.replace_request(name, plain, number, qty, px)
        self.ledger.begin_replace(order, request, "v" + request.cl_ord_id, self.tick())
        plain.ask(request.cl_ord_id, "replace", new_qty, new_px)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks)
    def cancel(self, number: int) -> None:
        chosen = self.choose(number, lambda plain: plain.state not in ENDS)
        if chosen is None:
            return
        name, plain, order = chosen
        request = CancelOrder(cl_ord_id=self.fresh("c"), orig_cl_ord_id=self.names[name])
        self.ledger.begin_cancel(order, request, "v" + request.cl_ord_id, self.tick())
        plain.ask(request.cl_ord_id, "cancel")

    # faults

    def give_up(self, name: str, plain: Plain, order: Order, key: str) -> None:
        self.ledger.mark_unsent(order, "v" + key, Refusal.NOT_SENT, "lost", self.tick())
        asked = plain.asked.pop(key)
        if asked.kind == "new":
            plain.end(REJECTED)
        elif asked.kind == "replace":
            self.answered[name][key] = asked

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks)
    def unsent(self, number: int) -> None:
        chosen = self.choose(number, lambda plain: plain.asked)
        if chosen is not None:
            name, plain, order = chosen
            self.give_up(name, plain, order, pick(list(plain.asked), number))

    @rule(venue=st.sampled_from(VENUES), for_good=st.booleans())
    def link_broke(self, venue: str, for_good: bool) -> None:
        for plain in self.plain.orders.values():
            if plain.key[2] == venue and plain.state not in ENDS:
                for asked in plain.asked.values():
                    asked.is_unknown = True
        (self.ledger.mark_reports_lost if for_good else self.ledger.mark_in_doubt)(venue, self.tick())

    @rule(venue=st.sampled_from(VENUES))
    def caught_up(self, venue: str) -> None:
        self.ledger.mark_caught_up(venue, self.tick())

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, again=st.booleans())
    def request_doubted(self, number: int, again: bool) -> None:
        chosen = self.choose(number, lambda plain: plain.asked)
        if chosen is None:
            return
        _, plain, order = chosen
        key = pick(list(plain.asked), number)
        plain.asked[key].is_unknown = not again
        mark = self.ledger.mark_request_resent if again else self.ledger.mark_request_in_doubt
        mark(order.venue, "v" + key, self.tick())

    @rule(from_snapshot=st.booleans())
    def restart(self, from_snapshot: bool) -> None:
        """Lose the process; what it wrote down is all there is."""
        if from_snapshot:
            written = len(self.records)
            self.ledger.write_snapshot(self.tick())
            self.records = self.records[written:]
        self.start(list(self.records))

    # time and limits

    @rule(venue=st.sampled_from(VENUES))
    def day_began(self, venue: str) -> None:
        self.ledger.start_trading_day(venue, self.tick())
        self.plain.start_day(venue)
        self.last = None

    @rule()
    def forget(self) -> None:
        self.ledger.forget_ended(self.utc_ns, self.tick())
        self.last = None

    @rule(which=st.integers(0, 1))
    def limits_changed(self, which: int) -> None:
        self.rules = RULES[which]
        self.book.put_in_force(self.rules, self.book.version + 1, 1, self.utc_ns)
