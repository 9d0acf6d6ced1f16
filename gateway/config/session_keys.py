"""Describe what sessions of every kind have in common: hours, TLS, throttles, bounds."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from fairlead.gateway.config.values import Section, TimeOfDay, TimeZone

DEFAULT_MAX_FRAME_BYTES: Final = 64 * 1024
DEFAULT_MAX_UNSENT_BYTES: Final = 4 * 1024 * 1024

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class TlsServer(Section):
    """TLS on a port: our certificate, and whose certificates clients must show (none: they need not)."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


class TlsClient(Section):
    """TLS towards a venue: whom to trust, and our certificate where the venue asks for one."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    server_name: str | None = None

    @model_validator(mode="after")
    def _pair(self) -> "TlsClient":
        if (self.certificate is None) != (self.key is None):
            raise ValueError("expected certificate and key together, or neither")
        return self


class Schedule(Section):
    """When a session is open. Times are HH:MM:SS in ``time_zone``; ``start_day`` and ``end_day`` make it weekly."""

    time_zone: TimeZone = "UTC"
    start: TimeOfDay
    end: TimeOfDay
    start_day: Weekday | None = None
    end_day: Weekday | None = None
    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    reset: bool = True
    """Whether sequence numbers start at 1 in each new session."""
    reset_time: TimeOfDay | None = None
    """Time of day at which they do instead."""

    @model_validator(mode="after")
    def _both_days(self) -> "Schedule":
        if (self.start_day is None) != (self.end_day is None):
            raise ValueError("expected start_day and end_day together (weekly), or neither (daily)")
        if self.start_day is None and not self.days:
            raise ValueError("expected at least one weekday in days")
        return self


class Throttle(Section):
    """At most ``messages`` towards the venue in any ``interval_ms``, some of them kept for cancels."""

    messages: Annotated[int, Field(gt=0, le=1_000_000)]
    interval_ms: Annotated[int, Field(gt=0, le=86_400_000)] = 1000
    cancel_reserve: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    max_queued: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Messages that may wait for their turn; beyond, orders are refused. 0: refuse at once."""

    @model_validator(mode="after")
    def _reserve(self) -> "Throttle":
        if self.cancel_reserve >= self.messages:
            raise ValueError(f"expected cancel_reserve below messages ({self.messages})")
        return self


class FixSessionOptions(Section):
    """What both sides of a FIX session have."""

    max_frame_bytes: Annotated[int, Field(ge=1024, le=64 * 1024 * 1024)] = DEFAULT_MAX_FRAME_BYTES
    max_unsent_bytes: Annotated[int, Field(ge=4096, le=1024 * 1024 * 1024)] = DEFAULT_MAX_UNSENT_BYTES
    sending_time_tolerance_s: Annotated[int, Field(ge=1, le=86_400)] = 120
    schedule: Schedule | None = None
