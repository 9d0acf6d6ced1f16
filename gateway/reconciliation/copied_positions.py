"""Add up what copies come to, by account and instrument, beside the positions of our books."""

from collections.abc import Iterable
from typing import Final

from fairlead.codecs.vocabulary.constants import Side
from fairlead.gateway.orders.positions_cy import Position
from fairlead.gateway.reconciliation.matcher import Entry, Trade

Key = tuple[str, str]
"""Account and our symbol."""

Sums = dict[Key, int]

_BUY: Final = int(Side.BUY)


def signed_qty(trade: Trade | None) -> int:
    """Return what a trade adds to a position: bought above, sold below zero, nothing for what is not or was busted."""
    if trade is None or trade.is_busted:
        return 0
    return trade.last_qty if trade.side == _BUY else -trade.last_qty


def sum_positions(positions: Iterable[Position]) -> Sums:
    """Return the books' net quantities of one venue, over all strategies."""
    sums: Sums = {}
    for position in positions:
        key = (position.account, position.symbol)
        sums[key] = sums.get(key, 0) + position.net_qty
    return sums


class CopiedPositions:
    """Keep the sums. They begin with our own positions: copies can't tell what was before them."""

    def __init__(self) -> None:
        self.sums: Sums = {}

    def count(self, entry: Entry) -> None:
        """Let an entry's copies count as they stand now."""
        self.uncount(entry)
        entry.counted = (entry.account, entry.instrument, signed_qty(entry.copy))
        self._add(*entry.counted)

    def uncount(self, entry: Entry) -> None:
        """Take out what an entry's copies came to before."""
        account, instrument, quantity = entry.counted
        self._add(account, instrument, -quantity)
        entry.counted = ("", "", 0)

    def without(self, entries: Iterable[Entry]) -> Sums:
        """Return the sums without those of some entries: what is to be kept beside these."""
        sums = dict(self.sums)
        for entry in entries:
            account, instrument, quantity = entry.counted
            if quantity:
                sums[account, instrument] = sums.get((account, instrument), 0) - quantity
        return {key: quantity for key, quantity in sums.items() if quantity}

    def differences(self, ours: Sums, pending: Iterable[Entry]) -> dict[Key, tuple[int, int]]:
        """Return (ours, theirs) where they differ, leaving out executions whose other side may still come."""
        ours, theirs = dict(ours), dict(self.sums)
        for entry in pending:
            key = (entry.account, entry.instrument)
            ours[key] = ours.get(key, 0) - signed_qty(entry.own)
            theirs[key] = theirs.get(key, 0) - signed_qty(entry.copy)
        pairs = {key: (ours.get(key, 0), theirs.get(key, 0)) for key in sorted(ours.keys() | theirs.keys())}
        return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}

    def _add(self, account: str, instrument: str, quantity: int) -> None:
        if quantity:
            key = (account, instrument)
            self.sums[key] = self.sums.get(key, 0) + quantity
