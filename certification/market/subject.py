"""Be the subject of a market data run: one gateway with as many feeds as there are cases."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

from fairlead.certification.market.installation import MarketInstallation
from fairlead.certification.market.stage import MarketStage
from fairlead.certification.runner import HarnessError, Plan, Playing


class MarketSubject:
    """A gateway that is started for the run; its cases are played side by side, each on a feed of its own."""

    kind = "gateway"
    name = "gateway, market data over ITCH"
    room = 8
    capabilities: frozenset[str] | None = None

    def __init__(self, plan: Plan) -> None:
        self.version = version("fairlead")
        self._numbers = {id(playing): number for number, playing in enumerate(plan.playings)}
        self._folder = tempfile.TemporaryDirectory(prefix="fairlead-market-")
        kinds = [(str(playing.variant.get("transport", "mold")), playing.protocol) for playing in plan.playings]
        self._installation = MarketInstallation(Path(self._folder.name), kinds)
        self._opening = asyncio.Lock()
        self._is_open = False

    async def _installed(self) -> None:
        async with self._opening:
            if not self._is_open:
                await self._installation.open()
                self._is_open = True

    @contextlib.asynccontextmanager
    async def open(self, playing: Playing) -> AsyncIterator[MarketStage]:
        """Set a stage at the case's own feed."""
        await self._installed()
        if not self._installation.is_running:
            raise HarnessError(f"the gateway has ended; its log: {self._installation.log_path.read_text()[-1500:]}")
        stage = MarketStage(self._installation, self._installation.places[self._numbers[id(playing)]])
        try:
            await stage.set_up()
            yield stage
        finally:
            await stage.strike()

    def close(self) -> None:
        """Stop the gateway, when the run's loop has ended."""
        self._installation.close()
        self._folder.cleanup()
