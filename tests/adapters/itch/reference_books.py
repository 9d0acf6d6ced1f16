"""Keep books in the plainest way there is, to compare the compiled ones with: dictionaries, everything added up anew.

Reads the bytes with struct at the document's offsets. Counts contradictions by kind, and changes nothing by them that
docs/market_data.md does not say.
"""

import struct
from collections import Counter
from dataclasses import dataclass, field

UNIT = 10**8
TICK = 10**4
LIMIT = 2**63 - 1


@dataclass
class Order:
    locate: int
    side: str
    price: int
    shares: int


@dataclass
class ReferenceBooks:
    orders: dict[int, Order] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    suspect: set[int] = field(default_factory=set)
    trading: set[int] = field(default_factory=set)
    crossed: set[int] = field(default_factory=set)
    volume: Counter[int] = field(default_factory=Counter)
    last: dict[int, tuple[int, int]] = field(default_factory=dict)
    matches: dict[int, int] = field(default_factory=dict)

    def apply(self, message: bytes) -> None:
        code = chr(message[0])
        (locate,) = struct.unpack_from(">H", message, 1)
        if code in "RH":
            self.names[locate] = message[11:19].decode().strip()
            if code == "H":
                (self.trading.add if message[19:20] == b"T" else self.trading.discard)(locate)
        elif code in "AF":
            self._add(locate, message)
        elif code in "ECXDU":
            self._change(code, locate, message)
        self._look_for_crossings()

    def _fault(self, kind: str, *locates: int) -> None:
        self.faults[kind] += 1
        self.suspect.update(locates)

    def _add(self, locate: int, message: bytes) -> None:
        reference, side, shares = struct.unpack_from(">QcI", message, 11)
        self.names.setdefault(locate, message[24:32].decode().strip())
        if side not in b"BS" or shares == 0:
            self._fault("bad_value", locate)
        elif reference in self.orders:
            self._fault("duplicate_reference", locate)
        else:
            (price,) = struct.unpack_from(">I", message, 32)
            self.orders[reference] = Order(locate, side.decode(), price, shares)

    def _change(self, code: str, locate: int, message: bytes) -> None:
        (reference,) = struct.unpack_from(">Q", message, 11)
        if locate not in self.names:
            # no book can be named: the whole feed is suspect
            self._fault("unknown_book", -1)
            return
        order = self.orders.get(reference)
        if order is None:
            self._fault("unknown_reference", locate)
            return
        if order.locate != locate:
            self._fault("other_book", locate)
            self._fault("other_book", order.locate)
            return
        if code == "D":
            del self.orders[reference]
        elif code == "U":
            self._replace(reference, order, message)
        else:
            self._take(code, reference, order, message)

    def _take(self, code: str, reference: int, order: Order, message: bytes) -> None:
        (shares,) = struct.unpack_from(">I", message, 19)
        if shares == 0:
            self._fault("bad_value", order.locate)
            return
        if shares > order.shares:
            self._fault("too_much", order.locate)
        if shares >= order.shares:
            del self.orders[reference]
        else:
            order.shares -= shares
        if code == "E" or (code == "C" and message[31:32] == b"Y"):
            price = order.price if code == "E" else struct.unpack_from(">I", message, 32)[0]
            (match,) = struct.unpack_from(">Q", message, 23)
            if match == 0 or self.matches.get(order.locate) != match:
                self.matches[order.locate] = match
                self.volume[order.locate] += shares
                self.last[order.locate] = (price, shares)

    def _replace(self, reference: int, order: Order, message: bytes) -> None:
        new, shares, price = struct.unpack_from(">QII", message, 19)
        if shares == 0:
            self._fault("bad_value", order.locate)
            return
        if new != reference and new in self.orders:
            self._fault("duplicate_reference", order.locate)
            del self.orders[reference]
            return
        del self.orders[reference]
        self.orders[new] = Order(order.locate, order.side, price, shares)

    def levels(self, locate: int, side: str) -> list[tuple[int, int, int]]:
        """Return (price, quantity, orders) of one side in Fairlead's units, best first."""
        found: dict[int, list[int]] = {}
        for order in self.orders.values():
            if order.locate == locate and order.side == side:
                level = found.setdefault(order.price, [0, 0])
                level[0] += order.shares
                level[1] += 1
        ranked = sorted(found.items(), reverse=side == "B")
        return [(price * TICK, shares * UNIT, count) for price, (shares, count) in ranked]

    def _look_for_crossings(self) -> None:
        for locate in self.names:
            bids, asks = self.levels(locate, "B"), self.levels(locate, "S")
            is_crossed = locate in self.trading and bool(bids and asks) and bids[0][0] > asks[0][0]
            if is_crossed and locate not in self.crossed:
                self.faults["crossed"] += 1
                self.crossed.add(locate)
            elif not is_crossed and locate in self.crossed:
                self.faults["uncrossed"] += 1
                self.crossed.discard(locate)
