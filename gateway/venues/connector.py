"""Keep one venue connected: within its hours, primary host first, with back-off; only a logon is a success."""

import asyncio
import random
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from fairlead.adapters.connect_plan import ConnectPlan
from fairlead.adapters.link_state import State
from fairlead.adapters.session_control import Connectable
from fairlead.adapters.session_events import EventKind, SessionEvent
from fairlead.gateway.config.models import DropCopy, Feed, Venue
from fairlead.gateway.config.values import split_address
from fairlead.gateway.links.link_cy import Link, SocketLink, TransportLink
from fairlead.gateway.links.tls import as_protocol, client_context
from fairlead.gateway.links.turn_cy import Turn
from fairlead.gateway.schedules import ScheduledSession
from fairlead.gateway.session_log import SessionLog

log = structlog.get_logger()

CLOSED_POLL_S: Final = 0.25
"""How often a venue outside its hours looks whether they have begun."""


class VenueConnector:
    """Connect, again and again, until ``stop``.

    An attempt ends in one of four ways, and the session says which: it was logged on (the primary is next), its logon
    was refused in words (counted; too many end the attempts until the next trading session), nobody answered, or
    nobody was there (the next host is next). ``on_crash`` is told of an exception of our own, which ends the attempts.
    ``receive_buffer_bytes`` bounds what the system keeps for the socket,
    where it is not 0. ``wait`` and ``chance`` are for tests. Raises TlsError where certificates can't be used.
    """

    def __init__(
        self,
        settings: Venue | Feed | DropCopy,
        venue: Connectable,
        turn: Turn,
        hours: ScheduledSession,
        session_log: SessionLog,
        on_crash: Callable[[BaseException], None],
        wait: Callable[[float], Awaitable[object]] | None = None,
        chance: Callable[[], float] = random.random,
        receive_buffer_bytes: int = 0,
    ) -> None:
        self.venue = venue
        self.hours = hours
        self._settings = settings
        self._turn = turn
        self._session_log = session_log
        self._on_crash = on_crash
        self._wait = wait or turn.clock.sleep
        self._chance = chance
        self._receive_buffer_bytes = receive_buffer_bytes
        hosts = [split_address(address) for address in settings.hosts]
        self._plan = ConnectPlan(
            hosts, settings.reconnect_first_s, settings.reconnect_max_s, settings.max_refused_logons
        )
        self._tls = client_context(settings.tls) if settings.tls is not None else None
        self._link: Link | None = None
        self._ended = asyncio.Event()
        self._was_logged_on = False
        self._is_stopping = False
        self._is_next_at_once = False
        self.held = ""
        """Why an operator wants no connection; "" where none was ended so."""
        self.clearance: Callable[[], str] = str
        """Tells why the venue may not be logged on to, whatever its hours; "" where it may."""
        self._task: asyncio.Task[None] | None = None
        venue.observer = self.on_session_event

    @property
    def is_connected(self) -> bool:
        """Tell whether there is a connection now."""
        return self._link is not None

    @property
    def unsent_bytes(self) -> int:
        """Return how many bytes the connection has not taken yet."""
        return self._link.unsent_bytes() if self._link is not None else 0

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._look_at_end)

    def stop(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log out and connect no more."""
        self._is_stopping = True
        if self._link is None and self._task is not None:
            self._task.cancel()
        self.venue.session.logout(text, now_ns, utc_ns)

    def hold(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Log out, and connect no more until ``connect``."""
        self.held = text
        self.venue.session.logout(text, now_ns, utc_ns)
        if self._link is None:
            # an attempt under way must not become a logon
            self._begin_anew()

    def connect(self) -> None:
        """Connect now, within the venue's hours, whatever kept it waiting: ``hold``, back-off, refused logons.

        A connection that is about to end is followed by the next one at once.
        """
        self.held = ""
        if self._link is None:
            self._start_over()
            self._begin_anew()
        elif self.venue.session.link_state is not State.LOGGED_ON:
            self._is_next_at_once = True

    def _start_over(self) -> None:
        self._is_next_at_once = False
        self._plan.restart()
        self.venue.session.refused_logons = 0

    def _begin_anew(self) -> None:
        if self._task is not None and not self._is_stopping:
            self._task.cancel()
            self.start()

    @property
    def is_abandoned(self) -> bool:
        """Tell whether refused logons have ended the attempts."""
        return self._plan.is_abandoned

    async def close(self) -> None:
        """Drop what is left."""
        self._is_stopping = True
        if self._link is not None:
            self._link.close("stopped", linger=True)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def on_session_event(self, event: SessionEvent) -> None:
        """Take note of a logon, which decides about the next attempt, and tell the log."""
        if event.kind == EventKind.LOGGED_ON:
            self._was_logged_on, self._is_next_at_once = True, False
            self._plan.note_logged_on()
        self._session_log.tell(event)

    def _look_at_end(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_crash(error)

    # Attempts

    async def _run(self) -> None:
        while not self._is_stopping:
            while self.held or not self.hours.is_open or self.clearance():
                await self._wait(CLOSED_POLL_S)
            self._was_logged_on = False
            refused_before = self.venue.session.refused_logons
            await self._attempt(*self._plan.host)
            if self._is_stopping:
                return
            now_ns = self._turn.clock.now_ns()
            next_ns = self._choose_next(refused_before, now_ns)
            if self._is_next_at_once:
                self._start_over()
            elif self._plan.is_abandoned:
                await self._wait_for_next_session()
            else:
                await self._wait(max(0, next_ns - now_ns) / 1e9)

    async def _attempt(self, host: str, port: int) -> None:
        """Connect, and return when the connection has ended."""
        self._ended.clear()
        try:
            sock = await self._open_socket(host, port)
            if self._tls is None:
                self._start_plain(sock)
            else:
                await self._start_tls(sock, self._tls, host)
        except (OSError, UnicodeError) as error:  # of which ssl.SSLError, TimeoutError and socket.gaierror are kinds
            reason = self._describe(error, host)
            log.warning("connect_failed", venue=self.venue.name, address=f"{host}:{port}", reason=reason)
            return
        log.info("connected", venue=self.venue.name, address=f"{host}:{port}", tls=self._tls is not None)
        await self._ended.wait()

    def _choose_next(self, refused_before: int, now_ns: int) -> int:
        """Tell the plan how the attempt ended; return when the next one is due."""
        if self._was_logged_on:
            return self._plan.note_lost(now_ns, self._chance())
        if self.venue.session.refused_logons > refused_before:
            return self._plan.note_refused(now_ns, self._chance())
        return self._plan.note_failed(now_ns, self._chance())

    async def _wait_for_next_session(self) -> None:
        """Wait until the hours have begun anew; without a schedule, until the gateway starts anew."""
        began_utc_ns = self.hours.began_utc_ns
        until = "the next trading session" if began_utc_ns else "the gateway is started anew"
        log.error("connecting_abandoned", venue=self.venue.name, refused_logons=self._plan.refused, until=until)
        while not self.hours.is_open or self.hours.began_utc_ns == began_utc_ns:
            await self._wait(CLOSED_POLL_S)
        self._start_over()

    # Streams

    async def _open_socket(self, host: str, port: int) -> socket.socket:
        """Connect to the first of the host's addresses that answers; each has ``connect_timeout_s``."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._settings.connect_timeout_s):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        problem: OSError = OSError("the name has no address")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._receive_buffer_bytes:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer_bytes)
                async with asyncio.timeout(self._settings.connect_timeout_s):
                    await loop.sock_connect(sock, address)
            except OSError as error:
                sock.close()
                problem = error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        raise problem

    def _start_plain(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        link = SocketLink(loop, sock, self.venue, self._turn, self._max_unsent_bytes, self._closed, self._fault)
        self._link = link
        link.start()

    async def _start_tls(self, sock: socket.socket, tls: ssl.SSLContext, host: str) -> None:
        loop = asyncio.get_running_loop()
        link = TransportLink(loop, self.venue, self._turn, self._max_unsent_bytes, self._closed, self._fault)
        timeout_s = self._settings.connect_timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                await loop.create_connection(
                    lambda: as_protocol(link),
                    sock=sock,
                    ssl=tls,
                    server_hostname=self._server_name(host),
                    ssl_handshake_timeout=timeout_s + 1,  # the one around it decides
                )
        except BaseException:
            if self.venue.session.link_state is not State.DISCONNECTED:
                link.close("out of time at the end of the TLS handshake", linger=False)
            sock.close()
            raise
        # what the peer closed at once is over already
        self._link = None if link.is_closed else link

    @property
    def _max_unsent_bytes(self) -> int:
        return 2 * self._settings.max_unsent_bytes

    def _server_name(self, host: str) -> str:
        return (self._settings.tls.server_name if self._settings.tls is not None else None) or host

    def _describe(self, error: Exception, host: str) -> str:
        if isinstance(error, ssl.SSLCertVerificationError):
            expected = f"one for {self._server_name(host)} by a trusted authority"
            return f"the venue's certificate is refused: {error.verify_message.rstrip('.')}; expected {expected}"
        if isinstance(error, TimeoutError) and not error.errno:
            return f"no connection within {self._settings.connect_timeout_s} s"
        return str((isinstance(error, OSError) and error.strerror) or error) or type(error).__name__

    def _closed(self, link: Link, reason: str) -> None:
        if self._was_logged_on or self._is_stopping:
            log.info("connection_ended", venue=self.venue.name, reason=reason)
        elif self._tls is None:
            log.warning("connection_ended", venue=self.venue.name, reason=reason, logon="none")
        else:
            # TLS 1.3 refuses a client after the handshake, and the loop does not pass the reason on
            hint = "the venue may want a client certificate, or another one"
            log.warning("connection_ended", venue=self.venue.name, reason=reason, logon="none", hint=hint)
        self._link = None
        self._ended.set()

    def _fault(self, link: Link, error: BaseException) -> None:
        log.error("fault_in_venue", venue=self.venue.name, exc_info=error)
