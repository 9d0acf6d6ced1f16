"""TLS end to end: strategies and venue of a gateway that runs as a process of its own."""

import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority, client_side, server_side
from gateway_bench import PROGRAM, SECRET, Child, Tables, make_venue, until
from tls_proxy import TlsProxy
from wire_peer import FixPeer

from fairlead.client import Client, ConnectionFailedError
from fairlead.codecs.vocabulary.constants import OrdStatus


@dataclass(slots=True)
class Secured:
    """A gateway whose ports and venue all speak TLS with client certificates."""

    gateway: Child
    authority: Authority
    stranger: Authority
    client_certificate: tuple[Path, Path]
    proxy: TlsProxy


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Secured]:
    authority, stranger = Authority(tmp_path, "authority"), Authority(tmp_path, "stranger")
    certificate, key = authority.certificate("gateway")
    venue = make_venue()
    proxy = TlsProxy(server_side(authority.certificate("venue"), authority), await venue.start())
    port_options = f'tls = {{ certificate = "{certificate}", key = "{key}", client_ca = "{authority.path}" }}'
    tables = Tables(
        venue_address=f"127.0.0.1:{await proxy.start()}",
        venue_options=f'tls = {{ ca = "{authority.path}", certificate = "{certificate}", key = "{key}" }}',
        json_options=port_options,
        fix_options=port_options,
    )
    async with Child(tmp_path, tables) as gateway:
        await gateway.event("venue_up")
        yield Secured(gateway, authority, stranger, authority.certificate("alpha"), proxy)
    await proxy.stop()
    await venue.stop()


async def connect(secured: Secured, tls: ssl.SSLContext) -> Client:
    host, port = await secured.gateway.address("json")
    return await Client.connect(host, port, "alpha", SECRET, tls=tls, reconnect=None)


async def test_orders_travel_over_tls_on_every_leg(secured: Secured) -> None:
    tls = client_side(secured.authority, secured.client_certificate)
    client = await connect(secured, tls)
    order = client.new_order("buy", 10, "MSFT", price="431")
    async for _ in order:
        pass
    assert order.ord_status is OrdStatus.FILLED
    fix = await FixPeer.log_on(await secured.gateway.address("fix"), SECRET, tls)
    fix.send("5")
    await fix.read("5")
    fix.close()
    await client.close()
    assert secured.proxy.client_names == ["gateway"]
    assert await secured.gateway.stop() == 0


