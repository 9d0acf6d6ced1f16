"""Play the strategy and the venue around a gateway over raw sockets, with messages patched by hand.

Nothing here uses Fairlead's codecs: what is measured must not be in what measures. The venue takes ClOrdID(11) out of
the order and puts it into its report.
"""

import socket
import time
from collections.abc import Sequence

TIMEOUT_S = 20.0
SYMBOL = b"MSFT"


class ProfileError(Exception):
    """Report that the gateway did not do what it should."""


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
            raise ProfileError(f"connection closed by the other side after {self._rest!r}, expected messages")
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
            raise ProfileError(f"{len(messages)} messages received, expected one: {messages!r}")
        return messages[0]

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()


class FixStrategy(Peer):
    """Send NewOrderSingles in FIX 4.4."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._seq = 0
        self._orders = 0

    def _frame(self, msg_type: bytes, fields: bytes) -> bytes:
        self._seq += 1
        head = b"35=%s\x0134=%d\x0149=BENCH\x0152=%s\x0156=FAIRLEAD\x01" % (msg_type, self._seq, utc_text())
        return frame(b"FIX.4.4", head + fields)

    def logon(self) -> bytes:
        """Return a Logon, without heartbeats that would fall into a measurement."""
        return self._frame(b"A", b"98=0\x01108=3600\x01141=Y\x01")

    def take_logon(self) -> None:
        """Read the answer to it."""
        answer = self.one()
        if value(answer, b"35") != b"A":
            raise ProfileError(f"{answer!r} received, expected the answer to a Logon")

    def orders(self, count: int) -> tuple[list[bytes], list[bytes]]:
        """Return new orders and their ClOrdIDs."""
        ids = [b"B%011d" % (self._orders + number) for number in range(count)]
        self._orders += count
        what_and_when = (SYMBOL, utc_text())
        terms = b"\x0121=1\x0155=%s\x0154=1\x0160=%s\x0138=100\x0140=2\x0144=430.25\x0159=0\x01" % what_and_when
        return [self._frame(b"D", b"1=ACC\x0111=%s%s" % (cl_ord_id, terms)) for cl_ord_id in ids], ids

    def check(self, report: bytes, cl_ord_id: bytes) -> None:
        """Check that a message reports an order's fill."""
        if value(report, b"35") != b"8" or value(report, b"11") != cl_ord_id or value(report, b"39") != b"2":
            raise ProfileError(f"{report!r} received, expected the fill of order {cl_ord_id.decode()}")


class FixVenue(Peer):
    """Fill every order at once, in FIX 4.2."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._seq = 0
        self._report = b""
        self.stamp()

    def stamp(self) -> None:
        """Write the time of now into the reports to come; a gateway refuses those that are minutes old."""
        now = utc_text()
        self._head = b"35=%%b\x0134=%%d\x0149=XBRK\x0152=%b\x0156=FAIRLEAD\x01" % now
        ids = b"37=O%d\x0111=%b\x0117=E%d\x0120=0\x01150=2\x0139=2\x01"
        amounts = b"54=1\x0138=100\x0144=430.25\x0132=100\x0131=430.25\x01151=0\x0114=100\x016=430.25\x01"
        self._report = (
            self._head.replace(b"%b", b"8", 1) + ids + b"55=" + SYMBOL + b"\x01" + amounts + b"60=" + now + b"\x01"
        )

    def log_on(self) -> None:
        """Answer the gateway's Logon."""
        logon = self.one()
        if value(logon, b"35") != b"A":
            raise ProfileError(f"{logon!r} received, expected a Logon")
        self._seq += 1
        reset = b"141=Y\x01" if value(logon, b"141") == b"Y" else b""
        self.sock.sendall(frame(b"FIX.4.2", self._head % (b"A", self._seq) + b"98=0\x01108=0\x01" + reset))

    def fill(self, orders: Sequence[bytes]) -> bytes:
        """Return the reports that fill these orders."""
        reports = []
        for order in orders:
            start = order.find(b"\x0111=") + 4
            if start < 4:
                raise ProfileError(f"{order!r} received, expected an order")
            self._seq += 1
            number = self._seq
            cl_ord_id = order[start : order.index(b"\x01", start)]
            reports.append(frame(b"FIX.4.2", self._report % (number, number, cl_ord_id, number)))
        return b"".join(reports)
