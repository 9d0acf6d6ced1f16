"""Measure what each stage of an order takes, and how many instructions all of it."""

import gc
import logging
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairlead.gateway.process import GC_THRESHOLDS
from fairlead.gateway.profiling.floor import order_path_floor
from fairlead.gateway.profiling.peers import ProfileError
from fairlead.gateway.stages_cy import READ, REPORT_DECODE, SEND, STAGE_TIMES, STAGES

WARM_UP: Final = 300
TOGGLE: Final = "__pyx_f_8fairlead_7gateway_5links_7link_cy_10SocketLink_poll"
"""The compiled function in which instructions are counted: one receive, and all that follows from it."""
VALGRIND_TIMEOUT_S: Final = 1800.0
_TOTALS: Final = re.compile(r"^(?:totals|summary): (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class StageBudget:
    """What one stage takes, ns."""

    way: str
    """``order`` or ``report``."""
    stage: str
    p50_ns: int
    p99_ns: int


def measure_stages(orders: int) -> list[StageBudget]:
    """Send orders through a gateway in this process; return the stages in the order in which they come."""
    found: dict[tuple[str, int], list[int]] = {}
    with order_path_floor() as floor:
        floor.trade(WARM_UP)
        gc.collect()
        gc.freeze()
        before = gc.get_threshold()
        gc.set_threshold(*GC_THRESHOLDS)
        STAGE_TIMES.is_on = True
        try:
            for _ in range(orders):
                floor.trade(1)
                _sort_in(STAGE_TIMES.taken(), found)
        finally:
            STAGE_TIMES.is_on = False
            gc.set_threshold(*before)
            gc.unfreeze()
    return [
        StageBudget(way, STAGES[stage], int(statistics.median(times)), sorted(times)[len(times) * 99 // 100])
        for (way, stage), times in found.items()
    ]


def _sort_in(stamps: Sequence[tuple[int, int]], found: dict[tuple[str, int], list[int]]) -> None:
    """Tell the two ways apart: each begins with a read."""
    reads = [at for at, (stage, _) in enumerate(stamps) if stage == READ]
    if len(reads) != 2:
        raise ProfileError(f"{len(reads)} reads for one order and its report, expected 2")
    for way, part in (("order", stamps[: reads[1]]), ("report", stamps[reads[1] :])):
        if (way == "report") != any(stage == REPORT_DECODE for stage, _ in part) or part[-1][0] != SEND:
            raise ProfileError(f"stages {[stage for stage, _ in part]} stamped on the way of the {way}")
        for stage, ns in part:
            found.setdefault((way, stage), []).append(ns)


def count_instructions(orders: int) -> int:
    """Return the instructions that an order and its fill take, by callgrind. Raises ProfileError where it can't run."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise ProfileError("valgrind is not installed")
    few, many = _collect(valgrind, 0), _collect(valgrind, orders)
    return (many - few) // orders


def _collect(valgrind: str, orders: int) -> int:
    with tempfile.TemporaryDirectory(prefix="fairlead-profile-") as folder:
        out = Path(folder) / "callgrind"
        command = [
            valgrind,
            "--tool=callgrind",
            f"--callgrind-out-file={out}",
            "--collect-atstart=no",
            f"--toggle-collect={TOGGLE}",
            sys.executable,
            "-m",
            "fairlead.gateway.profiling.budget",
            str(orders),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=VALGRIND_TIMEOUT_S)
        match = _TOTALS.search(out.read_text()) if out.exists() else None
    if done.returncode or match is None:
        raise ProfileError(f"callgrind failed: {done.stderr[-500:]}")
    return int(match[1])


def main() -> None:
    """Trade as many orders as the argument says, after the warm-up: what callgrind runs."""
    logging.disable()
    with order_path_floor() as floor:
        floor.trade(WARM_UP)
        if int(sys.argv[1]):
            floor.trade(int(sys.argv[1]))


if __name__ == "__main__":
    main()
