"""Say which orders are blocked, by whom and why: what the kill switch holds and the first check asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """What a block covers: an order is covered where everything that is named fits it; nothing named is everything."""

    strategy: str = ""
    account: str = ""
    venue: str = ""
    symbol: str = ""

    def covers(self, strategy: str, account: str, venue: str, symbol: str) -> bool:
        """Tell whether an order is covered."""
        return (
            self.strategy in ("", strategy)
            and self.account in ("", account)
            and self.venue in ("", venue)
            and self.symbol in ("", symbol)
        )

    def __str__(self) -> str:
        named = (f"{label} {value}" for label, value in self._named() if value)
        return ", ".join(named) or "everything"

    def to_dict(self) -> dict[str, str]:
        """Return what is named."""
        return {label: value for label, value in self._named() if value}

    def _named(self) -> tuple[tuple[str, str], ...]:
        return (
            ("strategy", self.strategy),
            ("account", self.account),
            ("venue", self.venue),
            ("symbol", self.symbol),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """One block in force: who set it (an operator, or ``auto:NAME`` of a trigger), why, and since when."""

    block_id: str
    scope: Scope
    by: str
    reason: str
    since_utc_ns: int


class Blocks:
    """Hold the blocks in force."""

    def __init__(self) -> None:
        self.in_force: dict[str, Block] = {}

    def find(self, strategy: str, account: str, venue: str, symbol: str) -> Block | None:
        """Return the first block that covers an order, None where it may go on."""
        if not self.in_force:
            return None
        for block in self.in_force.values():
            if block.scope.covers(strategy, account, venue, symbol):
                return block
        return None
