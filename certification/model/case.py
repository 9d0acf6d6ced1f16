"""Describe a case: what it asks of whom, and why; and the registry that finds every case by its id.

A case's ``play`` gets a stage: the subject as the case sees it, which differs by subject and protocol. A stage offers
verbs by name (``venue.ack``, ``expect.Logout``) to dialogues written in YAML and to Python alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Protocol

from fairlead.certification.model.results import StepRecord, WireRecord
from fairlead.certification.model.verdicts import Level

PROTOCOLS = ("fix42", "fix44", "ouch42", "ouch50", "jnx_ouch", "soup", "itch")
SUBJECTS = ("engine", "gateway", "log")
ROLES = ("acceptor", "initiator")
GROUPS = ("FS", "SX", "SP", "OE", "EX", "FR", "MD")


class Stage(Protocol):
    """What a case plays on. It notes each step and each message, so that a report shows them side by side."""

    steps: list[StepRecord]
    wire: list[WireRecord]

    async def do(self, verb: str, arguments: Any) -> Any:
        """Play one step. Raises Outcome; a verb that the stage does not have is Unsupported."""

    def tolerate(self, text: str) -> None:
        """Note that what happened is not what is asked for, but tolerated: the verdict is non-strict at best."""

    async def settle(self) -> None:
        """Check what must hold after every case, whatever it was about. Raises Deviation."""


Play = Callable[[Any, Mapping[str, Any]], Awaitable[None]]
"""``play(stage, variant)``."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. Ids never change.

    ``asks`` is what the subject must do, in a sentence; ``why`` what goes wrong in the field where it does not.
    ``protocols``, ``subjects`` and ``roles`` (of the subject, for sessions) say where it applies. ``needs`` names
    capabilities without which the case is unsupported (``mass_cancel``). ``vary`` holds the variants: each key with its
    values, all combinations are played.
    """

    id: str
    title: str
    group: str
    asks: str
    why: str
    reference: tuple[str, ...]
    protocols: frozenset[str]
    play: Play
    level: Level = Level.MUST
    subjects: frozenset[str] = frozenset(("gateway",))
    roles: frozenset[str] = frozenset(ROLES)
    needs: frozenset[str] = frozenset()
    vary: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    timeout_s: float = 30.0
    source: str = ""

    def variants(self) -> Iterable[dict[str, Any]]:
        """Yield each combination of what varies; one empty one where nothing does."""
        names = list(self.vary)
        for values in product(*(self.vary[name] for name in names)):
            yield dict(zip(names, values, strict=True))


class CaseError(Exception):
    """Report cases that are described wrongly, one line each."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistakes))


class Catalogue:
    """Hold cases by id, in the order in which they were added."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}

    def add(self, case: Case) -> None:
        """Add a case. Raises CaseError where it is described wrongly or its id is taken."""
        mistakes = list(_mistakes(case))
        if case.id in self.cases:
            mistakes.append(f"id is taken by {self.cases[case.id].source}")
        if mistakes:
            raise CaseError([f"{case.source or 'case'} {case.id}: {mistake}" for mistake in mistakes])
        self.cases[case.id] = case

    def choose(self, subject: str, protocol: str, role: str = "", ids: Iterable[str] = ()) -> list[Case]:
        """Return the cases that apply; ``ids`` are whole ids or their beginnings (``FS-2``), none given means all."""
        wanted = tuple(ids)
        return [
            case
            for case in self.cases.values()
            if subject in case.subjects
            and protocol in case.protocols
            and (not role or role in case.roles)
            and (not wanted or any(case.id == name or case.id.startswith(name) for name in wanted))
        ]


def _mistakes(case: Case) -> Iterable[str]:
    if case.group not in GROUPS or not case.id.startswith(case.group):
        yield f"id {case.id!r} of group {case.group!r}, expected to begin with its group, one of {', '.join(GROUPS)}"
    for name, given, known in (
        ("protocols", case.protocols, PROTOCOLS),
        ("subjects", case.subjects, SUBJECTS),
        ("roles", case.roles, ROLES),
    ):
        unknown = sorted(set(given) - set(known))
        if unknown or not given:
            yield f"{name} {unknown or 'none'}, expected some of {', '.join(known)}"
    if not isinstance(case.level, Level):
        yield f"level {case.level!r}, expected one of {', '.join(Level)}"
    for name in ("title", "asks", "why"):
        if not getattr(case, name).strip():
            yield f"{name} is missing"
    if not case.reference:
        yield "reference is missing"


def case(
    catalogue: Catalogue, id: str, *, group: str, title: str, asks: str, why: str, **options: Any
) -> Callable[[Play], Play]:
    """Add a Python function to a catalogue as the case that it plays."""

    def decorate(play: Play) -> Play:
        given = {name: _frozen(name, value) for name, value in options.items()}
        source = f"{play.__module__}"
        catalogue.add(Case(id=id, title=title, group=group, asks=asks, why=why, play=play, source=source, **given))
        return play

    return decorate


_SETS = ("protocols", "subjects", "roles", "needs")


def _frozen(name: str, value: Any) -> Any:
    if name == "level" and value in list(Level):
        return Level(value)
    if name in _SETS:
        return frozenset(value)
    return tuple(value) if name == "reference" else value
