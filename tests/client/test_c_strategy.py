"""A strategy in C that knows the binary port from its document alone: examples/strategy.c."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
from gateways import LIMIT_S, BinaryPortServer

SOURCE = Path(__file__).resolve().parents[2] / "examples" / "strategy.c"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler on this machine")
    program = tmp_path_factory.mktemp("c") / "strategy"
    subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, SOURCE], check=True, timeout=60)
    return program


async def run(program: Path, server: BinaryPortServer, *arguments: str) -> tuple[int | None, list[str], str]:
    process = await asyncio.create_subprocess_exec(
        *(program, "127.0.0.1", str(server.port), *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), LIMIT_S)
    return process.returncode, [" ".join(line.split()) for line in output.decode().splitlines()], errors.decode()


async def test_order_from_c_is_filled(program: Path) -> None:
    async with BinaryPortServer() as server:
        code, lines, errors = await run(program, server, "alpha", "sesame", "buy", "1", "MSFT", "430.25")
        (order,) = server.book.orders.values()
    assert (code, errors) == (0, "live_seq: 1\n")
    assert lines == ["1 accepted C-1", "2 filled C-1 last_qty=1 last_px=10 cum_qty=1"]
    assert (order.symbol, order.price, order.order_qty) == ("MSFT", 43_025_000_000, 100_000_000)


async def test_refused_login_is_told_in_c(program: Path) -> None:
    async with BinaryPortServer() as server:
        code, lines, errors = await run(program, server, "alpha", "guess", "buy", "1", "MSFT")
    assert (code, lines) == (2, [])
    assert errors.startswith("wrong_secret: no such strategy, or not its secret\n")
