"""Make OUCH messages with ``struct``, field by field as the exchanges' documents list them: nothing of ours is in them.

Each maker takes the fields that a test cares for; the rest has plausible values. Prices are in the wire's own units.
"""

import struct

MARKET = 0x7FFFFFFF
STAMP = 9 * 3600 * 10**9 + 30 * 60 * 10**9 + 123
"""Half past nine and 123 ns."""


def _t(token: str) -> bytes:
    return token.encode().ljust(14)


def _s(symbol: str) -> bytes:
    return symbol.encode().ljust(8)


class Ouch42:
    """OUCH 4.2, edition of 2018-12-07: tokens are 14 characters, prices 4 bytes with 4 decimals."""

    profile = "nasdaq_ouch42"
    one = 10_000  # 1.00 on the wire

    def enter(
        self,
        token: str,
        side: str = "B",
        shares: int = 100,
        stock: str = "MSFT",
        price: int = 100_000,
        tif: int = 99998,
        display: str = "Y",
        capacity: str = "P",
        iso: str = "N",
        min_qty: int = 0,
        cross: str = "N",
        customer: str = " ",
    ) -> bytes:
        codes = [code.encode() for code in (display, capacity, iso)]
        return struct.pack(
            ">c14scI8sII4scccIcc",
            b"O",
            _t(token),
            side.encode(),
            shares,
            _s(stock),
            price,
            tif,
            b"    ",
            *codes,
            min_qty,
            cross.encode(),
            customer.encode(),
        )

    def replace(
        self,
        old: str,
        new: str,
        shares: int,
        price: int = 100_000,
        tif: int = 99998,
        display: str = "Y",
        min_qty: int = 0,
    ) -> bytes:
        return struct.pack(
            ">c14s14sIIIccI", b"U", _t(old), _t(new), shares, price, tif, display.encode(), b"N", min_qty
        )

    def cancel(self, token: str, shares: int = 0) -> bytes:
        return struct.pack(">c14sI", b"X", _t(token), shares)

    def accepted(
        self,
        token: str,
        shares: int = 100,
        price: int = 100_000,
        side: str = "B",
        state: str = "L",
        reference: int = 7001,
        stamp: int = STAMP,
        stock: str = "MSFT",
    ) -> bytes:
        return struct.pack(
            ">cQ14scI8sII4scQccIccc",
            b"A",
            stamp,
            _t(token),
            side.encode(),
            shares,
            _s(stock),
            price,
            99998,
            b"    ",
            b"Y",
            reference,
            b"P",
            b"N",
            0,
            b"N",
            state.encode(),
            b" ",
        )

    def replaced(
        self,
        old: str,
        new: str,
        shares: int,
        price: int = 100_000,
        side: str = "B",
        state: str = "L",
        reference: int = 7002,
    ) -> bytes:
        return struct.pack(
            ">cQ14scI8sII4scQccIcc14sc",
            b"U",
            STAMP,
            _t(new),
            side.encode(),
            shares,
            _s("MSFT"),
            price,
            99998,
            b"    ",
            b"Y",
            reference,
            b"P",
            b"N",
            0,
            b"N",
            state.encode(),
            _t(old),
            b" ",
        )

    def canceled(self, token: str, decrement: int, reason: str = "U") -> bytes:
        return struct.pack(">cQ14sIc", b"C", STAMP, _t(token), decrement, reason.encode())

    def aiq(self, token: str, decrement: int, prevented: int, price: int = 100_000) -> bytes:
        return struct.pack(">cQ14sIcIIc", b"D", STAMP, _t(token), decrement, b"Q", prevented, price, b"R")

    def executed(self, token: str, shares: int, price: int = 100_000, match: int = 500, flag: str = "A") -> bytes:
        return struct.pack(">cQ14sIIcQ", b"E", STAMP, _t(token), shares, price, flag.encode(), match)

    def executed_with_reference(self, token: str, shares: int, price: int, match: int, reference: int) -> bytes:
        return struct.pack(">cQ14sIIcQIc", b"G", STAMP, _t(token), shares, price, b"R", match, reference, b"I")

    def broken(self, token: str, match: int = 500, reason: str = "E") -> bytes:
        return struct.pack(">cQ14sQc", b"B", STAMP, _t(token), match, reason.encode())

    def corrected(self, token: str, shares: int, price: int, match: int = 500) -> bytes:
        return struct.pack(">cQ14sIIcQc", b"F", STAMP, _t(token), shares, price, b"A", match, b"N")

    def rejected(self, token: str, reason: str = "X") -> bytes:
        return struct.pack(">cQ14sc", b"J", STAMP, _t(token), reason.encode())

    def cancel_pending(self, token: str) -> bytes:
        return struct.pack(">cQ14s", b"P", STAMP, _t(token))

    def cancel_reject(self, token: str) -> bytes:
        return struct.pack(">cQ14s", b"I", STAMP, _t(token))

    def priority(self, token: str, price: int, reference: int = 7003) -> bytes:
        return struct.pack(">cQ14sIcQ", b"T", STAMP, _t(token), price, b"Z", reference)

    def modified(self, token: str, shares: int, side: str = "B") -> bytes:
        return struct.pack(">cQ14scI", b"M", STAMP, _t(token), side.encode(), shares)

    def trade_now(self, token: str) -> bytes:
        return struct.pack(">cQ14s", b"N", STAMP, _t(token))

    def system_event(self, code: str) -> bytes:
        return struct.pack(">cQc", b"S", STAMP, code.encode())


