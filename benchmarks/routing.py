"""Route thousands of orders over a recorded market of three venues, in each of several ways, and say what each cost.

Everything but the venues is the gateway's own: ITCH books, survey, fee schedules, history, decision. A venue executes a
child against its book as that is a few messages after the decision, so quotes may be gone; it then says so and history
learns. What was taken of a book is gone until its best quotes change. What is left of an order at the end is completed
at once, wherever and at whatever price, at the dearest fee: filling little at good prices is not cheap.
"""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

import orjson

from benchmarks.routing_market import SYMBOL, VENUES, Recording, record
from benchmarks.tables import Table
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import ASK, BID, DirectoryEntry, MarketBook
from fairlead.adapters.venue_session import Capabilities, VenueSession
from fairlead.codecs.vocabulary.constants import SCALE, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.config.models import Instrument as InstrumentTable
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.instruments.configured import build_instruments
from fairlead.gateway.ports.identity import Patterns
from fairlead.gateway.risk.subject_cy import Refused
from fairlead.gateway.routing.decision import decide
from fairlead.gateway.routing.fees import UNIT, FeeBook, FeeRate, FeeSchedule, FeeTier, money_per_unit
from fairlead.gateway.routing.history import VenueHistory
from fairlead.gateway.routing.parent import Parent, Swept
from fairlead.gateway.routing.question import BEST, SWEEP, ChildWanted
from fairlead.gateway.routing.routes import Route
from fairlead.gateway.routing.survey import Survey
from fairlead.gateway.routing.volumes import MonthlyVolumes

UTC_NS: Final = 1_772_461_800 * 10**9
GAP: Final = 40
"""Messages from one parent to the next."""
LAG: Final = 4
"""Messages between a decision and its children's arrival."""
WAVES: Final = 5
_TICK: Final = SCALE // 100
_TAKER: Final = {"DEAR": 300_000, "PAYS": -150_000, "DEEP": 250_000}
"""Fee a share in 10^-8: 30 mils, a rebate of 15, 25."""


class _Session:
    """Be all of a venue's session that the survey looks at."""

    capabilities = Capabilities(frozenset((50,)), frozenset((51,)), carried=frozenset())


@dataclass(slots=True)
class Market:
    """Replay a recording: a ``MarketData``, and the desk that the survey asks."""

    recording: Recording
    feeds: dict[str, FeedBooks]
    at: int = 0
    venues: dict[str, VenueSession] = field(default_factory=lambda: {kind.name: _Session() for kind in VENUES})  # type: ignore[misc]
    instruments: dict[str, Instrument] = field(default_factory=dict)

    @classmethod
    def of(cls, recording: Recording) -> "Market":
        """Return the market before its first message."""
        day = date(2026, 3, 2)
        feeds = {kind.name: FeedBooks(load_mapping("itch_5_0"), kind.name, kind.name, day=day) for kind in VENUES}
        table = InstrumentTable(symbol=SYMBOL, tick="0.01", lot="1", venues=tuple(feeds))
        return cls(recording, feeds, instruments=build_instruments([table]))

    def run_to(self, at: int) -> None:
        """Apply messages up to a place in the recording."""
        for venue, message in self.recording.messages[self.at : at]:
            self.feeds[venue].books.apply(message, 0, UTC_NS)
        self.at = at

    def book(self, symbol: str, venue: str = "") -> MarketBook | None:
        """Return a venue's book."""
        return self.feeds[venue].book(symbol)

    def books(self, symbol: str) -> list[MarketBook]:
        """Return all books."""
        return [book for feed in self.feeds.values() if (book := feed.book(symbol)) is not None]

    def watch(self, listener: Callable[[MarketBook, int, int], None]) -> None:
        """Tell nobody."""

    def directory(self, symbol: str) -> list[DirectoryEntry]:
        """Return nothing."""
        return []

    def judge(self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int) -> Refused | None:
        """Let everything go: what the checks cost is measured elsewhere."""
        return None


@dataclass(frozen=True, slots=True)
class Wish:
    """One parent: when, which side, how much, and the price that nothing goes beyond; ``middle`` is in half ticks."""

    at: int
    is_buy: bool
    quantity: int
    limit: int
    twice_middle: int


@dataclass(slots=True)
class Tally:
    """What one way of routing came to; money in 10^-28."""

    asked: int = 0
    filled: int = 0
    paid: int = 0
    forced: int = 0
    children: int = 0
    decisions_ns: list[int] = field(default_factory=list)


Choose = Callable[[Parent, int], list[ChildWanted]]


