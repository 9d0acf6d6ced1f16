"""Say how certificates stand: in force, over, or not to be relied on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from fairlead.certification.certificates.certificate import (
    SUFFIX,
    CertificateFault,
    Tampered,
    Unsigned,
    parse_stamp,
    read,
)


class State(StrEnum):
    """How a certificate stands; the first of them that applies, from worst to best."""

    UNREADABLE = "unreadable"
    UNSIGNED = "unsigned"
    TAMPERED = "tampered"
    WRONG_KEY = "wrong key"
    OTHER_PROFILE = "of another profile version"
    OTHER_FAIRLEAD = "of another Fairlead"
    EXPIRED = "expired"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Against:
    """What certificates are held against. ``keys`` empty: whose key it is is not asked.

    ``profiles`` has the SHA-256 of each profile's file at hand, by name.
    """

    keys: frozenset[str]
    profiles: Mapping[str, str]
    fairlead_version: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How one file stands, and why; ``document`` is empty where it can't be relied on at all."""

    path: Path
    state: State
    text: str
    document: Mapping[str, Any]


def judge(path: Path, against: Against) -> Standing:
    """Return how one file stands."""
    faults = ((Unsigned, State.UNSIGNED), (Tampered, State.TAMPERED), (CertificateFault, State.UNREADABLE))
    try:
        document = read(path)
    except CertificateFault as fault:
        state = next(state for kind, state in faults if isinstance(fault, kind))
        return Standing(path, state, f"{path.name} {fault}", {})
    state, text = _standing(document, against)
    return Standing(path, state, text, document)


def _standing(document: Mapping[str, Any], against: Against) -> tuple[State, str]:
    if against.keys and document["key"] not in against.keys:
        return State.WRONG_KEY, f"signed with {document['key']}, expected one of {', '.join(sorted(against.keys))}"
    at_hand = against.profiles.get(document["profile"], document["profile_sha256"])
    if document["profile_sha256"] != at_hand:
        certified = document["profile_sha256"][:12]
        return State.OTHER_PROFILE, f"certified was a file {certified}..., the one at hand is {at_hand[:12]}..."
    if document["fairlead_version"] != against.fairlead_version:
        return State.OTHER_FAIRLEAD, f"of {document['fairlead_version']}, this is {against.fairlead_version}"
    if against.now > parse_stamp(document["valid_until"]):
        return State.EXPIRED, f"since {document['valid_until']}"
    return State.VALID, "" if against.keys else "whose key it is was not asked"


def judge_folder(folder: Path, against: Against) -> list[Standing]:
    """Return how each certificate of a folder stands, by name of file."""
    return [judge(path, against) for path in sorted(folder.glob(f"*{SUFFIX}"))]
