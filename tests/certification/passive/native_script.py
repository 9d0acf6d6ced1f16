"""Write captures of SoupBinTCP sessions and MoldUDP64 feeds from short scripts.

A line of a session is (who, packet, wait_ms): ``"C"`` the client, ``"S"`` the server; packets are bytes, OPEN or
CLOSE.
Messages are laid out by hand from the published formats.
"""

from __future__ import annotations

import struct

from capture_files import ACK, FIN, SYN, UDP, ipv4, pcap, tcp, udp

OPEN, CLOSE = "open", "close"
Line = tuple[str, "bytes | str"] | tuple[str, "bytes | str", int]
NO_PRICE = 0


def soup(kind: str, payload: bytes = b"") -> bytes:
    return struct.pack(">Hc", len(payload) + 1, kind.encode()) + payload


def login(session: str = "", number: int = 1, user: str = "FAIR01") -> bytes:
    return soup("L", f"{user:<6}{'secret':<10}{session:>10}{number:>20}".encode())


def accepted(session: str = "DAY1", number: int = 1) -> bytes:
    return soup("A", f"{session:>10}{number:>20}".encode())


UP: tuple[Line, ...] = (("C", OPEN), ("S", OPEN), ("C", login()), ("S", accepted()))
BEAT_C, BEAT_S = soup("R"), soup("H")


def enter(token: str = "T1", shares: int = 100, price: int = 100_000, tif: int = 99_998) -> bytes:
    """Return an OUCH 4.2 Enter Order."""
    body = struct.pack(">c14scI8sII4s", b"O", token.ljust(14).encode(), b"B", shares, b"MSFT    ", price, tif, b"FIRM")
    return soup("U", body + struct.pack(">cccIcc", b"Y", b"P", b"N", 0, b"N", b" "))


def replace(old: str, new: str, shares: int = 100, price: int = 110_000) -> bytes:
    body = struct.pack(">c14s14sIII", b"U", old.ljust(14).encode(), new.ljust(14).encode(), shares, price, 99_998)
    return soup("U", body + struct.pack(">ccI", b"Y", b"N", 0))


def cancel(token: str = "T1", shares: int = 0) -> bytes:
    return soup("U", struct.pack(">c14sI", b"X", token.ljust(14).encode(), shares))


def _reply(kind: bytes, token: str, rest: bytes) -> bytes:
    return soup("S", kind + struct.pack(">Q14s", 1, token.ljust(14).encode()) + rest)


def _terms(shares: int, price: int, tif: int) -> bytes:
    return struct.pack(">cI8sII4scQ", b"B", shares, b"MSFT    ", price, tif, b"FIRM", b"Y", 7) + struct.pack(
        ">ccIcc", b"P", b"N", 0, b"N", b"L"
    )


def ack(token: str = "T1", shares: int = 100, price: int = 100_000, tif: int = 99_998) -> bytes:
    return _reply(b"A", token, _terms(shares, price, tif) + b" ")


def replaced(old: str, new: str, shares: int = 100, price: int = 110_000) -> bytes:
    return _reply(b"U", new, _terms(shares, price, 99_998) + old.ljust(14).encode() + b" ")


def filled(token: str = "T1", shares: int = 40, match: int = 1) -> bytes:
    return _reply(b"E", token, struct.pack(">IIcQ", shares, 100_000, b"A", match))


def canceled(token: str = "T1", shares: int = 100, reason: str = "U") -> bytes:
    return _reply(b"C", token, struct.pack(">Ic", shares, reason.encode()))


def rejected(token: str = "T1") -> bytes:
    return _reply(b"J", token, b"S")


def broken(token: str = "T1", match: int = 1) -> bytes:
    return _reply(b"B", token, struct.pack(">Qc", match, b"E"))


def priority(token: str = "T1") -> bytes:
    return _reply(b"T", token, struct.pack(">IcQ", 100_000, b"Y", 8))


def enter5(number: int, tif: str = "0") -> bytes:
    """Return an OUCH 5.0 Enter Order for 100 MSFT at 10, without options."""
    body = struct.pack(">cIcI8sQ", b"O", number, b"B", 100, b"MSFT    ", 100_000)
    return soup("U", body + f"{tif}YPNN".encode() + b"CL".ljust(14) + b"\0\0")


