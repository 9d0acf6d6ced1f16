"""Let these tests import their bench, and that of the order translation."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "adapters" / "fix")]
