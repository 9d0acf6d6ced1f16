"""Let the tests of this folder import what they share, with the benches of the order path and of the process."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "path", HERE.parent / "process"):
    sys.path.insert(0, str(folder))
