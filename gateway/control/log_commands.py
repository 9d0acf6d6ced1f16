"""Let an operator have the log say more, or less, while the gateway runs."""

from collections.abc import Mapping
from typing import Any, Literal

from fairlead.gateway.control.commands import (
    SUPPORT,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlRequest,
)
from fairlead.gateway.log_level import LOG_LEVEL


class Level(Arguments):
    """Which events the log has: this loud and louder."""

    level: Literal["debug", "info", "warning", "error"]


class LogCommands:
    """Answer ``log.level``."""

    def register(self, commands: ControlCommands) -> None:
        """Add it to the gateway's commands."""
        summary = "Say how loud an event must be for the log; a restart forgets it. The journal has everything."
        commands.add(ControlCommand("log.level", summary, (SUPPORT,), self.level, Level))

    def level(self, request: ControlRequest) -> Mapping[str, Any]:
        """Set the level."""
        before = LOG_LEVEL.name
        LOG_LEVEL.name = request.arguments.level
        return {"before": before, "after": LOG_LEVEL.name}
