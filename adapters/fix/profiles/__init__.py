"""Read venue profiles: what one FIX venue wants that another does not, as data (TOML)."""

from dataclasses import dataclass

from fairlead.adapters.venue_session import Capabilities


class ProfileError(ValueError):
    """Report everything that is wrong with a profile; ``mistakes`` has a line each: path, value, expectation."""

    def __init__(self, source: str, mistakes: list[str]) -> None:
        super().__init__(f"venue profile {source}: " + "; ".join(mistakes))
        self.source = source
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class VenueProfile:
    """One venue's manner of FIX."""

    name: str
    begin_string: str
    capabilities: Capabilities


def load_profile(name_or_path: str) -> VenueProfile:
    """Read a profile by the name of one that comes along (``broker42``) or by the path of a TOML file."""
    raise NotImplementedError
