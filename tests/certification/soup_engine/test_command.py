"""`fairlead certify engine --version SOUP`: what it plays, and what it says where it can't."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stub_acceptor import StubAcceptor

from fairlead.certification.commands import certify


def _certify(*words: str, **environ: str) -> Result:
    return CliRunner().invoke(certify, ["engine", *words], env=environ)


@pytest.fixture
def stub_port() -> Iterator[int]:
    """Run an acceptor in another thread."""
    loop, stub = asyncio.new_event_loop(), StubAcceptor()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield asyncio.run_coroutine_threadsafe(stub.start(), loop).result(10)
    asyncio.run_coroutine_threadsafe(stub.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def test_cases_of_a_role_are_listed() -> None:
    acceptor = _certify("127.0.0.1:1", "--version", "SOUP", "--as", "acceptor", "--list")
    initiator = _certify("127.0.0.1:1", "--version=SOUP", "--as", "initiator", "--list")
    assert acceptor.exit_code == initiator.exit_code == 0
    assert "SP03.b" in acceptor.output and "SP03.d" not in acceptor.output
    assert "SP03.d" in initiator.output and "SP03.b" not in initiator.output
    assert "FS-" not in acceptor.output


def test_other_versions_are_fix() -> None:
    result = _certify("127.0.0.1:1", "--version", "FIX.4.2", "--as", "acceptor", "--list")
    assert "FS-2c" in result.output and "SP01" not in result.output


def test_a_run_is_written_without_the_password(stub_port: int, tmp_path: Path) -> None:
    where = tmp_path / "run.json"
    words = ("--version", "SOUP", "--as", "acceptor", "--username", "FAIR00,FAIR01", "--message", "51<a4>")
    result = _certify(
        f"127.0.0.1:{stub_port}", *words, "--only", "SP01", "--json", str(where), FAIRLEAD_CERTIFY_PASSWORD="Ten-Chars1"
    )
    assert result.exit_code == 0, result.output
    text = where.read_text()
    assert "Ten-Chars1" not in text
    run = json.loads(text)
    assert {entry["verdict"] for entry in run["results"]} == {"pass"}
    assert [field["name"] for field in run["results"][0]["wire"][0]["fields"]][:2] == ["username", "password"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("nowhere", "--as", "acceptor"), "'nowhere' received, expected HOST:PORT"),
        (("127.0.0.1:1", "--as", "acceptor"), "nothing listens on 127.0.0.1:1"),
        (("127.0.0.1:1", "--as", "acceptor", "--username", "SEVENTH"), "'SEVENTH' received, expected 1 to 6"),
        (("127.0.0.1:1", "--as", "acceptor", "--message", "5x"), "expected hexadecimal digits"),
        (("127.0.0.1:1", "--as", "acceptor", "--message", "@none"), "--message @none can't be read"),
        (("127.0.0.1:1", "--as", "acceptor", "--only", "SP99"), "no case of SOUP as acceptor begins with SP99"),
        (("127.0.0.1:0", "--as", "initiator", "--back", "1"), "no login of user 'FAIR01' came within 1 s"),
    ],
)
def test_what_cannot_be_tested_exits_2(words: tuple[str, ...], text: str) -> None:
    result = _certify(*words, "--version", "SOUP")
    assert result.exit_code == 2
    assert text in result.output


def test_a_wrong_password_is_a_harness_error(stub_port: int) -> None:
    words = (f"127.0.0.1:{stub_port}", "--version", "SOUP", "--as", "acceptor")
    result = _certify(*words, "--username", "FAIR00", FAIRLEAD_CERTIFY_PASSWORD="no")
    assert result.exit_code == 2
    assert "refused 'FAIR00' with 'A'" in result.output


def test_something_else_that_listens_is_told(tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\x00SSH-2.0")

    server = loop.run_until_complete(asyncio.start_server(greet, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    port = server.sockets[0].getsockname()[1]
    result = _certify(f"127.0.0.1:{port}", "--version", "SOUP", "--as", "acceptor")
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    assert result.exit_code == 2
    assert "is no SoupBinTCP engine" in result.output
