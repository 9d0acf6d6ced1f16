"""Serve numbered streams of messages over SoupBinTCP 3.00: login, heartbeats, replay, end of session.

Framing is struct's; nothing is shared with the gateway. A packet is 2 bytes of length, 1 of type, then what it carries.
"""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass, field
from typing import Literal, Protocol

from fairlead.certification.venues.connections import Connection, Listener
from fairlead.certification.venues.state import StateFile
from fairlead.certification.venues.venue import Venue

_HEADER = struct.Struct(">Hc")
_LOGIN_LENGTH = 46
_STOP_WAIT_S = 1.0
_MOST_WAITING_BYTES = 1024 * 1024
_BATCH = 512


class SoupFault(ValueError):
    """Say why bytes are no packets."""


def packet(kind: str, payload: bytes = b"") -> bytes:
    """Build a packet; raises SoupFault for more payload than 65534 bytes."""
    if len(payload) > 65_534:
        raise SoupFault(f"payload of {len(payload)} bytes, expected at most 65534")
    return _HEADER.pack(len(payload) + 1, kind.encode()) + payload


class PacketSplitter:
    """Cut a byte stream into packets."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[str, bytes]]:
        """Return (type, payload) of the packets that the data completes; raises SoupFault for a length of 0."""
        self._buffer += data
        packets, start = [], 0
        while len(self._buffer) - start >= _HEADER.size - 1:
            length = int.from_bytes(self._buffer[start : start + 2], "big")
            if length == 0:
                raise SoupFault("packet length 0 received, expected at least 1")
            if len(self._buffer) - start < 2 + length:
                break
            whole = bytes(self._buffer[start + 2 : start + 2 + length])
            packets.append((whole[:1].decode("latin-1"), whole[1:]))
            start += 2 + length
        del self._buffer[:start]
        return packets


class SoupStream:
    """Hold one session's messages: the first has number 1, and each can be had again."""

    def __init__(self, name: str, session: str, store: StateFile) -> None:
        self.session = session
        self.is_ended = False
        self._key = f"{name}/{session}"
        self._store = store
        self.messages = store.load_stream(self._key)

    def append(self, payload: bytes) -> int:
        """Add a message, and return its number."""
        self.messages.append(payload)
        self._store.add_to_stream(self._key, len(self.messages), payload)
        return len(self.messages)


@dataclass(slots=True)
class SoupSettings:
    """Say whom the server lets in, and how patient it is.

    `credentials` maps user names to passwords, both without regard to case; empty admits anybody. `beyond_end`: what a
    login gets that asks for a number which nothing has yet: "accept" starts with the next message that there will be
    (and says so in LoginAccepted), "reject" answers S.
    """

    credentials: dict[str, str] = field(default_factory=dict, repr=False)
    login_timeout_s: float = 30.0
    silence_s: float = 15.0
    heartbeat_s: float = 1.0
    beyond_end: Literal["accept", "reject"] = "accept"


class SoupApplication(Protocol):
    """Own the streams, and take what clients send."""

    def stream(self, user: str) -> SoupStream:
        """Return the stream that a user is given."""

    def on_unsequenced(self, user: str, payload: bytes) -> None:
        """Take a message of a client."""

    def on_disconnected(self, user: str) -> None:
        """Note that a user's connection is gone."""


@dataclass(slots=True, eq=False)
class _Peer:
    """Hold one connection's state; `next_number` is what it gets next."""

    since_s: float
    received_s: float
    sent_s: float
    splitter: PacketSplitter = field(default_factory=PacketSplitter)
    user: str = ""
    stream: SoupStream | None = None
    next_number: int = 1


