"""The instrument directory: what holds on which date, and what venues say of instruments themselves."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fairlead.adapters.market_data import DirectoryEntry
from fairlead.codecs.vocabulary.constants import SCALE
from fairlead.gateway.instruments.directory import InstrumentDirectory, VenueWord, venue_word
from fairlead.gateway.instruments.reference_file import ReferenceData

TEXT = """record,symbol,venues,tick,lot,round_lot,isin,venue,venue_symbol,security_id,valid_from,valid_to
instrument,META,X,0.01,1,100,US30303M1027,,,,,
listing,META,,,,,,Y,FB,1,,2022-06-08
listing,META,,,,,,Y,META,2,2022-06-09,2022-12-31
instrument,PLAIN,X Y,0.01,,,,,,,,
"""
OLD, NEW, GONE = date(2022, 6, 8), date(2022, 6, 9), date(2023, 1, 1)


@pytest.fixture
def alerts() -> list[tuple[str, dict[str, Any]]]:
    return []


@pytest.fixture
def directory(load: Callable[..., ReferenceData], alerts: list[tuple[str, dict[str, Any]]]) -> InstrumentDirectory:
    def alert(event: str, utc_ns: int, **facts: Any) -> None:
        alerts.append((event, facts))

    return InstrumentDirectory(load(TEXT).instruments.values(), alert)


def test_names_by_date(directory: InstrumentDirectory) -> None:
    known = directory.by_symbol
    assert directory.start_day("Y", OLD) == {"META": "FB"}
    assert (known["META"].venues, known["META"].security_ids) == ({"X", "Y"}, {"Y": "1"})
    assert directory.start_day("Y", NEW) == {"META": "META"} == directory.names("Y")
    assert (known["META"].venue_symbols, known["META"].security_ids) == ({"Y": "META"}, {"Y": "2"})
    assert known is directory.by_symbol


def test_an_instrument_trades_only_on_the_dates_of_its_listings(directory: InstrumentDirectory) -> None:
    directory.start_day("Y", OLD)
    assert directory.start_day("Y", GONE) == {}
    assert directory.by_symbol["META"].venues == {"X"}
    assert directory.by_symbol["PLAIN"].venues == {"X", "Y"}
    directory.start_day("Y", NEW)
    assert directory.by_symbol["META"].venues == {"X", "Y"}


def test_find_by_the_venues_name(directory: InstrumentDirectory) -> None:
    directory.start_day("Y", OLD)
    for venue, name, ours in [("Y", "FB", "META"), ("X", "META", "META"), ("Y", "PLAIN", "PLAIN")]:
        found = directory.find(venue, name)
        assert found is not None
        assert found.symbol == ours
    for venue, name in [("Y", "META"), ("X", "FB"), ("X", "NONE"), ("Z", "PLAIN")]:
        assert directory.find(venue, name) is None


def test_a_venues_word_that_differs_is_alerted_once_and_changes_nothing(
    directory: InstrumentDirectory, alerts: list[tuple[str, dict[str, Any]]]
) -> None:
    directory.start_day("Y", OLD)
    before = directory.by_symbol["META"]
    word = VenueWord(round_lot=10 * SCALE, identifiers={"isin": "US5949181045"})
    for _ in range(2):
        assert directory.note_directory("Y", "FB", word, 0) == [
            "round_lot: 10 received, expected 100",
            "isin: US5949181045 received, expected US30303M1027",
        ]
    assert [facts["what"] for _, facts in alerts] == ["round_lot", "isin"]
    assert alerts[0] == (
        "instrument_differs",
        {"venue": "Y", "symbol": "META", "what": "round_lot", "ours": "100", "theirs": "10"},
    )
    assert directory.by_symbol["META"] == before


def test_a_venues_word_fills_in_what_the_file_leaves_out(
    directory: InstrumentDirectory, alerts: list[tuple[str, dict[str, Any]]]
) -> None:
    word = VenueWord(round_lot=100 * SCALE, tick=SCALE, currency="USD", expiry=NEW, identifiers={"isin": "X"})
    assert directory.note_directory("X", "PLAIN", word, 0) == ["tick: 1 received, expected 0.01"]
    plain = directory.by_symbol["PLAIN"]
    assert (plain.round_lot, plain.tick, plain.currency, plain.expiry) == (100 * SCALE, SCALE // 100, "USD", NEW)
    assert plain.identifiers == {"isin": "X"}


def test_odd_lots_that_a_venue_does_not_take(
    directory: InstrumentDirectory, alerts: list[tuple[str, dict[str, Any]]]
) -> None:
    word = VenueWord(round_lot=100 * SCALE, round_lots_only=True)
    assert directory.note_directory("X", "META", word, 0) == ["lot: 100 received, expected 1"]
    assert directory.note_directory("X", "PLAIN", word, 0) == ["lot: 100 received, expected any"]
    assert directory.note_directory("X", "META", VenueWord(round_lot=SCALE * 100, round_lots_only=False), 0) == []
    assert len(alerts) == 2


def test_a_symbol_that_is_no_instrument_is_counted(directory: InstrumentDirectory) -> None:
    assert directory.note_directory("X", "ZZZ", VenueWord(round_lot=SCALE), 0) == []
    assert directory.unknown == {"X": 1}


def test_an_instrument_behind_its_expiry_trades_nowhere(load: Callable[..., ReferenceData]) -> None:
    text = "record,symbol,security_type,venues,expiry\ninstrument,ESM2,FUT,X Y,2022-06-08\n"
    directory = InstrumentDirectory(load(text).instruments.values())
    directory.start_day("X", OLD)
    assert directory.by_symbol["ESM2"].venues == {"X", "Y"}
    directory.start_day("X", NEW)
    assert directory.by_symbol["ESM2"].venues == {"Y"}
    directory.start_day("X", OLD)
    assert directory.by_symbol["ESM2"].venues == {"X", "Y"}


def test_what_a_feeds_directory_says() -> None:
    fields = {"round_lots_only": "Y", "isin": "US5949181045"}
    entry = DirectoryEntry("MSFT", "MSFT", "F", "X", 100 * SCALE, "USD", 0, fields)
    assert venue_word(entry) == VenueWord(100 * SCALE, True, currency="USD", identifiers={"isin": "US5949181045"})
    assert venue_word(DirectoryEntry("MSFT", "MSFT", "F", "X")) == VenueWord()
