"""Build the bench's programs in C, and say where they are."""

import subprocess
from pathlib import Path

from benchmarks.machine import ROOT
from benchmarks.peers import BenchmarkError

SOURCES = ROOT / "benchmarks" / "native"
FOLDER = ROOT / "build" / "native"


def build() -> None:
    """Compile what is older than its sources; raises BenchmarkError with the compiler's words."""
    try:
        made = subprocess.run(["make", "--quiet", "-C", str(SOURCES)], capture_output=True, text=True, check=False)
    except OSError as error:
        raise BenchmarkError(f"make: {error}; the bench needs gcc and make") from error
    if made.returncode:
        raise BenchmarkError(f"benchmarks/native could not be built:\n{made.stderr}")


def program(name: str) -> Path:
    """Return the path of a program, which may not be there: QuickFIX's is only where its library is."""
    return FOLDER / name
