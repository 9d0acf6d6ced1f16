"""Offer what mends a FIX session by hand: is the peer there, ask again for what is missing, set a number.

Numbers are set with the venue on the telephone: what is skipped is lost to us (``next_in``) or to the
venue (``next_out``), so whoever sets one types the venue's name and both numbers as they stand.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from fairlead.adapters.session_control import RepairableSession
from fairlead.gateway.control.commands import (
    SUPPORT,
    ControlCommand,
    ControlCommands,
    ControlError,
    ControlRequest,
)
from fairlead.gateway.control.session_commands import VenueName, operators_words
from fairlead.gateway.venues.connector import VenueConnector

MAX_SEQ_NUM: Final = 2_147_483_647
Number = Annotated[int, Field(ge=1, le=MAX_SEQ_NUM)]


class Numbers(VenueName):
    """Which numbers a session goes on with, and what the operator typed to confirm it: ``XEXC 120 45``."""

    next_in: Number | None = None
    next_out: Number | None = None
    confirm: Annotated[str, Field(max_length=120)]

    @model_validator(mode="after")
    def _one_at_least(self) -> "Numbers":
        if self.next_in is None and self.next_out is None:
            raise ValueError("expected next_in, next_out or both")
        return self


class RepairCommands:
    """Answer ``venues.test_request``, ``venues.ask_again`` and ``venues.set_numbers``."""

    def __init__(self, connectors: Iterable[VenueConnector]) -> None:
        self._connectors: Final = {connector.venue.name: connector for connector in connectors}

    def register(self, commands: ControlCommands) -> None:
        """Add them to the gateway's commands."""
        for name, summary, handler, arguments in (
            ("test_request", "Ask a venue whether it is there.", self.test_request, VenueName),
            ("ask_again", "Ask a venue once more for messages that are missing.", self.ask_again, VenueName),
            ("set_numbers", "Set the sequence numbers of a venue's session.", self.set_numbers, Numbers),
        ):
            commands.add(ControlCommand(f"venues.{name}", summary, (SUPPORT,), handler, arguments))

    def _find(self, request: ControlRequest) -> tuple[VenueConnector, RepairableSession]:
        name = request.arguments.venue
        if name not in self._connectors:
            raise ControlError(f"venue {name!r} received, expected one of {', '.join(self._connectors)}")
        session = self._connectors[name].venue.session
        if not isinstance(session, RepairableSession):
            raise ControlError(f"venue {name}: its protocol has no messages for that, expected a FIX session")
        return self._connectors[name], session

    def test_request(self, request: ControlRequest) -> Mapping[str, Any]:
        """Send a TestRequest."""
        connector, session = self._find(request)
        if not session.test_peer(request.now_ns, request.utc_ns):
            raise ControlError(f"venue {connector.venue.name} is not logged on: there is nobody to ask")
        return {"venue": connector.venue.name, "sent": "TestRequest"}

    def ask_again(self, request: ControlRequest) -> Mapping[str, Any]:
        """Repeat the ResendRequest of an open gap."""
        connector, session = self._find(request)
        missing = session.ask_again(request.now_ns, request.utc_ns)
        if missing is None:
            raise ControlError(f"venue {connector.venue.name}: no message is missing, there is nothing to ask for")
        return {"venue": connector.venue.name, "missing": {"from": missing[0], "to": missing[1]}}

    def set_numbers(self, request: ControlRequest) -> Mapping[str, Any]:
        """Set one or both numbers."""
        connector, session = self._find(request)
        wanted: Numbers = request.arguments
        before = _numbers(connector)
        expected = f"{wanted.venue} {before['next_in']} {before['next_out']}"
        if wanted.confirm != expected:
            raise ControlError(
                f"confirm: {wanted.confirm!r} received, expected {expected!r}: the numbers as they stand"
            )
        words = operators_words(request)
        if wanted.next_in is not None:
            session.set_next_in(wanted.next_in, words, request.now_ns, request.utc_ns)
        if wanted.next_out is not None:
            session.set_next_out(wanted.next_out, words, request.now_ns, request.utc_ns)
        return {"venue": wanted.venue, "before": before, "after": _numbers(connector)}


def _numbers(connector: VenueConnector) -> dict[str, int]:
    session = connector.venue.session
    return {"next_in": session.next_in, "next_out": session.next_out}
