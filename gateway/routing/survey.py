"""Look at every venue that an order could go to: what is quoted, what it costs, and why it can't take part.

The survey reads the running gateway and writes to nothing; what it returns is all that a decision sees.
"""

from collections.abc import Callable
from typing import Final, Protocol

from fairlead.adapters.market_data import ASK, BID, MarketBook, MarketData, TradingState
from fairlead.adapters.venue_session import VenueSession
from fairlead.codecs.vocabulary.constants import ABSENT, OrdType, Side, TimeInForce
from fairlead.codecs.vocabulary.messages_cy import NewOrder
from fairlead.gateway.instruments import Instrument
from fairlead.gateway.risk.subject_cy import Refused
from fairlead.gateway.routing.fees import NO_FEES, FeeBook, FeeTier
from fairlead.gateway.routing.history import POST, TAKE, VenueHistory
from fairlead.gateway.routing.parent import Parent, Swept
from fairlead.gateway.routing.question import SWEEP, LevelSeen, Question, VenueSeen
from fairlead.gateway.routing.routes import Route
from fairlead.gateway.routing.volumes import MonthlyVolumes

QUEUE_LEVELS: Final = 10
"""Levels of the order's own side that are looked at for the queue that it would join."""
_CLOSED: Final = frozenset((TradingState.HALTED, TradingState.PAUSED, TradingState.CLOSED))
_ISO: Final = "f"


class Desk(Protocol):
    """What the survey asks the order path."""

    @property
    def venues(self) -> dict[str, VenueSession]:
        """Return the venues by name."""

    @property
    def instruments(self) -> dict[str, Instrument]:
        """Return the instruments by symbol."""

    def judge(self, strategy: str, request: NewOrder, venue: str, now_ns: int, utc_ns: int) -> Refused | None:
        """Return why an order could not go to a venue now, None where it could; nothing is noted."""


def is_buy(side: int) -> bool:
    """Tell on which side of a book an order stands."""
    return side == Side.BUY


def child_order(parent: Parent, child_id: str, quantity: int, price: int, time_in_force: int, iso: bool) -> NewOrder:
    """Return a child: the parent's order with its own id, quantity, price and time in force."""
    request = parent.request
    is_dated = time_in_force == TimeInForce.GOOD_TILL_DATE
    return NewOrder(
        cl_ord_id=child_id,
        symbol=request.symbol,
        side=request.side,
        order_qty=quantity,
        ord_type=OrdType.LIMIT,
        price=price,
        time_in_force=time_in_force,
        account=parent.account,
        min_qty=request.min_qty,
        max_floor=request.max_floor,
        expire_time_ns=request.expire_time_ns if is_dated else ABSENT,
        exec_inst=f"{request.exec_inst} {_ISO}".strip() if iso else request.exec_inst,
        handl_inst=request.handl_inst,
        order_capacity=request.order_capacity,
        currency=request.currency,
        security_type=request.security_type,
        maturity_month_year=request.maturity_month_year,
        maturity_day=request.maturity_day,
        put_or_call=request.put_or_call,
        strike_price=request.strike_price,
        security_id=request.security_id,
        security_id_source=request.security_id_source,
        security_exchange=request.security_exchange,
        position_effect=request.position_effect,
        locate_reqd=request.locate_reqd,
        text=request.text,
        transact_time_ns=request.transact_time_ns,
        extras=request.extras,
    )


