"""Accept connections of this machine's processes on a Unix socket, and know who they are."""

import os
import socket
import stat
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairlead.adapters.endpoint import Endpoint
from fairlead.gateway.links.listener import Listener, ListenError
from fairlead.gateway.links.turn_cy import Turn

_CREDENTIALS: Final = struct.Struct("3i")
"""struct ucred: pid, uid, gid (unix(7), SO_PEERCRED)."""
_LONGEST_PATH: Final = 107
"""sun_path has 108 bytes, one of them the final zero (unix(7))."""
_ONLY_OURS: Final = 0o177
"""The umask under which a socket is made with mode 0600."""


@dataclass(frozen=True, slots=True)
class PeerCredentials:
    """Who connected, as the system vouches for: process, user and group id at the time of the connection."""

    pid: int
    uid: int
    gid: int


def peer_credentials(connection: socket.socket) -> PeerCredentials:
    """Return who is at the other end of a Unix socket."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return PeerCredentials(*_CREDENTIALS.unpack(data))


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """Give the address of a socket file; one too long for the system is reached through its folder's descriptor."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class UnixListener(Listener):
    """Listen on a socket file that only our own user (and root) may open."""

    def __init__(
        self, name: str, turn: Turn, make_endpoint: Callable[[PeerCredentials], Endpoint], max_unsent_bytes: int
    ) -> None:
        super().__init__(name, turn, self._refuse_host, max_unsent_bytes)
        self._make_peer_endpoint = make_endpoint
        self._path: Path | None = None
        self._inode = 0

    def listen_at(self, path: Path) -> None:
        """Listen. A file that a dead process left is replaced. Raises ListenError, also where a live one answers."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            self._remove_stale(path)
            before = os.umask(_ONLY_OURS)
            try:
                with socket_address(path) as address:
                    sock.bind(address)
            finally:
                os.umask(before)
            sock.listen(16)
            self._inode = path.stat().st_ino
        except OSError as error:
            sock.close()
            raise ListenError(f"{self.name}: can't listen at {path}: {error.strerror or error}") from None
        except ListenError:
            sock.close()
            raise
        self._path = path
        self.accept_on(sock)

    def _remove_stale(self, path: Path) -> None:
        try:
            found = path.lstat()
        except FileNotFoundError:
            return
        if not stat.S_ISSOCK(found.st_mode):
            raise ListenError(f"{self.name}: {path} is no socket; it is not ours to remove")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, socket_address(path) as address:
            probe.setblocking(False)
            try:
                probe.connect(address)
            except ConnectionRefusedError:
                path.unlink()
                return
            except BlockingIOError:
                pass  # its queue is full: somebody listens
        raise ListenError(f"{self.name}: a process listens at {path} already; is another gateway running?")

    def stop_accepting(self) -> None:
        """Take no further connection and remove the file, if it still is ours."""
        super().stop_accepting()
        path, self._path = self._path, None
        try:
            if path is not None and path.lstat().st_ino == self._inode:
                path.unlink()
        except OSError:
            pass  # somebody else has removed it, or its folder

    def endpoint_for(self, connection: socket.socket, address: object) -> Endpoint:
        """Return the endpoint for an accepted connection."""
        return self._make_peer_endpoint(peer_credentials(connection))

    def tune(self, connection: socket.socket) -> None:
        """Set nothing: TCP's options are not a Unix socket's."""

    @staticmethod
    def _refuse_host(host: str) -> Endpoint:
        raise RuntimeError(f"an endpoint for host {host!r} was asked of a Unix socket")
