"""Drive ledger, limits and exposure with any sequence of requests, reports, faults and restarts, against a reference.

``plain_exposure`` keeps what happened in dictionaries and adds everything up each time; it shares no code with what it
is compared with. After each step every bucket must hold the same, and the ledger the same positions and open orders.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from plain_exposure import BUY, ENDS, PENDING, REJECTED, SCALE, Fill, Plain, PlainMarket, Totals, away_from_zero, weigh

from fairlead.codecs.vocabulary.constants import ABSENT, ExecType, OrdStatus, OrdType, Refusal, ReportKind
from fairlead.codecs.vocabulary.messages_cy import CancelOrder, NewOrder, ReplaceOrder, Report
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.orders.ledger_cy import Ledger
from fairlead.gateway.orders.order_cy import Order
from fairlead.gateway.orders.outcome_cy import DELIVER, DUPLICATE, Outcome
from fairlead.gateway.ports.identity import StrategyIdentity
from fairlead.gateway.risk.exposure_checks_cy import CapitalCheck, CreditCheck, OpenOrdersCheck, PositionCheck
from fairlead.gateway.risk.exposure_cy import Exposure
from fairlead.gateway.risk.limit_set_cy import Bucket
from fairlead.gateway.risk.limits_book_cy import LimitBook
from fairlead.gateway.risk.limits_rules import Currencies, LimitRules, Row, Selectors
from fairlead.gateway.risk.new_terms_cy import terms_if_replaced
from fairlead.gateway.risk.subject_cy import Subject
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
    """Play strategies, venues, operators and faults."""

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

    # venues

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, owed=missing)
    def accept(self, number: int, owed: int) -> None:
        chosen = self.choose(number, lambda plain: plain.state == PENDING)
        if chosen is not None:
            name, plain, _ = chosen
            plain.trade()
            self.say(name, ReportKind.ACCEPTED, owed=owed, exec_type=ExecType.NEW, ord_status=OrdStatus.NEW)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, qty=quantities, px=prices, tells_cum=st.booleans())
    def fill(self, number: int, qty: int, px: int, tells_cum: bool) -> None:
        """Fill before the acknowledgement, in the middle, beyond the order, after its end."""
        chosen = self.choose(number)
        if chosen is not None:
            self.book_fill(chosen[0], qty, px, tells_cum)

    def book_fill(self, name: str, qty: int, px: int, tells_cum: bool) -> None:
        plain = self.plain.orders[name]
        plain.cum += qty
        plain.missing = max(plain.missing - qty, 0)
        if plain.state not in ENDS:
            plain.trade()
        elif plain.cum >= plain.qty:
            plain.state = "filled"
        elif plain.state == REJECTED:
            plain.state = "live"
        status = OrdStatus.FILLED if plain.cum >= plain.qty else OrdStatus.PARTIALLY_FILLED
        exec_id = self.fresh("e")
        plain.fills[exec_id] = Fill(qty, px)
        told = {} if tells_cum else {"cum_qty": ABSENT}
        self.say(
            name, ReportKind.FILLED, exec_id=exec_id, exec_type=ExecType.TRADE, ord_status=status, last_qty=qty,
            last_px=px, **told,
        )  # fmt: skip

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, word=words, owed=missing)
    def bust(self, number: int, word: str, owed: int) -> None:
        """Take a fill back, also of an order that has ended, also of yesterday."""
        chosen = self.choose(number, lambda plain: any(fill.stands for fill in plain.fills.values()))
        if chosen is not None:
            self.book_bust(chosen[0], number, word, owed)

    @rule(
        key=st.sampled_from(KEYS), side=st.sampled_from((49, 50)), qty=quantities, px=prices, word=words,
        between=st.sampled_from(("", "day", "restart")),
    )  # fmt: skip
    def filled_and_busted(
        self, key: tuple[str, str, str, str], side: int, qty: int, px: int, word: str, between: str
    ) -> None:
        """Fill an order as a whole, and take it back when nobody thinks of it any more."""
        self.new(key, side, qty, px, OrdType.LIMIT, None)
        name = list(self.plain.orders)[-1]
        self.book_fill(name, qty, px, True)
        if between == "day":
            self.day_began(key[2])
        elif between == "restart":
            self.restart(from_snapshot=bool(qty % 2))
        self.book_bust(name, 0, word, 0)

    def book_bust(self, name: str, number: int, word: str, owed: int) -> None:
        plain = self.plain.orders[name]
        exec_id, fill = pick([pair for pair in plain.fills.items() if pair[1].stands], number)
        fill.stands = False
        plain.cum -= fill.qty
        if plain.state not in ENDS:
            plain.trade()
        elif plain.state == "filled":
            plain.speak(word)
        lives = plain.state not in ENDS
        status = OrdStatus.PARTIALLY_FILLED if lives else STATUS_OF[word]
        self.say(
            name, ReportKind.TRADE_BUSTED, owed=owed, exec_type=ExecType.TRADE_CANCEL, ord_status=status,
            exec_ref_id=exec_id,
        )  # fmt: skip

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, qty=quantities, px=prices, word=words)
    def correct(self, number: int, qty: int, px: int, word: str) -> None:
        chosen = self.choose(number, lambda plain: any(fill.stands for fill in plain.fills.values()))
        if chosen is None:
            return
        name, plain, _ = chosen
        exec_id, fill = pick([pair for pair in plain.fills.items() if pair[1].stands], number)
        plain.cum += qty - fill.qty
        fill.qty, fill.px = qty, px
        if plain.state not in ENDS:
            plain.trade()
        elif plain.state in ("filled", REJECTED):
            plain.speak(word)
        elif plain.cum >= plain.qty:
            plain.state = "filled"
        status = OrdStatus.PARTIALLY_FILLED if plain.state not in ENDS else STATUS_OF[word]
        self.say(
            name, ReportKind.TRADE_CORRECTED, exec_type=ExecType.TRADE_CORRECT, ord_status=status,
            exec_ref_id=exec_id, last_qty=qty, last_px=px,
        )  # fmt: skip

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, owed=missing)
    def canceled(self, number: int, owed: int) -> None:
        """End an order, of the venue's own doing or in answer to a request; a replace that kills is refused."""
        chosen = self.choose(number)
        if chosen is None:
            return
        name, plain, _ = chosen
        flying = [asked for asked in plain.asked if plain.asked[asked].kind != "new"]
        answer = pick([*flying, ""], number)
        asked = plain.asked.pop(answer, None)
        if asked is not None and asked.kind == "replace":
            self.answered[name][answer] = asked
        plain.end("canceled")
        said = {"exec_type": ExecType.CANCELED, "ord_status": OrdStatus.CANCELED}
        self.say(name, ReportKind.CANCELED, answer, owed, **said)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, left=quantities)
    def canceled_in_part(self, number: int, left: int) -> None:
        chosen = self.choose(number, lambda plain: plain.state not in ENDS)
        if chosen is not None:
            name, plain, _ = chosen
            plain.qty = plain.cum + left
            plain.trade()
            said = {"exec_type": ExecType.CANCELED, "ord_status": OrdStatus.NEW, "leaves_qty": left}
            self.say(name, ReportKind.CANCELED, **said)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks)
    def rejected(self, number: int) -> None:
        chosen = self.choose(number, lambda plain: plain.state == PENDING)
        if chosen is not None:
            name, plain, _ = chosen
            plain.end(REJECTED)
            said = {"exec_type": ExecType.REJECTED, "ord_status": OrdStatus.REJECTED, "cum_qty": ABSENT}
            self.say(name, ReportKind.REJECTED, **said)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, owed=missing)
    def expired(self, number: int, owed: int) -> None:
        chosen = self.choose(number)
        if chosen is not None:
            name, plain, _ = chosen
            plain.end("expired")
            self.say(name, ReportKind.EXPIRED, owed=owed, exec_type=ExecType.EXPIRED, ord_status=OrdStatus.EXPIRED)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, late=st.booleans())
    def replaced(self, number: int, late: bool) -> None:
        """Grant a replace: in order or not, after the order's end, after it was refused."""
        chosen = self.choose(
            number, lambda plain: any(asked.kind == "replace" for asked in plain.asked.values())
        ) or self.choose(number)
        if chosen is None:
            return
        name, plain, _ = chosen
        flying = {key: asked for key, asked in plain.asked.items() if asked.kind == "replace"}
        if not flying or late:
            flying |= self.answered[name]
        if not flying:
            return
        answer, asked = pick(list(flying.items()), number)
        plain.asked.pop(answer, None)
        self.answered[name].pop(answer, None)
        if asked.number >= plain.newest:
            plain.newest, plain.qty, plain.px = asked.number, asked.qty, asked.px
            self.names[name] = answer
            if plain.state in ("canceled", "expired", REJECTED):
                plain.speak("lives")
            else:
                plain.trade()
        self.say(name, ReportKind.REPLACED, answer, exec_type=ExecType.REPLACED, ord_status=OrdStatus.REPLACED)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks)
    def refused(self, number: int) -> None:
        chosen = self.choose(number, lambda plain: any(asked.kind != "new" for asked in plain.asked.values()))
        if chosen is None:
            return
        name, plain, _ = chosen
        answer = pick([key for key, asked in plain.asked.items() if asked.kind != "new"], number)
        asked = plain.asked.pop(answer)
        if asked.kind == "replace":
            self.answered[name][answer] = asked
        self.say(name, ReportKind.CANCEL_REJECTED, answer, exec_type=ExecType.REJECTED, ord_status=OrdStatus.NEW)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, qty=quantities, px=prices, word=st.sampled_from(("lives", "canceled")))
    def restated(self, number: int, qty: int, px: int, word: str) -> None:
        """Let the venue change terms by itself; an ended order may live again."""
        chosen = self.choose(number)
        if chosen is None:
            return
        name, plain, _ = chosen
        told: dict[str, Any] = {"order_qty": qty, "restatement_reason": 1}
        plain.qty = qty
        if self.kinds[name] == OrdType.LIMIT:
            told["price"] = plain.px = px
        status = OrdStatus.NEW
        if plain.state not in ENDS:
            plain.trade()
        else:
            plain.speak(word)
            status = STATUS_OF[word]
        self.say(name, ReportKind.RESTATED, exec_type=ExecType.RESTATED, ord_status=status, **told)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, added=st.integers(1, 5))
    def split(self, number: int, added: int) -> None:
        """Raise CumQty by a corporate action: quantity without money."""
        chosen = self.choose(number, lambda plain: plain.state not in ENDS)
        if chosen is None:
            return
        name, plain, _ = chosen
        plain.cum += added
        plain.missing = 0
        plain.trade()
        told = {"cum_qty": plain.cum, "restatement_reason": 0, "ord_status": OrdStatus.NEW}
        self.say(name, ReportKind.RESTATED, exec_type=ExecType.RESTATED, **told)

    @precondition(lambda self: self.plain.orders)
    @rule(number=picks, owed=missing)
    def status(self, number: int, owed: int) -> None:
        """Say how an order stands; requests of before a break of which it shows no trace are lost."""
        chosen = self.choose(number, lambda plain: plain.state != REJECTED)
        if chosen is None:
            return
        name, plain, order = chosen
        said = STATUS_OF_STATE[plain.state]
        if plain.state not in ENDS:
            plain.trade()
        else:
            plain.speak("")
        if said == OrdStatus.CANCELED:
            cancels = [key for key, asked in plain.asked.items() if asked.kind == "cancel"]
            for key in cancels[:1]:
                del plain.asked[key]
        outcome = self.say(
            name, ReportKind.STATUS_REPORT, owed=owed, exec_type=ExecType.ORDER_STATUS, ord_status=said,
            order_qty=plain.qty,
        )  # fmt: skip
        lost = [key for key, asked in plain.asked.items() if asked.is_unknown and asked.kind != "new"]
        assert [request.cl_ord_id for request in outcome.lost_requests] == lost
        for key in lost:
            self.give_up(name, plain, order, key)

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeated(self) -> None:
        assert self.last is not None
        venue, report = self.last
        assert self.ledger.apply(venue, report, self.tick()).verdict in (DUPLICATE, 3)

    @rule(venue=st.sampled_from(VENUES), qty=quantities)
    def stranger(self, venue: str, qty: int) -> None:
        """Report a fill of an order of which nobody knows."""
        report = Report(
            kind=ReportKind.FILLED, cl_ord_id="stranger", exec_id=self.fresh("e"), exec_type=ExecType.TRADE,
            ord_status=OrdStatus.FILLED, last_qty=qty, last_px=qty,
        )  # fmt: skip
        self.ledger.apply(venue, report, self.tick())

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

    # what must hold

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


Market.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestMarket = Market.TestCase
