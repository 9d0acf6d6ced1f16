"""Publish a numbered stream over MoldUDP64 1.00: lines A and B with faults of their own, and a request server.

Framing is struct's; nothing is shared with the gateway. A packet is session 10, sequence number 8, count 2, then each
message behind 2 bytes of length. Count 0 is a heartbeat, 0xFFFF the end of the session.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from dataclasses import dataclass
from typing import Any

from fairlead.certification.venues.soup import SoupStream
from fairlead.certification.venues.venue import Venue

_HEADER = struct.Struct(">10sQH")
_END_OF_SESSION = 0xFFFF
_MOST_HELD_S = 0.05


@dataclass(slots=True)
class MoldLine:
    """Say where a line's packets go, and what happens to them on the way.

    `loss`, `duplicate` and `reorder` are probabilities for each packet, `skew_ms` how much later than sent it arrives,
    all decided by `seed`. A reordered packet leaves behind the next one, or 50 ms later.
    """

    name: str
    host: str
    port: int
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    skew_ms: float = 0.0
    seed: int = 1


@dataclass(slots=True)
class MoldSettings:
    """Say by which lines the stream goes out, and where missing messages may be asked for.

    `interface` is the address of the network interface for multicast; `request_loss` a probability for each answer.
    """

    lines: tuple[MoldLine, ...] = ()
    request: tuple[str, int] | None = None
    request_loss: float = 0.0
    interface: str = "127.0.0.1"
    heartbeat_s: float = 1.0
    largest_packet: int = 1_400


def pack(session: str, number: int, messages: list[bytes]) -> bytes:
    """Build a packet of messages, the first with this number."""
    header = _HEADER.pack(session.encode("latin-1").ljust(10), number, len(messages))
    return header + b"".join(len(message).to_bytes(2, "big") + message for message in messages)


def fitting(messages: list[bytes], first: int, most: int, largest: int) -> list[bytes]:
    """Return messages from number `first` on, as many as are there, fit a packet, and are not above `most`."""
    taken: list[bytes] = []
    size = _HEADER.size
    for message in messages[first - 1 : first - 1 + min(most, _END_OF_SESSION - 1)]:
        size += 2 + len(message)
        if size > largest and taken:
            break
        taken.append(message)
    return taken


class _Line:
    """Send one line's packets, with its faults."""

    def __init__(self, settings: MoldLine, interface: str) -> None:
        self.settings = settings
        self.sent = 0
        self.unsent = 0
        self.last_fault = ""
        self._random = random.Random(settings.seed)
        self._held: list[bytes] = []
        self._held_s = 0.0
        self._timers: set[asyncio.TimerHandle] = set()
        info = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_DGRAM)[0]
        self.address: Any = info[4]
        self._socket = socket.socket(info[0], socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        if info[0] == socket.AF_INET and 224 <= int(str(self.address[0]).partition(".")[0]) <= 239:
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)

    def send(self, packet: bytes, now_s: float) -> None:
        """Send a packet, or do to it what the line's faults have it suffer."""
        settings = self.settings
        is_lost, is_doubled, is_late = (
            self._random.random() < chance for chance in (settings.loss, settings.duplicate, settings.reorder)
        )
        if is_lost:
            return
        packets = [packet, packet] if is_doubled else [packet]
        if is_late and not self._held:
            self._held, self._held_s = packets, now_s
            return
        for one in packets:
            self._transmit(one)
        self.release()

    def tick(self, now_s: float) -> None:
        """Let go of a packet that has waited for a next one long enough."""
        if self._held and now_s - self._held_s >= _MOST_HELD_S:
            self.release()

    def release(self) -> None:
        """Send what was held back."""
        for packet in self._held:
            self._transmit(packet)
        self._held = []

    def _transmit(self, packet: bytes) -> None:
        if not self.settings.skew_ms:
            self._put(packet)
            return

        def late() -> None:
            self._timers.discard(timer)
            self._put(packet)

        timer = asyncio.get_running_loop().call_later(self.settings.skew_ms / 1000, late)
        self._timers.add(timer)

    def _put(self, packet: bytes) -> None:
        try:
            self._socket.sendto(packet, self.address)
            self.sent += 1
        except OSError as error:
            # UDP promises nothing: nobody may be there, or no way to where they are.
            self.unsent += 1
            self.last_fault = str(error)

    def close(self) -> None:
        """Send nothing more."""
        for timer in self._timers:
            timer.cancel()
        self._socket.close()


class MoldPublisher:
    """Send a stream's messages once, as they come; heartbeats while there are none."""

    def __init__(self, venue: Venue, settings: MoldSettings, stream: SoupStream) -> None:
        self.settings = settings
        self.faults: list[str] = []
        self.requests: list[tuple[int, int]] = []
        self._venue = venue
        self._stream = stream
        self._next = len(stream.messages) + 1
        self._sent_s = 0.0
        self.lines = [_Line(line, settings.interface) for line in settings.lines]
        self._server: asyncio.DatagramTransport | None = None
        self._random = random.Random(0)

    async def listen(self) -> tuple[str, int] | None:
        """Open the request server, and return its address; None where there is none."""
        if self.settings.request is None:
            return None
        loop = asyncio.get_running_loop()
        self._server, _ = await loop.create_datagram_endpoint(lambda: _Requests(self), self.settings.request)
        host, port = self._server.get_extra_info("sockname")[:2]
        return str(host), int(port)

    def flush(self) -> None:
        """Send what is new."""
        messages = self._stream.messages
        while self._next <= len(messages):
            taken = fitting(messages, self._next, len(messages), self.settings.largest_packet)
            self._send(pack(self._stream.session, self._next, taken))
            self._next += len(taken)

    def tick(self) -> None:
        """Send a heartbeat where nothing was said for its interval, or that the session has ended."""
        now_s = self._venue.clock.monotonic_s()
        if now_s - self._sent_s >= self.settings.heartbeat_s:
            count = _END_OF_SESSION if self._stream.is_ended else 0
            self._send(_HEADER.pack(self._stream.session.encode("latin-1").ljust(10), self._next, count))
        for line in self.lines:
            line.tick(now_s)

    def _send(self, packet: bytes) -> None:
        self._sent_s = self._venue.clock.monotonic_s()
        for line in self.lines:
            line.send(packet, self._sent_s)

    def answer(self, data: bytes, address: Any) -> None:
        """Answer a request with as many of its messages as fit one packet; what is none is noted and ignored."""
        if self._server is None:
            return
        if len(data) != _HEADER.size:
            self.faults.append(f"request of {len(data)} bytes received, expected {_HEADER.size}")
            return
        session, number, count = _HEADER.unpack(data)
        name = session.decode("latin-1").strip()
        self.requests.append((number, count))
        if name != self._stream.session.strip() or not 1 <= number <= len(self._stream.messages) or not count:
            last = len(self._stream.messages)
            self.faults.append(f"{count} messages from {number} of session {name!r} requested, expected 1 to {last}")
            return
        if self._random.random() >= self.settings.request_loss:
            taken = fitting(self._stream.messages, number, count, self.settings.largest_packet)
            self._server.sendto(pack(self._stream.session, number, taken), address)

    def renew(self, stream: SoupStream) -> None:
        """Go on with another session."""
        self._stream = stream
        self._next = 1

    def close(self) -> None:
        """Send nothing more."""
        for line in self.lines:
            line.close()
        if self._server is not None:
            self._server.close()


class _Requests(asyncio.DatagramProtocol):
    """Hand requests on."""

    def __init__(self, publisher: MoldPublisher) -> None:
        self._publisher = publisher

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._publisher.answer(data, addr)
