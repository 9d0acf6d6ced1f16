"""A gateway as a process, and strategies of its binary port over real sockets: by hand, well-behaved and not."""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority, client_side
from configuration import BINARY_SECRET, StrategyTable
from floor import Floor
from processes import until
from strategy_stranger import (
    cancel_order,
    login,
    login_accepted,
    market_data_request,
    new_order,
    option,
    packet,
    packets,
    read_report,
    status_request,
)

from fairlead.client.client import Client

ANSWER_S = 30.0
LIMIT, FILL_PRICE, REST_PRICE = b"2", 500 * 10**8, 400 * 10**8
SHARE = 10**8


class Wire:
    """One connection of a strategy that speaks by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, floor: Floor, data: bytes) -> "Wire":
        """Connect and send something."""
        wire = cls(*await asyncio.open_connection("127.0.0.1", floor.tables.binary_port))
        wire.writer.write(data)
        return wire

    @classmethod
    async def log_in(cls, floor: Floor, number: int = 1, username: str = "alpha") -> "Wire":
        """Connect and log in."""
        wire = await cls.open(floor, login(username, BINARY_SECRET, "", number))
        assert (await wire.packet("+"))[:10] == b"live_seq: "
        await wire.packet("A")
        return wire

    def send(self, message: bytes) -> None:
        """Send a request."""
        self.writer.write(packet("U", message))

    async def packet(self, kind: str) -> bytes:
        """Return the next packet that is no heartbeat; it must be of this type."""
        while True:
            head = await asyncio.wait_for(self.reader.readexactly(3), ANSWER_S)
            payload = await self.reader.readexactly(int.from_bytes(head[:2], "big") - 1)
            if head[2:] != b"H":
                assert head[2:] == kind.encode(), payload
                return payload

    async def report(self) -> dict[str, Any]:
        """Return the next report."""
        return read_report(await self.packet("S"))

    async def rest(self) -> list[tuple[str, bytes]]:
        """Return what comes until the gateway closes."""
        data = await asyncio.wait_for(self.reader.read(), ANSWER_S)
        return [each for each in packets(data) if each[0] != "H"]

    async def close(self) -> None:
        """Close."""
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)


@pytest.fixture
async def binary_floor(floor: Floor) -> AsyncIterator[Floor]:
    floor.tables.strategies.append(StrategyTable("gamma", is_binary=True))
    floor.use_binary_port("alpha")
    await floor.start()
    yield floor


def buy(cl_ord_id: str, price: int, **more: Any) -> bytes:
    return new_order(cl_ord_id, "MSFT", b"1", LIMIT, 5 * SHARE, price, venue="XEXC", **more)


async def test_orders_by_hand_from_acceptance_to_the_journal(binary_floor: Floor) -> None:
    wire = await Wire.log_in(binary_floor)
    wire.send(buy("H-1", REST_PRICE, options=option(16, b"USD")))
    accepted = await wire.report()
    assert (accepted["kind"], accepted["ord_status"], accepted["cl_ord_id"]) == (1, b"0", "H-1")
    assert (accepted["leaves_qty"], accepted["venue"], accepted["account"]) == (5 * SHARE, "XEXC", "ACC-alpha")
    wire.send(cancel_order("H-2", "H-1"))
    canceled = await wire.report()
    assert (canceled["kind"], canceled["cl_ord_id"], canceled["orig_cl_ord_id"]) == (4, "H-2", "H-1")
    wire.send(buy("H-3", FILL_PRICE))
    kinds = [(await wire.report())["kind"]]
    while (told := await wire.report())["ord_status"] != b"2":
        kinds.append(told["kind"])
    assert kinds[0] == 1
    assert (told["kind"], told["cum_qty"], told["leaves_qty"]) == (6, 5 * SHARE, 0)
    wire.send(buy("H-4", REST_PRICE + 1))
    refused = await wire.report()
    assert (refused["kind"], refused["refusal"], refused["request_kind"]) == (2, 7, 1)
    wire.send(market_data_request("M-1", b"1", ("MSFT",)))
    assert (await wire.packet("U"))[:1] == b"Y"
    wire.writer.write(packet("O"))
    assert await wire.rest() == []
    assert await binary_floor.gateway.stop() == 0
    shown = await journal_of(binary_floor, "--stream", "strategy:alpha")
    orders = [each for each in shown if each.get("message") == "new_order"]
    assert [(each["cl_ord_id"], each["direction"]) for each in orders] == [
        (name, "in") for name in ("H-1", "H-3", "H-4")
    ]
    assert orders[0]["appendage"] == {"currency": "USD"}
    reports = [each for each in shown if each.get("message") == "report"]
    assert [each["msg_seq_num"] for each in reports] == list(range(1, len(reports) + 1))
    assert reports[1]["orig_cl_ord_id"] == "H-1"
    assert BINARY_SECRET not in json.dumps(shown)
    life = await journal_of(binary_floor, "--cl-ord-id", "H-1")
    assert {each["stream"] for each in life} == {"strategy:alpha", "orders", "venue:XEXC"}
    assert [each["message"] for each in life if each["stream"] == "strategy:alpha"] == [
        "new_order",
        "report",
        "cancel_order",
        "report",
    ]


async def journal_of(floor: Floor, *options: str) -> list[dict[str, Any]]:
    """Return what `fairlead journal cat` shows."""
    command = [sys.executable, "-m", "fairlead.gateway.app", "journal", "cat", "--json", *options]
    process = await asyncio.create_subprocess_exec(
        *command, str(floor.state / "journal"), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return [json.loads(line) for line in output.splitlines()]


async def test_killed_gateway_repeats_what_it_reported_and_goes_on_behind_it(binary_floor: Floor) -> None:
    wire = await Wire.log_in(binary_floor)
    wire.send(buy("K-1", REST_PRICE))
    first = await wire.packet("S")
    await binary_floor.gateway.kill()
    await binary_floor.start()
    again = await Wire.log_in(binary_floor)
    assert await again.packet("S") == first
    again.send(status_request("K-1", "R-1"))
    # what the venue says about an order in doubt may come first
    while 8 not in (told := await again.report()):
        assert told["cl_ord_id"] == "K-1"
    assert (told["kind"], told[8], told["ord_status"]) == (12, b"R-1", b"0")
    third = await Wire.log_in(binary_floor, 0)
    third.send(cancel_order("K-2", "K-1"))
    assert (await third.report())["kind"] in (4, 12)
    assert (await again.rest())[-1][1].startswith(b"taken_over: ")


async def test_what_can_not_be_used_gets_a_clear_answer_and_disturbs_nobody(binary_floor: Floor) -> None:
    bystander = await Wire.log_in(binary_floor, username="gamma")
    too_short = "malformed: packet length 0 received, expected 1 to 65535; the stream can't be read on from offset 0"
    no_login = "malformed: packet type 'U' (0x55) received, expected a login first"
    other = "wrong_session: session 'OTHER' received, expected 'F1-0': numbers began anew"
    beyond = "wrong_seq: next_seq 99 received, expected 1 to 1"
    cases = (
        (login("alpha", "wrong"), "wrong_secret: no such strategy, or not its secret", "A"),
        (login("alpha", BINARY_SECRET, "", 99), beyond, "S"),
        (login("alpha", BINARY_SECRET, "OTHER"), other, "S"),
        (b"\0\0", too_short, ""),
        (packet("U", buy("X", REST_PRICE)), no_login, ""),
    )
    for number, (data, text, code) in enumerate(cases):
        wire = await Wire.open(binary_floor, data)
        rejected = [("J", code.encode())] if code else []
        assert await wire.rest() == [("+", text.encode()), *rejected]
        bystander.send(buy(f"B-{number}", REST_PRICE))
        told = await bystander.report()
        assert (told["kind"], told["cl_ord_id"]) == (1, f"B-{number}")
    wire = await Wire.log_in(binary_floor)
    for bad in (buy("X", REST_PRICE)[:50], b"?", b"", new_order("X", "MSFT", b"9")):
        wire.send(bad)
        assert (await wire.packet("S"))[:1] == b"!"
    # 65535 is all that a length can say: the gateway waits for the rest, and takes what comes behind it
    wire.writer.write(b"\xff\xff" + b"U" + b"\xff" * 65_534)
    assert (await wire.packet("S"))[:1] == b"!"
    wire.send(buy("Y", REST_PRICE))
    assert (await wire.report())["kind"] == 1
    bystander.send(buy("B-9", REST_PRICE))
    assert (await bystander.report())["kind"] == 1
    log = binary_floor.gateway.log_text()
    assert "Traceback" not in log
    assert BINARY_SECRET not in log


async def test_strategy_that_goes_has_its_orders_canceled(floor: Floor) -> None:
    floor.tables.strategies.append(StrategyTable("gamma", is_binary=True, options="cancel_on_disconnect = true"))
    floor.use_binary_port("alpha")
    await floor.start()
    wire = await Wire.log_in(floor, username="gamma")
    wire.send(buy("C-1", REST_PRICE))
    assert (await wire.report())["kind"] == 1
    await wire.close()
    back = await Wire.log_in(floor, 2, "gamma")
    canceled = await back.report()
    assert (canceled["kind"], canceled["orig_cl_ord_id"] or canceled["cl_ord_id"]) == (4, "C-1")


async def test_stop_says_goodbye(binary_floor: Floor) -> None:
    wire = await Wire.log_in(binary_floor)
    stopping = asyncio.create_task(binary_floor.gateway.stop())
    assert await wire.rest() == [("+", b"stopping: the gateway is stopping")]
    assert await stopping == 0


async def test_login_accepted_is_as_documented(binary_floor: Floor) -> None:
    wire = await Wire.open(binary_floor, login("alpha", BINARY_SECRET))
    expected = packet("+", b"live_seq: 1") + login_accepted()
    assert await asyncio.wait_for(wire.reader.readexactly(len(expected)), ANSWER_S) == expected
    await wire.close()


async def test_strategy_that_does_not_read_is_cut_off_and_gets_everything_later(floor: Floor) -> None:
    floor.use_binary_port("alpha")
    max_unsent_bytes, asked = 65536, 40_000
    floor.tables.binary_options = f"max_unsent_bytes = {max_unsent_bytes}\nmax_unsent_s = 5"
    await floor.start()
    connected = socket.socket()
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connected.connect(("127.0.0.1", floor.tables.binary_port))
    connected.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connected, login("alpha", BINARY_SECRET))
    requests = packet("U", status_request(request_id="R")) * 1000
    with contextlib.suppress(OSError):
        for _ in range(asked // 1000):
            await asyncio.wait_for(loop.sock_sendall(connected, requests), ANSWER_S)
    await until(lambda: "slow consumer" in floor.gateway.log_text() or cut_off(floor), "the end of the slow strategy")
    connected.close()
    wire = await Wire.log_in(floor)
    told = told_bytes = 0
    marker = packet("U", status_request(request_id="END"))
    wire.writer.write(marker)
    while read_report(payload := await wire.packet("S"))[8] != b"END":
        assert read_report(payload)[8] == b"R"
        told += 1
        told_bytes += len(packet("S", payload))
    # it was not cut off before more than the limit waited for it, however fast it wrote
    assert told_bytes > max_unsent_bytes
    assert told <= asked
    await wire.close()


def cut_off(floor: Floor) -> bool:
    """Tell whether a strategy was cut off for reading too slowly."""
    journal = floor.state / "journal"
    return any(b"slow consumer" in path.read_bytes() for path in journal.iterdir() if path.is_file())


async def test_strategy_that_changes_its_port_begins_anew(floor: Floor) -> None:
    await floor.start()
    client = await floor.json_client("alpha")
    order = client.new_order("buy", 1, "MSFT", price="400.00", venue="XEXC")
    await asyncio.wait_for(order, ANSWER_S)
    await asyncio.wait_for(client.cancel(order), ANSWER_S)
    await client.close()
    assert await floor.gateway.stop() == 0
    floor.use_binary_port("alpha")
    await floor.start()
    wire = await Wire.open(floor, login("alpha", BINARY_SECRET))
    assert await wire.packet("+") == b"live_seq: 1"
    accepted = await wire.packet("A")
    assert accepted[:10].strip().startswith(b"F1-")
    assert accepted[:10].strip() != b"F1-0"
    assert accepted[10:].strip() == b"1"
    wire.send(status_request(request_id="R"))
    assert (await wire.report())[8] == b"R"
    await wire.close()


async def test_strategy_trades_over_tls(floor: Floor, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    certificate, key = authority.certificate("gateway")
    floor.use_binary_port("alpha")
    tls = f'certificate = "{certificate}", key = "{key}", client_ca = "{authority.path}"'
    floor.tables.binary_options = f"tls = {{ {tls} }}"
    await floor.start()
    client = await Client.connect(
        "127.0.0.1",
        floor.tables.binary_port,
        "alpha",
        BINARY_SECRET,
        protocol="binary",
        tls=client_side(authority, authority.certificate("alpha")),
    )
    async with client:
        order = client.new_order("buy", 1, "MSFT", price="500.00", venue="XEXC")
        await asyncio.wait_for(order.done(), ANSWER_S)
        assert order.cum_qty == 1
    plain = await Wire.open(floor, login("alpha", BINARY_SECRET))
    answer = b""
    with contextlib.suppress(OSError):
        answer = await asyncio.wait_for(plain.reader.read(), ANSWER_S)
    assert b"F1-" not in answer
