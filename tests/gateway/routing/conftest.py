"""Let the tests of this folder import the stand-ins that they share."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "path", HERE.parents[1] / "peers"):
    sys.path.insert(0, str(folder))