async def test_an_order_from_the_shell_over_tls(secured: Secured) -> None:
    host, port = await secured.gateway.address("json")
    certificate, key = secured.client_certificate
    command = [PROGRAM, "order", "--connect", f"{host}:{port}", "--strategy", "alpha", "--secret", "env:ALPHA", "--tls"]
    command += ["--ca", str(secured.authority.path), "--cert", str(certificate), "--key", str(key)]
    shell = await asyncio.create_subprocess_exec(
        *command, "buy", "10", "MSFT", "@", "431",
        env={**os.environ, "ALPHA": SECRET}, stdout=asyncio.subprocess.PIPE, stderr=sys.stderr,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(shell.communicate(), 60)
    assert shell.returncode == 0, out


async def test_a_client_without_a_certificate_or_with_a_strangers_is_refused(secured: Secured) -> None:
    with pytest.raises(ConnectionFailedError):
        await connect(secured, client_side(secured.authority))
    with pytest.raises(ConnectionFailedError):
        await connect(secured, client_side(secured.authority, secured.stranger.certificate("mallory")))
    await until(lambda: len(secured.gateway.events("tls_handshake_failed")) == 2, "both refusals in the log")
    first, second = secured.gateway.events("tls_handshake_failed")
    assert "certificate" in first["error"].lower()
    assert "verify failed" in second["error"]
    # nobody else is disturbed
    client = await connect(secured, client_side(secured.authority, secured.client_certificate))
    await client.close()


async def test_plain_tcp_to_a_tls_port_is_refused_without_harm(secured: Secured) -> None:
    for port in ("json", "fix"):
        reader, writer = await asyncio.open_connection(*await secured.gateway.address(port))
        writer.write(b'{"type":"login","strategy":"alpha","secret":"' + SECRET.encode() + b'"}\n')
        answer = await asyncio.wait_for(reader.read(65536), 60)
        assert b"login" not in answer
        writer.close()
        refused = await secured.gateway.event("tls_handshake_failed", port=port)
        assert refused["level"] == "warning"
    client = await connect(secured, client_side(secured.authority, secured.client_certificate))
    await client.close()
    assert SECRET not in secured.gateway.text


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("name", "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        ("server_name", "Hostname mismatch, certificate is not valid for 'elsewhere.example'"),
        ("authority", "unable to get local issuer certificate"),
        ("expired", "certificate has expired"),
    ],
)
async def test_a_venue_that_is_not_who_it_should_be_gets_no_logon(tmp_path: Path, fault: str, reason: str) -> None:
    authority, stranger = Authority(tmp_path, "authority"), Authority(tmp_path, "stranger")
    certificates: dict[str, Any] = {
        "name": lambda: authority.certificate("venue", "venue.example"),
        "server_name": lambda: authority.certificate("venue", "venue.example"),
        "authority": lambda: stranger.certificate("venue"),
        "expired": lambda: authority.certificate("venue", valid_days=-1),
    }
    venue = make_venue()
    proxy = TlsProxy(server_side(certificates[fault]()), await venue.start())
    server_name = ', server_name = "elsewhere.example"' if fault == "server_name" else ""
    tables = Tables(
        venue_address=f"127.0.0.1:{await proxy.start()}",
        venue_options=f'tls = {{ ca = "{authority.path}"{server_name} }}',
    )
    async with Child(tmp_path, tables) as gateway:
        failed = await gateway.event("connect_failed")
        assert reason in failed["reason"]
        assert failed["reason"].startswith("the venue's certificate is refused")
        assert failed["venue"] == "XEXC"
        assert await gateway.stop() == 0
    assert proxy.accepted == 0
    await proxy.stop()
    await venue.stop()


async def test_a_server_name_stands_in_for_the_address(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    venue = make_venue()
    proxy = TlsProxy(server_side(authority.certificate("venue", "venue.example")), await venue.start())
    tables = Tables(
        venue_address=f"127.0.0.1:{await proxy.start()}",
        venue_options=f'tls = {{ ca = "{authority.path}", server_name = "venue.example" }}',
    )
    async with Child(tmp_path, tables) as gateway:
        await gateway.event("venue_up")
        assert await gateway.stop() == 0
    await proxy.stop()
    await venue.stop()


async def test_a_venue_that_wants_a_certificate_and_gets_none_is_told_of(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    venue = make_venue()
    proxy = TlsProxy(server_side(authority.certificate("venue"), authority), await venue.start())
    tables = Tables(
        venue_address=f"127.0.0.1:{await proxy.start()}", venue_options=f'tls = {{ ca = "{authority.path}" }}'
    )
    async with Child(tmp_path, tables) as gateway:
        ended = await gateway.event("connection_ended")
        assert (ended["level"], ended["logon"]) == ("warning", "none")
        assert "client certificate" in ended["hint"]
        assert await gateway.stop() == 0
    assert proxy.accepted == 0
    await proxy.stop()
    await venue.stop()


async def test_certificates_that_can_not_be_used_keep_the_gateway_from_starting(tmp_path: Path) -> None:
    absent = tmp_path / "absent.pem"
    tables = Tables(json_options=f'tls = {{ certificate = "{absent}", key = "{absent}" }}')
    async with Child(tmp_path, tables) as gateway:
        assert await gateway.ended() == 1
        assert str(absent) in gateway.text.splitlines()[-1]
        assert "Traceback" not in gateway.text
