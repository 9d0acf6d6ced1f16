"""The client over TLS, with and without the certificate that the port demands."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
from certificates import Authority, client_side, server_side
from gateways import PortServer

from fairlead.client import Client, ConnectionFailedError
from fairlead.codecs.vocabulary.constants import OrdStatus


@dataclass(slots=True)
class Secured:
    """What both ends of a port show and trust."""

    authority: Authority
    stranger: Authority
    own: tuple[Path, Path]
    port: ssl.SSLContext


@pytest.fixture
def secured(tmp_path: Path) -> Secured:
    authority, stranger = Authority(tmp_path, "authority"), Authority(tmp_path, "stranger")
    port = server_side(authority.certificate("gateway"), authority)
    return Secured(authority, stranger, authority.certificate("alpha"), port)


async def connect(port: int, tls: ssl.SSLContext) -> Client:
    return await Client.connect("127.0.0.1", port, "alpha", "sesame", tls=tls, reconnect=None)


async def test_client_trades_over_tls_with_its_certificate(secured: Secured) -> None:
    tls = client_side(secured.authority, secured.own)
    async with PortServer(secured.port) as port, await connect(port.port, tls) as client:
        order = client.new_order("buy", 1, "MSFT")
        reports = [report async for report in order]
        assert len(reports) == 2
        assert order.ord_status is OrdStatus.FILLED


async def test_client_without_the_certificate_is_not_let_in(secured: Secured) -> None:
    async with PortServer(secured.port) as port:
        with pytest.raises(ConnectionFailedError):
            await connect(port.port, client_side(secured.authority))
        assert port.session.endpoint is None


async def test_gateway_that_is_not_trusted_gets_no_secret(secured: Secured) -> None:
    async with PortServer(secured.port) as port:
        with pytest.raises(ConnectionFailedError, match="certificate verify failed"):
            await connect(port.port, client_side(secured.stranger, secured.own))
        assert port.received == 0
