"""Send one order through a port of the gateway and say what its strategy was told."""

import asyncio
from typing import Protocol

import simplefix
from fix_strategy_engine import FixClient, text_of
from matrix_cases import Answer, Send
from simplefix_frames import stamp

from fairlead.client.client import Client
from fairlead.codecs.vocabulary.constants import OrdStatus, Refusal, Side

ANSWER_S = 30.0


class Trader(Protocol):
    """Be a strategy on some port."""

    async def order(self, send: Send, symbol: str, venue: str) -> Answer:
        """Send an order and return what came of it, at once or, where it is to be filled, once it is."""


class ClientTrader:
    """Speak JSON, or the binary protocol."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def order(self, send: Send, symbol: str, venue: str) -> Answer:
        """Send an order and return what came of it."""
        order = self._client.new_order(send.side, send.quantity, symbol, price=send.price, venue=venue)
        async with asyncio.timeout(ANSWER_S):
            await order
            if send.is_filled and order.ord_status != OrdStatus.REJECTED:
                await order.done()
                assert order.ord_status == OrdStatus.FILLED
        if order.ord_status != OrdStatus.REJECTED:
            return Answer()
        report = order.reports[-1]
        return Answer(Refusal(report.refusal).name, report.limit, report.value, report.text)


class FixTrader(FixClient):
    """Speak FIX 4.2 or 4.4; limit and value stand in Text(58)."""

    def __init__(self, host: str, port: int, comp_id: str, password: str, begin_string: str) -> None:
        super().__init__(host, port, comp_id, password)
        self.begin_string = begin_string
        self._answers: dict[str, list[simplefix.FixMessage]] = {}
        self._news = asyncio.Event()
        self._last_id = 0

    async def order(self, send: Send, symbol: str, venue: str) -> Answer:
        """Send an order and return what came of it."""
        self._last_id += 1
        cl_ord_id = f"{self.comp_id}-{self._last_id}"
        said = self._answers[cl_ord_id] = []
        side = chr(Side[send.side.upper()])
        fields = ((21, 1), (100, venue), (55, symbol), (54, side), (60, stamp()), (38, send.quantity), (40, 2),
                  (44, send.price), (59, 0))  # fmt: skip
        self.send("D", (11, cl_ord_id), *fields)
        ends = ("2", "8") if send.is_filled else ("0", "1", "2", "8")
        async with asyncio.timeout(ANSWER_S):
            while not any(text_of(message, 39) in ends for message in said):
                self._news.clear()
                await self._news.wait()
        assert self.faults == []
        last = said[-1]
        if text_of(last, 39) != "8":
            return Answer()
        return _read_refusal(text_of(last, 58))

    def on_report(self, msg_type: str, message: simplefix.FixMessage) -> None:
        """Keep a report for the order that waits for it."""
        if msg_type == "8":
            self._answers[text_of(message, 11)].append(message)
            self._news.set()


def _read_refusal(text: str) -> Answer:
    """Take apart ``NAME: text (value V) (limit L)``."""
    name, _, rest = text.partition(": ")
    rest, limit = _cut(rest, "limit")
    rest, value = _cut(rest, "value")
    return Answer(name, limit, value, rest)


def _cut(text: str, what: str) -> tuple[str, str]:
    before, found, after = text.rpartition(f" ({what} ")
    return (before, after.removesuffix(")")) if found else (text, "")
