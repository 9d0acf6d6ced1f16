"""Subscribe at a gateway's JSON port, and keep each book as a strategy sees it (docs/json_port.md, Market data)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fairlead.certification.market.golden import Levels

LOGIN_S = 10.0
_SIDES = {"bid": "bids", "offer": "asks"}
_MARKET = frozenset(("security_status", "market_data_snapshot", "market_data_update", "market_data_reject"))

Note = Callable[[str, str, str], None]
"""``note(direction, kind, line)``."""


@dataclass(slots=True)
class SeenBook:
    """A book after all lines so far: levels as the golden book has them."""

    bids: list[tuple[Decimal, Decimal, int]] = field(default_factory=list)
    asks: list[tuple[Decimal, Decimal, int]] = field(default_factory=list)
    status: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    has_snapshot: bool = False

    def levels(self, side: str) -> Levels:
        """Return one side, best first."""
        return tuple(self.bids if side == "B" else self.asks)

    def take(self, told: dict[str, Any]) -> None:
        """Apply one line."""
        if told["type"] == "security_status":
            self.status = told
            return
        if told["type"] == "market_data_snapshot":
            self.has_snapshot = True
            for name in ("bids", "asks"):
                setattr(self, name, [(Decimal(px), Decimal(qty), count) for px, qty, count in told.get(name, [])])
        for change in told.get("changes", []):
            self._change(*change)
        self.last |= {name: told[name] for name in ("last_px", "total_volume", "trade_count") if name in told}

    def _change(self, what: str, side: str, price: str, *more: Any) -> None:
        levels: list[tuple[Decimal, Decimal, int]] = getattr(self, _SIDES[side])
        px = Decimal(price)
        kept = [level for level in levels if level[0] != px]
        if what != "delete":
            quantity, count, position = more
            kept.insert(position - 1, (px, Decimal(quantity), count))
        setattr(self, _SIDES[side], kept)


class MarketWatcher:
    """One strategy that subscribes; ``came`` is set with each line."""

    def __init__(self, strategy: str, secret: str, note: Note) -> None:
        self.books: dict[str, SeenBook] = {}
        self.rejects: list[dict[str, Any]] = []
        self.came = asyncio.Event()
        self.is_over = False
        self._login = {
            "type": "login",
            "strategy": strategy,
            "secret": secret,
            "next_seq": 1,
            "heartbeat_interval_s": 0,
        }
        self._note = note
        self._reading: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def log_in(self, port: int) -> None:
        """Connect and log in. Raises OSError or ValueError."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port, limit=16 << 20)
        self._writer.write(json.dumps(self._login).encode() + b"\n")
        answer = json.loads(await asyncio.wait_for(reader.readline(), LOGIN_S) or b"{}")
        if answer.get("type") != "login_accepted":
            raise ValueError(f"the watching strategy was not let in: {answer}")
        self._reading = asyncio.create_task(self._read(reader))

    def subscribe(self, name: str, symbols: list[str], depth: int = 0) -> None:
        """Ask for books from now on."""
        request = {"type": "market_data_request", "md_req_id": name, "subscription_request_type": "subscribe",
                   "symbols": symbols, "market_depth": depth}  # fmt: skip
        line = json.dumps(request)
        self._note("out", "market_data_request", line)
        assert self._writer is not None
        self._writer.write(line.encode() + b"\n")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                told = json.loads(line)
                if told["type"] in _MARKET:
                    self._note("in", told["type"], line.decode("utf-8", "replace").rstrip())
                    self._take(told)
                self.came.set()
        finally:
            self.is_over = True
            self.came.set()

    def _take(self, told: dict[str, Any]) -> None:
        if told["type"] == "market_data_reject":
            self.rejects.append(told)
        else:
            self.books.setdefault(told["symbol"], SeenBook()).take(told)

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
