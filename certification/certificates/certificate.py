"""Write and read certificates: a JSON object, signed over its canonical bytes. docs/certificates.md has every field."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairlead.certification.certificates.keys import KeyFault, parse_public, public_text

FORM = "fairlead-certificate-1"
SUFFIX = ".cert.json"
TEXTS = (
    "profile",
    "profile_sha256",
    "protocol",
    "fairlead_version",
    "catalogue_version",
    "issued",
    "valid_until",
    "issuer",
    "key",
)
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


class CertificateFault(Exception):
    """Report a file that is no certificate."""


class Unsigned(CertificateFault):
    """Report a certificate without a signature."""


class Tampered(CertificateFault):
    """Report a certificate whose signature does not fit."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return what is signed: all fields but ``signature``, keys sorted, no spaces, UTF-8."""
    bare = {name: value for name, value in document.items() if name != "signature"}
    return json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return the document with its key and signature."""
    whole = {**document, "key": public_text(key)}
    return whole | {"signature": b64encode(key.sign(canonical(whole))).decode()}


def write(document: Mapping[str, Any], path: Path) -> None:
    """Write a certificate, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)


def read(path: Path) -> dict[str, Any]:
    """Return a certificate whose signature fits its own key. Raises CertificateFault."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CertificateFault(f"can't be read: {error}") from error
    if not isinstance(document, dict) or document.get("form") != FORM:
        raise CertificateFault(f"is no certificate, expected an object whose form is {FORM!r}")
    if not document.get("signature"):
        raise Unsigned("has no signature")
    for name in TEXTS:
        if not isinstance(document.get(name), str):
            raise CertificateFault(f"{name} is {document.get(name)!r}, expected a text")
    if not isinstance(document.get("verdicts"), dict) or not isinstance(document.get("mandatory"), list):
        raise CertificateFault("verdicts or mandatory is missing")
    parse_stamp(document["valid_until"])
    try:
        parse_public(document["key"]).verify(b64decode(document["signature"], validate=True), canonical(document))
    except (InvalidSignature, KeyFault, ValueError, TypeError):
        raise Tampered("does not fit its signature: it was changed after it was signed") from None
    return document


def stamp(at: datetime) -> str:
    """Return a time as certificates have it: UTC, to the second."""
    return at.astimezone(UTC).strftime(_STAMP)


def parse_stamp(text: str) -> datetime:
    """Return the time of a stamp. Raises CertificateFault."""
    try:
        return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise CertificateFault(f"{text!r} received, expected a time such as 2026-11-28T12:00:00Z") from None
