"""Leave quiet events out of the log, by a level that may be changed while the process runs."""

from typing import Any, Final

import structlog

_RANKS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}


class LogLevel:
    """Be a processor of structlog; ``name`` is the quietest level that is told."""

    def __init__(self) -> None:
        self.name = "debug"

    def __call__(self, _: Any, method: str, event: Any) -> Any:
        """Pass an event on, or drop it."""
        if _RANKS.get(method, 50) < _RANKS[self.name]:
            raise structlog.DropEvent
        return event


LOG_LEVEL: Final = LogLevel()
"""The process's: there is one log."""
