"""Two relatives of ITCH make books by table and mapping alone: from real captures, and by hand where those end."""

import struct
from pathlib import Path

import pytest

from fairlead.adapters.itch.events import BookEvent
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.market_data import ASK, BID, Restriction, TradingState
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE

CAPTURES = Path(__file__).resolve().parents[4] / "shared" / "data" / "native_pcaps"
needs_captures = pytest.mark.skipif(not CAPTURES.exists(), reason="no shared/data/native_pcaps beside this repository")
SESSION_SEQUENCE_COUNT = 20


def mold_packets(name: str) -> list[tuple[int, bytes]]:
    """Return (seconds of capture, MoldUDP64 packet) of a classic pcap of Ethernet, IPv4 and UDP."""
    data = (CAPTURES / name).read_bytes()
    found, at = [], 24
    while at < len(data):
        seconds, _, length, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16 : at + 16 + length]
        (udp_length,) = struct.unpack_from(">H", frame, 38)
        found.append((seconds, frame[42 : 34 + udp_length]))
        at += 16 + length
    return found


def apply_capture(feed: FeedBooks, name: str) -> None:
    for seconds, packet in mold_packets(name):
        (sequence, count) = struct.unpack_from(">QH", packet, 10)
        before = feed.books.messages
        end = feed.books.apply_framed(packet, SESSION_SEQUENCE_COUNT, len(packet), sequence, seconds * 10**9)
        assert (end, feed.books.messages - before) == (len(packet), count)


class Feed(FeedBooks):
    def __init__(self, mapping: str) -> None:
        self.events: list[BookEvent] = []
        super().__init__(load_mapping(mapping), "feed", "VENUE", self.events.append)
        self.sequence = 0

    def send(self, *messages: bytes) -> None:
        for message in messages:
            self.sequence += 1
            self.books.apply(message, self.sequence, 1_567_498_463 * 10**9)


# ASX 24: numbers count by instrument and side, decimals come with the directory, the time is seconds since 1970


def asx_directory(instrument: int, name: str, denominator: int, settlement: int = 0) -> bytes:
    body = struct.pack(">IHI", 1, 0x46DF, instrument) + name.encode().ljust(32) + b"Long name".ljust(60)
    body += (
        b"ISIN".ljust(12)
        + b"XSFE".ljust(6)
        + b"TW".ljust(6)
        + b"FCAPSO"
        + struct.pack(">HBBII", 2020, 7, 2, denominator, 1)
    )
    body += struct.pack(">Iq", 0, settlement) + b"AUD" + struct.pack(">QBHBII", 20, 0, 0, 0, 0, 0)
    return b"f" + body


def asx(code: str, instrument: int, side: str, order: int, rest: bytes) -> bytes:
    return code.encode() + struct.pack(">IHIcQ", 5, 0x46DF, instrument, side.encode(), order) + rest


def asx_add(instrument: int, side: str, order: int, quantity: int, price: int) -> bytes:
    return asx("A", instrument, side, order, struct.pack(">QIq", order, quantity, price))


@needs_captures
def test_asx_captures_make_a_book() -> None:
    feed = Feed("asx_derivatives_itch_1_05")
    apply_capture(feed, "Asx/Ntp.Itch.v1.05/FutureSymbolDirectoryMessage.pcap")
    entry = feed.status.directory["WKN0"]
    assert (entry.currency, entry.fields["expiry_year"]) == ("AUD", 2020)
    assert entry.fields["price_fractional_denominator"] == 1_000_000
    feed.send(asx_directory(0x0001E7A9, "IRZ9", 1_000_000))
    apply_capture(feed, "Asx/Ntp.Itch.v1.05/AddOrderMessage.pcap")
    book = feed.book("IRZ9")
    assert book is not None
    # 0x1850a1dc0 millionths
    assert book.levels(BID, 0) == [(0x1850A1DC0 * 100, 1 * SCALE, 1)]
    # these orders were entered before the captures began
    for name in ("OrderExecutedMessage", "OrderDeletedMessage"):
        apply_capture(feed, f"Asx/Ntp.Itch.v1.05/{name}.pcap")
    assert [event.kind for event in feed.events] == ["unknown_reference", "unknown_reference"]
    assert f"reference {0x5B3D7D1053804001} is not in the book" in feed.events[0].text


