"""A socket file of our own: only our user may open it, dead ones are replaced, live ones and other files are not."""

import asyncio
import os
import socket
import stat
from pathlib import Path

import pytest
from link_bench import Bench, Echo, until

from fairlead.gateway.links.listener import ListenError
from fairlead.gateway.links.unix_listener import PeerCredentials, UnixListener, socket_address

LIMIT = 1 << 20


def _listener(bench: Bench, peers: list[PeerCredentials] | None = None) -> UnixListener:
    def make_endpoint(peer: PeerCredentials) -> Echo:
        if peers is not None:
            peers.append(peer)
        return Echo(bench.journal)

    return UnixListener("control", bench.turn, make_endpoint, LIMIT)


async def _ask(path: Path) -> bytes:
    with socket_address(path) as address:
        reader, writer = await asyncio.open_unix_connection(address)
    try:
        writer.write(b"hello\nbye\n")
        return await reader.read()
    finally:
        writer.close()


async def test_it_serves_and_knows_its_peers(tmp_path: Path) -> None:
    bench, peers = Bench(), list[PeerCredentials]()
    listener, path = _listener(bench, peers), tmp_path / "control.sock"
    listener.listen_at(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert await _ask(path) == b"<hello><bye>"
    assert peers == [PeerCredentials(os.getpid(), os.getuid(), os.getgid())]
    await until(lambda: not listener.links)
    listener.close("over")
    assert not path.exists()


async def test_a_path_that_is_too_long_for_the_system(tmp_path: Path) -> None:
    bench = Bench()
    folder = tmp_path / ("f" * 120)
    folder.mkdir()
    listener, path = _listener(bench), folder / "control.sock"
    listener.listen_at(path)
    assert await _ask(path) == b"<hello><bye>"
    listener.close("over")
    assert not path.exists()


async def test_a_file_of_a_dead_process_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    listener = _listener(Bench())
    listener.listen_at(path)
    assert await _ask(path) == b"<hello><bye>"
    listener.close("over")


async def test_a_live_socket_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    first, second = _listener(Bench()), _listener(Bench())
    first.listen_at(path)
    with pytest.raises(ListenError, match="a process listens at .*control.sock already; is another gateway running"):
        second.listen_at(path)
    second.close("over")
    assert await _ask(path) == b"<hello><bye>"
    first.close("over")


async def test_another_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    path.write_text("precious")
    with pytest.raises(ListenError, match="is no socket"):
        _listener(Bench()).listen_at(path)
    assert path.read_text() == "precious"


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ListenError, match="can't listen at .*: No such file or directory"):
        _listener(Bench()).listen_at(tmp_path / "none" / "control.sock")


async def test_only_a_file_of_ones_own_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    first = _listener(Bench())
    first.listen_at(path)
    path.unlink()
    second = _listener(Bench())
    second.listen_at(path)
    first.close("over")
    assert path.exists()
    second.close("over")
