"""Offer operators the breaks and the venues' gates: look, acknowledge, resolve, open."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from fairlead.gateway.control.commands import (
    RISK,
    SUPPORT,
    VIEW,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
    NoArguments,
)
from fairlead.gateway.reconciliation.breaks import OPEN, RESOLVED, Break, BreakError, describe_break
from fairlead.gateway.reconciliation.reconciliation import Reconciliation

LOOKS: Final = (VIEW,)
ACTS: Final = (SUPPORT, RISK)
DEFAULT_LIMIT: Final = 200
"""Breaks told at once, the oldest: an answer has room for no more than so many."""

PositionRows = Callable[[], list[dict[str, str]]]


class Selection(Arguments):
    """Choose breaks."""

    state: Literal["unresolved", "open", "acknowledged", "resolved", "all"] = "unresolved"
    venue: str = ""
    kind: str = ""
    limit: Annotated[int, Field(ge=1, le=1000)] = DEFAULT_LIMIT


class BreakId(Arguments):
    """Name a break."""

    break_id: Annotated[str, Field(min_length=1, max_length=40)]


class VenueName(Arguments):
    """Name a venue."""

    venue: Annotated[str, Field(min_length=1, max_length=32)]


class ReconciliationCommands:
    """Answer them. ``positions`` returns our positions beside what copies add up to."""

    def __init__(self, reconciliation: Reconciliation, positions: PositionRows) -> None:
        self._reconciliation = reconciliation
        self._positions = positions

    def register(self, commands: ControlCommands) -> None:
        """Add them."""
        looks: tuple[tuple[str, str, Any, type[Arguments]], ...] = (
            ("breaks.list", "List breaks, oldest first.", self.list_breaks, Selection),
            ("breaks.show", "Show one break.", self.show_break, BreakId),
            ("breaks.positions", "Show positions beside what drop copies add up to.", self.positions, NoArguments),
            ("venues.gates", "List venues' gates: who may be traded.", self.list_gates, NoArguments),
        )
        acts: tuple[tuple[str, str, Any, type[Arguments]], ...] = (
            ("breaks.acknowledge", "Note that somebody looks into a break.", self.acknowledge, BreakId),
            ("breaks.resolve", "Close a break by a person's decision.", self.resolve, BreakId),
            (
                "venues.open_gate",
                "Let strategies trade a venue whose orders are not accounted for.",
                self.open,
                VenueName,
            ),
        )
        for name, summary, handler, arguments in looks:
            commands.add(ControlCommand(name, summary, LOOKS, handler, arguments, changes=False))
        for name, summary, handler, arguments in acts:
            commands.add(ControlCommand(name, summary, ACTS, handler, arguments))

    def list_breaks(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``breaks.list``."""
        wanted: Selection = request.arguments
        found = [known for known in self._reconciliation.breaks.all() if _is_wanted(known, wanted)]
        told = found[: wanted.limit]
        return {"breaks": [shown(known, request.utc_ns) for known in told], "left_out": len(found) - len(told)}

    def show_break(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``breaks.show``."""
        try:
            return shown(self._reconciliation.breaks.get(request.arguments.break_id), request.utc_ns)
        except BreakError as error:
            raise ControlError(str(error)) from None

    def positions(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``breaks.positions``."""
        return {"positions": self._positions()}

    def acknowledge(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``breaks.acknowledge``."""
        breaks, wanted = self._reconciliation.breaks, request.arguments.break_id
        return self._change(
            request, lambda: breaks.acknowledge(wanted, request.operator, request.reason, request.utc_ns)
        )

    def resolve(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``breaks.resolve``."""
        breaks, wanted = self._reconciliation.breaks, request.arguments.break_id
        return self._change(
            request, lambda: breaks.resolve(wanted, request.operator, request.reason, request.now_ns, request.utc_ns)
        )

    def _change(self, request: ControlRequest, change: Callable[[], Break]) -> Mapping[str, Any]:
        try:
            before = self._reconciliation.breaks.get(request.arguments.break_id).state
            changed = change()
        except BreakError as error:
            raise ControlError(str(error)) from None
        return {**shown(changed, request.utc_ns), "before": before, "after": changed.state}

    def list_gates(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``venues.gates``."""
        return {"gates": [self._describe_gate(name) for name in self._reconciliation.venues]}

    def _describe_gate(self, name: str) -> dict[str, Any]:
        gate, session = self._reconciliation.gate(name), self._reconciliation.venues[name]
        orders = gate.unaccounted if gate is not None else []
        return {
            "venue": name,
            "up": session.is_up,
            "gate": "closed" if gate is not None else "open",
            "in_question": gate.total if gate is not None else 0,
            "unaccounted": len(orders),
            "waits_for_a_person": gate is not None and gate.is_stuck,
            "order_ids": [order.order_id for order in orders[:DEFAULT_LIMIT]],
            "text": str(gate) if gate is not None else "",
        }

    def open(self, request: ControlRequest) -> Mapping[str, Any]:
        """Answer ``venues.open_gate``."""
        venue = request.arguments.venue
        try:
            count = self._reconciliation.open_gate(venue, request.operator, request.reason, request.utc_ns)
        except ValueError as error:
            raise ControlError(str(error)) from None
        return {"venue": venue, "unaccounted": count, "before": "closed", "after": "open"}


def _is_wanted(known: Break, wanted: Selection) -> bool:
    states = {"unresolved": known.state != RESOLVED, "all": True}
    return (
        states.get(wanted.state, known.state == wanted.state)
        and wanted.venue in ("", known.facts.venue)
        and wanted.kind in ("", known.facts.kind)
    )


def shown(known: Break, utc_ns: int) -> dict[str, Any]:
    """Return a break for people and programs."""
    return {**describe_break(known), "age_s": known.age_s(utc_ns), "is_new": known.state == OPEN}
