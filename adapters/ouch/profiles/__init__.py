"""Hold venue profiles: the table that a venue's OUCH is written in and what its messages mean, as data (TOML files)."""

from fairlead.adapters.ouch.profiles.loading import find_profile, load_profile, parse_profile, shipped_profiles
from fairlead.adapters.ouch.profiles.profile import OuchProfile, SessionManner
from fairlead.adapters.table_reader import ProfileError

__all__ = [
    "OuchProfile",
    "ProfileError",
    "SessionManner",
    "find_profile",
    "load_profile",
    "parse_profile",
    "shipped_profiles",
]
