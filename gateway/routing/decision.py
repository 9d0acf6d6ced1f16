"""Decide where an order goes: a pure function from what was seen to what is sent. docs/routing.md tells it in words.

Taking: offers within the limit are ranked by all-in price (quote and taker fee), then by what is expected to be filled
(fill probability x displayed size, less what the venue tends to refuse), then by the time to its first word, then by
name. Posting: venues are ranked by the expected cost of resting there (maker fee where it fills, the way to the other
side where it does not), then by fill probability, time and name. No child is ever priced beyond the limit.
"""

from dataclasses import dataclass
from typing import Final

from fairlead.codecs.vocabulary.constants import ABSENT, SCALE, TimeInForce
from fairlead.gateway.routing.fees import UNIT, money_per_unit
from fairlead.gateway.routing.history import POST, PPM, TAKE
from fairlead.gateway.routing.question import BEST, SWEEP, Answer, ChildWanted, LevelSeen, Question, Row, VenueSeen

_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Offer:
    """One level at one venue as a candidate; ``key`` sorts, best first."""

    key: tuple[int, int, int, str, int]
    venue: VenueSeen
    level: LevelSeen
    fee: int
    all_in: int
    expected: int


def decide(question: Question) -> Answer:
    """Return the children to send now; none, and why, where there is nothing to send."""
    limit = _limit(question)
    if limit == ABSENT:
        rows = tuple(_row(question, venue, limit, None) for venue in question.venues)
        return Answer((), limit, rows, _no_route(rows))
    offers = sorted(_offers(question, limit), key=lambda offer: offer.key)
    children = _take(question, offers)
    posts: list[tuple[tuple[int, int, int, str], VenueSeen, int]] = []
    if not children and question.may_post:
        posts = sorted(_posts(question, limit), key=lambda post: post[0])
        children = _post(question, limit, posts)
    rows = _post_rows(question, limit, posts) if posts else _take_rows(question, limit, offers)
    return Answer(tuple(children), limit, rows, "" if children else _no_route(rows))


def _limit(question: Question) -> int:
    """Return the order's limit; for a market order the best quote and its collar, on the tick and inside."""
    if question.limit != ABSENT:
        return question.limit
    quotes = [venue.levels[0].price for venue in question.venues if not venue.excluded and venue.levels]
    if not quotes or not question.collar_bps:
        return ABSENT
    best = min(quotes) if question.is_buy else max(quotes)
    room = abs(best) * question.collar_bps // _BPS
    limit = best + room if question.is_buy else best - room
    tick = question.tick or 1
    return limit // tick * tick if question.is_buy else -(-limit // tick) * tick


def _is_within(question: Question, price: int, limit: int) -> bool:
    return price <= limit if question.is_buy else price >= limit


def _usable(question: Question, venue: VenueSeen) -> int:
    """Return how much could be sent to a venue: whole lots within the order's quantity and the venue's headroom."""
    quantity = min(question.quantity, venue.headroom)
    return quantity - quantity % question.lot if question.lot else quantity


def _offers(question: Question, limit: int) -> list[_Offer]:
    offers = []
    for venue in question.venues:
        usable = _usable(question, venue)
        if venue.excluded or usable <= 0 or venue.is_live:
            continue
        for level in venue.levels:
            if level.quantity <= 0 or not _is_within(question, level.price, limit):
                continue
            fee = venue.taker.per_unit(level.price, min(level.quantity, usable), question.multiplier)
            money = money_per_unit(level.price, question.multiplier)
            all_in = money + fee if question.is_buy else money - fee
            expected = level.quantity * level.fill_ppm * (PPM - venue.reject_ppm) // (PPM * PPM)
            cost = all_in if question.is_buy else -all_in
            key = (cost, -expected, venue.ack_p50_ns, venue.venue, abs(level.price - limit))
            offers.append(_Offer(key, venue, level, fee, all_in, expected))
    return offers


def _take(question: Question, offers: list[_Offer]) -> list[ChildWanted]:
    if question.kind == SWEEP:
        return _sweep(question, offers)
    if question.kind == BEST and offers:
        best = offers[0]
        # the whole at one venue, at the order's own limit: what is not filled at once may rest there
        quantity = _usable(question, best.venue)
        limit = _limit(question)
        quote, displayed = best.level.price, best.level.quantity
        tif = question.time_in_force
        return [ChildWanted(best.venue.venue, quantity, limit, tif, TAKE, quote, displayed, _is_iso(question, best))]
    return []


