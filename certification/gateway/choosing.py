"""Choose the cases of a venue's profile: what ``certify gateway`` plays, and what a certificate asks for."""

from __future__ import annotations

from collections.abc import Iterable

from fairlead.certification.model.case import Case, Catalogue

SUBJECT = "gateway"
GROUPS = ("OE", "EX", "FR")
"""Market data is a feed's, not a profile's; sessions are asked of the engine."""


def profile_cases(catalogue: Catalogue, protocol: str, ids: Iterable[str] = ()) -> list[Case]:
    """Return the cases for a profile of this protocol; ``ids`` narrows them down, as in ``Catalogue.choose``."""
    return [case for case in catalogue.choose(SUBJECT, protocol, ids=ids) if case.group in GROUPS]
