"""Find what is wrong with a drop copy's table beyond its types: a venue that is not there, a profile with mistakes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fairlead.adapters.fix.profiles import load_profile
from fairlead.adapters.table_reader import ProfileError


def find_drop_copy_mistakes(where: str, raw: Mapping[str, Any], venues: list[str], folder: Path) -> Iterator[str]:
    """Yield one line for each mistake that the models can't see."""
    venue, profile = raw.get("venue"), raw.get("profile")
    if isinstance(venue, str) and venue not in venues:
        known = ", ".join(sorted(filter(None, venues))) or "it has none"
        yield f"{where}.venue: {venue!r}, expected a venue of this file ({known})"
    if not isinstance(profile, str) or not profile:
        return
    try:
        load_profile(str(folder / profile) if profile.endswith(".toml") else profile)
    except ProfileError as error:
        yield from (f"{where}.profile: {profile!r}, {line}" for line in error.mistakes)
