"""Tell systemd how the service does (sd_notify(3)): ready, stopping, alive. Without systemd, nothing is told."""

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"
ALIVE: Final = "WATCHDOG=1"
SOCKET_VARIABLE: Final = "NOTIFY_SOCKET"
WATCHDOG_VARIABLE: Final = "WATCHDOG_USEC"
PID_VARIABLE: Final = "WATCHDOG_PID"


class ServiceNotice:
    """Send datagrams to the socket that the environment names; what can't be sent is not missed."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        # "@" stands for the zero byte of an abstract socket
        self._address = environ.get(SOCKET_VARIABLE, "").replace("@", "\0", 1)
        self._socket: socket.socket | None = None
        text, pid = environ.get(WATCHDOG_VARIABLE, ""), environ.get(PID_VARIABLE, "")
        is_ours = self._address and text.isdigit() and pid in ("", str(os.getpid()))
        self.watchdog_ns = int(text) * 1000 if is_ours else 0
        """So long without a word, and the service counts as hung; 0: nobody watches."""
        self._next_ns = 0
        self._is_ready = False

    def ready(self) -> None:
        """Say that the service does its work now."""
        self._is_ready = True
        self._tell(READY)

    def stopping(self) -> None:
        """Say that it stops."""
        self._tell(STOPPING)

    def tick(self, now_ns: int) -> None:
        """Say that it is alive, at half of the watchdog's time; ``now_ns`` is monotonic."""
        if self.watchdog_ns and self._is_ready and now_ns >= self._next_ns:
            self._next_ns = now_ns + self.watchdog_ns // 2
            self._tell(ALIVE)

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
        with contextlib.suppress(OSError):
            self._socket.sendto(state.encode(), self._address)

    def close(self) -> None:
        """Tell nothing more."""
        if self._socket is not None:
            self._socket.close()
        self._address = ""
