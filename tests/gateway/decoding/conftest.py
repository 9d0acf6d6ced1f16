"""Let these tests make messages and captures by hand, as those of bulk history do."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "history"))
