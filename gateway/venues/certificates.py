"""Hold production venues to certificates: none is logged on to without a valid one of its profile.

What a certificate is stands in docs/certificates.md; this is written against that page and shares no code with what
issues certificates. The folder is read anew whenever it changes, so that a certificate can be brought while the gateway
runs; one that expires ends no session, but the next logon is refused.
"""

import hashlib
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fairlead.adapters.fix.profiles import find_profile as find_fix_profile
from fairlead.adapters.ouch.profiles import find_profile as find_ouch_profile
from fairlead.gateway.config.certification_keys import KEY_PREFIX, Certification
from fairlead.gateway.config.models import Venue

FORM: Final = "fairlead-certificate-1"
SUFFIX: Final = ".cert.json"
_ENDING: Final = ".toml"
_NS: Final = 1_000_000_000
_GOOD: Final = ("pass", "non-strict", "unsupported")
"""Verdicts that need no waiver; unsupported: the venue does not have what the case asks for."""
_TEXTS: Final = ("profile", "profile_sha256", "fairlead_version", "catalogue_version", "issuer", "key", "signature")
_SHOWN: Final = 5
"""Cases that a complaint names at most."""
_GROUP_LENGTH: Final = 2
"""A name so long is a group's (SX); a longer one is a case's (SX02)."""
_FINDERS: Final = {"fix": find_fix_profile, "ouch": find_ouch_profile}


class CertificateError(Exception):
    """Report a file that can't be relied on as a certificate."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate whose signature is good, by a key that counts."""

    path: Path
    profile: str
    profile_sha256: str
    fairlead_version: str
    catalogue_version: str
    issuer: str
    valid_until: str
    valid_until_ns: int
    issued_ns: int
    covers: frozenset[str]
    """Groups of cases of which every mandatory one is in it."""
    mandatory: tuple[str, ...]
    verdicts: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Required:
    """What a venue's certificate must be of; ``cases`` are ids and groups that it must cover besides."""

    profile: str
    profile_sha256: str
    cases: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Venue) -> "Required":
        """Return what a venue needs; an unreadable profile has no digest, so that no certificate fits."""
        path = _FINDERS.get(table.adapter, Path)(table.profile)
        name = path.stem if table.profile.endswith(_ENDING) else table.profile
        try:
            return cls(name, hashlib.sha256(path.read_bytes()).hexdigest(), table.certified_cases)
        except OSError:
            return cls(name, "", table.certified_cases)


def read_certificate(path: Path, keys: Sequence[str]) -> Certificate:
    """Return a certificate that one of ``keys`` has signed. Raises CertificateError."""
    try:
        raw = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise CertificateError(f"can't be read: {error}") from None
    if not isinstance(raw, dict) or raw.get("form") != FORM:
        raise CertificateError(f"is no certificate, expected form {FORM!r}")
    if not raw.get("signature"):
        raise CertificateError("has no signature")
    wrong = [name for name in _TEXTS if not isinstance(raw.get(name), str)]
    if wrong:
        raise CertificateError(f"has no text {', '.join(wrong)}")
    if raw["key"] not in keys:
        raise CertificateError(f"is signed with {raw['key']}, which [certification] keys does not have")
    _check_signature(raw)
    mandatory, verdicts = raw.get("mandatory"), raw.get("verdicts")
    if not isinstance(mandatory, list) or not mandatory or not isinstance(verdicts, dict):
        raise CertificateError("names no mandatory cases, or no verdicts")
    covers = raw.get("covers", [])
    if not isinstance(covers, list):
        raise CertificateError("covers is no list of groups")
    return Certificate(
        path,
        raw["profile"],
        raw["profile_sha256"],
        raw["fairlead_version"],
        raw["catalogue_version"],
        raw["issuer"],
        str(raw.get("valid_until")),
        _time_ns(raw.get("valid_until")),
        _time_ns(raw.get("issued")),
        frozenset(map(str, covers)),
        tuple(map(str, mandatory)),
        verdicts,
    )


