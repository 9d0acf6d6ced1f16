"""Play three venues on raw sockets: they take every order, and end it when asked, at once or not at all.

One thread serves all. Nothing here uses Fairlead's codecs. A venue that is silent reads, answers nothing, and keeps
what it was asked for the moment when it speaks again.
"""

import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

from benchmarks.peers import BenchmarkError, frame, utc_text, value

HEARTBEAT_S: Final = 0.5


class StandIn:
    """Be one venue: ``take`` reads bytes and returns the answers' bytes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.sock: socket.socket | None = None
        self.is_silent = False
        self.kept: list[bytes] = []
        self.cancels = 0
        self._rest = b""

    def take(self, data: bytes) -> bytes:
        """Return what is to be said at once."""
        return b"".join(self._answers(data))

    def speak(self) -> bytes:
        """End the silence: return what was kept."""
        self.is_silent = False
        kept, self.kept = self.kept, []
        return b"".join(kept)

    def heartbeat(self) -> bytes:
        """Return what shows that the venue lives."""
        return b""

    def _say(self, answer: bytes) -> Iterator[bytes]:
        if self.is_silent:
            self.kept.append(answer)
        else:
            yield answer

    def _answers(self, data: bytes) -> Iterator[bytes]:
        raise NotImplementedError


class FixStandIn(StandIn):
    """Speak FIX 4.2 or 4.4; each cancel ends its order."""

    def __init__(self, name: str, begin_string: bytes) -> None:
        super().__init__(name)
        self._begin_string = begin_string
        self._seq = 0
        self._reports = 0
        self._ended: set[bytes] = set()

    def _frame(self, msg_type: bytes, fields: bytes) -> bytes:
        self._seq += 1
        head = b"35=%b\x0134=%d\x0149=%b\x0152=%b\x0156=FAIRLEAD\x01"
        return frame(self._begin_string, head % (msg_type, self._seq, self.name.encode(), utc_text()) + fields)

    def _answers(self, data: bytes) -> Iterator[bytes]:
        text = self._rest + data
        start = 0
        while (end := text.find(b"\x0110=", start)) >= 0 and end + 8 <= len(text):
            yield from self._answer(text[start : end + 8])
            start = end + 8
        self._rest = text[start:]

    def _answer(self, message: bytes) -> Iterator[bytes]:
        msg_type = value(message, b"35")
        if msg_type == b"A":
            reset = b"141=Y\x01" if value(message, b"141") == b"Y" else b""
            yield self._frame(b"A", b"98=0\x01108=0\x01" + reset)
        elif msg_type == b"D":
            yield from self._report(message, b"", b"0", b"100")
        elif msg_type == b"F":
            self.cancels += 1
            orig = value(message, b"41")
            if orig not in self._ended:
                self._ended.add(orig)
                if self.is_silent:
                    self.kept.append(message)
                else:
                    yield from self._report(message, b"41=%b\x01" % orig, b"4", b"0")

    def speak(self) -> bytes:
        """Answer every cancel that was kept."""
        self.is_silent = False
        kept, self.kept = self.kept, []
        reports = (self._report(message, b"41=%b\x01" % value(message, b"41"), b"4", b"0") for message in kept)
        return b"".join(part for report in reports for part in report)

    def _report(self, message: bytes, orig: bytes, status: bytes, leaves: bytes) -> Iterator[bytes]:
        self._reports += 1
        is_4_2 = self._begin_string == b"FIX.4.2"
        fields = (
            b"37=O%b\x0111=%b\x01" % (value(message, b"41") or value(message, b"11"), value(message, b"11"))
            + orig
            + b"17=E%d\x01" % self._reports
            + (b"20=0\x01" if is_4_2 else b"")
            + b"150=%b\x0139=%b\x0155=%b\x01" % (status, status, value(message, b"55"))
            + b"54=1\x0138=100\x01151=%b\x0114=0\x016=0\x0160=%b\x01" % (leaves, utc_text())
        )
        yield self._frame(b"8", fields)


class OuchStandIn(StandIn):
    """Speak OUCH 5.0 over SoupBinTCP; a mass cancel ends all, each order told by itself."""

    _ENTER = struct.Struct(">cIcI8sQccccc14s")
    _ACCEPTED = struct.Struct(">cQIcI8sQccQcccc14sH")
    _CANCELED = struct.Struct(">cQIIc")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._open: dict[int, int] = {}
        self._references = 0

    def _answers(self, data: bytes) -> Iterator[bytes]:
        text = self._rest + data
        start = 0
        while len(text) - start >= 3:
            end = start + 2 + int.from_bytes(text[start : start + 2], "big")
            if end > len(text):
                break
            yield from self._answer(text[start + 2 : start + 3], text[start + 3 : end])
            start = end
        self._rest = text[start:]

    def heartbeat(self) -> bytes:
        """Return a server heartbeat."""
        return b"\0\x01H"

    def _answer(self, kind: bytes, payload: bytes) -> Iterator[bytes]:
        if kind == b"L":
            yield self._packet(b"A", b"%10s%20d" % (b"S1", 1))
        elif kind == b"U":
            yield from self._request(payload)

    def _request(self, payload: bytes) -> Iterator[bytes]:
        now = time.time_ns() % 86_400_000_000_000
        kind = payload[:1]
        if kind == b"O":
            yield self._accept(payload, now)
        elif kind == b"X":
            self.cancels += 1
            (number,) = struct.unpack_from(">I", payload, 1)
            if number in self._open:
                yield self._cancel(number, now)
        elif kind == b"C":
            self.cancels += 1
            (number,) = struct.unpack_from(">I", payload, 1)
            yield self._packet(b"S", struct.pack(">cQI4s8sH", b"X", now, number, b" " * 4, b" " * 8, 0))
            for each in list(self._open):
                yield self._cancel(each, now)
        elif kind == b"Q":
            yield self._packet(b"S", struct.pack(">cQIH", b"Q", now, 1, 0)[:13])

    def _accept(self, payload: bytes, now: int) -> bytes:
        fields = self._ENTER.unpack_from(payload)
        _, number, side, quantity, symbol, price, tif, display, capacity, sweep, cross, clordid = fields
        self._open[number] = quantity
        self._references += 1
        accepted = self._ACCEPTED.pack(
            b"A", now, number, side, quantity, symbol, price, tif, display, self._references, capacity, sweep, cross,
            b"L", clordid, 0,
        )  # fmt: skip
        return self._packet(b"S", accepted)

    def _cancel(self, number: int, now: int) -> bytes:
        return self._packet(b"S", self._CANCELED.pack(b"C", now, number, self._open.pop(number), b"U"))

    @staticmethod
    def _packet(kind: bytes, payload: bytes) -> bytes:
        return (len(payload) + 1).to_bytes(2, "big") + kind + payload


class Venues:
    """Serve stand-ins in a thread of their own."""

    def __init__(self, venues: list[StandIn]) -> None:
        self.by_name = {venue.name: venue for venue in venues}
        self._selector = selectors.DefaultSelector()
        self._out: dict[str, bytes] = {venue.name: b"" for venue in venues}
        self._lock = threading.Lock()
        self._is_over = False
        self.failure: BaseException | None = None
        for venue in venues:
            self._selector.register(venue.listener, selectors.EVENT_READ, venue)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Venues":
        self._thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._is_over = True
        self._thread.join()
        for venue in self.by_name.values():
            venue.listener.close()
            if venue.sock is not None:
                venue.sock.close()

    def silence(self, name: str) -> None:
        """Let a venue answer nothing from now on."""
        with self._lock:
            self.by_name[name].is_silent = True

    def speak(self, name: str) -> None:
        """Let it answer, what it has kept first."""
        with self._lock:
            self._out[name] += self.by_name[name].speak()

    def _run(self) -> None:
        beat_at = 0.0
        try:
            while not self._is_over:
                for key, _ in self._selector.select(0.005):
                    self._serve(key.data, key.fileobj)
                if time.monotonic() >= beat_at:
                    beat_at = time.monotonic() + HEARTBEAT_S
                    for venue in self.by_name.values():
                        self._out[venue.name] += venue.heartbeat() if venue.sock is not None else b""
                for venue in self.by_name.values():
                    self._send(venue)
        except BaseException as error:
            self.failure = error

    def _serve(self, venue: StandIn, ready: Any) -> None:
        if ready is venue.listener:
            sock = venue.sock = venue.listener.accept()[0]
            sock.setblocking(False)
            self._selector.register(sock, selectors.EVENT_READ, venue)
            return
        data = ready.recv(1 << 18)
        if not data:
            self._selector.unregister(ready)
            venue.sock = None
            return
        with self._lock:
            self._out[venue.name] += venue.take(data)

    def _send(self, venue: StandIn) -> None:
        with self._lock:
            waiting = self._out[venue.name]
            if not waiting or venue.sock is None:
                return
            try:
                self._out[venue.name] = waiting[venue.sock.send(waiting) :]
            except BlockingIOError:
                return
            except OSError as error:
                if not self._is_over:
                    raise BenchmarkError(f"{venue.name}: {error}") from error
