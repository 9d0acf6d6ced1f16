"""Name what operators may ask of the running gateway, who may ask it, and what answers.

Parts of the gateway add their commands here; the control socket serves them. A handler runs in a turn of the loop, so
it is short: what takes time is begun, and its progress is a command of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

VIEW: Final = "view"
"""May look at everything and change nothing."""
SUPPORT: Final = "support"
"""May act on sessions and orders: kill, disconnect, resolve breaks."""
RISK: Final = "risk"
"""May change limits, grant overrides, release what was killed."""
ADMIN: Final = "admin"
"""May all that, and change who may what."""
ROLES: Final = (VIEW, SUPPORT, RISK, ADMIN)


class ControlError(Exception):
    """Say why a command was not done; the text goes to the operator."""


class Arguments(BaseModel):
    """Be the base of commands' arguments; types are strict, as JSON has them, and unknown names are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NoArguments(Arguments):
    """Take none."""


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """One command of one operator, checked: ``arguments`` is an instance of the command's model.

    ``approver`` is the second person of a command that needs one, ``""`` otherwise.
    """

    operator: str
    approver: str
    reason: str
    arguments: Any
    now_ns: int
    utc_ns: int


Handler = Callable[[ControlRequest], Mapping[str, Any]]
"""Do it and return the answer (JSON values; prices and quantities as decimal strings). Raises ControlError."""


@dataclass(frozen=True, slots=True)
class ControlCommand:
    """One command: ``name`` is words joined by dots (``limits.set``).

    ``changes`` commands need a reason and are recorded before they are answered; ``needs_approval`` ones are kept until
    a second operator, who also has one of ``roles``, approves. ``preview`` is asked then what the command would do, for
    the second person to read; it changes nothing, and its ControlError refuses the request at once. ``approval_rule``
    tells of each request whether it needs approval, where that depends on what is asked for.
    """

    name: str
    summary: str
    roles: tuple[str, ...]
    handler: Handler
    arguments: type[BaseModel]
    changes: bool = True
    needs_approval: bool = False
    preview: Handler | None = None
    approval_rule: Callable[[ControlRequest], bool] | None = None


class ControlCommands:
    """Hold the commands by name."""

    def __init__(self) -> None:
        self.by_name: dict[str, ControlCommand] = {}

    def add(self, command: ControlCommand) -> None:
        """Offer a command. Raises ValueError where the name is taken or a role is none."""
        if command.name in self.by_name:
            raise ValueError(f"command {command.name} is taken")
        if not command.roles or any(role not in ROLES for role in command.roles):
            raise ValueError(f"roles {command.roles} of command {command.name}, expected some of {ROLES}")
        self.by_name[command.name] = command
