"""Connect one socket to one endpoint.

``SocketLink`` reads and writes a plain non-blocking socket on the loop's readiness callbacks: one receive into the
turn's buffer, one chain, one send. ``TransportLink`` does the same over an asyncio transport, for TLS. To everyone
else they are one thing.

What the socket did not take waits in memory, up to ``max_unsent_bytes``; a peer that reads slower than that is cut off.
A link that closes in order sends the rest, then its end of stream, and gives the peer ``LINGER_S`` to read both and to
close; what the peer still sends is discarded, since closing over unread bytes would reset the connection and take our
last words from the peer.
An exception out of an endpoint is a fault of ours: it is caught here, once, and ends this connection only.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable

import cython

from fairlead.adapters.conversation_cy import Conversation
from fairlead.adapters.endpoint import NEVER_NS, Endpoint, PacedEndpoint
from fairlead.gateway.clock import Timer
from fairlead.gateway.journal.errors import JournalError
from fairlead.gateway.links.turn_cy import Turn, TurnLink

if not cython.compiled:  # the .pxd imports the C functions
    from fairlead.gateway.links.descriptors import receive, send

LINGER_S = 2.0

_RECEIVE_BYTES = 65536
"""So much is taken of one socket in a turn: a flood of one strategy must not hold up the others."""
_AGAIN = -errno.EAGAIN
_INTERRUPTED = -errno.EINTR
_READ = 1  # stages_cy's


class Link(TurnLink):
    """Hold what both kinds of link have: the turn around an endpoint, its timer and its end.

    ``on_closed(link, reason)`` is called once, when the endpoint has been told. ``on_fault(link, error)`` is told of
    our own exceptions. Where the journal has failed, the link is dropped and the endpoint hears nothing more.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        endpoint: Endpoint,
        turn: Turn,
        max_unsent_bytes: int,
        on_closed: "Callable[[Link, str], None]",
        on_fault: "Callable[[Link, BaseException], None]",
    ) -> None:
        TurnLink.__init__(self)
        self.loop = loop
        self.endpoint = endpoint
        self._conversation = endpoint if isinstance(endpoint, Conversation) else None
        self.turn = turn
        self.is_closed = False
        self._max_unsent_bytes = max_unsent_bytes
        self._on_closed = on_closed
        self._on_fault = on_fault
        self._armed_ns = NEVER_NS
        self._timer: Timer | None = None
        self._unsent_noted = 0
        self._paced: PacedEndpoint | None = endpoint if isinstance(endpoint, PacedEndpoint) else None
        self._is_ending = False
        self._lingers = False
        self._reason = ""
        self._lingering: Timer | None = None

    def unsent_bytes(self) -> int:
        """Return how many bytes the socket has not taken yet."""
        raise NotImplementedError

    def _write(self, data: bytes) -> int:
        raise NotImplementedError

    def _shut(self, linger: bool) -> None:
        raise NotImplementedError

    def opened(self) -> None:
        """Tell the endpoint that the stream is up."""
        if self.turn.has_failed:
            self.abort("the journal has failed")
            return
        self.turn.add(self)
        now_ns = self.turn.begin()
        utc_ns = self.turn.utc_ns
        try:
            self.endpoint.receive_connected(now_ns, utc_ns)
        except Exception as error:
            self._fault(error)
        self.turn.finish(now_ns, utc_ns)

    def received(self, data: "memoryview | bytes") -> int:
        """Run one turn on bytes that came; return when it began."""
        now_ns = self.turn.begin()
        utc_ns = self.turn.utc_ns
        try:
            if self._conversation is not None:
                self._conversation.receive_data(data, now_ns, utc_ns)
            else:
                self.endpoint.receive_data(data, now_ns, utc_ns)
        except Exception as error:
            self._fault(error)
        self.turn.finish(now_ns, utc_ns)
        return now_ns

    def flush(self, now_ns: cython.longlong, utc_ns: cython.longlong) -> None:
        """Send the endpoint's output; look at its deadline and whether it wants to close."""
        if self.is_closed:
            return
        try:
            self._flush(now_ns, utc_ns)
        except Exception as error:
            self._fault(error)

    def _flush(self, now_ns: cython.longlong, utc_ns: cython.longlong) -> int:
        if self._is_ending and not self._lingers:
            return 0
        talk = self._conversation
        output: bytes = talk.take_output() if talk is not None else self.endpoint.take_output()
        if output:
            self._write(output)
        if self._is_ending:
            return 0
        unsent: cython.Py_ssize_t = self.unsent_bytes()
        if unsent != self._unsent_noted:
            self._unsent_noted = unsent
            if self._paced is not None:
                self._paced.output_pending(unsent, now_ns, utc_ns)
            if unsent > self._max_unsent_bytes:
                self._leave(f"{unsent} bytes wait to be sent, at most {self._max_unsent_bytes} may", False)
                return 0
        if talk.is_over() if talk is not None else self.endpoint.wants_close:
            self._leave("closed by us", True)
            return 0
        deadline_ns: cython.longlong
        deadline_ns = talk.next_deadline_ns() if talk is not None else self.endpoint.next_deadline_ns()
        if deadline_ns < self._armed_ns:
            self._arm(deadline_ns, now_ns)
        return 0

    def _arm(self, deadline_ns: int, now_ns: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed_ns = deadline_ns
        self._timer = self.turn.clock.call_later(self.loop, max(0, deadline_ns - now_ns) / 1e9, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._armed_ns = NEVER_NS
        now_ns = self.turn.begin()
        utc_ns = self.turn.utc_ns
        try:
            # a deadline that has moved on since it was armed is armed again by the flush
            if self.endpoint.next_deadline_ns() <= now_ns:
                self.endpoint.on_timer(now_ns, utc_ns)
        except Exception as error:
            self._fault(error)
        self.turn.finish(now_ns, utc_ns)

    def _on_drained(self) -> None:
        """Give the endpoint a turn, in which it learns how many bytes still wait."""
        if not self.is_closed:
            now_ns = self.turn.begin()
            self.turn.finish(now_ns, self.turn.utc_ns)

    def _fault(self, error: BaseException) -> None:
        if isinstance(error, JournalError):
            self.turn.fail(error)
            return
        self._on_fault(self, error)
        self._leave(f"fault of ours: {type(error).__name__}", False)

    def _leave(self, reason: str, linger: bool) -> None:
        """Have the turn end this link once everything is sent."""
        if self.is_closed or self._is_ending:
            return
        self._is_ending = True
        self._lingers = linger
        self._reason = reason
        self.turn.end_soon(self)

    def close(self, reason: str, linger: bool) -> None:
        """End the connection, tell the endpoint, and send what follows from it; ``linger`` sends what waits first."""
        if self.is_closed:
            return
        now_ns = self.turn.begin()
        self._leave(reason, linger)
        self.turn.finish(now_ns, self.turn.utc_ns)

    def end(self, now_ns: int, utc_ns: int) -> None:
        """End the connection and tell the endpoint: the turn's last act on a link that has left."""
        if self.is_closed:
            return
        self._drop(self._lingers)
        try:
            self.endpoint.receive_eof(now_ns, utc_ns)
        except Exception as error:
            self._fault(error)
        self._on_closed(self, self._reason)

    def abort(self, reason: str) -> None:
        """Drop the connection and what was not sent, without a further turn."""
        if self.is_closed:
            return
        self._drop(False)
        self._on_closed(self, reason)

    def _drop(self, linger: bool) -> None:
        self.is_closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.turn.remove(self)
        if self.turn.polling is not None:
            self.turn.polling.forget(self)
        self._shut(linger)


class SocketLink(Link):
    """Serve an endpoint over a connected, non-blocking socket."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        endpoint: Endpoint,
        turn: Turn,
        max_unsent_bytes: int,
        on_closed: "Callable[[Link, str], None]",
        on_fault: "Callable[[Link, BaseException], None]",
    ) -> None:
        Link.__init__(self, loop, endpoint, turn, max_unsent_bytes, on_closed, on_fault)
        self._sock = sock
        self._descriptor = sock.fileno()
        self._unsent = bytearray()

    def start(self) -> None:
        """Read from now on."""
        self.loop.add_reader(self._descriptor, self._on_readable)
        self.opened()

    def _on_readable(self) -> None:
        # uvloop calls a reader once when the socket has failed, and never again: an error that came together with bytes
        # is behind them, and is looked for at once
        if self.poll() and not self.is_closed and self.poll() and not self.is_closed:
            self.loop.call_soon(self._on_readable_again)

    def _on_readable_again(self) -> None:
        if not self.is_closed:
            self._on_readable()

    def poll(self) -> bool:
        """Receive once, where anything waits, and run the turn that follows; return whether anything came."""
        if self.turn.stages.is_on:
            self.turn.stages.begin()
        count = receive(self._descriptor, self.turn.buffer, _RECEIVE_BYTES)
        if count == _AGAIN or count == _INTERRUPTED:
            return False
        if count <= 0:
            self.close(f"connection lost: {os.strerror(-count)}" if count else "closed by the peer", False)
            return True
        if self.turn.stages.is_on:
            self.turn.stages.mark(_READ)
        now_ns = self.received(self.turn.view[:count])
        if self.turn.polling is not None and not self.is_closed:
            self.turn.polling.note_read(self, now_ns)
        return True

    def unsent_bytes(self) -> int:
        """Return how many bytes the socket has not taken yet."""
        return len(self._unsent)

    def _write(self, data: bytes) -> int:
        if self._unsent:
            self._unsent += data
            return 0
        count = send(self._descriptor, data)
        if count == _AGAIN or count == _INTERRUPTED:
            count = 0
        if count < 0:
            self._leave(f"connection lost: {os.strerror(-count)}", False)
            return 0
        if count < len(data):
            self._unsent += data[count:]
            self.loop.add_writer(self._descriptor, self._on_writable)
        return 0

    def _on_writable(self) -> None:
        try:
            count = self._sock.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._on_send_failed(str(error.strerror or error))
            return
        del self._unsent[:count]
        if not self._unsent:
            self.loop.remove_writer(self._descriptor)
            if self.is_closed:
                self._say_end()
        self._on_drained()

    def _on_send_failed(self, problem: str) -> None:
        if self.is_closed:
            self._close_socket()
        else:
            self.close(f"connection lost: {problem}", False)

    def _shut(self, linger: bool) -> None:
        if not linger:
            self._close_socket()
            return
        self._lingering = self.turn.clock.call_later(self.loop, LINGER_S, self._close_socket)
        self.loop.add_reader(self._descriptor, self._on_discardable)
        if not self._unsent:
            self._say_end()

    def _say_end(self) -> None:
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close_socket()

    def _on_discardable(self) -> None:
        try:
            count = self._sock.recv_into(self.turn.buffer)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            count = 0
        if not count:
            self._close_socket()

    def _close_socket(self) -> None:
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None
        self.loop.remove_reader(self._descriptor)
        self.loop.remove_writer(self._descriptor)
        self._unsent.clear()
        self._sock.close()


class TransportLink(Link):
    """Serve an endpoint over an asyncio transport: an asyncio.Protocol, made for TLS."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        endpoint: Endpoint,
        turn: Turn,
        max_unsent_bytes: int,
        on_closed: "Callable[[Link, str], None]",
        on_fault: "Callable[[Link, BaseException], None]",
    ) -> None:
        Link.__init__(self, loop, endpoint, turn, max_unsent_bytes, on_closed, on_fault)
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.WriteTransport) -> None:
        """Note that the handshake is done."""
        self._transport = transport
        if self.is_closed:
            transport.abort()
            return
        # we keep our own bound; these limits make the transport say when it has sent everything
        transport.set_write_buffer_limits(high=1, low=0)
        self.opened()

    def data_received(self, data: bytes) -> None:
        """Take bytes from the transport."""
        if not self.is_closed:
            self.received(data)

    def eof_received(self) -> bool:
        """Let the transport close."""
        return False

    def connection_lost(self, error: "Exception | None") -> None:
        """Note the end of the transport."""
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None
        self.close(f"connection lost: {error}" if error else "closed by the peer", False)

    def pause_writing(self) -> None:
        """Do nothing: the bound is judged at each flush."""

    def resume_writing(self) -> None:
        """Tell the endpoint that nothing waits any more; not at once, since a flush may have led here."""
        self.loop.call_soon(self._on_drained)

    def unsent_bytes(self) -> int:
        """Return how many bytes the transport holds."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def _write(self, data: bytes) -> int:
        if self._transport is not None:
            self._transport.write(data)
        return 0

    def _shut(self, linger: bool) -> None:
        if self._transport is None:
            return
        if linger:
            self._transport.close()
            self._lingering = self.turn.clock.call_later(self.loop, LINGER_S, self._transport.abort)
        else:
            self._transport.abort()
