"""Take what a feed tells beside the orders: the directory, trading states, reference prices, facts about a symbol.

Each of these messages changes a book's status or the market's, which is ``market``; a code that the mapping does not
know leaves the state UNKNOWN, never what it was.
"""

from collections.abc import Callable
from typing import Any, Final

from fairlead.adapters.itch.book_cy import Book
from fairlead.adapters.itch.books_cy import ItchBooks
from fairlead.adapters.itch.mapping import FeedPlan
from fairlead.adapters.itch.plan_cy import MessagePlan
from fairlead.adapters.itch.tellings import Coded, Telling, ToldTrade
from fairlead.adapters.market_data import DirectoryEntry, ReferencePrice, Restriction, SymbolStatus, TradingState
from fairlead.codecs.binary import BinaryMessage, Direction
from fairlead.codecs.binary.layout_cy import TEXT, Field
from fairlead.codecs.errors import ProtocolError
from fairlead.codecs.vocabulary.constants import ABSENT, SCALE

_LAST: Final = 2**63 - 1


class StatusMessages:
    """Read one feed's telling messages. ``on_directory(entry)`` is told each instrument that the feed names."""

    def __init__(self, plan: FeedPlan, on_directory: Callable[[DirectoryEntry], None] | None = None) -> None:
        self.market = SymbolStatus()
        """What holds for the whole market: ``facts["system_event"]``, circuit breaker levels."""
        self.directory: dict[str, DirectoryEntry] = {}
        """By the feed's symbol."""
        self.codes_unknown = 0
        """Codes that the mapping has no meaning for."""
        self._decoder = plan.protocol.decoder(Direction.TO_CLIENT)
        self._zero_is_none = plan.zero_price_is_none
        self._on_directory = on_directory

    def reset(self) -> None:
        """Begin a new session."""
        self.market = SymbolStatus()
        self.directory.clear()

    def take(
        self,
        books: ItchBooks,
        plan: MessagePlan,
        message: bytes,
        book: Book | None,
        sequence: int,
        venue_utc_ns: int,
        utc_ns: int,
    ) -> None:
        """Apply one message; ``ItchBooks`` calls this."""
        told: Telling = plan.told
        if plan.key.length and book is None and (told.state or told.is_directory or told.restriction):
            books.report_fault("unknown_book", None, sequence, f"{plan.name}: its book was not named before")
            return
        try:
            self._apply(
                books, told, self._decoder.decode(message, 0, len(message)), book, sequence, venue_utc_ns, utc_ns
            )
        except ProtocolError as error:
            books.report_fault("bad_value", book, sequence, f"{plan.name}: {error}")
        if book is not None:
            books.mark(book)
            book.update_venue_utc_ns, book.update_received_utc_ns = venue_utc_ns, utc_ns

    def _apply(
        self,
        books: ItchBooks,
        told: Telling,
        message: BinaryMessage,
        book: Book | None,
        sequence: int,
        venue_utc_ns: int,
        utc_ns: int,
    ) -> None:
        status = book.status if book is not None else self.market
        if told.is_directory and book is not None:
            self._take_directory(told, message, book, utc_ns)
        if told.state is not None and book is not None:
            self._take_state(told.state, message, book, venue_utc_ns, utc_ns)
            books.check_crossing(book, sequence)
        if told.restriction is not None:
            code = message.get_str(told.restriction.field)
            status.short_restriction = Restriction(self._meaning(told.restriction, code))
            status.facts["short_restriction_code"] = code
        if told.halt is not None:
            self._take_halt(told, message, status)
        for name, field in told.prices:
            self._set_price(status, name, self._price(message, field, book), venue_utc_ns, utc_ns)
        if told.price_by_code is not None:
            code = message.get_str(told.price_by_code.field)
            name = told.price_by_code.names.get(code, f"by_code_{code}")
            self._set_price(status, name, self._price(message, told.price_by_code.price, book), venue_utc_ns, utc_ns)
        for name, field in told.facts:
            status.facts[name] = message.get_str(field) if field.kind == TEXT else message.get_int(field)
        if told.trade is not None and book is not None:
            self._take_trade(told.trade, message, book, venue_utc_ns)
        if told.broken is not None and book is not None:
            self._take_broken(message.get_int(told.broken), book)
        if told.event is not None:
            self._take_event(books, told, message.get_str(told.event), sequence, venue_utc_ns, utc_ns)

    # Parts

    def _take_directory(self, told: Telling, message: BinaryMessage, book: Book, utc_ns: int) -> None:
        if told.price_divisor is not None:
            divisor = message.get_int(told.price_divisor)
            if divisor <= 0 or SCALE % divisor:
                raise ProtocolError(f"price divisor {divisor} received, expected one that divides 10^8")
            book.price_mul = SCALE // divisor
            book.price_limit = _LAST // book.price_mul
        layout = message.layout
        fields = layout.fields[1:] if layout is not None else ()
        entry = DirectoryEntry(
            symbol=book.symbol,
            feed_symbol=book.feed_symbol,
            feed=book.feed,
            venue=book.venue,
            round_lot=message.get_int(told.round_lot) * SCALE if told.round_lot is not None else ABSENT,
            currency=message.get_str(told.currency) if told.currency is not None else "",
            received_utc_ns=utc_ns,
            fields={field.name: _value(message, field) for field in fields if 0 < field.length <= 64},
        )
        self.directory[book.feed_symbol] = entry
        if self._on_directory is not None:
            self._on_directory(entry)

    def _take_state(self, state: Coded, message: BinaryMessage, book: Book, venue_utc_ns: int, utc_ns: int) -> None:
        code = message.get_str(state.field)
        reason = message.get_str(state.detail) if state.detail is not None else ""
        book.set_state(TradingState(self._meaning(state, code)), code, reason, venue_utc_ns, utc_ns)

    def _meaning(self, coded: Coded, code: str) -> int:
        if code not in coded.meanings:
            self.codes_unknown += 1
            return 0
        return coded.meanings[code]

    def _take_halt(self, told: Telling, message: BinaryMessage, status: SymbolStatus) -> None:
        halt = told.halt
        assert halt is not None
        market, code = message.get_str(halt.market), message.get_str(halt.field)
        if code == halt.resumed:
            status.operational_halts -= {market}
            return
        # a code that nobody knows is taken for a halt
        self.codes_unknown += code != halt.halted
        status.operational_halts |= {market}

    def _price(self, message: BinaryMessage, field: Field, book: Book | None) -> int:
        """Return a price in units of 10^-8, ABSENT where there is none."""
        if message.special(field) is not None:
            return ABSENT
        raw = message.get_int(field)
        if raw == 0 and self._zero_is_none:
            return ABSENT
        if field.factor:
            return message.get_fixed(field)
        if book is None or book.price_mul == 0 or abs(raw) > book.price_limit:
            raise ProtocolError(f"{field.name} {raw} received, expected a price that the directory's divisor fits")
        return raw * book.price_mul

    def _set_price(self, status: SymbolStatus, name: str, price: int, venue_utc_ns: int, utc_ns: int) -> None:
        if price == ABSENT:
            status.reference_prices.pop(name, None)
        else:
            status.reference_prices[name] = ReferencePrice(price, venue_utc_ns, utc_ns)

    def _take_trade(self, trade: ToldTrade, message: BinaryMessage, book: Book, venue_utc_ns: int) -> None:
        quantity = message.get_int(trade.quantity) * SCALE
        if quantity == 0:
            return
        if quantity > _LAST:
            raise ProtocolError(f"{trade.quantity.name} {quantity // SCALE} received, expected less than 92233720369")
        match = message.get_int(trade.match) if trade.match is not None else 0
        book.note_trade(self._price(message, trade.price, book), quantity, match, venue_utc_ns)

    def _take_broken(self, match: int, book: Book) -> None:
        """Count a broken trade; where it is the last one, its price is no price."""
        book.status.facts["broken_trades"] = int(book.status.facts.get("broken_trades", 0)) + 1
        book.status.facts["broken_match"] = match
        if match and match == book.last_match:
            book.volume = book.volume - book.last_qty
            book.last_px = book.last_qty = ABSENT
            book.last_utc_ns = book.last_match = 0

    def _take_event(
        self, books: ItchBooks, told: Telling, code: str, sequence: int, venue_utc_ns: int, utc_ns: int
    ) -> None:
        self.market.facts["system_event"] = code
        self.market.facts["system_event_utc_ns"] = venue_utc_ns
        if code != told.closes:
            return
        for book in books.all_books():
            book.set_state(TradingState.CLOSED, code, "", venue_utc_ns, utc_ns)
            books.check_crossing(book, sequence)
            books.mark(book)


def _value(message: BinaryMessage, field: Field) -> Any:
    return message.get_str(field) if field.kind == TEXT else message.get_int(field)
