"""Find what is wrong between the rows of instrument reference files; each mistake names its row and column.

What could not be read was reported by itself: a value that is missing here for that reason is passed over.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.osi import OsiSymbol, looks_like_osi, parse_osi
from fairlead.gateway.instruments.reference_columns import INSTRUMENT, LEG, LISTING, TICK
from fairlead.gateway.instruments.reference_entry import Entry, line

SPREAD: Final = "MLEG"
MAX_LEGS: Final = 40


Entries = Mapping[str, Sequence[Entry]]


def check_entries(entries: Entries, venues: Collection[str] | None, taken: Mapping[str, str]) -> list[str]:
    """Return one line for each mistake."""
    known = _by_symbol(entries[INSTRUMENT])
    tables = {entry.values.get("tick_table") for entry in entries[TICK]}
    legs = defaultdict(list)
    for entry in entries[LEG]:
        legs[entry.values.get("symbol")].append(entry)
    listed = defaultdict(set)
    for entry in entries[LISTING]:
        listed[entry.values.get("symbol")].add(entry.values.get("venue", ""))
    return [
        *_duplicates(entries[INSTRUMENT], taken),
        *(text for entry in entries[INSTRUMENT] for text in _instrument(entry, tables, legs, listed)),
        *(text for entry in entries[INSTRUMENT] for text in _default_venue(entry, listed)),
        *_venues(entries, venues),
        *(text for entry in entries[LISTING] for text in _belongs(entry, "symbol", known)),
        *_listings(entries[LISTING]),
        *(text for entry in entries[LEG] for text in _belongs(entry, "symbol", known)),
        *(text for symbol, found in legs.items() for text in _legs(known.get(str(symbol)), found, known, taken)),
    ]


def _by_symbol(entries: Sequence[Entry]) -> dict[str, Entry]:
    return {entry.values["symbol"]: entry for entry in entries if "symbol" in entry.values}


def _duplicates(entries: Sequence[Entry], taken: Mapping[str, str]) -> Iterator[str]:
    first = dict(taken)
    for entry in entries:
        symbol = entry.values.get("symbol", "")
        if symbol in first:
            yield line(entry, "symbol", f"expected one that {first[symbol]} has not taken")
        elif symbol:
            first[symbol] = entry.where


def _belongs(entry: Entry, column: str, known: Mapping[str, Entry]) -> Iterator[str]:
    symbol = entry.values.get(column)
    if symbol and symbol not in known:
        yield line(entry, column, "expected the symbol of a row of record 'instrument'")


# One instrument


def _instrument(
    entry: Entry, tables: Collection[Any], legs: Mapping[Any, Sequence[Entry]], listed: Collection[Any]
) -> Iterator[str]:
    values = entry.values
    if "tick" in values and "tick_table" in values:
        yield line(entry, "tick", "expected either tick or tick_table, not both")
    table = values.get("tick_table")
    if table and table not in tables:
        yield line(entry, "tick_table", "expected the tick_table of rows of record 'tick'")
    lot, min_qty = values.get("lot", 0), values.get("min_qty", 0)
    if lot and min_qty % lot:
        expected = f"expected a multiple of the lot {fixed_to_str(lot)}"
        yield line(entry, "min_qty", expected)
    symbol = values.get("symbol", "")
    if "venues" not in entry.given and symbol not in listed:
        yield line(entry, "venues", "expected at least one venue, here or in rows of record 'listing'")
    for column, other in (("previous_close", "previous_close_date"), ("previous_close_date", "previous_close")):
        if other in entry.given and column not in entry.given:
            yield line(entry, column, f"expected a value, since {other} has one")
    yield from _kind(entry)
    if values.get("security_type") == SPREAD and len(legs.get(symbol, ())) < 2:
        expected = f"expected two or more rows of record 'leg' for it, since its security_type is {SPREAD}"
        yield line(entry, "symbol", expected)


def _kind(entry: Entry) -> Iterator[str]:
    values, given = entry.values, entry.given
    if looks_like_osi(values.get("symbol", "")):
        yield from _osi(entry)
        return
    kind = values.get("security_type", "CS")
    needed, refused = _KINDS.get(kind, ((), ("expiry", "maturity", "put_or_call", "strike_price")))
    for column in needed:
        if column not in given and not (column == "maturity" and "expiry" in given):
            yield line(entry, column, f"expected a value, since its security_type is {kind}")
    for column in refused:
        if column in given:
            yield line(entry, column, f"expected nothing, since its security_type is {kind}")


_KINDS: Final = {
    "OPT": (("expiry", "put_or_call", "strike_price"), ()),
    "FUT": (("maturity",), ("put_or_call", "strike_price")),
    SPREAD: ((), ("put_or_call", "strike_price")),
    "WAR": ((), ()),
}
"""What a kind of instrument needs and refuses; those not named here are like shares: no maturity, no strike."""


def _osi(entry: Entry) -> Iterator[str]:
    try:
        option = parse_osi(entry.values["symbol"])
    except DecodeError as error:
        yield line(entry, "symbol", f"expected an OSI symbol: {error.reason}")
        return
    for column, read, shown in _OSI_SAYS:
        value = entry.values.get(column)
        if value is not None and value != read(option):
            yield line(entry, column, f"expected {shown(read(option))} as the OSI symbol has it, or nothing")


_OSI_SAYS: Final[tuple[tuple[str, Callable[[OsiSymbol], Any], Callable[[Any], str]], ...]] = (
    ("security_type", lambda option: "OPT", str),
    ("expiry", lambda option: date(option.year, option.month, option.day), str),
    ("maturity", lambda option: option.maturity_month_year, str),
    ("put_or_call", lambda option: option.put_or_call, ("put", "call").__getitem__),
    ("strike_price", lambda option: option.strike_price, fixed_to_str),
)


# Venues


def _venues(entries: Entries, venues: Collection[str] | None) -> Iterator[str]:
    if venues is None:
        return
    expected = f"expected a venue of the configuration ({', '.join(sorted(venues)) or 'it has none'})"
    for entry in entries[INSTRUMENT]:
        for name in entry.values.get("venues", ()):
            if name not in venues:
                yield line(entry, "venues", expected, name)
    for entry in entries[LISTING]:
        if entry.values.get("venue", next(iter(venues), "")) not in venues:
            yield line(entry, "venue", expected)


def _default_venue(entry: Entry, listed: Mapping[Any, Collection[str]]) -> Iterator[str]:
    default = entry.values.get("default_venue")
    named = {*entry.values.get("venues", ()), *listed.get(entry.values.get("symbol"), ())} - {""}
    if default and default not in named:
        known = ", ".join(sorted(named)) or "none"
        yield line(entry, "default_venue", f"expected one of the instrument's venues ({known})")


def _listings(entries: Sequence[Entry]) -> Iterator[str]:
    """Find dates the wrong way round, and those on which a venue would have two names or a name two meanings."""
    by_instrument: dict[Any, list[Entry]] = defaultdict(list)
    by_name: dict[Any, list[Entry]] = defaultdict(list)
    for entry in entries:
        values = entry.values
        begin, end = _dates(entry)
        if end < begin:
            yield line(entry, "valid_to", f"expected valid_from ({begin}) or later")
        elif values.get("symbol") and values.get("venue"):
            by_instrument[values["symbol"], values["venue"]].append(entry)
            if values.get("venue_symbol"):
                by_name[values["venue"], values["venue_symbol"]].append(entry)
    for (symbol, venue), found in by_instrument.items():
        yield from _overlaps(found, "valid_from", f"{symbol} already has a listing at {venue}")
    for (venue, name), found in by_name.items():
        others = [entry for entry in found if entry.values["symbol"] != found[0].values["symbol"]]
        if others:
            yield from _overlaps(found, "venue_symbol", f"{name} already is another instrument at {venue}", True)


def _dates(entry: Entry) -> tuple[date, date]:
    return entry.values.get("valid_from", date.min), entry.values.get("valid_to", date.max)


def _overlaps(found: Sequence[Entry], column: str, what: str, between_symbols: bool = False) -> Iterator[str]:
    if len(found) < 2:
        return
    ordered = sorted(found, key=_dates)
    last = ordered[0]
    for entry in ordered[1:]:
        end = _dates(last)[1]
        same = entry.values["symbol"] == last.values["symbol"]
        if _dates(entry)[0] <= end and not (between_symbols and same):
            until = "without end" if end == date.max else f"until {end}"
            after = "" if end == date.max else f"expected {end + timedelta(days=1)} or later: "
            yield line(entry, column, f"{after or 'expected another date: '}{what} ({last.where}) {until}")
        if _dates(entry)[1] >= end:
            last = entry


# Spreads


def _legs(
    spread: Entry | None, found: Sequence[Entry], known: Mapping[str, Entry], taken: Mapping[str, str]
) -> Iterator[str]:
    if spread is not None and spread.values.get("security_type") != SPREAD:
        for entry in found:
            yield line(entry, "symbol", f"expected an instrument whose security_type is {SPREAD}")
    if len(found) > MAX_LEGS:
        yield line(found[MAX_LEGS], "symbol", f"expected at most {MAX_LEGS} legs")
    first: dict[str, str] = {}
    for entry in found:
        leg = entry.values.get("leg_symbol")
        if leg is None:
            continue
        other = known.get(leg)
        if other is None and leg not in taken:
            yield line(entry, "leg_symbol", "expected the symbol of an instrument")
        elif other is not None and other.values.get("security_type") == SPREAD:
            yield line(entry, "leg_symbol", "expected an instrument that is no spread itself")
        elif leg in first:
            yield line(entry, "leg_symbol", f"expected one that {first[leg]} has not taken")
        first.setdefault(leg, entry.where)
