"""Make ITCH 5.0 messages by hand, from the published layout, and put them into files and captures."""

import struct

NS = 34_200 * 10**9


def head(kind: bytes, locate: int, ns: int) -> bytes:
    return kind + struct.pack(">HH", locate, 0) + ns.to_bytes(6, "big")


def add(ref: int, side: bytes, shares: int, price: int, locate: int = 1, stock: bytes = b"MSFT", ns: int = NS) -> bytes:
    return head(b"A", locate, ns) + struct.pack(">QcI8sI", ref, side, shares, stock.ljust(8), price)


def delete(ref: int, locate: int = 1, ns: int = NS) -> bytes:
    return head(b"D", locate, ns) + struct.pack(">Q", ref)


def executed(ref: int, shares: int, match: int, locate: int = 1, ns: int = NS) -> bytes:
    return head(b"E", locate, ns) + struct.pack(">QIQ", ref, shares, match)


def directory(stock: bytes, locate: int, round_lot: int = 100, ns: int = NS) -> bytes:
    tail = (
        b"Q"
        + b"N"
        + struct.pack(">I", round_lot)
        + b"N"
        + b"C"
        + b"Z "
        + b"P"
        + b"N"
        + b"N"
        + b"1"
        + b"N"
        + bytes(4)
        + b"N"
    )
    return head(b"R", locate, ns) + stock.ljust(8) + tail


def event(code: bytes, ns: int = NS) -> bytes:
    return head(b"S", 0, ns) + code


def framed(*messages: bytes) -> bytes:
    return b"".join(struct.pack(">H", len(message)) + message for message in messages)


def mold(number: int, *messages: bytes, session: bytes = b"DAY0000001", count: int = -1) -> bytes:
    return session + struct.pack(">QH", number, len(messages) if count < 0 else count) + framed(*messages)


def soup(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">H", 1 + len(payload)) + kind + payload


def udp(payload: bytes, source_port: int = 50_000, target_port: int = 26_400) -> bytes:
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, b"\x0a\0\0\1", b"\xe0\0\0\1")
    return ip + struct.pack(">HHHH", source_port, target_port, 8 + len(payload), 0) + payload


def tcp(payload: bytes, sequence: int, source_port: int = 9000, target_port: int = 50_000, flags: int = 0x18) -> bytes:
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
    return ip + struct.pack(">HHIIBBHHH", source_port, target_port, sequence, 0, 0x50, flags, 0, 0, 0) + payload


def pcap(*packets: bytes, link_type: int = 101) -> bytes:
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65_535, link_type)
    for number, packet in enumerate(packets):
        out += struct.pack("<IIII", 1_700_000_000, number, len(packet), len(packet)) + packet
    return out
