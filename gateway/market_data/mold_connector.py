"""Keep one MoldUDP64 feed's sockets open."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import structlog

from fairlead.gateway.config.models import Feed as FeedTable
from fairlead.gateway.config.values import split_address
from fairlead.gateway.links.datagram_link_cy import DatagramLink
from fairlead.gateway.links.datagram_sockets import DatagramError, open_line, open_request_socket, receive_buffer
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.market_data.mold_feed import MoldFeed

log = structlog.get_logger()

DATAGRAMS_A_TURN: Final = 32
"""What one turn takes at most, so that a burst of market data holds up an order for well under a millisecond."""


class MoldConnector:
    """Open the lines, and again after ``reconnect_first_s`` up to ``reconnect_max_s`` where that fails or they end."""

    def __init__(self, table: FeedTable, feed: MoldFeed, turn: Turn, on_crash: Callable[[BaseException], None]) -> None:
        self.feed = feed
        self._table = table
        self._turn = turn
        self._on_crash = on_crash
        self._link: DatagramLink | None = None
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._look_at_end)

    async def close(self) -> None:
        """Close the sockets."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._link is not None:
            self._link.close("stopped")

    def _look_at_end(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_crash(error)

    async def _run(self) -> None:
        wait_s = self._table.reconnect_first_s
        while True:
            self._ended.clear()
            if self._open():
                wait_s = self._table.reconnect_first_s
                await self._ended.wait()
            await self._turn.clock.sleep(wait_s)
            wait_s = min(2 * wait_s, self._table.reconnect_max_s)

    def _open(self) -> bool:
        table = self._table
        with ExitStack() as opened:
            try:
                lines = [self._line(address, opened) for address in table.lines]
                servers = [
                    opened.enter_context(open_request_socket(*split_address(address)))
                    for address in table.request_servers
                ]
            except DatagramError as error:
                log.warning("feed_lines_failed", feed=self.feed.name, reason=str(error))
                return False
            opened.pop_all()
        loop = asyncio.get_running_loop()
        link = DatagramLink(loop, self.feed, self._turn, lines, servers, self._closed, self._fault, DATAGRAMS_A_TURN)
        self._link = link
        link.start()
        log.info("feed_lines_open", feed=self.feed.name, lines=list(table.lines), bytes=receive_buffer(lines[0]))
        return True

    def _line(self, address: str, opened: ExitStack) -> socket.socket:
        return opened.enter_context(open_line(*split_address(address), self._table.interface))

    def _closed(self, link: DatagramLink, reason: str) -> None:
        log.warning("feed_lines_closed", feed=self.feed.name, reason=reason)
        self._link = None
        self._ended.set()
        if not self._turn.has_failed:  # a journal that has failed takes no record of it
            self.feed.note_closed(f"lines closed: {reason}", self._turn.clock.utc_ns())

    def _fault(self, link: DatagramLink, error: BaseException) -> None:
        log.error("fault_in_feed", feed=self.feed.name, exc_info=error)
