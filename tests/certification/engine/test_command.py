"""The command says clearly why nothing can be tested, and tests what can be."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from engine_suite import COMP_IDS
from quickfix_engine import free_port

StartEcho = Callable[..., Awaitable[int]]
PROGRAM = Path(sys.executable).parent / "fairlead"
ROOT = Path(__file__).resolve().parents[3]


async def certify(address: str, *arguments: str) -> tuple[int, str]:
    """Run the command to its end; return its exit code and all it said."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "certify", "engine", address, *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, " ".join(output.decode().split())


async def serve(answer: bytes | None) -> tuple[asyncio.Server, str]:
    """Listen, and answer whatever comes by some bytes; None: say nothing and stay."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        if answer is not None:
            writer.write(answer)
            writer.close()
        else:
            await reader.read()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    return server, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_nothing_listens() -> None:
    address = f"127.0.0.1:{free_port()}"
    status, text = await certify(address, "--as", "acceptor")
    assert status == 2
    assert text.startswith(f"Error: nothing listens on {address}")


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "is no FIX engine: it answered b'HTTP/1.1 400 Bad Request"),
        (b"", "closed the connection without an answer to a Logon of FAIRLEAD to ENGINE"),
        (None, "never answered to a Logon of FAIRLEAD to ENGINE"),
    ],
)
async def test_something_else_listens(answer: bytes | None, complaint: str) -> None:
    server, address = await serve(answer)
    status, text = await certify(address, "--as", "acceptor", "--patience", "0.2")
    server.close()
    assert status == 2
    assert complaint in text


async def test_port_is_taken() -> None:
    server, address = await serve(None)
    status, text = await certify(address, "--as", "initiator")
    server.close()
    assert status == 2
    assert f"{address} can't be listened on" in text


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--only", "FS-99"), "no case fits: FS-99 for fix44 acceptor"),
        (("--logon-field", "Username=me"), "'Username=me' received, expected TAG=VALUE"),
        (("--trigger", "send"), "--trigger 'send' received, expected NAME=COMMAND"),
        (("--order", "nowhere.txt"), "nowhere.txt can't be read"),
    ],
)
async def test_options_that_can_not_be_used(arguments: tuple[str, ...], complaint: str) -> None:
    status, text = await certify("127.0.0.1:1", "--as", "acceptor", *arguments)
    assert status == 2
    assert complaint in text


async def test_address_that_is_none() -> None:
    status, text = await certify("localhost", "--as", "acceptor")
    assert status == 2
    assert "'localhost' received, expected HOST:PORT" in text


async def test_broken_case_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("id: FS-1\ntitle: t\n")
    (tmp_path / "b.yaml").write_text("steps: [")
    status, text = await certify("127.0.0.1:1", "--as", "acceptor", "--cases", str(tmp_path))
    assert status == 2
    assert "a.yaml, case 1 (FS-1): steps is missing" in text and "b.yaml is not YAML" in text


async def test_run_of_the_command(start_echo: StartEcho, tmp_path: Path) -> None:
    port = await start_echo("FIX.4.4", "--target", ",".join(COMP_IDS), "--numbers", "keep", "--dictionary", "off")
    arguments = ("--as", "acceptor", "--comp-ids", ",".join(COMP_IDS), "--html", str(tmp_path / "run.html"))
    status, text = await certify(f"127.0.0.1:{port}", *arguments, "--only", "FS-2a", "--only", "FS-14b")
    assert status == 1
    assert "failed: 1 of 2" in text
    assert f"again: fairlead certify engine 127.0.0.1:{port} --as acceptor --comp-ids {','.join(COMP_IDS)} " in text
    assert "FS-14b" in (tmp_path / "run.html").read_text()


async def test_initiator_is_started_and_ended() -> None:
    port = free_port()
    echo = ROOT / "tests" / "certification" / "engine" / "echo_initiator.py"
    start = f"exec {sys.executable} {echo} FIX.4.4 {port} A,B"
    status, text = await certify(
        f"127.0.0.1:{port}", "--as", "initiator", "--comp-ids", "A,B", "--start", start, "--only", "FS-1B.c"
    )
    assert status == 0, text
    assert "passed (2 pass)" in text
