"""Hold venue profiles: what one FIX venue wants that another does not, as data (TOML files beside this one)."""

from fairlead.adapters.fix.profiles.loading import find_profile, load_profile, parse_profile, shipped_profiles
from fairlead.adapters.fix.profiles.profile import AccountPlacement, SessionManner, Symbology, VenueProfile
from fairlead.adapters.table_reader import ProfileError

__all__ = [
    "AccountPlacement",
    "ProfileError",
    "SessionManner",
    "Symbology",
    "VenueProfile",
    "find_profile",
    "load_profile",
    "parse_profile",
    "shipped_profiles",
]
