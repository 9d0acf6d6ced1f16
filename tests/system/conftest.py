"""Let the tests of this folder import their harness; give each a folder and processes that end with it."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from floor import Floor


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Give a trading floor: two simulated venues that listen, and a gateway that is not started yet."""
    trading_floor = Floor(tmp_path)
    await trading_floor.open()
    try:
        yield trading_floor
    finally:
        await trading_floor.close()
