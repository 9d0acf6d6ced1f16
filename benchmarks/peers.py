"""Play a strategy around a gateway over a raw socket; nothing here uses Fairlead's codecs."""

import json
import socket
import time

TIMEOUT_S = 20.0
SYMBOL = b"MSFT"


class BenchmarkError(Exception):
    """Report that what was measured did not do what it should."""


def utc_text() -> bytes:
    """Return the time as a FIX UTCTimestamp in whole seconds."""
    return time.strftime("%Y%m%d-%H:%M:%S.000", time.gmtime()).encode()


def frame(begin_string: bytes, body: bytes) -> bytes:
    """Put BeginString, BodyLength and CheckSum around a body."""
    text = b"8=%s\x019=%d\x01%s" % (begin_string, len(body), body)
    return b"%s10=%03d\x01" % (text, sum(text) & 255)


def value(message: bytes, tag: bytes) -> bytes:
    """Return the value of the first field with a tag, ``b""`` if there is none."""
    _, found, rest = message.partition(b"\x01" + tag + b"=")
    return rest.partition(b"\x01")[0] if found else b""


class Peer:
    """Hold a connected socket and cut what comes from it into messages."""

    end_mark = b"\x0110="
    end_bytes = 8  # from the mark's first byte

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(TIMEOUT_S)
        self.sock = sock
        self._rest = b""

    def receive(self) -> list[bytes]:
        """Read once; return the messages that are complete."""
        chunk = self.sock.recv(262144)
        if not chunk:
            raise BenchmarkError(f"connection closed by the other side after {self._rest!r}, expected messages")
        data = self._rest + chunk if self._rest else chunk
        messages = []
        start = 0
        while (end := data.find(self.end_mark, start)) >= 0 and end + self.end_bytes <= len(data):
            messages.append(data[start : end + self.end_bytes])
            start = end + self.end_bytes
        self._rest = data[start:]
        return messages

    def one(self) -> bytes:
        """Return the next message; for dialogues of one at a time."""
        while not (messages := self.receive()):
            pass
        if len(messages) > 1:
            raise BenchmarkError(f"{len(messages)} messages received, expected one: {messages!r}")
        return messages[0]

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()


class JsonStrategy(Peer):
    """Send orders as JSON lines."""

    end_mark = b"\n"
    end_bytes = 1

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._orders = 0

    def log_on(self, secret: str) -> None:
        """Log in, without heartbeats."""
        login = {"type": "login", "strategy": "bench-json", "secret": secret, "heartbeat_interval_s": 0}
        self.sock.sendall(json.dumps(login).encode() + b"\n")
        answer = self.one()
        if b'"login_accepted"' not in answer:
            raise BenchmarkError(f"{answer!r} received, expected login_accepted")

    def orders(self, count: int) -> tuple[list[bytes], list[bytes]]:
        """Return new orders and their ids."""
        ids = [b"J%011d" % (self._orders + number) for number in range(count)]
        self._orders += count
        line = (
            b'{"type":"new_order","cl_ord_id":"%s","symbol":"' + SYMBOL + b'","side":"buy","order_qty":"100",'
            b'"ord_type":"limit","price":"430.25"}\n'
        )
        return [line % cl_ord_id for cl_ord_id in ids], ids

    def check(self, report: bytes, cl_ord_id: bytes) -> None:
        """Check that a line reports an order's fill."""
        found = json.loads(report)
        if (found.get("type"), found.get("cl_ord_id")) != ("filled", cl_ord_id.decode()):
            raise BenchmarkError(f"{report!r} received, expected the fill of order {cl_ord_id.decode()}")