@needs_captures
@pytest.mark.parametrize(
    "name", ["Seconds", "TextMessage", "OrderBookStateMessage", "EquilibriumPriceMessage", "Heartbeat"]
)
def test_every_message_of_the_asx_captures_is_known(name: str) -> None:
    feed = Feed("asx_derivatives_itch_1_05")
    apply_capture(feed, f"Asx/Ntp.Itch.v1.05/{name}.pcap")
    assert "unknown_message" not in feed.books.faults
    assert "message_cut" not in feed.books.faults


@needs_captures
def test_asx_seconds_are_of_1970() -> None:
    feed = Feed("asx_derivatives_itch_1_05")
    feed.send(asx_directory(0x0001E7A9, "IRZ9", 1_000_000))
    apply_capture(feed, "Asx/Ntp.Itch.v1.05/Seconds.pcap")
    ((captured_s, _),) = mold_packets("Asx/Ntp.Itch.v1.05/Seconds.pcap")
    assert abs(feed.books.last_venue_utc_ns // 10**9 - captured_s) <= 1


def test_asx_numbers_count_by_side_and_prices_by_the_directorys_denominator() -> None:
    feed = Feed("asx_derivatives_itch_1_05")
    feed.send(
        b"T" + struct.pack(">I", 1_567_498_463), asx_directory(7, "IRZ9", 100, 9_925), asx_directory(8, "XTM9", 64)
    )
    feed.send(asx_add(7, "B", 1, 5, 9_950), asx_add(7, "S", 1, 6, 9_951), asx_add(8, "B", 1, 7, -65))
    first, second = feed.book("IRZ9"), feed.book("XTM9")
    assert first is not None and second is not None
    assert first.levels(BID, 0) == [(9_950_000_000, 5 * SCALE, 1)]
    assert first.levels(ASK, 0) == [(9_951_000_000, 6 * SCALE, 1)]
    # -65/64, exactly
    assert second.levels(BID, 0) == [(-101_562_500, 7 * SCALE, 1)]
    assert first.status.reference_prices["settlement"].price == 9_925_000_000
    assert first.update_venue_utc_ns == 1_567_498_463 * 10**9 + 5
    feed.send(asx("E", 7, "S", 1, struct.pack(">IcQIqQ3s", 4, b"T", 77, 2, 9_951, 0, b"   ")))
    assert first.levels(ASK, 0) == [(9_951_000_000, 4 * SCALE, 1)]
    assert (first.last_px, first.last_qty) == (9_951_000_000, 2 * SCALE)
    # the same trade told for the other side is no second trade
    feed.send(asx("E", 7, "B", 1, struct.pack(">IcQIqQ3s", 3, b"T", 77, 2, 9_951, 0, b"   ")))
    assert (first.trade_count, first.bid_qty) == (1, 3 * SCALE)
    feed.send(asx("X", 7, "B", 1, struct.pack(">I", 1)), asx("D", 7, "S", 1, b""))
    assert (first.bid_qty, first.ask_px) == (2 * SCALE, ABSENT)
    feed.send(b"O" + struct.pack(">IHIc", 5, 0, 7, b"O"))
    assert first.status.trading_state == TradingState.TRADING
    assert feed.events == []
    feed.send(asx("D", 8, "S", 1, b""))
    assert feed.events[-1].text == "order_deleted: reference 1 is not in the book"


def test_a_denominator_that_makes_no_exact_price_is_told() -> None:
    feed = Feed("asx_derivatives_itch_1_05")
    feed.send(asx_directory(7, "IRZ9", 3), asx_add(7, "B", 1, 5, 9_950))
    assert [event.kind for event in feed.events] == ["bad_value", "bad_value"]
    assert "price divisor 3 received, expected one that divides 10^8" in feed.events[0].text
    assert "no usable price divisor in the directory" in feed.events[1].text


def test_an_order_for_a_number_without_a_directory_is_told() -> None:
    feed = Feed("asx_derivatives_itch_1_05")
    feed.send(asx_add(7, "B", 1, 5, 9_950))
    assert feed.events[0].text == "add_order: book 7 received, expected one named before"


# Japannext: a change does not name its book, seconds come by themselves


def jnx_directory(number: str, group: str) -> bytes:
    head = b"R" + struct.pack(">I", 1) + number.encode().ljust(4) + b"JP3633400001" + group.encode().ljust(4)
    return head + struct.pack(">IIIII", 100, 1, 1, 25_000, 15_000)


def jnx_add(number: str, group: str, order: int, side: str, quantity: int, price: int) -> bytes:
    body = struct.pack(">IQcI", 2, order, side.encode(), quantity) + number.encode().ljust(4) + group.encode().ljust(4)
    return b"A" + body + struct.pack(">I", price)


@needs_captures
def test_jnx_captures_end_an_order() -> None:
    feed = Feed("jnx_itch_2_0")
    ((_, packet),) = mold_packets("Jnx/JnxEquities.Pts.Itch.v1.6/OrderDeletedMessage.pcap")
    (order,) = struct.unpack_from(">Q", packet, SESSION_SEQUENCE_COUNT + 2 + 5)
    feed.send(jnx_directory("7203", "DAY"), jnx_add("7203", "DAY", order, "S", 100, 20_105))
    book = feed.book("7203.DAY")
    assert book is not None
    assert book.levels(ASK, 0) == [(201_050_000_000, 100 * SCALE, 1)]
    apply_capture(feed, "Jnx/JnxEquities.Pts.Itch.v1.6/OrderDeletedMessage.pcap")
    assert (book.levels(ASK, 0), feed.events) == ([], [])
    apply_capture(feed, "Jnx/JnxEquities.Pts.Itch.v1.6/TimestampSecondsMessage.pcap")
    assert feed.books.count_of("T") == 1


def test_jnx_orders_find_their_book_by_their_number() -> None:
    feed = Feed("jnx_itch_2_0")
    feed.send(b"T" + struct.pack(">I", 57_600), jnx_directory("7203", "DAY"), jnx_directory("7203", "NGHT"))
    feed.send(jnx_add("7203", "DAY", 1, "B", 300, 20_000), jnx_add("7203", "NGHT", 2, "B", 100, 19_995))
    day, night = feed.book("7203.DAY"), feed.book("7203.NGHT")
    assert day is not None and night is not None
    feed.send(b"E" + struct.pack(">IQIQ", 3, 1, 100, 9), b"U" + struct.pack(">IQQII", 4, 2, 3, 200, 20_010))
    assert day.levels(BID, 0) == [(200_000_000_000, 200 * SCALE, 1)]
    assert night.levels(BID, 0) == [(200_100_000_000, 200 * SCALE, 1)]
    assert (day.last_px, day.last_qty) == (200_000_000_000, 100 * SCALE)
    assert day.status.reference_prices["limit_upper"].price == 250_000_000_000
    feed.send(b"H" + struct.pack(">I", 5) + b"7203NGHTV", b"Y" + struct.pack(">I", 5) + b"7203DAY 1")
    assert night.status.trading_state == TradingState.HALTED
    assert day.status.short_restriction == Restriction.IN_EFFECT
    assert feed.events == []
    # an unknown number can be of any book
    feed.send(b"D" + struct.pack(">IQ", 6, 99))
    assert day.is_suspect and night.is_suspect
    assert day.suspect_reason.endswith("order_deleted: reference 99 is not in the book")


def test_orders_of_unwanted_symbols_are_kept_where_messages_do_not_name_their_book() -> None:
    events: list[BookEvent] = []
    feed = FeedBooks(load_mapping("jnx_itch_2_0"), "feed", "VENUE", events.append, name_of={"7203.DAY": "TOYOTA"}.get)
    for message in (jnx_add("9984", "DAY", 1, "B", 300, 20_000), b"D" + struct.pack(">IQ", 3, 1)):
        feed.books.apply(message, 1, 0)
    assert events == []
    other = feed.book("9984.DAY")
    assert other is not None and other.symbol == "9984.DAY"
