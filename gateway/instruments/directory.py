"""Keep the instruments that the order path looks at in step with the venues' dates and with what venues say.

``by_symbol`` is one dictionary for as long as the process runs: its values are replaced, so that whoever holds it sees
today's names, venues and steps.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from fairlead.adapters.market_data import DirectoryEntry
from fairlead.codecs.fixed_point_cy import fixed_to_str
from fairlead.codecs.vocabulary.constants import ABSENT
from fairlead.gateway.instruments.instrument import Instrument, Listing

Tell = Callable[..., None]
"""``alert(event, utc_ns, **facts)``."""


@dataclass(frozen=True, slots=True)
class VenueWord:
    """What a venue's own directory says of an instrument; 0, ``None`` and ``""`` where it does not say.

    Quantities are in units of 10^-8, as everywhere.
    """

    round_lot: int = 0
    round_lots_only: bool | None = None
    tick: int = 0
    multiplier: int = 0
    currency: str = ""
    expiry: date | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)
    """By name, as ``Instrument.identifiers``."""


_ISIN_LENGTH: Final = 12
_COMPARED: Final = ("round_lot", "tick", "multiplier", "currency", "expiry")
"""What a venue may say and the file too. Where only one does, the other has nothing to add."""
_FILLED_IN: Final = ("round_lot", "currency", "expiry")
"""What the venue's word fills in where the file leaves it out. Not tick, lot or multiplier: what is refused, or
worth, would change by one venue's word."""


def venue_word(entry: DirectoryEntry) -> VenueWord:
    """Return what a feed's directory message says, in the words that instruments have."""
    lots_only = entry.fields.get("round_lots_only", "")
    isin = str(entry.fields.get("isin", "")).strip()
    return VenueWord(
        round_lot=max(0, entry.round_lot) if entry.round_lot != ABSENT else 0,
        round_lots_only={"Y": True, "N": False}.get(str(lots_only)),
        currency=entry.currency,
        identifiers={"isin": isin} if len(isin) == _ISIN_LENGTH else {},
    )


class InstrumentDirectory:
    """Know the instruments by Fairlead's symbol and by each venue's."""

    def __init__(self, instruments: Iterable[Instrument], alert: Tell | None = None) -> None:
        self.by_symbol: dict[str, Instrument] = {instrument.symbol: instrument for instrument in instruments}
        self._venues = {symbol: instrument.venues for symbol, instrument in self.by_symbol.items() if instrument.expiry}
        self.alert = alert
        self.days: dict[str, date] = {}
        self.unknown: dict[str, int] = {}
        """Symbols in a venue's directory that are no instruments here: how many, by venue."""
        self._of_venue: dict[str, dict[str, str]] = {}
        self._told: set[tuple[str, ...]] = set()

    def start_day(self, venue: str, day: date) -> dict[str, str]:
        """Let the venue's listings of this date count, and return its names by Fairlead's symbol, where any is given.

        An instrument that has listings at the venue, but none for the date, does not trade there on it; nor does one
        behind its expiry.
        """
        self.days[venue] = day
        named = {}
        for symbol, instrument in self.by_symbol.items():
            listings = [listing for listing in instrument.listings if listing.venue == venue]
            if listings or instrument.expiry is not None:
                instrument = self._on_day(instrument, venue, listings, day)
            if venue in instrument.venue_symbols:
                named[symbol] = instrument.venue_symbols[venue]
        self._of_venue[venue] = {theirs: ours for ours, theirs in named.items()}
        return named

    def _on_day(self, instrument: Instrument, venue: str, listings: list[Listing], day: date) -> Instrument:
        is_over = instrument.expiry is not None and instrument.expiry < day
        if not listings:
            # its venues are what the file says, whatever the day before took away
            trades = venue in self._venues.get(instrument.symbol, instrument.venues) and not is_over
            venues = instrument.venues | {venue} if trades else instrument.venues - {venue}
            today = instrument if venues == instrument.venues else replace(instrument, venues=venues)
            self.by_symbol[instrument.symbol] = today
            return today
        listing = next((listing for listing in listings if listing.holds_on(day) and not is_over), None)
        today = replace(
            instrument,
            venues=instrument.venues - {venue} if listing is None else instrument.venues | {venue},
            venue_symbols=_with(instrument.venue_symbols, venue, "" if listing is None else listing.symbol),
            security_ids=_with(instrument.security_ids, venue, "" if listing is None else listing.security_id),
        )
        if today != instrument:
            self.by_symbol[instrument.symbol] = today
        return today

    def names(self, venue: str) -> dict[str, str]:
        """Return the venue's names of today by Fairlead's symbol, as far as the configuration gives any."""
        return {ours: theirs for theirs, ours in self._of_venue.get(venue, {}).items()}

    def find(self, venue: str, venue_symbol: str) -> Instrument | None:
        """Return the instrument that the venue calls so today; a name that no one gave is Fairlead's own."""
        symbol = self._of_venue.get(venue, {}).get(venue_symbol, venue_symbol)
        instrument = self.by_symbol.get(symbol)
        if instrument is None or venue not in instrument.venues:
            return None
        # a venue that has another name for it does not mean it by ours
        return instrument if instrument.venue_symbols.get(venue, venue_symbol) == venue_symbol else None

    def note_directory(self, venue: str, venue_symbol: str, word: VenueWord, utc_ns: int) -> list[str]:
        """Compare the venue's word with ours and return the differences, each alerted once as ``instrument_differs``.

        What the file leaves out is filled in. The venue's word never overrides the file's: a person settles that.
        """
        instrument = self.find(venue, venue_symbol)
        if instrument is None:
            self.unknown[venue] = self.unknown.get(venue, 0) + 1
            return []
        differences = list(_differences(instrument, word))
        for name, ours, theirs in differences:
            key = (venue, instrument.symbol, name, theirs)
            if key not in self._told and self.alert is not None:
                self._told.add(key)
                facts = {"venue": venue, "symbol": instrument.symbol, "what": name, "ours": ours, "theirs": theirs}
                self.alert("instrument_differs", utc_ns, **facts)
        self._fill_in(instrument, word)
        return [f"{name}: {theirs} received, expected {ours}" for name, ours, theirs in differences]

    def _fill_in(self, instrument: Instrument, word: VenueWord) -> None:
        added: dict[str, Any] = {
            name: getattr(word, name) for name in _FILLED_IN if getattr(word, name) and not getattr(instrument, name)
        }
        identifiers = {**word.identifiers, **instrument.identifiers}
        if identifiers != instrument.identifiers:
            added["identifiers"] = identifiers
        if added:
            self.by_symbol[instrument.symbol] = replace(instrument, **added)


def _with(names: dict[str, str], venue: str, name: str) -> dict[str, str]:
    return {**names, venue: name} if name else {key: value for key, value in names.items() if key != venue}


def _differences(instrument: Instrument, word: VenueWord) -> Iterable[tuple[str, str, str]]:
    for name in _COMPARED:
        ours, theirs = getattr(instrument, name), getattr(word, name)
        if ours and theirs and ours != theirs:
            yield name, _shown(ours), _shown(theirs)
    for name, theirs in word.identifiers.items():
        ours = instrument.identifiers.get(name, theirs)
        if ours != theirs:
            yield name, ours, theirs
    if word.round_lots_only and word.round_lot and (not instrument.lot or instrument.lot % word.round_lot):
        yield "lot", fixed_to_str(instrument.lot) if instrument.lot else "any", fixed_to_str(word.round_lot)


def _shown(value: object) -> str:
    return fixed_to_str(value) if isinstance(value, int) else str(value)
