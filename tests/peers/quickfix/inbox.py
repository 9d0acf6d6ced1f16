"""Collect what another process or session says, and wait for it instead of sleeping."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

LIMIT_S = 60.0
"""Longest wait for anything; only a failing test takes it."""

T = TypeVar("T")


class Inbox(Generic[T]):
    """Hold items in order of arrival; each is taken once, by whoever asks for one like it."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.items: list[T] = []
        """All that ever came."""
        self._untaken: list[T] = []
        self._arrived = asyncio.Event()

    def put(self, item: T) -> None:
        """Add an item and wake who waits."""
        self.items.append(item)
        self._untaken.append(item)
        self._arrived.set()

    async def take(self, fits: Callable[[T], bool], what: str, timeout_s: float = LIMIT_S) -> T:
        """Return the first untaken item that fits, as soon as there is one; those that don't fit stay."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    for position, item in enumerate(self._untaken):
                        if fits(item):
                            return self._untaken.pop(position)
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            seen = "\n  ".join(map(str, self._untaken[-30:])) or "nothing"
            raise AssertionError(f"{self.owner}: no {what} within {timeout_s:g} s; untaken:\n  {seen}") from None
