"""Run a benchmark in a tree without compiled modules, as a process of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import orjson

ROOT: Final = Path(__file__).parent.parent
FOLDERS: Final = ("codecs", "adapters", "gateway", "certification", "client", "src", "benchmarks")


def run_uncompiled(module: str, *arguments: int) -> Any:
    """Return the JSON that ``python -m MODULE ARGUMENTS`` prints there."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in FOLDERS:
            ignored = shutil.ignore_patterns("*.so", "__pycache__")
            shutil.copytree(ROOT / name, tree / name, symlinks=True, ignore=ignored)
        environment = os.environ | {"PYTHONPATH": str(tree / "src"), "FAIRLEAD_EXTENSIONS": "none"}
        command = [sys.executable, "-m", module, *map(str, arguments)]
        done = subprocess.run(command, cwd=tree, env=environment, check=True, stdout=subprocess.PIPE)
    return orjson.loads(done.stdout)
