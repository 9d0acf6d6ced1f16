"""Keep what a run found, as reports, comparisons and certificates read it: JSON values throughout.

The JSON form is ``fairlead-certification-run-1``; a file that has it is read back by ``read_run``.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fairlead.certification.model.verdicts import Level, Verdict

FORM = "fairlead-certification-run-1"


class RunError(Exception):
    """Report a file that is no run."""


@dataclass(slots=True)
class FieldRecord:
    """One field of a message, decoded: ``tag`` is its number or name on the wire, ``mark`` what is wrong with it."""

    tag: str
    name: str
    value: str
    meaning: str = ""
    mark: str = ""


@dataclass(slots=True)
class WireRecord:
    """One message, or one event of a connection, as it crossed the wire.

    ``at_ns`` counts from the beginning of the case (virtual time where the case has it). ``direction`` is ``in`` (from
    the subject) or ``out``; ``link`` says which connection (``venue``, ``strategy``, ``session``). ``raw`` is latin-1.
    """

    at_ns: int
    direction: str
    link: str
    kind: str
    raw: str = ""
    fields: list[FieldRecord] = field(default_factory=list)
    note: str = ""


@dataclass(slots=True)
class AnswerRecord:
    """What a person was asked during a step, and everything that was typed."""

    at_ns: int
    asked: str
    typed: list[str] = field(default_factory=list)
    outcome: str = ""
    """done, skip, fail, or timeout."""


@dataclass(slots=True)
class StepRecord:
    """One step: what was done or expected, what came of it, and which wire records belong to it (from, before).

    ``note`` says how a venue that nobody scripts was brought to it.
    """

    number: int
    text: str
    at_ns: int
    verdict: Verdict = Verdict.PASS
    complaint: str = ""
    wire_from: int = 0
    wire_to: int = 0
    note: str = ""
    answers: list[AnswerRecord] = field(default_factory=list)


@dataclass(slots=True)
class CaseResult:
    """What became of one variant of one case."""

    case_id: str
    title: str
    group: str
    level: Level
    asks: str
    why: str
    reference: list[str]
    protocol: str
    role: str
    variant: dict[str, Any]
    verdict: Verdict
    complaint: str = ""
    tolerated: list[str] = field(default_factory=list)
    waiver: dict[str, str] | None = None
    steps: list[StepRecord] = field(default_factory=list)
    wire: list[WireRecord] = field(default_factory=list)
    duration_ns: int = 0
    virtual_ns: int = 0
    seed: int = 0
    rerun: str = ""

    @property
    def key(self) -> str:
        """Return what names this result in any run: case, protocol, role and variant."""
        varied = ",".join(f"{name}={value}" for name, value in sorted(self.variant.items()))
        return " ".join(part for part in (self.case_id, self.protocol, self.role, varied) if part)


@dataclass(slots=True)
class RunResult:
    """One run against one subject."""

    subject: str
    """What was tested, for people: ``gateway with profile exchange44``, ``QuickFIX 1.15 as acceptor``."""
    kind: str
    """engine, gateway or log."""
    started: str
    """UTC, ISO 8601."""
    fairlead_version: str
    catalogue_version: str
    subject_version: str = ""
    profile: str = ""
    profile_sha256: str = ""
    seed: int = 0
    is_strict: bool = False
    mode: str = ""
    """``live`` where the venue was one that nobody scripts; empty otherwise."""
    target: str = ""
    """Where that venue was: host and port."""
    machine: str = ""
    duration_ns: int = 0
    results: list[CaseResult] = field(default_factory=list)

    def counts(self) -> Counter[Verdict]:
        """Return how many results have each verdict."""
        return Counter(result.verdict for result in self.results)

    @property
    def proves_nothing(self) -> bool:
        """Tell whether no case came to a verdict on the subject: each was blocked, or is about what it has not."""
        return all(result.verdict in (Verdict.BLOCKED, Verdict.UNSUPPORTED) for result in self.results)

    def failures(self) -> list[CaseResult]:
        """Return the results that make a run fail: a fail at any level but optional, not waived.

        With ``is_strict``, non-strict and blocked ones too.
        """
        bad = {Verdict.FAIL} | ({Verdict.NON_STRICT, Verdict.BLOCKED} if self.is_strict else set())
        return [
            result
            for result in self.results
            if result.verdict in bad
            and result.waiver is None
            and (self.is_strict or result.level is not Level.OPTIONAL)
        ]

    def to_json(self) -> str:
        """Return the run as JSON text."""
        return json.dumps({"form": FORM, **asdict(self)}, indent=1)


def read_run(path: Path) -> RunResult:
    """Read a run's JSON file. Raises RunError."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise RunError(f"{path} can't be read: {error}") from error
    if not isinstance(raw, dict) or raw.pop("form", None) != FORM:
        raise RunError(f"{path} is no run: expected an object whose form is {FORM!r}")
    try:
        results = [_read_result(entry) for entry in raw.pop("results")]
        return RunResult(**raw, results=results)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{path} is no whole run: {error!r}") from error


def _read_result(raw: dict[str, Any]) -> CaseResult:
    raw["level"], raw["verdict"] = Level(raw["level"]), Verdict(raw["verdict"])
    raw["steps"] = [_read_step(step) for step in raw["steps"]]
    raw["wire"] = [
        WireRecord(**{**record, "fields": [FieldRecord(**told) for told in record["fields"]]}) for record in raw["wire"]
    ]
    return CaseResult(**raw)


def _read_step(raw: dict[str, Any]) -> StepRecord:
    answers = [AnswerRecord(**answer) for answer in raw.get("answers", ())]
    return StepRecord(**{**raw, "verdict": Verdict(raw["verdict"]), "answers": answers})
