"""Let these tests import what they share; skip them, by name and reason, where no network namespace can be made."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from network import Network, NetworkError


@pytest.fixture
def network() -> Iterator[Network]:
    """Three namespaces in a row: publisher, weather, subscriber."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    network = Network(f"fl{os.getpid()}")
    try:
        network.build()
    except (NetworkError, FileNotFoundError) as error:
        network.remove()
        pytest.skip(f"no network namespaces here: {error}")
    yield network
    network.remove()
