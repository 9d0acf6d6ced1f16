"""A SoupBinTCP server on asyncio alone that keeps every rule, or breaks the one that it is told to break."""

import asyncio
import struct
from dataclasses import dataclass, field

PASSWORD = "Ten-Chars1"
USERS = ("FAIR00", "FAIR01", "FAIR02", "FAIR03")
SESSION = "STUB1"
SERVER_TYPES = b"SAJHZ"


def packet(kind: str, payload: bytes = b"") -> bytes:
    return struct.pack(">Hc", len(payload) + 1, kind.encode()) + payload


@dataclass
class Stream:
    """An account's messages."""

    messages: list[bytes] = field(default_factory=list)
    is_ended: bool = False
    connections: list["Connection"] = field(default_factory=list)


class StubAcceptor:
    """``broken`` names the rule that is broken, "" none. Each message from a client is answered by one of its own."""

    def __init__(self, broken: str = "", silence_s: float = 1.0, heartbeat_s: float = 0.25) -> None:
        self.broken = broken
        self.silence_s, self.heartbeat_s = silence_s, heartbeat_s
        self.streams = {user: Stream() for user in USERS}
        self.connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        self._server = await asyncio.get_running_loop().create_server(lambda: Connection(self), "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self.connections):
            connection.close()

    async def end_session(self) -> None:
        """End every stream: what a trigger does."""
        for stream in self.streams.values():
            stream.is_ended = True
            for connection in list(stream.connections):
                if self.broken != "no end packet":
                    connection.send(packet("Z"))
                connection.close()


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, stub: StubAcceptor) -> None:
        self.stub, self.broken = stub, stub.broken
        self.buffer = b""
        self.stream: Stream | None = None
        self.loop = asyncio.get_running_loop()
        self.heard_s = self.loop.time()
        self.session = SESSION

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.stub.connections.add(self)
        self.beat = self.loop.call_later(self.stub.heartbeat_s, self._on_time)

    def connection_lost(self, exc: Exception | None) -> None:
        self.beat.cancel()
        self.stub.connections.discard(self)
        if self.stream is not None and self in self.stream.connections:
            self.stream.connections.remove(self)
        if self.broken == "counts half a packet" and len(self.buffer) > 2 and self.stream is not None:
            self.stream.messages.append(b"half " + self.buffer)

    def close(self) -> None:
        self.transport.close()

    def send(self, data: bytes) -> None:
        self.transport.write(data)

    def _on_time(self) -> None:
        quiet_s = self.loop.time() - self.heard_s
        limit_s = self.stub.silence_s * (0.3 if self.broken == "impatient" else 1.0)
        if quiet_s > limit_s and self.broken != "never gives up":
            self.close()
            return
        if self.stream is not None and self.broken != "no heartbeats":
            self.send(packet("H"))
        self.beat = self.loop.call_later(self.stub.heartbeat_s, self._on_time)

    def data_received(self, data: bytes) -> None:
        if not (self.broken == "heartbeats do not count" and data == packet("R")):
            self.heard_s = self.loop.time()
        if self.broken == "one packet a segment":
            data = data[: 2 + int.from_bytes(data[:2], "big")]
        if self.broken == "segments are packets":
            self._take(data[2:3], data[3:])
            return
        self.buffer += data
        while len(self.buffer) >= 2 and not self.transport.is_closing():
            end = 2 + int.from_bytes(self.buffer[:2], "big")
            if end == 2:
                self.buffer = b""
                if self.broken != "length 0 goes on":
                    self.close()
                return
            if len(self.buffer) < end:
                return
            whole, self.buffer = self.buffer[2:end], self.buffer[end:]
            self._take(whole[:1], whole[1:])

    def _take(self, kind: bytes, payload: bytes) -> None:
        if self.stream is None:
            self._take_first(kind, payload)
        elif kind == b"U" or (self.broken == "any type is a message" and kind not in b"ROL+"):
            self._answer(payload)
        elif kind == b"O":
            if self.broken != "ignores logout":
                self.close()
        elif kind == b"L" and self.broken == "logs in twice":
            self._log_in(payload)
        elif kind == b"+" and self.broken == "answers debug":
            self._answer(payload)

    def _take_first(self, kind: bytes, payload: bytes) -> None:
        if kind == b"L":
            self._log_in(payload)
        elif kind == b"+" and self.broken != "debug ends it":
            return
        elif self.broken == "no login needed":
            self.stream = self.stub.streams[USERS[0]]
            self._answer(payload)
        else:
            self.close()

    def _answer(self, payload: bytes) -> None:
        assert self.stream is not None
        said = b"%d %s" % (len(self.stream.messages) + 1, payload)
        self.stream.messages.append(said)
        self.send(packet("S", said))

    def _refuse(self, reason: str) -> None:
        self.send(packet("J", reason.encode()) if self.broken != "refuses in silence" else b"")
        if self.broken != "stays open after a refusal":
            self.close()

    def _log_in(self, payload: bytes) -> None:
        text = payload.decode("latin-1")
        user, password, session, number = text[:6].strip(), text[6:16].strip(), text[16:26].strip(), text[26:].strip()
        stream = self.stub.streams.get(user)
        is_whole = len(payload) == 46 and number.isdigit()
        if self.broken == "half logins are taken":
            number, is_whole = number if number.isdigit() else "0", True
        if self.broken == "anybody may":
            stream, password = self.stub.streams.get(user) or self.stub.streams[USERS[0]], PASSWORD
        if not is_whole or stream is None or password != PASSWORD:
            self._refuse("S" if self.broken == "the wrong reason" else "A")
            if self.broken == "a wrong login costs a number" and stream is not None:
                stream.messages.append(b"cost")
            return
        asked, following = int(number), len(stream.messages) + 1
        is_other = session not in ("", SESSION) and self.broken != "any session will do"
        is_over = stream.is_ended and self.broken != "sessions never end"
        if is_other or is_over or (asked > following and self.broken not in ("believes the number", "lowers it")):
            self._refuse("A" if self.broken == "the wrong reason" else "S")
            return
        self._accept(stream, asked, following)

    def _accept(self, stream: Stream, asked: int, following: int) -> None:
        if stream.connections and self.broken != "two at a time" and self.stream is None:
            for other in list(stream.connections):
                other.close()
        first = asked or following
        if self.broken == "lowers it":
            first = min(first, following)
        if self.broken == "0 is the beginning" and not asked:
            first = 1
        self.stream = stream
        stream.connections.append(self)
        told = first + (self.broken == "tells one more")
        name = "" if self.broken == "no session's name" else self.session
        self.send(packet("A", f"{name:>10}{told:>20}".encode()))
        start = first - 1
        if self.broken == "replays one more":
            start = max(0, start - 1)
        if self.broken == "replays one less":
            start += 1
        replayed = stream.messages[start:] if self.broken != "never replays" else []
        if self.broken == "replays in other words":
            replayed = [message + b"!" for message in replayed]
        for message in replayed:
            self.send(packet("S", message))
