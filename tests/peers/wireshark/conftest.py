"""Let these tests import what they share; skip them, by name and reason, where there is no tshark."""

import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shutil.which("tshark"):
        return
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="no tshark: tests/peers/wireshark/install.sh installs it"))
