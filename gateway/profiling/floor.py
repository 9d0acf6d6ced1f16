"""Put a whole gateway into this process, between a strategy's and a venue's socket, without its loop running.

What the loop would call when a socket is readable is called by hand: ``SocketLink.poll``. So one order is one call out
and one call back, and what is counted in between is the order path and nothing else.
"""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvloop

from fairlead.adapters.endpoint import Endpoint
from fairlead.gateway.assembly import Gateway, assemble
from fairlead.gateway.clock import Clock
from fairlead.gateway.config import load_config
from fairlead.gateway.links.link_cy import Link, SocketLink
from fairlead.gateway.profiling.peers import FixStrategy, FixVenue, ProfileError

PREPARE_EVERY: Final = 64
PREPARE_BYTES: Final = 1 << 18
CONFIG: Final = """
[gateway]
name = "profile"
state_dir = "state"
[ports.fix]
listen = "127.0.0.1:0"
[[venues]]
name = "XBRK"
profile = "broker42"
hosts = ["127.0.0.1:9"]
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
[[instruments]]
symbol = "MSFT"
tick = "0.01"
lot = "1"
venues = ["XBRK"]
[risk]
limits = "limits.toml"
"""
LIMITS: Final = """
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


class OrderPathFloor:
    """Hold the gateway, its two links, and the peers at their other ends."""

    def __init__(self, folder: Path) -> None:
        self.failures: list[str] = []
        self.gateway = self._assemble(folder)
        self._loop = uvloop.new_event_loop()
        self._listener = socket.create_server(("127.0.0.1", 0))
        ours, theirs = self._pair()
        self.venue = FixVenue(theirs)
        self.venue_link = self._link(ours, self.gateway.venues["XBRK"])
        self.venue.log_on()
        self.venue_link.poll()
        ours, theirs = self._pair()
        self.strategy = FixStrategy(theirs)
        assert self.gateway.fix_port is not None
        self.strategy_link = self._link(ours, self.gateway.fix_port.connection("127.0.0.1"))
        self.strategy.sock.sendall(self.strategy.logon())
        self.strategy_link.poll()
        self.strategy.take_logon()

    def _assemble(self, folder: Path) -> Gateway:
        (folder / "limits.toml").write_text(LIMITS)
        path = folder / "gateway.toml"
        path.write_text(CONFIG)

        def failed(error: BaseException) -> None:
            self.failures.append(str(error))

        def refused(port: str, text: str, utc_ns: int) -> None:
            self.failures.append(f"port {port}: {text}")

        return assemble(load_config(path), Clock(), failed, refused)

    def trade(self, count: int) -> None:
        """Send so many orders, one after the other, each filled before the next."""
        orders, ids = self.strategy.orders(count)
        self.venue.stamp()
        for number, order in enumerate(orders):
            self.strategy.sock.sendall(order)
            self._serve(self.strategy_link)
            self.venue.sock.sendall(self.venue.fill(self.venue.receive()))
            self._serve(self.venue_link)
            self.strategy.check(self.strategy.one(), ids[number])
            if number % PREPARE_EVERY == 0:
                self.gateway.writer.prepare(PREPARE_BYTES, 0)

    def _serve(self, link: SocketLink) -> None:
        while not link.poll():
            pass
        if self.failures:
            raise ProfileError("; ".join(self.failures))

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

    def _closed(self, link: Link, reason: str) -> None:
        self.failures.append(f"connection ended: {reason}")

    def _fault(self, link: Link, error: BaseException) -> None:
        self.failures.append(f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Close sockets and journal."""
        self.strategy.close()
        self.venue.close()
        self.gateway.writer.close()
        self.gateway.stores.close()
        self._listener.close()
        self._loop.close()


@contextmanager
def order_path_floor() -> Iterator[OrderPathFloor]:
    """Yield a gateway on a journal of its own."""
    with tempfile.TemporaryDirectory(prefix="fairlead-profile-") as folder:
        floor = OrderPathFloor(Path(folder))
        try:
            yield floor
        finally:
            floor.close()
