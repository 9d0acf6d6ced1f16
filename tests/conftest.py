"""Refuse to test an extension module that is older than its source; set up hypothesis for machines of any speed."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# no test asserts how long something takes, hypothesis included
settings.register_profile("fairlead", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("fairlead")

ROOT = Path(__file__).resolve().parent.parent
# certificates and hand-made peers, which tests of several folders share
sys.path.insert(0, str(ROOT / "tests" / "peers"))


def pytest_sessionstart(session: pytest.Session) -> None:
    stale = [
        str(source.relative_to(ROOT))
        for folder in ("codecs", "adapters", "gateway", "client")
        for source in (ROOT / folder).rglob("*_cy.py")
        for built in source.parent.glob(f"{source.stem}.*.so")
        if built.stat().st_mtime < source.stat().st_mtime
    ]
    if stale:
        raise pytest.UsageError(
            f"older extension modules would hide the source of {', '.join(stale)}: run `make setup`"
        )
