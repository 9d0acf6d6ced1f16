"""Let the tests of this folder import the stand-ins that they share, those of the order path's among them."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "path"), str(HERE.parent / "kill")]