def _sweep(question: Question, offers: list[_Offer]) -> list[ChildWanted]:
    """Take what is displayed, in order of the ranking; one child a venue, priced at the worst level that it takes."""
    left = question.quantity
    taken: dict[str, ChildWanted] = {}
    for offer in offers:
        name = offer.venue.venue
        before = taken.get(name)
        room = _usable(question, offer.venue) - (before.quantity if before else 0)
        quantity = min(left, offer.level.quantity, room)
        if question.lot:
            quantity -= quantity % question.lot
        if quantity <= 0:
            continue
        left -= quantity
        price = offer.level.price
        if before is None:
            tif = int(TimeInForce.IMMEDIATE_OR_CANCEL)
            displayed = offer.level.quantity
            taken[name] = ChildWanted(name, quantity, price, tif, TAKE, price, displayed, _is_iso(question, offer))
        else:
            worst = max(before.price, price) if question.is_buy else min(before.price, price)
            best = min(before.quote, price) if question.is_buy else max(before.quote, price)
            taken[name] = ChildWanted(
                name, before.quantity + quantity, worst, before.time_in_force, TAKE, best,
                before.displayed + offer.level.quantity, before.iso,
            )  # fmt: skip
    return list(taken.values())


def _is_iso(question: Question, offer: _Offer) -> bool:
    return question.iso and offer.venue.takes_iso


def _posts(question: Question, limit: int) -> list[tuple[tuple[int, int, int, str], VenueSeen, int]]:
    """Return each venue where the order could rest, with its key and its expected cost in 10^-28 x 10^-6."""
    eligible = [venue for venue in question.venues if not venue.excluded and _usable(question, venue) > 0]
    far = [venue.levels[0].price for venue in eligible if venue.levels]
    missed = 0
    if far:
        touch = min(far) if question.is_buy else max(far)
        way = touch - limit if question.is_buy else limit - touch
        missed = max(money_per_unit(way, question.multiplier), 0)
    posts = []
    for venue in eligible:
        fee = venue.maker.per_unit(limit, _usable(question, venue), question.multiplier)
        likely = venue.post_ppm * (PPM - venue.reject_ppm) // PPM
        cost = fee * likely + missed * (PPM - likely)
        posts.append(((cost, -likely, venue.ack_p50_ns, venue.venue), venue, cost))
    return posts


def _post(
    question: Question, limit: int, posts: list[tuple[tuple[int, int, int, str], VenueSeen, int]]
) -> list[ChildWanted]:
    if not posts:
        return []
    _, best, cost = posts[0]
    here = next((cost_here for _, venue, cost_here in posts if venue.venue == question.resting_at), None)
    margin = max(question.margin * (UNIT // SCALE), 1) * PPM
    if here is not None and (best.venue == question.resting_at or here - cost < margin):
        # better by less than the margin: it stays, and keeps its place in the queue
        return []
    quantity = _usable(question, best)
    return [ChildWanted(best.venue, quantity, limit, question.time_in_force, POST, limit, best.queue)]


# What people see of it


def _row(question: Question, venue: VenueSeen, limit: int, offer: _Offer | None, rank: int = 0) -> Row:
    if offer is not None:
        level = offer.level
        return Row(
            venue.venue, "", level.price, level.quantity, offer.fee, offer.all_in, level.fill_ppm, offer.expected,
            venue.ack_p50_ns, rank,
        )  # fmt: skip
    quote = venue.levels[0].price if venue.levels else ABSENT
    size = venue.levels[0].quantity if venue.levels else 0
    return Row(venue.venue, _why_not(question, venue, limit), quote, size, ack_p50_ns=venue.ack_p50_ns)


def _why_not(question: Question, venue: VenueSeen, limit: int) -> str:
    if venue.excluded:
        return venue.excluded
    if _usable(question, venue) <= 0:
        return "less than a lot is left to send there"
    if venue.is_live:
        return "a child lives there"
    if not venue.levels and venue.is_swept:
        return "what it showed was taken, and its best quotes have not changed since"
    if not venue.levels:
        return "nothing is quoted on the other side"
    if limit == ABSENT:
        return "the order has no limit"
    return "its quote is beyond the limit"


def _take_rows(question: Question, limit: int, offers: list[_Offer]) -> tuple[Row, ...]:
    first: dict[str, tuple[int, _Offer]] = {}
    for rank, offer in enumerate(offers, 1):
        first.setdefault(offer.venue.venue, (rank, offer))
    ranked = [_row(question, offer.venue, limit, offer, rank) for rank, offer in first.values()]
    others = [_row(question, venue, limit, None) for venue in question.venues if venue.venue not in first]
    return tuple(ranked + others)


def _post_rows(
    question: Question, limit: int, posts: list[tuple[tuple[int, int, int, str], VenueSeen, int]]
) -> tuple[Row, ...]:
    rows = []
    for rank, (_, venue, cost) in enumerate(posts, 1):
        fee = venue.maker.per_unit(limit, _usable(question, venue), question.multiplier)
        money = money_per_unit(limit, question.multiplier)
        expected = cost // PPM
        all_in = money + expected if question.is_buy else money - expected
        likely = venue.post_ppm * (PPM - venue.reject_ppm) // PPM
        rows.append(Row(venue.venue, "", limit, venue.queue, fee, all_in, likely, expected, venue.ack_p50_ns, rank))
    ranked = {row.venue for row in rows}
    rows += [_row(question, venue, limit, None) for venue in question.venues if venue.venue not in ranked]
    return tuple(rows)


def _no_route(rows: tuple[Row, ...]) -> str:
    return "; ".join(f"{row.venue}: {row.why_not or 'resting there is best'}" for row in rows)