class SoupServer:
    """Run the server's side of all connections; with `is_exclusive`, a user has one at a time."""

    def __init__(self, venue: Venue, settings: SoupSettings, application: SoupApplication, *, is_exclusive: bool):
        self.settings = settings
        self.connections: set[Connection] = set()
        self.is_reading_paused = False
        self.faults: list[str] = []
        self._venue = venue
        self._application = application
        self._is_exclusive = is_exclusive
        self._listener = Listener(self)

    # -- running -------------------------------------------------------------------------------------------------

    async def listen(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        return await self._listener.listen(host, port)

    def end_turn(self) -> None:
        """Have the venue end its turn."""
        self._venue.end_turn()

    def tick(self) -> None:
        """Send heartbeats; close what has not logged in, or is silent."""
        now_s = self._venue.clock.monotonic_s()
        for connection in list(self.connections):
            peer = self._peer(connection)
            if peer.stream is None:
                if now_s - peer.since_s >= self.settings.login_timeout_s:
                    self._refuse(connection, f"no login within {self.settings.login_timeout_s:g} s")
            elif now_s - peer.received_s >= self.settings.silence_s:
                self._refuse(connection, f"{peer.user}: nothing received for {self.settings.silence_s:g} s")
            elif now_s - peer.sent_s >= self.settings.heartbeat_s:
                self._write(connection, packet("H"))

    def flush(self) -> None:
        """Write to each connection what it has not had, as far as it reads; then end what has ended."""
        for connection in list(self.connections):
            peer = self._peer(connection)
            if peer.stream is not None and not connection.is_closing:
                self._pump(connection, peer, peer.stream)
        self._listener.close_ended()

    def _pump(self, connection: Connection, peer: _Peer, stream: SoupStream) -> None:
        messages = stream.messages
        while peer.next_number <= len(messages) and connection.unread_bytes < _MOST_WAITING_BYTES:
            batch = messages[peer.next_number - 1 : peer.next_number - 1 + _BATCH]
            self._write(connection, b"".join(packet("S", payload) for payload in batch))
            peer.next_number += len(batch)
        if stream.is_ended and peer.next_number > len(messages):
            self._write(connection, packet("Z"))
            connection.close()

    def end(self) -> None:
        """Take no more connections; a venue that stops does not end its session."""
        self._listener.stop_listening()

    async def close(self) -> None:
        """Close connections."""
        await self._listener.close(_STOP_WAIT_S)

    # -- connections ---------------------------------------------------------------------------------------------

    def _peer(self, connection: Connection) -> _Peer:
        if not isinstance(connection.owner, _Peer):
            now_s = self._venue.clock.monotonic_s()
            connection.owner = _Peer(now_s, now_s, now_s)
        return connection.owner

    def _write(self, connection: Connection, data: bytes) -> None:
        self._peer(connection).sent_s = self._venue.clock.monotonic_s()
        connection.write(data)

    def _refuse(self, connection: Connection, fault: str) -> None:
        self.faults.append(fault)
        connection.close()

    def receive(self, connection: Connection, data: bytes) -> None:
        """Take bytes of a connection."""
        peer = self._peer(connection)
        peer.received_s = self._venue.clock.monotonic_s()
        try:
            packets = peer.splitter.feed(data)
        except SoupFault as fault:
            self._refuse(connection, str(fault))
            return
        for kind, payload in packets:
            if connection.is_closing:
                return
            self._handle(connection, peer, kind, payload)

    def _handle(self, connection: Connection, peer: _Peer, kind: str, payload: bytes) -> None:
        if kind == "L" and peer.stream is None:
            self._log_in(connection, peer, payload)
        elif kind == "U" and peer.stream is not None:
            self._application.on_unsequenced(peer.user, payload)
        elif kind == "O":
            connection.close()
        elif kind not in "R+" or (kind == "R" and peer.stream is None):
            state = "before" if peer.stream is None else "after"
            self._refuse(connection, f"packet type {kind!r} received {state} login")

    def lost(self, connection: Connection) -> None:
        """Tell the application that a user's connection is gone."""
        peer = self._peer(connection)
        if peer.stream is not None:
            peer.stream = None
            self._application.on_disconnected(peer.user)

    def _log_in(self, connection: Connection, peer: _Peer, payload: bytes) -> None:
        """Answer a LoginRequest: username 6, password 10, requested session 10, requested sequence number 20."""
        if len(payload) != _LOGIN_LENGTH:
            self._refuse(connection, f"LoginRequest of {len(payload)} bytes received, expected {_LOGIN_LENGTH}")
            return
        text = payload.decode("latin-1")
        user, password, session = text[:6].strip().upper(), text[6:16].strip(), text[16:26].strip()
        if not self._is_admitted(user, password):
            self._reject(connection, "A", f"{user}: wrong user name or password")
            return
        stream, number = self._application.stream(user), text[26:].strip() or "0"
        following = len(stream.messages) + 1
        if session not in ("", stream.session) or stream.is_ended or not (number.isascii() and number.isdigit()):
            fault = f"{user}: session {session!r} and number {number!r} requested, expected {stream.session!r}"
        elif self._is_exclusive and self.is_connected(user):
            fault = f"{user}: is connected already"
        elif int(number) > following and self.settings.beyond_end == "reject":
            fault = f"{user}: number {number} requested, expected at most {following}"
        else:
            peer.user, peer.stream = user, stream
            peer.next_number = min(int(number) or following, following)
            answer = f"{stream.session:>10}{peer.next_number:>20}"
            self._write(connection, packet("A", answer.encode()))
            return
        self._reject(connection, "S", fault)

    def _is_admitted(self, user: str, password: str) -> bool:
        known = {name.upper(): secret for name, secret in self.settings.credentials.items()}
        if not known:
            return bool(user)
        wanted = known.get(user, "").upper().encode("latin-1", "replace")
        return bool(wanted) and hmac.compare_digest(wanted, password.upper().encode("latin-1"))

    def _reject(self, connection: Connection, reason: str, fault: str) -> None:
        self._write(connection, packet("J", reason.encode()))
        self._refuse(connection, fault)

    # -- what a test may do --------------------------------------------------------------------------------------

    def is_connected(self, user: str) -> bool:
        """Tell whether a user is logged in."""
        return any(self._peer(connection).user == user for connection in self._logged_in())

    def _logged_in(self) -> list[Connection]:
        return [one for one in self.connections if self._peer(one).stream is not None and not one.is_closing]

    def drop(self, user: str = "", *, reset: bool = False) -> None:
        """Cut a user's connections without a word, all users' where none is named."""
        for connection in self._logged_in():
            if user in ("", self._peer(connection).user):
                connection.drop(reset=reset)
                self.lost(connection)

    def send_debug(self, text: str) -> None:
        """Send a debug packet to everybody."""
        for connection in self._logged_in():
            self._write(connection, packet("+", text.encode("latin-1")))

    def pause_reading(self, paused: bool) -> None:
        """Stop reading from all connections, present and future, or go on."""
        self.is_reading_paused = paused
        for connection in self.connections:
            connection.pause_reading(paused)
