"""Put a whole gateway into this process, between a strategy's and a venue's socket, without its loop running.

What the loop would call when a socket is readable is called by hand: ``SocketLink.poll``. So one order is one call out
and one call back, and what is counted in between is the order path and nothing else.
"""

import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from benchmarks.order_path_peers import BinaryStrategy, FixStrategy, FixVenue, JsonStrategy
from fairlead.adapters.endpoint import Endpoint
from fairlead.gateway.assembly import Gateway, assemble
from fairlead.gateway.clock import Clock
from fairlead.gateway.config import load_config
from fairlead.gateway.links.link_cy import Link, SocketLink
from fairlead.gateway.ports.secret_hash import SecretHash

CONFIG = """
[gateway]
name = "bench"
state_dir = "{folder}/state"
log_format = "json"
[journal]
sync = "async"
[ports.fix]
listen = "127.0.0.1:0"
[ports.json]
listen = "127.0.0.1:0"
[ports.binary]
listen = "127.0.0.1:0"
heartbeat_s = 60
silence_s = 3600
[[venues]]
name = "XBRK"
profile = "broker42"
hosts = ["127.0.0.1:{venue_port}"]
sender_comp_id = "FAIRLEAD"
target_comp_id = "XBRK"
heartbeat_s = 0
[[strategies]]
name = "bench-fix"
port = "fix"
accounts = ["ACC"]
default_account = "ACC"
default_venue = "XBRK"
cancel_on_disconnect = false
[strategies.fix]
sender_comp_id = "BENCH"
target_comp_id = "FAIRLEAD"
[[strategies]]
name = "bench-json"
port = "json"
secret_hash = "{secret_hash}"
accounts = ["ACC"]
default_account = "ACC"
default_venue = "XBRK"
cancel_on_disconnect = false
[[strategies]]
name = "bench-binary"
port = "binary"
secret_hash = "{binary_secret_hash}"
binary = {{ username = "bench" }}
accounts = ["ACC"]
default_account = "ACC"
default_venue = "XBRK"
cancel_on_disconnect = false
[[instruments]]
symbol = "MSFT"
tick = "0.01"
lot = "1"
venues = ["XBRK"]
"""

SECRET = "for a benchmark on this host only"
BINARY_SECRET = "this-host1"
LIMITS = """
[firm]
max_order_qty = "100000"
warn_order_qty = "50000"
max_order_notional = "10000000"
duplicate_window_ms = 1
max_duplicates = 1000
max_repeats = 100000
repeat_window_ms = 1
self_match = "block"
max_open_orders = 1000000
max_open_notional = "80000000000"
max_messages = 1000000
interval_ms = 1000
cancel_reserve = 400
warn_percent = 80
[[limits]]
strategy = "*"
max_order_qty = "100000"
max_open_orders = 1000000
max_messages = 900000
interval_ms = 1000
cancel_reserve = 100
[[limits]]
name = "each account and instrument"
account = "*"
symbol = "*"
max_long_qty = "10000000000"
max_short_qty = "10000000000"
"""
"""Every check that needs no feed, at limits that nothing reaches."""

Strategy = FixStrategy | JsonStrategy | BinaryStrategy


class OrderPathFloor:
    """Hold the gateway, its two links, and the peers at their other ends."""

    def __init__(self, folder: Path, port: str = "fix") -> None:
        self.failures: list[BaseException] = []
        self.gateway = self._assemble(folder)
        self._loop = uvloop.new_event_loop()
        self._listener = socket.create_server(("127.0.0.1", 0))
        ours, theirs = self._pair()
        self.venue = FixVenue(theirs)
        self.venue_link = self._link(ours, self.gateway.venues["XBRK"])
        self.venue.log_on()
        self.venue_link.poll()
        ours, theirs = self._pair()
        made, self.strategy = self._port(port, theirs)
        self.strategy_link = self._link(ours, made("127.0.0.1"))
        self._log_on(port)

    def _assemble(self, folder: Path) -> Gateway:
        (folder / "limits.toml").write_text(LIMITS)
        hashes = {"secret_hash": SecretHash.of(SECRET, 10).stored()}
        hashes["binary_secret_hash"] = SecretHash.of(BINARY_SECRET, 10).stored()
        path = folder / "gateway.toml"
        path.write_text(CONFIG.format(folder=folder, venue_port=9, **hashes) + '[risk]\nlimits = "limits.toml"\n')
        return assemble(load_config(path), Clock(), self.failures.append, lambda port, text, utc_ns: None)

    def _pair(self) -> tuple[socket.socket, socket.socket]:
        theirs = socket.create_connection(self._listener.getsockname())
        ours, _ = self._listener.accept()
        ours.setblocking(False)
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return ours, theirs

    def _link(self, sock: socket.socket, endpoint: Endpoint) -> SocketLink:
        link = SocketLink(self._loop, sock, endpoint, self.gateway.turn, 1 << 24, self._closed, self._fault)
        link.start()
        return link

    def _port(self, port: str, sock: socket.socket) -> tuple[Callable[[str], Endpoint], Strategy]:
        gateway = self.gateway
        assert gateway.fix_port is not None
        assert gateway.json_port is not None
        assert gateway.binary_port is not None
        ports: dict[str, tuple[Callable[[str], Endpoint], Callable[[socket.socket], Strategy]]] = {
            "fix": (gateway.fix_port.connection, FixStrategy),
            "json": (gateway.json_port.connection, JsonStrategy),
            "binary": (gateway.binary_port.connection, BinaryStrategy),
        }
        made, kind = ports[port]
        return made, kind(sock)

    def _log_on(self, port: str) -> None:
        theirs = _Driven(self.strategy.sock, self.strategy_link)
        self.strategy.sock = theirs  # type: ignore[assignment]
        secret = {"fix": (), "json": (SECRET,), "binary": (BINARY_SECRET,)}[port]
        self.strategy.log_on(*secret)
        self.strategy.sock = theirs.sock

    def _closed(self, link: Link, reason: str) -> None:
        self.failures.append(RuntimeError(reason))

    def _fault(self, link: Link, error: BaseException) -> None:
        raise error

    def close(self) -> None:
        """Close sockets and journal."""
        self.strategy.close()
        self.venue.close()
        self.gateway.writer.close()
        self.gateway.stores.close()
        self._listener.close()
        self._loop.close()


class _Driven:
    """Poll the link after each send, in the place of its loop."""

    def __init__(self, sock: socket.socket, link: SocketLink) -> None:
        self.sock = sock
        self.link = link

    def sendall(self, data: bytes) -> None:
        self.sock.sendall(data)
        while not self.link.poll():
            pass

    def recv(self, count: int) -> bytes:
        return self.sock.recv(count)


@contextmanager
def order_path_floor(port: str = "fix") -> Iterator[OrderPathFloor]:
    """Yield a gateway on a journal of its own."""
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as folder:
        floor = OrderPathFloor(Path(folder), port)
        try:
            yield floor
        finally:
            floor.close()
