"""A port accepts many, over TLS too, and says clearly what it can't do."""

import asyncio
import datetime
import ipaddress
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from link_bench import Bench, Echo, until

from fairlead.gateway.config.models import TlsClient, TlsServer
from fairlead.gateway.links.listener import Listener, ListenError
from fairlead.gateway.links.tls import TlsError, client_context, server_context

LIMIT = 1 << 20


def _authority(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a self-signed certificate for 127.0.0.1 and its key: its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    no_password = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, no_password))
    return paths


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
    server, client, stranger = (_authority(tmp_path, name) for name in ("server", "client", "stranger"))
    bench = Bench()
    tls = server_context(TlsServer(certificate=server[0], key=server[1], client_ca=client[0]))
    listener = Listener("fix", bench.turn, lambda peer: Echo(bench.journal), LIMIT, tls)
    address = listener.listen("127.0.0.1", 0)
    pair = {"right": client, "none": (None, None), "wrong": stranger}[shown]
    context = client_context(TlsClient(ca=server[0], certificate=pair[0], key=pair[1]))
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
