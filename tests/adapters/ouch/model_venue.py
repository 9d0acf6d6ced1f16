"""Be an OUCH venue by the documents' rules, with what a test wants of it decided from outside: no wire code of ours."""

import struct
from dataclasses import dataclass
from typing import Any

from ouch_frames import Jnx, Ouch42, Ouch50

_FORMS: dict[str, dict[str, str]] = {
    "nasdaq_ouch42": {"O": ">x14sxI8xI", "U": ">x14s14sII", "X": ">x14sI"},
    "nasdaq_ouch50": {"O": ">xIxI8xQ", "U": ">xIIIQ", "X": ">xII"},
    "japannext_ouch111": {"O": ">xI10xxI4x4xI", "U": ">xIIII", "X": ">xII"},
}


@dataclass
class Chain:
    """An order under its present token, with all that its chain has executed."""

    tokens: list[str]
    open: int
    price: int
    side: str
    executed: int = 0
    standing: int = 0


class ModelVenue:
    """Take requests, trade on command, and keep everything that was said, in order."""

    def __init__(self, frames: Ouch42 | Ouch50 | Jnx) -> None:
        self.frames: Any = frames
        self.said: list[bytes] = []
        self.by_token: dict[str, Chain] = {}
        self.used: set[str] = set()
        self.highest = 0
        self.fills: dict[int, tuple[Chain, int]] = {}
        self.matches = 0

    @property
    def chains(self) -> list[Chain]:
        """Return all orders that were accepted, oldest first."""
        return list({id(chain): chain for chain in self.by_token.values()}.values())

    @property
    def living(self) -> list[Chain]:
        """Return the orders that may trade."""
        return [chain for chain in self.chains if chain.open]

    def take(self, payload: bytes, mood: int) -> None:
        """Act on a request; ``mood`` 8 and 9 are a venue's own ways: refuse, accept dead, cancel instead."""
        kind = payload[:1].decode()
        if kind == "Q":
            self.said.append(self.frames.account_state(self.highest + 1))
            return
        fields = struct.unpack_from(_FORMS[self.frames.profile][kind], payload)
        names = [str(part) if isinstance(part, int) else part.decode().strip() for part in fields[:2]]
        if kind == "O":
            self._enter(names[0], fields[1], fields[2], payload, mood)
        elif kind == "U":
            self._replace(names[0], names[1], fields[2], fields[3], mood)
        else:
            self._cancel(names[0], fields[1])

    def _is_new(self, token: str) -> bool:
        if isinstance(self.frames, Ouch42):
            return token not in self.used
        return int(token) > self.highest

    def _use(self, token: str) -> None:
        self.used.add(token)
        if token.isdigit():
            self.highest = max(self.highest, int(token))

    def _enter(self, token: str, quantity: int, price: int, payload: bytes, mood: int) -> None:
        if not self._is_new(token):
            return
        self._use(token)
        if mood == 9:
            self.said.append(self.frames.rejected(token))
            return
        side = chr(payload[5 if isinstance(self.frames, Ouch50) else 15])
        is_dead = mood == 8
        self.by_token[token] = Chain([token], 0 if is_dead else quantity, price, side)
        state = "D" if is_dead else "L"
        self.said.append(self.frames.accepted(token, quantity, price, side=side, state=state))

    def _current(self, token: str) -> Chain | None:
        chain = self.by_token.get(token)
        return chain if chain is not None and chain.open and chain.tokens[-1] == token else None

    def _replace(self, old: str, new: str, quantity: int, price: int, mood: int) -> None:
        chain = self._current(old)
        if chain is None or not self._is_new(new):
            return
        left = quantity - chain.executed
        if mood == 9:
            self._use(new)
            self.said.append(self.frames.rejected(new))
        elif mood == 8 or left <= 0:
            self.end(chain, "U")
        else:
            self._use(new)
            chain.tokens.append(new)
            chain.open, chain.price = left, price
            self.by_token[new] = chain
            self.said.append(self.frames.replaced(old, new, left, price, side=chain.side))

    def _cancel(self, token: str, quantity: int) -> None:
        chain = self._current(token)
        if chain is None:
            return
        left = max(quantity - chain.executed, 0)
        if left < chain.open:
            self.reduce(chain, chain.open - left, "U")

    def reduce(self, chain: Chain, quantity: int, reason: str) -> None:
        """Take a part away, or all."""
        chain.open -= quantity
        self.said.append(self.frames.canceled(chain.tokens[-1], quantity, reason))

    def end(self, chain: Chain, reason: str) -> None:
        """End an order."""
        self.reduce(chain, chain.open, reason)

    def prevent(self, chain: Chain, quantity: int) -> None:
        """Cancel instead of trading with oneself."""
        chain.open -= quantity
        self.said.append(self.frames.aiq(chain.tokens[-1], quantity, quantity))

    def fill(self, chain: Chain, quantity: int) -> None:
        """Execute a part, or all."""
        self.matches += 1
        chain.open -= quantity
        chain.executed += quantity
        chain.standing += quantity
        self.fills[self.matches] = (chain, quantity)
        self.said.append(self.frames.executed(chain.tokens[-1], quantity, chain.price, match=self.matches))

    def bust(self, match: int) -> None:
        """Break a trade: it counts no more, and gives nothing back to the order."""
        chain, quantity = self.fills.pop(match)
        chain.standing -= quantity
        self.said.append(self.frames.broken(chain.tokens[-1], match))