def _check_signature(raw: dict[str, Any]) -> None:
    """Compare with what was signed: the object without ``signature``, keys sorted, no spaces, UTF-8."""
    bare = orjson.dumps({k: v for k, v in raw.items() if k != "signature"}, option=orjson.OPT_SORT_KEYS)
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(raw["key"].removeprefix(KEY_PREFIX)))
        key.verify(b64decode(raw["signature"], validate=True), bare)
    except (InvalidSignature, ValueError):
        raise CertificateError("does not fit its signature: it was changed after it was signed") from None


def _time_ns(text: object) -> int:
    try:
        return int(datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()) * _NS
    except ValueError:
        raise CertificateError(f"has the time {text!r}, expected one such as 2026-11-28T12:00:00Z") from None


def find_complaints(certificate: Certificate, required: Required, running: str, utc_ns: int) -> Iterator[str]:
    """Tell all that keeps a certificate from opening the way to a venue."""
    if certificate.profile != required.profile:
        yield f"is of profile {certificate.profile}, expected {required.profile}"
    elif certificate.profile_sha256 != required.profile_sha256:
        here = required.profile_sha256[:12] or "no file"
        yield f"is of another version of the profile: {certificate.profile_sha256[:12]}, here is {here}"
    if certificate.fairlead_version != running:
        yield f"is of Fairlead {certificate.fairlead_version}, this is {running}"
    if utc_ns > certificate.valid_until_ns:
        yield f"expired at {certificate.valid_until}"
    named = [name for name in required.cases if name not in certificate.covers]
    bad = [f"{name} (no run of this group)" for name in named if len(name) == _GROUP_LENGTH]
    cases = {*certificate.mandatory, *(name for name in named if len(name) > _GROUP_LENGTH)}
    bad += [line for case in sorted(cases) if (line := _case_complaint(certificate, case, utc_ns))]
    if bad:
        more = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
        yield f"does not cover {', '.join(bad[:_SHOWN])}{more}"


def _case_complaint(certificate: Certificate, case: str, utc_ns: int) -> str:
    told = certificate.verdicts.get(case)
    if not isinstance(told, Mapping):
        return f"{case} (missing)"
    verdict, waiver = told.get("verdict"), told.get("waiver")
    if verdict in _GOOD:
        return ""
    if not isinstance(waiver, Mapping):
        return f"{case} ({verdict})"
    expires = str(waiver.get("expires"))
    today = datetime.fromtimestamp(utc_ns // _NS, UTC).date().isoformat()
    return "" if today <= expires else f"{case} ({verdict}, waived until {expires})"


class CertificateFolder:
    """Know the certificates of a folder; read anew when a file of it has changed."""

    def __init__(self, settings: Certification, running: str = "") -> None:
        self.settings = settings
        self.running = running or version("fairlead")
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._read: dict[Path, Certificate | CertificateError] = {}

    def certificates(self) -> dict[Path, Certificate | CertificateError]:
        """Return what each file is, by name of file."""
        stamps = {}
        for path in sorted(self.settings.folder.glob(f"*{SUFFIX}")):
            try:
                found = path.stat()
            except OSError:
                continue
            stamps[path] = (found.st_mtime_ns, found.st_size)
        if stamps != self._stamps:
            self._stamps, self._read = stamps, {path: self._take(path) for path in stamps}
        return self._read

    def _take(self, path: Path) -> Certificate | CertificateError:
        try:
            return read_certificate(path, self.settings.keys)
        except CertificateError as error:
            return error

    def find(self, required: Required, utc_ns: int) -> tuple[Certificate | None, str]:
        """Return the certificate that opens the way to a venue, the longest valid one, or None and why there is none.

        Looked at are files of the profile by their name: ``NAME.cert.json`` and ``NAME.ANYTHING.cert.json``.
        """
        good, complaints = [], []
        for path, found in self.certificates().items():
            if not path.name.startswith(f"{required.profile}."):
                continue
            if isinstance(found, CertificateError):
                complaints.append(f"{path.name} {found}")
                continue
            said = list(find_complaints(found, required, self.running, utc_ns))
            complaints += [f"{path.name} {line}" for line in said]
            if not said:
                good.append(found)
        if good:
            return max(good, key=lambda certificate: certificate.valid_until_ns), ""
        nothing = f"no certificate of profile {required.profile} in {self.settings.folder}"
        return None, "; ".join(complaints) or f"{nothing}, expected {required.profile}{SUFFIX}"
