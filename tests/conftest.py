"""Refuse to test an extension module that is older than its source."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