class Ouch50:
    """OUCH 5.0, edition of 2023-04: numbers for tokens, prices 8 bytes with 4 decimals, options at the end."""

    profile = "nasdaq_ouch50"
    one = 10_000

    def enter(
        self,
        token: str,
        side: str = "B",
        shares: int = 100,
        stock: str = "MSFT",
        price: int = 100_000,
        tif: str = "0",
        display: str = "Y",
        capacity: str = "P",
        iso: str = "N",
        cross: str = "N",
        options: bytes = b"",
    ) -> bytes:
        codes = [code.encode() for code in (tif, display, capacity, iso, cross)]
        head = struct.pack(
            ">cIcI8sQccccc14sH",
            b"O",
            int(token),
            side.encode(),
            shares,
            _s(stock),
            price,
            *codes,
            _t(token),
            len(options),
        )
        return head + options

    def replace(
        self,
        old: str,
        new: str,
        shares: int,
        price: int = 100_000,
        tif: str = "0",
        display: str = "Y",
        options: bytes = b"",
    ) -> bytes:
        head = struct.pack(
            ">cIIIQccc14sH",
            b"U",
            int(old),
            int(new),
            shares,
            price,
            tif.encode(),
            display.encode(),
            b"N",
            _t(new),
            len(options),
        )
        return head + options

    def cancel(self, token: str, shares: int = 0) -> bytes:
        return struct.pack(">cII", b"X", int(token), shares)

    def mass_cancel(self, token: str, symbol: str = "") -> bytes:
        return struct.pack(">cI4s8sH", b"C", int(token), b"    ", _s(symbol), 0)

    def query(self) -> bytes:
        return b"Q"

    def entry(self, kind: str, token: str, firm: str) -> bytes:
        return struct.pack(">cI4sH", kind.encode(), int(token), firm.encode().ljust(4), 0)

    def accepted(
        self,
        token: str,
        shares: int = 100,
        price: int = 100_000,
        side: str = "B",
        state: str = "L",
        reference: int = 7001,
        stamp: int = STAMP,
        stock: str = "MSFT",
    ) -> bytes:
        return struct.pack(
            ">cQIcI8sQccQcccc14sH",
            b"A",
            stamp,
            int(token),
            side.encode(),
            shares,
            _s(stock),
            price,
            b"0",
            b"Y",
            reference,
            b"P",
            b"N",
            b"N",
            state.encode(),
            _t(token),
            0,
        )

    def replaced(
        self,
        old: str,
        new: str,
        shares: int,
        price: int = 100_000,
        side: str = "B",
        state: str = "L",
        reference: int = 7002,
    ) -> bytes:
        return struct.pack(
            ">cQIIcI8sQccQcccc14sH",
            b"U",
            STAMP,
            int(old),
            int(new),
            side.encode(),
            shares,
            _s("MSFT"),
            price,
            b"0",
            b"Y",
            reference,
            b"P",
            b"N",
            b"N",
            state.encode(),
            _t(new),
            0,
        )

    def canceled(self, token: str, decrement: int, reason: str = "U") -> bytes:
        return struct.pack(">cQIIc", b"C", STAMP, int(token), decrement, reason.encode())

    def aiq(self, token: str, decrement: int, prevented: int, price: int = 100_000) -> bytes:
        return struct.pack(">cQIIcIQcc", b"D", STAMP, int(token), decrement, b"Q", prevented, price, b"R", b"D")

    def executed(self, token: str, shares: int, price: int = 100_000, match: int = 500, flag: str = "A") -> bytes:
        return struct.pack(">cQIIQcQH", b"E", STAMP, int(token), shares, price, flag.encode(), match, 0)

    def broken(self, token: str, match: int = 500, reason: str = "E") -> bytes:
        return struct.pack(">cQIQc14s", b"B", STAMP, int(token), match, reason.encode(), _t(token))

    def rejected(self, token: str, reason: int = 29) -> bytes:
        return struct.pack(">cQIH14s", b"J", STAMP, int(token), reason, _t(token))

    def cancel_pending(self, token: str) -> bytes:
        return struct.pack(">cQI", b"P", STAMP, int(token))

    def cancel_reject(self, token: str) -> bytes:
        return struct.pack(">cQI", b"I", STAMP, int(token))

    def priority(self, token: str, price: int, reference: int = 7003) -> bytes:
        return struct.pack(">cQIQcQ", b"T", STAMP, int(token), price, b"Z", reference)

    def modified(self, token: str, shares: int, side: str = "B") -> bytes:
        return struct.pack(">cQIcI", b"M", STAMP, int(token), side.encode(), shares)

    def restated(self, token: str, reason: str, options: bytes = b"") -> bytes:
        return struct.pack(">cQIcH", b"R", STAMP, int(token), reason.encode(), len(options)) + options

    def account_state(self, next_id: int) -> bytes:
        return struct.pack(">cQI", b"Q", STAMP, next_id)

    def mass_canceled(self, token: str, symbol: str = "") -> bytes:
        return struct.pack(">cQI4s8sH", b"X", STAMP, int(token), b"    ", _s(symbol), 0)

    def entry_response(self, kind: str, token: str, firm: str) -> bytes:
        return struct.pack(">cQI4sH", kind.encode(), STAMP, int(token), firm.encode().ljust(4), 0)

    def system_event(self, code: str) -> bytes:
        return struct.pack(">cQc", b"S", STAMP, code.encode())


