"""Let the tests of this folder import the bench that they share; run them on both event loops."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

sys.path.insert(0, str(Path(__file__).parent))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give each test the standard library's loop and the gateway's own."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