def ack5(number: int) -> bytes:
    body = struct.pack(">cQIcI8sQ", b"A", 1, number, b"B", 100, b"MSFT    ", 100_000)
    return soup("S", body + b"0Y" + struct.pack(">Q", 7) + b"PNNL" + b"CL".ljust(14) + b"\0\0")


def restated5(number: int) -> bytes:
    return soup("S", struct.pack(">cQIc", b"R", 1, number, b"R") + b"\0\0")


def canceled5(number: int, shares: int = 100) -> bytes:
    return soup("S", struct.pack(">cQIIc", b"C", 1, number, shares, b"U"))


QUERY5 = soup("U", b"Q")


def answer5(following: int) -> bytes:
    return soup("S", struct.pack(">cQI", b"Q", 1, following))


def mass5(number: int) -> bytes:
    return soup("U", struct.pack(">cI4s8s", b"C", number, b"FIRM", b"MSFT    ") + b"\0\0")


def mass_answer5(number: int) -> bytes:
    return soup("S", struct.pack(">cQI4s8s", b"X", 1, number, b"FIRM", b"MSFT    ") + b"\0\0")


def session(lines: list[Line] | tuple[Line, ...]) -> bytes:
    """Return a capture of a session; each OPEN of the client is another connection, from another port."""
    packets, times_ms, now_ms = [], [], 0
    port, at = 4000, {"C": 1, "S": 1}
    for who, what, *waits in lines:
        now_ms += waits[0] if waits else 10
        if who == "C" and what == OPEN:
            port, at = port + 1, {"C": 1, "S": 1}
        ends = (port, 5002) if who == "C" else (5002, port)
        if what == OPEN:
            segment = tcp(*ends, at[who] - 1, flags=SYN)
        elif what == CLOSE:
            segment = tcp(*ends, at[who], flags=FIN | ACK)
        else:
            assert isinstance(what, bytes)
            segment = tcp(*ends, at[who], what)
            at[who] += len(what)
        hosts = ("10.0.0.1", "10.0.0.2")
        packets.append(ipv4(segment, *(hosts if who == "C" else hosts[::-1])))
        times_ms.append(now_ms)
    return pcap(packets, 101, times_ms=times_ms)


def mold(number: int, *messages: bytes, count: int | None = None, session: str = "DAY1") -> bytes:
    header = struct.pack(">10sQH", session.ljust(10).encode(), number, len(messages) if count is None else count)
    return header + b"".join(struct.pack(">H", len(message)) + message for message in messages)


def feed(lines: list[tuple[str, bytes] | tuple[str, bytes, int]]) -> bytes:
    """Return a capture of a feed: ``"A"`` and ``"B"`` are lines, ``"Q"`` a receiver's request, ``"R"`` its answer."""
    ways = {"A": (9, 26400, "233.0.0.1"), "B": (9, 26401, "233.0.0.2"),
            "Q": (4000, 26500, "10.0.0.2"), "R": (26500, 4000, "10.0.0.1")}  # fmt: skip
    packets, times_ms, now_ms = [], [], 0
    for line, data, *waits in lines:
        now_ms += waits[0] if waits else 10
        source, target, host = ways[line]
        packets.append(ipv4(udp(source, target, data), "10.0.0.9", host, UDP))
        times_ms.append(now_ms)
    return pcap(packets, 101, times_ms=times_ms)


def itch(kind: str, rest: bytes, locate: int = 1) -> bytes:
    return kind.encode() + struct.pack(">HH", locate, 0) + bytes(6) + rest


def directory(locate: int = 1) -> bytes:
    rest = b"MSFT    QN" + struct.pack(">I", 100) + b"NCZ PNN1N" + struct.pack(">I", 0) + b"N"
    return itch("R", rest, locate)


def add(reference: int, shares: int = 100, locate: int = 1) -> bytes:
    return itch("A", struct.pack(">QcI8sI", reference, b"B", shares, b"MSFT    ", 100_000), locate)


def executed(reference: int, shares: int, match: int = 1) -> bytes:
    return itch("E", struct.pack(">QIQ", reference, shares, match))


def delete(reference: int) -> bytes:
    return itch("D", struct.pack(">Q", reference))


def broken_trade(match: int) -> bytes:
    return itch("B", struct.pack(">Q", match))


def action(state: str) -> bytes:
    return itch("H", b"MSFT    " + state.encode() + b"     ")
