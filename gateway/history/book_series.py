"""Follow the books of some symbols through a recording: a row for each change of the best bid or offer."""

import csv
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from fairlead.adapters.itch.book_cy import Book
from fairlead.adapters.itch.events import CONTRADICTIONS, BookEvent
from fairlead.adapters.itch.feed_books import FeedBooks
from fairlead.adapters.itch.mapping import FeedPlan
from fairlead.codecs.binary.columns_cy import NEEDS_MORE, TAKEN, ZERO_LENGTH
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.codecs.vocabulary.market_data_codes import TradingState
from fairlead.gateway.history.faults import Faults
from fairlead.gateway.parquet import load_pyarrow

COLUMNS: Final = ("time", "message_number", "symbol", "state", "bid_px", "bid_qty", "ask_px", "ask_qty")
BATCH_ROWS: Final = 65_536
_FEED: Final = "file"
_LONGEST_DAY: Final = timedelta(hours=30)
_TOLD: Final = CONTRADICTIONS | {"unknown_message", "bad_time"}

Row = tuple[int, int, str, str, int, int, int, int]


class RowWriter(Protocol):
    """Take rows: time in nanoseconds since 1970, number, symbol, state, prices and quantities in 10^-8 (``ABSENT``)."""

    def write(self, rows: list[Row]) -> None:
        """Write rows."""

    def close(self) -> None:
        """Finish the file."""


class CsvRows:
    """Write rows as CSV: times as ISO 8601 with nanoseconds, exact decimals, empty cells for what there is not."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)

    def write(self, rows: list[Row]) -> None:
        """Write rows."""
        for at, number, symbol, state, *amounts in rows:
            texts = ["" if amount == ABSENT else fixed_to_str(amount) for amount in amounts]
            self._writer.writerow([_iso(at), number, symbol, state, *texts])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class ParquetRows:
    """Write rows as Parquet: ``timestamp[ns, UTC]``, ``decimal128(19, 8)``, null for what there is not."""

    def __init__(self, path: Path) -> None:
        """Raises ParquetMissing."""
        self._pa = pa = load_pyarrow()
        code, amount = pa.dictionary(pa.int32(), pa.string()), pa.decimal128(19, 8)
        types = (pa.timestamp("ns", tz="UTC"), pa.uint64(), code, code, *[amount] * 4)
        self._schema = pa.schema(list(zip(COLUMNS, types, strict=True)))
        self._writer = pa.parquet.ParquetWriter(path, self._schema, compression="zstd", store_decimal_as_integer=True)

    def write(self, rows: list[Row]) -> None:
        """Write rows."""
        pa = self._pa
        columns: list[Any] = []
        for values, field in zip(zip(*rows, strict=True), self._schema, strict=True):
            if pa.types.is_decimal(field.type):
                columns.append(self._amounts(values, field.type))
            elif pa.types.is_dictionary(field.type):
                columns.append(pa.array(values, pa.string()).dictionary_encode())
            else:
                columns.append(pa.array(values, pa.int64()).cast(field.type))
        self._writer.write_batch(pa.record_batch(columns, schema=self._schema))

    def _amounts(self, values: tuple[int, ...], kind: Any) -> Any:
        wide = b"".join(value.to_bytes(16, "little", signed=True) for value in values)
        bits = self._pa.array([value != ABSENT for value in values], self._pa.bool_()).buffers()[1]
        return self._pa.Array.from_buffers(kind, len(values), [bits, self._pa.py_buffer(wide)])

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


class BookSeries:
    """Apply messages to books and write what changes; a ``MessageSink``."""

    def __init__(self, plan: FeedPlan, symbols: Collection[str], day: date, writer: RowWriter, faults: Faults) -> None:
        wanted = {symbol: symbol for symbol in symbols}
        self._feed = FeedBooks(plan, _FEED, "", self._told, wanted.get, day=day)
        self._wanted = frozenset(symbols)
        self._writer = writer
        self._faults = faults
        self._rows: list[Row] = []
        self._last: dict[str, tuple[int, int]] = {}
        # the recording says nothing of its receipt: late enough for the day, too early for the next
        midnight = datetime.combine(day, time(), ZoneInfo(plan.time_zone)).astimezone(UTC)
        self._utc_ns = int((midnight + _LONGEST_DAY).timestamp()) * 1_000_000_000
        self.message_number = 0
        self.rows = 0

    @property
    def missing(self) -> list[str]:
        """Return the symbols that the recording never had."""
        return sorted(self._wanted - self._last.keys())

    def feed(self, data: bytes | bytearray, at: int, end: int) -> tuple[int, int]:
        """Take all whole messages behind their lengths; return where and why it stopped."""
        apply, utc_ns, number = self._feed.books.apply, self._utc_ns, self.message_number
        while end - at >= 2:
            size = data[at] << 8 | data[at + 1]
            if size == 0:
                self.message_number = number
                return at, ZERO_LENGTH
            start = at + 2
            at = start + size
            if at > end:
                at = start - 2
                break
            number += 1
            book = apply(bytes(data[start:at]), number, utc_ns)
            if book is not None:
                self._look(book, number)
        self.message_number = number
        return at, NEEDS_MORE

    def add(self, data: bytes | bytearray, start: int, end: int) -> int:
        """Take one message."""
        self.message_number += 1
        book = self._feed.books.apply(bytes(data[start:end]), self.message_number, self._utc_ns)
        if book is not None:
            self._look(book, self.message_number)
        return TAKEN

    def skip(self, number: int | None = None) -> None:
        """Count a message that could not be taken, or set the number of the next one."""
        self.message_number = self.message_number + 1 if number is None else number - 1

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        self._writer.close()

    def _look(self, book: Book, number: int) -> None:
        symbol = book.symbol
        now = (book.top_change_number, book.trading_state)
        if self._last.get(symbol) == now or symbol not in self._wanted:
            return
        self._last[symbol] = now
        state = TradingState(book.trading_state).name.lower()
        stamp = self._feed.books.last_venue_utc_ns
        self._rows.append((stamp, number, symbol, state, book.bid_px, book.bid_qty, book.ask_px, book.ask_qty))
        if len(self._rows) >= BATCH_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write(self._rows)
            self.rows += len(self._rows)
            self._rows = []

    def _told(self, event: BookEvent) -> None:
        if event.kind in _TOLD:
            self._faults.add(event.kind, f"message {event.sequence}: {event.kind}: {event.symbol} {event.text}")


def _iso(utc_ns: int) -> str:
    seconds, rest = divmod(utc_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
