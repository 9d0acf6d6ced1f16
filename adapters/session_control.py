"""Say what the gateway's process may do with a venue's session besides trading: run its hours, watch it, end it.

``VenueSession`` is what the order path needs of an adapter; this is what its surroundings need. An adapter that lives
outside this repository implements both and is found by its entry point (``gateway/venues/adapters.py``).
"""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from fairlead.adapters.endpoint import Endpoint
from fairlead.adapters.link_state import State
from fairlead.adapters.session_events import SessionEvent
from fairlead.adapters.venue_session import VenueSession


class SessionControl(Protocol):
    """Control one session over all its connections. Nothing raises where there is no connection."""

    refused_logons: int
    """Logons that the venue refused in words, in a row; the caller sets it back to 0 to begin anew."""

    @property
    def next_in(self) -> int:
        """Return the number expected next from the venue."""

    @property
    def next_out(self) -> int:
        """Return the number of our next message."""

    @property
    def link_state(self) -> State:
        """Return where the link stands."""

    @property
    def is_logged_on(self) -> bool:
        """Tell whether the logon is over and no logout has begun."""

    def logout(self, text: str, now_ns: int, utc_ns: int) -> None:
        """End the session in order."""

    def disconnect(self, text: str, now_ns: int, utc_ns: int) -> None:
        """Close the stream without a word."""

    def reset_sequence_numbers(self, reason: str, now_ns: int, utc_ns: int, announce: bool = False) -> None:
        """Set both numbers to 1, after an orderly logout if someone is logged on."""


class Connectable(Endpoint, Protocol):
    """Be what a connector keeps connected: a venue's adapter, or a market data feed."""

    observer: Callable[[SessionEvent], None] | None
    """Told of every session event."""

    @property
    def name(self) -> str:
        """Return the name in the configuration."""

    @property
    def session(self) -> SessionControl:
        """Return the session's controls."""


class ControlledVenue(VenueSession, Connectable, Protocol):
    """Be a venue adapter with all that the gateway's process needs."""


@runtime_checkable
class RenamesSymbols(Protocol):
    """Be a venue adapter whose names for instruments may change at a trading day's turn, without a restart."""

    def rename_symbols(self, names: Mapping[str, str]) -> None:
        """Use these names, by Fairlead's symbol, from now on; they stand in place of those given before.

        What the venue still says by an earlier name is understood, unless another instrument has taken it.
        """


@runtime_checkable
class DisablesEntry(Protocol):
    """Be a venue adapter that can have the venue take no more orders of a firm, where the venue has such a message."""

    @property
    def disables_entry(self) -> bool:
        """Tell whether the venue has it."""

    @property
    def is_up(self) -> bool:
        """Tell whether requests may be sent."""

    def disable_order_entry(self, cl_ord_id: str, firm: str, now_ns: int, utc_ns: int) -> None:
        """Ask for it, under an id of ours; the venue's answer is the event ``order_entry_disabled``."""

    def enable_order_entry(self, cl_ord_id: str, firm: str, now_ns: int, utc_ns: int) -> None:
        """Ask for orders to be taken again; the answer is the event ``order_entry_enabled``."""


@runtime_checkable
class RepairableSession(Protocol):
    """Be a session whose numbers and silences a person may mend: FIX has the messages for it."""

    def test_peer(self, now_ns: int, utc_ns: int) -> bool:
        """Send a TestRequest; False where nobody is logged on."""

    def ask_again(self, now_ns: int, utc_ns: int) -> tuple[int, int] | None:
        """Ask once more for what is missing and return its first and last number; None where nothing is."""

    def set_next_in(self, next_in: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Expect another number; what waits behind a gap is forgotten."""

    def set_next_out(self, next_out: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Continue with another number; a peer that is logged on is told."""


@runtime_checkable
class PacesCancels(Protocol):
    """Be a venue adapter whose session lets only so many messages out in a time."""

    def cancel_room(self, now_ns: int) -> int:
        """Return how many cancels would leave now, without being refused or waiting for their turn."""
