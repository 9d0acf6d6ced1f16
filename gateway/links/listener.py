"""Accept connections on a port and give each an endpoint."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Any, Final

import structlog

from fairlead.adapters.endpoint import Endpoint
from fairlead.gateway.links.link_cy import Link, SocketLink, TransportLink
from fairlead.gateway.links.tls import as_protocol
from fairlead.gateway.links.turn_cy import Turn

log = structlog.get_logger()

ACCEPTS_A_TURN: Final = 16
"""A storm of connections must not hold up orders."""
ACCEPT_PAUSE_S: Final = 1.0
"""How long nobody is accepted when the system has no descriptor or memory left for one more."""
UNSENT_IN_SYSTEM_BYTES: Final = 16 * 1024
"""So much the operating system takes beyond what the peer has room for; without a bound it takes megabytes, and a
report would wait behind market data that was old when it was read. What it doesn't take waits where we see it."""
HANDSHAKE_TIMEOUT_S: Final = 10.0
"""How long a client may take over its TLS handshake."""


class ListenError(Exception):
    """Report an address that can't be listened on."""


class Listener:
    """Accept on one address. ``make_endpoint(host)`` gives each connection its endpoint; ``host`` is the peer's."""

    def __init__(
        self,
        name: str,
        turn: Turn,
        make_endpoint: Callable[[str], Endpoint],
        max_unsent_bytes: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self.links: set[Link] = set()
        self._turn = turn
        self._make_endpoint = make_endpoint
        self._max_unsent_bytes = max_unsent_bytes
        self._tls = tls
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handshakes: set[asyncio.Task[None]] = set()

    def listen(self, host: str, port: int) -> tuple[str, int]:
        """Listen, and return the address in use (port 0 takes any that is free). Raises ListenError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        try:
            sock.bind((host, port))
            sock.listen(128)
        except OSError as error:
            sock.close()
            raise ListenError(f"port {self.name}: can't listen on {host}:{port}: {error.strerror or error}") from None
        address = sock.getsockname()
        self.accept_on(sock)
        return str(address[0]), int(address[1])

    def accept_on(self, sock: socket.socket) -> None:
        """Accept on a socket that listens already; it is the listener's from now on."""
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock.fileno(), self._on_acceptable)

    def endpoint_for(self, connection: socket.socket, address: Any) -> Endpoint:
        """Return the endpoint for an accepted connection."""
        return self._make_endpoint(str(address[0]))

    def tune(self, connection: socket.socket) -> None:
        """Set what an accepted connection needs of the system."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_IN_SYSTEM_BYTES)

    def _on_acceptable(self) -> None:
        assert self._socket is not None
        for _ in range(ACCEPTS_A_TURN):
            try:
                connection, address = self._socket.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:
                continue  # it was gone before we came to it
            except OSError as error:
                log.error("accept_failed", port=self.name, error=error.strerror or str(error), pause_s=ACCEPT_PAUSE_S)
                self._pause()
                return
            self._serve(connection, address)

    def _pause(self) -> None:
        """Leave the queue alone for a while: it stays readable, and asking again at once would only burn the loop."""
        assert self._socket is not None
        assert self._loop is not None
        self._loop.remove_reader(self._socket.fileno())
        self._loop.call_later(ACCEPT_PAUSE_S, self._resume)

    def _resume(self) -> None:
        if self._socket is not None and self._loop is not None:
            self._loop.add_reader(self._socket.fileno(), self._on_acceptable)

    def _serve(self, connection: socket.socket, address: Any) -> None:
        assert self._loop is not None
        peer = ":".join(map(str, address[:2])) if isinstance(address, tuple) else "this machine"
        try:
            connection.setblocking(False)
            self.tune(connection)
            endpoint = self.endpoint_for(connection, address)
        except Exception as error:
            connection.close()
            log.error("fault_in_port", port=self.name, peer=peer, exc_info=error)
            return
        if self._tls is None:
            link = SocketLink(
                self._loop, connection, endpoint, self._turn, self._max_unsent_bytes, self._closed, self._fault
            )
            self.links.add(link)
            link.start()
            return
        task = self._loop.create_task(self._handshake(connection, endpoint, peer))
        self._handshakes.add(task)
        task.add_done_callback(self._handshakes.discard)

    async def _handshake(self, connection: socket.socket, endpoint: Endpoint, peer: str) -> None:
        assert self._loop is not None
        link = TransportLink(self._loop, endpoint, self._turn, self._max_unsent_bytes, self._closed, self._fault)
        self.links.add(link)
        try:
            await self._loop.connect_accepted_socket(
                lambda: as_protocol(link), connection, ssl=self._tls, ssl_handshake_timeout=HANDSHAKE_TIMEOUT_S
            )
        except (OSError, ssl.SSLError) as error:
            connection.close()
            # the port has counted the endpoint among its connections
            link.close("TLS handshake failed", linger=False)
            log.warning("tls_handshake_failed", port=self.name, peer=peer, error=str(error) or "timed out")

    def _closed(self, link: Link, reason: str) -> None:
        self.links.discard(link)

    def _fault(self, link: Link, error: BaseException) -> None:
        log.error("fault_in_port", port=self.name, exc_info=error)

    def stop_accepting(self) -> None:
        """Take no further connection."""
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def close(self, reason: str) -> None:
        """Stop accepting and close every connection, sending what waits first."""
        self.stop_accepting()
        for handshake in tuple(self._handshakes):
            handshake.cancel()
        for link in tuple(self.links):
            link.close(reason, linger=True)
