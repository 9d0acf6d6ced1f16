"""Name what a venue may be like: the profile that comes nearest, and what a suite may ask such a gateway for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from fairlead.adapters.fix.profiles import find_profile as find_fix_profile
from fairlead.adapters.ouch.profiles import find_profile as find_ouch_profile


@dataclass(frozen=True, slots=True)
class Like:
    """One kind of venue. ``venue_keys`` are lines of ``[[venues]]`` besides, each with a remark."""

    adapter: str
    profile: str
    speaks: str
    find: Callable[[str], Path]
    venue_keys: tuple[tuple[str, str], ...]
    simulate: str

    def text(self) -> str:
        """Return the shipped profile's text."""
        return self.find(self.profile).read_text(encoding="utf-8")


_COMP_IDS: Final = (
    ('sender_comp_id = "FIRM"', "SenderCompID(49) that the venue gave you"),
    ('target_comp_id = "{NAME}"', "what it calls itself"),
)
_LOGIN: Final = ('username = "FIRM01"', "as the venue gave it to you{LIMIT}")
_PASSWORD: Final = ('password = "env:{NAME}_PASSWORD"', "or file:PATH; never the password itself")

LIKES: Final[Mapping[str, Like]] = MappingProxyType(
    {
        "fix42": Like("fix", "broker42", "FIX 4.2", find_fix_profile, _COMP_IDS, "fix --version 4.2 --sender {NAME}"),
        "fix44": Like(
            "fix",
            "exchange44",
            "FIX 4.4",
            find_fix_profile,
            (*_COMP_IDS, _LOGIN, _PASSWORD),
            "fix --version 4.4 --sender {NAME}",
        ),
        "ouch42": Like(
            "ouch", "nasdaq_ouch42", "OUCH 4.2 over SoupBinTCP", find_ouch_profile, (_LOGIN, _PASSWORD), "ouch"
        ),
        "ouch50": Like(
            "ouch", "nasdaq_ouch50", "OUCH 5.0 over SoupBinTCP", find_ouch_profile, (_LOGIN, _PASSWORD), "ouch"
        ),
    }
)
