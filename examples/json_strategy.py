"""Trade through Fairlead with its Python client.

    ALPHA_SECRET=... python examples/json_strategy.py --connect 127.0.0.1:9801

Places a limit order now and then at a venue of its choice or at the instrument's own, replaces some, cancels others,
and counts what comes back. With ``--status`` it prints one JSON object a second; at its end (``--seconds`` or SIGTERM)
it cancels what is open, waits, and prints a summary.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import time
from collections import Counter
from decimal import Decimal

from fairlead.client import Client, ClientError, Order
from fairlead.codecs.fixed_point_cy import fixed_to_decimal
from fairlead.codecs.vocabulary.constants import ReportKind, Side
from fairlead.codecs.vocabulary.messages_cy import Report

# symbol: price around which it trades, tick, largest quantity, venues to name ("" leaves the choice to the gateway)
MARKETS = {
    "MSFT": (Decimal("430.00"), Decimal("0.01"), 100, ("", "XBRK", "XEXC", "XNQ")),
    "AAPL": (Decimal("190.00"), Decimal("0.01"), 100, ("", "XBRK", "XEXC", "XNQ")),
    "ESZ6": (Decimal("6000.00"), Decimal("0.25"), 5, ("",)),
    "MSFT  261218C00450000": (Decimal("15.00"), Decimal("0.01"), 20, ("",)),
}


class Trader:
    """Quote around a price, replace some orders, cancel others, and keep count."""

    def __init__(self, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.positions: Counter[str] = Counter()
        self.client: Client | None = None
        self._random = random.Random(seed)

    def on_report(self, seq: int, report: Report, order: Order | None) -> None:
        """Count a report; the client has already booked it to its order."""
        if report.kind == ReportKind.FILLED:
            self.counts["fills"] += 1
            quantity = int(fixed_to_decimal(report.last_qty))
            self.positions[report.symbol] += quantity if report.side == Side.BUY else -quantity
        elif report.kind in (ReportKind.REJECTED, ReportKind.REPLACED):
            self.counts[ReportKind(report.kind).name.lower()] += 1
        elif report.kind == ReportKind.CANCEL_REJECTED:
            self.counts["requests refused"] += 1

    def place(self) -> None:
        """Send a new limit order near the market."""
        assert self.client is not None
        symbol = self._random.choice(list(MARKETS))
        mid, tick, largest, venues = MARKETS[symbol]
        price = mid + tick * self._random.randrange(-8, 9)
        quantity = self._random.randrange(1, largest + 1)
        side = self._random.choice(("buy", "sell"))
        self.counts["orders"] += 1
        self.client.new_order(side, quantity, symbol, price=price, venue=self._random.choice(venues))

    def change(self) -> None:
        """Cancel or replace an open order."""
        assert self.client is not None
        order = self._random.choice(self.client.open_orders)
        if order.ord_status is None:
            return
        if self._random.random() < 0.3 and order.price is not None:
            _, tick, _, _ = MARKETS[order.symbol]
            self.client.replace(order, price=order.price + tick * self._random.choice((-2, 2)))
        else:
            self.client.cancel(order)

    def summary(self) -> dict[str, object]:
        """Return counts and positions."""
        still_open = len(self.client.open_orders) if self.client is not None else 0
        return {"strategy": "alpha", "open": still_open, **self.counts, "positions": dict(self.positions)}


async def trade(trader: Trader, client: Client, options: argparse.Namespace, stop: asyncio.Event) -> None:
    """Trade until the time is up or someone ends us."""
    deadline = time.monotonic() + (options.seconds or float("inf"))
    next_status = 0.0
    while not stop.is_set() and time.monotonic() < deadline:
        if client.is_connected:
            trader.place()
            if len(client.open_orders) > 4:
                trader.change()
        if options.status and time.monotonic() >= next_status:
            next_status = time.monotonic() + 1
            print(json.dumps(trader.summary()), flush=True)
        await asyncio.sleep(1 / options.rate)


async def finish(client: Client) -> None:
    """Cancel everything and wait until nothing is open."""
    client.mass_cancel()
    await asyncio.wait_for(asyncio.gather(*(order.done() for order in client.open_orders)), 5)


async def run(options: argparse.Namespace) -> None:
    """Connect, trade, clean up, print the summary."""
    trader = Trader(options.seed)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    host, _, port = options.connect.rpartition(":")
    secret = os.environ["ALPHA_SECRET"]
    client = await Client.connect(host, int(port), options.strategy, secret, on_report=trader.on_report)
    trader.client = client
    async with client:
        await trade(trader, client, options, stop)
        try:
            await finish(client)
        except (TimeoutError, ClientError) as error:
            trader.counts["not finished"] = 1
            print(json.dumps({"problem": str(error) or type(error).__name__}), flush=True)
        print(json.dumps({"summary": trader.summary()}), flush=True)


def main() -> None:
    """Read the command line and trade."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connect", default="127.0.0.1:9801", metavar="HOST:PORT")
    parser.add_argument("--strategy", default="alpha")
    parser.add_argument("--rate", type=float, default=20, help="new orders a second")
    parser.add_argument("--seconds", type=float, default=0, help="stop after so long; 0: never")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--status", action="store_true", help="print one JSON object a second")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
