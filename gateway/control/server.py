"""Serve operators at the control socket: what its connections share."""

from pathlib import Path
from typing import Final

from fairlead.adapters.slow_consumer import SlowConsumerPolicy
from fairlead.gateway.clock import Clock
from fairlead.gateway.control.connection import ControlConnection
from fairlead.gateway.control.desk import ControlDesk
from fairlead.gateway.control.operators import LoggedIn
from fairlead.gateway.control.overrides import Overrides
from fairlead.gateway.control.pace import Pace
from fairlead.gateway.control.protocol import BUSY, MAX_ANSWER_BYTES, CommandRefused
from fairlead.gateway.links.unix_listener import PeerCredentials

MAX_CONNECTIONS: Final = 32
LOGIN_TIMEOUT_S: Final = 10
MAX_UNREAD_S: Final = 10
SOCKET_NAME: Final = "control.sock"


def socket_path(state_dir: Path) -> Path:
    """Return where a gateway's control socket is."""
    return state_dir / SOCKET_NAME


class ControlServer:
    """Make an endpoint for each accepted stream. ``idle_s``: a client that asks for nothing so long is dropped."""

    def __init__(self, desk: ControlDesk, overrides: Overrides, clock: Clock, idle_s: int) -> None:
        self.desk: Final = desk
        self._overrides = overrides
        self.clock: Final = clock
        self.idle_s: Final = idle_s
        self.login_timeout_s: Final = LOGIN_TIMEOUT_S
        self.slow_consumer: Final = SlowConsumerPolicy(2 * MAX_ANSWER_BYTES, MAX_UNREAD_S)
        self.pace: Final = Pace()
        self._connections: set[ControlConnection] = set()

    @property
    def connections(self) -> int:
        """Return how many there are."""
        return len(self._connections)

    def connection(self, peer: PeerCredentials) -> ControlConnection:
        """Return the endpoint for a stream."""
        connection = ControlConnection(self, peer)
        self._connections.add(connection)
        return connection

    def enter(self, peer: PeerCredentials) -> LoggedIn | None:
        """Return who a connection is without a login, None where it needs one. Raises CommandRefused."""
        if len(self._connections) > MAX_CONNECTIONS:
            raise CommandRefused(BUSY, f"{MAX_CONNECTIONS} connections are open, expected fewer: close one")
        return self.desk.operators.enter(peer)

    def forget(self, connection: ControlConnection) -> None:
        """Let go of a connection whose stream is gone."""
        self._connections.discard(connection)
        self.pace.leave(connection)

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Act on what is overdue; called while housekeeping, before a trading day may turn."""
        self.desk.tick(now_ns, utc_ns)
        self._overrides.settle(utc_ns)
