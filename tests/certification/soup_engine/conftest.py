"""Lend the tests of this folder a gateway."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from our_gateway import OurGateway


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[OurGateway]:
    gateway = OurGateway(tmp_path)
    yield gateway
    await gateway.stop()
