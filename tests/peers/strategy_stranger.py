"""Speak the binary port's protocol by hand, on struct alone, as docs/strategy-protocol.md describes it.

Nothing here uses Fairlead's codecs or its table: prices and quantities are raw, in units of 10^-8.
"""

import struct
from collections.abc import Iterator
from typing import Any

NONE = -(2**63)

REPORT_FIELDS = (
    *("type", "kind", "exec_type", "ord_status", "side", "ord_type", "time_in_force", "request_kind", "refusal"),
    *("last_liquidity", "poss_dup", "poss_resend", "cl_ord_id", "orig_cl_ord_id", "order_id", "exec_id", "symbol"),
    *("account", "venue", "order_qty", "price", "last_qty", "last_px", "leaves_qty", "cum_qty", "avg_px"),
    *("transact_time", "appendage_length"),
)
REPORT = struct.Struct(">cBccccc BBccc 24s24s16s24s24s16s8s qqqqqqq q H".replace(" ", ""))


def packet(kind: str, payload: bytes = b"") -> bytes:
    """Return a SoupBinTCP packet."""
    return struct.pack(">Hc", len(payload) + 1, kind.encode()) + payload


def packets(data: bytes) -> list[tuple[str, bytes]]:
    """Return (type, payload) of the packets in ``data``, which ends with one."""
    found = []
    while data:
        length = struct.unpack_from(">H", data)[0]
        assert len(data) >= 2 + length >= 3
        found.append((chr(data[2]), data[3 : 2 + length]))
        data = data[2 + length :]
    return found


def login(username: str = "alpha", password: str = "sesame", session: str = "", number: int = 1) -> bytes:
    """Return a login."""
    return packet("L", f"{username:<6}{password:<10}{session:>10}{number:>20}".encode())


def login_accepted(number: int = 1, session: str = "F1-0") -> bytes:
    """Return the answer to it."""
    return packet("A", f"{session:>10}{number:>20}".encode())


def text(value: str, size: int) -> bytes:
    """Return text in a field."""
    assert len(value) <= size
    return value.encode("latin-1").ljust(size)


def option(tag: int, value: bytes) -> bytes:
    """Return one element of an appendage."""
    return struct.pack(">HB", len(value) + 1, tag) + value


def appended(fixed: bytes, options: bytes) -> bytes:
    """Return a message with its appendage."""
    return fixed + struct.pack(">H", len(options)) + options


def new_order(
    cl_ord_id: str = "A",
    symbol: str = "S",
    side: bytes = b"1",
    ord_type: bytes = b"1",
    order_qty: int = 10**8,
    price: int = NONE,
    account: str = "",
    venue: str = "",
    time_in_force: bytes = b"0",
    codes: bytes = b"\0\0\0\0N",
    options: bytes = b"",
) -> bytes:
    """Return a new order; ``codes`` are HandlInst, OrderCapacity, PositionEffect, LocateReqd and PossResend."""
    fixed = b"O" + text(cl_ord_id, 24) + text(symbol, 24) + text(account, 16) + text(venue, 8)
    fixed += side + ord_type + time_in_force + codes + struct.pack(">qq", order_qty, price)
    return appended(fixed, options)


def cancel_order(cl_ord_id: str, orig_cl_ord_id: str, side: bytes = b"\0", options: bytes = b"") -> bytes:
    """Return a cancel."""
    return appended(b"X" + text(cl_ord_id, 24) + text(orig_cl_ord_id, 24) + side, options)


def replace_order(
    cl_ord_id: str,
    orig_cl_ord_id: str,
    codes: bytes = b"\0" * 7,
    order_qty: int = NONE,
    price: int = NONE,
    options: bytes = b"",
) -> bytes:
    """Return a replace; ``codes`` are Side, OrdType, TimeInForce and the first four of a new order's."""
    fixed = b"U" + text(cl_ord_id, 24) + text(orig_cl_ord_id, 24) + codes + struct.pack(">qq", order_qty, price)
    return appended(fixed, options)


def mass_cancel(cl_ord_id: str, scope: bytes = b"7", side: bytes = b"\0", options: bytes = b"") -> bytes:
    """Return a mass cancel."""
    return appended(b"M" + text(cl_ord_id, 24) + scope + side, options)


def status_request(cl_ord_id: str = "", request_id: str = "", side: bytes = b"\0", options: bytes = b"") -> bytes:
    """Return a status request."""
    return appended(b"Q" + text(cl_ord_id, 24) + text(request_id, 24) + side, options)


def dont_know_trade(
    order_id: str,
    exec_id: str,
    dk_reason: bytes,
    side: bytes = b"\0",
    amounts: tuple[int, int, int] = (NONE, NONE, NONE),
    options: bytes = b"",
) -> bytes:
    """Return a denial; ``amounts`` are OrderQty, LastQty and LastPx."""
    fixed = b"D" + text(order_id, 16) + text(exec_id, 24) + dk_reason + side + struct.pack(">qqq", *amounts)
    return appended(fixed, options)


def market_data_request(
    md_req_id: str, kind: bytes, symbols: tuple[str, ...], update: bytes = b"1", depth: int = 0, venue: str = ""
) -> bytes:
    """Return a market data request for all entry types."""
    head = b"V" + text(md_req_id, 24) + kind + update + struct.pack(">I", depth) + text("012", 8) + text(venue, 32)
    return head + struct.pack(">H", len(symbols)) + b"".join(text(symbol, 24) for symbol in symbols)


def report(options: bytes = b"", **given: Any) -> bytes:
    """Return a report; texts as text, codes as bytes, numbers raw."""
    values: dict[str, Any] = dict.fromkeys(REPORT_FIELDS[:12], b"\0")
    values |= {"type": b"R", "kind": 0, "request_kind": 0, "refusal": 0, "poss_dup": b"N", "poss_resend": b"N"}
    values |= dict.fromkeys(REPORT_FIELDS[12:19], "")
    values |= dict.fromkeys(REPORT_FIELDS[19:27], NONE)
    values |= given | {"appendage_length": len(options)}
    sizes = dict(zip(REPORT_FIELDS[12:19], (24, 24, 16, 24, 24, 16, 8), strict=True))
    packed = [text(values[name], sizes[name]) if name in sizes else values[name] for name in REPORT_FIELDS]
    return REPORT.pack(*packed) + options


def read_report(message: bytes) -> dict[str, Any]:
    """Return what a report says: fields by name, options by tag."""
    found: dict[str, Any] = dict(zip(REPORT_FIELDS, REPORT.unpack_from(message), strict=True))
    for name in REPORT_FIELDS[12:19]:
        found[name] = found[name].decode("latin-1").rstrip(" ")
    assert len(message) == REPORT.size + found["appendage_length"]
    return found | dict(options_of(message[REPORT.size :]))


def options_of(appendage: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (tag, value) of each option."""
    at = 0
    while at < len(appendage):
        length, tag = struct.unpack_from(">HB", appendage, at)
        yield tag, appendage[at + 3 : at + 2 + length]
        at += 2 + length


def refused(kind: bytes, number: int, mistakes: tuple[str, ...], cl_ord_id: str = "") -> bytes:
    """Return the refusal of a message."""
    fixed = b"!" + kind + struct.pack(">Q", number) + text(cl_ord_id, 24)
    return appended(fixed, b"".join(option(65, mistake.encode("latin-1")) for mistake in mistakes))
