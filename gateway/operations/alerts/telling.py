"""Push alerts to their receivers: in order, each one until it is taken, with growing pauses, and never in the way."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import aiohttp
import structlog

from fairlead.gateway.config.operations_keys import Receiver
from fairlead.gateway.operations.alerts.book import Alert
from fairlead.gateway.operations.alerts.messages import WRITERS
from fairlead.gateway.operations.alerts.rules import SEVERITIES

log = structlog.get_logger()

TIMEOUT_S: Final = 5.0
FIRST_S: Final = 0.5
LONGEST_S: Final = 30.0
WAITING: Final = 1000
"""Messages that a receiver may owe; the oldest goes then, and the log says so."""


class Outbox:
    """Hold what one receiver has not taken yet."""

    def __init__(self, receiver: Receiver, key: str, console_url: str, gateway: str) -> None:
        self.receiver = receiver
        self.problem = ""
        """Why the last push failed, "" where it did not."""
        self.delivered = 0
        self._key = key
        self._console_url = console_url
        self._gateway = gateway
        self._waiting: deque[Alert] = deque()
        self._news = asyncio.Event()

    def put(self, alert: Alert) -> None:
        """Owe an alert as it stands now, if the receiver is for such."""
        severity = SEVERITIES.index(alert.severity)
        if severity > SEVERITIES.index(self.receiver.least_severity) or alert.silenced_by:
            return
        if len(self._waiting) >= WAITING:
            lost = self._waiting.popleft()
            log.error("alert_not_told", receiver=self.receiver.name, alert=lost.alert, id=lost.id, problem=self.problem)
        # an alert goes on changing; what is told is what was so now
        self._waiting.append(replace(alert))
        self._news.set()

    @property
    def count(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    async def run(self, http: aiohttp.ClientSession) -> None:
        """Push for ever."""
        pause_s = FIRST_S
        while True:
            while not self._waiting:
                self._news.clear()
                await self._news.wait()
            if await self._push(http, self._waiting[0]):
                self._waiting.popleft()
                self.delivered += 1
                pause_s = FIRST_S
                continue
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_S, 2 * pause_s)

    async def _push(self, http: aiohttp.ClientSession, alert: Alert) -> bool:
        """Push one; true where the receiver took it, or never will (a refusal other than "later")."""
        body = WRITERS[self.receiver.kind](alert, self._key, self._console_url, self._gateway)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with http.post(self.receiver.url, json=body, timeout=timeout, allow_redirects=False) as response:
                status, text = response.status, (await response.text())[:200]
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return self._failed(f"{type(error).__name__}: {error}")
        if 200 <= status < 300:
            self.problem = ""
            return True
        if status in (408, 425, 429) or status >= 500:
            return self._failed(f"HTTP {status}: {text}")
        self.problem = f"HTTP {status}: {text}"
        log.error("alert_refused", receiver=self.receiver.name, alert=alert.alert, id=alert.id, problem=self.problem)
        return True

    def _failed(self, problem: str) -> bool:
        if not self.problem:
            log.warning("receiver_does_not_take_alerts", receiver=self.receiver.name, problem=problem)
        self.problem = problem
        return False


class Teller:
    """Push to all receivers, each at its own pace."""

    def __init__(self, outboxes: Sequence[Outbox]) -> None:
        self.outboxes = outboxes
        self._http: aiohttp.ClientSession | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def tell(self, alert: Alert) -> None:
        """Tell an alert's rise or end."""
        for outbox in self.outboxes:
            outbox.put(alert)

    async def start(self) -> None:
        """Begin to push."""
        self._http = aiohttp.ClientSession()
        self._tasks = [asyncio.create_task(outbox.run(self._http)) for outbox in self.outboxes]

    async def close(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
