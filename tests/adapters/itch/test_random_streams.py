"""Any stream of messages gives the books that plain dictionaries give, and the same contradictions: valid or not."""

import itertools

import itch_bytes as itch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_books import TICK, UNIT, ReferenceBooks

from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping, shipped_mappings
from fairlead.adapters.market_data import ASK, BID
from fairlead.codecs.vocabulary.constants import ABSENT

NOW = 1_790_000_000_000_000_000
STOCKS = {1: "AAPL", 2: "MSFT", 3: "ZVZZT"}
PLAN = load_mapping("itch_5_0")

locates = st.sampled_from(sorted(STOCKS))
sides = st.sampled_from("BS")
shares = st.integers(1, 500)
prices = st.integers(95, 105).map(lambda dollars: dollars * 10_000)


@st.composite
def valid_streams(draw: st.DrawFn) -> list[bytes]:
    """Return a stream in which every message makes sense, crossed books included."""
    messages = [itch.directory(locate, stock) for locate, stock in STOCKS.items()]
    messages += [itch.trading_action(locate, stock, draw(st.sampled_from("THPQ"))) for locate, stock in STOCKS.items()]
    resting: dict[int, tuple[int, int]] = {}
    references, matches = itertools.count(draw(st.integers(1, 2**40))), itertools.count(1)
    for step in draw(st.lists(st.sampled_from("AAAFEXCDUU"), max_size=60)):
        if step in "AF" or not resting:
            reference, locate, size = next(references), draw(locates), draw(shares)
            order = (locate, STOCKS[locate], reference, draw(sides), size, draw(prices))
            messages.append(itch.add(*order) if step != "F" else itch.add_mpid(*order, "NSDQ"))
            resting[reference] = (locate, size)
            continue
        reference = draw(st.sampled_from(sorted(resting)))
        locate, left = resting.pop(reference)
        taken = draw(st.integers(1, left))
        if step == "D":
            messages.append(itch.delete(locate, reference))
            continue
        if step == "U":
            new, left = next(references), draw(shares)
            messages.append(itch.replace(locate, reference, new, left, draw(prices)))
            resting[new] = (locate, left)
            continue
        if step == "E":
            messages.append(itch.execute(locate, reference, taken, next(matches)))
        elif step == "C":
            printable = draw(st.sampled_from("YN"))
            messages.append(itch.execute_at(locate, reference, taken, next(matches), printable, draw(prices)))
        else:
            messages.append(itch.cancel(locate, reference, taken))
        if taken < left:
            resting[reference] = (locate, left - taken)
    return messages


few = st.integers(1, 6)
any_locate = st.sampled_from([0, 1, 2, 3, 9])
any_message = st.one_of(
    st.builds(
        lambda n, r, s, q, p: itch.add(n, STOCKS.get(n, "NEW"), r, s, q, p),
        locates,
        few,
        st.sampled_from("BSX"),
        st.integers(0, 300),
        prices,
    ),
    st.builds(itch.execute, any_locate, few, st.integers(0, 300), few),
    st.builds(itch.execute_at, any_locate, few, st.integers(0, 300), few, st.sampled_from("YN"), prices),
    st.builds(itch.cancel, any_locate, few, st.integers(0, 300)),
    st.builds(itch.delete, any_locate, few),
    st.builds(itch.replace, any_locate, few, few, st.integers(0, 300), prices),
    st.builds(lambda n, state: itch.trading_action(n, STOCKS[n], state), locates, st.sampled_from("TH")),
)


def compare(messages: list[bytes], is_framed: bool) -> None:
    reference = ReferenceBooks()
    feed = FeedBooks(PLAN, "feed", "XNAS")
    for message in messages:
        reference.apply(message)
    if is_framed:
        data = itch.framed(messages)
        assert feed.books.apply_framed(data, 0, len(data), 1, NOW) == len(data)
    else:
        for number, message in enumerate(messages, 1):
            feed.books.apply(message, number, NOW)
    assert feed.books.faults == dict(reference.faults)
    assert feed.books.orders.count == len(reference.orders)
    for locate, stock in reference.names.items():
        book = feed.book(stock)
        assert book is not None
        for side, code in ((BID, "B"), (ASK, "S")):
            expected = reference.levels(locate, code)
            assert book.levels(side, 0) == expected
            assert book.levels(side, 2) == expected[:2]
            top = expected[0][:2] if expected else (ABSENT, ABSENT)
            assert top == ((book.bid_px, book.bid_qty) if side == BID else (book.ask_px, book.ask_qty))
        assert book.volume == reference.volume[locate] * UNIT
        if locate in reference.last:
            price, size = reference.last[locate]
            assert (book.last_px, book.last_qty) == (price * TICK, size * UNIT)
        is_suspect = locate in reference.suspect or locate in reference.crossed or -1 in reference.suspect
        assert book.is_suspect == is_suspect


@given(valid_streams(), st.booleans())
@settings(max_examples=150)
def test_a_valid_stream_gives_the_books_that_dictionaries_give(messages: list[bytes], is_framed: bool) -> None:
    compare(messages, is_framed)


@given(st.lists(any_message, max_size=60), st.booleans())
@settings(max_examples=200)
def test_contradictions_are_counted_alike_and_clip_nothing(messages: list[bytes], is_framed: bool) -> None:
    compare(messages, is_framed)


@given(st.lists(st.binary(max_size=60), max_size=20))
@settings(max_examples=200)
def test_no_bytes_raise(messages: list[bytes]) -> None:
    feed = FeedBooks(PLAN, "feed", "XNAS")
    for number, message in enumerate(messages, 1):
        feed.books.apply(message, number, NOW)
    assert feed.books.messages == len(messages)


@pytest.mark.parametrize("name", shipped_mappings())
@given(data=st.data())
@settings(max_examples=150)
def test_no_fields_raise(name: str, data: st.DataObject) -> None:
    """Messages of the right type and length with anything in them, of each mapping that comes along."""
    plan = load_mapping(name)
    codes = [code for code, found in enumerate(plan.plans) if found is not None]
    feed = FeedBooks(plan, "feed", "XNAS")
    body = st.one_of(st.binary(max_size=60), st.binary(min_size=1, max_size=1).map(lambda byte: byte * 250))
    for number, (code, filling) in enumerate(
        data.draw(st.lists(st.tuples(st.sampled_from(codes), body), max_size=25)), 1
    ):
        found = plan.plans[code]
        assert found is not None
        feed.books.apply((bytes((code,)) + filling).ljust(found.min_length, b"\0")[: found.min_length], number, NOW)
    assert "message_cut" not in feed.books.faults
