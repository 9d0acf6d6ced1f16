"""The order table, the ladders behind a busy book, the day clock, and mappings with mistakes."""

from datetime import UTC, date, datetime
from pathlib import Path

import itch_bytes as itch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.adapters.itch.day_clock import DayClock
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping, shipped_mappings
from fairlead.adapters.market_data import ASK, BID
from fairlead.adapters.table_reader import ProfileError

PLAN = load_mapping("itch_5_0")
HOUR = 3600 * 10**9


def utc(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9  # type: ignore[arg-type,misc]


# References that a table would put on top of each other, small and large.
references = st.one_of(
    st.integers(0, 40),
    st.integers(0, 40).map(lambda n: n << 32),
    st.integers(2**64 - 40, 2**64 - 1),
    st.integers(0, 2**64 - 1),
)


@given(st.lists(st.tuples(references, st.booleans()), max_size=300))
def test_the_order_table_is_a_dictionary(steps: list[tuple[int, bool]]) -> None:
    feed = FeedBooks(PLAN, "feed", "XNAS", expected_orders=1)
    feed.books.apply(itch.directory(1, "AAPL"), 1, 0)
    model: dict[int, int] = {}
    for reference, is_add in steps:
        if is_add and reference not in model:
            model[reference] = reference % 977 + 1
            feed.books.apply(itch.add(1, "AAPL", reference, "B", model[reference], 10_000), 1, 0)
        elif not is_add and reference in model:
            del model[reference]
            feed.books.apply(itch.delete(1, reference), 1, 0)
    assert feed.books.faults == {}
    assert feed.books.orders.count == len(model)
    for reference, shares in model.items():
        found = feed.books.orders.get(reference)
        assert found is not None and found[0] == shares * 10**8
    for reference, _ in steps:
        assert (feed.books.orders.get(reference) is None) == (reference not in model)


def test_the_tables_grow_with_what_rests_in_them() -> None:
    feed = FeedBooks(PLAN, "feed", "XNAS", expected_orders=1)
    count = 5_000
    messages = [itch.directory(1, "AAPL")]
    messages += [
        itch.add(1, "AAPL", n, "BS"[n % 2], 1, 10_000 * (n if n % 2 else 2 * count - n)) for n in range(1, count + 1)
    ]
    data = itch.framed(messages)
    feed.books.apply_framed(data, 0, len(data), 1, 0)
    book = feed.book("AAPL")
    assert book is not None
    assert (len(book.levels(BID, 0)), len(book.levels(ASK, 0))) == (count // 2, count // 2)
    for side in (BID, ASK):
        prices = [price for price, _, _ in book.levels(side, 0)]
        assert prices == sorted(prices, reverse=side == BID)
    data = itch.framed([itch.delete(1, n) for n in range(1, count + 1)])
    feed.books.apply_framed(data, 0, len(data), 1, 0)
    assert (feed.books.orders.count, book.levels(BID, 0), book.levels(ASK, 0)) == (0, [], [])
    assert feed.books.faults == {}


# Days


def test_a_day_begins_at_local_midnight() -> None:
    clock = DayClock("America/New_York")
    assert clock.base_utc_ns(9 * HOUR, utc(2026, 9, 21, 13, 0)) == utc(2026, 9, 21, 4, 0)
    assert clock.day == date(2026, 9, 21)
    clock.reset()
    assert clock.base_utc_ns(9 * HOUR, utc(2026, 12, 21, 14, 0)) == utc(2026, 12, 21, 5, 0)


def test_a_session_joined_after_midnight_began_the_day_before() -> None:
    clock = DayClock("Asia/Tokyo")
    # 16:30 of the session's stamp, received at 01:00 the next day in Tokyo
    assert clock.base_utc_ns(16 * HOUR, utc(2026, 9, 21, 16, 0)) == utc(2026, 9, 20, 15, 0)


def test_a_step_back_by_half_a_day_is_a_new_day_unless_it_would_be_tomorrow() -> None:
    feed = FeedBooks(PLAN, "feed", "XNAS")
    evening, morning = utc(2026, 9, 22, 3, 0), utc(2026, 9, 22, 8, 0)
    feed.books.apply(itch.directory(1, "AAPL", at_ns=23 * HOUR), 1, evening)
    assert feed.books.last_venue_utc_ns == utc(2026, 9, 22, 3, 0)
    feed.books.apply(itch.directory(1, "AAPL", at_ns=4 * HOUR), 2, morning)
    assert feed.books.last_venue_utc_ns == morning
    # one stamp far ahead, then the true time again: the day stays
    feed.books.apply(itch.directory(1, "AAPL", at_ns=20 * HOUR), 3, morning)
    feed.books.apply(itch.directory(1, "AAPL", at_ns=4 * HOUR + 5), 4, morning)
    assert feed.books.last_venue_utc_ns == morning + 5


def test_a_time_beyond_the_longest_day_is_told_and_the_last_time_holds() -> None:
    feed = FeedBooks(PLAN, "feed", "XNAS")
    feed.books.apply(itch.directory(1, "AAPL", at_ns=9 * HOUR), 1, utc(2026, 9, 21, 13, 0))
    feed.books.apply(itch.add(1, "AAPL", 1, "B", 1, 1, at_ns=2**48 - 1), 2, utc(2026, 9, 21, 13, 0))
    assert feed.books.faults == {"bad_time": 1}
    book = feed.book("AAPL")
    assert book is not None and book.update_venue_utc_ns == utc(2026, 9, 21, 13, 0)


def test_an_old_files_day_is_given() -> None:
    feed = FeedBooks(PLAN, "feed", "XNAS", day=date(2019, 12, 30))
    feed.books.apply(itch.directory(1, "AAPL"), 1, 0)
    assert feed.books.last_venue_utc_ns == utc(2019, 12, 30, 14, 30)


# Mappings


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_mapping_that_comes_along_resolves_and_covers_its_table(name: str) -> None:
    plan = load_mapping(name)
    types = {layout.type_code for layout in plan.protocol.layouts}
    assert {code for code, found in enumerate(plan.plans) if found is not None} == types


def _broken(tmp_path: Path, old: str, new: str) -> list[str]:
    source = Path(__file__).parents[3] / "adapters/itch/mappings/itch_5_0.toml"
    text = source.read_text()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ProfileError) as raised:
        load_mapping(str(path))
    return raised.value.mistakes


MISTAKES = [
    ('protocol = "itch_5_0"', 'protocol = "itch_6_0"', "protocol: no table 'itch_6_0'"),
    ('price = "price"', 'price = "prize"', "add_order: no field 'prize', expected one of"),
    ('price = "price"', 'price = "stock"', "add_order.price: 'stock' received, expected a big-endian number"),
    ('symbol = "stock"', 'symbol = "round_lot_size"', "symbol: 'round_lot_size' received, expected a text field"),
    ('does = "delete"', 'does = "remove"', "order_delete.does: 'remove' received, expected one of count, seconds"),
    ('does = "delete"', 'does = "delete"\nshares = "shares"', "shares: 'shares' received, expected no such key"),
    ("[messages.order_delete]", "[messages.order_deleted]", "messages.order_delete.does: nothing received"),
    ('book = "stock_locate"', 'book = "locate"', "no field 'locate', expected the one that names the book"),
    ('T = "TRADING"', 'T = "TRADES"', "state.codes: 'TRADES' received, expected one of UNKNOWN"),
    ("_none = true", "_none = true\nreference_counts_by_side = true", "side: None received, expected side and book"),
    ('base = "midnight"', 'base = "noon"', "time.base: 'noon' received, expected one of midnight, epoch"),
]


@pytest.mark.parametrize(("old", "new", "expected"), MISTAKES)
def test_a_mappings_mistake_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    mistakes = _broken(tmp_path, old, new)
    assert any(expected in line for line in mistakes), mistakes


def test_a_mapping_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ProfileError, match="expected asx_derivatives_itch_1_05, itch_5_0, jnx_itch_2_0 or the path"):
        load_mapping("itch_9")
