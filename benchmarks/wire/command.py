"""``python -m benchmarks wire``: what is compared, how often, and where the results go."""

import argparse
import sys
from collections.abc import Sequence

from benchmarks.machine import describe_machine
from benchmarks.wire.choices import ROUNDS, add_common_options, add_wire_options, chosen
from benchmarks.wire.native import build
from benchmarks.wire.placement import placements
from benchmarks.wire.rounds import Results, Scenario, interleave
from benchmarks.wire.scenarios import SCENARIOS
from benchmarks.wire.subjects import SUBJECTS
from benchmarks.wire.sweeps import SWEEPS
from benchmarks.wire.telling import shown, tell


def run(scenarios: Sequence[Scenario], rounds: int, fifo: int = 0) -> Results:
    """Build what is needed and measure, telling each result as it comes."""
    build()
    return interleave(
        scenarios, SUBJECTS, placements(fifo), rounds, lambda line: print(line, file=sys.stderr, flush=True)
    )


def measure_all() -> Results:
    """Measure as `make bench` does: every scenario in five rounds, every sweep in one."""
    results = run(list(SCENARIOS.values()), ROUNDS)
    swept = run([scenario for scenarios in SWEEPS.values() for scenario in scenarios], 1)
    return Results(results.runs + swept.runs, results.failures + swept.failures)


def main(arguments: Sequence[str]) -> int:
    """Run the command; return 1 where a run failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks wire", description=__doc__)
    add_common_options(parser)
    add_wire_options(parser)
    options = parser.parse_args(arguments)
    try:
        scenarios = chosen(options)
    except ValueError as error:
        parser.error(str(error))
    machine = describe_machine()
    results = run(scenarios, options.rounds or (1 if options.matrix else ROUNDS), options.fifo)
    return tell(results, machine, shown(results), options)
