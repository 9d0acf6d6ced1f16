"""Say which runs go with those of a profile, and what they must hold: sessions (FS, SX, SP) and market data (MD).

``certify engine`` plays Fairlead as any other engine, so that a run is Fairlead's because it says so: by its
``--engine-version``. ``certify market`` starts the gateway itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairlead.certification.model.case import Case, Catalogue
from fairlead.certification.model.results import CaseResult, RunResult
from fairlead.certification.model.verdicts import Level

ENGINE, GATEWAY = "engine", "gateway"
ROLE = "initiator"
"""Towards a venue the gateway is the one that connects."""
_FIX_GROUPS = ("FS", "SX")
MARKET_PROTOCOLS = ("itch", "fix42", "fix44")


@dataclass(frozen=True, slots=True)
class Part:
    """A group that a certificate may cover besides a profile's own: what is played, as whom, in which protocols."""

    group: str
    kind: str
    protocols: tuple[str, ...]

    def cases(self, catalogue: Catalogue) -> Iterator[Case]:
        """Yield its mandatory cases."""
        role = ROLE if self.kind == ENGINE else ""
        found = {case.id: case for name in self.protocols for case in catalogue.choose(self.kind, name, role)}
        yield from (case for case in found.values() if case.group == self.group and case.level is Level.MUST)

    def has(self, result: CaseResult) -> bool:
        """Tell whether a result counts for it."""
        is_role = self.kind != ENGINE or result.role == ROLE
        return result.group == self.group and result.protocol in self.protocols and is_role


def parts_of(protocol: str) -> Mapping[str, Part]:
    """Return what may be covered beside a profile of a protocol, by group."""
    sessions = {"SP": Part("SP", ENGINE, ("soup",))}
    if protocol.startswith("fix"):
        sessions = {group: Part(group, ENGINE, (protocol,)) for group in _FIX_GROUPS}
    return sessions | {"MD": Part("MD", GATEWAY, MARKET_PROTOCOLS)}


def is_beside(run: RunResult) -> bool:
    """Tell whether a run is of no profile: of an engine, or of market data."""
    return not run.profile and run.kind in (ENGINE, GATEWAY)


def strange_beside(run: RunResult, protocol: str, fairlead_version: str) -> Iterator[str]:
    """Tell why a run of no profile can't go with those of a profile."""
    if run.subject_version != fairlead_version:
        given = run.subject_version or "none"
        yield f"it is of version {given}, expected {fairlead_version}: `certify engine` is told by --engine-version"
    parts = parts_of(protocol)
    for group in sorted({result.group for result in run.results} - set(parts)):
        yield f"results of {group}, expected those of {', '.join(parts)} beside a profile of {protocol}"
    known = {result.protocol for result in run.results if result.group in parts}
    wanted = {name for part in parts.values() if part.kind == run.kind for name in part.protocols}
    for other in sorted(known - wanted):
        yield f"results of {other}, expected those of {' and '.join(sorted(wanted))}"
