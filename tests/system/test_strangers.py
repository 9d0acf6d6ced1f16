"""Strategies that stop reading, clients without a certificate, and guessers: the others are undisturbed."""

import asyncio
import json
import socket
import ssl
import subprocess

import pytest
from certificates import Authority, client_side
from configuration import SECRET, StrategyTable
from fix_strategy_engine import FixClient
from floor import Floor
from processes import PROGRAM, until
from simplefix_frames import stamp

from fairlead.client import Client

MAX_UNSENT_BYTES = 64 * 1024
FLOOD = 400


async def trades(client: Client) -> None:
    """Place an order and cancel it."""
    order = await asyncio.wait_for(client.new_order("buy", 1, "MSFT", price="400.00", venue="XEXC"), 60)
    client.cancel(order)
    await asyncio.wait_for(order.done(), 60)


def deaf_socket(port: int) -> socket.socket:
    """Connect with a receive buffer that is soon full."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


@pytest.mark.slow
async def test_json_strategy_that_stops_reading_is_cut_off_and_misses_nothing(floor: Floor) -> None:
    floor.tables.strategies += [StrategyTable("gamma")]
    floor.tables.json_options = f"max_unsent_bytes = {MAX_UNSENT_BYTES}\nmax_unsent_s = 30"
    await floor.start()
    bystander = await floor.json_client("gamma")
    loop = asyncio.get_running_loop()
    sock = deaf_socket(floor.tables.json_port)
    login = {"type": "login", "strategy": "alpha", "secret": SECRET, "heartbeat_interval_s": 0}
    await loop.sock_sendall(sock, json.dumps(login).encode() + b"\n")
    sent = 0
    while floor.gateway.counters()["strategy.alpha.up"] or not sent:
        orders = b"".join(
            b'{"type":"new_order","cl_ord_id":"N-%d","symbol":"NONE","side":"buy","order_qty":"1","ord_type":"market"}\n'
            % number
            for number in range(sent, sent + FLOOD)
        )
        sent += FLOOD
        try:
            await asyncio.wait_for(loop.sock_sendall(sock, orders), 60)
        except ConnectionError:
            break
        await trades(bystander)
    await until(lambda: not floor.gateway.counters()["strategy.alpha.up"], "the end of the deaf connection")
    sock.close()
    await trades(bystander)
    answered = floor.gateway.counters()["strategy.alpha.refused"]
    seen: list[int] = []
    await floor.json_client("alpha", lambda seq, report, order: seen.append(seq))
    await until(lambda: len(seen) == answered, f"a replay of {answered} reports")
    assert seen == list(range(1, answered + 1))
    assert await floor.gateway.stop() == 0
    assert "slow consumer" in journal_text(floor, "alpha")


@pytest.mark.slow
async def test_fix_strategy_that_stops_reading_is_cut_off_and_misses_nothing(floor: Floor) -> None:
    floor.tables.strategies += [StrategyTable("gamma")]
    floor.tables.fix_options = f"max_unsent_bytes = {MAX_UNSENT_BYTES}\nmax_unsent_s = 30"
    await floor.start()
    bystander = await floor.json_client("gamma")
    loop = asyncio.get_running_loop()
    sock = deaf_socket(floor.tables.fix_port)
    # the frames are the client's own; the bytes go through the deaf socket
    beta = FixClient("127.0.0.1", floor.tables.fix_port, "BETA", SECRET)
    beta.send("A", (98, 0), (108, 30), (554, SECRET))
    await loop.sock_sendall(sock, beta.take_written())
    sent = 0
    while floor.gateway.counters()["strategy.beta.up"] or not sent:
        for number in range(sent, sent + FLOOD):
            order = ((11, f"N-{number}"), (55, "NONE"), (54, 1), (38, 1), (40, 1), (60, stamp()))
            beta.send("D", *order)
        sent += FLOOD
        try:
            await asyncio.wait_for(loop.sock_sendall(sock, beta.take_written()), 60)
        except ConnectionError:
            break
        await trades(bystander)
    await until(lambda: not floor.gateway.counters()["strategy.beta.up"], "the end of the deaf connection")
    sock.close()
    await trades(bystander)
    # it comes back with the numbers it had: what it missed is resent, and what was not read is answered
    floor.fix_clients.append(beta)
    beta.start()
    await until(lambda: len(beta.received) == sent, f"a report for each of {sent} orders", 60)
    assert beta.faults == []
    assert await floor.gateway.stop() == 0
    assert "slow consumer" in journal_text(floor, "beta")


def journal_text(floor: Floor, strategy: str) -> str:
    """Return the events of a strategy's session as the journal tells them."""
    command = [
        PROGRAM,
        "journal",
        "cat",
        "--session",
        strategy,
        "--kind",
        "SESSION_EVENT",
        str(floor.state / "journal"),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


async def test_guessing_secrets_is_stopped_by_host_whatever_the_port(floor: Floor) -> None:
    await floor.start()
    answers = []
    for _ in range(11):
        reader, writer = await asyncio.open_connection("127.0.0.1", floor.tables.json_port)
        writer.write(b'{"type":"login","strategy":"alpha","secret":"guess"}\n')
        answers.append(json.loads(await asyncio.wait_for(reader.read(), 60))["reason"])
        writer.close()
    assert answers == ["wrong_secret"] * 10 + ["too_many_failures"]
    assert len(floor.gateway.events("connection_refused")) == 11
    assert "guess" not in floor.gateway.log_text()


async def test_tls_ports_serve_only_clients_with_a_certificate(floor: Floor) -> None:
    authority, other = Authority(floor.folder, "authority"), Authority(floor.folder, "other")
    certificate, key = authority.certificate("gateway")
    own, stranger = authority.certificate("alpha"), other.certificate("stranger")
    tls = f'tls = {{ certificate = "{certificate}", key = "{key}", client_ca = "{authority.path}" }}'
    floor.tables.json_options = floor.tables.fix_options = tls
    await floor.start()
    for port in (floor.tables.json_port, floor.tables.fix_port):
        for shown in (None, stranger):
            assert await first_bytes(port, client_side(authority, shown), b"{}\n") == b""
        assert await first_bytes(port, None, b'{"type":"login"}\n') == b""
    context = client_side(authority, own)
    client = await Client.connect("127.0.0.1", floor.tables.json_port, "alpha", SECRET, tls=context)
    await trades(client)
    await client.close()
    assert len(floor.gateway.events("tls_handshake_failed")) == 6
    assert "Traceback" not in floor.gateway.log_text()
    assert await floor.gateway.stop() == 0


async def first_bytes(port: int, context: ssl.SSLContext | None, sent: bytes) -> bytes:
    """Return what a port answers before it closes; nothing where it ends the connection by an alert or a reset."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.write(sent)
        received = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        return received
    except (OSError, ssl.SSLError):
        return b""
