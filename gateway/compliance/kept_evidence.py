"""Keep what outlives the journal's segments: when each control was last tested and last exercised.

One JSON file below ``state_dir``, written whole or not at all. Tests come from JUnit files, as a release's suite
writes them: a control counts as tested where tests of its own ran and all of them passed.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from fairlead.gateway.compliance.controls import RegisteredControl
from fairlead.gateway.compliance.evidence import Exercise


class EvidenceError(Exception):
    """Report a file of evidence that can't be read or written."""


@dataclass(slots=True)
class TestRun:
    """What the last test run said about one control."""

    __test__ = False

    utc_ns: int
    source: str
    version: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Tell whether tests ran and all of them passed."""
        return self.passed > 0 and self.failed == 0


class KeptEvidence:
    """Hold the last test run and the last exercise of each control. Raises EvidenceError for an unreadable file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tested: dict[str, TestRun] = {}
        self.exercised: dict[str, Exercise] = {}
        if not path.exists():
            return
        try:
            kept = orjson.loads(path.read_bytes())
            self.tested = {name: TestRun(**run) for name, run in kept["tested"].items()}
            self.exercised = {name: Exercise(**seen) for name, seen in kept["exercised"].items()}
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise EvidenceError(f"evidence {path} can't be read: {error}; set it aside and record anew") from error

    def note_exercises(self, last: dict[str, Exercise]) -> None:
        """Take over what is later than what is kept."""
        for control_id, exercise in last.items():
            kept = self.exercised.get(control_id)
            if kept is None or exercise.utc_ns > kept.utc_ns:
                self.exercised[control_id] = exercise

    def note_tests(self, runs: dict[str, TestRun]) -> None:
        """Take over a test run for the controls that it speaks of."""
        self.tested |= runs

    def save(self) -> None:
        """Write the file. Raises EvidenceError."""
        told: dict[str, Any] = {
            "tested": {name: asdict(run) for name, run in sorted(self.tested.items())},
            "exercised": {name: asdict(seen) for name, seen in sorted(self.exercised.items())},
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.path.with_suffix(".new")
            fresh.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            fresh.replace(self.path)
        except OSError as error:
            raise EvidenceError(f"evidence {self.path} can't be written: {error.strerror or error}") from error


def read_junit(path: Path, controls: Iterable[RegisteredControl], version: str, utc_ns: int) -> dict[str, TestRun]:
    """Return what a JUnit file says of each control whose tests it holds.

    A control names files or folders; a test belongs to it by its class name (``tests.gateway.risk.test_rates``).
    Raises EvidenceError where the file can't be read or holds no test of any control.
    """
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        raise EvidenceError(f"test results {path} can't be read: {error}") from error
    runs: dict[str, TestRun] = {}
    for control in controls:
        run = TestRun(utc_ns, path.name, version)
        for case in cases:
            if _belongs(case.get("classname", ""), control.tests):
                _count(run, case)
        if run.passed or run.failed:
            runs[control.id] = run
    if not runs:
        raise EvidenceError(f"test results {path} hold {len(cases)} tests, none of a control's")
    return runs


def _belongs(class_name: str, tests: tuple[str, ...]) -> bool:
    places = (test.removesuffix(".py").replace("/", ".") for test in tests)
    return any(class_name == place or class_name.startswith(f"{place}.") for place in places)


def _count(run: TestRun, case: ElementTree.Element) -> None:
    outcomes = {child.tag for child in case}
    if outcomes & {"failure", "error"}:
        run.failed += 1
        run.failures.append(f"{case.get('classname', '')}::{case.get('name', '')}")
    elif "skipped" in outcomes:
        run.skipped += 1
    else:
        run.passed += 1