def wishes(recording: Recording, count: int, seed: int = 2) -> list[Wish]:
    """Return the parents: each at the far side's best price and up to two ticks beyond."""
    rng = random.Random(seed)
    market = Market.of(recording)
    found = []
    for number in range(count):
        at = 1000 + number * GAP
        market.run_to(at)
        bids = [book.bid_px for book in market.books(SYMBOL) if book.bid_px > 0]
        asks = [book.ask_px for book in market.books(SYMBOL) if book.ask_px > 0]
        if not bids or not asks:
            continue
        is_buy, room = rng.random() < 0.5, rng.randrange(3) * _TICK
        limit = min(asks) + room if is_buy else max(bids) - room
        found.append(Wish(at, is_buy, 100 * rng.randint(2, 30) * SCALE, limit, max(bids) + min(asks)))
    return found


class Taken:
    """Remember what was taken of each book: it is gone until the book's best quotes have changed."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._gone: dict[str, tuple[int, dict[int, int]]] = {}

    def levels(self, venue: str, is_buy: bool) -> list[tuple[int, int]]:
        """Return (price, quantity) of what is left of a venue's other side, best first."""
        book = self._market.book(SYMBOL, venue)
        if book is None:
            return []
        number, gone = self._gone.get(venue, (-1, {}))
        if number != book.top_change_number:
            gone = {}
        found = [
            (price, quantity - gone.get(price, 0)) for price, quantity, _ in book.levels(ASK if is_buy else BID, 0)
        ]
        return [(price, quantity) for price, quantity in found if quantity > 0]

    def execute(self, child: ChildWanted, is_buy: bool) -> list[tuple[int, int]]:
        """Return (quantity, price) of what a child gets of its venue's book as it is now."""
        left, got = child.quantity, []
        for price, quantity in self.levels(child.venue, is_buy):
            if left <= 0 or (price > child.price if is_buy else price < child.price):
                break
            got.append((min(left, quantity), price))
            left -= min(left, quantity)
        self._take(child.venue, got)
        return got

    def _take(self, venue: str, got: list[tuple[int, int]]) -> None:
        top = _top(self._market, venue)
        number, gone = self._gone.get(venue, (-1, {}))
        gone = gone if number == top else {}
        for quantity, price in got:
            gone[price] = gone.get(price, 0) + quantity
        self._gone[venue] = (top, gone)

    def complete(self, left: int, is_buy: bool) -> list[tuple[int, int]]:
        """Return what the rest costs at once, wherever and at whatever price; the last price where books run out."""
        offers = [(p, q) for venue in VENUES for p, q in self.levels(venue.name, is_buy)]
        got, price = [], 0
        for price, quantity in sorted(offers, reverse=not is_buy):
            if left <= 0:
                break
            got.append((min(left, quantity), price))
            left -= min(left, quantity)
        return got + ([(left, price)] if left > 0 and price else [])


def run(market: Market, orders: list[Wish], choose: Choose, learn: VenueHistory, waves: int = WAVES) -> Tally:
    """Route every parent one way and add up."""
    tally = Tally()
    dearest = FeeRate(rate=max(_TAKER.values())).per_unit(0, SCALE)
    taken = Taken(market)
    for number, wish in enumerate(orders):
        market.run_to(wish.at)
        request = NewOrder(
            cl_ord_id=str(number), symbol=SYMBOL, side=Side.BUY if wish.is_buy else Side.SELL, order_qty=wish.quantity,
            ord_type=OrdType.LIMIT, price=wish.limit, time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL,
        )  # fmt: skip
        parent = Parent(f"R{number}", "s", "", "", request)
        left = wish.quantity
        for _ in range(waves):
            began = time.perf_counter_ns()
            children = choose(parent, left) if left else []
            tally.decisions_ns.append(time.perf_counter_ns() - began)
            if not children:
                break
            tops = {child.venue: _top(market, child.venue) for child in children}
            market.run_to(market.at + LAG)
            for child in children:
                assert (child.price <= wish.limit) if wish.is_buy else (child.price >= wish.limit)
                left -= _book(tally, taken.execute(child, wish.is_buy), child, wish, learn)
                parent.swept[child.venue] = Swept(tops[child.venue], child.price, child.quantity, True)
        tally.asked += wish.quantity
        for quantity, price in taken.complete(left, wish.is_buy):
            tally.forced += (_worse(wish, price) + dearest) * quantity
    return tally


def _worse(wish: Wish, price: int) -> int:
    """Return by how much a price is worse than the middle was, in 10^-28 a share."""
    gap = 2 * money_per_unit(price) - money_per_unit(wish.twice_middle)
    return (gap if wish.is_buy else -gap) // 2


def _top(market: Market, venue: str) -> int:
    book = market.book(SYMBOL, venue)
    return book.top_change_number if book is not None else 0


