"""Go through a case without playing it, to know what it will ask of the venue before its first order goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairlead.certification.gateway.capabilities import Capabilities
from fairlead.certification.gateway.venue_side import Card
from fairlead.certification.model.case import Case
from fairlead.certification.model.results import StepRecord, WireRecord
from fairlead.certification.model.verdicts import Outcome

UNFORESEEN = "unforeseen"
"""In place of a step: from here on nobody knows."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of a case. ``is_branch``: it belongs to an ``any``, whose branch the gateway chooses."""

    verb: str
    arguments: Any
    is_branch: bool = False

    @property
    def table(self) -> dict[str, Any]:
        """Return the arguments as a table; a name alone is ``of``."""
        if isinstance(self.arguments, dict):
            return self.arguments
        return {} if self.arguments is None else {"of": self.arguments}


class _NoVenue:
    """Stand for the venue that a case written in Python may ask for its state."""

    def __init__(self) -> None:
        self.pending: list[Card] = []

    async def sync(self) -> None:
        """Do nothing."""


class _Cards(dict[str, Card]):
    """Have every request that is asked for, with no message of it on any wire."""

    def __init__(self, pending: list[Card]) -> None:
        super().__init__()
        self._pending = pending

    def __missing__(self, name: str) -> Card:
        made = self[name] = Card(name, "", "", "", "")
        self._pending.append(made)
        return made


class Rehearsal:
    """Be a stage that notes steps and does nothing. Where a case asks, the gateway has done the plainest thing."""

    def __init__(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self.venue = _NoVenue()
        self.cards = _Cards(self.venue.pending)
        self.planned: list[Planned] = []
        self.steps: list[StepRecord] = []
        self.wire: list[WireRecord] = []

    async def do(self, verb: str, arguments: Any) -> Any:
        """Note a step, and those of its branches."""
        self._note(verb, arguments, is_branch=False)

    def _note(self, verb: str, arguments: Any, *, is_branch: bool) -> None:
        self.planned.append(Planned(verb, arguments, is_branch))
        if verb == "any":
            for branch in arguments:
                for step in branch["steps"] if isinstance(branch, dict) else branch:
                    ((inner, given),) = step.items()
                    self._note(inner, given, is_branch=True)

    def tolerate(self, text: str) -> None:
        """Do nothing."""

    async def settle(self) -> None:
        """Do nothing."""


async def rehearse(case: Case, variant: Mapping[str, Any], capabilities: Capabilities) -> list[Planned]:
    """Return the steps of a case's variant; of one that ends early for want of something, those before that."""
    stage = Rehearsal(capabilities)
    try:
        await case.play(stage, variant)
    except Outcome:
        pass  # its verdict comes when it is played
    except Exception as error:
        # a case that asks its stage for more than steps
        stage.planned.append(Planned(UNFORESEEN, f"{type(error).__name__}: {error}"))
    return stage.planned
