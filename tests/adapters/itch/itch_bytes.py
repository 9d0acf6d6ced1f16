"""Make ITCH 5.0 messages by hand, from the layouts of the exchange's document: struct formats, nothing of Fairlead's.

Each function takes the locate code, the nanoseconds since midnight and the message's own fields; prices in 1/10000.
"""

import struct

NINE_THIRTY = 34_200_000_000_000


def _message(code: str, locate: int, at_ns: int, body: bytes, tracking: int = 0) -> bytes:
    return code.encode() + struct.pack(">HH", locate, tracking) + at_ns.to_bytes(6, "big") + body


def _alpha(text: str, length: int) -> bytes:
    return text.encode().ljust(length)


def system_event(code: str, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("S", 0, at_ns, code.encode())


def directory(locate: int, stock: str, round_lot: int = 100, at_ns: int = NINE_THIRTY) -> bytes:
    body = (
        _alpha(stock, 8) + b"QN" + struct.pack(">I", round_lot) + b"NC" + b"Z " + b"PNN1N" + struct.pack(">I", 0) + b"N"
    )
    return _message("R", locate, at_ns, body)


def trading_action(locate: int, stock: str, state: str, reason: str = "", at_ns: int = NINE_THIRTY) -> bytes:
    return _message("H", locate, at_ns, _alpha(stock, 8) + state.encode() + b" " + _alpha(reason, 4))


def reg_sho(locate: int, stock: str, action: str, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("Y", locate, at_ns, _alpha(stock, 8) + action.encode())


def participant(locate: int, stock: str, mpid: str = "ABCD", at_ns: int = NINE_THIRTY) -> bytes:
    return _message("L", locate, at_ns, _alpha(mpid, 4) + _alpha(stock, 8) + b"YNA")


def mwcb_levels(one: int, two: int, three: int, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("V", 0, at_ns, struct.pack(">QQQ", one, two, three))


def mwcb_status(level: str, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("W", 0, at_ns, level.encode())


def ipo(locate: int, stock: str, release_s: int, qualifier: str, price: int, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("K", locate, at_ns, _alpha(stock, 8) + struct.pack(">IcI", release_s, qualifier.encode(), price))


def luld(
    locate: int, stock: str, reference: int, upper: int, lower: int, extension: int, at_ns: int = NINE_THIRTY
) -> bytes:
    return _message("J", locate, at_ns, _alpha(stock, 8) + struct.pack(">IIII", reference, upper, lower, extension))


def operational_halt(locate: int, stock: str, market: str, action: str, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("h", locate, at_ns, _alpha(stock, 8) + market.encode() + action.encode())


def add(locate: int, stock: str, reference: int, side: str, shares: int, price: int, at_ns: int = NINE_THIRTY) -> bytes:
    body = struct.pack(">QcI", reference, side.encode(), shares) + _alpha(stock, 8) + struct.pack(">I", price)
    return _message("A", locate, at_ns, body)


def add_mpid(
    locate: int, stock: str, reference: int, side: str, shares: int, price: int, mpid: str, at_ns: int = NINE_THIRTY
) -> bytes:
    return b"F" + add(locate, stock, reference, side, shares, price, at_ns)[1:] + _alpha(mpid, 4)


def execute(locate: int, reference: int, shares: int, match: int, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("E", locate, at_ns, struct.pack(">QIQ", reference, shares, match))


def execute_at(
    locate: int, reference: int, shares: int, match: int, printable: str, price: int, at_ns: int = NINE_THIRTY
) -> bytes:
    return _message("C", locate, at_ns, struct.pack(">QIQcI", reference, shares, match, printable.encode(), price))


def cancel(locate: int, reference: int, shares: int, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("X", locate, at_ns, struct.pack(">QI", reference, shares))


def delete(locate: int, reference: int, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("D", locate, at_ns, struct.pack(">Q", reference))


def replace(locate: int, old: int, new: int, shares: int, price: int, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("U", locate, at_ns, struct.pack(">QQII", old, new, shares, price))


def trade(locate: int, stock: str, shares: int, price: int, match: int, at_ns: int = NINE_THIRTY) -> bytes:
    body = struct.pack(">QcI", 0, b"B", shares) + _alpha(stock, 8) + struct.pack(">IQ", price, match)
    return _message("P", locate, at_ns, body)


def cross(locate: int, stock: str, shares: int, price: int, match: int, kind: str, at_ns: int = NINE_THIRTY) -> bytes:
    body = struct.pack(">Q", shares) + _alpha(stock, 8) + struct.pack(">IQc", price, match, kind.encode())
    return _message("Q", locate, at_ns, body)


def broken(locate: int, match: int, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("B", locate, at_ns, struct.pack(">Q", match))


def noii(
    locate: int,
    stock: str,
    paired: int,
    imbalance: int,
    side: str,
    prices: tuple[int, int, int],
    at_ns: int = NINE_THIRTY,
) -> bytes:
    body = (
        struct.pack(">QQc", paired, imbalance, side.encode()) + _alpha(stock, 8) + struct.pack(">III", *prices) + b"O1"
    )
    return _message("I", locate, at_ns, body)


def rpii(locate: int, stock: str, flag: str, at_ns: int = NINE_THIRTY) -> bytes:
    return _message("N", locate, at_ns, _alpha(stock, 8) + flag.encode())


def direct_listing(locate: int, stock: str, prices: tuple[int, ...], near_ns: int, at_ns: int = NINE_THIRTY) -> bytes:
    minimum, maximum, near, lower, upper = prices
    body = b"Y" + struct.pack(">IIIQII", minimum, maximum, near, near_ns, lower, upper)
    return _message("O", locate, at_ns, _alpha(stock, 8) + body)


def framed(messages: list[bytes]) -> bytes:
    """Return messages each behind its length, as files and Mold packets have them."""
    return b"".join(struct.pack(">H", len(message)) + message for message in messages)
