"""Let these tests import what they share; skip them, by name and reason, where QuickFIX was not built."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine import PROGRAM, Engine, EngineSettings, free_port
from session_peer import Pair, SessionPeer

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if PROGRAM.exists():
        return
    reason = "no QuickFIX engine: tests/peers/quickfix/build.sh needs libquickfix-dev"
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(params=["FIX.4.2", "FIX.4.4"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["acceptor", "initiator"])
def role(request: pytest.FixtureRequest) -> str:
    """What QuickFIX is; our session is the other."""
    return str(request.param)


@pytest.fixture
async def make_engine(tmp_path: Path) -> AsyncIterator[Callable[..., Engine]]:
    """Make engines (``EngineSettings``' arguments) that end with the test."""
    engines: list[Engine] = []

    def make(role: str, begin_string: str, port: int = 0, **more: Any) -> Engine:
        settings = EngineSettings(role, begin_string, port or free_port(), **more)
        engines.append(Engine(settings, tmp_path / f"quickfix{len(engines)}"))
        return engines[-1]

    yield make
    for engine in engines:
        await engine.kill()


@pytest.fixture
async def make_pair(make_engine: Callable[..., Engine]) -> AsyncIterator[Callable[..., Awaitable[Pair]]]:
    """Make QuickFIX and a session of ours that fit; QuickFIX checks all that we send against its dictionary."""
    pairs: list[Pair] = []

    async def make(
        role: str, version: str, engine: Mapping[str, Any] | None = None, ours: Mapping[str, Any] | None = None
    ) -> Pair:
        session = SessionPeer(version, is_initiator=role == "acceptor", **(ours or {}))
        port = await session.listen() if role == "initiator" else 0
        pairs.append(Pair(make_engine(role, version, port, **{"use_data_dictionary": True, **(engine or {})}), session))
        return pairs[-1]

    yield make
    for pair in pairs:
        pair.ours.close()
        rejects = [str(fields) for fields in pair.engine.all("admin-out", {35: "3"})]
        assert pair.may_reject or not rejects, "QuickFIX rejected what we sent"
