"""Close connections that ask for nothing: a client that sends its request a byte at a time holds one for ever else."""

from typing import Final

from aiohttp import web

REQUEST_S: Final = 10
"""How long a connection may take to send its first request whole."""
MAX_CONNECTIONS: Final = 512


class ConnectionWatch:
    """Look at the server's connections now and then. Times are monotonic ns."""

    def __init__(self) -> None:
        self._served: set[object] = set()
        self._seen_ns: dict[object, int] = {}

    def note_request(self, request: web.Request) -> None:
        """Note that a connection has sent a request."""
        self._served.add(request.protocol)

    def look(self, server: "web.Server | None", now_ns: int) -> int:
        """Close what has taken too long, and the newest of too many; return how many were closed."""
        connections = server.connections if server is not None else []
        self._seen_ns = {one: self._seen_ns.get(one, now_ns) for one in connections}
        self._served.intersection_update(self._seen_ns)
        closed = 0
        for number, connection in enumerate(connections):
            is_late = connection not in self._served and now_ns - self._seen_ns[connection] > REQUEST_S * 10**9
            if (is_late or number >= MAX_CONNECTIONS) and connection.transport is not None:
                connection.transport.abort()
                closed += 1
        return closed
