"""Load instrument reference files: all of it or nothing, every mistake at once, each with its place."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from fairlead.codecs.osi import looks_like_osi, parse_osi
from fairlead.gateway.instruments.instrument import Instrument, Leg, Listing, TickTable
from fairlead.gateway.instruments.reference_checks import check_entries
from fairlead.gateway.instruments.reference_columns import IDENTIFIERS, INSTRUMENT, LEG, LISTING, RECORDS, TICK
from fairlead.gateway.instruments.reference_entry import Entry
from fairlead.gateway.instruments.reference_rows import FileRows, read_rows
from fairlead.gateway.instruments.tick_bands import build_tick_tables

_OPTION: Final = "OPT"
_ROW: Final = re.compile(r"(.*?) (?:line|row) ([0-9]+)")


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """Hold what reference files say, by Fairlead's symbol."""

    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    tick_tables: Mapping[str, TickTable] = field(default_factory=dict)


class ReferenceError(Exception):
    """Hold every mistake in reference files, one line each, and the symbols that they name nonetheless."""

    def __init__(self, mistakes: Sequence[str], symbols: Collection[str]) -> None:
        self.mistakes = tuple(mistakes)
        self.symbols = frozenset(symbols)
        super().__init__("\n".join(self.mistakes))


def load_reference(
    paths: Iterable[tuple[Path, str]],
    venues: Collection[str] | None = None,
    taken: Mapping[str, str] | None = None,
) -> ReferenceData:
    """Read files as one set of rows and return what they say; raises ReferenceError.

    ``paths`` are files and the names that messages use for them. ``venues`` are those that may be named (None: any),
    ``taken`` symbols that are given elsewhere, and where.
    """
    reading = _Reading()
    for path, name in paths:
        reading.take(read_rows(path, name))
    mistakes = reading.mistakes + check_entries(reading.entries, venues, taken or {})
    tables, table_mistakes = build_tick_tables(reading.entries[TICK])
    mistakes += table_mistakes
    if mistakes:
        mistakes.sort(key=_place)
        raise ReferenceError(mistakes, {entry.values.get("symbol", "") for entry in reading.entries[INSTRUMENT]})
    return ReferenceData(_build(reading.entries, tables), tables)


def _place(mistake: str) -> tuple[str, int]:
    found = _ROW.match(mistake)
    return (found[1], int(found[2])) if found is not None else (mistake.partition(":")[0], 0)


class _Reading:
    """Turn rows of texts into rows of values."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Entry]] = {record: [] for record in RECORDS}
        self.mistakes: list[str] = []

    def take(self, found: FileRows) -> None:
        self.mistakes += found.mistakes
        for number, cells in found.rows:
            record = cells.pop("record", "")
            if record not in RECORDS:
                self._mistake(found.at(number), "record", record, f"expected {', '.join(RECORDS)}")
                continue
            self.entries[record].append(self._entry(found.at(number), record, cells))

    def _entry(self, where: str, record: str, cells: dict[str, str]) -> Entry:
        columns = RECORDS[record]
        values: dict[str, Any] = {}
        for name, text in cells.items():
            column = columns.get(name)
            if column is None:
                self._mistake(where, name, text, f"expected nothing in a row of record {record!r}")
                continue
            try:
                values[name] = column.read(text)
            except ValueError as error:
                self._mistake(where, name, text, str(error))
        for name, column in columns.items():
            if column.required and name not in cells:
                self._mistake(where, name, "", f"expected a value in a row of record {record!r}")
        return Entry(where, values, cells)

    def _mistake(self, where: str, column: str, received: str, expected: str) -> None:
        shown = received if len(received) <= 60 else received[:60] + "..."
        self.mistakes.append(f"{where}, {column}: {shown!r}, {expected}")


def _build(entries: Mapping[str, Sequence[Entry]], tables: Mapping[str, TickTable]) -> dict[str, Instrument]:
    listings: dict[str, list[Listing]] = {}
    legs: dict[str, list[Leg]] = {}
    for entry in entries[LISTING]:
        said = _complete(LISTING, entry)
        symbol = said.pop("symbol")
        listings.setdefault(symbol, []).append(Listing(symbol=said.pop("venue_symbol"), **said))
    for entry in entries[LEG]:
        said = _complete(LEG, entry)
        legs.setdefault(said["symbol"], []).append(Leg(said["leg_symbol"], said["ratio"], said["side"]))
    built = {}
    for entry in entries[INSTRUMENT]:
        said = _complete(INSTRUMENT, entry)
        symbol = said["symbol"]
        built[symbol] = _instrument(said, listings.get(symbol, ()), legs.get(symbol, ()), tables)
    return built


def _complete(record: str, entry: Entry) -> dict[str, Any]:
    return {name: entry.values.get(name, column.absent) for name, column in RECORDS[record].items()}


def _instrument(
    said: Mapping[str, Any], listings: Sequence[Listing], legs: Sequence[Leg], tables: Mapping[str, TickTable]
) -> Instrument:
    venues = frozenset((*said["venues"], *(listing.venue for listing in listings)))
    kind = _kind(said)
    return Instrument(
        symbol=said["symbol"],
        tick=said["tick"],
        tick_table=tables.get(said["tick_table"]),
        lot=said["lot"],
        min_qty=said["min_qty"],
        round_lot=said["round_lot"],
        multiplier=said["multiplier"],
        currency=said["currency"],
        underlying=said["underlying"],
        security_exchange=said["security_exchange"],
        venues=venues,
        # what a venue calls it depends on the date: directory.py
        security_ids={},
        default_venue=said["default_venue"] or (next(iter(venues)) if len(venues) == 1 else ""),
        identifiers={name: said[name] for name in IDENTIFIERS if said[name]},
        legs=tuple(legs),
        listings=tuple(listings),
        previous_close=said["previous_close"],
        previous_close_date=said["previous_close_date"],
        **kind,
    )


def _kind(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what kind of instrument it is; an OSI symbol says it all by itself."""
    if looks_like_osi(said["symbol"]):
        option = parse_osi(said["symbol"])
        return {
            "security_type": _OPTION,
            "maturity_month_year": option.maturity_month_year,
            "maturity_day": option.day,
            "put_or_call": option.put_or_call,
            "strike_price": option.strike_price,
            "expiry": said["expiry"] or date(option.year, option.month, option.day),
        }
    expiry = said["expiry"]
    maturity = said["maturity"] or (f"{expiry:%Y%m}" if expiry is not None else "")
    is_dated_option = said["security_type"] == _OPTION and expiry is not None and f"{expiry:%Y%m}" == maturity
    return {
        "security_type": said["security_type"] or "CS",
        "maturity_month_year": maturity,
        "maturity_day": expiry.day if is_dated_option else 0,
        "put_or_call": said["put_or_call"],
        "strike_price": said["strike_price"],
        "expiry": expiry,
    }
