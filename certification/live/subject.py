"""Be the subject of a live run: one gateway with one profile, at a venue's own test environment."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from importlib.metadata import version

from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.gateway.strategy import StrategyLost
from fairlead.certification.live.configuration import LiveConfig
from fairlead.certification.live.installation import LiveAttachment, LiveInstallation, make_line
from fairlead.certification.live.operator import Operator
from fairlead.certification.live.plan import CasePlan
from fairlead.certification.live.safety import Safety
from fairlead.certification.live.stage import LiveStage
from fairlead.certification.model.verdicts import Unsupported
from fairlead.certification.runner import HarnessError, Playing

CASE_S = 60.0
"""What a case may take besides its waits and its questions."""


def plan_key(playing: Playing) -> str:
    """Return what names a case's variant in a table of plans."""
    return f"{playing.case.id} {sorted(playing.variant.items())}"


class LiveSubject:
    """A gateway and a venue that nobody scripts. Cases follow one another in one session."""

    kind = "gateway"
    room = 1
    mode = "live"

    def __init__(
        self,
        capabilities: Capabilities,
        profile: str,
        config: LiveConfig,
        plans: Mapping[str, CasePlan],
        operator: Operator,
        attachment: LiveAttachment | None = None,
    ) -> None:
        self.name = f"gateway with profile {capabilities.name}"
        self.version = version("fairlead")
        self.target = config.target
        self.capabilities: frozenset[str] | None = capabilities.capabilities
        self._table = capabilities
        self._config = config
        self._plans = plans
        self._operator = operator
        self._safety = Safety(config)
        self._installation: LiveInstallation | LiveAttachment = attachment or LiveInstallation(
            config.state_folder, capabilities, profile, config, len(plans)
        )
        self._line = make_line(config, capabilities.protocol, self._installation.bound)
        self._is_open = False

    async def _bring_up(self) -> None:
        if not self._is_open:
            self._is_open = True
            await self._line[0].open()
            await self._installation.open()
        elif not self._installation.is_running:
            # a case has killed it and not come to its start
            await self._installation.start()

    @contextlib.asynccontextmanager
    async def open(self, playing: Playing) -> AsyncIterator[LiveStage]:
        """Set a stage. Raises Unsupported for a case that can't be played here, HarnessError where none can."""
        plan = self._plans[plan_key(playing)]
        if plan.impossible:
            raise Unsupported(f"not possible at this venue: {plan.impossible}")
        await self._bring_up()
        stage = LiveStage(
            self._installation,
            await self._installation.next_place(),
            playing,
            self._config,
            self._line,
            plan,
            self._operator,
            self._safety,
            self._installation.most_qty,
        )
        try:
            try:
                await stage.set_up()
            except StrategyLost as error:
                raise HarnessError(str(error)) from error
            yield stage
        finally:
            await stage.strike()

    async def finish(self) -> None:
        """Log out, while the run's loop is there."""
        await asyncio.to_thread(self._installation.close)
        await self._line[0].close()

    def close(self) -> None:
        """Stop the gateway, when the run's loop has ended."""
        self._installation.close()
        with contextlib.suppress(OSError):
            self._installation.bound.close()
