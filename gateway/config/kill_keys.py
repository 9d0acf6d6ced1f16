"""Describe what the configuration says about kills and about whom to call."""

from typing import Annotated

from pydantic import Field

from fairlead.gateway.config.values import Section


class Kill(Section):
    """How the kill switch goes about its work."""

    escalate_after_s: Annotated[float, Field(gt=0, le=3600)] = 1
    """What lives so long after a kill goes on the list for people."""
    retry_after_s: Annotated[float, Field(gt=0, le=3600)] = 1
    """A cancel that stays unanswered is sent again after this, and each time twice as late."""
    retry_max_s: Annotated[float, Field(gt=0, le=3600)] = 30
    cancels_per_turn: Annotated[int, Field(ge=1, le=10_000)] = 32
    """Cancels sent at most between two looks at the sockets."""


class Contact(Section):
    """Whom to call at a venue about orders that it does not end."""

    name: str = ""
    phone: str = ""
    email: str = ""
    procedure: str = ""
    """What to do, in the order in which to do it."""
    mass_cancel_desk: str = ""
    """What the venue's desk wants to hear before it cancels all of ours: a reference, a password hint, a form."""
