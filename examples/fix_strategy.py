"""Trade through Fairlead over FIX 4.4 with a client of some 150 lines on simplefix: any FIX engine will do.

    python examples/fix_strategy.py --connect 127.0.0.1:9802 --sender BETA --target FAIRLEAD --password env:BETA_SECRET

Places a limit order now and then, replaces or cancels some, and counts what comes back. With ``--status`` it prints one
JSON object a second; at its end (``--seconds`` or SIGTERM) it cancels what is open, waits, and prints a summary.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import simplefix

SYMBOLS = {
    "MSFT": ("XEXC", Decimal("430.00")),
    "AAPL": ("XBRK", Decimal("190.00")),
    "IBM": ("XEXC", Decimal("220.00")),
    "NVDA": ("XNQ", Decimal("145.00")),
    "AAPL  261218P00200000": ("XEXC", Decimal("12.00")),
}
ENDED = {b"2", b"4", b"8", b"C"}
BUY, SELL = b"1", b"2"


def read_secret(reference: str) -> str:
    """Return the secret behind ``env:NAME`` or ``file:PATH``."""
    scheme, _, rest = reference.partition(":")
    return os.environ[rest] if scheme == "env" else Path(rest).read_text().strip()


class FixClient:
    """Speak just enough FIX 4.4 to trade: logon, heartbeats, test requests, gap fills, logout."""

    def __init__(self, sender: str, target: str, password: str) -> None:
        self.sender, self.target, self.password = sender, target, password
        self.next_out = 1
        self.logged_on = asyncio.Event()
        self.closed = asyncio.Event()
        self._parser = simplefix.FixParser()
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self, host: str, port: int) -> None:
        """Connect, log on with fresh sequence numbers, and read from then on."""
        reader, self._writer = await asyncio.open_connection(host, port)
        self._reading = asyncio.create_task(self._read(reader))
        self._beating = asyncio.create_task(self._beat())
        self.send("A", (98, 0), (108, 30), (141, "Y"), (553, self.sender), (554, self.password))
        await asyncio.wait_for(self.logged_on.wait(), 10)

    def send(self, msg_type: str, *fields: tuple[int, object]) -> None:
        """Number and send one message."""
        message = simplefix.FixMessage()
        for tag, value in ((8, "FIX.4.4"), (35, msg_type), (34, self.next_out), (49, self.sender), (56, self.target)):
            message.append_pair(tag, value, header=True)
        message.append_utc_timestamp(52, precision=3, header=True)
        for tag, value in fields:
            message.append_pair(tag, value)
        self.next_out += 1
        assert self._writer is not None
        self._writer.write(message.encode())

    async def _beat(self) -> None:
        while not self.closed.is_set():
            await asyncio.sleep(30)
            self.send("0")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(65536):
                self._parser.append_buffer(data)
                while (message := self._parser.get_message()) is not None:
                    self._on_message(message)
        except ConnectionError:
            pass
        self.closed.set()

    def _on_message(self, message: simplefix.FixMessage) -> None:
        match message.get(35):
            case b"A":
                self.logged_on.set()
            case b"1":
                self.send("0", (112, message.get(112)))
            case b"2":
                # what we sent before is stale by now: fill the gap
                self.send_gap_fill(int(message.get(7)))
            case b"5":
                self.closed.set()
            case b"8" | b"9" | b"j" | b"3":
                self.on_report(message)

    def send_gap_fill(self, begin: int) -> None:
        """Skip everything from ``begin`` to our next number."""
        next_out, self.next_out = self.next_out, begin
        self.send("4", (43, "Y"), (122, self._timestamp()), (123, "Y"), (36, next_out))
        self.next_out = next_out

    @staticmethod
    def _timestamp() -> str:
        return datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]

    def on_report(self, message: simplefix.FixMessage) -> None:
        """Handle an application message."""
        raise NotImplementedError

    async def logout(self) -> None:
        """Leave in order."""
        self.send("5")
        await asyncio.wait_for(self.closed.wait(), 5)
        for task in (self._reading, self._beating):
            task.cancel()


class Trader(FixClient):
    """Quote around a price, replace some orders, cancel others."""

    def __init__(self, sender: str, target: str, password: str, seed: int) -> None:
        super().__init__(sender, target, password)
        self.counts: Counter[str] = Counter()
        self.positions: Counter[str] = Counter()
        self.open: dict[str, tuple[str, bytes, int]] = {}
        self.current_ids: dict[bytes, str] = {}
        self._random = random.Random(seed)
        self._run = f"{time.time_ns() // 1_000_000_000:x}"
        self._number = 0

    def _next_id(self) -> str:
        self._number += 1
        return f"B{self._run}-{self._number}"

    def place(self) -> None:
        """Send a new limit order near the market."""
        symbol = self._random.choice(list(SYMBOLS))
        venue, mid = SYMBOLS[symbol]
        side = self._random.choice((BUY, SELL))
        price = mid + Decimal(self._random.randrange(-8, 9)) / 100
        quantity = self._random.randrange(1, 10) * 10
        cl_ord_id = self._next_id()
        self.open[cl_ord_id] = (symbol, side, quantity)
        self.counts["orders"] += 1
        self.send("D", (11, cl_ord_id), (1, "ACC-BETA"), (100, venue), (55, symbol), (54, side), (38, quantity),
                  (40, 2), (44, price), (59, 0), (60, self._timestamp()))  # fmt: skip

    def change(self) -> None:
        """Cancel or replace an open order."""
        if not self.open:
            return
        orig_cl_ord_id = self._random.choice(list(self.open))
        symbol, side, quantity = self.open[orig_cl_ord_id]
        fields = [(11, self._next_id()), (41, orig_cl_ord_id), (55, symbol), (54, side), (60, self._timestamp())]
        if self._random.random() < 0.3:
            price = SYMBOLS[symbol][1] + (Decimal("0.05") if side == BUY else Decimal("-0.05"))
            self.send("G", *fields, (38, quantity), (40, 2), (44, price), (59, 0))
        else:
            self.send("F", *fields, (38, quantity))

    def on_report(self, message: simplefix.FixMessage) -> None:
        """Book a report."""
        if message.get(35) != b"8":
            self.counts["requests refused"] += 1
            return
        cl_ord_id, exec_type, order_id = message.get(11).decode(), message.get(150), message.get(37)
        symbol = message.get(55).decode()
        # a cancel may name an id that a replace has taken the place of since: OrderID stays the same
        known_as = self.current_ids.setdefault(order_id, (message.get(41) or message.get(11)).decode())
        if exec_type == b"F":
            last_qty = int(Decimal(message.get(32).decode()))
            self.counts["fills"] += 1
            self.positions[symbol] += last_qty if message.get(54) == BUY else -last_qty
        elif exec_type == b"5":
            self.counts["replaced"] += 1
            known = self.open.pop(known_as, None)
            self.current_ids[order_id] = cl_ord_id
            if known is not None:
                self.open[cl_ord_id] = known
        elif exec_type == b"8":
            self.counts["rejected"] += 1
        if message.get(39) in ENDED:
            for ended in (cl_ord_id, known_as):
                self.open.pop(ended, None)

    def summary(self) -> dict[str, object]:
        """Return counts and positions."""
        return {"strategy": "beta", "open": len(self.open), **self.counts, "positions": dict(self.positions)}


async def run(options: argparse.Namespace) -> None:
    """Trade until the time is up or someone ends us."""
    host, _, port = options.connect.rpartition(":")
    trader = Trader(options.sender, options.target, read_secret(options.password), options.seed)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await trader.connect(host, int(port))
    deadline = time.monotonic() + (options.seconds or float("inf"))
    next_status = 0.0
    while not stop.is_set() and not trader.closed.is_set() and time.monotonic() < deadline:
        trader.place()
        if len(trader.open) > 4:
            trader.change()
        if options.status and time.monotonic() >= next_status:
            next_status = time.monotonic() + 1
            print(json.dumps(trader.summary()), flush=True)
        await asyncio.sleep(1 / options.rate)
    await finish(trader)
    print(json.dumps({"summary": trader.summary()}), flush=True)


async def finish(trader: Trader) -> None:
    """Cancel what is open and wait until nothing is."""
    for _ in range(20):
        if not trader.open or trader.closed.is_set():
            break
        for cl_ord_id, (symbol, side, quantity) in list(trader.open.items()):
            trader.send("F", (11, trader._next_id()), (41, cl_ord_id), (55, symbol), (54, side), (38, quantity),
                        (60, trader._timestamp()))  # fmt: skip
        await asyncio.sleep(0.25)
    if not trader.closed.is_set():
        await trader.logout()


def main() -> None:
    """Read the command line and trade."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connect", default="127.0.0.1:9802", metavar="HOST:PORT")
    parser.add_argument("--sender", default="BETA")
    parser.add_argument("--target", default="FAIRLEAD")
    parser.add_argument("--password", default="env:BETA_SECRET", metavar="env:NAME|file:PATH")
    parser.add_argument("--rate", type=float, default=20, help="new orders a second")
    parser.add_argument("--seconds", type=float, default=0, help="stop after so long; 0: never")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--status", action="store_true", help="print one JSON object a second")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