class Jnx:
    """Japannext OUCH 1.11: numbers for tokens and order books, prices 4 bytes with 1 decimal."""

    profile = "japannext_ouch111"
    one = 10

    def enter(
        self,
        token: str,
        side: str = "B",
        shares: int = 100,
        book: int = 1101,
        price: int = 100,
        tif: int = 99999,
        display: str = " ",
        capacity: str = "P",
        min_qty: int = 0,
    ) -> bytes:
        return struct.pack(
            ">cI10scII4sIIIccIcc",
            b"O",
            int(token),
            b" " * 10,
            side.encode(),
            shares,
            book,
            b"DAY ",
            price,
            tif,
            0,
            display.encode(),
            capacity.encode(),
            min_qty,
            b"1",
            b"1",
        )

    def replace(self, old: str, new: str, shares: int, price: int = 100) -> bytes:
        return struct.pack(">cIIIIIcI", b"U", int(old), int(new), shares, price, 99999, b" ", 0)

    def cancel(self, token: str, shares: int = 0) -> bytes:
        return struct.pack(">cII", b"X", int(token), shares)

    def accepted(
        self, token: str, shares: int = 100, price: int = 100, side: str = "B", state: str = "L", reference: int = 7001
    ) -> bytes:
        return struct.pack(
            ">cQI10scII4sIIIccQIccc",
            b"A",
            STAMP,
            int(token),
            b" " * 10,
            side.encode(),
            shares,
            1101,
            b"DAY ",
            price,
            99999,
            0,
            b" ",
            b"P",
            reference,
            0,
            state.encode(),
            b"1",
            b"1",
        )

    def replaced(
        self,
        old: str,
        new: str,
        shares: int,
        price: int = 100,
        side: str = "B",
        state: str = "L",
        reference: int = 7002,
    ) -> bytes:
        return struct.pack(
            ">cQIcII4sIIcQIcI",
            b"U",
            STAMP,
            int(new),
            side.encode(),
            shares,
            1101,
            b"DAY ",
            price,
            99999,
            b" ",
            reference,
            0,
            state.encode(),
            int(old),
        )

    def canceled(self, token: str, decrement: int, reason: str = "U") -> bytes:
        return struct.pack(">cQIIc", b"C", STAMP, int(token), decrement, reason.encode())

    def aiq(self, token: str, decrement: int, prevented: int, price: int = 100) -> bytes:
        return struct.pack(">cQIIcIIc", b"D", STAMP, int(token), decrement, b"O", prevented, price, b"R")

    def executed(self, token: str, shares: int, price: int = 100, match: int = 500, flag: str = "A") -> bytes:
        return struct.pack(">cQIIIcQ", b"E", STAMP, int(token), shares, price, flag.encode(), match)

    def rejected(self, token: str, reason: str = "X") -> bytes:
        return struct.pack(">cQIc", b"J", STAMP, int(token), reason.encode())

    def system_event(self, code: str) -> bytes:
        return struct.pack(">cQc", b"S", STAMP, code.encode())


def packet(kind: str, payload: bytes = b"") -> bytes:
    """Return a SoupBinTCP packet."""
    return struct.pack(">Hc", len(payload) + 1, kind.encode()) + payload


def login_accepted(session: str, number: int) -> bytes:
    """Return a LoginAccepted packet."""
    return packet("A", session.encode().rjust(10) + str(number).encode().rjust(20))


def packets(data: bytes) -> list[tuple[str, bytes]]:
    """Split a stream into (type, payload); what is left over at the end is a mistake."""
    found = []
    while data:
        (length,) = struct.unpack_from(">H", data)
        assert len(data) >= 2 + length
        found.append((chr(data[2]), data[3 : 2 + length]))
        data = data[2 + length :]
    return found
