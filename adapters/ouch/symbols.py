"""Know one venue's names for instruments: a suffix, and a map of those that follow no rule."""

from collections.abc import Mapping


class SymbolNames:
    """Turn our symbols into the venue's and back."""

    def __init__(self, to_venue: Mapping[str, str], suffix: str = "") -> None:
        self._suffix = suffix
        self._to_venue: dict[str, str] = {}
        self._from_venue: dict[str, str] = {}
        self.rename(to_venue)

    def rename(self, to_venue: Mapping[str, str]) -> None:
        """Use these names from now on; earlier ones are understood still, unless another instrument has taken them."""
        self._to_venue.update(to_venue)
        self._from_venue.update({theirs: ours for ours, theirs in to_venue.items()})

    def to_venue(self, symbol: str) -> str:
        """Return the venue's name."""
        known = self._to_venue.get(symbol)
        return symbol + self._suffix if known is None else known

    def from_venue(self, name: str) -> str:
        """Return our symbol; a name that follows no rule stays as it came."""
        known = self._from_venue.get(name)
        return name.removesuffix(self._suffix) if known is None else known
