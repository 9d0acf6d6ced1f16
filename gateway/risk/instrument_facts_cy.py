"""Hold what the checks ask of an instrument where C code reads it without a Python call."""

from fairlead.codecs.vocabulary.constants import SCALE as UNIT
from fairlead.gateway.instruments import Instrument

SCALE = 100000000
MAX_REMEMBERED = 200_000
"""Instruments that are remembered; beyond, they are read anew."""

assert UNIT == SCALE


class InstrumentFacts:
    """Say an instrument's steps and kind; ``is_plain`` where price times quantity is money without a multiplier."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.lot: int = instrument.lot
        self.min_qty: int = instrument.min_qty
        self.tick: int = instrument.tick
        self.tick_table = instrument.tick_table
        self.venues: "frozenset[str]" = instrument.venues
        self.security_type: str = instrument.security_type
        self.currency: str = instrument.currency
        self.multiplier: int = instrument.multiplier
        self.is_plain = instrument.multiplier == UNIT


class FactsBook:
    """Remember the facts of instruments, as long as each is the same record: steps change with the date."""

    def __init__(self) -> None:
        self._by_symbol: "dict[str, InstrumentFacts]" = {}

    def find(self, symbol: str, instrument: Instrument) -> InstrumentFacts:
        """Return an instrument's facts; ``symbol`` is what orders call it."""
        found: InstrumentFacts | None = self._by_symbol.get(symbol)
        if found is not None and found.instrument is instrument:
            return found
        if len(self._by_symbol) >= MAX_REMEMBERED:
            self._by_symbol.clear()
        facts = InstrumentFacts(instrument)
        self._by_symbol[symbol] = facts
        return facts
