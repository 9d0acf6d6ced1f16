"""A port accepts many, over TLS too, and says clearly what it can't do."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from certificates import Authority
from link_bench import Bench, Echo, until

from fairlead.gateway.config.models import TlsClient, TlsServer
from fairlead.gateway.links.listener import Listener, ListenError
from fairlead.gateway.links.tls import TlsError, client_context, server_context

LIMIT = 1 << 20


async def _ask(address: tuple[str, int], context: ssl.SSLContext | None = None) -> bytes:
    reader, writer = await asyncio.open_connection(*address, ssl=context)
    try:
        writer.write(b"hello\nbye\n")
        return await reader.read()
    finally:
        writer.close()


async def test_a_storm_of_connections_is_served() -> None:
    bench = Bench()
    listener = Listener("json", bench.turn, lambda peer: Echo(bench.journal), LIMIT)
    address = listener.listen("127.0.0.1", 0)
    answers = await asyncio.gather(*(_ask(address) for _ in range(200)))
    assert answers == [b"<hello><bye>"] * 200
    await until(lambda: not listener.links)
    listener.close("over")


async def test_an_address_in_use_is_said() -> None:
    bench = Bench()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listener = Listener("json", bench.turn, lambda peer: Echo(), LIMIT)
        with pytest.raises(ListenError, match="port json: can't listen on 127.0.0.1:.*: Address already in use"):
            listener.listen(*taken.getsockname())


@pytest.mark.parametrize("shown", ["right", "none", "wrong"])
async def test_client_certificates(tmp_path: Path, shown: str) -> None:
    authority, other = Authority(tmp_path, "authority"), Authority(tmp_path, "other")
    server, client, stranger = (
        authority.certificate("server"),
        authority.certificate("client"),
        other.certificate("stranger"),
    )
    bench = Bench()
    tls = server_context(TlsServer(certificate=server[0], key=server[1], client_ca=authority.path))
    listener = Listener("fix", bench.turn, lambda peer: Echo(bench.journal), LIMIT, tls)
    address = listener.listen("127.0.0.1", 0)
    pair = {"right": client, "none": (None, None), "wrong": stranger}[shown]
    context = client_context(TlsClient(ca=authority.path, certificate=pair[0], key=pair[1]))
    try:
        answer = await _ask(address, context)
    except OSError:
        answer = b""
    assert answer == (b"<hello><bye>" if shown == "right" else b"")
    await until(lambda: not listener.links)
    listener.close("over")


def test_certificates_that_can_not_be_used(tmp_path: Path) -> None:
    with pytest.raises(TlsError, match="none.pem.*No such file"):
        server_context(TlsServer(certificate=tmp_path / "none.pem", key=tmp_path / "none.key"))
