"""Be the subject of a run: one gateway with one profile."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

from fairlead.certification.gateway.attachment import Attachment
from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.gateway.fix_line import AheadClock
from fairlead.certification.gateway.installation import Installation
from fairlead.certification.gateway.ouch_stage import OuchStage
from fairlead.certification.gateway.ouch_venue import OUCH
from fairlead.certification.gateway.stage import GatewayStage
from fairlead.certification.runner import HarnessError, Playing

PLACES = 40
"""Cases that one gateway process serves before the next one is started."""


class GatewaySubject:
    """A gateway that is started for the run. Cases are played one at a time: they share its clock."""

    kind = "gateway"
    room = 1

    def __init__(
        self,
        capabilities: Capabilities,
        profile: str,
        places: int,
        attachment: Attachment | None = None,
        brain: str = "script",
    ) -> None:
        self.name = f"gateway with profile {capabilities.name}"
        self.version = version("fairlead")
        self.capabilities: frozenset[str] | None = capabilities.capabilities
        self.reasons = capabilities.without
        """Why the venue has some of what cases need not."""
        self._table = capabilities
        self._profile = profile
        self._places = places
        self._brain = brain
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._installation: Installation | Attachment | None = attachment
        self._clock = AheadClock()

    @property
    def folder(self) -> Path | None:
        """Return where the present gateway has its files; None where none was started."""
        return None if self._folder is None else Path(self._folder.name)

    async def _installed(self) -> Installation | Attachment:
        """Return a gateway with a free place: the present one, or the next one where all of its are used up."""
        found = self._installation
        if found is not None and found.has_place:
            return found
        if found is not None:
            await asyncio.to_thread(self.close)
        self._folder = tempfile.TemporaryDirectory(prefix="fairlead-certify-")
        places = min(self._places, PLACES)
        self._places -= places
        self._clock.ahead_ns = 0
        self._installation = found = Installation(Path(self._folder.name), self._table, self._profile, places)
        await found.open()
        return found

    @contextlib.asynccontextmanager
    async def open(self, playing: Playing) -> AsyncIterator[GatewayStage]:
        """Set a stage at a place of its own."""
        installation = await self._installed()
        if not installation.is_running:
            raise HarnessError(f"the gateway has ended; its log: {installation.last_words()}")
        kind = OuchStage if playing.protocol in OUCH else GatewayStage
        stage = kind(installation, await installation.next_place(), self._clock, playing)
        try:
            await stage.set_up()
            if self._brain != "script":
                await stage.do("venue.brain", self._brain)
            yield stage
        finally:
            await stage.strike()

    def close(self) -> None:
        """Stop the gateway, when the run's loop has ended."""
        if self._installation is not None:
            self._installation.close()
        if self._folder is not None:
            self._folder.cleanup()
