"""Keep one venue connected: within its hours, primary host first, with back-off; only a logon is a success."""

import asyncio
import random
import socket
import ssl
from typing import Final

import structlog

from fairlead.adapters.fix.connect_plan import ConnectPlan
from fairlead.adapters.fix.events import EventKind, SessionEvent
from fairlead.adapters.fix.venue import FixVenue
from fairlead.gateway.config.models import Venue, split_address
from fairlead.gateway.links.link_cy import Link, SocketLink, TransportLink
from fairlead.gateway.links.tls import as_protocol, client_context
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.schedules import ScheduledSession

log = structlog.get_logger()

CLOSED_POLL_S: Final = 0.25
"""How often a venue outside its hours looks whether they have begun."""
_QUIET_EVENTS: Final = frozenset((EventKind.RESEND_SERVED, EventKind.TEST_REQUEST_SENT, EventKind.SYNCHRONISED))


class VenueConnector:
    """Connect, again and again, until ``stop``."""

    def __init__(self, settings: Venue, venue: FixVenue, turn: Turn, hours: ScheduledSession) -> None:
        self.venue = venue
        self.hours = hours
        self._settings = settings
        self._turn = turn
        hosts = [split_address(address) for address in settings.hosts]
        self._plan = ConnectPlan(
            hosts, settings.reconnect_first_s, settings.reconnect_max_s, settings.max_refused_logons
        )
        self._tls = client_context(settings.tls) if settings.tls is not None else None
        self._link: Link | None = None
        self._ended = asyncio.Event()
        self._was_logged_on = False
        self._was_refused = False
        self._is_stopping = False
        self._task: asyncio.Task[None] | None = None
        venue.observer = self.on_session_event

    @property
    def is_connected(self) -> bool:
        """Tell whether there is a connection now."""
        return self._link is not None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    def stop(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log out and connect no more."""
        self._is_stopping = True
        self.venue.session.logout(text, now_ns, utc_ns)

    async def close(self) -> None:
        """Drop what is left."""
        self._is_stopping = True
        if self._link is not None:
            self._link.close("stopped", linger=True)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def on_session_event(self, event: SessionEvent) -> None:
        """Take note of what decides about the next attempt, and tell the log."""
        if event.kind == EventKind.LOGGED_ON:
            self._was_logged_on = True
            self._plan.note_logged_on()
        elif event.kind == EventKind.LOGON_REFUSED:
            self._was_refused = True
        tell = log.debug if event.kind in _QUIET_EVENTS else log.info
        tell("session_event", venue=self.venue.name, kind=event.kind.name.lower(), text=event.text)

    async def _run(self) -> None:
        while not self._is_stopping:
            if not self.hours.is_open:
                await asyncio.sleep(CLOSED_POLL_S)
                continue
            self._was_logged_on = self._was_refused = False
            host, port = self._plan.host
            try:
                await asyncio.wait_for(self._connect(host, port), self._settings.connect_timeout_s)
            except (OSError, ssl.SSLError, TimeoutError) as error:
                reason = str(error) or "timed out"
                log.warning("connect_failed", venue=self.venue.name, host=f"{host}:{port}", reason=reason)
            else:
                await self._ended.wait()
            if not self._is_stopping:
                await self._wait_for_next()

    async def _connect(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._ended.clear()
        limit = 2 * self._settings.max_unsent_bytes
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        sock = socket.socket(found[0][0], socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, found[0][4])
            if self._tls is None:
                link = SocketLink(loop, sock, self.venue, self._turn, limit, self._closed, self._fault)
                self._link = link
                link.start()
                return
            tls_link = TransportLink(loop, self.venue, self._turn, limit, self._closed, self._fault)
            assert self._settings.tls is not None
            server_name = self._settings.tls.server_name or host
            await loop.create_connection(
                lambda: as_protocol(tls_link), sock=sock, ssl=self._tls, server_hostname=server_name
            )
            self._link = tls_link
        except BaseException:
            sock.close()
            raise

    def _closed(self, link: Link, reason: str) -> None:
        log.info("disconnected", venue=self.venue.name, reason=reason)
        self._link = None
        self._ended.set()

    def _fault(self, link: Link, error: BaseException) -> None:
        log.error("fault_in_venue", venue=self.venue.name, exc_info=error)

    async def _wait_for_next(self) -> None:
        now_ns = self._turn.clock.now_ns()
        jitter = random.random()
        if self._was_logged_on:
            next_ns = self._plan.note_lost(now_ns, jitter)
        elif self._was_refused:
            next_ns = self._plan.note_refused(now_ns, jitter)
        else:
            next_ns = self._plan.note_failed(now_ns, jitter)
        if self._plan.is_abandoned:
            log.error(
                "logon_abandoned",
                venue=self.venue.name,
                refused=self._plan.refused,
                effect="no further attempt until the next session or a restart",
            )
            await self._next_session()
            return
        await asyncio.sleep(max(0, next_ns - now_ns) / 1e9)

    async def _next_session(self) -> None:
        """Wait until the hours have ended and begun again; without a schedule, for ever."""
        while self.hours.is_open:
            await asyncio.sleep(CLOSED_POLL_S)
        self._plan.restart()
