"""A book made from ITCH messages alone, to hold against the venue's own."""

from __future__ import annotations

import asyncio
import struct
from collections import defaultdict
from typing import Any

from fairlead.certification.venues.binary_wire import Message, Table, load_table

SHAPES = load_table("itch_5_0").client
UNITS = 100_000_000


class FeedBook:
    """Apply messages in order; quantities in units of 10^-8, as the venue's book has them."""

    def __init__(self) -> None:
        self.orders: dict[int, list[Any]] = {}  # reference -> [stock, side, price, shares]
        self.codes: list[str] = []
        self.stocks: dict[int, str] = {}
        self.states: dict[str, str] = {}
        self.messages: list[Message] = []

    def apply(self, payload: bytes) -> None:
        _, message = Table.decode(SHAPES, payload)
        self.messages.append(message)
        code = str(message["message_type"])
        self.codes.append(code)
        reference = message.get("order_reference_number")
        if code == "R":
            self.stocks[int(message["stock_locate"])] = str(message["stock"])
        elif code == "H":
            self.states[str(message["stock"])] = str(message["trading_state"])
        elif code in "AF":
            assert message["stock"] == self.stocks[int(message["stock_locate"])]
            assert reference not in self.orders
            self.orders[int(str(reference))] = [message[name] for name in ("stock", "side", "price", "shares")]
        elif code in "ECX":
            entry = self.orders[int(str(reference))]
            entry[3] -= message.get("executed_shares", message.get("cancelled_shares"))
            assert entry[3] >= 0
            if not entry[3]:
                del self.orders[int(str(reference))]
        elif code == "D":
            del self.orders[int(str(reference))]
        elif code == "U":
            entry = self.orders.pop(int(message["original_order_reference_number"]))
            entry[2:] = message["price"], message["shares"]
            self.orders[int(message["new_order_reference_number"])] = entry

    def levels(self, stock: str, is_buy: bool) -> list[tuple[int, int, int]]:
        """Return (price, quantity, orders), best first."""
        found: dict[int, list[int]] = defaultdict(list)
        for name, side, price, shares in self.orders.values():
            if name == stock and (side == "B") is is_buy:
                found[price].append(shares)
        prices = sorted(found, reverse=is_buy)
        return [(price, sum(found[price]) * UNITS, len(found[price])) for price in prices]


class DatagramSink(asyncio.DatagramProtocol):
    """Collect datagrams."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.came = asyncio.Event()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.received.append(data)
        self.came.set()


def unpack(packet: bytes) -> tuple[str, int, int, list[bytes]]:
    """Return a MoldUDP64 packet's session, number, count and messages, read by hand."""
    session, number, count = packet[:10].decode().strip(), *struct.unpack(">QH", packet[10:20])
    messages, start = [], 20
    while start < len(packet):
        end = start + 2 + int.from_bytes(packet[start : start + 2], "big")
        messages.append(packet[start + 2 : end])
        start = end
    assert start == len(packet)
    return session, number, count, messages
