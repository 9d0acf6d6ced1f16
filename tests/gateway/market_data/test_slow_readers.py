"""Strategies that read slowly, over real sockets: they get the latest state, every report, and are not cut off."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import simplefix
from certificates import Authority, client_side, server_side
from market_fakes import FakeBook
from market_floor import MarketFloor, accepted
from simplefix_frames import frame

from fairlead.adapters.market_data import BID
from fairlead.adapters.market_data_outlet import PORTION_BYTES

LIMIT_S = 20.0
BOOKS = 200
LOGIN = b'{"type":"login","strategy":"alpha","secret":"sesame","heartbeat_interval_s":0}\n'


def subscribe(symbols: list[str]) -> bytes:
    line = {
        "type": "market_data_request",
        "md_req_id": "M",
        "subscription_request_type": "subscribe",
        "symbols": symbols,
    }
    return json.dumps(line).encode() + b"\n"


class Reader:
    """Be a JSON strategy on a socket with a small receive buffer; it reads only when told to."""

    def __init__(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.bids: dict[str, dict[str, str]] = {}
        self.conflated = 0
        self.updates = 0
        self.reports: list[str] = []
        self.is_cut_off = False
        self._stream = stream
        self._writer = writer
        self._rest = b""

    @classmethod
    async def connect(cls, address: tuple[str, int], tls: ssl.SSLContext | None) -> "Reader":
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024)
        sock.connect(address)
        # the stream stops reading the socket when it holds twice its limit
        name = "127.0.0.1" if tls is not None else None
        return cls(*await asyncio.open_connection(sock=sock, limit=4096, ssl=tls, server_hostname=name))

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def close(self) -> None:
        self._writer.transport.abort()

    async def read(self) -> None:
        """Take what is there, at least something."""
        data = await asyncio.wait_for(self._stream.read(64 * 1024), LIMIT_S)
        if not data:
            self.is_cut_off = True
            raise AssertionError("the gateway closed the connection")
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def _take(self, line: dict[str, Any]) -> None:
        kind = line["type"]
        if kind == "market_data_snapshot":
            self.bids[line["symbol"]] = {price: quantity for price, quantity, _ in line["bids"]}
        elif kind == "market_data_update":
            self.updates += 1
            self.conflated += line.get("conflated", 0)
            side = self.bids[line["symbol"]]
            for action, _, price, *rest in line["changes"]:
                if action == "delete":
                    del side[price]
                else:
                    side[price] = rest[0]
        elif kind == "accepted":
            self.reports.append(line["cl_ord_id"])
        elif kind == "logout":
            self.is_cut_off = True


class Slow:
    """Hold a floor of many books, and a reader who subscribed to all of them."""

    def __init__(self, floor: MarketFloor, books: list[FakeBook], reader: Reader) -> None:
        self.floor = floor
        self.books = books
        self.reader = reader
        self.changes = 0
        self.sent_reports: list[str] = []

    async def stir(self, rounds: int) -> None:
        """Change every book so often, each change in a turn of its own, with time to tell a reader that reads."""
        for _ in range(rounds):
            self.changes += 1
            for book in self.books:
                self.floor.level(book, BID, 1 + self.changes % 7, self.changes)
            await self.settle()

    def report(self, count: int) -> None:
        for _ in range(count):
            id = f"A-{len(self.sent_reports)}"
            self.sent_reports.append(id)
            self.floor.do(partial(self.floor.json_session.send_report, accepted(id)))

    def is_up_to_date(self) -> bool:
        return self.reader.reports == self.sent_reports and all(
            self.reader.bids.get(book.symbol)
            == {str(level[0] // 10**8): str(level[1] // 10**8) for level in book.levels(BID, 0)}
            for book in self.books
        )

    @property
    def unsent(self) -> int:
        (link,) = self.floor.json.links
        return link.unsent_bytes()

    async def settle(self) -> None:
        """Let the gateway do all that it can without the reader."""
        for _ in range(12):
            await asyncio.sleep(0)


@pytest.fixture(params=["tcp", "tls"])
async def slow(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Slow]:
    authority = Authority(tmp_path, "authority") if request.param == "tls" else None
    books = [FakeBook(f"S{number}") for number in range(BOOKS)]
    port_tls = server_side(authority.certificate("gateway")) if authority is not None else None
    async with MarketFloor(*books, tls=port_tls) as floor:
        reader = await Reader.connect(floor.json_address, client_side(authority) if authority is not None else None)
        await reader.say(LOGIN + subscribe([book.symbol for book in books]))
        held = Slow(floor, books, reader)
        while len(reader.bids) < BOOKS:
            await reader.read()
        yield held
        reader.close()


async def test_reader_that_stops_gets_the_latest_state_and_every_report(slow: Slow) -> None:
    most_unsent = 0
    for _ in range(20):
        await slow.stir(10)
        slow.report(5)
        await slow.settle()
        most_unsent = max(most_unsent, slow.unsent)
    report_bytes = 300 * len(slow.sent_reports)
    # one portion of market data, and the reports: not 40,000 updates
    assert most_unsent < PORTION_BYTES + 1000 + report_bytes
    while not slow.is_up_to_date():
        await slow.reader.read()
    assert not slow.reader.is_cut_off
    assert slow.reader.updates + slow.reader.conflated >= slow.changes * BOOKS * 0.9
    assert slow.reader.updates < slow.changes * BOOKS / 4


async def test_little_that_is_old_lies_between_a_reader_and_a_report(slow: Slow) -> None:
    await slow.stir(300)
    await slow.settle()
    slow.report(1)
    await slow.settle()
    read_before = slow.reader.updates
    while not slow.reader.reports:
        await slow.reader.read()
    # what was under way when the report came: buffers of sockets and of TLS (256 KiB in the reader's), and one
    # portion; about 250 bytes an update
    assert (slow.reader.updates - read_before) * 200 < 500_000
    while not slow.is_up_to_date():
        await slow.reader.read()


async def test_fast_reader_gets_each_change(slow: Slow) -> None:
    book = slow.books[0]
    before = slow.reader.updates
    for quantity in range(1, 200):
        slow.floor.level(book, BID, 3, quantity)
        while slow.reader.bids[book.symbol].get("3") != str(quantity):
            await slow.reader.read()
    assert slow.reader.updates - before == 199
    assert slow.reader.conflated == 0


async def test_slow_reader_holds_up_nobody_else(slow: Slow) -> None:
    while not slow.unsent:
        await slow.stir(10)
        assert slow.changes < 5000, "the sockets took everything"
    loop = asyncio.get_running_loop()
    other = socket.create_connection(slow.floor.fix_address)
    other.setblocking(False)
    book = slow.books[0]
    asked = [(262, "M"), (263, 1), (264, 1), (265, 1), (267, 1), (269, 0), (146, 1), (55, book.symbol)]
    for number, (msg_type, fields) in enumerate((("A", [(98, 0), (108, 0)]), ("V", asked)), 1):
        await loop.sock_sendall(other, frame("FIX.4.4", msg_type, number, "QUICK", "FAIRLEAD", fields))
    sizes: list[bytes] = []
    parser = simplefix.FixParser()
    for quantity in range(1, 101):
        while f"{quantity - 1}".encode() not in sizes[-1:] and (quantity > 1 or not sizes):
            parser.append_buffer(await asyncio.wait_for(loop.sock_recv(other, 65536), LIMIT_S))
            sizes += [m.get(271) for m in iter(parser.get_message, None) if m.get(35) in (b"W", b"X")]
        slow.floor.level(book, BID, 9, quantity)
    assert sizes[1:] == [str(quantity).encode() for quantity in range(1, 100)]
    other.close()
    while not slow.is_up_to_date():
        await slow.reader.read()
