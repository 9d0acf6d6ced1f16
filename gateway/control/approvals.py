"""Keep what waits for a second person. A restart declines it: nobody is to approve what he has not just seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fairlead.gateway.control.commands import ControlCommand, ControlError

MAX_WAITING: Final = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request: ``id`` is ``R`` and the number of its audit record, so never used twice."""

    id: str
    command: ControlCommand
    arguments: Any
    shown_arguments: Mapping[str, Any]
    operator: str
    reason: str
    preview: Mapping[str, Any]
    utc_ns: int
    expires_ns: int
    expires_utc_ns: int

    def shown(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "id": self.id,
            "command": self.command.name,
            "arguments": self.shown_arguments,
            "operator": self.operator,
            "reason": self.reason,
            "preview": self.preview,
            "requested_utc_ns": self.utc_ns,
            "expires_utc_ns": self.expires_utc_ns,
        }


class Approvals:
    """Hold the requests by id until somebody answers them or their time is up."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}

    def expect_room(self) -> None:
        """Raise ControlError where too many requests wait."""
        if len(self._waiting) >= MAX_WAITING:
            raise ControlError(f"{MAX_WAITING} requests wait for approval, expected fewer: answer some first")

    def add(self, waiting: Waiting) -> None:
        """Keep a request."""
        self._waiting[waiting.id] = waiting

    def take(self, request_id: str) -> Waiting:
        """Return a request, which waits no more. Raises ControlError."""
        waiting = self.find(request_id)
        del self._waiting[request_id]
        return waiting

    def find(self, request_id: str) -> Waiting:
        """Return a request that waits. Raises ControlError."""
        waiting = self._waiting.get(request_id)
        if waiting is None:
            known = ", ".join(self._waiting) or "none"
            raise ControlError(f"{request_id} received, expected a request that waits: {known}")
        return waiting

    def all(self) -> list[Waiting]:
        """Return what waits, oldest first."""
        return list(self._waiting.values())

    def take_expired(self, now_ns: int) -> list[Waiting]:
        """Return the requests whose time is up, which wait no more."""
        expired = [waiting for waiting in self._waiting.values() if waiting.expires_ns <= now_ns]
        for waiting in expired:
            del self._waiting[waiting.id]
        return expired
