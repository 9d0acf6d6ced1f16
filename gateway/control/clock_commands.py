"""Offer the commands of a virtual clock: where it is, and on with it. A gateway with a real clock has neither."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from fairlead.gateway.control.commands import (
    SUPPORT,
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
    NoArguments,
)
from fairlead.gateway.virtual_clock import VirtualClock

NS_PER_MS: Final = 1_000_000
MAX_ADVANCE_MS: Final = 7 * 86_400_000


class Advance(Arguments):
    """Say how far."""

    ms: Annotated[int, Field(gt=0, le=MAX_ADVANCE_MS, strict=True)]


class ClockCommands:
    """Answer ``clock.*``; ``crashed`` is told what an advance raises."""

    def __init__(self, clock: VirtualClock, crashed: Callable[[BaseException], None]) -> None:
        self._clock = clock
        self._crashed = crashed
        self._task: asyncio.Task[None] | None = None

    def register(self, commands: ControlCommands) -> None:
        """Add them to the gateway's commands."""
        summary = "Tell where the virtual clock is, and whether it is being advanced."
        commands.add(ControlCommand("clock.show", summary, (VIEW,), self.show, NoArguments, changes=False))
        summary = "Move the virtual clock on by milliseconds; every deadline on the way is acted on, in order."
        commands.add(ControlCommand("clock.advance", summary, (SUPPORT,), self.advance, Advance))

    def show(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``clock.show``."""
        return {
            "advancing": self._is_under_way,
            "ahead_ns": self._clock.ahead_ns,
            "utc_ns": self._clock.utc_ns(),
        }

    def advance(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``clock.advance`` when the advance has begun; ``clock.show`` tells when it is over."""
        if self._is_under_way:
            raise ControlError("the clock is being advanced already: wait until clock.show says that it is not")
        before = self.show(request)
        self._task = asyncio.create_task(self._clock.advance(request.arguments.ms * NS_PER_MS))
        self._task.add_done_callback(self._look_at_end)
        return {"before": before, "after": {**before, "advancing": True}, "by_ms": request.arguments.ms}

    @property
    def _is_under_way(self) -> bool:
        return self._task is not None and not self._task.done()

    def _look_at_end(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._crashed(error)
