"""Start engines to be tested, and play cases against them."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(Path(__file__).parent))
sys.path.append(str(ROOT / "tests" / "peers" / "quickfix"))

START_LIMIT_S = 60

StartEcho = Callable[..., Awaitable[int]]


@pytest.fixture(params=["fix42", "fix44"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def start_echo() -> AsyncIterator[StartEcho]:
    """Start examples/echo_acceptor.py and return its port."""
    processes = []

    async def start(version: str, *arguments: str) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "examples" / "echo_acceptor.py"), "--listen", "127.0.0.1:0",
            "--begin-string", version, "--sender", "ENGINE", *arguments, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        processes.append(process)
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_LIMIT_S)
        return int(line.decode().rpartition(":")[2])

    yield start
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
