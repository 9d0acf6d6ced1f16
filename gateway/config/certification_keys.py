"""Describe whose certificates count, where they are, and when to say that one is about to expire."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from fairlead.gateway.config.values import Section

KEY_PREFIX: Final = "ed25519:"
_KEY_BYTES: Final = 32
_OWN_ADAPTERS: Final = ("fix", "ouch")


def _check_key(value: str) -> str:
    try:
        raw = b64decode(value.removeprefix(KEY_PREFIX), validate=True)
    except ValueError:
        raw = b""
    if not value.startswith(KEY_PREFIX) or len(raw) != _KEY_BYTES:
        raise ValueError("expected a public key as `fairlead certificates keygen` prints it")
    return value


class Certification(Section):
    """Which certificates open the way to production venues."""

    keys: tuple[Annotated[str, AfterValidator(_check_key)], ...] = ()
    """Public keys of those who certify."""
    folder: Path = Path("certificates")
    """Where certificates are: ``PROFILE.cert.json``, ``PROFILE.ANYTHING.cert.json``."""
    warn_days: Annotated[int, Field(ge=0, le=366)] = 14
    """An alert a day when a certificate in use has so long to go; 0: none."""


def find_certification_mistakes(raw: Mapping[str, Any]) -> Iterator[str]:
    """Find production venues that no certificate could ever open."""
    venues, table = raw.get("venues"), raw.get("certification")
    has_keys = isinstance(table, Mapping) and bool(table.get("keys"))
    for at, venue in enumerate(venues if isinstance(venues, list) else ()):
        if not isinstance(venue, Mapping):
            continue
        if venue.get("production") is not True:
            if venue.get("certified_cases"):
                yield f"venues[{at}].certified_cases: {venue['certified_cases']}, expected production = true with it"
            continue
        if not has_keys:
            yield f"venues[{at}].production: True, expected [certification] with the keys of those who certify"
        profile = venue.get("profile")
        if venue.get("adapter", "fix") not in _OWN_ADAPTERS and not str(profile).endswith(".toml"):
            yield f"venues[{at}].profile: {profile!r}, expected the path of a TOML file, since it is production"
