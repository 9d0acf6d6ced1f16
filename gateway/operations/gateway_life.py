"""Stand between systemd and the gateway that a supervisor keeps: hear how it does, and tell it on.

systemd hears the main process alone. The gateway is given a socket of the supervisor's; the watchdog is fed as long as
the gateway's loop turns, or while the gateway is being brought back: a start reads the journal, and takes its time.
"""

import contextlib
import socket
from collections.abc import Mapping
from typing import Final

from fairlead.gateway.service_notice import (
    ALIVE,
    PID_VARIABLE,
    READY,
    SOCKET_VARIABLE,
    WATCHDOG_VARIABLE,
    ServiceNotice,
)

LOOK_S: Final = 0.25
_DATAGRAM_BYTES: Final = 4096


class GatewayLife:
    """Hear the gateway. ``environ`` is the supervisor's."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.notice = ServiceNotice(environ)
        self._heard_ns: int | None = None
        """When the gateway that is ready was heard last; None: it is not ready."""
        self._socket: socket.socket | None = None
        if environ.get(SOCKET_VARIABLE):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
            # an abstract name of the kernel's choosing: nothing to remove
            self._socket.bind("")

    def environ_of(self, name: str) -> dict[str, str]:
        """Return the environment of a process that the supervisor starts."""
        own = (SOCKET_VARIABLE, WATCHDOG_VARIABLE, PID_VARIABLE)
        found = {key: value for key, value in self._environ.items() if key not in own}
        if self._socket is not None and name == "gateway":
            found[SOCKET_VARIABLE] = "@" + self._socket.getsockname()[1:].decode()
            if self.notice.watchdog_ns:
                found[WATCHDOG_VARIABLE] = str(self.notice.watchdog_ns // 1000)
        return found

    def restarting(self) -> None:
        """Take note that the gateway starts: it is not ready, and need not be heard."""
        self._heard_ns = None

    def tick(self, now_ns: int) -> None:
        """Hear what the gateway has said, and tell systemd."""
        for state in self._said():
            if state == READY:
                self._heard_ns = now_ns
                self.notice.ready()
            elif state == ALIVE and self._heard_ns is not None:
                self._heard_ns = now_ns
        if self._heard_ns is None or now_ns - self._heard_ns < self.notice.watchdog_ns:
            self.notice.tick(now_ns)

    def _said(self) -> list[str]:
        found: list[str] = []
        with contextlib.suppress(OSError):
            while self._socket is not None:
                found += self._socket.recv(_DATAGRAM_BYTES).decode(errors="replace").split("\n")
        return found

    def close(self) -> None:
        """Hear and tell nothing more."""
        if self._socket is not None:
            self._socket.close()
        self.notice.close()
