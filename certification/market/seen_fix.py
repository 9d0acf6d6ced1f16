"""Subscribe at a gateway's FIX strategy port, and keep each book as a FIX engine sees it: V out; W, X, f and Y in.

The book is a ``SeenBook`` like any other: what a message says is told to it in the words of the JSON port.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fairlead.certification.market.seen import LOGIN_S, Note, SeenBook
from fairlead.certification.venues.wire import FrameSplitter, WireMessage, build_frame, utc_timestamp

GATEWAY = "FAIRLEAD"
_SIDES = {"0": "bid", "1": "offer"}
_ACTIONS = {"0": "new", "1": "change", "2": "delete"}
_UNKNOWN = "20"
_MARKET = frozenset("WXYf")
_GROUP_TAGS = frozenset((55, 207, 269, 270, 271, 272, 273, 279, 290, 346))


class FixWatcher:
    """One FIX session that subscribes; ``came`` is set with each message."""

    def __init__(self, comp_id: str, secret: str, begin_string: str, note: Note) -> None:
        self.books: dict[str, SeenBook] = {}
        self.rejects: list[dict[str, Any]] = []
        self.came = asyncio.Event()
        self.is_over = False
        self._comp_id, self._secret, self._begin_string = comp_id, secret, begin_string
        self._note = note
        self._number = 0
        self._splitter = FrameSplitter()
        self._is_up = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def log_in(self, port: int) -> None:
        """Connect and log on. Raises OSError or TimeoutError."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        secret = [(554, self._secret)]
        if self._begin_string == "FIX.4.2":  # which has no Password(554)
            secret = [(95, str(len(self._secret))), (96, self._secret)]
        self._send("A", [(98, "0"), (108, "30"), *secret])
        self._reading = asyncio.create_task(self._read(reader))
        await asyncio.wait_for(self._is_up.wait(), LOGIN_S)

    def subscribe(self, name: str, symbols: list[str], depth: int = 0) -> None:
        """Ask for books from now on."""
        fields = [
            (262, name),
            (263, "1"),
            (264, str(depth)),
            (265, "1"),
            (267, "3"),
            (269, "0"),
            (269, "1"),
            (269, "2"),
        ]
        fields += [(146, str(len(symbols))), *((55, symbol) for symbol in symbols)]
        self._note("out", "MarketDataRequest(V)", self._send("V", fields))

    def _send(self, msg_type: str, fields: list[tuple[int, str]]) -> str:
        self._number += 1
        head = [(35, msg_type), (34, str(self._number)), (49, self._comp_id), (52, utc_timestamp(time.time_ns()))]
        frame = build_frame(self._begin_string, [*head, (56, GATEWAY), *fields])
        assert self._writer is not None
        self._writer.write(frame)
        return frame.decode("latin-1")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(65536):
                for message in self._splitter.feed(data):
                    self._take(message)
                self.came.set()
        finally:
            self.is_over = True
            self.came.set()

    def _take(self, message: WireMessage) -> None:
        kind = message.msg_type
        if kind == "A":
            self._is_up.set()
        elif kind == "1":
            self._send("0", [(112, message.get(112))])
        if kind not in _MARKET:
            return
        self._note("in", f"MsgType {kind}", message.raw.decode("latin-1"))
        if kind == "Y":
            self.rejects.append({"code": message.get(281), "text": message.get(58)})
        elif kind == "f":
            is_stale = message.get(326) == _UNKNOWN
            told = {"type": "security_status", "is_stale": is_stale, "text": message.get(58), "code": message.get(326)}
            self._book(message.get(55)).take(told)
        elif kind == "W":
            self._book(message.get(55)).take(_snapshot(_entries(message, 269)))
        else:
            self._increments(message)

    def _book(self, symbol: str) -> SeenBook:
        return self.books.setdefault(symbol, SeenBook())

    def _increments(self, message: WireMessage) -> None:
        symbol = ""
        for entry in _entries(message, 279):
            symbol = entry.get(55, symbol)
            side = _SIDES.get(entry.get(269, ""))
            if side is None:
                continue
            change: list[Any] = [_ACTIONS[entry[279]], side, entry[270]]
            if change[0] != "delete":
                change += [entry[271], int(entry[346]), int(entry[290])]
            self._book(symbol).take({"type": "market_data_update", "changes": [change]})

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()


def _entries(message: WireMessage, first: int) -> list[dict[int, str]]:
    """Return the entries of NoMDEntries(268), each of which begins with the tag ``first``."""
    entries: list[dict[int, str]] = []
    for tag, value in message.group(268, _GROUP_TAGS)[1:]:
        if tag == first:
            entries.append({})
        if entries:
            entries[-1][tag] = value
    return entries


def _snapshot(entries: list[dict[int, str]]) -> dict[str, Any]:
    levels: dict[str, list[list[Any]]] = {"bid": [], "offer": []}
    for entry in entries:
        side = _SIDES.get(entry[269])
        if side is not None:
            levels[side].append([entry[270], entry[271], int(entry[346])])
    return {"type": "market_data_snapshot", "bids": levels["bid"], "asks": levels["offer"]}
