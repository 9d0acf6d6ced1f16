"""Hold what the configuration says about kills, in the units that the switch works with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

NEVER: Final = "never"
"""Orders are cancelled one by one."""
OURS: Final = "ours"
"""A venue's mass cancel is sent where it ends our session's orders alone, and just those that are to die."""
FIRM: Final = "firm"
"""Besides, where a kill means all strategies and accounts at the venue: the firm's other sessions are meant too."""
MASS_CANCEL_USES: Final = (NEVER, OURS, FIRM)


@dataclass(frozen=True, slots=True)
class Contact:
    """Say whom to call about orders that a venue does not end, and what to do."""

    name: str = ""
    phone: str = ""
    email: str = ""
    procedure: str = ""
    mass_cancel_desk: str = ""


@dataclass(frozen=True, slots=True)
class KillSettings:
    """Times in ns. ``cancels_a_turn`` bounds what one turn of the loop sends, over all venues.

    A cancel that stays unanswered is repeated after ``retry_after_ns``, and each time twice as late up to
    ``retry_max_ns``. ``mass_cancel`` says by venue what its mass cancel may be used for (``OURS`` where nothing is
    said), ``contacts`` whom to call.
    """

    escalate_after_ns: int = 1_000_000_000
    retry_after_ns: int = 1_000_000_000
    retry_max_ns: int = 30_000_000_000
    cancels_a_turn: int = 32
    mass_cancel: Mapping[str, str] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
