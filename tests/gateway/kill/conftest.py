"""Let the tests of this folder import the stand-ins of the order path's."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "path")]
