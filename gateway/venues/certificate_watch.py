"""Tell connectors whether their venues may be logged on to, and people when a certificate is missing or runs out."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from fairlead.gateway.config.certification_keys import Certification
from fairlead.gateway.config.models import Config, Venue
from fairlead.gateway.venues.certificates import CertificateFolder, Required
from fairlead.gateway.venues.connector import VenueConnector

_DAY_NS: Final = 24 * 3600 * 1_000_000_000
LOOK_NS: Final = 1_000_000_000
"""How often the folder is looked at."""


class CertificateWatch:
    """Watch the certificates of production venues; alerts are raised once for each reason, warnings once a day."""

    def __init__(self, settings: Certification, venues: Iterable[Venue], alert: Callable[..., object]) -> None:
        self._folder = CertificateFolder(settings)
        self._warn_ns = settings.warn_days * _DAY_NS
        self._required = {table.name: Required.of(table) for table in venues if table.production}
        self._alert = alert
        self._told: dict[str, str] = {}
        self._warned_day: dict[str, int] = {}
        self._refusals: dict[str, str] = {}
        self._look_again_utc_ns = 0

    def join(self, connectors: Iterable[VenueConnector]) -> None:
        """Give connectors of production venues their clearance."""
        for connector in connectors:
            name = connector.venue.name
            if name in self._required:
                connector.clearance = partial(self.refusal, name)

    def refusal(self, venue: str) -> str:
        """Return why a venue may not be logged on to, as of the last ``tick``."""
        return self._refusals.get(venue, "its certificate was not looked at yet")

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Look at the folder where it is time."""
        if not self._required or 0 <= self._look_again_utc_ns - utc_ns <= LOOK_NS:
            return
        self._look_again_utc_ns = utc_ns + LOOK_NS
        for venue, required in self._required.items():
            certificate, refusal = self._folder.find(required, utc_ns)
            self._refusals[venue] = refusal
            if certificate is not None:
                self._warn(venue, certificate.path.name, certificate.valid_until_ns, utc_ns)
            if refusal != self._told.get(venue, ""):
                self._tell(venue, refusal, utc_ns)
            self._told[venue] = refusal

    def _tell(self, venue: str, refusal: str, utc_ns: int) -> None:
        if refusal:
            self._alert("certificate_refused", utc_ns, venue=venue, text=refusal, effect="no logon")
        else:
            self._alert("certificate_accepted", utc_ns, venue=venue)

    def _warn(self, venue: str, name: str, valid_until_ns: int, utc_ns: int) -> None:
        day, left_ns = utc_ns // _DAY_NS, valid_until_ns - utc_ns
        if left_ns <= self._warn_ns and self._warned_day.get(venue) != day:
            self._warned_day[venue] = day
            text = f"{name} expires in {left_ns // _DAY_NS} days: have the profile certified anew"
            self._alert("certificate_expires", utc_ns, venue=venue, days=left_ns // _DAY_NS, text=text)


def certificate_mistakes(config: Config, utc_ns: int) -> list[str]:
    """Return one line for each production venue that a gateway started now would not log on to."""
    folder = CertificateFolder(config.certification)
    found = [(at, folder.find(Required.of(t), utc_ns)[1]) for at, t in enumerate(config.venues) if t.production]
    return [f"venues[{at}].production: no logon: {refusal}" for at, refusal in found if refusal]


def standings(config: Config, utc_ns: int) -> list[dict[str, Any]]:
    """Return each certificate of the folder, and each production venue that has none, as a report tells them."""
    folder = CertificateFolder(config.certification)
    venues = {table.name: folder.find(Required.of(table), utc_ns) for table in config.venues if table.production}
    rows = []
    for path, found in folder.certificates().items():
        used_by = [name for name, (certificate, _) in venues.items() if certificate == found]
        row = {"certificate": path.name, "profile": path.name.partition(".")[0], "venues": ", ".join(used_by)}
        if isinstance(found, Exception):
            rows.append(row | {"state": str(found), "issued_utc_ns": 0, "valid_until": "", "issuer": ""})
            continue
        state = "in force" if used_by else "not used" if utc_ns <= found.valid_until_ns else "expired"
        told = {"profile": found.profile, "issued_utc_ns": found.issued_ns, "issuer": found.issuer}
        rows.append(row | told | {"state": state, "valid_until": found.valid_until})
    none = {"certificate": "", "profile": "", "issued_utc_ns": 0, "valid_until": "", "issuer": ""}
    return rows + [
        none | {"venues": name, "state": why} for name, (certificate, why) in venues.items() if not certificate
    ]
