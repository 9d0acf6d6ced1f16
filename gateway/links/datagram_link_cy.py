# cython: annotation_typing=False
"""Connect the sockets of several datagram lines, and of request servers, to one endpoint.

A readable socket is drained into the turn's buffer, ``datagrams_a_turn`` at most, so that a burst of market data holds
up orders for a bounded time; the loop comes back for the rest. What the system itself dropped is told to the endpoint.
A request that can't be sent is lost like one that the network lost: the endpoint asks again.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence

import cython

from fairlead.adapters.endpoint import NEVER_NS, DatagramEndpoint
from fairlead.gateway.clock import Timer
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.links.datagram_sockets import dropped_datagrams
from fairlead.gateway.links.turn_cy import Turn

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.gateway.links.descriptors import receive

_ANSWERS = -1
_LONGEST = 65508  # a byte more than UDP carries
# a server that is not there says so over ICMP, and the socket reports it at the next call
_HARMLESS = (-errno.EAGAIN, -errno.EINTR, -errno.ECONNREFUSED)


class DatagramLink:
    """Serve an endpoint over datagram sockets: ``lines`` in order, ``servers`` as ``take_requests`` counts them.

    The link owns the sockets. ``on_closed(link, reason)`` is called once; ``on_fault(link, error)`` is told of our own
    exceptions, after which the link closes. Where another link's turn changes what the endpoint wants (``begin_at``,
    say), call ``touch``: turns of other links pass this one by otherwise.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        endpoint: DatagramEndpoint,
        turn: Turn,
        lines: Sequence[socket.socket],
        servers: Sequence[socket.socket],
        on_closed: "Callable[[DatagramLink, str], None]",
        on_fault: "Callable[[DatagramLink, BaseException], None]",
        datagrams_a_turn: int = 64,
    ) -> None:
        if len(turn.buffer) < _LONGEST:
            # the system would cut a datagram without a word
            raise ValueError(f"receive buffer of {len(turn.buffer)} bytes, expected at least {_LONGEST}")
        self.loop = loop
        self.endpoint = endpoint
        self.turn = turn
        self.is_closed = False
        self.unsent_requests = 0
        """Requests that the system did not take."""
        self._lines = list(lines)
        self._servers = list(servers)
        self._on_closed = on_closed
        self._on_fault = on_fault
        self._limit = datagrams_a_turn
        self._drops = [max(0, dropped_datagrams(sock)) for sock in self._lines]
        self._armed_ns = NEVER_NS
        self._timer: Timer | None = None
        self._is_touched = False
        self._is_ending = False
        self._reason = ""

    def start(self) -> None:
        """Read from now on."""
        if self.turn.has_failed:
            self.abort("the journal has failed")
            return
        self.turn.add(self)
        for line, sock in enumerate(self._lines):
            self.loop.add_reader(sock.fileno(), self._on_readable, line, sock.fileno())
        for sock in self._servers:
            self.loop.add_reader(sock.fileno(), self._on_readable, _ANSWERS, sock.fileno())
        self._run(self.endpoint.start)

    def touch(self) -> None:
        """Have the turn under way look at the endpoint's requests and deadline."""
        self._is_touched = True

    def close(self, reason: str) -> None:
        """Close the sockets, now or at the end of the turn under way."""
        if self.is_closed:
            return
        now_ns = self.turn.begin()
        self._leave(reason)
        self.turn.finish(now_ns, self.turn.utc_ns)

    def _on_readable(self, line: int, descriptor: int) -> None:
        # One turn for all that waits, up to the limit.
        now_ns = self.turn.begin()
        utc_ns = self.turn.utc_ns
        self._is_touched = True
        try:
            self._drain(line, descriptor, now_ns, utc_ns)
        except Exception as error:
            self._fault(error)
        self.turn.finish(now_ns, utc_ns)
        if self.turn.polling is not None:
            # several lines may be readable in one turn of the loop: an order waits for one of them at most
            self.turn.polling.look()

    def _drain(self, line: int, descriptor: int, now_ns: int, utc_ns: int) -> int:
        buffer = self.turn.buffer
        view = self.turn.view
        for _ in range(self._limit):
            size = receive(descriptor, buffer, _LONGEST)
            if size < 0:
                if size not in _HARMLESS:
                    self._leave(f"line {line}: {errno.errorcode.get(-size, str(-size))}")
                break
            self.endpoint.receive_datagram(line, view[:size], now_ns, utc_ns)
            if self._is_ending or self.is_closed:
                return 0
        if line >= 0:
            self._look_at_drops(line, now_ns, utc_ns)
        return 0

    def _look_at_drops(self, line: int, now_ns: int, utc_ns: int) -> None:
        dropped = dropped_datagrams(self._lines[line])
        if dropped >= 0 and dropped != self._drops[line]:
            count = (dropped - self._drops[line]) & 0xFFFFFFFF
            self._drops[line] = dropped
            self.endpoint.receive_drops(line, count, now_ns, utc_ns)

    def _run(self, act: "Callable[[int, int], None]") -> None:
        now_ns = self.turn.begin()
        utc_ns = self.turn.utc_ns
        self._is_touched = True
        try:
            act(now_ns, utc_ns)
        except Exception as error:
            self._fault(error)
        self.turn.finish(now_ns, utc_ns)

    # Flushable

    def flush(self, now_ns: int, utc_ns: int) -> None:
        """Send the endpoint's requests, and look at its deadline."""
        if not self._is_touched or self.is_closed or self._is_ending:
            return
        self._is_touched = False
        try:
            self._flush(now_ns)
        except Exception as error:
            self._fault(error)

    def _flush(self, now_ns: int) -> None:
        for server, datagram in self.endpoint.take_requests():
            try:
                self._servers[server].send(datagram)
            except OSError:
                self.unsent_requests += 1
        deadline_ns = self.endpoint.next_deadline_ns()
        if deadline_ns < self._armed_ns:
            if self._timer is not None:
                self._timer.cancel()
            self._armed_ns = deadline_ns
            self._timer = self.turn.clock.call_later(self.loop, max(0, deadline_ns - now_ns) / 1e9, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._armed_ns = NEVER_NS
        self._run(self._act_on_deadline)

    def _act_on_deadline(self, now_ns: int, utc_ns: int) -> None:
        # a deadline that has moved on since it was armed is armed again by the flush
        if self.endpoint.next_deadline_ns() <= now_ns:
            self.endpoint.on_timer(now_ns, utc_ns)

    def end(self, now_ns: int, utc_ns: int) -> None:
        """Close the sockets: the turn's last act on a link that has left."""
        self.abort(self._reason)

    def abort(self, reason: str) -> None:
        """Close the sockets without a further turn."""
        if self.is_closed:
            return
        self.is_closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.turn.remove(self)
        for sock in [*self._lines, *self._servers]:
            self.loop.remove_reader(sock.fileno())
            sock.close()
        self._on_closed(self, reason)

    def _leave(self, reason: str) -> None:
        if not self.is_closed and not self._is_ending:
            self._is_ending = True
            self._reason = reason
            self.turn.end_soon(self)

    def _fault(self, error: BaseException) -> None:
        if isinstance(error, JournalError):
            self.turn.fail(error)
            return
        self._on_fault(self, error)
        self._leave(f"fault of ours: {type(error).__name__}")
