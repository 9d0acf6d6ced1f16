"""Let the tests of this folder import what they share, with the order path's bench."""

import sys
from pathlib import Path

for folder in (Path(__file__).parent, Path(__file__).parent.parent / "path"):
    sys.path.insert(0, str(folder))
