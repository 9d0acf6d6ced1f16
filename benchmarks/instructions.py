"""Count the instructions of a call under callgrind: figures that do not depend on what else the machine does."""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
_SOURCE: Final = Path(__file__).with_name("callgrind_switch.c")
_SWITCH: Final = "FAIRLEAD_CALLGRIND_SWITCH"
_TOTALS: Final = "totals:"


def can_count() -> bool:
    """Tell whether valgrind, its header and a C compiler are here."""
    return all(map(shutil.which, ("valgrind", "gcc"))) and Path("/usr/include/valgrind/callgrind.h").exists()


def count_in(module: str, *arguments: int) -> list[int]:
    """Run ``python -m MODULE ARGUMENTS`` under callgrind; return what each ``count`` in it counted, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        switch = Path(folder) / "switch.so"
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", switch, _SOURCE], check=True)
        out = Path(folder) / "out"
        command = ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}"]
        command += [sys.executable, "-m", module, *map(str, arguments)]
        # str hashes decide where dicts collide
        environment = os.environ | {_SWITCH: str(switch), "PYTHONHASHSEED": "0"}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        dumps = sorted(Path(folder).glob("out.*"), key=lambda path: int(path.suffix[1:]))
        return [_total_of(dump.read_text()) for dump in dumps]


def count(call: Callable[[Any], object], given: Iterable[Any]) -> None:
    """Count the calls with each of what is given; the loop around them counts too."""
    switch = ctypes.CDLL(os.environ[_SWITCH])
    switch.start_counting()
    for each in given:
        call(each)
    switch.stop_counting()


def _total_of(dump: str) -> int:
    line = next(line for line in dump.splitlines() if line.startswith((_TOTALS, "summary:")))
    return int(line.split(":")[1])
