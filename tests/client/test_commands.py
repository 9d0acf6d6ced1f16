"""`fairlead order` as a shell runs it, against the real JSON port."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from gateways import LIMIT_S, PortServer

from fairlead.client.commands import order as order_command
from fairlead.client.secret_reference import read_secret


async def start(server: PortServer, *arguments: str, secret: str = "sesame") -> asyncio.subprocess.Process:
    where = ("--connect", f"127.0.0.1:{server.port}", "--strategy", "alpha", "--secret", "env:SECRET")
    code = "from fairlead.client.commands import order; order()"
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        *where,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SECRET": secret},
    )


async def finish(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    output, errors = await asyncio.wait_for(process.communicate(), LIMIT_S * 3)
    return process.returncode, output.decode(), errors.decode()


async def test_filled_order_prints_each_report_and_exits_with_0() -> None:
    async with PortServer() as server:
        code, output, errors = await finish(await start(server, "buy", "1", "MSFT", "@", "10.05"))
    assert (code, errors) == (0, "")
    lines = [line.split() for line in output.splitlines()]
    assert [line[0] for line in lines] == ["accepted", "filled"]
    assert lines[1][2:6] == ["buy", "1", "MSFT", "@"]


async def test_json_output_is_the_gateway_s_line() -> None:
    async with PortServer() as server:
        code, output, _ = await finish(await start(server, "--json", "buy", "1", "MSFT"))
        sent = [line for _, line in server.session.reports(1, 9)]
    assert code == 0
    assert [line.encode() for line in output.splitlines(keepends=True)] == sent
    assert json.loads(sent[0])["type"] == "accepted"


async def test_order_that_takes_too_long_is_canceled_and_exits_with_1() -> None:
    async with PortServer() as server:
        code, output, errors = await finish(await start(server, "--timeout", "0", "buy", "5", "MSFT"))
    assert code == 1
    assert "not done within 0 s: canceling" in errors
    assert [line.split()[0] for line in output.splitlines()] == ["accepted", "canceled"]


async def test_interrupt_cancels_the_order_and_waits_for_its_end() -> None:
    async with PortServer() as server:
        process = await start(server, "buy", "5", "MSFT")
        assert process.stdout is not None
        first = await asyncio.wait_for(process.stdout.readline(), LIMIT_S * 3)
        process.send_signal(signal.SIGINT)
        code, output, errors = await finish(process)
    assert first.startswith(b"accepted")
    assert code == 1
    assert "interrupted: canceling" in errors
    assert output.startswith("canceled")


async def test_wrong_secret_exits_with_2_and_is_not_shown() -> None:
    async with PortServer() as server:
        code, output, errors = await finish(await start(server, "buy", "1", "MSFT", secret="guess"))
    assert (code, output) == (2, "")
    assert errors == "fairlead order: no such strategy, or not its secret\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["buy", "1", "MSFT", "at", "5"], "'at 5' received after the symbol, expected nothing or @ PRICE"),
        (["buy", "1", "MSFT", "@"], "'@' received after the symbol, expected nothing or @ PRICE"),
        (["long", "1", "MSFT"], "'long' is not one of"),
        (["buy", "1", "MSFT", "--connect", "localhost"], "'localhost' received, expected HOST:PORT"),
        (["buy", "1", "MSFT", "--secret", "hunter2"], "7 characters that are no reference received"),
        (["buy", "1", "MSFT", "--secret", "env:NO_SUCH_NAME"], "environment variable NO_SUCH_NAME is not set"),
    ],
)
def test_usage_mistakes_exit_with_2(arguments: list[str], text: str) -> None:
    where = ["--connect", "localhost:1", "--strategy", "alpha", "--secret", "env:HOME"]
    result = CliRunner().invoke(order_command, [*where, *arguments])
    assert result.exit_code == 2
    assert text in " ".join(result.output.split()).replace(" │ │ ", " ")
    assert "hunter2" not in result.output


def test_secret_from_a_file_loses_its_line_end_only(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(" open sesame \n")
    assert read_secret(f"file:{path}") == " open sesame "
    path.write_text("\n")
    with pytest.raises(ValueError, match="an empty secret found"):
        read_secret(f"file:{path}")
    with pytest.raises(ValueError, match="no secret in file"):
        read_secret(f"file:{tmp_path / 'none'}")
