"""The client over TLS, with and without the certificate that the port demands."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gateways import PortServer

from fairlead.client import Client, ConnectionFailedError
from fairlead.codecs.vocabulary.constants import OrdStatus


def make_certificate(path: Path, name: str) -> None:
    """Write a self-signed certificate for 127.0.0.1 and its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(pem) + private)


@pytest.fixture
def certificates(tmp_path: Path) -> tuple[Path, Path]:
    server, client = tmp_path / "server.pem", tmp_path / "client.pem"
    make_certificate(server, "gateway")
    make_certificate(client, "alpha")
    return server, client


def server_context(server: Path, client: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(client))
    context.load_cert_chain(server)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def connect(port: int, tls: ssl.SSLContext) -> Client:
    return await Client.connect("127.0.0.1", port, "alpha", "sesame", tls=tls, reconnect=None)


async def test_client_trades_over_tls_with_its_certificate(certificates: tuple[Path, Path]) -> None:
    server, own = certificates
    tls = ssl.create_default_context(cafile=str(server))
    tls.load_cert_chain(own)
    async with PortServer(server_context(server, own)) as port, await connect(port.port, tls) as client:
        order = client.new_order("buy", 1, "MSFT")
        reports = [report async for report in order]
        assert len(reports) == 2
        assert order.ord_status is OrdStatus.FILLED


async def test_client_without_the_certificate_is_not_let_in(certificates: tuple[Path, Path]) -> None:
    server, own = certificates
    async with PortServer(server_context(server, own)) as port:
        with pytest.raises(ConnectionFailedError):
            await connect(port.port, ssl.create_default_context(cafile=str(server)))
        assert port.session.endpoint is None


async def test_gateway_that_is_not_trusted_gets_no_secret(certificates: tuple[Path, Path]) -> None:
    server, own = certificates
    async with PortServer(server_context(server, own)) as port:
        with pytest.raises(ConnectionFailedError, match="certificate verify failed"):
            await connect(port.port, ssl.create_default_context(cafile=str(own)))
        assert port.received == 0
