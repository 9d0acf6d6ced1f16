"""Find what is wrong with a feed's table beyond its types: a venue that is not there, a mapping with mistakes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fairlead.adapters.itch.mapping import load_mapping
from fairlead.adapters.table_reader import ProfileError


def find_feed_mistakes(where: str, raw: Mapping[str, Any], venues: list[str], folder: Path) -> Iterator[str]:
    """Yield one line for each mistake that the models can't see."""
    venue, mapping, table = raw.get("venue"), raw.get("mapping"), raw.get("table")
    if isinstance(venue, str) and venue not in venues:
        known = ", ".join(sorted(filter(None, venues))) or "it has none"
        yield f"{where}.venue: {venue!r}, expected a venue of this file ({known})"
    if not isinstance(mapping, str) or not isinstance(table, str | None):
        return
    try:
        load_mapping(str(folder / mapping) if mapping.endswith(".toml") else mapping, folder / table if table else None)
    except ProfileError as error:
        yield from (f"{where}.mapping: {mapping!r}, {line}" for line in error.mistakes)