class Survey:
    """Make the question of a decision."""

    def __init__(
        self,
        desk: Desk,
        market: Callable[[], MarketData | None],
        fees: FeeBook,
        volumes: MonthlyVolumes,
        history: VenueHistory,
    ) -> None:
        self._desk = desk
        self._market = market
        self._fees = fees
        self._volumes = volumes
        self._history = history

    def ask(
        self, parent: Parent, route: Route, quantity: int, now_ns: int, utc_ns: int, resting_at: str = ""
    ) -> Question:
        """Return what is to be decided about ``quantity`` of a parent, with all that there is to see."""
        instrument = self._desk.instruments[parent.symbol]
        request = parent.request
        is_immediate = route.is_immediate(request)
        time_in_force = int(request.time_in_force)
        if is_immediate and time_in_force != TimeInForce.FILL_OR_KILL:
            time_in_force = int(TimeInForce.IMMEDIATE_OR_CANCEL)
        names = route.venues or tuple(sorted(instrument.venues))
        look = _Look(self._desk, parent, route, quantity, time_in_force, now_ns, utc_ns, resting_at)
        return Question(
            kind=route.kind,
            is_buy=is_buy(parent.side),
            quantity=quantity,
            limit=parent.limit,
            time_in_force=time_in_force,
            venues=tuple(self._see(name, instrument, look) for name in names),
            is_immediate=is_immediate,
            may_post=route.may_post(request),
            lot=instrument.lot,
            tick=_tick(instrument, parent.limit),
            multiplier=instrument.multiplier,
            collar_bps=route.collar_bps,
            margin=route.margin,
            resting_at=resting_at,
            iso=route.iso,
        )

    def top_change_number(self, symbol: str, venue: str) -> int:
        """Return the number of the last change of a book's best quotes."""
        market = self._market()
        book = market.book(symbol, venue) if market is not None else None
        return book.top_change_number if book is not None else 0

    def _see(self, venue: str, instrument: Instrument, look: "_Look") -> VenueSeen:
        market = self._market()
        book = market.book(instrument.symbol, venue) if market is not None else None
        excluded = look.parent.refused_at.get(venue, "") or self._why_not(venue, instrument, book, look)
        session = self._desk.venues.get(venue)
        carries_iso = session is not None and "exec_inst" in session.capabilities.carried
        tier = self._tier(venue, instrument, look.utc_ns)
        if excluded or book is None:
            ack_p50_ns = self._history.ack_p50_ns(venue)
            return VenueSeen(venue, excluded, taker=tier.taker, maker=tier.maker, ack_p50_ns=ack_p50_ns)
        headroom, refused = look.headroom(venue, instrument, book)
        queue = look.queue(venue, book)
        return VenueSeen(
            venue=venue,
            excluded=refused,
            levels=self._levels(venue, instrument, book, look),
            quote_age_ns=look.utc_ns - book.update_received_utc_ns,
            taker=tier.taker,
            maker=tier.maker,
            queue=queue,
            post_ppm=self._history.fill_ppm(POST, venue, instrument.security_type, queue),
            reject_ppm=self._history.reject_ppm(venue),
            ack_p50_ns=self._history.ack_p50_ns(venue),
            headroom=headroom,
            is_live=look.has_live_child(venue),
            takes_iso=carries_iso,
            is_swept=look.swept(venue, book) is not None,
        )

    def _why_not(self, venue: str, instrument: Instrument, book: MarketBook | None, look: "_Look") -> str:
        """Return what excludes a venue before the checks are asked."""
        if venue not in self._desk.venues:
            return "not a venue of this gateway"
        if venue not in instrument.venues:
            return f"{instrument.symbol} does not trade there"
        if book is None:
            return "no market data"
        if not book.is_reliable:
            return f"book not reliable: {book.stale_reason or book.suspect_reason}"
        if book.status.trading_state in _CLOSED:
            return f"trading state {book.status.trading_state.name.lower()}"
        age_ns = look.utc_ns - book.update_received_utc_ns
        if look.route.max_quote_age_ns and age_ns > look.route.max_quote_age_ns:
            return (
                f"quote is {age_ns // 1_000_000} ms old, at most {look.route.max_quote_age_ns // 1_000_000} are taken"
            )
        return ""

    def _levels(self, venue: str, instrument: Instrument, book: MarketBook, look: "_Look") -> tuple[LevelSeen, ...]:
        found = []
        for price, quantity in look.left(venue, book):
            fill_ppm = self._history.fill_ppm(TAKE, venue, instrument.security_type, quantity)
            found.append(LevelSeen(price, quantity, fill_ppm))
        return tuple(found)

    def _tier(self, venue: str, instrument: Instrument, utc_ns: int) -> FeeTier:
        schedule = self._fees.schedule_of(venue, instrument.symbol, instrument.security_type)
        return NO_FEES if schedule is None else schedule.tier_at(self._volumes.volume(schedule, utc_ns))


