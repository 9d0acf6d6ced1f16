"""Say what a benchmark ran on: without it, a number means nothing."""

import os
import platform
import subprocess
from pathlib import Path

from fairlead.gateway.build import describe_build

ROOT = Path(__file__).resolve().parent.parent


def processor() -> str:
    """Return the processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def commit() -> str:
    """Return the commit of this tree, and whether it was changed since."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "no git checkout"
    return described.stdout.strip()


def describe_machine() -> list[tuple[str, str]]:
    """Return what every report begins with, as pairs of name and value."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        ("processor", f"{processor()}, {len(os.sched_getaffinity(0))} usable"),
        ("load before", f"{load} (1, 5, 15 minutes)"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("build", describe_build()),
        ("commit", commit()),
    ]
