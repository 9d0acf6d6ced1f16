"""``python -m benchmarks compare BASE``: this tree and another commit of it, in turns, in one run."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.machine import ROOT, describe_machine
from benchmarks.peers import BenchmarkError
from benchmarks.wire.choices import ROUNDS, add_common_options, adjusted, named
from benchmarks.wire.figures import tables
from benchmarks.wire.native import build
from benchmarks.wire.placement import placements
from benchmarks.wire.rounds import Results, Scenario, interleave
from benchmarks.wire.scenarios import SCENARIOS
from benchmarks.wire.subjects import FAIRLEAD, FAIRLEAD_POLLING, SUBJECTS, Subject, gateway
from benchmarks.wire.telling import failures_text, tell

FOLDER = ROOT / "build" / "bench"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def checked_out(revision: str) -> tuple[str, Path]:
    """Return a revision's short hash and a compiled worktree of it, which is kept for the next time."""
    commit = _git("rev-parse", "--verify", "--short=10", f"{revision}^{{commit}}")
    folder = FOLDER / commit
    if not folder.exists():
        _git("worktree", "add", "--detach", str(folder), commit)
    made = subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace", "--parallel", "2"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise BenchmarkError(f"{commit} could not be compiled:\n{made.stderr[-2000:]}")
    return commit, folder


def compared(scenario: Scenario, base: str) -> Scenario:
    """Return the scenario with both commits as subjects, and nothing else."""
    waiting = FAIRLEAD_POLLING if FAIRLEAD_POLLING in scenario.subjects else FAIRLEAD
    return replace(scenario, subjects=(base, waiting))


def subjects_with(base: str, folder: Path, waiting: str) -> dict[str, Subject]:
    """Return all subjects, and the base's gateway under its name; ``waiting`` "" where the base has no such key."""
    start = gateway(folder / "src", extensions="require")
    return {**SUBJECTS, base: Subject(base, start, spins=bool(waiting), waiting=waiting)}


def run(base: str, folder: Path, scenarios: Sequence[Scenario], rounds: int, fifo: int) -> Results:
    """Measure both commits in turns."""
    build()
    has_waiting = "waiting:" in "".join(path.read_text() for path in (folder / "gateway" / "config").glob("*.py"))
    results = Results()
    for scenario in scenarios:
        one = compared(scenario, base)
        waiting = "busy_poll" if FAIRLEAD_POLLING in one.subjects and has_waiting else ""
        known = subjects_with(base, folder, waiting)
        found = interleave(
            [one], known, placements(fifo), rounds, lambda line: print(line, file=sys.stderr, flush=True)
        )
        results.runs += found.runs
        results.failures += found.failures
    return results


def main(arguments: Sequence[str]) -> int:
    """Run the command; return 1 where a run failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks compare", description=__doc__)
    parser.add_argument("base", help="a revision: a branch, a tag, a commit, HEAD~3")
    add_common_options(parser)
    options = parser.parse_args(arguments)
    try:
        scenarios = [adjusted(scenario, options) for scenario in named(options.scenario or SCENARIOS)]
        commit, folder = checked_out(options.base)
    except (ValueError, BenchmarkError) as error:
        parser.error(str(error))
    machine = describe_machine()
    results = run(f"base {commit}", folder, scenarios, options.rounds or ROUNDS, options.fifo)
    return tell(results, machine, [*tables(results.runs, with_cost=True), *failures_text(results)], options)