class _Look:
    """One look at the market for one parent."""

    def __init__(
        self,
        desk: Desk,
        parent: Parent,
        route: Route,
        quantity: int,
        time_in_force: int,
        now_ns: int,
        utc_ns: int,
        resting_at: str,
    ) -> None:
        self.parent = parent
        self.route = route
        self.utc_ns = utc_ns
        self.far_side = ASK if is_buy(parent.side) else BID
        self._desk = desk
        self._quantity = quantity
        self._time_in_force = time_in_force
        self._now_ns = now_ns
        self._resting_at = resting_at

    def has_live_child(self, venue: str) -> bool:
        """Tell whether a child of the parent lives at a venue, other than the one whose place is in question."""
        return venue != self._resting_at and any(child.venue == venue for child in self.parent.live_children())

    def swept(self, venue: str, book: MarketBook) -> Swept | None:
        """Return how far a book was taken, while its feed has not come round to show that; None otherwise."""
        swept = self.parent.swept.get(venue)
        return swept if swept is not None and swept.top_change_number == book.top_change_number else None

    def left(self, venue: str, book: MarketBook) -> list[tuple[int, int]]:
        """Return (price, quantity) of the other side's levels, less what this parent has taken of them."""
        levels = [(price, quantity) for price, quantity, _ in book.levels(self.far_side, self.route.max_levels)]
        swept = self.swept(venue, book)
        if swept is None:
            return levels
        taken, found = swept.quantity, []
        for price, quantity in levels:
            is_within = price <= swept.price if self.far_side == ASK else price >= swept.price
            gone = (quantity if swept.is_spent else min(taken, quantity)) if is_within else 0
            taken -= gone
            if quantity > gone:
                found.append((price, quantity - gone))
        return found

    def queue(self, venue: str, book: MarketBook) -> int:
        """Return what rests at the parent's limit or better on its own side, its own child's leaves apart."""
        limit = self.parent.limit
        near_side = BID if self.far_side == ASK else ASK
        total = 0
        for price, quantity, _ in book.levels(near_side, QUEUE_LEVELS):
            if limit != ABSENT and (price >= limit if near_side == BID else price <= limit):
                total += quantity
        own = sum(child.leaves_qty for child in self.parent.live_children() if child.venue == venue)
        return max(total - own, 0)

    def headroom(self, venue: str, instrument: Instrument, book: MarketBook) -> tuple[int, str]:
        """Return the largest quantity that the checks would let go to a venue now, or 0 and why not even a lot."""
        price = self._price(book)
        if price == ABSENT:
            return 0, "nothing is quoted on the other side"
        refused = self._judge(venue, self._quantity, price)
        if refused is None:
            return self._quantity, ""
        step = max(instrument.lot, instrument.min_qty, 1)
        least = self._judge(venue, step, price)
        if least is not None:
            return 0, least.text
        low, high = 1, self._quantity // step
        while high - low > 1:
            middle = (low + high) // 2
            if self._judge(venue, middle * step, price) is None:
                low = middle
            else:
                high = middle
        return low * step, ""

    def _price(self, book: MarketBook) -> int:
        """Return the price to judge with: the limit; for a market order without one yet, the quote."""
        if self.parent.limit != ABSENT:
            return self.parent.limit
        return book.ask_px if self.far_side == ASK else book.bid_px

    def _judge(self, venue: str, quantity: int, price: int) -> Refused | None:
        is_taken_at_once = self.route.kind == SWEEP and not self.route.posts_residual
        time_in_force = int(TimeInForce.IMMEDIATE_OR_CANCEL) if is_taken_at_once else self._time_in_force
        child = child_order(self.parent, f"{self.parent.order_id}-?", quantity, price, time_in_force, False)
        return self._desk.judge(self.parent.strategy, child, venue, self._now_ns, self.utc_ns)


def _tick(instrument: Instrument, price: int) -> int:
    if instrument.tick_table is not None and price != ABSENT:
        return instrument.tick_table.tick_at(price)
    return instrument.tick
