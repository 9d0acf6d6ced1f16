"""A venue's names for instruments: rule, map, and names that change on a date."""

from dataclasses import replace

from fairlead.adapters.fix.profiles import load_profile
from fairlead.adapters.fix.symbols import SymbolBook


def test_new_names_stand_in_place_of_earlier_ones_which_are_still_read() -> None:
    book = SymbolBook(replace(load_profile("broker42").symbology, suffix=".N", to_venue={"BRK.B": "BRKb"}))
    book.rename({"META": "FB"})
    assert [book.to_venue(name) for name in ("META", "BRK.B", "MSFT")] == ["FB", "BRKb", "MSFT.N"]
    book.rename({"META": "META", "OTHER": "X"})
    assert [book.to_venue(name) for name in ("META", "OTHER", "BRK.B")] == ["META", "X", "BRKb"]
    assert [book.from_venue(name) for name in ("FB", "META", "X", "MSFT.N")] == ["META", "META", "OTHER", "MSFT"]
    book.rename({"OTHER": "FB"})
    # the rule names it again; its old name is another's now
    assert book.to_venue("META") == "META.N"
    assert book.from_venue("FB") == "OTHER"
