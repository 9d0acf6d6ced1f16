"""Read from a mapping what a message tells beside the orders: directory, state, prices, facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fairlead.adapters.market_data import Restriction, TradingState
from fairlead.adapters.table_reader import TableReader, codes_by_name
from fairlead.codecs.binary.layout_cy import DIGITS, INT, TEXT, UINT, Field, Layout

_STATES: Final = codes_by_name(TradingState)
_RESTRICTIONS: Final = codes_by_name(Restriction)


@dataclass(frozen=True, slots=True)
class Coded:
    """A field whose codes have meanings; ``detail`` is a second field that goes with it."""

    field: Field
    meanings: Mapping[str, int]
    detail: Field | None = None


@dataclass(frozen=True, slots=True)
class Halt:
    """An operational halt of one market: ``market`` says which, ``field`` whether it begins or ends."""

    market: Field
    field: Field
    halted: str
    resumed: str


@dataclass(frozen=True, slots=True)
class ToldTrade:
    """A trade in a message that tells more besides; a quantity of 0 says that there was none."""

    quantity: Field
    price: Field
    match: Field | None


@dataclass(frozen=True, slots=True)
class PriceByCode:
    """A reference price whose name depends on a code."""

    field: Field
    price: Field
    names: Mapping[str, str]


@dataclass(slots=True)
class Telling:
    """All that one message tells."""

    is_directory: bool = False
    round_lot: Field | None = None
    currency: Field | None = None
    price_divisor: Field | None = None
    state: Coded | None = None
    restriction: Coded | None = None
    halt: Halt | None = None
    trade: ToldTrade | None = None
    price_by_code: PriceByCode | None = None
    event: Field | None = None
    closes: str = ""
    broken: Field | None = None
    prices: list[tuple[str, Field]] = field(default_factory=list)
    facts: list[tuple[str, Field]] = field(default_factory=list)


def read_telling(layout: Layout, reader: TableReader) -> Telling:
    """Return what ``layout`` tells; mistakes are noted in the reader's list."""
    return _TellingReader(layout, reader).read()


class _TellingReader:
    def __init__(self, layout: Layout, reader: TableReader) -> None:
        self._layout = layout
        self._reader = reader

    def read(self) -> Telling:
        told = Telling()
        self._read_directory(told)
        told.state = self._coded("state", _STATES, "reason")
        told.restriction = self._coded("restriction", _RESTRICTIONS, "")
        told.halt = self._halt()
        told.trade = self._trade()
        told.price_by_code = self._price_by_code()
        event = self._reader.section("event")
        told.event, told.closes = self._optional(event, "field", TEXT), event.text("closes", "", 1)
        event.finish()
        told.broken = self._optional(self._reader, "broken", UINT)
        for name, target, kinds in (
            ("prices", told.prices, (UINT, INT)),
            ("facts", told.facts, (UINT, INT, TEXT, DIGITS)),
        ):
            for key, text in self._reader.texts_by_key(name).items():
                if (found := self._field(self._reader, name, text, *kinds)) is not None:
                    target.append((key, found))
        return told

    def _read_directory(self, told: Telling) -> None:
        directory = self._reader.section("directory")
        told.is_directory = bool(self._reader.table("directory"))
        told.round_lot = self._optional(directory, "round_lot", UINT)
        told.currency = self._optional(directory, "currency", TEXT)
        told.price_divisor = self._optional(directory, "price_divisor", UINT)
        directory.finish()
        if told.is_directory and not self._reader.text("symbol", ""):
            self._reader.mistake("symbol", None, "the field that names the book, since this is a directory")

    def _coded(self, key: str, names: Mapping[str, int], detail: str) -> Coded | None:
        section = self._reader.section(key)
        if not self._reader.table(key):
            return None
        found = self._optional(section, "field", TEXT)
        second = self._optional(section, detail, TEXT) if detail else None
        meanings = {}
        for code, name in section.texts_by_key("codes").items():
            if name not in names:
                section.mistake("codes", name, f"one of {', '.join(names)}")
            else:
                meanings[code] = names[name]
        section.finish()
        if found is None:
            section.mistake("field", None, "the field that has the code")
            return None
        return Coded(found, meanings, second)

    def _halt(self) -> Halt | None:
        if not self._reader.table("halt"):
            return None
        section = self._reader.section("halt")
        market, found = (self._optional(section, key, TEXT) for key in ("market", "field"))
        halted, resumed = section.text("halted"), section.text("resumed")
        section.finish()
        if market is None or found is None:
            section.mistake("market", None, "the fields market and field")
            return None
        return Halt(market, found, halted, resumed)

    def _trade(self) -> ToldTrade | None:
        if not self._reader.table("trade"):
            return None
        section = self._reader.section("trade")
        quantity, price, match = (self._optional(section, key, UINT, INT) for key in ("quantity", "price", "match"))
        section.finish()
        if quantity is None or price is None:
            section.mistake("quantity", None, "the fields quantity and price")
            return None
        return ToldTrade(quantity, price, match)

    def _price_by_code(self) -> PriceByCode | None:
        if not self._reader.table("price_by_code"):
            return None
        section = self._reader.section("price_by_code")
        code, price = self._optional(section, "field", TEXT), self._optional(section, "price", UINT, INT)
        names = section.texts_by_key("codes")
        section.finish()
        if code is None or price is None:
            section.mistake("field", None, "the fields field and price")
            return None
        return PriceByCode(code, price, names)

    def _optional(self, reader: TableReader, key: str, *kinds: int) -> Field | None:
        name = reader.text(key, "")
        return self._field(reader, key, name, *kinds) if name else None

    def _field(self, reader: TableReader, key: str, name: str, *kinds: int) -> Field | None:
        try:
            found = self._layout.field(name)
        except LookupError as error:
            reader.mistake(key, name, str(error))
            return None
        if found.kind not in kinds or found.length > 64:
            reader.mistake(key, name, "a field of another type")
            return None
        return found