def _book(tally: Tally, got: list[tuple[int, int]], child: ChildWanted, wish: Wish, learn: VenueHistory) -> int:
    """Add a child's executions up and learn from them; return how much it got."""
    filled = sum(quantity for quantity, _ in got)
    fee = FeeRate(rate=_TAKER[child.venue]).per_unit(0, SCALE)
    for quantity, price in got:
        tally.paid += (_worse(wish, price) + fee) * quantity
    tally.filled += filled
    tally.children += 1
    tried = max(min(child.quantity, child.displayed), 1)
    learn.note_outcome(
        {"venue": child.venue, "manner": child.manner, "group": "CS", "displayed": child.displayed, "tried": tried,
         "filled": filled, "rejected": False}
    )  # fmt: skip
    return filled


def _smart(market: Market, kind: str) -> tuple[Choose, VenueHistory]:
    fees = FeeBook([_schedule(name, rate) for name, rate in _TAKER.items()])
    history = VenueHistory()
    survey = Survey(market, lambda: market, fees, MonthlyVolumes(fees), history)
    route = Route("SMART", kind)

    def choose(parent: Parent, left: int) -> list[ChildWanted]:
        question = survey.ask(parent, route, left, 0, UTC_NS)
        answer = decide(question)
        # the journal's record is part of what a decision costs
        orjson.dumps({"seen": question.to_json(), "chosen": answer.chosen()})
        return list(answer.children)

    return choose, history


def _schedule(name: str, rate: int) -> FeeSchedule:
    return FeeSchedule(name, name, Patterns(), frozenset(), (FeeTier(0, FeeRate(), FeeRate(rate=rate)),))


def _to(pick: Callable[[], str]) -> Choose:
    """Return a way that sends all that is left to one venue, at the order's limit."""

    def choose(parent: Parent, left: int) -> list[ChildWanted]:
        limit, immediate = parent.limit, int(TimeInForce.IMMEDIATE_OR_CANCEL)
        return [ChildWanted(pick(), left, limit, immediate, "take", limit, left)]

    return choose


def main(parents: int = 4000, seed: int = 1) -> list[Table]:
    """Route them in each way and return the tables."""
    recording = record(1000 + parents * GAP + WAVES * LAG, seed)
    orders = wishes(recording, parents)
    tallies: dict[str, Tally] = {}
    for label, kind, waves in (("smart: sweep", SWEEP, WAVES), ("smart: best", BEST, 1)):
        market = Market.of(recording)
        choose, history = _smart(market, kind)
        tallies[label] = run(market, orders, choose, history, waves)
    names = [venue.name for venue in VENUES]
    for tries, said in ((WAVES, f"up to {WAVES} tries"), (1, "one try")):
        singles = {name: run(Market.of(recording), orders, _to(name.__str__), VenueHistory(), tries) for name in names}
        best = min(names, key=lambda name: singles[name].paid + singles[name].forced)
        tallies[f"always {best}, the best single venue, {said}"] = singles[best]
        pick = partial(random.Random(3).choice, names)
        tallies[f"a random venue, {said}"] = run(Market.of(recording), orders, _to(pick), VenueHistory(), tries)
    title = f"Routing: {len(orders):,} orders over three recorded venues (recording {recording.digest})"
    return [_costs(title, tallies, orders), _times(tallies)]


def _costs(title: str, tallies: dict[str, Tally], orders: list[Wish]) -> Table:
    middle = sum(wish.twice_middle for wish in orders) // (2 * len(orders))
    columns = [
        "way",
        "filled %",
        "all-in, ticks",
        "all-in, bps",
        "completed, ticks",
        "completed, bps",
        "children",
    ]
    rows = []
    for label, tally in tallies.items():
        executed = _per_share(tally.paid, tally.filled)
        forced = _per_share(tally.paid + tally.forced, tally.asked)
        rows.append(
            [label, f"{100 * tally.filled / tally.asked:.1f}", *_shown(executed, middle), *_shown(forced, middle),
             f"{tally.children / len(orders):.2f}"]
        )  # fmt: skip
    return Table(title, columns, rows)


def _per_share(money: int, quantity: int) -> float:
    """Return money a share in 10^-8; for people."""
    return money / quantity * SCALE / UNIT if quantity else 0.0


def _shown(cost: float, middle: int) -> tuple[str, str]:
    return f"{cost / _TICK:.3f}", f"{cost / middle * 10_000:.3f}"


def _times(tallies: dict[str, Tally]) -> Table:
    rows = []
    for label, tally in tallies.items():
        if label.startswith("smart"):
            taken = sorted(tally.decisions_ns)
            cells = (statistics.median(taken), taken[len(taken) * 99 // 100])
            rows.append([label, *(f"{value / 1000:.1f}" for value in cells)])
    return Table("Routing: one decision (survey, ranking, record), microseconds", ["way", "p50", "p99"], rows)
