"""Offer the risk desk's commands that have a venue take no more orders of a firm, or take them again."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from fairlead.adapters.session_control import DisablesEntry
from fairlead.adapters.venue_session import VenueSession
from fairlead.gateway.control.commands import (
    RISK,
    SUPPORT,
    Arguments,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
)

NextId = Callable[[str, int], str]
"""``next_id(venue, utc_ns)`` makes Fairlead's id there, ``""`` where it has no more to give."""


class FirmAtVenue(Arguments):
    """Name a firm of ours at a venue; ``""`` is the one that the venue knows the session by."""

    venue: Annotated[str, Field(min_length=1, max_length=64)]
    firm: Annotated[str, Field(max_length=64)] = ""


class EntryCommands:
    """Answer ``venues.disable_entry`` and ``venues.enable_entry``; that it was done is an event of the venue's."""

    def __init__(self, venues: Mapping[str, VenueSession], next_id: NextId) -> None:
        self._venues: Final = venues
        self._next_id = next_id

    def register(self, commands: ControlCommands) -> None:
        """Add them to the gateway's commands."""
        summary = "Have a venue take no more orders of a firm, whoever sends them; what is open stays."
        roles = (SUPPORT, RISK)
        commands.add(ControlCommand("venues.disable_entry", summary, roles, self.disable, FirmAtVenue))
        summary = "Have a venue take orders of a firm again."
        commands.add(ControlCommand("venues.enable_entry", summary, (RISK,), self.enable, FirmAtVenue))

    def disable(self, request: ControlRequest) -> Mapping[str, Any]:
        """Send the request that ends order entry."""
        venue, cl_ord_id = self._begin(request)
        venue.disable_order_entry(cl_ord_id, request.arguments.firm, request.now_ns, request.utc_ns)
        return {"sent": cl_ord_id, "answer": "order_entry_disabled"}

    def enable(self, request: ControlRequest) -> Mapping[str, Any]:
        """Send the request that begins it again."""
        venue, cl_ord_id = self._begin(request)
        venue.enable_order_entry(cl_ord_id, request.arguments.firm, request.now_ns, request.utc_ns)
        return {"sent": cl_ord_id, "answer": "order_entry_enabled"}

    def _begin(self, request: ControlRequest) -> tuple[DisablesEntry, str]:
        name = request.arguments.venue
        venue = self._venues.get(name)
        if venue is None:
            raise ControlError(f"venue {name!r} received, expected one of {', '.join(self._venues)}")
        if not isinstance(venue, DisablesEntry) or not venue.disables_entry:
            raise ControlError(f"venue {name} has no message that ends order entry: use the kill switch")
        if not venue.is_up:
            raise ControlError(f"venue {name} takes no requests now: its session is not up")
        cl_ord_id = self._next_id(name, request.utc_ns)
        if not cl_ord_id:
            raise ControlError(f"venue {name}: its ids are used up for today")
        return venue, cl_ord_id
